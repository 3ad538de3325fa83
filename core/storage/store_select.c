/* Nodes chosen by what dumps and listings choose by.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_select.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/portion.h>
#include <storage/store_internal.h>

static const char *const type_patterns[] = {
    [SELECT_CALCULATIONS] = "process.calculation.%",
    [SELECT_WORKFLOWS] = "process.workflow.%",
    [SELECT_DATA] = "data.%",
};

/* One condition: text with '#' for the number of its parameter. */
static void add(buf *text, int *next, const char *condition)
{
    for (const char *p = condition; *p != '\0'; p++) {
        if (*p == '#')
            buf_printf(text, "%d", *next);
        else
            buf_char(text, *p);
    }
    ++*next;
}

/* Conditions that are not asked for are left out, so that the planner sees what
 * there is. */
static void compose(const node_selection *n, buf *text)
{
    int next = 1;

    add(text, &next, "SELECT id FROM db_dbnode WHERE node_type LIKE ?#");
    if (n->is_ungrouped)
        buf_text(text, " AND NOT EXISTS (SELECT 1 FROM db_dbgroup_dbnodes "
                       "WHERE dbnode_id = db_dbnode.id)");
    if (n->is_top_level)
        buf_text(text, " AND NOT EXISTS (SELECT 1 FROM db_dblink WHERE "
                       "output_id = db_dbnode.id AND type IN ('call_calc', "
                       "'call_work'))");
    if (n->group_pk != 0)
        add(text, &next,
            " AND id IN (SELECT dbnode_id FROM db_dbgroup_dbnodes WHERE "
            "dbgroup_id = ?#)");
    if (n->since_ns != 0)
        add(text, &next, " AND ctime >= ?#t");
    if (n->until_ns != 0)
        add(text, &next, " AND ctime < ?#t");
    if (n->user_pk != 0)
        add(text, &next, " AND user_id = ?#");
    if (n->computer_count > 0)
        add(text, &next, " AND dbcomputer_id IN {ids:?#}");
    if (n->code_count > 0)
        add(text, &next,
            " AND id IN (SELECT output_id FROM db_dblink WHERE type IN "
            "('input_calc', 'input_work') AND input_id IN {ids:?#})");
}

/* In the order of compose(). */
static void bind_all(query *q, const node_selection *n, buf *pks)
{
    int next = 1;

    query_text(q, next++, type_patterns[n->node_class]);
    if (n->group_pk != 0)
        query_int(q, next++, n->group_pk);
    if (n->since_ns != 0)
        query_time(q, next++, n->since_ns);
    if (n->until_ns != 0)
        query_time(q, next++, n->until_ns);
    if (n->user_pk != 0)
        query_int(q, next++, n->user_pk);
    if (n->computer_count > 0) {
        portion_write(pks, n->computer_pks, n->computer_count);
        query_str(q, next++, buf_view(pks));
    }
    if (n->code_count > 0) {
        portion_write(pks, n->code_pks, n->code_count);
        query_str(q, next++, buf_view(pks));
    }
}

orma_status store_select(store *s, const node_selection *selection, pk_set *out,
                         orma_error **err)
{
    AUTO_BUF buf text = {0};
    AUTO_BUF buf pks = {0};
    query q;

    compose(selection, &text);
    orma_status st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    query_start_many(&q, &s->db, buf_c_str(&text));
    bind_all(&q, selection, &pks);
    while (query_next(&q))
        if (!pk_set_add(out, column_int(&q, 0), NULL)) {
            query_end(&q, NULL);
            return error_no_memory(err);
        }
    st = query_end(&q, err);
    return st == ORMA_OK ? buf_status(&pks, err) : st;
}
