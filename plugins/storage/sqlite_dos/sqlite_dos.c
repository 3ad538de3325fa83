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

#include "connection.h"
#include "folder.h"
#include "json_functions.h"
#include "words.h"
#include "zip_store.h"
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

const orma_host *host;

struct orma_statement {
    sqlite3_stmt *stmt;
    orma_store *store;
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

orma_status fail_sqlite(const orma_store *store, int code, orma_error **err)
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

orma_status read_config(orma_str config, char **folder, orma_error **err)
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
                          "path of the storage");
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    *folder = copy;
    return ORMA_OK;
}

/* A statement without rows that is prepared at its first run. */
static orma_status run_kept(orma_store *store, sqlite3_stmt **stmt,
                            const char *sql, orma_error **err)
{
    int rc = SQLITE_OK;
    if (*stmt == NULL)
        rc = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(*stmt);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(*stmt);
        return ORMA_OK;
    }
    const orma_status st = fail_sqlite(store, rc, err);
    sqlite3_reset(*stmt); /* accepts NULL; after the error was read */
    return st;
}

static void close_store(orma_store *store)
{
    if (store == NULL)
        return;
    wal_finish(store);
    finish_reserved(store);
    sqlite3_finalize(store->begin);
    sqlite3_finalize(store->commit);
    sqlite3_close_v2(store->db);
    if (store->queue_fd >= 0)
        close(store->queue_fd);
    free(store->folder);
    free(store);
}

/* What every connection is set to; synchronous=FULL makes a commit durable, and
 * a log that a long transaction made large gives its room back (64 MB). */
static const char session_pragmas[] =
    "PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=ON; "
    "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; "
    "PRAGMA cache_size=" USUAL_CACHE ";";

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
    wal_watch(store);
    const int known = json_functions_register(store->db);
    return known == SQLITE_OK ? run(store, session_pragmas, err)
                              : fail_sqlite(store, known, err);
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

static orma_status prepare(orma_store *store, const char *sql, uint32_t flags,
                           orma_statement **out, orma_error **err)
{
    orma_statement *made = calloc(1, sizeof *made);
    if (made == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    made->store = store;
    /* Rows arrive one by one in any case: ORMA_SQL_MANY_ROWS adds nothing. */
    const int rc = sqlite3_prepare_v3(
        store->db, sql, -1,
        (flags & ORMA_SQL_ONCE) ? 0 : SQLITE_PREPARE_PERSISTENT, &made->stmt,
        NULL);
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

orma_status bind_value(orma_store *store, sqlite3_stmt *stmt, int index,
                       const orma_sql_value *v, bool is_lasting,
                       orma_error **err)
{
    int rc = SQLITE_MISUSE;

    switch (v->type) {
    case ORMA_SQL_NULL:
        rc = sqlite3_bind_null(stmt, index);
        break;
    case ORMA_SQL_INTEGER:
        rc = sqlite3_bind_int64(stmt, index, v->integer);
        break;
    case ORMA_SQL_REAL:
        rc = sqlite3_bind_double(stmt, index, v->real);
        break;
    case ORMA_SQL_TEXT:
        rc = sqlite3_bind_text64(stmt, index, v->text.ptr, v->text.len,
                                 is_lasting ? SQLITE_STATIC : SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
        break;
    case ORMA_SQL_BLOB:
        rc = sqlite3_bind_blob64(stmt, index, v->text.ptr, v->text.len,
                                 is_lasting ? SQLITE_STATIC : SQLITE_TRANSIENT);
        break;
    }
    return rc == SQLITE_OK ? ORMA_OK : fail_sqlite(store, rc, err);
}

static orma_status bind(orma_statement *s, int32_t index,
                        const orma_sql_value *v, orma_error **err)
{
    return bind_value(s->store, s->stmt, index, v, false, err);
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

static orma_status begin_reading(orma_store *store, orma_error **err)
{
    /* The first read is what fixes the view. */
    return run(store, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1", err);
}

/* Where somebody reads in the old mode all the while, the switch waits for a
 * later transaction, and this one works in the old mode. */
static orma_status switch_to_wal(orma_store *store, orma_error **err)
{
    if (store->is_wal)
        return ORMA_OK;
    const int rc =
        sqlite3_exec(store->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED)
        return ORMA_OK;
    if (rc != SQLITE_OK)
        return fail_sqlite(store, rc, err);
    store->is_wal = true;
    return ORMA_OK;
}

static orma_status begin(orma_store *store, uint32_t flags, orma_error **err)
{
    orma_status st = ORMA_OK;

    forget_reserved(store);
    if (flags & ORMA_BEGIN_READ)
        return begin_reading(store, err);
    if (store->queue_fd < 0)
        st = queue_open(store->folder, &store->queue_fd, err);
    if (st == ORMA_OK)
        st = queue_enter(store->queue_fd, err);
    if (st != ORMA_OK)
        return st;
    store->is_queued = true;
    st = switch_to_wal(store, err);
    if (st == ORMA_OK)
        st = run_kept(store, &store->begin, "BEGIN IMMEDIATE", err);
    if (st != ORMA_OK)
        leave_queue(store);
    return st;
}

static orma_status commit(orma_store *store, orma_error **err)
{
    const orma_status st = run_kept(store, &store->commit, "COMMIT", err);
    if (st != ORMA_OK)
        return st;
    leave_queue(store);
    finish_copies(store);
    return ORMA_OK;
}

static void rollback(orma_store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    leave_queue(store);
    finish_copies(store);
}

static orma_status post(orma_statement *s, orma_error **err)
{
    int32_t has_row = 1;
    orma_status st = ORMA_OK;
    while (st == ORMA_OK && has_row)
        st = step(s, &has_row, err);
    reset(s);
    return st;
}

static int64_t changes(orma_statement *s)
{
    return sqlite3_changes64(s->store->db);
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
    .post = post,
    .reserve_ids = reserve_ids,
    .copy_begin = copy_begin,
    .copy_row = copy_row,
    .copy_end = copy_end,
    .changes = changes,
    .size_bytes = size_bytes,
    .backup = backup,
    .check = check,
    .destroy = destroy,
};

/* An archive; what would write is refused by begin() or by SQLite. */
static const orma_storage sqlite_zip = {
    .size = sizeof(orma_storage),
    .open = zip_open_store,
    .close = zip_close_store,
    .dialect = dialect,
    .container = zip_container,
    .execute = run,
    .prepare = prepare,
    .finalize = finalize,
    .bind = bind,
    .step = step,
    .column = column,
    .reset = reset,
    .begin = zip_begin,
    .commit = commit,
    .rollback = rollback,
    .post = post,
    .reserve_ids = reserve_ids,
    .copy_begin = copy_begin,
    .copy_row = copy_row,
    .copy_end = copy_end,
    .changes = changes,
    .size_bytes = size_bytes,
    .backup = backup,
    .check = check,
};

static const orma_entry entries[] = {
    {ORMA_STORAGE, "core.sqlite_dos", &sqlite_dos},
    {ORMA_STORAGE, "core.sqlite_zip", &sqlite_zip},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER, .package = "core",
    .version = "0.1.0", .entry_count = sizeof entries / sizeof *entries,
    .entries = entries, .load = load,
};
