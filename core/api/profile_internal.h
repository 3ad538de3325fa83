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

/* Where a storage's data lie, in words, from its storage.config; the caller
 * frees it. */
char *storage_place(const json_object *storage_config);

#endif
