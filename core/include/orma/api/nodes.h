/* Reading the provenance graph, for programs that use liborma. Nodes are named
 * as on the command line: pk, UUID or its beginning, else label.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_NODES_H
#define ORMA_API_NODES_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything about a node but its files' content: JSON object [owned] with
 * "pk","uuid","node_type","process_type","label","description","ctime",
 * "mtime","user","computer","summary","inputs","outputs","caller","called"
 * (link rows), and for processes "process_state","exit_status",…
 * [worker-thread] */
ORMA_EXPORT orma_status orma_node_show(orma_profile *profile, const char *node,
                                       char **json, orma_error **err);

/* JSON object [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_node_attributes(orma_profile *profile,
                                             const char *node, char **json,
                                             orma_error **err);

/* JSON object [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_node_extras(orma_profile *profile,
                                         const char *node, char **json,
                                         orma_error **err);

/* JSON array [owned] of {"path","type" ("file" or "folder"),"size"} below
 * `path` ("": all), direct members only unless recursive. [worker-thread] */
ORMA_EXPORT orma_status orma_node_files(orma_profile *profile, const char *node,
                                        const char *path, int32_t recursive,
                                        char **json, orma_error **err);

/* Calls write(user, bytes) with the file's content, piece by piece.
 * Errors: NOT_FOUND. [worker-thread] */
ORMA_EXPORT orma_status orma_node_read(orma_profile *profile, const char *node,
                                       const char *path,
                                       orma_status (*write)(void *user,
                                                            orma_str bytes),
                                       void *user, orma_error **err);

/* All files into a local folder, which must not exist. [worker-thread] */
ORMA_EXPORT orma_status orma_node_dump(orma_profile *profile, const char *node,
                                       const char *folder, orma_error **err);

/* The graph around a node as Graphviz DOT [owned]. options: [in] JSON object:
 * "ancestor_depth", "descendant_depth" (absent: all), "process_in",
 * "process_out" (booleans, true), "identifier" ("pk","uuid","label").
 * [worker-thread] */
ORMA_EXPORT orma_status orma_node_graph(orma_profile *profile, const char *node,
                                        orma_str options, char **dot,
                                        orma_error **err);

/* The provenance of a process as an indented tree [owned], for people.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_node_tree(orma_profile *profile, const char *node,
                                       char **text, orma_error **err);

/* JSON array [owned] of processes. query: [in] JSON object, all optional:
 * "all", "process_state", "process_label", "exit_status", "failed", "paused",
 * "past_days", "limit", "order_by" ("ctime","mtime"), "order_dir"
 * ("asc","desc"), "project" (array: "pk","uuid","ctime","mtime","state",
 * "process_state","process_status","process_label","exit_status","sealed",
 * "label","description","computer","job_id","scheduler_state","exception",
 * "version","cached","cached_from"). [worker-thread] */
ORMA_EXPORT orma_status orma_process_list(orma_profile *profile, orma_str query,
                                          char **json, orma_error **err);

/* Log rows of a process and, deeper than 0, of those it called: JSON array
 * [owned]. What the scheduler wrote to standard error, at most its last 20
 * lines, is a row of its own, whose "loggername" is "scheduler_stderr".
 * [worker-thread] */
ORMA_EXPORT orma_status orma_process_report(orma_profile *profile,
                                            const char *process,
                                            const char *min_level, char **json,
                                            orma_error **err);

/* Input or output file of a calcjob: path NULL is the default one
 * (input_filename, output_filename). is_output 0 or 1. [worker-thread] */
ORMA_EXPORT orma_status orma_calcjob_read(
    orma_profile *profile, const char *process, int32_t is_output,
    const char *path, orma_status (*write)(void *user, orma_str bytes),
    void *user, orma_error **err);

/* The default output's dictionary: JSON object [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_calcjob_results(orma_profile *profile,
                                             const char *process, char **json,
                                             orma_error **err);

/* Imports a file as a node of a data type. format NULL: told from the file.
 * label may be NULL. *pk: the new node. [worker-thread] */
ORMA_EXPORT orma_status orma_data_import(orma_profile *profile,
                                         const char *type, const char *format,
                                         const char *path, const char *label,
                                         int64_t *pk, orma_error **err);

/* Is the node of a data type, or of one derived from it? Errors: NOT_FOUND
 * (node or type), INVALID, naming the type that the node has.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_data_expect(orma_profile *profile,
                                         const char *type, const char *node,
                                         orma_error **err);

/* Writes a node in a format, NULL: the first that its type exports to. text
 * [owned], *len bytes. [worker-thread] */
ORMA_EXPORT orma_status orma_data_export(orma_profile *profile,
                                         const char *node, const char *format,
                                         char **text, size_t *len,
                                         orma_error **err);

/* Nodes of a data type and those derived from it, JSON array [owned] with
 * "pk","uuid","label","ctime","summary". [worker-thread] */
ORMA_EXPORT orma_status orma_data_list(orma_profile *profile, const char *type,
                                       int64_t limit, char **json,
                                       orma_error **err);

/* The engine's state machine: JSON array [owned] of {"stage","event","then",
 * "note"}. [thread-safe] */
ORMA_EXPORT orma_status orma_process_states(char **json, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
