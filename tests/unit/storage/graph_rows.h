/* Whole graphs as rows of a store, and a second opinion on where links lead.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_STORAGE_GRAPH_ROWS_H
#define TESTS_UNIT_STORAGE_GRAPH_ROWS_H

#include "unit/storage/fixture.h"
#include <graph/traversal.h>
#include <storage/pk_set.h>

typedef struct graph_link {
    int64_t source, target;
    enum link_type type;
    char label[64];
} graph_link;

typedef struct graph_rows {
    int64_t pks[256];
    char types[256][64]; /* node types */
    size_t node_count;
    graph_link links[1024];
    size_t link_count;
} graph_rows;

/* Reads "node PK TYPE" and "link SOURCE TARGET TYPE LABEL". */
void graph_read(const char *path, graph_rows *out);

/* Inserts all rows under their own pks, past orma. */
void graph_insert(fixture_db *db, const graph_rows *graph);

/* The set of the pks, ended by 0. */
pk_set graph_set(const int64_t *pks);

/* Adds to nodes what the rules lead to, looking at every link until nothing
 * changes: slow and plain, for comparison. */
void graph_close(const graph_rows *graph, const traversal_rules *rules,
                 pk_set *nodes);

/* "3 5 8": the members. Valid until the next call. */
const char *graph_text(const pk_set *nodes);

#endif
