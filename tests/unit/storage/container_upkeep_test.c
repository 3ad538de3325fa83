/* Packing, compressing, deleting and repacking objects.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>
#include <zlib.h>

#include <sqlite3.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
#include <base/json.h>
#include <base/text.h>
#include <storage/container.h>
#include <storage/container_internal.h>

static char *folder;
static container *c;

static void make(void)
{
    folder = text_printf("%s/container", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(container_create(folder, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
}

static void drop(void)
{
    container_close(c);
    free(folder);
    c = NULL;
    folder = NULL;
}

static int64_t file_size(const char *name)
{
    struct stat info;
    char *path = text_printf("%s/%s", folder, name);
    const int64_t size = stat(path, &info) == 0 ? info.st_size : -1;
    free(path);
    return size;
}

/* Text number n: unlike others, and long enough to shrink. */
static size_t text_of(int n, char text[256])
{
    return (size_t)snprintf(text, 256,
                            "object %d object %d object %d object %d object %d "
                            "object %d object %d object %d",
                            n, n, n, n, n, n, n, n);
}

static void put(int n, bool is_loose, char key[65])
{
    char text[256];
    container_object object = {.bytes = {text, text_of(n, text)}};
    const orma_status st = is_loose ? container_put_loose(c, &object, NULL)
                                    : container_put(c, &object, 1, NULL);
    CU_ASSERT_EQUAL(st, ORMA_OK);
    if (key != NULL)
        memcpy(key, object.key, sizeof object.key);
}

static bool is_readable_by(container *reader, int n)
{
    object_reader *r = NULL;
    char text[256], bytes[300];
    size_t got = 0, end = 1;
    container_object object = {.bytes = {text, text_of(n, text)}};
    const bool ok =
        container_object_key(&object, NULL) == ORMA_OK &&
        container_open_object(reader, object.key, &r, NULL) == ORMA_OK &&
        object_read(r, bytes, sizeof bytes, &got, NULL) == ORMA_OK &&
        got == object.bytes.len && memcmp(bytes, text, got) == 0 &&
        object_read(r, bytes, sizeof bytes, &end, NULL) == ORMA_OK && end == 0;
    object_close(r);
    return ok;
}

static bool is_readable(int n)
{
    return is_readable_by(c, n);
}

static int unreadable(int from, int to)
{
    int count = 0;
    for (int i = from; i < to; i++)
        count += !is_readable(i);
    return count;
}

static container_count counts(void)
{
    container_count count = {0};
    CU_ASSERT_EQUAL(container_counts(c, &count, NULL), ORMA_OK);
    return count;
}

/* One value of the index, read as AiiDA would. */
static int64_t index_value(const char *sql)
{
    char *path = text_printf("%s/packs.idx", folder);
    sqlite3 *db = NULL;
    sqlite3_open(path, &db);
    sqlite3_busy_timeout(db, 10000);
    const int64_t value = strtoll(fixture_sqlite(db, sql), NULL, 10);
    sqlite3_close(db);
    free(path);
    return value;
}

static orma_status collect_fault(void *user, const char *key, const char *what,
                                 orma_error **err)
{
    (void)err;
    buf_printf(user, "%.6s %s\n", key, what);
    return ORMA_OK;
}

/* What container_check() finds; valid until the next call. */
static const char *faults(bool is_quick)
{
    static buf text;
    buf_clear(&text);
    CU_ASSERT_EQUAL(
        container_check(c, is_quick, NULL, collect_fault, &text, NULL),
        ORMA_OK);
    return buf_c_str(&text);
}

static void loose_objects_are_packed_and_their_files_deleted(void)
{
    container_upkeep u = {0};
    make();
    for (int i = 0; i < 100; i++)
        put(i, true, NULL);
    CU_ASSERT_EQUAL(counts().loose, 100);
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(u.objects, 100);
    CU_ASSERT_EQUAL(counts().loose, 0);
    CU_ASSERT_EQUAL(counts().packed, 100);
    CU_ASSERT_EQUAL(unreadable(0, 100), 0);
    CU_ASSERT_EQUAL(index_value("SELECT SUM(compressed) FROM db_object"), 0);
    CU_ASSERT_EQUAL(index_value("SELECT SUM(length) FROM db_object"),
                    file_size("packs/0"));
    CU_ASSERT_EQUAL(file_size("packs/0.lock"), -1);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    drop();
}

static void files_stay_until_clean_when_asked(void)
{
    container_upkeep u = {.keep_loose = true};
    make();
    put(1, true, NULL);
    put(2, true, NULL);
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts().loose, 2);
    CU_ASSERT_EQUAL(counts().packed, 2);
    /* Again: nothing is packed twice. */
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts().packed, 2);
    put(3, true, NULL);
    CU_ASSERT_EQUAL(container_clean(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(counts().loose, 1);
    CU_ASSERT_EQUAL(unreadable(1, 4), 0);
    drop();
}

static void compresses_what_shrinks_by_a_tenth(void)
{
    char noise[5000], text[256];
    container_object objects[] = {{.bytes = {text, text_of(7, text)}},
                                  {.bytes = {noise, sizeof noise}},
                                  {.bytes = ORMA_LITERAL("tiny")},
                                  {.bytes = ORMA_LITERAL("")}};
    make();
    srandom(1);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)(random() >> 8);
    container_set_compression(c, CONTAINER_AUTO);
    CU_ASSERT_EQUAL(container_put(c, objects, 4, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(index_value("SELECT SUM(compressed) FROM db_object"), 1);
    CU_ASSERT_TRUE(index_value("SELECT length FROM db_object WHERE "
                               "compressed = 1") < 60);
    CU_ASSERT_EQUAL(index_value("SELECT size FROM db_object WHERE "
                                "compressed = 1"),
                    (int64_t)objects[0].bytes.len);
    CU_ASSERT_TRUE(is_readable(7));
    CU_ASSERT_STRING_EQUAL(faults(false), "");

    /* What lies in the pack is a zlib stream of its own (RFC 1950). */
    char *path = text_printf("%s/packs/0", folder);
    buf pack = {0};
    CU_ASSERT_EQUAL(file_read(path, 100000, &pack, NULL), ORMA_OK);
    unsigned char plain[256];
    uLongf len = sizeof plain;
    const int64_t at = index_value("SELECT \"offset\" FROM db_object WHERE "
                                   "compressed = 1");
    const int64_t length = index_value("SELECT length FROM db_object WHERE "
                                       "compressed = 1");
    CU_ASSERT_EQUAL(
        uncompress(plain, &len, (unsigned char *)pack.ptr + at, (uLong)length),
        Z_OK);
    CU_ASSERT_EQUAL(len, objects[0].bytes.len);
    CU_ASSERT_EQUAL(memcmp(plain, text, len), 0);
    buf_free(&pack);
    free(path);
    drop();
}

static void large_files_are_judged_by_a_sample(void)
{
    enum { SIZE = 3000000 };
    container_upkeep u = {.compression = CONTAINER_AUTO};
    char *bytes = malloc(SIZE);
    make();
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)('a' + i / 7 % 20);
    container_object object = {.bytes = {bytes, SIZE}};
    CU_ASSERT_EQUAL(container_put_loose(c, &object, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(index_value("SELECT compressed FROM db_object"), 1);
    CU_ASSERT_TRUE(file_size("packs/0") < SIZE / 5);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    free(bytes);
    drop();
}

static void damaged_loose_files_are_left_alone(void)
{
    container_upkeep u = {0};
    char key[65];
    make();
    put(1, true, NULL);
    put(2, true, key);
    put(3, true, NULL);
    char *path = text_printf("%s/loose/%.2s/%s", folder, key, key + 2);
    file_write(path, ORMA_LITERAL("something else"), 0644, NULL);
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(u.objects, 2);
    CU_ASSERT_EQUAL(u.damaged, 1);
    CU_ASSERT_EQUAL(counts().loose, 1);
    CU_ASSERT_TRUE(is_readable(1) && is_readable(3));
    char *expected = text_printf("%.6s object \"%s\" is damaged", key, key);
    CU_ASSERT_TRUE(text_starts(faults(false), expected));
    free(expected);
    free(path);
    drop();
}

static void leftovers_of_dead_writers_go_after_a_day(void)
{
    container_upkeep u = {0};
    make();
    char *old = text_printf("%s/sandbox/old", folder);
    char *young = text_printf("%s/sandbox/young", folder);
    file_write(old, ORMA_LITERAL("x"), 0644, NULL);
    file_write(young, ORMA_LITERAL("x"), 0644, NULL);
    utime(old, &(struct utimbuf){1000000, 1000000});
    CU_ASSERT_EQUAL(container_clean(c, &u, NULL), ORMA_OK);
    CU_ASSERT_FALSE(file_exists(old));
    CU_ASSERT_TRUE(file_exists(young));
    free(old);
    free(young);
    drop();
}

/* Windows leaves "<hash>.<uuid>" where it could not rename. */
static void duplicates_are_settled(void)
{
    container_upkeep u = {0};
    char key[65], text[256];
    make();
    put(1, false, key);
    char *there = text_printf(
        "%s/duplicates/%s.0123456789abcdef0123456789abcdef", folder, key);
    file_write(there, (orma_str){text, text_of(1, text)}, 0644, NULL);
    container_object lost = {.bytes = {text, text_of(2, text)}};
    container_object_key(&lost, NULL);
    char *only = text_printf(
        "%s/duplicates/%s.0123456789abcdef0123456789abcdef", folder, lost.key);
    file_write(only, lost.bytes, 0644, NULL);
    CU_ASSERT_EQUAL(container_clean(c, &u, NULL), ORMA_OK);
    CU_ASSERT_FALSE(file_exists(there));
    CU_ASSERT_FALSE(file_exists(only));
    CU_ASSERT_EQUAL(unreadable(1, 3), 0);
    free(there);
    free(only);
    drop();
}

struct listing {
    int packed, loose;
    int64_t last_id;
};

static orma_status list_one(void *user, const container_entry *e,
                            orma_error **err)
{
    struct listing *l = user;
    bool found = false;
    (void)err;
    CU_ASSERT_EQUAL(strlen(e->key), 64);
    CU_ASSERT_EQUAL(container_has(c, e->key, &found, NULL), ORMA_OK);
    CU_ASSERT_TRUE(found);
    l->loose += e->is_loose;
    l->packed += !e->is_loose;
    CU_ASSERT_TRUE(e->is_loose || e->id > l->last_id);
    l->last_id = e->id;
    return ORMA_OK;
}

static void all_keys_are_listed(void)
{
    enum { PACKED = 5000 };
    struct listing l = {0};
    int64_t last = 0;
    container_object *objects = calloc(PACKED, sizeof *objects);
    char(*texts)[16] = calloc(PACKED, sizeof *texts);
    make();
    for (int i = 0; i < PACKED; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", i);
        objects[i].bytes = (orma_str){texts[i], strlen(texts[i])};
    }
    CU_ASSERT_EQUAL(container_put(c, objects, PACKED, NULL), ORMA_OK);
    put(1, true, NULL);
    put(2, true, NULL);
    CU_ASSERT_EQUAL(container_each(c, list_one, &l, &last, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(l.packed, PACKED);
    CU_ASSERT_EQUAL(l.loose, 2);
    CU_ASSERT_EQUAL(l.last_id, last);
    free(objects);
    free(texts);
    drop();
}

static void sizes_are_those_of_content_and_files(void)
{
    container_sizes sizes;
    char text[256];
    make();
    put(1, false, NULL);
    put(2, true, NULL);
    const int64_t one = (int64_t)text_of(1, text);
    CU_ASSERT_EQUAL(container_get_size(c, &sizes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(sizes.packed, one);
    CU_ASSERT_EQUAL(sizes.packed_stored, one);
    CU_ASSERT_EQUAL(sizes.pack_files, one);
    CU_ASSERT_EQUAL(sizes.pack_count, 1);
    CU_ASSERT_EQUAL(sizes.loose, (int64_t)text_of(2, text));
    CU_ASSERT_TRUE(sizes.index > 0);
    drop();
}

/* ---- deleting and repacking --------------------------------------- */

static void delete_number(int n)
{
    char text[256];
    container_object object = {.bytes = {text, text_of(n, text)}};
    const char *key = object.key;
    container_object_key(&object, NULL);
    CU_ASSERT_EQUAL(container_lock_exclusive(c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_delete(c, &key, 1, NULL), ORMA_OK);
    container_unlock(c);
}

static void deleted_objects_are_gone_wherever_they_were(void)
{
    make();
    put(1, false, NULL);
    put(2, true, NULL);
    put(3, true, NULL);
    put(3, false, NULL); /* is loose: not packed again */
    const int64_t size = file_size("packs/0");
    delete_number(1);
    delete_number(2);
    delete_number(4);
    CU_ASSERT_FALSE(is_readable(1) || is_readable(2));
    CU_ASSERT_TRUE(is_readable(3));
    CU_ASSERT_EQUAL(file_size("packs/0"), size);
    drop();
}

static void repack_gives_back_the_room_of_deleted_objects(void)
{
    container_upkeep u = {.compression = CONTAINER_KEEP};
    make();
    for (int i = 0; i < 10; i++)
        put(i, false, NULL);
    const int64_t size = file_size("packs/0");
    for (int i = 0; i < 10; i += 2)
        delete_number(i);
    CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), size / 2);
    CU_ASSERT_EQUAL(u.freed, size / 2);
    CU_ASSERT_EQUAL(file_size("packs/-1"), -1);
    CU_ASSERT_EQUAL(file_size("packs/-1.lock"), -1);
    CU_ASSERT_EQUAL(index_value("SELECT MAX(pack_id) + MIN(pack_id) FROM "
                                "db_object"),
                    0);
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(is_readable(i), i % 2 == 1);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    /* A pack of nothing goes. */
    for (int i = 1; i < 10; i += 2)
        delete_number(i);
    CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), -1);
    CU_ASSERT_EQUAL(container_vacuum(c, NULL), ORMA_OK);
    put(1, false, NULL);
    CU_ASSERT_TRUE(is_readable(1));
    drop();
}

static void repack_may_compress(void)
{
    container_upkeep u = {.compression = CONTAINER_AUTO};
    make();
    for (int i = 0; i < 10; i++)
        put(i, false, NULL);
    const int64_t size = file_size("packs/0");
    CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_TRUE(file_size("packs/0") < size / 2);
    CU_ASSERT_EQUAL(index_value("SELECT SUM(compressed) FROM db_object"), 10);
    CU_ASSERT_EQUAL(unreadable(0, 10), 0);
    /* Kept so by a repack that keeps. */
    delete_number(0);
    u.compression = CONTAINER_KEEP;
    CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(index_value("SELECT SUM(compressed) FROM db_object"), 9);
    CU_ASSERT_EQUAL(unreadable(1, 10), 0);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    drop();
}

static void damage_stops_a_repack_before_it_changes_anything(void)
{
    container_upkeep u = {.compression = CONTAINER_KEEP};
    orma_error *err = NULL;
    make();
    put(1, false, NULL);
    put(2, false, NULL);
    delete_number(1);
    char *path = text_printf("%s/packs/0", folder);
    buf bytes = {0};
    file_read(path, 10000, &bytes, NULL);
    bytes.ptr[bytes.len - 1] ^= 1;
    file_write(path, buf_view(&bytes), 0644, NULL);
    CU_ASSERT_EQUAL(container_repack(c, &u, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "is damaged"));
    CU_ASSERT_EQUAL(file_size("packs/0"), (int64_t)bytes.len);
    CU_ASSERT_EQUAL(index_value("SELECT COUNT(*) FROM db_object WHERE pack_id "
                                "= 0"),
                    1);
    buf_free(&bytes);
    free(path);
    drop();
}

/* The states that the steps of a repack (container_repack.c) leave when each
 * is the last: by hand, as disk-objectstore would leave them. */
static void interrupted_repacks_are_finished(void)
{
    for (int step = 1; step <= 5; step++) {
        container_upkeep u = {.compression = CONTAINER_KEEP};
        make();
        for (int i = 0; i < 4; i++)
            put(i, false, NULL);
        char *from = text_printf("%s/packs/0", folder);
        char *to = text_printf("%s/packs/-1", folder);
        char *index = text_printf("%s/packs.idx", folder);
        char *lock = text_printf("%s/packs/-1.lock", folder);
        bool taken = false;
        CU_ASSERT_EQUAL(container_take_pack_lock(c, lock, &taken, NULL),
                        ORMA_OK);
        free(lock);
        CU_ASSERT_EQUAL(file_copy(from, to, NULL), ORMA_OK);
        sqlite3 *db = NULL;
        sqlite3_open(index, &db);
        if (step >= 2)
            sqlite3_exec(db, "UPDATE db_object SET pack_id = -1", NULL, NULL,
                         NULL);
        if (step >= 3)
            unlink(from);
        if (step >= 4)
            CU_ASSERT_EQUAL(link(to, from), 0);
        if (step >= 5)
            sqlite3_exec(db, "UPDATE db_object SET pack_id = 0", NULL, NULL,
                         NULL);
        sqlite3_close(db);
        CU_ASSERT_EQUAL(unreadable(0, 4), 0);
        CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(unreadable(0, 4), 0);
        CU_ASSERT_EQUAL(file_size("packs/-1"), -1);
        CU_ASSERT_EQUAL(file_size("packs/-1.lock"), -1);
        CU_ASSERT_STRING_EQUAL(faults(false), "");
        CU_ASSERT_EQUAL(index_value("SELECT COUNT(*) FROM db_object WHERE "
                                    "pack_id >= 0"),
                        4);
        free(from);
        free(to);
        free(index);
        drop();
    }
}

static void check_tells_what_is_wrong_with_rows(void)
{
    make();
    put(1, false, NULL);
    put(2, false, NULL);
    put(3, false, NULL);
    char *index = text_printf("%s/packs.idx", folder);
    sqlite3 *db = NULL;
    sqlite3_open(index, &db);
    sqlite3_exec(db, "UPDATE db_object SET \"offset\" = 1 WHERE id = 2", NULL,
                 NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(faults(true), "overlaps"));
    sqlite3_exec(db, "UPDATE db_object SET \"offset\" = 100000 WHERE id = 2",
                 NULL, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(faults(true), "beyond the end"));
    sqlite3_exec(db, "UPDATE db_object SET pack_id = 9 WHERE id = 2", NULL,
                 NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(faults(true), "is missing"));
    sqlite3_exec(db,
                 "UPDATE db_object SET hashkey = 'x', pack_id = 0 WHERE id = 2",
                 NULL, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(faults(true), "no valid key"));
    sqlite3_close(db);
    free(index);
    drop();
}

/* ---- several at a time -------------------------------------------- */

enum { READS = 4000, OBJECTS = 60 };

static int read_on_and_on(void)
{
    container *mine = NULL;
    int failed = 0;
    if (container_open(folder, &mine, NULL) != ORMA_OK)
        return 1;
    for (int i = 0; i < READS; i++)
        failed += !is_readable_by(mine, 1 + i % (OBJECTS - 1));
    container_close(mine);
    return failed != 0;
}

static int write_on_and_on(void)
{
    container *mine = NULL;
    if (container_open(folder, &mine, NULL) != ORMA_OK)
        return 1;
    for (int i = 1000; i < 1060; i++) {
        char text[256];
        container_object object = {.bytes = {text, text_of(i, text)}};
        const orma_status st = i % 2 ? container_put(mine, &object, 1, NULL)
                                     : container_put_loose(mine, &object, NULL);
        if (st != ORMA_OK)
            return 1;
    }
    container_close(mine);
    return 0;
}

static void readers_and_writers_go_on_during_upkeep(void)
{
    int failed = 0;
    make();
    for (int i = 0; i < OBJECTS; i++)
        put(i, i % 3 == 0, NULL);
    fflush(stdout);
    pid_t pids[2] = {fork()};
    if (pids[0] == 0)
        _exit(read_on_and_on());
    pids[1] = fork();
    if (pids[1] == 0)
        _exit(write_on_and_on());
    bool are_there = true;
    for (int round = 0; are_there; round++) {
        container_upkeep u = {.compression = round % 2 == 0 ? CONTAINER_AUTO
                                                            : CONTAINER_KEEP};
        CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_OK);
        put(5000 + round, false, NULL);
        delete_number(5000 + round);
        CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(container_clean(c, &u, NULL), ORMA_OK);
        are_there =
            kill(pids[0], 0) == 0 && waitpid(pids[0], &failed, WNOHANG) == 0;
    }
    CU_ASSERT_EQUAL(failed, 0);
    waitpid(pids[1], &failed, 0);
    CU_ASSERT_EQUAL(failed, 0);
    CU_ASSERT_EQUAL(unreadable(0, OBJECTS), 0);
    CU_ASSERT_EQUAL(unreadable(1000, 1060), 0);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    drop();
}

static void upkeep_keeps_off_what_another_program_locked(void)
{
    container_upkeep u = {.compression = CONTAINER_KEEP};
    orma_error *err = NULL;
    make();
    put(1, false, NULL);
    put(2, false, NULL);
    delete_number(1);
    char *lock = text_printf("%s/packs/0.lock", folder);
    file_write(lock, ORMA_LITERAL(""), 0644, NULL);
    const int64_t size = file_size("packs/0");
    CU_ASSERT_EQUAL(container_repack(c, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), size);
    CU_ASSERT_EQUAL(file_size("packs/0.lock"), 0);
    unlink(lock);
    free(lock);
    lock = text_printf("%s/packs/-1.lock", folder);
    file_write(lock, ORMA_LITERAL(""), 0644, NULL);
    CU_ASSERT_EQUAL(container_repack(c, &u, &err), ORMA_E_TRANSIENT);
    CU_ASSERT_TRUE(fixture_says(&err, "another program is repacking"));
    CU_ASSERT_EQUAL(file_size("packs/-1.lock"), 0);
    CU_ASSERT_TRUE(is_readable(2));
    free(lock);
    drop();
}

static bool stop_at_once(void *user, int64_t done, int64_t total)
{
    (void)user;
    (void)done;
    (void)total;
    return false;
}

static void stopping_keeps_what_was_done(void)
{
    container_upkeep u = {.progress = stop_at_once};
    make();
    for (int i = 0; i < 10; i++)
        put(i, true, NULL);
    CU_ASSERT_EQUAL(container_pack(c, &u, NULL), ORMA_E_CANCELLED);
    CU_ASSERT_EQUAL(unreadable(0, 10), 0);
    CU_ASSERT_STRING_EQUAL(faults(false), "");
    drop();
}

static const unit_test tests[] = {
    {"loose_objects_are_packed_and_their_files_deleted",
     loose_objects_are_packed_and_their_files_deleted},
    {"files_stay_until_clean_when_asked", files_stay_until_clean_when_asked},
    {"compresses_what_shrinks_by_a_tenth", compresses_what_shrinks_by_a_tenth},
    {"large_files_are_judged_by_a_sample", large_files_are_judged_by_a_sample},
    {"damaged_loose_files_are_left_alone", damaged_loose_files_are_left_alone},
    {"leftovers_of_dead_writers_go_after_a_day",
     leftovers_of_dead_writers_go_after_a_day},
    {"duplicates_are_settled", duplicates_are_settled},
    {"all_keys_are_listed", all_keys_are_listed},
    {"sizes_are_those_of_content_and_files",
     sizes_are_those_of_content_and_files},
    {"deleted_objects_are_gone_wherever_they_were",
     deleted_objects_are_gone_wherever_they_were},
    {"repack_gives_back_the_room_of_deleted_objects",
     repack_gives_back_the_room_of_deleted_objects},
    {"repack_may_compress", repack_may_compress},
    {"damage_stops_a_repack_before_it_changes_anything",
     damage_stops_a_repack_before_it_changes_anything},
    {"interrupted_repacks_are_finished", interrupted_repacks_are_finished},
    {"check_tells_what_is_wrong_with_rows",
     check_tells_what_is_wrong_with_rows},
    {"readers_and_writers_go_on_during_upkeep",
     readers_and_writers_go_on_during_upkeep},
    {"upkeep_keeps_off_what_another_program_locked",
     upkeep_keeps_off_what_another_program_locked},
    {"stopping_keeps_what_was_done", stopping_keeps_what_was_done},
    {NULL, NULL},
};

const unit_suite container_upkeep_suite = {"container_upkeep", NULL, NULL,
                                           tests};
