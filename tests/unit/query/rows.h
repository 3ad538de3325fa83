/* Stores filled by plain SQL, and the rows of queries as texts.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_QUERY_ROWS_H
#define TESTS_UNIT_QUERY_ROWS_H

#include "unit/storage/fixture.h"

/* A row of db_dbnode, with time 2026-01-01 and `hour` hours. */
typedef struct node_row {
    int id;
    const char *node_type, *label, *attributes;
    int hour;
    const char *process_type; /* or NULL */
} node_row;

/* A new store with user 1, and these rows, ended by id 0. */
store *rows_store(const node_row *nodes, char **folder);

/* A statement that must succeed; also outside of tests. */
void rows_execute(fixture_db *db, const char *statement);

/* db_dblink's row of two nodes. */
void rows_link(fixture_db *db, int source, int target, const char *type);

/* All rows of the document, "[1,\"a\"] [2,\"b\"]", or "error: …" with the whole
 * chain; the caller frees it. */
char *rows_of(store *s, const char *document);
char *rows_as_dict(store *s, const char *document);

/* Are they as expected? Prints both when not. */
bool rows_are(store *s, const char *document, const char *expected);

/* The same for the statement's plan: has it the text? */
bool rows_plan_has(store *s, const char *document, const char *text);

int64_t rows_count(store *s, const char *document);

#endif
