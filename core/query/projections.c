/* What a query selects.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* AiiDA's casts, and what they make of JSON. */
static const struct {
    const char *word;
    enum result_type type;
} casts[] = {
    {"f", RESULT_AS_FLOAT}, {"i", RESULT_AS_INTEGER}, {"b", RESULT_AS_BOOLEAN},
    {"t", RESULT_AS_TEXT},  {"j", RESULT_JSON},       {"d", RESULT_AS_TIME},
};
enum { CASTS = sizeof casts / sizeof *casts };

enum function { FUNCTION_NONE, FUNCTION_COUNT, FUNCTION_MAX, FUNCTION_MIN };
static const struct {
    const char *word, *sql;
} functions[] = {
    [FUNCTION_NONE] = {"", ""},
    [FUNCTION_COUNT] = {"count", "COUNT"},
    [FUNCTION_MAX] = {"max", "MAX"},
    [FUNCTION_MIN] = {"min", "MIN"},
};

/* One projection of the document. */
typedef struct projection {
    const source *source;
    const char *tag, *name; /* as the row has it */
    enum function function;
    bool has_cast;
    enum result_type cast;
} projection;

static enum result_type type_of_column(const entity_column *column)
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

static orma_status add_result(compiler *c, const projection *p,
                              enum result_type type, const entity_column *brief,
                              const place *at, orma_error **err)
{
    query_plan *plan = c->plan;
    const char *tag = arena_strdup(&plan->memory, p->tag);
    const char *name = arena_strdup(&plan->memory, p->name);

    if (plan->result_count == QUERY_COLUMNS_MAX)
        return place_refuse(at, err, "a query has at most %d columns",
                            QUERY_COLUMNS_MAX);
    if (plan->result_count == plan->result_room) {
        const size_t room = plan->result_room > 0 ? 2 * plan->result_room : 16;
        query_result *grown = reallocarray(plan->results, room, sizeof *grown);
        if (grown == NULL)
            return error_no_memory(err);
        plan->results = grown;
        plan->result_room = room;
    }
    if (tag == NULL || name == NULL)
        return error_no_memory(err);
    plan->results[plan->result_count++] =
        (query_result){tag, name, type, c->column_count, brief};
    return ORMA_OK;
}

/* One column of the statement. is_grouped: rows with the same value of it are
 * one when there are functions. */
static void add_column(compiler *c, const char *expression, bool is_grouped,
                       buf *out)
{
    if (c->column_count++ > 0)
        buf_text(out, ", ");
    buf_text(out, expression);
    if (is_grouped)
        buf_printf(&c->group_by, "%s%s", c->group_by.len > 0 ? ", " : "",
                   expression);
}

/* `*`: what fits a listing; without columns that can be megabytes long. */
static orma_status add_brief(compiler *c, const projection *p, const place *at,
                             buf *out, orma_error **err)
{
    const entity_column *columns =
        entity_table_of(source_entity(p->source))->columns;
    AUTO_BUF buf expression = {0};
    orma_status st = add_result(c, p, RESULT_INT, columns, at, err);

    for (const entity_column *k = columns; st == ORMA_OK && k->name != NULL;
         k++) {
        if (k->brief == NULL)
            continue;
        buf_clear(&expression);
        buf_printf(&expression, "%s.%s", source_alias(p->source), k->name);
        add_column(c, buf_c_str(&expression), true, out);
        st = buf_status(&expression, err);
    }
    return st;
}

/* ---- one field --------------------------------------------------- */

/* MAX and MIN of JSON need to know as what. */
static orma_status write_compared(compiler *c, const projection *p,
                                  const query_field *f, const place *at,
                                  buf *out, enum result_type *type,
                                  orma_error **err)
{
    switch (f->column->type) {
    case COLUMN_UUID:
        json_word(c->dialect->uuid_text, buf_c_str(&f->value), "", "", out);
        return ORMA_OK;
    case COLUMN_INT:
    case COLUMN_TEXT:
    case COLUMN_TIME:
        buf_str(out, buf_view(&f->value));
        return ORMA_OK;
    case COLUMN_BOOL:
        return place_refuse(at, err, "\"%s\" has neither maximum nor minimum",
                            f->name);
    case COLUMN_JSON:
        break;
    }
    if (p->has_cast &&
        (p->cast == RESULT_AS_FLOAT || p->cast == RESULT_AS_INTEGER)) {
        *type = p->cast;
        return query_field_place(c, f, json_place_number, out, err);
    }
    if (!p->has_cast || p->cast != RESULT_AS_TEXT) {
        place_refuse(at, err, "maximum and minimum inside JSON need a cast");
        error_hint(err, "add \"cast\": \"f\" for numbers, \"t\" for texts");
        return ORMA_E_INVALID;
    }
    *type = RESULT_TEXT;
    buf_text(out, "CASE WHEN ");
    orma_status st = query_field_place(c, f, json_place_type, out, err);
    buf_text(out, " = 'string' THEN ");
    if (st == ORMA_OK)
        st = query_field_place(c, f, json_place_scalar, out, err);
    buf_text(out, " END");
    return st;
}

static orma_status add_extreme(compiler *c, const projection *p,
                               const query_field *f, const place *at, buf *out,
                               orma_error **err)
{
    enum result_type type = type_of_column(f->column);
    AUTO_BUF buf inner = {0}, expression = {0}, column = {0};

    orma_status st = write_compared(c, p, f, at, &inner, &type, err);
    if (st != ORMA_OK)
        return st;
    buf_printf(&expression, "%s(%s)", functions[p->function].sql,
               buf_c_str(&inner));
    if (type == RESULT_AS_FLOAT || type == RESULT_AS_INTEGER)
        json_word(c->dialect->number_result, buf_c_str(&expression), "", "",
                  &column);
    else
        buf_str(&column, buf_view(&expression));
    st = add_result(c, p, type, NULL, at, err);
    if (st == ORMA_OK)
        add_column(c, buf_c_str(&column), false, out);
    return st != ORMA_OK ? st : buf_status(&column, err);
}

static orma_status add_field(compiler *c, const projection *p,
                             const query_field *f, const place *at, buf *out,
                             orma_error **err)
{
    AUTO_BUF buf element = {0}, counted = {0};
    const bool is_count = p->function == FUNCTION_COUNT;
    orma_status st = query_field_element(c, f, &element, err);

    if (st == ORMA_OK)
        st = add_result(c, p,
                        is_count ? RESULT_INT
                        : p->has_cast && f->column->type == COLUMN_JSON
                            ? p->cast
                            : type_of_column(f->column),
                        NULL, at, err);
    if (st != ORMA_OK)
        return st;
    buf_printf(&counted, "COUNT(%s)", buf_c_str(&element));
    add_column(c, buf_c_str(is_count ? &counted : &element), !is_count, out);
    return buf_status(&counted, err);
}

static orma_status read_options(const json_object *options, const place *at,
                                projection *p, orma_error **err)
{
    json_object_object_foreach((json_object *)(uintptr_t)options, name, value)
    {
        const char *word = json_object_is_type(value, json_type_string)
                               ? json_object_get_string(value)
                               : "";
        bool is_known = value == NULL;
        for (int i = FUNCTION_COUNT;
             text_equal(name, "func") && i <= FUNCTION_MIN; i++)
            if (text_equal(functions[i].word, word)) {
                p->function = (enum function)i;
                is_known = true;
            }
        for (size_t i = 0; text_equal(name, "cast") && i < CASTS; i++)
            if (text_equal(casts[i].word, word)) {
                p->cast = casts[i].type;
                p->has_cast = is_known = true;
            }
        if (is_known)
            continue;
        place_refuse(at, err, "\"%.100s\" cannot be %s", name,
                     json_object_to_json_string(value));
        error_hint(err, "\"func\" is count, max or min; \"cast\" is f, i, b, "
                        "t, j or d");
        return ORMA_E_INVALID;
    }
    return ORMA_OK;
}

static orma_status add_named(compiler *c, projection *p, const char *field,
                             const place *at, buf *out, orma_error **err)
{
    AUTO_FIELD query_field f = {0};
    const json_object *map =
        json_get(json_get(c->normal, "project_map"), p->tag);
    orma_status st = query_field_find(p->source, field, at, &f, err);

    if (st != ORMA_OK)
        return st;
    p->name = json_get_text(map, field, field);
    c->has_function = c->has_function || p->function != FUNCTION_NONE;
    return p->function == FUNCTION_MAX || p->function == FUNCTION_MIN
               ? add_extreme(c, p, &f, at, out, err)
               : add_field(c, p, &f, at, out, err);
}

static orma_status add_projection(compiler *c, const source *s, const char *tag,
                                  const char *field, const json_object *options,
                                  buf *out, orma_error **err)
{
    const place project = {NULL, "project", 0}, tag_at = {&project, tag, 0};
    const place at = {&tag_at, field, 0};
    const entity_column *columns =
        source_entity(s) == ENTITY_NONE
            ? NULL
            : entity_table_of(source_entity(s))->columns;
    projection p = {.source = s, .tag = tag, .name = field};

    orma_status st = read_options(options, &at, &p, err);
    if (st != ORMA_OK)
        return st;
    const bool is_all = text_equal(field, "**");
    if (text_equal(field, "*") && p.function == FUNCTION_COUNT)
        return add_named(c, &p, columns != NULL ? columns->name : "id", &at,
                         out, err);
    if ((is_all || text_equal(field, "*")) && p.function != FUNCTION_NONE)
        return place_refuse(&at, err, "a function is of one field");
    if ((!is_all && !text_equal(field, "*")) || columns == NULL)
        return add_named(c, &p, field, &at, out, err);
    if (!is_all)
        return add_brief(c, &p, &at, out, err);
    for (const entity_column *k = columns; st == ORMA_OK && k->name != NULL;
         k++)
        st = add_named(c, &p, k->name, &at, out, err);
    return st;
}

static orma_status add_tag(compiler *c, const source *s, const char *tag,
                           buf *out, orma_error **err)
{
    const json_object *list = json_get(json_get(c->normal, "project"), tag);
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(list);
         i++) {
        json_object_object_foreach(json_object_array_get_idx(list, i), field,
                                   options)
        {
            st = add_projection(c, s, tag, field, options, out, err);
            if (st != ORMA_OK)
                return st;
        }
    }
    return st;
}

orma_status compile_projections(compiler *c, buf *out, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < c->item_count; i++) {
        const source s = {&c->items[i], false};
        st = add_tag(c, &s, c->items[i].tag, out, err);
    }
    for (size_t i = 1; st == ORMA_OK && i < c->item_count; i++) {
        const source s = {&c->items[i], true};
        st = add_tag(c, &s, c->items[i].edge_tag, out, err);
    }
    if (st == ORMA_OK && c->plan->result_count == 0) {
        const source last = {&c->items[c->item_count - 1], false};
        AUTO_JSON json_object *none = json_object_new_object();
        if (none == NULL)
            return error_no_memory(err);
        st = add_projection(c, &last, last.item->tag, "*", none, out, err);
    }
    return st != ORMA_OK ? st : buf_status(out, err);
}
