/* The upkeep of a storage: objects that no node refers to are deleted, loose
 * ones packed, and, on request, what they and deleted rows took is given back.
 *
 * May be interrupted anywhere, and runs beside readers and writers; a full run
 * wants the profile for itself.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_MAINTAIN_H
#define CORE_STORAGE_MAINTAIN_H

#include <storage/store.h>

/* How far a step is; total 0: not known. Returns false to stop: CANCELLED. */
typedef bool upkeep_progress(void *user, const char *step, int64_t done,
                             int64_t total);

typedef struct maintain_options {
    bool is_full;  /* also repack, and vacuum the index and the database */
    bool is_alone; /* nobody else has the profile open: age does not matter */
    bool is_dry_run;
    bool no_repack;
    bool compress; /* objects that shrink by it, when they are packed */
    bool
        keep_loose; /* delete loose files when all are packed, not as it goes */
    int64_t age_ns; /* younger objects stay, as programs that take no lock may
                       be about to refer to them; 0: an hour */
    upkeep_progress *progress; /* or NULL */
    void *user;
} maintain_options;

/* report: {"objects","referenced","unreferenced","unreferenced_young",
 * "deleted","drained","packed","damaged","freed_bytes"}; of a dry run what
 * would be. The caller puts it.
 * Errors: PERMANENT (an object that nodes refer to is missing: nothing is
 * changed), REFUSED (another host is the container's home), CANCELLED. */
orma_status store_maintain(store *s, const maintain_options *options,
                           json_object **report, orma_error **err);

#endif
