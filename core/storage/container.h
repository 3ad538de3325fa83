/* The object container: AiiDA's disk-objectstore, files by their SHA-256.
 *
 * Objects are immutable. Reading is safe beside any number of readers,
 * writers and packers, AiiDA's included. A container belongs to one thread at
 * a time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_CONTAINER_H
#define CORE_STORAGE_CONTAINER_H

#include <base/digest.h>

typedef struct container container;
typedef struct object_reader object_reader;

/* Makes an empty container in a folder that does not exist or is empty.
 * Errors: REFUSED (not empty), TRANSIENT (disk full). */
orma_status container_create(const char *folder, orma_error **err);

/* Errors: NOT_FOUND, INVALID (not a container, of another version). */
orma_status container_open(const char *folder, container **out,
                           orma_error **err);
void container_close(container *c); /* accepts NULL */

/* 32 hex digits. */
const char *container_id(const container *c);

/* Is it an archive? container_open() of a file opens one, for reading only:
 * whatever would write is REFUSED. */
bool container_is_archive(const container *c);

/* The archive, NULL when it is none; the container's. */
struct archive_file *container_archive(const container *c);

/* Writers hold this shared lock from their first put to the commit of the rows
 * that refer to what they put, so that maintenance, which locks exclusively,
 * deletes nothing in between. */
orma_status container_lock_shared(container *c, orma_error **err);
void container_unlock(container *c);

/* One object to write: bytes, or the file local_path. */
typedef struct container_object {
    orma_str bytes;
    const char *local_path;      /* NULL: bytes */
    char key[DIGEST_SHA256_HEX]; /* set by the put */
} container_object;

/* Sets object->key, and writes nothing. */
orma_status container_object_key(container_object *object, orma_error **err);

enum container_compression {
    CONTAINER_RAW,  /* as they are */
    CONTAINER_AUTO, /* those of which a sample shrinks by a tenth or more */
    CONTAINER_KEEP  /* of repacking: as they were */
};

/* How container_put() and container_pack() write from now on; CONTAINER_RAW at
 * the start. */
void container_set_compression(container *c, enum container_compression how);

/* Appends those that are not there yet to a pack: one sync of the data, one
 * transaction of the index; durable when it returns. Files are streamed.
 * Errors: NOT_FOUND (local file), TRANSIENT (disk full, busy, a file that
 * changes while it is read), PERMANENT. */
orma_status container_put(container *c, container_object *objects, size_t count,
                          orma_error **err);

/* The same for one object, as a loose file without waiting for packers. */
orma_status container_put_loose(container *c, container_object *object,
                                orma_error **err);

orma_status container_has(container *c, const char *key, bool *found,
                          orma_error **err);

/* Errors: NOT_FOUND, PERMANENT (the pack is shorter than the index says). */
orma_status container_open_object(container *c, const char *key,
                                  object_reader **out, orma_error **err);

/* Up to capacity bytes; *n 0 at the end, where the content was compared with
 * the key. Errors: PERMANENT (damaged). */
orma_status object_read(object_reader *r, void *buffer, size_t capacity,
                        size_t *n, orma_error **err);
int64_t object_size(const object_reader *r); /* of the content, in bytes */
void object_close(object_reader *r);         /* accepts NULL */

/* Objects, loose and packed, and bytes on disk. */
typedef struct container_count {
    int64_t packed, loose;
    int64_t bytes;
} container_count;
orma_status container_counts(container *c, container_count *out,
                             orma_error **err);

/* Bytes of content and on disk. */
typedef struct container_sizes {
    int64_t packed;        /* content of packed objects, uncompressed */
    int64_t packed_stored; /* the same as it lies in the packs */
    int64_t pack_files;    /* with what no object needs any more */
    int64_t index;         /* packs.idx and its journal */
    int64_t loose;
    int64_t pack_count;
} container_sizes;
orma_status container_get_size(container *c, container_sizes *out,
                               orma_error **err);

/* ---- all objects ------------------------------------------------- */

typedef struct container_entry {
    const char *key;
    bool is_loose; /* who is loose and packed is visited twice */
    int64_t id;    /* of the index, ascending with time; 0: loose */
    int64_t pack_id, offset, length, size;
    bool is_compressed;
    int64_t mtime_ns; /* of a loose object's file */
} container_entry;
typedef orma_status container_visit(void *user, const container_entry *entry,
                                    orma_error **err);

/* Visits loose objects, then packed ones by id, in constant memory; others may
 * write meanwhile, and the visitor may use the container. *last_id: greatest
 * id of the index at the start; may be NULL. */
orma_status container_each(container *c, container_visit *visit, void *user,
                           int64_t *last_id, orma_error **err);
orma_status container_last_id(container *c, int64_t *id, orma_error **err);
orma_status container_each_loose(container *c, container_visit *visit,
                                 void *user, orma_error **err);

/* ---- upkeep ------------------------------------------------------ */

/* How far a long operation is. Returns false to stop it: CANCELLED. */
typedef bool container_progress(void *user, int64_t done, int64_t total);

typedef struct container_upkeep {
    bool keep_loose; /* pack: only container_clean() deletes what was packed */
    enum container_compression compression;
    container_progress *progress; /* or NULL */
    void *user;
    /* Results. */
    int64_t objects; /* packed, deleted, or copied */
    int64_t damaged; /* loose files whose content is not their name's */
    int64_t freed;   /* bytes on disk that are free again */
} container_upkeep;

/* Packs all loose objects, some at a time, so that readers and writers are not
 * kept waiting, and deletes their files after each portion. May be interrupted
 * anywhere. Errors: TRANSIENT (disk full), CANCELLED. */
orma_status container_pack(container *c, container_upkeep *u, orma_error **err);

/* Deletes loose files that are packed, leftovers in `duplicates`, and files of
 * the sandbox that nobody has written to for a day. */
orma_status container_clean(container *c, container_upkeep *u,
                            orma_error **err);

/* Maintenance holds it while it deletes; waits until no writer is between his
 * put and his commit. container_unlock() ends it. */
orma_status container_lock_exclusive(container *c, orma_error **err);

/* Deletes objects: their loose files, and their rows in one transaction of the
 * index; bytes in packs stay until a repack. Under the exclusive lock. */
orma_status container_delete(container *c, const char *const *keys,
                             size_t count, orma_error **err);

/* Rewrites each pack that holds bytes of no object, without them, and finishes
 * what an interrupted repack left. Only when nobody else uses the container.
 * Errors: PERMANENT (damaged object: nothing of its pack is changed). */
orma_status container_repack(container *c, container_upkeep *u,
                             orma_error **err);

/* Finishes an interrupted repack alone; soon done. */
orma_status container_recover(container *c, orma_error **err);

/* For who copies the container: until container_release() nothing is deleted
 * and no object moves to another place than the end of a pack. Writers and
 * packers go on. */
orma_status container_hold(container *c, orma_error **err);
void container_release(container *c);

/* Gives back room in the index. */
orma_status container_vacuum(container *c, orma_error **err);

/* Looks at every row of the index and every loose file, and, unless is_quick,
 * at every byte; calls fault for each that is wrong. key may be "". */
typedef orma_status container_fault(void *user, const char *key,
                                    const char *what, orma_error **err);
orma_status container_check(container *c, bool is_quick,
                            container_progress *progress,
                            container_fault *fault, void *user,
                            orma_error **err);

/* A consistent copy of the index while others write. */
orma_status container_copy_index(container *c, const char *path,
                                 orma_error **err);

/* What is in the index becomes visible to who reads the file alone. */
orma_status container_settle(container *c, orma_error **err);

/* ---- a container of another host --------------------------------- */

/* Opens for reading only, without touching a file; the folder need not be
 * there: then nothing is found in it. id: of the container. owner: host that
 * is named by refusals to write. */
orma_status container_open_remote(const char *folder, const char *id,
                                  const char *owner, container **out,
                                  orma_error **err);

/* An object of bytes that lie in an open file, which is taken over. */
orma_status object_of_file(int fd, const char *key, int64_t size,
                           object_reader **out, orma_error **err);

#endif
