/* Rows in bulk.
 *
 * Nodes go into the driver's copy as they come. Links wait in portions, since
 * the ends that are not of this bulk must be looked up, and no statement runs
 * beside a copy. What has to be known of a node is one byte.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/bulk_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk_rows.h>

#define MANY_NODES 10000 /* that change what the planner knows */
#define IDS_FIRST 64 /* reserved together, then twice as many … */
#define IDS_MAX 16384
#define TYPE_MAX 255 /* characters of AiiDA's columns */

orma_status bulk_begin(store *s, enum bulk_rules rules, bulk **out,
                       orma_error **err)
{
    bulk *b = calloc(1, sizeof *b);
    if (b == NULL)
        return error_no_memory(err);
    b->s = s;
    b->rules = rules;
    const orma_status st = store_begin(s, err);
    if (st != ORMA_OK) {
        free(b);
        return st;
    }
    *out = b;
    return ORMA_OK;
}

static void bulk_free(bulk *b)
{
    free(b->facts);
    free(b->ids);
    free(b->links);
    buf_free(&b->labels);
    free(b);
}

void bulk_abort(bulk *b)
{
    if (b == NULL)
        return;
    if (b->nodes != NULL)
        b->s->db.driver->copy_end(b->nodes, NULL);
    store_rollback(b->s);
    bulk_free(b);
}

/* ---- facts ------------------------------------------------------- */

uint8_t bulk_facts(const bulk *b, int64_t pk)
{
    return pk > 0 && (size_t)pk < b->fact_count ? b->facts[pk] : 0;
}

orma_status bulk_note(bulk *b, int64_t pk, uint8_t facts, orma_error **err)
{
    const size_t at = (size_t)pk;
    if (at >= b->fact_count) {
        const size_t count = at + at / 2 + 1024;
        uint8_t *grown = realloc(b->facts, count);
        if (grown == NULL)
            return error_no_memory(err);
        memset(grown + b->fact_count, 0, count - b->fact_count);
        b->facts = grown;
        b->fact_count = count;
    }
    b->facts[at] |= facts;
    return ORMA_OK;
}

uint8_t bulk_class_fact(const char *node_type)
{
    switch (node_class_of(node_type)) {
    case NODE_DATA:
        return FACT_DATA;
    case NODE_CALCULATION:
        return FACT_CALCULATION;
    case NODE_WORKFLOW:
        return FACT_WORKFLOW;
    case NODE_OTHER:
        break;
    }
    return FACT_OTHER;
}

/* ---- nodes ------------------------------------------------------- */

orma_status bulk_end_nodes(bulk *b, orma_error **err)
{
    if (b->nodes == NULL)
        return ORMA_OK;
    const orma_status st = b->s->db.driver->copy_end(b->nodes, err);
    b->nodes = NULL;
    b->is_broken = b->is_broken || st != ORMA_OK;
    return st;
}

/* More ids, when the last are used up. */
static orma_status reserve(bulk *b, orma_error **err)
{
    if (b->id_next < b->id_count)
        return ORMA_OK;
    const size_t count = b->id_count == 0        ? IDS_FIRST
                         : b->id_count < IDS_MAX ? b->id_count * 2
                                                 : IDS_MAX;
    int64_t *grown = reallocarray(b->ids, count, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    b->ids = grown;
    orma_status st = bulk_end_nodes(b, err);
    if (st == ORMA_OK)
        st = b->s->db.driver->reserve_ids(b->s->db.connection, "db_dbnode",
                                          count, b->ids, err);
    if (st != ORMA_OK) {
        b->is_broken = true;
        return st;
    }
    b->id_count = count;
    b->id_next = 0;
    return ORMA_OK;
}

static orma_status bad_node(const char *what, orma_str text, orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "nodes with the %s \"%.*s\" cannot be stored", what,
                     (int)(text.len < 255 ? text.len : 255), text.ptr);
}

/* AiiDA's columns have room for 255 characters. */
static bool is_too_long(orma_str label)
{
    size_t characters = 0;
    for (size_t i = 0; i < label.len; i++)
        characters += ((unsigned char)label.ptr[i] & 0xc0) != 0x80;
    return characters > TYPE_MAX;
}

static orma_status check_node(const bulk *b, const bulk_node *n,
                              const char *type, orma_error **err)
{
    if (n->node_type.len > TYPE_MAX ||
        (b->rules == BULK_IN_ORDER &&
         (node_class_of(type) == NODE_OTHER || !text_ends(type, "."))))
        return bad_node("type", n->node_type, err);
    if (!text_is_utf8(n->label) || is_too_long(n->label))
        return bad_node("label", n->label, err);
    if (!text_is_utf8(n->description))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "a description is not valid UTF-8");
    if (n->user_pk != 0 || b->s->default_user != 0)
        return ORMA_OK;
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "storage", 0,
                  "the new node belongs to no user: the profile has no default "
                  "one");
    error_hint(err, "set it up with `orma user configure`");
    return st;
}

orma_status bulk_broken(const bulk *b, orma_error **err)
{
    if (!b->is_broken)
        return ORMA_OK;
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "the bulk has failed before: abort it");
}

static orma_status copy_node(bulk *b, int64_t pk, const bulk_node *n,
                             orma_error **err)
{
    bulk_node row = *n;
    orma_status st = ORMA_OK;

    if (row.user_pk == 0)
        row.user_pk = b->s->default_user;
    if (b->nodes == NULL)
        st = node_copy_begin(&b->s->db, &b->nodes, err);
    if (st == ORMA_OK)
        st = node_copy_row(&b->s->db, b->nodes, pk, &row, err);
    b->is_broken = b->is_broken || st != ORMA_OK;
    return st;
}

orma_status bulk_add_node(bulk *b, const bulk_node *n, int64_t *pk,
                          orma_error **err)
{
    char type[TYPE_MAX + 1];
    const size_t len =
        n->node_type.len < TYPE_MAX ? n->node_type.len : TYPE_MAX;

    memcpy(type, n->node_type.ptr, len);
    type[len] = '\0';
    orma_status st = bulk_broken(b, err);
    if (st == ORMA_OK)
        st = check_node(b, n, type, err);
    if (st == ORMA_OK)
        st = reserve(b, err);
    if (st == ORMA_OK)
        st = bulk_note(b, b->ids[b->id_next], FACT_NEW | bulk_class_fact(type),
                       err);
    if (st == ORMA_OK)
        st = copy_node(b, b->ids[b->id_next], n, err);
    if (st == ORMA_OK) {
        *pk = b->ids[b->id_next++];
        b->added++;
    }
    return st;
}

/* ---- the end ----------------------------------------------------- */

orma_status bulk_settle(bulk *b, orma_error **err)
{
    orma_status st = bulk_broken(b, err);
    if (st == ORMA_OK)
        st = bulk_flush_links(b, err);
    return st == ORMA_OK ? bulk_end_nodes(b, err) : st;
}

/* A server that has not looked at a table since it was small reads all of it
 * where an index is at hand. The rows are stored: a failure is of no
 * consequence. */
static void tell_planner(sql *db)
{
    AUTO_ERROR orma_error *ignored = NULL;
    if (db->dialect->after_bulk != NULL)
        sql_execute(db, db->dialect->after_bulk, &ignored);
}

orma_status bulk_commit(bulk *b, orma_error **err)
{
    orma_status st = bulk_settle(b, err);
    if (st == ORMA_OK)
        st = bulk_check_returns(b, err);
    if (st == ORMA_OK)
        st = bulk_check_unique(b, err);
    if (st == ORMA_OK)
        st = store_fault(b->s, err);
    if (st != ORMA_OK) {
        bulk_abort(b);
        return st;
    }
    st = store_commit(b->s, err);
    if (st == ORMA_OK && b->added >= MANY_NODES)
        tell_planner(&b->s->db);
    bulk_free(b);
    return st;
}
