/* The tables of a query: joins, and the ways along links.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Ancestors and descendants are those of the data provenance. An expression, so
 * that no planner takes the index on types, of which there are six. */
#define DATA_LINKS "link.type || '' IN ('create', 'input_calc')"

/* The conditions of a source, without " AND " before the first. */
static orma_status write_where(const buf *conditions, buf *out,
                               orma_error **err)
{
    const size_t before = strlen(" AND ");
    const orma_status st = buf_status(conditions, err);
    if (st == ORMA_OK && conditions->len > 0) {
        buf_text(out, " WHERE ");
        buf_text(out, buf_c_str(conditions) + before);
    }
    return st;
}

static const char *table_of(const path_item *item)
{
    return entity_table_of(item->entity)->table;
}

/* A table between two items; a walk is a table of the WITH clause, which has
 * the name of its alias there. */
static void write_edge(const path_item *item, buf *out)
{
    const char *table = entity_table_of(item->join->edge)->table;
    if (table != NULL)
        buf_printf(out, "%s AS %s", table, item->edge_alias);
    else
        buf_printf(out, "w%s AS %s", item->edge_alias, item->edge_alias);
}

static void write_join(const path_item *item, buf *out)
{
    const entity_join *j = item->join;
    const char *there = item->joined->alias;
    const char *join = item->is_outer ? "LEFT JOIN" : "JOIN";

    if (j->edge == ENTITY_NONE) {
        buf_printf(out, " %s %s AS %s ON %s.%s = %s.%s", join, table_of(item),
                   item->alias, item->alias, j->new_column, there,
                   j->there_column);
        return;
    }
    if (item->is_outer) { /* edge and item are there together or not at all */
        buf_printf(out, " %s (", join);
        write_edge(item, out);
        buf_printf(out, " JOIN %s AS %s ON %s.id = %s.%s) ON %s.%s = %s.id",
                   table_of(item), item->alias, item->alias, item->edge_alias,
                   j->new_column, item->edge_alias, j->there_column, there);
        return;
    }
    buf_printf(out, " %s ", join);
    write_edge(item, out);
    buf_printf(out, " ON %s.%s = %s.id JOIN %s AS %s ON %s.id = %s.%s",
               item->edge_alias, j->there_column, there, table_of(item),
               item->alias, item->alias, item->edge_alias, j->new_column);
}

/* Filters of an item and of its edge. Those of an outer join belong to the
 * join: an item that does not match is as one that is not there. */
static orma_status write_filters(compiler *c, const path_item *item, buf *out,
                                 orma_error **err)
{
    const source edge = {item, true}, itself = {item, false};
    orma_status st = compile_filters(c, &itself, out, err);
    if (st == ORMA_OK && item->edge_tag != NULL)
        st = compile_filters(c, &edge, out, err);
    return st;
}

/* FROM and WHERE of the items that are wanted; the first is always. */
static orma_status write_from(compiler *c, const bool *is_wanted, buf *out,
                              orma_error **err)
{
    AUTO_BUF buf where = {0};
    orma_status st = ORMA_OK;

    buf_printf(out, " FROM %s AS %s", table_of(&c->items[0]),
               c->items[0].alias);
    for (size_t i = 0; st == ORMA_OK && i < c->item_count; i++) {
        const path_item *item = &c->items[i];
        if (!is_wanted[i])
            continue;
        if (item->join != NULL)
            write_join(item, out);
        st = write_filters(c, item, item->is_outer ? out : &where, err);
    }
    return st == ORMA_OK ? write_where(&where, out, err) : st;
}

orma_status compile_from(compiler *c, buf *out, orma_error **err)
{
    bool is_wanted[QUERY_PATH_MAX];
    for (size_t i = 0; i < c->item_count; i++)
        is_wanted[i] = true;
    return write_from(c, is_wanted, out, err);
}

/* ---- walks ------------------------------------------------------- */

/* Do the filters name the node itself? */
static bool is_pinned(const compiler *c, const path_item *item)
{
    static const char *const names[] = {"id", "pk", "uuid"};
    const json_object *filters =
        json_get(json_get(c->normal, "filters"), item->tag);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_object *given = json_get(filters, names[i]);
        if (given != NULL &&
            (!json_object_is_type(given, json_type_object) ||
             json_get(given, "==") != NULL || json_get(given, "in") != NULL))
            return true;
    }
    return false;
}

/* "SELECT t1.id FROM …" of the nodes that a walk starts from: with all that
 * the item is joined to, so that nothing is walked that is not wanted. */
static orma_status write_start(compiler *c, const path_item *start, bool alone,
                               buf *out, orma_error **err)
{
    AUTO_BUF buf where = {0};
    bool is_wanted[QUERY_PATH_MAX] = {false};
    const size_t conditions = c->condition_count; /* counted where they stand */
    orma_status st = ORMA_OK;

    buf_printf(out, "SELECT %s.id", start->alias);
    if (alone) {
        const source itself = {start, false};
        buf_printf(out, " FROM %s AS %s", table_of(start), start->alias);
        st = compile_filters(c, &itself, &where, err);
        if (st == ORMA_OK)
            st = write_where(&where, out, err);
    } else {
        for (const path_item *i = start; i != NULL; i = i->joined)
            is_wanted[i - c->items] = true;
        st = write_from(c, is_wanted, out, err);
    }
    c->condition_count = conditions;
    return st;
}

/* The two ends of a link as a walk goes along it. */
typedef struct direction {
    const char *from, *to; /* of db_dblink */
    const char *grown;     /* the walk's column that moves on */
} direction;

static const direction down = {"input_id", "output_id", "descendant_id"};
static const direction up = {"output_id", "input_id", "ancestor_id"};

/* What one more link makes of a walk: its columns behind SELECT. */
static void write_step(compiler *c, const path_item *item, const direction *d,
                       const char *walk, buf *out)
{
    AUTO_BUF buf path = {0}, end = {0};

    buf_printf(out,
               d == &down ? "%s.ancestor_id, link.output_id"
                          : "link.input_id, %s.descendant_id",
               walk);
    if (item->needs_depth)
        buf_printf(out, ", %s.depth + 1", walk);
    if (!item->needs_path)
        return;
    buf_printf(&path, "%s.path", walk);
    buf_printf(&end, "link.%s", d->to);
    buf_text(out, ", ");
    json_word(c->dialect->json_append, buf_c_str(&path), buf_c_str(&end), "",
              out);
}

static void write_columns(const path_item *item, buf *out)
{
    buf_text(out, "(ancestor_id, descendant_id");
    buf_text(out, item->needs_depth ? ", depth" : "");
    buf_text(out, item->needs_path ? ", path)" : ")");
}

/* The greatest depth that the edge's filters allow; -1: any. What is further
 * away need not be walked to. */
static int64_t depth_limit(const compiler *c, const path_item *item)
{
    json_object *given = json_get(
        json_get(json_get(c->normal, "filters"), item->edge_tag), "depth");
    int64_t limit = -1;

    if (!json_object_is_type(given, json_type_object))
        return -1;
    json_object_object_foreach(given, word, value)
    {
        bool is_negated = false;
        const enum query_operator op = query_operator_parse(word, &is_negated);
        if (is_negated || !json_object_is_type(value, json_type_int) ||
            (op != OPERATOR_LESS && op != OPERATOR_LESS_EQUAL &&
             op != OPERATOR_EQUAL))
            continue;
        const int64_t most =
            json_object_get_int64(value) - (op == OPERATOR_LESS);
        if (most >= 0 && (limit < 0 || most < limit))
            limit = most;
    }
    return limit;
}

/* All pairs of ancestor and descendant from the start on. UNION forgets a pair
 * that was there, so that a graph with many ways is walked once; with depths,
 * once a depth, of which the least remains. Only who asks for paths gets every
 * way. */
static orma_status write_walk(compiler *c, const path_item *item, buf *out,
                              orma_error **err)
{
    const bool starts_there =
        item->needs_path || is_pinned(c, item->joined) || !is_pinned(c, item);
    const bool is_upward =
        text_equal(item->join->keyword, "with_descendants") == starts_there;
    const direction *d = is_upward ? &up : &down;
    const bool takes_least = item->needs_depth && !item->needs_path;
    char walk[16], link_from[32], link_to[32];

    snprintf(walk, sizeof walk, "%s%s", takes_least ? "all_w" : "w",
             item->edge_alias);
    snprintf(link_from, sizeof link_from, "link.%s", d->from);
    snprintf(link_to, sizeof link_to, "link.%s", d->to);
    buf_text(out, walk);
    write_columns(item, out);
    buf_printf(out, " AS (SELECT link.input_id, link.output_id%s",
               item->needs_depth ? ", 0" : "");
    if (item->needs_path) {
        buf_text(out, ", ");
        json_word(c->dialect->json_pair, link_from, link_to, "", out);
    }
    buf_printf(out, " FROM db_dblink AS link WHERE " DATA_LINKS " AND %s IN (",
               link_from);
    const orma_status st = write_start(c, starts_there ? item->joined : item,
                                       !starts_there, out, err);
    buf_text(out, ") UNION SELECT ");
    write_step(c, item, d, walk, out);
    buf_printf(
        out, " FROM %s JOIN db_dblink AS link ON %s = %s.%s WHERE " DATA_LINKS,
        walk, link_from, walk, d->grown);
    if (depth_limit(c, item) >= 0)
        buf_printf(out, " AND %s.depth < %lld", walk,
                   (long long)depth_limit(c, item));
    buf_char(out, ')');
    if (takes_least)
        buf_printf(out,
                   ", w%s(ancestor_id, descendant_id, depth) AS (SELECT "
                   "ancestor_id, descendant_id, MIN(depth) FROM %s GROUP BY "
                   "ancestor_id, descendant_id)",
                   item->edge_alias, walk);
    return st;
}

orma_status compile_walks(compiler *c, buf *out, orma_error **err)
{
    orma_status st = ORMA_OK;
    bool is_first = true;

    for (size_t i = 1; st == ORMA_OK && i < c->item_count; i++) {
        if (c->items[i].join->edge != ENTITY_WALK)
            continue;
        buf_text(out, is_first ? "WITH RECURSIVE " : ", ");
        is_first = false;
        st = write_walk(c, &c->items[i], out, err);
    }
    if (!is_first)
        buf_char(out, ' ');
    return st;
}
