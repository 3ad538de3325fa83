/* The host's side of the tables.
 *
 * SPDX-License-Identifier: MIT */
#include "harness_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct orma_stream {
    const fake_file *file;
    size_t at;
};

static struct orma_error last_error;
static fake_node *nodes[4096];
static size_t node_count;
static unsigned char next_uuid = 1;

void stop(const char *what, const char *which)
{
    printf("Bail out! %s: %s\n", what, which);
    exit(99);
}

void *need(void *memory)
{
    if (memory == NULL)
        stop("no memory", "");
    return memory;
}

/* --- host ------------------------------------------------------------- */

orma_status host_fail(const orma_host *host, orma_error **err,
                             orma_status status, const char *domain,
                             int32_t code, const char *fmt, ...)
{
    va_list args;

    (void)host;
    (void)domain;
    (void)code;
    va_start(args, fmt);
    vsnprintf(last_error.message, sizeof last_error.message, fmt, args);
    va_end(args);
    last_error.status = status;
    if (err != NULL)
        *err = &last_error;
    return status;
}

static orma_status host_write(orma_writer *out, orma_str bytes)
{
    (void)out;
    (void)bytes;
    return ORMA_OK;
}

static void host_log(const orma_host *host, int32_t level, orma_str message)
{
    (void)host;
    (void)level;
    (void)message;
}

static const char *host_number(double value, char *out)
{
    if (!isfinite(value))
        return NULL;
    snprintf(out, 30, "%.14g", value);
    if (strpbrk(out, ".e") == NULL)
        memcpy(out + strlen(out), ".0", 3);
    return out;
}

static const void *host_extension(const orma_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

const orma_host fake_host = {
    .size = sizeof fake_host,
    .abi_major = ORMA_ABI_MAJOR,
    .abi_minor = ORMA_ABI_MINOR,
    .fail = host_fail,
    .write = host_write,
    .log = host_log,
    .number = host_number,
    .get_extension = host_extension,
};

const void *fake_load(const char *kind, const char *module, const char *entry)
{
    const char *path = getenv("ORMA_PLUGIN_PATH");
    char file[4096];
    orma_error *err = NULL;

    if (path == NULL)
        stop("ORMA_PLUGIN_PATH", "is not set");
    snprintf(file, sizeof file, "%.*s/%s/quantumespresso/%s.so",
             (int)strcspn(path, ":"), path, kind, module);
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        stop("dlopen", dlerror());
    const orma_plugin *plugin = dlsym(library, "orma_plugin_entry");
    if (plugin == NULL || plugin->magic != ORMA_PLUGIN_MAGIC)
        stop(file, "is no module");
    if (plugin->load != NULL && plugin->load(&fake_host, &err) != ORMA_OK)
        stop(file, "refused to load");
    for (uint32_t i = 0; i < plugin->entry_count; i++)
        if (strcmp(plugin->entries[i].name, entry) == 0)
            return plugin->entries[i].vtable;
    stop(file, "lacks the entry");
    return NULL;
}

/* --- nodes ------------------------------------------------------------ */

fake_node *fake_node_new(const char *type, const char *attributes,
                         bool is_stored)
{
    fake_node *node = need(calloc(1, sizeof *node));

    if (node_count == sizeof nodes / sizeof *nodes)
        stop("too many nodes", type);
    nodes[node_count++] = node;
    snprintf(node->type, sizeof node->type, "%s", type);
    node->attributes = need(strdup(attributes));
    if (is_stored) {
        node->uuid.bytes[0] = 0xab;
        node->uuid.bytes[15] = next_uuid++;
    }
    return node;
}

fake_file *fake_node_file(fake_node *node, const char *path)
{
    for (size_t i = 0; i < node->file_count; i++)
        if (strcmp(node->files[i].path, path) == 0)
            return &node->files[i];
    return NULL;
}

static void set_bytes(fake_file *file, const char *bytes, size_t len)
{
    char *copy = need(malloc(len + 1));

    memcpy(copy, bytes, len);
    copy[len] = '\0';
    free(file->bytes);
    file->bytes = copy;
    file->len = len;
}

void fake_node_add(fake_node *node, const char *path, const char *bytes,
                   size_t len)
{
    fake_file *file = fake_node_file(node, path);

    if (file == NULL) {
        if (node->file_count == FAKE_MAX)
            stop("too many files", path);
        file = &node->files[node->file_count++];
        file->path = need(strdup(path));
    }
    set_bytes(file, bytes, len);
}

void fake_node_remove(fake_node *node, const char *path)
{
    fake_file *file = fake_node_file(node, path);

    if (file == NULL)
        stop("no such file", path);
    free(file->path);
    free(file->bytes);
    *file = node->files[--node->file_count];
    node->files[node->file_count] = (fake_file){0};
}

static void add_recorded(fake_node *node, const char *folder, const char *name)
{
    char path[4096], target[256];
    char *bytes = NULL;
    size_t len = 0;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        stop("cannot open", path);
    for (;;) {
        bytes = need(realloc(bytes, len + 65536));
        const int n = gzread(file, bytes + len, 65536);
        if (n < 0)
            stop("cannot read", path);
        if (n == 0)
            break;
        len += (size_t)n;
    }
    gzclose(file);
    snprintf(target, sizeof target, "%s", name);
    const size_t end = strlen(target);
    if (end > 3 && strcmp(target + end - 3, ".gz") == 0)
        target[end - 3] = '\0';
    fake_node_add(node, target, bytes, len);
    free(bytes);
}

fake_node *fake_node_recorded(const char *run)
{
    fake_node *node = fake_node_new("core.folder", "{}", true);
    char folder[2048];

    snprintf(folder, sizeof folder, "%s/tests/plugins/quantumespresso/pw/%s",
             TEST_SRCDIR, run);
    DIR *dir = opendir(folder);
    if (dir == NULL)
        stop("no recorded run", folder);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && strcmp(e->d_name, "SOURCE") != 0)
            add_recorded(node, folder, e->d_name);
    closedir(dir);
    return node;
}

static void replace_at(fake_file *file, size_t at, size_t len, const char *to)
{
    const size_t added = strlen(to), rest = file->len - at - len;
    char *bytes = need(malloc(file->len - len + added + 1));

    memcpy(bytes, file->bytes, at);
    memcpy(bytes + at, to, added);
    memcpy(bytes + at + added, file->bytes + at + len, rest + 1);
    free(file->bytes);
    file->bytes = bytes;
    file->len = at + added + rest;
}

static fake_file *need_file(fake_node *node, const char *path)
{
    fake_file *file = fake_node_file(node, path);

    if (file == NULL)
        stop("no such file", path);
    return file;
}

void fake_node_edit(fake_node *node, const char *path, const char *from,
                    const char *to)
{
    fake_file *file = need_file(node, path);
    const char *at = strstr(file->bytes, from);

    if (at == NULL)
        stop("nothing to edit", from);
    replace_at(file, (size_t)(at - file->bytes), strlen(from), to);
}

void fake_node_edit_all(fake_node *node, const char *path, const char *from,
                        const char *to)
{
    fake_file *file = need_file(node, path);
    size_t at = 0, edits = 0;

    for (const char *found; (found = strstr(file->bytes + at, from)) != NULL;
         edits++) {
        at = (size_t)(found - file->bytes);
        replace_at(file, at, strlen(from), to);
        at += strlen(to);
    }
    if (edits == 0)
        stop("nothing to edit", from);
}

void fake_node_cut(fake_node *node, const char *path, const char *before)
{
    fake_file *file = need_file(node, path);
    char *at = strstr(file->bytes, before);

    if (at == NULL)
        stop("nothing to cut at", before);
    file->len = (size_t)(at - file->bytes);
    file->bytes[file->len] = '\0';
}

fake_array *fake_node_array(fake_node *node, const char *name)
{
    for (size_t i = 0; node != NULL && i < node->array_count; i++)
        if (strcmp(node->arrays[i].name, name) == 0)
            return &node->arrays[i];
    return NULL;
}

static void array_finish(fake_array *a)
{
    free(a->reals);
    free(a->ints);
    *a = (fake_array){0};
}

/* Element at a multi-index, through the view's strides. */
static void copy_array(fake_array *a, const orma_array_view *view)
{
    int64_t strides[ORMA_ARRAY_MAX_NDIM], step = 8;

    for (int32_t d = view->ndim - 1; d >= 0; d--) {
        strides[d] = view->strides != NULL ? view->strides[d] : step;
        step *= view->shape[d];
    }
    for (size_t i = 0; i < a->count; i++) {
        int64_t offset = 0;
        size_t rest = i;
        for (int32_t d = view->ndim - 1; d >= 0; d--) {
            offset += strides[d] * (int64_t)(rest % (size_t)view->shape[d]);
            rest /= (size_t)view->shape[d];
        }
        const char *at = (const char *)view->data + offset;
        if (view->dtype == ORMA_DTYPE_I64) {
            memcpy(&a->ints[i], at, 8);
            a->reals[i] = (double)a->ints[i];
        } else {
            memcpy(&a->reals[i], at, 8);
        }
    }
}

static void set_array(fake_node *node, const char *name,
                      const orma_array_view *view)
{
    fake_array *a = fake_node_array(node, name);

    if (a == NULL && node->array_count == FAKE_MAX)
        stop("too many arrays", name);
    if (a == NULL)
        a = &node->arrays[node->array_count++];
    array_finish(a);
    snprintf(a->name, sizeof a->name, "%s", name);
    snprintf(a->unit, sizeof a->unit, "%s", view->unit);
    a->dtype = view->dtype;
    a->ndim = view->ndim;
    a->count = 1;
    for (int32_t d = 0; d < view->ndim; d++) {
        a->shape[d] = view->shape[d];
        a->count *= (size_t)view->shape[d];
    }
    a->reals = need(calloc(a->count + 1, sizeof *a->reals));
    a->ints = need(calloc(a->count + 1, sizeof *a->ints));
    copy_array(a, view);
}

void fake_node_add_array(fake_node *node, const char *name, int32_t ndim,
                         const int64_t *shape, const double *values)
{
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = ORMA_DTYPE_F64,
                                  .ndim = ndim,
                                  .shape = shape,
                                  .data = values,
                                  .unit = "1"};
    char key[128];
    json_object *attributes = json_tokener_parse(node->attributes);
    json_object *list = json_object_new_array();

    set_array(node, name, &view);
    for (int32_t d = 0; d < ndim; d++)
        json_object_array_add(list, json_object_new_int64(shape[d]));
    snprintf(key, sizeof key, "array|%s", name);
    json_object_object_add(attributes, key, list);
    free(node->attributes);
    node->attributes = need(strdup(json_object_to_json_string(attributes)));
    json_object_put(attributes);
}

json_object *fake_node_attributes(fake_node *node)
{
    static json_object *parsed;

    json_object_put(parsed);
    parsed = node != NULL ? json_tokener_parse(node->attributes) : NULL;
    return parsed;
}

/* --- node ops --------------------------------------------------------- */

static orma_str node_type(const orma_node *node)
{
    const fake_node *n = (const fake_node *)node;
    return (orma_str){n->type, strlen(n->type)};
}

static orma_uuid node_uuid(const orma_node *node)
{
    return ((const fake_node *)node)->uuid;
}

static orma_str node_label(const orma_node *node)
{
    (void)node;
    return ORMA_LITERAL("");
}

static orma_uuid node_computer(const orma_node *node)
{
    return ((const fake_node *)node)->computer;
}

static orma_status node_attributes(const orma_node *node, orma_str *json,
                                   orma_error **err)
{
    const fake_node *n = (const fake_node *)node;
    (void)err;
    *json = (orma_str){n->attributes, strlen(n->attributes)};
    return ORMA_OK;
}

static orma_status node_set_attributes(orma_node *node, orma_str json,
                                       orma_error **err)
{
    fake_node *n = (fake_node *)node;
    json_object *parsed = json_tokener_parse(json.ptr);
    const bool is_object = json_object_is_type(parsed, json_type_object);

    json_object_put(parsed);
    if (!is_object || strlen(json.ptr) != json.len)
        return host_fail(&fake_host, err, ORMA_E_INVALID, "", 0, "no object");
    free(n->attributes);
    n->attributes = need(strdup(json.ptr));
    return ORMA_OK;
}

static char *files_text;

static orma_status node_files(const orma_node *node, orma_str *json,
                              orma_error **err)
{
    const fake_node *n = (const fake_node *)node;
    json_object *list = json_object_new_array();

    if (n->files_status != ORMA_OK) {
        json_object_put(list);
        return host_fail(&fake_host, err, n->files_status, "", 0, "no files");
    }
    for (size_t i = 0; i < n->file_count; i++)
        json_object_array_add(list, json_object_new_string(n->files[i].path));
    free(files_text);
    files_text = need(strdup(json_object_to_json_string(list)));
    json_object_put(list);
    *json = (orma_str){files_text, strlen(files_text)};
    return ORMA_OK;
}

static orma_status node_read(const orma_node *node, const char *path,
                             orma_str *bytes, orma_error **err)
{
    const fake_file *f = fake_node_file((fake_node *)(uintptr_t)node, path);
    (void)err;
    *bytes = f != NULL ? (orma_str){f->bytes, f->len} : (orma_str){NULL, 0};
    return ORMA_OK;
}

static orma_status node_open(const orma_node *node, const char *path,
                             orma_stream **stream, orma_error **err)
{
    fake_node *n = (fake_node *)(uintptr_t)node;
    const fake_file *f = fake_node_file(n, path);

    *stream = NULL;
    if (n->open_path != NULL && strcmp(n->open_path, path) == 0)
        return host_fail(&fake_host, err, n->open_status, "", 0, "refused");
    if (f == NULL)
        return ORMA_OK;
    *stream = need(calloc(1, sizeof **stream));
    (*stream)->file = f;
    return ORMA_OK;
}

/* In small pieces, so that lines and elements are cut everywhere. */
static orma_status node_next(orma_stream *stream, void *buffer,
                             size_t capacity, size_t *n, orma_error **err)
{
    const size_t left = stream->file->len - stream->at;
    size_t piece = left < 1009 ? left : 1009;

    (void)err;
    if (piece > capacity)
        piece = capacity;
    memcpy(buffer, stream->file->bytes + stream->at, piece);
    stream->at += piece;
    *n = piece;
    return ORMA_OK;
}

static void node_close(orma_stream *stream)
{
    free(stream);
}

static orma_status node_write(orma_node *node, const char *path,
                              orma_str bytes, orma_error **err)
{
    (void)err;
    fake_node_add((fake_node *)node, path, bytes.ptr, bytes.len);
    return ORMA_OK;
}

static orma_status node_array(const orma_node *node, const char *name,
                              orma_array_view *view, orma_error **err)
{
    const fake_array *a =
        fake_node_array((fake_node *)(uintptr_t)node, name);

    if (a == NULL)
        return host_fail(&fake_host, err, ORMA_E_NOT_FOUND, "", 0, "no array");
    *view = (orma_array_view){.size = sizeof *view,
                              .dtype = a->dtype,
                              .ndim = a->ndim,
                              .shape = a->shape,
                              .data = a->dtype == ORMA_DTYPE_I64
                                          ? (const void *)a->ints
                                          : (const void *)a->reals,
                              .unit = a->unit};
    return ORMA_OK;
}

static orma_status node_set_array(orma_node *node, const char *name,
                                  const orma_array_view *view, orma_error **err)
{
    (void)err;
    set_array((fake_node *)node, name, view);
    return ORMA_OK;
}

const orma_node_ops fake_node_ops = {
    .size = sizeof fake_node_ops,
    .type = node_type,
    .uuid = node_uuid,
    .label = node_label,
    .computer = node_computer,
    .attributes = node_attributes,
    .set_attributes = node_set_attributes,
    .files = node_files,
    .read = node_read,
    .open = node_open,
    .next = node_next,
    .close = node_close,
    .write = node_write,
    .array = node_array,
    .set_array = node_set_array,
};

void clear_nodes(void)
{
    fake_node_attributes(NULL);
    free(files_text);
    files_text = NULL;
    for (size_t i = 0; i < node_count; i++) {
        for (size_t k = 0; k < nodes[i]->file_count; k++) {
            free(nodes[i]->files[k].path);
            free(nodes[i]->files[k].bytes);
        }
        for (size_t k = 0; k < nodes[i]->array_count; k++)
            array_finish(&nodes[i]->arrays[k]);
        free(nodes[i]->attributes);
        free(nodes[i]);
    }
    node_count = 0;
}
