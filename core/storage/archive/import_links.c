/* Links of an archive.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/portion.h>

#define WAITING_MAX 2000
#define TELL_EVERY 5000

/* A link between two nodes that were there before: it may be there, too. */
typedef struct waiting_link {
    int64_t source_pk, target_pk;
    enum link_type type;
    char *label;
    bool is_there;
} waiting_link;

typedef struct waiting {
    import *m;
    waiting_link links[WAITING_MAX];
    size_t count;
    buf pks;
} waiting;

static int by_content(const void *a, const void *b)
{
    const waiting_link *x = a, *y = b;
    if (x->source_pk != y->source_pk)
        return x->source_pk < y->source_pk ? -1 : 1;
    if (x->target_pk != y->target_pk)
        return x->target_pk < y->target_pk ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return strcmp(x->label, y->label);
}

static orma_status add(import *m, enum link_type type, int64_t source_pk,
                       int64_t target_pk, orma_str label, orma_error **err)
{
    const orma_status st =
        bulk_add_link(m->bulk, type, source_pk, target_pk, label, err);
    m->counts[TABLE_LINKS].added += st == ORMA_OK;
    return st;
}

/* Marks those that the profile has, among all links to their targets. */
static orma_status mark_there(waiting *w, orma_error **err)
{
    int64_t targets[WAITING_MAX];
    query q;

    qsort(w->links, w->count, sizeof *w->links, by_content);
    for (size_t i = 0; i < w->count; i++)
        targets[i] = w->links[i].target_pk;
    portion_write(&w->pks, targets, w->count);
    orma_status st = buf_status(&w->pks, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &w->m->to->db,
                "SELECT input_id, output_id, type, label FROM db_dblink WHERE "
                "output_id IN {ids:?1}");
    query_str(&q, 1, buf_view(&w->pks));
    while (query_next(&q)) {
        waiting_link found = {.source_pk = column_int(&q, 0),
                              .target_pk = column_int(&q, 1)};
        const orma_str type = column_str(&q, 2);
        AUTO_FREE char *label = column_text(&q, 3);
        found.label = label;
        if (label == NULL || type.ptr == NULL ||
            !link_type_parse(type.ptr, &found.type))
            continue;
        waiting_link *same =
            bsearch(&found, w->links, w->count, sizeof *w->links, by_content);
        if (same != NULL)
            same->is_there = true;
    }
    return query_end(&q, err);
}

static orma_status flush(waiting *w, orma_error **err)
{
    if (w->count == 0)
        return ORMA_OK;
    /* Links of this import may wait, too, and statements run beside none. */
    orma_status st = bulk_settle(w->m->bulk, err);
    if (st == ORMA_OK)
        st = mark_there(w, err);
    for (size_t i = 0; i < w->count; i++) {
        waiting_link *l = &w->links[i];
        if (st == ORMA_OK && !l->is_there)
            st = add(w->m, l->type, l->source_pk, l->target_pk,
                     (orma_str){l->label, strlen(l->label)}, err);
        free(l->label);
    }
    w->count = 0;
    return st;
}

static orma_status take(waiting *w, query *q, orma_error **err)
{
    import *m = w->m;
    const id_map_item *source = id_map_find(&m->nodes, column_int(q, 0));
    const id_map_item *target = id_map_find(&m->nodes, column_int(q, 1));
    const orma_str label = column_str(q, 2);
    enum link_type type;

    if (source == NULL || target == NULL ||
        !link_type_parse(column_str(q, 3).ptr, &type))
        return ORMA_OK; /* import_check() has refused such */
    if (source->to > 0 || target->to > 0)
        return add(m, type, id_map_get(&m->nodes, source->from),
                   id_map_get(&m->nodes, target->from), label, err);
    waiting_link *l = &w->links[w->count];
    *l = (waiting_link){-(int64_t)source->to, -(int64_t)target->to, type,
                        str_copy(label), false};
    if (l->label == NULL)
        return error_no_memory(err);
    return ++w->count == WAITING_MAX ? flush(w, err) : ORMA_OK;
}

orma_status import_links(import *m, orma_error **err)
{
    int64_t seen = 0;
    query q;
    waiting *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_no_memory(err);
    w->m = m;

    orma_status st = ORMA_OK;
    query_start_many(&q, &m->from->db,
                     "SELECT input_id, output_id, label, type FROM db_dblink "
                     "ORDER BY id");
    while (st == ORMA_OK && query_next(&q)) {
        st = take(w, &q, err);
        if (st == ORMA_OK && ++seen % TELL_EVERY == 0)
            st = import_tell(m, "links", seen, m->counts[TABLE_LINKS].total,
                             err);
    }
    st = query_end_after(&q, st, err);
    if (st == ORMA_OK)
        st = flush(w, err);
    for (size_t i = 0; i < w->count; i++)
        free(w->links[i].label);
    buf_free(&w->pks);
    free(w);
    return st == ORMA_OK ? bulk_settle(m->bulk, err) : st;
}
