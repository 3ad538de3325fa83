/* Reading YAML by the 1.2 core schema.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/yaml.h>

#include "unit/base/suites.h"

static void check(const char *text, const char *expected)
{
    AUTO_JSON json_object *documents = NULL;
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(yaml_parse("x.yaml", (orma_str){text, strlen(text)},
                               &documents, &err),
                    ORMA_OK);
    AUTO_FREE char *written = json_text(documents, JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(written, expected);
}

static void check_refused(const char *text, const char *message)
{
    AUTO_ERROR orma_error *err = NULL;
    json_object *documents = NULL;

    CU_ASSERT_EQUAL(yaml_parse("x.yaml", (orma_str){text, strlen(text)},
                               &documents, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NULL(documents);
    AUTO_FREE char *chain = error_chain(err);
    CU_ASSERT_STRING_EQUAL(chain, message);
}

/* Examples 10.3 and tables of section 10.3.2 of the YAML 1.2.2 specification. */
static void resolves_scalars_by_the_core_schema(void)
{
    check("[null, Null, NULL, ~]", "[[null,null,null,null]]");
    check("a:\nb: ", "[{\"a\":null,\"b\":null}]");
    check("[true, True, TRUE, false, False, FALSE]",
          "[[true,true,true,false,false,false]]");
    check("[0, 0o7, 0x3A, -19, +12, 012]", "[[0,7,58,-19,12,12]]");
    check("[0., -0.0, .5, +12e03, -2E+05, 1e-8]",
          "[[0.0,-0.0,0.5,12000.0,-200000.0,1e-08]]");
    check("[0o14, 0xDeadBeef, 12.0, 9223372036854775808]",
          "[[12,3735928559,12.0,9223372036854775808]]");
}

/* What YAML 1.1 took for booleans, base 60, dates and grouped digits. */
static void everything_else_is_text(void)
{
    check("[No, yes, on, off, y, N]",
          "[[\"No\",\"yes\",\"on\",\"off\",\"y\",\"N\"]]");
    check("[1:30, 2020-01-01, 1_000, 0b11, 1.2.3, 0o8, 0xg, 1e, e5, ., +, -.]",
          "[[\"1:30\",\"2020-01-01\",\"1_000\",\"0b11\",\"1.2.3\",\"0o8\","
          "\"0xg\",\"1e\",\"e5\",\".\",\"+\",\"-.\"]]");
    check("[tRUE, nULL, -0x1, +0o7]",
          "[[\"tRUE\",\"nULL\",\"-0x1\",\"+0o7\"]]");
}

static void quoted_scalars_are_text(void)
{
    check("['1', \"true\", '', \"~\", '.inf']",
          "[[\"1\",\"true\",\"\",\"~\",\".inf\"]]");
    check("a: |\n  1\n  2\nb: >-\n  x\n  y\n",
          "[{\"a\":\"1\\n2\\n\",\"b\":\"x y\"}]");
}

static void keeps_documents_and_key_order(void)
{
    check("", "[]");
    check("# only a comment\n", "[]");
    check("---\nb: 1\na: 2\n---\n- x\n...\n", "[{\"b\":1,\"a\":2},[\"x\"]]");
    check("---\n---\n5\n", "[null,5]");
    check("1: a\ntrue: b\n", "[{\"1\":\"a\",\"true\":\"b\"}]");
}

static void allows_the_core_tags_that_fit(void)
{
    check("[!!str 1, !!float 1, !!int 0o10, !!bool true, !!null ~]",
          "[[\"1\",1.0,8,true,null]]");
    check("!!str", "[\"\"]");
    check_refused("a: !!int abc",
                  "x.yaml:1:4: 'abc' does not fit its tag '!!int'");
    check_refused("a: !!binary aGk=",
                  "x.yaml:1:4: tag 'tag:yaml.org,2002:binary' is not allowed");
    check_refused("- !python/object x",
                  "x.yaml:1:3: tag '!python/object' is not allowed");
    check_refused("!!map {}",
                  "x.yaml:1:1: tag 'tag:yaml.org,2002:map' is not allowed");
    check_refused("!!seq [1]",
                  "x.yaml:1:1: tag 'tag:yaml.org,2002:seq' is not allowed");
}

static void refuses_infinities_and_overflow(void)
{
    check_refused("a:\n  b: .inf",
                  "x.yaml:2:6: malformed value: '.inf' is not a finite number");
    check_refused("[.NaN]",
                  "x.yaml:1:2: malformed value: '.NaN' is not a finite number");
    check_refused("-.INF",
                  "x.yaml:1:1: malformed value: '-.INF' is not a finite number");
    check_refused("1e999",
                  "x.yaml:1:1: malformed value: number '1e999' is out of range");
    check_refused("0xFFFFFFFFFFFFFFFF",
                  "x.yaml:1:1: malformed value: number '0xFFFFFFFFFFFFFFFF' is "
                  "out of range");
}

static void refuses_anchors_aliases_and_merge_keys(void)
{
    check_refused("a: &x 1",
                  "x.yaml:1:4: anchors and aliases are not allowed");
    check_refused("a: &x [1]\nb: *x",
                  "x.yaml:1:4: anchors and aliases are not allowed");
    check_refused("a: *x", "x.yaml:1:4: anchors and aliases are not allowed");
    check_refused("&x {a: 1}",
                  "x.yaml:1:1: anchors and aliases are not allowed");
    check_refused("&k a: 1",
                  "x.yaml:1:1: anchors and tags are not allowed on keys");
    check_refused("<<: {a: 1}", "x.yaml:1:1: merge keys are not allowed");
    check("'<<': 1", "[{\"<<\":1}]");
}

static void refuses_duplicate_and_structured_keys(void)
{
    check_refused("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
                  "x.yaml:5:3: duplicate key 'c'");
    check_refused("a: null\na: null\n", "x.yaml:2:1: duplicate key 'a'");
    check_refused("{a: 1, \"a\": 2}", "x.yaml:1:8: duplicate key 'a'");
    check_refused("? [1]\n: 2", "x.yaml:1:3: a key must be plain text");
    check_refused("\"a\\0b\": 2", "x.yaml:1:1: NUL character in a key");
}

static void names_the_place_of_syntax_errors(void)
{
    check_refused("a: [1, 2\nb: 3\n",
                  "x.yaml:2:2: did not find expected ',' or ']' while parsing "
                  "a flow sequence");
    check_refused("a: 1\n b: 2",
                  "x.yaml:2:3: mapping values are not allowed in this context");
    check_refused("a: \xFF", "x.yaml: byte 4: invalid leading UTF-8 octet");
    check_refused("a: \"\x01\"",
                  "x.yaml: byte 5: control characters are not allowed");
}

static void allows_200_levels_and_no_more(void)
{
    char text[404];

    /* As a block entry it is no JSON, so that libyaml's events count. */
    memcpy(text, "- ", 2);
    memset(text + 2, '[', 200);
    text[202] = '\0';
    check_refused(text, "x.yaml:1:202: more than 200 levels");
    memset(text + 201, ']', 199);
    text[400] = '\0';

    AUTO_JSON json_object *documents = NULL;
    CU_ASSERT_EQUAL(yaml_parse("x", (orma_str){text, strlen(text)}, &documents,
                               NULL),
                    ORMA_OK);
}

static void reads_json_text(void)
{
    check("{\"a\":1,\"b\":[1.0,null,\"\\ud83d\\ude00\\/\"]}\n",
          "[{\"a\":1,\"b\":[1.0,null,\"\xF0\x9F\x98\x80/\"]}]");
    check("\t{\n\t\"a\":\t[]\n}", "[{\"a\":[]}]");
    check("{\"a\":1}\n---\n2\n", "[{\"a\":1},2]");
    check("\xEF\xBB\xBF" "a: 1\n", "[{\"a\":1}]");
}

static void check_scalar(orma_str text, const char *expected)
{
    AUTO_JSON json_object *value = yaml_scalar(text);
    AUTO_FREE char *written = json_text(value, JSON_COMPACT);

    CU_ASSERT_STRING_EQUAL(written, expected);
}

static void scalar_of_a_command_line(void)
{
    check_scalar(ORMA_LITERAL("12.0"), "12.0");
    check_scalar(ORMA_LITERAL("12"), "12");
    check_scalar(ORMA_LITERAL("No"), "\"No\"");
    check_scalar(ORMA_LITERAL("[1,2]"), "\"[1,2]\"");
    check_scalar(ORMA_LITERAL(""), "null");
    check_scalar(ORMA_LITERAL(".inf"), "\".inf\"");
    check_scalar(ORMA_LITERAL("1e999"), "\"1e999\"");
    check_scalar((orma_str){"123456", 3}, "123");
}

static const unit_test tests[] = {
    {"resolves_scalars_by_the_core_schema",
     resolves_scalars_by_the_core_schema},
    {"everything_else_is_text", everything_else_is_text},
    {"quoted_scalars_are_text", quoted_scalars_are_text},
    {"keeps_documents_and_key_order", keeps_documents_and_key_order},
    {"allows_the_core_tags_that_fit", allows_the_core_tags_that_fit},
    {"refuses_infinities_and_overflow", refuses_infinities_and_overflow},
    {"refuses_anchors_aliases_and_merge_keys",
     refuses_anchors_aliases_and_merge_keys},
    {"refuses_duplicate_and_structured_keys",
     refuses_duplicate_and_structured_keys},
    {"names_the_place_of_syntax_errors", names_the_place_of_syntax_errors},
    {"allows_200_levels_and_no_more", allows_200_levels_and_no_more},
    {"reads_json_text", reads_json_text},
    {"scalar_of_a_command_line", scalar_of_a_command_line},
    {NULL, NULL},
};

const unit_suite yaml_suite = {"yaml", NULL, NULL, tests};
