/* Nodes that AiiDA stored are valid, and their Python classes known.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

/* Rows of tests/data/aiida/node_hashes.json, see its SOURCE. */
static json_object *rows(void)
{
    json_object *value = NULL;

    if (json_parse_file(TEST_DATA "/aiida/node_hashes.json", 1 << 24, &value,
                        NULL) != ORMA_OK)
        CU_FAIL("node_hashes.json cannot be read");
    return value;
}

/* The entry whose node type is exactly that of the row. */
static const plugin_entry *entry_of(const json_object *row,
                                    const json_object **spec)
{
    const char *type = json_get_text(row, "node_type", "");
    const plugin_entry *entry =
        registry_data_by_node_type(types_registry(), type);

    if (entry == NULL ||
        registry_spec(types_registry(), entry, spec, NULL) != ORMA_OK)
        return NULL;
    return strcmp(json_get_text(*spec, "node_type", ""), type) == 0 ? entry
                                                                    : NULL;
}

static void manifest_has_the_python_classes(void)
{
    json_object *all = rows();
    size_t known = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i), *spec;
        if (entry_of(row, &spec) == NULL)
            continue;
        known++;
        CU_ASSERT_STRING_EQUAL(json_get_text(row, "python_class", ""),
                               json_get_text(spec, "python_class", ""));
    }
    CU_ASSERT(known >= 22);
    json_object_put(all);
}

/* Loose objects of the profile that tests/data/aiida holds packed. */
static const char *objects(void)
{
    static char folder[4096];
    char command[8192];

    if (folder[0] != '\0')
        return folder;
    const char *base = unit_temp_dir();
    snprintf(command, sizeof command,
             "tar -xzf '%s/aiida/sqlite_dos_profile_types.tar.gz' -C '%s'",
             TEST_DATA, base);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    snprintf(folder, sizeof folder, "%s/repo_types/container/loose", base);
    return folder;
}

/* Files of AiiDA's tree {"o": {name: {"k": key} or tree}}. false: an object is
 * not at hand. */
static bool add_files(node *n, const json_object *tree, const char *prefix)
{
    const json_object *members = json_get(tree, "o");

    if (members == NULL)
        return true;
    json_object_object_foreach((json_object *)members, name, member)
    {
        char path[1024], object[8192];
        const char *key = json_get_text(member, "k", NULL);
        snprintf(path, sizeof path, "%s%s%s", prefix,
                 prefix[0] != '\0' ? "/" : "", name);
        if (key == NULL) {
            if (!add_files(n, member, path))
                return false;
            continue;
        }
        snprintf(object, sizeof object, "%s/%.2s/%s", objects(), key, key + 2);
        if (access(object, R_OK) != 0 ||
            node_put_local(n, path, object, NULL) != ORMA_OK)
            return false;
    }
    return true;
}

/* A node as AiiDA stored it; NULL when it is not of a type of this bundle or
 * its files are in another profile. */
static node *stored_node(const json_object *row)
{
    const json_object *spec = NULL;
    const plugin_entry *entry = entry_of(row, &spec);
    const char *computer = json_get_text(row, "computer_uuid", NULL);
    node *n = NULL;

    if (entry == NULL ||
        data_create(types_registry(), entry->name, &n, NULL) != ORMA_OK)
        return NULL;
    json_object_put(n->attributes);
    n->attributes = json_copy(json_get(row, "attributes"));
    if (computer != NULL)
        uuid_parse(computer, &n->computer_uuid);
    if (add_files(n, json_get(row, "repository"), ""))
        return n;
    node_free(n);
    return NULL;
}

static void stored_nodes_are_valid(void)
{
    json_object *all = rows();
    size_t checked = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        node *n = stored_node(json_object_array_get_idx(all, i));
        orma_error *error = NULL;
        if (n == NULL)
            continue;
        const orma_status st = data_validate(types_registry(), n, &error);
        CU_ASSERT_EQUAL(st, ORMA_OK);
        if (st != ORMA_OK)
            printf("# %s: %s\n", n->node_type, orma_error_message(error));
        checked++;
        orma_error_free(error);
        node_free(n);
    }
    CU_ASSERT(checked >= 60);
    json_object_put(all);
}

/* from_literal() of a stored structure gives its attributes to the letter. */
static void stored_structures_are_literals(void)
{
    json_object *all = rows();

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i);
        const json_object *attributes = json_get(row, "attributes");
        node *n = NULL;
        if (strcmp(json_get_text(row, "node_type", ""),
                   "data.core.structure.StructureData.") != 0)
            continue;
        CU_ASSERT_EQUAL(data_from_literal(types_registry(), "core.structure",
                                          attributes, &n, NULL),
                        ORMA_OK);
        if (n == NULL)
            continue;
        AUTO_FREE char *found = json_text(n->attributes, JSON_PYTHON);
        AUTO_FREE char *expected = json_text(attributes, JSON_PYTHON);
        CU_ASSERT_STRING_EQUAL(found, expected);
        node_free(n);
    }
    json_object_put(all);
}

static const unit_test tests[] = {
    {"manifest_has_the_python_classes", manifest_has_the_python_classes},
    {"stored_nodes_are_valid", stored_nodes_are_valid},
    {"stored_structures_are_literals", stored_structures_are_literals},
    {NULL, NULL},
};

const unit_suite aiida_suite = {"aiida", NULL, NULL, tests};
