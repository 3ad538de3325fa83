/* Packs: their size, their locks, and several writers.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
#include <base/json.h>
#include <base/text.h>
#include <storage/container.h>

static char *make(int64_t pack_size_target)
{
    char *folder = text_printf("%s/container", unit_temp_dir());
    char *path = text_printf("%s/config.json", folder);
    json_object *config = NULL;

    CU_ASSERT_EQUAL_FATAL(container_create(folder, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_parse_file(path, 4096, &config, NULL), ORMA_OK);
    json_set_int(config, "pack_size_target", pack_size_target);
    char *text = json_text(config, JSON_PYTHON);
    file_write(path, (orma_str){text, strlen(text)}, 0644, NULL);
    json_object_put(config);
    free(text);
    free(path);
    return folder;
}

static int64_t pack_size(const char *folder, const char *name)
{
    struct stat info;
    char *path = text_printf("%s/packs/%s", folder, name);
    const int64_t size = stat(path, &info) == 0 ? info.st_size : -1;
    free(path);
    return size;
}

static void packs_end_when_they_reach_the_target(void)
{
    char *folder = make(10);
    container *c = NULL;
    container_object objects[] = {{.bytes = ORMA_LITERAL("123456")},
                                  {.bytes = ORMA_LITERAL("abcdef")},
                                  {.bytes = ORMA_LITERAL("ghi")},
                                  {.bytes = ORMA_LITERAL("jkl")}};
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_put(c, objects, 4, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(pack_size(folder, "0"), 12);
    CU_ASSERT_EQUAL(pack_size(folder, "1"), 6);
    container_object more = {.bytes = ORMA_LITERAL("mnopq")};
    CU_ASSERT_EQUAL(container_put(c, &more, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(pack_size(folder, "1"), 11);
    CU_ASSERT_EQUAL(pack_size(folder, "2"), -1);
    container_close(c);
    free(folder);
}

static void keeps_off_a_pack_that_aiida_locked(void)
{
    char *folder = make(1000);
    char *lock = text_printf("%s/packs/0.lock", folder);
    container *c = NULL;
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    file_write(lock, ORMA_LITERAL(""), 0644, NULL);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_put(c, &object, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(pack_size(folder, "0"), -1);
    CU_ASSERT_EQUAL(pack_size(folder, "1"), 3);
    CU_ASSERT_EQUAL(pack_size(folder, "0.lock"), 0);
    CU_ASSERT_EQUAL(pack_size(folder, "1.lock"), -1);
    container_close(c);
    free(lock);
    free(folder);
}

static void takes_over_the_lock_of_a_dead_orma(void)
{
    char *folder = make(1000);
    char *lock = text_printf("%s/packs/0.lock", folder);
    container *c = NULL;
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    file_write(lock, ORMA_LITERAL("orma\n"), 0644, NULL);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_put(c, &object, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(pack_size(folder, "0"), 3);
    CU_ASSERT_EQUAL(pack_size(folder, "0.lock"), -1);
    container_close(c);
    free(lock);
    free(folder);
}

enum { WRITERS = 4, GROUPS = 25, GROUP = 5 };

static container_object object_of(int writer, int group, int i, char *text)
{
    /* Every second object is every writer's. */
    snprintf(text, 64, "object %d of group %d of writer %d", i, group,
             i % 2 == 0 ? writer : 0);
    return (container_object){.bytes = {text, strlen(text)}};
}

static int write_groups(const char *folder, int writer)
{
    container *c = NULL;
    if (container_open(folder, &c, NULL) != ORMA_OK)
        return 1;
    for (int g = 0; g < GROUPS; g++) {
        char text[GROUP][64];
        container_object objects[GROUP];
        for (int i = 0; i < GROUP; i++)
            objects[i] = object_of(writer, g, i, text[i]);
        if (container_put(c, objects, GROUP, NULL) != ORMA_OK)
            return 1;
    }
    container_close(c);
    return 0;
}

static bool is_readable(container *c, container_object *object)
{
    object_reader *r = NULL;
    char bytes[100];
    size_t n = 0, end = 1;
    const bool ok =
        container_object_key(object, NULL) == ORMA_OK &&
        container_open_object(c, object->key, &r, NULL) == ORMA_OK &&
        object_read(r, bytes, sizeof bytes, &n, NULL) == ORMA_OK &&
        n == object->bytes.len && memcmp(bytes, object->bytes.ptr, n) == 0 &&
        object_read(r, bytes, sizeof bytes, &end, NULL) == ORMA_OK && end == 0;
    object_close(r);
    return ok;
}

static void writers_at_the_same_time_lose_nothing(void)
{
    char *folder = make(2000);
    container *c = NULL;
    int failed = 0;

    for (int w = 0; w < WRITERS; w++) {
        fflush(stdout);
        if (fork() == 0) {
            const int status = write_groups(folder, w);
            free(folder);
            _exit(status);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;
        wait(&status);
        failed += status != 0;
    }
    CU_ASSERT_EQUAL(failed, 0);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
    for (int w = 0; w < WRITERS; w++)
        for (int g = 0; g < GROUPS; g++)
            for (int i = 0; i < GROUP; i++) {
                char text[64];
                container_object object = object_of(w, g, i, text);
                failed += !is_readable(c, &object);
            }
    CU_ASSERT_EQUAL(failed, 0);
    /* 3 of 5 objects are each writer's own, 2 are written once for all. */
    container_count count;
    CU_ASSERT_EQUAL(container_counts(c, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count.packed, GROUPS * (3 * WRITERS + 2));
    CU_ASSERT_EQUAL(count.loose, 0);
    container_close(c);
    free(folder);
}

static void shared_locks_do_not_exclude_each_other(void)
{
    char *folder = make(1000);
    container *a = NULL, *b = NULL;
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_lock_shared(a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_lock_shared(b, NULL), ORMA_OK);
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    CU_ASSERT_EQUAL(container_put(a, &object, 1, NULL), ORMA_OK);
    container_unlock(a);
    container_unlock(b);
    container_close(a);
    container_close(b);
    free(folder);
}

/* A limit on the size of files lets the pack grow, and stops the commit when
 * it writes the first page of the index to its journal. What got there may
 * come back, so the bytes it would refer to stay. */
static void a_failed_commit_leaves_the_bytes(void)
{
    char *folder = make(100000);
    container *c = NULL;
    container_object first = {.bytes = ORMA_LITERAL("first")};
    container_object object = {.bytes = ORMA_LITERAL("second")};
    struct rlimit limit, small;
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_put(c, &first, 1, NULL), ORMA_OK);
    void (*const former)(int) = signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 2048;
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    CU_ASSERT_NOT_EQUAL(container_put(c, &object, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, former);
    CU_ASSERT_EQUAL(pack_size(folder, "0"), 11);
    CU_ASSERT_EQUAL(container_put(c, &object, 1, NULL), ORMA_OK);
    bool found = false;
    CU_ASSERT_EQUAL(container_has(c, object.key, &found, NULL), ORMA_OK);
    CU_ASSERT_TRUE(found);
    container_close(c);
    free(folder);
}

static const unit_test tests[] = {
    {"packs_end_when_they_reach_the_target",
     packs_end_when_they_reach_the_target},
    {"keeps_off_a_pack_that_aiida_locked", keeps_off_a_pack_that_aiida_locked},
    {"takes_over_the_lock_of_a_dead_orma", takes_over_the_lock_of_a_dead_orma},
    {"writers_at_the_same_time_lose_nothing",
     writers_at_the_same_time_lose_nothing},
    {"shared_locks_do_not_exclude_each_other",
     shared_locks_do_not_exclude_each_other},
    {"a_failed_commit_leaves_the_bytes", a_failed_commit_leaves_the_bytes},
    {NULL, NULL},
};

const unit_suite container_pack_suite = {"container_pack", NULL, NULL, tests};
