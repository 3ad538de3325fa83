/* Files of nodes in the making.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

#include <stdio.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>
#include <graph/node.h>

static const char key[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void keeps_files_in_the_order_of_putting(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    CU_ASSERT_EQUAL(node_put_bytes(n, "b", ORMA_LITERAL("bb"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(node_put_bytes(n, "a", ORMA_LITERAL("a"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(node_put_local(n, "sub/c", "/etc/hostname", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(node_put_key(n, "sub/d", key, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(node_put_folder(n, "empty", NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(n->file_count, 5);
    CU_ASSERT_STRING_EQUAL(n->files[0].path, "b");
    CU_ASSERT_EQUAL(n->files[0].len, 2);
    CU_ASSERT_STRING_EQUAL(n->files[2].local_path, "/etc/hostname");
    CU_ASSERT_STRING_EQUAL(n->files[3].key, key);
    CU_ASSERT_TRUE(n->files[4].is_dir);
    node_free(n);
}

static void replaces_a_file_of_the_same_path(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    CU_ASSERT_EQUAL(node_put_bytes(n, "a", ORMA_LITERAL("old"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(node_put_bytes(n, "a", ORMA_LITERAL("newer"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(n->file_count, 1);
    CU_ASSERT_STRING_EQUAL(n->files[0].bytes, "newer");
    node_free(n);
}

static void refuses_paths_that_leave_the_node(void)
{
    static const char *const paths[] = {"",       "/etc/passwd", "../x",
                                        "a/../b", "a//b",        "a/",
                                        ".",      "a/./b",       "a\nb"};
    node *n = node_create("data.core.folder.FolderData.");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        CU_ASSERT_EQUAL(node_put_bytes(n, paths[i], ORMA_LITERAL("x"), NULL),
                        ORMA_E_INVALID);
    CU_ASSERT_EQUAL(n->file_count, 0);
    node_free(n);
}

static void refuses_a_path_that_is_file_and_folder(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    orma_error *err = NULL;
    node_put_bytes(n, "a", ORMA_LITERAL("x"), NULL);
    node_put_bytes(n, "d/e", ORMA_LITERAL("x"), NULL);
    CU_ASSERT_EQUAL(node_put_bytes(n, "a/b", ORMA_LITERAL("y"), &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "\"a\" is a file"));
    orma_error_free(err);
    CU_ASSERT_EQUAL(node_put_bytes(n, "d", ORMA_LITERAL("y"), NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_put_folder(n, "a", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_put_folder(n, "d", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n->file_count, 2);
    node_free(n);
}

/* Latin-1, as an old program names its files: two such names would become one
 * key of the stored repository. */
static void refuses_names_that_are_not_utf8(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(node_put_bytes(n,
                                   "d/a\xE9"
                                   "b",
                                   ORMA_LITERAL("x"), &err),
                    ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err),
                           "file path \"d/a\\xE9b\" is not valid UTF-8");
    orma_error_free(err);
    CU_ASSERT_EQUAL(node_put_folder(n, "a\xE8", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_put_local(n, "\xFF", "/etc/hostname", NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_put_key(n, "\xC3", key, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(n->file_count, 0);
    CU_ASSERT_EQUAL(node_put_bytes(n, "a\xC3\xA9", ORMA_LITERAL("x"), NULL),
                    ORMA_OK);
    node_free(n);
}

static void finds_files_but_no_folders(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    CU_ASSERT_PTR_NULL(node_find_file(n, "d/e"));
    node_put_folder(n, "f", NULL);
    node_put_bytes(n, "d/e", ORMA_LITERAL("x"), NULL);
    node_put_bytes(n, "f/g", ORMA_LITERAL("y"), NULL);
    CU_ASSERT_PTR_EQUAL(node_find_file(n, "d/e"), &n->files[1]);
    CU_ASSERT_PTR_EQUAL(node_find_file(n, "f/g"), &n->files[2]);
    CU_ASSERT_PTR_NULL(node_find_file(n, "d"));
    CU_ASSERT_PTR_NULL(node_find_file(n, "f"));
    node_clear_files(n);
    CU_ASSERT_PTR_NULL(node_find_file(n, "d/e"));
    CU_ASSERT_EQUAL(node_put_bytes(n, "d", ORMA_LITERAL("x"), NULL), ORMA_OK);
    node_free(n);
}

/* A run of a code with an output for each step; 2 s allow for slow machines
 * and sanitizers, one comparison with each file before took longer. */
static void many_files_are_put_in_little_time(void)
{
    enum { FILES = 40000 };
    node *n = node_create("data.core.folder.FolderData.");
    const int64_t start = time_now_ns();
    for (int i = 0; i < FILES; i++) {
        char path[40];
        snprintf(path, sizeof path, "step.%d/out/%d.dat", i % 100, i);
        if (node_put_bytes(n, path, ORMA_LITERAL("x"), NULL) != ORMA_OK ||
            node_find_file(n, path) != &n->files[i])
            break;
    }
    const double taken_s = (double)(time_now_ns() - start) * 1e-9;
    printf("# %d files: %.3f s\n", FILES, taken_s);
    CU_ASSERT_EQUAL(n->file_count, FILES);
    CU_ASSERT(taken_s < 2);
    CU_ASSERT_EQUAL(node_put_folder(n, "step.7/out", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n->file_count, FILES);
    node_free(n);
}

static void refuses_keys_that_are_no_digests(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    CU_ASSERT_EQUAL(node_put_key(n, "a", "abc", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(node_put_key(n, "a", "../../../../etc/passwd", NULL),
                    ORMA_E_INVALID);
    node_free(n);
}

static void stored_data_takes_no_more_files(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    node *job = node_create(NODE_TYPE_CALCJOB);
    n->pk = 7;
    job->pk = 8;
    CU_ASSERT_EQUAL(node_put_bytes(n, "a", ORMA_LITERAL("x"), NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(node_put_bytes(job, "a", ORMA_LITERAL("x"), NULL), ORMA_OK);
    json_set_bool(job->attributes, "sealed", true);
    CU_ASSERT_EQUAL(node_put_bytes(job, "b", ORMA_LITERAL("x"), NULL),
                    ORMA_E_REFUSED);
    node_free(n);
    node_free(job);
}

static const unit_test tests[] = {
    {"keeps_files_in_the_order_of_putting",
     keeps_files_in_the_order_of_putting},
    {"replaces_a_file_of_the_same_path", replaces_a_file_of_the_same_path},
    {"refuses_paths_that_leave_the_node", refuses_paths_that_leave_the_node},
    {"refuses_a_path_that_is_file_and_folder",
     refuses_a_path_that_is_file_and_folder},
    {"refuses_names_that_are_not_utf8", refuses_names_that_are_not_utf8},
    {"finds_files_but_no_folders", finds_files_but_no_folders},
    {"many_files_are_put_in_little_time", many_files_are_put_in_little_time},
    {"refuses_keys_that_are_no_digests", refuses_keys_that_are_no_digests},
    {"stored_data_takes_no_more_files", stored_data_takes_no_more_files},
    {NULL, NULL},
};

const unit_suite node_files_suite = {"node_files", NULL, NULL, tests};
