/* Sets of primary keys.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <storage/pk_set.h>

static void an_empty_set_has_nothing(void)
{
    pk_set set = {0};
    CU_ASSERT_FALSE(pk_set_has(&set, 1));
    CU_ASSERT_EQUAL(pk_set_next(&set, 0), 0);
    pk_set_free(&set);
}

static void members_are_told_from_others(void)
{
    static const int64_t pks[] = {1, 63, 64, 65, 1000000};
    pk_set set = {0};
    bool is_new = false;
    for (size_t i = 0; i < sizeof pks / sizeof *pks; i++) {
        CU_ASSERT_TRUE(pk_set_add(&set, pks[i], &is_new));
        CU_ASSERT_TRUE(is_new);
    }
    CU_ASSERT_TRUE(pk_set_add(&set, 64, &is_new));
    CU_ASSERT_FALSE(is_new);
    CU_ASSERT_TRUE(pk_set_add(&set, 64, NULL));
    CU_ASSERT_EQUAL(set.count, 5);
    CU_ASSERT_TRUE(pk_set_has(&set, 1) && pk_set_has(&set, 63) &&
                   pk_set_has(&set, 64) && pk_set_has(&set, 65) &&
                   pk_set_has(&set, 1000000));
    CU_ASSERT_FALSE(pk_set_has(&set, 2) || pk_set_has(&set, 62) ||
                    pk_set_has(&set, 66) || pk_set_has(&set, 999999) ||
                    pk_set_has(&set, 1000001) || pk_set_has(&set, 0) ||
                    pk_set_has(&set, -1) || pk_set_has(&set, INT64_MAX));
    pk_set_free(&set);
    CU_ASSERT_EQUAL(set.count, 0);
    CU_ASSERT_FALSE(pk_set_has(&set, 1));
}

static void members_come_in_ascending_order(void)
{
    static const int64_t pks[] = {5000, 64, 1, 127, 63, 128};
    static const int64_t ascending[] = {1, 63, 64, 127, 128, 5000};
    pk_set set = {0};
    int64_t pk = 0;
    for (size_t i = 0; i < sizeof pks / sizeof *pks; i++)
        CU_ASSERT_TRUE(pk_set_add(&set, pks[i], NULL));
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++) {
        pk = pk_set_next(&set, pk);
        CU_ASSERT_EQUAL(pk, ascending[i]);
    }
    CU_ASSERT_EQUAL(pk_set_next(&set, pk), 0);
    CU_ASSERT_EQUAL(pk_set_next(&set, 100), 127);
    CU_ASSERT_EQUAL(pk_set_next(&set, INT64_MAX), 0);
    pk_set_free(&set);
}

static void refuses_what_is_no_pk(void)
{
    pk_set set = {0};
    CU_ASSERT_FALSE(pk_set_add(&set, 0, NULL));
    CU_ASSERT_FALSE(pk_set_add(&set, -5, NULL));
    CU_ASSERT_EQUAL(set.count, 0);
    pk_set_free(&set);
}

static const unit_test tests[] = {
    {"an_empty_set_has_nothing", an_empty_set_has_nothing},
    {"members_are_told_from_others", members_are_told_from_others},
    {"members_come_in_ascending_order", members_come_in_ascending_order},
    {"refuses_what_is_no_pk", refuses_what_is_no_pk},
    {NULL, NULL},
};

const unit_suite pk_set_suite = {"pk_set", NULL, NULL, tests};
