/* Who runs a process, on one host: a lock that the kernel frees at the
 * runner's death, so no clock is involved. It lies beside the profile's
 * database, where every runner of the profile finds it, whatever his
 * environment.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_LEASE_H
#define CORE_ENGINE_LEASE_H

#include <orma/abi.h>

typedef struct lease {
    int fd; /* -1: not held */
} lease;

/* folder: of the profile's storage. Errors: REFUSED (another runner holds
 * it). */
orma_status lease_take(const char *folder, const orma_uuid *process, lease *out,
                       orma_error **err);

/* Accepts one that is not held. */
void lease_release(lease *l);

#endif
