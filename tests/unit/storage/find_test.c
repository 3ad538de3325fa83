/* Nodes and codes by what people call them.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

/* The nodes of AiiDA's profile are known by label, "one-Int", and UUID. */
static char *folder;
static store *s;

static int open_profile(void)
{
    folder = fixture_unpack();
    s = fixture_open(folder);
    return s == NULL;
}

static int close_profile(void)
{
    store_close(s);
    free(folder);
    return 0;
}

static int64_t found(const char *identifier, const char *prefix)
{
    node *n = NULL;
    if (store_find_node(s, identifier, prefix, &n, NULL) != ORMA_OK)
        return 0;
    const int64_t pk = n->pk;
    node_free(n);
    return pk;
}

static void finds_by_pk_uuid_and_label(void)
{
    CU_ASSERT_EQUAL(found("2", NULL), 2);
    CU_ASSERT_EQUAL(found("4590f311-ca13-413a-b149-a382c5d9a25d", NULL), 2);
    CU_ASSERT_EQUAL(found("4590f311ca13413ab149a382c5d9a25d", NULL), 2);
    CU_ASSERT_EQUAL(found("4590F311-CA", NULL), 2);
    CU_ASSERT_EQUAL(found("4590", NULL), 0); /* digits are a pk */
    CU_ASSERT_EQUAL(found("4590f", NULL), 2);
    CU_ASSERT_EQUAL(found("one-Int", NULL), 2);
    CU_ASSERT_EQUAL(found("one-In", NULL), 0);
    CU_ASSERT_EQUAL(found("", NULL), 0);
    CU_ASSERT_EQUAL(found("-", NULL), 0);
}

static void class_prefix_limits_the_search(void)
{
    CU_ASSERT_EQUAL(found("2", "data.core.int."), 2);
    CU_ASSERT_EQUAL(found("2", "data.core.code."), 0);
    CU_ASSERT_EQUAL(found("one-Int", "data."), 2);
    CU_ASSERT_EQUAL(found("one-Int", "process."), 0);
    /* '_' in a prefix is no wildcard. */
    CU_ASSERT_EQUAL(found("2", "data_core_int_"), 0);
}

static void ambiguity_names_the_candidates(void)
{
    orma_error *err = NULL;
    node *n = NULL;
    /* f26730b3…, f69d0f4a…, fd73423a…, ff582414… of the profile */
    CU_ASSERT_EQUAL(store_find_node(s, "f", NULL, &n, &err), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err),
                                  "f26730b3-9ebd-4593-9add-d264c4d37566"));
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "11 ("));
    CU_ASSERT_TRUE(fixture_says(&err, "ambiguous"));
}

static void not_found_suggests_the_closest_label(void)
{
    orma_error *err = NULL;
    node *n = NULL;
    CU_ASSERT_EQUAL(store_find_node(s, "one-Flaot", NULL, &n, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL_FATAL(orma_error_hint(err));
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "one-Float"));
    CU_ASSERT_TRUE(fixture_says(&err, "one-Flaot"));
}

static int64_t code(const char *identifier, orma_error **err)
{
    node *n = NULL;
    if (store_find_code(s, identifier, &n, err) != ORMA_OK)
        return 0;
    const int64_t pk = n->pk;
    node_free(n);
    return pk;
}

static void finds_codes_with_and_without_computer(void)
{
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(code("bash", NULL), 1);
    CU_ASSERT_EQUAL(code("bash@localhost", NULL), 1);
    CU_ASSERT_EQUAL(code("1", NULL), 1);
    CU_ASSERT_EQUAL(code("3e32b16b", NULL), 1);
    CU_ASSERT_EQUAL(code("one-PortableCode", NULL), 24);
    CU_ASSERT_EQUAL(code("2", NULL), 0); /* an Int */
    CU_ASSERT_EQUAL(code("bash@elsewhere", &err), 0);
    CU_ASSERT_TRUE(fixture_says(&err, "there is no code"));
    CU_ASSERT_EQUAL(code("bsh@localhost", &err), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(orma_error_hint(err));
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "bash@localhost"));
    error_clear(&err);
}

static void codes_of_one_label_need_their_computer(void)
{
    orma_error *err = NULL;
    node *n = node_create("data.core.code.portable.PortableCode.");
    n->label = (free(n->label), text_copy("bash"));
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(code("bash", &err), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "bash@COMPUTER"));
    CU_ASSERT_TRUE(fixture_says(&err, "ambiguous"));
    CU_ASSERT_EQUAL(code("bash@localhost", NULL), 1);
    node_free(n);
}

static void lists_codes_with_their_computers(void)
{
    json_object *rows = NULL;
    CU_ASSERT_EQUAL(store_list_codes(s, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 5);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "label", ""), "bash");
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "computer", ""), "localhost");
    CU_ASSERT_FALSE(json_get_bool(row, "hidden", true));
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_get(row, "attributes"), "filepath_executable", ""),
        "/usr/bin/bash");
    row = json_object_array_get_idx(rows, 2);
    CU_ASSERT_PTR_NULL(json_get(row, "computer"));
    json_object_put(rows);
}

static void lists_nodes_of_a_type_newest_last(void)
{
    json_object *rows = NULL;
    CU_ASSERT_EQUAL(
        store_list_nodes(s, "data.core.array.", false, 3, &rows, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 3);
    CU_ASSERT_EQUAL(json_get_int(json_object_array_get_idx(rows, 2), "pk", 0),
                    32);
    CU_ASSERT_EQUAL(json_get_int(json_object_array_get_idx(rows, 0), "pk", 0),
                    29);
    CU_ASSERT_PTR_NULL(
        json_get(json_object_array_get_idx(rows, 0), "attributes"));
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_list_nodes(s, "data.core.int.", true, 0, &rows, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 2);
    CU_ASSERT_EQUAL(
        json_get_int(json_get(json_object_array_get_idx(rows, 0), "attributes"),
                     "value", 0),
        42);
    json_object_put(rows);
}

/* One damaged row, as a bad migration leaves it, hides no other. */
static void malformed_rows_are_listed_with_gaps(void)
{
    fixture_db *db = fixture_database(folder);
    json_object *rows = NULL;
    CU_ASSERT_TRUE(fixture_execute(
        db, "UPDATE db_dbnode SET ctime = 'garbage' WHERE node_type LIKE "
            "'data.core.int.%'; "
            "UPDATE db_dbnode SET attributes = '{', extras = 'x' WHERE "
            "node_type LIKE 'data.core.code.%'; "
            "UPDATE db_dbcomputer SET metadata = '{'"));
    CU_ASSERT_EQUAL_FATAL(
        store_list_nodes(s, "data.core.int.", true, 0, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 2);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_PTR_NULL(json_get(row, "ctime"));
    CU_ASSERT_EQUAL(json_get_int(json_get(row, "attributes"), "value", 0), 42);
    json_object_put(rows);

    CU_ASSERT_EQUAL_FATAL(store_list_codes(s, &rows, NULL), ORMA_OK);
    CU_ASSERT_FATAL(json_object_array_length(rows) > 0);
    row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_PTR_NOT_NULL(json_get(row, "label"));
    CU_ASSERT_PTR_NULL(json_get(row, "attributes"));
    json_object_put(rows);

    CU_ASSERT_EQUAL_FATAL(store_list_computers(s, &rows, NULL), ORMA_OK);
    CU_ASSERT_FATAL(json_object_array_length(rows) > 0);
    row = json_object_array_get_idx(rows, 0);
    const int64_t pk = json_get_int(row, "pk", 0);
    CU_ASSERT_PTR_NULL(json_get(row, "metadata"));
    json_object_put(rows);
    /* But nothing works with a computer that is read by halves. */
    CU_ASSERT_EQUAL(store_computer_by_pk(s, pk, &rows, NULL), ORMA_E_PERMANENT);
    fixture_close(db);
}

static const unit_test tests[] = {
    {"finds_by_pk_uuid_and_label", finds_by_pk_uuid_and_label},
    {"class_prefix_limits_the_search", class_prefix_limits_the_search},
    {"ambiguity_names_the_candidates", ambiguity_names_the_candidates},
    {"not_found_suggests_the_closest_label",
     not_found_suggests_the_closest_label},
    {"finds_codes_with_and_without_computer",
     finds_codes_with_and_without_computer},
    {"codes_of_one_label_need_their_computer",
     codes_of_one_label_need_their_computer},
    {"lists_codes_with_their_computers", lists_codes_with_their_computers},
    {"lists_nodes_of_a_type_newest_last", lists_nodes_of_a_type_newest_last},
    {"malformed_rows_are_listed_with_gaps",
     malformed_rows_are_listed_with_gaps},
    {NULL, NULL},
};

const unit_suite find_suite = {"find", open_profile, close_profile, tests};
