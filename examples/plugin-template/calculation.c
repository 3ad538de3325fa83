/* Calculation acme.sum: a list of numbers becomes a file and a command.
 *
 * SPDX-License-Identifier: MIT */
#include "acme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

/* One number a line in; count and sum out. What is no number ends the run with
 * status 3, before anything is printed. */
static const char program[] =
    "$1 !~ /^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$/ "
    "{ bad = 1; exit 3 }\n"
    "{ sum += $1; count++ }\n"
    "END { if (!bad) printf \"count %d\\nsum %.17g\\n\", count, factor * sum }\n";

/* The list of the port `numbers`; the caller puts *list. */
static orma_status read_numbers(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                                struct json_object **list, orma_error **err)
{
    orma_str json;
    struct json_object *value = NULL;
    const orma_status st =
        ops->node->attributes(ops->input(ctx, "numbers"), &json, err);

    if (st != ORMA_OK)
        return st;
    struct json_object *attributes = json_tokener_parse(json.ptr);
    if (!json_object_object_get_ex(attributes, "list", &value) ||
        !json_object_is_type(value, json_type_array)) {
        json_object_put(attributes);
        return acme_host->fail(acme_host, err, ORMA_E_INVALID, "acme", 0,
                               "the node of port \"numbers\" holds no list");
    }
    *list = json_object_get(value);
    json_object_put(attributes);
    return ORMA_OK;
}

/* The check that the manifest names: `validate: numbers`. */
static orma_status validate(const orma_calculation *self,
                            const orma_calc_ops *ops, orma_calc_ctx *ctx,
                            const char *label, const char *port,
                            orma_error **err)
{
    struct json_object *list = NULL;

    (void)self;
    (void)port; /* orma puts it in front of the message */
    if (strcmp(label, "numbers") != 0)
        return acme_host->fail(acme_host, err, ORMA_E_NOT_FOUND, "acme", 0,
                               "there is no check \"%s\"", label);
    orma_status st = read_numbers(ops, ctx, &list, err);
    if (st != ORMA_OK)
        return st;
    const size_t n = json_object_array_length(list);
    if (n == 0)
        st = acme_host->fail(acme_host, err, ORMA_E_INVALID, "acme", 0,
                             "the list is empty");
    for (size_t i = 0; st == ORMA_OK && i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_int) &&
            !json_object_is_type(item, json_type_double))
            st = acme_host->fail(acme_host, err, ORMA_E_INVALID, "acme", 0,
                                 "item %zu is not a number", i);
    }
    json_object_put(list);
    return st;
}

/* Writes one number a line into the job's folder. */
static orma_status write_numbers(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                                 const char *path, orma_error **err)
{
    struct json_object *list = NULL;
    char *text = NULL;
    size_t len = 0;
    orma_status st = read_numbers(ops, ctx, &list, err);

    if (st != ORMA_OK)
        return st;
    FILE *file = open_memstream(&text, &len);
    for (size_t i = 0; file != NULL && i < json_object_array_length(list); i++)
        fprintf(file, "%s\n",
                json_object_get_string(json_object_array_get_idx(list, i)));
    json_object_put(list);
    if (file == NULL || fclose(file) != 0)
        st = acme_host->fail(acme_host, err, ORMA_E_NO_MEMORY, "acme", 0,
                             "out of memory");
    else
        st = ops->write(ctx, path, (orma_str){text, len}, err);
    free(text);
    return st;
}

/* "factor=2.5" for the command line; 1 when the port was left out. */
static orma_status factor_word(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                               char *out, size_t size, orma_error **err)
{
    const orma_node *node = ops->input(ctx, "factor");
    struct json_object *value = NULL;
    orma_str json;

    snprintf(out, size, "factor=1");
    if (node == NULL)
        return ORMA_OK;
    const orma_status st = ops->node->attributes(node, &json, err);
    if (st != ORMA_OK)
        return st;
    struct json_object *attributes = json_tokener_parse(json.ptr);
    if (json_object_object_get_ex(attributes, "value", &value))
        snprintf(out, size, "factor=%.17g", json_object_get_double(value));
    json_object_put(attributes);
    return ORMA_OK;
}

/* What the engine does with the job: doc of orma_calc_ops.calcinfo(). */
static orma_status give_calcinfo(const orma_calc_ops *ops, orma_calc_ctx *ctx,
                                 const char *factor, const char *input,
                                 const char *output, orma_error **err)
{
    struct json_object *info = json_object_new_object();
    struct json_object *code = json_object_new_object();
    struct json_object *words = json_object_new_array();
    struct json_object *codes = json_object_new_array();
    struct json_object *retrieve = json_object_new_array();
    const char *line[] = {"-f", "sum.awk", factor, input};

    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        json_object_array_add(words, json_object_new_string(line[i]));
    json_object_object_add(code, "code", json_object_new_string("code"));
    json_object_object_add(code, "cmdline_params", words);
    json_object_object_add(code, "stdout_name", json_object_new_string(output));
    json_object_array_add(codes, code);
    json_object_array_add(retrieve, json_object_new_string(output));
    json_object_object_add(info, "codes_info", codes);
    json_object_object_add(info, "retrieve_list", retrieve);
    const char *text = json_object_to_json_string(info);
    const orma_status st =
        ops->calcinfo(ctx, (orma_str){text, strlen(text)}, err);
    json_object_put(info);
    return st;
}

static orma_status prepare(const orma_calculation *self,
                           const orma_calc_ops *ops, orma_calc_ctx *ctx,
                           orma_error **err)
{
    char input[256], output[256], factor[64];

    (void)self;
    acme_text(ops->metadata(ctx, "options.input_filename"), "numbers.txt",
              input, sizeof input);
    acme_text(ops->metadata(ctx, "options.output_filename"), "sum.out", output,
              sizeof output);
    orma_status st = ops->write(ctx, "sum.awk", ORMA_LITERAL(program), err);
    if (st == ORMA_OK)
        st = write_numbers(ops, ctx, input, err);
    if (st == ORMA_OK)
        st = factor_word(ops, ctx, factor, sizeof factor, err);
    if (st == ORMA_OK)
        st = give_calcinfo(ops, ctx, factor, input, output, err);
    return st;
}

const orma_calculation acme_sum_calculation = {
    .size = sizeof(orma_calculation),
    .validate = validate,
    .prepare = prepare,
};
