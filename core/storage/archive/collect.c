/* What an archive gets: the selection, and what its links lead to.
 *
 * SPDX-License-Identifier: MIT */
#include "create_internal.h"

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/portion.h>
#include <storage/traverse.h>

/* The first column of all rows into the set. */
static orma_status add_rows(query *q, pk_set *set, orma_error **err)
{
    while (query_next(q))
        if (!pk_set_add(set, column_int(q, 0), NULL))
            q->status = error_no_memory(&q->error);
    return query_end(q, err);
}

static orma_status add_all(creation *c, const char *template, pk_set *set,
                           orma_error **err)
{
    query q;
    query_start_many(&q, &c->s->db, template);
    return add_rows(&q, set, err);
}

static orma_status copy_set(const pk_set *from, pk_set *to, orma_error **err)
{
    for (int64_t pk = pk_set_next(from, 0); pk != 0; pk = pk_set_next(from, pk))
        if (!pk_set_add(to, pk, NULL))
            return error_no_memory(err);
    return ORMA_OK;
}

static orma_status collect_all(creation *c, orma_error **err)
{
    orma_status st = add_all(c, "SELECT id FROM db_dbnode", &c->nodes, err);
    if (st == ORMA_OK)
        st = add_all(c, "SELECT id FROM db_dbgroup", &c->groups, err);
    if (st == ORMA_OK)
        st = add_all(c, "SELECT id FROM db_dbcomputer", &c->computers, err);
    if (st == ORMA_OK)
        st = add_all(c, "SELECT id FROM db_dbuser", &c->users, err);
    return st;
}

static orma_status add_members(creation *c, orma_error **err)
{
    AUTO_BUF buf pks = {0};
    int64_t last = 0;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && portion_next(&pks, &c->groups, &last)) {
        query q;
        st = buf_status(&pks, err);
        if (st != ORMA_OK)
            return st;
        query_start_many(&q, &c->s->db,
                         "SELECT dbnode_id FROM db_dbgroup_dbnodes WHERE "
                         "dbgroup_id IN {ids:?1}");
        query_str(&q, 1, buf_view(&pks));
        st = add_rows(&q, &c->nodes, err);
    }
    return st;
}

orma_status creation_collect(creation *c, orma_error **err)
{
    const archive_selection *given = c->selection;

    if (given->all)
        return collect_all(c, err);
    orma_status st = copy_set(&given->nodes, &c->nodes, err);
    if (st == ORMA_OK)
        st = copy_set(&given->groups, &c->groups, err);
    if (st == ORMA_OK)
        st = copy_set(&given->computers, &c->computers, err);
    if (st == ORMA_OK)
        st = copy_set(&given->users, &c->users, err);
    if (st == ORMA_OK)
        st = add_members(c, err);
    if (st == ORMA_OK)
        st = store_traverse(c->s, &given->rules, &c->nodes, err);
    return st;
}
