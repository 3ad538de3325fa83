/* Suites of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_STORAGE_SUITES_H
#define TESTS_UNIT_STORAGE_SUITES_H

#include "unit/runner.h"

extern const unit_suite schema_suite;
extern const unit_suite schema_psql_suite;
extern const unit_suite psql_suite;
extern const unit_suite container_suite;
extern const unit_suite container_pack_suite;
extern const unit_suite repository_suite;
extern const unit_suite aiida_suite;
extern const unit_suite commit_suite;
extern const unit_suite unit_links_suite;
extern const unit_suite unit_changes_suite;
extern const unit_suite find_suite;
extern const unit_suite people_suite;
extern const unit_suite list_suite;
extern const unit_suite live_suite;
extern const unit_suite members_suite;
extern const unit_suite faults_suite;
extern const unit_suite writers_suite;
extern const unit_suite node_hash_suite;
extern const unit_suite cache_suite;
extern const unit_suite pk_set_suite;
extern const unit_suite bulk_api_suite;
extern const unit_suite bulk_suite;
extern const unit_suite retry_suite;
extern const unit_suite traverse_suite;
extern const unit_suite delete_suite;
extern const unit_suite groups_suite;
extern const unit_suite edits_suite;
extern const unit_suite key_set_suite;
extern const unit_suite container_upkeep_suite;
extern const unit_suite maintain_suite;
extern const unit_suite verify_suite;
extern const unit_suite backup_suite;
extern const unit_suite staging_suite;
extern const unit_suite migrate_suite;

#endif
