/* AiiDA's `.aiida` archives: a selection of a profile in one zip file, and
 * back into another profile.
 *
 * An archive holds metadata.json, db.sqlite3 (AiiDA's tables) and
 * repo/<sha256>, a file for each object. Both ways rows and objects are
 * streamed, so that memory does not grow with the archive but for a few bytes
 * for each node.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ARCHIVE_H
#define CORE_STORAGE_ARCHIVE_ARCHIVE_H

#include <graph/traversal.h>
#include <storage/pk_set.h>
#include <storage/store.h>

/* The one version that AiiDA 2 writes and opens. */
#define ARCHIVE_VERSION "main_0001"

/* Told now and then: `done` of `total` steps of a stage ("objects", "nodes",
 * …). Another status than ORMA_OK ends the work, which can be taken up again.
 */
typedef struct archive_progress {
    orma_status (*tell)(void *user, const char *stage, int64_t done,
                        int64_t total, orma_error **err); /* or NULL */
    void *user;
} archive_progress;

/* ---- creating ---------------------------------------------------- */

typedef struct archive_selection {
    bool all;      /* everything; the sets are ignored then */
    pk_set nodes;  /* to start from */
    pk_set groups; /* with their members */
    pk_set computers;
    pk_set users;
    traversal_rules rules;
    bool include_comments, include_logs;
    bool include_authinfos; /* of the computers */
} archive_selection;

/* Everything with AiiDA's defaults: rules, comments and logs, no authinfos. */
void archive_selection_init(archive_selection *selection);
void archive_selection_finish(archive_selection *selection);

typedef struct archive_create_options {
    int32_t compression; /* 0 … 9; 0: stored as it is */
    bool overwrite;      /* replace a file that is there */
    bool is_dry_run;     /* count, and write nothing */
    archive_progress progress;
} archive_create_options;

/* Writes the archive `path` from an unchanging view of the store. What is
 * written first lies in `path`.part: when creating is interrupted, the next
 * one takes the objects over that are wanted and undamaged. The finished file
 * is synced and renamed.
 * *report: {"path", "nodes", "links", "groups", "computers", "users",
 * "authinfos", "comments", "logs", "objects", "object_bytes", "taken_over"
 * (objects of the .part), "bytes" (of the file)}.
 * Errors: REFUSED (unsealed processes, named; the file exists; another
 * creation is at work), TRANSIENT (disk full), PERMANENT. */
orma_status archive_create(store *s, const char *path,
                           const archive_selection *selection,
                           const archive_create_options *options,
                           json_object **report, orma_error **err);

/* ---- importing --------------------------------------------------- */

enum archive_extras {
    ARCHIVE_EXTRAS_NONE,   /* the node's own stay as they are */
    ARCHIVE_EXTRAS_KEEP,   /* keys that only the archive has are added */
    ARCHIVE_EXTRAS_UPDATE, /* and those that both have are replaced */
    ARCHIVE_EXTRAS_MIRROR  /* exactly the archive's */
};

enum archive_comments {
    ARCHIVE_COMMENTS_LEAVE,
    ARCHIVE_COMMENTS_NEWEST,
    ARCHIVE_COMMENTS_OVERWRITE
};

typedef struct archive_import_options {
    enum archive_extras extras; /* of nodes that are there */
    bool drops_new_extras;      /* new nodes get none */
    enum archive_comments comments;
    bool include_authinfos;
    bool makes_group; /* all nodes of the archive join a group … */
    int64_t group_pk; /* … this one, 0: a new one */
    /* Of that plain group, made when there is none; NULL: a new one named
     * after the time, as AiiDA does. */
    const char *group_label;
    bool is_dry_run; /* checks everything, and counts */
    /* An archive may hold so many bytes of content, 0: as many as the disk has
     * room for; and, from 1 GiB on, so many for each byte of its file, 0: any
     * number. */
    int64_t max_bytes, max_ratio;
    archive_progress progress;
} archive_import_options;

/* AiiDA's defaults; max_ratio 200. */
void archive_import_init(archive_import_options *options);

/* Merges the archive `from` (a store opened by core.sqlite_zip, or any other)
 * into `to`, by UUID. All rows are checked before anything is changed, and are
 * of one transaction. Objects of a large archive are put before it, in
 * portions that are durable each, so that a repeated import goes on where one
 * was interrupted; those of a small one (256 MiB) within it, so that a damaged
 * object leaves nothing at all behind.
 * *report: {"users": {"new", "existing"}, … for each table, "objects" (the
 * same), "group": {"pk", "label", "added"} or null}.
 * Errors: INVALID (the archive is damaged or hostile), REFUSED (a rule of
 * links; too large), TRANSIENT (disk full). */
orma_status archive_import(store *to, store *from,
                           const archive_import_options *options,
                           json_object **report, orma_error **err);

/* ---- looking ----------------------------------------------------- */

/* metadata.json. *is_current false: of a version that is not
 * ARCHIVE_VERSION. Errors: NOT_FOUND, INVALID (not an archive). */
orma_status archive_metadata(const char *path, json_object **metadata,
                             bool *is_current, orma_error **err);

/* INVALID with what to do when the archive's version is not
 * ARCHIVE_VERSION. */
orma_status archive_check_version(const char *path, const json_object *metadata,
                                  orma_error **err);

/* What an opened archive holds: {"users": n, …, "objects", "object_bytes"},
 * "node_types" and "process_types": {type: count}, "group_labels",
 * "computer_labels", "user_emails". */
orma_status archive_contents(store *archive, json_object **contents,
                             orma_error **err);

#endif
