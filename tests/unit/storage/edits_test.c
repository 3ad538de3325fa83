/* What may change of stored nodes, and what may not: comments, labels, extras
 * and logs of sealed processes; users, authinfos.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/comments.h>
#include <storage/pk_set.h>

static char *folder;
static store *s;
static fixture_db *db;
static node *sealed; /* a calcjob that has ended */

static int open_store(void)
{
    unit *u = NULL;
    s = fixture_create(&folder);
    db = fixture_database(folder);
    sealed = fixture_calcjob();
    if (fixture_store_nodes(s, &sealed, 1, NULL) != ORMA_OK ||
        unit_begin(s, &u, NULL) != ORMA_OK)
        return 1;
    unit_set_attribute(u, sealed, "process_state",
                       json_object_new_string("finished"), NULL);
    unit_set_attribute(u, sealed, "sealed", json_object_new_boolean(1), NULL);
    return unit_commit(u, NULL) != ORMA_OK;
}

static int close_store(void)
{
    node_free(sealed);
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

static void comments_live_on_sealed_nodes(void)
{
    json_object *rows = NULL, *comment = NULL;
    int64_t first = 0, second = 0;

    CU_ASSERT_EQUAL(store_comment_add(s, sealed->pk, "schön", &first, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_add(s, sealed->pk, "two", &second, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_add(s, 9999, "x", &second, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_comment_add(s, sealed->pk, "\xc3", &second, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_comment_update(s, first, "schöner", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_update(s, 9999, "", NULL), ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_comment(s, first, &comment, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(comment, "content", ""), "schöner");
    CU_ASSERT_STRING_EQUAL(json_get_text(comment, "user", ""),
                           "ada@example.org");
    CU_ASSERT_TRUE(strcmp(json_get_text(comment, "mtime", ""),
                          json_get_text(comment, "ctime", "9")) > 0);
    json_object_put(comment);
    CU_ASSERT_EQUAL(store_list_comments(s, sealed->pk, NULL, &rows, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 2);
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_list_comments(s, sealed->pk, "no@body", &rows, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 0);
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_comment_remove(s, first, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_remove(s, first, NULL), ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_comment(s, first, &comment, NULL), ORMA_E_NOT_FOUND);
}

static void label_and_description_change_and_bump_mtime(void)
{
    node *again = NULL;
    char long_label[300];

    CU_ASSERT_EQUAL(store_edit_node(s, sealed->pk, "new", NULL, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_edit_node(s, sealed->pk, NULL, "ünder", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_node(s, sealed->pk, &again, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(again->label, "new");
    CU_ASSERT_STRING_EQUAL(again->description, "ünder");
    CU_ASSERT_TRUE(again->mtime_ns > sealed->mtime_ns);
    CU_ASSERT_EQUAL(again->ctime_ns, sealed->ctime_ns);
    node_free(again);
    memset(long_label, 'x', 256);
    long_label[256] = '\0';
    CU_ASSERT_EQUAL(store_edit_node(s, sealed->pk, long_label, NULL, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_edit_node(s, sealed->pk, "\xff", NULL, NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(store_edit_node(s, 9999, "x", NULL, NULL),
                    ORMA_E_NOT_FOUND);
}

static void extras_and_logs_of_sealed_nodes_change(void)
{
    json_object *rows = NULL;
    int64_t n = 0;
    unit *u = NULL;

    CU_ASSERT_EQUAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_set_extra(u, sealed, "note", json_object_new_int(1), NULL),
        ORMA_OK);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(
            unit_add_log(u, sealed, ORMA_LOG_REPORT, "l", "m", NULL, NULL),
            ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_list_logs(s, sealed->pk, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 3);
    const int64_t log =
        json_get_int(json_object_array_get_idx(rows, 1), "pk", 0);
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_delete_logs(s, sealed->pk, log, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT_EQUAL(store_delete_logs(s, sealed->pk, log, &n, NULL),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_delete_logs(s, sealed->pk, 0, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 2);
}

static void attributes_links_and_files_of_sealed_nodes_do_not(void)
{
    node *data = fixture_int(1);
    unit *u = NULL;

    CU_ASSERT_EQUAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, data, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_set_attribute(u, sealed, "exit_status",
                                       json_object_new_int(0), NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(unit_delete_attribute(u, sealed, "process_state", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, sealed, data, "sum", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, data, sealed, "x", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(unit_add_files(u, sealed, NULL), ORMA_E_REFUSED);
    unit_abort(u);
    node_free(data);
}

static void a_user_who_owns_something_stays(void)
{
    json_object *user = parse("{\"email\": \"grace@b.c\"}");
    orma_error *err = NULL;
    int64_t grace = 0, comment = 0;
    const int64_t ada = store_default_user(s);

    CU_ASSERT_EQUAL(store_user_save(s, user, &grace, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_user_delete(s, "ada@example.org", &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "default user"));
    store_set_default_user(s, grace);
    CU_ASSERT_EQUAL(store_comment_add(s, sealed->pk, "mine", &comment, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(store_user_delete(s, "ada@example.org", &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "owns 1 nodes, "));
    store_set_default_user(s, ada);
    CU_ASSERT_EQUAL(store_user_delete(s, "grace@b.c", &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "owns 1 comments"));
    CU_ASSERT_EQUAL(store_comment_remove(s, comment, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_user_delete(s, "grace@b.c", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_user_delete(s, "grace@b.c", NULL), ORMA_E_NOT_FOUND);
    json_object_put(user);
}

static void authinfos_are_listed_and_deleted(void)
{
    json_object *computer = parse("{\"label\": \"cluster\"}");
    json_object *authinfo = parse("{\"auth_params\": {\"username\": \"u\"}}");
    json_object *rows = NULL;
    int64_t pk = 0, n = 9;

    CU_ASSERT_EQUAL(store_computer_save(s, computer, &pk, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_authinfo_save(s, 1, pk, authinfo, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_list_authinfos(s, 0, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 1);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "computer", ""), "cluster");
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "user", ""), "ada@example.org");
    CU_ASSERT_TRUE(json_get_bool(row, "enabled", false));
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_list_authinfos(s, pk + 1, &rows, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 0);
    json_object_put(rows);
    CU_ASSERT_EQUAL(store_authinfo_delete(s, 1, pk, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_authinfo_delete(s, 1, pk, NULL), ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(store_computer_nodes(s, pk, NULL, &n, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(n, 0);
    json_object_put(computer);
    json_object_put(authinfo);
}

static const unit_test tests[] = {
    {"comments_live_on_sealed_nodes", comments_live_on_sealed_nodes},
    {"label_and_description_change_and_bump_mtime",
     label_and_description_change_and_bump_mtime},
    {"extras_and_logs_of_sealed_nodes_change",
     extras_and_logs_of_sealed_nodes_change},
    {"attributes_links_and_files_of_sealed_nodes_do_not",
     attributes_links_and_files_of_sealed_nodes_do_not},
    {"a_user_who_owns_something_stays", a_user_who_owns_something_stays},
    {"authinfos_are_listed_and_deleted", authinfos_are_listed_and_deleted},
    {NULL, NULL},
};

const unit_suite edits_suite = {"edits", open_store, close_store, tests};
