/* Archives (.aiida files): a selection of a profile in one file, and back into
 * another profile. For programs that use liborma; texts marked [owned] are
 * freed with orma_free().
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_ARCHIVE_H
#define ORMA_API_ARCHIVE_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the archive `path`. options: [in] JSON object: "all" (boolean), or
 * "nodes", "groups", "computers", "users", "codes" (arrays of identifiers),
 * what to start from; "traversal" (object of AiiDA's rules, "create_backward":
 * true, …); "include_comments" (true), "include_logs" (true),
 * "include_authinfos" (false), "compression" (0 … 9, 6), "overwrite" (false),
 * "dry_run" (false: only counts).
 * While it is written, it is called `path`.part; the next call takes up what an
 * interrupted one left there. progress may be NULL.
 * *json [owned]: numbers of "nodes","links","groups","group_nodes",
 * "computers","users","authinfos","comments","logs","objects",
 * "object_bytes","taken_over" (of an earlier .part), "bytes", and "path".
 * Errors: INVALID, NOT_FOUND, REFUSED (unsealed processes; the file exists),
 * TRANSIENT (disk full), CANCELLED. [worker-thread] */
ORMA_EXPORT orma_status orma_archive_create(orma_profile *profile,
                                            const char *path, orma_str options,
                                            orma_progress progress, void *user,
                                            char **json, orma_error **err);

/* Merges the archive into the profile, by UUID. options: [in] JSON object, all
 * optional: "extras_mode_existing" ("none", "keep_existing",
 * "update_existing", "mirror"), "extras_mode_new" ("import", "none"),
 * "comment_mode" ("leave", "newest", "overwrite"), "include_authinfos"
 * (false), "import_group" (true), "group" (the group that all nodes join; made
 * when there is none), "max_bytes" (of content), "max_ratio" (of content to
 * file; 200), "dry_run" (false). progress may be NULL.
 * *json [owned]: for "users","computers","authinfos","groups","nodes",
 * "comments","logs","links","group_nodes","objects" {"new","existing"}, and
 * "group": {"pk","label","added"} or null.
 * Errors: NOT_FOUND, INVALID (damaged, hostile, or of another version: nothing
 * is changed), REFUSED, TRANSIENT, CANCELLED. [worker-thread] */
ORMA_EXPORT orma_status orma_archive_import(orma_profile *profile,
                                            const char *path, orma_str options,
                                            orma_progress progress, void *user,
                                            char **json, orma_error **err);

/* JSON object [owned]: "path","bytes","version","supported" (boolean),
 * "metadata"; with detailed "contents": numbers of all entities, "node_types"
 * and "process_types" {type: number}, "group_labels","computer_labels",
 * "user_emails". Errors: NOT_FOUND, INVALID. [worker-thread] */
ORMA_EXPORT orma_status orma_archive_info(const char *path, int32_t detailed,
                                          char **json, orma_error **err);

/* INVALID, with the way to convert it, when the archive is of a version that
 * orma does not read. [worker-thread] */
ORMA_EXPORT orma_status orma_archive_check(const char *path, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
