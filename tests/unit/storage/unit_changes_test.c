/* Changes of stored nodes: attributes, extras, files, logs.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/log.h>
#include <base/text.h>

static char *folder;
static store *s;
static fixture_db *db;

static int open_store(void)
{
    s = fixture_create(&folder);
    db = fixture_database(folder);
    return 0;
}

static int close_store(void)
{
    fixture_close(db);
    store_close(s);
    free(folder);
    return 0;
}

static node *stored_job(void)
{
    node *n = fixture_calcjob();
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    return n;
}

static const char *row(const node *n, const char *expression)
{
    char sql[300];
    snprintf(sql, sizeof sql, "SELECT %s FROM db_dbnode WHERE id = %lld",
             expression, (long long)n->pk);
    return fixture_sql(db, sql);
}

static void updatable_attributes_change_until_the_seal(void)
{
    node *n = stored_job();
    char *hash = text_copy(json_get_text(n->extras, "_aiida_hash", ""));
    orma_error *err = NULL;
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_set_attribute(u, n, "process_state",
                                       json_object_new_string("running"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_set_attribute(u, n, "job_id", json_object_new_string("17"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_OK);
    static const char changed[] =
        "{\"process_label\": \"ArithmeticAddCalculation\", \"process_state\": "
        "\"running\", \"job_id\": \"17\"}";
    CU_ASSERT_TRUE(fixture_is_json(row(n, "attributes"), changed));
    char *text = json_text(n->attributes, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(text, changed);
    CU_ASSERT_STRING_EQUAL(row(n, "mtime > ctime"), "1");
    CU_ASSERT(n->mtime_ns > n->ctime_ns);

    unit_begin(s, &u, NULL);
    unit_delete_attribute(u, n, "job_id", NULL);
    unit_set_attribute(u, n, "detailed_job_info", NULL, NULL);
    unit_set_attribute(u, n, "sealed", json_object_new_boolean(1), NULL);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_OK);
    CU_ASSERT_TRUE(node_is_sealed(n));
    CU_ASSERT_PTR_NULL(strstr(row(n, "attributes"), "job_id"));
    /* null is a value: AiiDA's word for an account that there is none of */
    CU_ASSERT_PTR_NOT_NULL(
        strstr(row(n, "attributes"), "\"detailed_job_info\": null"));
    /* What may change is no part of the hash. */
    char again[65];
    CU_ASSERT_EQUAL(store_node_hash(s, n, NULL, again, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(again, hash);

    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_set_attribute(u, n, "process_status",
                                       json_object_new_string("x"), &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "sealed"));
    CU_ASSERT_EQUAL(unit_add_files(u, n, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "sealed"));
    unit_abort(u);
    free(text);
    free(hash);
    node_free(n);
}

static void other_attributes_and_data_are_immutable(void)
{
    node *job = stored_job(), *data = fixture_int(1);
    orma_error *err = NULL;
    unit *u = NULL;
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &data, 1, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(
        unit_set_attribute(u, job, "resources", json_object_new_object(), &err),
        ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "\"resources\""));
    CU_ASSERT_EQUAL(
        unit_set_attribute(u, data, "value", json_object_new_int(2), &err),
        ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "immutable"));
    CU_ASSERT_EQUAL(unit_add_files(u, data, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "immutable"));
    unit_abort(u);
    node_free(job);
    node_free(data);
}

/* A second holder of the node does not know of the seal. */
static void seal_in_the_database_counts(void)
{
    node *n = stored_job(), *other = NULL;
    orma_error *err = NULL;
    unit *u = NULL;
    CU_ASSERT_EQUAL(store_node(s, n->pk, &other, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_set_attribute(u, n, "sealed", json_object_new_boolean(1), NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_set_attribute(u, other, "paused",
                                       json_object_new_boolean(1), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "sealed"));
    CU_ASSERT_FALSE(json_get_bool(other->attributes, "paused", false));
    node_free(other);
    node_free(n);
}

static void extras_change_always(void)
{
    node *data = fixture_int(1), *other = NULL;
    orma_error *err = NULL;
    unit *u = NULL;
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &data, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node(s, data->pk, &other, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(
        unit_set_extra(u, data, "hidden", json_object_new_boolean(1), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    /* Another's change is kept: the row is read, not the memory. */
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(
        unit_set_extra(u, other, "note", json_object_new_string("n"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_TRUE(json_get_bool(other->extras, "hidden", false));
    CU_ASSERT_PTR_NOT_NULL(strstr(row(data, "extras"),
                                  fixture_is_postgres()
                                      ? "\"hidden\": true"
                                      : "\"hidden\": true, \"note\": \"n\"}"));
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(
        unit_set_extra(u, data, "a.b", json_object_new_int(1), &err),
        ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "a.b"));
    unit_abort(u);
    node_free(other);
    node_free(data);
}

static void changes_of_new_nodes_are_stored_with_them(void)
{
    node *n = fixture_calcjob();
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    unit_add_node(u, n, NULL);
    unit_set_attribute(u, n, "process_state", json_object_new_string("running"),
                       NULL);
    unit_set_extra(u, n, "tag", json_object_new_int(4), NULL);
    CU_ASSERT_STRING_EQUAL(json_get_text(n->attributes, "process_state", ""),
                           "created");
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(n->attributes, "process_state", ""),
                           "running");
    CU_ASSERT_EQUAL(json_get_int(n->extras, "tag", 0), 4);
    node_free(n);
}

static void processes_gain_files_while_they_run(void)
{
    node *n = stored_job();
    orma_error *err = NULL;
    unit *u = NULL;
    buf bytes = {0};
    bool found = false;
    for (int i = 0; i < 2; i++) {
        node_put_bytes(n, i == 0 ? "aiida.in" : ".aiida/calcinfo.json",
                       ORMA_LITERAL("input"), NULL);
        unit_begin(s, &u, NULL);
        CU_ASSERT_EQUAL(unit_add_files(u, n, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_OK);
        CU_ASSERT_EQUAL(n->file_count, 0);
    }
    CU_ASSERT_PTR_NOT_NULL(
        strstr(row(n, "repository_metadata"), "\"aiida.in\": {\"k\""));
    CU_ASSERT_EQUAL(
        store_read_file(s, n, ".aiida/calcinfo.json", &bytes, &found, NULL),
        ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&bytes), "input");
    buf_free(&bytes);
    node_free(n);
}

static void logs_are_kept_with_the_process(void)
{
    node *n = stored_job();
    json_object *rows = NULL;
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    unit_add_log(u, n, ORMA_LOG_REPORT, "orma.engine", "first \xe2\x9c\x93",
                 NULL, NULL);
    unit_add_log(u, n, ORMA_LOG_ERROR, "orma.engine", "second", NULL, NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_list_logs(s, n->pk, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 2);
    const json_object *row1 = json_object_array_get_idx(rows, 0);
    CU_ASSERT_STRING_EQUAL(json_get_text(row1, "levelname", ""), "REPORT");
    CU_ASSERT_STRING_EQUAL(json_get_text(row1, "message", ""),
                           "first \xe2\x9c\x93");
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT metadata FROM db_dblog"),
                           "{}");
    json_object_put(rows);
    node_free(n);
}

/* AiiDA's `verdi process list` tells when a process last changed. */
static void state_changes_are_noted_for_aiida(void)
{
    node *n = stored_job();
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    unit_set_attribute(u, n, "process_state",
                       json_object_new_string("finished"), NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    const char *text = fixture_sql(
        db, "SELECT description || ' ' || val FROM db_dbsetting WHERE \"key\" "
            "= 'process|state_change|calculation'");
    CU_ASSERT(text_starts(text, "The last time a process of type calculation, "
                                "changed state \"20"));
    int64_t ns = 0;
    char value[33] = "";
    snprintf(value, sizeof value, "%s", strrchr(text, ' ') + 2);
    value[32] = '\0';
    CU_ASSERT_TRUE(time_parse(value, &ns));
    CU_ASSERT(llabs(ns - time_now_ns()) < INT64_C(60000000000));
    node_free(n);
}

/* 255 characters, not bytes: AiiDA's columns hold that many. */
static void labels_are_measured_in_characters(void)
{
    char label[3 * 256 + 1] = "";
    node *n = fixture_int(1), *longer = fixture_int(2), *bad = fixture_int(3);
    orma_error *err = NULL;
    for (int i = 0; i < 255; i++)
        memcpy(label + 3 * i, "\xE2\x82\xAC", 4); /* the euro sign */
    free(n->label);
    n->label = text_copy(label);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(row(n, "length(label)"), "255");
    strcat(label, "x");
    free(longer->label);
    longer->label = text_copy(label);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &longer, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "256 characters"));
    free(bad->label);
    bad->label = text_copy("caf\xE9");
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &bad, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "\"caf\\xE9\" is not valid UTF-8"));
    node_free(n);
    node_free(longer);
    node_free(bad);
}

static void logs_become_utf8(void)
{
    node *n = stored_job();
    unit *u = NULL;
    char sql[100];
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_add_log(u, n, ORMA_LOG_WARNING, "orma",
                                 "\xC3\xA9 and \xE9", NULL, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    snprintf(sql, sizeof sql,
             "SELECT message FROM db_dblog WHERE dbnode_id = %lld",
             (long long)n->pk);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, sql), "\xC3\xA9 and \xEF\xBF\xBD");
    node_free(n);
}

/* Replacing the bytes could make two keys one. */
static void keys_that_are_not_utf8_are_not_stored(void)
{
    node *n = node_create("data.core.dict.Dict.");
    json_object *inner = json_object_new_object();
    orma_error *err = NULL;
    json_set_int(inner, "a\xE9", 1);
    json_set_int(inner, "a\xE8", 2);
    json_set(n->attributes, "inner", inner);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "not valid UTF-8"));
    CU_ASSERT_EQUAL(n->pk, 0);
    node_free(n);
}

static const unit_test tests[] = {
    {"labels_are_measured_in_characters", labels_are_measured_in_characters},
    {"logs_become_utf8", logs_become_utf8},
    {"keys_that_are_not_utf8_are_not_stored",
     keys_that_are_not_utf8_are_not_stored},
    {"updatable_attributes_change_until_the_seal",
     updatable_attributes_change_until_the_seal},
    {"other_attributes_and_data_are_immutable",
     other_attributes_and_data_are_immutable},
    {"seal_in_the_database_counts", seal_in_the_database_counts},
    {"extras_change_always", extras_change_always},
    {"changes_of_new_nodes_are_stored_with_them",
     changes_of_new_nodes_are_stored_with_them},
    {"processes_gain_files_while_they_run",
     processes_gain_files_while_they_run},
    {"logs_are_kept_with_the_process", logs_are_kept_with_the_process},
    {"state_changes_are_noted_for_aiida", state_changes_are_noted_for_aiida},
    {NULL, NULL},
};

const unit_suite unit_changes_suite = {"unit_changes", open_store, close_store,
                                       tests};
