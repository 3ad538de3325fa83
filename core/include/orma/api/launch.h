/* Launching processes and parsing folders, for programs that use liborma.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_LAUNCH_H
#define ORMA_API_LAUNCH_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_run_options {
    uint32_t size;
    uint32_t handle_signals; /* 1: SIGINT and SIGTERM kill the process */
    const char *folder;      /* relative file inputs start here; NULL: "." */
    void (*progress)(void *user,
                     const char *line); /* [worker-thread] or NULL */
    void *user;
    /* "use": take the result of an earlier run of the same, or run; "require":
     * take it, or fail and store nothing; "refresh": run, and when it succeeds
     * later launches take this result; "ignore": run. NULL: "use" or "ignore",
     * as the options caching.* of the profile say. */
    const char *cache;
} orma_run_options;
ORMA_NO_TAIL_PADDING(orma_run_options, cache);

/* Runs entry (a calculation) here and now. inputs: [in] JSON object, nested as
 * the process's ports. *pk: the process node, 0 when nothing was stored.
 * *json [owned]: the result: {"pk","uuid","process_label","process_state",
 * "exit_status","exit_message","outputs":{LABEL:{"pk","uuid","node_type",
 * "value","attributes"}}}, and "cached_from", a UUID, when it was taken from
 * the cache. options may be NULL.
 * Errors: INVALID (inputs; the message has a line for each, nothing is
 * stored), REFUSED (the cache must be used and has nothing), and those of the
 * machinery. A calculation that failed is ORMA_OK
 * with its exit_status. [worker-thread] */
ORMA_EXPORT orma_status orma_run(orma_profile *profile, const char *entry,
                                 orma_str inputs,
                                 const orma_run_options *options, int64_t *pk,
                                 char **json, orma_error **err);

/* Takes up a live process that paused, or whose runner died, here and now; a
 * request to pause it is taken back. process: pk, UUID or its beginning, label.
 * *pk and *json as those of orma_run(), *pk 0 when there is no such process;
 * options may be NULL.
 * Errors: NOT_FOUND (no such process, or it is not alive in orma), INVALID
 * (ambiguous), REFUSED (another program runs it), and those of the machinery.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_resume(orma_profile *profile, const char *process,
                                    const orma_run_options *options,
                                    int64_t *pk, char **json, orma_error **err);

/* Writes the job's folder only; *folder [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_dry_run(orma_profile *profile, const char *entry,
                                     orma_str inputs,
                                     const orma_run_options *options,
                                     char **folder, orma_error **err);

/* The result document of a process, as orma_run() gives it. [worker-thread] */
ORMA_EXPORT orma_status orma_process_result(orma_profile *profile, int64_t pk,
                                            char **json, orma_error **err);

/* Parses a folder without a profile and without storing. entry: a parser, or
 * a calculation (its default parser). inputs may be empty. *json [owned]:
 * {"exit_status","exit_label","exit_message","outputs":{…},"log":[…]}.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_parse(const char *entry, const char *folder,
                                   orma_str inputs, char **json,
                                   orma_error **err);

/* YAML 1.2 or JSON text as a JSON array [owned] of its documents; name stands
 * in errors. [thread-safe] */
ORMA_EXPORT orma_status orma_documents(const char *name, orma_str text,
                                       char **json, orma_error **err);

/* Sets one input of a document by a dotted path: `text` is a YAML scalar or
 * flow value, or "@path" for a file. *json [owned]: the new document.
 * [thread-safe] */
ORMA_EXPORT orma_status orma_document_set(orma_str document, const char *path,
                                          const char *text, char **json,
                                          orma_error **err);

/* JSON text as YAML [owned]. [thread-safe] */
ORMA_EXPORT orma_status orma_yaml(orma_str json, char **yaml, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
