/* Arenas.
 *
 * SPDX-License-Identifier: MIT */
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include <base/arena.h>

#include "unit/base/suites.h"

static void gives_zeroed_aligned_memory(void)
{
    AUTO_ARENA arena a = {0};
    const unsigned char zeros[777] = {0};

    for (size_t size = 0; size < sizeof zeros; size++) {
        unsigned char *p = arena_alloc(&a, size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % alignof(max_align_t), 0);
        CU_ASSERT_EQUAL(memcmp(p, zeros, size), 0);
        memset(p, 0xFF, size); /* must not show in the next one */
    }
}

static void serves_large_and_small_side_by_side(void)
{
    AUTO_ARENA arena a = {0};

    char *small = arena_strdup(&a, "small");
    char *large = arena_alloc(&a, 5000000);
    char *part = arena_strndup(&a, "partial", 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(large);
    memset(large, 'x', 5000000);
    CU_ASSERT_STRING_EQUAL(small, "small");
    CU_ASSERT_STRING_EQUAL(part, "part");
}

static void refuses_products_that_overflow(void)
{
    AUTO_ARENA arena a = {0};

    CU_ASSERT_PTR_NULL(arena_array(&a, SIZE_MAX / 2, 3));
    CU_ASSERT_PTR_NULL(arena_alloc(&a, SIZE_MAX));
    CU_ASSERT_PTR_NULL(arena_strndup(&a, "", SIZE_MAX));
    CU_ASSERT_PTR_NOT_NULL(arena_array(&a, 0, 3));
    CU_ASSERT_PTR_NOT_NULL(arena_array(&a, 3, 0));
}

static void can_be_used_again_after_free(void)
{
    arena a = {0};

    arena_free(&a);
    CU_ASSERT_STRING_EQUAL(arena_strdup(&a, "one"), "one");
    arena_free(&a);
    CU_ASSERT_STRING_EQUAL(arena_strdup(&a, "two"), "two");
    arena_free(&a);
}

static const unit_test tests[] = {
    {"gives_zeroed_aligned_memory", gives_zeroed_aligned_memory},
    {"serves_large_and_small_side_by_side",
     serves_large_and_small_side_by_side},
    {"refuses_products_that_overflow", refuses_products_that_overflow},
    {"can_be_used_again_after_free", can_be_used_again_after_free},
    {NULL, NULL},
};

const unit_suite arena_suite = {"arena", NULL, NULL, tests};
