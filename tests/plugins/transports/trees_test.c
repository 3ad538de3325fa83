/* Folders of a transport.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/transports/subject.h"

static void folders_are_made_with_their_parents(void)
{
    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("a/b/c"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(remote_type("a/b/c"), ORMA_FILE_DIRECTORY);
    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("a/b/c"), NULL), ORMA_OK);
    remote_write("a/file", "x");
    CU_ASSERT_NOT_EQUAL(it.t->mkdir(it.s, remote_path("a/file"), NULL),
                        ORMA_OK);
}

static void a_tree_goes_there_and_back(void)
{
    local_write("tree/one", "1", 1);
    local_write("tree/sub/two words", "22", 2);
    local_write("tree/sub/.hidden", "333", 3);
    CU_ASSERT_EQUAL(mkdir(local_path("tree/empty"), 0755), 0);
    CU_ASSERT_EQUAL(
        it.t->put_tree(it.s, local_path("tree"), remote_path("tree"), NULL),
        ORMA_OK);
    remote_expect("tree/sub/two words", "22");
    CU_ASSERT_EQUAL(remote_type("tree/empty"), ORMA_FILE_DIRECTORY);
    CU_ASSERT_EQUAL(
        it.t->get_tree(it.s, remote_path("tree"), local_path("back"), NULL),
        ORMA_OK);
    local_expect("back/one", "1", 1);
    local_expect("back/sub/two words", "22", 2);
    local_expect("back/sub/.hidden", "333", 3);
}

static void a_tree_is_put_into_what_is_there(void)
{
    remote_write("into", "");
    CU_ASSERT_EQUAL(it.t->remove(it.s, remote_path("into"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("into"), NULL), ORMA_OK);
    remote_write("into/before", "stays");
    local_write("more/after", "comes", 5);
    CU_ASSERT_EQUAL(
        it.t->put_tree(it.s, local_path("more"), remote_path("into"), NULL),
        ORMA_OK);
    remote_expect("into/before", "stays");
    remote_expect("into/after", "comes");
}

static void links_are_followed_on_the_way_home(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("mkdir -p real links/loop && "
                                "echo content > real/file && "
                                "ln -s ../real/file links/file && "
                                "ln -s ../real links/folder && "
                                "ln -s nowhere links/dangling && "
                                "ln -s .. links/loop/up",
                                &out, &error),
                    0);
    CU_ASSERT_EQUAL(
        it.t->get_tree(it.s, remote_path("links"), local_path("links"), NULL),
        ORMA_OK);
    local_expect("links/file", "content\n", 8);
    local_expect("links/folder/file", "content\n", 8);
    CU_ASSERT_NOT_EQUAL(access(local_path("links/dangling"), F_OK), 0);
}

static void copies_stay_on_the_computer(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("mkdir -p from/sub && echo x > from/sub/f && "
                                "ln -s sub/f from/l",
                                &out, &error),
                    0);
    CU_ASSERT_EQUAL(
        it.t->copy(it.s, remote_path("from"), remote_path("to"), NULL),
        ORMA_OK);
    remote_expect("to/sub/f", "x\n");
    CU_ASSERT_EQUAL(remote_type("to/l"), ORMA_FILE_SYMLINK);
    CU_ASSERT_EQUAL(
        it.t->copy(it.s, remote_path("from/sub/f"), remote_path("to/g"), NULL),
        ORMA_OK);
    remote_expect("to/g", "x\n");
}

static void listings_are_sorted_and_whole(void)
{
    AUTO_BUF buf names = {0}, line = {0};
    orma_writer writer = {&names, 0};

    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("l"), NULL), ORMA_OK);
    remote_write("l/b", "");
    remote_write("l/.a", "");
    remote_write("l/B", "");
    remote_write("l/a\nb", "");
    CU_ASSERT_EQUAL(it.t->list(it.s, remote_path("l"), &writer, NULL), ORMA_OK);
    joined(&names, &line);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&line), ".a|B|a\nb|b");
}

static void patterns_give_absolute_paths(void)
{
    AUTO_BUF buf names = {0}, none = {0}, line = {0}, expected = {0};
    orma_writer writer = {&names, 0}, none_writer = {&none, 0};

    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("g/s"), NULL), ORMA_OK);
    remote_write("g/x.2", "");
    remote_write("g/x.1", "");
    remote_write("g/y.1", "");
    remote_write("g/s/x.3", "");
    CU_ASSERT_EQUAL(it.t->glob(it.s, remote_path("g/x.[0-9]"), &writer, NULL),
                    ORMA_OK);
    joined(&names, &line);
    buf_printf(&expected, "%s|%s", remote_path("g/x.1"), remote_path("g/x.2"));
    CU_ASSERT_STRING_EQUAL(buf_c_str(&line), buf_c_str(&expected));
    CU_ASSERT_EQUAL(
        it.t->glob(it.s, remote_path("g/none*"), &none_writer, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(none.len, 0);
}

static void removal_does_not_follow_links(void)
{
    AUTO_BUF buf out = {0}, error = {0};

    CU_ASSERT_EQUAL(remote_exec("mkdir -p keep gone/deep && echo x > keep/f && "
                                "ln -s ../keep gone/link && touch gone/deep/f",
                                &out, &error),
                    0);
    CU_ASSERT_EQUAL(it.t->remove(it.s, remote_path("gone"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(remote_type("gone"), ORMA_FILE_UNKNOWN);
    remote_expect("keep/f", "x\n");
}

static void a_whole_folder_is_renamed(void)
{
    CU_ASSERT_EQUAL(it.t->mkdir(it.s, remote_path("aside/x"), NULL), ORMA_OK);
    remote_write("aside/x/f", "y");
    CU_ASSERT_EQUAL(
        it.t->rename(it.s, remote_path("aside"), remote_path("final"), NULL),
        ORMA_OK);
    remote_expect("final/x/f", "y");
}

static const unit_test tests[] = {
    {"folders are made with their parents",
     folders_are_made_with_their_parents},
    {"a tree goes there and back", a_tree_goes_there_and_back},
    {"a tree is put into what is there", a_tree_is_put_into_what_is_there},
    {"links are followed on the way home", links_are_followed_on_the_way_home},
    {"copies stay on the computer", copies_stay_on_the_computer},
    {"listings are sorted and whole", listings_are_sorted_and_whole},
    {"patterns give absolute paths", patterns_give_absolute_paths},
    {"removal does not follow links", removal_does_not_follow_links},
    {"a whole folder is renamed", a_whole_folder_is_renamed},
    {NULL, NULL},
};

const unit_suite trees_suite = {"trees", subject_open, subject_close, tests};
