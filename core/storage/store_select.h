/* Nodes chosen by what dumps and listings choose by.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STORE_SELECT_H
#define CORE_STORAGE_STORE_SELECT_H

#include <storage/pk_set.h>
#include <storage/store.h>

enum select_class { SELECT_CALCULATIONS, SELECT_WORKFLOWS, SELECT_DATA };

typedef struct node_selection {
    enum select_class node_class;
    int64_t group_pk;           /* members of it; 0: any node */
    bool is_ungrouped;          /* in no group at all */
    bool is_top_level;          /* nobody called it */
    int64_t since_ns, until_ns; /* of creation, until excluded; 0: any time */
    int64_t user_pk;            /* 0: anybody's */
    const int64_t *computer_pks;
    size_t computer_count; /* 0: on any */
    const int64_t *code_pks;
    size_t code_count; /* 0: with any */
} node_selection;

/* Adds the primary keys. */
orma_status store_select(store *s, const node_selection *selection, pk_set *out,
                         orma_error **err);

#endif
