/* What the files of the verification share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_VERIFY_INTERNAL_H
#define CORE_STORAGE_VERIFY_INTERNAL_H

#include <storage/key_set.h>
#include <storage/store_internal.h>
#include <storage/verify.h>

typedef struct verifier {
    store *s;
    const verify_options *o;
    key_set *present; /* keys of the container */
    bool sees_container;
    int64_t nodes, links, objects, faults;
} verifier;

/* Reports a fault with a message by a format. */
orma_status verify_fault_at(verifier *v, const verify_fault *at,
                            orma_error **err, const char *fmt, ...)
    ORMA_PRINTF(4, 5);

orma_status verify_step(verifier *v, const char *step, int64_t done,
                        int64_t total, orma_error **err);

/* Columns of all tables: JSON, UUIDs, times, references. */
orma_status verify_rows(verifier *v, orma_error **err);

/* Nodes: columns, files, states, hashes. */
orma_status verify_nodes(verifier *v, orma_error **err);

/* Links: ends, labels, uniqueness, cycles. */
orma_status verify_links(verifier *v, orma_error **err);

#endif
