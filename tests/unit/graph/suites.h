/* Suites of core/graph.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_GRAPH_SUITES_H
#define TESTS_UNIT_GRAPH_SUITES_H

#include "unit/runner.h"

extern const unit_suite node_suite;
extern const unit_suite node_files_suite;
extern const unit_suite group_suite;
extern const unit_suite link_suite;
extern const unit_suite traversal_suite;

#endif
