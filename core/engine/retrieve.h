/* Retrieving lists of files, for the stages that need it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_RETRIEVE_H
#define CORE_ENGINE_RETRIEVE_H

#include <engine/calcjob.h>

/* An entry of a retrieve list: a path, which lands under its base name, or
 * [source, target, depth], which keeps the last `depth` parts of the source
 * below `target` (0 and 1: the base name; null: the whole relative path). */
typedef struct retrieve_item {
    const char *source, *target;
    bool is_triple;
    bool has_depth;
    int64_t depth;
} retrieve_item;

/* Borrows from the entry. false: malformed. */
bool retrieve_item_read(const json_object *entry, retrieve_item *out);

/* Where a file lands, relative to the local folder; relative: its path below
 * the job's folder. The caller frees it; NULL without memory. */
char *retrieve_target(const retrieve_item *item, const char *relative);

/* Fetches what there is of the list into a local folder. */
orma_status retrieve_list(calcjob *job, const json_object *list,
                          const char *into, orma_error **err);

/* The temporary files, unless they are here already. */
orma_status retrieve_temporary(calcjob *job, orma_error **err);

/* A new folder node with the files below a local folder, which must stay until
 * the node is stored. Files whose names are not allowed are logged and left
 * out. */
orma_status retrieve_folder_node(calcjob *job, const char *folder, node **out,
                                 orma_error **err);

#endif
