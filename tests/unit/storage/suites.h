/* Suites of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_STORAGE_SUITES_H
#define TESTS_UNIT_STORAGE_SUITES_H

#include "unit/runner.h"

extern const unit_suite schema_suite;
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

#endif
