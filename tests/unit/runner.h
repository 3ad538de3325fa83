/* Runs CUnit suites and prints TAP, one line a test.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_RUNNER_H
#define TESTS_UNIT_RUNNER_H

#include <CUnit/CUnit.h>

typedef struct unit_test {
    const char *name; /* behaviour: "refuses_duplicate_key" */
    void (*run)(void);
} unit_test;

typedef struct unit_suite {
    const char *name;
    int (*setup)(void);     /* once before the suite; 0 is success; or NULL */
    int (*teardown)(void);  /* once after it, or NULL */
    const unit_test *tests; /* ended by a NULL name */
} unit_suite;

/* suites: ended by NULL; $UNIT_SUITE: the only one to run. Returns main()'s
 * status: 0 when all passed. */
int unit_run(const unit_suite *const *suites);

/* A new empty folder, removed at exit. */
const char *unit_temp_dir(void);

#endif
