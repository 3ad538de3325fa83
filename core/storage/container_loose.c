/* Writing a loose object, step by step as disk-objectstore does, so that
 * writers need no lock and a crash leaves at most a file in the sandbox.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

typedef struct sandbox_file {
    int fd;
    const char *path;
    digest *sum;
} sandbox_file;

static orma_status write_piece(void *user, const void *bytes, size_t len,
                               orma_error **err)
{
    sandbox_file *f = user;
    digest_update(f->sum, bytes, len);
    return container_write_all(f->fd, bytes, len, f->path, err);
}

/* The object's bytes in a synced file of the sandbox, and its key. */
static orma_status fill_sandbox(container *c, container_object *object,
                                const char *path, orma_error **err)
{
    AUTO_CLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return container_errno(err, errno, "cannot write", path);
    sandbox_file f = {fd, path, digest_create()};
    if (f.sum == NULL)
        return error_no_memory(err);

    orma_status st = source_stream(object, write_piece, &f, err);
    if (st == ORMA_OK && fsync(fd) != 0)
        st = container_errno(err, errno, "cannot sync", path);
    if (st == ORMA_OK)
        digest_hex(f.sum, object->key);
    digest_destroy(f.sum);
    if (st != ORMA_OK)
        return st;

    AUTO_FREE char *folder = container_path(c, "sandbox");
    return folder == NULL ? error_no_memory(err)
                          : container_sync_folder(folder, err);
}

/* Does the file hold what its name says? */
static bool is_intact(const char *path, const char *key)
{
    container_object there = {.local_path = path};
    return container_object_key(&there, NULL) == ORMA_OK &&
           text_equal(there.key, key);
}

static orma_status move_in_place(container *c, const char *from,
                                 const char *key, orma_error **err)
{
    AUTO_FREE char *to = container_loose_path(c, key);
    AUTO_FREE char *loose = container_path(c, "loose");
    if (to == NULL || loose == NULL)
        return error_no_memory(err);

    if (c->loose_prefix_len > 0) {
        char *slash = strrchr(to, '/');
        *slash = '\0';
        const int rc = mkdir(to, 0777);
        const int errnum = errno;
        *slash = '/';
        if (rc != 0 && errnum != EEXIST)
            return container_errno(err, errnum, "cannot make the folder of",
                                   to);
    }
    if (access(to, F_OK) == 0 && is_intact(to, key))
        return ORMA_OK; /* the caller removes the copy in the sandbox */
    if (rename(from, to) != 0)
        return container_errno(err, errno, "cannot rename to", to);
    return container_sync_folder(loose, err);
}

orma_status container_put_loose(container *c, container_object *object,
                                orma_error **err)
{
    orma_uuid uuid;
    char name[37];

    uuid_generate(&uuid);
    uuid_format(&uuid, name);
    AUTO_FREE char *path = text_printf("%s/sandbox/%s", c->folder, name);
    if (path == NULL)
        return error_no_memory(err);

    orma_status st = container_check_owner(c, err);
    if (st == ORMA_OK)
        st = fill_sandbox(c, object, path, err);
    if (st == ORMA_OK)
        st = move_in_place(c, path, object->key, err);
    unlink(path); /* gone already when it was renamed */
    return st;
}
