/* Groups: identity, members, listings.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/groups.h>

static char *folder;
static store *s;
static fixture_db *db;
static int64_t ints[6];

static int open_store(void)
{
    node *nodes[6];
    s = fixture_create(&folder);
    db = fixture_database(folder);
    for (int i = 0; i < 6; i++)
        nodes[i] = fixture_int(i);
    if (fixture_store_nodes(s, nodes, 6, NULL) != ORMA_OK)
        return 1;
    for (int i = 0; i < 6; i++) {
        ints[i] = nodes[i]->pk;
        node_free(nodes[i]);
    }
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

static orma_status create(const char *text, int64_t *pk, orma_error **err)
{
    json_object *group = parse(text);
    const orma_status st = store_group_create(s, group, pk, err);
    json_object_put(group);
    return st;
}

static int64_t made(const char *text)
{
    int64_t pk = 0;
    CU_ASSERT_EQUAL(create(text, &pk, NULL), ORMA_OK);
    return pk;
}

static pk_set nodes_from(int first, int last)
{
    pk_set set = {0};
    for (int i = first; i <= last; i++)
        pk_set_add(&set, ints[i], NULL);
    return set;
}

static void a_group_is_known_by_pk_label_and_uuid(void)
{
    const int64_t pk =
        made("{\"label\": \"silicon\", \"description\": \"all of it\", "
             "\"extras\": {\"k\": 0.30000000000000004}}");
    json_object *group = NULL, *same = NULL;
    orma_error *err = NULL;
    char text[32];

    CU_ASSERT_EQUAL(store_group(s, "silicon", NULL, &group, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(group, "pk", 0), pk);
    CU_ASSERT_STRING_EQUAL(json_get_text(group, "type_string", ""), "core");
    CU_ASSERT_STRING_EQUAL(json_get_text(group, "user", ""), "ada@example.org");
    CU_ASSERT_PTR_NOT_NULL(json_get(group, "time"));
    /* AiiDA's 14 digits. */
    char *extras = json_text(json_get(group, "extras"), JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(extras, "{\"k\": 0.3}");
    free(extras);
    snprintf(text, sizeof text, "%lld", (long long)pk);
    CU_ASSERT_EQUAL(store_group(s, text, NULL, &same, NULL), ORMA_OK);
    CU_ASSERT_TRUE(json_equal(group, same));
    json_object_put(same);
    snprintf(text, sizeof text, "%.13s", json_get_text(group, "uuid", ""));
    CU_ASSERT_EQUAL(store_group(s, text, "core", &same, NULL), ORMA_OK);
    CU_ASSERT_TRUE(json_equal(group, same));
    json_object_put(same);
    CU_ASSERT_EQUAL(store_group(s, "silicon", "core.auto", &same, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_group(s, "slicon", NULL, &same, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), "silicon"));
    error_clear(&err);
    json_object_put(group);
}

static void label_and_type_are_one_groups_only(void)
{
    int64_t pk = 0;
    orma_error *err = NULL;
    json_object *group = NULL;
    const int64_t first = made("{\"label\": \"twice\"}");
    const int64_t other =
        made("{\"label\": \"twice\", \"type_string\": \"core.import\"}");

    CU_ASSERT_EQUAL(create("{\"label\": \"twice\"}", &pk, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "already"));
    /* One label of two types must be told apart. */
    CU_ASSERT_EQUAL(store_group(s, "twice", NULL, &group, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "ambiguous"));
    CU_ASSERT_EQUAL(store_group(s, "twice", "core.import", &group, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(group, "pk", 0), other);
    json_object_put(group);
    const int64_t third = made("{\"label\": \"thrice\"}");
    CU_ASSERT_EQUAL(store_group_relabel(s, third, "twice", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(store_group_relabel(s, first, "twice", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_relabel(s, third, "a/b/c", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_relabel(s, third, "", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_group_relabel(s, 9999, "x", NULL), ORMA_E_NOT_FOUND);
}

static void types_are_aiidas_or_another_packages(void)
{
    int64_t pk = 0;
    orma_error *err = NULL;

    CU_ASSERT_EQUAL(create("{\"label\": \"t1\", \"type_string\": "
                           "\"pseudo.family.sssp\"}",
                           &pk, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(create("{\"label\": \"t2\", \"type_string\": "
                           "\"core.atuo\"}",
                           &pk, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "core.atuo"));
    CU_ASSERT_EQUAL(
        create("{\"label\": \"t2\", \"type_string\": \"a b.c\"}", &pk, NULL),
        ORMA_E_INVALID);
    CU_ASSERT_EQUAL(create("{\"label\": \"\"}", &pk, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(
        create("{\"label\": \"x\", \"user\": \"no@body\"}", &pk, NULL),
        ORMA_E_NOT_FOUND);
    /* What is there is read, whatever its type. */
    json_object *group = NULL;
    CU_ASSERT_TRUE(fixture_execute(
        db, "UPDATE db_dbgroup SET type_string = 'some thing' WHERE label = "
            "'t1'"));
    CU_ASSERT_EQUAL(store_group(s, "t1", NULL, &group, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(group, "type_string", ""),
                           "some thing");
    json_object_put(group);
}

static void description_and_extras_change(void)
{
    const int64_t pk = made("{\"label\": \"changing\"}");
    json_object *group = NULL, *value = json_object_new_int(7);

    CU_ASSERT_EQUAL(store_group_describe(s, pk, "öfter", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_describe(s, pk, "\xff", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_group_describe(s, 9999, "", NULL), ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_group_set_extra(s, pk, "a", value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_set_extra(s, pk, "b", value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_set_extra(s, pk, "a", NULL, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_set_extra(s, pk, "none", NULL, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_set_extra(s, pk, "a.b", value, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_group_set_extra(s, 9999, "a", value, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_group(s, "changing", NULL, &group, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(group, "description", ""), "öfter");
    char *extras = json_text(json_get(group, "extras"), JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(extras, "{\"b\":7}");
    free(extras);
    json_object_put(group);
    json_object_put(value);
}

/* Pks as they come. */
static orma_status take_pk(void *user, const group_node *member,
                           orma_error **err)
{
    (void)err;
    pk_set_add(user, member->pk, NULL);
    CU_ASSERT_EQUAL(member->uuid.len, 36);
    CU_ASSERT_TRUE(str_equal(member->node_type, "data.core.int.Int."));
    CU_ASSERT_TRUE(member->ctime_ns > 0);
    return ORMA_OK;
}

static void members_are_added_once_and_removed_once(void)
{
    const int64_t pk = made("{\"label\": \"members\"}");
    pk_set some = nodes_from(0, 3), more = nodes_from(2, 5), listed = {0};
    int64_t n = 0;

    CU_ASSERT_EQUAL(store_group_add(s, pk, &some, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(store_group_add(s, pk, &more, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(store_group_add(s, pk, &more, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(store_group_members(s, pk, 0, take_pk, &listed, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(listed.count, 6);
    pk_set_free(&listed);
    CU_ASSERT_EQUAL(store_group_members(s, pk, 2, take_pk, &listed, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(listed.count, 2);
    CU_ASSERT_EQUAL(store_group_remove(s, pk, &some, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(store_group_remove(s, pk, &some, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(store_group_remove(s, pk, NULL, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(store_group_add(s, 9999, &some, &n, NULL),
                    ORMA_E_NOT_FOUND);
    pk_set_free(&some);
    pk_set_free(&more);
    pk_set_free(&listed);
}

static void members_are_copied_and_moved(void)
{
    const int64_t from = made("{\"label\": \"from\"}");
    const int64_t to = made("{\"label\": \"to\"}");
    pk_set three = nodes_from(0, 2), all = nodes_from(0, 5), left = {0};
    int64_t n = 0;

    CU_ASSERT_EQUAL(store_group_add(s, from, &three, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_group_copy(s, from, to, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(store_group_copy(s, from, to, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_EQUAL(store_group_remove(s, to, NULL, &n, NULL), ORMA_OK);
    /* Of those named, members of the source move and no others. */
    CU_ASSERT_EQUAL(store_group_move(s, from, to, &all, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(store_group_nodes(s, from, &left, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(left.count, 0);
    CU_ASSERT_EQUAL(store_group_nodes(s, to, &left, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(left.count, 3);
    CU_ASSERT_EQUAL(store_group_move(s, to, from, NULL, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(store_group_move(s, to, to, NULL, &n, NULL),
                    ORMA_E_INVALID);

    pk_set groups = {0};
    pk_set_add(&groups, from, NULL);
    pk_set_add(&groups, to, NULL);
    CU_ASSERT_EQUAL(store_groups_delete(s, &groups, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT COUNT(*) FROM db_dbnode"),
                           "6");
    CU_ASSERT_TRUE(fixture_is_sound(db));
    pk_set_free(&groups);
    pk_set_free(&three);
    pk_set_free(&all);
    pk_set_free(&left);
}

/* Labels of the listing, separated by blanks. */
static const char *labels(const group_query *wanted)
{
    static char text[512];
    json_object *rows = NULL;

    text[0] = '\0';
    CU_ASSERT_EQUAL_FATAL(store_list_groups(s, wanted, &rows, NULL), ORMA_OK);
    for (size_t i = 0; i < json_object_array_length(rows); i++)
        snprintf(
            text + strlen(text), sizeof text - strlen(text), "%s%s",
            i > 0 ? " " : "",
            json_get_text(json_object_array_get_idx(rows, i), "label", ""));
    json_object_put(rows);
    return text;
}

static void listings_filter_and_order(void)
{
    pk_set one = nodes_from(5, 5);
    json_object *rows = NULL, *user = parse("{\"email\": \"grace@b.c\"}");
    int64_t n = 0;

    CU_ASSERT_TRUE(fixture_execute(
        db, "DELETE FROM db_dbgroup_dbnodes; DELETE FROM db_dbgroup"));
    CU_ASSERT_EQUAL(store_user_save(s, user, NULL, NULL), ORMA_OK);
    json_object_put(user);
    const int64_t b = made("{\"label\": \"b_50%\", \"type_string\": "
                           "\"core.import\"}");
    made("{\"label\": \"a/x\"}");
    made("{\"label\": \"a/y\", \"user\": \"grace@b.c\"}");
    made("{\"label\": \"b150\", \"type_string\": \"core.auto\"}");
    CU_ASSERT_EQUAL(store_group_add(s, b, &one, &n, NULL), ORMA_OK);

    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.order_by = "id"}),
                           "b_50% a/x a/y b150");
    CU_ASSERT_STRING_EQUAL(
        labels(&(group_query){.descending = true, .order_by = "ctime"}),
        "b150 a/y a/x b_50%");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.type_string = "core"}),
                           "a/x a/y");
    CU_ASSERT_STRING_EQUAL(
        labels(&(group_query){.type_string = "core.%", .order_by = "id"}),
        "b_50% b150");
    /* '%' and '_' of a label are themselves. */
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.contains = "_50"}), "b_50%");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.ends_with = "0%"}), "b_50%");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.starts_with = "a/"}),
                           "a/x a/y");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.starts_with = "A/"}), "");
    CU_ASSERT_STRING_EQUAL(
        labels(&(group_query){.starts_with = "a/", .user = "grace@b.c"}),
        "a/y");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.node_pk = ints[5]}), "b_50%");
    CU_ASSERT_STRING_EQUAL(labels(&(group_query){.node_pk = ints[0]}), "");
    CU_ASSERT_TRUE(fixture_execute(
        db, "UPDATE db_dbgroup SET time = '2020-01-01 00:00:00.000000' WHERE "
            "label = 'a/x'"));
    CU_ASSERT_STRING_EQUAL(
        labels(&(group_query){.past_days = 2, .starts_with = "a"}), "a/y");
    CU_ASSERT_EQUAL(
        store_list_groups(s, &(group_query){.counts = true, .order_by = "id"},
                          &rows, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        json_get_int(json_object_array_get_idx(rows, 0), "count", 9), 1);
    CU_ASSERT_EQUAL(
        json_get_int(json_object_array_get_idx(rows, 1), "count", 9), 0);
    json_object_put(rows);
    CU_ASSERT_EQUAL(
        store_list_groups(s, &(group_query){.order_by = "size"}, &rows, NULL),
        ORMA_E_INVALID);
    pk_set_free(&one);
}

static const unit_test tests[] = {
    {"a_group_is_known_by_pk_label_and_uuid",
     a_group_is_known_by_pk_label_and_uuid},
    {"label_and_type_are_one_groups_only", label_and_type_are_one_groups_only},
    {"types_are_aiidas_or_another_packages",
     types_are_aiidas_or_another_packages},
    {"description_and_extras_change", description_and_extras_change},
    {"members_are_added_once_and_removed_once",
     members_are_added_once_and_removed_once},
    {"members_are_copied_and_moved", members_are_copied_and_moved},
    {"listings_filter_and_order", listings_filter_and_order},
    {NULL, NULL},
};

const unit_suite groups_suite = {"groups", open_store, close_store, tests};
