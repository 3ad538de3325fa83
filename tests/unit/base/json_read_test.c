/* Reading JSON.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/json.h>
#include <base/text.h>

#include "unit/base/suites.h"

/* Reads text and writes it again as Python would. */
static void check_round(const char *text, const char *expected)
{
    AUTO_JSON json_object *value = NULL;
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(json_parse((orma_str){text, strlen(text)}, &value, &err),
                    ORMA_OK);
    AUTO_FREE char *written = json_text(value, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(written, expected);
}

static void check_refused(orma_str text, const char *message)
{
    json_object *value = (json_object *)&value; /* must stay as it is */
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(json_parse(text, &value, &err), ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), message);
    CU_ASSERT_PTR_EQUAL(value, &value);
}

#define REFUSED(text, message) check_refused(ORMA_LITERAL(text), message)

static void reads_every_kind_of_value(void)
{
    check_round("null", "null");
    check_round(" true ", "true");
    check_round("false", "false");
    check_round("\t[ ]\r\n", "[]");
    check_round("{ }", "{}");
    check_round("{\"b\":1,\"a\":[{},[],null,\"x\"]}",
                "{\"b\": 1, \"a\": [{}, [], null, \"x\"]}");
}

/* Expected texts: json.dumps(json.loads(text)) of Python 3.11. */
static void keeps_numbers_as_python_does(void)
{
    static const char *const numbers[][2] = {
        {"1", "1"},
        {"1.0", "1.0"},
        {"-0", "0"},
        {"-0.0", "-0.0"},
        {"1e5", "100000.0"},
        {"1E+16", "1e+16"},
        {"0.00001", "1e-05"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9223372036854775808"},
        {"-100000000000000000000000000", "-100000000000000000000000000"},
        {"5e-324", "5e-324"},
        {"1e-400", "0.0"},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        check_round(numbers[i][0], numbers[i][1]);
}

static void reads_escapes_and_surrogate_pairs(void)
{
    AUTO_JSON json_object *value = NULL;
    const char *text = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"
                       "\\u0000z\"";

    CU_ASSERT_EQUAL(json_parse((orma_str){text, strlen(text)}, &value, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_object_get_string_len(value), 16);
    CU_ASSERT_EQUAL(memcmp(json_object_get_string(value),
                           "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80\0z", 16),
                    0);
}

static void refuses_what_is_not_json(void)
{
    REFUSED("", "line 1, column 1: a value is missing");
    REFUSED("[1, 2", "line 1, column 6: ',' or ']' is missing");
    REFUSED("[1,]", "line 1, column 4: not a JSON value");
    REFUSED("{\"a\":1,}", "line 1, column 8: a key in double quotes is missing");
    REFUSED("{'a':1}", "line 1, column 2: a key in double quotes is missing");
    REFUSED("{\"a\" 1}", "line 1, column 6: ':' is missing after key 'a'");
    REFUSED("{\"a\":1 \"b\":2}", "line 1, column 8: ',' or '}' is missing");
    REFUSED("nul", "line 1, column 1: not a JSON value");
    REFUSED("1 2", "line 1, column 3: text after the value");
    REFUSED("[1]\n\n// x", "line 3, column 1: text after the value");
    REFUSED("01", "line 1, column 2: text after the value");
    REFUSED("+1", "line 1, column 1: not a JSON value");
    REFUSED(".5", "line 1, column 1: not a JSON value");
    REFUSED("1.", "line 1, column 3: malformed number");
    REFUSED("-", "line 1, column 2: malformed number");
    REFUSED("1e", "line 1, column 3: malformed number");
    REFUSED("0x10", "line 1, column 2: text after the value");
}

static void refuses_numbers_that_are_none(void)
{
    REFUSED("NaN", "line 1, column 1: not a JSON value");
    REFUSED("[Infinity]", "line 1, column 2: not a JSON value");
    REFUSED("-Infinity", "line 1, column 2: malformed number");
    REFUSED("[1e400]", "line 1, column 2: number '1e400' is out of range");
}

static void refuses_bad_strings(void)
{
    REFUSED("\"abc", "line 1, column 2: string without end");
    REFUSED("\"a\nb\"", "line 1, column 3: control character in a string");
    REFUSED("\"\\x\"", "line 1, column 2: unknown escape in a string");
    REFUSED("\"\\", "line 1, column 3: string without end");
    REFUSED("\"\\u12g4\"",
            "line 1, column 2: \\u needs four hexadecimal digits");
    REFUSED("\"\\ud83d\"", "line 1, column 2: lone surrogate");
    REFUSED("\"\\ud83d\\u0041\"", "line 1, column 2: lone surrogate");
    REFUSED("\"\\ude00\"", "line 1, column 2: lone surrogate");
    REFUSED("{\"a\\u0000\":1}", "line 1, column 2: NUL character in a key");
    REFUSED("[\"a\0\"]", "line 1, column 4: control character in a string");
}

static void refuses_invalid_utf8(void)
{
    REFUSED("\"a\xFF\"", "line 1, column 3: invalid UTF-8");
    REFUSED("\"\xC0\x80\"", "line 1, column 2: invalid UTF-8");
    REFUSED("\"\xE2\x82\"", "line 1, column 2: invalid UTF-8");
    REFUSED("\"\xED\xA0\x80\"", "line 1, column 2: invalid UTF-8");
    REFUSED("\"\xF4\x90\x80\x80\"", "line 1, column 2: invalid UTF-8");
    REFUSED("\"\xC3\xA9\xE2\x82\xAC\"\n\xFE",
            "line 2, column 1: invalid UTF-8");
    check_round("\"\xEF\xBF\xBD\"", "\"\\ufffd\"");
}

static void refuses_duplicate_keys_by_line_and_column(void)
{
    REFUSED("{\"a\": 1,\n  \"b\": 2,\n  \"a\": 3}",
            "line 3, column 3: duplicate key 'a'");
    REFUSED("{\"a\": 1, \"\\u0061\": null}",
            "line 1, column 10: duplicate key 'a'");
    REFUSED("{\"a\": null, \"a\": null}",
            "line 1, column 13: duplicate key 'a'");
    check_round("[{\"a\": 1}, {\"a\": 2}]", "[{\"a\": 1}, {\"a\": 2}]");
}

static void allows_200_levels_and_no_more(void)
{
    char text[402];

    memset(text, '[', 200);
    memset(text + 200, ']', 200);
    text[400] = '\0';
    check_round(text, text);
    memset(text, '[', 201);
    check_refused((orma_str){text, 201},
                  "line 1, column 201: more than 200 levels");
}

static void errors_of_a_file_name_it(void)
{
    AUTO_FREE char *path = file_join(unit_temp_dir(), "x.json");
    AUTO_JSON json_object *value = NULL;
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(json_parse_file(path, 100, &value, &err),
                    ORMA_E_NOT_FOUND);
    error_clear(&err);
    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("{\"a\": }"), 0600, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_parse_file(path, 100, &value, &err), ORMA_E_INVALID);
    AUTO_FREE char *chain = error_chain(err);
    CU_ASSERT_PTR_NOT_NULL(strstr(chain, path));
    CU_ASSERT_TRUE(text_ends(chain, "line 1, column 7: not a JSON value"));
    error_clear(&err);
    CU_ASSERT_EQUAL(json_parse_file(path, 6, &value, &err), ORMA_E_INVALID);
    error_clear(&err);
    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("{\"a\": 1}"), 0600, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_parse_file(path, 100, &value, &err), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(value, "a", 0), 1);
}

static const unit_test tests[] = {
    {"reads_every_kind_of_value", reads_every_kind_of_value},
    {"keeps_numbers_as_python_does", keeps_numbers_as_python_does},
    {"reads_escapes_and_surrogate_pairs", reads_escapes_and_surrogate_pairs},
    {"refuses_what_is_not_json", refuses_what_is_not_json},
    {"refuses_numbers_that_are_none", refuses_numbers_that_are_none},
    {"refuses_bad_strings", refuses_bad_strings},
    {"refuses_invalid_utf8", refuses_invalid_utf8},
    {"refuses_duplicate_keys_by_line_and_column",
     refuses_duplicate_keys_by_line_and_column},
    {"allows_200_levels_and_no_more", allows_200_levels_and_no_more},
    {"errors_of_a_file_name_it", errors_of_a_file_name_it},
    {NULL, NULL},
};

const unit_suite json_read_suite = {"json_read", NULL, NULL, tests};
