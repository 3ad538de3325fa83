/* Tests of core/base.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/base/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &error_suite,      &buf_suite,   &arena_suite,  &json_read_suite,
        &json_write_suite, &json_suite,  &json_number_suite,
        &yaml_suite,       &yaml_write_suite,
        &file_suite,       &file_tree_suite,
        &file_path_suite,  &text_suite,  &quote_suite,  &time_suite,
        &uuid_suite,       &digest_suite, &log_suite,   NULL,
    };

    return unit_run(suites);
}
