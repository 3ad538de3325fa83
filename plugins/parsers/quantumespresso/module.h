/* What every file of this module needs: the host, the parse at hand, faults.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_MODULE_H
#define QEP_MODULE_H

#include <orma/parser.h>

#include <json-c/json.h>
#include <stdbool.h>

/* Given by load(), valid until unload(). */
extern const orma_host *host;

orma_status no_memory(orma_error **err);

/* True when a failed call means that the parse cannot go on now, rather than
 * that the file is bad. */
bool is_machinery_failure(orma_status status);

/* Makes the error for that; calls whose failure may mean a bad file get no
 * error object of their own, since then the parse goes on without error. */
orma_status machinery_failure(orma_status status, orma_error **err);

/* One parse. */
typedef struct job {
    const orma_parse_ops *ops;
    orma_parse_ctx *ctx;
} job;

void job_log(const job *j, int32_t level, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

#define MAX_FAULT 512

/* What is wrong with an output file: the label of an exit code, NULL when
 * nothing is; text says more. */
typedef struct fault {
    const char *label;
    char text[MAX_FAULT];
} fault;

void fault_set(fault *f, const char *label, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* A node's attributes as an object; the caller puts it back. *out is NULL for
 * a node that is NULL. */
orma_status node_attributes(const job *j, const orma_node *node,
                            json_object **out, orma_error **err);

extern const orma_parser pw_parser;

#endif
