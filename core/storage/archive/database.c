/* The db.sqlite3 of an archive in the making.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/database.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/schema.h>

/* An archive is SQLite by format, whatever the profile's backend. */
static const orma_dialect words = {
    .size = sizeof words,
    .name = "sqlite",
    .serial = "INTEGER",
    .uuid = "VARCHAR(32)",
    .json = "JSON",
    .timestamp = "DATETIME",
    .boolean = "BOOLEAN",
};

/* Nobody else sees the file and a failure discards it: no journal, no syncs.
 * Objects are remembered in temporary tables, which go to disk when large. */
static const char session[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA foreign_keys=OFF; "
    "PRAGMA cache_size=-32000; PRAGMA temp_store=FILE; "
    "PRAGMA temp.cache_size=-16000;"
    /* Objects that nodes name, and where they lie in the container. */
    "CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY, pack INTEGER, "
    "at INTEGER, size INTEGER) WITHOUT ROWID;"
    /* Those that the archive has, as its directory names them. */
    "CREATE TEMP TABLE entry (seq INTEGER PRIMARY KEY, key TEXT UNIQUE, "
    "at INTEGER, size INTEGER, compressed INTEGER, crc INTEGER, "
    "time INTEGER, method INTEGER);";

orma_status database_fail(archive_database *d, int code, orma_error **err)
{
    const int primary = code & 0xff;
    const int errnum = sqlite3_system_errno(d->db);

    if (primary == SQLITE_NOMEM)
        return error_no_memory(err);
    if (primary == SQLITE_FULL ||
        (primary == SQLITE_IOERR && (errnum == ENOSPC || errnum == EDQUOT)))
        return error_set(err, ORMA_E_TRANSIENT, "archive", code,
                         "disk is full: cannot write the archive's database "
                         "in \"%s\"",
                         d->folder);
    return error_set(err, ORMA_E_PERMANENT, "archive", code,
                     "the archive's database cannot be written: %s",
                     sqlite3_errmsg(d->db));
}

static orma_status run(archive_database *d, const char *text, orma_error **err)
{
    const int rc = sqlite3_exec(d->db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ORMA_OK : database_fail(d, rc, err);
}

orma_status database_prepare(archive_database *d, const char *text,
                             sqlite3_stmt **out, orma_error **err)
{
    const int rc = sqlite3_prepare_v3(d->db, text, -1,
                                      SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? ORMA_OK : database_fail(d, rc, err);
}

orma_status database_step(archive_database *d, sqlite3_stmt *stmt,
                          orma_error **err)
{
    const int rc = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? ORMA_OK : database_fail(d, rc, err);
}

/* Of the schema's statements the tables, or the indexes; AiiDA's archives say
 * their version elsewhere. */
static orma_status run_ddl(archive_database *d, bool wants_indexes,
                           orma_error **err)
{
    AUTO_BUF buf ddl = {0};
    orma_status st = ORMA_OK;

    schema_ddl(&words, &ddl);
    st = buf_status(&ddl, err);
    char *next = ddl.ptr;
    while (st == ORMA_OK && next != NULL && *next != '\0') {
        char *statement = next;
        char *end = strstr(statement, ";\n");
        next = end == NULL ? NULL : end + 2;
        if (end != NULL)
            *end = '\0';
        if (text_starts(statement, "CREATE TABLE alembic_version"))
            continue;
        if (text_starts(statement, "CREATE TABLE") != wants_indexes)
            st = run(d, statement, err);
    }
    return st;
}

static orma_status open_file(archive_database *d, orma_error **err)
{
    AUTO_FREE char *path = text_printf("%s/.orma-archive-XXXXXX", d->folder);
    if (path == NULL)
        return error_no_memory(err);
    d->fd = mkostemp(path, O_CLOEXEC);
    if (d->fd < 0)
        return error_errno(err, errno, "archive",
                           "cannot write into the folder \"%s\"", d->folder);
    const int rc = sqlite3_open_v2(
        path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    unlink(path);
    return rc == SQLITE_OK ? ORMA_OK : database_fail(d, rc, err);
}

orma_status database_create(const char *folder, archive_database *out,
                            orma_error **err)
{
    archive_database d = {.fd = -1, .folder = text_copy(folder)};

    orma_status st =
        d.folder == NULL ? error_no_memory(err) : open_file(&d, err);
    if (st == ORMA_OK)
        st = run(&d, session, err);
    if (st == ORMA_OK)
        st = run(&d, "BEGIN", err);
    if (st == ORMA_OK)
        st = run_ddl(&d, false, err);
    if (st != ORMA_OK) {
        database_close(&d);
        return st;
    }
    *out = d;
    return ORMA_OK;
}

void database_close(archive_database *d)
{
    if (d->folder == NULL)
        return;
    sqlite3_close_v2(d->db);
    if (d->fd >= 0)
        close(d->fd);
    free(d->folder);
    *d = (archive_database){0};
}

orma_status database_finish(archive_database *d, uint64_t *size,
                            orma_error **err)
{
    struct stat info;

    orma_status st = run_ddl(d, true, err);
    if (st == ORMA_OK)
        st = run(d, "COMMIT", err);
    if (st != ORMA_OK)
        return st;
    if (fstat(d->fd, &info) != 0)
        return error_errno(err, errno, "archive",
                           "cannot examine the archive's database");
    *size = (uint64_t)info.st_size;
    return ORMA_OK;
}
