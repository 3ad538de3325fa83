/* The suites of this folder.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_CONFIG_SUITES_H
#define TESTS_UNIT_CONFIG_SUITES_H

#include "unit/runner.h"

extern const unit_suite access_suite;
extern const unit_suite caching_suite;
extern const unit_suite config_suite;
extern const unit_suite formats_suite;
extern const unit_suite options_suite;
extern const unit_suite profiles_suite;

#endif
