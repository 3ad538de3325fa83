/* Files of nodes, wherever they are: the container, memory, or a local file
 * of a node in the making.
 *
 * SPDX-License-Identifier: MIT */
#include <process/node_view.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* Files that are read as a whole: 4 GiB. */
#define MAX_WHOLE_BYTES ((size_t)1 << 32)

/* Where a file's content is; all NULL: there is no such file. Files put on a
 * node since it was stored come before those of its repository. */
static void locate(const node *n, const char *path, const node_file **draft,
                   const char **key)
{
    *draft = node_find_file(n, path);
    *key = *draft != NULL         ? (*draft)->key
           : n->repository != NULL ? repository_key(n->repository, path)
                                   : NULL;
}

static orma_status check_path(const char *path, orma_error **err)
{
    if (path == NULL || !file_path_is_safe(path))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "\"%s\" is no path below the node's folder",
                         path != NULL ? path : "");
    return ORMA_OK;
}

static orma_status need_store(const node *n, const char *path,
                              struct store **out, orma_error **err)
{
    *out = node_view_store(n);
    if (*out == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "file \"%s\" lies in a repository that is not open",
                         path);
    return ORMA_OK;
}

static orma_status open_sources(const node *n, const char *path,
                                orma_stream *stream, bool *found,
                                orma_error **err)
{
    const node_file *draft;
    const char *key;
    struct store *s;

    locate(n, path, &draft, &key);
    *found = draft != NULL || key != NULL;
    if (key != NULL) {
        const orma_status st = need_store(n, path, &s, err);
        return st == ORMA_OK ? store_open_object(s, key, &stream->object, err)
                             : st;
    }
    if (draft != NULL && draft->local_path != NULL) {
        stream->fd = open(draft->local_path, O_RDONLY | O_CLOEXEC);
        if (stream->fd < 0)
            return error_errno(err, errno, "node", "%s", draft->local_path);
    } else if (draft != NULL) {
        stream->bytes = (orma_str){draft->bytes, draft->len};
    }
    return ORMA_OK;
}

orma_status node_stream_open(const node *n, const char *path,
                             orma_stream **out, orma_error **err)
{
    bool found = false;
    orma_status st = check_path(path, err);

    if (st != ORMA_OK)
        return st;
    orma_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return error_no_memory(err);
    stream->owner = n;
    stream->fd = -1;
    st = open_sources(n, path, stream, &found, err);
    if (st == ORMA_OK && found)
        st = node_view_add_stream(n, stream, err);
    if (st != ORMA_OK || !found) {
        node_stream_close(stream);
        stream = NULL;
    }
    if (st == ORMA_OK)
        *out = stream;
    return st;
}

orma_status node_stream_next(orma_stream *stream, void *buffer,
                             size_t capacity, size_t *n, orma_error **err)
{
    if (stream->object != NULL)
        return object_read(stream->object, buffer, capacity, n, err);
    if (stream->fd >= 0) {
        ssize_t got;
        do
            got = read(stream->fd, buffer, capacity);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return error_errno(err, errno, "node", "reading a local file");
        *n = (size_t)got;
        return ORMA_OK;
    }
    *n = stream->bytes.len < capacity ? stream->bytes.len : capacity;
    if (*n > 0)
        memcpy(buffer, stream->bytes.ptr, *n);
    stream->bytes.ptr = *n > 0 ? stream->bytes.ptr + *n : stream->bytes.ptr;
    stream->bytes.len -= *n;
    return ORMA_OK;
}

void node_stream_close(orma_stream *stream)
{
    if (stream == NULL)
        return;
    node_view_drop_stream(stream->owner, stream);
    object_close(stream->object);
    if (stream->fd >= 0)
        close(stream->fd);
    free(stream);
}

/* An object that is not known to the node's tree: a draft's key. */
static orma_status read_object(struct store *s, const char *key, buf *out,
                               orma_error **err)
{
    object_reader *reader = NULL;
    char piece[16384];
    size_t n = 0;
    orma_status st = store_open_object(s, key, &reader, err);

    if (st != ORMA_OK)
        return st;
    do {
        st = object_read(reader, piece, sizeof piece, &n, err);
        if (st == ORMA_OK)
            buf_append(out, piece, n);
    } while (st == ORMA_OK && n > 0 && out->len <= MAX_WHOLE_BYTES);
    object_close(reader);
    if (st == ORMA_OK && out->len > MAX_WHOLE_BYTES)
        st = error_set(err, ORMA_E_INVALID, "node", 0,
                       "the file is larger than 4 GiB: read it as a stream");
    return st == ORMA_OK ? buf_status(out, err) : st;
}

orma_status node_file_read(const node *n, const char *path, buf *out,
                           bool *found, orma_error **err)
{
    const node_file *draft = NULL;
    const char *key = NULL;
    struct store *s = NULL;
    orma_status st = check_path(path, err);

    if (st != ORMA_OK)
        return st;
    locate(n, path, &draft, &key);
    if (key != NULL) {
        st = need_store(n, path, &s, err);
        if (st == ORMA_OK)
            st = read_object(s, key, out, err);
    } else if (draft != NULL && draft->local_path != NULL) {
        st = file_read(draft->local_path, MAX_WHOLE_BYTES, out, err);
    } else if (draft != NULL) {
        buf_append(out, draft->bytes, draft->len);
        st = buf_status(out, err);
    }
    if (st == ORMA_OK)
        *found = draft != NULL || key != NULL;
    return st;
}

struct path_list {
    const char **items;
    size_t count, capacity;
};

static orma_status add_path(struct path_list *list, const char *path,
                            orma_error **err)
{
    if (list->count == list->capacity) {
        const size_t wider = list->capacity == 0 ? 16 : 2 * list->capacity;
        const char **items =
            reallocarray(list->items, wider, sizeof *list->items);
        if (items == NULL)
            return error_no_memory(err);
        list->items = items;
        list->capacity = wider;
    }
    list->items[list->count] = text_copy(path);
    if (list->items[list->count] == NULL)
        return error_no_memory(err);
    list->count++;
    return ORMA_OK;
}

static orma_status visit_stored(void *user, const char *path, const char *key,
                                orma_error **err)
{
    return key != NULL ? add_path(user, path, err) : ORMA_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static orma_status list_to_json(struct path_list *list, json_object **out,
                                orma_error **err)
{
    json_object *array = json_object_new_array();

    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_text);
    for (size_t i = 0; array != NULL && i < list->count; i++) {
        if (i > 0 && strcmp(list->items[i], list->items[i - 1]) == 0)
            continue; /* replaced since it was stored */
        json_object *path = json_object_new_string(list->items[i]);
        if (path == NULL || json_object_array_add(array, path) != 0) {
            json_object_put(path);
            json_object_put(array);
            array = NULL;
        }
    }
    if (array == NULL)
        return error_no_memory(err);
    *out = array;
    return ORMA_OK;
}

orma_status node_file_list(const node *n, json_object **out, orma_error **err)
{
    struct path_list list = {0};
    orma_status st = ORMA_OK;

    if (n->repository != NULL)
        st = repository_walk(n->repository, visit_stored, &list, err);
    for (size_t i = 0; i < n->file_count && st == ORMA_OK; i++)
        if (!n->files[i].is_dir)
            st = add_path(&list, n->files[i].path, err);
    if (st == ORMA_OK)
        st = list_to_json(&list, out, err);
    for (size_t i = 0; i < list.count; i++)
        free((char *)list.items[i]);
    free(list.items);
    return st;
}
