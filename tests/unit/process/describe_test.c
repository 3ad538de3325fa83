/* Entries told as JSON through the library's own door.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <stdio.h>

#include <orma/api/plugins.h>

#include "unit/process/fixture.h"

static json_object *describe(const char *kind, const char *name)
{
    char *text = NULL;
    orma_error *error = NULL;

    if (orma_plugin_describe(kind, name, &text, &error) != ORMA_OK)
        printf("# %s\n", orma_error_message(error));
    orma_error_free(error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    json_object *value = fixture_json(text);
    orma_free(text);
    return value;
}

static void tells_processes_with_what_all_have(void)
{
    json_object *told = describe("calculations", "core.arithmetic.add");

    CU_ASSERT_STRING_EQUAL(json_get_text(told, "process_type", ""),
                           "aiida.calculations:core.arithmetic.add");
    CU_ASSERT_PTR_NOT_NULL(json_get_path(told, "inputs.x"));
    CU_ASSERT_PTR_NOT_NULL(json_get_path(
        told, "inputs.metadata.ports.options.ports.max_wallclock_seconds"));
    CU_ASSERT_PTR_NOT_NULL(json_get_path(told, "outputs.retrieved"));
    json_object_put(told);
}

static void accepts_groups_and_aliases(void)
{
    json_object *told = describe("aiida.calculations", "arithmetic.add");

    CU_ASSERT_STRING_EQUAL(json_get_text(told, "name", ""),
                           "core.arithmetic.add");
    json_object_put(told);
}

static void tells_other_kinds_as_their_manifest_does(void)
{
    json_object *told = describe("data", "core.int");

    CU_ASSERT_STRING_EQUAL(json_get_text(told, "node_type", ""),
                           "data.core.int.Int.");
    json_object_put(told);
}

static void unknown_names_are_not_found(void)
{
    char *text = NULL;

    CU_ASSERT_EQUAL(orma_plugin_describe("fruits", "apple", &text, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(orma_plugin_describe("data", "core.itn", &text, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_PTR_NULL(text);
}

static const unit_test tests[] = {
    {"tells_processes_with_what_all_have", tells_processes_with_what_all_have},
    {"accepts_groups_and_aliases", accepts_groups_and_aliases},
    {"tells_other_kinds_as_their_manifest_does",
     tells_other_kinds_as_their_manifest_does},
    {"unknown_names_are_not_found", unknown_names_are_not_found},
    {NULL, NULL},
};
const unit_suite describe_suite = {"describe", NULL, NULL, tests};
