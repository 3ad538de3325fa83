/* Links of a unit: uniqueness, cycles, and their rows.
 *
 * SPDX-License-Identifier: MIT */
#include "unit_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk_rows.h>
#include <storage/portion.h>

/* What a rule says must occur once: the link's type at one end, with the
 * other end or the label where the rule looks at them. */
typedef struct unique_key {
    const unit_link *link;
    bool is_incoming;
    enum link_uniqueness rule;
} unique_key;

static const orma_uuid *near_end(const unique_key *k)
{
    return k->is_incoming ? &k->link->target->uuid : &k->link->source->uuid;
}

static const orma_uuid *far_end(const unique_key *k)
{
    return k->is_incoming ? &k->link->source->uuid : &k->link->target->uuid;
}

static int by_rule(const void *a, const void *b)
{
    const unique_key *x = a, *y = b;

    if (x->link->type != y->link->type)
        return x->link->type < y->link->type ? -1 : 1;
    if (x->is_incoming != y->is_incoming)
        return x->is_incoming ? 1 : -1;
    int order = memcmp(near_end(x), near_end(y), sizeof(orma_uuid));
    if (order == 0 && x->rule == LINK_UNIQUE_TRIPLE)
        order = memcmp(far_end(x), far_end(y), sizeof(orma_uuid));
    if (order == 0 && x->rule != LINK_UNIQUE_DEGREE)
        order = strcmp(x->link->label, y->link->label);
    return order;
}

static orma_status not_unique(const unit_link *link, bool is_incoming,
                              orma_error **err)
{
    char source[37], target[37];
    const enum link_uniqueness rule = is_incoming
                                          ? link_incoming_rule(link->type)
                                          : link_outgoing_rule(link->type);
    uuid_format(&link->source->uuid, source);
    uuid_format(&link->target->uuid, target);
    const char *why =
        rule == LINK_UNIQUE_DEGREE   ? "the target has one already"
        : rule == LINK_UNIQUE_TRIPLE ? "the same link is there already"
        : is_incoming ? "the target has one of that label already"
                      : "the source has one of that label already";
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "%s link \"%s\" from node %s to node %s is not allowed: "
                     "%s",
                     link_type_word(link->type), link->label, source, target,
                     why);
}

static orma_status check_unique(const unit *u, orma_error **err)
{
    AUTO_FREE unique_key *keys = calloc(u->link_count * 2 + 1, sizeof *keys);
    if (keys == NULL)
        return error_no_memory(err);

    for (size_t i = 0; i < u->link_count; i++) {
        const enum link_type type = u->links[i].type;
        keys[2 * i] =
            (unique_key){&u->links[i], false, link_outgoing_rule(type)};
        keys[2 * i + 1] =
            (unique_key){&u->links[i], true, link_incoming_rule(type)};
    }
    qsort(keys, u->link_count * 2, sizeof *keys, by_rule);
    for (size_t i = 1; i < u->link_count * 2; i++)
        if (by_rule(&keys[i - 1], &keys[i]) == 0)
            return not_unique(keys[i].link, keys[i].is_incoming, err);
    return ORMA_OK;
}

/* ---- cycles ------------------------------------------------------ */

/* Only `create` and `input_calc` can close a loop, and only within a unit:
 * their targets are always new. */
static bool is_step(const unit *u, const unit_link *link)
{
    return (link->type == LINK_CREATE || link->type == LINK_INPUT_CALC) &&
           link->source->pk == 0 && unit_find(u, link->target) != NULL;
}

static size_t place_of(const unit *u, const node *n)
{
    return (size_t)(unit_find(u, n) - u->nodes);
}

/* Steps by their source: where[i] … where[i + 1] in steps. */
typedef struct step_table {
    size_t *where, *steps, *incoming, *queue;
} step_table;

static void fill_steps(const unit *u, step_table *t)
{
    for (size_t i = 0; i < u->link_count; i++)
        if (is_step(u, &u->links[i])) {
            t->where[place_of(u, u->links[i].source) + 2]++;
            t->incoming[place_of(u, u->links[i].target)]++;
        }
    for (size_t i = 2; i < u->node_count + 2; i++)
        t->where[i] += t->where[i - 1];
    for (size_t i = 0; i < u->link_count; i++)
        if (is_step(u, &u->links[i]))
            t->steps[t->where[place_of(u, u->links[i].source) + 1]++] =
                place_of(u, u->links[i].target);
}

/* Kahn: nodes whose steps all come from nodes that were taken away. */
static size_t count_reachable(const unit *u, step_table *t)
{
    size_t first = 0, last = 0;

    for (size_t i = 0; i < u->node_count; i++)
        if (t->incoming[i] == 0)
            t->queue[last++] = i;
    while (first < last) {
        const size_t at = t->queue[first++];
        for (size_t k = t->where[at]; k < t->where[at + 1]; k++)
            if (--t->incoming[t->steps[k]] == 0)
                t->queue[last++] = t->steps[k];
    }
    return last;
}

static orma_status check_acyclic(const unit *u, orma_error **err)
{
    if (u->node_count == 0 || u->link_count == 0)
        return ORMA_OK;
    step_table t = {
        .where = calloc(u->node_count + 2, sizeof *t.where),
        .steps = calloc(u->link_count, sizeof *t.steps),
        .incoming = calloc(u->node_count, sizeof *t.incoming),
        .queue = calloc(u->node_count, sizeof *t.queue),
    };
    orma_status st = ORMA_OK;

    if (t.where == NULL || t.steps == NULL || t.incoming == NULL ||
        t.queue == NULL) {
        st = error_no_memory(err);
    } else {
        fill_steps(u, &t);
        if (count_reachable(u, &t) < u->node_count)
            st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                           "the links would close a cycle: a node would be its "
                           "own ancestor");
    }
    free(t.where);
    free(t.steps);
    free(t.incoming);
    free(t.queue);
    return st;
}

/* A workflow hands on what exists; only calculations make data. */
static orma_status check_returns(unit *u, orma_error **err)
{
    for (size_t i = 0; i < u->link_count; i++) {
        unit_node *target = unit_find(u, u->links[i].target);
        if (target != NULL && u->links[i].type == LINK_CREATE)
            target->has_creator = true;
    }
    for (size_t i = 0; i < u->link_count; i++) {
        const unit_node *target = unit_find(u, u->links[i].target);
        if (target == NULL || u->links[i].type != LINK_RETURN ||
            target->has_creator)
            continue;
        const orma_status st =
            error_set(err, ORMA_E_REFUSED, "storage", 0,
                      "return link \"%s\" leads to new data that no "
                      "calculation creates",
                      u->links[i].label);
        error_hint(err, "a workflow may only return data that is stored: make "
                        "it by a calculation");
        return st;
    }
    return ORMA_OK;
}

orma_status unit_check_links(unit *u, orma_error **err)
{
    orma_status st = check_unique(u, err);
    if (st == ORMA_OK)
        st = check_acyclic(u, err);
    if (st == ORMA_OK)
        st = check_returns(u, err);
    return st;
}

/* ---- stored links ------------------------------------------------ */

/* Is there a stored link that the rule at this end excludes? */
static orma_status check_stored(unit *u, const unit_link *link,
                                bool is_incoming, orma_error **err)
{
    static const char outgoing_label[] =
        "SELECT 1 FROM db_dblink WHERE input_id = ?1 AND type = ?2 AND label = "
        "?3 LIMIT 1";
    static const char incoming_label[] =
        "SELECT 1 FROM db_dblink WHERE output_id = ?1 AND type = ?2 AND label "
        "= ?3 LIMIT 1";
    static const char incoming_degree[] =
        "SELECT 1 FROM db_dblink WHERE output_id = ?1 AND type = ?2 LIMIT 1";
    static const char triple[] =
        "SELECT 1 FROM db_dblink WHERE output_id = ?1 AND type = ?2 AND label "
        "= ?3 AND input_id = ?4 LIMIT 1";
    const enum link_uniqueness rule = is_incoming
                                          ? link_incoming_rule(link->type)
                                          : link_outgoing_rule(link->type);
    int64_t found = 0;
    query q;

    if (rule == LINK_UNIQUE_TRIPLE)
        query_start(&q, &u->s->db, triple);
    else if (rule == LINK_UNIQUE_DEGREE)
        query_start(&q, &u->s->db, incoming_degree);
    else
        query_start(&q, &u->s->db,
                    is_incoming ? incoming_label : outgoing_label);
    const bool is_triple = rule == LINK_UNIQUE_TRIPLE;
    query_int(&q, 1,
              is_incoming || is_triple ? link->target->pk : link->source->pk);
    query_text(&q, 2, link_type_word(link->type));
    if (rule != LINK_UNIQUE_DEGREE)
        query_text(&q, 3, link->label);
    if (is_triple)
        query_int(&q, 4, link->source->pk);
    const orma_status st = query_run_int(&q, 0, &found, err);
    if (st == ORMA_OK && found != 0)
        return not_unique(link, is_incoming, err);
    return st;
}

/* New ends have no stored links: only stored ones need a look. */
static orma_status check_against_stored(unit *u, const unit_link *link,
                                        orma_error **err)
{
    const bool new_source = unit_find(u, link->source) != NULL;
    const bool new_target = unit_find(u, link->target) != NULL;
    orma_status st = ORMA_OK;

    if (!new_source &&
        (!new_target || link_outgoing_rule(link->type) == LINK_UNIQUE_LABEL))
        st = check_stored(u, link, false, err);
    if (st == ORMA_OK && !new_target)
        st = check_stored(u, link, true, err);
    return st;
}

static orma_status check_all(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < u->link_count; i++)
        st = check_against_stored(u, &u->links[i], err);
    return st;
}

/* ---- stored processes that links start from ---------------------- */

static bool has_stored_source(const unit *u, const unit_link *link)
{
    return node_class_of(link->source->node_type) != NODE_DATA &&
           unit_find(u, link->source) == NULL;
}

static int by_pk(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Their pks, ascending, each once: held in that order, two units cannot wait
 * for one another. */
static size_t list_sources(const unit *u, int64_t *pks)
{
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < u->link_count; i++)
        if (has_stored_source(u, &u->links[i]))
            pks[count++] = u->links[i].source->pk;
    qsort(pks, count, sizeof *pks, by_pk);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || pks[i] != pks[i - 1])
            pks[kept++] = pks[i];
    return kept;
}

static orma_status source_is_sealed(const unit *u, int64_t pk, orma_error **err)
{
    const unit_link *link = u->links;
    while (link->source->pk != pk)
        link++;
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "%s link \"%s\" is not allowed: process %lld is sealed",
                     link_type_word(link->type), link->label, (long long)pk);
}

/* Reads, and holds until the commit, the rows of the sources: *missing and
 * *sealed are pks, 0: none. */
static orma_status read_sources(unit *u, const int64_t *pks, size_t count,
                                int64_t *missing, int64_t *sealed,
                                orma_error **err)
{
    static const char template[] =
        "SELECT id, CAST({json:attributes.sealed} AS TEXT) FROM db_dbnode "
        "WHERE id IN {ids:?1} ORDER BY id{lock}";
    AUTO_BUF buf list = {0};
    size_t at = 0;
    query q;

    portion_write(&list, pks, count);
    query_start(&q, &u->s->db, template);
    query_str(&q, 1, buf_view(&list));
    for (; query_next(&q); at++) {
        const orma_str word = column_str(&q, 1);
        if (at < count && *missing == 0 && column_int(&q, 0) != pks[at])
            *missing = pks[at];
        if (word.ptr != NULL &&
            (text_equal(word.ptr, "1") || text_equal(word.ptr, "true")))
            *sealed = column_int(&q, 0);
    }
    if (at < count && *missing == 0)
        *missing = pks[at];
    return query_end(&q, err);
}

/* Sealed, or deleted, since they were read into memory? And from now to the
 * commit nobody seals them, nor adds links to them. */
static orma_status hold_sources(unit *u, orma_error **err)
{
    AUTO_FREE int64_t *pks = calloc(u->link_count + 1, sizeof *pks);
    if (pks == NULL)
        return error_no_memory(err);
    const size_t count = list_sources(u, pks);

    for (size_t i = 0; i < count; i += PORTION_MAX) {
        const size_t part = count - i < PORTION_MAX ? count - i : PORTION_MAX;
        int64_t missing = 0, sealed = 0;
        const orma_status st =
            read_sources(u, pks + i, part, &missing, &sealed, err);
        if (st != ORMA_OK)
            return st;
        if (missing != 0)
            return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                             "node %lld is not in the database any more",
                             (long long)missing);
        if (sealed != 0)
            return source_is_sealed(u, sealed, err);
    }
    return ORMA_OK;
}

orma_status unit_check_stored(unit *u, orma_error **err)
{
    const orma_status st = u->link_count == 0 ? ORMA_OK : hold_sources(u, err);
    return st == ORMA_OK ? check_all(u, err) : st;
}

orma_status unit_explain(unit *u, orma_status st, orma_error **err)
{
    AUTO_ERROR orma_error *found = NULL;
    const orma_status checked = check_all(u, &found);
    if (checked != ORMA_E_REFUSED)
        return st;
    error_clear(err);
    error_move(&found, err);
    return checked;
}

/* ---- rows -------------------------------------------------------- */

static orma_status post_link(unit *u, const unit_link *link, orma_error **err)
{
    static const char template[] =
        "INSERT INTO db_dblink (input_id, output_id, label, type) VALUES (?1, "
        "?2, ?3, ?4)";
    query q;
    query_start(&q, &u->s->db, template);
    query_int(&q, 1, link->source->pk);
    query_int(&q, 2, link->target->pk);
    query_text(&q, 3, link->label);
    query_text(&q, 4, link_type_word(link->type));
    return query_post(&q, err);
}

static orma_status copy_links(unit *u, orma_error **err)
{
    sql *db = &u->s->db;
    orma_copy *copy = NULL;
    orma_status st = link_copy_begin(db, &copy, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; st == ORMA_OK && i < u->link_count; i++) {
        const unit_link *link = &u->links[i];
        st = store_fault(u->s, err);
        if (st == ORMA_OK)
            st = link_copy_row(
                db, copy, link->type, link->source->pk, link->target->pk,
                (orma_str){link->label, strlen(link->label)}, err);
    }
    const orma_status ended =
        db->driver->copy_end(copy, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? ended : st;
}

orma_status unit_insert_links(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (u->link_count >= COPY_ROWS_MIN)
        return copy_links(u, err);
    for (size_t i = 0; st == ORMA_OK && i < u->link_count; i++) {
        st = store_fault(u->s, err);
        if (st == ORMA_OK)
            st = post_link(u, &u->links[i], err);
    }
    return st;
}
