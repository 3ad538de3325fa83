/* Queries over the provenance graph, for programs that use liborma.
 *
 * A query is a document: AiiDA's QueryBuilder as JSON, in the form of its
 * as_dict() or as its constructor takes it (doc/query.md). It becomes one SQL
 * statement. Errors of all functions: INVALID, naming the place in the
 * document ("filters.node_1.attributes.a: …"), TRANSIENT, PERMANENT.
 *
 * Limits of a document: 64 MiB, 24 items in the path, 500 conditions, filters
 * nested 32 deep, 512 columns, 32 keys in a field.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_QUERY_H
#define ORMA_API_QUERY_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls visit(user, row) with each row as compact JSON [in]: an array of what
 * is projected or, with "dict", {tag: {field: value}}. Rows come as the
 * database finds them, whatever their number; a status other than ORMA_OK ends
 * the query and is answered. visit() may use the profile for other reading.
 * options: [in] JSON object, all optional: "dict" (boolean), "limit" (in place
 * of the document's). [worker-thread] */
ORMA_EXPORT orma_status orma_query(orma_profile *profile, orma_str document,
                                   orma_str options,
                                   orma_status (*visit)(void *user,
                                                        orma_str row),
                                   void *user, orma_error **err);

/* The number of rows. [worker-thread] */
ORMA_EXPORT orma_status orma_query_count(orma_profile *profile,
                                         orma_str document, int64_t *count,
                                         orma_error **err);

/* The first row [owned], as orma_query() gives it; "null" without rows.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_query_first(orma_profile *profile,
                                         orma_str document, orma_str options,
                                         char **row, orma_error **err);

/* What the items of a row are: JSON array [owned] of {"tag","field"}; those
 * whose field is "*" are objects and have their "members", an array of names.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_query_columns(orma_profile *profile,
                                           orma_str document, char **json,
                                           orma_error **err);

/* {"sql","parameters","plan"} [owned]: the statement with its placeholders,
 * their values, and the lines of the database's plan. options: "count"
 * (boolean): of orma_query_count(). [worker-thread] */
ORMA_EXPORT orma_status orma_query_explain(orma_profile *profile,
                                           orma_str document, orma_str options,
                                           char **json, orma_error **err);

/* The document with everything written out, as AiiDA's as_dict() gives it
 * [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_query_as_dict(orma_profile *profile,
                                           orma_str document, char **json,
                                           orma_error **err);

/* ---- indexes ----------------------------------------------------- */

/* Indexes that were asked for: JSON array [owned] of {"field","type","name"}.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_index_list(orma_profile *profile, char **json,
                                        orma_error **err);

/* Indexes an attribute or extra of nodes ("attributes.energy"), which filters
 * by ==, in and, of numbers, < and > then use. type: "text" or "number".
 * Errors: INVALID, REFUSED (it is there already). [worker-thread] */
ORMA_EXPORT orma_status orma_index_add(orma_profile *profile, const char *field,
                                       const char *type, orma_error **err);

/* Errors: NOT_FOUND. [worker-thread] */
ORMA_EXPORT orma_status orma_index_remove(orma_profile *profile,
                                          const char *field, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
