/* The cache of finished calculations, and the node hashes that it rests on, for
 * programs that use liborma. Nodes are named as on the command line.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_CACHING_H
#define ORMA_API_CACHING_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What of two processes tells their hashes apart, or (other NULL) whether the
 * process would be taken from the cache if it were launched again. JSON object
 * [owned]: "process" and "other", each {"pk","hash" (computed now, or null),
 * "stored_hash","reasons" (texts: why it is no source)}; "differences", an
 * array of {"field","a","b"}, seen first first, in which "b" is the other or
 * the rerun; of one process also "enabled" (by the configuration), "source"
 * (pk, or null) and "refused", an array of {"pk","reasons"}; and "hit".
 * Errors: NOT_FOUND, INVALID (data). [worker-thread] */
ORMA_EXPORT orma_status orma_process_why_not_cached(orma_profile *profile,
                                                    const char *process,
                                                    const char *other,
                                                    char **json,
                                                    orma_error **err);

/* Marks a process as one that may (valid 1) or may not serve as a source of the
 * cache; those cloned from it follow. *pk: the process.
 * Errors: NOT_FOUND, INVALID (no calculation). [worker-thread] */
ORMA_EXPORT orma_status orma_process_set_valid_cache(orma_profile *profile,
                                                     const char *process,
                                                     int32_t valid, int64_t *pk,
                                                     orma_error **err);

typedef struct orma_rehash_options {
    uint32_t size;
    uint32_t reserved;
    orma_progress progress; /* or NULL; the total is not known */
    void *user;
} orma_rehash_options;
ORMA_NO_TAIL_PADDING(orma_rehash_options, user);

/* Computes hashes anew and stores those that differ. selection: [in] JSON
 * object: "nodes", an array of identifiers, and "entry_points", of data types,
 * processes ("aiida.calculations:NAME") or beginnings of node types; all nodes
 * without either. *json [owned]: {"seen","changed","unknown" (of types that no
 * plugin knows: left alone)}. options may be NULL. [worker-thread] */
ORMA_EXPORT orma_status orma_node_rehash(orma_profile *profile,
                                         orma_str selection,
                                         const orma_rehash_options *options,
                                         char **json, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
