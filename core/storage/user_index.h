/* Indexes on attributes and extras that a user asked for, so that filters on
 * them do not look at every node. They are kept in orma_meta, and made of the
 * same SQL as the filters (json_place.h).
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_USER_INDEX_H
#define CORE_STORAGE_USER_INDEX_H

#include <storage/store.h>

#define USER_INDEXES_MAX 32 /* each is written with every node that has it */

/* field: "attributes.x", "extras.a.b"; letters, digits, '_', '-' and blanks in
 * the keys. type: "text" or "number". Errors: INVALID, REFUSED (it is there;
 * too many). */
orma_status user_index_add(store *s, const char *field, const char *type,
                           orma_error **err);

/* Errors: NOT_FOUND. */
orma_status user_index_remove(store *s, const char *field, orma_error **err);

/* [{"field","type","name"}]; the caller puts it. */
orma_status user_index_list(store *s, json_object **rows, orma_error **err);

#endif
