/* Single files and folders of this machine.
 *
 * SPDX-License-Identifier: MIT */
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 262144

/* The kernel copies without a way through our memory where it can; *left is
 * what remains to be done. */
static int copy_in_kernel(int from, int to, uint64_t *left)
{
    while (*left > 0) {
        const size_t piece = *left > (1u << 30) ? (1u << 30) : (size_t)*left;
        const ssize_t n = copy_file_range(from, NULL, to, NULL, piece, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            return 0; /* the end, or a file of /proc: read() will tell */
        *left -= (uint64_t)n;
    }
    return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int copy_by_hand(int from, int to, uint64_t left)
{
    char *bytes = malloc(PIECE);
    int failure = bytes == NULL ? -1 : 0;

    while (failure == 0 && left > 0) {
        const ssize_t n =
            read(from, bytes, left < PIECE ? (size_t)left : PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            break;
        if (n < 0 || write_all(to, bytes, (size_t)n) != 0)
            failure = -1;
        else
            left -= (uint64_t)n;
    }
    free(bytes);
    return failure;
}

static orma_status copy_bytes(int from, int to, uint64_t offset,
                              uint64_t length, const char *path,
                              orma_error **err)
{
    uint64_t left = length > 0 ? length : UINT64_MAX;

    if (offset > 0 && (lseek(from, (off_t)offset, SEEK_SET) < 0 ||
                       lseek(to, (off_t)offset, SEEK_SET) < 0))
        return local_errno(err, errno, "cannot write", path);
    if (copy_in_kernel(from, to, &left) != 0 && errno != EXDEV &&
        errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        return local_errno(err, errno, "cannot write", path);
    if (left > 0 && copy_by_hand(from, to, left) != 0)
        return local_errno(err, errno, "cannot write", path);
    return ORMA_OK;
}

/* A FIFO would wait for its other end, a terminal for a key, and a device may
 * have no end: none of them is opened for its content. *mode: of a new file,
 * and then that of the one which is open. */
static orma_status open_regular(const char *path, int flags, mode_t *mode,
                                int *out, orma_error **err)
{
    const char *doing =
        (flags & O_ACCMODE) == O_RDONLY ? "cannot read" : "cannot write";
    struct stat info;
    const int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, *mode);
    const bool is_open = fd >= 0 && fstat(fd, &info) == 0;

    if (is_open && S_ISREG(info.st_mode)) {
        *mode = info.st_mode & 07777;
        *out = fd;
        return ORMA_OK;
    }
    int failure = errno;
    if (is_open) /* ENXIO: open()'s word for a FIFO without a reader */
        failure = S_ISDIR(info.st_mode) ? EISDIR : ENXIO;
    if (fd >= 0)
        close(fd);
    if (failure == ENXIO)
        return host->fail(host, err, ORMA_E_INVALID, "local", 0,
                          "%s '%s': it is not a regular file", doing, path);
    return local_errno(err, failure, doing, path);
}

orma_status local_copy_range(const char *from, const char *to, uint64_t offset,
                             uint64_t length, orma_error **err)
{
    mode_t mode = 0;
    int in = -1, out = -1;
    orma_status st = open_regular(from, O_RDONLY, &mode, &in, err);

    if (st == ORMA_OK)
        st = open_regular(to, O_WRONLY | O_CREAT | (offset == 0 ? O_TRUNC : 0),
                          &(mode_t){mode | S_IWUSR}, &out, err);
    if (st != ORMA_OK) {
        if (in >= 0)
            close(in);
        return st;
    }
    st = copy_bytes(in, out, offset, length, to, err);
    if (st == ORMA_OK && fchmod(out, mode) != 0)
        st = local_errno(err, errno, "cannot set the permissions of", to);
    close(in);
    if (close(out) != 0 && st == ORMA_OK) /* a full NFS quota tells here */
        st = local_errno(err, errno, "cannot write", to);
    return st;
}

orma_status local_put(orma_session *session, const char *local,
                      const char *remote, uint64_t offset, uint64_t length,
                      orma_error **err)
{
    (void)session;
    return local_copy_range(local, remote, offset, length, err);
}

orma_status local_get(orma_session *session, const char *remote,
                      const char *local, uint64_t offset, uint64_t length,
                      orma_error **err)
{
    (void)session;
    return local_copy_range(remote, local, offset, length, err);
}

static int32_t file_type(mode_t mode)
{
    if (S_ISREG(mode))
        return ORMA_FILE_REGULAR;
    if (S_ISDIR(mode))
        return ORMA_FILE_DIRECTORY;
    return S_ISLNK(mode) ? ORMA_FILE_SYMLINK : ORMA_FILE_OTHER;
}

orma_status local_stat(orma_session *session, const char *path,
                       orma_file_info *info, orma_error **err)
{
    (void)session;
    struct stat found;

    if (lstat(path, &found) != 0)
        return local_errno(err, errno, "cannot look at", path);
    info->type = file_type(found.st_mode);
    info->size_bytes = (uint64_t)found.st_size;
    info->mtime_ns =
        (int64_t)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec;
    info->mode = found.st_mode & 07777;
    return ORMA_OK;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

orma_status local_mkdir(orma_session *session, const char *path,
                        orma_error **err)
{
    (void)session;
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && is_folder(path)))
        return ORMA_OK;
    if (errno != ENOENT)
        return local_errno(err, errno, "cannot make the folder", path);

    char *part = strdup(path);
    if (part == NULL)
        return local_errno(err, ENOMEM, "no memory for", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0777); /* one that cannot be made shows at the next */
        *slash = '/';
    }
    free(part);
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && is_folder(path)))
        return ORMA_OK;
    return local_errno(err, errno, "cannot make the folder", path);
}

orma_status local_rename(orma_session *session, const char *from,
                         const char *to, orma_error **err)
{
    (void)session;
    if (rename(from, to) != 0)
        return local_errno(err, errno, "cannot rename", from);
    return ORMA_OK;
}

orma_status local_symlink(orma_session *session, const char *target,
                          const char *path, orma_error **err)
{
    (void)session;
    if (symlink(target, path) != 0)
        return local_errno(err, errno, "cannot make the link", path);
    return ORMA_OK;
}

orma_status local_chmod(orma_session *session, const char *path, uint32_t mode,
                        orma_error **err)
{
    (void)session;
    if (chmod(path, (mode_t)(mode & 07777)) != 0)
        return local_errno(err, errno, "cannot set the permissions of", path);
    return ORMA_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

orma_status local_glob(orma_session *session, const char *pattern,
                       orma_writer *out, orma_error **err)
{
    (void)session;
    glob_t found = {0};
    const int failure = glob(pattern, GLOB_NOSORT, NULL, &found);

    if (failure == GLOB_NOMATCH) {
        globfree(&found);
        return ORMA_OK;
    }
    if (failure != 0) {
        globfree(&found);
        return host->fail(host, err,
                          failure == GLOB_NOSPACE ? ORMA_E_NO_MEMORY
                                                  : ORMA_E_PERMANENT,
                          "local", failure, "cannot match '%s'", pattern);
    }
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
    orma_status st = ORMA_OK;
    for (size_t i = 0; i < found.gl_pathc && st == ORMA_OK; i++)
        st = host->write(
            out, (orma_str){found.gl_pathv[i], strlen(found.gl_pathv[i]) + 1});
    globfree(&found);
    return st == ORMA_OK ? ORMA_OK
                         : host->fail(host, err, st, "local", 0,
                                      "too many files match '%s'", pattern);
}
