/* Single files of a transport.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <orma/error.h>

#include "plugins/transports/subject.h"

static void a_file_goes_there_and_back(void)
{
    static const char bytes[] = "line\n\0\377 end";

    local_write("there", bytes, sizeof bytes);
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("there"), remote_path("there"), 0, 0, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        it.t->get(it.s, remote_path("there"), local_path("back"), 0, 0, NULL),
        ORMA_OK);
    local_expect("back", bytes, sizeof bytes);
}

static void an_empty_file_is_a_file(void)
{
    remote_write("empty", "");
    CU_ASSERT_EQUAL(remote_type("empty"), ORMA_FILE_REGULAR);
    remote_expect("empty", "");
}

static void names_may_be_anything(void)
{
    static const char *const names[] = {"a b",   "it's",       "\"q\"",
                                        "$HOME", "*",          "new\nline",
                                        "-rf",   "gr\303\274n"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        remote_write(names[i], names[i]);
        remote_expect(names[i], names[i]);
        CU_ASSERT_EQUAL(it.t->remove(it.s, remote_path(names[i]), NULL),
                        ORMA_OK);
        CU_ASSERT_EQUAL(remote_type(names[i]), ORMA_FILE_UNKNOWN);
    }
}

static void a_shorter_file_replaces_a_longer_one(void)
{
    remote_write("same", "a long text");
    remote_write("same", "short");
    remote_expect("same", "short");
}

static void parts_make_a_whole(void)
{
    local_write("whole", "0123456789", 10);
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("whole"), remote_path("parts"), 0, 4, NULL),
        ORMA_OK);
    remote_expect("parts", "0123");
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("whole"), remote_path("parts"), 4, 3, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("whole"), remote_path("parts"), 7, 0, NULL),
        ORMA_OK);
    remote_expect("parts", "0123456789");
    CU_ASSERT_EQUAL(
        it.t->get(it.s, remote_path("parts"), local_path("some"), 0, 5, NULL),
        ORMA_OK);
    local_expect("some", "01234", 5);
    CU_ASSERT_EQUAL(
        it.t->get(it.s, remote_path("parts"), local_path("some"), 5, 0, NULL),
        ORMA_OK);
    local_expect("some", "0123456789", 10);
}

static void permissions_go_along(void)
{
    orma_file_info info = {.size = sizeof info};
    struct stat local;

    local_write("script", "#!/bin/sh\n", 10);
    CU_ASSERT_EQUAL(chmod(local_path("script"), 0750), 0);
    CU_ASSERT_EQUAL(it.t->put(it.s, local_path("script"), remote_path("script"),
                              0, 0, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(it.t->stat(it.s, remote_path("script"), &info, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(info.mode, 0750);
    CU_ASSERT_EQUAL(info.size_bytes, 10);
    CU_ASSERT(info.mtime_ns > INT64_C(1700000000000000000));
    CU_ASSERT_EQUAL(it.t->chmod(it.s, remote_path("script"), 0600, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(it.t->get(it.s, remote_path("script"),
                              local_path("script2"), 0, 0, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(stat(local_path("script2"), &local), 0);
    CU_ASSERT_EQUAL(local.st_mode & 07777, 0600);
}

static void what_is_missing_is_not_found(void)
{
    orma_file_info info = {.size = sizeof info};
    AUTO_BUF buf names = {0};
    orma_writer writer = {&names, 0};

    CU_ASSERT_EQUAL(it.t->stat(it.s, remote_path("no"), &info, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(
        it.t->get(it.s, remote_path("no"), local_path("no"), 0, 0, NULL),
        ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("none"), remote_path("no"), 0, 0, NULL),
        ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(it.t->list(it.s, remote_path("no"), &writer, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(
        it.t->copy(it.s, remote_path("no"), remote_path("no2"), NULL),
        ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(it.t->remove(it.s, remote_path("no"), NULL), ORMA_OK);
}

static void a_link_is_described_itself(void)
{
    remote_write("target", "x");
    CU_ASSERT_EQUAL(
        it.t->symlink(it.s, remote_path("target"), remote_path("link"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(remote_type("link"), ORMA_FILE_SYMLINK);
    remote_expect("link", "x");
    CU_ASSERT_EQUAL(it.t->remove(it.s, remote_path("link"), NULL), ORMA_OK);
    CU_ASSERT_EQUAL(remote_type("target"), ORMA_FILE_REGULAR);
}

static void a_rename_replaces(void)
{
    remote_write("old", "new content");
    remote_write("taken", "former");
    CU_ASSERT_EQUAL(
        it.t->rename(it.s, remote_path("old"), remote_path("taken"), NULL),
        ORMA_OK);
    remote_expect("taken", "new content");
    CU_ASSERT_EQUAL(remote_type("old"), ORMA_FILE_UNKNOWN);
}

/* Reading a FIFO waits for a writer, for ever when there is none. */
static void a_fifo_is_refused_at_once(void)
{
    AUTO_BUF buf out = {0}, error = {0};
    orma_error *err = NULL;

    local_write("file", "x", 1);
    CU_ASSERT_EQUAL(mkfifo(local_path("fifo"), 0600), 0);
    CU_ASSERT_NOT_EQUAL(
        it.t->put(it.s, local_path("fifo"), remote_path("fifo"), 0, 0, &err),
        ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), local_path("fifo")));
    orma_error_free(err);
    CU_ASSERT_EQUAL(remote_type("fifo"), ORMA_FILE_UNKNOWN);
    CU_ASSERT_EQUAL(remote_exec("mkfifo other", &out, &error), 0);
    CU_ASSERT_NOT_EQUAL(
        it.t->get(it.s, remote_path("other"), local_path("copy"), 0, 0, NULL),
        ORMA_OK);
    CU_ASSERT_NOT_EQUAL(
        it.t->put(it.s, local_path("file"), remote_path("other"), 0, 0, NULL),
        ORMA_OK);
}

static const unit_test tests[] = {
    {"a file goes there and back", a_file_goes_there_and_back},
    {"an empty file is a file", an_empty_file_is_a_file},
    {"names may be anything", names_may_be_anything},
    {"a shorter file replaces a longer one",
     a_shorter_file_replaces_a_longer_one},
    {"parts make a whole", parts_make_a_whole},
    {"permissions go along", permissions_go_along},
    {"what is missing is not found", what_is_missing_is_not_found},
    {"a link is described itself", a_link_is_described_itself},
    {"a rename replaces", a_rename_replaces},
    {"a fifo is refused at once", a_fifo_is_refused_at_once},
    {NULL, NULL},
};

const unit_suite files_suite = {"files", subject_open, subject_close, tests};
