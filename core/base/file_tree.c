/* Folders: making, walking and removing whole trees.
 *
 * SPDX-License-Identifier: MIT */
#include <base/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Deeper trees are loops of a broken file system or an attack on the stack. */
#define MAX_TREE_DEPTH 256

static orma_status make_dir(const char *path, mode_t mode, orma_error **err)
{
    if (mkdir(path, mode) == 0 || (errno == EEXIST && file_is_dir(path)))
        return ORMA_OK;
    const int failure = errno == EEXIST ? ENOTDIR : errno;
    /* A read-only or foreign parent may refuse before it says EEXIST. */
    if (file_is_dir(path))
        return ORMA_OK;
    return error_errno(err, failure, "file", "cannot make folder '%s'", path);
}

/* Every folder of path before a '/'. */
orma_status file_mkdirs_for(const char *path, uint32_t mode, orma_error **err)
{
    AUTO_FREE char *part = text_copy(path);

    if (part == NULL)
        return error_no_memory(err);
    for (char *c = part; *c != '\0'; c++) {
        if (*c != '/' || c == part || c[-1] == '/')
            continue;
        *c = '\0';
        const orma_status st = make_dir(part, (mode_t)mode, err);
        if (st != ORMA_OK)
            return st;
        *c = '/';
    }
    return ORMA_OK;
}

orma_status file_mkdirs(const char *path, uint32_t mode, orma_error **err)
{
    const orma_status st = file_mkdirs_for(path, mode, err);

    if (st != ORMA_OK || path[0] == '\0')
        return st;
    return make_dir(path, (mode_t)mode, err);
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Takes over dir_fd. Works by descriptors: a folder that is replaced by a
 * symlink meanwhile leads nowhere else. Returns false with errno. */
static bool empty_dir(int dir_fd, int depth)
{
    DIR *dir = fdopendir(dir_fd);
    const struct dirent *entry;
    bool is_empty = true;

    if (dir == NULL) {
        const int failure = errno;
        close(dir_fd);
        errno = failure;
        return false;
    }
    while (is_empty && (entry = readdir(dir)) != NULL) {
        if (is_dot(entry->d_name) || unlinkat(dir_fd, entry->d_name, 0) == 0)
            continue;
        /* Linux says EISDIR, POSIX EPERM. */
        if (errno != EISDIR && errno != EPERM) {
            is_empty = errno == ENOENT;
            continue;
        }
        const int fd = depth > 0
                           ? openat(dir_fd, entry->d_name,
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
                                        O_CLOEXEC)
                           : -1;
        if (depth == 0)
            errno = ELOOP;
        is_empty = fd >= 0 && empty_dir(fd, depth - 1) &&
                   unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR) == 0;
    }
    const int failure = errno;
    closedir(dir);
    errno = failure;
    return is_empty;
}

orma_status file_remove_tree(const char *path, orma_error **err)
{
    struct stat info;

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? ORMA_OK
                               : error_errno(err, errno, "file",
                                             "cannot remove '%s'", path);
    if (!S_ISDIR(info.st_mode)) {
        if (unlink(path) != 0 && errno != ENOENT)
            return error_errno(err, errno, "file", "cannot remove '%s'", path);
        return ORMA_OK;
    }
    const int fd =
        open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || !empty_dir(fd, MAX_TREE_DEPTH) || rmdir(path) != 0)
        return error_errno(err, errno, "file", "cannot remove folder '%s'",
                           path);
    return ORMA_OK;
}

typedef struct walk {
    orma_status (*visit)(void *user, const char *relative, const char *path,
                         bool is_dir, orma_error **err);
    void *user;
    size_t root_len; /* of the walked path, with its slash */
    orma_error **err;
} walk;

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dot(const struct dirent *entry)
{
    return !is_dot(entry->d_name);
}

static orma_status walk_dir(const walk *w, const char *path, int depth);

static orma_status walk_entry(const walk *w, const char *folder,
                              const char *name, int depth)
{
    struct stat info;
    AUTO_FREE char *path = file_join(folder, name);

    if (path == NULL)
        return error_no_memory(w->err);
    if (lstat(path, &info) != 0)
        return error_errno(w->err, errno, "file", "cannot read '%s'", path);
    if (S_ISDIR(info.st_mode))
        return walk_dir(w, path, depth + 1);
    /* A dangling link has nothing to visit. */
    if (S_ISLNK(info.st_mode) && stat(path, &info) != 0)
        return ORMA_OK;
    if (!S_ISREG(info.st_mode))
        return ORMA_OK;
    return w->visit(w->user, path + w->root_len, path, false, w->err);
}

static orma_status walk_dir(const walk *w, const char *path, int depth)
{
    struct dirent **entries = NULL;

    if (depth > MAX_TREE_DEPTH)
        return error_set(w->err, ORMA_E_INVALID, "file", 0,
                         "'%s' lies more than %d folders deep", path,
                         MAX_TREE_DEPTH);
    const int n = scandir(path, &entries, not_dot, by_bytes);
    if (n < 0)
        return error_errno(w->err, errno, "file", "cannot read folder '%s'",
                           path);
    orma_status st = ORMA_OK;
    if (n == 0 && depth > 0)
        st = w->visit(w->user, path + w->root_len, path, true, w->err);
    for (int i = 0; i < n; i++) {
        if (st == ORMA_OK)
            st = walk_entry(w, path, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return st;
}

orma_status file_walk(const char *root,
                      orma_status (*visit)(void *user, const char *relative,
                                           const char *path, bool is_dir,
                                           orma_error **err),
                      void *user, orma_error **err)
{
    AUTO_FREE char *start = file_join(root, ""); /* one slash at the end */

    if (start == NULL)
        return error_no_memory(err);
    const walk w = {visit, user, strlen(start), err};
    return walk_dir(&w, start, 0);
}
