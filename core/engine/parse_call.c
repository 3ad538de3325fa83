/* Calling a parser and judging what it made.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/parse_call.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <engine/parse_outputs.h>
#include <orma/parser.h>
#include <process/calc_inputs.h>
#include <process/data_nodes.h>

/* More outputs than any spec has are a loop of the parser. */
#define OUTPUT_MAX 10000

/* The opaque context of orma_parse_ops. */
struct orma_parse_ctx {
    parse_call *call;
    calc_inputs inputs;
};

/* ---- results ----------------------------------------------------- */

static orma_status add_log(parse_call *call, int32_t level, char *message,
                           bool is_of_parser, orma_error **err)
{
    parse_log *grown =
        message != NULL
            ? reallocarray(call->logs, call->log_count + 1, sizeof *grown)
            : NULL;
    if (grown == NULL) {
        free(message);
        return error_no_memory(err);
    }
    call->logs = grown;
    call->logs[call->log_count++] = (parse_log){level, message, is_of_parser};
    return ORMA_OK;
}

/* Takes over n, also on failure. */
static orma_status add_output(parse_call *call, const char *label, node *n,
                              orma_error **err)
{
    char *copy = text_copy(label);
    parse_output *grown =
        reallocarray(call->outputs, call->output_count + 1, sizeof *grown);

    if (grown != NULL)
        call->outputs = grown;
    if (copy == NULL || grown == NULL) {
        free(copy);
        node_free(n);
        return error_no_memory(err);
    }
    call->outputs[call->output_count++] = (parse_output){copy, n};
    return ORMA_OK;
}

static void drop_output(parse_call *call, size_t i)
{
    free(call->outputs[i].label);
    node_free(call->outputs[i].value);
    memmove(&call->outputs[i], &call->outputs[i + 1],
            (call->output_count - i - 1) * sizeof *call->outputs);
    call->output_count--;
}

void parse_call_finish(parse_call *call)
{
    for (size_t i = 0; i < call->output_count; i++) {
        free(call->outputs[i].label);
        node_free(call->outputs[i].value);
    }
    free(call->outputs);
    for (size_t i = 0; i < call->log_count; i++)
        free(call->logs[i].message);
    free(call->logs);
    json_object_put(call->values);
    free(call->exit_message);
}

/* ---- the plugin's table ------------------------------------------ */

static const orma_node *op_input(orma_parse_ctx *ctx, const char *path)
{
    return calc_inputs_get(&ctx->inputs, path);
}

static orma_str op_metadata(orma_parse_ctx *ctx, const char *path)
{
    return calc_inputs_metadata(&ctx->inputs, path);
}

static const orma_node *op_retrieved(orma_parse_ctx *ctx)
{
    return ctx->call->retrieved;
}

static const orma_node *op_temporary(orma_parse_ctx *ctx)
{
    return ctx->call->temporary;
}

static int32_t op_scheduler_status(orma_parse_ctx *ctx)
{
    return ctx->call->scheduler_status;
}

static orma_status check_new_output(parse_call *call, const char *label,
                                    const char *type, orma_error **err)
{
    const orma_status st =
        output_check_label(call->registry, call->spec, label, type, err);

    if (st != ORMA_OK)
        return st;
    if (call->output_count >= OUTPUT_MAX)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "there are more than %d outputs", OUTPUT_MAX);
    for (size_t i = 0; i < call->output_count; i++)
        if (text_equal(call->outputs[i].label, label))
            return error_set(err, ORMA_E_INVALID, "engine", 0,
                             "output \"%s\" was attached twice", label);
    return ORMA_OK;
}

static orma_status op_output(orma_parse_ctx *ctx, const char *label,
                             const char *type, orma_str json, orma_error **err)
{
    parse_call *call = ctx->call;
    AUTO_JSON json_object *literal = NULL;
    node *n = NULL;

    orma_status st = check_new_output(call, label, type, err);
    if (st == ORMA_OK)
        st = json_parse(json, &literal, err);
    if (st == ORMA_OK)
        st = data_from_literal(call->registry, type, literal, &n, err);
    if (st == ORMA_OK)
        return add_output(call, label, n, err);
    return st == ORMA_E_INVALID ? error_set(err, st, "engine", 0,
                                            "output \"%s\" is refused", label)
                                : st;
}

static orma_status op_output_node(orma_parse_ctx *ctx, const char *label,
                                  const char *type, orma_node **out,
                                  orma_error **err)
{
    parse_call *call = ctx->call;
    node *n = NULL;

    orma_status st = check_new_output(call, label, type, err);
    if (st == ORMA_OK)
        st = data_create(call->registry, type, &n, err);
    if (st == ORMA_OK)
        st = add_output(call, label, n, err);
    if (st == ORMA_OK)
        *out = n;
    return st;
}

static orma_status clone_file(void *user, const char *path, const char *key,
                              orma_error **err)
{
    return key != NULL ? node_put_key(user, path, key, err)
                       : node_put_folder(user, path, err);
}

static orma_status clone_files(const node *source, node *n, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (source->pk > 0)
        return repository_walk(source->repository, clone_file, n, err);
    for (size_t i = 0; i < source->file_count && st == ORMA_OK; i++) {
        const node_file *f = &source->files[i];
        if (f->is_dir)
            st = node_put_folder(n, f->path, err);
        else if (f->key != NULL)
            st = node_put_key(n, f->path, f->key, err);
        else if (f->local_path != NULL)
            st = node_put_local(n, f->path, f->local_path, err);
        else
            st = node_put_bytes(n, f->path, (orma_str){f->bytes, f->len}, err);
    }
    return st;
}

static orma_status op_output_clone(orma_parse_ctx *ctx, const char *label,
                                   const orma_node *source, orma_node **out,
                                   orma_error **err)
{
    const plugin_entry *entry =
        registry_data_by_node_type(ctx->call->registry, source->node_type);
    node *n = NULL;

    if (entry == NULL)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "output \"%s\": a \"%s\" cannot be cloned", label,
                         source->node_type);
    orma_status st = op_output_node(ctx, label, entry->name, &n, err);
    if (st != ORMA_OK)
        return st;
    json_object *attributes = json_copy(source->attributes);
    if (attributes == NULL)
        return error_no_memory(err);
    json_object_put(n->attributes);
    n->attributes = attributes;
    n->computer_pk = source->computer_pk;
    n->computer_uuid = source->computer_uuid;
    st = clone_files(source, n, err);
    if (st == ORMA_OK)
        *out = n;
    return st;
}

static orma_status op_exit_code(orma_parse_ctx *ctx, const char *label,
                                orma_str values, orma_error **err)
{
    parse_call *call = ctx->call;
    const exit_code *code = NULL;
    json_object *parsed = NULL;

    if (*label != '\0') {
        code = spec_exit_code(call->spec, label);
        if (code == NULL)
            return error_set(err, ORMA_E_INVALID, "engine", 0,
                             "exit code \"%s\" is not declared by \"%s\"",
                             label, call->spec->entry->name);
    }
    if (values.ptr != NULL && values.len > 0) {
        const orma_status st = json_parse(values, &parsed, err);
        if (st != ORMA_OK)
            return st;
    }
    json_object_put(call->values);
    call->values = parsed;
    call->exit_code = code;
    call->has_exit_code = true;
    return ORMA_OK;
}

static void op_log(orma_parse_ctx *ctx, int32_t level, orma_str message)
{
    AUTO_ERROR orma_error *ignored = NULL;
    add_log(ctx->call, level, str_copy(message), true, &ignored);
}

static int32_t op_cancelled(orma_parse_ctx *ctx)
{
    const parse_call *call = ctx->call;
    return call->cancelled != NULL && call->cancelled(call->user);
}

/* ---- messages ---------------------------------------------------- */

static void append_value(buf *out, const json_object *value)
{
    if (json_object_is_type(value, json_type_string))
        buf_text(out, json_object_get_string((json_object *)(uintptr_t)value));
    else
        json_write(out, value, JSON_PYTHON);
}

char *exit_message_fill(const char *message, const json_object *values)
{
    buf out = {0};

    while (*message != '\0') {
        const size_t plain = strcspn(message, "{");
        const char *end =
            message[plain] == '{' ? strchr(message + plain, '}') : NULL;
        buf_append(&out, message, plain);
        message += plain;
        if (end == NULL) {
            buf_text(&out, message);
            break;
        }
        AUTO_FREE char *name =
            strndup(message + 1, (size_t)(end - message - 1));
        const json_object *value = name != NULL ? json_get(values, name) : NULL;
        if (value != NULL)
            append_value(&out, value);
        else /* as it stands: a value that nobody gave */
            buf_append(&out, message, (size_t)(end - message + 1));
        message = end + 1;
    }
    return buf_take(&out);
}

/* ---- judging ----------------------------------------------------- */

static orma_status set_exit(parse_call *call, int32_t status,
                            const char *detail, orma_error **err)
{
    const exit_code *code = spec_exit_status(call->spec, status);
    const char *message = code != NULL ? code->message : "";

    call->exit_status = status;
    free(call->exit_message);
    call->exit_message = NULL;
    if (detail != NULL)
        call->exit_message = *message != '\0'
                                 ? text_printf("%s: %s", message, detail)
                                 : text_copy(detail);
    else
        call->exit_message = exit_message_fill(message, call->values);
    return call->exit_message != NULL ? ORMA_OK : error_no_memory(err);
}

/* A refused output: logged, and the process ends with exit status 10. */
static orma_status refuse(parse_call *call, orma_error *why, orma_error **err)
{
    AUTO_FREE char *reason = error_chain(why);

    orma_error_free(why);
    if (reason == NULL)
        return error_no_memory(err);
    const orma_status st = set_exit(call, EXIT_INVALID_OUTPUT, reason, err);
    return st == ORMA_OK
               ? add_log(call, ORMA_LOG_ERROR, text_copy(reason), false, err)
               : st;
}

/* Every output by its data plugin; those that are refused are left out.
 * *all_good: none was. */
static orma_status validate_outputs(parse_call *call, bool *all_good,
                                    orma_error **err)
{
    *all_good = true;
    for (size_t i = 0; i < call->output_count;) {
        orma_error *why = NULL;
        orma_status st =
            data_validate(call->registry, call->outputs[i].value, &why);
        node_ops_end_call(call->outputs[i].value);
        if (st == ORMA_OK) {
            i++;
            continue;
        }
        if (st != ORMA_E_INVALID) {
            error_move(&why, err);
            return st;
        }
        error_set(&why, st, "engine", 0, "output \"%s\" is refused",
                  call->outputs[i].label);
        st = refuse(call, why, err);
        if (st != ORMA_OK)
            return st;
        *all_good = false;
        drop_output(call, i);
    }
    return ORMA_OK;
}

/* The parser's code if it named one, also success; else the scheduler's. */
static orma_status settle(parse_call *call, orma_error **err)
{
    if (call->has_exit_code && call->exit_code != NULL)
        return set_exit(call, call->exit_code->status, NULL, err);
    if (!call->has_exit_code && call->scheduler_status != 0)
        return set_exit(call, call->scheduler_status, NULL, err);
    AUTO_FREE char *missing =
        output_find_missing(call->spec, call->outputs, call->output_count);
    if (missing == NULL)
        return ORMA_OK;
    AUTO_FREE char *line =
        text_printf("required output \"%s\" is missing", missing);
    const orma_status st = set_exit(call, EXIT_MISSING_OUTPUT, NULL, err);
    if (st != ORMA_OK || line == NULL)
        return st != ORMA_OK ? st : error_no_memory(err);
    return add_log(call, ORMA_LOG_ERROR, text_copy(line), false, err);
}

static orma_status call_parser(parse_call *call, const char *parser,
                               orma_error **err)
{
    const orma_parse_ops ops = {
        .size = sizeof(orma_parse_ops),
        .node = node_ops(),
        .input = op_input,
        .metadata = op_metadata,
        .retrieved = op_retrieved,
        .temporary = op_temporary,
        .scheduler_status = op_scheduler_status,
        .output = op_output,
        .output_node = op_output_node,
        .output_clone = op_output_clone,
        .exit_code = op_exit_code,
        .log = op_log,
        .cancelled = op_cancelled,
    };
    orma_parse_ctx ctx = {.call = call};
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;

    orma_status st =
        registry_find(call->registry, KIND_PARSER, parser, &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(call->registry, entry, &vtable, err);
    if (st == ORMA_OK)
        st = calc_inputs_init(&ctx.inputs, call->inputs, "", err);
    if (st != ORMA_OK)
        return st;
    const orma_parser *p = vtable;
    st = plugin_answer(p->parse(p, &ops, &ctx, err), entry, "parse", err);
    calc_inputs_finish(&ctx.inputs);
    if (call->retrieved != NULL)
        node_ops_end_call(call->retrieved);
    if (call->temporary != NULL)
        node_ops_end_call(call->temporary);
    return st;
}

orma_status parse_call_run(parse_call *call, const char *parser,
                           orma_error **err)
{
    orma_error *why = NULL;
    bool all_good = true;
    orma_status st = parser != NULL ? call_parser(call, parser, &why) : ORMA_OK;
    const bool is_refused = st == ORMA_E_INVALID;

    if (st != ORMA_OK && !is_refused) {
        error_move(&why, err);
        return st;
    }
    st = is_refused ? refuse(call, why, err) : ORMA_OK;
    if (st == ORMA_OK)
        st = validate_outputs(call, &all_good, err);
    if (st == ORMA_OK && all_good && !is_refused)
        st = settle(call, err);
    return st;
}
