/* Sets of keys, in memory and in sorted runs.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/key_set.h>
#include <storage/references.h>

/* Spread over the whole range, as digests are. */
static void key_of(uint32_t n, uint8_t key[KEY_BYTES])
{
    memset(key, 0, KEY_BYTES);
    const uint32_t spread = n * 2654435761u;
    memcpy(key, &spread, sizeof spread);
    memcpy(key + 8, &n, sizeof n);
}

static void fill(key_set *set, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        uint8_t key[KEY_BYTES];
        key_of(i, key);
        if (key_set_add(set, key, NULL) != ORMA_OK)
            abort();
    }
}

static bool has(const key_set *set, uint32_t n)
{
    uint8_t key[KEY_BYTES];
    key_of(n, key);
    return key_set_has(set, key);
}

static void keys_are_kept_once_and_found(void)
{
    key_set *set = key_set_create(unit_temp_dir());
    CU_ASSERT_EQUAL(key_set_settle(set, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(key_set_count(set), 0);
    CU_ASSERT_FALSE(has(set, 1));
    fill(set, 0, 3000);
    fill(set, 1000, 2000);
    CU_ASSERT_EQUAL(key_set_settle(set, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(key_set_count(set), 3000);
    CU_ASSERT_TRUE(has(set, 0) && has(set, 2999) && !has(set, 3000));
    for (size_t i = 1; i < key_set_count(set); i++)
        if (memcmp(key_set_at(set, i - 1), key_set_at(set, i), KEY_BYTES) >= 0)
            CU_FAIL("not ascending");
    key_set_destroy(set);
}

/* More than the 2^21 keys that stay in memory: three runs, which overlap. */
static void runs_are_merged(void)
{
    enum { COUNT = 5000000 };
    key_set *set = key_set_create(unit_temp_dir());
    fill(set, 0, COUNT);
    fill(set, COUNT - 1000000, COUNT);
    CU_ASSERT_EQUAL(key_set_settle(set, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(key_set_count(set), COUNT);
    CU_ASSERT_TRUE(has(set, 0) && has(set, COUNT - 1) && !has(set, COUNT));
    key_set_destroy(set);
}

static orma_status count_key(void *user, const char *key, orma_error **err)
{
    (void)err;
    CU_ASSERT_EQUAL(strlen(key), 64);
    ++*(int *)user;
    return ORMA_OK;
}

static void difference_is_what_the_other_lacks(void)
{
    key_set *a = key_set_create(unit_temp_dir());
    key_set *b = key_set_create(unit_temp_dir());
    int count = 0;
    fill(a, 0, 1000);
    fill(b, 300, 5000);
    key_set_settle(a, NULL);
    key_set_settle(b, NULL);
    CU_ASSERT_EQUAL(key_set_difference(a, b, count_key, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count, 300);
    key_set_destroy(a);
    key_set_destroy(b);
}

static void keys_are_64_lower_case_hex_digits(void)
{
    /* SHA-256 of "abc": FIPS 180-2, appendix B. */
    static const char abc[] =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    uint8_t bytes[KEY_BYTES];
    char back[65];
    CU_ASSERT_TRUE(key_parse((orma_str){abc, 64}, bytes));
    CU_ASSERT_EQUAL(bytes[0], 0xba);
    CU_ASSERT_EQUAL(bytes[31], 0xad);
    key_format(bytes, back);
    CU_ASSERT_STRING_EQUAL(back, abc);
    CU_ASSERT_FALSE(key_parse((orma_str){abc, 63}, bytes));
    CU_ASSERT_FALSE(key_parse(
        ORMA_LITERAL("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
                     "20015ad"),
        bytes));
}

/* ---- references of trees ------------------------------------------ */

#define KEY "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static orma_status count_reference(void *user, const uint8_t key[KEY_BYTES],
                                   orma_error **err)
{
    (void)err;
    CU_ASSERT_EQUAL(key[0], 0xba);
    ++*(int *)user;
    return ORMA_OK;
}

static int references(const char *tree)
{
    int count = 0;
    return references_of_tree((orma_str){tree, strlen(tree)}, count_reference,
                              &count, NULL) == ORMA_OK
               ? count
               : -1;
}

static void keys_of_a_tree_are_found_whatever_files_are_called(void)
{
    CU_ASSERT_EQUAL(references("{}"), 0);
    CU_ASSERT_EQUAL(references("{\"o\": {\"a\": {\"k\": \"" KEY "\"}}}"), 1);
    CU_ASSERT_EQUAL(references("{\"o\":{\"a\":{\"k\":\"" KEY
                               "\"},\"d\":{\"o\":{\"b\":{\"k\":\"" KEY
                               "\"},\"e\":{}}}}}"),
                    2);
    CU_ASSERT_EQUAL(references("{\"o\": {\"k\": {\"k\": \"" KEY
                               "\"}, \"o\": {\"o\": {}}}}"),
                    1);
    CU_ASSERT_EQUAL(references("{\"o\": {\"x\\\"k\\\": \\\"\": {\"k\": \"" KEY
                               "\"}, "
                               "\"y\\\\\": {\"k\": \"" KEY "\"}}}"),
                    2);
}

static void malformed_trees_are_no_trees_without_keys(void)
{
    CU_ASSERT_EQUAL(references("{\"o\": {\"a\": {\"k\": \"12\"}}}"), -1);
    CU_ASSERT_EQUAL(references("{\"o\": {\"a\": {\"k\": \"" KEY "\"}}"), -1);
    CU_ASSERT_EQUAL(references("{\"o\": {\"a\": {\"k\": \"" KEY), -1);
    CU_ASSERT_EQUAL(references("{\"o\": {\"a\": \"" KEY "\"}}"), -1);
    CU_ASSERT_EQUAL(references("}{"), -1);
}

static const unit_test tests[] = {
    {"keys_are_kept_once_and_found", keys_are_kept_once_and_found},
    {"runs_are_merged", runs_are_merged},
    {"difference_is_what_the_other_lacks", difference_is_what_the_other_lacks},
    {"keys_are_64_lower_case_hex_digits", keys_are_64_lower_case_hex_digits},
    {"keys_of_a_tree_are_found_whatever_files_are_called",
     keys_of_a_tree_are_found_whatever_files_are_called},
    {"malformed_trees_are_no_trees_without_keys",
     malformed_trees_are_no_trees_without_keys},
    {NULL, NULL},
};

const unit_suite key_set_suite = {"key_set", NULL, NULL, tests};
