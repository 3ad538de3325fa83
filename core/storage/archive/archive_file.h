/* An archive's zip file, opened for reading and trusted in nothing: names,
 * kinds of entries and sizes are checked when it is opened, content when it is
 * read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ARCHIVE_FILE_H
#define CORE_STORAGE_ARCHIVE_ARCHIVE_FILE_H

#include <stdbool.h>

#include <base/digest.h>

typedef struct archive_file archive_file;

/* Errors: NOT_FOUND, INVALID (no zip file, truncated, an entry that no archive
 * has: leading out of it, twice, a link, encrypted, larger than compression
 * can make it). */
orma_status archive_file_open(const char *path, archive_file **out,
                              orma_error **err);
void archive_file_close(archive_file *f); /* accepts NULL */

/* Objects, the bytes of their content, and of the whole file. */
typedef struct archive_totals {
    int64_t objects, object_bytes, file_bytes;
    int64_t content_bytes; /* of all entries */
} archive_totals;
void archive_file_totals(const archive_file *f, archive_totals *out);

/* Entries are numbered from 0 on; false behind the last. *is_object false: no
 * object; else key (DIGEST_SHA256_HEX) and size are set. */
bool archive_file_object(const archive_file *f, uint64_t index, bool *is_object,
                         char *key, uint64_t *size);

bool archive_file_find(const archive_file *f, const char *key, uint64_t *index,
                       uint64_t *size);

/* An entry's content as a stream; *n 0 at its end, where sum and size were
 * compared. One at a time. Errors: INVALID (damaged). */
typedef struct archive_stream archive_stream;
orma_status archive_stream_open(archive_file *f, uint64_t index,
                                archive_stream **out, orma_error **err);
orma_status archive_stream_read(archive_stream *s, void *buffer,
                                size_t capacity, size_t *n, orma_error **err);
void archive_stream_close(archive_stream *s); /* accepts NULL */

const char *archive_file_path(const archive_file *f);

/* Is its metadata.json of a version that orma works with? Errors: INVALID,
 * with what to do. */
orma_status archive_check_file(archive_file *f, orma_error **err);

/* A whole entry by its name. Errors: INVALID (not there, over max_bytes). */
orma_status archive_file_read(archive_file *f, const char *name,
                              size_t max_bytes, buf *out, orma_error **err);

#endif
