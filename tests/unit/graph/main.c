/* Tests of core/graph.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &node_suite, &node_files_suite, &group_suite,
        &link_suite, &traversal_suite,  NULL,
    };

    return unit_run(suites);
}
