/* Zip files made by hand.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>
#include <zlib.h>

#include "unit/runner.h"
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/archive/zip_format.h>

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    printf("# forging: %s\n", what);
    abort();
}

forged_entry *forge_add(forgery *f, const char *name, const char *data)
{
    need(f->count < FORGE_ENTRIES_MAX, "too many entries");
    forged_entry *e = &f->entries[f->count++];
    memset(e, 0, sizeof *e);
    snprintf(e->name, sizeof e->name, "%s", name);
    buf_text(&e->data, data);
    return e;
}

forged_entry *forge_find(forgery *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (text_equal(f->entries[i].name, name))
            return &f->entries[i];
    return NULL;
}

void forge_load(forgery *f, const char *name)
{
    archive_file *a = NULL;
    char key[DIGEST_SHA256_HEX];
    bool is_object = false;
    uint64_t size = 0;
    char *path = text_printf("%s/aiida/%s.aiida", TEST_DATA, name);

    memset(f, 0, sizeof *f);
    need(archive_file_open(path, &a, NULL) == ORMA_OK, path);
    static const char *const fixed[] = {"metadata.json", "db.sqlite3"};
    for (size_t i = 0; i < 2; i++)
        need(archive_file_read(a, fixed[i], 1u << 30,
                               &forge_add(f, fixed[i], "")->data,
                               NULL) == ORMA_OK,
             fixed[i]);
    for (uint64_t i = 0; archive_file_object(a, i, &is_object, key, &size);
         i++) {
        if (!is_object)
            continue;
        char *entry = text_printf("repo/%s", key);
        need(archive_file_read(a, entry, 1u << 30,
                               &forge_add(f, entry, "")->data, NULL) == ORMA_OK,
             entry);
        free(entry);
    }
    archive_file_close(a);
    free(path);
}

void forge_sql(forgery *f, const char *statements)
{
    forged_entry *e = forge_find(f, "db.sqlite3");
    char *path = text_printf("%s/forged.sqlite", unit_temp_dir());
    sqlite3 *db = NULL;

    need(file_write(path, buf_view(&e->data), 0600, NULL) == ORMA_OK, path);
    need(sqlite3_open(path, &db) == SQLITE_OK, path);
    if (sqlite3_exec(db, statements, NULL, NULL, NULL) != SQLITE_OK)
        need(false, sqlite3_errmsg(db));
    sqlite3_close(db);
    buf_clear(&e->data);
    need(file_read(path, 1u << 30, &e->data, NULL) == ORMA_OK, path);
    remove(path);
    free(path);
}

static void put_header(buf *out, const forged_entry *e, uint32_t crc,
                       uint32_t offset, bool is_central)
{
    unsigned char h[46] = {0};
    unsigned char *p = h;
    const uint32_t size = e->size != 0 ? e->size : (uint32_t)e->data.len;
    const uint32_t mode = e->mode != 0 ? e->mode : 0100644;

    zip_put32(p, is_central ? ZIP_CENTRAL_SIGNATURE : ZIP_LOCAL_SIGNATURE);
    p += 4;
    if (is_central) {
        zip_put16(p, 3u << 8 | 20);
        p += 2;
    }
    zip_put16(p, 20);
    zip_put16(p + 2, e->flags);
    zip_put16(p + 4, e->method);
    zip_put32(p + 6, 1u << 21 | 1u << 16);
    zip_put32(p + 10, crc ^ e->crc_flip);
    zip_put32(p + 14, (uint32_t)e->data.len);
    zip_put32(p + 18, size);
    zip_put16(p + 22, (uint32_t)strlen(e->name));
    if (is_central) {
        zip_put32(h + 38, mode << 16);
        zip_put32(h + 42, offset);
    }
    buf_append(out, h, is_central ? 46 : 30);
    buf_text(out, e->name);
}

/* Of the content, which the test gives in full when it deflates. */
static uint32_t sum_of(const forged_entry *e)
{
    if (e->method == 0)
        return (uint32_t)crc32(0, (const Bytef *)e->data.ptr,
                               (uInt)e->data.len);
    uLong crc = 0;
    unsigned char piece[65536];
    z_stream z = {.next_in = (Bytef *)e->data.ptr,
                  .avail_in = (uInt)e->data.len};
    int rc = Z_OK;
    need(inflateInit2(&z, -MAX_WBITS) == Z_OK, "inflate");
    while (rc == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        rc = inflate(&z, Z_NO_FLUSH);
        crc = crc32(crc, piece, (uInt)(sizeof piece - z.avail_out));
    }
    inflateEnd(&z);
    return (uint32_t)crc;
}

void forge_write(forgery *f, const char *path, size_t cut)
{
    buf out = {0}, directory = {0};
    unsigned char end[22] = {0};

    for (size_t i = 0; i < f->count; i++) {
        const forged_entry *e = &f->entries[i];
        const uint32_t crc = sum_of(e), at = (uint32_t)out.len;
        put_header(&out, e, crc, 0, false);
        buf_append(&out, e->data.ptr, e->data.len);
        put_header(&directory, e, crc, at, true);
    }
    zip_put32(end, ZIP_END_SIGNATURE);
    zip_put16(end + 8, (uint32_t)f->count);
    zip_put16(end + 10, (uint32_t)f->count);
    zip_put32(end + 12, (uint32_t)directory.len);
    zip_put32(end + 16, (uint32_t)out.len);
    buf_append(&out, directory.ptr, directory.len);
    buf_append(&out, end, sizeof end);
    need(file_write(path, (orma_str){out.ptr, out.len - cut}, 0600, NULL) ==
             ORMA_OK,
         path);
    buf_free(&out);
    buf_free(&directory);
    for (size_t i = 0; i < f->count; i++)
        buf_free(&f->entries[i].data);
    f->count = 0;
}
