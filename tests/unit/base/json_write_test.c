/* Writing JSON. Expected texts come from Python's json.dumps().
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/json.h>
#include <orma/error.h>

#include "unit/base/suites.h"

static void check_text(json_object *value, enum json_style style,
                       const char *expected)
{
    AUTO_FREE char *text = json_text(value, style);

    CU_ASSERT_STRING_EQUAL(text, expected);
    json_object_put(value);
}

static json_object *parse(const char *text)
{
    json_object *value = NULL;

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

static const char sample[] = "{\"a\":[1,2.50,{}],\"b\":{\"c\":[],\"d\":null},"
                             "\"e\":\"\\u00e9/\\ud83d\\ude00\"}";

static void python_style_is_pythons_default(void)
{
    check_text(parse(sample), JSON_PYTHON,
               "{\"a\": [1, 2.5, {}], \"b\": {\"c\": [], \"d\": null}, "
               "\"e\": \"\\u00e9/\\ud83d\\ude00\"}");
}

static void compact_style_has_no_blanks(void)
{
    check_text(parse(sample), JSON_COMPACT,
               "{\"a\":[1,2.5,{}],\"b\":{\"c\":[],\"d\":null},"
               "\"e\":\"\xC3\xA9/\xF0\x9F\x98\x80\"}");
}

static void pretty_style_is_indented(void)
{
    check_text(parse(sample), JSON_PRETTY,
               "{\n"
               "    \"a\": [\n"
               "        1,\n"
               "        2.5,\n"
               "        {}\n"
               "    ],\n"
               "    \"b\": {\n"
               "        \"c\": [],\n"
               "        \"d\": null\n"
               "    },\n"
               "    \"e\": \"\xC3\xA9/\xF0\x9F\x98\x80\"\n"
               "}\n");
    check_text(NULL, JSON_PRETTY, "null\n");
}

static void control_characters_are_escaped(void)
{
    static const char bytes[] = "\"\\\n\r\t\b\f\x01\x1f\x7f\0z";

    check_text(json_object_new_string_len(bytes, sizeof bytes - 1),
               JSON_PYTHON,
               "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001f\\u007f\\u0000z\"");
    check_text(json_object_new_string_len(bytes, sizeof bytes - 1),
               JSON_COMPACT,
               "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\\u0000z\"");
}

/* A column must stay readable even when a plugin put bytes into it. */
static void invalid_utf8_becomes_the_replacement_character(void)
{
    check_text(json_object_new_string("a\xFF"), JSON_PYTHON, "\"a\\ufffd\"");
    check_text(json_object_new_string("\xE2\x82z"), JSON_COMPACT,
               "\"\xEF\xBF\xBD\xEF\xBF\xBDz\"");
}

/* Two names that differ in such bytes only would become one. */
static void keys_that_are_not_utf8_are_refused(void)
{
    json_object *inner = json_object_new_object();
    json_object *outer = json_object_new_object();
    AUTO_BUF buf text = {0};
    orma_error *err = NULL;

    json_set_int(inner, "a\xE9z", 1);
    json_set(outer, "x", inner);
    CU_ASSERT_PTR_NULL(json_text(outer, JSON_PYTHON));
    json_write(&text, outer, JSON_PRETTY);
    CU_ASSERT_EQUAL(buf_status(&text, &err), ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err),
                           "a key of a JSON object is not valid UTF-8");
    orma_error_free(err);
    buf_clear(&text);
    json_object_object_del(inner, "a\xE9z");
    json_set_int(inner, "a\xC3\xA9z", 1);
    json_write(&text, outer, JSON_COMPACT);
    CU_ASSERT_EQUAL(buf_status(&text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), "{\"x\":{\"a\xC3\xA9z\":1}}");
    json_object_put(outer);
}

static void numbers_made_by_json_c_are_written_alike(void)
{
    check_text(json_object_new_double(1.0), JSON_PYTHON, "1.0");
    check_text(json_object_new_double(1e22), JSON_PYTHON, "1e+22");
    check_text(json_object_new_double_s(100000.0, "1e5"), JSON_PYTHON,
               "100000.0");
    check_text(json_object_new_int64(INT64_MIN), JSON_PYTHON,
               "-9223372036854775808");
    check_text(json_object_new_uint64(UINT64_MAX), JSON_PYTHON,
               "18446744073709551615");
}

static const unit_test tests[] = {
    {"python_style_is_pythons_default", python_style_is_pythons_default},
    {"compact_style_has_no_blanks", compact_style_has_no_blanks},
    {"pretty_style_is_indented", pretty_style_is_indented},
    {"control_characters_are_escaped", control_characters_are_escaped},
    {"invalid_utf8_becomes_the_replacement_character",
     invalid_utf8_becomes_the_replacement_character},
    {"keys_that_are_not_utf8_are_refused", keys_that_are_not_utf8_are_refused},
    {"numbers_made_by_json_c_are_written_alike",
     numbers_made_by_json_c_are_written_alike},
    {NULL, NULL},
};

const unit_suite json_write_suite = {"json_write", NULL, NULL, tests};
