/* Tests of core.list, core.dict, core.enum, core.jsonable. Attributes are
 * those of nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <process/data_nodes.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static void list_keeps_every_value(void)
{
    node *n =
        types_literal("core.list", "[1, 2.5, 'x', null, [true, {'a': 1}]]");
    types_has_attributes(n, "{'list': [1, 2.5, 'x', null, [true, {'a': 1}]]}");
    types_has_value(n, "[1, 2.5, 'x', null, [true, {'a': 1}]]");
    types_has_summary(n, "5 items");
    node_free(n);
}

static void dict_is_its_attributes(void)
{
    static const char dict[] =
        "{'a': 1, 'b': 2.0, 'c': {'d': [1, 2, null]}, 'f': true, 'g': null, "
        "'h': 10000000000000000000000}";
    node *n = types_literal("core.dict", dict);
    types_has_attributes(n, dict);
    types_has_value(n, dict);
    types_has_summary(n, "6 keys");
    node_free(n);
    n = types_literal("core.dict", "{}");
    types_has_summary(n, "0 keys");
    node_free(n);
}

static void exports_read_back(void)
{
    node *n = types_literal("core.dict", "{'b': 2.0, 'a': [1]}");
    char *json = types_export(n, "json");
    node *back = json != NULL ? types_literal("core.dict", json) : NULL;
    types_has_attributes(back, "{'b': 2.0, 'a': [1]}");
    free(json);
    node_free(back);
    node_free(n);
}

static void other_types_are_refused(void)
{
    types_literal_refused("core.list", "{}", "must be a list");
    types_literal_refused("core.dict", "[]", "must be a mapping");
    types_literal_refused("core.dict", "{'a.b': 1}", "a.b");
    types_invalid("core.list", "{'list': 1}", "no list");
    types_invalid("core.list", "{}", "no list");
}

static void enum_has_name_value_and_identifier(void)
{
    static const char member[] = "{'name': 'CREATE', 'value': 'create', "
                                 "'identifier': 'aiida.common.links:LinkType'}";
    node *n = types_literal("core.enum", member);
    types_has_attributes(n, member);
    types_has_value(n, "'create'");
    types_has_summary(n, "LinkType.CREATE");
    node_free(n);
    types_literal_refused("core.enum", "{'name': 'A', 'value': 1}",
                          "identifier");
    types_literal_refused(
        "core.enum", "{'name': 'A', 'value': 1, 'identifier': 'm:C', 'x': 1}",
        "no key \"x\"");
}

static void jsonable_names_its_class(void)
{
    static const char point[] =
        "{'@module': 'jsonable_mod', '@class': 'Point', 'x': 1, 'y': 2.5}";
    node *n = types_literal("core.jsonable", point);
    types_has_attributes(n, point);
    types_has_summary(n, "jsonable_mod.Point");
    node_free(n);
    types_literal_refused("core.jsonable", "{'x': 1}", "@class");
}

static void export_without_a_format_is_json(void)
{
    node *n = types_literal("core.list", "[1, 'x']");
    char *json = types_export(n, NULL);
    CU_ASSERT(json != NULL && strcmp(json, "[1,\"x\"]") == 0);
    free(json);
    node_free(n);
    n = types_literal("core.array", "{'a': [1.0, 2.5]}");
    json = types_export(n, NULL);
    CU_ASSERT(json != NULL && json[0] == '{');
    free(json);
    node_free(n);
}

/* Words that mean something else, and numbers, as YAML 1.1 reads them: the
 * expectation was read back by PyYAML 6.0.3. */
static void yaml_keeps_every_value(void)
{
    node *n = types_literal(
        "core.dict",
        "{'a': 1, 'b': {'c': 2.0, 'no': 'yes', 'e': {}, 'l': []}, "
        "'x y': [1, [2, 'b: c'], {'d': null, 'f': true}], 's': 1e-08, "
        "'t': '1.5', 'u': ''}");
    char *yaml = types_export(n, "yaml");
    CU_ASSERT_STRING_EQUAL(yaml, "a: 1\n"
                                 "b:\n"
                                 "  c: 2.0\n"
                                 "  \"no\": \"yes\"\n"
                                 "  e: {}\n"
                                 "  l: []\n"
                                 "\"x y\":\n"
                                 "  - 1\n"
                                 "  - - 2\n"
                                 "    - \"b: c\"\n"
                                 "  - d: null\n"
                                 "    f: true\n"
                                 "s: 1.0e-08\n"
                                 "t: \"1.5\"\n"
                                 "u: \"\"\n");
    free(yaml);
    node_free(n);
    n = types_literal("core.list", "[[1], {}, 'a']");
    yaml = types_export(n, "yaml");
    CU_ASSERT_STRING_EQUAL(yaml, "- - 1\n- {}\n- a\n");
    free(yaml);
    node_free(n);
}

static void plugins_survive_an_export_without_format(void)
{
    static const char *const types[] = {"core.list", "core.dict", "core.array",
                                        "core.structure"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const plugin_entry *entry = NULL;
        const void *table = NULL;
        AUTO_BUF buf written = {0};
        orma_writer out = {&written, 0};
        node *n = NULL;
        CU_ASSERT_EQUAL_FATAL(data_create(types_registry(), types[i], &n, NULL),
                              ORMA_OK);
        CU_ASSERT_EQUAL_FATAL(
            registry_find(types_registry(), KIND_DATA, types[i], &entry, NULL),
            ORMA_OK);
        CU_ASSERT_EQUAL_FATAL(
            plugin_load(types_registry(), entry, &table, NULL), ORMA_OK);
        const orma_data *d = table;
        orma_error *error = NULL;
        d->export_file(d, node_ops(), n, NULL, &out, &error);
        orma_error_free(error);
        node_ops_end_call(n);
        node_free(n);
    }
}

static void documents_are_literals_of_types_without_import(void)
{
    node *n = types_import_text("core.dict", NULL, "d.yaml",
                                "a: 1\nb: {c: 2.0, d: no}\n");
    types_has_attributes(n, "{'a': 1, 'b': {'c': 2.0, 'd': 'no'}}");
    node_free(n);
    n = types_import_text("core.dict", NULL, "d.json",
                          "{\"h\": 10000000000000000000000}");
    types_has_attributes(n, "{'h': 10000000000000000000000}");
    node_free(n);
    n = types_import_text("core.list", NULL, "l.yml", "- 1\n- [x]\n");
    types_has_value(n, "[1, ['x']]");
    node_free(n);
    n = types_import_text("core.array.kpoints", "yaml", "mesh",
                          "mesh: [4, 4, 4]\n");
    types_has_summary(n, "4x4x4 mesh");
    node_free(n);
}

static void documents_that_do_not_fit_are_refused(void)
{
    types_import_text_refused("core.dict", "l.yaml", "- 1\n",
                              "must be a mapping");
    types_import_text_refused("core.dict", "cut.yaml", "a: [\n",
                              "cut.yaml:2:1");
    types_import_text_refused("core.dict", "cut.json", "{\"a\": 1,",
                              "cut.json");
    types_import_text_refused("core.list", "two.yaml", "--- [1]\n--- [2]\n",
                              "not one document but 2");
    node *n = NULL;
    CU_ASSERT_EQUAL(data_import(types_registry(), "core.dict", NULL,
                                types_file("d.txt", "a: 1\n"), &n, NULL),
                    ORMA_E_UNSUPPORTED);
    CU_ASSERT_EQUAL(data_import(types_registry(), "core.dict", NULL,
                                "/no/such.yaml", &n, NULL),
                    ORMA_E_NOT_FOUND);
}

static const unit_test tests[] = {
    {"list_keeps_every_value", list_keeps_every_value},
    {"dict_is_its_attributes", dict_is_its_attributes},
    {"exports_read_back", exports_read_back},
    {"export_without_a_format_is_json", export_without_a_format_is_json},
    {"yaml_keeps_every_value", yaml_keeps_every_value},
    {"plugins_survive_an_export_without_format",
     plugins_survive_an_export_without_format},
    {"documents_are_literals_of_types_without_import",
     documents_are_literals_of_types_without_import},
    {"documents_that_do_not_fit_are_refused",
     documents_that_do_not_fit_are_refused},
    {"other_types_are_refused", other_types_are_refused},
    {"enum_has_name_value_and_identifier", enum_has_name_value_and_identifier},
    {"jsonable_names_its_class", jsonable_names_its_class},
    {NULL, NULL},
};

const unit_suite collections_suite = {"collections", NULL, NULL, tests};
