/* The provenance store of a profile: nodes, links, users, computers, logs and
 * live processes over an SQL driver and an object container.
 *
 * Everything that changes is gathered in a unit and committed in one
 * transaction, files before rows: either all of it is stored or nothing. A
 * store belongs to one thread at a time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STORE_H
#define CORE_STORAGE_STORE_H

#include <graph/link.h>
#include <plugin/registry.h>

typedef struct store store;
struct pk_set;

/* backend: storage entry point ("core.sqlite_dos"); config: its JSON object.
 * create: makes schema, container and the repository UUID setting.
 * Errors: NOT_FOUND, REFUSED (exists; network file system), INVALID (schema
 * version, container and database do not belong together). */
orma_status store_open(registry *r, const char *backend,
                       const json_object *config, bool create, store **out,
                       orma_error **err);
void store_close(store *s); /* accepts NULL */

/* An archive: everything that writes is REFUSED. */
bool store_is_read_only(const store *s);

/* The folder of the profile's storage, in which the container lies. */
const char *store_folder(const store *s);

/* Schema version, container id, counts of nodes, links, objects, bytes. */
orma_status store_info(store *s, json_object **info, orma_error **err);

/* ---- units ------------------------------------------------------- */

typedef struct unit unit;

orma_status unit_begin(store *s, unit **out, orma_error **err);

/* Discards; accepts NULL and committed units. */
void unit_abort(unit *u);

/* A new node with its files. The node stays the caller's and must live until
 * the commit, which sets pk, times, repository, `_aiida_hash`. validate()
 * of its data plugin is the caller's duty (process/). */
orma_status unit_add_node(unit *u, node *n, orma_error **err);

/* Both ends stored, or in this unit. Checked by link_check() now and for
 * uniqueness at commit. */
orma_status unit_add_link(unit *u, enum link_type type, node *source,
                          node *target, const char *label, orma_error **err);

/* Sets an updatable attribute of a process node, stored or in this unit; takes
 * over value, of which NULL is JSON's null. Errors: REFUSED (sealed,
 * immutable). */
orma_status unit_set_attribute(unit *u, node *process, const char *key,
                               json_object *value, orma_error **err);

/* Removes such an attribute; one that is not there is fine. Errors: as above.
 */
orma_status unit_delete_attribute(unit *u, node *process, const char *key,
                                  orma_error **err);

/* Sets (value NULL: deletes) an extra of any node; takes over value. */
orma_status unit_set_extra(unit *u, node *n, const char *key,
                           json_object *value, orma_error **err);

/* Adds files to the repository of a stored, unsealed process node: those put
 * on it since by node_put_*(). */
orma_status unit_add_files(unit *u, node *process, orma_error **err);

/* A log row of a process node; metadata may be NULL. */
orma_status unit_add_log(unit *u, node *process, int32_t level,
                         const char *logger, const char *message,
                         const json_object *metadata, orma_error **err);

/* One live process: orma_process. The truth until the node is sealed. */
typedef struct process_row {
    int64_t node_pk;
    char *state;        /* "created", "running", "waiting", … */
    char *stage;        /* engine's word, "upload", "submit", … */
    int32_t attempt;    /* of this stage */
    int32_t submission; /* N of .orma/claim.N */
    int64_t wake_ns;    /* 0: now */
    int64_t lease_epoch;
    char *job_id;  /* NULL before submission */
    char *request; /* "pause", "kill" or NULL */
    bool paused;
    char *last_error; /* NULL when the last try went well */
    char *details;    /* JSON object of the driver: monitors, temp folder */
    int64_t changed_ns;
} process_row;

void process_row_finish(process_row *row); /* frees members */

/* Inserts or replaces the row of process->pk at commit. Errors at commit:
 * REFUSED when a newer lease_epoch exists or the process is sealed. */
orma_status unit_put_process(unit *u, node *process, const process_row *row,
                             orma_error **err);

/* Removes the row: the node is sealed. Errors at commit: REFUSED when a newer
 * lease_epoch exists. */
orma_status unit_drop_process(unit *u, node *process, int64_t lease_epoch,
                              orma_error **err);

/* Files to a pack, then rows, in one transaction, durable when it returns.
 * Errors: REFUSED/INVALID (a rule), TRANSIENT (disk full, busy), PERMANENT.
 * After a failure nothing of it is stored and nodes are as before. Frees u. */
orma_status unit_commit(unit *u, orma_error **err);

/* ---- reading ----------------------------------------------------- */

/* By pk. Errors: NOT_FOUND. The caller frees it with node_free(). */
orma_status store_node(store *s, int64_t pk, node **out, orma_error **err);

/* pk (all digits), UUID or its unambiguous beginning, else label, the newest
 * not. `class_prefix` limits node types ("data.core.code."), NULL: any.
 * Errors: NOT_FOUND, INVALID (ambiguous, with the candidates). */
orma_status store_find_node(store *s, const char *identifier,
                            const char *class_prefix, node **out,
                            orma_error **err);

/* code label or label@computer, pk, UUID. */
orma_status store_find_code(store *s, const char *identifier, node **out,
                            orma_error **err);

typedef struct store_link {
    enum link_type type;
    char *label;
    int64_t pk; /* the other end */
    char *node_type;
    char *process_type; /* or NULL */
    orma_uuid uuid;
} store_link;

typedef struct store_links {
    store_link *items;
    size_t count;
} store_links;
void store_links_finish(store_links *links);

/* Links into (incoming) or out of the node, ordered by link id. */
orma_status store_node_links(store *s, int64_t pk, bool incoming,
                             store_links *out, orma_error **err);

/* File of a stored node. *bytes->ptr NULL: no such file. */
orma_status store_read_file(store *s, const node *n, const char *path, buf *out,
                            bool *found, orma_error **err);

/* Streamed reading of an object by key. */
typedef struct object_reader object_reader;
orma_status store_open_object(store *s, const char *key, object_reader **out,
                              orma_error **err);
orma_status object_read(object_reader *r, void *buffer, size_t capacity,
                        size_t *n, orma_error **err);
void object_close(object_reader *r); /* accepts NULL */

/* Key of a file in a repository tree, NULL when there is none; visit calls
 * back for every file in tree order (key NULL: an empty folder). */
const char *repository_key(const json_object *tree, const char *path);
orma_status repository_walk(const json_object *tree,
                            orma_status (*visit)(void *user, const char *path,
                                                 const char *key,
                                                 orma_error **err),
                            void *user, orma_error **err);

/* Recomputes the node's hash (64 hex digits and NUL); inputs of a process are
 * looked up. node may be unstored (then `inputs` gives label → node hash). */
orma_status store_node_hash(store *s, const node *n, const json_object *inputs,
                            char out[65], orma_error **err);

/* Rows for listings, handed over one by one.
 * Node keys: pk uuid node_type process_type label description ctime mtime,
 * attributes.X, extras.X, computer (label), user (email). */
typedef struct process_query {
    const char *const *projections;
    size_t projection_count;
    bool all;                  /* also terminated ones */
    const char *state;         /* one of the process states, or NULL */
    const char *process_label; /* or NULL */
    int64_t exit_status;       /* -1: any */
    bool failed;               /* finished with status not 0 */
    bool paused;
    int64_t past_days; /* 0: any time */
    int64_t limit;     /* 0: no limit */
    bool by_mtime;     /* order, else by ctime */
    bool descending;
} process_query;

/* values: of one process, in the order of the projections, each as the JSON
 * text that JSON_PRETTY makes of it, without the newline behind it; "null"
 * when there is none. Valid during the call. A failure ends the listing. */
typedef orma_status process_visit(void *user, const orma_str *values,
                                  orma_error **err);
orma_status store_list_processes(store *s, const process_query *query,
                                 process_visit *visit, void *user,
                                 orma_error **err);

/* Log rows of a process, in time order:
 * {"pk","uuid","time","levelname","loggername","message"}. */
orma_status store_list_logs(store *s, int64_t node_pk, json_object **rows,
                            orma_error **err);

/* Live row, *found false when there is none. */
orma_status store_process_row(store *s, int64_t node_pk, process_row *out,
                              bool *found, orma_error **err);

/* Asks the engine to pause or kill ("pause", "kill", NULL: play). */
orma_status store_request(store *s, int64_t node_pk, const char *request,
                          orma_error **err);

/* ---- users, computers, authinfos --------------------------------- */

/* {"pk","email","first_name","last_name","institution"}. */
orma_status store_user_by_email(store *s, const char *email, json_object **out,
                                orma_error **err);
/* Inserts when the email is new, else updates the other fields. */
orma_status store_user_save(store *s, const json_object *user, int64_t *pk,
                            orma_error **err);
orma_status store_list_users(store *s, json_object **rows, orma_error **err);

/* Errors: NOT_FOUND, REFUSED (it is the default user, or owns nodes, groups,
 * comments or configured computers, with their numbers). */
orma_status store_user_delete(store *s, const char *email, orma_error **err);

/* Sets the user that new nodes belong to. */
void store_set_default_user(store *s, int64_t pk);
int64_t store_default_user(const store *s);

/* {"pk","uuid","label","hostname","description","scheduler_type",
 * "transport_type","metadata":{…}}. identifier: label, pk or UUID.
 * Errors: NOT_FOUND with the closest label. */
orma_status store_computer(store *s, const char *identifier, json_object **out,
                           orma_error **err);
orma_status store_computer_by_pk(store *s, int64_t pk, json_object **out,
                                 orma_error **err);
orma_status store_list_computers(store *s, json_object **rows,
                                 orma_error **err);
/* Inserts (no "pk") or updates. Errors: REFUSED (label exists). */
orma_status store_computer_save(store *s, const json_object *computer,
                                int64_t *pk, orma_error **err);
/* Errors: REFUSED (nodes use it). */
orma_status store_computer_delete(store *s, int64_t pk, orma_error **err);

/* *count: nodes on the computer; pks (or NULL): they are added to it. */
orma_status store_computer_nodes(store *s, int64_t pk, struct pk_set *pks,
                                 int64_t *count, orma_error **err);

/* {"pk","enabled","auth_params":{…},"metadata":{…}}; *out NULL: not
 * configured for this user. */
orma_status store_authinfo(store *s, int64_t user_pk, int64_t computer_pk,
                           json_object **out, orma_error **err);
orma_status store_authinfo_save(store *s, int64_t user_pk, int64_t computer_pk,
                                const json_object *authinfo, orma_error **err);
/* The same with "user" (email) and "computer" (label), of one computer or of
 * all (0). */
orma_status store_list_authinfos(store *s, int64_t computer_pk,
                                 json_object **rows, orma_error **err);
/* Errors: NOT_FOUND (not configured). */
orma_status store_authinfo_delete(store *s, int64_t user_pk,
                                  int64_t computer_pk, orma_error **err);

/* ---- changes that every node allows, sealed or not ---------------- */

/* Label and description; NULL keeps what there is. Sets mtime.
 * Errors: NOT_FOUND, INVALID (too long, not UTF-8). */
orma_status store_edit_node(store *s, int64_t pk, const char *label,
                            const char *description, orma_error **err);

/* Deletes one log row (log_pk) of a node, or all of it (0). *deleted: how
 * many. Errors: NOT_FOUND (a single one). */
orma_status store_delete_logs(store *s, int64_t node_pk, int64_t log_pk,
                              int64_t *deleted, orma_error **err);

/* Codes: {"pk","uuid","label","description","node_type","computer",
 * "hidden","attributes":{…}}; computer NULL: all. */
orma_status store_list_codes(store *s, json_object **rows, orma_error **err);

/* The node types that nodes have, of those that start with the prefix: an array
 * of texts, in the database's order; found by the index, not by the nodes. */
orma_status store_node_types(store *s, const char *prefix, json_object **types,
                             orma_error **err);

/* Nodes whose type starts with the prefix, newest last:
 * {"pk","uuid","label","node_type","ctime"} and attributes when asked. */
orma_status store_list_nodes(store *s, const char *node_type_prefix,
                             bool with_attributes, int64_t limit,
                             json_object **rows, orma_error **err);

#endif
