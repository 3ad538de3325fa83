/* The archive's file: objects, then rows, then what names them.
 *
 * SPDX-License-Identifier: MIT */
#include "create_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define TELL_EVERY 500

static const char insert_entry[] =
    "INSERT INTO entry (key, at, size, compressed, crc, time, method) VALUES "
    "(?, ?, ?, ?, ?, ?, ?)";

typedef struct writing {
    creation *c;
    zip_writer *zip;
    sqlite3_stmt *remember; /* insert_entry */
    sqlite3_stmt *find;     /* is it wanted, and not there yet? */
    zip_entry database, metadata;
    int64_t written;
} writing;

/* ---- objects ----------------------------------------------------- */

static orma_status remember(writing *w, const char *key, const zip_entry *e,
                            orma_error **err)
{
    sqlite3_bind_text(w->remember, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(w->remember, 2, (int64_t)e->offset);
    sqlite3_bind_int64(w->remember, 3, (int64_t)e->size);
    sqlite3_bind_int64(w->remember, 4, (int64_t)e->compressed_size);
    sqlite3_bind_int64(w->remember, 5, e->crc);
    sqlite3_bind_int64(w->remember, 6, e->dos_time);
    sqlite3_bind_int(w->remember, 7, e->method);
    w->written++;
    return database_step(&w->c->database, w->remember, err);
}

static orma_status tell_objects(const writing *w, orma_error **err)
{
    return creation_tell(w->c, "objects", w->written, w->c->object_count, err);
}

/* Of an earlier run: an object that this archive wants, too. */
static orma_status keep_entry(void *user, const char *name, const char *sha256,
                              const zip_entry *e, bool *wanted,
                              orma_error **err)
{
    writing *w = user;

    if (!text_starts(name, "repo/") || !text_equal(name + 5, sha256))
        return ORMA_OK;
    sqlite3_bind_text(w->find, 1, sha256, -1, SQLITE_STATIC);
    const int rc = sqlite3_step(w->find);
    *wanted = rc == SQLITE_ROW && sqlite3_column_int(w->find, 0) != 0;
    sqlite3_reset(w->find);
    if (rc != SQLITE_ROW)
        return database_fail(&w->c->database, rc, err);
    if (!*wanted)
        return ORMA_OK;
    w->c->taken_over++;
    const orma_status st = remember(w, sha256, e, err);
    return st == ORMA_OK && w->written % TELL_EVERY == 0 ? tell_objects(w, err)
                                                         : st;
}

static orma_status read_object(void *user, void *buffer, size_t capacity,
                               size_t *n, orma_error **err)
{
    return object_read(user, buffer, capacity, n, err);
}

static orma_status add_object(writing *w, const char *key, orma_error **err)
{
    char name[5 + DIGEST_SHA256_HEX];
    object_reader *r = NULL;
    zip_entry entry = {0};

    snprintf(name, sizeof name, "repo/%s", key);
    orma_status st = store_open_object(w->c->s, key, &r, err);
    if (st == ORMA_OK)
        st = zip_writer_add(w->zip, name, (uint64_t)object_size(r), false,
                            read_object, r, &entry, err);
    object_close(r);
    return st == ORMA_OK ? remember(w, key, &entry, err) : st;
}

/* Sorted before the first is handed out, so that entries may be added
 * meanwhile. */
static orma_status add_objects(writing *w, orma_error **err)
{
    sqlite3_stmt *next = NULL;
    int rc = SQLITE_ROW;
    orma_status st = database_prepare(
        &w->c->database,
        "SELECT key FROM wanted WHERE NOT EXISTS (SELECT 1 FROM entry WHERE "
        "entry.key = wanted.key) ORDER BY pack, at, key",
        &next, err);
    while (st == ORMA_OK && (rc = sqlite3_step(next)) == SQLITE_ROW) {
        st = add_object(w, (const char *)sqlite3_column_text(next, 0), err);
        if (st == ORMA_OK && w->written % TELL_EVERY == 0)
            st = tell_objects(w, err);
    }
    if (st == ORMA_OK && rc != SQLITE_DONE)
        st = database_fail(&w->c->database, rc, err);
    sqlite3_finalize(next);
    return st == ORMA_OK ? tell_objects(w, err) : st;
}

/* ---- rows and metadata ------------------------------------------- */

typedef struct file_source {
    int fd;
    off_t at;
} file_source;

static orma_status read_file(void *user, void *buffer, size_t capacity,
                             size_t *n, orma_error **err)
{
    file_source *s = user;
    ssize_t got = 0;

    do
        got = pread(s->fd, buffer, capacity, s->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, errno, "archive",
                           "cannot read the archive's database");
    s->at += got;
    *n = (size_t)got;
    return ORMA_OK;
}

static orma_status read_text(void *user, void *buffer, size_t capacity,
                             size_t *n, orma_error **err)
{
    orma_str *left = user;

    (void)err;
    *n = left->len < capacity ? left->len : capacity;
    memcpy(buffer, left->ptr, *n);
    left->ptr += *n;
    left->len -= *n;
    return ORMA_OK;
}

static orma_status add_database(writing *w, orma_error **err)
{
    file_source source = {w->c->database.fd, 0};
    uint64_t size = 0;

    orma_status st = creation_tell(w->c, "database", 0, 0, err);
    if (st == ORMA_OK)
        st = database_finish(&w->c->database, &size, err);
    if (st == ORMA_OK)
        st = zip_writer_add(w->zip, "db.sqlite3", size, false, read_file,
                            &source, &w->database, err);
    return st;
}

static orma_status add_metadata(writing *w, orma_error **err)
{
    AUTO_BUF buf text = {0};
    orma_status st = creation_metadata(w->c, &text, err);
    if (st != ORMA_OK)
        return st;
    orma_str left = buf_view(&text);
    return zip_writer_add(w->zip, "metadata.json", left.len, true, read_text,
                          &left, &w->metadata, err);
}

/* AiiDA looks for the first two among the first records only. */
static orma_status name_entries(writing *w, orma_error **err)
{
    sqlite3_stmt *next = NULL;
    int rc = SQLITE_ROW;
    char name[5 + DIGEST_SHA256_HEX];

    orma_status st =
        zip_writer_name(w->zip, "metadata.json", &w->metadata, err);
    if (st == ORMA_OK)
        st = zip_writer_name(w->zip, "db.sqlite3", &w->database, err);
    if (st == ORMA_OK)
        st = database_prepare(&w->c->database,
                              "SELECT key, at, size, compressed, crc, time, "
                              "method FROM entry ORDER BY seq",
                              &next, err);
    while (st == ORMA_OK && (rc = sqlite3_step(next)) == SQLITE_ROW) {
        const zip_entry e = {
            .offset = (uint64_t)sqlite3_column_int64(next, 1),
            .size = (uint64_t)sqlite3_column_int64(next, 2),
            .compressed_size = (uint64_t)sqlite3_column_int64(next, 3),
            .crc = (uint32_t)sqlite3_column_int64(next, 4),
            .dos_time = (uint32_t)sqlite3_column_int64(next, 5),
            .method = (uint16_t)sqlite3_column_int(next, 6),
        };
        snprintf(name, sizeof name, "repo/%s",
                 (const char *)sqlite3_column_text(next, 0));
        st = zip_writer_name(w->zip, name, &e, err);
    }
    if (st == ORMA_OK && rc != SQLITE_DONE)
        st = database_fail(&w->c->database, rc, err);
    sqlite3_finalize(next);
    return st;
}

/* ---- the whole --------------------------------------------------- */

static orma_status write_all(writing *w, const char *part, orma_error **err)
{
    orma_status st =
        zip_writer_open(part, w->c->options->compression, &w->zip, err);
    if (st == ORMA_OK)
        st = database_prepare(&w->c->database, insert_entry, &w->remember, err);
    if (st == ORMA_OK)
        st = database_prepare(
            &w->c->database,
            "SELECT EXISTS (SELECT 1 FROM wanted WHERE key = ?1) AND NOT "
            "EXISTS (SELECT 1 FROM entry WHERE key = ?1)",
            &w->find, err);
    if (st == ORMA_OK)
        st = zip_writer_resume(w->zip, keep_entry, w, err);
    if (st == ORMA_OK)
        st = add_objects(w, err);
    if (st == ORMA_OK)
        st = add_database(w, err);
    if (st == ORMA_OK)
        st = add_metadata(w, err);
    return st == ORMA_OK ? name_entries(w, err) : st;
}

/* Under its name for good. */
static orma_status publish(const writing *w, const char *part, const char *path,
                           orma_error **err)
{
    AUTO_FREE char *folder = file_folder(path);
    if (folder == NULL)
        return error_no_memory(err);
    /* link() fails where another has made the file meanwhile. */
    const bool is_linked = !w->c->options->overwrite && link(part, path) == 0;
    if (!w->c->options->overwrite && !is_linked && errno == EEXIST)
        return error_set(err, ORMA_E_REFUSED, "archive", 0,
                         "\"%s\" exists already", path);
    if (is_linked ? unlink(part) != 0 : rename(part, path) != 0)
        return error_errno(err, errno, "archive", "cannot make \"%s\"", path);

    AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return error_errno(err, errno, "archive", "cannot sync \"%s\"", folder);
    return ORMA_OK;
}

orma_status creation_write_file(creation *c, const char *path, int64_t *bytes,
                                orma_error **err)
{
    writing w = {.c = c};
    uint64_t size = 0;
    AUTO_FREE char *part = text_printf("%s.part", path);
    if (part == NULL)
        return error_no_memory(err);

    orma_status st = write_all(&w, part, err);
    sqlite3_finalize(w.remember);
    sqlite3_finalize(w.find);
    if (st == ORMA_OK)
        st = zip_writer_finish(w.zip, &size, err);
    if (st == ORMA_OK)
        st = publish(&w, part, path, err);
    zip_writer_close(w.zip);
    if (st == ORMA_OK)
        *bytes = (int64_t)size;
    return st;
}
