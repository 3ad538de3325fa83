/* Running compiled queries.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

static void bind_all(query *q, const query_plan *p)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        const query_parameter *parameter = &p->parameters[i];
        const int32_t index = (int32_t)i + 1;
        switch (parameter->type) {
        case PARAMETER_INT:
            query_int(q, index, parameter->integer);
            break;
        case PARAMETER_TEXT:
            query_text(q, index, parameter->text);
            break;
        case PARAMETER_TIME:
            query_time(q, index, parameter->integer);
            break;
        }
    }
}

/* ---- values ------------------------------------------------------ */

static void write_text(orma_str text, buf *out)
{
    json_object *value = json_object_new_string_len(text.ptr, (int)text.len);
    json_write(out, value, JSON_COMPACT);
    json_object_put(value);
}

static void write_time(query *q, int32_t column, buf *out)
{
    char iso[33];
    int64_t ns;
    if (!column_has_time(q, column, &ns)) {
        buf_text(out, "null");
        return;
    }
    time_format_iso(ns, iso);
    buf_printf(out, "\"%s\"", iso);
}

/* "d": a text that is a time. */
static void write_as_time(const json_object *value, buf *out)
{
    char iso[33];
    int64_t ns;
    if (!json_object_is_type(value, json_type_string) ||
        !time_parse(json_object_get_string((json_object *)(uintptr_t)value),
                    &ns)) {
        buf_text(out, "null");
        return;
    }
    time_format_iso(ns, iso);
    buf_printf(out, "\"%s\"", iso);
}

static bool is_number(const json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

/* "f" and "i" of a number. */
static void write_as_number(const json_object *value, bool is_integer, buf *out)
{
    const double real = json_object_get_double(value);
    json_object *made = NULL;

    if (!is_number(value)) {
        buf_text(out, "null");
    } else if (is_integer ? json_is_integer(value) : json_is_real(value)) {
        json_write(out, value, JSON_COMPACT);
    } else if (is_integer) {
        buf_printf(out, "%.0f", trunc(real));
    } else {
        made = json_new_real(real);
        json_write(out, made, JSON_COMPACT);
        json_object_put(made);
    }
}

/* "t": a text as it is, all else as JSON. */
static void write_as_text(const json_object *value, buf *out)
{
    AUTO_BUF buf text = {0};
    if (value == NULL || json_object_is_type(value, json_type_string)) {
        json_write(out, value, JSON_COMPACT);
        return;
    }
    json_write(&text, value, JSON_COMPACT);
    write_text(buf_view(&text), out);
}

static void write_json(query *q, int32_t column, enum result_type type,
                       buf *out)
{
    AUTO_JSON json_object *value = column_json(q, column);
    switch (type) {
    case RESULT_AS_FLOAT:
    case RESULT_AS_INTEGER:
        write_as_number(value, type == RESULT_AS_INTEGER, out);
        break;
    case RESULT_AS_BOOLEAN:
        json_write(out,
                   json_object_is_type(value, json_type_boolean) ? value : NULL,
                   JSON_COMPACT);
        break;
    case RESULT_AS_TEXT:
        write_as_text(value, out);
        break;
    case RESULT_AS_TIME:
        write_as_time(value, out);
        break;
    case RESULT_INT:
    case RESULT_TEXT:
    case RESULT_TIME:
    case RESULT_BOOL:
    case RESULT_NUMBER:
    case RESULT_JSON:
        json_write(out, value, JSON_COMPACT);
        break;
    }
}

static void write_value(query *q, int32_t column, enum result_type type,
                        buf *out)
{
    if (column_is_null(q, column)) {
        buf_text(out, "null");
        return;
    }
    switch (type) {
    case RESULT_INT:
        buf_printf(out, "%lld", (long long)column_int(q, column));
        break;
    case RESULT_TEXT:
        write_text(column_str(q, column), out);
        break;
    case RESULT_TIME:
        write_time(q, column, out);
        break;
    case RESULT_BOOL:
        buf_text(out, column_int(q, column) != 0 ? "true" : "false");
        break;
    case RESULT_NUMBER:
    case RESULT_JSON:
    case RESULT_AS_FLOAT:
    case RESULT_AS_INTEGER:
    case RESULT_AS_BOOLEAN:
    case RESULT_AS_TEXT:
    case RESULT_AS_TIME:
        write_json(q, column, type, out);
        break;
    }
}

static enum result_type type_of_brief(const entity_column *column)
{
    switch (column->type) {
    case COLUMN_INT:
        return RESULT_INT;
    case COLUMN_TEXT:
    case COLUMN_UUID:
        return RESULT_TEXT;
    case COLUMN_TIME:
        return RESULT_TIME;
    case COLUMN_BOOL:
        return RESULT_BOOL;
    case COLUMN_JSON:
        return RESULT_JSON;
    }
    return RESULT_JSON;
}

/* {"pk": …, …}, or null when an outer join found nothing. */
static void write_brief(query *q, const query_result *r, buf *out)
{
    int32_t column = r->column;
    if (column_is_null(q, column)) { /* the primary key, or an end of a walk */
        buf_text(out, "null");
        return;
    }
    for (const entity_column *k = r->brief_columns; k->name != NULL; k++) {
        if (k->brief == NULL)
            continue;
        buf_printf(out, "%c\"%s\":", column == r->column ? '{' : ',', k->brief);
        write_value(q, column++, type_of_brief(k), out);
    }
    buf_char(out, '}');
}

static void write_result(query *q, const query_result *r, buf *out)
{
    if (r->brief_columns != NULL)
        write_brief(q, r, out);
    else
        write_value(q, r->column, r->type, out);
}

/* ---- rows -------------------------------------------------------- */

static void write_array(query *q, const query_plan *p, buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < p->result_count; i++) {
        if (i > 0)
            buf_char(out, ',');
        write_result(q, &p->results[i], out);
    }
    buf_char(out, ']');
}

/* {tag: {field: value}}; the results of a tag follow each other. */
static void write_dict(query *q, const query_plan *p, buf *out)
{
    buf_char(out, '{');
    for (size_t i = 0; i < p->result_count; i++) {
        const query_result *r = &p->results[i];
        const bool is_new =
            i == 0 || !text_equal(p->results[i - 1].tag, r->tag);
        if (is_new) {
            buf_text(out, i > 0 ? "}," : "");
            write_text((orma_str){r->tag, strlen(r->tag)}, out);
            buf_text(out, ":{");
        } else {
            buf_char(out, ',');
        }
        write_text((orma_str){r->name, strlen(r->name)}, out);
        buf_char(out, ':');
        write_result(q, r, out);
    }
    buf_text(out, "}}");
}

orma_status query_plan_run(store *s, const query_plan *p, bool as_dict,
                           query_visit *visit, void *user, orma_error **err)
{
    AUTO_BUF buf row = {0};
    orma_status st = ORMA_OK;
    query q;

    query_start_many(&q, store_sql(s), buf_c_str(&p->sql));
    q.is_listing = true;
    bind_all(&q, p);
    while (st == ORMA_OK && query_next(&q)) {
        buf_clear(&row);
        if (as_dict)
            write_dict(&q, p, &row);
        else
            write_array(&q, p, &row);
        st = buf_status(&row, err);
        if (st == ORMA_OK && q.status == ORMA_OK)
            st = visit(user, buf_view(&row), err);
    }
    const orma_status ended = query_end(&q, st == ORMA_OK ? err : NULL);
    return st != ORMA_OK ? st : ended;
}

orma_status query_plan_count(store *s, const query_plan *p, int64_t *count,
                             orma_error **err)
{
    query q;
    query_start_once(&q, store_sql(s), buf_c_str(&p->sql));
    bind_all(&q, p);
    return query_run_int(&q, 0, count, err);
}

/* The names of what `*` takes. */
static json_object *member_names(const entity_column *columns)
{
    json_object *names = json_object_new_array();
    for (const entity_column *k = columns; names != NULL && k->name != NULL;
         k++) {
        json_object *name =
            k->brief != NULL ? json_object_new_string(k->brief) : NULL;
        if (k->brief == NULL ||
            (name != NULL && json_object_array_add(names, name) == 0))
            continue;
        json_object_put(name);
        json_object_put(names);
        names = NULL;
    }
    return names;
}

static json_object *describe_result(const query_result *r)
{
    json_object *made = json_object_new_object();
    json_object *members =
        r->brief_columns != NULL ? member_names(r->brief_columns) : NULL;
    const bool is_complete = r->brief_columns == NULL || members != NULL;

    if (made == NULL || !is_complete || !json_set_text(made, "tag", r->tag) ||
        !json_set_text(made, "field", r->name)) {
        json_object_put(members);
        json_object_put(made);
        return NULL;
    }
    if (members != NULL && !json_set(made, "members", members)) {
        json_object_put(made);
        return NULL;
    }
    return made;
}

json_object *query_plan_columns(const query_plan *p)
{
    json_object *columns = json_object_new_array();
    for (size_t i = 0; columns != NULL && i < p->result_count; i++) {
        json_object *one = describe_result(&p->results[i]);
        if (one == NULL || json_object_array_add(columns, one) != 0) {
            json_object_put(one);
            json_object_put(columns);
            return NULL;
        }
    }
    return columns;
}

/* ---- explain ----------------------------------------------------- */

static json_object *parameter_value(const query_parameter *p)
{
    char time[33];
    switch (p->type) {
    case PARAMETER_INT:
        return json_object_new_int64(p->integer);
    case PARAMETER_TEXT:
        return json_object_new_string(p->text);
    case PARAMETER_TIME:
        time_format_iso(p->integer, time);
        return json_object_new_string(time);
    }
    return NULL;
}

static bool add(json_object *array, json_object *value)
{
    if (value != NULL && json_object_array_add(array, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* The last text column of each row is what there is to read. */
static orma_status read_plan(store *s, const query_plan *p, json_object *lines,
                             orma_error **err)
{
    enum { PLAN_COLUMNS = 4 };
    AUTO_BUF buf text = {0};
    query q;

    buf_text(&text, store_sql(s)->dialect->explain);
    buf_str(&text, buf_view(&p->sql));
    orma_status st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, store_sql(s), buf_c_str(&text));
    bind_all(&q, p);
    while (query_next(&q)) {
        orma_str line = {NULL, 0};
        for (int32_t i = PLAN_COLUMNS - 1; i >= 0 && line.ptr == NULL; i--)
            line = column_str(&q, i);
        if (line.ptr != NULL &&
            !add(lines, json_object_new_string_len(line.ptr, (int)line.len)))
            q.status = error_no_memory(&q.error);
    }
    return query_end(&q, err);
}

orma_status query_plan_explain(store *s, const query_plan *p, json_object **out,
                               orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_object();
    AUTO_JSON json_object *parameters = json_object_new_array();
    AUTO_JSON json_object *lines = json_object_new_array();
    AUTO_BUF buf statement = {0};

    sql_expand(store_sql(s), buf_c_str(&p->sql), &statement);
    if (made == NULL || parameters == NULL || lines == NULL || statement.failed)
        return error_no_memory(err);
    for (size_t i = 0; i < p->parameter_count; i++)
        if (!add(parameters, parameter_value(&p->parameters[i])))
            return error_no_memory(err);
    const orma_status st = read_plan(s, p, lines, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_text(made, "sql", buf_c_str(&statement)) ||
        !json_set(made, "parameters", json_object_get(parameters)) ||
        !json_set(made, "plan", json_object_get(lines)))
        return error_no_memory(err);
    *out = made;
    made = NULL;
    return ORMA_OK;
}
