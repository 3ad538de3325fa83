/* Copies of trees that share unchanged files with a former copy.
 *
 * Sharing is by hard links: so a file of a finished backup is never written to
 * again. A file that differs is written beside and renamed; all is synced at
 * the end, by who finishes the backup.
 *
 * SPDX-License-Identifier: MIT */
#include "backup_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define COPY_CHUNK ((size_t)64 << 20)

static orma_status fail(orma_error **err, const char *doing, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return error_set(err, ORMA_E_TRANSIENT, "backup", errno,
                         "disk is full: cannot %s \"%s\"", doing, path);
    return error_errno(err, errno, "backup", "cannot %s \"%s\"", doing, path);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return S_ISREG(a->st_mode) && S_ISREG(b->st_mode) &&
           a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool write_piece(int to, const char *piece, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(to, piece, len);
        if (n < 0 && errno != EINTR)
            return false;
        piece += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* From where both files are. */
static bool copy_pieces(int from, int to, int64_t size)
{
    char piece[65536];
    for (int64_t done = 0; done < size;) {
        const ssize_t n = read(from, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        const size_t len = n > size - done ? (size_t)(size - done) : (size_t)n;
        if (!write_piece(to, piece, len))
            return false;
        done += (int64_t)len;
    }
    return true;
}

/* The bytes that the file has now: packs grow while they are copied. Shares
 * blocks where the file system can. */
static bool copy_bytes(int from, int to, int64_t size)
{
    if (ioctl(to, FICLONE, from) == 0)
        return ftruncate(to, size) == 0;
    for (int64_t done = 0; done < size;) {
        const int64_t left = size - done;
        const ssize_t n = copy_file_range(
            from, NULL, to, NULL,
            left < (int64_t)COPY_CHUNK ? (size_t)left : COPY_CHUNK, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && done == 0 &&
            (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP ||
             errno == ENOSYS))
            return copy_pieces(from, to, size);
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        done += n;
    }
    return true;
}

static orma_status copy_new(backup_copy *b, int from, const struct stat *info,
                            const char *to, orma_error **err)
{
    const struct timespec times[2] = {info->st_atim, info->st_mtim};
    AUTO_FREE char *beside = text_printf("%s" BACKUP_PART, to);
    if (beside == NULL)
        return error_no_memory(err);
    AUTO_CLOSE int fd =
        open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(err, "make", beside);
    if (!copy_bytes(from, fd, info->st_size) ||
        fchmod(fd, info->st_mode & 0777) != 0 || futimens(fd, times) != 0)
        return fail(err, "write", beside);
    if (rename(beside, to) != 0)
        return fail(err, "rename to", to);
    b->copied_files++;
    b->copied_bytes += info->st_size;
    return ORMA_OK;
}

/* true: live/<relative> is a link to the former copy now. */
static bool link_previous(backup_copy *b, const struct stat *info,
                          const char *to, const char *relative)
{
    struct stat former;
    if (b->previous == NULL)
        return false;
    AUTO_FREE char *path = file_join(b->previous, relative);
    if (path == NULL || lstat(path, &former) != 0 || !is_same(info, &former))
        return false;
    unlink(to); /* of an interrupted copy, another content */
    if (link(path, to) != 0)
        return false; /* too many links, or a file system without: copied */
    b->linked_files++;
    b->linked_bytes += info->st_size;
    return true;
}

static orma_status tell(const backup_copy *b, orma_error **err)
{
    const int64_t files = b->copied_files + b->linked_files;
    if (b->o->progress == NULL || files % 256 != 0 ||
        b->o->progress(b->o->user, b->step, files, 0))
        return ORMA_OK;
    return error_set(err, ORMA_E_CANCELLED, "backup", 0,
                     "stopped; the next backup goes on from here");
}

orma_status backup_file(backup_copy *b, const char *from, const char *relative,
                        bool may_vanish, orma_error **err)
{
    struct stat info, there;
    AUTO_FREE char *to = file_join(b->live, relative);
    if (to == NULL)
        return error_no_memory(err);
    AUTO_CLOSE int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && may_vanish)
        return ORMA_OK;
    if (fd < 0 || fstat(fd, &info) != 0)
        return fail(err, "read", from);

    const bool is_there = lstat(to, &there) == 0 && is_same(&info, &there);
    if (is_there && there.st_nlink > 1) {
        b->linked_files++;
        b->linked_bytes += info.st_size;
    } else if (!link_previous(b, &info, to, relative) && !is_there) {
        const orma_status st = copy_new(b, fd, &info, to, err);
        if (st != ORMA_OK)
            return st;
    }
    return tell(b, err);
}

orma_status backup_folder(const backup_copy *b, const char *relative,
                          orma_error **err)
{
    AUTO_FREE char *path = file_join(b->live, relative);
    return path == NULL ? error_no_memory(err) : file_mkdirs(path, 0777, err);
}

/* ---- trees ------------------------------------------------------- */

typedef orma_status visit_name(void *user, const char *path,
                               const char *relative, orma_error **err);

/* Calls back for every file, in the folders' own order; makes the folders when
 * b is given. */
static orma_status walk(const backup_copy *b, const char *from,
                        const char *relative, visit_name *visit, void *user,
                        orma_error **err)
{
    orma_status st = b != NULL ? backup_folder(b, relative, err) : ORMA_OK;
    DIR *dir = st == ORMA_OK ? opendir(from) : NULL;
    if (dir == NULL)
        return st != ORMA_OK || errno == ENOENT ? st : fail(err, "open", from);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL) {
        struct stat info;
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
            continue;
        AUTO_FREE char *path = file_join(from, entry->d_name);
        AUTO_FREE char *name = file_join(relative, entry->d_name);
        if (path == NULL || name == NULL)
            st = error_no_memory(err);
        else if (lstat(path, &info) != 0)
            continue; /* gone meanwhile */
        else if (S_ISDIR(info.st_mode))
            st = walk(b, path, name, visit, user, err);
        else if (S_ISREG(info.st_mode))
            st = visit(user, path, name, err);
    }
    closedir(dir);
    return st;
}

struct copying {
    backup_copy *b;
    size_t skip; /* of relative: the name within the tree begins there */
    bool (*only)(const char *name);
};

static orma_status copy_one(void *user, const char *path, const char *relative,
                            orma_error **err)
{
    const struct copying *k = user;
    if (k->only != NULL && !k->only(relative + k->skip))
        return ORMA_OK;
    return backup_file(k->b, path, relative, true, err);
}

orma_status backup_tree(backup_copy *b, const char *from, const char *relative,
                        bool (*only)(const char *name), orma_error **err)
{
    struct copying k = {b, strlen(relative) + 1, only};
    return walk(b, from, relative, copy_one, &k, err);
}

struct pruning {
    const char *from;
    size_t skip;
};

static orma_status prune_one(void *user, const char *path, const char *relative,
                             orma_error **err)
{
    const struct pruning *k = user;
    struct stat info;
    AUTO_FREE char *origin = file_join(k->from, relative + k->skip);
    if (origin == NULL)
        return error_no_memory(err);
    if (lstat(origin, &info) != 0 && errno == ENOENT && unlink(path) != 0)
        return fail(err, "delete", path);
    return ORMA_OK;
}

orma_status backup_prune(backup_copy *b, const char *from, const char *relative,
                         orma_error **err)
{
    struct pruning k = {from, strlen(relative) + 1};
    AUTO_FREE char *live = file_join(b->live, relative);
    return live == NULL ? error_no_memory(err)
                        : walk(NULL, live, relative, prune_one, &k, err);
}
