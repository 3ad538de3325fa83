/* Several processes on one storage, and processes that are killed.
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

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

enum { WRITERS = 8, UNITS = 50, KILLS = 12, MANY_WRITERS = 64, READERS = 4 };

#define LOG_LIMIT (80 << 20) /* 64 MB, and what the last unit wrote */

/* A calculation with one input and one output that has a file: three nodes,
 * two links. */
static orma_status store_graph(store *s, int i, orma_error **err)
{
    char text[40];
    node *in = fixture_int(i), *job = fixture_calcjob(), *out = fixture_int(-i);
    unit *u = NULL;

    snprintf(text, sizeof text, "output %d of %d", i, (int)getpid());
    node_put_bytes(out, "file", (orma_str){text, strlen(text)}, NULL);
    orma_status st = unit_begin(s, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, in, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, job, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, out, err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_INPUT_CALC, in, job, "x", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CREATE, job, out, "sum", err);
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    node_free(in);
    node_free(job);
    node_free(out);
    return st;
}

static int write_units(const char *folder, int count)
{
    store *s = fixture_open(folder);
    orma_error *err = NULL;
    if (s == NULL)
        return 2;
    for (int i = 0; count == 0 || i < count; i++)
        if (store_graph(s, i, &err) != ORMA_OK) {
            printf("# %s\n", orma_error_message(err));
            return 1;
        }
    store_close(s);
    return 0;
}

static void expect_whole(const char *folder, const char *units)
{
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_is_sound(db));
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT (SELECT COUNT(*) FROM db_dbnode) * 2 - "
                        "(SELECT COUNT(*) FROM db_dblink) * 3"),
        "0");
    if (units != NULL)
        CU_ASSERT_STRING_EQUAL(
            fixture_sql(db, "SELECT COUNT(*) / 3 FROM db_dbnode"), units);
    fixture_close(db);
}

/* Every file that a row names is in the container, whole. */
static void expect_files(const char *folder)
{
    store *s = fixture_open(folder);
    json_object *rows = NULL;
    int lost = 0;
    CU_ASSERT_EQUAL(store_list_nodes(s, "data.", false, 0, &rows, NULL),
                    ORMA_OK);
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        node *n = NULL;
        buf bytes = {0};
        bool found = false;
        const json_object *row = json_object_array_get_idx(rows, i);
        if (store_node(s, json_get_int(row, "pk", 0), &n, NULL) != ORMA_OK) {
            lost++;
            continue;
        }
        lost += store_read_file(s, n, "file", &bytes, &found, NULL) != ORMA_OK;
        buf_free(&bytes);
        node_free(n);
    }
    CU_ASSERT_EQUAL(lost, 0);
    json_object_put(rows);
    store_close(s);
}

static void eight_writers_all_succeed(void)
{
    char *folder = NULL;
    int failed = 0;
    store_close(fixture_create(&folder));
    const int64_t start = time_now_ns();
    for (int w = 0; w < WRITERS; w++) {
        fflush(stdout);
        if (fork() == 0)
            _exit(write_units(folder, UNITS));
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;
        wait(&status);
        failed += status != 0;
    }
    printf("# %d writers, %d units each: %.2f s\n", WRITERS, UNITS,
           (double)(time_now_ns() - start) * 1e-9);
    CU_ASSERT_EQUAL(failed, 0);
    expect_whole(folder, "400");
    expect_files(folder);
    free(folder);
}

static void killed_writers_leave_whole_units(void)
{
    char *folder = NULL;
    store_close(fixture_create(&folder));
    srandom(20261122);
    for (int k = 0; k < KILLS; k++) {
        fflush(stdout);
        const pid_t writer = fork();
        if (writer == 0)
            _exit(write_units(folder, 0));
        /* Long enough to start, then at any instruction. */
        usleep(60000 + (useconds_t)(random() % 60000));
        CU_ASSERT_EQUAL(kill(writer, SIGKILL), 0);
        waitpid(writer, NULL, 0);
        expect_whole(folder, NULL);
    }
    /* Locks of the dead are free, and work goes on. */
    CU_ASSERT_EQUAL(write_units(folder, 3), 0);
    expect_whole(folder, NULL);
    expect_files(folder);
    fixture_db *db = fixture_database(folder);
    printf("# %s units survived %d kills\n",
           fixture_sql(db, "SELECT COUNT(*) / 3 FROM db_dbnode"), KILLS);
    fixture_close(db);
    free(folder);
}

/* A program without orma's queue, such as AiiDA, in a transaction of its own.
 */
static void waits_for_writers_that_do_not_queue(void)
{
    char *folder = NULL;
    char go = 'g';
    int gate[2], status = 1;
    if (fixture_is_postgres())
        return; /* which has no lock on the whole database */
    store_close(fixture_create(&folder));
    CU_ASSERT_EQUAL_FATAL(pipe(gate), 0);
    /* Forked first: SQLite's connections do not survive a fork. */
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(read(gate[0], &go, 1) == 1 ? write_units(folder, 1) : 3);

    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(db, "BEGIN IMMEDIATE; INSERT INTO db_dbuser "
                                       "VALUES (9, 'b@c.d', '', '', '')"));
    CU_ASSERT_EQUAL(write(gate[1], &go, 1), 1);
    usleep(400000);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, WNOHANG), 0); /* still waiting */
    CU_ASSERT_TRUE(fixture_execute(db, "COMMIT"));
    waitpid(pid, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    fixture_close(db);
    close(gate[0]);
    close(gate[1]);
    expect_whole(folder, "1");
    free(folder);
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
}

/* One unit with 10 MB of texts. */
static orma_status store_large(store *s, orma_error **err)
{
    node *nodes[10];
    char *pad = calloc(1, 1000001);
    memset(pad, 'x', 1000000);
    for (size_t i = 0; i < 10; i++) {
        nodes[i] = fixture_int((int64_t)i);
        free(nodes[i]->description);
        nodes[i]->description = text_copy(pad);
    }
    free(pad);
    const orma_status st = fixture_store_nodes(s, nodes, 10, err);
    for (size_t i = 0; i < 10; i++)
        node_free(nodes[i]);
    return st;
}

/* Lists, and reads to the end, until the file `stop` is there. */
static int read_all_the_while(const char *folder, const char *stop)
{
    store *s = fixture_open(folder);
    orma_error *err = NULL;
    int64_t most = 0;
    if (s == NULL)
        return 2;
    while (access(stop, F_OK) != 0) {
        json_object *rows = NULL;
        if (store_list_nodes(s, "data.", true, 0, &rows, &err) != ORMA_OK) {
            printf("# a reader: %s\n", orma_error_message(err));
            return 1;
        }
        const int64_t found = (int64_t)json_object_array_length(rows);
        json_object_put(rows);
        if (found < most)
            return 3; /* what was seen once stays */
        most = found;
    }
    store_close(s);
    return 0;
}

static int count_failed(int children)
{
    int failed = 0, status = 0;
    for (int i = 0; i < children; i++) {
        wait(&status);
        failed += status != 0;
    }
    return failed;
}

/* 64 writers at once for a second or two, and four who read; the nightly test
 * has them at it for a minute ($WRITERS_SECONDS). */
static void sixty_four_writers_and_readers_never_see_a_lock(void)
{
    const char *seconds = getenv("WRITERS_SECONDS");
    const int64_t end =
        time_now_ns() +
        INT64_C(1000000000) * (seconds == NULL ? 1 : strtol(seconds, NULL, 10));
    char *folder = NULL;
    int units = 0;
    store_close(fixture_create(&folder));
    char *stop = text_printf("%s/../stop", folder);
    fflush(stdout);
    for (int i = 0; i < MANY_WRITERS; i++)
        if (fork() == 0) {
            int failed = 0;
            do
                failed = write_units(folder, 4); /* and opens it each time */
            while (failed == 0 && time_now_ns() < end);
            _exit(failed);
        }
    for (int i = 0; i < READERS; i++)
        if (fork() == 0)
            _exit(read_all_the_while(folder, stop));
    int failed = count_failed(MANY_WRITERS);
    touch(stop);
    failed += count_failed(READERS);
    CU_ASSERT_EQUAL(failed, 0);
    expect_whole(folder, NULL);
    fixture_db *db = fixture_database(folder);
    units = atoi(fixture_sql(db, "SELECT COUNT(*) / 3 FROM db_dbnode"));
    fixture_close(db);
    printf("# %d units of %d writers\n", units, MANY_WRITERS);
    CU_ASSERT(units >= 4 * MANY_WRITERS);
    free(stop);
    free(folder);
}

/* AiiDA's database has neither the write-ahead log nor orma's tables: those who
 * write first, and read meanwhile, meet. */
static void first_writers_of_an_adopted_database_meet(void)
{
    if (fixture_is_postgres())
        return; /* the sample is an SQLite file */
    char *folder = fixture_unpack();
    char *stop = text_printf("%s/stop", folder);
    char *path = text_printf("%s/database.sqlite", folder);
    sqlite3 *old = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &old), SQLITE_OK);
    CU_ASSERT_STRING_EQUAL(fixture_sqlite(old, "PRAGMA journal_mode=DELETE"),
                           "delete");
    const int before =
        atoi(fixture_sqlite(old, "SELECT COUNT(*) FROM db_dbnode"));
    sqlite3_close(old);
    fflush(stdout);
    for (int i = 0; i < WRITERS * 2; i++)
        if (fork() == 0)
            _exit(write_units(folder, 2));
    for (int i = 0; i < READERS; i++)
        if (fork() == 0)
            _exit(read_all_the_while(folder, stop));
    int failed = count_failed(WRITERS * 2);
    touch(stop);
    failed += count_failed(READERS);
    CU_ASSERT_EQUAL(failed, 0);

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &old), SQLITE_OK);
    CU_ASSERT_EQUAL(atoi(fixture_sqlite(old, "SELECT COUNT(*) FROM db_dbnode")),
                    before + WRITERS * 2 * 2 * 3);
    CU_ASSERT_STRING_EQUAL(fixture_sqlite(old, "PRAGMA integrity_check"), "ok");
    CU_ASSERT_STRING_EQUAL(
        fixture_sqlite(old, "SELECT COUNT(*) FROM orma_meta WHERE \"key\" = "
                            "'version'"),
        "1");
    sqlite3_close(old);
    free(path);
    free(stop);
    free(folder);
}

/* Somebody keeps a view of the database open all the while; then the log is
 * moved into the database and its file cut. */
static void the_log_behind_a_long_reader_is_cut(void)
{
    char *folder = NULL, *log = NULL;
    struct stat info = {0};
    if (fixture_is_postgres())
        return;
    store *s = fixture_create(&folder);
    log = text_printf("%s/database.sqlite-wal", folder);
    fixture_db *reader = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(reader, "BEGIN"));
    fixture_sql(reader, "SELECT COUNT(*) FROM db_dbnode");
    orma_error *err = NULL;
    for (int i = 0; i < 9; i++) /* some 10 MB of pages each */
        CU_ASSERT_EQUAL(store_large(s, &err), ORMA_OK);
    CU_ASSERT_EQUAL(stat(log, &info), 0);
    printf("# behind a reader: %lld MB of log\n",
           (long long)info.st_size >> 20);
    CU_ASSERT(info.st_size > LOG_LIMIT);
    CU_ASSERT_TRUE(fixture_execute(reader, "COMMIT"));
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(store_large(s, &err), ORMA_OK);
    CU_ASSERT_EQUAL(stat(log, &info), 0);
    printf("# without it: %lld MB\n", (long long)info.st_size >> 20);
    CU_ASSERT(info.st_size <= LOG_LIMIT);
    store_close(s);
    fixture_close(reader);
    CU_ASSERT_NOT_EQUAL(stat(log, &info), 0); /* the last one removes it */
    free(log);
    free(folder);
}

static const unit_test tests[] = {
    {"eight_writers_all_succeed", eight_writers_all_succeed},
    {"killed_writers_leave_whole_units", killed_writers_leave_whole_units},
    {"waits_for_writers_that_do_not_queue",
     waits_for_writers_that_do_not_queue},
    {"sixty_four_writers_and_readers_never_see_a_lock",
     sixty_four_writers_and_readers_never_see_a_lock},
    {"first_writers_of_an_adopted_database_meet",
     first_writers_of_an_adopted_database_meet},
    {"the_log_behind_a_long_reader_is_cut",
     the_log_behind_a_long_reader_is_cut},
    {NULL, NULL},
};

const unit_suite writers_suite = {"writers", NULL, NULL, tests};
