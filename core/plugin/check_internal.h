/* What the parts of the conformance test share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_CHECK_INTERNAL_H
#define CORE_PLUGIN_CHECK_INTERNAL_H

#include <plugin/registry_internal.h>

/* Where results go: a text in the parent, a pipe in a child. */
typedef struct check_report {
    buf *tap;       /* parent */
    int pipe;       /* child, else -1 */
    int32_t count, failed; /* parent */
} check_report;

/* One line "ok" or "not ok", numbered by the parent. Returns `is_good`. */
bool check_result(check_report *report, bool is_good, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* A remark, "# …". */
void check_note(check_report *report, const char *fmt, ...) ORMA_PRINTF(2, 3);

/* What comes next, to be named when the child does not survive it. */
void check_doing(check_report *report, const char *fmt, ...)
    ORMA_PRINTF(2, 3);

/* Runs part(report, user) in a child with a time limit. what: for the line
 * that tells how it ended. */
void check_in_child(check_report *report, const char *what,
                    void (*part)(check_report *report, void *user),
                    void *user);

/* The parts. */
void check_manifest(check_report *report, registry *r,
                    const package_record *package);
void check_file(check_report *report, const package_record *package,
                const module_record *module);
void check_loading(check_report *report, registry *r, package_record *package,
                   module_record *module);
void check_contract(check_report *report, registry *r, entry_record *entry);

/* The spec of an entry; NULL when it cannot be had. */
const json_object *check_spec(registry *r, const entry_record *entry);

/* Is the outcome of a call well formed? Notes why not. Frees the error. */
bool check_outcome(check_report *report, orma_status status, orma_error *error);

/* The same after a sink was full: host->write() takes no error object, so its
 * status may be passed on alone. */
bool check_full_outcome(check_report *report, orma_status status,
                        orma_error *error);

#endif
