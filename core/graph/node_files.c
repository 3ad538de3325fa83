/* Files of a node in the making.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/node.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* True when `path` lies below the folder `folder`. */
static bool lies_below(const char *path, const char *folder)
{
    const size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* A process node's repository grows until it is sealed; data is immutable. */
static orma_status check_place(const node *n, const char *path, bool is_dir,
                               orma_error **err)
{
    if (!file_path_is_safe(path)) {
        const orma_status st =
            error_set(err, ORMA_E_INVALID, "graph", 0,
                      "file path \"%.200s\" is not allowed", path);
        error_hint(err, "use a relative path without empty, \".\" or \"..\" "
                        "components");
        return st;
    }
    if (n->pk > 0 && !text_starts(n->node_type, "process."))
        return error_set(err, ORMA_E_REFUSED, "graph", 0,
                         "node %lld is stored: its files cannot change",
                         (long long)n->pk);
    if (n->pk > 0 && node_is_sealed(n))
        return error_set(err, ORMA_E_REFUSED, "graph", 0,
                         "process %lld is sealed: its files cannot change",
                         (long long)n->pk);

    for (size_t i = 0; i < n->file_count; i++) {
        const node_file *f = &n->files[i];
        if (!f->is_dir && lies_below(path, f->path))
            return error_set(err, ORMA_E_INVALID, "graph", 0,
                             "\"%s\" is a file, so \"%s\" cannot lie below it",
                             f->path, path);
        if (lies_below(f->path, path) && !is_dir)
            return error_set(err, ORMA_E_INVALID, "graph", 0,
                             "\"%s\" is a folder already", path);
        if (f->is_dir != is_dir && text_equal(f->path, path))
            return error_set(err, ORMA_E_INVALID, "graph", 0,
                             "\"%s\" is a %s already", path,
                             f->is_dir ? "folder" : "file");
    }
    return ORMA_OK;
}

static void file_finish(node_file *f)
{
    free(f->path);
    free(f->bytes);
    free(f->local_path);
    free(f->key);
}

/* Adds `made` in place of an entry of the same path; takes it over. */
static orma_status put(node *n, node_file made, orma_error **err)
{
    for (size_t i = 0; i < n->file_count; i++)
        if (text_equal(n->files[i].path, made.path)) {
            file_finish(&n->files[i]);
            n->files[i] = made;
            return ORMA_OK;
        }

    /* Grown at powers of two, which need no capacity beside the count. */
    if ((n->file_count & (n->file_count - 1)) == 0) {
        const size_t capacity = n->file_count == 0 ? 1 : n->file_count * 2;
        node_file *grown = reallocarray(n->files, capacity, sizeof *grown);
        if (grown == NULL) {
            file_finish(&made);
            return error_no_memory(err);
        }
        n->files = grown;
    }
    n->files[n->file_count++] = made;
    return ORMA_OK;
}

orma_status node_put_bytes(node *n, const char *path, orma_str bytes,
                           orma_error **err)
{
    const orma_status st = check_place(n, path, false, err);
    if (st != ORMA_OK)
        return st;

    node_file made = {.path = text_copy(path), .len = bytes.len};
    made.bytes = malloc(bytes.len + 1);
    if (made.path == NULL || made.bytes == NULL) {
        file_finish(&made);
        return error_no_memory(err);
    }
    if (bytes.len > 0)
        memcpy(made.bytes, bytes.ptr, bytes.len);
    made.bytes[bytes.len] = '\0';
    return put(n, made, err);
}

orma_status node_put_local(node *n, const char *path, const char *local_path,
                           orma_error **err)
{
    const orma_status st = check_place(n, path, false, err);
    if (st != ORMA_OK)
        return st;

    node_file made = {.path = text_copy(path),
                      .local_path = text_copy(local_path)};
    if (made.path == NULL || made.local_path == NULL) {
        file_finish(&made);
        return error_no_memory(err);
    }
    return put(n, made, err);
}

orma_status node_put_key(node *n, const char *path, const char *key,
                         orma_error **err)
{
    const orma_status st = check_place(n, path, false, err);
    if (st != ORMA_OK)
        return st;
    if (strlen(key) != 64 || strspn(key, "0123456789abcdef") != 64)
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "object key \"%.80s\" is not a SHA-256 of 64 "
                         "lower-case hex digits",
                         key);

    node_file made = {.path = text_copy(path), .key = text_copy(key)};
    if (made.path == NULL || made.key == NULL) {
        file_finish(&made);
        return error_no_memory(err);
    }
    return put(n, made, err);
}

orma_status node_put_folder(node *n, const char *path, orma_error **err)
{
    const orma_status st = check_place(n, path, true, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < n->file_count; i++)
        if (lies_below(n->files[i].path, path))
            return ORMA_OK; /* it exists and is not empty */

    node_file made = {.path = text_copy(path), .is_dir = true};
    if (made.path == NULL)
        return error_no_memory(err);
    return put(n, made, err);
}
