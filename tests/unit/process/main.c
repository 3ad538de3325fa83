/* Tests of core/process.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &npy_suite,       &node_ops_suite, &node_arrays_suite,
        &spec_suite,      &expose_suite,   &documents_suite,
        &describe_suite,
        &problems_suite,  &inputs_suite,   NULL,
    };

    return unit_run(suites);
}
