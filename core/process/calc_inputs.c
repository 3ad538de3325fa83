/* Inputs as a calculation reads them.
 *
 * SPDX-License-Identifier: MIT */
#include <process/calc_inputs.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

orma_status calc_inputs_init(calc_inputs *c, const process_inputs *inputs,
                             const char *root, orma_error **err)
{
    *c = (calc_inputs){.inputs = inputs, .root = root};
    if (pthread_mutex_init(&c->lock, NULL) != 0)
        return error_no_memory(err);
    return ORMA_OK;
}

void calc_inputs_finish(calc_inputs *c)
{
    for (size_t i = 0; i < c->inputs->count; i++)
        node_ops_end_call(c->inputs->items[i].value);
    arena_free(&c->texts);
    pthread_mutex_destroy(&c->lock);
}

/* "root.path", the parts that are there. The caller frees it. */
static char *full_path(const calc_inputs *c, const char *path)
{
    const bool both = *c->root != '\0' && *path != '\0';

    return text_printf("%s%s%s", c->root, both ? "." : "", path);
}

const orma_node *calc_inputs_get(calc_inputs *c, const char *name)
{
    AUTO_FREE char *path = full_path(c, name);

    return path != NULL ? process_inputs_get(c->inputs, path) : NULL;
}

static orma_status keep_json(calc_inputs *c, const json_object *value,
                             orma_str *out, orma_error **err)
{
    AUTO_BUF buf text = {0};

    json_write(&text, value, JSON_COMPACT);
    if (text.failed)
        return error_no_memory(err);
    pthread_mutex_lock(&c->lock);
    const char *kept = arena_strndup(&c->texts, text.ptr, text.len);
    pthread_mutex_unlock(&c->lock);
    if (kept == NULL)
        return error_no_memory(err);
    *out = (orma_str){kept, text.len};
    return ORMA_OK;
}

/* Adds the part of `path` that follows `prefix`, up to its next dot. */
static bool add_name(json_object *names, const char *prefix, const char *path)
{
    const size_t len = strlen(prefix);

    if (len > 0 && (strncmp(path, prefix, len) != 0 || path[len] != '.'))
        return true;
    const char *start = len > 0 ? path + len + 1 : path;
    AUTO_FREE char *name = strndup(start, strcspn(start, "."));
    return name != NULL && json_set_bool(names, name, true);
}

static int by_text(const void *a, const void *b)
{
    json_object *const *x = a, *const *y = b;

    return strcmp(json_object_get_string(*x), json_object_get_string(*y));
}

static json_object *sorted_keys(json_object *object)
{
    json_object *keys = json_object_new_array();

    json_object_object_foreach(object, key, unused)
    {
        (void)unused;
        json_object *name = json_object_new_string(key);
        if (keys == NULL || name == NULL ||
            json_object_array_add(keys, name) != 0) {
            json_object_put(name);
            json_object_put(keys);
            return NULL;
        }
    }
    if (keys != NULL)
        json_object_array_sort(keys, by_text);
    return keys;
}

orma_status calc_inputs_names(calc_inputs *c, const char *name, orma_str *json,
                              orma_error **err)
{
    AUTO_FREE char *prefix = full_path(c, name);
    AUTO_JSON json_object *names = json_object_new_object();

    if (prefix == NULL || names == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < c->inputs->count; i++)
        if (!add_name(names, prefix, c->inputs->items[i].path))
            return error_no_memory(err);
    const json_object *plain = *prefix == '\0'
                                   ? c->inputs->plain
                                   : json_get_path(c->inputs->plain, prefix);
    if (json_object_is_type(plain, json_type_object)) {
        json_object_object_foreach((json_object *)plain, key, unused)
        {
            (void)unused;
            if (strcmp(key, "metadata") != 0 &&
                !json_set_bool(names, key, true))
                return error_no_memory(err);
        }
    }
    AUTO_JSON json_object *sorted = sorted_keys(names);
    return sorted != NULL ? keep_json(c, sorted, json, err)
                          : error_no_memory(err);
}

orma_str calc_inputs_metadata(calc_inputs *c, const char *path)
{
    const process_inputs *inputs = c->inputs;
    const json_object *value = NULL;
    orma_str text = {NULL, 0};

    if (*c->root == '\0') {
        value = json_get_path(inputs->metadata, path);
    } else {
        AUTO_FREE char *below = text_printf("%s.metadata.%s", c->root, path);
        if (below != NULL)
            value = json_get_path(inputs->plain, below);
    }
    if (value == NULL) { /* a plain port outside `metadata` */
        AUTO_FREE char *whole = full_path(c, path);
        if (whole != NULL)
            value = json_get_path(inputs->plain, whole);
    }
    if (value != NULL)
        keep_json(c, value, &text, NULL);
    return text;
}
