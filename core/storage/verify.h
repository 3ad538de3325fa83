/* Is everything in a storage as it must be? Looks, and changes nothing.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_VERIFY_H
#define CORE_STORAGE_VERIFY_H

#include <storage/maintain.h>

/* One thing that is damaged. Borrowed for the call. */
typedef struct verify_fault {
    const char *kind;    /* "object", "node", "link", "row", "reference",
                            "hash", "database" */
    const char *table;   /* of the row, NULL: none */
    int64_t pk;          /* 0: none */
    const char *name;    /* UUID or object key, NULL: none */
    const char *message; /* what is wrong with it */
} verify_fault;
typedef orma_status verify_report(void *user, const verify_fault *fault,
                                  orma_error **err);

typedef struct verify_options {
    bool is_quick;    /* does not read the content of objects */
    bool with_hashes; /* recomputes the hashes of all nodes */
    verify_report *report;
    upkeep_progress *progress; /* or NULL */
    void *user;
} verify_options;

/* counts: {"nodes","links","objects","faults"}; the caller puts it.
 * Errors: of looking, not of what is found; CANCELLED. */
orma_status store_verify(store *s, const verify_options *options,
                         json_object **counts, orma_error **err);

#endif
