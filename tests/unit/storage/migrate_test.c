/* From AiiDA's main_0001 to main_0002.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/migrate.h>

static void change(const char *folder, const char *statement)
{
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(db, statement));
    fixture_close(db);
}

/* A data node and a calcjob, both with a hash. */
static char *make(void)
{
    char *folder = NULL;
    store *s = fixture_create(&folder);
    node *x = fixture_int(1), *job = fixture_calcjob();
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, &x, 1, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_add_node(u, job, NULL);
    unit_add_link(u, LINK_INPUT_CALC, x, job, "x", NULL);
    CU_ASSERT_EQUAL_FATAL(unit_commit(u, NULL), ORMA_OK);
    node_free(x);
    node_free(job);
    store_close(s);
    change(folder, "UPDATE db_dbnode SET extras = '{\"_aiida_hash\": \"abc\", "
                   "\"mine\": 1}'");
    return folder;
}

static orma_status migrate(const char *folder, bool *is_current,
                           int64_t *changed, orma_error **err)
{
    json_object *config = fixture_config(folder);
    const orma_status st =
        store_migrate(fixture_registry(), fixture_backend(folder), config,
                      is_current, changed, err);
    json_object_put(config);
    return st;
}

static void hashes_of_calcjobs_are_forgotten(void)
{
    char *folder = make();
    bool is_current = false;
    int64_t changed = -1;
    CU_ASSERT_EQUAL(migrate(folder, &is_current, &changed, NULL), ORMA_OK);
    CU_ASSERT_TRUE(is_current);
    CU_ASSERT_EQUAL(changed, 0);
    change(folder, "UPDATE alembic_version SET version_num = 'main_0001'");
    CU_ASSERT_EQUAL(migrate(folder, &is_current, &changed, NULL), ORMA_OK);
    CU_ASSERT_FALSE(is_current);
    CU_ASSERT_EQUAL(changed, 1);

    store *s = fixture_open(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    for (int64_t pk = 1; pk <= 2; pk++) {
        node *n = NULL;
        CU_ASSERT_EQUAL(store_node(s, pk, &n, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(json_get(n->extras, "_aiida_hash") != NULL, pk == 1);
        CU_ASSERT_EQUAL(json_get_int(n->extras, "mine", 0), 1);
        node_free(n);
    }
    store_close(s);
    free(folder);
}

static void other_revisions_are_refused_with_a_reason(void)
{
    static const char *const others[] = {"django_0050", "main_0003"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *folder = make();
        char *statement = text_printf(
            "UPDATE alembic_version SET version_num = '%s'", others[i]);
        orma_error *err = NULL;
        bool is_current = false;
        int64_t changed = 0;
        json_object *config = fixture_config(folder);
        char *revision = NULL;
        change(folder, statement);
        CU_ASSERT_EQUAL(migrate(folder, &is_current, &changed, &err),
                        ORMA_E_UNSUPPORTED);
        CU_ASSERT_PTR_NOT_NULL(orma_error_hint(err));
        CU_ASSERT_TRUE(fixture_says(&err, others[i]));
        CU_ASSERT_EQUAL(store_revision(fixture_registry(),
                                       fixture_backend(folder), config,
                                       &revision, NULL),
                        ORMA_OK);
        CU_ASSERT_STRING_EQUAL(revision, others[i]);
        free(revision);
        json_object_put(config);
        free(statement);
        free(folder);
    }
}

static const unit_test tests[] = {
    {"hashes_of_calcjobs_are_forgotten", hashes_of_calcjobs_are_forgotten},
    {"other_revisions_are_refused_with_a_reason",
     other_revisions_are_refused_with_a_reason},
    {NULL, NULL},
};

const unit_suite migrate_suite = {"migrate", NULL, NULL, tests};
