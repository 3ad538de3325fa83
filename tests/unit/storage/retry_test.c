/* Transactions that came to nothing and are run again, and those that must not
 * be: over a driver that fails as a server does when it goes away.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

static char *folder;
static store *s;
static fixture_db *db;
static const orma_storage *real;
static orma_storage faulty;

/* How often begin, a post and the commit fail, and with which code. */
static int begins, posts, commits, code, commits_seen;
static bool has_effect;

static orma_status lost(orma_error **err)
{
    return error_set(err, ORMA_E_TRANSIENT, "server", code,
                     "the connection is lost");
}

static orma_status faulty_begin(orma_store *at, uint32_t flags,
                                orma_error **err)
{
    return begins-- > 0 ? lost(err) : real->begin(at, flags, err);
}

static orma_status faulty_post(orma_statement *statement, orma_error **err)
{
    return posts-- > 0 ? lost(err) : real->post(statement, err);
}

static orma_status faulty_commit(orma_store *at, orma_error **err)
{
    commits_seen++;
    if (commits-- <= 0)
        return real->commit(at, err);
    if (has_effect)
        real->commit(at, NULL);
    else
        real->rollback(at);
    return lost(err);
}

static int open_store(void)
{
    s = fixture_create(&folder);
    db = fixture_database(folder);
    real = s->db.driver;
    faulty = *real;
    faulty.begin = faulty_begin;
    faulty.post = faulty_post;
    faulty.commit = faulty_commit;
    s->db.driver = &faulty;
    return 0;
}

static int close_store(void)
{
    fixture_close(db);
    s->db.driver = real;
    store_close(s);
    free(folder);
    return 0;
}

static void fail(int of_begin, int of_post, int of_commit, int with)
{
    begins = of_begin;
    posts = of_post;
    commits = of_commit;
    code = with;
    commits_seen = 0;
    has_effect = false;
}

static int64_t count(const char *table)
{
    char *text = text_printf("SELECT COUNT(*) FROM %s", table);
    const int64_t found = strtoll(fixture_sql(db, text), NULL, 10);
    free(text);
    return found;
}

/* A stored process gets an output, a changed attribute, a log and a live row.
 */
static orma_status go_on(node *job, node *out, orma_error **err)
{
    process_row row = {.state = (char *)(uintptr_t) "running",
                       .stage = (char *)(uintptr_t) "parse"};
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, out, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, job, out, "sum", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_set_attribute(u, job, "job_id", json_object_new_string("7"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_log(u, job, ORMA_LOG_REPORT, "orma", "text", NULL, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_put_process(u, job, &row, NULL), ORMA_OK);
    return unit_commit(u, err);
}

static void units_without_effect_are_run_again(void)
{
    static const int faults[][3] = {{3, 0, 0}, {0, 2, 0}, {0, 0, 3}, {1, 1, 1}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        node *job = fixture_calcjob(), *out = fixture_int(5);
        orma_error *err = NULL;
        fail(0, 0, 0, 0);
        CU_ASSERT_EQUAL(fixture_store_nodes(s, &job, 1, NULL), ORMA_OK);
        const int64_t nodes = count("db_dbnode"), links = count("db_dblink");
        const int64_t logs = count("db_dblog");
        fail(faults[i][0], faults[i][1], faults[i][2], ORMA_SQL_AGAIN);
        CU_ASSERT_EQUAL(go_on(job, out, &err), ORMA_OK);
        CU_ASSERT_PTR_NULL(err);
        CU_ASSERT_EQUAL(count("db_dbnode"), nodes + 1);
        CU_ASSERT_EQUAL(count("db_dblink"), links + 1);
        CU_ASSERT_EQUAL(count("db_dblog"), logs + 1);
        CU_ASSERT(out->pk > job->pk);
        CU_ASSERT_STRING_EQUAL(json_get_text(job->attributes, "job_id", ""),
                               "7");
        node_free(job);
        node_free(out);
    }
}

/* Nobody knows whether the commit reached the disk: it is for the caller to
 * look. */
static void commits_of_unknown_outcome_are_not(void)
{
    node *n = fixture_int(6);
    const int64_t before = count("db_dbnode");
    orma_error *err = NULL;
    fail(0, 0, 1, 0);
    has_effect = true;
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_TRANSIENT);
    CU_ASSERT_TRUE(fixture_says(&err, "connection is lost"));
    CU_ASSERT_EQUAL(commits_seen, 1);
    CU_ASSERT_EQUAL(count("db_dbnode"), before + 1);
    node_free(n);
}

static void a_commit_that_succeeded_is_not(void)
{
    node *n = fixture_int(7);
    fail(0, 0, 0, ORMA_SQL_AGAIN);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(commits_seen, 1);
    node_free(n);
}

static void requests_are_run_again(void)
{
    node *job = fixture_calcjob(), *out = fixture_int(8);
    process_row row = {0};
    bool found = false;
    fail(0, 0, 0, 0);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &job, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(go_on(job, out, NULL), ORMA_OK);
    fail(1, 0, 2, ORMA_SQL_AGAIN);
    CU_ASSERT_EQUAL(store_request(s, job->pk, "pause", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_process_row(s, job->pk, &row, &found, NULL), ORMA_OK);
    CU_ASSERT_TRUE(found);
    CU_ASSERT_STRING_EQUAL(row.request, "pause");
    process_row_finish(&row);
    node_free(job);
    node_free(out);
}

static const unit_test tests[] = {
    {"units_without_effect_are_run_again", units_without_effect_are_run_again},
    {"commits_of_unknown_outcome_are_not", commits_of_unknown_outcome_are_not},
    {"a_commit_that_succeeded_is_not", a_commit_that_succeeded_is_not},
    {"requests_are_run_again", requests_are_run_again},
    {NULL, NULL},
};

const unit_suite retry_suite = {"retry", open_store, close_store, tests};
