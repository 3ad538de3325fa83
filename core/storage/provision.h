/* What precedes a store and what follows it: role and database on a server, and
 * the removal of everything.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_PROVISION_H
#define CORE_STORAGE_PROVISION_H

#include <base/json.h>
#include <plugin/registry.h>

/* Makes what a new store of the backend needs. wishes: members of its config
 * that the user gave, and the server's "superuser", "superuser_password" and
 * the "profile" for which it is. *config: for store_open(); the caller puts it.
 * Errors: UNSUPPORTED (nothing to make, no server), REFUSED (may not). */
orma_status storage_provision(registry *r, const char *backend,
                              const json_object *wishes, json_object **config,
                              orma_error **err);

/* Deletes a store that nobody has open, files included; again and again does
 * no harm. Errors: UNSUPPORTED, TRANSIENT (server not reached). */
orma_status storage_destroy(registry *r, const char *backend,
                            const json_object *config, orma_error **err);

#endif
