/* Folders and trees.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/base/suites.h"

static void put(const char *root, const char *relative)
{
    AUTO_FREE char *path = file_join(root, relative);

    CU_ASSERT_EQUAL(file_mkdirs_for(path, 0700, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("x"), 0600, NULL), ORMA_OK);
}

static void make_folder(const char *root, const char *relative)
{
    AUTO_FREE char *path = file_join(root, relative);

    CU_ASSERT_EQUAL(file_mkdirs(path, 0700, NULL), ORMA_OK);
    CU_ASSERT_TRUE(file_is_dir(path));
}

static void put_link(const char *root, const char *target, const char *name)
{
    AUTO_FREE char *path = file_join(root, name);

    CU_ASSERT_EQUAL(symlink(target, path), 0);
}

static void mkdirs_makes_parents_and_accepts_existing(void)
{
    const char *root = unit_temp_dir();
    AUTO_ERROR orma_error *err = NULL;

    make_folder(root, "a/b//c/");
    make_folder(root, "a/b");
    put(root, "a/file");
    AUTO_FREE char *below = file_join(root, "a/file/x");
    CU_ASSERT_EQUAL(file_mkdirs(below, 0700, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(text_ends(orma_error_message(err), "Not a directory"));
    CU_ASSERT_EQUAL(file_mkdirs_for("name-alone", 0700, NULL), ORMA_OK);
    CU_ASSERT_FALSE(file_exists("name-alone"));
    CU_ASSERT_EQUAL(file_mkdirs("/", 0700, NULL), ORMA_OK);
}

static orma_status note(void *user, const char *relative, const char *path,
                        bool is_dir, orma_error **err)
{
    buf *seen = user;

    (void)err;
    CU_ASSERT_TRUE(file_exists(path));
    CU_ASSERT_TRUE(text_ends(path, relative));
    buf_printf(seen, "%s%s ", relative, is_dir ? "/" : "");
    return ORMA_OK;
}

static void walk_visits_files_and_empty_folders_in_order(void)
{
    const char *root = unit_temp_dir();
    AUTO_BUF buf seen = {0};

    put(root, "b.txt");
    put(root, "a/z");
    put(root, "a/B");
    put(root, "c/d/e");
    make_folder(root, "a/empty");
    put_link(root, "b.txt", "link-to-file");
    put_link(root, "a", "link-to-folder");
    put_link(root, "nowhere", "link-to-nothing");
    CU_ASSERT_EQUAL(file_walk(root, note, &seen, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&seen),
                           "a/B a/empty/ a/z b.txt c/d/e link-to-file ");
}

static void walk_of_an_empty_root_visits_nothing(void)
{
    AUTO_BUF buf seen = {0};
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(file_walk(unit_temp_dir(), note, &seen, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(seen.len, 0);
    CU_ASSERT_EQUAL(file_walk("/nowhere", note, &seen, &err),
                    ORMA_E_NOT_FOUND);
}

static orma_status stop_at_second(void *user, const char *relative,
                                  const char *path, bool is_dir,
                                  orma_error **err)
{
    int *visits = user;

    (void)relative;
    (void)path;
    (void)is_dir;
    if (++*visits == 2)
        return error_set(err, ORMA_E_REFUSED, "test", 0, "enough");
    return ORMA_OK;
}

static void walk_stops_at_the_first_failure(void)
{
    const char *root = unit_temp_dir();
    AUTO_ERROR orma_error *err = NULL;
    int visits = 0;

    put(root, "a/1");
    put(root, "b");
    put(root, "c");
    CU_ASSERT_EQUAL(file_walk(root, stop_at_second, &visits, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(visits, 2);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "enough");
}

static void removes_trees_without_following_links(void)
{
    const char *root = unit_temp_dir();
    AUTO_FREE char *doomed = file_join(root, "doomed");
    AUTO_FREE char *kept = file_join(root, "kept");
    AUTO_FREE char *precious = file_join(kept, "precious");

    put(root, "kept/precious");
    put(root, "doomed/a/b/c");
    make_folder(root, "doomed/empty");
    put_link(doomed, kept, "link");
    CU_ASSERT_EQUAL(file_remove_tree(doomed, NULL), ORMA_OK);
    CU_ASSERT_FALSE(file_exists(doomed));
    CU_ASSERT_TRUE(file_exists(precious));

    put_link(root, kept, "doomed");
    CU_ASSERT_EQUAL(file_remove_tree(doomed, NULL), ORMA_OK);
    CU_ASSERT_TRUE(file_exists(precious));
    CU_ASSERT_EQUAL(file_remove_tree(precious, NULL), ORMA_OK);
    CU_ASSERT_FALSE(file_exists(precious));
    CU_ASSERT_EQUAL(file_remove_tree(precious, NULL), ORMA_OK);
}

static const unit_test tests[] = {
    {"mkdirs_makes_parents_and_accepts_existing",
     mkdirs_makes_parents_and_accepts_existing},
    {"walk_visits_files_and_empty_folders_in_order",
     walk_visits_files_and_empty_folders_in_order},
    {"walk_of_an_empty_root_visits_nothing",
     walk_of_an_empty_root_visits_nothing},
    {"walk_stops_at_the_first_failure", walk_stops_at_the_first_failure},
    {"removes_trees_without_following_links",
     removes_trees_without_following_links},
    {NULL, NULL},
};

const unit_suite file_tree_suite = {"file_tree", NULL, NULL, tests};
