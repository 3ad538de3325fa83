/* The db.sqlite3 of an archive in the making, and what has to be remembered
 * of its objects meanwhile.
 *
 * Nothing of it can be seen in a folder: its file is unlinked from the start,
 * so that none is left behind by a process that dies.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_DATABASE_H
#define CORE_STORAGE_ARCHIVE_DATABASE_H

#include <sqlite3.h>

#include <storage/archive/zip_write.h>

typedef struct archive_database {
    sqlite3 *db;
    int fd; /* of its file */
    char *folder;
} archive_database;

/* AiiDA's tables, empty and without indexes, in a file of the folder. */
orma_status database_create(const char *folder, archive_database *out,
                            orma_error **err);
void database_close(archive_database *d); /* accepts a zeroed one */

/* Makes the indexes and writes all; *size: of the file behind fd. */
orma_status database_finish(archive_database *d, uint64_t *size,
                            orma_error **err);

orma_status database_prepare(archive_database *d, const char *text,
                             sqlite3_stmt **out, orma_error **err);

/* Runs a prepared statement without rows, and makes it ready again. */
orma_status database_step(archive_database *d, sqlite3_stmt *stmt,
                          orma_error **err);

/* The error for a result code. */
orma_status database_fail(archive_database *d, int code, orma_error **err);

#endif
