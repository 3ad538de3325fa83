/* Several hosts on one database: one of them, the home of the object
 * container, writes to it; the others put objects into the database, in the
 * transaction of the rows that refer to them, from where the home takes them.
 *
 * The index of the container is SQLite in WAL mode, which cannot be shared
 * over a network. A database that is a file beside the container has its home
 * wherever it lies.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_STAGING_H
#define CORE_STORAGE_STAGING_H

#include <storage/container.h>
#include <storage/store.h>

typedef struct host_identity {
    char hostname[256];
    char machine_id[64]; /* of /etc/machine-id, "" when there is none */
} host_identity;

/* Who is asked for this host's identity; NULL restores the system itself, and
 * anybody else also makes every backend one that hosts may share: for tests. */
void staging_set_identity(void (*identify)(host_identity *out));

/* Opens the container at `path`, to be written to when its home is here. */
orma_status staging_open_container(store *s, const char *path,
                                   orma_error **err);

/* Makes this host the home of a container that has none yet. Within the
 * caller's transaction. */
orma_status staging_claim(store *s, orma_error **err);

/* Puts objects where this host may, and sets their keys: into the container,
 * or nowhere until store_stage_objects(). */
orma_status store_put_objects(store *s, container_object *objects, size_t count,
                              orma_error **err);

/* Objects that were put so, into the database, on hosts that are not the home.
 * Within the transaction of the rows that refer to them. */
orma_status store_stage_objects(store *s, const container_object *objects,
                                size_t count, orma_error **err);

/* Takes staged objects into the container; *count: how many. Nothing is done
 * on other hosts. */
orma_status store_drain_staged(store *s, int64_t *count, orma_error **err);

/* The same, silently, when the last time is some seconds ago. */
void store_drain_if_due(store *s);

/* Is the object where this host can read it? */
orma_status store_has_object(store *s, const char *key, bool *found,
                             orma_error **err);

/* {"hostname","machine_id","is_here","staged"}; *out NULL: the backend has no
 * need of a home. */
orma_status store_home(store *s, json_object **out, orma_error **err);

/* Makes this host the home. Nobody may be writing on the former one.
 * Errors: REFUSED (the container's folder is not visible here). */
orma_status store_set_home(store *s, orma_error **err);

#endif
