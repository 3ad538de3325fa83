/* A set of object keys that may not fit into memory: sorted runs in a file
 * without a name, which are merged when the set is complete.
 *
 * First filled, then settled, then asked. Takes 64 MiB of memory while it is
 * filled, and 32 bytes of the disk a key.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_KEY_SET_H
#define CORE_STORAGE_KEY_SET_H

#include <stdbool.h>

#include <orma/abi.h>

#define KEY_BYTES 32

typedef struct key_set key_set;

/* folder: for the file. NULL without memory. */
key_set *key_set_create(const char *folder);
void key_set_destroy(key_set *set); /* accepts NULL */

/* The 64 hex digits and a NUL of a key's bytes; and back: false: malformed. */
void key_format(const uint8_t bytes[KEY_BYTES], char *hex);
bool key_parse(orma_str hex, uint8_t bytes[KEY_BYTES]);

/* Errors: TRANSIENT (disk full), NO_MEMORY. */
orma_status key_set_add(key_set *set, const uint8_t key[KEY_BYTES],
                        orma_error **err);

/* Ends the filling. */
orma_status key_set_settle(key_set *set, orma_error **err);

/* Of a settled set: how many keys, the i-th in ascending order, and whether
 * one is there. */
size_t key_set_count(const key_set *set);
const uint8_t *key_set_at(const key_set *set, size_t i);
bool key_set_has(const key_set *set, const uint8_t key[KEY_BYTES]);

/* Calls visit for each key of a that is not in b. Both settled. */
orma_status key_set_difference(const key_set *a, const key_set *b,
                               orma_status (*visit)(void *user, const char *key,
                                                    orma_error **err),
                               void *user, orma_error **err);

#endif
