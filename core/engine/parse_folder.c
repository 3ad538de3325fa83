/* Parsing a local folder without a process.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/run.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>
#include <engine/parse_call.h>
#include <engine/retrieve.h>
#include <orma/node.h>

/* Its content is the result itself. */
#define TYPE_DICT "core.dict"

/* ---- arrays as nested lists -------------------------------------- */

/* One element of a C-ordered array. */
static json_object *element(const orma_array_view *view, const char *at)
{
    double re, im;
    float single;
    int64_t whole;
    int32_t narrow;
    json_object *pair;

    switch (view->dtype) {
    case ORMA_DTYPE_F64:
        memcpy(&re, at, sizeof re);
        return json_new_real(re);
    case ORMA_DTYPE_F32:
        memcpy(&single, at, sizeof single);
        return json_new_real((double)single);
    case ORMA_DTYPE_I64:
        memcpy(&whole, at, sizeof whole);
        return json_object_new_int64(whole);
    case ORMA_DTYPE_I32:
        memcpy(&narrow, at, sizeof narrow);
        return json_object_new_int(narrow);
    case ORMA_DTYPE_BOOL:
        return json_object_new_boolean(*at != 0);
    case ORMA_DTYPE_C128:
        memcpy(&re, at, sizeof re);
        memcpy(&im, at + sizeof re, sizeof im);
        pair = json_object_new_array();
        if (pair != NULL) {
            json_object_array_add(pair, json_new_real(re));
            json_object_array_add(pair, json_new_real(im));
        }
        return pair;
    default:
        return NULL;
    }
}

static size_t element_size(int32_t dtype)
{
    static const size_t sizes[] = {
        [ORMA_DTYPE_F64] = 8,   [ORMA_DTYPE_I64] = 8, [ORMA_DTYPE_BOOL] = 1,
        [ORMA_DTYPE_C128] = 16, [ORMA_DTYPE_F32] = 4, [ORMA_DTYPE_I32] = 4,
    };
    return dtype > 0 && dtype <= ORMA_DTYPE_I32 ? sizes[dtype] : 0;
}

/* *at moves over what was read. NULL without memory. */
static json_object *nested_list(const orma_array_view *view, int32_t dim,
                                const char **at)
{
    if (dim == view->ndim) {
        json_object *value = element(view, *at);
        *at += element_size(view->dtype);
        return value;
    }
    json_object *list = json_object_new_array();
    for (int64_t i = 0; list != NULL && i < view->shape[dim]; i++) {
        json_object *inner = nested_list(view, dim + 1, at);
        if (json_object_array_add(list, inner) != 0) {
            json_object_put(inner);
            json_object_put(list);
            return NULL;
        }
    }
    return list;
}

static orma_status add_array(const node *n, const char *name,
                             json_object *arrays, orma_error **err)
{
    orma_array_view view = {.size = sizeof view};
    const orma_status st = node_ops()->array(n, name, &view, err);

    if (st != ORMA_OK)
        return st;
    if (element_size(view.dtype) == 0)
        return error_set(err, ORMA_E_UNSUPPORTED, "engine", 0,
                         "array \"%s\" has elements of an unknown type", name);
    const char *at = view.data;
    json_object *list = nested_list(&view, 0, &at);
    return list != NULL && json_set(arrays, name, list) ? ORMA_OK
                                                        : error_no_memory(err);
}

/* *out NULL: the node has no arrays. */
static orma_status arrays_of(const node *n, json_object **out, orma_error **err)
{
    AUTO_JSON json_object *names = NULL;
    AUTO_JSON json_object *arrays = NULL;
    orma_str text;

    orma_status st = node_ops()->array_names(n, &text, err);
    if (st == ORMA_OK)
        st = json_parse(text, &names, err);
    const size_t count = st == ORMA_OK ? json_object_array_length(names) : 0;
    if (st != ORMA_OK || count == 0)
        return st;
    arrays = json_object_new_object();
    for (size_t i = 0; i < count && st == ORMA_OK; i++)
        st = add_array(
            n, json_object_get_string(json_object_array_get_idx(names, i)),
            arrays, err);
    if (st != ORMA_OK)
        return st;
    *out = arrays;
    arrays = NULL;
    return ORMA_OK;
}

/* ---- the result -------------------------------------------------- */

static orma_status output_document(const node *n, json_object **out,
                                   orma_error **err)
{
    AUTO_JSON json_object *document = NULL;
    json_object *arrays = NULL;

    if (text_equal(n->entry_point, TYPE_DICT)) {
        *out = json_copy(n->attributes);
        return *out != NULL ? ORMA_OK : error_no_memory(err);
    }
    const orma_status st = arrays_of(n, &arrays, err);
    if (st != ORMA_OK)
        return st;
    document = json_object_new_object();
    if (document == NULL ||
        (arrays != NULL && !json_set(document, "arrays", arrays)) ||
        !json_set(document, "attributes", json_copy(n->attributes)))
        return error_no_memory(err);
    *out = document;
    document = NULL;
    return ORMA_OK;
}

static orma_status set_outputs(const parse_call *call, json_object *result,
                               orma_error **err)
{
    json_object *outputs = json_object_new_object();
    orma_status st =
        json_set(result, "outputs", outputs) ? ORMA_OK : error_no_memory(err);

    for (size_t i = 0; i < call->output_count && st == ORMA_OK; i++) {
        json_object *document = NULL;
        st = output_document(call->outputs[i].value, &document, err);
        node_ops_end_call(call->outputs[i].value);
        if (st == ORMA_OK &&
            !json_set(outputs, call->outputs[i].label, document))
            st = error_no_memory(err);
    }
    return st;
}

static orma_status set_log(const parse_call *call, json_object *result,
                           orma_error **err)
{
    json_object *log = json_object_new_array();

    if (!json_set(result, "log", log))
        return error_no_memory(err);
    for (size_t i = 0; i < call->log_count; i++) {
        json_object *line = json_object_new_object();
        if (line == NULL || json_object_array_add(log, line) != 0 ||
            !json_set_text(line, "level",
                           log_level_name(call->logs[i].level)) ||
            !json_set_text(line, "message", call->logs[i].message))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status make_result(const parse_call *call, json_object **out,
                               orma_error **err)
{
    AUTO_JSON json_object *result = json_object_new_object();
    const exit_code *code =
        call->exit_status != 0 ? spec_exit_status(call->spec, call->exit_status)
                               : NULL;

    if (result == NULL ||
        !json_set_int(result, "exit_status", call->exit_status) ||
        !json_set(result, "exit_label",
                  code != NULL ? json_object_new_string(code->label) : NULL) ||
        !json_set(result, "exit_message",
                  call->exit_message != NULL
                      ? json_object_new_string(call->exit_message)
                      : NULL))
        return error_no_memory(err);
    orma_status st = set_outputs(call, result, err);
    if (st == ORMA_OK)
        st = set_log(call, result, err);
    if (st != ORMA_OK)
        return st;
    *out = result;
    result = NULL;
    return ORMA_OK;
}

orma_status engine_parse_folder(registry *r, const process_spec *spec,
                                const char *parser, process_inputs *inputs,
                                const char *folder, json_object **result,
                                orma_error **err)
{
    calcjob job = {.registry = r};
    node *retrieved = NULL;

    if (!file_is_dir(folder))
        return error_set(err, ORMA_E_NOT_FOUND, "engine", 0,
                         "\"%s\" is no folder", folder);
    orma_status st = retrieve_folder_node(&job, folder, &retrieved, err);
    if (st != ORMA_OK)
        return st;
    /* Files that a run would retrieve for its parser only lie in the same
     * folder here. */
    parse_call call = {
        .registry = r,
        .spec = spec,
        .inputs = inputs,
        .retrieved = retrieved,
        .temporary = retrieved,
    };
    st = parse_call_run(&call, parser, err);
    if (st == ORMA_OK)
        st = make_result(&call, result, err);
    parse_call_finish(&call);
    node_free(retrieved);
    return st;
}
