/* Names of files.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/base/suites.h"

static void check_join(const char *a, const char *b, const char *expected)
{
    AUTO_FREE char *path = file_join(a, b);

    CU_ASSERT_STRING_EQUAL(path, expected);
}

static void joins_with_one_slash(void)
{
    check_join("a", "b", "a/b");
    check_join("a/", "b", "a/b");
    check_join("a//", "b/c", "a/b/c");
    check_join("/", "b", "/b");
    check_join("", "b", "b");
    check_join("a", "", "a/");
}

static void name_is_the_last_component(void)
{
    CU_ASSERT_STRING_EQUAL(file_name("a/b/c.txt"), "c.txt");
    CU_ASSERT_STRING_EQUAL(file_name("c.txt"), "c.txt");
    CU_ASSERT_STRING_EQUAL(file_name("/"), "");
}

static void check_absolute(const char *path, const char *expected)
{
    AUTO_FREE char *absolute = file_absolute(path);

    CU_ASSERT_STRING_EQUAL(absolute, expected);
}

static void absolute_paths_are_tidied(void)
{
    check_absolute("/a/b", "/a/b");
    check_absolute("/a/./b//c/", "/a/b/c");
    check_absolute("/a/../b", "/b");
    check_absolute("/a/b/..", "/a");
    check_absolute("/..", "/");
    check_absolute("/../../a", "/a");
    check_absolute("/", "/");
    check_absolute("/a/..b/.c", "/a/..b/.c");
}

static void relative_paths_start_at_the_working_directory(void)
{
    AUTO_FREE char *here = getcwd(NULL, 0);
    AUTO_FREE char *inner = file_join(here, "x");

    check_absolute("x", inner);
    check_absolute("./y/../x", inner);
    check_absolute(".", here);
    check_absolute("", here);
}

static void only_paths_that_stay_inside_are_safe(void)
{
    static const char *const safe[] = {"a", "a/b", ".hidden", "a/..b", "a b",
                                       "\xC3\xA9", "..."};
    static const char *const unsafe[] = {
        "",     "/a",   ".",     "..",  "a/..", "../a",  "a/../b",
        "a//b", "a/",   "./a",   "a/.", "a\nb", "a\x7f", "a\x01",
    };

    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        CU_ASSERT_TRUE(file_path_is_safe(safe[i]));
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
        CU_ASSERT_FALSE(file_path_is_safe(unsafe[i]));
}

static void safe_paths_have_at_most_4096_bytes(void)
{
    char path[4098];

    memset(path, 'a', 4097);
    path[4096] = '\0';
    CU_ASSERT_TRUE(file_path_is_safe(path));
    path[4096] = 'a';
    path[4097] = '\0';
    CU_ASSERT_FALSE(file_path_is_safe(path));
}

static const unit_test tests[] = {
    {"joins_with_one_slash", joins_with_one_slash},
    {"name_is_the_last_component", name_is_the_last_component},
    {"absolute_paths_are_tidied", absolute_paths_are_tidied},
    {"relative_paths_start_at_the_working_directory",
     relative_paths_start_at_the_working_directory},
    {"only_paths_that_stay_inside_are_safe",
     only_paths_that_stay_inside_are_safe},
    {"safe_paths_have_at_most_4096_bytes", safe_paths_have_at_most_4096_bytes},
    {NULL, NULL},
};

const unit_suite file_path_suite = {"file_path", NULL, NULL, tests};
