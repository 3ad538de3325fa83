/* Compiling a query document into one statement.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <stdio.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Does the value have the member anywhere, or, of a list, the text? */
static bool mentions(const json_object *value, const char *word)
{
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            if (mentions(json_object_array_get_idx(value, i), word))
                return true;
    if (!json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach((json_object *)(uintptr_t)value, name, member)
    {
        if (text_equal(name, word) || mentions(member, word))
            return true;
    }
    return false;
}

/* Is the column of an edge filtered, projected or ordered by? */
static bool is_used(const compiler *c, const char *tag, const char *column)
{
    const json_object *projected =
        json_get(json_get(c->normal, "project"), tag);
    const json_object *orders = json_get(c->normal, "order_by");

    if (mentions(json_get(json_get(c->normal, "filters"), tag), column) ||
        mentions(projected, column) || mentions(projected, "**") ||
        (mentions(projected, "*") && text_equal(column, "depth")))
        return true;
    for (size_t i = 0; i < json_object_array_length(orders); i++)
        if (mentions(json_get(json_object_array_get_idx(orders, i), tag),
                     column))
            return true;
    return false;
}

static void add_item(compiler *c, const json_object *given)
{
    path_item *item = &c->items[c->item_count];
    const char *keyword = json_get_text(given, "joining_keyword", NULL);
    source there;

    item->entity = entity_parse(json_get_text(given, "orm_base", ""));
    item->tag = json_get_text(given, "tag", "");
    item->edge_tag = json_get_text(given, "edge_tag", NULL);
    item->is_outer = json_get_bool(given, "outerjoin", false);
    snprintf(item->alias, sizeof item->alias, "t%zu", c->item_count + 1);
    snprintf(item->edge_alias, sizeof item->edge_alias, "e%zu",
             c->item_count + 1);
    if (keyword != NULL &&
        source_find(c, json_get_text(given, "joining_value", ""), &there)) {
        item->join = entity_join_find(item->entity, keyword);
        item->joined = there.item;
    }
    c->item_count++;
    if (item->join == NULL || item->join->edge != ENTITY_WALK)
        return;
    item->needs_depth = is_used(c, item->edge_tag, "depth");
    item->needs_path = is_used(c, item->edge_tag, "path");
}

/* SELECT … without what is WITH before it. */
static orma_status compile_rows(compiler *c, buf *out, orma_error **err)
{
    AUTO_BUF buf columns = {0}, extra = {0}, order = {0};
    const bool is_distinct = json_get_bool(c->normal, "distinct", false);
    const json_object *limit = json_get(c->normal, "limit");
    const json_object *offset = json_get(c->normal, "offset");

    orma_status st = compile_projections(c, &columns, err);
    if (st == ORMA_OK)
        st = compile_order(c, &extra, &order, err);
    buf_printf(out, "SELECT %s%s%s", is_distinct ? "DISTINCT " : "",
               buf_c_str(&columns), buf_c_str(&extra));
    if (st == ORMA_OK)
        st = compile_from(c, out, err);
    if (c->has_function && c->group_by.len > 0)
        buf_printf(out, " GROUP BY %s", buf_c_str(&c->group_by));
    buf_text(out, buf_c_str(&order));
    if (limit != NULL || offset != NULL) /* SQLite has no OFFSET alone */
        buf_printf(out, " LIMIT %lld",
                   limit != NULL ? (long long)json_object_get_int64(limit)
                                 : (long long)INT64_MAX);
    if (offset != NULL)
        buf_printf(out, " OFFSET %lld",
                   (long long)json_object_get_int64(offset));
    if (st == ORMA_OK)
        st = buf_status(&columns, err);
    return st != ORMA_OK ? st : buf_status(&order, err);
}

static bool has_functions(const json_object *normal)
{
    return mentions(json_get(normal, "project"), "func");
}

/* The number of rows, which need not be made when every one counts. */
static orma_status compile_count(compiler *c, buf *out, orma_error **err)
{
    const bool is_plain = !json_get_bool(c->normal, "distinct", false) &&
                          json_get(c->normal, "limit") == NULL &&
                          json_get(c->normal, "offset") == NULL &&
                          !has_functions(c->normal);

    buf_text(out, is_plain ? "SELECT COUNT(*)" : "SELECT COUNT(*) FROM (");
    orma_status st =
        is_plain ? compile_from(c, out, err) : compile_rows(c, out, err);
    if (!is_plain)
        buf_text(out, ") AS counted");
    return st;
}

/* "data.core.int.%" → "data.core.int."; NULL: another filter, or one of a
 * pattern that has more in it. The caller frees it. */
static char *prefix_of(const json_object *filters)
{
    const json_object *given = json_get(filters, "node_type");
    const char *pattern = json_get_text(given, "like", "");
    AUTO_BUF buf prefix = {0};

    if (json_object_object_length(given) != 1)
        return NULL;
    for (; *pattern != '\0' && *pattern != '%' && *pattern != '_'; pattern++)
        if (*pattern != '\\' || *++pattern != '\0')
            buf_char(&prefix, *pattern);
    return text_equal(pattern, "%") && prefix.len > 0 ? buf_take(&prefix)
                                                      : NULL;
}

/* The first item, NULL of an empty array and of what is none. */
static json_object *first_of(const json_object *array)
{
    return json_object_is_type(array, json_type_array)
               ? json_object_array_get_idx(array, 0)
               : NULL;
}

/* Are the first rows by time wanted, of one kind of nodes? */
static bool wants_newest(const json_object *normal, const char *tag)
{
    const json_object *order = first_of(json_get(normal, "order_by"));
    const json_object *first = first_of(json_get(order, tag));
    return json_get(normal, "limit") != NULL &&
           json_object_object_get_ex(first, "ctime", NULL);
}

/* A pattern that only one type of nodes matches, as nearly all do, is that
 * type: then an index gives the newest ones of it in order. */
static orma_status name_type(store *s, const json_object *normal,
                             orma_error **err)
{
    const json_object *item = first_of(json_get(normal, "path"));
    const char *tag = json_get_text(item, "tag", "");
    json_object *filters = json_get(json_get(normal, "filters"), tag);
    AUTO_JSON json_object *types = NULL;

    if (!wants_newest(normal, tag) ||
        !text_equal(json_get_text(item, "orm_base", ""), "node"))
        return ORMA_OK;
    AUTO_FREE char *prefix = prefix_of(filters);
    if (prefix == NULL)
        return ORMA_OK;
    const orma_status st = store_node_types(s, prefix, &types, err);
    if (st != ORMA_OK || json_object_array_length(types) != 1)
        return st;
    json_object *exact = json_object_new_object();
    if (exact == NULL ||
        !json_set(exact,
                  "==", json_object_get(json_object_array_get_idx(types, 0)))) {
        json_object_put(exact);
        return error_no_memory(err);
    }
    return json_set(filters, "node_type", exact) ? ORMA_OK
                                                 : error_no_memory(err);
}

typedef orma_status compile_select(compiler *c, buf *out, orma_error **err);

static orma_status create(store *s, const json_object *normal,
                          compile_select *compile, query_plan **out,
                          orma_error **err)
{
    const json_object *path = json_get(normal, "path");
    AUTO_BUF buf select = {0};
    query_plan *plan = calloc(1, sizeof *plan);
    compiler *c = calloc(1, sizeof *c);
    orma_status st = ORMA_OK;

    if (plan == NULL || c == NULL) {
        free(c);
        free(plan);
        return error_no_memory(err);
    }
    c->dialect = store_sql(s)->dialect;
    c->normal = normal;
    c->plan = plan;
    for (size_t i = 0; i < json_object_array_length(path); i++)
        add_item(c, json_object_array_get_idx(path, i));
    st = compile(c, &select, err);
    if (st == ORMA_OK)
        st = compile_walks(c, &plan->sql, err);
    buf_str(&plan->sql, buf_view(&select));
    if (st == ORMA_OK)
        st = buf_status(&plan->sql, err);
    if (st == ORMA_OK)
        st = buf_status(&c->group_by, err);
    buf_free(&c->group_by);
    free(c);
    if (st == ORMA_OK && !select.failed)
        *out = plan;
    else
        query_plan_destroy(plan);
    return st;
}

orma_status query_plan_create(store *s, const json_object *normal,
                              query_plan **out, orma_error **err)
{
    AUTO_JSON json_object *named = json_copy(normal);
    if (named == NULL)
        return error_no_memory(err);
    const orma_status st = name_type(s, named, err);
    return st == ORMA_OK ? create(s, named, compile_rows, out, err) : st;
}

orma_status query_plan_create_count(store *s, const json_object *normal,
                                    query_plan **out, orma_error **err)
{
    return create(s, normal, compile_count, out, err);
}

void query_plan_destroy(query_plan *p)
{
    if (p == NULL)
        return;
    arena_free(&p->memory);
    buf_free(&p->sql);
    free(p->parameters);
    free(p->results);
    free(p);
}
