/* The bulk interface of the library, as programs use it.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <api/profile_internal.h>
#include <base/error.h>
#include <base/text.h>
#include <orma/api/bulk.h>

static char *folder;
static orma_profile profile;

static int open_profile(void)
{
    profile = (orma_profile){.registry = fixture_registry(),
                             .store = fixture_create(&folder)};
    return 0;
}

static int close_profile(void)
{
    store_close(profile.store);
    free(folder);
    return 0;
}

static orma_bulk *begin(void)
{
    orma_bulk *b = NULL;
    CU_ASSERT_EQUAL_FATAL(orma_bulk_begin(&profile, &b, NULL), ORMA_OK);
    return b;
}

static orma_bulk_node node_of(const char *type, const char *attributes)
{
    return (orma_bulk_node){.size = sizeof(orma_bulk_node),
                            .type = {type, strlen(type)},
                            .attributes = {attributes, strlen(attributes)}};
}

/* Int(5) of the reference, 5.2; 0.1 + 0.2 is stored as 0.3 (2.2). */
static void nodes_are_those_that_aiida_stores(void)
{
    orma_bulk *b = begin();
    orma_bulk_node n = node_of("core.int", "{\"value\": 5}");
    int64_t five = 0, dict = 0;
    node *read = NULL;
    n.flags = ORMA_BULK_HASH;
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &five, NULL), ORMA_OK);
    n = node_of("data.core.dict.Dict.", "{\"x\": 0.30000000000000004}");
    n.label = ORMA_LITERAL("sum");
    n.extras = ORMA_LITERAL("{\"tag\": 1}");
    n.ctime_ns = INT64_C(1700000000123456000);
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &dict, NULL), ORMA_OK);
    CU_ASSERT(dict > five);
    CU_ASSERT_EQUAL(orma_bulk_commit(b, NULL), ORMA_OK);

    CU_ASSERT_EQUAL_FATAL(store_node(profile.store, five, &read, NULL),
                          ORMA_OK);
    CU_ASSERT_STRING_EQUAL(read->node_type, "data.core.int.Int.");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(read->extras, "_aiida_hash", ""),
        "f2fd5633d8c7794ca2c831f31b96aabaa76fc652b7d2f3015144639193f71f0a");
    node_free(read);
    CU_ASSERT_EQUAL_FATAL(store_node(profile.store, dict, &read, NULL),
                          ORMA_OK);
    char *text = json_text(read->attributes, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(text, "{\"x\": 0.3}");
    CU_ASSERT_STRING_EQUAL(read->label, "sum");
    CU_ASSERT_EQUAL(read->ctime_ns, n.ctime_ns);
    CU_ASSERT_EQUAL(read->mtime_ns, n.ctime_ns);
    CU_ASSERT_PTR_NULL(json_get(read->extras, "_aiida_hash"));
    CU_ASSERT_EQUAL(json_get_int(read->extras, "tag", 0), 1);
    free(text);
    node_free(read);
}

static void a_finished_process_brings_its_links(void)
{
    orma_bulk *b = begin();
    orma_bulk_node n = node_of("core.int", "{\"value\": 1}");
    int64_t in = 0, job = 0, out = 0;
    store_links links = {0};
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &in, NULL), ORMA_OK);
    n = node_of(NODE_TYPE_CALCFUNCTION,
                "{\"process_state\": \"finished\", \"exit_status\": 0, "
                "\"sealed\": true}");
    n.process_type = ORMA_LITERAL("my.function");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &job, NULL), ORMA_OK);
    n = node_of("core.int", "{\"value\": 2}");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &out, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(orma_bulk_add_link(b, "input_calc", in, job, "x", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(orma_bulk_add_link(b, "create", job, out, "result", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(orma_bulk_commit(b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node_links(profile.store, job, false, &links, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(links.count, 1);
    CU_ASSERT_EQUAL(links.items[0].pk, out);
    CU_ASSERT_STRING_EQUAL(links.items[0].label, "result");
    store_links_finish(&links);
}

static void what_is_refused_leaves_the_rest(void)
{
    orma_bulk *b = begin();
    orma_bulk_node n = node_of("core.int", "{\"value\": 1}");
    orma_error *err = NULL;
    int64_t pk = 0, first = 0;
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &first, NULL), ORMA_OK);
    n = node_of("core.int", "{\"value\": \"one\"}");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_E_INVALID);
    n = node_of("core.int", "{\"value\": 1");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "attributes are not JSON"));
    n = node_of("core.int", "{\"a.b\": 1}");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_E_INVALID);
    n = node_of("core.imt", "{}");
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_E_NOT_FOUND);
    n = node_of("core.int", "{\"value\": 1}");
    n.computer_pk = 12345;
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_E_NOT_FOUND);
    n.size = 8;
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_E_ABI);
    CU_ASSERT_EQUAL(orma_bulk_add_link(b, "input", first, first, "x", NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(pk, 0);
    CU_ASSERT_EQUAL(orma_bulk_commit(b, NULL), ORMA_OK);
    node *read = NULL;
    CU_ASSERT_EQUAL(store_node(profile.store, first, &read, NULL), ORMA_OK);
    node_free(read);
}

static void an_aborted_bulk_stores_nothing(void)
{
    orma_bulk *b = begin();
    const orma_bulk_node n = node_of("core.int", "{\"value\": 1}");
    node *read = NULL;
    int64_t pk = 0;
    CU_ASSERT_EQUAL(orma_bulk_add_node(b, &n, &pk, NULL), ORMA_OK);
    orma_bulk_abort(b);
    orma_bulk_abort(NULL);
    CU_ASSERT_EQUAL(store_node(profile.store, pk, &read, NULL),
                    ORMA_E_NOT_FOUND);
}

static const unit_test tests[] = {
    {"nodes_are_those_that_aiida_stores", nodes_are_those_that_aiida_stores},
    {"a_finished_process_brings_its_links",
     a_finished_process_brings_its_links},
    {"what_is_refused_leaves_the_rest", what_is_refused_leaves_the_rest},
    {"an_aborted_bulk_stores_nothing", an_aborted_bulk_stores_nothing},
    {NULL, NULL},
};

const unit_suite bulk_api_suite = {"bulk_api", open_profile, close_profile,
                                   tests};
