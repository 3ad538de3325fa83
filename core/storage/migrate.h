/* Bringing an older schema to AiiDA's present revision.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_MIGRATE_H
#define CORE_STORAGE_MIGRATE_H

#include <storage/store.h>

/* Revision of the storage's schema; the caller frees it. It need not be one
 * that store_open() takes. Errors: as store_open(). */
orma_status store_revision(registry *r, const char *backend,
                           const json_object *config, char **revision,
                           orma_error **err);

/* main_0001 to main_0002, in one transaction. *changed: hashes that were
 * removed; *is_current: there was nothing to do.
 * Errors: UNSUPPORTED (another revision, with what to do), as store_open(). */
orma_status store_migrate(registry *r, const char *backend,
                          const json_object *config, bool *is_current,
                          int64_t *changed, orma_error **err);

#endif
