/* Rows in bulk: nodes and links by the thousand in one transaction, in constant
 * memory, for imports and for programs that bring whole graphs.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_BULK_H
#define CORE_STORAGE_BULK_H

#include <storage/store.h>

typedef struct bulk bulk;

enum bulk_rules {
    /* A new graph: the source of every link but `return` is stored, or was
     * added before its target, so that no cycle can close. */
    BULK_IN_ORDER,
    /* An archive's rows in any order: AiiDA's weaker rules of import. */
    BULK_IMPORT
};

/* Begins the transaction, which keeps other writers of a SQLite profile waiting
 * until the end: a bulk of a million nodes may take a minute. It is not run
 * again by itself: TRANSIENT errors say that the caller may. After INVALID and
 * REFUSED of an addition that reached no row the bulk can go on; otherwise it
 * is to be aborted. Errors: as unit_commit(). */
orma_status bulk_begin(store *s, enum bulk_rules rules, bulk **out,
                       orma_error **err);

/* A row of db_dbnode; texts are borrowed for the call. The JSON texts are in
 * the form that is stored; their objects must be in the container. */
typedef struct bulk_node {
    orma_uuid uuid;
    orma_str node_type;
    orma_str process_type; /* ptr NULL: NULL */
    orma_str label, description;
    int64_t ctime_ns, mtime_ns;
    orma_str attributes, extras, repository; /* JSON objects */
    int64_t computer_pk;                     /* 0: none */
    int64_t user_pk;                         /* 0: the default user */
} bulk_node;

/* *pk: the new node's. */
orma_status bulk_add_node(bulk *b, const bulk_node *n, int64_t *pk,
                          orma_error **err);

/* Between nodes of this bulk or stored ones; rules as graph/link.h says, those
 * of uniqueness at commit. Runs of links are cheaper than nodes and links in
 * turn. */
orma_status bulk_add_link(bulk *b, enum link_type type, int64_t source_pk,
                          int64_t target_pk, orma_str label, orma_error **err);

/* Further statements of the same transaction may be run between adding and
 * commit: on the store's connection, after this call. */
orma_status bulk_settle(bulk *b, orma_error **err);

/* Frees b; after a failure nothing is stored. */
orma_status bulk_commit(bulk *b, orma_error **err);
void bulk_abort(bulk *b); /* accepts NULL */

#endif
