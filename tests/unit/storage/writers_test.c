/* Several processes on one storage, and processes that are killed.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

enum { WRITERS = 8, UNITS = 50, KILLS = 12 };

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
    sqlite3 *db = fixture_database(folder);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "PRAGMA integrity_check"), "ok");
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "PRAGMA foreign_key_check"), "");
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT (SELECT COUNT(*) FROM db_dbnode) * 2 - "
                        "(SELECT COUNT(*) FROM db_dblink) * 3"),
        "0");
    if (units != NULL)
        CU_ASSERT_STRING_EQUAL(
            fixture_sql(db, "SELECT COUNT(*) / 3 FROM db_dbnode"), units);
    sqlite3_close(db);
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
    sqlite3 *db = fixture_database(folder);
    printf("# %s units survived %d kills\n",
           fixture_sql(db, "SELECT COUNT(*) / 3 FROM db_dbnode"), KILLS);
    sqlite3_close(db);
    free(folder);
}

/* A program without orma's queue, such as AiiDA, in a transaction of its own.
 */
static void waits_for_writers_that_do_not_queue(void)
{
    char *folder = NULL;
    char go = 'g';
    int gate[2], status = 1;
    store_close(fixture_create(&folder));
    CU_ASSERT_EQUAL_FATAL(pipe(gate), 0);
    /* Forked first: SQLite's connections do not survive a fork. */
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(read(gate[0], &go, 1) == 1 ? write_units(folder, 1) : 3);

    sqlite3 *db = fixture_database(folder);
    CU_ASSERT_EQUAL(sqlite3_exec(db,
                                 "BEGIN IMMEDIATE; INSERT INTO db_dbuser "
                                 "VALUES (9, 'b@c.d', '', '', '')",
                                 NULL, NULL, NULL),
                    SQLITE_OK);
    CU_ASSERT_EQUAL(write(gate[1], &go, 1), 1);
    usleep(400000);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, WNOHANG), 0); /* still waiting */
    CU_ASSERT_EQUAL(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    waitpid(pid, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    sqlite3_close(db);
    close(gate[0]);
    close(gate[1]);
    expect_whole(folder, "1");
    free(folder);
}

static const unit_test tests[] = {
    {"eight_writers_all_succeed", eight_writers_all_succeed},
    {"killed_writers_leave_whole_units", killed_writers_leave_whole_units},
    {"waits_for_writers_that_do_not_queue",
     waits_for_writers_that_do_not_queue},
    {NULL, NULL},
};

const unit_suite writers_suite = {"writers", NULL, NULL, tests};
