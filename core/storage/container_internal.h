/* What the files of the container share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_CONTAINER_INTERNAL_H
#define CORE_STORAGE_CONTAINER_INTERNAL_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <sqlite3.h>

#include <base/buf.h>
#include <storage/archive/archive_file.h>
#include <storage/container.h>

#define CONTAINER_CHUNK (256u * 1024u)

struct container {
    char *folder;
    char id[33];
    int64_t pack_size_target;
    int loose_prefix_len;
    int level; /* of zlib, from compression_algorithm */
    enum container_compression compression;
    char *owner;           /* the host that may write, NULL: this one */
    archive_file *archive; /* instead of a folder, or NULL */
    int lock_fd; /* config.json, which is never replaced; see LOCK_BYTE_* */
    sqlite3 *index;
    sqlite3_stmt *find;
    sqlite3_stmt *insert;
};

/* Bytes of config.json that stand for locks between orma's processes. */
enum {
    LOCK_BYTE_OBJECTS = 0, /* shared: writing; exclusive: maintenance */
    LOCK_BYTE_PACKS = 1,   /* exclusive: appending to a pack */
    LOCK_BYTE_REPACK = 2   /* exclusive: moving objects between packs */
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

/* Any statement on the index: made ready, run, and what its failure means. */
orma_status index_prepare(container *c, const char *sql, sqlite3_stmt **out,
                          orma_error **err);
orma_status index_run(container *c, const char *sql, orma_error **err);
orma_status index_fail(container *c, int code, orma_error **err);
orma_status index_number(container *c, const char *sql, int64_t *out,
                         orma_error **err);

/* Errors: REFUSED when another host owns the container. */
orma_status container_check_owner(const container *c, orma_error **err);

/* The same functions for an archive: container_zip.c. */
orma_status container_open_zip(const char *path, container **out,
                               orma_error **err);
orma_status container_zip_refuse(const container *c, orma_error **err);
orma_status container_zip_counts(const container *c, container_count *out);
orma_status container_zip_size(const container *c, container_sizes *out);
orma_status container_zip_each(container *c, container_visit *visit, void *user,
                               orma_error **err);
orma_status container_zip_check(container *c, bool is_quick,
                                container_progress *progress,
                                container_fault *fault, void *user,
                                orma_error **err);

bool container_key_is_valid(const char *key);

/* Opens the packed, or the loose, object; *out stays NULL when there is no such
 * file. */
orma_status container_open_packed(container *c, const char *key,
                                  const packed_object *where,
                                  object_reader **out, orma_error **err);
orma_status container_open_loose(container *c, const char *key,
                                 object_reader **out, orma_error **err);

/* "…/packs/<id>" with the ending; the caller frees it, NULL without memory. */
char *container_pack_path(const container *c, int64_t pack_id,
                          const char *ending);

/* Takes packs/<id>.lock. *taken false: a packer that is not orma's has it. */
orma_status container_take_pack_lock(const container *c, const char *path,
                                     bool *taken, orma_error **err);

/* Removes orma's own lock file of a process that died. For who holds the lock
 * byte of packs. */
void container_drop_stale_lock(const char *path);

/* Appends objects to packs, one after the other, under LOCK_BYTE_PACKS. */
typedef struct appender {
    container *c;
    enum container_compression compression;
    int fd; /* of the open pack, -1: none */
    int64_t pack_id;
    int64_t start; /* its size before us */
    int64_t end;   /* with all of ours, buffered ones included */
    bool is_new;
    bool may_be_indexed; /* rows of the index were to be committed */
    char *path, *lock_path;
    buf pending; /* bytes not yet written */
    digest *sum; /* of the object being appended */
} appender;

orma_status appender_init(appender *a, container *c, orma_error **err);

/* Errors: TRANSIENT when the bytes are not those of object->key. */
orma_status appender_add(appender *a, const container_object *object,
                         packed_object *where, orma_error **err);

/* Makes the open pack durable. */
orma_status appender_sync(appender *a, orma_error **err);

/* A new pack file, emptied when it is there; its lock file, too.
 * Errors: TRANSIENT (another program's lock). */
orma_status appender_open_new(appender *a, int64_t pack_id, orma_error **err);

/* Bytes as they are. */
orma_status appender_bytes(appender *a, const void *bytes, size_t len,
                           orma_error **err);

/* An uncompressed object of another pack, compressed if that pays. */
orma_status appender_move(appender *a, int fd, const packed_object *from,
                          packed_object *where, orma_error **err);

/* Takes back what no row of the index refers to. */
void appender_abandon(appender *a);
void appender_finish(appender *a);

/* Does compressing save a tenth or more? By a sample. */
orma_status source_piece_is_compressible(int fd, int64_t offset, int64_t size,
                                         bool *yes, orma_error **err);
orma_status source_is_compressible(const container_object *object, bool *yes,
                                   orma_error **err);

/* Calls piece for all bytes of an object in the making, in order. */
typedef orma_status source_piece(void *user, const void *bytes, size_t len,
                                 orma_error **err);
orma_status source_stream(const container_object *object, source_piece *piece,
                          void *user, orma_error **err);

/* The error for a file whose second reading gave other bytes; its code is
 * SOURCE_CHANGED. */
#define SOURCE_CHANGED 1001
orma_status source_changed(const container_object *object, orma_error **err);

/* The regular files of a folder, in its own order; others may delete them
 * meanwhile. A folder that is not there has none. */
typedef orma_status container_file_visit(void *user, const char *name,
                                         const char *path,
                                         const struct stat *info,
                                         orma_error **err);
orma_status container_each_file(const container *c, const char *folder,
                                container_file_visit *visit, void *user,
                                orma_error **err);

/* Writes all of it. */
orma_status container_write_all(int fd, const void *bytes, size_t len,
                                const char *path, orma_error **err);
orma_status container_sync_folder(const char *path, orma_error **err);

#endif
