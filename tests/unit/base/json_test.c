/* Questions about JSON values.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/json.h>

#include "unit/base/suites.h"

static json_object *parse(const char *text)
{
    json_object *value = NULL;

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

static void copy_is_deep_and_equal(void)
{
    AUTO_JSON json_object *value =
        parse("{\"a\": [1, 1.0, true, null, \"\\u0000x\", {\"b\": []}]}");
    AUTO_JSON json_object *copy = json_copy(value);

    CU_ASSERT_TRUE(json_equal(value, copy));
    CU_ASSERT_PTR_NOT_EQUAL(json_get(value, "a"), json_get(copy, "a"));
    json_object_array_del_idx(json_get(copy, "a"), 0, 1);
    CU_ASSERT_FALSE(json_equal(value, copy));
    CU_ASSERT_PTR_NULL(json_copy(NULL));
}

static void check_equal(const char *a, const char *b, bool expected)
{
    AUTO_JSON json_object *left = parse(a);
    AUTO_JSON json_object *right = parse(b);

    CU_ASSERT_EQUAL(json_equal(left, right), expected);
    CU_ASSERT_EQUAL(json_equal(right, left), expected);
}

static void equality_minds_types_but_not_key_order(void)
{
    check_equal("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true);
    check_equal("{\"a\": 1}", "{\"a\": 1, \"b\": null}", false);
    check_equal("{\"a\": null}", "{\"b\": null}", false);
    check_equal("1", "1.0", false);
    check_equal("1.0", "1e0", true);
    check_equal("[1, 2]", "[2, 1]", false);
    check_equal("[1]", "[1, 2]", false);
    check_equal("null", "false", false);
    check_equal("\"a\"", "\"a\\u0000\"", false);
    check_equal("100000000000000000000", "100000000000000000001", false);
}

static void members_are_found_or_null(void)
{
    AUTO_JSON json_object *value =
        parse("{\"a\": {\"b\": {\"c\": 5}}, \"n\": null, \"t\": \"x\", "
              "\"i\": 7, \"r\": 1.5, \"y\": true}");

    CU_ASSERT_EQUAL(json_object_get_int(json_get_path(value, "a.b.c")), 5);
    CU_ASSERT_PTR_NULL(json_get_path(value, "a.x.c"));
    CU_ASSERT_PTR_NULL(json_get_path(value, "t.x"));
    CU_ASSERT_PTR_NULL(json_get_path(value, ""));
    CU_ASSERT_PTR_NULL(json_get(value, "n"));
    CU_ASSERT_PTR_NULL(json_get(NULL, "n"));
    CU_ASSERT_PTR_NULL(json_get(json_get(value, "t"), "n"));
    CU_ASSERT_STRING_EQUAL(json_get_text(value, "t", "-"), "x");
    CU_ASSERT_STRING_EQUAL(json_get_text(value, "i", "-"), "-");
    CU_ASSERT_EQUAL(json_get_int(value, "i", -1), 7);
    CU_ASSERT_EQUAL(json_get_int(value, "r", -1), -1);
    CU_ASSERT_EQUAL(json_get_int(value, "t", -1), -1);
    CU_ASSERT_TRUE(json_get_bool(value, "y", false));
    CU_ASSERT_TRUE(json_get_bool(value, "i", true));
}

static void setting_replaces_and_takes_over(void)
{
    AUTO_JSON json_object *value = json_object_new_object();

    CU_ASSERT_TRUE(json_set(value, "a", json_object_new_array()));
    CU_ASSERT_TRUE(json_set_text(value, "a", "text"));
    CU_ASSERT_TRUE(json_set_text(value, "b", NULL));
    CU_ASSERT_TRUE(json_set_int(value, "c", INT64_MIN));
    CU_ASSERT_TRUE(json_set_bool(value, "d", true));
    AUTO_FREE char *text = json_text(value, JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(text, "{\"a\":\"text\",\"b\":null,"
                                 "\"c\":-9223372036854775808,\"d\":true}");
}

static const unit_test tests[] = {
    {"copy_is_deep_and_equal", copy_is_deep_and_equal},
    {"equality_minds_types_but_not_key_order",
     equality_minds_types_but_not_key_order},
    {"members_are_found_or_null", members_are_found_or_null},
    {"setting_replaces_and_takes_over", setting_replaces_and_takes_over},
    {NULL, NULL},
};

const unit_suite json_suite = {"json", NULL, NULL, tests};
