/* Reading and writing objects of the container.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <sqlite3.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/file.h>
#include <base/json.h>
#include <base/text.h>
#include <storage/container.h>

/* SHA-256 of "abc" and of nothing: FIPS 180-2, appendix B. */
static const char abc_key[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char empty_key[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static char *folder;
static container *c;

static void make(void)
{
    folder = text_printf("%s/container", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(container_create(folder, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(container_open(folder, &c, NULL), ORMA_OK);
}

static void drop(void)
{
    container_close(c);
    free(folder);
    c = NULL;
    folder = NULL;
}

static int64_t file_size(const char *name)
{
    struct stat info;
    char *path = text_printf("%s/%s", folder, name);
    const int64_t size = stat(path, &info) == 0 ? info.st_size : -1;
    free(path);
    return size;
}

static orma_status put(const char *text, char *key)
{
    container_object object = {.bytes = {text, strlen(text)}};
    const orma_status st = container_put(c, &object, 1, NULL);
    if (key != NULL)
        memcpy(key, object.key, sizeof object.key);
    return st;
}

static orma_status read_all(const char *key, buf *out, orma_error **err)
{
    object_reader *r = NULL;
    char piece[1000];
    orma_status st = container_open_object(c, key, &r, err);
    for (size_t n = 1; st == ORMA_OK && n > 0;) {
        st = object_read(r, piece, sizeof piece, &n, err);
        if (st == ORMA_OK)
            buf_append(out, piece, n);
    }
    object_close(r);
    return st;
}

static void expect(const char *key, const char *text)
{
    buf out = {0};
    CU_ASSERT_EQUAL(read_all(key, &out, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), text);
    buf_free(&out);
}

static void config_is_written_as_disk_objectstore_does(void)
{
    buf text = {0};
    make();
    char *path = text_printf("%s/config.json", folder);
    char *expected = text_printf(
        "{\"container_version\": 1, \"loose_prefix_len\": 2, "
        "\"pack_size_target\": 4294967296, \"hash_type\": \"sha256\", "
        "\"container_id\": \"%s\", \"compression_algorithm\": \"zlib+1\"}",
        container_id(c));
    CU_ASSERT_EQUAL(file_read(path, 4096, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), expected);
    CU_ASSERT_EQUAL(strlen(container_id(c)), 32);
    free(expected);
    free(path);
    buf_free(&text);
    drop();
}

static void index_is_that_of_a_real_container(void)
{
    char *real = fixture_unpack();
    make();
    char *paths[] = {text_printf("%s/packs.idx", folder),
                     text_printf("%s/container/packs.idx", real)};
    char *found[2];
    for (int i = 0; i < 2; i++) {
        sqlite3 *db = NULL;
        sqlite3_open(paths[i], &db);
        found[i] = text_copy(
            fixture_sqlite(db, "SELECT group_concat(sql) FROM sqlite_master"));
        CU_ASSERT_STRING_EQUAL(fixture_sqlite(db, "PRAGMA journal_mode"),
                               "wal");
        CU_ASSERT_STRING_EQUAL(fixture_sqlite(db, "PRAGMA user_version"), "0");
        sqlite3_close(db);
        free(paths[i]);
    }
    CU_ASSERT_STRING_EQUAL(found[0], found[1]);
    free(found[0]);
    free(found[1]);
    free(real);
    drop();
}

static void refuses_a_folder_with_something_in_it(void)
{
    orma_error *err = NULL;
    make();
    CU_ASSERT_EQUAL(container_create(folder, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "not empty"));
    drop();
}

static void refuses_containers_of_other_kinds(void)
{
    static const char *const configs[] = {
        "{\"container_version\": 2, \"hash_type\": \"sha256\", "
        "\"container_id\": \"4e27ea3ab5e14d8e8c875e56e78e7774\"}",
        "{\"container_version\": 1, \"hash_type\": \"sha1\", "
        "\"container_id\": \"4e27ea3ab5e14d8e8c875e56e78e7774\"}",
        "{\"container_version\": 1, \"hash_type\": \"sha256\", "
        "\"container_id\": \"4e27\"}",
        "{\"container_version\": 1, \"hash_type\": \"sha256\", "
        "\"container_id\": \"4e27ea3ab5e14d8e8c875e56e78e7774\", "
        "\"pack_size_target\": -1}",
        "{",
        "[]"};
    make();
    char *path = text_printf("%s/config.json", folder);
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        container *other = NULL;
        file_write(path, (orma_str){configs[i], strlen(configs[i])}, 0644,
                   NULL);
        CU_ASSERT_EQUAL(container_open(folder, &other, NULL), ORMA_E_INVALID);
    }
    free(path);
    drop();
}

static void reads_what_was_put(void)
{
    char key[65];
    bool found = false;
    make();
    CU_ASSERT_EQUAL(put("abc", key), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(key, abc_key);
    expect(abc_key, "abc");
    CU_ASSERT_EQUAL(put("", key), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(key, empty_key);
    expect(empty_key, "");
    CU_ASSERT_EQUAL(container_has(c, abc_key, &found, NULL), ORMA_OK);
    CU_ASSERT_TRUE(found);
    CU_ASSERT_EQUAL(file_size("packs/0"), 3);
    CU_ASSERT_EQUAL(file_size("packs/0.lock"), -1);
    drop();
}

static void group_is_one_append_with_each_key_once(void)
{
    container_object objects[] = {{.bytes = ORMA_LITERAL("abc")},
                                  {.bytes = ORMA_LITERAL("defg")},
                                  {.bytes = ORMA_LITERAL("abc")},
                                  {.bytes = ORMA_LITERAL("")}};
    make();
    CU_ASSERT_EQUAL(container_put(c, objects, 4, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), 7);
    CU_ASSERT_STRING_EQUAL(objects[0].key, abc_key);
    CU_ASSERT_STRING_EQUAL(objects[2].key, abc_key);
    expect(objects[1].key, "defg");
    CU_ASSERT_EQUAL(container_put(c, objects, 4, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), 7);
    drop();
}

static void streams_large_local_files(void)
{
    enum { BLOCKS = 3000 };
    char block[1021], expected[65];
    digest *sum = digest_create();
    make();
    char *path = text_printf("%s/large", unit_temp_dir());
    FILE *f = fopen(path, "w");
    for (int i = 0; i < BLOCKS; i++) {
        memset(block, 'a' + i % 26, sizeof block);
        fwrite(block, 1, sizeof block, f);
        digest_update(sum, block, sizeof block);
    }
    fclose(f);
    digest_hex(sum, expected);
    container_object objects[] = {{.bytes = ORMA_LITERAL("before")},
                                  {.local_path = path},
                                  {.bytes = ORMA_LITERAL("after")}};
    CU_ASSERT_EQUAL(container_put(c, objects, 3, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(objects[1].key, expected);
    buf out = {0};
    CU_ASSERT_EQUAL(read_all(expected, &out, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(out.len, BLOCKS * sizeof block);
    expect(objects[2].key, "after");
    buf_free(&out);
    digest_destroy(sum);
    free(path);
    drop();
}

static void local_files_must_be_there_and_regular(void)
{
    orma_error *err = NULL;
    make();
    container_object missing = {.local_path = "/nonexistent/file"};
    CU_ASSERT_EQUAL(container_put(c, &missing, 1, &err), ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "/nonexistent/file"));
    container_object dir = {.local_path = folder};
    CU_ASSERT_EQUAL(container_put(c, &dir, 1, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "not a regular file"));
    drop();
}

static void loose_objects_lie_where_disk_objectstore_looks(void)
{
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    make();
    CU_ASSERT_EQUAL(container_put_loose(c, &object, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(object.key, abc_key);
    CU_ASSERT_EQUAL(file_size("loose/ba/7816bf8f01cfea414140de5dae2223b00361a3"
                              "96177a9cb410ff61f20015ad"),
                    3);
    expect(abc_key, "abc");
    /* What is loose is not packed again. */
    CU_ASSERT_EQUAL(put("abc", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(file_size("packs/0"), -1);
    /* Again: the copy in the sandbox goes. */
    CU_ASSERT_EQUAL(container_put_loose(c, &object, NULL), ORMA_OK);
    char *sandbox = text_printf("%s/sandbox", folder);
    CU_ASSERT_EQUAL(rmdir(sandbox), 0);
    free(sandbox);
    drop();
}

static void damaged_loose_object_is_found_and_replaced(void)
{
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    orma_error *err = NULL;
    buf out = {0};
    make();
    container_put_loose(c, &object, NULL);
    char *path = text_printf("%s/loose/ba/%s", folder, abc_key + 2);
    file_write(path, ORMA_LITERAL("abd"), 0644, NULL);
    CU_ASSERT_EQUAL(read_all(abc_key, &out, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "damaged"));
    CU_ASSERT_EQUAL(container_put_loose(c, &object, NULL), ORMA_OK);
    expect(abc_key, "abc");
    free(path);
    buf_free(&out);
    drop();
}

/* A row of the index, as a packer of AiiDA would write it. */
static void insert_row(const char *key, int compressed, int size, int offset,
                       int length)
{
    char *path = text_printf("%s/packs.idx", folder);
    char *sql = text_printf(
        "INSERT INTO db_object (hashkey, compressed, size, \"offset\", length, "
        "pack_id) VALUES ('%s', %d, %d, %d, %d, 0)",
        key, compressed, size, offset, length);
    sqlite3 *db = NULL;
    sqlite3_open(path, &db);
    sqlite3_busy_timeout(db, 10000);
    CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    free(sql);
    free(path);
}

static void reads_compressed_packs(void)
{
    char text[5000], expected[65];
    unsigned char packed[6000];
    uLongf len = sizeof packed;
    make();
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 23);
    digest_sha256((orma_str){text, sizeof text}, expected);
    CU_ASSERT_EQUAL(
        compress2(packed, &len, (unsigned char *)text, sizeof text, 1), Z_OK);
    char *path = text_printf("%s/packs/0", folder);
    FILE *f = fopen(path, "w");
    fputs("other", f);
    fwrite(packed, 1, len, f);
    fputs("more", f);
    fclose(f);
    insert_row(expected, 1, (int)sizeof text, 5, (int)len);

    buf out = {0};
    CU_ASSERT_EQUAL(read_all(expected, &out, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(out.len, sizeof text);
    CU_ASSERT_EQUAL(memcmp(out.ptr, text, sizeof text), 0);
    buf_free(&out);
    /* After AiiDA's bytes, orma appends its own. */
    CU_ASSERT_EQUAL(put("abc", NULL), ORMA_OK);
    expect(abc_key, "abc");
    free(path);
    drop();
}

static void finds_what_a_packer_moved_meanwhile(void)
{
    container_object object = {.bytes = ORMA_LITERAL("abc")};
    bool found = false;
    make();
    container_put_loose(c, &object, NULL);
    expect(abc_key, "abc");
    CU_ASSERT_EQUAL(container_has(c, empty_key, &found, NULL), ORMA_OK);
    CU_ASSERT_FALSE(found);

    char *loose = text_printf("%s/loose/ba/%s", folder, abc_key + 2);
    char *pack = text_printf("%s/packs/0", folder);
    file_write(pack, ORMA_LITERAL("abc"), 0644, NULL);
    insert_row(abc_key, 0, 3, 0, 3);
    unlink(loose);
    expect(abc_key, "abc");
    free(loose);
    free(pack);
    drop();
}

static void missing_objects_are_not_found(void)
{
    object_reader *r = NULL;
    orma_error *err = NULL;
    make();
    CU_ASSERT_EQUAL(container_open_object(c, abc_key, &r, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, abc_key));
    CU_ASSERT_EQUAL(container_open_object(c, "../../../etc/passwd", &r, NULL),
                    ORMA_E_INVALID);
    drop();
}

static void damaged_packs_are_told(void)
{
    orma_error *err = NULL;
    buf out = {0};
    make();
    put("abc", NULL);
    char *pack = text_printf("%s/packs/0", folder);
    file_write(pack, ORMA_LITERAL("abX"), 0644, NULL);
    CU_ASSERT_EQUAL(read_all(abc_key, &out, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "holds other bytes"));
    CU_ASSERT_EQUAL(truncate(pack, 2), 0);
    CU_ASSERT_EQUAL(read_all(abc_key, &out, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "shorter than its index says"));

    /* A compressed object of another size, and one that is no zlib stream. */
    unsigned char packed[100];
    uLongf len = sizeof packed;
    compress2(packed, &len, (const unsigned char *)"abcabcabc", 9, 1);
    file_write(pack, (orma_str){(char *)packed, len}, 0644, NULL);
    insert_row(empty_key, 1, 3, 0, (int)len);
    CU_ASSERT_EQUAL(read_all(empty_key, &out, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "more than its index says"));
    file_write(pack, ORMA_LITERAL("zzzzzzzzzzzzzzzzzzzzzzzzzz"), 0644, NULL);
    CU_ASSERT_EQUAL(read_all(empty_key, &out, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "no valid compressed data"));
    buf_free(&out);
    free(pack);
    drop();
}

static void damaged_index_is_told(void)
{
    object_reader *r = NULL;
    orma_error *err = NULL;
    make();
    container_close(c);
    char *path = text_printf("%s/packs.idx", folder);
    char *garbage = calloc(1, 8192);
    memset(garbage, 'x', 8192);
    file_write(path, (orma_str){garbage, 8192}, 0644, NULL);
    CU_ASSERT_EQUAL(container_open(folder, &c, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(container_open_object(c, abc_key, &r, &err),
                    ORMA_E_PERMANENT);
    CU_ASSERT_PTR_NOT_NULL(orma_error_hint(err));
    CU_ASSERT_TRUE(fixture_says(&err, "packs.idx"));
    free(garbage);
    free(path);
    drop();
}

static const unit_test tests[] = {
    {"config_is_written_as_disk_objectstore_does",
     config_is_written_as_disk_objectstore_does},
    {"index_is_that_of_a_real_container", index_is_that_of_a_real_container},
    {"refuses_a_folder_with_something_in_it",
     refuses_a_folder_with_something_in_it},
    {"refuses_containers_of_other_kinds", refuses_containers_of_other_kinds},
    {"reads_what_was_put", reads_what_was_put},
    {"group_is_one_append_with_each_key_once",
     group_is_one_append_with_each_key_once},
    {"streams_large_local_files", streams_large_local_files},
    {"local_files_must_be_there_and_regular",
     local_files_must_be_there_and_regular},
    {"loose_objects_lie_where_disk_objectstore_looks",
     loose_objects_lie_where_disk_objectstore_looks},
    {"damaged_loose_object_is_found_and_replaced",
     damaged_loose_object_is_found_and_replaced},
    {"reads_compressed_packs", reads_compressed_packs},
    {"finds_what_a_packer_moved_meanwhile",
     finds_what_a_packer_moved_meanwhile},
    {"missing_objects_are_not_found", missing_objects_are_not_found},
    {"damaged_packs_are_told", damaged_packs_are_told},
    {"damaged_index_is_told", damaged_index_is_told},
    {NULL, NULL},
};

const unit_suite container_suite = {"container", NULL, NULL, tests};
