/* What a plugin has read through a node during one call.
 *
 * A view is made at the first reading and freed with the node; its content is
 * dropped by node_ops_end_call(). Texts may be kept from several threads.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_NODE_VIEW_H
#define CORE_PROCESS_NODE_VIEW_H

#include <graph/node.h>
#include <orma/node.h>
#include <storage/store.h>

typedef struct node_view node_view;

/* The node's view, made when it has none; NULL without memory. */
node_view *node_view_of(const node *n);

/* The store that the node lies in or was made for, NULL: none. */
struct store *node_view_store(const node *n);

/* Takes over malloc()ed memory until the call ends; frees it and answers
 * NO_MEMORY when it cannot. */
orma_status node_view_keep(const node *n, void *memory, orma_error **err);

/* The buffer's text as a kept orma_str, the buffer empty then. */
orma_status node_view_keep_buf(const node *n, buf *text, orma_str *out,
                               orma_error **err);

/* ---- files, node_streams.c --------------------------------------- */

/* Opens a file of a stored or new node; *out NULL: there is none. */
orma_status node_stream_open(const node *n, const char *path,
                             orma_stream **out, orma_error **err);
orma_status node_stream_next(orma_stream *stream, void *buffer,
                             size_t capacity, size_t *n, orma_error **err);
void node_stream_close(orma_stream *stream); /* accepts NULL */

/* The whole file; *found false: there is none. */
orma_status node_file_read(const node *n, const char *path, buf *out,
                           bool *found, orma_error **err);

/* Paths of all files in sorted order, as a JSON array. */
orma_status node_file_list(const node *n, json_object **out, orma_error **err);

/* ---- open streams of a view -------------------------------------- */

struct orma_stream {
    const node *owner;
    struct orma_stream *next_open;
    orma_str bytes;        /* rest of a file in memory, or … */
    int fd;                /* … of a local file, -1: none, or … */
    object_reader *object; /* … of an object of the container */
};

orma_status node_view_add_stream(const node *n, orma_stream *stream,
                                 orma_error **err);
void node_view_drop_stream(const node *n, orma_stream *stream);

#endif
