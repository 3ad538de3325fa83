/* Links: the rules of the graph, for all that are there.
 *
 * SPDX-License-Identifier: MIT */
#include "verify_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <graph/link.h>

#define PORTION 5000 /* links of a statement */

/* A link that creates or uses data, for the search for cycles. */
typedef struct edge {
    int64_t source, target;
} edge;

typedef struct links {
    verifier *v;
    bool has_backward; /* one leads to a node with a smaller pk */
    edge *edges;
    size_t edge_count;
} links;

static orma_status fault(verifier *v, int64_t pk, const char *label,
                         orma_error **err, const char *fmt, ...)
    ORMA_PRINTF(5, 6);

static orma_status fault(verifier *v, int64_t pk, const char *label,
                         orma_error **err, const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    const verify_fault at = {
        .kind = "link", .table = "db_dblink", .pk = pk, .name = label};
    return verify_fault_at(v, &at, err, "%s", buf_c_str(&text));
}

/* ---- each link by itself ----------------------------------------- */

static orma_status check_ends(links *l, query *q, enum link_type type,
                              orma_error **err)
{
    const int64_t pk = column_int(q, 0);
    AUTO_FREE char *label = column_text(q, 3);
    AUTO_FREE char *source = column_text(q, 5);
    AUTO_FREE char *target = column_text(q, 6);

    if (source == NULL || target == NULL)
        return ORMA_OK; /* told as a reference */
    if (link_fits(type, node_class_of(source), node_class_of(target)))
        return ORMA_OK;
    return fault(l->v, pk, label, err,
                 "a %s link does not lead from %s (%lld) to %s (%lld)",
                 link_type_word(type), source, (long long)column_int(q, 1),
                 target, (long long)column_int(q, 2));
}

static orma_status check_link(links *l, query *q, orma_error **err)
{
    const int64_t pk = column_int(q, 0);
    const int64_t source = column_int(q, 1), target = column_int(q, 2);
    AUTO_FREE char *label = column_text(q, 3);
    AUTO_FREE char *word = column_text(q, 4);
    enum link_type type;

    if (label == NULL || word == NULL)
        return error_no_memory(err);
    if (!link_type_parse(word, &type))
        return fault(l->v, pk, label, err, "it is of no known type: \"%s\"",
                     word);
    orma_status st = ORMA_OK;
    if (source == target)
        st = fault(l->v, pk, label, err, "it leads from node %lld to itself",
                   (long long)source);
    if (st == ORMA_OK && !text_is_link_label(label))
        st = fault(l->v, pk, label, err, "its label is not valid");
    if (st == ORMA_OK)
        st = check_ends(l, q, type, err);
    if ((type == LINK_CREATE || type == LINK_INPUT_CALC ||
         type == LINK_INPUT_WORK) &&
        source >= target)
        l->has_backward = true;
    return st;
}

static orma_status check_each(links *l, orma_error **err)
{
    static const char page[] =
        "SELECT db_dblink.id, input_id, output_id, db_dblink.label, type, "
        "source.node_type, target.node_type FROM db_dblink LEFT JOIN db_dbnode "
        "source ON source.id = input_id LEFT JOIN db_dbnode target ON "
        "target.id "
        "= output_id WHERE db_dblink.id > ?1 ORDER BY db_dblink.id LIMIT 5000";
    int64_t last = 0, count = PORTION;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && count == PORTION) {
        query q;
        count = 0;
        query_start(&q, &l->v->s->db, page);
        query_int(&q, 1, last);
        while (st == ORMA_OK && query_next(&q)) {
            last = column_int(&q, 0);
            count++;
            st = check_link(l, &q, err);
        }
        st = query_end_after(&q, st, err);
        l->v->links += count;
        if (st == ORMA_OK)
            st = verify_step(l->v, "links", l->v->links, 0, err);
    }
    return st;
}

/* ---- uniqueness -------------------------------------------------- */

/* AiiDA's rules (graph/link.h), by what must differ. */
static const struct {
    const char *type, *columns, *what;
} unique[] = {
    {"create", "output_id", "the node has more than one creator"},
    {"call_calc", "output_id", "the process has more than one caller"},
    {"call_work", "output_id", "the process has more than one caller"},
    {"create", "input_id, label", "two outputs have the same label"},
    {"return", "input_id, label", "two outputs have the same label"},
    {"input_calc", "output_id, label", "two inputs have the same label"},
    {"input_work", "output_id, label", "two inputs have the same label"},
};

static orma_status check_unique(verifier *v, size_t i, orma_error **err)
{
    AUTO_FREE char *statement = text_printf(
        "SELECT MAX(id), MAX(label), COUNT(*) FROM db_dblink WHERE type = '%s' "
        "GROUP BY %s HAVING COUNT(*) > 1",
        unique[i].type, unique[i].columns);
    orma_status st = ORMA_OK;
    query q;
    if (statement == NULL)
        return error_no_memory(err);
    query_start_many(&q, &v->s->db, statement);
    while (st == ORMA_OK && query_next(&q)) {
        AUTO_FREE char *label = column_text(&q, 1);
        st =
            fault(v, column_int(&q, 0), label, err, "%s (%lld %s links)",
                  unique[i].what, (long long)column_int(&q, 2), unique[i].type);
    }
    return query_end_after(&q, st, err);
}

/* ---- cycles ------------------------------------------------------ */

static orma_status read_edges(links *l, orma_error **err)
{
    size_t capacity = 0;
    orma_status st = ORMA_OK;
    query q;
    query_start_many(
        &q, &l->v->s->db,
        "SELECT input_id, output_id FROM db_dblink WHERE type IN "
        "('create', 'input_calc', 'input_work') ORDER BY input_id");
    while (st == ORMA_OK && query_next(&q)) {
        if (l->edge_count == capacity) {
            capacity = capacity == 0 ? 4096 : capacity * 2;
            edge *grown = reallocarray(l->edges, capacity, sizeof *grown);
            if (grown == NULL) {
                st = error_no_memory(err);
                break;
            }
            l->edges = grown;
        }
        const edge e = {column_int(&q, 0), column_int(&q, 1)};
        if (e.source > 0 && e.source <= INT32_MAX && e.target > 0 &&
            e.target <= INT32_MAX) /* AiiDA's ids have 32 bits */
            l->edges[l->edge_count++] = e;
    }
    return query_end_after(&q, st, err);
}

/* The first edge from a node, edges being in the order of their sources. */
static size_t first_edge(const links *l, int64_t source)
{
    size_t low = 0, high = l->edge_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->edges[middle].source < source)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Nodes without incoming edges are taken away, with the edges from them, until
 * none is left, or none without: then the rest holds a cycle (Kahn 1962). */
static orma_status find_cycle(links *l, int64_t last_pk, orma_error **err)
{
    const size_t size = (size_t)last_pk + 1;
    AUTO_FREE uint32_t *incoming = calloc(size, sizeof *incoming);
    AUTO_FREE int64_t *ready = calloc(size, sizeof *ready);
    size_t ready_count = 0, taken = 0;
    if (incoming == NULL || ready == NULL)
        return error_no_memory(err);

    for (size_t i = 0; i < l->edge_count; i++)
        incoming[l->edges[i].target]++;
    for (size_t i = 0; i < l->edge_count; i++) {
        const int64_t source = l->edges[i].source;
        if (incoming[source] == 0 &&
            (i == 0 || l->edges[i - 1].source != source))
            ready[ready_count++] = source;
    }
    for (size_t at = 0; at < ready_count; at++)
        for (size_t i = first_edge(l, ready[at]);
             i < l->edge_count && l->edges[i].source == ready[at]; i++) {
            taken++;
            if (--incoming[l->edges[i].target] == 0)
                ready[ready_count++] = l->edges[i].target;
        }
    if (taken == l->edge_count)
        return ORMA_OK;
    int64_t pk = 1;
    while (pk < last_pk && incoming[pk] == 0)
        pk++;
    return verify_fault_at(
        l->v, &(verify_fault){.kind = "link", .table = "db_dbnode", .pk = pk},
        err,
        "the node is its own ancestor, or follows such a one, by create "
        "and input links");
}

static orma_status check_cycles(links *l, orma_error **err)
{
    int64_t last_pk = 0;
    if (!l->has_backward) /* every step leads to a greater pk */
        return ORMA_OK;
    orma_status st = read_edges(l, err);
    for (size_t i = 0; i < l->edge_count; i++) {
        if (l->edges[i].source > last_pk)
            last_pk = l->edges[i].source;
        if (l->edges[i].target > last_pk)
            last_pk = l->edges[i].target;
    }
    return st == ORMA_OK ? find_cycle(l, last_pk, err) : st;
}

orma_status verify_links(verifier *v, orma_error **err)
{
    links l = {.v = v};
    orma_status st = check_each(&l, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof unique / sizeof *unique; i++)
        st = check_unique(v, i, err);
    if (st == ORMA_OK)
        st = check_cycles(&l, err);
    free(l.edges);
    return st;
}
