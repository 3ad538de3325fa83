/* The write-ahead log kept short, whatever readers do.
 *
 * SQLite alone moves the log into the database at every commit beyond a
 * thousand pages, as far as readers let it: one that reads for an hour makes
 * every commit pay, and the log grows without end behind readers that overlap.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#define PAGES_FIRST 8000 /* 32 MB: a burst of small commits fits */
#define PAGES_STEP 2000  /* before another try when readers hindered one */
#define PAGES_RESTART                                                          \
    16000              /* 64 MB: from here a writer waits for readers …      \
                        */
#define RESTART_MS 250 /* … as long as this */

static int on_commit(void *user, sqlite3 *db, const char *schema, int pages)
{
    orma_store *store = user;
    int logged = 0, moved = 0;

    if (pages < store->wal_pages) /* the log began anew */
        store->wal_next = PAGES_FIRST;
    store->wal_pages = pages;
    if (pages < store->wal_next)
        return SQLITE_OK;

    const bool is_long = pages >= PAGES_RESTART;
    if (is_long)
        sqlite3_busy_timeout(db, RESTART_MS);
    const int rc = sqlite3_wal_checkpoint_v2(
        db, schema,
        is_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
        &logged, &moved);
    if (is_long)
        sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    store->wal_next =
        rc == SQLITE_OK && logged == moved ? PAGES_FIRST : pages + PAGES_STEP;
    return SQLITE_OK; /* the commit has succeeded in any case */
}

void wal_watch(orma_store *store)
{
    store->wal_next = PAGES_FIRST;
    sqlite3_wal_hook(store->db, on_commit, store);
}

void wal_finish(orma_store *store)
{
    /* The last connection moves and removes the log by itself. */
    if (store->db == NULL || store->wal_pages < PAGES_FIRST / 8)
        return;
    sqlite3_busy_timeout(store->db, 0); /* others that work go first */
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                              NULL);
}
