/* Preparations and parses.
 *
 * SPDX-License-Identifier: MIT */
#include "harness_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fake_run *runs[1024];
static size_t run_count;

fake_run *fake_run_new(void)
{
    fake_run *run = need(calloc(1, sizeof *run));

    if (run_count == sizeof runs / sizeof *runs)
        stop("too many runs", "");
    runs[run_count++] = run;
    run->folder = fake_node_new("core.folder", "{}", false);
    return run;
}

void fake_input(fake_run *run, const char *port, fake_node *node)
{
    size_t i = 0;

    while (i < run->input_count && strcmp(run->inputs[i].port, port) != 0)
        i++;
    if (i == FAKE_MAX)
        stop("too many inputs", port);
    snprintf(run->inputs[i].port, sizeof run->inputs[i].port, "%s", port);
    run->inputs[i].node = node;
    if (i == run->input_count)
        run->input_count++;
}

void fake_metadata(fake_run *run, const char *path, const char *json)
{
    const size_t i = run->metadata_count++;

    snprintf(run->metadata[i].path, sizeof run->metadata[i].path, "%s", path);
    run->metadata[i].json = need(strdup(json));
}

static const orma_node *run_input(const fake_run *run, const char *port)
{
    for (size_t i = 0; i < run->input_count; i++)
        if (strcmp(run->inputs[i].port, port) == 0)
            return (const orma_node *)run->inputs[i].node;
    return NULL;
}

static orma_str run_metadata(const fake_run *run, const char *path)
{
    for (size_t i = 0; i < run->metadata_count; i++)
        if (strcmp(run->metadata[i].path, path) == 0)
            return (orma_str){run->metadata[i].json,
                              strlen(run->metadata[i].json)};
    return (orma_str){NULL, 0};
}

static void run_log(fake_run *run, int32_t level, orma_str message)
{
    const size_t len = strlen(run->log);

    snprintf(run->log + len, sizeof run->log - len, "%d %.*s\n", level,
             (int)message.len, message.ptr);
}

static const orma_node *calc_input(orma_calc_ctx *ctx, const char *port)
{
    return run_input((fake_run *)ctx, port);
}

static orma_status calc_input_names(orma_calc_ctx *ctx, const char *port,
                                    orma_str *json, orma_error **err)
{
    fake_run *run = (fake_run *)ctx;
    json_object *list = json_object_new_array();
    const size_t len = strlen(port);

    (void)err;
    for (size_t i = 0; i < run->input_count; i++)
        if (strncmp(run->inputs[i].port, port, len) == 0 &&
            run->inputs[i].port[len] == '.')
            json_object_array_add(
                list, json_object_new_string(run->inputs[i].port + len + 1));
    free(run->scratch);
    run->scratch = need(strdup(json_object_to_json_string(list)));
    json_object_put(list);
    *json = (orma_str){run->scratch, strlen(run->scratch)};
    return ORMA_OK;
}

static orma_str calc_metadata(orma_calc_ctx *ctx, const char *path)
{
    return run_metadata((fake_run *)ctx, path);
}

static orma_status calc_write(orma_calc_ctx *ctx, const char *path,
                              orma_str bytes, orma_error **err)
{
    (void)err;
    fake_node_add(((fake_run *)ctx)->folder, path, bytes.ptr, bytes.len);
    return ORMA_OK;
}

static orma_status calc_copy(orma_calc_ctx *ctx, const orma_node *node,
                             const char *from, const char *to,
                             orma_error **err)
{
    const fake_file *f = fake_node_file((fake_node *)(uintptr_t)node, from);

    if (f == NULL)
        return host_fail(&fake_host, err, ORMA_E_NOT_FOUND, "", 0, "%s", from);
    fake_node_add(((fake_run *)ctx)->folder, to, f->bytes, f->len);
    return ORMA_OK;
}

static orma_status calc_calcinfo(orma_calc_ctx *ctx, orma_str json,
                                 orma_error **err)
{
    (void)err;
    free(((fake_run *)ctx)->calcinfo);
    ((fake_run *)ctx)->calcinfo = need(strndup(json.ptr, json.len));
    return ORMA_OK;
}

static void calc_log(orma_calc_ctx *ctx, int32_t level, orma_str message)
{
    run_log((fake_run *)ctx, level, message);
}

static int32_t calc_cancelled(orma_calc_ctx *ctx)
{
    (void)ctx;
    return 0;
}

static const orma_calc_ops calc_ops = {
    .size = sizeof calc_ops,
    .node = &fake_node_ops,
    .input = calc_input,
    .input_names = calc_input_names,
    .metadata = calc_metadata,
    .write = calc_write,
    .copy = calc_copy,
    .calcinfo = calc_calcinfo,
    .log = calc_log,
    .cancelled = calc_cancelled,
};

static const orma_calculation *calculation(void)
{
    static const orma_calculation *loaded;

    if (loaded == NULL)
        loaded = fake_load("calculations", "quantumespresso",
                           "quantumespresso.pw");
    return loaded;
}

static orma_status note(fake_run *run, orma_status st, const orma_error *err)
{
    snprintf(run->error, sizeof run->error, "%s",
             st != ORMA_OK && err != NULL ? err->message : "");
    return st;
}

orma_status fake_prepare(fake_run *run)
{
    orma_error *err = NULL;
    const orma_calculation *c = calculation();

    const orma_status st =
        c->prepare(c, &calc_ops, (orma_calc_ctx *)run, &err);
    return note(run, st, err);
}

orma_status fake_validate(fake_run *run, const char *label, const char *port)
{
    orma_error *err = NULL;
    const orma_calculation *c = calculation();

    const orma_status st =
        c->validate(c, &calc_ops, (orma_calc_ctx *)run, label, port, &err);
    return note(run, st, err);
}

static const orma_node *parse_input(orma_parse_ctx *ctx, const char *port)
{
    return run_input((fake_run *)ctx, port);
}

static orma_str parse_metadata(orma_parse_ctx *ctx, const char *path)
{
    return run_metadata((fake_run *)ctx, path);
}

static const orma_node *parse_retrieved(orma_parse_ctx *ctx)
{
    return (const orma_node *)((fake_run *)ctx)->retrieved;
}

static const orma_node *parse_temporary(orma_parse_ctx *ctx)
{
    return (const orma_node *)((fake_run *)ctx)->temporary;
}

static int32_t parse_scheduler_status(orma_parse_ctx *ctx)
{
    return ((fake_run *)ctx)->scheduler_status;
}

static fake_node *add_output(fake_run *run, const char *label,
                             const char *type, const char *attributes)
{
    const size_t i = run->output_count++;

    snprintf(run->outputs[i].label, sizeof run->outputs[i].label, "%s", label);
    run->outputs[i].node = fake_node_new(type, attributes, false);
    return run->outputs[i].node;
}

static orma_status parse_output(orma_parse_ctx *ctx, const char *label,
                                const char *type, orma_str json,
                                orma_error **err)
{
    (void)err;
    if (strlen(json.ptr) != json.len)
        stop("wrong length of", label);
    add_output((fake_run *)ctx, label, type, json.ptr);
    return ORMA_OK;
}

static orma_status parse_output_node(orma_parse_ctx *ctx, const char *label,
                                     const char *type, orma_node **node,
                                     orma_error **err)
{
    (void)err;
    *node = (orma_node *)add_output((fake_run *)ctx, label, type, "{}");
    return ORMA_OK;
}

static orma_status parse_output_clone(orma_parse_ctx *ctx, const char *label,
                                      const orma_node *source,
                                      orma_node **node, orma_error **err)
{
    const fake_node *s = (const fake_node *)source;
    fake_node *copy =
        add_output((fake_run *)ctx, label, s->type, s->attributes);

    (void)err;
    for (size_t i = 0; i < s->file_count; i++)
        fake_node_add(copy, s->files[i].path, s->files[i].bytes,
                      s->files[i].len);
    *node = (orma_node *)copy;
    return ORMA_OK;
}

static orma_status parse_exit_code(orma_parse_ctx *ctx, const char *label,
                                   orma_str values, orma_error **err)
{
    fake_run *run = (fake_run *)ctx;

    (void)err;
    run->has_exit_code = true;
    snprintf(run->exit_label, sizeof run->exit_label, "%s", label);
    snprintf(run->exit_values, sizeof run->exit_values, "%.*s",
             (int)values.len, values.ptr != NULL ? values.ptr : "");
    return ORMA_OK;
}

static void parse_log(orma_parse_ctx *ctx, int32_t level, orma_str message)
{
    run_log((fake_run *)ctx, level, message);
}

static int32_t parse_cancelled(orma_parse_ctx *ctx)
{
    (void)ctx;
    return 0;
}

static const orma_parse_ops parse_ops = {
    .size = sizeof parse_ops,
    .node = &fake_node_ops,
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

orma_status fake_parse(fake_run *run)
{
    static const orma_parser *p;
    orma_error *err = NULL;

    if (p == NULL)
        p = fake_load("parsers", "quantumespresso_parsers",
                      "quantumespresso.pw");
    const orma_status st =
        p->parse(p, &parse_ops, (orma_parse_ctx *)run, &err);
    return note(run, st, err);
}

fake_node *fake_output(fake_run *run, const char *label)
{
    for (size_t i = 0; i < run->output_count; i++)
        if (strcmp(run->outputs[i].label, label) == 0)
            return run->outputs[i].node;
    return NULL;
}

void fake_clear(void)
{
    clear_nodes();
    for (size_t i = 0; i < run_count; i++) {
        for (size_t k = 0; k < runs[i]->metadata_count; k++)
            free(runs[i]->metadata[k].json);
        free(runs[i]->calcinfo);
        free(runs[i]->scratch);
        free(runs[i]);
    }
    run_count = 0;
}
