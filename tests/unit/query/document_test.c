/* Reading documents: the constructing form becomes as_dict()'s, which is read
 * back as itself. Expected forms are written by AiiDA's rules (reference 9.1).
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include "unit/storage/fixture.h"
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/query.h>

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    if (json_parse((orma_str){text, strlen(text)}, &value, NULL) != ORMA_OK)
        abort();
    return value;
}

static orma_status normal_of(const json_object *document, json_object **out,
                             orma_error **err)
{
    return query_document_read(fixture_registry(), document, out, err);
}

/* The given document reads as the expected one, and that as itself. */
static void reads_as(const char *given, const char *expected)
{
    AUTO_JSON json_object *document = parse(given);
    AUTO_JSON json_object *wanted = parse(expected);
    AUTO_JSON json_object *normal = NULL;
    AUTO_JSON json_object *again = NULL;
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL_FATAL(normal_of(document, &normal, &err), ORMA_OK);
    if (!json_equal(normal, wanted)) {
        AUTO_FREE char *text = json_text(normal, JSON_COMPACT);
        CU_FAIL("another normal form");
        printf("# %s\n", text);
    }
    CU_ASSERT_EQUAL_FATAL(normal_of(normal, &again, &err), ORMA_OK);
    CU_ASSERT_TRUE(json_equal(again, normal));
}

#define REST                                                                   \
    "\"project_map\": {}, \"order_by\": [], \"limit\": null, \"offset\": "     \
    "null, \"distinct\": false}"

static void a_string_is_an_item(void)
{
    reads_as("{\"path\": \"data.core.int.Int.\"}",
             "{\"path\": [{\"entity_type\": \"data.core.int.Int.\", "
             "\"orm_base\": \"node\", \"tag\": \"Int_1\", \"joining_keyword\": "
             "null, \"joining_value\": null, \"edge_tag\": null, "
             "\"outerjoin\": false}], \"filters\": {\"Int_1\": {\"node_type\": "
             "{\"like\": \"data.core.int.%\"}}}, \"project\": {\"Int_1\": "
             "[]}, " REST);
    reads_as("{\"path\": [\"\"]}",
             "{\"path\": [{\"entity_type\": \"\", \"orm_base\": \"node\", "
             "\"tag\": \"node_1\", \"joining_keyword\": null, "
             "\"joining_value\": null, \"edge_tag\": null, \"outerjoin\": "
             "false}], \"filters\": {\"node_1\": {\"node_type\": {\"like\": "
             "\"%\"}}}, \"project\": {\"node_1\": []}, " REST);
}

static void items_are_joined_by_default(void)
{
    reads_as(
        "{\"path\": [{\"cls\": \"StructureData\", \"project\": \"*\"}, "
        "{\"cls\": \"CalcJobNode\", \"tag\": \"job\", \"edge_filters\": "
        "{\"label\": {\"like\": \"in%\"}}, \"edge_project\": [\"label\", "
        "{\"type\": {}}]}, {\"entity_type\": \"computer\"}]}",
        "{\"path\": [{\"entity_type\": "
        "\"data.core.structure.StructureData.\", \"orm_base\": \"node\", "
        "\"tag\": \"StructureData_1\", \"joining_keyword\": null, "
        "\"joining_value\": null, \"edge_tag\": null, \"outerjoin\": false}, "
        "{\"entity_type\": \"process.calculation.calcjob.CalcJobNode.\", "
        "\"orm_base\": \"node\", \"tag\": \"job\", \"joining_keyword\": "
        "\"with_incoming\", \"joining_value\": \"StructureData_1\", "
        "\"edge_tag\": \"StructureData_1--job\", \"outerjoin\": false}, "
        "{\"entity_type\": \"computer\", \"orm_base\": \"computer\", \"tag\": "
        "\"computer_1\", \"joining_keyword\": \"with_node\", "
        "\"joining_value\": \"job\", \"edge_tag\": \"job--computer_1\", "
        "\"outerjoin\": false}], \"filters\": {\"StructureData_1\": "
        "{\"node_type\": {\"like\": \"data.core.structure.%\"}}, \"job\": "
        "{\"node_type\": {\"like\": \"process.calculation.calcjob.%\"}}, "
        "\"StructureData_1--job\": {\"label\": {\"like\": \"in%\"}}, "
        "\"computer_1\": {}, \"job--computer_1\": {}}, \"project\": "
        "{\"StructureData_1\": [{\"*\": {}}], \"job\": [], "
        "\"StructureData_1--job\": [{\"label\": {}}, {\"type\": {}}], "
        "\"computer_1\": [], \"job--computer_1\": []}, " REST);
}

static void shorthands_are_written_out(void)
{
    reads_as(
        "{\"path\": [{\"entity_type\": \"\", \"tag\": \"n\"}], \"filters\": "
        "{\"n\": {\"attributes.a\": 1, \"or\": [{\"label\": \"x\"}], "
        "\"attributes.list\": [1]}}, \"project\": {\"n\": [\"id\", {\"ctime\": "
        "{\"func\": \"max\"}}]}, \"order_by\": {\"n\": [\"id\", {\"ctime\": "
        "\"desc\"}]}, \"limit\": 3}",
        "{\"path\": [{\"entity_type\": \"\", \"orm_base\": \"node\", \"tag\": "
        "\"n\", \"joining_keyword\": null, \"joining_value\": null, "
        "\"edge_tag\": null, \"outerjoin\": false}], \"filters\": {\"n\": "
        "{\"node_type\": {\"like\": \"%\"}, \"attributes.a\": {\"==\": 1}, "
        "\"or\": [{\"label\": \"x\"}], \"attributes.list\": {\"==\": [1]}}}, "
        "\"project\": {\"n\": [{\"id\": {}}, {\"ctime\": {\"func\": "
        "\"max\"}}]}, \"project_map\": {}, \"order_by\": [{\"n\": [{\"id\": "
        "{\"order\": \"asc\"}}, {\"ctime\": {\"order\": \"desc\"}}]}], "
        "\"limit\": 3, \"offset\": null, \"distinct\": false}");
}

/* What filters an item of this type gets, of one field. */
static void implies(const char *item, const char *field, const char *expected)
{
    AUTO_FREE char *text = text_printf("{\"path\": [%s]}", item);
    AUTO_JSON json_object *document = parse(text);
    AUTO_JSON json_object *wanted = parse(expected);
    AUTO_JSON json_object *normal = NULL;
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL_FATAL(normal_of(document, &normal, &err), ORMA_OK);
    json_object_object_foreach(json_get(normal, "filters"), tag, filters)
    {
        json_object *found = json_get(filters, field);
        (void)tag;
        if (json_equal(found, wanted))
            continue;
        CU_FAIL("another filter");
        printf("# %s: %s\n", item, json_object_to_json_string(filters));
    }
}

static void types_imply_filters(void)
{
    static const struct {
        const char *item, *field, *expected;
    } cases[] = {
        {"\"data.Data.\"", "node_type", "{\"like\": \"data.%\"}"},
        {"\"process.ProcessNode.\"", "node_type", "{\"like\": \"process.%\"}"},
        {"\"data.core.code.abstract.AbstractCode.\"", "node_type",
         "{\"like\": \"data.core.code.%\"}"},
        {"{\"cls\": \"Code\"}", "node_type",
         "{\"like\": \"data.core.code.%\"}"},
        {"\"data.my_pkg.thing.Thing.\"", "node_type",
         "{\"like\": \"data.my\\\\_pkg.thing.%\"}"},
        {"{\"entity_type\": \"data.core.int.Int.\", \"subclassing\": false}",
         "node_type", "{\"==\": \"data.core.int.Int.\"}"},
        {"{\"entity_type\": [\"data.core.int.Int.\", "
         "\"data.core.float.Float.\"]}",
         "node_type",
         "{\"or\": [{\"like\": \"data.core.int.%\"}, {\"like\": "
         "\"data.core.float.%\"}]}"},
        {"{\"cls\": \"Int\"}", "node_type", "{\"like\": \"data.core.int.%\"}"},
        {"{\"cls\": \"core.int\"}", "node_type",
         "{\"like\": \"data.core.int.%\"}"},
        {"{\"cls\": \"aiida.data:core.array\"}", "node_type",
         "{\"like\": \"data.core.array.%\"}"},
        {"{\"cls\": \"CalcJob\"}", "process_type", "{\"like\": \"%\"}"},
        {"\"group.core\"", "type_string", "{\"like\": \"%\"}"},
        {"\"group.core.auto\"", "type_string", "{\"like\": \"%\"}"},
        {"{\"cls\": \"AutoGroup\"}", "type_string",
         "{\"like\": \"core.auto%\"}"},
        {"{\"cls\": \"Group\", \"subclassing\": false}", "type_string",
         "{\"==\": \"core\"}"},
        /* what the user says of the type takes the place of it */
        {"{\"entity_type\": \"data.Data.\", \"filters\": {\"node_type\": "
         "\"x\"}}",
         "node_type", "{\"==\": \"x\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        implies(cases[i].item, cases[i].field, cases[i].expected);
}

static void default_tags_are_numbered(void)
{
    AUTO_JSON json_object *document =
        parse("{\"path\": [\"data.core.int.Int.\", \"data.core.int.Int.\", "
              "{\"entity_type\": [\"data.core.int.Int.\", "
              "\"data.core.float.Float.\"], \"with_incoming\": \"Int_1\"}, "
              "{\"entity_type\": \"group.core\", \"with_node\": \"Int_2\"}]}");
    static const char *const tags[] = {"Int_1", "Int_2", "Int-Float_1",
                                       "core_1"};
    AUTO_JSON json_object *normal = NULL;
    CU_ASSERT_EQUAL_FATAL(normal_of(document, &normal, NULL), ORMA_OK);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(json_get_text(json_object_array_get_idx(
                                                 json_get(normal, "path"), i),
                                             "tag", ""),
                               tags[i]);
}

static const unit_test tests[] = {
    {"a_string_is_an_item", a_string_is_an_item},
    {"items_are_joined_by_default", items_are_joined_by_default},
    {"shorthands_are_written_out", shorthands_are_written_out},
    {"types_imply_filters", types_imply_filters},
    {"default_tags_are_numbered", default_tags_are_numbered},
    {NULL, NULL},
};

const unit_suite document_suite = {"document", NULL, NULL, tests};
