/* Tests of the configuration folder.
 *
 * SPDX-License-Identifier: MIT */
#include "suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &config_suite,  &profiles_suite, &options_suite, &access_suite,
        &formats_suite, &caching_suite,  NULL,
    };
    return unit_run(suites);
}
