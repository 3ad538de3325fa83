/* Writing a zip file as a stream of entries that survives interruptions.
 *
 * Every entry is complete in itself, its header filled in when its data is
 * written; the central directory comes last. A file that lacks it can be
 * taken up again: what is complete and undamaged stays.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ZIP_WRITE_H
#define CORE_STORAGE_ARCHIVE_ZIP_WRITE_H

#include <base/digest.h>

typedef struct zip_writer zip_writer;

/* An entry as the central directory names it. */
typedef struct zip_entry {
    uint64_t offset; /* of its local header */
    uint64_t size, compressed_size;
    uint32_t crc;
    uint32_t dos_time; /* date in the upper half */
    uint16_t method;   /* 0 stored, 8 deflated */
} zip_entry;

/* Opens or makes the file, for this process alone. level: 0 … 9.
 * Errors: REFUSED (another process writes it), TRANSIENT. */
orma_status zip_writer_open(const char *path, int level, zip_writer **out,
                            orma_error **err);

/* Keeps what is on disk, for the next one to take up; accepts NULL. */
void zip_writer_close(zip_writer *w);

/* Goes through the complete entries of an earlier writer, in order; their data
 * is inflated and compared with crc and sizes. keep: wants the entry? sha256:
 * of its content. From the first that is torn, damaged, compressed otherwise
 * or not wanted, the file is cut off, and writing goes on there. Once, before
 * the first entry. */
orma_status zip_writer_resume(
    zip_writer *w,
    orma_status (*keep)(void *user, const char *name, const char *sha256,
                        const zip_entry *entry, bool *wanted, orma_error **err),
    void *user, orma_error **err);

/* One entry of `size` bytes, exactly, read piece by piece; *n 0: the end.
 * is_stored: whatever the level. */
typedef orma_status zip_source(void *user, void *buffer, size_t capacity,
                               size_t *n, orma_error **err);
orma_status zip_writer_add(zip_writer *w, const char *name, uint64_t size,
                           bool is_stored, zip_source *read, void *user,
                           zip_entry *entry, orma_error **err);

/* The central directory: entries in the order in which they are named. */
orma_status zip_writer_name(zip_writer *w, const char *name,
                            const zip_entry *entry, orma_error **err);

/* Ends the directory and makes the file durable; *size: its bytes. */
orma_status zip_writer_finish(zip_writer *w, uint64_t *size, orma_error **err);

#endif
