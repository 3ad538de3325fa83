/* What a commit stores, and what it refuses.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
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

/* Row text of a node by an expression over db_dbnode. */
static const char *row(const node *n, const char *expression)
{
    char sql[600];
    snprintf(sql, sizeof sql, "SELECT %s FROM db_dbnode WHERE id = %lld",
             expression, (long long)n->pk);
    return fixture_sql(db, sql);
}

/* Int(5) of the reference, 5.2. */
static void stores_a_node_with_its_hash(void)
{
    node *n = fixture_int(5);
    orma_error *err = NULL;
    char uuid[37];
    uuid_format(&n->uuid, uuid);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_OK);
    CU_ASSERT(n->pk > 0);
    CU_ASSERT_EQUAL(n->user_pk, 1);
    CU_ASSERT(time_now_ns() - n->ctime_ns < INT64_C(60000000000));
    CU_ASSERT_STRING_EQUAL(row(n, "uuid"), uuid);
    CU_ASSERT_STRING_EQUAL(row(n, "attributes"), "{\"value\": 5}");
    CU_ASSERT_STRING_EQUAL(row(n, "extras"),
                           "{\"_aiida_hash\": "
                           "\"f2fd5633d8c7794ca2c831f31b96aabaa76fc652b7d2f3015"
                           "144639193f71f0a\"}");
    CU_ASSERT_STRING_EQUAL(row(n, "repository_metadata"), "{}");
    CU_ASSERT_STRING_EQUAL(row(n, "ctime = mtime"), "1");
    if (!fixture_is_postgres())
        CU_ASSERT_STRING_EQUAL(row(n, "length(ctime)"), "26");
    CU_ASSERT_STRING_EQUAL(row(n, "dbcomputer_id IS NULL AND process_type IS "
                                  "NULL AND label = '' AND description = ''"),
                           "1");
    char ctime[27];
    time_format_sql(n->ctime_ns, ctime);
    CU_ASSERT_STRING_EQUAL(row(n, "ctime"), ctime);
    node_free(n);
}

/* 0.1 + 0.2 is stored as 0.3, 1e20 as an integer (reference 2.2). */
static void values_are_cleaned_as_aiida_does(void)
{
    node *n = node_create("data.core.dict.Dict.");
    json_set(n->attributes, "sum", json_new_real(0.1 + 0.2));
    json_set(n->attributes, "one", json_new_real(1.0));
    json_set(n->attributes, "large", json_new_real(1e20));
    json_set_text(n->attributes, "text", "\xc3\xa9\xe2\x9c\x93 \"q\"");
    json_set(n->extras, "third", json_new_real(1.0 / 3.0));
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_TRUE(fixture_is_json(row(n, "attributes"),
                                   "{\"sum\": 0.3, \"one\": 1.0, \"large\": "
                                   "100000000000000000000, \"text\": "
                                   "\"\\u00e9\\u2713 \\\"q\\\"\"}"));
    CU_ASSERT_PTR_NOT_NULL(strstr(row(n, "attributes"), "1.0"));
    CU_ASSERT_PTR_NOT_NULL(strstr(row(n, "extras"), "0.33333333333333"));
    CU_ASSERT_PTR_NULL(strstr(row(n, "extras"), "0.333333333333333"));
    char *text = json_text(json_get(n->attributes, "sum"), JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(text, "0.3"); /* in memory as it is stored */
    free(text);
    node_free(n);
}

static void refuses_numbers_that_json_lacks(void)
{
    node *n = node_create("data.core.dict.Dict.");
    json_set(n->attributes, "x", json_object_new_double(1.0 / 0.0));
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(n->pk, 0);
    node_free(n);
}

/* SHA-256 of "hello": the node hash is the reference's, 5.2. */
static void files_are_stored_before_the_row(void)
{
    node *n = node_create("data.core.singlefile.SinglefileData.");
    buf bytes = {0};
    bool found = false;
    n->python_class =
        text_copy("aiida.orm.nodes.data.singlefile.SinglefileData");
    json_set_text(n->attributes, "filename", "file.txt");
    node_put_bytes(n, "file.txt", ORMA_LITERAL("hello"), NULL);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        row(n, "repository_metadata"),
        "{\"o\": {\"file.txt\": {\"k\": "
        "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"}"
        "}}");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(n->extras, "_aiida_hash", ""),
        "a96542dbbb7993b974b6302fedb5ef3c98d116a0553177aeb353170eb93ecbfe");
    CU_ASSERT_EQUAL(n->file_count, 0);
    CU_ASSERT_EQUAL(store_read_file(s, n, "file.txt", &bytes, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&bytes), "hello");
    buf_free(&bytes);
    node_free(n);
}

static void files_come_from_memory_disk_and_container(void)
{
    node *n = node_create("data.core.folder.FolderData.");
    char *path = text_printf("%s/local", unit_temp_dir());
    buf bytes = {0};
    bool found = false;
    file_write(path, ORMA_LITERAL("from disk"), 0644, NULL);
    node_put_folder(n, "sub/empty", NULL);
    node_put_local(n, "sub/a", path, NULL);
    node_put_bytes(n, "b", ORMA_LITERAL("from memory"), NULL);
    node_put_key(n, "c",
                 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9"
                 "824",
                 NULL);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_read_file(s, n, "sub/a", &bytes, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_read_file(s, n, "c", &bytes, &found, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&bytes), "from diskhello");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(row(n, "repository_metadata"), fixture_is_postgres()
                                                  ? "\"empty\": {}"
                                                  : "{\"o\": {\"sub\": {\"o\": "
                                                    "{\"empty\": {}, \"a\": "));
    buf_free(&bytes);
    node_free(n);

    n = node_create("data.core.folder.FolderData.");
    orma_error *err = NULL;
    node_put_key(n, "c",
                 "0000000000000000000000000000000000000000000000000000000000000"
                 "000",
                 NULL);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "not in the container"));
    node_free(n);
    free(path);
}

static void refuses_what_no_node_may_be(void)
{
    static const char *const types[] = {"process.ProcessNode.", "data.Data", "",
                                        "group.core."};
    orma_error *err = NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        node *n = node_create(types[i]);
        CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_E_INVALID);
        node_free(n);
    }
    node *n = fixture_int(1);
    json_set_int(n->attributes, "a.b", 1);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "a.b"));
    node_free(n);
}

static void stored_nodes_cannot_be_stored_again(void)
{
    node *n = fixture_int(1);
    orma_error *err = NULL;
    unit *u = NULL;
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_add_node(u, n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, n, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "stored already"));
    node_free(n);
}

static void one_bad_node_keeps_all_out(void)
{
    char *before = text_copy(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"));
    node *nodes[3] = {fixture_int(1), fixture_int(2), fixture_int(3)};
    orma_error *err = NULL;
    nodes[2]->uuid = nodes[0]->uuid; /* unique in the database */
    CU_ASSERT_EQUAL(fixture_store_nodes(s, nodes, 3, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "uuid"));
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"),
                           before);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(nodes[i]->pk, 0);
        CU_ASSERT_PTR_NULL(nodes[i]->repository);
        CU_ASSERT_EQUAL(json_object_object_length(nodes[i]->extras), 0);
        CU_ASSERT_EQUAL(nodes[i]->ctime_ns, 0);
    }
    free(before);
    node_free(nodes[2]);
    /* The others can be stored after all. */
    CU_ASSERT_EQUAL(fixture_store_nodes(s, nodes, 2, NULL), ORMA_OK);
    node_free(nodes[0]);
    node_free(nodes[1]);
}

static void new_nodes_need_a_user(void)
{
    node *n = fixture_int(1);
    orma_error *err = NULL;
    store_set_default_user(s, 0);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "no user"));
    store_set_default_user(s, 1);
    n->user_pk = 77;
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, fixture_is_postgres() ? "foreign key"
                                                            : "FOREIGN KEY"));
    n->user_pk = 0;
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    node_free(n);
}

static void types_without_known_class_get_no_hash(void)
{
    node *n = node_create("data.nobody.knows.Nobody.");
    orma_error *err = NULL;
    char hash[65];
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(row(n, "extras"), "{}");
    CU_ASSERT_EQUAL(store_node_hash(s, n, NULL, hash, &err), ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "data.nobody.knows.Nobody."));
    node_free(n);
}

/* Many nodes make one unit: one transaction, and no quadratic search. */
static void ten_thousand_nodes_are_one_commit(void)
{
    enum { MANY = 10000 };
    node **nodes = calloc(MANY, sizeof *nodes);
    orma_error *err = NULL;
    for (int i = 0; i < MANY; i++)
        nodes[i] = fixture_int(i);
    const int64_t start = time_now_ns();
    CU_ASSERT_EQUAL(fixture_store_nodes(s, nodes, MANY, &err), ORMA_OK);
    printf("# %d nodes in one unit: %.3f s\n", MANY,
           (double)(time_now_ns() - start) * 1e-9);
    CU_ASSERT(nodes[MANY - 1]->pk - nodes[0]->pk == MANY - 1);
    for (int i = 0; i < MANY; i++)
        node_free(nodes[i]);
    free(nodes);
}

static void single_node_units_are_quick(void)
{
    enum { MANY = 200 };
    const int64_t start = time_now_ns();
    int failed = 0;
    for (int i = 0; i < MANY; i++) {
        node *n = fixture_int(i);
        failed += fixture_store_nodes(s, &n, 1, NULL) != ORMA_OK;
        node_free(n);
    }
    printf("# %d units of one node: %.3f s\n", MANY,
           (double)(time_now_ns() - start) * 1e-9);
    CU_ASSERT_EQUAL(failed, 0);
}

static const unit_test tests[] = {
    {"stores_a_node_with_its_hash", stores_a_node_with_its_hash},
    {"values_are_cleaned_as_aiida_does", values_are_cleaned_as_aiida_does},
    {"refuses_numbers_that_json_lacks", refuses_numbers_that_json_lacks},
    {"files_are_stored_before_the_row", files_are_stored_before_the_row},
    {"files_come_from_memory_disk_and_container",
     files_come_from_memory_disk_and_container},
    {"refuses_what_no_node_may_be", refuses_what_no_node_may_be},
    {"stored_nodes_cannot_be_stored_again",
     stored_nodes_cannot_be_stored_again},
    {"one_bad_node_keeps_all_out", one_bad_node_keeps_all_out},
    {"new_nodes_need_a_user", new_nodes_need_a_user},
    {"types_without_known_class_get_no_hash",
     types_without_known_class_get_no_hash},
    {"ten_thousand_nodes_are_one_commit", ten_thousand_nodes_are_one_commit},
    {"single_node_units_are_quick", single_node_units_are_quick},
    {NULL, NULL},
};

const unit_suite commit_suite = {"commit", open_store, close_store, tests};
