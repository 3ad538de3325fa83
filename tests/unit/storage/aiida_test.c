/* A profile that AiiDA wrote: orma reads it, and writes the same.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/digest.h>
#include <base/error.h>
#include <base/text.h>

#define NODES 32 /* of the profile */

static char *folder;
static store *s;
static fixture_db *db;
static json_object *recorded; /* node_hashes.json */

static int open_profile(void)
{
    folder = fixture_unpack();
    s = fixture_open(folder);
    db = fixture_database(folder);
    return s == NULL || json_parse_file(TEST_DATA "/aiida/node_hashes.json",
                                        1 << 22, &recorded, NULL) != ORMA_OK;
}

static int close_profile(void)
{
    json_object_put(recorded);
    fixture_close(db);
    store_close(s);
    free(folder);
    return 0;
}

/* The recorded entry of a node, NULL for none. */
static const json_object *record_of(const node *n)
{
    char uuid[37];
    uuid_format(&n->uuid, uuid);
    for (size_t i = 0; i < json_object_array_length(recorded); i++) {
        const json_object *r = json_object_array_get_idx(recorded, i);
        if (text_equal(json_get_text(r, "uuid", ""), uuid))
            return r;
    }
    return NULL;
}

static node *node_of(int64_t pk)
{
    node *n = NULL;
    CU_ASSERT_EQUAL_FATAL(store_node(s, pk, &n, NULL), ORMA_OK);
    return n;
}

static void expect_column(const char *column, int64_t pk,
                          const json_object *value)
{
    char sql[100];
    char *text = json_text(value, JSON_PYTHON);
    snprintf(sql, sizeof sql, "SELECT %s FROM db_dbnode WHERE id = %lld",
             column, (long long)pk);
    CU_ASSERT_STRING_EQUAL(text, fixture_sql(db, sql));
    free(text);
}

static void reads_every_node_and_would_write_it_alike(void)
{
    for (int64_t pk = 1; pk <= NODES; pk++) {
        node *n = node_of(pk);
        char sql[100], uuid[37], ctime[27];
        uuid_format(&n->uuid, uuid);
        snprintf(sql, sizeof sql, "SELECT uuid FROM db_dbnode WHERE id = %lld",
                 (long long)pk);
        CU_ASSERT_STRING_EQUAL(uuid, fixture_sql(db, sql));
        time_format_sql(n->ctime_ns, ctime);
        snprintf(sql, sizeof sql, "SELECT ctime FROM db_dbnode WHERE id = %lld",
                 (long long)pk);
        CU_ASSERT_STRING_EQUAL(ctime, fixture_sql(db, sql));
        expect_column("attributes", pk, n->attributes);
        expect_column("extras", pk, n->extras);
        expect_column("repository_metadata", pk, n->repository);
        CU_ASSERT_EQUAL(n->user_pk, 1);
        CU_ASSERT_PTR_NULL(n->process_type);
        node_free(n);
    }
    node *none = NULL;
    CU_ASSERT_EQUAL(store_node(s, NODES + 1, &none, NULL), ORMA_E_NOT_FOUND);
}

static orma_status check_file(void *user, const char *path, const char *key,
                              orma_error **err)
{
    const node *n = user;
    char found[DIGEST_SHA256_HEX];
    buf bytes = {0};
    bool is_there = false;
    if (key == NULL)
        return ORMA_OK;
    const orma_status st = store_read_file(s, n, path, &bytes, &is_there, err);
    CU_ASSERT_TRUE(is_there);
    digest_sha256(buf_view(&bytes), found);
    CU_ASSERT_STRING_EQUAL(found, key);
    buf_free(&bytes);
    return st;
}

static void reads_every_file_by_its_hash(void)
{
    for (int64_t pk = 1; pk <= NODES; pk++) {
        node *n = node_of(pk);
        CU_ASSERT_EQUAL(repository_walk(n->repository, check_file, n, NULL),
                        ORMA_OK);
        node_free(n);
    }
    node *n = node_of(20);
    buf bytes = {0};
    bool found = true;
    CU_ASSERT_EQUAL(store_read_file(s, n, "no/such", &bytes, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_FALSE(found);
    node_free(n);
}

static void recomputed_hashes_are_those_of_aiida(void)
{
    for (int64_t pk = 1; pk <= NODES; pk++) {
        node *n = node_of(pk);
        char hash[65] = "";
        const json_object *record = record_of(n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        free(n->python_class);
        n->python_class =
            text_copy(json_get_text(record, "python_class", NULL));
        CU_ASSERT_EQUAL(store_node_hash(s, n, NULL, hash, NULL), ORMA_OK);
        CU_ASSERT_STRING_EQUAL(hash,
                               json_get_text(n->extras, "_aiida_hash", ""));
        node_free(n);
    }
}

/* What the manifest of the core data types says is what AiiDA's classes are. */
static void registry_knows_the_classes_of_aiida(void)
{
    for (int64_t pk = 1; pk <= NODES; pk++) {
        node *n = node_of(pk);
        char hash[65] = "";
        CU_ASSERT_PTR_NOT_NULL_FATAL(n->python_class);
        CU_ASSERT_STRING_EQUAL(n->python_class,
                               json_get_text(record_of(n), "python_class", ""));
        CU_ASSERT_PTR_NOT_NULL(n->entry_point);
        CU_ASSERT_EQUAL(store_node_hash(s, n, NULL, hash, NULL), ORMA_OK);
        CU_ASSERT_STRING_EQUAL(hash,
                               json_get_text(n->extras, "_aiida_hash", ""));
        node_free(n);
    }
    node *n = node_of(2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n->entry_point);
    CU_ASSERT_STRING_EQUAL(n->entry_point, "core.int");
    node_free(n);
}

/* ---- the same nodes, stored by orma ------------------------------ */

struct copy {
    node *from, *to;
};

static orma_status copy_file(void *user, const char *path, const char *key,
                             orma_error **err)
{
    struct copy *c = user;
    buf bytes = {0};
    bool found = false;
    if (key == NULL)
        return node_put_folder(c->to, path, err);
    orma_status st = store_read_file(s, c->from, path, &bytes, &found, err);
    if (st == ORMA_OK)
        st = node_put_bytes(c->to, path, buf_view(&bytes), err);
    buf_free(&bytes);
    return st;
}

/* Python's classes as the registry or, for others, the record tells. */
static node *copy_of(node *from)
{
    node *to = node_create(from->node_type);
    struct copy c = {from, to};
    json_object_put(to->attributes);
    to->attributes = json_copy(from->attributes);
    to->python_class =
        text_copy(json_get_text(record_of(from), "python_class", NULL));
    if (from->computer_pk != 0) {
        to->computer_pk = 1;
        to->computer_uuid = from->computer_uuid;
    }
    CU_ASSERT_EQUAL(repository_walk(from->repository, copy_file, &c, NULL),
                    ORMA_OK);
    return to;
}

static void copy_computer(const char *to)
{
    fixture_db *other = fixture_database(to);
    CU_ASSERT_TRUE(fixture_execute(
        other,
        fixture_sql(db, "SELECT 'INSERT INTO db_dbcomputer VALUES (' || id || "
                        "',' || quote(uuid) || ',' || quote(label) || ',' || "
                        "quote(hostname) || ',' || quote(description) || ',' "
                        "|| quote(scheduler_type) || ',' || "
                        "quote(transport_type) || ',' || quote(metadata) || "
                        "')' FROM db_dbcomputer")));
    fixture_close(other);
}

static void expect_same_value(fixture_db *other, const char *sql)
{
    char *theirs = text_copy(fixture_sql(db, sql));
    const char *ours = fixture_sql(other, sql);
    if (fixture_is_postgres() && theirs[0] == '{')
        CU_ASSERT_TRUE(fixture_is_json(ours, theirs))
    else
        CU_ASSERT_STRING_EQUAL(ours, theirs);
    free(theirs);
}

static void stores_the_same_rows_byte_for_byte(void)
{
    char *ours = NULL;
    store *made = fixture_create(&ours);
    node *from[NODES], *to[NODES];
    copy_computer(ours);
    for (int i = 0; i < NODES; i++) {
        from[i] = node_of(i + 1);
        to[i] = copy_of(from[i]);
    }
    CU_ASSERT_EQUAL(fixture_store_nodes(made, to, NODES, NULL), ORMA_OK);

    fixture_db *other = fixture_database(ours);
    for (int i = 0; i < NODES; i++) {
        char sql[300];
        snprintf(sql, sizeof sql,
                 "SELECT COALESCE(CAST(dbcomputer_id AS TEXT), '-') || "
                 "COALESCE(process_type, '-') || length(CAST(uuid AS TEXT)) "
                 "FROM db_dbnode WHERE id = %d",
                 i + 1);
        expect_same_value(other, sql);
        snprintf(sql, sizeof sql,
                 "SELECT attributes FROM db_dbnode WHERE id = %d", i + 1);
        expect_same_value(other, sql);
        snprintf(sql, sizeof sql,
                 "SELECT repository_metadata FROM db_dbnode WHERE id = %d",
                 i + 1);
        expect_same_value(other, sql);
        snprintf(sql, sizeof sql,
                 "SELECT typeof(attributes) || length(ctime) FROM db_dbnode "
                 "WHERE id = %d",
                 i + 1);
        if (!fixture_is_postgres())
            expect_same_value(other, sql);
        CU_ASSERT_STRING_EQUAL(
            json_get_text(to[i]->extras, "_aiida_hash", "none"),
            json_get_text(from[i]->extras, "_aiida_hash", ""));
        CU_ASSERT_EQUAL(to[i]->pk, i + 1);
        node_free(from[i]);
        node_free(to[i]);
    }
    fixture_close(other);
    store_close(made);
    free(ours);
}

static void counts_what_there_is(void)
{
    json_object *info = NULL;
    CU_ASSERT_EQUAL(store_info(s, &info, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(info, "nodes", 0), NODES);
    CU_ASSERT_EQUAL(json_get_int(info, "groups", 0), 2);
    CU_ASSERT_EQUAL(json_get_int(info, "comments", 0), 1);
    CU_ASSERT_STRING_EQUAL(json_get_text(info, "container_id", ""),
                           "4e27ea3ab5e14d8e8c875e56e78e7774");
    CU_ASSERT_EQUAL(json_get_int(info, "objects_packed", -1), 0);
    json_object_put(info);
}

static const unit_test tests[] = {
    {"reads_every_node_and_would_write_it_alike",
     reads_every_node_and_would_write_it_alike},
    {"reads_every_file_by_its_hash", reads_every_file_by_its_hash},
    {"recomputed_hashes_are_those_of_aiida",
     recomputed_hashes_are_those_of_aiida},
    {"registry_knows_the_classes_of_aiida",
     registry_knows_the_classes_of_aiida},
    {"stores_the_same_rows_byte_for_byte", stores_the_same_rows_byte_for_byte},
    {"counts_what_there_is", counts_what_there_is},
    {NULL, NULL},
};

const unit_suite aiida_suite = {"aiida", open_profile, close_profile, tests};
