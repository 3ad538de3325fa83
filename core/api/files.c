/* Files of stored nodes: listing, reading, dumping.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/container.h>

#define PIECE_BYTES 65536

/* A listing in the making. */
struct listing {
    store *store;
    const char *below; /* "" or a folder, without '/' at its end */
    bool recursive;
    bool found; /* something at or below `below` */
    json_object *rows;
    json_object *folders; /* those listed already, as keys */
};

static orma_status size_of(store *s, const char *key, int64_t *size,
                           orma_error **err)
{
    object_reader *reader = NULL;
    const orma_status st = store_open_object(s, key, &reader, err);
    if (st == ORMA_OK)
        *size = object_size(reader);
    object_close(reader);
    return st;
}

static orma_status add_row(struct listing *l, const char *path, size_t len,
                           const char *key, orma_error **err)
{
    AUTO_FREE char *name = str_copy((orma_str){path, len});
    int64_t size = 0;
    orma_status st = ORMA_OK;

    if (name == NULL)
        return error_no_memory(err);
    if (key == NULL) {
        if (json_get(l->folders, name) != NULL)
            return ORMA_OK;
        json_set_bool(l->folders, name, true);
    } else {
        st = size_of(l->store, key, &size, err);
    }
    if (st != ORMA_OK)
        return st;
    json_object *row = json_object_new_object();
    json_set_text(row, "path", name);
    json_set_text(row, "type", key != NULL ? "file" : "folder");
    json_set_int(row, "size", size);
    json_object_array_add(l->rows, row);
    return ORMA_OK;
}

static orma_status list_one(void *user, const char *path, const char *key,
                            orma_error **err)
{
    struct listing *l = user;
    const size_t skip = strlen(l->below);
    const char *rest = path;

    if (skip > 0) {
        if (strncmp(path, l->below, skip) != 0 ||
            (path[skip] != '/' && path[skip] != '\0'))
            return ORMA_OK;
        l->found = true;
        if (path[skip] == '\0') /* the file itself, or an empty folder */
            return key != NULL ? add_row(l, path, skip, key, err) : ORMA_OK;
        rest = path + skip + 1;
    }
    const char *slash = strchr(rest, '/');
    if (!l->recursive)
        return slash != NULL
                   ? add_row(l, path, (size_t)(slash - path), NULL, err)
                   : add_row(l, path, strlen(path), key, err);
    orma_status st = ORMA_OK;
    for (; slash != NULL && st == ORMA_OK; slash = strchr(slash + 1, '/'))
        st = add_row(l, path, (size_t)(slash - path), NULL, err);
    return st == ORMA_OK ? add_row(l, path, strlen(path), key, err) : st;
}

orma_status orma_node_files(orma_profile *profile, const char *node_name,
                            const char *path, int32_t recursive, char **json,
                            orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();
    AUTO_JSON json_object *folders = json_object_new_object();
    AUTO_FREE char *below = text_copy(path != NULL ? path : "");
    if (below == NULL)
        return error_no_memory(err);
    for (size_t len = strlen(below); len > 0 && below[len - 1] == '/'; len--)
        below[len - 1] = '\0';

    struct listing l = {profile->store,   below, recursive != 0,
                        below[0] == '\0', rows,  folders};
    orma_status st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st == ORMA_OK)
        st = repository_walk(n->repository, list_one, &l, err);
    if (st != ORMA_OK)
        return st;
    if (!l.found)
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "node %lld has no file or folder \"%s\"",
                         (long long)n->pk, below);
    return hand_out(json_object_get(rows), json, err);
}

static orma_status stream(store *s, const char *key,
                          orma_status (*write)(void *user, orma_str bytes),
                          void *user, orma_error **err)
{
    object_reader *reader = NULL;
    char piece[PIECE_BYTES];
    size_t n = 0;

    orma_status st = store_open_object(s, key, &reader, err);
    while (st == ORMA_OK) {
        st = object_read(reader, piece, sizeof piece, &n, err);
        if (st != ORMA_OK || n == 0)
            break;
        st = write(user, (orma_str){piece, n});
        if (st != ORMA_OK)
            error_set(err, st, "node", 0, "the reader stopped");
    }
    object_close(reader);
    return st;
}

orma_status orma_node_read(orma_profile *profile, const char *node_name,
                           const char *path,
                           orma_status (*write)(void *user, orma_str bytes),
                           void *user, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    const char *key = repository_key(n->repository, path);
    if (key != NULL)
        return stream(profile->store, key, write, user, err);
    error_set(err, ORMA_E_NOT_FOUND, "node", 0, "node %lld has no file \"%s\"",
              (long long)n->pk, path);
    error_hint(err, "orma node repo ls %lld", (long long)n->pk);
    return ORMA_E_NOT_FOUND;
}

struct dump {
    store *store;
    const char *folder;
};

static orma_status write_to_fd(void *user, orma_str bytes)
{
    const int fd = *(const int *)user;
    for (size_t done = 0; done < bytes.len;) {
        const ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno != EINTR)
            return ORMA_E_TRANSIENT;
        done += n > 0 ? (size_t)n : 0;
    }
    return ORMA_OK;
}

static orma_status dump_one(void *user, const char *path, const char *key,
                            orma_error **err)
{
    const struct dump *d = user;
    /* A database may come from anywhere: its paths do not leave the folder. */
    if (!file_path_is_safe(path))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "the path \"%s\" leaves the folder", path);
    AUTO_FREE char *target = file_join(d->folder, path);
    if (target == NULL)
        return error_no_memory(err);
    if (key == NULL)
        return file_mkdirs(target, 0777, err);
    const orma_status st = file_mkdirs_for(target, 0777, err);
    if (st != ORMA_OK)
        return st;
    AUTO_CLOSE int fd =
        open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_errno(err, errno, "node", "cannot write \"%s\"", target);
    return stream(d->store, key, write_to_fd, &fd, err);
}

orma_status node_write_files(store *s, const json_object *tree,
                             const char *folder, orma_error **err)
{
    struct dump d = {s, folder};
    const orma_status st = file_mkdirs(folder, 0777, err);
    return st == ORMA_OK ? repository_walk(tree, dump_one, &d, err) : st;
}

orma_status orma_node_dump(orma_profile *profile, const char *node_name,
                           const char *folder, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    if (access(folder, F_OK) == 0) {
        error_set(err, ORMA_E_REFUSED, "node", 0, "\"%s\" exists already",
                  folder);
        error_hint(err, "name a folder that does not exist");
        return ORMA_E_REFUSED;
    }
    return node_write_files(profile->store, n->repository, folder, err);
}
