/* Users, computers, authinfos.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
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

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

static void users_are_known_by_email(void)
{
    json_object *user = parse("{\"email\": \"Grace@Example.ORG\", "
                              "\"first_name\": \"Grace\"}");
    json_object *found = NULL;
    int64_t pk = 0, again = 0;
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(store_user_save(s, user, &pk, NULL), ORMA_OK);
    json_set_text(user, "institution", "Navy");
    CU_ASSERT_EQUAL(store_user_save(s, user, &again, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(pk, again);
    /* The domain is lower-case, the rest is the user's. */
    CU_ASSERT_EQUAL(store_user_by_email(s, "Grace@EXAMPLE.org", &found, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(found, "email", ""),
                           "Grace@example.org");
    CU_ASSERT_STRING_EQUAL(json_get_text(found, "institution", ""), "Navy");
    CU_ASSERT_STRING_EQUAL(json_get_text(found, "last_name", "?"), "");
    json_object_put(found);
    CU_ASSERT_EQUAL(store_user_by_email(s, "ada@example.or", &found, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "ada@example.org"));
    error_clear(&err);
    json_object *rows = NULL;
    CU_ASSERT_EQUAL(store_list_users(s, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 2);
    json_object_put(rows);
    json_object_put(user);
    user = parse("{\"email\": \"\"}");
    CU_ASSERT_EQUAL(store_user_save(s, user, &pk, NULL), ORMA_E_INVALID);
    json_object_put(user);
}

static int64_t save_computer(const char *text)
{
    json_object *computer = parse(text);
    int64_t pk = 0;
    CU_ASSERT_EQUAL(store_computer_save(s, computer, &pk, NULL), ORMA_OK);
    json_object_put(computer);
    return pk;
}

static void computers_are_known_by_label_pk_and_uuid(void)
{
    json_object *found = NULL, *same = NULL;
    orma_error *err = NULL;
    const int64_t pk = save_computer(
        "{\"label\": \"cluster\", \"hostname\": \"c.example.org\", "
        "\"scheduler_type\": \"core.slurm\", \"transport_type\": \"core.ssh\", "
        "\"metadata\": {\"workdir\": \"/scratch\", \"interval\": 10.0}}");
    CU_ASSERT_EQUAL(store_computer(s, "cluster", &found, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(found, "pk", 0), pk);
    CU_ASSERT_STRING_EQUAL(json_get_text(found, "scheduler_type", ""),
                           "core.slurm");
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_get(found, "metadata"), "workdir", ""), "/scratch");
    CU_ASSERT_EQUAL(
        store_computer(s, json_get_text(found, "uuid", ""), &same, NULL),
        ORMA_OK);
    CU_ASSERT_TRUE(json_equal(found, same));
    json_object_put(same);
    CU_ASSERT_EQUAL(store_computer_by_pk(s, pk, &same, NULL), ORMA_OK);
    CU_ASSERT_TRUE(json_equal(found, same));
    json_object_put(same);
    CU_ASSERT_EQUAL(store_computer(s, "clutser", &same, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "cluster"));
    error_clear(&err);
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT metadata FROM db_dbcomputer WHERE label = "
                        "'cluster'"),
        "{\"workdir\": \"/scratch\", \"interval\": 10.0}");

    /* With its pk it is changed, without one the label is taken. */
    json_set_text(found, "description", "new");
    CU_ASSERT_EQUAL(store_computer_save(s, found, NULL, NULL), ORMA_OK);
    json_object_object_del(found, "pk");
    CU_ASSERT_EQUAL(store_computer_save(s, found, NULL, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "\"cluster\" already"));
    json_set_int(found, "pk", 99);
    json_set_text(found, "label", "third");
    CU_ASSERT_EQUAL(store_computer_save(s, found, NULL, NULL),
                    ORMA_E_NOT_FOUND);
    json_object_put(found);
}

static void computers_in_use_cannot_be_deleted(void)
{
    const int64_t pk = save_computer("{\"label\": \"used\"}");
    const int64_t other = save_computer("{\"label\": \"unused\"}");
    json_object *computer = NULL;
    node *n = node_create("data.core.remote.RemoteData.");
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(store_computer_by_pk(s, pk, &computer, NULL), ORMA_OK);
    n->computer_pk = pk;
    uuid_parse(json_get_text(computer, "uuid", ""), &n->computer_uuid);
    json_object_put(computer);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_computer_delete(s, pk, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "1 nodes use it"));
    CU_ASSERT_EQUAL(store_computer_delete(s, other, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_computer_delete(s, other, NULL), ORMA_E_NOT_FOUND);

    node *again = NULL;
    CU_ASSERT_EQUAL(store_node(s, n->pk, &again, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(again->computer_pk, pk);
    CU_ASSERT_TRUE(uuid_equal(&again->computer_uuid, &n->computer_uuid));
    node_free(again);
    node_free(n);
}

static void authinfos_belong_to_user_and_computer(void)
{
    const int64_t pk = save_computer("{\"label\": \"configured\"}");
    json_object *authinfo = NULL;
    CU_ASSERT_EQUAL(store_authinfo(s, 1, pk, &authinfo, NULL), ORMA_OK);
    CU_ASSERT_PTR_NULL(authinfo);
    json_object *params = parse("{\"auth_params\": {\"safe_interval\": 0.0}}");
    CU_ASSERT_EQUAL(store_authinfo_save(s, 1, pk, params, NULL), ORMA_OK);
    json_set_bool(params, "enabled", false);
    CU_ASSERT_EQUAL(store_authinfo_save(s, 1, pk, params, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_authinfo(s, 1, pk, &authinfo, NULL), ORMA_OK);
    CU_ASSERT_FALSE(json_get_bool(authinfo, "enabled", true));
    char *text = json_text(json_get(authinfo, "auth_params"), JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(text, "{\"safe_interval\": 0.0}");
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT COUNT(*) FROM db_dbauthinfo"), "1");
    free(text);
    json_object_put(authinfo);
    json_object_put(params);
}

static const unit_test tests[] = {
    {"users_are_known_by_email", users_are_known_by_email},
    {"computers_are_known_by_label_pk_and_uuid",
     computers_are_known_by_label_pk_and_uuid},
    {"computers_in_use_cannot_be_deleted", computers_in_use_cannot_be_deleted},
    {"authinfos_belong_to_user_and_computer",
     authinfos_belong_to_user_and_computer},
    {NULL, NULL},
};

const unit_suite people_suite = {"people", open_store, close_store, tests};
