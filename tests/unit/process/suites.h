/* Suites of core/process.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PROCESS_SUITES_H
#define TESTS_UNIT_PROCESS_SUITES_H

#include <orma/error.h>

#include "unit/runner.h"

extern const unit_suite npy_suite;
extern const unit_suite node_ops_suite;
extern const unit_suite node_arrays_suite;
extern const unit_suite spec_suite;
extern const unit_suite expose_suite;
extern const unit_suite describe_suite;
extern const unit_suite documents_suite;
extern const unit_suite inputs_suite;
extern const unit_suite problems_suite;

#endif
