/* Query documents: AiiDA's QueryBuilder as JSON, turned into one SQL statement.
 *
 * A document is read into its normal form, which is what AiiDA's as_dict()
 * gives; the normal form is compiled for a dialect; what was compiled is run
 * in a store. The first two know no database. Errors name the place in the
 * document: "filters.node_1.attributes.a: …".
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_QUERY_H
#define CORE_QUERY_QUERY_H

#include <storage/store.h>

/* Limits of a document, far above what is asked for by people. */
#define QUERY_DOCUMENT_BYTES_MAX (64u << 20)
#define QUERY_PATH_MAX 24        /* items; SQLite joins 64 tables at most */
#define QUERY_CONDITIONS_MAX 500 /* SQLite's expressions are 1000 deep */
#define QUERY_NESTING_MAX 32     /* of and/or in filters */
#define QUERY_COLUMNS_MAX 512
#define QUERY_KEYS_MAX 32    /* attributes.a.b.c: keys of a field */
#define QUERY_FIELD_MAX 4096 /* bytes of a field */
#define QUERY_TAG_MAX 256    /* bytes */

/* The document's normal form, which reads as itself: tags, edge tags and joins
 * filled in, shorthands written out, filters on types added. registry: may be
 * NULL; then `cls` knows AiiDA's own classes only. The caller puts *normal.
 * Errors: INVALID, NOT_FOUND (a class). */
orma_status query_document_read(registry *r, const json_object *document,
                                json_object **normal, orma_error **err);

typedef struct query_plan query_plan;

/* The normal form for a store's backend. Errors: INVALID. */
orma_status query_plan_create(store *s, const json_object *normal,
                              query_plan **out, orma_error **err);

/* The same that only counts the rows. */
orma_status query_plan_create_count(store *s, const json_object *normal,
                                    query_plan **out, orma_error **err);

void query_plan_destroy(query_plan *p); /* accepts NULL */

/* What the items of a row are: an array of {"tag","field"}, those of "*" with
 * their "members" (names); NULL without memory. The caller puts it. */
json_object *query_plan_columns(const query_plan *p);

/* row: compact JSON, an array of what is projected, or, as_dict, an object
 * {tag: {field: value}}; valid during the call. A failure ends the query. */
typedef orma_status query_visit(void *user, orma_str row, orma_error **err);
orma_status query_plan_run(store *s, const query_plan *p, bool as_dict,
                           query_visit *visit, void *user, orma_error **err);

/* The number that a counting plan counts. */
orma_status query_plan_count(store *s, const query_plan *p, int64_t *count,
                             orma_error **err);

/* {"sql", "parameters": […], "plan": ["line", …]}. */
orma_status query_plan_explain(store *s, const query_plan *p, json_object **out,
                               orma_error **err);

#endif
