/* What AiiDA archived comes in whole, and goes out the same.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/groups.h>
#include <storage/store_internal.h>

#include "unit/archive/canonical.h"
#include "unit/storage/fixture.h"

static int64_t number(store *s, const char *template)
{
    int64_t found = -1;
    query q;
    query_start_once(&q, &s->db, template);
    if (query_run_int(&q, -1, &found, NULL) != ORMA_OK)
        return -2;
    return found;
}

/* A profile with nothing but the archive's own user. */
static store *empty_profile(void)
{
    store *s = fixture_create(NULL);
    json_object *user = json_object_new_object();
    int64_t pk = 0;
    json_set_text(user, "email", "a@b.c");
    json_set_text(user, "first_name", "A");
    json_set_text(user, "last_name", "B");
    json_set_text(user, "institution", "C");
    if (store_user_save(s, user, &pk, NULL) != ORMA_OK)
        abort();
    json_object_put(user);
    query q;
    query_start_once(&q, &s->db, "DELETE FROM db_dbuser WHERE email <> ?1");
    query_text(&q, 1, "a@b.c");
    if (store_begin(s, NULL) != ORMA_OK || query_run(&q, NULL) != ORMA_OK ||
        store_commit(s, NULL) != ORMA_OK)
        abort();
    store_set_default_user(s, pk);
    return s;
}

static void check_round_trip(const char *name, int64_t nodes, int64_t links)
{
    store *archive = archive_of_aiida(name);
    store *a = empty_profile(), *b = empty_profile();
    char *path = archive_temp("again.aiida");
    json_object *report = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(archive);

    unlink(path);
    CU_ASSERT_TRUE(archive_taken(a, archive, NULL, &report));
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "nodes"), "new", 0), nodes);
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "links"), "new", 0), links);
    CU_ASSERT_EQUAL(json_get_int(json_get(report, "group"), "added", 0), nodes);
    json_object_put(report);
    CU_ASSERT_EQUAL(number(a, "SELECT COUNT(*) FROM db_dbnode"), nodes);
    CU_ASSERT_TRUE(canonical_same(archive, a));

    CU_ASSERT_TRUE(archive_made(a, path, NULL));
    store *again = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_TRUE(canonical_same(a, again));
    CU_ASSERT_TRUE(archive_taken(b, again, NULL, NULL));
    CU_ASSERT_TRUE(canonical_same(archive, b));
    store_close(again);
    store_close(archive);
    store_close(a);
    store_close(b);
    free(path);
}

static void arithmetic_goes_in_and_out(void)
{
    check_round_trip("arithmetic", 61, 78);
}

static void core_data_types_go_in_and_out(void)
{
    check_round_trip("core_data_types", 32, 0);
}

/* ---- what is written --------------------------------------------- */

static json_object *metadata_of(const char *path)
{
    json_object *metadata = NULL;
    bool is_current = false;
    CU_ASSERT_EQUAL_FATAL(archive_metadata(path, &metadata, &is_current, NULL),
                          ORMA_OK);
    CU_ASSERT_TRUE(is_current);
    return metadata;
}

/* Reference: metadata.json of AiiDA's arithmetic.aiida. */
static void metadata_has_aiidas_members(void)
{
    store *archive = archive_of_aiida("arithmetic");
    char *path = archive_temp("members.aiida");
    char *theirs = text_printf("%s/aiida/arithmetic.aiida", TEST_DATA);
    CU_ASSERT_TRUE(archive_made(archive, path, NULL));

    json_object *ours = metadata_of(path), *wanted = metadata_of(theirs);
    CU_ASSERT_STRING_EQUAL(json_get_text(ours, "export_version", ""),
                           "main_0001");
    CU_ASSERT_STRING_EQUAL(json_get_text(ours, "key_format", ""), "sha256");
    CU_ASSERT_EQUAL(json_get_int(ours, "compression", 0), 6);
    CU_ASSERT_EQUAL(strlen(json_get_text(ours, "ctime", "")),
                    strlen(json_get_text(wanted, "ctime", "")));
    CU_ASSERT_TRUE(json_equal(json_get(ours, "creation_parameters"),
                              json_get(wanted, "creation_parameters")));
    json_object_put(ours);
    json_object_put(wanted);
    free(theirs);
    free(path);
    store_close(archive);
}

/* As AiiDA's create_archive() writes it: no kind of which nothing was named. */
static void metadata_names_what_was_asked_for(void)
{
    store *archive = archive_of_aiida("core_data_types");
    char *path = archive_temp("asked.aiida");
    archive_selection selection;
    archive_create_options options = {.compression = 6};
    json_object *report = NULL;

    archive_selection_init(&selection);
    selection.all = false;
    CU_ASSERT_TRUE(pk_set_add(&selection.groups, 1, NULL));
    CU_ASSERT_EQUAL_FATAL(
        archive_create(archive, path, &selection, &options, &report, NULL),
        ORMA_OK);
    json_object *made = metadata_of(path);
    const json_object *start = json_get(json_get(made, "creation_parameters"),
                                        "entities_starting_set");
    CU_ASSERT_EQUAL(json_object_object_length(start), 1);
    CU_ASSERT_EQUAL(json_object_array_length(json_get(start, "group")), 1);
    json_object_put(made);
    json_object_put(report);
    archive_selection_finish(&selection);
    free(path);
    store_close(archive);
}

/* AiiDA looks for db.sqlite3 among the first four records only. */
static void central_directory_begins_with_metadata_and_database(void)
{
    static const char *const wanted[] = {"metadata.json", "db.sqlite3"};
    store *archive = archive_of_aiida("arithmetic");
    char *path = archive_temp("order.aiida");
    archive_file *f = NULL;
    buf file = {0};
    char key[DIGEST_SHA256_HEX];
    bool is_object = true;
    uint64_t size = 0;
    CU_ASSERT_TRUE(archive_made(archive, path, NULL));
    CU_ASSERT_EQUAL_FATAL(archive_file_open(path, &f, NULL), ORMA_OK);
    for (uint64_t i = 0; i < 2; i++) {
        CU_ASSERT_TRUE(archive_file_object(f, i, &is_object, key, &size));
        CU_ASSERT_FALSE(is_object);
    }
    archive_file_close(f);

    CU_ASSERT_EQUAL_FATAL(file_read(path, 1u << 30, &file, NULL), ORMA_OK);
    const char *at = memmem(file.ptr, file.len, "PK\001\002", 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(memcmp(at + 46, wanted[i], strlen(wanted[i])), 0);
        at = memmem(at + 4, (size_t)(file.ptr + file.len - at) - 4,
                    "PK\001\002", 4);
    }
    buf_free(&file);
    free(path);
    store_close(archive);
}

/* A zip program finds nothing to say; and SQLite neither. */
static void other_programs_read_it(void)
{
    store *archive = archive_of_aiida("core_data_types");
    char *path = archive_temp("others.aiida");
    CU_ASSERT_TRUE(archive_made(archive, path, NULL));
    const char *const argv[] = {"sh", "-c",
                                "command -v unzip >/dev/null || exit 0; "
                                "unzip -tqq \"$0\"",
                                path, NULL};
    CU_ASSERT_EQUAL(fixture_run(argv), 0);

    archive_file *f = NULL;
    buf database = {0};
    char *copy = archive_temp("others.sqlite");
    sqlite3 *db = NULL;
    CU_ASSERT_EQUAL_FATAL(archive_file_open(path, &f, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        archive_file_read(f, "db.sqlite3", 1u << 30, &database, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_write(copy, buf_view(&database), 0600, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(copy, &db), SQLITE_OK);
    CU_ASSERT_STRING_EQUAL(fixture_sqlite(db, "PRAGMA integrity_check"), "ok");
    CU_ASSERT_STRING_EQUAL(fixture_sqlite(db, "PRAGMA foreign_key_check"), "");
    CU_ASSERT_STRING_EQUAL(
        fixture_sqlite(db, "SELECT COUNT(*) FROM sqlite_master WHERE name = "
                           "'alembic_version' OR name LIKE 'orma%'"),
        "0");
    /* AiiDA's archives have 22 indexes of names that begin with ix_. */
    CU_ASSERT_STRING_EQUAL(
        fixture_sqlite(db, "SELECT COUNT(*) FROM sqlite_master WHERE type = "
                           "'index' AND name LIKE 'ix_%'"),
        "23");
    sqlite3_close(db);
    archive_file_close(f);
    buf_free(&database);
    free(copy);
    free(path);
    store_close(archive);
}

/* ---- what is chosen ---------------------------------------------- */

static int64_t pk_of_type(store *s, const char *type)
{
    int64_t pk = 0;
    query q;
    query_start_once(&q, &s->db,
                     "SELECT MIN(id) FROM db_dbnode WHERE node_type = ?1");
    query_text(&q, 1, type);
    if (query_run_int(&q, 0, &pk, NULL) != ORMA_OK)
        abort();
    return pk;
}

/* A calcjob of arithmetic.aiida brings its inputs (code, x, y), and its
 * outputs (remote_folder, retrieved, sum): seven nodes and six links; in a
 * work chain the caller and all of that come along. */
static void a_node_brings_its_provenance(void)
{
    store *archive = archive_of_aiida("arithmetic");
    store *a = empty_profile();
    char *path = archive_temp("calcjob.aiida");
    archive_selection what;
    archive_selection_init(&what);
    what.all = false;
    const int64_t pk =
        pk_of_type(archive, "process.calculation.calcjob.CalcJobNode.");
    CU_ASSERT_TRUE(pk_set_add(&what.nodes, pk, NULL));
    unlink(path);
    CU_ASSERT_TRUE(archive_made(archive, path, &what));
    store *part = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(part);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbnode"), 7);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dblink"), 6);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbcomputer"), 1);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbuser"), 1);
    CU_ASSERT_TRUE(archive_taken(a, part, NULL, NULL));
    CU_ASSERT_TRUE(canonical_same(part, a));
    json_object *metadata = metadata_of(path);
    json_object *start =
        json_get_path(metadata, "creation_parameters.entities_starting_set");
    CU_ASSERT_EQUAL(json_object_array_length(json_get(start, "node")), 1);
    CU_ASSERT_EQUAL(json_object_object_length(start), 1);
    json_object_put(metadata);
    store_close(part);
    store_close(a);
    store_close(archive);
    archive_selection_finish(&what);
    free(path);
}

static void a_group_brings_its_members(void)
{
    store *archive = archive_of_aiida("core_data_types");
    char *path = archive_temp("group.aiida");
    archive_selection what;
    archive_selection_init(&what);
    what.all = false;
    what.include_comments = false;
    CU_ASSERT_TRUE(pk_set_add(&what.groups, 2, NULL)); /* auto-x: three nodes */
    unlink(path);
    CU_ASSERT_TRUE(archive_made(archive, path, &what));
    store *part = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(part);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbgroup"), 1);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbgroup_dbnodes"), 3);
    CU_ASSERT_EQUAL(number(part, "SELECT COUNT(*) FROM db_dbcomment"), 0);
    store_close(part);
    store_close(archive);
    archive_selection_finish(&what);
    free(path);
}

static void unsealed_processes_are_refused(void)
{
    store *s = fixture_create(NULL);
    node *calcjob = fixture_calcjob();
    char *path = archive_temp("unsealed.aiida");
    archive_selection all;
    json_object *report = NULL;
    orma_error *err = NULL;
    const archive_create_options options = {.compression = 6};

    CU_ASSERT_EQUAL(fixture_store_nodes(s, &calcjob, 1, NULL), ORMA_OK);
    archive_selection_init(&all);
    CU_ASSERT_EQUAL(archive_create(s, path, &all, &options, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "1 process is not sealed"));
    CU_ASSERT_FALSE(file_exists(path));
    node_free(calcjob);
    store_close(s);
    free(path);
}

static void checkpoints_stay_behind(void)
{
    store *s = fixture_create(NULL);
    node *calcjob = fixture_calcjob();
    char *path = archive_temp("checkpoints.aiida");
    json_set_bool(calcjob->attributes, "sealed", true);
    json_set_text(calcjob->attributes, "checkpoints", "!!python");
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &calcjob, 1, NULL), ORMA_OK);
    CU_ASSERT_TRUE(archive_made(s, path, NULL));
    store *archive = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(archive);
    CU_ASSERT_EQUAL(number(archive, "SELECT COUNT(*) FROM db_dbnode WHERE "
                                    "attributes LIKE '%checkpoints%'"),
                    0);
    CU_ASSERT_EQUAL(number(archive, "SELECT COUNT(*) FROM db_dbnode WHERE "
                                    "attributes LIKE '%process_label%'"),
                    1);
    store_close(archive);
    node_free(calcjob);
    store_close(s);
    free(path);
}

static void dry_run_counts_and_writes_nothing(void)
{
    store *archive = archive_of_aiida("arithmetic");
    char *path = archive_temp("dry.aiida");
    archive_selection all;
    json_object *report = NULL;
    const archive_create_options options = {.compression = 6,
                                            .is_dry_run = true};
    archive_selection_init(&all);
    CU_ASSERT_EQUAL(
        archive_create(archive, path, &all, &options, &report, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(report, "nodes", 0), 61);
    CU_ASSERT_EQUAL(json_get_int(report, "objects", 0), 33);
    CU_ASSERT_FALSE(file_exists(path));
    char *part = text_printf("%s.part", path);
    CU_ASSERT_FALSE(file_exists(part));
    json_object_put(report);
    free(part);
    free(path);
    store_close(archive);
}

static void a_file_that_is_there_is_not_replaced(void)
{
    store *archive = archive_of_aiida("arithmetic");
    char *path = archive_temp("there.aiida");
    archive_selection all;
    json_object *report = NULL;
    orma_error *err = NULL;
    archive_create_options options = {.compression = 0};

    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("mine"), 0600, NULL),
                    ORMA_OK);
    archive_selection_init(&all);
    CU_ASSERT_EQUAL(
        archive_create(archive, path, &all, &options, &report, &err),
        ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "exists already"));
    options.overwrite = true;
    CU_ASSERT_EQUAL(
        archive_create(archive, path, &all, &options, &report, NULL), ORMA_OK);
    json_object_put(report);
    store *made = archive_opened(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    CU_ASSERT_TRUE(canonical_same(archive, made));
    store_close(made);
    free(path);
    store_close(archive);
}

/* ---- an archive as a profile ------------------------------------- */

static void an_archive_refuses_every_write(void)
{
    store *archive = archive_of_aiida("arithmetic");
    node *n = fixture_int(1);
    json_object *user = json_object_new_object();
    orma_error *err = NULL;
    int64_t pk = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(archive);
    store_set_default_user(archive, 1);
    CU_ASSERT_EQUAL(fixture_store_nodes(archive, &n, 1, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "the profile is an archive"));
    json_set_text(user, "email", "x@y.z");
    CU_ASSERT_EQUAL(store_user_save(archive, user, &pk, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "read-only"));
    archive_import_options options;
    json_object *report = NULL;
    archive_import_init(&options);
    CU_ASSERT_EQUAL(archive_import(archive, archive, &options, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "read-only"));
    json_object_put(user);
    node_free(n);
    store_close(archive);
}

static void contents_are_counted(void)
{
    store *archive = archive_of_aiida("core_data_types");
    json_object *c = NULL;
    CU_ASSERT_EQUAL_FATAL(archive_contents(archive, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(c, "nodes", 0), 32);
    CU_ASSERT_EQUAL(json_get_int(c, "groups", 0), 2);
    CU_ASSERT_EQUAL(json_get_int(c, "comments", 0), 1);
    CU_ASSERT_EQUAL(json_get_int(c, "objects", 0), 20);
    CU_ASSERT_EQUAL(json_get_int(json_get(c, "node_types"),
                                 "data.core.structure.StructureData.", 0),
                    1);
    json_object_put(c);
    store_close(archive);
}

static const unit_test tests[] = {
    {"arithmetic_goes_in_and_out", arithmetic_goes_in_and_out},
    {"core_data_types_go_in_and_out", core_data_types_go_in_and_out},
    {"metadata_has_aiidas_members", metadata_has_aiidas_members},
    {"metadata_names_what_was_asked_for", metadata_names_what_was_asked_for},
    {"central_directory_begins_with_metadata_and_database",
     central_directory_begins_with_metadata_and_database},
    {"other_programs_read_it", other_programs_read_it},
    {"a_node_brings_its_provenance", a_node_brings_its_provenance},
    {"a_group_brings_its_members", a_group_brings_its_members},
    {"unsealed_processes_are_refused", unsealed_processes_are_refused},
    {"checkpoints_stay_behind", checkpoints_stay_behind},
    {"dry_run_counts_and_writes_nothing", dry_run_counts_and_writes_nothing},
    {"a_file_that_is_there_is_not_replaced",
     a_file_that_is_there_is_not_replaced},
    {"an_archive_refuses_every_write", an_archive_refuses_every_write},
    {"contents_are_counted", contents_are_counted},
    {0},
};

const unit_suite round_trip_suite = {"round trip", NULL, NULL, tests};
