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

#endif
