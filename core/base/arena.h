/* Many small allocations for one unit of work, released together.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <orma/abi.h>

typedef struct arena {
    struct arena_block *blocks; /* zeroed is an empty arena */
} arena;

/* Zeroed memory aligned for any type, NULL when there is none. */
void *arena_alloc(arena *a, size_t size);

/* n elements, overflow-checked. */
void *arena_array(arena *a, size_t n, size_t size);

/* A NUL-terminated copy. */
char *arena_strdup(arena *a, const char *text);
char *arena_strndup(arena *a, const char *text, size_t len);

/* Releases everything; the arena is empty and can be used again. */
void arena_free(arena *a);

#define AUTO_ARENA __attribute__((cleanup(arena_free)))

#endif
