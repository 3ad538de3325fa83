/* The zip writer, read back by libzip.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/archive/zip_write.h>

#include "unit/storage/fixture.h"

static orma_status read_text(void *user, void *buffer, size_t capacity,
                             size_t *n, orma_error **err)
{
    orma_str *left = user;
    (void)err;
    *n = left->len < capacity ? left->len : capacity;
    memcpy(buffer, left->ptr, *n);
    left->ptr += *n;
    left->len -= *n;
    return ORMA_OK;
}

static orma_status add_text(zip_writer *w, const char *name, orma_str text,
                            zip_entry *entry)
{
    orma_str left = text;
    return zip_writer_add(w, name, text.len, false, read_text, &left, entry,
                          NULL);
}

/* Two texts and an empty one. */
static void check_level(int level)
{
    static char repeated[700000];
    static const char *const names[] = {"metadata.json", "b", "c/d"};
    const orma_str texts[] = {
        {repeated, sizeof repeated}, {"short", 5}, {"", 0}};
    zip_entry entries[3];
    zip_writer *w = NULL;
    uint64_t size = 0;
    struct stat info;
    archive_file *f = NULL;
    char *path = archive_temp("levels.zip");

    memset(repeated, 'x', sizeof repeated);
    unlink(path);
    CU_ASSERT_EQUAL_FATAL(zip_writer_open(path, level, &w, NULL), ORMA_OK);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(add_text(w, names[i], texts[i], &entries[i]), ORMA_OK);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(zip_writer_name(w, names[i], &entries[i], NULL),
                        ORMA_OK);
    CU_ASSERT_EQUAL(zip_writer_finish(w, &size, NULL), ORMA_OK);
    zip_writer_close(w);
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT_EQUAL((uint64_t)info.st_size, size);
    CU_ASSERT_EQUAL(entries[0].compressed_size<10000, level> 0);

    CU_ASSERT_EQUAL_FATAL(archive_file_open(path, &f, NULL), ORMA_OK);
    for (size_t i = 0; i < 3; i++) {
        buf text = {0};
        CU_ASSERT_EQUAL(archive_file_read(f, names[i], 1u << 20, &text, NULL),
                        ORMA_OK);
        CU_ASSERT_EQUAL(text.len, texts[i].len);
        CU_ASSERT_EQUAL(memcmp(buf_c_str(&text), texts[i].ptr, text.len), 0);
        buf_free(&text);
    }
    archive_file_close(f);
    free(path);
}

static void every_level_is_read_back(void)
{
    for (int level = 0; level <= 9; level++)
        check_level(level);
}

/* More than 65535 entries need the zip64 records. */
static void many_entries_are_read_back(void)
{
    enum { COUNT = 70000 };
    char name[80];
    zip_writer *w = NULL;
    archive_file *f = NULL;
    archive_totals totals;
    uint64_t size = 0, index = 0;
    zip_entry *entries = calloc(COUNT, sizeof *entries);
    char *path = archive_temp("many.zip");

    CU_ASSERT_PTR_NOT_NULL_FATAL(entries);
    unlink(path);
    CU_ASSERT_EQUAL_FATAL(zip_writer_open(path, 1, &w, NULL), ORMA_OK);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "repo/%064x", (unsigned)i);
        if (add_text(w, name, (orma_str){name, (size_t)i % 60}, &entries[i]) !=
            ORMA_OK)
            abort();
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "repo/%064x", (unsigned)i);
        if (zip_writer_name(w, name, &entries[i], NULL) != ORMA_OK)
            abort();
    }
    CU_ASSERT_EQUAL(zip_writer_finish(w, &size, NULL), ORMA_OK);
    zip_writer_close(w);
    free(entries);

    CU_ASSERT_EQUAL_FATAL(archive_file_open(path, &f, NULL), ORMA_OK);
    archive_file_totals(f, &totals);
    CU_ASSERT_EQUAL(totals.objects, COUNT);
    snprintf(name, sizeof name, "%064x", COUNT - 1);
    CU_ASSERT_TRUE(archive_file_find(f, name, &index, &size));
    CU_ASSERT_EQUAL(size, (COUNT - 1) % 60);
    archive_file_close(f);
    free(path);
}

static void one_writer_at_a_time(void)
{
    zip_writer *w = NULL, *other = NULL;
    orma_error *err = NULL;
    char *path = archive_temp("locked.zip");
    CU_ASSERT_EQUAL_FATAL(zip_writer_open(path, 6, &w, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(zip_writer_open(path, 6, &other, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "another process is writing"));
    zip_writer_close(w);
    CU_ASSERT_EQUAL(zip_writer_open(path, 6, &w, NULL), ORMA_OK);
    zip_writer_close(w);
    free(path);
}

/* A source that ends too early. */
static void a_source_that_changes_is_told(void)
{
    zip_writer *w = NULL;
    zip_entry entry;
    orma_error *err = NULL;
    orma_str text = ORMA_LITERAL("four");
    char *path = archive_temp("changing.zip");
    CU_ASSERT_EQUAL_FATAL(zip_writer_open(path, 6, &w, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        zip_writer_add(w, "x", 5, false, read_text, &text, &entry, &err),
        ORMA_E_TRANSIENT);
    CU_ASSERT_TRUE(fixture_says(&err, "changed while it was archived"));
    zip_writer_close(w);
    free(path);
}

static const unit_test tests[] = {
    {"every_level_is_read_back", every_level_is_read_back},
    {"many_entries_are_read_back", many_entries_are_read_back},
    {"one_writer_at_a_time", one_writer_at_a_time},
    {"a_source_that_changes_is_told", a_source_that_changes_is_told},
    {0},
};

const unit_suite zip_write_suite = {"zip writer", NULL, NULL, tests};
