/* Tests of core/engine.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/engine/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &machine_suite,
        &script_suite,
        &calcinfo_suite,
        &job_folder_suite,
        &retrieve_suite,
        &lease_suite,
        &local_folder_suite,
        &run_suite,
        &crash_suite,
        &cache_suite,
        NULL,
    };

    return unit_run(suites);
}
