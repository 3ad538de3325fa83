/* A connection of core.sqlite_dos, as its files share it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_CONNECTION_H
#define SQLITE_DOS_CONNECTION_H

#include <stdbool.h>

#include <sqlite3.h>

#include <orma/storage.h>

#define DOMAIN "sqlite"
#define BUSY_TIMEOUT_MS 30000 /* of programs that do not queue: AiiDA */

#define USUAL_CACHE "-16000" /* KiB */
#define LARGE_CACHE "-131072"

/* Ids of a table that were handed out in the open transaction. */
typedef struct reserved_ids {
    char table[64];
    sqlite3_stmt *greatest; /* kept prepared */
    bool is_known;          /* last, in the open transaction */
    int64_t last;
} reserved_ids;
#define RESERVED_TABLES 16

struct orma_store {
    sqlite3 *db;
    char *folder; /* absolute */
    int queue_fd; /* -1 until the first write */
    bool is_queued;
    sqlite3_stmt *begin, *commit; /* kept prepared: every write runs them */
    bool is_wal;
    reserved_ids reserved[RESERVED_TABLES];
    size_t reserved_count;
    int wal_pages, wal_next; /* of the log, and when it is moved: wal.c */
    bool has_large_cache;    /* until the end of the transaction */
};

/* Watches the length of the write-ahead log from now on; shortens it before
 * the connection is closed. */
void wal_watch(orma_store *store);
void wal_finish(orma_store *store);

/* Ids are handed out anew; gives up what was kept for it. */
void forget_reserved(orma_store *store);
void finish_reserved(orma_store *store);

/* After a transaction with a copy. */
void finish_copies(orma_store *store);

/* "filepath" of the profile's storage.config; the caller frees it. */
orma_status read_config(orma_str config, char **folder, orma_error **err);

orma_status fail_sqlite(const orma_store *store, int code, orma_error **err);

/* is_lasting: the text outlives the run of the statement and is not copied. */
orma_status bind_value(orma_store *store, sqlite3_stmt *stmt, int index,
                       const orma_sql_value *v, bool is_lasting,
                       orma_error **err);

/* Members of orma_storage. */
orma_status reserve_ids(orma_store *store, const char *table, size_t count,
                        int64_t *ids, orma_error **err);
orma_status copy_begin(orma_store *store, const char *table,
                       const char *const *columns, orma_copy **copy,
                       orma_error **err);
orma_status copy_row(orma_copy *copy, const orma_sql_value *values,
                     orma_error **err);
orma_status copy_end(orma_copy *copy, orma_error **err);
orma_status size_bytes(orma_store *store, int64_t *bytes, orma_error **err);
orma_status backup(orma_store *store, const char *folder, orma_error **err);
orma_status check(orma_store *store, orma_writer *faults, orma_error **err);
orma_status destroy(const orma_storage *self, orma_str config,
                    orma_error **err);

#endif
