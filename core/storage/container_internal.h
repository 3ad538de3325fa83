/* What the files of the container share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_CONTAINER_INTERNAL_H
#define CORE_STORAGE_CONTAINER_INTERNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include <sqlite3.h>

#include <storage/container.h>

#define CONTAINER_CHUNK (256u * 1024u)

struct container {
    char *folder;
    char id[33];
    int64_t pack_size_target;
    int loose_prefix_len;
    int lock_fd; /* config.json, which is never replaced; see LOCK_BYTE_* */
    sqlite3 *index;
    sqlite3_stmt *find;
    sqlite3_stmt *insert;
};

/* Bytes of config.json that stand for locks between orma's processes. */
enum {
    LOCK_BYTE_OBJECTS = 0, /* shared: writing; exclusive: maintenance */
    LOCK_BYTE_PACKS = 1    /* exclusive: appending to a pack */
};

/* Waits for the lock; type F_RDLCK or F_WRLCK. */
orma_status container_lock(container *c, off_t byte, short type,
                           orma_error **err);
void container_unlock_byte(container *c, off_t byte);

/* An error of the file system on `path`, "disk is full" for ENOSPC. */
orma_status container_errno(orma_error **err, int errnum, const char *doing,
                            const char *path);

/* "<folder>/<name>"; the caller frees it, NULL without memory. */
char *container_path(const container *c, const char *name);

/* "<folder>/loose/ab/cdef…"; the same. */
char *container_loose_path(const container *c, const char *key);

/* Where a packed object lies. */
typedef struct packed_object {
    int64_t pack_id, offset, length, size;
    bool is_compressed;
} packed_object;

orma_status index_create(const char *folder, orma_error **err);
/* The next use opens a fresh one. */
void index_close(container *c);
orma_status index_find(container *c, const char *key, packed_object *out,
                       bool *found, orma_error **err);
orma_status index_begin(container *c, orma_error **err);
orma_status index_insert(container *c, const char *key,
                         const packed_object *object, orma_error **err);
orma_status index_commit(container *c, orma_error **err);
void index_rollback(container *c);
orma_status index_counts(container *c, int64_t *objects, int64_t *bytes,
                         orma_error **err);

/* Calls piece for all bytes of an object in the making, in order. */
typedef orma_status source_piece(void *user, const void *bytes, size_t len,
                                 orma_error **err);
orma_status source_stream(const container_object *object, source_piece *piece,
                          void *user, orma_error **err);

/* The error for a file whose second reading gave other bytes. */
orma_status source_changed(const container_object *object, orma_error **err);

/* Writes all of it. */
orma_status container_write_all(int fd, const void *bytes, size_t len,
                                const char *path, orma_error **err);
orma_status container_sync_folder(const char *path, orma_error **err);

#endif
