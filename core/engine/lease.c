/* Leases of processes on one host.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/lease.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* A folder of this user's own: his runtime folder, else one in /tmp. */
static orma_status lease_folder(char **out, orma_error **err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    struct stat info;
    char *path = runtime != NULL && file_is_dir(runtime)
                     ? file_join(runtime, "orma")
                     : text_printf("/tmp/orma-%ld", (long)getuid());

    if (path == NULL)
        return error_no_memory(err);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        const orma_status st =
            error_errno(err, errno, "engine", "cannot make \"%s\"", path);
        free(path);
        return st;
    }
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode) ||
        info.st_uid != getuid()) {
        const orma_status st =
            error_set(err, ORMA_E_PERMANENT, "engine", 0,
                      "\"%s\" is not a folder of this user", path);
        free(path);
        return st;
    }
    *out = path;
    return ORMA_OK;
}

/* Whether the file that was locked is still the one of that name: its former
 * holder removes it before he lets go. */
static bool is_current(int fd, const char *path)
{
    struct stat held, named;

    return fstat(fd, &held) == 0 && stat(path, &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static orma_status lock_file(const char *path, const char *uuid, int *out,
                             orma_error **err)
{
    for (;;) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return error_errno(err, errno, "engine", "cannot open \"%s\"",
                               path);
        if (fcntl(fd, F_OFD_SETLK, &whole) != 0) {
            close(fd);
            return error_set(err, ORMA_E_REFUSED, "engine", 0,
                             "process %s is run by another orma", uuid);
        }
        if (is_current(fd, path)) {
            *out = fd;
            return ORMA_OK;
        }
        close(fd);
    }
}

orma_status lease_take(const orma_uuid *process, lease *out, orma_error **err)
{
    AUTO_FREE char *folder = NULL;
    char uuid[37];
    int fd = -1;

    uuid_format(process, uuid);
    orma_status st = lease_folder(&folder, err);
    if (st != ORMA_OK)
        return st;
    char *path = text_printf("%s/%s.lease", folder, uuid);
    if (path == NULL)
        return error_no_memory(err);
    st = lock_file(path, uuid, &fd, err);
    if (st != ORMA_OK) {
        free(path);
        return st;
    }
    *out = (lease){.fd = fd, .path = path};
    return ORMA_OK;
}

void lease_release(lease *l)
{
    if (l->path == NULL)
        return;
    unlink(l->path);
    close(l->fd);
    free(l->path);
    *l = (lease){.fd = -1};
}
