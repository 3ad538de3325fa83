/* What the files of the bulk share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_BULK_INTERNAL_H
#define CORE_STORAGE_BULK_INTERNAL_H

#include <storage/bulk.h>
#include <storage/store_internal.h>

/* What is known of a node, by its pk; 0: nothing yet. */
enum {
    FACT_DATA = 1, /* one of four classes */
    FACT_CALCULATION = 2,
    FACT_WORKFLOW = 3,
    FACT_OTHER = 4,
    FACT_CLASS = 7,
    FACT_NEW = 8,       /* of this bulk */
    FACT_SEALED = 16,   /* a stored process */
    FACT_CREATED = 32,  /* a `create` link of this bulk leads here */
    FACT_RETURNED = 64, /* a `return` link does */
    FACT_HELD = 128     /* a stored process whose row is held */
};

typedef struct bulk_link {
    int64_t source_pk, target_pk;
    size_t label; /* where it begins in labels */
    uint32_t label_len;
    uint32_t type; /* enum link_type */
} bulk_link;

struct bulk {
    store *s;
    enum bulk_rules rules;
    uint8_t *facts;
    size_t fact_count;
    orma_copy *nodes; /* NULL: none is open */
    int64_t *ids;     /* reserved ones */
    size_t id_count, id_next;
    int64_t added; /* nodes */
    bulk_link *links; /* that wait */
    size_t link_count;
    buf labels;
    int64_t first_link; /* all links of this bulk have this id or a greater */
    bool is_broken;     /* by the database: only an abort is left */
};

uint8_t bulk_facts(const bulk *b, int64_t pk);
orma_status bulk_note(bulk *b, int64_t pk, uint8_t facts, orma_error **err);
uint8_t bulk_class_fact(const char *node_type);

/* Errors: REFUSED. */
orma_status bulk_broken(const bulk *b, orma_error **err);

orma_status bulk_end_nodes(bulk *b, orma_error **err);

/* Looks up ends, checks, and copies the links that wait. */
orma_status bulk_flush_links(bulk *b, orma_error **err);

/* Rules that the end of the bulk decides. */
orma_status bulk_check_returns(const bulk *b, orma_error **err);
orma_status bulk_check_unique(bulk *b, orma_error **err);

#endif
