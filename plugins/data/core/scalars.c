/* core.int, core.float, core.str, core.bool: one attribute, `value`.
 *
 * The literal's own text is kept where it is the value, so that an integer
 * beyond 64 bits keeps its digits.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

enum scalar_kind { SCALAR_INT, SCALAR_FLOAT, SCALAR_STR, SCALAR_BOOL };

static const struct {
    const orma_data *type;
    enum scalar_kind kind;
} kinds[] = {
    {&int_data, SCALAR_INT},
    {&float_data, SCALAR_FLOAT},
    {&str_data, SCALAR_STR},
    {&bool_data, SCALAR_BOOL},
};

static enum scalar_kind kind_of(const orma_data *self)
{
    size_t i = 0;

    while (kinds[i].type != self)
        i++;
    return kinds[i].kind;
}

static bool is_integer(orma_str json)
{
    for (size_t i = 0; i < json.len; i++)
        if (!(json.ptr[i] >= '0' && json.ptr[i] <= '9') &&
            !(json.ptr[i] == '-' && i == 0))
            return false;
    return json.len > 0;
}

static bool is_number(orma_str json)
{
    return json.len > 0 &&
           (json.ptr[0] == '-' || (json.ptr[0] >= '0' && json.ptr[0] <= '9'));
}

/* Words for messages: what is there, for JSON without blanks around it. */
static const char *type_word(orma_str json)
{
    if (json.len == 0)
        return "nothing";
    switch (json.ptr[0]) {
    case '"':
        return "a string";
    case '[':
        return "a list";
    case '{':
        return "a mapping";
    case 't':
    case 'f':
        return "a boolean";
    case 'n':
        return "null";
    default:
        return is_integer(json) ? "an integer" : "a float";
    }
}

/* AiiDA stores a float of 1e14 and more as an integer when it is one after
 * rounding to 14 digits: its "%.14g" then has an exponent. */
static bool is_large_integer(orma_str json)
{
    return is_integer(json) && fabs(strtod(json.ptr, NULL)) >= 1e14;
}

static orma_status check(enum scalar_kind kind, orma_str json, orma_error **err)
{
    static const char *const wanted[] = {"an integer", "a float", "a string",
                                         "true or false"};
    bool fits = false;

    switch (kind) {
    case SCALAR_INT:
        fits = is_integer(json);
        break;
    case SCALAR_FLOAT:
        fits = is_number(json) && (!is_integer(json) || is_large_integer(json));
        break;
    case SCALAR_STR:
        fits = json.len > 0 && json.ptr[0] == '"';
        break;
    case SCALAR_BOOL:
        fits = json.len > 0 && (json.ptr[0] == 't' || json.ptr[0] == 'f');
        break;
    }
    return fits ? ORMA_OK
                : refuse(err, "the value must be %s, not %s", wanted[kind],
                         type_word(json));
}

static orma_status get_value(const orma_node_ops *ops, const orma_node *node,
                             orma_str *value, orma_error **err)
{
    orma_str attributes;
    const orma_status st = ops->attributes(node, &attributes, err);

    if (st != ORMA_OK)
        return st;
    *value = json_member(attributes, "value");
    if (value->ptr == NULL)
        return refuse(err, "attribute \"value\" is missing");
    return ORMA_OK;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    orma_str value;
    const orma_status st = get_value(ops, node, &value, err);

    return st == ORMA_OK ? check(kind_of(self), value, err) : st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    const enum scalar_kind kind = kind_of(self);
    text attributes = {0};
    orma_status st = ORMA_OK;

    json = json_trim(json);
    if (kind != SCALAR_FLOAT || !is_number(json)) /* 1 is a fine float */
        st = check(kind, json, err);
    if (st == ORMA_OK) {
        text_add(&attributes, "{\"value\": ");
        if (kind == SCALAR_FLOAT)
            text_real(&attributes, strtod(json.ptr, NULL));
        else
            text_bytes(&attributes, json.ptr, json.len);
        text_add(&attributes, "}");
        st = text_set_attributes(&attributes, ops, node, err);
    }
    text_finish(&attributes);
    return st;
}

static orma_status value(const orma_data *self, const orma_node_ops *ops,
                         const orma_node *node, orma_writer *out,
                         orma_error **err)
{
    (void)self;
    orma_str json;
    const orma_status st = get_value(ops, node, &json, err);

    return st == ORMA_OK ? host->write(out, json) : st;
}

/* Strings without quotes, on one line and not too long for a table. */
static void write_string(text *line, const char *s)
{
    const size_t limit = 60;
    size_t n = 0;

    for (; s[n] != '\0' && n < limit; n++)
        text_bytes(line,
                   s[n] == '\n' || s[n] == '\t' || s[n] == '\r' ? " " : s + n,
                   1);
    /* not in the middle of a character */
    for (; s[n] != '\0' && ((unsigned char)s[n] & 0xc0) == 0x80; n++)
        text_bytes(line, s + n, 1);
    if (s[n] != '\0')
        text_add(line, "…");
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    orma_str json;
    json_object *string = NULL;
    text line = {0};
    orma_status st = get_value(ops, node, &json, err);

    if (st == ORMA_OK && kind_of(self) != SCALAR_STR)
        return host->write(out, json);
    if (st == ORMA_OK)
        st = json_read(json, &string, err);
    if (st == ORMA_OK) {
        const char *s = json_text(string);
        write_string(&line, s != NULL ? s : "");
        st = text_write(&line, out, err);
    }
    json_object_put(string);
    text_finish(&line);
    return st;
}

#define SCALAR                                                                 \
    .size = sizeof(orma_data), .validate = validate,                           \
    .from_literal = from_literal, .value = value, .summary = summary

const orma_data int_data = {SCALAR};
const orma_data float_data = {SCALAR};
const orma_data str_data = {SCALAR};
const orma_data bool_data = {SCALAR};
