/* core.arithmetic.add: lets bash add two numbers.
 *
 * SPDX-License-Identifier: MIT */
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdio.h>
#include <string.h>

#include <orma/calculation.h>
#include <orma/plugin.h>

static const orma_host *host;

/* Long enough for every number that a float or int node can hold. */
#define NUMBER_MAX 400

static orma_status no_memory(orma_error **err)
{
    return host->fail(host, err, ORMA_E_NO_MEMORY, "arithmetic", 0,
                      "no memory");
}

/* The operand's text as it is stored: an int has no point, a float has. */
static orma_status operand(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                           const char *port, char out[NUMBER_MAX],
                           orma_error **err)
{
    const orma_node *node = ops->input(ctx, port);
    json_object *value = NULL;
    orma_str text;

    if (node == NULL)
        return host->fail(host, err, ORMA_E_INVALID, "arithmetic", 0,
                          "%s: no number is given", port);
    orma_status st = ops->node->attributes(node, &text, err);
    if (st != ORMA_OK)
        return st;
    json_object *attributes = json_tokener_parse(text.ptr);
    if (json_object_object_get_ex(attributes, "value", &value) &&
        (json_object_is_type(value, json_type_int) ||
         json_object_is_type(value, json_type_double)))
        snprintf(out, NUMBER_MAX, "%s", json_object_to_json_string(value));
    else
        st = host->fail(host, err, ORMA_E_INVALID, "arithmetic", 0,
                        "%s: the node holds no number", port);
    json_object_put(attributes);
    return st;
}

/* A text option, freed by json_object_put(). */
static json_object *option(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                           const char *path)
{
    const orma_str text = ops->metadata(ctx, path);
    return text.ptr != NULL ? json_tokener_parse(text.ptr) : NULL;
}

static orma_status write_input(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                               const char *filename, orma_error **err)
{
    char x[NUMBER_MAX], y[NUMBER_MAX], pause[NUMBER_MAX] = "";
    char line[3 * NUMBER_MAX + 32];
    const orma_str sleep = ops->metadata(ctx, "options.sleep");
    orma_status st = operand(ops, ctx, "x", x, err);

    if (st == ORMA_OK)
        st = operand(ops, ctx, "y", y, err);
    if (st != ORMA_OK)
        return st;
    if (sleep.ptr != NULL)
        snprintf(pause, sizeof pause, "sleep %.20s\n", sleep.ptr);
    const int n =
        snprintf(line, sizeof line, "%secho $((%s + %s))\n", pause, x, y);
    return ops->write(ctx, filename, (orma_str){line, (size_t)n}, err);
}

/* Takes over both names. */
static json_object *calcinfo_of(json_object *input, json_object *output)
{
    json_object *info = json_object_new_object();
    json_object *codes = json_object_new_array();
    json_object *code = json_object_new_object();
    json_object *retrieve = json_object_new_array();

    json_object_object_add(code, "stdin_name", input);
    json_object_object_add(code, "stdout_name", output);
    json_object_object_add(code, "code", json_object_new_string("code"));
    json_object_array_add(codes, code);
    json_object_array_add(retrieve, json_object_get(output));
    json_object_object_add(info, "codes_info", codes);
    json_object_object_add(info, "retrieve_list", retrieve);
    return info;
}

static orma_status prepare(const orma_calculation *self,
                           const orma_calc_ops *ops, orma_calc_ctx *ctx,
                           orma_error **err)
{
    (void)self;
    json_object *input = option(ops, ctx, "options.input_filename");
    json_object *output = option(ops, ctx, "options.output_filename");

    if (!json_object_is_type(input, json_type_string) ||
        !json_object_is_type(output, json_type_string)) {
        json_object_put(input);
        json_object_put(output);
        return host->fail(host, err, ORMA_E_INVALID, "arithmetic", 0,
                          "metadata.options: input_filename and "
                          "output_filename are needed");
    }
    orma_status st = write_input(ops, ctx, json_object_get_string(input), err);
    json_object *info = calcinfo_of(input, output);
    const char *text = json_object_to_json_string(info);
    if (st == ORMA_OK && text == NULL)
        st = no_memory(err);
    if (st == ORMA_OK)
        st = ops->calcinfo(ctx, (orma_str){text, strlen(text)}, err);
    json_object_put(info);
    return st;
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_calculation add = {
    .size = sizeof(orma_calculation),
    .prepare = prepare,
};

static const orma_entry entries[] = {
    {ORMA_CALCULATION, "core.arithmetic.add", &add},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "core",
    .version = "0.1.0",
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
