/* AiiDA's repository tree.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <storage/repository.h>

#define KEY "28720365c5e7476a011e4f43ac003ee5f16247a263b9d623aa85ed311d73bf39"

/* FolderData of the real profile, keys shortened. */
static const char real_tree[] =
    "{\"o\": {\"sub\": {\"o\": {\"deep\": {\"o\": {\"empty\": {}, \"h.txt\": "
    "{\"k\": \"aa\"}}}, \"g.txt\": {\"k\": \"bb\"}}}, \"f.txt\": {\"k\": "
    "\"cc\"}}}";

static json_object *parse(const char *text)
{
    json_object *tree = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &tree, NULL), ORMA_OK);
    return tree;
}

static void finds_keys_by_path(void)
{
    json_object *tree = parse(real_tree);
    CU_ASSERT_STRING_EQUAL(repository_key(tree, "f.txt"), "cc");
    CU_ASSERT_STRING_EQUAL(repository_key(tree, "sub/deep/h.txt"), "aa");
    CU_ASSERT_PTR_NULL(repository_key(tree, "sub/deep/empty"));
    CU_ASSERT_PTR_NULL(repository_key(tree, "sub"));
    CU_ASSERT_PTR_NULL(repository_key(tree, "nothing"));
    CU_ASSERT_PTR_NULL(repository_key(tree, "f.txt/k"));
    CU_ASSERT_PTR_NULL(repository_key(tree, ""));
    json_object_put(tree);
    CU_ASSERT_PTR_NULL(repository_key(NULL, "a"));
}

static orma_status list(void *user, const char *path, const char *key,
                        orma_error **err)
{
    (void)err;
    buf_printf(user, "%s=%s ", path, key == NULL ? "-" : key);
    return ORMA_OK;
}

static void walks_in_the_order_of_the_tree(void)
{
    json_object *tree = parse(real_tree);
    buf out = {0};
    CU_ASSERT_EQUAL(repository_walk(tree, list, &out, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), "sub/deep/empty=- "
                                            "sub/deep/h.txt=aa sub/g.txt=bb "
                                            "f.txt=cc ");
    buf_free(&out);
    json_object_put(tree);
}

static void walk_refuses_names_that_leave_the_folder(void)
{
    static const char *const trees[] = {
        "{\"o\": {\"..\": {\"k\": \"aa\"}}}",
        "{\"o\": {\"a/b\": {\"k\": \"aa\"}}}",
        "{\"o\": {\"a\": {\"o\": {\"\": {\"k\": \"aa\"}}}}}",
    };
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        json_object *tree = parse(trees[i]);
        buf out = {0};
        CU_ASSERT_EQUAL(repository_walk(tree, list, &out, NULL),
                        ORMA_E_INVALID);
        CU_ASSERT_EQUAL(out.len, 0);
        buf_free(&out);
        json_object_put(tree);
    }
}

static void puts_rebuild_a_real_tree(void)
{
    json_object *tree = json_object_new_object();
    CU_ASSERT_EQUAL(repository_put(tree, "sub/deep/empty", NULL, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(repository_put(tree, "sub/deep/h.txt", "aa", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(repository_put(tree, "sub/g.txt", "bb", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(repository_put(tree, "f.txt", "cc", NULL), ORMA_OK);
    char *text = json_text(tree, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(text, real_tree);
    free(text);
    json_object_put(tree);
}

static void refuses_what_is_file_and_folder(void)
{
    json_object *tree = parse(real_tree);
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(repository_put(tree, "f.txt/x", KEY, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "both a file and a folder"));
    CU_ASSERT_EQUAL(repository_put(tree, "sub", KEY, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(repository_put(tree, "f.txt", NULL, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(repository_put(tree, "sub", NULL, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(repository_put(tree, "f.txt", KEY, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(repository_key(tree, "f.txt"), KEY);
    json_object_put(tree);
}

static const unit_test tests[] = {
    {"finds_keys_by_path", finds_keys_by_path},
    {"walks_in_the_order_of_the_tree", walks_in_the_order_of_the_tree},
    {"walk_refuses_names_that_leave_the_folder",
     walk_refuses_names_that_leave_the_folder},
    {"puts_rebuild_a_real_tree", puts_rebuild_a_real_tree},
    {"refuses_what_is_file_and_folder", refuses_what_is_file_and_folder},
    {NULL, NULL},
};

const unit_suite repository_suite = {"repository", NULL, NULL, tests};
