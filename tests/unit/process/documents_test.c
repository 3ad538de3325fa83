/* Documents of inputs: YAML and JSON in, single values set.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <stdlib.h>
#include <string.h>

#include <orma/api/launch.h>

#include "unit/process/fixture.h"

static orma_str text_of(const char *text)
{
    return (orma_str){text, strlen(text)};
}

/* Same content, however it is written. */
static void check_json(const char *json, const char *wanted)
{
    json_object *a = fixture_json(json), *b = fixture_json(wanted);

    CU_ASSERT_TRUE(json_equal(a, b));
    json_object_put(a);
    json_object_put(b);
}

static void check_documents(const char *text, const char *wanted)
{
    char *json = NULL;

    CU_ASSERT_EQUAL_FATAL(orma_documents("in.yaml", text_of(text), &json, NULL),
                          ORMA_OK);
    check_json(json, wanted);
    orma_free(json);
}

static void reads_yaml_and_json(void)
{
    check_documents("x: 1\ny: 1e-8\nkind: No\n",
                    "[{\"x\":1,\"y\":1e-08,\"kind\":\"No\"}]");
    check_documents("{\"x\": 1.0, \"y\": [true, null]}",
                    "[{\"x\":1.0,\"y\":[true,null]}]");
    check_documents("{x: 1, y: a}", "[{\"x\":1,\"y\":\"a\"}]");
    check_documents("x: 1\n---\nx: 2\n", "[{\"x\":1},{\"x\":2}]");
}

static void names_file_and_line_of_what_is_wrong(void)
{
    char *json = NULL;
    orma_error *error = NULL;

    CU_ASSERT_EQUAL(orma_documents("in.yaml", text_of("a: 1\nb: [1,\n"), &json,
                                   &error),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NULL(json);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), "in.yaml:"));
    orma_error_free(error);
}

static void check_set(const char *document, const char *path, const char *text,
                      const char *wanted)
{
    char *json = NULL;

    CU_ASSERT_EQUAL_FATAL(
        orma_document_set(text_of(document), path, text, &json, NULL), ORMA_OK);
    check_json(json, wanted);
    orma_free(json);
}

static void sets_values_by_dotted_path(void)
{
    check_set("", "x", "3", "{\"x\":3}");
    check_set("{\"x\":1}", "x", "12.0", "{\"x\":12.0}");
    check_set("{}", "metadata.options.withmpi", "true",
              "{\"metadata\":{\"options\":{\"withmpi\":true}}}");
    check_set("{\"a\":{\"b\":1}}", "a.c", "[1, {k: v}]",
              "{\"a\":{\"b\":1,\"c\":[1,{\"k\":\"v\"}]}}");
    check_set("{}", "code", "pw@localhost", "{\"code\":\"pw@localhost\"}");
    check_set("{}", "structure", "@dir/Si.cif",
              "{\"structure\":{\"$file\":\"dir/Si.cif\"}}");
    check_set("{}", "command", "cat {a} {b}: #x",
              "{\"command\":\"cat {a} {b}: #x\"}");
    check_set("{}", "s", "\"12\"", "{\"s\":\"12\"}");
}

static void refuses_paths_that_lead_nowhere(void)
{
    static const char *const paths[] = {"", ".", "a.", "a..b", "x.y"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *json = NULL;
        orma_error *error = NULL;
        CU_ASSERT_EQUAL(orma_document_set(text_of("{\"x\":1}"), paths[i], "1",
                                          &json, &error),
                        ORMA_E_INVALID);
        CU_ASSERT_PTR_NULL(json);
        orma_error_free(error);
    }
}

static void refuses_broken_flow_values(void)
{
    char *json = NULL;

    CU_ASSERT_EQUAL(
        orma_document_set(text_of("{}"), "x", "{a: [1, 2}", &json, NULL),
        ORMA_E_INVALID);
    CU_ASSERT_EQUAL(orma_document_set(text_of("[1]"), "x", "1", &json, NULL),
                    ORMA_E_INVALID);
}

static void writes_yaml_that_reads_back(void)
{
    static const char json[] = "{\"a\":[1,1.0,\"No\",\"true\",null],\"b\":{}}";
    static const char wanted[] =
        "[{\"a\":[1,1.0,\"No\",\"true\",null],\"b\":{}}]";
    char *yaml = NULL, *again = NULL;

    CU_ASSERT_EQUAL_FATAL(orma_yaml(text_of(json), &yaml, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(
        orma_documents("again", text_of(yaml), &again, NULL), ORMA_OK);
    check_json(again, wanted);
    orma_free(yaml);
    orma_free(again);
}

static const unit_test tests[] = {
    {"reads_yaml_and_json", reads_yaml_and_json},
    {"names_file_and_line_of_what_is_wrong",
     names_file_and_line_of_what_is_wrong},
    {"sets_values_by_dotted_path", sets_values_by_dotted_path},
    {"refuses_paths_that_lead_nowhere", refuses_paths_that_lead_nowhere},
    {"refuses_broken_flow_values", refuses_broken_flow_values},
    {"writes_yaml_that_reads_back", writes_yaml_that_reads_back},
    {NULL, NULL},
};
const unit_suite documents_suite = {"documents", NULL, NULL, tests};
