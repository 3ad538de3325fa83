/* Arena: blocks of growing size, released together.
 *
 * SPDX-License-Identifier: MIT */
#include <base/arena.h>

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 1024
#define LARGEST_BLOCK ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *block_create(const arena *a, size_t size)
{
    size_t capacity = FIRST_BLOCK;

    if (a->blocks != NULL && a->blocks->capacity < LARGEST_BLOCK)
        capacity = a->blocks->capacity * 2;
    else if (a->blocks != NULL)
        capacity = LARGEST_BLOCK;
    if (capacity < size)
        capacity = size;
    if (capacity > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    /* Zeroed here once, as every byte is handed out at most once. */
    struct arena_block *block = calloc(1, sizeof *block + capacity);
    if (block != NULL)
        block->capacity = capacity;
    return block;
}

void *arena_alloc(arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);

    if (size > SIZE_MAX - align)
        return NULL;
    size = (size + align - 1) / align * align;
    if (size == 0)
        size = align; /* distinct addresses for empty things */
    struct arena_block *block = a->blocks;
    if (block == NULL || block->capacity - block->used < size) {
        block = block_create(a, size);
        if (block == NULL)
            return NULL;
        block->next = a->blocks;
        a->blocks = block;
    }
    void *p = block->bytes + block->used;
    block->used += size;
    return p;
}

void *arena_array(arena *a, size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, n * size);
}

char *arena_strndup(arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

    if (copy != NULL && len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

void arena_free(arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}
