/* core.arithmetic.add: the integer that the job printed.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

#include <orma/parser.h>
#include <orma/plugin.h>

static const orma_host *host;

/* What the output file has where no option says otherwise. */
static const char default_output[] = "aiida.out";

/* The number alone, without blanks around it and a plus sign; len 0 when the
 * text is none. */
static orma_str integer_of(orma_str text)
{
    while (text.len > 0 && isspace((unsigned char)*text.ptr)) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && isspace((unsigned char)text.ptr[text.len - 1]))
        text.len--;
    if (text.len > 0 && *text.ptr == '+') {
        text.ptr++;
        text.len--;
    }
    const size_t sign = text.len > 0 && *text.ptr == '-' ? 1 : 0;
    for (size_t i = sign; i < text.len; i++)
        if (!isdigit((unsigned char)text.ptr[i]))
            return (orma_str){text.ptr, 0};
    /* JSON has no leading zeros. */
    while (sign == 0 && text.len > 1 && *text.ptr == '0') {
        text.ptr++;
        text.len--;
    }
    return text.len > sign ? text : (orma_str){text.ptr, 0};
}

static orma_status read_output(const orma_parse_ops *ops, orma_parse_ctx *ctx,
                               orma_str *bytes, orma_error **err)
{
    const orma_node *folder = ops->retrieved(ctx);
    const orma_str option = ops->metadata(ctx, "options.output_filename");
    json_object *name =
        option.ptr != NULL ? json_tokener_parse(option.ptr) : NULL;
    orma_status st = ORMA_OK;

    *bytes = (orma_str){NULL, 0};
    if (folder != NULL)
        st = ops->node->read(folder,
                             json_object_is_type(name, json_type_string)
                                 ? json_object_get_string(name)
                                 : default_output,
                             bytes, err);
    json_object_put(name);
    return st;
}

static orma_status fail_with(const orma_parse_ops *ops, orma_parse_ctx *ctx,
                             const char *label, orma_error **err)
{
    return ops->exit_code(ctx, label, (orma_str){NULL, 0}, err);
}

static orma_status parse(const orma_parser *self, const orma_parse_ops *ops,
                         orma_parse_ctx *ctx, orma_error **err)
{
    (void)self;
    orma_str bytes;
    orma_status st = read_output(ops, ctx, &bytes, err);

    if (st != ORMA_OK)
        return st;
    if (bytes.ptr == NULL)
        return fail_with(ops, ctx, "ERROR_READING_OUTPUT_FILE", err);
    const orma_str number = integer_of(bytes);
    if (number.len == 0)
        return fail_with(ops, ctx, "ERROR_INVALID_OUTPUT", err);
    st = ops->output(ctx, "sum", "core.int", number, err);
    if (st == ORMA_OK && *number.ptr == '-')
        return fail_with(ops, ctx, "ERROR_NEGATIVE_NUMBER", err);
    return st;
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_parser add_parser = {
    .size = sizeof(orma_parser),
    .parse = parse,
};

static const orma_entry entries[] = {
    {ORMA_PARSER, "core.arithmetic.add", &add_parser},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "core",
    .version = "0.1.0",
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
