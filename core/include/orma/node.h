/* Reading nodes and filling nodes in the making.
 *
 * The same table serves data plugins (their own node), calculations (input
 * nodes) and parsers (input nodes, outputs in the making). A node handle is
 * valid until the call that handed it returns; so is every text, byte or array
 * read through it. Stored nodes are immutable: the functions that write answer
 * REFUSED for them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_NODE_H
#define ORMA_NODE_H

#include <orma/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_stream orma_stream; /* an open file of a node or folder */

typedef struct orma_node_ops {
    uint32_t size;
    uint32_t reserved;

    /* Entry-point name of the node's data type, "core.structure"; "" for a
     * process node. [thread-safe] */
    orma_str (*type)(const orma_node *node);

    /* All zero while the node is not stored. [thread-safe] */
    orma_uuid (*uuid)(const orma_node *node);

    /* The node's label, possibly empty. [thread-safe] */
    orma_str (*label)(const orma_node *node);

    /* UUID of the node's computer; all zero when it has none. [thread-safe] */
    orma_uuid (*computer)(const orma_node *node);

    /* The attributes as one JSON object. Errors: NO_MEMORY. [thread-safe] */
    orma_status (*attributes)(const orma_node *node, orma_str *json,
                              orma_error **err);

    /* Replaces the attributes, except those that set_array() keeps.
     * json: [in], one object. Errors: INVALID (not JSON, NaN, bad key),
     * REFUSED (stored). [worker-thread] */
    orma_status (*set_attributes)(orma_node *node, orma_str json,
                                  orma_error **err);

    /* Paths of all files, '/'-separated, as a JSON array in sorted order.
     * Errors: NO_MEMORY. [worker-thread] */
    orma_status (*files)(const orma_node *node, orma_str *json,
                         orma_error **err);

    /* The whole file. bytes->ptr is NULL when there is none of that path.
     * Errors: INVALID (path leaves the folder), TRANSIENT. [worker-thread] */
    orma_status (*read)(const orma_node *node, const char *path,
                        orma_str *bytes, orma_error **err);

    /* The same piecewise, for files that need not fit in memory. *stream is
     * NULL when there is no such file. [worker-thread] */
    orma_status (*open)(const orma_node *node, const char *path,
                        orma_stream **stream, orma_error **err);

    /* Up to `capacity` bytes into buffer; *n is 0 at the end. [worker-thread] */
    orma_status (*next)(orma_stream *stream, void *buffer, size_t capacity,
                        size_t *n, orma_error **err);

    /* Accepts NULL. Streams left open are closed when the call ends.
     * [worker-thread] */
    void (*close)(orma_stream *stream);

    /* Adds or replaces the file `path` with these bytes [in].
     * Errors: INVALID (bad path), REFUSED (stored). [worker-thread] */
    orma_status (*write)(orma_node *node, const char *path, orma_str bytes,
                         orma_error **err);

    /* Adds a file from the local file system; it is read when the node is
     * stored. Errors: as write(), NOT_FOUND. [worker-thread] */
    orma_status (*write_from)(orma_node *node, const char *path,
                              const char *local_path, orma_error **err);

    /* A whole local file, for importers; at most max_bytes.
     * Errors: NOT_FOUND, INVALID (too large). [worker-thread] */
    orma_status (*load)(orma_node *node, const char *local_path,
                        uint64_t max_bytes, orma_str *bytes, orma_error **err);

    /* The array `name` of a node of the array family, in C order.
     * Errors: NOT_FOUND, INVALID (damaged .npy). [worker-thread] */
    orma_status (*array)(const orma_node *node, const char *name,
                         orma_array_view *view, orma_error **err);

    /* Writes `<name>.npy` and the attribute `array|<name>`. name: letters,
     * digits, underscores. view: [in], any strides.
     * Errors: INVALID, REFUSED. [worker-thread] */
    orma_status (*set_array)(orma_node *node, const char *name,
                             const orma_array_view *view, orma_error **err);

    /* JSON array of the array names, in the order in which they were set.
     * [worker-thread] */
    orma_status (*array_names)(const orma_node *node, orma_str *json,
                               orma_error **err);

    /* Sets the label of a node in the making. [worker-thread] */
    orma_status (*set_label)(orma_node *node, orma_str label, orma_error **err);

    /* Sets the computer of a node in the making by its label.
     * Errors: NOT_FOUND. [worker-thread] */
    orma_status (*set_computer)(orma_node *node, orma_str label,
                                orma_error **err);
} orma_node_ops;
ORMA_NO_TAIL_PADDING(orma_node_ops, set_computer);

#ifdef __cplusplus
}
#endif
#endif
