/* Whole folders of this machine: listing, copying, removing.
 *
 * SPDX-License-Identifier: MIT */
#include "local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Deeper folders are taken for a loop of links. */
#define MAX_DEPTH 128

void name_list_finish(name_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (name_list){0};
}

static bool append_name(name_list *list, size_t *capacity, const char *name)
{
    if (list->count == *capacity) {
        const size_t wanted = *capacity == 0 ? 32 : 2 * *capacity;
        char **grown = reallocarray(list->names, wanted, sizeof *grown);
        if (grown == NULL)
            return false;
        list->names = grown;
        *capacity = wanted;
    }
    list->names[list->count] = strdup(name);
    return list->names[list->count++] != NULL;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

orma_status local_names(const char *path, name_list *out, orma_error **err)
{
    name_list list = {0};
    size_t capacity = 0;
    DIR *folder = opendir(path);
    bool has_memory = true;

    if (folder == NULL)
        return local_errno(err, errno, "cannot list", path);
    for (const struct dirent *e; has_memory && (e = readdir(folder)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            has_memory = append_name(&list, &capacity, e->d_name);
    closedir(folder);
    if (!has_memory) {
        for (size_t i = 0; i < list.count; i++)
            free(list.names[i]);
        free(list.names);
        return local_errno(err, ENOMEM, "no memory to list", path);
    }
    if (list.count > 0)
        qsort(list.names, list.count, sizeof *list.names, by_bytes);
    *out = list;
    return ORMA_OK;
}

orma_status local_list(orma_session *session, const char *path,
                       orma_writer *out, orma_error **err)
{
    (void)session;
    name_list list = {0};
    orma_status st = local_names(path, &list, err);

    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < list.count && st == ORMA_OK; i++)
        st = host->write(out,
                         (orma_str){list.names[i], strlen(list.names[i]) + 1});
    name_list_finish(&list);
    return st == ORMA_OK ? ORMA_OK
                         : host->fail(host, err, st, "local", 0,
                                      "'%s' holds too many files", path);
}

/* ---- copying ----------------------------------------------------- */

/* One copy of a tree. Links are followed when files leave the computer or come
 * to it (what they point at may not exist at the other end), kept within it. */
typedef struct tree_copy {
    bool follow;
    int depth;
} tree_copy;

/* The folders that a copy is in, innermost first: a link to one of them would
 * never end. */
typedef struct ancestor {
    dev_t device;
    ino_t inode;
    const struct ancestor *outer;
} ancestor;

static bool is_inside(const ancestor *inner, const struct stat *info)
{
    for (; inner != NULL; inner = inner->outer)
        if (inner->device == info->st_dev && inner->inode == info->st_ino)
            return true;
    return false;
}

static orma_status copy_any(tree_copy *copy, const ancestor *outer,
                            const char *from, const char *to, orma_error **err);

static orma_status copy_link(const char *from, const char *to, orma_error **err)
{
    char target[4096];
    const ssize_t n = readlink(from, target, sizeof target - 1);

    if (n < 0)
        return local_errno(err, errno, "cannot read the link", from);
    target[n] = '\0';
    unlink(to);
    if (symlink(target, to) != 0)
        return local_errno(err, errno, "cannot make the link", to);
    return ORMA_OK;
}

/* Nothing that a copy could carry. */
static orma_status log_skipped(const char *path, const char *why)
{
    char line[4608];
    const int n =
        snprintf(line, sizeof line, "'%s' was not copied: %s", path, why);

    if (n > 0 && (size_t)n < sizeof line)
        host->log(host, ORMA_LOG_WARNING, (orma_str){line, (size_t)n});
    return ORMA_OK;
}

static orma_status copy_folder(tree_copy *copy, const ancestor *outer,
                               const char *from, const char *to,
                               orma_error **err)
{
    name_list list = {0};
    struct stat info;

    if (stat(from, &info) != 0)
        return local_errno(err, errno, "cannot read", from);
    if (is_inside(outer, &info))
        return ORMA_OK;
    if (copy->depth >= MAX_DEPTH)
        return local_errno(err, ELOOP, "folders nest too deeply at", from);
    const ancestor here = {info.st_dev, info.st_ino, outer};
    orma_status st = local_mkdir(NULL, to, err);
    if (st == ORMA_OK)
        st = local_names(from, &list, err);
    copy->depth++;
    for (size_t i = 0; i < list.count && st == ORMA_OK; i++) {
        char *source = local_join(from, list.names[i]);
        char *target = local_join(to, list.names[i]);
        if (source == NULL || target == NULL)
            st = local_errno(err, ENOMEM, "no memory to copy", from);
        else
            st = copy_any(copy, &here, source, target, err);
        free(source);
        free(target);
    }
    copy->depth--;
    name_list_finish(&list);
    if (st == ORMA_OK && chmod(to, (info.st_mode & 07777) | S_IRWXU) != 0)
        st = local_errno(err, errno, "cannot set the permissions of", to);
    return st;
}

static orma_status copy_any(tree_copy *copy, const ancestor *outer,
                            const char *from, const char *to, orma_error **err)
{
    struct stat info;
    const int failure = copy->follow ? stat(from, &info) : lstat(from, &info);

    /* A link among the files of a job that leads nowhere, or to itself, costs
     * the link only. */
    if (failure != 0 &&
        (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) &&
        copy->follow && copy->depth > 0)
        return log_skipped(from, "it leads nowhere");
    if (failure != 0)
        return local_errno(err, errno, "cannot read", from);
    if (S_ISDIR(info.st_mode))
        return copy_folder(copy, outer, from, to, err);
    if (S_ISLNK(info.st_mode))
        return copy_link(from, to, err);
    if (S_ISREG(info.st_mode))
        return local_copy_range(from, to, 0, 0, err);
    return log_skipped(from, "it is neither a file nor a folder");
}

static orma_status copy_tree(const char *from, const char *to, bool follow,
                             orma_error **err)
{
    struct stat info;
    tree_copy copy = {.follow = follow};

    if (stat(from, &info) != 0)
        return local_errno(err, errno, "cannot read", from);
    if (!S_ISDIR(info.st_mode))
        return local_errno(err, ENOTDIR, "cannot read the folder", from);
    return copy_folder(&copy, NULL, from, to, err);
}

orma_status local_put_tree(orma_session *session, const char *local,
                           const char *remote, orma_error **err)
{
    (void)session;
    return copy_tree(local, remote, true, err);
}

orma_status local_get_tree(orma_session *session, const char *remote,
                           const char *local, orma_error **err)
{
    (void)session;
    return copy_tree(remote, local, true, err);
}

orma_status local_copy(orma_session *session, const char *from, const char *to,
                       orma_error **err)
{
    (void)session;
    struct stat info;
    tree_copy copy = {.follow = false};

    /* What is named is followed; links inside a folder stay links. */
    if (stat(from, &info) != 0)
        return local_errno(err, errno, "cannot read", from);
    if (S_ISDIR(info.st_mode))
        return copy_folder(&copy, NULL, from, to, err);
    return local_copy_range(from, to, 0, 0, err);
}

/* ---- removing ---------------------------------------------------- */

static orma_status remove_folder(const char *path, int depth, orma_error **err)
{
    name_list list = {0};

    if (depth >= MAX_DEPTH)
        return local_errno(err, ELOOP, "folders nest too deeply at", path);
    orma_status st = local_names(path, &list, err);
    for (size_t i = 0; i < list.count && st == ORMA_OK; i++) {
        struct stat info;
        char *inner = local_join(path, list.names[i]);
        if (inner == NULL)
            st = local_errno(err, ENOMEM, "no memory to remove", path);
        else if (lstat(inner, &info) == 0 && S_ISDIR(info.st_mode))
            st = remove_folder(inner, depth + 1, err);
        else if (unlink(inner) != 0 && errno != ENOENT)
            st = local_errno(err, errno, "cannot remove", inner);
        free(inner);
    }
    name_list_finish(&list);
    if (st == ORMA_OK && rmdir(path) != 0 && errno != ENOENT)
        st = local_errno(err, errno, "cannot remove", path);
    return st;
}

orma_status local_remove(orma_session *session, const char *path,
                         orma_error **err)
{
    (void)session;
    struct stat info;

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? ORMA_OK
                               : local_errno(err, errno, "cannot remove", path);
    if (S_ISDIR(info.st_mode))
        return remove_folder(path, 0, err);
    if (unlink(path) != 0 && errno != ENOENT)
        return local_errno(err, errno, "cannot remove", path);
    return ORMA_OK;
}
