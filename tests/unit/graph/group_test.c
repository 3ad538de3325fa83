/* Types and labels of groups (reference 4).
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

#include <string.h>

#include <base/error.h>
#include <graph/group.h>

static void types_are_entry_points(void)
{
    static const char *const good[] = {
        "core",     "core.auto",     "core.import",
        "core.upf", "pseudo.family", "pseudo.family.pseudo_dojo"};
    static const char *const bad[] = {"",      "cor",  "core.", "core.atuo",
                                      "a..b",  ".a.b", "a b.c", "family",
                                      "a.b\n", "ä.b"};
    orma_error *err = NULL;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT_EQUAL(group_check_type(good[i], NULL), ORMA_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_EQUAL(group_check_type(bad[i], NULL), ORMA_E_INVALID);
    group_check_type("core.atuo", &err);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "core.auto"));
    error_clear(&err);
}

static void labels_have_1_to_255_characters(void)
{
    char label[600];

    CU_ASSERT_EQUAL(group_check_label("a/b c", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(group_check_label("", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(group_check_label("  ", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(group_check_label("\xff", NULL), ORMA_E_INVALID);
    /* Characters, not bytes: 255 of two bytes each. */
    for (size_t i = 0; i < 255; i++)
        memcpy(label + 2 * i, "\xc3\xa4", 2);
    label[510] = '\0';
    CU_ASSERT_EQUAL(group_check_label(label, NULL), ORMA_OK);
    memcpy(label + 510, "x", 2);
    CU_ASSERT_EQUAL(group_check_label(label, NULL), ORMA_E_INVALID);
}

static const unit_test tests[] = {
    {"types_are_entry_points", types_are_entry_points},
    {"labels_have_1_to_255_characters", labels_have_1_to_255_characters},
    {NULL, NULL},
};

const unit_suite group_suite = {"group", NULL, NULL, tests};
