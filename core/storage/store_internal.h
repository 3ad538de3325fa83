/* What the files of the store share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STORE_INTERNAL_H
#define CORE_STORAGE_STORE_INTERNAL_H

#include <storage/container.h>
#include <storage/node_hash.h>
#include <storage/own_tables.h>
#include <storage/repository.h>
#include <storage/sql.h>
#include <storage/store.h>

/* What the registry knows of a node type; looked up once. */
typedef struct type_identity {
    char *node_type;
    const char *entry_point;  /* of the registry, or NULL */
    const char *python_class; /* or NULL */
    bool is_known;            /* a type whose hash can be computed */
} type_identity;

/* A request as this store last saw it, so that writing a live row does not
 * undo one that was made meanwhile. */
typedef struct seen_request {
    int64_t node_pk;
    char *request; /* or NULL */
} seen_request;

/* "process|state_change|<kind>" of AiiDA's settings. */
enum { CHANGED_CALCULATION, CHANGED_WORK, CHANGED_COUNT };

struct store {
    sql db;
    container *container;
    registry *registry; /* may be NULL */
    char *backend;
    char *folder;  /* in which the container lies */
    bool is_away;  /* another host is the container's home */
    bool has_home; /* which host it is, is recorded */
    int64_t drained_ns;
    int64_t default_user;
    bool has_own_tables;
    type_identity *types;
    size_t type_count;
    seen_request *seen;
    size_t seen_count;
    int64_t changed_ns[CHANGED_COUNT]; /* 0: nothing to note */
    int64_t noted_ns; /* when AiiDA's setting was last written */
    int fault_step;
    int fault_count;
};

/* Begins a transaction, with orma's tables made when they are missing; ends
 * it. After a failure of the second nothing is open. */
orma_status store_begin(store *s, orma_error **err);
orma_status store_commit(store *s, orma_error **err);
void store_rollback(store *s);

/* Runs `work` within a transaction of its own, and anew, with growing pauses,
 * while the driver says that nothing was stored and that the same may be run
 * again (ORMA_SQL_AGAIN): work must not depend on what an earlier run of it
 * did. store_begin() tries again by itself. */
typedef orma_status store_work(store *s, void *user, orma_error **err);
orma_status store_transact(store *s, store_work *work, void *user,
                           orma_error **err);

/* Ends such a run that store_transact() cannot hold: true when nothing was
 * stored and there is another try; it has waited then, and *err is cleared.
 * *tries: 0 before the first. */
bool store_again(orma_status st, size_t *tries, orma_error **err);

/* Borrowed until the next call. */
orma_status store_type(store *s, const char *node_type,
                       const type_identity **out, orma_error **err);

/* What of a node is hashed, beside its type and computer. */
typedef struct hashed_content {
    const json_object *attributes;
    const json_object *repository;
    const json_object *inputs; /* label → hash; NULL for data */
} hashed_content;

/* out is "" when the type's class is not known, so that there is no hash. */
orma_status store_hash_known(store *s, const node *n,
                             const hashed_content *content,
                             char out[NODE_HASH_HEX], orma_error **err);

/* Writes AiiDA's settings for processes that changed state, in a transaction
 * of its own: at most once a second, or at once when is_last. Failures are of
 * no consequence. */
void store_note_changes(store *s, bool is_last);

/* Remembers the request of a live row as it was read or written. */
orma_status store_see_request(store *s, int64_t node_pk, const char *request,
                              orma_error **err);
const char *store_seen_request(const store *s, int64_t node_pk);

/* The repository tree of a node in the making, on top of `start` (NULL: none).
 * keys: of its files in order, NULL: read them for their keys. */
orma_status store_build_repository(const node *n, const json_object *start,
                                   const container_object *keys,
                                   json_object **out, orma_error **err);

/* Every step that may fail passes here; see fault.h. */
orma_status store_fault(store *s, orma_error **err);

/* What store_nodes.c makes a node of. */
#define NODE_COLUMNS                                                           \
    "db_dbnode.id, db_dbnode.uuid, db_dbnode.node_type, "                      \
    "db_dbnode.process_type, db_dbnode.label, db_dbnode.description, "         \
    "db_dbnode.ctime, db_dbnode.mtime, db_dbnode.attributes, "                 \
    "db_dbnode.extras, db_dbnode.repository_metadata, "                        \
    "db_dbnode.dbcomputer_id, db_dbcomputer.uuid, db_dbnode.user_id"
#define NODE_TABLES                                                            \
    "db_dbnode LEFT JOIN db_dbcomputer ON "                                    \
    "db_dbcomputer.id = db_dbnode.dbcomputer_id"

/* "abc%" with the wildcards of text escaped by '!'; the caller frees it. */
char *like_prefix(const char *text);

/* A member of an object from a column, NULL on failure of the query. */
void row_set_text(query *q, int32_t column, json_object *row, const char *key);
void row_set_int(query *q, int32_t column, json_object *row, const char *key);
void row_set_json(query *q, int32_t column, json_object *row, const char *key);
void row_set_time(query *q, int32_t column, json_object *row, const char *key);

/* Adds a fresh object to the array; NULL after a failure of the query. */
json_object *rows_add(query *q, json_object *rows);

/* Members of a row's object from the columns of the query. */
typedef void row_set(query *q, json_object *row);

/* Ends the query: its rows as an array; the first of them, NULL when there is
 * none. The caller puts it. */
orma_status rows_collect(query *q, row_set *set, json_object **rows,
                         orma_error **err);
orma_status rows_first(query *q, row_set *set, json_object **row,
                       orma_error **err);

/* Ends the query and, by its success, the transaction that store_begin() began:
 * a write of one statement. *pk (or NULL): the first column, 0 without rows. */
orma_status store_write_one(store *s, query *q, int64_t *pk, orma_error **err);

/* Whether the text is digits only, and the number. */
bool identifier_is_pk(const char *text, int64_t *pk);

/* The first and last UUID that begin with text; false: it is none's. */
bool identifier_is_uuid(const char *text, orma_uuid *low, orma_uuid *high);

/* "did you mean "x"?" as a hint, from the first column of a statement; like:
 * its parameter ?1, NULL: it has none. */
void hint_closest(store *s, const char *word, const char *template,
                  const char *like, orma_error **err);

#endif
