/* packs.idx: where packed objects lie. SQLite by the container's format, and
 * in WAL mode always.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define BUSY_TIMEOUT_MS 30000

/* As SQLAlchemy writes it for disk-objectstore. */
static const char index_schema[] =
    "PRAGMA journal_mode=WAL;"
    "BEGIN;"
    "CREATE TABLE db_object (\n\tid INTEGER NOT NULL, \n\thashkey VARCHAR NOT "
    "NULL, \n\tcompressed BOOLEAN NOT NULL, \n\tsize INTEGER NOT NULL, \n\t"
    "\"offset\" INTEGER NOT NULL, \n\tlength INTEGER NOT NULL, \n\tpack_id "
    "INTEGER NOT NULL, \n\tPRIMARY KEY (id)\n);"
    "CREATE UNIQUE INDEX ix_db_object_hashkey ON db_object (hashkey);"
    "COMMIT;";

static orma_status fail(const char *folder, sqlite3 *db, int code,
                        orma_error **err)
{
    const int primary = code & 0xff;
    const int errnum = sqlite3_system_errno(db);

    if (primary == SQLITE_FULL ||
        (primary == SQLITE_IOERR && (errnum == ENOSPC || errnum == EDQUOT)))
        return error_set(err, ORMA_E_TRANSIENT, "storage", code,
                         "disk is full: cannot write \"%s/packs.idx\"", folder);
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return error_set(err, ORMA_E_TRANSIENT, "storage", code,
                         "\"%s/packs.idx\" is busy: another program holds it",
                         folder);
    if (primary == SQLITE_NOMEM)
        return error_no_memory(err);

    const orma_status st =
        error_set(err, ORMA_E_PERMANENT, "storage", code,
                  "index \"%s/packs.idx\" cannot be used: %s", folder,
                  sqlite3_errmsg(db));
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
        primary == SQLITE_ERROR)
        error_hint(err, "the file is damaged: restore it from a backup");
    return st;
}

static orma_status open_file(const char *folder, int flags, sqlite3 **out,
                             orma_error **err)
{
    AUTO_FREE char *path = file_join(folder, "packs.idx");
    sqlite3 *db = NULL;
    if (path == NULL)
        return error_no_memory(err);

    const int rc =
        sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        const orma_status st = fail(folder, db, rc, err);
        sqlite3_close_v2(db);
        return st;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    *out = db;
    return ORMA_OK;
}

static orma_status run(const char *folder, sqlite3 *db, const char *sql,
                       orma_error **err)
{
    const int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ORMA_OK : fail(folder, db, rc, err);
}

orma_status index_create(const char *folder, orma_error **err)
{
    sqlite3 *db = NULL;
    orma_status st =
        open_file(folder, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, err);
    if (st == ORMA_OK)
        st = run(folder, db, index_schema, err);
    sqlite3_close_v2(db);
    return st;
}

static orma_status prepare(container *c, const char *sql, sqlite3_stmt **out,
                           orma_error **err)
{
    const int rc = sqlite3_prepare_v3(c->index, sql, -1,
                                      SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? ORMA_OK : fail(c->folder, c->index, rc, err);
}

/* Another host's index, as a file that does not change: nothing is locked, no
 * journal made or read. A URI needs its path escaped. */
static orma_status open_immutable(container *c, orma_error **err)
{
    AUTO_BUF buf uri = {0};
    buf_text(&uri, "file:");
    for (const char *p = c->folder; *p != '\0'; p++)
        if (strchr("?#%", *p) != NULL)
            buf_printf(&uri, "%%%02x", (unsigned)(unsigned char)*p);
        else
            buf_char(&uri, *p);
    buf_text(&uri, "/packs.idx?immutable=1");
    const orma_status st = buf_status(&uri, err);
    if (st != ORMA_OK)
        return st;
    const int rc = sqlite3_open_v2(
        buf_c_str(&uri), &c->index,
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    return rc == SQLITE_OK ? ORMA_OK : fail(c->folder, c->index, rc, err);
}

/* Opened at the first use: many commands read rows only. */
static orma_status index_open(container *c, orma_error **err)
{
    if (c->index != NULL)
        return ORMA_OK;
    orma_status st =
        c->owner != NULL
            ? open_immutable(c, err)
            : open_file(c->folder, SQLITE_OPEN_READWRITE, &c->index, err);
    if (st == ORMA_OK)
        st = run(c->folder, c->index,
                 "PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;", err);
    if (st == ORMA_OK)
        st = prepare(c,
                     "SELECT pack_id, \"offset\", length, size, compressed "
                     "FROM db_object WHERE hashkey = ?1",
                     &c->find, err);
    if (st == ORMA_OK)
        st = prepare(c,
                     "INSERT INTO db_object (hashkey, compressed, size, "
                     "\"offset\", length, pack_id) VALUES (?1, ?2, ?3, ?4, ?5, "
                     "?6) ON CONFLICT (hashkey) DO NOTHING",
                     &c->insert, err);
    if (st != ORMA_OK)
        index_close(c);
    return st;
}

void index_close(container *c)
{
    sqlite3_finalize(c->find);
    sqlite3_finalize(c->insert);
    sqlite3_close_v2(c->index);
    c->find = NULL;
    c->insert = NULL;
    c->index = NULL;
}

orma_status index_find(container *c, const char *key, packed_object *out,
                       bool *found, orma_error **err)
{
    const orma_status st = index_open(c, err);
    if (st != ORMA_OK)
        return st;
    sqlite3_bind_text(c->find, 1, key, -1, SQLITE_STATIC);
    const int rc = sqlite3_step(c->find);
    if (rc == SQLITE_ROW) {
        out->pack_id = sqlite3_column_int64(c->find, 0);
        out->offset = sqlite3_column_int64(c->find, 1);
        out->length = sqlite3_column_int64(c->find, 2);
        out->size = sqlite3_column_int64(c->find, 3);
        out->is_compressed = sqlite3_column_int(c->find, 4) != 0;
    }
    /* Reset at once: a statement left open would pin its snapshot of the
     * index, and a packer's work would stay unseen. */
    sqlite3_reset(c->find);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return fail(c->folder, c->index, rc, err);
    *found = rc == SQLITE_ROW;
    return ORMA_OK;
}

orma_status index_begin(container *c, orma_error **err)
{
    orma_status st = container_check_owner(c, err);
    if (st == ORMA_OK)
        st = index_open(c, err);
    /* A container that was copied without care may have lost the mode. */
    if (st == ORMA_OK)
        st = run(c->folder, c->index, "PRAGMA journal_mode=WAL", err);
    if (st == ORMA_OK)
        st = run(c->folder, c->index, "BEGIN IMMEDIATE", err);
    return st;
}

orma_status index_insert(container *c, const char *key, const packed_object *o,
                         orma_error **err)
{
    sqlite3_bind_text(c->insert, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int(c->insert, 2, o->is_compressed);
    sqlite3_bind_int64(c->insert, 3, o->size);
    sqlite3_bind_int64(c->insert, 4, o->offset);
    sqlite3_bind_int64(c->insert, 5, o->length);
    sqlite3_bind_int64(c->insert, 6, o->pack_id);
    const int rc = sqlite3_step(c->insert);
    sqlite3_reset(c->insert);
    return rc == SQLITE_DONE ? ORMA_OK : fail(c->folder, c->index, rc, err);
}

orma_status index_commit(container *c, orma_error **err)
{
    return run(c->folder, c->index, "COMMIT", err);
}

void index_rollback(container *c)
{
    if (c->index != NULL && !sqlite3_get_autocommit(c->index))
        sqlite3_exec(c->index, "ROLLBACK", NULL, NULL, NULL);
}

orma_status index_prepare(container *c, const char *sql, sqlite3_stmt **out,
                          orma_error **err)
{
    const orma_status st = index_open(c, err);
    return st == ORMA_OK ? prepare(c, sql, out, err) : st;
}

orma_status index_run(container *c, const char *sql, orma_error **err)
{
    const orma_status st = index_open(c, err);
    return st == ORMA_OK ? run(c->folder, c->index, sql, err) : st;
}

orma_status index_fail(container *c, int code, orma_error **err)
{
    return fail(c->folder, c->index, code, err);
}

orma_status index_number(container *c, const char *sql, int64_t *out,
                         orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    orma_status st = index_prepare(c, sql, &stmt, err);
    if (st != ORMA_OK)
        return st;
    const int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    else
        st = fail(c->folder, c->index, rc, err);
    sqlite3_finalize(stmt);
    return st;
}

orma_status index_counts(container *c, int64_t *objects, int64_t *bytes,
                         orma_error **err)
{
    const orma_status st =
        index_number(c, "SELECT COUNT(*) FROM db_object", objects, err);
    return st == ORMA_OK
               ? index_number(c,
                              "SELECT COALESCE(SUM(length), 0) FROM db_object",
                              bytes, err)
               : st;
}

orma_status container_settle(container *c, orma_error **err)
{
    return index_run(c, "PRAGMA wal_checkpoint(PASSIVE)", err);
}

orma_status container_vacuum(container *c, orma_error **err)
{
    const orma_status st = container_check_owner(c, err);
    return st == ORMA_OK ? index_run(c, "VACUUM", err) : st;
}

orma_status container_copy_index(container *c, const char *path,
                                 orma_error **err)
{
    sqlite3 *copy = NULL;
    orma_status st = index_open(c, err);
    if (st != ORMA_OK)
        return st;
    int rc = sqlite3_open_v2(path, &copy,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *b =
        rc == SQLITE_OK ? sqlite3_backup_init(copy, "main", c->index, "main")
                        : NULL;
    if (b != NULL) {
        /* All pages in one step: one view, whatever others write. */
        rc = sqlite3_backup_step(b, -1);
        sqlite3_backup_finish(b);
    }
    if (b == NULL || rc != SQLITE_DONE)
        st = error_set(err,
                       rc == SQLITE_FULL ? ORMA_E_TRANSIENT : ORMA_E_PERMANENT,
                       "storage", rc, "cannot copy the index to \"%s\": %s",
                       path, sqlite3_errmsg(copy));
    sqlite3_close_v2(copy);
    return st;
}
