/* Parsing of the files retrieved from a finished calcjob.
 *
 * A parser has no state: the same table serves all processes, concurrently.
 * It fails only when it cannot do its work; a calculation that went wrong is
 * reported with exit_code() and ORMA_OK.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_PARSER_H
#define ORMA_PARSER_H

#include <orma/node.h>
#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_parse_ctx orma_parse_ctx; /* one parse; [call] */

typedef struct orma_parse_ops {
    uint32_t size;
    uint32_t reserved;
    const orma_node_ops *node; /* [static] */

    /* An input of the process, as orma_calc_ops.input(). [thread-safe] */
    const orma_node *(*input)(orma_parse_ctx *ctx, const char *port);

    /* A metadata input, as orma_calc_ops.metadata(). [thread-safe] */
    orma_str (*metadata)(orma_parse_ctx *ctx, const char *path);

    /* The folder of retrieved files; read it through `node`. NULL when the
     * process has none. [thread-safe] */
    const orma_node *(*retrieved)(orma_parse_ctx *ctx);

    /* The folder of temporarily retrieved files, or NULL. [thread-safe] */
    const orma_node *(*temporary)(orma_parse_ctx *ctx);

    /* Exit status that the scheduler's output led to (110, 120, …), or 0.
     * [thread-safe] */
    int32_t (*scheduler_status)(orma_parse_ctx *ctx);

    /* Attaches an output of `type` (an entry point, "core.dict") under
     * `label`, declared in the manifest; "a.b" enters a namespace. json: [in],
     * the literal of that type.
     * Errors: INVALID (label, literal). [worker-thread] */
    orma_status (*output)(orma_parse_ctx *ctx, const char *label,
                          const char *type, orma_str json, orma_error **err);

    /* The same as an empty node, to be filled through `node` before parse()
     * returns; it is validated then. *node: [call]. [worker-thread] */
    orma_status (*output_node)(orma_parse_ctx *ctx, const char *label,
                               const char *type, orma_node **node,
                               orma_error **err);

    /* The same, beginning as a copy of the attributes and files of `source`.
     * [worker-thread] */
    orma_status (*output_clone)(orma_parse_ctx *ctx, const char *label,
                                const orma_node *source, orma_node **node,
                                orma_error **err);

    /* Ends the process with the exit code of this label, declared by the
     * process (not the parser). values: [in], JSON object that fills the
     * message's {placeholders}, ptr may be NULL. "" is success, which also
     * overrides the scheduler's status. The last call counts.
     * Errors: INVALID (undeclared label). [worker-thread] */
    orma_status (*exit_code)(orma_parse_ctx *ctx, const char *label,
                             orma_str values, orma_error **err);

    /* A line kept with the process; level one of ORMA_LOG_*. [thread-safe] */
    void (*log)(orma_parse_ctx *ctx, int32_t level, orma_str message);

    /* Not 0 when the call should end with CANCELLED. [thread-safe] */
    int32_t (*cancelled)(orma_parse_ctx *ctx);
} orma_parse_ops;
ORMA_NO_TAIL_PADDING(orma_parse_ops, cancelled);

typedef struct orma_parser {
    uint32_t size;
    uint32_t reserved;

    /* Reads the files, attaches outputs, names the exit code.
     * Errors: see above; each excepts or pauses the process.
     * [worker-thread] */
    orma_status (*parse)(const struct orma_parser *self,
                         const orma_parse_ops *ops, orma_parse_ctx *ctx,
                         orma_error **err);
} orma_parser;
ORMA_NO_TAIL_PADDING(orma_parser, parse);

#ifdef __cplusplus
}
#endif
#endif
