/* Files of nodes, carried to local files.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/node_file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/node_view.h>

#define PIECE 65536
#define FILE_MODE 0644

static orma_status write_stream(orma_stream *stream, const char *path,
                                orma_error **err)
{
    AUTO_CLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    AUTO_FREE char *piece = malloc(PIECE);
    size_t n = 0;

    if (fd < 0)
        return error_errno(err, errno, "engine", "cannot write \"%s\"", path);
    if (piece == NULL)
        return error_no_memory(err);
    for (;;) {
        const orma_status st = node_stream_next(stream, piece, PIECE, &n, err);
        if (st != ORMA_OK || n == 0)
            return st;
        errno = ENOSPC; /* what a short write means */
        if (write(fd, piece, n) != (ssize_t)n)
            return error_errno(err, errno, "engine", "cannot write \"%s\"",
                               path);
    }
}

orma_status node_file_copy(const node *n, const char *path, const char *to,
                           orma_error **err)
{
    orma_stream *stream = NULL;
    char uuid[37];
    orma_status st = node_stream_open(n, path, &stream, err);

    if (st != ORMA_OK)
        return st;
    if (stream == NULL) {
        uuid_format(&n->uuid, uuid);
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "node %s holds no file \"%s\"", uuid, path);
    }
    st = write_stream(stream, to, err);
    node_stream_close(stream);
    return st;
}
