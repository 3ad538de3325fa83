/* The Quantum ESPRESSO modules through their tables, loaded from
 * $ORMA_PLUGIN_PATH.
 *
 * SPDX-License-Identifier: MIT */
#include <unit/runner.h>

extern const unit_suite input_suite, bravais_suite, validate_suite,
    output_suite, exit_code_suite, damage_suite;

int main(void)
{
    static const unit_suite *const suites[] = {
        &input_suite,  &bravais_suite,   &validate_suite,
        &output_suite, &exit_code_suite, &damage_suite,
        NULL,
    };

    return unit_run(suites);
}
