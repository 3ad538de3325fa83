/* Calculations: from input nodes to the files and commands of one job.
 *
 * A calculation has no state. Ports, options, outputs and exit codes are in
 * the manifest; when prepare() is called, inputs have been validated against
 * them. It writes files into the sandbox and one JSON document, the calcinfo;
 * carrying, submitting and fetching are the engine's work.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_CALCULATION_H
#define ORMA_CALCULATION_H

#include <orma/node.h>
#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_calc_ctx orma_calc_ctx; /* one preparation; [call] */

typedef struct orma_calc_ops {
    uint32_t size;
    uint32_t reserved;
    const orma_node_ops *node; /* [static] */

    /* The node given to an input port; dots enter namespaces ("pseudos.Si").
     * NULL when none was given. [thread-safe] */
    const orma_node *(*input)(orma_calc_ctx *ctx, const char *port);

    /* Names given directly below the namespace `port` ("" is the top), as a
     * JSON array in sorted order. Errors: NO_MEMORY. [thread-safe] */
    orma_status (*input_names)(orma_calc_ctx *ctx, const char *port,
                               orma_str *json, orma_error **err);

    /* A metadata input as JSON: "options.input_filename", "label". ptr is NULL
     * when it has neither value nor default. [thread-safe] */
    orma_str (*metadata)(orma_calc_ctx *ctx, const char *path);

    /* A file of the job's folder, made with its parent folders.
     * Errors: INVALID (path leaves the folder), TRANSIENT (disk).
     * [worker-thread] */
    orma_status (*write)(orma_calc_ctx *ctx, const char *path, orma_str bytes,
                         orma_error **err);

    /* Copies a file of an input node into the job's folder, streamed; from ""
     * copies all files. [worker-thread] */
    orma_status (*copy)(orma_calc_ctx *ctx, const orma_node *node,
                        const char *from, const char *to, orma_error **err);

    /* The calcinfo, once: one JSON object [in] with the keys
     *   codes_info             [{"code": input port, "cmdline_params": […],
     *                            "stdin_name", "stdout_name", "stderr_name",
     *                            "join_files", "withmpi"}]
     *   codes_run_mode         0 serial (default), 1 parallel
     *   retrieve_list          ["path", ["remote", "local", depth], …]
     *   retrieve_temporary_list   the same, kept for parsing only
     *   local_copy_list        [["node uuid", "path in node", "target"], …]
     *   remote_copy_list       [["computer uuid", "/absolute", "target"], …]
     *   remote_symlink_list    likewise
     *   provenance_exclude_list   sandbox paths not kept in the repository
     *   prepend_text, append_text
     *   skip_submit
     * Errors: INVALID, naming the key. [worker-thread] */
    orma_status (*calcinfo)(orma_calc_ctx *ctx, orma_str json,
                            orma_error **err);

    /* A line kept with the process; level one of ORMA_LOG_*. [thread-safe] */
    void (*log)(orma_calc_ctx *ctx, int32_t level, orma_str message);

    /* Not 0 when the call should end with CANCELLED. [thread-safe] */
    int32_t (*cancelled)(orma_calc_ctx *ctx);
} orma_calc_ops;
ORMA_NO_TAIL_PADDING(orma_calc_ops, cancelled);

typedef struct orma_calculation {
    uint32_t size;
    uint32_t reserved;

    /* A check named by `validate: LABEL` at a port, called when inputs are
     * built; port is the dotted path, "" for the whole. Says what is wrong by
     * an INVALID error. Optional when the manifest names no label.
     * Errors: INVALID, NOT_FOUND (unknown label). [worker-thread] */
    orma_status (*validate)(const struct orma_calculation *self,
                            const orma_calc_ops *ops, orma_calc_ctx *ctx,
                            const char *label, const char *port,
                            orma_error **err);

    /* Writes the job's files and its calcinfo.
     * Errors: INVALID (an input that no port check could see: the process is
     * excepted, its message naming the port), others as doc/plugin-author.md.
     * [worker-thread] */
    orma_status (*prepare)(const struct orma_calculation *self,
                           const orma_calc_ops *ops, orma_calc_ctx *ctx,
                           orma_error **err);
} orma_calculation;
ORMA_NO_TAIL_PADDING(orma_calculation, prepare);

#ifdef __cplusplus
}
#endif
#endif
