/* Shared by the two halves of the harness: nodes (harness.c) and runs
 * (harness_run.c).
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_QE_HARNESS_INTERNAL_H
#define TESTS_QE_HARNESS_INTERNAL_H

#include "harness.h"

struct orma_error {
    orma_status status;
    char message[2048];
};

/* Ends the program: the test itself is wrong. */
void stop(const char *what, const char *which);
void *need(void *memory);

orma_status host_fail(const orma_host *host, orma_error **err,
                      orma_status status, const char *domain, int32_t code,
                      const char *fmt, ...) ORMA_PRINTF(6, 7);

extern const orma_node_ops fake_node_ops;

void clear_nodes(void);

#endif
