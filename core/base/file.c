/* Reading, writing and copying single files.
 *
 * SPDX-License-Identifier: MIT */
#include <base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define CHUNK_BYTES 65536
#define TEMP_ATTEMPTS 16

/* "cannot <verb> '<path>': <reason>"; a full disk is said in so many words,
 * as it is the one failure that its user mends by tidying up. */
static orma_status refuse(orma_error **err, int errnum, const char *verb,
                          const char *path)
{
    if (errnum != ENOSPC && errnum != EDQUOT)
        return error_errno(err, errnum, "file", "cannot %s '%s'", verb, path);
    const orma_status st = error_errno(
        err, errnum, "file", "disk is full, cannot %s '%s'", verb, path);
    error_hint(err, "free space on the file system of '%s'", path);
    return st;
}

/* Bytes read, 0 at the end, -1 with errno. */
static ssize_t read_some(int fd, char *chunk, size_t size)
{
    ssize_t n;

    do
        n = read(fd, chunk, size);
    while (n < 0 && errno == EINTR);
    return n;
}

/* false with errno. */
static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

orma_status file_read(const char *path, size_t max_bytes, buf *out,
                      orma_error **err)
{
    char chunk[CHUNK_BYTES];
    size_t total = 0;

    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse(err, errno, "open", path);
    for (;;) {
        const ssize_t n = read_some(fd, chunk, sizeof chunk);
        if (n < 0)
            return refuse(err, errno, "read", path);
        if (n == 0)
            return buf_status(out, err);
        if ((size_t)n > max_bytes - total)
            return error_set(err, ORMA_E_INVALID, "file", 0,
                             "'%s' is larger than %zu bytes", path, max_bytes);
        total += (size_t)n;
        buf_append(out, chunk, (size_t)n);
    }
}

/* Closes fd; errors of delayed writes (NFS, quota) show up only here. */
static bool close_checked(int *fd)
{
    const int closing = *fd;

    *fd = -1;
    return close(closing) == 0;
}

orma_status file_write(const char *path, orma_str bytes, uint32_t mode,
                       orma_error **err)
{
    AUTO_CLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return refuse(err, errno, "create", path);
    if (!write_all(fd, bytes.ptr, bytes.len) || !close_checked(&fd))
        return refuse(err, errno, "write", path);
    return ORMA_OK;
}

/* Length of the folder part of path, 0 when there is none. */
static size_t folder_len(const char *path)
{
    const size_t len = (size_t)(file_name(path) - path);

    return len > 1 ? len - 1 : len; /* "/" stays */
}

/* A new file beside path. The name does not grow with that of the target,
 * which may be as long as the file system allows. */
static int open_beside(const char *path, mode_t mode, char **temp)
{
    const size_t len = folder_len(path);

    for (int i = 0; i < TEMP_ATTEMPTS; i++) {
        orma_uuid random;
        char name[37];
        uuid_generate(&random);
        uuid_format(&random, name);
        char *candidate = text_printf("%.*s%s.orma-%s", (int)len, path,
                                      len > 0 ? "/" : "", name);
        if (candidate == NULL) {
            errno = ENOMEM;
            return -1;
        }
        const int fd =
            open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0) {
            *temp = candidate;
            return fd;
        }
        const int failure = errno;
        free(candidate);
        errno = failure;
        if (failure != EEXIST)
            return -1;
    }
    return -1;
}

int file_unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Some network file systems know no such files. */
    AUTO_FREE char *path = text_printf("%s/.orma-XXXXXX", folder);
    if (path == NULL) {
        errno = ENOMEM;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* Makes the rename itself survive a power cut. */
static bool sync_folder_of(const char *path)
{
    AUTO_FREE char *folder = file_folder(path);

    if (folder == NULL) {
        errno = ENOMEM;
        return false;
    }
    AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some network file systems cannot sync folders and say EINVAL. */
    return fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
}

orma_status file_write_atomic(const char *path, orma_str bytes, uint32_t mode,
                              orma_error **err)
{
    AUTO_FREE char *temp = NULL;
    AUTO_CLOSE int fd = open_beside(path, (mode_t)mode, &temp);

    if (fd < 0)
        return refuse(err, errno, "create", path);
    if (!write_all(fd, bytes.ptr, bytes.len) || fsync(fd) != 0 ||
        !close_checked(&fd) || rename(temp, path) != 0) {
        const int failure = errno;
        unlink(temp);
        return refuse(err, failure, "write", path);
    }
    if (!sync_folder_of(path))
        return refuse(err, errno, "sync the folder of", path);
    return ORMA_OK;
}

static orma_status copy_bytes(int from_fd, const char *from, int to_fd,
                              const char *to, orma_error **err)
{
    char chunk[CHUNK_BYTES];

    for (;;) {
        const ssize_t n = read_some(from_fd, chunk, sizeof chunk);
        if (n < 0)
            return refuse(err, errno, "read", from);
        if (n == 0)
            return ORMA_OK;
        if (!write_all(to_fd, chunk, (size_t)n))
            return refuse(err, errno, "write", to);
    }
}

orma_status file_copy(const char *from, const char *to, orma_error **err)
{
    struct stat info, target;

    AUTO_CLOSE int from_fd = open(from, O_RDONLY | O_CLOEXEC);
    if (from_fd < 0 || fstat(from_fd, &info) != 0)
        return refuse(err, errno, "open", from);
    if (S_ISDIR(info.st_mode))
        return refuse(err, EISDIR, "read", from);
    if (stat(to, &target) == 0 && target.st_dev == info.st_dev &&
        target.st_ino == info.st_ino)
        return ORMA_OK; /* truncating would lose it */
    AUTO_CLOSE int to_fd =
        open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (to_fd < 0)
        return refuse(err, errno, "create", to);

    const orma_status st = copy_bytes(from_fd, from, to_fd, to, err);
    if (st != ORMA_OK)
        return st;
    if (fchmod(to_fd, info.st_mode & 0777) != 0 || !close_checked(&to_fd))
        return refuse(err, errno, "write", to);
    return ORMA_OK;
}

orma_status file_temp_dir(const char *prefix, char **path, orma_error **err)
{
    const char *base = getenv("TMPDIR");
    AUTO_FREE char *template = NULL;

    if (base == NULL || base[0] == '\0')
        base = "/tmp";
    AUTO_FREE char *name = text_printf("%s-XXXXXX", prefix);
    if (name != NULL)
        template = file_join(base, name);
    if (template == NULL)
        return error_no_memory(err);
    if (mkdtemp(template) == NULL)
        return refuse(err, errno, "make a folder in", base);
    *path = template;
    template = NULL;
    return ORMA_OK;
}
