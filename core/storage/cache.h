/* The cache of calculations: a finished one of the same hash stands in for one
 * that would be run.
 *
 * A source is looked up by the extra `_aiida_hash` and may be refused; its
 * clone is a process of its own with outputs of its own, whose files are the
 * same objects of the container.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_CACHE_H
#define CORE_STORAGE_CACHE_H

#include <storage/store.h>

/* AiiDA's extras. */
#define CACHE_HASH "_aiida_hash"
#define CACHE_FROM "_aiida_cached_from"
#define CACHE_VALID "_aiida_valid_cache"

/* Says what speaks against a source beyond the store's own rules: adds texts to
 * reasons, an array. */
typedef orma_status cache_judge(void *user, const node *process,
                                json_object *reasons, orma_error **err);

/* Adds to reasons, an array, why the stored process is no source: it is no
 * calculation, not finished, not sealed, marked invalid (or what it was cloned
 * from is), its folder was cleaned, it has `return` links. None: it is one. */
orma_status cache_check(store *s, const node *process, json_object *reasons,
                        orma_error **err);

/* What is looked for. */
typedef struct cache_key {
    const char *node_type;
    const char *process_type; /* or NULL */
    const char *hash;         /* 64 digits */
} cache_key;

/* pks of the stored processes of this key, oldest first, judged or not: an
 * array that the caller puts. */
orma_status cache_candidates(store *s, const cache_key *key, json_object **pks,
                             orma_error **err);

/* The oldest of them that is no reason against, *source NULL when there is
 * none; the caller frees it. refused, an array or NULL: gets {"pk","reasons"}
 * of those before it. judge may be NULL. */
orma_status cache_find_source(store *s, const cache_key *key,
                              cache_judge *judge, void *user, node **source,
                              json_object *refused, orma_error **err);

/* Nodes made for a unit, which must live until its commit. */
typedef struct cache_clones {
    node **items;
    size_t count;
} cache_clones;
void cache_clones_finish(cache_clones *clones);

/* Makes `process`, new and of no unit yet, what the source is: label and
 * description unless it has its own, attributes, files, and the extra that
 * names the source. It is not sealed yet. */
orma_status cache_fill(node *process, const node *source, orma_error **err);

/* Adds clones of the source's outputs to the unit, which holds the process, and
 * seals it. `clones` is to be finished after the commit. */
orma_status cache_add_outputs(store *s, unit *u, node *process,
                              const node *source, cache_clones *clones,
                              orma_error **err);

/* What tells two stored processes apart by their hashes: an array of {"field",
 * "a","b"}, where the first is the one that is seen first: class, process type,
 * attributes, files, computer, then the same of every input ("inputs.x.…"). A
 * side that lacks the field has no member for it. */
orma_status cache_compare(store *s, const node *a, const node *b,
                          json_object **differences, orma_error **err);

/* The same for the attributes of one type's nodes that count. */
orma_status cache_compare_attributes(const char *node_type,
                                     const json_object *a, const json_object *b,
                                     json_object *differences,
                                     orma_error **err);

/* Which nodes are hashed anew. */
typedef struct rehash_query {
    const char *node_type;    /* beginning of the type, NULL: any */
    const char *process_type; /* or NULL */
    const int64_t *pks;       /* these only; NULL: all of them */
    size_t pk_count;
    /* Called after each portion; or NULL. Another answer than ORMA_OK ends the
     * work with it; total is 0, unknown. */
    orma_status (*progress)(void *user, const char *what, int64_t done,
                            int64_t total);
    void *progress_user;
} rehash_query;

typedef struct rehash_counts {
    int64_t seen;
    int64_t changed;
    int64_t unknown; /* of types whose class no plugin names: left alone */
} rehash_counts;

/* Computes hashes anew and stores those that differ, portion by portion: what
 * was stored before a failure stays. Errors: NOT_FOUND (a pk), CANCELLED. */
orma_status store_rehash(store *s, const rehash_query *query,
                         rehash_counts *counts, orma_error **err);

#endif
