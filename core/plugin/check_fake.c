/* The made-up world of the conformance test.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_fake.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* What the opaque handles of this world point at. */
typedef struct fake_handle {
    fake_world *world;
    const char *type;
    size_t offset; /* of a stream */
} fake_handle;

static fake_world *world_of(const void *handle)
{
    return ((const fake_handle *)handle)->world;
}

static fake_handle *new_handle(fake_world *world, const char *type)
{
    fake_handle *h = calloc(1, sizeof *h);

    if (h == NULL)
        _exit(3);
    *h = (fake_handle){.world = world, .type = type};
    return h;
}

orma_node *fake_node(fake_world *world, const char *type)
{
    return (orma_node *)(void *)new_handle(world, type);
}

orma_calc_ctx *fake_calc_ctx(fake_world *world)
{
    return (orma_calc_ctx *)(void *)new_handle(world, "");
}

orma_parse_ctx *fake_parse_ctx(fake_world *world)
{
    return (orma_parse_ctx *)(void *)new_handle(world, "");
}

static void breach(fake_world *w, const char *fmt, ...) ORMA_PRINTF(2, 3);

static void breach(fake_world *w, const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    if (w->fault == NULL)
        w->fault = text_copy(buf_c_str(&text));
}

/* Counts the call; not ORMA_OK when it is the one that fails. */
static orma_status count_call(fake_world *w, bool writes, orma_error **err)
{
    w->calls++;
    if (w->calls != w->fail_at)
        return ORMA_OK;
    w->lost_something = w->lost_something || writes;
    return error_set(err, ORMA_E_TRANSIENT, "check", 0,
                     "made to fail by the conformance test");
}

static void check_json(fake_world *w, orma_str json, json_type type,
                       const char *what)
{
    json_object *value = NULL;

    if (json_parse(json, &value, NULL) != ORMA_OK)
        breach(w, "%s is not JSON", what);
    else if (type != json_type_null && !json_object_is_type(value, type))
        breach(w, "%s is not a JSON %s", what,
               type == json_type_object ? "object" : "array");
    json_object_put(value);
}

static void check_path(fake_world *w, const char *path)
{
    if (path == NULL || !file_path_is_safe(path))
        breach(w, "path \"%s\" leaves the folder", path != NULL ? path : "");
}

/* ---- nodes ------------------------------------------------------- */

static orma_str node_type(const orma_node *node)
{
    const char *type = ((const fake_handle *)(const void *)node)->type;

    return (orma_str){type, strlen(type)};
}

static orma_uuid node_uuid(const orma_node *node)
{
    (void)node;
    return (orma_uuid){{0x6f, 0x72, 0x6d, 0x61, 0, 0, 0x40, 0, 0x80}};
}

static orma_str node_label(const orma_node *node)
{
    (void)node;
    return ORMA_LITERAL("");
}

static orma_status node_attributes(const orma_node *node, orma_str *json,
                                   orma_error **err)
{
    fake_world *w = world_of(node);
    const orma_status st = count_call(w, false, err);

    if (st == ORMA_OK)
        *json = (orma_str){w->attributes, strlen(w->attributes)};
    return st;
}

static orma_status node_set_attributes(orma_node *node, orma_str json,
                                       orma_error **err)
{
    fake_world *w = world_of(node);

    check_json(w, json, json_type_object, "set_attributes()'s document");
    return count_call(w, true, err);
}

static orma_status node_files(const orma_node *node, orma_str *json,
                              orma_error **err)
{
    fake_world *w = world_of(node);
    const orma_status st = count_call(w, false, err);

    if (st == ORMA_OK)
        *json = w->has_files ? ORMA_LITERAL("[\"a\", \"b/c.txt\"]")
                             : ORMA_LITERAL("[]");
    return st;
}

static orma_status node_read(const orma_node *node, const char *path,
                             orma_str *bytes, orma_error **err)
{
    fake_world *w = world_of(node);
    const orma_status st = count_call(w, false, err);

    check_path(w, path);
    if (st == ORMA_OK)
        *bytes = w->has_files ? w->content : (orma_str){NULL, 0};
    return st;
}

static orma_status node_open(const orma_node *node, const char *path,
                             orma_stream **stream, orma_error **err)
{
    fake_world *w = world_of(node);
    const orma_status st = count_call(w, false, err);

    check_path(w, path);
    if (st == ORMA_OK)
        *stream = w->has_files ? (orma_stream *)(void *)new_handle(w, "")
                               : NULL;
    return st;
}

static orma_status stream_next(orma_stream *stream, void *buffer,
                               size_t capacity, size_t *n, orma_error **err)
{
    fake_handle *h = (fake_handle *)(void *)stream;
    const orma_status st = count_call(h->world, false, err);

    if (st != ORMA_OK)
        return st;
    const size_t left = h->world->content.len - h->offset;
    *n = left < capacity ? left : capacity;
    if (*n > 0)
        memcpy(buffer, h->world->content.ptr + h->offset, *n);
    h->offset += *n;
    return ORMA_OK;
}

static void stream_close(orma_stream *stream)
{
    free(stream);
}

static orma_status node_write(orma_node *node, const char *path, orma_str bytes,
                              orma_error **err)
{
    (void)bytes;
    check_path(world_of(node), path);
    return count_call(world_of(node), true, err);
}

static orma_status node_write_from(orma_node *node, const char *path,
                                   const char *local_path, orma_error **err)
{
    (void)local_path;
    check_path(world_of(node), path);
    return count_call(world_of(node), true, err);
}

static orma_status node_load(orma_node *node, const char *local_path,
                             uint64_t max_bytes, orma_str *bytes,
                             orma_error **err)
{
    fake_world *w = world_of(node);
    const orma_status st = count_call(w, false, err);

    (void)local_path;
    if (st != ORMA_OK)
        return st;
    if (!w->has_files)
        return error_set(err, ORMA_E_NOT_FOUND, "check", 0, "no such file");
    if (w->content.len > max_bytes)
        return error_set(err, ORMA_E_INVALID, "check", 0, "too large");
    *bytes = w->content;
    return ORMA_OK;
}

static orma_status node_array(const orma_node *node, const char *name,
                              orma_array_view *view, orma_error **err)
{
    const orma_status st = count_call(world_of(node), false, err);

    (void)view;
    return st != ORMA_OK ? st
                         : error_set(err, ORMA_E_NOT_FOUND, "check", 0,
                                     "no array \"%s\"", name);
}

static orma_status node_set_array(orma_node *node, const char *name,
                                  const orma_array_view *view,
                                  orma_error **err)
{
    fake_world *w = world_of(node);

    if (view->unit == NULL)
        breach(w, "array \"%s\" has no unit; \"1\" is that of a number", name);
    if (view->ndim < 0 || view->ndim > ORMA_ARRAY_MAX_NDIM)
        breach(w, "array \"%s\" has %d dimensions", name, view->ndim);
    return count_call(w, true, err);
}

static orma_status node_array_names(const orma_node *node, orma_str *json,
                                    orma_error **err)
{
    const orma_status st = count_call(world_of(node), false, err);

    if (st == ORMA_OK)
        *json = ORMA_LITERAL("[]");
    return st;
}

static orma_status node_set_text(orma_node *node, orma_str text,
                                 orma_error **err)
{
    (void)text;
    return count_call(world_of(node), true, err);
}

static const orma_node_ops node_table = {
    .size = sizeof(orma_node_ops),
    .type = node_type,
    .uuid = node_uuid,
    .label = node_label,
    .computer = node_uuid,
    .attributes = node_attributes,
    .set_attributes = node_set_attributes,
    .files = node_files,
    .read = node_read,
    .open = node_open,
    .next = stream_next,
    .close = stream_close,
    .write = node_write,
    .write_from = node_write_from,
    .load = node_load,
    .array = node_array,
    .set_array = node_set_array,
    .array_names = node_array_names,
    .set_label = node_set_text,
    .set_computer = node_set_text,
};

const orma_node_ops *fake_node_ops(void)
{
    return &node_table;
}

/* ---- what both processes and parsers ask for --------------------- */

/* The first spec that has something along a dotted path below `key`. Dots in
 * a port's path enter its "ports". */
static const json_object *find_port(const fake_world *w, const char *key,
                                    const char *path)
{
    for (size_t i = 0; i < w->spec_count; i++) {
        const json_object *at = json_get(w->specs[i], key);
        const char *rest = path;
        while (at != NULL) {
            char name[256];
            const size_t len = strcspn(rest, ".");
            snprintf(name, sizeof name, "%.*s", (int)len, rest);
            at = json_get(at, name);
            if (at == NULL || rest[len] == '\0')
                break;
            /* Names of a dynamic namespace are not declared. */
            if (json_get(at, "dynamic") != NULL)
                return at;
            rest += len + 1;
            at = json_get(at, "ports");
        }
        if (at != NULL)
            return at;
    }
    return NULL;
}

static const orma_node *any_input(fake_world *w, const char *port)
{
    const json_object *declared = find_port(w, "inputs", port);
    const json_object *types = json_get(declared, "types");

    if (types == NULL)
        types = json_get(declared, "dynamic");
    if (types == NULL || json_object_array_length(types) == 0)
        return fake_node(w, "core.dict");
    return fake_node(w, json_object_get_string(
                            json_object_array_get_idx(types, 0)));
}

/* The option's default, as the engine fills it in. */
static orma_str option(fake_world *w, const char *path)
{
    static const char prefix[] = "options.";
    const json_object *port =
        text_starts(path, prefix)
            ? find_port(w, "options", path + sizeof prefix - 1)
            : NULL;
    const json_object *value = json_get(port, "default");
    const char *text = value != NULL ? json_text(value, JSON_COMPACT) : NULL;

    return text != NULL ? (orma_str){text, strlen(text)} : (orma_str){NULL, 0};
}

static void ignore_line(int32_t level, orma_str message)
{
    (void)level;
    (void)message;
}

/* ---- calculations ------------------------------------------------ */

static const orma_node *calc_input(orma_calc_ctx *ctx, const char *port)
{
    return any_input(world_of(ctx), port);
}

static orma_status calc_input_names(orma_calc_ctx *ctx, const char *port,
                                    orma_str *json, orma_error **err)
{
    const orma_status st = count_call(world_of(ctx), false, err);

    (void)port;
    if (st == ORMA_OK)
        *json = ORMA_LITERAL("[\"one\"]");
    return st;
}

static orma_str calc_metadata(orma_calc_ctx *ctx, const char *path)
{
    return option(world_of(ctx), path);
}

static orma_status calc_write(orma_calc_ctx *ctx, const char *path,
                              orma_str bytes, orma_error **err)
{
    (void)bytes;
    check_path(world_of(ctx), path);
    return count_call(world_of(ctx), true, err);
}

static orma_status calc_copy(orma_calc_ctx *ctx, const orma_node *node,
                             const char *from, const char *to, orma_error **err)
{
    (void)node;
    (void)from;
    if (to != NULL && *to != '\0')
        check_path(world_of(ctx), to);
    return count_call(world_of(ctx), true, err);
}

static orma_status calc_calcinfo(orma_calc_ctx *ctx, orma_str json,
                                 orma_error **err)
{
    check_json(world_of(ctx), json, json_type_object, "the calcinfo");
    return count_call(world_of(ctx), true, err);
}

static void calc_log(orma_calc_ctx *ctx, int32_t level, orma_str message)
{
    (void)ctx;
    ignore_line(level, message);
}

static int32_t calc_cancelled(orma_calc_ctx *ctx)
{
    return world_of(ctx)->is_cancelled;
}

static const orma_calc_ops calc_table = {
    .size = sizeof(orma_calc_ops),
    .node = &node_table,
    .input = calc_input,
    .input_names = calc_input_names,
    .metadata = calc_metadata,
    .write = calc_write,
    .copy = calc_copy,
    .calcinfo = calc_calcinfo,
    .log = calc_log,
    .cancelled = calc_cancelled,
};

const orma_calc_ops *fake_calc_ops(void)
{
    return &calc_table;
}

/* ---- parsers ----------------------------------------------------- */

/* Exit codes that every process and calcjob has (AiiDA's). */
static bool is_common_exit_code(const char *label)
{
    static const char *const labels[] = {
        "ERROR_UNSPECIFIED", "ERROR_LEGACY_FAILURE", "ERROR_INVALID_OUTPUT",
        "ERROR_MISSING_OUTPUT", "ERROR_NO_RETRIEVED_FOLDER",
        "ERROR_SCHEDULER_OUT_OF_MEMORY", "ERROR_SCHEDULER_OUT_OF_WALLTIME",
        "ERROR_SCHEDULER_INVALID_ACCOUNT", "ERROR_SCHEDULER_NODE_FAILURE",
        "STOPPED_BY_MONITOR",
    };

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (text_equal(label, labels[i]))
            return true;
    return false;
}

/* A parser may serve several calculations: one that declares it is enough. */
static void check_exit_label(fake_world *w, const char *label)
{
    if (w->spec_count == 0 || *label == '\0' || is_common_exit_code(label))
        return;
    for (size_t i = 0; i < w->spec_count; i++)
        if (json_get(json_get(w->specs[i], "exit_codes"), label) != NULL ||
            json_get(w->specs[i], "expose") != NULL)
            return;
    breach(w, "exit code \"%s\" is not declared by any calculation whose "
           "default_parser this is", label);
}

static void check_output_label(fake_world *w, const char *label)
{
    if (w->spec_count == 0)
        return;
    for (size_t i = 0; i < w->spec_count; i++)
        if (json_get_path(w->specs[i], "expose.outputs") != NULL)
            return;
    if (find_port(w, "outputs", label) == NULL)
        breach(w, "output \"%s\" is not declared by any calculation whose "
               "default_parser this is", label);
}

static const orma_node *parse_input(orma_parse_ctx *ctx, const char *port)
{
    (void)ctx;
    (void)port;
    return NULL; /* as in `orma parse`, where no inputs are given */
}

static orma_str parse_metadata(orma_parse_ctx *ctx, const char *path)
{
    return option(world_of(ctx), path);
}

static const orma_node *parse_retrieved(orma_parse_ctx *ctx)
{
    return fake_node(world_of(ctx), "core.folder");
}

static const orma_node *parse_temporary(orma_parse_ctx *ctx)
{
    (void)ctx;
    return NULL;
}

static int32_t parse_scheduler_status(orma_parse_ctx *ctx)
{
    (void)ctx;
    return 0;
}

static orma_status parse_output(orma_parse_ctx *ctx, const char *label,
                                const char *type, orma_str json,
                                orma_error **err)
{
    fake_world *w = world_of(ctx);

    (void)type;
    check_output_label(w, label);
    check_json(w, json, json_type_null, label);
    return count_call(w, true, err);
}

static orma_status parse_output_node(orma_parse_ctx *ctx, const char *label,
                                     const char *type, orma_node **node,
                                     orma_error **err)
{
    fake_world *w = world_of(ctx);
    const orma_status st = count_call(w, true, err);

    check_output_label(w, label);
    if (st == ORMA_OK)
        *node = fake_node(w, text_copy(type));
    return st;
}

static orma_status parse_output_clone(orma_parse_ctx *ctx, const char *label,
                                      const orma_node *source, orma_node **node,
                                      orma_error **err)
{
    return parse_output_node(
        ctx, label, ((const fake_handle *)(const void *)source)->type, node,
        err);
}

static orma_status parse_exit_code(orma_parse_ctx *ctx, const char *label,
                                   orma_str values, orma_error **err)
{
    fake_world *w = world_of(ctx);

    check_exit_label(w, label);
    if (values.ptr != NULL && values.len > 0)
        check_json(w, values, json_type_object, "exit_code()'s values");
    return count_call(w, true, err);
}

static void parse_log(orma_parse_ctx *ctx, int32_t level, orma_str message)
{
    (void)ctx;
    ignore_line(level, message);
}

static int32_t parse_cancelled(orma_parse_ctx *ctx)
{
    return world_of(ctx)->is_cancelled;
}

static const orma_parse_ops parse_table = {
    .size = sizeof(orma_parse_ops),
    .node = &node_table,
    .input = parse_input,
    .metadata = parse_metadata,
    .retrieved = parse_retrieved,
    .temporary = parse_temporary,
    .scheduler_status = parse_scheduler_status,
    .output = parse_output,
    .output_node = parse_output_node,
    .output_clone = parse_output_clone,
    .exit_code = parse_exit_code,
    .log = parse_log,
    .cancelled = parse_cancelled,
};

const orma_parse_ops *fake_parse_ops(void)
{
    return &parse_table;
}
