/* The upkeep of a storage: what is deleted, and what never is.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/container.h>
#include <storage/maintain.h>
#include <storage/store_internal.h>

static node *with_file(int n)
{
    char text[64];
    node *made = fixture_int(n);
    const int len = snprintf(text, sizeof text, "content of file %d", n);
    CU_ASSERT_EQUAL(
        node_put_bytes(made, "file", (orma_str){text, (size_t)len}, NULL),
        ORMA_OK);
    return made;
}

static int64_t store_one(store *s, int n)
{
    node *made = with_file(n);
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, &made, 1, NULL), ORMA_OK);
    const int64_t pk = made->pk;
    node_free(made);
    return pk;
}

static void delete_row(const char *folder, int64_t pk)
{
    fixture_db *db = fixture_database(folder);
    char *statement =
        text_printf("DELETE FROM db_dbnode WHERE id = %lld", (long long)pk);
    CU_ASSERT_TRUE(fixture_execute(db, statement));
    free(statement);
    fixture_close(db);
}

static bool is_readable(store *s, int64_t pk)
{
    node *n = NULL;
    buf out = {0};
    bool found = false;
    const bool ok =
        store_node(s, pk, &n, NULL) == ORMA_OK &&
        store_read_file(s, n, "file", &out, &found, NULL) == ORMA_OK && found;
    buf_free(&out);
    node_free(n);
    return ok;
}

/* Number of the report, -1 after a failure. */
static int64_t maintain(store *s, const maintain_options *o, const char *key)
{
    json_object *report = NULL;
    orma_error *err = NULL;
    int64_t value = -1;
    if (store_maintain(s, o, &report, &err) == ORMA_OK)
        value = json_get_int(report, key, -1);
    else
        printf("# %s\n", orma_error_message(err));
    orma_error_free(err);
    json_object_put(report);
    return value;
}

static const maintain_options alone = {.is_alone = true};

static void objects_without_nodes_are_deleted(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    const int64_t kept = store_one(s, 1), gone = store_one(s, 2);
    container_object loose = {.bytes = ORMA_LITERAL("nobody's")};
    CU_ASSERT_EQUAL(container_put_loose(s->container, &loose, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(maintain(s, &alone, "deleted"), 1);
    delete_row(folder, gone);
    CU_ASSERT_EQUAL(maintain(s, &alone, "deleted"), 1);
    CU_ASSERT_EQUAL(maintain(s, &alone, "deleted"), 0);
    CU_ASSERT_TRUE(is_readable(s, kept));
    container_count count;
    CU_ASSERT_EQUAL(container_counts(s->container, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count.packed + count.loose, 1);
    store_close(s);
    free(folder);
}

static void young_objects_stay(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    const maintain_options careful = {0};
    const int64_t gone = store_one(s, 1);
    container_object loose = {.bytes = ORMA_LITERAL("somebody's soon")};
    CU_ASSERT_EQUAL(container_put_loose(s->container, &loose, NULL), ORMA_OK);
    delete_row(folder, gone);
    CU_ASSERT_EQUAL(maintain(s, &careful, "unreferenced_young"), 2);
    CU_ASSERT_EQUAL(maintain(s, &careful, "deleted"), 0);
    /* An hour later: a pack that nobody wrote to since. */
    char *pack = text_printf("%s/container/packs/0", folder);
    const time_t then = (time_t)(time_now_ns() / 1000000000) - 3700;
    CU_ASSERT_EQUAL(utime(pack, &(struct utimbuf){then, then}), 0);
    CU_ASSERT_EQUAL(maintain(s, &careful, "deleted"), 2);
    free(pack);
    store_close(s);
    free(folder);
}

/* A pack that is written to every minute is never old: there an earlier run's
 * note tells the age. */
static void ids_seen_before_are_old(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    const maintain_options soon = {.age_ns = 300 * 1000000};
    store_one(s, 1);
    const int64_t gone = store_one(s, 2);
    delete_row(folder, gone);
    CU_ASSERT_EQUAL(maintain(s, &soon, "deleted"), 0);
    usleep(400000);
    store_one(s, 3); /* the pack is young again */
    CU_ASSERT_EQUAL(maintain(s, &soon, "deleted"), 1);
    store_close(s);
    free(folder);
}

static void a_dry_run_changes_nothing(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    const maintain_options dry = {.is_dry_run = true, .is_alone = true};
    container_object loose = {.bytes = ORMA_LITERAL("nobody's")};
    store_one(s, 1);
    CU_ASSERT_EQUAL(container_put_loose(s->container, &loose, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(maintain(s, &dry, "unreferenced"), 1);
    CU_ASSERT_EQUAL(maintain(s, &dry, "deleted"), 0);
    CU_ASSERT_EQUAL(maintain(s, &dry, "packed"), 1);
    container_count count;
    CU_ASSERT_EQUAL(container_counts(s->container, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count.loose, 1);
    store_close(s);
    free(folder);
}

static void missing_objects_stop_everything(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    json_object *report = NULL;
    orma_error *err = NULL;
    store_one(s, 1);
    store_one(s, 2);
    container_object loose = {.bytes = ORMA_LITERAL("nobody's")};
    CU_ASSERT_EQUAL(container_put_loose(s->container, &loose, NULL), ORMA_OK);
    char *index = text_printf("%s/container/packs.idx", folder);
    sqlite3 *db = NULL;
    sqlite3_open(index, &db);
    sqlite3_busy_timeout(db, 10000);
    sqlite3_exec(db, "DELETE FROM db_object WHERE id = 1", NULL, NULL, NULL);
    sqlite3_close(db);
    CU_ASSERT_EQUAL(store_maintain(s, &alone, &report, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "1 files that nodes refer to are "
                                      "missing"));
    container_count count;
    CU_ASSERT_EQUAL(container_counts(s->container, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count.loose, 1);
    free(index);
    store_close(s);
    free(folder);
}

static void a_full_run_gives_back_room(void)
{
    enum { SIZE = 200000 };
    char *folder = NULL, *bytes = malloc(SIZE);
    store *s = fixture_create(&folder);
    const maintain_options full = {.is_full = true, .is_alone = true};
    struct stat info;
    int64_t pks[2];
    for (int i = 0; i < 2; i++) {
        node *n = fixture_int(i);
        memset(bytes, 'a' + i, SIZE);
        node_put_bytes(n, "file", (orma_str){bytes, SIZE}, NULL);
        CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
        pks[i] = n->pk;
        node_free(n);
    }
    delete_row(folder, pks[0]);
    CU_ASSERT_EQUAL(maintain(s, &full, "freed_bytes"), SIZE);
    char *pack = text_printf("%s/container/packs/0", folder);
    CU_ASSERT_EQUAL(stat(pack, &info), 0);
    CU_ASSERT_EQUAL(info.st_size, SIZE);
    CU_ASSERT_TRUE(is_readable(s, pks[1]));
    store_one(s, 5);
    free(pack);
    free(bytes);
    store_close(s);
    free(folder);
}

static void aiidas_storage_is_kept_whole(void)
{
    char *folder = fixture_unpack();
    store *s = fixture_open(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    container_count before, after;
    CU_ASSERT_EQUAL(container_counts(s->container, &before, NULL), ORMA_OK);
    const maintain_options full = {
        .is_full = true, .is_alone = true, .compress = true};
    CU_ASSERT_EQUAL(maintain(s, &full, "deleted"), 0);
    CU_ASSERT_EQUAL(container_counts(s->container, &after, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(after.loose, 0);
    CU_ASSERT_EQUAL(after.packed, before.packed + before.loose);
    store_close(s);
    free(folder);
}

/* ---- beside writers ----------------------------------------------- */

enum { ROUNDS = 60 };

/* Stores the same contents over and over, and deletes the nodes at once: what
 * is put is there already, and unreferenced, most of the time. */
static int write_on_and_on(const char *folder)
{
    store *s = fixture_open(folder);
    int failed = s == NULL;
    for (int i = 0; s != NULL && i < ROUNDS; i++) {
        const int64_t pk = store_one(s, i % 3);
        failed += !is_readable(s, pk);
        if (i < ROUNDS - 3)
            delete_row(folder, pk);
    }
    store_close(s);
    return failed != 0;
}

static void nothing_is_lost_between_put_and_commit(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    int status = 0;
    /* A connection does not survive fork(). */
    store_close(s);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(write_on_and_on(folder));
    s = fixture_open(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    while (waitpid(pid, &status, WNOHANG) == 0)
        CU_ASSERT_NOT_EQUAL(maintain(s, &alone, "objects"), -1);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_NOT_EQUAL(maintain(s, &alone, "objects"), -1);
    store_close(s);
    free(folder);
}

static const unit_test tests[] = {
    {"objects_without_nodes_are_deleted", objects_without_nodes_are_deleted},
    {"young_objects_stay", young_objects_stay},
    {"ids_seen_before_are_old", ids_seen_before_are_old},
    {"a_dry_run_changes_nothing", a_dry_run_changes_nothing},
    {"missing_objects_stop_everything", missing_objects_stop_everything},
    {"a_full_run_gives_back_room", a_full_run_gives_back_room},
    {"aiidas_storage_is_kept_whole", aiidas_storage_is_kept_whole},
    {"nothing_is_lost_between_put_and_commit",
     nothing_is_lost_between_put_and_commit},
    {NULL, NULL},
};

const unit_suite maintain_suite = {"maintain", NULL, NULL, tests};
