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
        error_set(err, ORMA_E_TRANSIENT, "storage", 0,
                  "\"%s\" changed while it was being stored",
                  object->local_path != NULL ? object->local_path : "object");
    error_hint(err, "store it when nothing writes to it any more");
    return st;
}
