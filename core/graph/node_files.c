/* Files of a node in the making.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/node.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define PLACES_FIRST 16 /* of the table, which grows */

/* What the table of places says of a path. A folder that was not put itself,
 * only files below it, has no entry in files. */
typedef enum place {
    PLACE_FREE,
    PLACE_FILE,
    PLACE_FOLDER,
    PLACE_IMPLIED_FOLDER
} place;

static void free_key(struct lh_entry *entry)
{
    free((char *)(uintptr_t)lh_entry_k(entry));
}

/* Values of the table: 1 + the index in files, 0 for an implied folder. */
static place find_place(const node *n, const char *path, size_t *index)
{
    void *value = NULL;

    if (n->places == NULL || !lh_table_lookup_ex(n->places, path, &value))
        return PLACE_FREE;
    if (value == NULL)
        return PLACE_IMPLIED_FOLDER;
    *index = (size_t)(uintptr_t)value - 1;
    return n->files[*index].is_dir ? PLACE_FOLDER : PLACE_FILE;
}

static bool set_place(node *n, const char *path, size_t value)
{
    void *const held = (void *)(uintptr_t)value;
    struct lh_entry *entry = lh_table_lookup_entry(n->places, path);

    if (entry != NULL) {
        entry->v = held;
        return true;
    }
    char *key = text_copy(path);
    if (key != NULL && lh_table_insert(n->places, key, held) == 0)
        return true;
    free(key);
    return false;
}

/* The folders above path; its text is changed and put back. */
static bool set_folders(node *n, char *path)
{
    size_t index;
    bool is_set = true;

    for (char *slash = strchr(path, '/'); is_set && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        is_set =
            find_place(n, path, &index) != PLACE_FREE || set_place(n, path, 0);
        *slash = '/';
    }
    return is_set;
}

static orma_status check_name(const char *path, orma_error **err)
{
    const orma_str name = {path, strlen(path)};

    if (!text_is_utf8(name)) {
        AUTO_FREE char *shown = text_show_bytes(name);
        const orma_status st =
            error_set(err, ORMA_E_INVALID, "graph", 0,
                      "file path \"%.400s\" is not valid UTF-8",
                      shown != NULL ? shown : "");
        error_hint(err, "rename the file");
        return st;
    }
    if (!file_path_is_safe(path)) {
        const orma_status st =
            error_set(err, ORMA_E_INVALID, "graph", 0,
                      "file path \"%.200s\" is not allowed", path);
        error_hint(err, "use a relative path without empty, \".\" or \"..\" "
                        "components");
        return st;
    }
    return ORMA_OK;
}

/* No file may be a folder of path. */
static orma_status check_folders(const node *n, const char *path,
                                 orma_error **err)
{
    AUTO_FREE char *folder = text_copy(path);
    size_t index;

    if (folder == NULL)
        return error_no_memory(err);
    for (char *slash = strchr(folder, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (find_place(n, folder, &index) == PLACE_FILE)
            return error_set(err, ORMA_E_INVALID, "graph", 0,
                             "\"%s\" is a file, so \"%s\" cannot lie below it",
                             folder, path);
        *slash = '/';
    }
    return ORMA_OK;
}

/* A process node's repository grows until it is sealed; data is immutable. */
static orma_status check_place(const node *n, const char *path, bool is_dir,
                               orma_error **err)
{
    size_t index;
    orma_status st = check_name(path, err);

    if (st != ORMA_OK)
        return st;
    if (n->pk > 0 && !text_starts(n->node_type, "process."))
        return error_set(err, ORMA_E_REFUSED, "graph", 0,
                         "node %lld is stored: its files cannot change",
                         (long long)n->pk);
    if (n->pk > 0 && node_is_sealed(n))
        return error_set(err, ORMA_E_REFUSED, "graph", 0,
                         "process %lld is sealed: its files cannot change",
                         (long long)n->pk);

    st = check_folders(n, path, err);
    if (st != ORMA_OK)
        return st;
    const place held = find_place(n, path, &index);
    if (held != PLACE_FREE && is_dir != (held != PLACE_FILE))
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "\"%s\" is a %s already", path,
                         is_dir ? "file" : "folder");
    return ORMA_OK;
}

static void file_finish(node_file *f)
{
    free(f->path);
    free(f->bytes);
    free(f->local_path);
    free(f->key);
}

void node_clear_files(node *n)
{
    for (size_t i = 0; i < n->file_count; i++)
        file_finish(&n->files[i]);
    free(n->files);
    n->files = NULL;
    n->file_count = 0;
    if (n->places != NULL)
        lh_table_free(n->places);
    n->places = NULL;
}

const node_file *node_find_file(const node *n, const char *path)
{
    size_t index;

    return find_place(n, path, &index) == PLACE_FILE ? &n->files[index] : NULL;
}

/* Room for one more file and its place. */
static bool make_room(node *n)
{
    if (n->places == NULL)
        n->places = lh_kchar_table_new(PLACES_FIRST, free_key);
    if (n->places == NULL)
        return false;
    /* Grown at powers of two, which need no capacity beside the count. */
    if ((n->file_count & (n->file_count - 1)) != 0)
        return true;
    const size_t capacity = n->file_count == 0 ? 1 : n->file_count * 2;
    node_file *grown = reallocarray(n->files, capacity, sizeof *grown);
    if (grown == NULL)
        return false;
    n->files = grown;
    return true;
}

/* Adds `made` in place of an entry of the same path; takes it over. */
static orma_status put(node *n, node_file made, orma_error **err)
{
    size_t index;
    const place held = find_place(n, made.path, &index);

    if (held == PLACE_FILE || held == PLACE_FOLDER) {
        file_finish(&n->files[index]);
        n->files[index] = made;
        return ORMA_OK;
    }
    if (!make_room(n) || !set_folders(n, made.path) ||
        !set_place(n, made.path, n->file_count + 1)) {
        file_finish(&made);
        return error_no_memory(err);
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
    size_t index;
    const orma_status st = check_place(n, path, true, err);
    if (st != ORMA_OK)
        return st;
    if (find_place(n, path, &index) != PLACE_FREE)
        return ORMA_OK;

    node_file made = {.path = text_copy(path), .is_dir = true};
    if (made.path == NULL)
        return error_no_memory(err);
    return put(n, made, err);
}
