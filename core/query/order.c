/* The order of a query's rows.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Does the document project the field, so that rows that are made one by
 * DISTINCT or by functions have one value of it? */
static bool is_projected(const compiler *c, const char *tag,
                         const query_field *f, bool is_one_per_row)
{
    const json_object *list = json_get(json_get(c->normal, "project"), tag);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object_object_foreach(json_object_array_get_idx(list, i), name,
                                   options)
        {
            if (json_get(options, "func") != NULL)
                continue;
            if (text_equal(name, f->name) || text_equal(name, "**") ||
                (f->keys == NULL && text_equal(name, f->column->name)) ||
                (f->keys == NULL && text_equal(name, "*") &&
                 f->column->brief != NULL))
                return true;
            /* The node itself: all of it is the same. */
            if (is_one_per_row &&
                (text_equal(name, "*") || text_equal(name, "id") ||
                 text_equal(name, "pk") || text_equal(name, "uuid")))
                return true;
        }
    }
    return false;
}

/* A string, or a truth value, as the text that it is ordered by. */
static orma_status write_of_type(compiler *c, const query_field *f,
                                 const char *type, buf *out, orma_error **err)
{
    buf_text(out, "CASE WHEN ");
    orma_status st = query_field_place(c, f, json_place_type, out, err);
    buf_printf(out, " = '%s' THEN ", type);
    if (st == ORMA_OK)
        st = query_field_place(c, f, json_place_scalar, out, err);
    buf_text(out, " END");
    return st;
}

static orma_status write_json_order(compiler *c, const query_field *f,
                                    const char *cast, const place *at, buf *out,
                                    orma_error **err)
{
    if (text_equal(cast, "f") || text_equal(cast, "i"))
        return query_field_place(c, f, json_place_number, out, err);
    if (text_equal(cast, "t") || text_equal(cast, "d"))
        return write_of_type(c, f, "string", out, err);
    if (text_equal(cast, "b"))
        return write_of_type(c, f, "boolean", out, err);
    if (text_equal(cast, "j"))
        return query_field_element(c, f, out, err);
    place_refuse(at, err,
                 *cast == '\0' ? "an order inside JSON needs a cast"
                               : "\"cast\" cannot be \"%.100s\"",
                 cast);
    error_hint(err, "add \"cast\": \"f\" for numbers, \"t\" for texts, \"b\", "
                    "\"d\" or \"j\"");
    return ORMA_E_INVALID;
}

static orma_status write_expression(compiler *c, const char *tag,
                                    const query_field *f,
                                    const json_object *options, const place *at,
                                    buf *out, orma_error **err)
{
    const bool is_distinct = json_get_bool(c->normal, "distinct", false);

    if ((is_distinct || c->has_function) &&
        !is_projected(c, tag, f, is_distinct && !c->has_function)) {
        place_refuse(at, err,
                     "rows that are made one have no order by what is "
                     "not projected");
        error_hint(err, "project \"%s\", too, or leave out %s", f->name,
                   is_distinct ? "\"distinct\"" : "\"func\"");
        return ORMA_E_INVALID;
    }
    if (f->column->type == COLUMN_JSON)
        return write_json_order(c, f, json_get_text(options, "cast", ""), at,
                                out, err);
    buf_str(out, buf_view(&f->value));
    return ORMA_OK;
}

static orma_status add_order(compiler *c, const char *tag, const char *name,
                             const json_object *options, buf *extra, buf *out,
                             orma_error **err)
{
    const place top = {NULL, "order_by", 0}, tag_at = {&top, tag, 0};
    const place at = {&tag_at, name, 0};
    const bool is_descending =
        text_equal(json_get_text(options, "order", ""), "desc");
    AUTO_FIELD query_field f = {0};
    AUTO_BUF buf expression = {0};
    source s = {0};

    if (!source_find(c, tag, &s))
        return place_refuse(&tag_at, err, "no item of the path has this tag");
    orma_status st = query_field_find(&s, name, &at, &f, err);
    if (st == ORMA_OK)
        st = write_expression(c, tag, &f, options, &at, &expression, err);
    if (st != ORMA_OK)
        return st;
    /* It follows from what is projected, which databases do not see. */
    if (c->has_function && f.column->type == COLUMN_JSON)
        buf_printf(&c->group_by, "%s%s", c->group_by.len > 0 ? ", " : "",
                   buf_c_str(&expression));
    buf_text(out, out->len > 0 ? ", " : " ORDER BY ");
    if (json_get_bool(c->normal, "distinct", false)) {
        buf_printf(extra, ", %s", buf_c_str(&expression));
        buf_printf(out, "%d", ++c->column_count);
    } else {
        buf_str(out, buf_view(&expression));
    }
    buf_text(out, is_descending ? " DESC" : " ASC");
    /* PostgreSQL's order everywhere; not said of what is never NULL, where it
     * would keep SQLite from an index. */
    if (f.column->is_nullable || f.keys != NULL || s.item->is_outer)
        buf_text(out, is_descending ? " NULLS FIRST" : " NULLS LAST");
    return buf_status(&expression, err);
}

orma_status compile_order(compiler *c, buf *extra, buf *out, orma_error **err)
{
    const json_object *specs = json_get(c->normal, "order_by");
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < json_object_array_length(specs); i++) {
        json_object_object_foreach(json_object_array_get_idx(specs, i), tag,
                                   fields)
        {
            for (size_t k = 0; k < json_object_array_length(fields); k++) {
                json_object_object_foreach(json_object_array_get_idx(fields, k),
                                           name, options)
                {
                    st = add_order(c, tag, name, options, extra, out, err);
                    if (st != ORMA_OK)
                        return st;
                }
            }
        }
    }
    return st;
}
