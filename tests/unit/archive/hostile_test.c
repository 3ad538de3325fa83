/* Archives that somebody made wrong, by accident or on purpose: each is
 * refused with one reason, and nothing changes.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/store_internal.h>

#include "unit/archive/canonical.h"
#include "unit/archive/forge.h"
#include "unit/storage/fixture.h"

static forgery forged;
static store *profile; /* that all of them shall leave alone */

static int make_profile(void)
{
    profile = fixture_create(NULL);
    return profile == NULL;
}

static int close_profile(void)
{
    store_close(profile);
    return 0;
}

static int64_t object_count(store *s)
{
    container_count count = {0};
    if (container_counts(s->container, &count, NULL) != ORMA_OK)
        return -1;
    return count.packed + count.loose;
}

/* As a program would import it: opened, then merged. */
static orma_status take(store *to, const char *path, orma_error **err)
{
    json_object *where = json_object_new_object();
    json_object *report = NULL;
    archive_import_options options;
    store *from = NULL;

    json_set_text(where, "filepath", path);
    orma_status st = store_open(fixture_registry(), "core.sqlite_zip", where,
                                false, &from, err);
    archive_import_init(&options);
    if (st == ORMA_OK)
        st = archive_import(to, from, &options, &report, err);
    store_close(from);
    json_object_put(report);
    json_object_put(where);
    return st;
}

/* What was forged is refused for the reason, and leaves the profile alone. */
static void refused_cut(const char *reason, size_t cut)
{
    char *path = archive_temp("hostile.aiida");
    orma_error *err = NULL;
    char *before = canonical_dump(profile);

    forge_write(&forged, path, cut);
    const orma_status st = take(profile, path, &err);
    CU_ASSERT_TRUE(st == ORMA_E_INVALID || st == ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, reason));
    char *after = canonical_dump(profile);
    CU_ASSERT_STRING_EQUAL(before, after);
    CU_ASSERT_EQUAL(object_count(profile), 0);
    free(before);
    free(after);
    free(path);
}

static void refused(const char *reason)
{
    refused_cut(reason, 0);
}

static void refused_sql(const char *text, const char *reason)
{
    forge_load(&forged, "core_data_types");
    forge_sql(&forged, text);
    refused(reason);
}

/* The forger's own work is sound. */
static void an_honest_forgery_is_taken(void)
{
    char *path = archive_temp("honest.aiida");
    store *s = fixture_create(NULL);
    orma_error *err = NULL;
    forge_load(&forged, "core_data_types");
    forge_add(&forged, "repo/", "");
    forge_add(&forged, "__MACOSX/._x", "tolerated");
    forge_write(&forged, path, 0);
    CU_ASSERT_EQUAL(take(s, path, &err), ORMA_OK);
    CU_ASSERT_EQUAL(object_count(s), 20);
    store_close(s);
    free(path);
}

/* ---- the file ---------------------------------------------------- */

static void refuses_what_is_no_zip(void)
{
    char *path = archive_temp("text.aiida");
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(file_write(path, ORMA_LITERAL("no zip"), 0600, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(take(profile, path, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "no zip file"));
    CU_ASSERT_EQUAL(take(profile, "/no/such/file.aiida", &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "does not exist"));
    free(path);
}

static void refuses_truncated_file(void)
{
    static const size_t cuts[] = {1, 21, 100, 5000, 200000};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        forge_load(&forged, "core_data_types");
        refused_cut("truncated", cuts[i]);
    }
}

/* ---- names and kinds of entries ---------------------------------- */

static void refuses_names_that_lead_out(void)
{
    static const char *const names[] = {
        "../evil", "repo/../../evil", "/etc/passwd", "a//b",
        "./x",     "..\\evil",        "C:\\evil",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        forge_load(&forged, "core_data_types");
        forge_add(&forged, names[i], "x");
        refused("leads out of the archive");
    }
}

static void refuses_names_that_are_no_utf8(void)
{
    forge_load(&forged, "core_data_types");
    forge_add(&forged, "caf\xe9", "x");
    refused("no UTF-8");
}

static void refuses_entry_that_is_there_twice(void)
{
    forge_load(&forged, "core_data_types");
    forge_add(&forged, "metadata.json", "{}");
    refused("is there twice");
    forge_load(&forged, "core_data_types");
    forge_add(&forged, forged.entries[5].name, "x");
    refused("is there twice");
}

static void refuses_symbolic_link(void)
{
    forge_load(&forged, "core_data_types");
    forge_add(&forged, "link", "/etc/passwd")->mode = 0120777;
    refused("is a symbolic link");
}

static void refuses_encrypted_entry(void)
{
    forge_load(&forged, "core_data_types");
    forged.entries[4].flags = 1;
    refused("is encrypted");
}

static void refuses_object_that_is_no_hash(void)
{
    forge_load(&forged, "core_data_types");
    forge_add(&forged, "repo/readme.txt", "x");
    refused("its name is no SHA-256");
}

/* ---- content ----------------------------------------------------- */

static void refuses_wrong_checksum(void)
{
    forge_load(&forged, "core_data_types");
    forged.entries[4].crc_flip = 1;
    refused("has a wrong checksum");
    forge_load(&forged, "core_data_types");
    forge_find(&forged, "db.sqlite3")->crc_flip = 1;
    refused("db.sqlite3 has a wrong checksum");
    forge_load(&forged, "core_data_types");
    forge_find(&forged, "metadata.json")->crc_flip = 1;
    refused("has a wrong checksum");
}

static void refuses_object_under_another_hash(void)
{
    forge_load(&forged, "core_data_types");
    buf_char(&forged.entries[4].data, 'x');
    refused("holds other bytes");
}

static void refuses_missing_object(void)
{
    forge_load(&forged, "core_data_types");
    forged.count--;
    buf_free(&forged.entries[forged.count].data);
    refused("is missing");
}

/* Four megabytes of zeros. */
static void deflate_zeros(buf *out)
{
    static unsigned char zeros[65536], piece[65536];
    z_stream z = {0};
    CU_ASSERT_EQUAL_FATAL(
        deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    for (int i = 0; i < 64; i++) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        do {
            z.next_out = piece;
            z.avail_out = sizeof piece;
            deflate(&z, i == 63 ? Z_FINISH : Z_NO_FLUSH);
            buf_append(out, piece, sizeof piece - z.avail_out);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
}

static forged_entry *add_zeros(uint32_t claimed)
{
    char name[80];
    snprintf(name, sizeof name, "repo/%064d", 0);
    forged_entry *e = forge_add(&forged, name, "");
    deflate_zeros(&e->data);
    e->method = 8;
    e->size = claimed;
    return e;
}

static void refuses_bomb(void)
{
    /* claims less than it holds */
    forge_load(&forged, "core_data_types");
    add_zeros(1000);
    refused("holds more than the directory says");
    /* claims more than compression can do */
    forge_load(&forged, "core_data_types");
    add_zeros(4000000000u);
    refused("claims to hold more than compression can make so small");
    /* claims more than it holds */
    forge_load(&forged, "core_data_types");
    add_zeros((64u << 16) + 1);
    refused("holds less than the directory says");
}

static void limits_of_size_can_be_set(void)
{
    store *archive = archive_of_aiida("arithmetic");
    archive_import_options options;
    json_object *report = NULL;
    orma_error *err = NULL;
    archive_import_init(&options);
    options.max_bytes = 100000; /* the archive holds 270186 */
    CU_ASSERT_EQUAL(archive_import(profile, archive, &options, &report, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "270186 bytes, and 100000 are allowed"));
    store_close(archive);
}

/* ---- metadata ---------------------------------------------------- */

static void refused_metadata(const char *text, const char *reason)
{
    forge_load(&forged, "core_data_types");
    forged_entry *e = forge_find(&forged, "metadata.json");
    buf_clear(&e->data);
    buf_text(&e->data, text);
    refused(reason);
}

static void refuses_damaged_metadata(void)
{
    refused_metadata("{\"export_version\": ", "is damaged");
    refused_metadata("{\"export_version\": \"caf\xe9\"}", "is damaged");
    refused_metadata("[]", "is no object");
    refused_metadata("{}", "tells no export_version");
    refused_metadata("{\"export_version\": \"main_0001\", \"key_format\": "
                     "\"sha1\"}",
                     "orma works with sha256");
}

static void refuses_other_versions_with_the_way_to_convert(void)
{
    static const struct {
        const char *version, *hint;
    } versions[] = {
        {"0.3", "AiiDA 1"},
        {"0.4", "verdi archive migrate"},
        {"0.13", "verdi archive migrate"},
        {"main_0000a", "verdi archive migrate"},
        {"1.0", "unreleased"},
        {"main_0002", "newer"},
    };
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        orma_error *err = NULL;
        json_object *metadata = json_object_new_object();
        json_set_text(metadata, "export_version", versions[i].version);
        CU_ASSERT_EQUAL(archive_check_version("x.aiida", metadata, &err),
                        ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_hint(err), versions[i].hint));
        CU_ASSERT_TRUE(fixture_says(&err, versions[i].version));
        json_object_put(metadata);
    }
    refused_metadata("{\"export_version\": \"0.12\"}", "of version \"0.12\"");
}

/* ---- the database ------------------------------------------------ */

static void refuses_database_that_is_none(void)
{
    forge_load(&forged, "core_data_types");
    forged_entry *e = forge_find(&forged, "db.sqlite3");
    buf_clear(&e->data);
    buf_text(&e->data, "this is no database, whatever its name says");
    refused("is no SQLite database");

    forge_load(&forged, "core_data_types");
    e = forge_find(&forged, "db.sqlite3");
    memset(e->data.ptr + 8192, 0xff, 4096);
    refused("is refused");

    forge_load(&forged, "core_data_types");
    snprintf(forge_find(&forged, "db.sqlite3")->name, 20, "other");
    refused("has no db.sqlite3");
}

static void refuses_what_acts_by_itself(void)
{
    refused_sql("CREATE TRIGGER t AFTER INSERT ON db_dbnode BEGIN DELETE FROM "
                "db_dbnode; END",
                "a \"trigger\"");
    refused_sql("CREATE VIEW v AS SELECT * FROM db_dbnode", "a \"view\"");
    refused_sql("CREATE TABLE other (x)", "an unexpected table, \"other\"");
    refused_sql("CREATE VIRTUAL TABLE other USING fts5(x)",
                "an unexpected table");
    refused_sql("ALTER TABLE db_dbnode ADD COLUMN evil AS (label || 'x')",
                "a computed column in \"db_dbnode\"");
}

static void refuses_another_schema(void)
{
    refused_sql("DROP TABLE db_dblog", "lacks the table \"db_dblog\"");
    refused_sql("ALTER TABLE db_dbuser RENAME COLUMN email TO mail",
                "lacks columns");
}

static void older_archives_may_lack_settings(void)
{
    char *path = archive_temp("settings.aiida");
    store *s = fixture_create(NULL);
    forge_load(&forged, "core_data_types");
    forge_sql(&forged, "DROP TABLE db_dbsetting; CREATE TABLE alembic_version "
                       "(version_num VARCHAR(32))");
    forge_write(&forged, path, 0);
    CU_ASSERT_EQUAL(take(s, path, NULL), ORMA_OK);
    store_close(s);
    free(path);
}

static void refuses_wrong_values(void)
{
    refused_sql("UPDATE db_dbnode SET label = CAST(x'636166e9' AS TEXT) WHERE "
                "id = 3",
                "in row 3 of its table \"db_dbnode\" the column \"label\" "
                "holds no valid UTF-8");
    refused_sql("UPDATE db_dbnode SET attributes = '{\"a\": NaN}' WHERE id = 3",
                "\"attributes\" holds malformed JSON");
    refused_sql("UPDATE db_dbnode SET attributes = '[1]' WHERE id = 3",
                "\"attributes\" holds no JSON object");
    refused_sql("UPDATE db_dbnode SET extras = CAST(x'7b2261223a2022e9227d' AS "
                "TEXT) WHERE id = 3",
                "\"extras\" holds malformed JSON");
    refused_sql("UPDATE db_dbnode SET uuid = 'no uuid' WHERE id = 3",
                "\"uuid\" holds no UUID");
    refused_sql("UPDATE db_dbnode SET ctime = 'yesterday' WHERE id = 3",
                "\"ctime\" holds no time");
    refused_sql("UPDATE db_dbnode SET node_type = '' WHERE id = 3",
                "\"node_type\" is empty");
    refused_sql("UPDATE db_dbnode SET label = printf('%.*c', 256, 'x') WHERE "
                "id = 3",
                "\"label\" is too long");
    refused_sql("UPDATE db_dbnode SET repository_metadata = '{\"o\": {\"../x\":"
                " {\"k\": \"x\"}}}' WHERE id = 3",
                "is not allowed");
}

static void refuses_references_to_nothing(void)
{
    refused_sql("UPDATE db_dbnode SET user_id = 77 WHERE id = 3",
                "\"user_id\" refers to a row that is not there");
    refused_sql("UPDATE db_dbgroup_dbnodes SET dbnode_id = 7777 WHERE id = 3",
                "\"dbnode_id\" refers to a row that is not there");
    refused_sql("UPDATE db_dbnode SET id = 5000000000 WHERE id = 3",
                "\"id\" is no id of AiiDA's");
}

static void refuses_links_against_the_rules(void)
{
    static const char insert[] =
        "INSERT INTO db_dblink (input_id, output_id, label, type) VALUES ";
    static const struct {
        const char *row, *reason;
    } links[] = {
        {"(2, 3, 'x', 'create')", "is not allowed"}, /* data creates data */
        {"(2, 3, 'x', 'sells')", "holds no type of links"},
        {"(2, 7777, 'x', 'create')", "refers to a row that is not there"},
    };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        char *text = text_printf("%s%s", insert, links[i].row);
        refused_sql(text, links[i].reason);
        free(text);
    }
    /* A second creator of the same data. */
    forge_load(&forged, "arithmetic");
    forge_sql(&forged,
              "INSERT INTO db_dblink (input_id, output_id, label, type) SELECT "
              "MIN(n.id), k.output_id, 'again', 'create' FROM db_dblink AS k, "
              "db_dbnode AS n WHERE k.id = 1 AND n.id <> k.input_id AND "
              "n.node_type LIKE '%CalcJobNode.'");
    refused("is not allowed");
}

static const unit_test tests[] = {
    {"an_honest_forgery_is_taken", an_honest_forgery_is_taken},
    {"refuses_what_is_no_zip", refuses_what_is_no_zip},
    {"refuses_truncated_file", refuses_truncated_file},
    {"refuses_names_that_lead_out", refuses_names_that_lead_out},
    {"refuses_names_that_are_no_utf8", refuses_names_that_are_no_utf8},
    {"refuses_entry_that_is_there_twice", refuses_entry_that_is_there_twice},
    {"refuses_symbolic_link", refuses_symbolic_link},
    {"refuses_encrypted_entry", refuses_encrypted_entry},
    {"refuses_object_that_is_no_hash", refuses_object_that_is_no_hash},
    {"refuses_wrong_checksum", refuses_wrong_checksum},
    {"refuses_object_under_another_hash", refuses_object_under_another_hash},
    {"refuses_missing_object", refuses_missing_object},
    {"refuses_bomb", refuses_bomb},
    {"limits_of_size_can_be_set", limits_of_size_can_be_set},
    {"refuses_damaged_metadata", refuses_damaged_metadata},
    {"refuses_other_versions_with_the_way_to_convert",
     refuses_other_versions_with_the_way_to_convert},
    {"refuses_database_that_is_none", refuses_database_that_is_none},
    {"refuses_what_acts_by_itself", refuses_what_acts_by_itself},
    {"refuses_another_schema", refuses_another_schema},
    {"older_archives_may_lack_settings", older_archives_may_lack_settings},
    {"refuses_wrong_values", refuses_wrong_values},
    {"refuses_references_to_nothing", refuses_references_to_nothing},
    {"refuses_links_against_the_rules", refuses_links_against_the_rules},
    {0},
};

const unit_suite hostile_suite = {"hostile archives", make_profile,
                                  close_profile, tests};
