/* What an import does to a profile that has some of it already.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/text.h>
#include <storage/archive/id_map.h>
#include <storage/store_internal.h>

#include "unit/archive/canonical.h"
#include "unit/archive/forge.h"
#include "unit/storage/fixture.h"

static forgery forged;

static int64_t number(store *s, const char *template)
{
    int64_t found = -1;
    query q;
    query_start_once(&q, &s->db, template);
    return query_run_int(&q, -1, &found, NULL) == ORMA_OK ? found : -2;
}

static void run(store *s, const char *template)
{
    query q;
    if (store_begin(s, NULL) != ORMA_OK)
        abort();
    query_start_once(&q, &s->db, template);
    if (query_run(&q, NULL) != ORMA_OK || store_commit(s, NULL) != ORMA_OK)
        abort();
}

/* A text of the profile's; the caller frees it. */
static char *text(store *s, const char *template)
{
    char *found = NULL;
    query q;
    query_start_once(&q, &s->db, template);
    if (query_next(&q))
        found = column_text(&q, 0);
    if (query_end(&q, NULL) != ORMA_OK || found == NULL)
        return text_copy("");
    return found;
}

static bool text_is(store *s, const char *template, const char *wanted)
{
    char *found = text(s, template);
    const bool same = wanted[0] == '{' ? fixture_is_json(found, wanted)
                                       : text_equal(found, wanted);
    if (!same)
        printf("# \"%s\" is not \"%s\"\n", found, wanted);
    free(found);
    return same;
}

static store *with_types(void)
{
    store *s = fixture_create(NULL);
    store *archive = archive_of_aiida("core_data_types");
    if (archive == NULL || !archive_taken(s, archive, NULL, NULL))
        abort();
    store_close(archive);
    return s;
}

/* core_data_types.aiida changed by SQL; the caller closes it. */
static store *changed(const char *statements)
{
    char *path = archive_temp("changed.aiida");
    forge_load(&forged, "core_data_types");
    forge_sql(&forged, statements);
    forge_write(&forged, path, 0);
    store *s = archive_opened(path);
    free(path);
    if (s == NULL)
        abort();
    return s;
}

static void merge(store *s, const char *statements,
                  const archive_import_options *options)
{
    store *archive = changed(statements);
    CU_ASSERT_TRUE(archive_taken(s, archive, options, NULL));
    store_close(archive);
}

static void twice_adds_nothing(void)
{
    store *archive = archive_of_aiida("arithmetic");
    store *s = fixture_create(NULL);
    archive_import_options options;
    json_object *report = NULL;
    archive_import_init(&options);
    options.makes_group = false;

    CU_ASSERT_TRUE(archive_taken(s, archive, &options, NULL));
    char *before = canonical_dump(s);
    CU_ASSERT_TRUE(archive_taken(s, archive, &options, &report));
    char *after = canonical_dump(s);
    CU_ASSERT_STRING_EQUAL(before, after);
    json_object_object_foreach(report, key, counts)
    {
        if (!text_equal(key, "group"))
            CU_ASSERT_EQUAL(json_get_int(counts, "new", -1), 0);
    }
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "nodes"), "existing", 0), 61);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbnode"), 61);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dblink"), 78);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup"), 0);
    json_object_put(report);
    free(before);
    free(after);
    store_close(archive);
    store_close(s);
}

static void what_is_missing_is_filled_in(void)
{
    store *archive = archive_of_aiida("arithmetic");
    store *s = fixture_create(NULL);
    archive_import_options options;
    archive_import_init(&options);
    options.makes_group = false;
    CU_ASSERT_TRUE(archive_taken(s, archive, &options, NULL));
    char *before = canonical_dump(s);
    run(s, "DELETE FROM db_dblink WHERE type IN ('create', 'return')");
    run(s, "DELETE FROM db_dblog");
    CU_ASSERT_TRUE(archive_taken(s, archive, &options, NULL));
    char *after = canonical_dump(s);
    CU_ASSERT_STRING_EQUAL(before, after);
    free(before);
    free(after);
    store_close(archive);
    store_close(s);
}

static void a_dry_run_changes_nothing(void)
{
    store *archive = archive_of_aiida("arithmetic");
    store *s = fixture_create(NULL);
    archive_import_options options;
    json_object *report = NULL;
    container_count objects;
    archive_import_init(&options);
    options.is_dry_run = true;
    char *before = canonical_dump(s);
    CU_ASSERT_TRUE(archive_taken(s, archive, &options, &report));
    char *after = canonical_dump(s);
    CU_ASSERT_STRING_EQUAL(before, after);
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "nodes"), "new", 0), 61);
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "objects"), "new", 0), 33);
    CU_ASSERT_EQUAL(container_counts(s->container, &objects, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(objects.packed + objects.loose, 0);
    json_object_put(report);
    free(before);
    free(after);
    store_close(archive);
    store_close(s);
}

/* ---- groups ------------------------------------------------------ */

static void all_nodes_join_a_group(void)
{
    store *s = with_types();
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup WHERE "
                              "type_string = 'core.import'"),
                    1);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS m "
                              "JOIN db_dbgroup AS g ON g.id = m.dbgroup_id "
                              "WHERE g.type_string = 'core.import'"),
                    32);
    CU_ASSERT_TRUE(text_is(s,
                           "SELECT description FROM db_dbgroup WHERE "
                           "type_string = 'core.import'",
                           "Group generated by archive import"));
    /* 20261122-154607 */
    char *label = text(
        s, "SELECT label FROM db_dbgroup WHERE type_string = 'core.import'");
    CU_ASSERT_EQUAL(strlen(label), 15);
    CU_ASSERT_EQUAL(label[8], '-');
    free(label);
    store_close(s);
}

static void nodes_join_the_group_that_is_named(void)
{
    store *s = with_types();
    archive_import_options options;
    archive_import_init(&options);
    options.group_label = "mine";
    merge(s, "SELECT 1", &options);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS m "
                              "JOIN db_dbgroup AS g ON g.id = m.dbgroup_id "
                              "WHERE g.label = 'mine' AND g.type_string = "
                              "'core'"),
                    32);
    options.group_label = NULL;
    options.group_pk =
        number(s, "SELECT id FROM db_dbgroup WHERE label = 'auto-x'");
    merge(s, "SELECT 1", &options);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS m "
                              "JOIN db_dbgroup AS g ON g.id = m.dbgroup_id "
                              "WHERE g.label = 'auto-x'"),
                    32);
    store_close(s);
}

/* Of the archive's own group the label is taken then. */
static void a_named_group_is_plain_and_keeps_its_name(void)
{
    store *s = fixture_create(NULL);
    archive_import_options options;
    archive_import_init(&options);
    options.group_label = "types";
    for (int i = 0; i < 2; i++) {
        merge(s, "SELECT 1", &options);
        CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS "
                                  "m JOIN db_dbgroup AS g ON g.id = "
                                  "m.dbgroup_id WHERE g.label = 'types' AND "
                                  "g.type_string = 'core'"),
                        32);
        CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS "
                                  "m JOIN db_dbgroup AS g ON g.id = "
                                  "m.dbgroup_id WHERE g.label = 'types "
                                  "(Imported #0)'"),
                        29);
    }
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup"), 3);
    store_close(s);
}

/* A group of another type, too, takes the label. */
static void labels_that_are_taken_get_a_number(void)
{
    store *s = with_types();
    merge(s,
          "UPDATE db_dbgroup SET uuid = '11111111-1111-4111-8111-111111111111' "
          "WHERE label = 'types';"
          "UPDATE db_dbcomputer SET uuid = "
          "'22222222-2222-4222-8222-222222222222'",
          NULL);
    merge(s,
          "UPDATE db_dbgroup SET uuid = '33333333-3333-4333-8333-333333333333',"
          " type_string = 'core.upf' WHERE label = 'types'",
          NULL);
    CU_ASSERT_TRUE(text_is(s,
                           "SELECT label FROM db_dbgroup WHERE uuid = "
                           "'11111111-1111-4111-8111-111111111111'",
                           "types (Imported #0)"));
    CU_ASSERT_TRUE(text_is(s,
                           "SELECT label FROM db_dbgroup WHERE uuid = "
                           "'33333333-3333-4333-8333-333333333333'",
                           "types (Imported #1)"));
    CU_ASSERT_TRUE(text_is(s,
                           "SELECT label FROM db_dbcomputer WHERE uuid = "
                           "'22222222-2222-4222-8222-222222222222'",
                           "localhost (Imported #0)"));
    store_close(s);
}

static void a_group_that_is_there_keeps_its_members(void)
{
    store *s = with_types();
    run(s, "DELETE FROM db_dbgroup_dbnodes WHERE dbgroup_id = (SELECT id FROM "
           "db_dbgroup WHERE label = 'auto-x')");
    merge(s, "SELECT 1", NULL);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbgroup_dbnodes AS m "
                              "JOIN db_dbgroup AS g ON g.id = m.dbgroup_id "
                              "WHERE g.label = 'auto-x'"),
                    0);
    store_close(s);
}

/* ---- extras ------------------------------------------------------ */

/* Node 2: {"mine": 1, "both": 1} here, {"theirs": 2, "both": 2} there. */
static void check_extras(enum archive_extras mode, const char *wanted)
{
    store *s = with_types();
    archive_import_options options;
    char *found = NULL, *mtime = NULL, *later = NULL;
    static const char select_mtime[] =
        "SELECT mtime FROM db_dbnode WHERE label = 'watched'";
    archive_import_init(&options);
    options.extras = mode;
    run(s, "UPDATE db_dbnode SET label = 'watched', extras = '{\"mine\": 1, "
           "\"both\": 1}' WHERE id = (SELECT MIN(id) FROM db_dbnode)");
    mtime = text(s, select_mtime);
    merge(s,
          "UPDATE db_dbnode SET extras = '{\"theirs\": 2, \"both\": 2, "
          "\"_aiida_hash\": \"x\"}' WHERE id = (SELECT MIN(id) FROM "
          "db_dbnode)",
          &options);
    found = text(s, "SELECT extras FROM db_dbnode WHERE label = 'watched'");
    json_object *value = NULL, *expected = NULL;
    CU_ASSERT_EQUAL(json_parse((orma_str){found, strlen(found)}, &value, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        json_parse((orma_str){wanted, strlen(wanted)}, &expected, NULL),
        ORMA_OK);
    CU_ASSERT_TRUE(json_equal(value, expected));
    later = text(s, select_mtime);
    CU_ASSERT_EQUAL(text_equal(mtime, later), mode == ARCHIVE_EXTRAS_NONE);
    json_object_put(value);
    json_object_put(expected);
    free(found);
    free(mtime);
    free(later);
    store_close(s);
}

static void extras_of_nodes_that_are_there(void)
{
    check_extras(ARCHIVE_EXTRAS_NONE, "{\"mine\": 1, \"both\": 1}");
    check_extras(ARCHIVE_EXTRAS_KEEP,
                 "{\"mine\": 1, \"both\": 1, \"theirs\": 2}");
    check_extras(ARCHIVE_EXTRAS_UPDATE,
                 "{\"mine\": 1, \"both\": 2, \"theirs\": 2}");
    check_extras(ARCHIVE_EXTRAS_MIRROR, "{\"both\": 2, \"theirs\": 2}");
}

static void extras_of_new_nodes(void)
{
    store *s = fixture_create(NULL), *none = fixture_create(NULL);
    archive_import_options options;
    static const char change[] =
        "UPDATE db_dbnode SET extras = '{\"a\": 1.0, \"_aiida_hash\": \"x\", "
        "\"_aiida_cached_from\": \"y\", \"hidden\": true}', node_type = CASE "
        "WHEN id = 2 THEN 'data.core.code.Code.' ELSE node_type END";
    static const char of_codes[] =
        "SELECT extras FROM db_dbnode WHERE node_type = 'data.core.code.Code.'";
    static const char of_ints[] =
        "SELECT extras FROM db_dbnode WHERE node_type = 'data.core.bool.Bool.'";
    merge(s, change, NULL);
    CU_ASSERT_TRUE(text_is(s, of_codes, "{\"a\": 1.0}"));
    CU_ASSERT_TRUE(text_is(s, of_ints, "{\"a\": 1.0, \"hidden\": true}"));
    archive_import_init(&options);
    options.drops_new_extras = true;
    merge(none, change, &options);
    CU_ASSERT_TRUE(text_is(none, of_ints, "{}"));
    store_close(s);
    store_close(none);
}

/* "_aiida_hash" in JSON's other spelling would slip into the cache. */
static void no_spelling_brings_a_hash(void)
{
    store *s = fixture_create(NULL);
    merge(s,
          "UPDATE db_dbnode SET extras = '{\"a\": 1, \"\\u005faiida_hash\": "
          "\"x\", \"_\\u0061iida_cached_from\": \"y\"}'",
          NULL);
    CU_ASSERT_TRUE(text_is(s,
                           "SELECT extras FROM db_dbnode WHERE node_type = "
                           "'data.core.bool.Bool.'",
                           "{\"a\": 1}"));
    store_close(s);
}

/* ---- comments ---------------------------------------------------- */

static void check_comment(enum archive_comments mode, const char *mtime,
                          const char *wanted)
{
    store *s = with_types();
    archive_import_options options;
    char *statement = text_printf(
        "UPDATE db_dbcomment SET content = 'theirs', mtime = '%s'", mtime);
    archive_import_init(&options);
    options.comments = mode;
    merge(s, statement, &options);
    CU_ASSERT_TRUE(text_is(s, "SELECT content FROM db_dbcomment", wanted));
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbcomment"), 1);
    free(statement);
    store_close(s);
}

static void comments_that_are_there(void)
{
    static const char earlier[] = "2020-01-01 00:00:00.000000";
    static const char later[] = "2030-01-01 00:00:00.000000";
    check_comment(ARCHIVE_COMMENTS_LEAVE, later, "a comment \u2713");
    check_comment(ARCHIVE_COMMENTS_NEWEST, later, "theirs");
    check_comment(ARCHIVE_COMMENTS_NEWEST, earlier, "a comment \u2713");
    check_comment(ARCHIVE_COMMENTS_OVERWRITE, earlier, "theirs");
}

/* ---- authinfos --------------------------------------------------- */

static const char add_authinfo[] =
    "INSERT INTO db_dbauthinfo (id, aiidauser_id, dbcomputer_id, metadata, "
    "auth_params, enabled) VALUES (1, 1, 1, '{}', '{\"safe_interval\": 0.5}', "
    "1)";

static void authinfos_come_when_asked_for(void)
{
    store *s = fixture_create(NULL);
    archive_import_options options;
    archive_import_init(&options);
    merge(s, add_authinfo, &options);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbauthinfo"), 0);
    options.include_authinfos = true;
    merge(s, add_authinfo, &options);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbauthinfo"), 1);
    CU_ASSERT_TRUE(text_is(s, "SELECT auth_params FROM db_dbauthinfo",
                           "{\"safe_interval\": 0.5}"));
    merge(s, add_authinfo, &options);
    CU_ASSERT_EQUAL(number(s, "SELECT COUNT(*) FROM db_dbauthinfo"), 1);

    /* And go out when asked for. */
    char *path = archive_temp("authinfos.aiida");
    archive_selection what;
    archive_selection_init(&what);
    unlink(path);
    CU_ASSERT_TRUE(archive_made(s, path, &what));
    store *without = archive_opened(path);
    CU_ASSERT_EQUAL(number(without, "SELECT COUNT(*) FROM db_dbauthinfo"), 0);
    store_close(without);
    unlink(path);
    what.include_authinfos = true;
    CU_ASSERT_TRUE(archive_made(s, path, &what));
    store *with = archive_opened(path);
    CU_ASSERT_EQUAL(number(with, "SELECT COUNT(*) FROM db_dbauthinfo"), 1);
    store_close(with);
    free(path);
    store_close(s);
}

/* ---- ids --------------------------------------------------------- */

static void ids_are_mapped(void)
{
    id_map map = {0};
    for (int64_t i = 1; i <= 1000; i++)
        CU_ASSERT_EQUAL(id_map_add(&map, i * 3), ID_MAP_ADDED);
    CU_ASSERT_EQUAL(id_map_add(&map, 3000), ID_MAP_DISORDER);
    CU_ASSERT_EQUAL(id_map_add(&map, (int64_t)1 << 31), ID_MAP_DISORDER);
    CU_ASSERT_PTR_NULL(id_map_find(&map, 4));
    CU_ASSERT_PTR_NULL(id_map_find(&map, 3003));
    id_map_find(&map, 6)->to = -17;
    CU_ASSERT_EQUAL(id_map_get(&map, 6), 17);
    CU_ASSERT_EQUAL(id_map_get(&map, 9), 0);
    CU_ASSERT_EQUAL(id_map_get(&map, 10), 0);
    id_map_free(&map);
}

static const unit_test tests[] = {
    {"twice_adds_nothing", twice_adds_nothing},
    {"what_is_missing_is_filled_in", what_is_missing_is_filled_in},
    {"a_dry_run_changes_nothing", a_dry_run_changes_nothing},
    {"all_nodes_join_a_group", all_nodes_join_a_group},
    {"nodes_join_the_group_that_is_named", nodes_join_the_group_that_is_named},
    {"a_named_group_is_plain_and_keeps_its_name",
     a_named_group_is_plain_and_keeps_its_name},
    {"labels_that_are_taken_get_a_number", labels_that_are_taken_get_a_number},
    {"a_group_that_is_there_keeps_its_members",
     a_group_that_is_there_keeps_its_members},
    {"extras_of_nodes_that_are_there", extras_of_nodes_that_are_there},
    {"extras_of_new_nodes", extras_of_new_nodes},
    {"no_spelling_brings_a_hash", no_spelling_brings_a_hash},
    {"comments_that_are_there", comments_that_are_there},
    {"authinfos_come_when_asked_for", authinfos_come_when_asked_for},
    {"ids_are_mapped", ids_are_mapped},
    {0},
};

const unit_suite merge_suite = {"merging archives", NULL, NULL, tests};
