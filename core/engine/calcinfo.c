/* Checking and completing the calcinfo.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcinfo.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

enum item_form {
    ITEM_TEXT,     /* list of texts */
    ITEM_RETRIEVE, /* texts, or [source, target, depth or null] */
    ITEM_LOCAL,    /* [node UUID, path, target] */
    ITEM_REMOTE,   /* [computer UUID, absolute path, target] */
    ITEM_CODE,     /* objects */
    ITEM_NUMBER,   /* list of numbers */
    VALUE_TEXT,
    VALUE_MODE,
    VALUE_BOOL
};

static const struct {
    const char *key;
    enum item_form form;
} keys[] = {
    {"codes_info", ITEM_CODE},
    {"codes_run_mode", VALUE_MODE},
    {"retrieve_list", ITEM_RETRIEVE},
    {"retrieve_temporary_list", ITEM_RETRIEVE},
    {"local_copy_list", ITEM_LOCAL},
    {"remote_copy_list", ITEM_REMOTE},
    {"remote_symlink_list", ITEM_REMOTE},
    {"provenance_exclude_list", ITEM_TEXT},
    {"file_copy_operation_order", ITEM_NUMBER},
    {"prepend_text", VALUE_TEXT},
    {"append_text", VALUE_TEXT},
    {"skip_submit", VALUE_BOOL},
};

static orma_status invalid(orma_error **err, const char *key, const char *why)
{
    return error_set(err, ORMA_E_INVALID, "engine", 0, "calcinfo: \"%s\" %s",
                     key, why);
}

static const char *text_at(const json_object *list, size_t i)
{
    json_object *value = json_object_array_get_idx(list, i);
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

static bool is_text_triple(const json_object *item)
{
    return json_object_is_type(item, json_type_array) &&
           json_object_array_length(item) == 3 && text_at(item, 0) != NULL &&
           text_at(item, 1) != NULL && text_at(item, 2) != NULL;
}

/* A target in the job's folder; "" and "." are the folder itself. */
static bool is_target(const char *path)
{
    AUTO_FREE char *plain = NULL;
    size_t len = strlen(path);

    while (len > 0 && path[len - 1] == '/') /* "out/" says it is a folder */
        len--;
    while (len > 1 && path[0] == '.' && path[1] == '/') {
        path += 2;
        len -= 2;
    }
    if (len == 0)
        return *path != '/';
    if (len == 1 && *path == '.')
        return true;
    plain = strndup(path, len);
    return plain != NULL && file_path_is_safe(plain);
}

static bool is_retrieve_item(const json_object *item)
{
    if (json_object_is_type(item, json_type_string))
        return json_object_get_string_len(item) > 0;
    if (!json_object_is_type(item, json_type_array) ||
        json_object_array_length(item) != 3)
        return false;
    const json_object *depth = json_object_array_get_idx(item, 2);
    return text_at(item, 0) != NULL && text_at(item, 1) != NULL &&
           is_target(text_at(item, 1)) &&
           (depth == NULL || (json_object_is_type(depth, json_type_int) &&
                              json_object_get_int64(depth) >= 0));
}

static orma_status check_local(const char *key, const json_object *item,
                               orma_error **err)
{
    orma_uuid uuid;

    if (!is_text_triple(item))
        return invalid(err, key,
                       "holds an entry that is not [node UUID, path, "
                       "target]");
    if (!uuid_parse(text_at(item, 0), &uuid))
        return invalid(err, key, "holds an entry whose first part is no UUID");
    if (!is_target(text_at(item, 2)))
        return invalid(err, key, "holds a target outside the job's folder");
    return ORMA_OK;
}

static orma_status check_remote(const char *key, const json_object *item,
                                const process_inputs *inputs, orma_error **err)
{
    if (!is_text_triple(item))
        return invalid(err, key,
                       "holds an entry that is not [computer UUID, "
                       "absolute path, target]");
    if (*text_at(item, 1) != '/')
        return invalid(err, key, "holds a source that is not absolute");
    if (!is_target(text_at(item, 2)))
        return invalid(err, key, "holds a target outside the job's folder");
    const char *own = json_get_text(inputs->computer, "uuid", NULL);
    if (own != NULL && !text_equal(own, text_at(item, 0)))
        return invalid(err, key, "copies from another computer than the job's");
    return ORMA_OK;
}

const node *calcinfo_code(const json_object *code_info,
                          const process_inputs *inputs)
{
    const char *path = json_get_text(code_info, "code", NULL);
    const char *uuid_text = json_get_text(code_info, "code_uuid", "");
    orma_uuid uuid;

    if (path != NULL)
        return process_inputs_get(inputs, path);
    if (!uuid_parse(uuid_text, &uuid))
        return NULL;
    for (size_t i = 0; i < inputs->count; i++)
        if (uuid_equal(&inputs->items[i].value->uuid, &uuid))
            return inputs->items[i].value;
    return NULL;
}

static orma_status check_code(const json_object *item,
                              const process_inputs *inputs, orma_error **err)
{
    const json_object *params = json_get(item, "cmdline_params");
    const node *code = calcinfo_code(item, inputs);

    if (!json_object_is_type(item, json_type_object) || code == NULL)
        return invalid(err, "codes_info",
                       "holds an entry whose \"code\" is no input of the "
                       "process");
    if (params != NULL && !json_object_is_type(params, json_type_array))
        return invalid(err, "codes_info",
                       "holds \"cmdline_params\" that are no list");
    const int64_t own = json_get_int(inputs->computer, "pk", 0);
    if (code->computer_pk != 0 && own != 0 && code->computer_pk != own)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "calcinfo: code \"%s\" is on another computer than "
                         "the job",
                         code->label);
    return ORMA_OK;
}

static orma_status check_item(const char *key, enum item_form form,
                              const json_object *item,
                              const process_inputs *inputs, orma_error **err)
{
    switch (form) {
    case ITEM_TEXT:
        if (json_object_is_type(item, json_type_string))
            return ORMA_OK;
        return invalid(err, key, "holds an entry that is no text");
    case ITEM_NUMBER:
        if (json_object_is_type(item, json_type_int) &&
            json_object_get_int64(item) >= COPY_LOCAL &&
            json_object_get_int64(item) <= COPY_SANDBOX)
            return ORMA_OK;
        return invalid(err, key, "holds an entry that is not 0, 1 or 2");
    case ITEM_RETRIEVE:
        if (is_retrieve_item(item))
            return ORMA_OK;
        return invalid(err, key,
                       "holds an entry that is neither a path nor "
                       "[source, target, depth]");
    case ITEM_LOCAL:
        return check_local(key, item, err);
    case ITEM_REMOTE:
        return check_remote(key, item, inputs, err);
    case ITEM_CODE:
        return check_code(item, inputs, err);
    case VALUE_TEXT:
    case VALUE_MODE:
    case VALUE_BOOL:
        break;
    }
    return ORMA_OK;
}

static orma_status check_value(const char *key, enum item_form form,
                               const json_object *value,
                               const process_inputs *inputs, orma_error **err)
{
    if (form == VALUE_TEXT)
        return json_object_is_type(value, json_type_string)
                   ? ORMA_OK
                   : invalid(err, key, "is no text");
    if (form == VALUE_BOOL)
        return json_object_is_type(value, json_type_boolean)
                   ? ORMA_OK
                   : invalid(err, key, "is not true or false");
    if (form == VALUE_MODE)
        return json_object_is_type(value, json_type_int) &&
                       (json_object_get_int64(value) == 0 ||
                        json_object_get_int64(value) == 1)
                   ? ORMA_OK
                   : invalid(err, key, "is not 0 (serial) or 1 (parallel)");
    if (!json_object_is_type(value, json_type_array))
        return invalid(err, key, "is no list");
    orma_status st = ORMA_OK;
    const size_t count = json_object_array_length(value);
    for (size_t i = 0; i < count && st == ORMA_OK; i++)
        st = check_item(key, form, json_object_array_get_idx(value, i), inputs,
                        err);
    return st;
}

orma_status calcinfo_check(const json_object *info,
                           const process_inputs *inputs, orma_error **err)
{
    const size_t key_count = sizeof keys / sizeof *keys;

    if (!json_object_is_type(info, json_type_object))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "calcinfo: it is no JSON object");
    json_object_object_foreach((json_object *)(uintptr_t)info, key, value)
    {
        size_t i = 0;
        while (i < key_count && !text_equal(keys[i].key, key))
            i++;
        if (i == key_count)
            return invalid(err, key, "is no key of it");
        const orma_status st =
            value == NULL ? ORMA_OK
                          : check_value(key, keys[i].form, value, inputs, err);
        if (st != ORMA_OK)
            return st;
    }
    const json_object *codes = json_get(info, "codes_info");
    if (!json_get_bool(info, "skip_submit", false) &&
        (codes == NULL || json_object_array_length(codes) == 0))
        return invalid(err, "codes_info", "names no code to run");
    return ORMA_OK;
}

/* ---- completion -------------------------------------------------- */

static bool list_has(const json_object *list, const char *text)
{
    const size_t count = json_object_array_length(list);
    for (size_t i = 0; i < count; i++)
        if (text_equal(text_at(list, i), text))
            return true;
    return false;
}

static bool append_text(json_object *list, const char *text)
{
    json_object *value = json_object_new_string(text);
    if (value != NULL && json_object_array_add(list, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* The list of that key, made empty when it is missing; NULL without memory. */
static json_object *need_list(json_object *info, const char *key)
{
    json_object *list = json_get(info, key);
    if (list != NULL)
        return list;
    list = json_object_new_array();
    return list != NULL && json_set(info, key, list) ? list : NULL;
}

static orma_status complete_retrieve_list(json_object *info,
                                          const json_object *options,
                                          orma_error **err)
{
    const char *output = json_get_text(options, "scheduler_stdout", NULL);
    const char *error = json_get_text(options, "scheduler_stderr", NULL);
    const json_object *more = json_get(options, "additional_retrieve_list");
    json_object *list = need_list(info, "retrieve_list");
    bool has_memory = list != NULL;

    if (has_memory && output != NULL && !list_has(list, output))
        has_memory = append_text(list, output);
    if (has_memory && error != NULL && !list_has(list, error))
        has_memory = append_text(list, error);
    const size_t count = more != NULL ? json_object_array_length(more) : 0;
    for (size_t i = 0; i < count && has_memory; i++) {
        const json_object *item = json_object_array_get_idx(more, i);
        if (!is_retrieve_item(item))
            return invalid(err, "additional_retrieve_list",
                           "holds an entry that is no path");
        json_object *copy = json_copy(item);
        has_memory = copy != NULL && json_object_array_add(list, copy) == 0;
    }
    return has_memory ? ORMA_OK : error_no_memory(err);
}

/* "code", an input port, becomes "code_uuid", in its place. */
static orma_status complete_code(const json_object *code,
                                 const process_inputs *inputs,
                                 json_object **out, orma_error **err)
{
    AUTO_JSON json_object *done = json_object_new_object();
    const node *n = calcinfo_code(code, inputs);
    char uuid[37];

    if (done == NULL)
        return error_no_memory(err);
    uuid_format(&n->uuid, uuid);
    json_object_object_foreach((json_object *)(uintptr_t)code, key, value)
    {
        const bool is_code = text_equal(key, "code");
        if (is_code ? !json_set_text(done, "code_uuid", uuid)
                    : !json_set(done, key, json_object_get(value)))
            return error_no_memory(err);
    }
    *out = done;
    done = NULL;
    return ORMA_OK;
}

static orma_status complete_codes(json_object *info,
                                  const process_inputs *inputs,
                                  orma_error **err)
{
    json_object *codes = json_get(info, "codes_info");
    const size_t count = codes != NULL ? json_object_array_length(codes) : 0;

    for (size_t i = 0; i < count; i++) {
        json_object *done = NULL;
        const orma_status st = complete_code(
            json_object_array_get_idx(codes, i), inputs, &done, err);
        if (st != ORMA_OK)
            return st;
        if (json_object_array_put_idx(codes, i, done) != 0) {
            json_object_put(done);
            return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

orma_status calcinfo_complete(json_object *info, const process_inputs *inputs,
                              const orma_uuid *process, orma_error **err)
{
    static const int order[] = {COPY_SANDBOX, COPY_LOCAL, COPY_REMOTE};
    char uuid[37];

    orma_status st = complete_retrieve_list(
        info, json_get(inputs->metadata, "options"), err);
    if (st == ORMA_OK)
        st = complete_codes(info, inputs, err);
    if (st != ORMA_OK)
        return st;
    uuid_format(process, uuid);
    if (!json_set_text(info, "uuid", uuid))
        return error_no_memory(err);
    if (json_get(info, "file_copy_operation_order") != NULL)
        return ORMA_OK;
    json_object *list = need_list(info, "file_copy_operation_order");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (list == NULL ||
            json_object_array_add(list, json_object_new_int(order[i])) != 0)
            return error_no_memory(err);
    return ORMA_OK;
}
