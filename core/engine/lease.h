/* Who runs a process, on one host: a lock that the kernel frees at the
 * runner's death, so no clock is involved.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_LEASE_H
#define CORE_ENGINE_LEASE_H

#include <orma/abi.h>

typedef struct lease {
    int fd;     /* -1: not held */
    char *path; /* owned */
} lease;

/* Errors: REFUSED (another runner holds it). */
orma_status lease_take(const orma_uuid *process, lease *out, orma_error **err);

/* Accepts one that is not held. */
void lease_release(lease *l);

#endif
