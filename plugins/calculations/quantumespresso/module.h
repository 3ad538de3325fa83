/* What every file of this module needs: the host, refusals, and the paths that
 * aiida-quantumespresso fixed for all its jobs.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_MODULE_H
#define QE_MODULE_H

#include <orma/calculation.h>

#include <json-c/json.h>
#include <stdbool.h>

/* Given by load(), valid until unload(). */
extern const orma_host *host;

/* Makes an INVALID error and returns it; err may be NULL. */
orma_status refuse(orma_error **err, const char *fmt, ...) ORMA_PRINTF(2, 3);

orma_status no_memory(orma_error **err);

/* Where a calculation's inputs are: `prefix` is "" or, for a process that
 * exposes this one, the namespace with its dot ("pw."). */
typedef struct job {
    const orma_calc_ops *ops;
    orma_calc_ctx *ctx;
    const char *prefix;
} job;

/* The node given to `port`, or NULL. */
const orma_node *job_input(const job *j, const char *port);

/* The attributes of the node at `port` as an object that the caller puts back;
 * *out is NULL when there is no such node. */
orma_status job_attributes(const job *j, const char *port, json_object **out,
                           orma_error **err);

/* A metadata option that is a text, or `otherwise`. The caller frees it; NULL
 * when memory ran out. */
char *job_option(const job *j, const char *path, const char *otherwise);

void job_log(const job *j, int32_t level, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* A node's attributes as an object; the caller puts it back. */
orma_status node_attributes(const orma_node_ops *ops, const orma_node *node,
                            json_object **out, orma_error **err);

bool node_is_stored(const orma_node_ops *ops, const orma_node *node);

/* RFC 4122 text of an identity; out holds 37 bytes. */
void uuid_text(orma_uuid uuid, char *out);

#define PSEUDO_FOLDER "./pseudo/"
#define OUTPUT_FOLDER "./out/"
#define PREFIX "aiida"

#endif
