/* What a profile handle holds, for the files of this room.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_PROFILE_INTERNAL_H
#define CORE_API_PROFILE_INTERNAL_H

#include <config/config.h>
#include <orma/api/profile.h>
#include <storage/store.h>

struct orma_profile {
    config *config;                /* owned */
    char *name;                    /* owned */
    registry *registry;            /* the process's own, borrowed */
    store *store;                  /* owned */
    struct profile_access *access; /* record in access/<profile>, owned */
};

#endif
