/* Nodes in memory, and the rules of the provenance graph.
 *
 * A node is made here, filled, and stored by storage/; once stored (pk > 0) a
 * data node never changes, and a process node changes only in the attributes
 * listed by node_attribute_is_updatable() until it is sealed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_GRAPH_NODE_H
#define CORE_GRAPH_NODE_H

#include <base/json.h>

/* A file of a node in the making: exactly one source is set. */
typedef struct node_file {
    char *path;       /* relative, '/'-separated; a folder when is_dir */
    char *bytes;      /* in memory, len bytes … */
    size_t len;
    char *local_path; /* … or read from here when stored … */
    char *key;        /* … or already in the container: 64 hex digits */
    bool is_dir;      /* an empty folder */
} node_file;

/* Plugin ABI's opaque orma_node. */
struct orma_node {
    int64_t pk; /* 0 while not stored */
    orma_uuid uuid;
    char *node_type;    /* "data.core.int.Int." */
    char *process_type; /* NULL for data */
    char *entry_point;  /* data entry, "core.int"; NULL for processes */
    char *python_class; /* for the hash; may be NULL */
    char *label;        /* never NULL */
    char *description;  /* never NULL */
    int64_t ctime_ns, mtime_ns;
    json_object *attributes; /* object */
    json_object *extras;     /* object */
    json_object *repository; /* AiiDA's tree {"o": …}; NULL until stored */
    int64_t computer_pk;     /* 0 for none */
    orma_uuid computer_uuid; /* zero for none */
    int64_t user_pk;         /* 0: the profile's default user */
    node_file *files;        /* of a node in the making */
    size_t file_count;
    struct lh_table *places; /* where in files a path is; of node_files.c */
    struct store *store;     /* where it is stored, for reading files; NULL */
    void *view;              /* node_view of process/node_ops.c, freed with it */
    void (*view_free)(void *view);
};
typedef struct orma_node node;

/* A new node with a random UUID. NULL without memory. */
node *node_create(const char *node_type);
void node_free(node *n); /* accepts NULL */

/* Adds or replaces a file of a node in the making; takes over bytes/key texts
 * by copy. Errors: INVALID (path unsafe or not UTF-8; a file where a folder
 * is), REFUSED (stored). */
orma_status node_put_bytes(node *n, const char *path, orma_str bytes,
                           orma_error **err);
orma_status node_put_local(node *n, const char *path, const char *local_path,
                           orma_error **err);
orma_status node_put_key(node *n, const char *path, const char *key,
                         orma_error **err);
orma_status node_put_folder(node *n, const char *path, orma_error **err);

/* The file (no folder) put under the path; NULL: there is none. */
const node_file *node_find_file(const node *n, const char *path);

/* Forgets the files that were put. */
void node_clear_files(node *n);

enum node_class {
    NODE_DATA,
    NODE_CALCULATION, /* calcjob, calcfunction */
    NODE_WORKFLOW,    /* workchain, workfunction */
    NODE_OTHER
};

/* From the node type's prefix. */
enum node_class node_class_of(const char *node_type);

/* Node type strings and Python classes of processes. */
#define NODE_TYPE_CALCJOB "process.calculation.calcjob.CalcJobNode."
#define NODE_TYPE_CALCFUNCTION                                                 \
    "process.calculation.calcfunction.CalcFunctionNode."
#define NODE_TYPE_WORKCHAIN "process.workflow.workchain.WorkChainNode."
#define NODE_TYPE_WORKFUNCTION                                                 \
    "process.workflow.workfunction.WorkFunctionNode."

/* "aiida.orm.nodes.process.calculation.calcjob.CalcJobNode", NULL: unknown. */
const char *node_process_python_class(const char *node_type);

/* Attributes of a stored, unsealed process node that may still change. */
bool node_attribute_is_updatable(const char *node_type, const char *key);

/* Attributes left out of the node hash (updatable ones included). */
bool node_attribute_is_hash_ignored(const char *node_type, const char *key);

/* Attributes and extras: top-level keys non-empty, without '.'.
 * Errors: INVALID. */
orma_status node_check_keys(const json_object *object, const char *what,
                            orma_error **err);

bool node_is_sealed(const node *n);

#endif
