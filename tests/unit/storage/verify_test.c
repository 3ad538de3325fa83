/* Damage of every kind is found, and named; what is sound is not accused.
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
#include <storage/verify.h>

static orma_status collect(void *user, const verify_fault *f, orma_error **err)
{
    (void)err;
    buf_printf(user, "%s %s %lld %s: %s\n", f->kind,
               f->table == NULL ? "-" : f->table, (long long)f->pk,
               f->name == NULL ? "-" : f->name, f->message);
    return ORMA_OK;
}

/* All faults, a line each; valid until the next call. */
static const char *verify(const char *folder, bool is_quick)
{
    static buf text;
    store *s = fixture_open(folder);
    json_object *counts = NULL;
    orma_error *err = NULL;
    const verify_options o = {.is_quick = is_quick,
                              .with_hashes = true,
                              .report = collect,
                              .user = &text};
    buf_clear(&text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    if (store_verify(s, &o, &counts, &err) != ORMA_OK) {
        printf("# %s\n", orma_error_message(err));
        CU_FAIL("verify failed");
    }
    orma_error_free(err);
    json_object_put(counts);
    store_close(s);
    return buf_c_str(&text);
}

static bool finds(const char *folder, const char *fault)
{
    const char *all = verify(folder, false);
    const bool found = strstr(all, fault) != NULL;
    if (!found)
        printf("# no \"%s\" in:\n# %s\n", fault, all);
    return found;
}

/* A sum: two inputs, a calcjob, an output, with a file; a work chain that
 * called it and returns the sum. pks: 1, 2 inputs, 3 work chain, 4 calcjob,
 * 5 sum. */
static char *make(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    node *x = fixture_int(1), *y = fixture_int(2), *sum = fixture_int(3);
    node *job = fixture_calcjob(), *work = fixture_workchain();
    unit *u = NULL;
    node_put_bytes(x, "folder/file", ORMA_LITERAL("content"), NULL);
    node *first[] = {x, y};
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, first, 2, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_add_node(u, work, NULL);
    unit_add_link(u, LINK_INPUT_WORK, x, work, "x", NULL);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_add_node(u, job, NULL);
    unit_add_link(u, LINK_INPUT_CALC, x, job, "x", NULL);
    unit_add_link(u, LINK_INPUT_CALC, y, job, "y", NULL);
    unit_add_link(u, LINK_CALL_CALC, work, job, "CALL", NULL);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_add_node(u, sum, NULL);
    unit_add_link(u, LINK_CREATE, job, sum, "sum", NULL);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_add_link(u, LINK_RETURN, work, sum, "sum", NULL);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(sum->pk, 5);
    node_free(x);
    node_free(y);
    node_free(sum);
    node_free(job);
    node_free(work);
    store_close(s);
    return folder;
}

static void change(const char *folder, const char *sql)
{
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(db, sql));
    fixture_close(db);
}

static void sound_storages_have_no_faults(void)
{
    char *own = make(), *aiida = fixture_unpack();
    CU_ASSERT_STRING_EQUAL(verify(own, false), "");
    CU_ASSERT_STRING_EQUAL(verify(own, true), "");
    CU_ASSERT_STRING_EQUAL(verify(aiida, false), "");
    free(own);
    free(aiida);
}

/* Statement that does the damage, and what must be told. */
static void damaged_rows_are_named(void)
{
    static const struct {
        const char *sql, *fault;
    } cases[] = {
        {"UPDATE db_dbnode SET repository_metadata = '{\"o\": {\"f\": {\"k\": "
         "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}"
         "}}' WHERE id = 2",
         "file \"f\" is lost: object ba7816bf"},
        {"UPDATE db_dbnode SET repository_metadata = '{\"o\": {\"f\": {\"k\": "
         "\"12\"}}}' WHERE id = 2",
         "file \"f\" has no valid object key"},
        {"UPDATE db_dbnode SET repository_metadata = '{\"o\": {\"..\": {\"k\": "
         "\"12\"}}}' WHERE id = 2",
         "node db_dbnode 2"},
        {"UPDATE db_dbnode SET attributes = '[1]' WHERE id = 2",
         "attributes is no JSON object"},
        {"UPDATE db_dbnode SET attributes = '{\"value\": 7}' WHERE id = 2",
         "hash db_dbnode 2"},
        {"UPDATE db_dbnode SET node_type = 'thing.' WHERE id = 2",
         "no known class of nodes: thing."},
        {"UPDATE db_dbnode SET attributes = '{\"sealed\": true, "
         "\"process_state\": \"running\"}' WHERE id = 4",
         "is sealed, but its process_state is running"},
        {"UPDATE db_dbnode SET attributes = '{\"process_state\": \"killed\"}' "
         "WHERE id = 4",
         "is not sealed, but its process_state is killed"},
        {"UPDATE db_dblink SET type = 'related' WHERE label = 'y'",
         "it is of no known type: \"related\""},
        {"UPDATE db_dblink SET label = 'a b' WHERE label = 'y'",
         "its label is not valid"},
        {"UPDATE db_dblink SET type = 'create' WHERE label = 'y'",
         "a create link does not lead from data.core.int.Int."},
        {"UPDATE db_dblink SET output_id = input_id WHERE label = 'y'",
         "it leads from node 2 to itself"},
        {"INSERT INTO db_dbgroup (uuid, label, type_string, time, description, "
         "extras, user_id) VALUES ('d48b4c2f-3c1f-4dc4-8ab4-7a1bbf7a9a50', "
         "'g', 'core', '2026-01-01 00:00:00', '', '[]', 1)",
         "row db_dbgroup 1 -: column \"extras\" is no JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = make();
        change(folder, cases[i].sql);
        CU_ASSERT_TRUE(finds(folder, cases[i].fault));
        free(folder);
    }
}

/* What only SQLite's types let happen. */
static void damaged_texts_are_named(void)
{
    static const struct {
        const char *sql, *fault;
    } cases[] = {
        {"UPDATE db_dbnode SET uuid = 'x' WHERE id = 2",
         "uuid is no UUID of 36 characters"},
        {"UPDATE db_dbnode SET ctime = 'yesterday' WHERE id = 2",
         "ctime is no time"},
        {"UPDATE db_dbnode SET extras = '{\"a\": NaN}' WHERE id = 2",
         "extras is no valid JSON"},
        {"UPDATE db_dbnode SET repository_metadata = '{' WHERE id = 2",
         "repository_metadata is no valid JSON"},
        {"PRAGMA foreign_keys=OFF; DELETE FROM db_dbnode WHERE id = 2",
         "reference db_dblink"},
    };
    if (fixture_is_postgres())
        return;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = make();
        change(folder, cases[i].sql);
        CU_ASSERT_TRUE(finds(folder, cases[i].fault));
        free(folder);
    }
}

static void broken_uniqueness_is_found(void)
{
    static const char drop[] =
        "DROP INDEX orma_uq_link_create_target; DROP INDEX "
        "orma_uq_link_create_label; DROP INDEX orma_uq_link_input_calc_label;";
    char *folder = make();
    change(folder, drop);
    change(folder, "INSERT INTO db_dblink (input_id, output_id, label, type) "
                   "VALUES (4, 5, 'other', 'create')");
    CU_ASSERT_TRUE(finds(folder, "the node has more than one creator (2 create "
                                 "links)"));
    change(folder, "INSERT INTO db_dblink (input_id, output_id, label, type) "
                   "VALUES (2, 4, 'x', 'input_calc')");
    CU_ASSERT_TRUE(finds(folder, "two inputs have the same label"));
    free(folder);
}

static void cycles_are_found(void)
{
    char *folder = make();
    change(folder, "INSERT INTO db_dblink (input_id, output_id, label, type) "
                   "VALUES (5, 4, 'again', 'input_calc')");
    CU_ASSERT_TRUE(finds(folder, "the node is its own ancestor"));
    free(folder);
    /* A link to a smaller pk is no cycle yet: archives bring such. */
    folder = make();
    change(folder, "INSERT INTO db_dblink (input_id, output_id, label, type) "
                   "VALUES (5, 3, 'late', 'input_work')");
    CU_ASSERT_FALSE(strstr(verify(folder, false), "ancestor") != NULL);
    free(folder);
}

static void damaged_objects_are_named(void)
{
    /* SHA-256 of "content": coreutils' sha256sum. */
    static const char key[] =
        "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
    char *folder = make();
    char *pack = text_printf("%s/container/packs/0", folder);
    char *fault = text_printf("object - 0 %s: ", key);
    CU_ASSERT_EQUAL(file_write(pack, ORMA_LITERAL("contEnt"), 0644, NULL),
                    ORMA_OK);
    CU_ASSERT_TRUE(finds(folder, fault));
    CU_ASSERT_STRING_EQUAL(verify(folder, true), "");
    CU_ASSERT_EQUAL(file_write(pack, ORMA_LITERAL("cont"), 0644, NULL),
                    ORMA_OK);
    CU_ASSERT_TRUE(strstr(verify(folder, true), fault) != NULL);
    free(fault);
    free(pack);
    free(folder);
}

static const unit_test tests[] = {
    {"sound_storages_have_no_faults", sound_storages_have_no_faults},
    {"damaged_rows_are_named", damaged_rows_are_named},
    {"damaged_texts_are_named", damaged_texts_are_named},
    {"broken_uniqueness_is_found", broken_uniqueness_is_found},
    {"cycles_are_found", cycles_are_found},
    {"damaged_objects_are_named", damaged_objects_are_named},
    {NULL, NULL},
};

const unit_suite verify_suite = {"verify", NULL, NULL, tests};
