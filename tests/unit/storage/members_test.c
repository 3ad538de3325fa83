/* Members of JSON texts.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <string.h>

#include <base/text.h>
#include <storage/members.h>

static const char *const wanted[] = {"a", "state", "Zürich"};
enum { WANTED = sizeof wanted / sizeof *wanted };

static void expect(const char *object, const char *a, const char *state,
                   const char *zurich)
{
    const char *const expected[WANTED] = {a, state, zurich};
    orma_str found[WANTED];
    members_find((orma_str){object, strlen(object)}, wanted, WANTED, found);
    for (size_t i = 0; i < WANTED; i++) {
        if (expected[i] == NULL)
            CU_ASSERT_PTR_NULL(found[i].ptr)
        else
            CU_ASSERT_TRUE_FATAL(found[i].ptr != NULL &&
                                 str_equal(found[i], expected[i]));
    }
}

static void finds_values_as_they_are_written(void)
{
    expect("{\"state\": \"finished\", \"a\": 0}", "0", "\"finished\"", NULL);
    expect(" { \"a\" : [1, {\"b\": 2}] ,\n\t\"state\":null }",
           "[1, {\"b\": 2}]", "null", NULL);
    expect("{\"a\":{}}", "{}", NULL, NULL);
    expect("{}", NULL, NULL, NULL);
}

static void members_of_members_are_not_found(void)
{
    expect("{\"b\": {\"state\": 1}, \"c\": [{\"a\": 2}], \"a\": 3}", "3", NULL,
           NULL);
}

static void texts_may_look_like_json(void)
{
    expect("{\"b\": \"\\\", \\\"a\\\": 1, }]\", \"a\": \"\\\\\", \"state\": 2}",
           "\"\\\\\"", "2", NULL);
}

/* Python's default dump, which AiiDA stores, escapes what is not ASCII. */
static void keys_may_be_escaped(void)
{
    expect("{\"Z\\u00fcrich\": 1}", NULL, NULL, "1");
    expect("{\"Zürich\": 2}", NULL, NULL, "2");
}

static void the_first_of_duplicates_counts(void)
{
    expect("{\"a\": 1, \"a\": 2}", "1", NULL, NULL);
}

static void damaged_texts_end_early(void)
{
    expect("", NULL, NULL, NULL);
    expect("null", NULL, NULL, NULL);
    expect("{\"a", NULL, NULL, NULL);
    expect("{\"a\"", NULL, NULL, NULL);
    expect("{\"a\\", NULL, NULL, NULL);
    expect("{\"a\": 1 \"state\": 2}", "1", NULL, NULL);
    expect("{\"b\": {{{", NULL, NULL, NULL);
    expect("{\"b\": \"x, \"a\": 1}", NULL, NULL, NULL);
}

static void expect_written(const char *value, const char *text)
{
    buf out = {0};
    const orma_str given = {value, value != NULL ? strlen(value) : 0};
    CU_ASSERT_EQUAL(member_write(&out, given, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), text);
    buf_free(&out);
}

static void writes_values_as_a_dump_does(void)
{
    expect_written("\"finished\"", "\"finished\"");
    expect_written("\"Z\\u00fcrich \\\"\\/\"", "\"Zürich \\\"/\"");
    expect_written("0", "0");
    expect_written("-305", "-305");
    expect_written("123456789012345678901", "123456789012345678901");
    expect_written("1.50", "1.5");
    expect_written("true", "true");
    expect_written("null", "null");
    expect_written("{\"a\":[1]}", "{\n    \"a\": [\n        1\n    ]\n}");
}

static void what_is_not_json_is_null(void)
{
    static const char *const bad[] = {NULL, "",    "NaN",      "01",
                                      "{",  "\"x", "\"\x01\"", "\"a\" b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_written(bad[i], "null");
}

static void plain_texts_are_quoted(void)
{
    buf out = {0};
    CU_ASSERT_EQUAL(member_write_text(&out, ORMA_LITERAL("a b"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(member_write_text(&out, ORMA_LITERAL("é\"\n"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(member_write_text(&out, (orma_str){NULL, 0}, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "\"a b\"\"é\\\"\\n\"null");
    buf_free(&out);
}

static const unit_test tests[] = {
    {"finds_values_as_they_are_written", finds_values_as_they_are_written},
    {"members_of_members_are_not_found", members_of_members_are_not_found},
    {"texts_may_look_like_json", texts_may_look_like_json},
    {"keys_may_be_escaped", keys_may_be_escaped},
    {"the_first_of_duplicates_counts", the_first_of_duplicates_counts},
    {"damaged_texts_end_early", damaged_texts_end_early},
    {"writes_values_as_a_dump_does", writes_values_as_a_dump_does},
    {"what_is_not_json_is_null", what_is_not_json_is_null},
    {"plain_texts_are_quoted", plain_texts_are_quoted},
    {NULL, NULL},
};

const unit_suite members_suite = {"members", NULL, NULL, tests};
