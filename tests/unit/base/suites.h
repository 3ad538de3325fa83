/* The suites of this folder.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_BASE_SUITES_H
#define TESTS_UNIT_BASE_SUITES_H

#include "unit/runner.h"

extern const unit_suite arena_suite;
extern const unit_suite buf_suite;
extern const unit_suite digest_suite;
extern const unit_suite error_suite;
extern const unit_suite file_path_suite;
extern const unit_suite file_suite;
extern const unit_suite file_tree_suite;
extern const unit_suite json_number_suite;
extern const unit_suite json_read_suite;
extern const unit_suite json_suite;
extern const unit_suite json_write_suite;
extern const unit_suite log_suite;
extern const unit_suite quote_suite;
extern const unit_suite text_suite;
extern const unit_suite time_suite;
extern const unit_suite uuid_suite;
extern const unit_suite yaml_suite;
extern const unit_suite yaml_write_suite;

#endif
