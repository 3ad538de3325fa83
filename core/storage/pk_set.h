/* A set of primary keys: a bit for each, since they are dense.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_PK_SET_H
#define CORE_STORAGE_PK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pk_set {
    uint64_t *words;
    size_t word_count;
    size_t count; /* of members */
} pk_set;

/* false without memory. is_new may be NULL. pk > 0. */
bool pk_set_add(pk_set *set, int64_t pk, bool *is_new);
bool pk_set_has(const pk_set *set, int64_t pk);

/* The least member above pk, 0: none. Start with 0. */
int64_t pk_set_next(const pk_set *set, int64_t pk);

void pk_set_free(pk_set *set); /* accepts a zeroed one; zeroes it */

#endif
