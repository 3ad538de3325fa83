/* Tests of core.singlefile, core.folder and core.remote.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static void files_are(const node *n, const char *json)
{
    orma_str list = {"", 0};

    if (n == NULL)
        return;
    CU_ASSERT_EQUAL(node_ops()->files(n, &list, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(list.ptr, json);
}

static void singlefile_keeps_its_name(void)
{
    node *n = types_import_text("core.singlefile", NULL, "a b.bin", "content");
    types_has_attributes(n, "{'filename': 'a b.bin'}");
    types_has_summary(n, "a b.bin");
    files_are(n, "[\"a b.bin\"]");
    char *bytes = types_export(n, "raw");
    CU_ASSERT(bytes != NULL && strcmp(bytes, "content") == 0);
    free(bytes);
    node_free(n);
}

static void singlefile_from_a_literal(void)
{
    node *n = types_literal("core.singlefile",
                            "{'filename': 'x.txt', 'content': 'hello'}");
    types_has_attributes(n, "{'filename': 'x.txt'}");
    node_free(n);
    n = types_literal("core.singlefile", "{'content': ''}");
    types_has_attributes(n, "{'filename': 'file.txt'}");
    node_free(n);
    types_literal_refused("core.singlefile", "{'filename': 'x'}", "content");
    types_literal_refused("core.singlefile",
                          "{'filename': '../x', 'content': ''}", "no name");
    types_literal_refused("core.singlefile", "'x.txt'", "$file");
}

static void singlefile_has_exactly_one_file(void)
{
    orma_error *error = NULL;
    node *n = types_literal("core.singlefile", "{'content': 'x'}");
    CU_ASSERT_EQUAL(node_put_bytes(n, "second", (orma_str){"y", 1}, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(data_validate(types_registry(), n, &error), ORMA_E_INVALID);
    CU_ASSERT(types_says(error, "2 files"));
    orma_error_free(error);
    node_free(n);
    types_invalid("core.singlefile", "{'filename': 'x'}", "0 files");
    types_invalid("core.singlefile", "{}", "filename");
}

static void folder_holds_a_tree(void)
{
    char path[4096], inner[4200], file[4300];
    snprintf(path, sizeof path, "%s/tree", unit_temp_dir());
    snprintf(inner, sizeof inner, "%s/sub", path);
    CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    CU_ASSERT_EQUAL(mkdir(inner, 0700), 0);
    snprintf(file, sizeof file, "%s/g.txt", inner);
    FILE *f = fopen(file, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs("g", f);
    fclose(f);
    node *n = types_import("core.folder", NULL, path);
    files_are(n, "[\"sub/g.txt\"]");
    types_has_attributes(n, "{}");
    types_has_summary(n, "1 file");
    node_free(n);
    snprintf(file, sizeof file, "%s/loop", inner);
    CU_ASSERT_EQUAL(symlink("..", file), 0);
    orma_error *error = NULL;
    CU_ASSERT_NOT_EQUAL(
        data_import(types_registry(), "core.folder", NULL, path, &n, &error),
        ORMA_OK);
    orma_error_free(error);
}

static void folder_from_a_literal(void)
{
    node *n =
        types_literal("core.folder", "{'b.txt': 'b', 'sub/deep/a.txt': ''}");
    files_are(n, "[\"b.txt\",\"sub/deep/a.txt\"]");
    types_has_summary(n, "2 files");
    node_free(n);
    types_literal_refused("core.folder", "{'x': 1}", "an integer");
    types_literal_refused("core.folder", "{'../x': ''}", "../x");
    types_literal_refused("core.folder", "[]", "mapping");
}

static void remote_needs_path_and_computer(void)
{
    orma_error *error = NULL;
    node *n = NULL;
    types_literal_refused("core.remote", "{'remote_path': '/tmp'}", "computer");
    types_literal_refused("core.remote",
                          "{'remote_path': 'tmp', 'computer': 'localhost'}",
                          "not absolute");
    types_invalid("core.remote", "{'remote_path': '/tmp'}", "needs a computer");
    types_invalid("core.remote", "{}", "remote_path");
    CU_ASSERT_EQUAL(data_create(types_registry(), "core.remote", &n, NULL),
                    ORMA_OK);
    json_set_text(n->attributes, "remote_path", "/scratch/x");
    n->computer_uuid.bytes[0] = 1;
    CU_ASSERT_EQUAL(data_validate(types_registry(), n, &error), ORMA_OK);
    types_has_summary(n, "/scratch/x");
    orma_error_free(error);
    node_free(n);
}

static const unit_test tests[] = {
    {"singlefile_keeps_its_name", singlefile_keeps_its_name},
    {"singlefile_from_a_literal", singlefile_from_a_literal},
    {"singlefile_has_exactly_one_file", singlefile_has_exactly_one_file},
    {"folder_holds_a_tree", folder_holds_a_tree},
    {"folder_from_a_literal", folder_from_a_literal},
    {"remote_needs_path_and_computer", remote_needs_path_and_computer},
    {NULL, NULL},
};

const unit_suite files_suite = {"files", NULL, NULL, tests};
