/* Parser acme.sum: count and sum from what the program printed.
 *
 * SPDX-License-Identifier: MIT */
#include "acme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

/* The number behind a word at the beginning of a line. NAN when there is none:
 * strtod() alone would make that 0. */
static double number_after(const char *text, const char *word)
{
    const size_t len = strlen(word);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, word, len) != 0 || line[len] != ' ')
            continue;
        char *end;
        const double value = strtod(line + len, &end);
        return end != line + len ? value : NAN;
    }
    return NAN;
}

/* The run went wrong: that is a result, not an error of the parser. */
static orma_status give_up(const orma_parse_ops *ops, orma_parse_ctx *ctx,
                           const char *label, const char *filename,
                           orma_error **err)
{
    struct json_object *values = json_object_new_object();

    json_object_object_add(values, "filename",
                           json_object_new_string(filename));
    const char *text = json_object_to_json_string(values);
    const orma_status st =
        ops->exit_code(ctx, label, (orma_str){text, strlen(text)}, err);
    json_object_put(values);
    return st;
}

static orma_status give_outputs(const orma_parse_ops *ops, orma_parse_ctx *ctx,
                                double count, double sum, orma_error **err)
{
    char number[32], json[128];

    acme_host->number(sum, number); /* keeps 3.0 a float */
    const orma_status st = ops->output(
        ctx, "sum", "core.float", (orma_str){number, strlen(number)}, err);
    if (st != ORMA_OK)
        return st;
    const int n = snprintf(json, sizeof json, "{\"count\": %.0f, \"sum\": %s}",
                           count, number);
    return ops->output(ctx, "output_parameters", "core.dict",
                       (orma_str){json, (size_t)n}, err);
}

static orma_status parse(const orma_parser *self, const orma_parse_ops *ops,
                         orma_parse_ctx *ctx, orma_error **err)
{
    const orma_node *retrieved = ops->retrieved(ctx);
    char filename[256];
    orma_str text = {NULL, 0};

    (void)self;
    acme_text(ops->metadata(ctx, "options.output_filename"), "sum.out",
              filename, sizeof filename);
    if (retrieved != NULL) {
        const orma_status st =
            ops->node->read(retrieved, filename, &text, err);
        if (st != ORMA_OK)
            return st; /* the machinery failed: the engine decides */
    }
    if (text.ptr == NULL)
        return give_up(ops, ctx, "ERROR_NO_OUTPUT", filename, err);
    const double count = number_after(text.ptr, "count");
    const double sum = number_after(text.ptr, "sum");
    if (!isfinite(count) || !isfinite(sum) || fabs(count) > 1e15)
        return give_up(ops, ctx, "ERROR_NO_SUM", filename, err);
    return give_outputs(ops, ctx, count, sum, err);
}

const orma_parser acme_sum_parser = {
    .size = sizeof(orma_parser),
    .parse = parse,
};
