/* Where the bytes of an object in the making come from: memory or a local
 * file, streamed in pieces.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <base/cleanup.h>
#include <base/error.h>

static orma_status open_local(const char *path, int *out, orma_error **err)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return container_errno(err, errno, "cannot read", path);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%s\" is not a regular file", path);
    }
    *out = fd;
    return ORMA_OK;
}

static orma_status stream_local(const char *path, source_piece *piece,
                                void *user, orma_error **err)
{
    AUTO_CLOSE int fd = -1;
    orma_status st = open_local(path, &fd, err);
    if (st != ORMA_OK)
        return st;
    AUTO_FREE char *chunk = malloc(CONTAINER_CHUNK);
    if (chunk == NULL)
        return error_no_memory(err);

    while (st == ORMA_OK) {
        const ssize_t n = read(fd, chunk, CONTAINER_CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return container_errno(err, errno, "cannot read", path);
        if (n == 0)
            break;
        st = piece(user, chunk, (size_t)n, err);
    }
    return st;
}

orma_status source_stream(const container_object *object, source_piece *piece,
                          void *user, orma_error **err)
{
    if (object->local_path != NULL)
        return stream_local(object->local_path, piece, user, err);
    return object->bytes.len == 0
               ? ORMA_OK
               : piece(user, object->bytes.ptr, object->bytes.len, err);
}

#define SAMPLE_PIECE ((size_t)1024)
#define SAMPLE_PIECES 128

/* Pieces of the object at equal distances, or all of a small one. */
static orma_status take_sample(int fd, orma_str bytes, int64_t offset,
                               int64_t size, buf *out, orma_error **err)
{
    const bool is_small = size <= (int64_t)(SAMPLE_PIECE * SAMPLE_PIECES);
    const size_t pieces = is_small ? 1 : SAMPLE_PIECES;
    const size_t len = is_small ? (size_t)size : SAMPLE_PIECE;

    AUTO_FREE char *piece = malloc(len + 1);
    if (piece == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < pieces; i++) {
        const int64_t at =
            is_small ? 0 : (size - (int64_t)len) / SAMPLE_PIECES * (int64_t)i;
        if (fd < 0) {
            buf_append(out, bytes.ptr + at, len);
            continue;
        }
        const ssize_t n = pread(fd, piece, len, offset + at);
        if (n < 0 && errno != EINTR)
            return container_errno(err, errno, "cannot read", "a sample");
        if (n > 0)
            buf_append(out, piece, (size_t)n);
    }
    return buf_status(out, err);
}

/* As disk-objectstore decides in its mode AUTO: by zlib at its fastest. */
static bool shrinks(const buf *sample)
{
    uLongf len = compressBound((uLong)sample->len);
    unsigned char *squeezed = malloc(len);
    const bool ok =
        squeezed != NULL && sample->len > 0 &&
        compress2(squeezed, &len, (const unsigned char *)sample->ptr,
                  (uLong)sample->len, 1) == Z_OK;
    free(squeezed);
    return ok && (double)len <= 0.9 * (double)sample->len;
}

orma_status source_is_compressible(const container_object *object, bool *yes,
                                   orma_error **err)
{
    AUTO_CLOSE int fd = -1;
    AUTO_BUF buf sample = {0};
    struct stat info;
    int64_t size = (int64_t)object->bytes.len;
    orma_status st = ORMA_OK;

    if (object->local_path != NULL) {
        st = open_local(object->local_path, &fd, err);
        if (st == ORMA_OK && fstat(fd, &info) == 0)
            size = info.st_size;
    }
    if (st == ORMA_OK)
        st = take_sample(fd, object->bytes, 0, size, &sample, err);
    if (st == ORMA_OK)
        *yes = shrinks(&sample);
    return st;
}

orma_status source_piece_is_compressible(int fd, int64_t offset, int64_t size,
                                         bool *yes, orma_error **err)
{
    AUTO_BUF buf sample = {0};
    const orma_status st =
        take_sample(fd, (orma_str){NULL, 0}, offset, size, &sample, err);
    if (st == ORMA_OK)
        *yes = shrinks(&sample);
    return st;
}

static orma_status digest_piece(void *user, const void *bytes, size_t len,
                                orma_error **err)
{
    (void)err;
    digest_update(user, bytes, len);
    return ORMA_OK;
}

orma_status container_object_key(container_object *object, orma_error **err)
{
    digest *sum = digest_create();
    if (sum == NULL)
        return error_no_memory(err);
    const orma_status st = source_stream(object, digest_piece, sum, err);
    if (st == ORMA_OK)
        digest_hex(sum, object->key);
    digest_destroy(sum);
    return st;
}

orma_status source_changed(const container_object *object, orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_TRANSIENT, "storage", SOURCE_CHANGED,
                  "\"%s\" changed while it was being stored",
                  object->local_path != NULL ? object->local_path : "object");
    error_hint(err, "store it when nothing writes to it any more");
    return st;
}
