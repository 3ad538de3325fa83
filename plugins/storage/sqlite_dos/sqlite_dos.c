/* core.sqlite_dos: an SQL driver over libsqlite3.
 *
 * Writers queue on a lock file before BEGIN IMMEDIATE, because SQLite's own
 * locking lets waiters starve; the write-ahead log lets readers go on
 * meanwhile. The journal mode is set at the first write, so that reading a
 * profile that AiiDA made leaves it as it is.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <sqlite3.h>

#include <orma/storage.h>

#include "folder.h"

#define DOMAIN "sqlite"
#define BUSY_TIMEOUT_MS 30000 /* of programs that do not queue: AiiDA */

const orma_host *host;

struct orma_store {
    sqlite3 *db;
    char *folder; /* absolute */
    int queue_fd; /* -1 until the first write */
    bool is_queued;
    bool is_wal;
};

struct orma_statement {
    sqlite3_stmt *stmt;
    orma_store *store;
};

static const orma_dialect sqlite_dialect = {
    .size = sizeof(orma_dialect),
    .name = "sqlite",
    .serial = "INTEGER",
    .uuid = "VARCHAR(32)", /* AiiDA's word; 36 characters are stored */
    .json = "JSON",
    .timestamp = "DATETIME",
    .boolean = "BOOLEAN",
    .uuid_param = "?",
    .json_param = "?",
    .timestamp_param = "?",
    /* Not the -> operators: an index with them would make the database
     * unreadable to a Python whose SQLite is older than 3.38. And guarded: an
     * old NaN in one row must not fail the index, and so every write. */
    .json_scalar = "CASE WHEN json_valid(@) THEN json_extract(@, '$.#') END",
};

/* What SQLite's primary result codes mean to the caller; others are mistakes
 * of ours. */
static const struct {
    int code;
    orma_status status;
    const char *meaning; /* NULL: SQLite's own words */
} meanings[] = {
    {SQLITE_BUSY, ORMA_E_TRANSIENT,
     "the database is busy: another program holds it"},
    {SQLITE_LOCKED, ORMA_E_TRANSIENT,
     "the database is busy: another program holds it"},
    {SQLITE_PROTOCOL, ORMA_E_TRANSIENT,
     "the database is busy: another program holds it"},
    {SQLITE_FULL, ORMA_E_TRANSIENT, "disk is full"},
    {SQLITE_IOERR, ORMA_E_PERMANENT, NULL},
    {SQLITE_CONSTRAINT, ORMA_E_INVALID, NULL},
    {SQLITE_CORRUPT, ORMA_E_PERMANENT,
     "the database file is damaged: restore it from a backup"},
    {SQLITE_NOTADB, ORMA_E_PERMANENT,
     "the database file is damaged: restore it from a backup"},
    {SQLITE_NOMEM, ORMA_E_NO_MEMORY, NULL},
    {SQLITE_INTERRUPT, ORMA_E_CANCELLED, NULL},
    {SQLITE_TOOBIG, ORMA_E_INVALID, NULL},
    {SQLITE_PERM, ORMA_E_PERMANENT, NULL},
    {SQLITE_READONLY, ORMA_E_PERMANENT, NULL},
    {SQLITE_CANTOPEN, ORMA_E_PERMANENT, NULL},
    {SQLITE_NOLFS, ORMA_E_PERMANENT, NULL},
    {SQLITE_AUTH, ORMA_E_PERMANENT, NULL},
};

/* An I/O error for want of room is the disk's state, not a fault. */
static bool lacks_room(const orma_store *store, int code)
{
    if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_CANTOPEN)
        return false;
    const int errnum = sqlite3_system_errno(store->db);
    struct rlimit limit;
    return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG ||
           folder_is_full(store->folder) ||
           (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
            limit.rlim_cur != RLIM_INFINITY);
}

static orma_status fail_sqlite(const orma_store *store, int code,
                               orma_error **err)
{
    orma_status st = ORMA_E_BUG;
    const char *meaning = NULL;

    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == (code & 0xff)) {
            st = meanings[i].status;
            meaning = meanings[i].meaning;
        }
    if (lacks_room(store, code)) {
        st = ORMA_E_TRANSIENT;
        meaning = "disk is full, or a limit on the size of files is reached";
    }
    if (meaning != NULL)
        return host->fail(host, err, st, DOMAIN, code, "%s (\"%s\")", meaning,
                          store->folder);
    return host->fail(host, err, st, DOMAIN, code, "%s (\"%s\")",
                      sqlite3_errmsg(store->db), store->folder);
}

static orma_status run(orma_store *store, const char *sql, orma_error **err)
{
    const int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK
               ? ORMA_OK
               : fail_sqlite(store, sqlite3_extended_errcode(store->db), err);
}

/* "filepath" of the profile's storage.config; the caller frees it. */
static orma_status read_config(orma_str config, char **folder, orma_error **err)
{
    struct json_tokener *tok = json_tokener_new();
    if (tok == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    struct json_object *root =
        config.len > INT_MAX
            ? NULL
            : json_tokener_parse_ex(tok, config.ptr, (int)config.len);
    json_tokener_free(tok);

    struct json_object *value = NULL;
    json_object_object_get_ex(root, "filepath", &value);
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : "";
    char *copy = *text == '/' ? strdup(text) : NULL;
    json_object_put(root);
    if (copy == NULL)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "storage.config needs \"filepath\", the absolute "
                          "path of the storage's folder");
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    *folder = copy;
    return ORMA_OK;
}

static void close_store(orma_store *store)
{
    if (store == NULL)
        return;
    sqlite3_close_v2(store->db);
    if (store->queue_fd >= 0)
        close(store->queue_fd);
    free(store->folder);
    free(store);
}

/* What every connection is set to; synchronous=FULL makes a commit durable. */
static const char session_pragmas[] =
    "PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=ON; "
    "PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;";

static orma_status open_database(orma_store *store, uint32_t flags,
                                 orma_error **err)
{
    char path[PATH_MAX];
    const int n =
        snprintf(path, sizeof path, "%s/database.sqlite", store->folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "path \"%s\" is too long", store->folder);
    if (!(flags & ORMA_STORE_CREATE) && access(path, F_OK) != 0)
        return host->fail(host, err, ORMA_E_NOT_FOUND, DOMAIN, errno,
                          "\"%s\" does not exist", path);

    const int mode =
        (flags & ORMA_STORE_READ_ONLY)
            ? SQLITE_OPEN_READONLY
            : SQLITE_OPEN_READWRITE |
                  ((flags & ORMA_STORE_CREATE) ? SQLITE_OPEN_CREATE : 0);
    const int rc =
        sqlite3_open_v2(path, &store->db, mode | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return fail_sqlite(store, rc, err);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    return run(store, session_pragmas, err);
}

static orma_status open_store(const orma_storage *self, orma_str config,
                              uint32_t flags, orma_store **out,
                              orma_error **err)
{
    (void)self;
    if ((flags & ~(uint32_t)(ORMA_STORE_CREATE | ORMA_STORE_READ_ONLY)) != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, DOMAIN, 0,
                          "open flags 0x%x are not known", flags);

    orma_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    store->queue_fd = -1;

    orma_status st = read_config(config, &store->folder, err);
    if (st == ORMA_OK && (flags & ORMA_STORE_CREATE))
        st = folder_make(store->folder, err);
    if (st == ORMA_OK)
        st = folder_check(store->folder, err);
    if (st == ORMA_OK)
        st = open_database(store, flags, err);
    if (st != ORMA_OK) {
        close_store(store);
        return st;
    }
    *out = store;
    return ORMA_OK;
}

static const orma_dialect *dialect(const orma_storage *self)
{
    (void)self;
    return &sqlite_dialect;
}

static orma_status container(orma_store *store, orma_writer *out,
                             orma_error **err)
{
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s/container", store->folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "path \"%s\" is too long", store->folder);
    const orma_status st = host->write(out, (orma_str){path, (size_t)n});
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the container's path");
}

static orma_status prepare(orma_store *store, const char *sql,
                           orma_statement **out, orma_error **err)
{
    orma_statement *made = calloc(1, sizeof *made);
    if (made == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    made->store = store;
    const int rc = sqlite3_prepare_v3(
        store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made->stmt, NULL);
    if (rc != SQLITE_OK) {
        free(made);
        return fail_sqlite(store, rc, err);
    }
    *out = made;
    return ORMA_OK;
}

static void finalize(orma_statement *statement)
{
    if (statement == NULL)
        return;
    sqlite3_finalize(statement->stmt);
    free(statement);
}

static orma_status bind(orma_statement *s, int32_t index,
                        const orma_sql_value *v, orma_error **err)
{
    int rc = SQLITE_MISUSE;

    /* TRANSIENT: the caller's text is borrowed for this call only. */
    switch (v->type) {
    case ORMA_SQL_NULL:
        rc = sqlite3_bind_null(s->stmt, index);
        break;
    case ORMA_SQL_INTEGER:
        rc = sqlite3_bind_int64(s->stmt, index, v->integer);
        break;
    case ORMA_SQL_REAL:
        rc = sqlite3_bind_double(s->stmt, index, v->real);
        break;
    case ORMA_SQL_TEXT:
        rc = sqlite3_bind_text64(s->stmt, index, v->text.ptr, v->text.len,
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case ORMA_SQL_BLOB:
        rc = sqlite3_bind_blob64(s->stmt, index, v->text.ptr, v->text.len,
                                 SQLITE_TRANSIENT);
        break;
    }
    return rc == SQLITE_OK ? ORMA_OK : fail_sqlite(s->store, rc, err);
}

static orma_status step(orma_statement *s, int32_t *has_row, orma_error **err)
{
    const int rc = sqlite3_step(s->stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return fail_sqlite(s->store, rc, err);
    *has_row = rc == SQLITE_ROW;
    return ORMA_OK;
}

static void column(orma_statement *s, int32_t index, orma_sql_value *value)
{
    *value = (orma_sql_value){.type = ORMA_SQL_NULL};
    switch (sqlite3_column_type(s->stmt, index)) {
    case SQLITE_INTEGER:
        value->type = ORMA_SQL_INTEGER;
        value->integer = sqlite3_column_int64(s->stmt, index);
        break;
    case SQLITE_FLOAT:
        value->type = ORMA_SQL_REAL;
        value->real = sqlite3_column_double(s->stmt, index);
        break;
    case SQLITE_TEXT:
        value->type = ORMA_SQL_TEXT;
        value->text.ptr = (const char *)sqlite3_column_text(s->stmt, index);
        break;
    case SQLITE_BLOB:
        value->type = ORMA_SQL_BLOB;
        value->text.ptr = sqlite3_column_blob(s->stmt, index);
        break;
    }
    if (value->type == ORMA_SQL_TEXT || value->type == ORMA_SQL_BLOB)
        value->text.len = (size_t)sqlite3_column_bytes(s->stmt, index);
}

static void reset(orma_statement *s)
{
    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt);
}

static void leave_queue(orma_store *store)
{
    if (store->is_queued)
        queue_leave(store->queue_fd);
    store->is_queued = false;
}

static orma_status begin(orma_store *store, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (store->queue_fd < 0)
        st = queue_open(store->folder, &store->queue_fd, err);
    if (st == ORMA_OK)
        st = queue_enter(store->queue_fd, err);
    if (st != ORMA_OK)
        return st;
    store->is_queued = true;
    if (!store->is_wal)
        st = run(store, "PRAGMA journal_mode=WAL", err);
    store->is_wal = st == ORMA_OK;
    if (st == ORMA_OK)
        st = run(store, "BEGIN IMMEDIATE", err);
    if (st != ORMA_OK)
        leave_queue(store);
    return st;
}

static orma_status commit(orma_store *store, orma_error **err)
{
    const orma_status st = run(store, "COMMIT", err);
    if (st == ORMA_OK)
        leave_queue(store);
    return st;
}

static void rollback(orma_store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    leave_queue(store);
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_storage sqlite_dos = {
    .size = sizeof(orma_storage),
    .open = open_store,
    .close = close_store,
    .dialect = dialect,
    .container = container,
    .execute = run,
    .prepare = prepare,
    .finalize = finalize,
    .bind = bind,
    .step = step,
    .column = column,
    .reset = reset,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
};

static const orma_entry entries[] = {
    {ORMA_STORAGE, "core.sqlite_dos", &sqlite_dos},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER, .package = "core",
    .version = "0.1.0", .entry_count = sizeof entries / sizeof *entries,
    .entries = entries, .load = load,
};
