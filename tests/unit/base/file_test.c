/* Single files.
 *
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/base/suites.h"

static char *in_temp(const char *name)
{
    char *path = file_join(unit_temp_dir(), name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    return path;
}

static void check_content(const char *path, const char *expected)
{
    AUTO_BUF buf text = {0};

    CU_ASSERT_EQUAL(file_read(path, 1 << 20, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), expected);
}

static size_t entries_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2; /* without "." and ".." */
}

static void reads_up_to_its_limit(void)
{
    AUTO_FREE char *path = in_temp("a");
    AUTO_ERROR orma_error *err = NULL;
    AUTO_BUF buf text = {0};

    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("hello"), 0644, NULL),
                    ORMA_OK);
    buf_text(&text, "> ");
    CU_ASSERT_EQUAL(file_read(path, 5, &text, &err), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), "> hello");
    CU_ASSERT_EQUAL(file_read(path, 4, &text, &err), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "is larger than 4 bytes"));
}

static void missing_file_is_not_found(void)
{
    AUTO_ERROR orma_error *err = NULL;
    AUTO_BUF buf text = {0};

    CU_ASSERT_EQUAL(file_read("/nowhere/at all", 5, &text, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(
        orma_error_message(err),
        "cannot open '/nowhere/at all': No such file or directory");
    error_clear(&err);
    CU_ASSERT_EQUAL(file_read("/", 5, &text, &err), ORMA_E_PERMANENT);
}

static void atomic_write_replaces_and_leaves_nothing_behind(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *path = file_join(folder, "config.json");
    struct stat info;

    CU_ASSERT_EQUAL(
        file_write_atomic(path, ORMA_LITERAL("first, longer"), 0600, NULL),
        ORMA_OK);
    check_content(path, "first, longer");
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL(file_write_atomic(path, ORMA_LITERAL("second"), 0600, NULL),
                    ORMA_OK);
    check_content(path, "second");
    CU_ASSERT_EQUAL(entries_in(folder), 1);
}

static void atomic_write_that_fails_leaves_the_old_file(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *path = file_join(folder, "sub");
    AUTO_FREE char *inner = file_join(path, "file");
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    CU_ASSERT_EQUAL(file_write(inner, ORMA_LITERAL("x"), 0600, NULL), ORMA_OK);
    /* A file cannot take the place of a folder. */
    CU_ASSERT_NOT_EQUAL(
        file_write_atomic(path, ORMA_LITERAL("y"), 0600, &err), ORMA_OK);
    CU_ASSERT_EQUAL(entries_in(folder), 1);
    check_content(inner, "x");
}

static void atomic_write_takes_names_of_any_length(void)
{
    char name[256];

    memset(name, 'n', 255);
    name[255] = '\0';
    AUTO_FREE char *path = in_temp(name);
    CU_ASSERT_EQUAL(file_write_atomic(path, ORMA_LITERAL("x"), 0600, NULL),
                    ORMA_OK);
    check_content(path, "x");
}

static void full_disk_is_transient_and_named(void)
{
    AUTO_ERROR orma_error *err = NULL;

    if (!file_exists("/dev/full"))
        return;
    CU_ASSERT_EQUAL(file_write("/dev/full", ORMA_LITERAL("x"), 0600, &err),
                    ORMA_E_TRANSIENT);
    CU_ASSERT_STRING_EQUAL(
        orma_error_message(err),
        "disk is full, cannot write '/dev/full': No space left on device");
    CU_ASSERT_PTR_NOT_NULL(orma_error_hint(err));
}

enum { CHILD_PASSED, CHILD_FAILED, CHILD_CANNOT_MOUNT };

/* In a name space whose root is `id` outside. */
static bool map_id(const char *path, long id)
{
    AUTO_FREE char *map = text_printf("0 %ld 1", id);

    return map != NULL &&
           file_write(path, (orma_str){map, strlen(map)}, 0, NULL) == ORMA_OK;
}

/* A name space of its own, where this user is root and may mount. */
static bool enter_name_space(void)
{
    const long user = (long)getuid(), group = (long)getgid();

    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           file_write("/proc/self/setgroups", ORMA_LITERAL("deny"), 0, NULL) ==
               ORMA_OK &&
           map_id("/proc/self/uid_map", user) &&
           map_id("/proc/self/gid_map", group);
}

/* In a child with a file system of its own of 16 KiB: an old file must
 * survive the attempt to replace it by one that does not fit. */
static int fill_small_file_system(const char *folder)
{
    char large[65536];
    AUTO_FREE char *path = file_join(folder, "kept");
    AUTO_BUF buf text = {0};

    if (!enter_name_space() ||
        mount("none", folder, "tmpfs", 0, "size=16k") != 0)
        return CHILD_CANNOT_MOUNT;
    if (file_write_atomic(path, ORMA_LITERAL("old"), 0600, NULL) != ORMA_OK)
        return CHILD_FAILED;
    memset(large, 'x', sizeof large);
    if (file_write_atomic(path, (orma_str){large, sizeof large}, 0600, NULL) !=
        ORMA_E_TRANSIENT)
        return CHILD_FAILED;
    if (file_read(path, 100, &text, NULL) != ORMA_OK ||
        strcmp(buf_c_str(&text), "old") != 0 || entries_in(folder) != 1)
        return CHILD_FAILED;
    return CHILD_PASSED;
}

static void atomic_write_survives_a_full_disk(void)
{
    const char *folder = unit_temp_dir();
    int status = 0;

    fflush(stdout);
    const pid_t child = fork();
    CU_ASSERT_NOT_EQUAL_FATAL(child, -1);
    if (child == 0)
        _exit(fill_small_file_system(folder));
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_CANNOT_MOUNT)
        printf("# skipped: this system lets users mount nothing\n");
    else
        CU_ASSERT_EQUAL(WEXITSTATUS(status), CHILD_PASSED);
}

static void copies_content_and_permissions(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *from = file_join(folder, "from");
    AUTO_FREE char *to = file_join(folder, "to");
    AUTO_BUF buf bytes = {0};
    struct stat info;

    for (int i = 0; i < 40000; i++)
        buf_printf(&bytes, "%05d", i);
    CU_ASSERT_EQUAL(file_write(from, buf_view(&bytes), 0600, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(chmod(from, 0750), 0);
    CU_ASSERT_EQUAL(file_write(to, ORMA_LITERAL("old"), 0600, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_copy(from, to, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(stat(to, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 07777, 0750);

    AUTO_BUF buf copied = {0};
    CU_ASSERT_EQUAL(file_read(to, 1 << 20, &copied, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(copied.len, bytes.len);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&copied), buf_c_str(&bytes));
}

static void copy_onto_itself_keeps_the_file(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *path = file_join(folder, "a");
    AUTO_FREE char *other_name = file_join(folder, "b");

    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("x"), 0600, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(link(path, other_name), 0);
    CU_ASSERT_EQUAL(file_copy(path, other_name, NULL), ORMA_OK);
    check_content(path, "x");
    CU_ASSERT_EQUAL(file_copy(folder, other_name, NULL), ORMA_E_PERMANENT);
    CU_ASSERT_EQUAL(file_copy("/nowhere", other_name, NULL), ORMA_E_NOT_FOUND);
}

static void temp_dir_is_private_and_new(void)
{
    AUTO_FREE char *one = NULL;
    AUTO_FREE char *two = NULL;
    struct stat info;

    CU_ASSERT_EQUAL(file_temp_dir("orma-base", &one, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_temp_dir("orma-base", &two, NULL), ORMA_OK);
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
    CU_ASSERT_EQUAL(stat(one, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0700);
    CU_ASSERT_EQUAL(rmdir(one), 0);
    CU_ASSERT_EQUAL(rmdir(two), 0);
}

static const unit_test tests[] = {
    {"reads_up_to_its_limit", reads_up_to_its_limit},
    {"missing_file_is_not_found", missing_file_is_not_found},
    {"atomic_write_replaces_and_leaves_nothing_behind",
     atomic_write_replaces_and_leaves_nothing_behind},
    {"atomic_write_that_fails_leaves_the_old_file",
     atomic_write_that_fails_leaves_the_old_file},
    {"atomic_write_takes_names_of_any_length",
     atomic_write_takes_names_of_any_length},
    {"full_disk_is_transient_and_named", full_disk_is_transient_and_named},
    {"atomic_write_survives_a_full_disk", atomic_write_survives_a_full_disk},
    {"copies_content_and_permissions", copies_content_and_permissions},
    {"copy_onto_itself_keeps_the_file", copy_onto_itself_keeps_the_file},
    {"temp_dir_is_private_and_new", temp_dir_is_private_and_new},
    {NULL, NULL},
};

const unit_suite file_suite = {"file", NULL, NULL, tests};
