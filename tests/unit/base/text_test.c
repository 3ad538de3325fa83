/* Small questions about text.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/text.h>

#include "unit/base/suites.h"

static void compares_whole_and_parts(void)
{
    CU_ASSERT_TRUE(text_equal("a", "a"));
    CU_ASSERT_FALSE(text_equal("a", "b"));
    CU_ASSERT_FALSE(text_equal(NULL, "b"));
    CU_ASSERT_TRUE(text_equal(NULL, NULL));
    CU_ASSERT_TRUE(text_starts("core.int", "core."));
    CU_ASSERT_FALSE(text_starts("core", "core."));
    CU_ASSERT_TRUE(text_ends("file.so", ".so"));
    CU_ASSERT_FALSE(text_ends("so", ".so"));
    CU_ASSERT_TRUE(text_ends("x", ""));
    CU_ASSERT_TRUE(str_equal((orma_str){"abc", 2}, "ab"));
    CU_ASSERT_FALSE(str_equal((orma_str){"abc", 3}, "ab"));
    CU_ASSERT_TRUE(str_equal((orma_str){NULL, 0}, ""));
}

static void copies_and_formats(void)
{
    AUTO_FREE char *a = text_copy("abc");
    AUTO_FREE char *b = str_copy((orma_str){"abcdef", 3});
    AUTO_FREE char *c = text_printf("%s-%d", "n", 7);

    CU_ASSERT_STRING_EQUAL(a, "abc");
    CU_ASSERT_STRING_EQUAL(b, "abc");
    CU_ASSERT_STRING_EQUAL(c, "n-7");
    CU_ASSERT_PTR_NULL(text_copy(NULL));
    CU_ASSERT_PTR_NULL(str_copy((orma_str){NULL, 0}));
}

/* AiiDA's validate_link_label: Python identifiers without outer '_'. */
static void link_labels_follow_aiidas_rule(void)
{
    static const char *const good[] = {"x", "remote_folder", "a1", "A",
                                       "a__b", "none", "pseudos__Si"};
    static const char *const bad[] = {"",     "1a",  "_a", "a_",    "a-b",
                                      "a.b",  "a b", "if", "lambda", "None",
                                      "\xC3\xA9", "_"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT_TRUE(text_is_link_label(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(text_is_link_label(bad[i]));
}

static void port_names_have_no_double_underscore(void)
{
    CU_ASSERT_TRUE(text_is_port_name("remote_folder"));
    CU_ASSERT_FALSE(text_is_port_name("a__b"));
    CU_ASSERT_FALSE(text_is_port_name("_a"));
}

static void utf8_is_judged_by_rfc_3629(void)
{
    CU_ASSERT_TRUE(text_is_utf8(ORMA_LITERAL("")));
    CU_ASSERT_TRUE(text_is_utf8((orma_str){NULL, 0}));
    CU_ASSERT_TRUE(text_is_utf8(
        ORMA_LITERAL("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("a\0b")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xC1\x81")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xE0\x80\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xED\xA0\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xF0\x80\x80\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xF4\x90\x80\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xF5\x80\x80\x80")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xE2\x82")));
    CU_ASSERT_FALSE(text_is_utf8(ORMA_LITERAL("\xC3(")));
}

/* U+FFFD is EF BF BD in UTF-8. */
static void bytes_that_are_no_utf8_are_replaced_or_shown(void)
{
    const orma_str latin1 = ORMA_LITERAL("caf\xE9 \xC3\xA9\xE2\x82");
    AUTO_FREE char *mended = text_to_utf8(latin1);
    AUTO_FREE char *shown = text_show_bytes(latin1);
    AUTO_FREE char *nul = text_to_utf8((orma_str){"a\0b", 3});
    AUTO_FREE char *none = text_to_utf8((orma_str){NULL, 0});

    CU_ASSERT_STRING_EQUAL(mended, "caf\xEF\xBF\xBD \xC3\xA9"
                                   "\xEF\xBF\xBD\xEF\xBF\xBD");
    CU_ASSERT_STRING_EQUAL(shown, "caf\\xE9 \xC3\xA9\\xE2\\x82");
    CU_ASSERT_STRING_EQUAL(nul, "a\xEF\xBF\xBD" "b");
    CU_ASSERT_STRING_EQUAL(none, "");
}

static void length_is_in_characters(void)
{
    CU_ASSERT_EQUAL(text_length(""), 0);
    CU_ASSERT_EQUAL(text_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4);
}

static void finds_what_was_probably_meant(void)
{
    static const char *const words[] = {"calculation", "parser", "workflow",
                                        "computer", "code"};
    const size_t n = sizeof words / sizeof *words;

    CU_ASSERT_STRING_EQUAL(text_closest("calcluation", words, n),
                           "calculation");
    CU_ASSERT_STRING_EQUAL(text_closest("parsr", words, n), "parser");
    CU_ASSERT_STRING_EQUAL(text_closest("compute", words, n), "computer");
    CU_ASSERT_STRING_EQUAL(text_closest("code", words, n), "code");
    CU_ASSERT_PTR_NULL(text_closest("banana", words, n));
    CU_ASSERT_PTR_NULL(text_closest("x", words, n));
    CU_ASSERT_PTR_NULL(text_closest("", words, n));
    CU_ASSERT_PTR_NULL(text_closest("code", words, 0));
}

static const unit_test tests[] = {
    {"compares_whole_and_parts", compares_whole_and_parts},
    {"copies_and_formats", copies_and_formats},
    {"link_labels_follow_aiidas_rule", link_labels_follow_aiidas_rule},
    {"port_names_have_no_double_underscore",
     port_names_have_no_double_underscore},
    {"utf8_is_judged_by_rfc_3629", utf8_is_judged_by_rfc_3629},
    {"bytes_that_are_no_utf8_are_replaced_or_shown",
     bytes_that_are_no_utf8_are_replaced_or_shown},
    {"length_is_in_characters", length_is_in_characters},
    {"finds_what_was_probably_meant", finds_what_was_probably_meant},
    {NULL, NULL},
};

const unit_suite text_suite = {"text", NULL, NULL, tests};
