/* Groups: their members.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/groups.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/portion.h>
#include <storage/store_internal.h>

/* ---- changing members -------------------------------------------- */

/* One statement over the nodes of a portion: ?1 are they, ?2 the group. */
typedef struct member_step {
    const char *template;
    int64_t group;
    int64_t other; /* ?3, 0: there is none */
    bool is_counted;
} member_step;

/* A change of members; without nodes, of all members of `whole`. */
typedef struct member_change {
    member_step steps[2];
    size_t count;
    int64_t whole;
    const pk_set *nodes;
    int64_t changed; /* result */
} member_change;

static orma_status run_portion(store *s, const member_step *step,
                               const buf *portion, int64_t *changed,
                               orma_error **err)
{
    int64_t count = 0;
    query q;

    query_start(&q, &s->db, step->template);
    query_str(&q, 1, buf_view(portion));
    query_int(&q, 2, step->group);
    if (step->other != 0)
        query_int(&q, 3, step->other);
    const orma_status st = query_run_changes(&q, &count, err);
    if (st == ORMA_OK && step->is_counted)
        *changed += count;
    return st;
}

static orma_status check_groups(store *s, const member_change *change,
                                orma_error **err)
{
    for (size_t i = 0; i < change->count; i++) {
        int64_t found = 0;
        query q;
        query_start_once(&q, &s->db,
                         "SELECT COUNT(*) FROM db_dbgroup WHERE id = ?1");
        query_int(&q, 1, change->steps[i].group);
        const orma_status st = query_run_int(&q, 0, &found, err);
        if (st != ORMA_OK)
            return st;
        if (found == 0)
            return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                             "there is no group with pk %lld",
                             (long long)change->steps[i].group);
    }
    return ORMA_OK;
}

static orma_status run_steps(store *s, member_change *change,
                             const pk_set *nodes, orma_error **err)
{
    AUTO_BUF buf portion = {0};
    int64_t last = 0;
    orma_status st = check_groups(s, change, err);

    while (st == ORMA_OK && portion_next(&portion, nodes, &last)) {
        st = buf_status(&portion, err);
        for (size_t i = 0; st == ORMA_OK && i < change->count; i++)
            st = run_portion(s, &change->steps[i], &portion, &change->changed,
                             err);
    }
    return st;
}

static orma_status work(store *s, void *user, orma_error **err)
{
    member_change *change = user;
    pk_set members = {0};
    orma_status st = ORMA_OK;

    change->changed = 0; /* of an earlier run */
    if (change->nodes == NULL)
        st = store_group_nodes(s, change->whole, &members, err);
    if (st == ORMA_OK)
        st = run_steps(s, change,
                       change->nodes != NULL ? change->nodes : &members, err);
    pk_set_free(&members);
    return st;
}

/* In one transaction. */
static orma_status change_members(store *s, member_change change,
                                  int64_t *changed, orma_error **err)
{
    const orma_status st = store_transact(s, work, &change, err);
    if (st == ORMA_OK)
        *changed = change.changed;
    return st;
}

static const char insert_members[] =
    "INSERT INTO db_dbgroup_dbnodes (dbnode_id, dbgroup_id) SELECT id, "
    "CAST(?2 AS INTEGER) FROM db_dbnode WHERE id IN {ids:?1} ON CONFLICT "
    "(dbgroup_id, dbnode_id) DO NOTHING";
static const char delete_members[] =
    "DELETE FROM db_dbgroup_dbnodes WHERE dbnode_id IN {ids:?1} AND "
    "dbgroup_id = ?2";
/* Those only that are members of another group. */
static const char copy_members[] =
    "INSERT INTO db_dbgroup_dbnodes (dbnode_id, dbgroup_id) SELECT dbnode_id, "
    "CAST(?2 AS INTEGER) FROM db_dbgroup_dbnodes WHERE dbnode_id IN {ids:?1} "
    "AND dbgroup_id = ?3 ON CONFLICT (dbgroup_id, dbnode_id) DO NOTHING";

orma_status store_group_add(store *s, int64_t pk, const pk_set *nodes,
                            int64_t *changed, orma_error **err)
{
    const member_change change = {
        {{insert_members, pk, 0, true}}, 1, pk, nodes, 0};
    return change_members(s, change, changed, err);
}

orma_status store_group_remove(store *s, int64_t pk, const pk_set *nodes,
                               int64_t *changed, orma_error **err)
{
    const member_change change = {
        {{delete_members, pk, 0, true}}, 1, pk, nodes, 0};
    return change_members(s, change, changed, err);
}

orma_status store_group_move(store *s, int64_t from, int64_t to,
                             const pk_set *nodes, int64_t *changed,
                             orma_error **err)
{
    const member_change change = {
        {{copy_members, to, from, false}, {delete_members, from, 0, true}},
        2,
        from,
        nodes,
        0,
    };
    if (from == to)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "nodes cannot be moved from group %lld to itself",
                         (long long)from);
    return change_members(s, change, changed, err);
}

orma_status store_group_copy(store *s, int64_t from, int64_t to,
                             int64_t *changed, orma_error **err)
{
    const member_change change = {
        {{copy_members, to, from, true}}, 1, from, NULL, 0};
    return change_members(s, change, changed, err);
}

/* ---- reading members --------------------------------------------- */

orma_status store_group_nodes(store *s, int64_t pk, pk_set *nodes,
                              orma_error **err)
{
    static const char template[] =
        "SELECT dbnode_id FROM db_dbgroup_dbnodes WHERE dbgroup_id = ?1";
    query q;

    query_start(&q, &s->db, template);
    query_int(&q, 1, pk);
    while (query_next(&q))
        if (!pk_set_add(nodes, column_int(&q, 0), NULL))
            q.status = error_no_memory(&q.error);
    return query_end(&q, err);
}

static orma_status visit_row(query *q, group_visit *visit, void *user,
                             orma_error **err)
{
    const group_node member = {
        .pk = column_int(q, 0),
        .uuid = column_str(q, 1),
        .node_type = column_str(q, 2),
        .process_type = column_str(q, 3),
        .label = column_str(q, 4),
        .ctime_ns = column_time(q, 5),
    };
    return q->status == ORMA_OK ? visit(user, &member, err) : ORMA_OK;
}

orma_status store_group_members(store *s, int64_t pk, int64_t limit,
                                group_visit *visit, void *user,
                                orma_error **err)
{
    AUTO_BUF buf text = {0};
    orma_status st = ORMA_OK;
    query q;

    buf_text(&text,
             "SELECT db_dbnode.id, db_dbnode.uuid, db_dbnode.node_type, "
             "db_dbnode.process_type, db_dbnode.label, db_dbnode.ctime FROM "
             "db_dbgroup_dbnodes JOIN db_dbnode ON db_dbnode.id = "
             "db_dbgroup_dbnodes.dbnode_id WHERE "
             "db_dbgroup_dbnodes.dbgroup_id = ?1 ORDER BY "
             "db_dbgroup_dbnodes.id");
    if (limit > 0)
        buf_printf(&text, " LIMIT %lld", (long long)limit);
    st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    query_start_many(&q, &s->db, buf_c_str(&text));
    q.is_listing = true;
    query_int(&q, 1, pk);
    while (st == ORMA_OK && query_next(&q))
        st = visit_row(&q, visit, user, err);
    return query_end_after(&q, st, err);
}
