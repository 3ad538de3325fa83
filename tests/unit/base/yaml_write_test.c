/* Writing YAML.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/yaml.h>

#include "unit/base/suites.h"

static json_object *parse(const char *text)
{
    json_object *value = NULL;

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

static void check_written(const char *json, const char *expected)
{
    AUTO_JSON json_object *value = parse(json);
    AUTO_BUF buf text = {0};

    CU_ASSERT_EQUAL(yaml_write(&text, value, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), expected);
}

static void writes_block_style(void)
{
    check_written("{\"label\": \"localhost\", \"count\": 4, \"mpi\": "
                  "[\"mpirun\", \"-np\"], \"empty\": {}, \"none\": [], "
                  "\"cell\": {\"a\": 1.5, \"b\": null, \"c\": true}}",
                  "label: localhost\n"
                  "count: 4\n"
                  "mpi:\n"
                  "- mpirun\n"
                  "- -np\n"
                  "empty: {}\n"
                  "none: []\n"
                  "cell:\n"
                  "  a: 1.5\n"
                  "  b: null\n"
                  "  c: true\n");
}

static void scripts_become_literal_blocks(void)
{
    check_written("{\"prepend_text\": \"module load qe\\nulimit -s\\n\"}",
                  "prepend_text: |\n"
                  "  module load qe\n"
                  "  ulimit -s\n");
}

/* PyYAML reads 1e-08 as text: the float gets its point. */
static void floats_are_floats_to_every_reader(void)
{
    check_written("[1e-8, 1.5e-8, 1e22, 1.0, 12345678901234567890]",
                  "- 1.0e-08\n- 1.5e-08\n- 1.0e+22\n- 1.0\n"
                  "- 12345678901234567890\n");
}

static void ambiguous_text_is_quoted(void)
{
    check_written("[\"true\", \"No\", \"on\", \"12\", \"1e5\", \"\", \"~\", "
                  "\"0o14\", \"1:30\", \"2020-01-01\", \"<<\", \".inf\"]",
                  "- 'true'\n- 'No'\n- 'on'\n- '12'\n- '1e5'\n- ''\n- '~'\n"
                  "- '0o14'\n- '1:30'\n- '2020-01-01'\n- '<<'\n- '.inf'\n");
}

static const char *const difficult[] = {
    "\"- a\"", "\"a: b\"", "\"#c\"", "\" x \"", "\"%a\"", "\"@\"", "\"`\"",
    "\"!t\"", "\"&a\"", "\"*a\"", "\"|\"", "\">\"", "\"\\n\"", "\"a\\n\\n\"",
    "\"a\\n b\\n\"", "\"\\ta\"", "\"a\\t\\nb\"", "\"a \\nb\"", "\"{\"",
    "\"[a]\"", "\"...\"", "\"---\"", "\"a\\n...\\nb\"", "\"it's \\\"so\\\"\"",
    "\"\\u0000\"", "\"\\u0001\\u007f\\u0085\\u2028\\u2029\\ufeff\"",
    "\"\\u00e9\\ud83d\\ude00\"", "\"a\\r\\nb\"", "\"? x\"", "\"a #b\"",
    "\"\\\\\"", "\"=\"", "null", "{\"a: b\": {\"\": [[], {}]}}",
    "{\"a\\nb\": 1, \"<<\": 2, \"true\": 3, \"# x\": 4}",
    "[[[1]], [[], [2, [3]]], {\"a\": [{\"b\": [{}]}]}]",
};

static void what_is_written_reads_back_the_same(void)
{
    for (size_t i = 0; i < sizeof difficult / sizeof *difficult; i++) {
        AUTO_JSON json_object *value = parse(difficult[i]);
        AUTO_JSON json_object *documents = NULL;
        AUTO_BUF buf text = {0};
        CU_ASSERT_EQUAL(yaml_write(&text, value, NULL), ORMA_OK);
        CU_ASSERT_EQUAL_FATAL(
            yaml_parse("x", buf_view(&text), &documents, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(json_object_array_length(documents), 1);
        CU_ASSERT_TRUE(
            json_equal(json_object_array_get_idx(documents, 0), value));
    }
}

static void long_lines_are_not_folded(void)
{
    AUTO_JSON json_object *value = NULL;
    AUTO_BUF buf text = {0};
    char words[401] = "";

    for (size_t i = 0; i < 400; i += 4)
        memcpy(words + i, "word", 4);
    words[200] = ' ';
    words[300] = ' ';
    value = json_object_new_string(words);
    CU_ASSERT_EQUAL(yaml_write(&text, value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(strncmp(buf_c_str(&text), words, 400), 0);
}

static void refuses_text_that_is_not_utf8(void)
{
    AUTO_JSON json_object *value = json_object_new_string("\xFF");
    AUTO_ERROR orma_error *err = NULL;
    AUTO_BUF buf text = {0};

    CU_ASSERT_EQUAL(yaml_write(&text, value, &err), ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err),
                           "text is not valid UTF-8");
}

static const unit_test tests[] = {
    {"writes_block_style", writes_block_style},
    {"scripts_become_literal_blocks", scripts_become_literal_blocks},
    {"floats_are_floats_to_every_reader", floats_are_floats_to_every_reader},
    {"ambiguous_text_is_quoted", ambiguous_text_is_quoted},
    {"what_is_written_reads_back_the_same",
     what_is_written_reads_back_the_same},
    {"long_lines_are_not_folded", long_lines_are_not_folded},
    {"refuses_text_that_is_not_utf8", refuses_text_that_is_not_utf8},
    {NULL, NULL},
};

const unit_suite yaml_write_suite = {"yaml_write", NULL, NULL, tests};
