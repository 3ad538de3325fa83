/* Backups of a storage, in AiiDA's layout:
 *
 *   DEST/backup_<UTC time>_<random>/   a complete copy
 *        database.sqlite or db.psql, container/, config.json
 *   DEST/last-backup                   a symbolic link to the newest
 *   DEST/live-backup/                  the one being made
 *
 * A copy shares the files that did not change with the copy before it, by hard
 * links, so that each takes the room of what changed. It may be made while
 * others write; one that is interrupted is taken up by the next.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_BACKUP_H
#define CORE_STORAGE_BACKUP_H

#include <storage/maintain.h>

typedef struct backup_options {
    int64_t keep;              /* former backups that stay beside the new one */
    orma_str config;           /* text of config.json; empty: none */
    upkeep_progress *progress; /* or NULL */
    void *user;
} backup_options;

/* report: {"folder","copied_files","copied_bytes","linked_files",
 * "linked_bytes","deleted_backups"}; the caller puts it.
 * Errors: REFUSED (DEST in the storage's own folder, another backup runs
 * there, another host is the container's home), INVALID (no folder of this
 * machine), TRANSIENT (disk full), CANCELLED. */
orma_status store_backup(store *s, const char *destination,
                         const backup_options *options, json_object **report,
                         orma_error **err);

#endif
