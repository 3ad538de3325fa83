/* Sets of nodes that links lead to.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/traverse.h>

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/portion.h>
#include <storage/store_internal.h>

/* Nodes whose links have not been followed yet. */
typedef struct frontier {
    int64_t *pks;
    size_t count, capacity;
} frontier;

static bool frontier_add(frontier *f, int64_t pk)
{
    if (f->count == f->capacity) {
        const size_t capacity = f->capacity == 0 ? 64 : f->capacity * 2;
        int64_t *grown = reallocarray(f->pks, capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        f->pks = grown;
        f->capacity = capacity;
    }
    f->pks[f->count++] = pk;
    return true;
}

/* Parameters ?2 … ?7 are the types of links that are followed, NULL for those
 * that are not, so that one prepared statement does for all rules. An
 * expression of the type, so that no planner takes the index on it. */
static const char go_forward[] =
    "SELECT output_id FROM db_dblink WHERE input_id IN {ids:?1} AND type || "
    "'' IN (?2, ?3, ?4, ?5, ?6, ?7)";
static const char go_backward[] =
    "SELECT input_id FROM db_dblink WHERE output_id IN {ids:?1} AND type || "
    "'' IN (?2, ?3, ?4, ?5, ?6, ?7)";

static bool follows_any(const bool *of_type)
{
    for (size_t i = 0; i < LINK_TYPE_COUNT; i++)
        if (of_type[i])
            return true;
    return false;
}

typedef struct traversal {
    store *s;
    const traversal_rules *rules;
    pk_set *nodes;
    frontier now, next;
} traversal;

/* Adds to `next` what links lead to from the portion and is not in nodes. */
static orma_status step(traversal *t, const char *template, const bool *of_type,
                        const buf *portion, orma_error **err)
{
    query q;

    if (!follows_any(of_type))
        return ORMA_OK;
    query_start(&q, &t->s->db, template);
    query_str(&q, 1, buf_view(portion));
    for (int32_t i = 0; i < LINK_TYPE_COUNT; i++)
        query_text(&q, i + 2,
                   of_type[i] ? link_type_word((enum link_type)i) : NULL);
    while (query_next(&q)) {
        const int64_t pk = column_int(&q, 0);
        bool is_new = false;
        if (!pk_set_add(t->nodes, pk, &is_new) ||
            (is_new && !frontier_add(&t->next, pk)))
            q.status = error_no_memory(&q.error);
    }
    return query_end(&q, err);
}

/* One round: all that one link leads to from `now`. */
static orma_status advance(traversal *t, orma_error **err)
{
    AUTO_BUF buf portion = {0};
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < t->now.count; i += PORTION_MAX) {
        const size_t left = t->now.count - i;
        portion_write(&portion, t->now.pks + i,
                      left < PORTION_MAX ? left : PORTION_MAX);
        st = buf_status(&portion, err);
        if (st == ORMA_OK)
            st = step(t, go_forward, t->rules->forward, &portion, err);
        if (st == ORMA_OK)
            st = step(t, go_backward, t->rules->backward, &portion, err);
    }
    return st;
}

orma_status store_traverse(store *s, const traversal_rules *rules,
                           pk_set *nodes, orma_error **err)
{
    traversal t = {.s = s, .rules = rules, .nodes = nodes};
    orma_status st = ORMA_OK;

    for (int64_t pk = pk_set_next(nodes, 0); st == ORMA_OK && pk != 0;
         pk = pk_set_next(nodes, pk))
        if (!frontier_add(&t.now, pk))
            st = error_no_memory(err);
    while (st == ORMA_OK && t.now.count > 0) {
        st = advance(&t, err);
        /* The spent one's memory serves the next round. */
        const frontier spent = t.now;
        t.now = t.next;
        t.next = (frontier){.pks = spent.pks, .capacity = spent.capacity};
    }
    free(t.now.pks);
    free(t.next.pks);
    return st;
}

orma_status store_present_nodes(store *s, const pk_set *pks, pk_set *present,
                                orma_error **err)
{
    static const char template[] =
        "SELECT id FROM db_dbnode WHERE id IN {ids:?1}";
    AUTO_BUF buf portion = {0};
    int64_t last = 0;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && portion_next(&portion, pks, &last)) {
        query q;
        st = buf_status(&portion, err);
        if (st != ORMA_OK)
            return st;
        query_start(&q, &s->db, template);
        query_str(&q, 1, buf_view(&portion));
        while (query_next(&q))
            if (!pk_set_add(present, column_int(&q, 0), NULL))
                q.status = error_no_memory(&q.error);
        st = query_end(&q, err);
    }
    return st;
}
