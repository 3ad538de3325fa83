/* Tests of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

int main(void)
{
    static const unit_suite *const suites[] = {
        &node_hash_suite,
        &schema_suite,
        &schema_psql_suite,
        &psql_suite,
        &container_suite,
        &container_pack_suite,
        &repository_suite,
        &aiida_suite,
        &commit_suite,
        &unit_links_suite,
        &unit_changes_suite,
        &find_suite,
        &people_suite,
        &list_suite,
        &live_suite,
        &faults_suite,
        &writers_suite,
        &members_suite,
        &cache_suite,
        &pk_set_suite,
        &bulk_suite,
        &retry_suite,
        &bulk_api_suite,
        &traverse_suite,
        &delete_suite,
        &groups_suite,
        &edits_suite,
        &key_set_suite,
        &container_upkeep_suite,
        &maintain_suite,
        &verify_suite,
        &backup_suite,
        &staging_suite,
        &migrate_suite,
        NULL,
    };

    return unit_run(suites);
}
