/* The suites of this folder.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ENGINE_SUITES_H
#define TESTS_UNIT_ENGINE_SUITES_H

#include "unit/runner.h"

extern const unit_suite machine_suite;
extern const unit_suite script_suite;
extern const unit_suite calcinfo_suite;
extern const unit_suite job_folder_suite;
extern const unit_suite retrieve_suite;
extern const unit_suite lease_suite;
extern const unit_suite local_folder_suite;
extern const unit_suite run_suite;
extern const unit_suite crash_suite;
extern const unit_suite cache_suite;

#endif
