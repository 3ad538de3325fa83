/* Tests of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &node_hash_suite,    &schema_suite,
        &container_suite,    &container_pack_suite,
        &repository_suite,   &aiida_suite,
        &commit_suite,       &unit_links_suite,
        &unit_changes_suite, &find_suite,
        &people_suite,       &list_suite,
        &live_suite,         &faults_suite,
        &writers_suite,      &members_suite,
        NULL,
    };

    return unit_run(suites);
}
