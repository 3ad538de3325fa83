/* What the files that create archives share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_CREATE_INTERNAL_H
#define CORE_STORAGE_ARCHIVE_CREATE_INTERNAL_H

#include <storage/archive/archive.h>
#include <storage/archive/database.h>
#include <storage/archive/table.h>
#include <storage/store_internal.h>

typedef struct creation {
    store *s;
    const archive_selection *selection;
    const archive_create_options *options;
    pk_set nodes, groups, computers, users; /* that the archive gets */
    archive_database database;
    sqlite3_stmt *want; /* INSERT INTO wanted */
    int64_t counts[TABLE_COUNT];
    int64_t object_count, object_bytes;
    int64_t taken_over;
    int64_t unsealed_count;
    buf unsealed; /* the first of them, for the message */
} creation;

orma_status creation_tell(const creation *c, const char *stage, int64_t done,
                          int64_t total, orma_error **err);

/* Fills the sets with what the selection leads to. */
orma_status creation_collect(creation *c, orma_error **err);

/* Copies the rows of all tables; objects of nodes become `wanted`.
 * Errors: REFUSED (unsealed processes). */
orma_status creation_write_rows(creation *c, orma_error **err);

/* Adds the files that the repository tree names to `wanted`. */
orma_status creation_want_objects(creation *c, int64_t node_pk,
                                  orma_str repository, orma_error **err);

/* Writes the archive behind `path`.part, and names it path. */
orma_status creation_write_file(creation *c, const char *path, int64_t *bytes,
                                orma_error **err);

/* metadata.json of the archive. */
orma_status creation_metadata(creation *c, buf *out, orma_error **err);

#endif
