/* Taking up a zip file that was not finished: which of its entries can stay.
 *
 * SPDX-License-Identifier: MIT */
#include "zip_write_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/archive/zip_format.h>

/* One pass over the file, from entry to entry. */
typedef struct scan {
    zip_writer *w;
    uint64_t at;   /* of the entry looked at */
    uint64_t size; /* of the file */
    z_stream inflater;
    digest *sum;
    char name[256];
    zip_entry entry;
    uint64_t data_at;
} scan;

/* Up to len bytes; false at the end of the file or after a failure, which is
 * no reason to give up: the entry is written again. */
static bool read_at(const scan *s, void *buffer, size_t len, uint64_t at)
{
    char *p = buffer;

    while (len > 0) {
        const ssize_t n = pread(s->w->fd, p, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

/* The header at s->at, as zip_writer_add() writes it. */
static bool read_header(scan *s)
{
    unsigned char h[ZIP_LOCAL_BYTES], extra[ZIP_LOCAL_EXTRA_BYTES];

    if (!read_at(s, h, sizeof h, s->at) ||
        zip_get32(h) != ZIP_LOCAL_SIGNATURE || zip_get16(h + 6) != 0)
        return false;
    const size_t name_len = zip_get16(h + 26), extra_len = zip_get16(h + 28);
    if (name_len == 0 || name_len >= sizeof s->name ||
        !read_at(s, s->name, name_len, s->at + sizeof h))
        return false;
    s->name[name_len] = '\0';
    if (memchr(s->name, '\0', name_len) != NULL)
        return false;
    s->entry = (zip_entry){
        .offset = s->at,
        .size = zip_get32(h + 22),
        .compressed_size = zip_get32(h + 18),
        .crc = zip_get32(h + 14),
        .dos_time = zip_get32(h + 10),
        .method = (uint16_t)zip_get16(h + 8),
    };
    s->data_at = s->at + sizeof h + name_len + extra_len;
    if (extra_len == sizeof extra) {
        if (!read_at(s, extra, sizeof extra, s->at + sizeof h + name_len) ||
            zip_get16(extra) != ZIP_EXTRA64)
            return false;
        s->entry.size = zip_get64(extra + 4);
        s->entry.compressed_size = zip_get64(extra + 12);
    } else if (extra_len != 0) {
        return false;
    }
    return s->data_at <= s->size &&
           s->entry.compressed_size <= s->size - s->data_at;
}

/* Adds the piece to what the content sums up to. */
static void take(scan *s, const unsigned char *bytes, size_t len, uint32_t *crc,
                 uint64_t *given)
{
    *crc = (uint32_t)crc32(*crc, bytes, (uInt)len);
    digest_update(s->sum, bytes, len);
    *given += len;
}

/* Inflates what is in w->in; *ended: the stream is complete. */
static bool inflate_piece(scan *s, size_t len, uint32_t *crc, uint64_t *given,
                          bool *ended)
{
    z_stream *z = &s->inflater;

    z->next_in = s->w->in;
    z->avail_in = (uInt)len;
    while (!*ended && (z->avail_in > 0 || z->avail_out == 0)) {
        z->next_out = s->w->out;
        z->avail_out = ZIP_CHUNK;
        const int rc = inflate(z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return false;
        take(s, s->w->out, ZIP_CHUNK - z->avail_out, crc, given);
        *ended = rc == Z_STREAM_END;
        if (*given > s->entry.size || (rc == Z_BUF_ERROR && z->avail_out > 0))
            break;
    }
    return z->avail_in == 0;
}

/* Reads the entry's data; false when it is not what its header says. */
static bool check_data(scan *s, char *sha256)
{
    uint32_t crc = 0;
    uint64_t given = 0, left = s->entry.compressed_size, at = s->data_at;
    const bool is_deflated = s->entry.method == ZIP_DEFLATED;
    bool ended = !is_deflated, is_fine = true;

    if (is_deflated && inflateReset(&s->inflater) != Z_OK)
        return false;
    while (is_fine && left > 0) {
        const size_t n = left < ZIP_CHUNK ? (size_t)left : ZIP_CHUNK;
        is_fine = read_at(s, s->w->in, n, at);
        if (is_fine && is_deflated)
            is_fine = !ended && inflate_piece(s, n, &crc, &given, &ended);
        else if (is_fine)
            take(s, s->w->in, n, &crc, &given);
        at += n;
        left -= n;
    }
    digest_hex(s->sum, sha256);
    return is_fine && ended && given == s->entry.size && crc == s->entry.crc;
}

static orma_status scan_entries(
    scan *s,
    orma_status (*keep)(void *user, const char *name, const char *sha256,
                        const zip_entry *entry, bool *wanted, orma_error **err),
    void *user, orma_error **err)
{
    const uint16_t method = s->w->level == 0 ? ZIP_STORED : ZIP_DEFLATED;

    while (read_header(s) && s->entry.method == method) {
        char sha256[DIGEST_SHA256_HEX];
        bool wanted = false;
        if (!check_data(s, sha256))
            break;
        const orma_status st =
            keep(user, s->name, sha256, &s->entry, &wanted, err);
        if (st != ORMA_OK)
            return st;
        if (!wanted)
            break;
        s->at = s->data_at + s->entry.compressed_size;
    }
    return ORMA_OK;
}

orma_status zip_writer_resume(
    zip_writer *w,
    orma_status (*keep)(void *user, const char *name, const char *sha256,
                        const zip_entry *entry, bool *wanted, orma_error **err),
    void *user, orma_error **err)
{
    scan s = {.w = w};
    struct stat info;

    if (fstat(w->fd, &info) != 0)
        return error_errno(err, errno, "archive", "cannot examine \"%s\"",
                           w->path);
    s.size = (uint64_t)info.st_size;
    s.sum = digest_create();
    if (s.sum == NULL)
        return error_no_memory(err);
    if (inflateInit2(&s.inflater, -MAX_WBITS) != Z_OK) {
        digest_destroy(s.sum);
        return error_no_memory(err);
    }
    orma_status st = scan_entries(&s, keep, user, err);
    inflateEnd(&s.inflater);
    digest_destroy(s.sum);
    if (st == ORMA_OK && ftruncate(w->fd, (off_t)s.at) != 0)
        st = error_errno(err, errno, "archive", "cannot cut \"%s\"", w->path);
    if (st == ORMA_OK)
        w->on_disk = s.at;
    return st;
}
