/* Several hosts on one database: only the home writes to the container.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/backup.h>
#include <storage/maintain.h>
#include <storage/staging.h>
#include <storage/store_internal.h>
#include <storage/verify.h>

static void be_home(host_identity *out)
{
    snprintf(out->hostname, sizeof out->hostname, "home");
    snprintf(out->machine_id, sizeof out->machine_id, "1111");
}

static void be_away(host_identity *out)
{
    snprintf(out->hostname, sizeof out->hostname, "away");
    snprintf(out->machine_id, sizeof out->machine_id, "2222");
}

static int restore_identity(void)
{
    staging_set_identity(NULL);
    return 0;
}

static store *open_as(const char *folder, void (*identity)(host_identity *))
{
    staging_set_identity(identity);
    store *s = fixture_open(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

static int64_t store_text(store *s, const char *text)
{
    node *made = fixture_int(1);
    orma_error *err = NULL;
    node_put_bytes(made, "file", (orma_str){text, strlen(text)}, NULL);
    if (fixture_store_nodes(s, &made, 1, &err) != ORMA_OK) {
        char *chain = error_chain(err);
        printf("# %s\n", chain);
        free(chain);
        orma_error_free(err);
        CU_FAIL_FATAL("not stored");
    }
    const int64_t pk = made->pk;
    node_free(made);
    return pk;
}

static bool has_text(store *s, int64_t pk, const char *text)
{
    node *n = NULL;
    buf out = {0};
    bool found = false;
    const bool ok =
        store_node(s, pk, &n, NULL) == ORMA_OK &&
        store_read_file(s, n, "file", &out, &found, NULL) == ORMA_OK && found &&
        strcmp(buf_c_str(&out), text) == 0;
    buf_free(&out);
    node_free(n);
    return ok;
}

static int64_t staged(store *s)
{
    json_object *home = NULL;
    CU_ASSERT_EQUAL(store_home(s, &home, NULL), ORMA_OK);
    const int64_t count = json_get_int(home, "staged", -1);
    json_object_put(home);
    return count;
}

/* A store whose home is "home", with a file of its own. */
static char *make(void)
{
    char *folder = NULL;
    staging_set_identity(be_home);
    store *s = fixture_create(&folder);
    CU_ASSERT_EQUAL(store_text(s, "of the home"), 1);
    store_close(s);
    return folder;
}

static void who_makes_a_container_is_its_home(void)
{
    char *folder = make();
    json_object *home = NULL;
    store *s = open_as(folder, be_home);
    CU_ASSERT_EQUAL(store_home(s, &home, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(home, "hostname", ""), "home");
    CU_ASSERT_TRUE(json_get_bool(home, "is_here", false));
    json_object_put(home);
    store_close(s);
    s = open_as(folder, be_away);
    CU_ASSERT_EQUAL(store_home(s, &home, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(home, "hostname", ""), "home");
    CU_ASSERT_FALSE(json_get_bool(home, "is_here", true));
    json_object_put(home);
    store_close(s);
    free(folder);
}

static void other_hosts_stage_and_the_home_takes(void)
{
    char *folder = make();
    store *away = open_as(folder, be_away);
    container_count before, after;
    CU_ASSERT_TRUE(has_text(away, 1, "of the home"));
    const int64_t pk = store_text(away, "from afar");
    CU_ASSERT_EQUAL(staged(away), 1);
    CU_ASSERT_TRUE(has_text(away, pk, "from afar"));

    store *home = open_as(folder, be_home);
    CU_ASSERT_EQUAL(container_counts(home->container, &before, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(before.packed + before.loose, 1);
    CU_ASSERT_TRUE(has_text(home, pk, "from afar"));
    /* At its next commit. */
    store_text(home, "another of the home");
    CU_ASSERT_EQUAL(staged(home), 0);
    CU_ASSERT_EQUAL(container_counts(home->container, &after, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(after.packed, 3);
    CU_ASSERT_TRUE(has_text(home, pk, "from afar"));
    CU_ASSERT_TRUE(has_text(away, pk, "from afar"));
    store_close(home);
    store_close(away);
    free(folder);
}

static void large_files_are_staged_in_parts(void)
{
    enum { SIZE = 20000000 }; /* three parts of 8 MiB at most */
    char *folder = make(), *bytes = malloc(SIZE + 1);
    char *path = text_printf("%s/large", unit_temp_dir());
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)('a' + i / 1000 % 26);
    bytes[SIZE] = '\0';
    FILE *f = fopen(path, "w");
    fwrite(bytes, 1, SIZE, f);
    fclose(f);
    store *away = open_as(folder, be_away);
    node *n = fixture_int(1);
    node_put_local(n, "file", path, NULL);
    CU_ASSERT_EQUAL(fixture_store_nodes(away, &n, 1, NULL), ORMA_OK);
    CU_ASSERT_TRUE(has_text(away, n->pk, bytes));
    store *home = open_as(folder, be_home);
    int64_t count = 0;
    CU_ASSERT_EQUAL(store_drain_staged(home, &count, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_TRUE(has_text(home, n->pk, bytes));
    CU_ASSERT_EQUAL(staged(home), 0);
    node_free(n);
    store_close(home);
    store_close(away);
    free(path);
    free(bytes);
    free(folder);
}

static void where_the_folder_is_not_visible_the_home_is_named(void)
{
    char *folder = make();
    char *there = text_printf("%s/container", folder);
    char *hidden = text_printf("%s/hidden", folder);
    orma_error *err = NULL;
    node *n = NULL;
    buf out = {0};
    bool found = false;
    CU_ASSERT_EQUAL(rename(there, hidden), 0);
    store *away = open_as(folder, be_away);
    const int64_t pk = store_text(away, "from afar");
    CU_ASSERT_TRUE(has_text(away, pk, "from afar"));
    CU_ASSERT_EQUAL(store_node(away, 1, &n, NULL), ORMA_OK);
    CU_ASSERT_NOT_EQUAL(store_read_file(away, n, "file", &out, &found, &err),
                        ORMA_OK);
    CU_ASSERT_PTR_NOT_NULL(orma_error_hint(
        orma_error_cause(err) != NULL ? orma_error_cause(err) : err));
    orma_error_free(err);
    err = NULL;
    CU_ASSERT_EQUAL(store_set_home(away, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "not visible"));
    CU_ASSERT_EQUAL(rename(hidden, there), 0);
    node_free(n);
    buf_free(&out);
    store_close(away);
    free(there);
    free(hidden);
    free(folder);
}

static void other_hosts_never_write_to_the_container(void)
{
    char *folder = make();
    store *away = open_as(folder, be_away);
    container_object object = {.bytes = ORMA_LITERAL("x")};
    container_upkeep u = {0};
    const maintain_options maintain = {0};
    const backup_options backup = {0};
    json_object *report = NULL;
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(container_put(away->container, &object, 1, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "belongs to host \"home\""));
    CU_ASSERT_EQUAL(container_put_loose(away->container, &object, NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(container_pack(away->container, &u, NULL), ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(container_clean(away->container, &u, NULL), ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(container_repack(away->container, &u, NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(store_maintain(away, &maintain, &report, NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(store_backup(away, unit_temp_dir(), &backup, &report, NULL),
                    ORMA_E_REFUSED);
    /* Looking leaves no journal behind either. */
    char *journal = text_printf("%s/container/packs.idx-shm", folder);
    CU_ASSERT_TRUE(has_text(away, 1, "of the home"));
    CU_ASSERT_NOT_EQUAL(access(journal, F_OK), 0);
    free(journal);
    store_close(away);
    free(folder);
}

static void the_home_moves(void)
{
    char *folder = make();
    store *away = open_as(folder, be_away);
    const int64_t pk = store_text(away, "from afar");
    CU_ASSERT_EQUAL(store_set_home(away, NULL), ORMA_OK);
    store_text(away, "at home now");
    CU_ASSERT_EQUAL(staged(away), 0);
    CU_ASSERT_TRUE(has_text(away, pk, "from afar"));
    store *former = open_as(folder, be_home);
    CU_ASSERT_TRUE(former->is_away);
    store_close(former);
    store_close(away);
    free(folder);
}

static void maintenance_takes_and_keeps_what_is_staged(void)
{
    char *folder = make();
    store *away = open_as(folder, be_away);
    const int64_t pk = store_text(away, "from afar");
    store *home = open_as(folder, be_home);
    const maintain_options o = {.is_alone = true};
    json_object *report = NULL;
    CU_ASSERT_EQUAL(store_maintain(home, &o, &report, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(report, "drained", -1), 1);
    CU_ASSERT_EQUAL(json_get_int(report, "deleted", -1), 0);
    json_object_put(report);
    CU_ASSERT_TRUE(has_text(home, pk, "from afar"));
    CU_ASSERT_TRUE(has_text(away, pk, "from afar"));
    store_close(home);
    store_close(away);
    free(folder);
}

static void a_damaged_object_holds_up_no_other(void)
{
    char *folder = make();
    store *away = open_as(folder, be_away);
    orma_error *err = NULL;
    int64_t taken = 0;
    query q;
    store_text(away, "one");
    store_text(away, "two");
    /* The first in the order of draining. */
    CU_ASSERT_EQUAL(sql_begin(&away->db, NULL), ORMA_OK);
    query_start_once(&q, &away->db,
                     "UPDATE orma_object SET content = ?1, size = 3 WHERE "
                     "\"key\" = (SELECT MIN(\"key\") FROM orma_object)");
    query_blob(&q, 1, (orma_str){"bad", 3});
    CU_ASSERT_EQUAL(query_run(&q, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(sql_commit(&away->db, NULL), ORMA_OK);
    store_close(away);

    store *home = open_as(folder, be_home);
    CU_ASSERT_EQUAL(store_drain_staged(home, &taken, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "that another host staged is damaged"));
    CU_ASSERT_EQUAL(taken, 1);
    CU_ASSERT_EQUAL(staged(home), 1);
    store_close(home);
    free(folder);
}

static const unit_test tests[] = {
    {"who_makes_a_container_is_its_home", who_makes_a_container_is_its_home},
    {"other_hosts_stage_and_the_home_takes",
     other_hosts_stage_and_the_home_takes},
    {"large_files_are_staged_in_parts", large_files_are_staged_in_parts},
    {"where_the_folder_is_not_visible_the_home_is_named",
     where_the_folder_is_not_visible_the_home_is_named},
    {"other_hosts_never_write_to_the_container",
     other_hosts_never_write_to_the_container},
    {"a_damaged_object_holds_up_no_other", a_damaged_object_holds_up_no_other},
    {"the_home_moves", the_home_moves},
    {"maintenance_takes_and_keeps_what_is_staged",
     maintenance_takes_and_keeps_what_is_staged},
    {NULL, NULL},
};

const unit_suite staging_suite = {"staging", NULL, restore_identity, tests};
