/* Filters on columns.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

orma_status check_pattern(const char *pattern, const place *at,
                          orma_error **err)
{
    for (const char *p = pattern; *p != '\0'; p++)
        if (*p == '\\' && *++p == '\0')
            return place_refuse(at, err,
                                "the pattern ends in a backslash, "
                                "which escapes nothing");
    return ORMA_OK;
}

/* "2026-01-31", or with a time; UTC unless it names an offset. */
static bool read_time(const char *text, int64_t *ns)
{
    AUTO_FREE char *whole =
        strlen(text) == 10 ? text_printf("%s 00:00:00", text) : text_copy(text);
    return whole != NULL && time_parse(whole, ns);
}

static orma_status refuse_value(const query_field *f, const char *wanted,
                                const place *at, orma_error **err)
{
    return place_refuse(at, err, "\"%s\" is compared with %s", f->column->name,
                        wanted);
}

/* A value of the column's type as an SQL expression. */
static orma_status write_value(compiler *c, const query_field *f,
                               json_object *value, const place *at, buf *out,
                               orma_error **err)
{
    const bool is_text = json_object_is_type(value, json_type_string);
    const char *text = is_text ? json_object_get_string(value) : "";
    marker parameter = {""};
    orma_status st = ORMA_OK;
    orma_uuid uuid;
    int64_t ns;

    switch (f->column->type) {
    case COLUMN_INT:
        if (!json_object_is_type(value, json_type_int))
            return refuse_value(f, "an integer", at, err);
        st = add_int(c, json_object_get_int64(value), &parameter, err);
        buf_printf(out, "CAST(%s AS BIGINT)", parameter.text);
        break;
    case COLUMN_BOOL:
        if (!json_object_is_type(value, json_type_boolean))
            return refuse_value(f, "true or false", at, err);
        st = add_int(c, json_object_get_boolean(value), &parameter, err);
        buf_text(out, parameter.text);
        break;
    case COLUMN_TEXT:
        if (!is_text)
            return refuse_value(f, "text", at, err);
        st = add_text(c, text, &parameter, err);
        buf_text(out, parameter.text);
        break;
    case COLUMN_UUID:
        if (!is_text || !uuid_parse(text, &uuid))
            return refuse_value(f,
                                "a whole UUID; its beginning is found by "
                                "{\"like\": \"1234%\"}",
                                at, err);
        char whole[37];
        uuid_format(&uuid, whole);
        st = add_text(c, whole, &parameter, err);
        buf_printf(out, "%su", parameter.text);
        break;
    case COLUMN_TIME:
        if (!is_text || !read_time(text, &ns))
            return refuse_value(f, "a time (\"2026-01-31T12:00:00+00:00\")", at,
                                err);
        st = add_time(c, ns, &parameter, err);
        buf_printf(out, "%st", parameter.text);
        break;
    case COLUMN_JSON:
        break;
    }
    return st;
}

static orma_status compare(compiler *c, const query_field *f,
                           enum query_operator op, json_object *value,
                           const place *at, buf *out, orma_error **err)
{
    const enum column_type type = f->column->type;

    if (value == NULL) {
        if (op != OPERATOR_EQUAL)
            return place_refuse(at, err, "null is neither greater nor less");
        buf_printf(out, "%s IS NULL", buf_c_str(&f->value));
        return ORMA_OK;
    }
    if (op != OPERATOR_EQUAL && (type == COLUMN_BOOL || type == COLUMN_UUID))
        return place_refuse(at, err,
                            "\"%s\" is neither greater nor less than "
                            "others",
                            f->column->name);
    buf_printf(out, "%s %s ", buf_c_str(&f->value), query_operator_sql(op));
    return write_value(c, f, value, at, out, err);
}

/* The column as text, for patterns. */
static void write_as_text(const compiler *c, const query_field *f, buf *out)
{
    const char *value = buf_c_str(&f->value);
    switch (f->column->type) {
    case COLUMN_TEXT:
        buf_text(out, value);
        break;
    case COLUMN_UUID:
        json_word(c->dialect->uuid_text, value, "", "", out);
        break;
    case COLUMN_TIME:
        json_word(c->dialect->timestamp_text, value, "", "", out);
        break;
    case COLUMN_INT:
    case COLUMN_BOOL:
    case COLUMN_JSON:
        buf_printf(out, "CAST(%s AS TEXT)", value);
        break;
    }
}

static orma_status match_text(compiler *c, const query_field *f,
                              enum query_operator op, json_object *value,
                              const place *at, buf *out, orma_error **err)
{
    AUTO_BUF buf text = {0};
    marker parameter = {""};

    if (!json_object_is_type(value, json_type_string))
        return place_refuse(at, err, "a pattern is text");
    const char *pattern = json_object_get_string(value);
    orma_status st = check_pattern(pattern, at, err);
    if (st != ORMA_OK)
        return st;
    if (op == OPERATOR_LIKE && text_equal(pattern, "%")) {
        /* Everything that is not NULL: no text has to be looked at. */
        if (f->column->is_nullable)
            buf_printf(out, "%s IS NOT NULL", buf_c_str(&f->value));
        else
            buf_text(out, "TRUE");
        return ORMA_OK;
    }
    write_as_text(c, f, &text);
    st = add_text(c, pattern, &parameter, err);
    if (st != ORMA_OK)
        return st;
    json_word(op == OPERATOR_LIKE ? "@ LIKE ? ESCAPE '\\'" : c->dialect->ilike,
              buf_c_str(&text), "", parameter.text, out);
    return ORMA_OK;
}

/* The list's values as they are compared: UUIDs and times in their one form.
 * Each is checked by writing it as a parameter that is taken back. */
static orma_status clean_list(compiler *c, const query_field *f,
                              const json_object *list, const place *at,
                              json_object *out, orma_error **err)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const place here = {at, NULL, i};
        const size_t before = c->plan->parameter_count;
        AUTO_BUF buf unused = {0};
        char time[27];
        const orma_status st = write_value(
            c, f, json_object_array_get_idx(list, i), &here, &unused, err);
        if (st != ORMA_OK)
            return st;
        const query_parameter *p = &c->plan->parameters[before];
        c->plan->parameter_count = before;
        if (p->type == PARAMETER_TIME)
            time_format_sql(p->integer, time);
        json_object *value =
            p->type == PARAMETER_INT    ? json_object_new_int64(p->integer)
            : p->type == PARAMETER_TIME ? json_object_new_string(time)
                                        : json_object_new_string(p->text);
        if (value == NULL || json_object_array_add(out, value) != 0) {
            json_object_put(value);
            return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

static orma_status write_short_list(compiler *c, const query_field *f,
                                    const json_object *list, const place *at,
                                    buf *out, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(list);
         i++) {
        const place here = {at, NULL, i};
        buf_text(out, i > 0 ? ", " : "");
        st = write_value(c, f, json_object_array_get_idx(list, i), &here, out,
                         err);
    }
    return st;
}

static orma_status write_long_list(compiler *c, const query_field *f,
                                   const json_object *list, const place *at,
                                   buf *out, orma_error **err)
{
    AUTO_JSON json_object *values = json_object_new_array();
    marker parameter = {""};

    if (values == NULL)
        return error_no_memory(err);
    orma_status st = clean_list(c, f, list, at, values, err);
    if (st == ORMA_OK)
        st = add_json(c, values, &parameter, err);
    if (st != ORMA_OK)
        return st;
    buf_text(out, "SELECT ");
    const char *form = f->column->type == COLUMN_UUID ? c->dialect->uuid_param
                       : f->column->type == COLUMN_TIME
                           ? c->dialect->timestamp_param
                       : f->column->type == COLUMN_INT ? "CAST(? AS BIGINT)"
                                                       : "?";
    json_word(form, "", "", "value", out);
    buf_text(out, " FROM ");
    json_word(c->dialect->list_rows, "", "", parameter.text, out);
    return ORMA_OK;
}

static orma_status is_in(compiler *c, const query_field *f, json_object *list,
                         const place *at, buf *out, orma_error **err)
{
    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) == 0)
        return place_refuse(at, err, "\"in\" takes an array that is not empty");
    if (f->column->type == COLUMN_BOOL)
        return place_refuse(at, err, "use {\"==\": true} or {\"==\": false}");
    buf_printf(out, "%s IN (", buf_c_str(&f->value));
    const orma_status st = json_object_array_length(list) > QUERY_SHORT_LIST
                               ? write_long_list(c, f, list, at, out, err)
                               : write_short_list(c, f, list, at, out, err);
    buf_char(out, ')');
    return st;
}

orma_status compile_column_operator(compiler *c, const query_field *f,
                                    enum query_operator op, json_object *value,
                                    const place *at, buf *out, orma_error **err)
{
    if (op == OPERATOR_LIKE || op == OPERATOR_ILIKE)
        return match_text(c, f, op, value, at, out, err);
    if (op == OPERATOR_IN)
        return is_in(c, f, value, at, out, err);
    if (!query_operator_is_for_json(op))
        return compare(c, f, op, value, at, out, err);
    place_refuse(at, err, "this is for JSON, and \"%s\" is none",
                 f->column->name);
    error_hint(err, "operators of a column are ==, >, <, >=, <=, like, ilike, "
                    "in, each also negated by \"!\"");
    return ORMA_E_INVALID;
}
