/* Nothing is stored half: every step fails once, and the disk is full.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/fault.h>

/* All rows of the database as one text. */
static char *contents(fixture_db *db)
{
    static const char *const tables[] = {"db_dbnode", "db_dblink", "db_dblog",
                                         "orma_process"};
    buf out = {0};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char *sql = text_printf("SELECT * FROM %s", tables[i]);
        char *rows = fixture_rows(db, sql);
        buf_text(&out, rows);
        free(rows);
        free(sql);
    }
    return buf_take(&out);
}

/* New data and a new work chain, an output, a log, a change, a live row. */
static unit *everything(store *s, node *job, node *input, node *sum, node *work)
{
    const process_row row = {.state = (char *)(uintptr_t) "running",
                             .stage = (char *)(uintptr_t) "parse"};
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, input, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, sum, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, work, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, job, sum, "sum", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_WORK, input, work, "x", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_log(u, job, ORMA_LOG_REPORT, "orma", "text", NULL, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_set_attribute(u, job, "job_id", json_object_new_string("1"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_put_process(u, work, &row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_files(u, job, NULL), ORMA_OK);
    return u;
}

static void any_failing_step_leaves_all_as_it_was(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    fixture_db *db = fixture_database(folder);
    node *job = fixture_calcjob(), *input = fixture_int(1);
    node *sum = fixture_int(2), *work = fixture_workchain();
    int step = 0;

    node_put_bytes(input, "file", ORMA_LITERAL("content"), NULL);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &job, 1, NULL), ORMA_OK);
    char *before = contents(db);
    char *memory = json_text(job->attributes, JSON_PYTHON);
    node_put_bytes(job, "out", ORMA_LITERAL("output"), NULL);

    for (step = 1; step < 100; step++) {
        unit *u = everything(s, job, input, sum, work);
        store_set_fault(s, step);
        orma_error *err = NULL;
        if (unit_commit(u, &err) == ORMA_OK)
            break;
        CU_ASSERT_EQUAL(orma_error_status(err), ORMA_E_TRANSIENT);
        CU_ASSERT_TRUE(fixture_says(&err, "fault on demand"));
        char *after = contents(db);
        char *memory_after = json_text(job->attributes, JSON_PYTHON);
        CU_ASSERT_STRING_EQUAL(after, before);
        CU_ASSERT_STRING_EQUAL(memory_after, memory);
        CU_ASSERT_EQUAL(input->pk + sum->pk + work->pk, 0);
        CU_ASSERT_EQUAL(input->file_count, 1);
        CU_ASSERT_EQUAL(job->file_count, 1);
        CU_ASSERT_PTR_NULL(input->repository);
        free(after);
        free(memory_after);
    }
    /* Files, three nodes, two links, a change, a log, a live row, the end. */
    CU_ASSERT_EQUAL(step, 11);
    CU_ASSERT(input->pk > 0 && sum->pk > 0 && work->pk > 0);
    CU_ASSERT_EQUAL(input->file_count, 0);
    CU_ASSERT_STRING_EQUAL(json_get_text(job->attributes, "job_id", ""), "1");
    free(before);
    free(memory);
    node_free(job);
    node_free(input);
    node_free(sum);
    node_free(work);
    fixture_close(db);
    store_close(s);
    free(folder);
}

/* ---- a full disk ----------------------------------------------------------
 */

static node *with_file(size_t size)
{
    node *n = fixture_int(1);
    char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)random();
    node_put_bytes(n, "file", (orma_str){bytes, size}, NULL);
    free(bytes);
    return n;
}

/* Fills the disk with files or, without, with rows. */
static void fill(store *s, fixture_db *db, size_t file_size)
{
    orma_error *err = NULL;
    orma_status st = ORMA_OK;
    int stored = 0;

    for (int i = 0; st == ORMA_OK && i < 3000; i++) {
        node *n = file_size > 0 ? with_file(file_size) : fixture_int(i);
        char *pad = calloc(1, 20001);
        if (file_size == 0) {
            memset(pad, 'x', 20000);
            n->description = (free(n->description), text_copy(pad));
        }
        free(pad);
        st = fixture_store_nodes(s, &n, 1, &err);
        stored += st == ORMA_OK;
        CU_ASSERT_EQUAL(n->pk > 0, st == ORMA_OK);
        node_free(n);
    }
    CU_ASSERT_EQUAL(st, ORMA_E_TRANSIENT);
    CU_ASSERT_TRUE(fixture_says(&err, "disk is full"));
    printf("# disk full after %d nodes\n", stored);
    char expected[20];
    snprintf(expected, sizeof expected, "%d", stored);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"),
                           expected);
    CU_ASSERT_TRUE(fixture_is_sound(db));
}

static void on_small_disk(size_t file_size)
{
    char *mount_point = text_copy(unit_temp_dir());
    if (geteuid() != 0 ||
        mount("tmpfs", mount_point, "tmpfs", 0, "size=2m") != 0) {
        printf("# skipped: a small file system cannot be mounted here\n");
        free(mount_point);
        return;
    }
    char *folder = text_printf("%s/store", mount_point);
    fixture_make_database(folder);
    json_object *config = fixture_config(folder);
    json_object *user = json_object_new_object();
    store *s = NULL;
    int64_t pk = 0;

    json_set_text(user, "email", "ada@example.org");
    CU_ASSERT_EQUAL_FATAL(store_open(fixture_registry(),
                                     fixture_backend(folder), config, true, &s,
                                     NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(store_user_save(s, user, &pk, NULL), ORMA_OK);
    store_set_default_user(s, pk);
    fixture_db *db = fixture_database(folder);
    fill(s, db, file_size);

    /* With room again, the same store goes on. */
    CU_ASSERT_EQUAL(mount("tmpfs", mount_point, "tmpfs", MS_REMOUNT, "size=8m"),
                    0);
    node *n = file_size > 0 ? with_file(file_size) : fixture_int(1);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    node_free(n);
    fixture_close(db);
    store_close(s);
    json_object_put(config);
    json_object_put(user);
    CU_ASSERT_EQUAL(umount(mount_point), 0);
    free(folder);
    free(mount_point);
}

static void files_that_find_no_room_are_transient(void)
{
    on_small_disk(50000);
}

static void rows_that_find_no_room_are_transient(void)
{
    if (fixture_is_postgres())
        return; /* its rows lie on the server's disk */
    on_small_disk(0);
}

static const unit_test tests[] = {
    {"any_failing_step_leaves_all_as_it_was",
     any_failing_step_leaves_all_as_it_was},
    {"files_that_find_no_room_are_transient",
     files_that_find_no_room_are_transient},
    {"rows_that_find_no_room_are_transient",
     rows_that_find_no_room_are_transient},
    {NULL, NULL},
};

const unit_suite faults_suite = {"faults", NULL, NULL, tests};
