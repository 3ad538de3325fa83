/* The upkeep of a profile's storage: looking at it, maintenance, verification,
 * backups, migration. For programs that use liborma; texts marked [owned] are
 * freed with orma_free().
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_UPKEEP_H
#define ORMA_API_UPKEEP_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a long operation reports to; all members may be NULL. */
typedef struct orma_upkeep_reports {
    uint32_t size;
    uint32_t reserved;
    orma_progress progress; /* what was done before a stop stays */
    /* One damaged thing: JSON object {"kind","table","pk","name","message"}.
     * [worker-thread] */
    void (*fault)(void *user, orma_str json);
    void *user;
} orma_upkeep_reports;
ORMA_NO_TAIL_PADDING(orma_upkeep_reports, user);

/* JSON object [owned]: "backend", "schema_version", "container_id",
 * "database_bytes", "home" (where hosts share it: "hostname", "is_here",
 * "staged"), "entities" {"users": {"count"}, "computers", "nodes", "links",
 * "groups", "comments", "logs"}, "repository" {"hash", "objects", "loose",
 * "packed", "packs", "bytes" {…}}; detailed: also names, types and first and
 * last node. [worker-thread] */
ORMA_EXPORT orma_status orma_storage_info(orma_profile *profile,
                                          int32_t detailed, char **json,
                                          orma_error **err);

/* JSON object [owned] {"backend","version","supported"} of the named profile
 * (NULL: as orma_profile_open()), whatever its version. [worker-thread] */
ORMA_EXPORT orma_status orma_storage_version(const char *name, char **json,
                                             orma_error **err);

/* Brings the named profile's schema to the present revision: JSON object
 * [owned] {"version","migrated","hashes_removed"}.
 * Errors: UNSUPPORTED (a revision that orma does not migrate), REFUSED (the
 * profile is in use). [worker-thread] */
ORMA_EXPORT orma_status orma_storage_migrate(const char *name, char **json,
                                             orma_error **err);

/* Deletes objects that no node refers to, and packs. options: [in] JSON object
 * of booleans, all optional: "full" (also repack and vacuum; the profile is
 * locked meanwhile), "no_repack", "dry_run", "compress",
 * "incremental_cleanup" (true). *json [owned]: {"objects","referenced",
 * "unreferenced","unreferenced_young","deleted","drained","packed","damaged",
 * "freed_bytes"}.
 * Errors: PERMANENT (objects are missing), REFUSED (in use; another host's
 * container), CANCELLED. reports may be NULL. [worker-thread] */
ORMA_EXPORT orma_status orma_storage_maintain(
    orma_profile *profile, orma_str options, const orma_upkeep_reports *reports,
    char **json, orma_error **err);

/* Checks everything, and tells each fault. options: [in] JSON object: "quick"
 * (does not read objects), "hashes" (recomputes those of nodes). *json
 * [owned]: {"nodes","links","objects","faults"}. Faults are no error.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_storage_verify(orma_profile *profile,
                                            orma_str options,
                                            const orma_upkeep_reports *reports,
                                            char **json, orma_error **err);

/* A backup into a folder of this host, beside `keep` former ones. *json
 * [owned]: {"folder","copied_files","copied_bytes","linked_files",
 * "linked_bytes","deleted_backups"}. [worker-thread] */
ORMA_EXPORT orma_status orma_storage_backup(orma_profile *profile,
                                            const char *destination,
                                            int64_t keep,
                                            const orma_upkeep_reports *reports,
                                            char **json, orma_error **err);

/* Makes this host the one that writes to the object container.
 * Errors: REFUSED (its folder is not visible here), UNSUPPORTED (the backend
 * needs none). [worker-thread] */
ORMA_EXPORT orma_status orma_storage_set_home(orma_profile *profile,
                                              orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
