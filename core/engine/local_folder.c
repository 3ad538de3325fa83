/* Folders of runners, locked while they live.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/local_folder.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define RUN_PREFIX "run"

/* Makes it when it is missing. Errors: PERMANENT (another user's). */
static orma_status own_folder(const char *path, orma_error **err)
{
    struct stat info;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_errno(err, errno, "engine", "cannot make \"%s\"", path);
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode) ||
        info.st_uid != getuid())
        return error_set(err, ORMA_E_PERMANENT, "engine", 0,
                         "\"%s\" is not a folder of this user", path);
    return ORMA_OK;
}

/* Where a file system has no locks, no runner is ever taken for dead. */
static bool lock(int fd, int flags)
{
    return fd >= 0 && flock(fd, LOCK_EX | flags) == 0;
}

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What cannot be removed is left to the next runner. */
static void remove_dead(const char *base)
{
    DIR *folder = opendir(base);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        AUTO_ERROR orma_error *ignored = NULL;
        if (!text_starts(entry->d_name, RUN_PREFIX "-"))
            continue;
        AUTO_FREE char *path = file_join(base, entry->d_name);
        AUTO_CLOSE int fd = path != NULL ? open_folder(path) : -1;
        if (lock(fd, LOCK_NB))
            file_remove_tree(path, &ignored);
    }
    if (folder != NULL)
        closedir(folder);
}

static orma_status make_folder(const char *parent, const char *name, char **out,
                               orma_error **err)
{
    char *path = text_printf("%s/%s-XXXXXX", parent, name);

    if (path == NULL)
        return error_no_memory(err);
    if (mkdtemp(path) == NULL) {
        const orma_status st = error_errno(
            err, errno, "engine", "cannot make a folder in \"%s\"", parent);
        free(path);
        return st;
    }
    *out = path;
    return ORMA_OK;
}

orma_status local_folder_open(local_folder *f, const char *parent,
                              orma_error **err)
{
    const char *temporary = getenv("TMPDIR");

    if (f->path != NULL)
        return ORMA_OK;
    if (parent == NULL)
        parent = temporary != NULL && *temporary != '\0' ? temporary : "/tmp";
    AUTO_FREE char *base = text_printf("%s/orma-%ld", parent, (long)getuid());
    if (base == NULL)
        return error_no_memory(err);
    orma_status st = own_folder(base, err);
    if (st != ORMA_OK)
        return st;
    /* Others wait: a folder that is new and not locked yet looks dead. */
    AUTO_CLOSE int gate = open_folder(base);
    lock(gate, 0);
    remove_dead(base);
    st = make_folder(base, RUN_PREFIX, &f->path, err);
    if (st == ORMA_OK) {
        f->fd = open_folder(f->path);
        lock(f->fd, 0);
    }
    return st;
}

orma_status local_folder_make(const local_folder *f, const char *name,
                              char **path, orma_error **err)
{
    return make_folder(f->path, name, path, err);
}

void local_folder_close(local_folder *f)
{
    AUTO_ERROR orma_error *ignored = NULL;

    if (f->path == NULL)
        return;
    file_remove_tree(f->path, &ignored);
    if (f->fd >= 0)
        close(f->fd);
    free(f->path);
    *f = (local_folder){0};
}
