/* Launching processes in the calling process.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_RUN_H
#define CORE_ENGINE_RUN_H

#include <process/inputs.h>

/* What a launch does with results of earlier runs of the same. */
enum cache_policy {
    CACHE_IGNORE,  /* runs; a later launch takes what it would have taken */
    CACHE_USE,     /* takes such a result, and runs when there is none */
    CACHE_REFRESH, /* runs; when it succeeds its result is taken from then on */
    CACHE_REQUIRE  /* takes such a result, or fails and stores nothing */
};

typedef struct run_options {
    int64_t retry_initial_s; /* 20 */
    int32_t max_attempts;    /* 5 */
    double poll_interval_s;  /* below 0: the computer's, else the transport's */
    bool handle_signals;     /* SIGINT and SIGTERM kill the process */
    void (*progress)(void *user, const char *line); /* or NULL */
    void *progress_user;
    const char *sandbox; /* folder for sandboxes, NULL: $TMPDIR */
    enum cache_policy cache;
} run_options;

/* The defaults above. */
void run_options_init(run_options *options);

/* Creates the process node with its inputs, runs the calcjob to its end and
 * seals it; *pk is set as soon as the node is stored. A process that paused
 * (retries used up) is left so: the call then returns ORMA_OK too, and the
 * node's process_state tells. Errors: only of storing and of the machinery, and
 * REFUSED when a result of an earlier run is required and there is none. */
orma_status engine_run(registry *r, store *s, const process_spec *spec,
                       process_inputs *inputs, const run_options *options,
                       int64_t *pk, orma_error **err);

/* Takes up a live calcjob of this store that nobody runs. */
orma_status engine_resume(registry *r, store *s, int64_t pk,
                          const run_options *options, orma_error **err);

/* Writes the job's folder, submit script included, into a new
 * `<folder>/submit_test/YYYYMMDD-NNNNN`; stores nothing. The caller frees
 * *path. */
orma_status engine_dry_run(registry *r, store *s, const process_spec *spec,
                           process_inputs *inputs, const char *folder,
                           char **path, orma_error **err);

/* Runs a parser over a local folder, storing nothing. spec: the calculation
 * whose exit codes and outputs apply. *result as cli.md, "orma parse". */
orma_status engine_parse_folder(registry *r, const process_spec *spec,
                                const char *parser, process_inputs *inputs,
                                const char *folder, json_object **result,
                                orma_error **err);

#endif
