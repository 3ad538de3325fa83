/* Rows of live processes.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

static char *folder;
static store *s;
static node *job;

static int open_store(void)
{
    s = fixture_create(&folder);
    job = fixture_calcjob();
    return fixture_store_nodes(s, &job, 1, NULL) != ORMA_OK;
}

static int close_store(void)
{
    node_free(job);
    store_close(s);
    free(folder);
    return 0;
}

static orma_status put_in(store *to, const process_row *row, orma_error **err)
{
    unit *u = NULL;
    unit_begin(to, &u, NULL);
    const orma_status st = unit_put_process(u, job, row, err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}

static orma_status put(const process_row *row, orma_error **err)
{
    return put_in(s, row, err);
}

/* A row as the engine writes it; the texts are not its own. */
static process_row row_of(const char *stage)
{
    return (process_row){.state = (char *)(uintptr_t) "waiting",
                         .stage = (char *)(uintptr_t)stage,
                         .lease_epoch = 1};
}

static void rows_read_back(void)
{
    process_row row = row_of("upload"), back = {0};
    bool found = true;
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);
    row.attempt = 3;
    row.submission = 2;
    row.wake_ns = INT64_C(1795362225000000001);
    row.job_id = (char *)(uintptr_t) "4711";
    row.last_error = (char *)(uintptr_t) "no \"route\"";
    row.details = (char *)(uintptr_t) "{\"temp\": \"/x\", \"n\": 1.0}";
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(back.node_pk, job->pk);
    CU_ASSERT_STRING_EQUAL(back.stage, "upload");
    CU_ASSERT_EQUAL(back.attempt, 3);
    CU_ASSERT_EQUAL(back.submission, 2);
    CU_ASSERT_EQUAL(back.wake_ns, INT64_C(1795362225000000001));
    CU_ASSERT_STRING_EQUAL(back.job_id, "4711");
    CU_ASSERT_PTR_NULL(back.request);
    CU_ASSERT_STRING_EQUAL(back.last_error, "no \"route\"");
    CU_ASSERT_TRUE(
        fixture_is_json(back.details, "{\"temp\": \"/x\", \"n\": 1.0}"));
    CU_ASSERT(back.changed_ns > 0);
    process_row_finish(&back);
}

static void malformed_rows_are_refused(void)
{
    process_row row = row_of("upload");
    row.details = (char *)(uintptr_t) "{";
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_E_INVALID);
    row.details = NULL;
    row.state = NULL;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_E_INVALID);
}

static void older_leases_are_refused(void)
{
    process_row row = row_of("submit");
    orma_error *err = NULL;
    row.lease_epoch = 5;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    row.lease_epoch = 4;
    CU_ASSERT_EQUAL(put(&row, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "another worker"));
    row.lease_epoch = 5;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
}

static const char *request_now(void)
{
    static char text[20];
    fixture_db *db = fixture_database(folder);
    const char *found =
        fixture_sql(db, "SELECT COALESCE(request, 'none') FROM orma_process");
    snprintf(text, sizeof text, "%s", found);
    fixture_close(db);
    return text;
}

/* The command line asks from another process, which is another store. */
static void requests_are_not_lost_between_reading_and_writing(void)
{
    store *other = fixture_open(folder);
    process_row row = row_of("retrieve"), back = {0};
    bool found = false;
    row.lease_epoch = 6;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_request(other, job->pk, "kill", NULL), ORMA_OK);
    /* The engine has not seen it: its row leaves the request alone. */
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(request_now(), "kill");
    /* Seen, and done with. */
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(back.request, "kill");
    process_row_finish(&back);
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(request_now(), "none");
    /* Seen one, another came meanwhile. */
    CU_ASSERT_EQUAL(store_request(other, job->pk, "pause", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    process_row_finish(&back);
    CU_ASSERT_EQUAL(store_request(other, job->pk, "kill", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(request_now(), "kill");
    CU_ASSERT_EQUAL(store_request(other, job->pk, NULL, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(request_now(), "none");
    store_close(other);
}

static void requests_need_a_live_process(void)
{
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(store_request(s, 4711, "kill", &err), ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "not running"));
    CU_ASSERT_EQUAL(store_request(s, job->pk, "explode", NULL), ORMA_E_INVALID);
}

/* Seals the process and takes its row away, as the holder of the lease. */
static orma_status end(node *process, int64_t lease_epoch, orma_error **err)
{
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    unit_set_attribute(u, process, "sealed", json_object_new_boolean(1), NULL);
    CU_ASSERT_EQUAL(unit_drop_process(u, process, lease_epoch, NULL), ORMA_OK);
    return unit_commit(u, err);
}

/* A worker that lost its lease finishes late. */
static void an_older_lease_cannot_end_the_process(void)
{
    process_row row = row_of("parse"), back = {0};
    orma_error *err = NULL;
    bool found = false;
    row.lease_epoch = 7;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(end(job, 6, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "another worker"));
    CU_ASSERT_FALSE(node_is_sealed(job));
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(back.lease_epoch, 7);
    process_row_finish(&back);
}

static void the_row_goes_when_the_process_is_sealed(void)
{
    process_row row = row_of("parse"), back = {0};
    node *stale = NULL;
    orma_error *err = NULL;
    bool found = true;
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(store_node(s, job->pk, &stale, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(end(job, 7, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);

    /* It does not come back, and who has not seen the seal changes nothing. */
    row.lease_epoch = 7;
    CU_ASSERT_EQUAL(put(&row, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "or ended"));
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_set_attribute(u, stale, "process_state",
                                       json_object_new_string("waiting"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "is sealed"));
    unit_begin(s, &u, NULL);
    unit_set_extra(u, stale, "note", json_object_new_string("kept"), NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    node_free(stale);
}

/* Of a scheduler that speaks Latin-1. */
static void texts_from_outside_become_utf8(void)
{
    process_row row = row_of("submit");
    fixture_db *db = fixture_database(folder);
    row.last_error = (char *)(uintptr_t) "refus\xE9";
    row.lease_epoch = 6;
    CU_ASSERT_EQUAL(put(&row, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT last_error FROM orma_process"),
        "refus\xEF\xBF\xBD");
    fixture_close(db);
}

/* AiiDA deletes nodes without knowing orma's tables. */
static void the_row_goes_with_its_node(void)
{
    node *other = fixture_calcjob();
    fixture_db *db = fixture_database(folder);
    process_row row = row_of("upload");
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    unit_add_node(u, other, NULL);
    CU_ASSERT_EQUAL(unit_put_process(u, other, &row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT COUNT(*) FROM orma_process"),
                           "1");
    char *sql = text_printf("DELETE FROM db_dbnode WHERE id = %lld",
                            (long long)other->pk);
    CU_ASSERT_TRUE(fixture_execute(db, sql));
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT COUNT(*) FROM orma_process"),
                           "0");
    free(sql);
    fixture_close(db);
    node_free(other);
}

static void adopted_profiles_have_no_live_rows(void)
{
    char *aiida = fixture_unpack();
    store *adopted = fixture_open(aiida);
    process_row back = {0};
    bool found = true;
    CU_ASSERT_EQUAL(store_process_row(adopted, 1, &back, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);
    store_close(adopted);
    free(aiida);
}

static const unit_test tests[] = {
    {"rows_read_back", rows_read_back},
    {"malformed_rows_are_refused", malformed_rows_are_refused},
    {"older_leases_are_refused", older_leases_are_refused},
    {"requests_are_not_lost_between_reading_and_writing",
     requests_are_not_lost_between_reading_and_writing},
    {"requests_need_a_live_process", requests_need_a_live_process},
    {"texts_from_outside_become_utf8", texts_from_outside_become_utf8},
    {"an_older_lease_cannot_end_the_process",
     an_older_lease_cannot_end_the_process},
    {"the_row_goes_when_the_process_is_sealed",
     the_row_goes_when_the_process_is_sealed},
    {"the_row_goes_with_its_node", the_row_goes_with_its_node},
    {"adopted_profiles_have_no_live_rows", adopted_profiles_have_no_live_rows},
    {NULL, NULL},
};

const unit_suite live_suite = {"live", open_store, close_store, tests};
