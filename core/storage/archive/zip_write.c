/* Writing a zip file as a stream of entries.
 *
 * SPDX-License-Identifier: MIT */
#include "zip_write_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/archive/zip_format.h>

/* What a process that is killed may lose of its work. */
#define FLUSH_BYTES (64u * 1024u)
/* From here on an entry gets room for 64-bit sizes: data that cannot be
 * compressed grows by less than the rest up to 4 GiB. */
#define LARGE_BYTES 0xf0000000u
#define NAME_MAX_BYTES 512u

static orma_status fail_errno(const zip_writer *w, int errnum,
                              const char *doing, orma_error **err)
{
    if (errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG)
        return error_set(err, ORMA_E_TRANSIENT, "archive", errnum,
                         "disk is full: %s \"%s\"", doing, w->path);
    return error_errno(err, errnum, "archive", "%s \"%s\"", doing, w->path);
}

/* ---- opening and closing ----------------------------------------- */

/* Opens and locks; *again: another process finished the file meanwhile, so
 * that what is locked is not the one of this name any more. */
static orma_status open_locked(zip_writer *w, bool *again, orma_error **err)
{
    struct stat ours, named;

    w->fd = open(w->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (w->fd < 0)
        return fail_errno(w, errno, "cannot open", err);
    if (flock(w->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return fail_errno(w, errno, "cannot lock", err);
        return error_set(err, ORMA_E_REFUSED, "archive", 0,
                         "another process is writing \"%s\"", w->path);
    }
    if (fstat(w->fd, &ours) != 0)
        return fail_errno(w, errno, "cannot examine", err);
    *again = stat(w->path, &named) != 0 || named.st_ino != ours.st_ino ||
             named.st_dev != ours.st_dev;
    return ORMA_OK;
}

static orma_status open_parts(zip_writer *w, orma_error **err)
{
    bool again = true;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && again) {
        if (w->fd >= 0)
            close(w->fd);
        st = open_locked(w, &again, err);
    }
    if (st != ORMA_OK)
        return st;
    w->in = malloc(ZIP_CHUNK);
    w->out = malloc(ZIP_CHUNK);
    if (w->in == NULL || w->out == NULL)
        return error_no_memory(err);
    if (w->level == 0)
        return ORMA_OK;
    /* Raw deflate: the zip format has its own header and sum. */
    if (deflateInit2(&w->deflater, w->level, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return error_no_memory(err);
    w->has_deflater = true;
    return ORMA_OK;
}

orma_status zip_writer_open(const char *path, int level, zip_writer **out,
                            orma_error **err)
{
    zip_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_no_memory(err);
    w->fd = -1;
    w->level = level;
    w->path = text_copy(path);
    const orma_status st =
        w->path == NULL ? error_no_memory(err) : open_parts(w, err);
    if (st != ORMA_OK) {
        zip_writer_close(w);
        return st;
    }
    *out = w;
    return ORMA_OK;
}

/* ---- bytes ------------------------------------------------------- */

static orma_status write_at(zip_writer *w, const void *bytes, size_t len,
                            uint64_t at, orma_error **err)
{
    const char *p = bytes;

    while (len > 0) {
        const ssize_t n = pwrite(w->fd, p, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(w, errno, "cannot write", err);
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return ORMA_OK;
}

static orma_status flush(zip_writer *w, orma_error **err)
{
    orma_status st = buf_status(&w->pending, err);
    if (st == ORMA_OK)
        st = write_at(w, w->pending.ptr, w->pending.len, w->on_disk, err);
    if (st == ORMA_OK) {
        w->on_disk += w->pending.len;
        buf_clear(&w->pending);
    }
    return st;
}

static orma_status append(zip_writer *w, const void *bytes, size_t len,
                          orma_error **err)
{
    buf_append(&w->pending, bytes, len);
    return w->pending.len < FLUSH_BYTES ? buf_status(&w->pending, err)
                                        : flush(w, err);
}

static uint64_t position(const zip_writer *w)
{
    return w->on_disk + w->pending.len;
}

void zip_writer_close(zip_writer *w)
{
    AUTO_ERROR orma_error *ignored = NULL;
    if (w == NULL)
        return;
    /* After a failure: for the next one to take up. */
    if (w->fd >= 0 && w->pending.len > 0)
        flush(w, &ignored);
    if (w->has_deflater)
        deflateEnd(&w->deflater);
    if (w->fd >= 0)
        close(w->fd);
    buf_free(&w->pending);
    free(w->in);
    free(w->out);
    free(w->path);
    free(w);
}

/* ---- entries ----------------------------------------------------- */

static uint32_t dos_now(void)
{
    struct tm tm;
    const time_t now = time(NULL);

    if (localtime_r(&now, &tm) == NULL || tm.tm_year < 80)
        return 1u << 21 | 1u << 16; /* 1980-01-01, the format's first day */
    return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 |
           (uint32_t)tm.tm_mday << 16 | (uint32_t)tm.tm_hour << 11 |
           (uint32_t)tm.tm_min << 5 | (uint32_t)tm.tm_sec / 2;
}

static bool is_large(const zip_entry *e)
{
    return e->size >= LARGE_BYTES;
}

/* The local header; sizes and sum are those of the entry so far. */
static size_t local_header(const zip_entry *e, const char *name,
                           unsigned char *out)
{
    const size_t name_len = strlen(name);
    const bool large = is_large(e);

    zip_put32(out, ZIP_LOCAL_SIGNATURE);
    zip_put16(out + 4, large ? 45 : 20); /* version needed */
    zip_put16(out + 6, 0);
    zip_put16(out + 8, e->method);
    zip_put32(out + 10, e->dos_time);
    zip_put32(out + 14, e->crc);
    zip_put32(out + 18, large ? ZIP_LIMIT32 : (uint32_t)e->compressed_size);
    zip_put32(out + 22, large ? ZIP_LIMIT32 : (uint32_t)e->size);
    zip_put16(out + 26, (uint32_t)name_len);
    zip_put16(out + 28, large ? ZIP_LOCAL_EXTRA_BYTES : 0);
    memcpy(out + ZIP_LOCAL_BYTES, name, name_len);
    size_t n = ZIP_LOCAL_BYTES + name_len;
    if (large) {
        zip_put16(out + n, ZIP_EXTRA64);
        zip_put16(out + n + 2, 16);
        zip_put64(out + n + 4, e->size);
        zip_put64(out + n + 12, e->compressed_size);
        n += ZIP_LOCAL_EXTRA_BYTES;
    }
    return n;
}

static orma_status deflate_piece(zip_writer *w, size_t len, bool is_last,
                                 zip_entry *e, orma_error **err)
{
    z_stream *z = &w->deflater;
    orma_status st = ORMA_OK;

    z->next_in = w->in;
    z->avail_in = (uInt)len;
    do {
        z->next_out = w->out;
        z->avail_out = ZIP_CHUNK;
        const int rc = deflate(z, is_last ? Z_FINISH : Z_NO_FLUSH);
        if (rc == Z_STREAM_ERROR)
            return error_set(err, ORMA_E_BUG, "archive", rc,
                             "zlib cannot compress");
        const size_t made = ZIP_CHUNK - z->avail_out;
        e->compressed_size += made;
        st = append(w, w->out, made, err);
    } while (st == ORMA_OK && z->avail_out == 0);
    return st;
}

static orma_status store_piece(zip_writer *w, size_t len, zip_entry *e,
                               orma_error **err)
{
    e->compressed_size += len;
    return append(w, w->in, len, err);
}

/* All bytes of the source, compressed or not. */
static orma_status write_data(zip_writer *w, const char *name, zip_entry *e,
                              zip_source *read, void *user, orma_error **err)
{
    uint64_t given = 0;
    size_t n = 1;
    orma_status st = ORMA_OK;

    if (e->method == ZIP_DEFLATED)
        deflateReset(&w->deflater);
    while (st == ORMA_OK && n > 0) {
        st = read(user, w->in, ZIP_CHUNK, &n, err);
        if (st != ORMA_OK)
            return st;
        given += n;
        e->crc = (uint32_t)crc32(e->crc, w->in, (uInt)n);
        st = e->method == ZIP_DEFLATED ? deflate_piece(w, n, n == 0, e, err)
                                       : store_piece(w, n, e, err);
    }
    if (st == ORMA_OK && given != e->size)
        return error_set(err, ORMA_E_TRANSIENT, "archive", 0,
                         "\"%s\" changed while it was archived", name);
    return st;
}

/* Into the header that was written ahead of the data. */
static orma_status fill_header(zip_writer *w, const char *name,
                               const zip_entry *e, orma_error **err)
{
    unsigned char
        header[ZIP_LOCAL_BYTES + NAME_MAX_BYTES + ZIP_LOCAL_EXTRA_BYTES];
    const size_t len = local_header(e, name, header);

    if (e->offset < w->on_disk)
        return write_at(w, header, len, e->offset, err);
    memcpy(w->pending.ptr + (e->offset - w->on_disk), header, len);
    return ORMA_OK;
}

orma_status zip_writer_add(zip_writer *w, const char *name, uint64_t size,
                           bool is_stored, zip_source *read, void *user,
                           zip_entry *entry, orma_error **err)
{
    unsigned char
        header[ZIP_LOCAL_BYTES + NAME_MAX_BYTES + ZIP_LOCAL_EXTRA_BYTES];
    if (strlen(name) > NAME_MAX_BYTES)
        return error_set(err, ORMA_E_BUG, "archive", 0,
                         "the name \"%.60s…\" is too long", name);
    zip_entry e = {
        .offset = position(w),
        .size = size,
        .dos_time = dos_now(),
        .method = is_stored || w->level == 0 ? ZIP_STORED : ZIP_DEFLATED,
    };
    /* Until the data is there, the header tells of none. */
    const zip_entry torn = {.size = is_large(&e) ? size : 0,
                            .dos_time = e.dos_time,
                            .method = e.method};
    /* A header lies on disk wholly or not at all when it is filled in. */
    orma_status st = append(w, header, local_header(&torn, name, header), err);
    if (st == ORMA_OK)
        st = write_data(w, name, &e, read, user, err);
    if (st == ORMA_OK)
        st = fill_header(w, name, &e, err);
    if (st == ORMA_OK)
        *entry = e;
    return st;
}

/* ---- the central directory --------------------------------------- */

orma_status zip_writer_name(zip_writer *w, const char *name, const zip_entry *e,
                            orma_error **err)
{
    unsigned char record[46] = {0}, extra[4 + 24];
    const size_t name_len = strlen(name);
    size_t n = 4;

    if (!w->is_naming) {
        w->is_naming = true;
        w->directory_at = position(w);
    }
    const uint64_t wide[] = {e->size, e->compressed_size, e->offset};
    uint32_t narrow[3];
    for (size_t i = 0; i < 3; i++) {
        narrow[i] = wide[i] < ZIP_LIMIT32 ? (uint32_t)wide[i] : ZIP_LIMIT32;
        if (narrow[i] == ZIP_LIMIT32) {
            zip_put64(extra + n, wide[i]);
            n += 8;
        }
    }
    zip_put16(extra, ZIP_EXTRA64);
    zip_put16(extra + 2, (uint32_t)(n - 4));
    if (n == 4)
        n = 0;

    zip_put32(record, ZIP_CENTRAL_SIGNATURE);
    zip_put16(record + 4, 3u << 8 | 45); /* made on Unix */
    zip_put16(record + 6, n > 0 || is_large(e) ? 45 : 20);
    zip_put16(record + 10, e->method);
    zip_put32(record + 12, e->dos_time);
    zip_put32(record + 16, e->crc);
    zip_put32(record + 20, narrow[1]);
    zip_put32(record + 24, narrow[0]);
    zip_put16(record + 28, (uint32_t)name_len);
    zip_put16(record + 30, (uint32_t)n);
    zip_put32(record + 38, 0100644u << 16); /* a regular file */
    zip_put32(record + 42, narrow[2]);
    w->entry_count++;
    buf_append(&w->pending, record, sizeof record);
    buf_append(&w->pending, name, name_len);
    return append(w, extra, n, err);
}

static orma_status write_end(zip_writer *w, orma_error **err)
{
    unsigned char end64[56] = {0}, locator[20] = {0}, end[22] = {0};
    const uint64_t end_at = position(w);
    const uint64_t bytes = end_at - w->directory_at;
    const bool is_wide = w->entry_count >= ZIP_LIMIT16 ||
                         bytes >= ZIP_LIMIT32 || w->directory_at >= ZIP_LIMIT32;

    if (is_wide) {
        zip_put32(end64, ZIP_END64_SIGNATURE);
        zip_put64(end64 + 4, sizeof end64 - 12); /* what follows */
        zip_put16(end64 + 12, 3u << 8 | 45);
        zip_put16(end64 + 14, 45);
        zip_put64(end64 + 24, w->entry_count);
        zip_put64(end64 + 32, w->entry_count);
        zip_put64(end64 + 40, bytes);
        zip_put64(end64 + 48, w->directory_at);
        zip_put32(locator, ZIP_LOCATOR64_SIGNATURE);
        zip_put64(locator + 8, end_at);
        zip_put32(locator + 16, 1);
        buf_append(&w->pending, end64, sizeof end64);
        buf_append(&w->pending, locator, sizeof locator);
    }
    const uint32_t count =
        w->entry_count < ZIP_LIMIT16 ? (uint32_t)w->entry_count : ZIP_LIMIT16;
    zip_put32(end, ZIP_END_SIGNATURE);
    zip_put16(end + 8, count);
    zip_put16(end + 10, count);
    zip_put32(end + 12, bytes < ZIP_LIMIT32 ? (uint32_t)bytes : ZIP_LIMIT32);
    zip_put32(end + 16, w->directory_at < ZIP_LIMIT32
                            ? (uint32_t)w->directory_at
                            : ZIP_LIMIT32);
    return append(w, end, sizeof end, err);
}

orma_status zip_writer_finish(zip_writer *w, uint64_t *size, orma_error **err)
{
    orma_status st = write_end(w, err);
    if (st == ORMA_OK)
        st = flush(w, err);
    /* What an earlier writer left behind our end is not ours. */
    if (st == ORMA_OK && ftruncate(w->fd, (off_t)w->on_disk) != 0)
        st = fail_errno(w, errno, "cannot cut", err);
    if (st == ORMA_OK && fsync(w->fd) != 0)
        st = fail_errno(w, errno, "cannot sync", err);
    if (st == ORMA_OK)
        *size = w->on_disk;
    return st;
}
