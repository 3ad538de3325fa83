/* Links of a bulk: their rules and rows.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/bulk_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk_rows.h>
#include <storage/portion.h>

#define LINKS_MAX 16384 /* that wait */
#define LABEL_MAX 255

static const struct {
    uint8_t source, target; /* classes */
    const char *classes;
    const char *twice; /* what the database's indexes refuse */
} rules[LINK_TYPE_COUNT] = {
    [LINK_CREATE] = {FACT_CALCULATION, FACT_DATA,
                     "it must lead from a calculation to data",
                     "the target has a creator already, or the source another "
                     "link of that label"},
    [LINK_RETURN] = {FACT_WORKFLOW, FACT_DATA,
                     "it must lead from a workflow to data",
                     "the source has another one of that label"},
    [LINK_INPUT_CALC] = {FACT_DATA, FACT_CALCULATION,
                         "it must lead from data to a calculation",
                         "the target has another one of that label"},
    [LINK_INPUT_WORK] = {FACT_DATA, FACT_WORKFLOW,
                         "it must lead from data to a workflow",
                         "the target has another one of that label"},
    [LINK_CALL_CALC] = {FACT_WORKFLOW, FACT_CALCULATION,
                        "it must lead from a workflow to a calculation",
                        "the target has a caller already"},
    [LINK_CALL_WORK] = {FACT_WORKFLOW, FACT_WORKFLOW,
                        "it must lead from a workflow to a workflow",
                        "the target has a caller already"},
};

static orma_str label_of(const bulk *b, const bulk_link *l)
{
    return (orma_str){buf_c_str(&b->labels) + l->label, l->label_len};
}

static orma_status refuse(enum link_type type, int64_t source_pk,
                          int64_t target_pk, orma_str label, const char *why,
                          orma_error **err)
{
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "%s link \"%.*s\" from node %lld to node %lld is not "
                     "allowed: %s",
                     link_type_word(type), (int)label.len, label.ptr,
                     (long long)source_pk, (long long)target_pk, why);
}

static orma_status refuse_link(const bulk *b, const bulk_link *l,
                               const char *why, orma_error **err)
{
    return refuse((enum link_type)l->type, l->source_pk, l->target_pk,
                  label_of(b, l), why, err);
}

/* Why the ends are not those of such a link, NULL: they are, as far as they
 * are known by now. */
static const char *wrong_ends(const bulk *b, enum link_type type,
                              int64_t source_pk, int64_t target_pk)
{
    const uint8_t source = bulk_facts(b, source_pk);
    const uint8_t target = bulk_facts(b, target_pk);

    if (source_pk == target_pk)
        return "a node cannot be linked to itself";
    if ((source != 0 && (source & FACT_CLASS) != rules[type].source) ||
        (target != 0 && (target & FACT_CLASS) != rules[type].target))
        return rules[type].classes;
    if (b->rules == BULK_IMPORT)
        return NULL;
    if (source & FACT_SEALED)
        return "the source is a stored process that is sealed";
    if (type == LINK_RETURN)
        return NULL;
    if (!(target & FACT_NEW))
        return "the target was stored before, so its incoming links are fixed";
    if ((source & FACT_NEW) && source_pk > target_pk)
        return "the source was added after its target";
    return NULL;
}

static orma_status check_label(const bulk *b, enum link_type type,
                               orma_str label, orma_error **err)
{
    char text[LABEL_MAX + 1];
    bool is_fine =
        label.len > 0 && label.len <= LABEL_MAX && text_is_utf8(label);

    if (is_fine && b->rules == BULK_IN_ORDER) {
        memcpy(text, label.ptr, label.len);
        text[label.len] = '\0';
        is_fine = text_is_link_label(text);
    }
    if (is_fine)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "label \"%.*s\" of a %s link is not valid",
                     (int)(label.len < 200 ? label.len : 200), label.ptr,
                     link_type_word(type));
}

static orma_status keep_link(bulk *b, enum link_type type, int64_t source_pk,
                             int64_t target_pk, orma_str label,
                             orma_error **err)
{
    if (b->links == NULL) {
        b->links = calloc(LINKS_MAX, sizeof *b->links);
        if (b->links == NULL)
            return error_no_memory(err);
    }
    b->links[b->link_count] = (bulk_link){source_pk, target_pk, b->labels.len,
                                          (uint32_t)label.len, (uint32_t)type};
    buf_str(&b->labels, label);
    const orma_status st = buf_status(&b->labels, err);
    if (st == ORMA_OK)
        b->link_count++;
    return st;
}

orma_status bulk_add_link(bulk *b, enum link_type type, int64_t source_pk,
                          int64_t target_pk, orma_str label, orma_error **err)
{
    orma_status st = bulk_broken(b, err);
    if (st == ORMA_OK)
        st = check_label(b, type, label, err);
    if (st != ORMA_OK)
        return st;
    const char *why = wrong_ends(b, type, source_pk, target_pk);
    if (why != NULL)
        return refuse(type, source_pk, target_pk, label, why, err);

    const uint8_t target = bulk_facts(b, target_pk);
    if ((target & FACT_NEW) && (type == LINK_CREATE || type == LINK_RETURN))
        st = bulk_note(b, target_pk,
                       type == LINK_CREATE ? FACT_CREATED : FACT_RETURNED, err);
    if (st == ORMA_OK)
        st = keep_link(b, type, source_pk, target_pk, label, err);
    if (st == ORMA_OK && b->link_count == LINKS_MAX)
        st = bulk_flush_links(b, err);
    return st;
}

/* ---- stored ends ------------------------------------------------- */

static int by_pk(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts, and keeps each once. */
static size_t each_once(int64_t *pks, size_t count)
{
    size_t kept = 0;
    qsort(pks, count, sizeof *pks, by_pk);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || pks[i] != pks[i - 1])
            pks[kept++] = pks[i];
    return kept;
}

typedef orma_status portion_reader(bulk *b, orma_str list, orma_error **err);

static orma_status in_portions(bulk *b, const int64_t *pks, size_t count,
                               portion_reader *read, orma_error **err)
{
    AUTO_BUF buf list = {0};
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < count; i += PORTION_MAX) {
        portion_write(&list, pks + i,
                      count - i < PORTION_MAX ? count - i : PORTION_MAX);
        st = buf_status(&list, err);
        if (st == ORMA_OK)
            st = read(b, buf_view(&list), err);
    }
    return st;
}

static orma_status read_classes(bulk *b, orma_str list, orma_error **err)
{
    query q;
    query_start(&q, &b->s->db,
                "SELECT id, node_type FROM db_dbnode WHERE id IN {ids:?1}");
    query_str(&q, 1, list);
    while (query_next(&q)) {
        const orma_str type = column_str(&q, 1);
        q.status = bulk_note(b, column_int(&q, 0),
                             bulk_class_fact(type.ptr == NULL ? "" : type.ptr),
                             &q.error);
    }
    return query_end(&q, err);
}

/* Held to the commit: nobody seals them meanwhile. */
static orma_status hold_processes(bulk *b, orma_str list, orma_error **err)
{
    query q;
    query_start(&q, &b->s->db,
                "SELECT id, CAST({json:attributes.sealed} AS TEXT) FROM "
                "db_dbnode WHERE id IN {ids:?1} ORDER BY id{lock}");
    query_str(&q, 1, list);
    while (query_next(&q)) {
        const orma_str word = column_str(&q, 1);
        const bool is_sealed =
            word.ptr != NULL &&
            (text_equal(word.ptr, "1") || text_equal(word.ptr, "true"));
        q.status =
            bulk_note(b, column_int(&q, 0),
                      FACT_HELD | (is_sealed ? FACT_SEALED : 0), &q.error);
    }
    return query_end(&q, err);
}

/* Facts about the ends of the links that wait. */
static orma_status look_up_ends(bulk *b, orma_error **err)
{
    AUTO_FREE int64_t *pks = calloc(2 * b->link_count + 1, sizeof *pks);
    size_t count = 0;
    if (pks == NULL)
        return error_no_memory(err);

    for (size_t i = 0; i < b->link_count; i++) {
        const int64_t ends[] = {b->links[i].source_pk, b->links[i].target_pk};
        for (int k = 0; k < 2; k++)
            if (bulk_facts(b, ends[k]) == 0)
                pks[count++] = ends[k];
    }
    orma_status st =
        in_portions(b, pks, each_once(pks, count), read_classes, err);
    if (st != ORMA_OK || b->rules == BULK_IMPORT)
        return st;

    count = 0;
    for (size_t i = 0; i < b->link_count; i++) {
        const uint8_t source = bulk_facts(b, b->links[i].source_pk);
        if (source != 0 && (source & FACT_CLASS) != FACT_DATA &&
            !(source & (FACT_NEW | FACT_HELD)))
            pks[count++] = b->links[i].source_pk;
    }
    return in_portions(b, pks, each_once(pks, count), hold_processes, err);
}

static orma_status check_ends(const bulk *b, const bulk_link *l,
                              orma_error **err)
{
    if (bulk_facts(b, l->source_pk) == 0)
        return refuse_link(b, l, "the source is not in the database", err);
    if (bulk_facts(b, l->target_pk) == 0)
        return refuse_link(b, l, "the target is not in the database", err);
    const char *why =
        wrong_ends(b, (enum link_type)l->type, l->source_pk, l->target_pk);
    return why == NULL ? ORMA_OK : refuse_link(b, l, why, err);
}

/* ---- rows -------------------------------------------------------- */

/* The database refused the link, or one of those copied with it. */
static orma_status refused_row(const bulk *b, const bulk_link *l,
                               orma_status st, orma_error **err)
{
    return st == ORMA_E_INVALID ? refuse_link(b, l, rules[l->type].twice, err)
                                : st;
}

static orma_status refused_copy(orma_status st, orma_error **err)
{
    AUTO_FREE char *chain =
        err == NULL || *err == NULL ? NULL : error_chain(*err);

    if (st != ORMA_E_INVALID || chain == NULL)
        return st;
    for (size_t i = 0; i < LINK_TYPE_COUNT; i++) {
        const char *word = link_type_word((enum link_type)i);
        AUTO_FREE char *index = text_printf("orma_uq_link_%s_", word);
        if (index != NULL && strstr(chain, index) != NULL)
            return error_set(err, ORMA_E_REFUSED, "storage", 0,
                             "a %s link is not allowed: %s", word,
                             rules[i].twice);
    }
    return st;
}

static orma_status copy_links(bulk *b, orma_error **err)
{
    sql *db = &b->s->db;
    orma_copy *copy = NULL;
    orma_status st = link_copy_begin(db, &copy, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; st == ORMA_OK && i < b->link_count; i++) {
        const bulk_link *l = &b->links[i];
        st = link_copy_row(db, copy, (enum link_type)l->type, l->source_pk,
                           l->target_pk, label_of(b, l), err);
        if (st != ORMA_OK)
            st = refused_row(b, l, st, err);
    }
    const orma_status ended =
        db->driver->copy_end(copy, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? refused_copy(ended, err) : st;
}

/* An id below which no link of this bulk lies. */
static orma_status mark_first(bulk *b, orma_error **err)
{
    return b->first_link != 0
               ? ORMA_OK
               : b->s->db.driver->reserve_ids(b->s->db.connection, "db_dblink",
                                              1, &b->first_link, err);
}

orma_status bulk_flush_links(bulk *b, orma_error **err)
{
    if (b->link_count == 0)
        return ORMA_OK;
    orma_status st = bulk_end_nodes(b, err);
    if (st == ORMA_OK)
        st = mark_first(b, err);
    if (st == ORMA_OK)
        st = look_up_ends(b, err);
    for (size_t i = 0; st == ORMA_OK && i < b->link_count; i++)
        st = check_ends(b, &b->links[i], err);
    if (st == ORMA_OK)
        st = copy_links(b, err);
    b->is_broken = b->is_broken || st != ORMA_OK;
    b->link_count = 0;
    buf_clear(&b->labels);
    return st;
}

/* ---- rules that the end decides ---------------------------------- */

/* A workflow hands on what exists; only calculations make data. */
orma_status bulk_check_returns(const bulk *b, orma_error **err)
{
    if (b->rules == BULK_IMPORT)
        return ORMA_OK;
    for (size_t pk = 1; pk < b->fact_count; pk++) {
        if ((b->facts[pk] & (FACT_RETURNED | FACT_CREATED)) != FACT_RETURNED)
            continue;
        const orma_status st = error_set(
            err, ORMA_E_REFUSED, "storage", 0,
            "a return link leads to node %zu, new data that no calculation "
            "creates",
            pk);
        error_hint(err, "a workflow may only return data that is stored: make "
                        "it by a calculation");
        return st;
    }
    return ORMA_OK;
}

/* Does one of the database's unique indexes not exist, since links that others
 * stored break it? */
static orma_status lacks_index(bulk *b, bool *lacks, orma_error **err)
{
    AUTO_JSON json_object *skipped = NULL;
    query q;
    query_start(&q, &b->s->db, "SELECT val FROM orma_meta WHERE \"key\" = ?1");
    query_text(&q, 1, "skipped_indexes");
    if (query_next(&q))
        skipped = column_json(&q, 0);
    const orma_status st = query_end(&q, err);
    *lacks = json_object_is_type(skipped, json_type_array) &&
             json_object_array_length(skipped) > 0;
    return st;
}

/* A link of this bulk beside which there is another one that the rule
 * excludes. */
static orma_status find_twice(bulk *b, enum link_type type, const char *same,
                              orma_error **err)
{
    AUTO_BUF buf template = {0};
    orma_status refused = ORMA_OK;
    query q;

    buf_printf(&template,
               "SELECT fresh.input_id, fresh.output_id, fresh.label FROM "
               "db_dblink AS fresh WHERE fresh.id >= ?1 AND fresh.type = ?2 "
               "AND EXISTS (SELECT 1 FROM db_dblink AS other WHERE other.type "
               "= fresh.type AND %s AND other.id <> fresh.id) LIMIT 1",
               same);
    query_start_once(&q, &b->s->db, buf_c_str(&template));
    query_int(&q, 1, b->first_link);
    query_text(&q, 2, link_type_word(type));
    if (query_next(&q))
        refused = refuse(type, column_int(&q, 0), column_int(&q, 1),
                         column_str(&q, 2), rules[type].twice, err);
    const orma_status st = query_end(&q, err);
    return st == ORMA_OK ? refused : st;
}

orma_status bulk_check_unique(bulk *b, orma_error **err)
{
    bool lacks = false;
    if (b->first_link == 0)
        return ORMA_OK;
    orma_status st = lacks_index(b, &lacks, err);
    for (int i = 0; st == ORMA_OK && lacks && i < LINK_TYPE_COUNT; i++) {
        const enum link_type type = (enum link_type)i;
        if (link_incoming_rule(type) == LINK_UNIQUE_DEGREE)
            st = find_twice(b, type, "other.output_id = fresh.output_id", err);
        if (st == ORMA_OK && link_incoming_rule(type) == LINK_UNIQUE_LABEL)
            st = find_twice(b, type,
                            "other.output_id = fresh.output_id AND other.label "
                            "= fresh.label",
                            err);
        if (st == ORMA_OK && link_outgoing_rule(type) == LINK_UNIQUE_LABEL)
            st = find_twice(b, type,
                            "other.input_id = fresh.input_id AND other.label = "
                            "fresh.label",
                            err);
    }
    return st;
}
