/* Deleting nodes.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/delete.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/portion.h>
#include <storage/store_internal.h>

#define NAMED_MAX 5 /* processes that an error names */

/* Runs a statement whose ?1 is a portion of the nodes, for all portions. */
typedef orma_status portion_step(store *s, const char *template,
                                 const buf *portion, void *user,
                                 orma_error **err);

static orma_status each_portion(store *s, const pk_set *nodes,
                                const char *template, portion_step *step,
                                void *user, orma_error **err)
{
    AUTO_BUF buf portion = {0};
    int64_t last = 0;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && portion_next(&portion, nodes, &last)) {
        st = buf_status(&portion, err);
        if (st == ORMA_OK)
            st = step(s, template, &portion, user, err);
    }
    return st;
}

/* user: an int64_t to which the statement's number is added. */
static orma_status add_count(store *s, const char *template, const buf *portion,
                             void *user, orma_error **err)
{
    int64_t *total = user, count = 0;
    query q;

    query_start(&q, &s->db, template);
    query_str(&q, 1, buf_view(portion));
    const orma_status st = query_run_int(&q, 0, &count, err);
    if (st == ORMA_OK)
        *total += count;
    return st;
}

/* ---- what would go ----------------------------------------------- */

/* user: an object of node type to number. */
static orma_status add_types(store *s, const char *template, const buf *portion,
                             void *user, orma_error **err)
{
    json_object *types = user;
    query q;

    query_start(&q, &s->db, template);
    query_str(&q, 1, buf_view(portion));
    while (query_next(&q)) {
        AUTO_FREE char *type = column_text(&q, 0);
        if (type == NULL)
            continue;
        if (!json_set_int(types, type,
                          json_get_int(types, type, 0) + column_int(&q, 1)))
            q.status = error_no_memory(&q.error);
    }
    return query_end(&q, err);
}

/* user: an array of pks. */
static orma_status add_pks(store *s, const char *template, const buf *portion,
                           void *user, orma_error **err)
{
    json_object *pks = user;
    query q;

    query_start(&q, &s->db, template);
    query_str(&q, 1, buf_view(portion));
    while (query_next(&q)) {
        json_object *pk = json_object_new_int64(column_int(&q, 0));
        if (pk == NULL || json_object_array_add(pks, pk) != 0) {
            json_object_put(pk);
            q.status = error_no_memory(&q.error);
        }
    }
    return query_end(&q, err);
}

typedef struct link_count {
    const pk_set *nodes;
    int64_t total;
} link_count;

/* user: a link_count. Of links out of the nodes, those that lead to others:
 * the rest is counted where it arrives. */
static orma_status add_leaving(store *s, const char *template,
                               const buf *portion, void *user, orma_error **err)
{
    link_count *links = user;
    query q;

    query_start(&q, &s->db, template);
    query_str(&q, 1, buf_view(portion));
    while (query_next(&q))
        links->total += !pk_set_has(links->nodes, column_int(&q, 0));
    return query_end(&q, err);
}

static orma_status put_link_count(store *s, const pk_set *nodes,
                                  json_object *out, orma_error **err)
{
    static const char arriving[] =
        "SELECT COUNT(*) FROM db_dblink WHERE output_id IN {ids:?1}";
    static const char leaving[] =
        "SELECT output_id FROM db_dblink WHERE input_id IN {ids:?1}";
    link_count links = {.nodes = nodes};

    orma_status st =
        each_portion(s, nodes, arriving, add_count, &links.total, err);
    if (st == ORMA_OK)
        st = each_portion(s, nodes, leaving, add_leaving, &links, err);
    if (st == ORMA_OK && !json_set_int(out, "links", links.total))
        st = error_no_memory(err);
    return st;
}

/* Processes that somebody may be working on, as an array. */
static orma_status find_running(store *s, const pk_set *nodes,
                                json_object **running, orma_error **err)
{
    static const char template[] =
        "SELECT node_id FROM orma_process WHERE node_id IN {ids:?1} AND state "
        "NOT IN ('finished', 'excepted', 'killed') ORDER BY node_id";
    AUTO_JSON json_object *found = json_object_new_array();
    bool exist = s->has_own_tables;

    if (found == NULL)
        return error_no_memory(err);
    orma_status st = exist ? ORMA_OK : own_tables_check(&s->db, &exist, err);
    if (st == ORMA_OK && exist)
        st = each_portion(s, nodes, template, add_pks, found, err);
    if (st == ORMA_OK) {
        *running = found;
        found = NULL;
    }
    return st;
}

orma_status store_delete_preview(store *s, const pk_set *nodes,
                                 json_object **out, orma_error **err)
{
    static const char types_of[] =
        "SELECT node_type, COUNT(*) FROM db_dbnode WHERE id IN {ids:?1} GROUP "
        "BY node_type ORDER BY node_type";
    static const struct {
        const char *key, *template;
    } counts[] = {
        {"groups", "SELECT COUNT(*) FROM db_dbgroup_dbnodes WHERE dbnode_id IN "
                   "{ids:?1}"},
        {"comments",
         "SELECT COUNT(*) FROM db_dbcomment WHERE dbnode_id IN {ids:?1}"},
        {"logs", "SELECT COUNT(*) FROM db_dblog WHERE dbnode_id IN {ids:?1}"},
    };
    AUTO_JSON json_object *made = json_object_new_object();
    json_object *types = json_object_new_object();
    json_object *running = NULL;

    if (made == NULL || !json_set_int(made, "nodes", (int64_t)nodes->count) ||
        !json_set(made, "types", types))
        return error_no_memory(err);
    orma_status st = each_portion(s, nodes, types_of, add_types, types, err);
    if (st == ORMA_OK)
        st = put_link_count(s, nodes, made, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof counts / sizeof *counts;
         i++) {
        int64_t count = 0;
        st = each_portion(s, nodes, counts[i].template, add_count, &count, err);
        if (st == ORMA_OK && !json_set_int(made, counts[i].key, count))
            st = error_no_memory(err);
    }
    if (st == ORMA_OK)
        st = find_running(s, nodes, &running, err);
    if (st == ORMA_OK && !json_set(made, "running", running))
        st = error_no_memory(err);
    if (st != ORMA_OK)
        return st;
    *out = made;
    made = NULL;
    return ORMA_OK;
}

/* ---- deleting ---------------------------------------------------- */

static orma_status refuse_running(store *s, const pk_set *nodes,
                                  orma_error **err)
{
    AUTO_JSON json_object *running = NULL;
    AUTO_BUF buf names = {0};

    const orma_status st = find_running(s, nodes, &running, err);
    const size_t count = st == ORMA_OK ? json_object_array_length(running) : 0;
    if (count == 0)
        return st;
    for (size_t i = 0; i < count && i < NAMED_MAX; i++)
        buf_printf(&names, "%s%lld", i > 0 ? ", " : "",
                   (long long)json_object_get_int64(
                       json_object_array_get_idx(running, i)));
    error_set(err, ORMA_E_REFUSED, "storage", 0,
              "nothing is deleted: %zu process%s among the nodes %s not ended "
              "(%s%s)",
              count, count == 1 ? "" : "es", count == 1 ? "has" : "have",
              buf_c_str(&names), count > NAMED_MAX ? ", …" : "");
    error_hint(err, "kill them, or wait for their end");
    return ORMA_E_REFUSED;
}

/* Within the transaction the set must still be all that depends on itself: a
 * process may have been started on one of the nodes since it was made. */
static orma_status refuse_grown(store *s, const traversal_rules *rules,
                                const pk_set *nodes, orma_error **err)
{
    pk_set now = {0};
    orma_status st = ORMA_OK;

    for (int64_t pk = pk_set_next(nodes, 0); st == ORMA_OK && pk != 0;
         pk = pk_set_next(nodes, pk))
        if (!pk_set_add(&now, pk, NULL))
            st = error_no_memory(err);
    if (st == ORMA_OK)
        st = store_traverse(s, rules, &now, err);
    if (st == ORMA_OK && now.count != nodes->count) {
        st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                       "nothing is deleted: %zu more nodes depend on those to "
                       "be deleted",
                       now.count - nodes->count);
        error_hint(err, "look again at what would be deleted");
    }
    pk_set_free(&now);
    return st;
}

/* user: an int64_t to which the number of deleted rows is added. */
static orma_status run_delete(store *s, const char *template,
                              const buf *portion, void *user, orma_error **err)
{
    int64_t *total = user, count = 0;
    query q;

    orma_status st = store_fault(s, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &s->db, template);
    query_str(&q, 1, buf_view(portion));
    st = query_run_changes(&q, &count, err);
    if (st == ORMA_OK)
        *total += count;
    return st;
}

static orma_status delete_rows(store *s, const pk_set *nodes, orma_error **err)
{
    /* AiiDA's order (delete_nodes_and_connections()); comments, logs and live
     * rows go with their nodes, by the schema. */
    static const char *const templates[] = {
        "DELETE FROM db_dbgroup_dbnodes WHERE dbnode_id IN {ids:?1}",
        "DELETE FROM db_dblink WHERE input_id IN {ids:?1}",
        "DELETE FROM db_dblink WHERE output_id IN {ids:?1}",
        "DELETE FROM db_dbnode WHERE id IN {ids:?1}",
    };
    int64_t count = 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0;
         st == ORMA_OK && i < sizeof templates / sizeof *templates; i++) {
        count = 0;
        st = each_portion(s, nodes, templates[i], run_delete, &count, err);
    }
    if (st == ORMA_OK && (size_t)count != nodes->count)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "nothing is deleted: %zu of the nodes are gone "
                         "already",
                         nodes->count - (size_t)count);
    return st;
}

typedef struct deletion {
    const traversal_rules *rules;
    const pk_set *nodes;
} deletion;

static orma_status delete_all(store *s, void *user, orma_error **err)
{
    const deletion *d = user;

    orma_status st = refuse_running(s, d->nodes, err);
    if (st == ORMA_OK)
        st = refuse_grown(s, d->rules, d->nodes, err);
    if (st == ORMA_OK)
        st = delete_rows(s, d->nodes, err);
    return st == ORMA_OK ? store_fault(s, err) : st;
}

orma_status store_delete_nodes(store *s, const traversal_rules *rules,
                               const pk_set *nodes, orma_error **err)
{
    deletion d = {rules, nodes};
    return nodes->count == 0 ? ORMA_OK : store_transact(s, delete_all, &d, err);
}
