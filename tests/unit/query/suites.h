/* Suites of this folder.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_QUERY_SUITES_H
#define TESTS_UNIT_QUERY_SUITES_H

#include "unit/runner.h"

extern const unit_suite document_suite;
extern const unit_suite operators_suite;
extern const unit_suite joins_suite;
extern const unit_suite walks_suite;
extern const unit_suite refusals_suite;
extern const unit_suite indexes_suite;
extern const unit_suite samples_suite;

#endif
