/* Zip archives of a few files, as NumPy's .npz are: APPNOTE.TXT 6.3.10,
 * without encryption, parts and zip64.
 *
 * SPDX-License-Identifier: MIT */
#include "zip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define LOCAL_SIGNATURE 0x04034b50u
#define ENTRY_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define STORED 0u
#define DEFLATED 8u
#define FLAG_ENCRYPTED 1u
#define MAX_COMMENT 65535u
#define MAX_NAME 512u
#define MAX_FILE_BYTES ((uint64_t)1 << 32)
/* deflate's best ratio is 1032 */
#define MAX_RATIO 1040u
/* 1980-01-01, so that equal arrays make equal archives */
#define NO_DATE 0x0021u

enum { LOCAL_BYTES = 30, ENTRY_BYTES = 46, END_BYTES = 22 };

static uint32_t get16(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const char *at)
{
    return get16(at) | get16(at + 2) << 16;
}

static orma_status damaged(const char *file, const char *what, orma_error **err)
{
    return refuse(err, "%s: the archive is damaged: %s", file, what);
}

/* The record at the end of the archive, before a comment; NULL: none. */
static const char *find_end(orma_str archive)
{
    for (size_t back = END_BYTES;
         back <= archive.len && back <= END_BYTES + MAX_COMMENT; back++) {
        const char *at = archive.ptr + archive.len - back;
        if (get32(at) == END_SIGNATURE)
            return at;
    }
    return NULL;
}

/* An entry of the directory. */
typedef struct zip_entry {
    char name[MAX_NAME];
    uint32_t flags, method, crc, packed, size, offset;
} zip_entry;

/* Reads the entry at *at, which moves behind it. */
static orma_status read_entry(const char *file, const char **at,
                              const char *end, zip_entry *entry,
                              orma_error **err)
{
    const char *p = *at;

    if (end - p < ENTRY_BYTES || get32(p) != ENTRY_SIGNATURE)
        return damaged(file, "its directory is cut off", err);
    const size_t name_len = get16(p + 28);
    const size_t rest = name_len + get16(p + 30) + get16(p + 32);
    if ((size_t)(end - p) - ENTRY_BYTES < rest)
        return damaged(file, "its directory is cut off", err);
    if (name_len >= MAX_NAME || memchr(p + ENTRY_BYTES, '\0', name_len) != NULL)
        return damaged(file, "a file's name is too long", err);
    *entry = (zip_entry){.flags = get16(p + 8),
                         .method = get16(p + 10),
                         .crc = get32(p + 16),
                         .packed = get32(p + 20),
                         .size = get32(p + 24),
                         .offset = get32(p + 42)};
    memcpy(entry->name, p + ENTRY_BYTES, name_len);
    *at = p + ENTRY_BYTES + rest;
    return ORMA_OK;
}

/* Where the packed bytes of an entry are. */
static orma_status find_bytes(const char *file, orma_str archive,
                              const zip_entry *entry, orma_str *packed,
                              orma_error **err)
{
    const char *p = archive.ptr + entry->offset;

    if (entry->offset > archive.len ||
        archive.len - entry->offset < LOCAL_BYTES ||
        get32(p) != LOCAL_SIGNATURE)
        return damaged(file, "a file is not where its directory says", err);
    const size_t before = LOCAL_BYTES + get16(p + 26) + get16(p + 28);
    const size_t left = archive.len - entry->offset;
    if (left < before || left - before < entry->packed)
        return damaged(file, "a file is cut off", err);
    *packed = (orma_str){p + before, entry->packed};
    return ORMA_OK;
}

static orma_status unpack(const char *file, const zip_entry *entry,
                          orma_str packed, char *bytes, orma_error **err)
{
    z_stream stream = {0};

    stream.next_in = (Bytef *)(uintptr_t)packed.ptr;
    stream.avail_in = (uInt)packed.len;
    stream.next_out = (Bytef *)bytes;
    stream.avail_out = (uInt)entry->size;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return refuse_memory(err);
    const int answer = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return answer == Z_STREAM_END && stream.avail_out == 0
               ? ORMA_OK
               : damaged(file, "a file cannot be unpacked", err);
}

static orma_status visit_bytes(const char *file, const zip_entry *entry,
                               orma_str bytes, zip_visit *visit, void *user,
                               orma_error **err)
{
    if (crc32(0, (const Bytef *)bytes.ptr, (uInt)bytes.len) != entry->crc)
        return damaged(file, "a file's checksum is wrong", err);
    return visit(user, entry->name, bytes, err);
}

static orma_status read_file(const char *file, const zip_entry *entry,
                             orma_str packed, zip_visit *visit, void *user,
                             orma_error **err)
{
    if ((entry->flags & FLAG_ENCRYPTED) != 0)
        return refuse(err, "%s: \"%s\" is encrypted", file, entry->name);
    if (entry->method == STORED && entry->size == entry->packed)
        return visit_bytes(file, entry, packed, visit, user, err);
    if (entry->method != DEFLATED)
        return refuse(err, "%s: \"%s\" is packed in a way that is not read",
                      file, entry->name);
    if (entry->size / MAX_RATIO > entry->packed)
        return damaged(file, "a file's size is wrong", err);
    char *bytes = malloc((size_t)entry->size + 1);
    if (bytes == NULL)
        return refuse_memory(err);
    orma_status st = unpack(file, entry, packed, bytes, err);
    if (st == ORMA_OK)
        st = visit_bytes(file, entry, (orma_str){bytes, entry->size}, visit,
                         user, err);
    free(bytes);
    return st;
}

orma_status zip_read(const char *file, orma_str archive, zip_visit *visit,
                     void *user, orma_error **err)
{
    const char *end = find_end(archive);

    if (end == NULL)
        return refuse(err, "%s: it is no zip archive, or cut off", file);
    const size_t count = get16(end + 10), start = get32(end + 16);
    if (start > (size_t)(end - archive.ptr))
        return damaged(file, "its directory is not where it should be", err);
    const char *at = archive.ptr + start;
    size_t packed_bytes = 0;
    orma_status st = ORMA_OK;
    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        zip_entry entry;
        orma_str packed = {NULL, 0};
        st = read_entry(file, &at, end, &entry, err);
        if (st == ORMA_OK)
            st = find_bytes(file, archive, &entry, &packed, err);
        /* Files that share their bytes could unpack to any size. */
        packed_bytes += packed.len;
        if (st == ORMA_OK && packed_bytes > archive.len)
            st = damaged(file, "files of it overlap", err);
        if (st == ORMA_OK)
            st = read_file(file, &entry, packed, visit, user, err);
    }
    return st;
}

static void put16(text *t, uint32_t value)
{
    const char bytes[2] = {(char)(value & 0xff), (char)(value >> 8 & 0xff)};
    text_bytes(t, bytes, 2);
}

static void put32(text *t, uint32_t value)
{
    put16(t, value & 0xffff);
    put16(t, value >> 16);
}

/* What the header of a file and its entry in the directory share. */
static void put_common(text *t, const char *name, orma_str bytes)
{
    const uLong crc = crc32(0, (const Bytef *)bytes.ptr, (uInt)bytes.len);

    put16(t, 20); /* version 2.0 */
    put16(t, 0);
    put16(t, STORED);
    put16(t, 0);
    put16(t, NO_DATE);
    put32(t, (uint32_t)crc);
    put32(t, (uint32_t)bytes.len);
    put32(t, (uint32_t)bytes.len);
    put16(t, (uint32_t)strlen(name));
    put16(t, 0);
}

orma_status zip_add(zip_writer *zip, const char *name, orma_str bytes,
                    orma_error **err)
{
    text header = {0};
    text *d = &zip->directory;

    if (bytes.len >= MAX_FILE_BYTES - 1 ||
        zip->written + bytes.len >= MAX_FILE_BYTES - 65536 ||
        zip->count == 65534)
        return refuse(err, "the arrays are too large for one archive");
    put32(&header, LOCAL_SIGNATURE);
    put_common(&header, name, bytes);
    text_add(&header, name);
    put32(d, ENTRY_SIGNATURE);
    put16(d, 20);
    put_common(d, name, bytes);
    for (int i = 0; i < 5; i++) /* comment, disk, attributes */
        put16(d, 0);
    put32(d, (uint32_t)zip->written);
    text_add(d, name);
    zip->count++;
    zip->written += header.len + bytes.len;
    orma_status st = text_write(&header, zip->out, err);
    if (st == ORMA_OK && host->write(zip->out, bytes) != ORMA_OK)
        st = host->fail(host, err, ORMA_E_PERMANENT, "data", 0,
                        "%zu bytes cannot be written", bytes.len);
    text_finish(&header);
    return st;
}

orma_status zip_end(zip_writer *zip, orma_error **err)
{
    text *d = &zip->directory;
    const uint32_t size = (uint32_t)d->len;

    put32(d, END_SIGNATURE);
    put32(d, 0);
    put16(d, (uint32_t)zip->count);
    put16(d, (uint32_t)zip->count);
    put32(d, size);
    put32(d, (uint32_t)zip->written);
    put16(d, 0);
    return text_write(d, zip->out, err);
}

void zip_finish(zip_writer *zip)
{
    text_finish(&zip->directory);
}
