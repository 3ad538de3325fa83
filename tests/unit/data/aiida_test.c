/* Nodes that AiiDA stored are valid, and their Python classes known.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/digest.h>
#include <base/error.h>
#include <base/text.h>
#include <orma/error.h>
#include <process/node_view.h>
#include <storage/node_hash.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define DATA_NODES 79 /* of node_hashes.json */

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

static bool is_data(const json_object *row)
{
    return text_starts(json_get_text(row, "node_type", ""), "data.");
}

static void manifest_has_the_python_classes(void)
{
    json_object *all = rows();
    size_t known = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i), *spec;
        if (!is_data(row))
            continue;
        CU_ASSERT_PTR_NOT_NULL_FATAL(entry_of(row, &spec));
        known++;
        CU_ASSERT_STRING_EQUAL(json_get_text(row, "python_class", ""),
                               json_get_text(spec, "python_class", ""));
    }
    CU_ASSERT_EQUAL(known, DATA_NODES);
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

/* Files of AiiDA's tree {"o": {name: {"k": key} or tree}}. Objects of the other
 * profile, all of folders, are not at hand; their names are. */
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
        const orma_status st =
            access(object, R_OK) == 0
                ? node_put_local(n, path, object, NULL)
                : node_put_bytes(n, path, (orma_str){"", 0}, NULL);
        if (st != ORMA_OK)
            return false;
    }
    return true;
}

/* A node as AiiDA stored it; NULL for a process. */
static node *stored_node(const json_object *row)
{
    const json_object *spec = NULL;
    const plugin_entry *entry = entry_of(row, &spec);
    const char *computer = json_get_text(row, "computer_uuid", NULL);
    node *n = NULL;

    if (!is_data(row))
        return NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
    CU_ASSERT_EQUAL_FATAL(data_create(types_registry(), entry->name, &n, NULL),
                          ORMA_OK);
    json_object_put(n->attributes);
    n->attributes = json_copy(json_get(row, "attributes"));
    if (computer != NULL)
        uuid_parse(computer, &n->computer_uuid);
    CU_ASSERT_FATAL(add_files(n, json_get(row, "repository"), ""));
    return n;
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
    CU_ASSERT_EQUAL(checked, DATA_NODES);
    json_object_put(all);
}

/* With the class of the manifest, not that of the row. */
static void hashes_are_those_of_aiida(void)
{
    json_object *all = rows();
    size_t agreeing = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i);
        node *n = stored_node(row);
        char hash[NODE_HASH_HEX] = "";
        if (n == NULL)
            continue;
        CU_ASSERT_EQUAL(hash_node(n->node_type, n->python_class, n->attributes,
                                  json_get(row, "repository"),
                                  json_get_text(row, "computer_uuid", NULL),
                                  NULL, hash, NULL),
                        ORMA_OK);
        CU_ASSERT_STRING_EQUAL(hash, json_get_text(row, "hash", ""));
        agreeing += text_equal(hash, json_get_text(row, "hash", ""));
        node_free(n);
    }
    CU_ASSERT_EQUAL(agreeing, DATA_NODES);
    json_object_put(all);
}

/* Types of which a literal says everything, and which write it themselves:
 * as their JSON export, or as their value. */
static const char *const literal_types[] = {
    "core.int",         "core.float",
    "core.str",         "core.bool",
    "core.list",        "core.dict",
    "core.jsonable",    "core.array.kpoints",
    "core.array.bands", "core.array.xy",
    "core.structure",   "core.array.trajectory",
    "core.orbital",     "core.array.projection",
};

static bool has_literal(const node *n)
{
    for (size_t i = 0; i < sizeof literal_types / sizeof *literal_types; i++)
        if (strcmp(n->entry_point, literal_types[i]) == 0)
            return true;
    return false;
}

static json_object *literal_of(const node *n)
{
    AUTO_BUF buf written = {0};
    json_object *literal = NULL;

    if (data_value(types_registry(), n, &literal, NULL) == ORMA_OK)
        return literal;
    CU_ASSERT_EQUAL_FATAL(
        data_export(types_registry(), n, "json", &written, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_parse(buf_view(&written), &literal, NULL),
                          ORMA_OK);
    return literal;
}

/* AiiDA's tree of the files of a node in the making, which has no folders. */
static json_object *tree_of(const node *n)
{
    AUTO_JSON json_object *paths = NULL;
    json_object *tree = json_object_new_object();
    json_object *members = json_object_new_object();

    CU_ASSERT_EQUAL_FATAL(node_file_list(n, &paths, NULL), ORMA_OK);
    for (size_t i = 0; i < json_object_array_length(paths); i++) {
        AUTO_BUF buf bytes = {0};
        char key[DIGEST_SHA256_HEX];
        bool found = false;
        json_object *entry = json_object_new_object();
        const char *path =
            json_object_get_string(json_object_array_get_idx(paths, i));
        CU_ASSERT_EQUAL(node_file_read(n, path, &bytes, &found, NULL), ORMA_OK);
        digest_sha256(buf_view(&bytes), key);
        json_set_text(entry, "k", key);
        json_set(members, path, entry);
    }
    if (json_object_object_length(members) > 0)
        json_set(tree, "o", members);
    else
        json_object_put(members);
    return tree;
}

/* The hash that the node would have if it were stored. */
static void hash_made(const node *n, char hash[NODE_HASH_HEX])
{
    AUTO_JSON json_object *tree = tree_of(n);

    CU_ASSERT_EQUAL(hash_node(n->node_type, n->python_class, n->attributes,
                              tree, NULL, NULL, hash, NULL),
                    ORMA_OK);
}

/* Attributes and files that make the same hash are the same. */
static void literals_of_stored_nodes_make_the_same_nodes(void)
{
    json_object *all = rows();
    size_t made = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i);
        node *n = stored_node(row), *copy = NULL;
        orma_error *error = NULL;
        char hash[NODE_HASH_HEX] = "";
        if (n == NULL || !has_literal(n)) {
            node_free(n);
            continue;
        }
        AUTO_JSON json_object *literal = literal_of(n);
        CU_ASSERT_EQUAL(data_from_literal(types_registry(), n->entry_point,
                                          literal, &copy, &error),
                        ORMA_OK);
        if (copy == NULL) {
            printf("# %s: %s\n", n->node_type, orma_error_message(error));
        } else {
            hash_made(copy, hash);
            CU_ASSERT_STRING_EQUAL(hash, json_get_text(row, "hash", ""));
            if (!text_equal(hash, json_get_text(row, "hash", "")))
                printf("# %s %s\n", n->node_type,
                       json_get_text(row, "uuid", ""));
            made++;
        }
        orma_error_free(error);
        node_free(copy);
        node_free(n);
    }
    CU_ASSERT_EQUAL(made, 49);
    json_object_put(all);
}

/* Element types that JSON has not, 32-bit integers and complex numbers. */
static void npz_keeps_stored_arrays_to_the_byte(void)
{
    json_object *all = rows();
    size_t made = 0;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *row = json_object_array_get_idx(all, i);
        node *n = stored_node(row), *copy = NULL;
        AUTO_BUF buf written = {0};
        char path[4096], hash[NODE_HASH_HEX] = "";
        if (n == NULL || strcmp(n->entry_point, "core.array") != 0) {
            node_free(n);
            continue;
        }
        CU_ASSERT_EQUAL(data_export(types_registry(), n, "npz", &written, NULL),
                        ORMA_OK);
        snprintf(path, sizeof path, "%s/arrays.npz", unit_temp_dir());
        FILE *f = fopen(path, "wb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        fwrite(written.ptr, 1, written.len, f);
        fclose(f);
        copy = types_import("core.array", NULL, path);
        CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
        hash_made(copy, hash);
        CU_ASSERT_STRING_EQUAL(hash, json_get_text(row, "hash", ""));
        made++;
        node_free(copy);
        node_free(n);
    }
    CU_ASSERT_EQUAL(made, 1);
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
    {"hashes_are_those_of_aiida", hashes_are_those_of_aiida},
    {"literals_of_stored_nodes_make_the_same_nodes",
     literals_of_stored_nodes_make_the_same_nodes},
    {"npz_keeps_stored_arrays_to_the_byte",
     npz_keeps_stored_arrays_to_the_byte},
    {"stored_structures_are_literals", stored_structures_are_literals},
    {NULL, NULL},
};

const unit_suite aiida_suite = {"aiida", NULL, NULL, tests};
