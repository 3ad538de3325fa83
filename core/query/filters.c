/* Filters of a tag: and, or, not, and fields with their operators.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Where in the filters a condition is. */
typedef struct level {
    const source *source;
    int depth;
    bool is_negated; /* somewhere above */
} level;

static orma_status compile_object(compiler *c, const level *l,
                                  json_object *filters, const place *at,
                                  buf *out, orma_error **err);

static orma_status refuse_operator(const char *word, const place *at,
                                   orma_error **err)
{
    place_refuse(at, err, "there is no operator \"%.100s\"", word);
    error_hint(err, "operators are ==, >, <, >=, <=, like, ilike, in, and of "
                    "JSON of_type, contains, has_key, of_length, longer, "
                    "shorter, each also negated by \"!\"; to compare with an "
                    "object write {\"==\": {…}}");
    return ORMA_E_INVALID;
}

static orma_status enter(compiler *c, const level *l, const place *at,
                         orma_error **err)
{
    if (l->depth > QUERY_NESTING_MAX)
        return place_refuse(at, err, "filters are nested at most %d deep",
                            QUERY_NESTING_MAX);
    if (++c->condition_count > QUERY_CONDITIONS_MAX) {
        place_refuse(at, err, "a query has at most %d conditions",
                     QUERY_CONDITIONS_MAX);
        error_hint(err,
                   "one \"in\" with a list takes the place of many \"==\"");
        return ORMA_E_INVALID;
    }
    return ORMA_OK;
}

/* One entry of a list: filters, or operators of a field. */
typedef orma_status compile_entry(compiler *c, const level *l,
                                  const query_field *f, json_object *entry,
                                  const place *at, buf *out, orma_error **err);

/* [NOT] (a AND/OR b …), TRUE when the list is empty, as in AiiDA. */
static orma_status compile_list(compiler *c, const level *l, const char *word,
                                const query_field *f, json_object *list,
                                compile_entry *compile, const place *at,
                                buf *out, orma_error **err)
{
    const place here = {at, word, 0};
    bool is_negated = false;
    const bool is_or = query_logic_parse(word, &is_negated) == QUERY_OR;
    const level below = {l->source, l->depth + 1, l->is_negated || is_negated};

    if (!json_object_is_type(list, json_type_array))
        return place_refuse(&here, err, "this takes an array");
    const size_t count = json_object_array_length(list);
    if (count == 0) {
        buf_text(out, "TRUE");
        return ORMA_OK;
    }
    buf_text(out, is_negated ? "NOT (" : "(");
    for (size_t i = 0; i < count; i++) {
        const place there = {&here, NULL, i};
        if (i > 0)
            buf_text(out, is_or ? " OR " : " AND ");
        const orma_status st = compile(
            c, &below, f, json_object_array_get_idx(list, i), &there, out, err);
        if (st != ORMA_OK)
            return st;
    }
    buf_char(out, ')');
    return ORMA_OK;
}

/* ---- a field ----------------------------------------------------- */

static orma_status compile_operator(compiler *c, const level *l,
                                    const query_field *f, const char *word,
                                    json_object *value, const place *at,
                                    buf *out, orma_error **err)
{
    const place here = {at, word, 0};
    bool is_negated = false;
    const enum query_operator op = query_operator_parse(word, &is_negated);

    if (op == OPERATOR_NONE)
        return refuse_operator(word, at, err);
    if (is_negated)
        buf_text(out, "NOT (");
    const orma_status st =
        f->column->type == COLUMN_JSON
            ? compile_json_operator(
                  c, f, op, value, is_negated || l->is_negated, &here, out, err)
            : compile_column_operator(c, f, op, value, &here, out, err);
    if (is_negated)
        buf_char(out, ')');
    return st;
}

/* {operator: value, …}: all of them. */
static orma_status compile_operators(compiler *c, const level *l,
                                     const query_field *f, json_object *given,
                                     const place *at, buf *out,
                                     orma_error **err)
{
    bool is_first = true, is_negated = false;
    if (!json_object_is_type(given, json_type_object))
        return place_refuse(at, err, "operators are an object");
    if (json_object_object_length(given) == 0) {
        buf_text(out, "TRUE");
        return ORMA_OK;
    }
    buf_char(out, '(');
    json_object_object_foreach(given, word, value)
    {
        orma_status st = enter(c, l, at, err);
        if (!is_first)
            buf_text(out, " AND ");
        is_first = false;
        if (st == ORMA_OK)
            st = query_logic_parse(word, &is_negated) != QUERY_NO_LOGIC
                     ? compile_list(c, l, word, f, value, compile_operators, at,
                                    out, err)
                     : compile_operator(c, l, f, word, value, at, out, err);
        if (st != ORMA_OK)
            return st;
    }
    buf_char(out, ')');
    return ORMA_OK;
}

static orma_status compile_field(compiler *c, const level *l, const char *name,
                                 json_object *given, const place *at, buf *out,
                                 orma_error **err)
{
    const place here = {at, name, 0};
    AUTO_FIELD query_field f = {0};
    orma_status st = query_field_find(l->source, name, &here, &f, err);

    if (st != ORMA_OK)
        return st;
    if (json_object_is_type(given, json_type_object))
        return compile_operators(c, l, &f, given, &here, out, err);
    st = enter(c, l, &here, err);
    return st == ORMA_OK
               ? compile_operator(c, l, &f, "==", given, &here, out, err)
               : st;
}

/* ---- filters ----------------------------------------------------- */

static orma_status compile_filter_entry(compiler *c, const level *l,
                                        const query_field *f,
                                        json_object *entry, const place *at,
                                        buf *out, orma_error **err)
{
    (void)f;
    if (!json_object_is_type(entry, json_type_object))
        return place_refuse(at, err, "filters are an object with fields");
    return compile_object(c, l, entry, at, out, err);
}

/* {field: …, "or": […]}: all of them. */
static orma_status compile_object(compiler *c, const level *l,
                                  json_object *filters, const place *at,
                                  buf *out, orma_error **err)
{
    bool is_first = true, is_negated = false;

    if (json_object_object_length(filters) == 0) {
        buf_text(out, "TRUE");
        return ORMA_OK;
    }
    buf_char(out, '(');
    json_object_object_foreach(filters, name, given)
    {
        orma_status st = enter(c, l, at, err);
        if (!is_first)
            buf_text(out, " AND ");
        is_first = false;
        if (st == ORMA_OK)
            st = query_logic_parse(name, &is_negated) != QUERY_NO_LOGIC
                     ? compile_list(c, l, name, NULL, given,
                                    compile_filter_entry, at, out, err)
                     : compile_field(c, l, name, given, at, out, err);
        if (st != ORMA_OK)
            return st;
    }
    buf_char(out, ')');
    return ORMA_OK;
}

orma_status compile_filters(compiler *c, const source *s, buf *out,
                            orma_error **err)
{
    const place filters_at = {NULL, "filters", 0};
    const char *tag = s->is_edge ? s->item->edge_tag : s->item->tag;
    const place at = {&filters_at, tag, 0};
    json_object *filters = json_get(json_get(c->normal, "filters"), tag);
    const level top = {s, 0, false};

    if (json_object_object_length(filters) == 0)
        return ORMA_OK;
    buf_text(out, " AND ");
    return compile_object(c, &top, filters, &at, out, err);
}
