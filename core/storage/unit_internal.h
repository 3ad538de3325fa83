/* What the files of the unit of change share.
 *
 * A unit gathers first and works at its commit, in this order: clean and check
 * values, write files, and then within one transaction insert nodes and links,
 * change stored nodes, and write logs and live rows. Nodes in memory are
 * touched only after the database has committed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_UNIT_INTERNAL_H
#define CORE_STORAGE_UNIT_INTERNAL_H

#include <base/arena.h>
#include <storage/store_internal.h>

/* A node to be inserted, and what it will hold then. */
typedef struct unit_node {
    node *n;
    json_object *attributes; /* cleaned, with the unit's changes */
    json_object *extras;
    json_object *repository;
    json_object *inputs;      /* link label → hash, of a process */
    bool has_creator;         /* a `create` link of this unit leads here */
    bool lacks_input;         /* the hash of an input is not known */
    char hash[NODE_HASH_HEX]; /* "": none */
} unit_node;

typedef struct unit_link {
    enum link_type type;
    node *source, *target;
    const char *label;
} unit_link;

enum change_kind {
    CHANGE_ATTRIBUTE,
    CHANGE_NO_ATTRIBUTE, /* is removed */
    CHANGE_EXTRA,
    CHANGE_NO_EXTRA,
    CHANGE_FILES
};

/* A change of one node, stored or to be inserted. */
typedef struct unit_change {
    enum change_kind kind;
    node *n;
    const char *key;    /* of an attribute or extra */
    json_object *value; /* NULL is JSON's null */
    size_t order;       /* as they were asked for */
} unit_change;

/* What a changed stored node will hold. */
typedef struct unit_update {
    node *n;
    json_object *attributes, *extras, *repository;
} unit_update;

typedef struct unit_log {
    node *process;
    const char *level, *logger, *message;
    json_object *metadata;
} unit_log;

typedef struct unit_live {
    node *process;
    process_row row; /* texts in the arena */
    bool is_drop;
} unit_live;

/* The files of one node among the objects that are put. */
typedef struct unit_files {
    node *n;
    size_t first;
} unit_files;

struct unit {
    store *s;
    arena texts;
    unit_node *nodes;
    size_t node_count;
    size_t *places; /* hash table: place of a node in nodes, plus 1 */
    size_t place_count;
    unit_link *links;
    size_t link_count;
    unit_change *changes;
    size_t change_count;
    unit_update *updates;
    size_t update_count;
    unit_log *logs;
    size_t log_count;
    unit_live *lives;
    size_t live_count;
    unit_files *files;
    size_t files_count;
    container_object *objects;
    size_t object_count;
    int64_t now_ns; /* of the commit, whole microseconds */
};

/* One more zeroed element of an array that grows at powers of two; NULL
 * without memory. */
void *unit_grow(void *items, size_t *count, size_t size);

/* The unit's entry for a node that it inserts, or NULL. */
unit_node *unit_find(const unit *u, const node *n);

/* Applies a change to the attributes or extras of its node. */
orma_status unit_apply_change(json_object *attributes, json_object *extras,
                              const unit_change *change, orma_error **err);

/* Cleans values, builds repositories from the objects put, computes hashes.
 * Nothing is written. */
orma_status unit_prepare(unit *u, orma_error **err);

/* Gathers the files of new and changed nodes as objects; writes them. */
orma_status unit_collect_files(unit *u, orma_error **err);
orma_status unit_put_files(unit *u, orma_error **err);
/* On hosts that may not write to the container: into the database. */
orma_status unit_stage_files(unit *u, orma_error **err);
const container_object *unit_keys(const unit *u, const node *n);

/* Rules that only the unit as a whole can break. */
orma_status unit_check_links(unit *u, orma_error **err);

void unit_update_finish(unit_update *update); /* accepts a zeroed one */

/* Within the transaction, in this order; a step may run again in another one
 * when the first came to nothing. The first holds the rows that links start
 * from, and compares new links with stored ones. */
orma_status unit_check_stored(unit *u, orma_error **err);
orma_status unit_insert_nodes(unit *u, orma_error **err);
orma_status unit_insert_links(unit *u, orma_error **err);
orma_status unit_insert_logs(unit *u, orma_error **err);

/* After a commit that an index of the database refused: the link that was not
 * allowed, if it was one. Answers the status of the error in *err. */
orma_status unit_explain(unit *u, orma_status st, orma_error **err);

#endif
