/* Reading objects: from a pack, raw or compressed, or a loose file, streamed
 * and compared with their key.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define MOVES_MAX 20 /* of an object while it is being opened */

struct object_reader {
    int fd;
    archive_stream *entry; /* of an archive, instead of fd */
    int64_t at;            /* next byte of the file */
    int64_t left;          /* bytes of the file that are the object's */
    int64_t size;          /* of the content */
    int64_t given;         /* bytes of the content handed out */
    bool is_compressed;
    bool is_checked;
    z_stream inflater;
    unsigned char *chunk; /* compressed bytes */
    digest *sum;
    char key[DIGEST_SHA256_HEX];
    char *path;
};

static orma_status damaged(const object_reader *r, const char *why,
                           orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_PERMANENT, "storage", 0,
                  "object \"%s\" is damaged: \"%s\" %s", r->key, r->path, why);
    error_hint(err, r->entry == NULL
                        ? "restore the container from a backup"
                        : "fetch the archive again, or have it made again");
    return st;
}

void object_close(object_reader *r)
{
    if (r == NULL)
        return;
    if (r->chunk != NULL)
        inflateEnd(&r->inflater);
    free(r->chunk);
    digest_destroy(r->sum);
    archive_stream_close(r->entry);
    if (r->fd >= 0)
        close(r->fd);
    free(r->path);
    free(r);
}

int64_t object_size(const object_reader *r)
{
    return r->size;
}

/* *out stays NULL when the file does not exist. path is taken over. */
static orma_status reader_create(const char *key, char *path,
                                 object_reader **out, orma_error **err)
{
    object_reader *r = calloc(1, sizeof *r);
    if (r == NULL || path == NULL) {
        free(r);
        free(path);
        return error_no_memory(err);
    }
    r->path = path;
    memcpy(r->key, key, sizeof r->key);
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        const orma_status st =
            errno == ENOENT ? ORMA_OK
                            : container_errno(err, errno, "cannot open", path);
        object_close(r);
        return st;
    }
    r->sum = digest_create();
    if (r->sum == NULL) {
        object_close(r);
        return error_no_memory(err);
    }
    *out = r;
    return ORMA_OK;
}

static orma_status start_inflater(object_reader *r, orma_error **err)
{
    r->chunk = malloc(CONTAINER_CHUNK);
    if (r->chunk == NULL)
        return error_no_memory(err);
    if (inflateInit(&r->inflater) != Z_OK) {
        free(r->chunk);
        r->chunk = NULL;
        return error_no_memory(err);
    }
    r->is_compressed = true;
    return ORMA_OK;
}

orma_status container_open_packed(container *c, const char *key,
                                  const packed_object *where,
                                  object_reader **out, orma_error **err)
{
    object_reader *r = NULL;
    struct stat info;
    orma_status st = reader_create(
        key, text_printf("%s/packs/%lld", c->folder, (long long)where->pack_id),
        &r, err);
    if (st != ORMA_OK || r == NULL)
        return st;

    if (fstat(r->fd, &info) != 0)
        st = container_errno(err, errno, "cannot examine", r->path);
    else if (where->offset < 0 || where->length < 0 || where->size < 0 ||
             where->offset > info.st_size ||
             where->length > info.st_size - where->offset)
        st = damaged(r, "is shorter than its index says", err);
    if (st == ORMA_OK && where->is_compressed)
        st = start_inflater(r, err);
    if (st != ORMA_OK) {
        object_close(r);
        return st;
    }
    r->at = where->offset;
    r->left = where->length;
    r->size = where->size;
    *out = r;
    return ORMA_OK;
}

orma_status container_open_loose(container *c, const char *key,
                                 object_reader **out, orma_error **err)
{
    object_reader *r = NULL;
    struct stat info;
    const orma_status st =
        reader_create(key, container_loose_path(c, key), &r, err);
    if (st != ORMA_OK || r == NULL)
        return st;
    if (fstat(r->fd, &info) != 0) {
        const orma_status bad =
            container_errno(err, errno, "cannot examine", r->path);
        object_close(r);
        return bad;
    }
    r->left = info.st_size;
    r->size = info.st_size;
    *out = r;
    return ORMA_OK;
}

static bool same_place(const packed_object *a, const packed_object *b)
{
    return a->pack_id == b->pack_id && a->offset == b->offset &&
           a->length == b->length;
}

/* A repacker moves objects and puts a new file under the old name. So what the
 * index says is asked again when the file is open: if it is the same, the open
 * file is the one that was meant. *out stays NULL when it is not packed. */
static orma_status try_packed(container *c, const char *key,
                              object_reader **out, orma_error **err)
{
    packed_object where, again;
    bool found = false;
    orma_status st = index_find(c, key, &where, &found, err);

    for (int i = 0; st == ORMA_OK && found && i < MOVES_MAX; i++) {
        object_reader *r = NULL;
        AUTO_ERROR orma_error *why = NULL;
        st = container_open_packed(c, key, &where, &r, &why);
        const orma_status asked = index_find(c, key, &again, &found, err);
        if (asked == ORMA_OK && found && same_place(&where, &again)) {
            if (st == ORMA_OK)
                *out = r;
            else
                error_move(&why, err);
            return st;
        }
        object_close(r);
        where = again;
        st = asked;
    }
    return st;
}

/* Of another host's container nothing may be visible here. */
static bool container_has_index(const container *c)
{
    if (c->archive != NULL)
        return false;
    if (c->owner == NULL)
        return true;
    AUTO_FREE char *path = container_path(c, "packs.idx");
    return path != NULL && access(path, R_OK) == 0;
}

bool container_key_is_valid(const char *key)
{
    return strlen(key) == DIGEST_SHA256_HEX - 1 &&
           strspn(key, "0123456789abcdef") == DIGEST_SHA256_HEX - 1;
}

orma_status object_of_file(int fd, const char *key, int64_t size,
                           object_reader **out, orma_error **err)
{
    object_reader *r = calloc(1, sizeof *r);
    digest *sum = digest_create();
    char *path = text_copy("orma_object");
    if (r == NULL || sum == NULL || path == NULL) {
        free(r);
        free(path);
        digest_destroy(sum);
        close(fd);
        return error_no_memory(err);
    }
    *r = (object_reader){
        .fd = fd, .left = size, .size = size, .sum = sum, .path = path};
    memcpy(r->key, key, sizeof r->key);
    *out = r;
    return ORMA_OK;
}

/* *out stays NULL when the archive has no such object. */
static orma_status open_archived(container *c, const char *key,
                                 object_reader **out, orma_error **err)
{
    uint64_t index = 0, size = 0;
    if (!archive_file_find(c->archive, key, &index, &size))
        return ORMA_OK;
    object_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return error_no_memory(err);
    r->fd = -1;
    r->left = (int64_t)size;
    r->size = (int64_t)size;
    r->sum = digest_create();
    r->path = text_copy(c->folder);
    memcpy(r->key, key, sizeof r->key);
    const orma_status st =
        r->sum == NULL || r->path == NULL
            ? error_no_memory(err)
            : archive_stream_open(c->archive, index, &r->entry, err);
    if (st != ORMA_OK) {
        object_close(r);
        return st;
    }
    *out = r;
    return ORMA_OK;
}

static orma_status not_found(const container *c, const char *key,
                             orma_error **err)
{
    const orma_status st = error_set(
        err, ORMA_E_NOT_FOUND, "storage", 0,
        "object \"%s\" is not in the container \"%s\"", key, c->folder);
    if (c->owner != NULL)
        error_hint(err,
                   "the container is on host \"%s\": read the file there, or "
                   "make its folder visible here",
                   c->owner);
    return st;
}

orma_status container_open_object(container *c, const char *key,
                                  object_reader **out, orma_error **err)
{
    object_reader *r = NULL;

    if (!container_key_is_valid(key))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "object key \"%.80s\" is not a SHA-256 of 64 "
                         "lower-case hex digits",
                         key);

    const bool has_index = container_has_index(c);
    orma_status st = c->archive != NULL ? open_archived(c, key, &r, err)
                     : has_index        ? try_packed(c, key, &r, err)
                                        : ORMA_OK;
    if (st == ORMA_OK && r == NULL && c->archive == NULL)
        st = container_open_loose(c, key, &r, err);
    if (st == ORMA_OK && r == NULL && has_index) {
        /* A packer may have moved it meanwhile, and a repacker may have
         * replaced the index: look into a fresh one. */
        index_close(c);
        st = try_packed(c, key, &r, err);
    }
    if (st != ORMA_OK)
        return st;
    if (r == NULL)
        return not_found(c, key, err);
    *out = r;
    return ORMA_OK;
}

orma_status container_has(container *c, const char *key, bool *found,
                          orma_error **err)
{
    packed_object where;
    if (c->archive != NULL) {
        uint64_t index = 0, size = 0;
        *found = archive_file_find(c->archive, key, &index, &size);
        return ORMA_OK;
    }
    AUTO_FREE char *path = container_loose_path(c, key);
    if (path == NULL)
        return error_no_memory(err);
    if (access(path, F_OK) == 0) {
        *found = true;
        return ORMA_OK;
    }
    if (!container_has_index(c)) {
        *found = false;
        return ORMA_OK;
    }
    return index_find(c, key, &where, found, err);
}

/* Bytes of the file into buffer; *n 0 at the object's end. */
static orma_status read_file(object_reader *r, void *buffer, size_t capacity,
                             size_t *n, orma_error **err)
{
    const size_t wanted =
        (int64_t)capacity < r->left ? capacity : (size_t)r->left;
    ssize_t got = 0;

    *n = 0;
    if (r->entry != NULL)
        return archive_stream_read(r->entry, buffer, capacity, n, err);
    if (wanted == 0)
        return ORMA_OK;
    do
        got = pread(r->fd, buffer, wanted, r->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return container_errno(err, errno, "cannot read", r->path);
    if (got == 0)
        return damaged(r, "ends too early", err);
    r->at += got;
    r->left -= got;
    *n = (size_t)got;
    return ORMA_OK;
}

static orma_status read_inflated(object_reader *r, void *buffer,
                                 size_t capacity, size_t *n, orma_error **err)
{
    z_stream *z = &r->inflater;
    const uInt room =
        capacity > CONTAINER_CHUNK ? CONTAINER_CHUNK : (uInt)capacity;

    *n = 0;
    z->next_out = buffer;
    z->avail_out = room;
    while (z->avail_out == room) {
        if (z->avail_in == 0) {
            size_t got = 0;
            const orma_status st =
                read_file(r, r->chunk, CONTAINER_CHUNK, &got, err);
            if (st != ORMA_OK)
                return st;
            z->next_in = r->chunk;
            z->avail_in = (uInt)got;
        }
        const int rc = inflate(z, Z_NO_FLUSH);
        if (rc == Z_STREAM_END)
            break;
        if (rc != Z_OK)
            return damaged(r, "holds no valid compressed data there", err);
    }
    *n = room - z->avail_out;
    return ORMA_OK;
}

/* At the end: is it what was asked for? */
static orma_status check_content(object_reader *r, orma_error **err)
{
    char found[DIGEST_SHA256_HEX];

    if (r->is_checked)
        return ORMA_OK;
    digest_hex(r->sum, found);
    if (r->given != r->size || !text_equal(found, r->key))
        return damaged(r, "holds other bytes there", err);
    r->is_checked = true;
    return ORMA_OK;
}

orma_status object_read(object_reader *r, void *buffer, size_t capacity,
                        size_t *n, orma_error **err)
{
    size_t got = 0;
    if (capacity == 0) {
        *n = 0;
        return ORMA_OK;
    }
    const orma_status st = r->is_compressed
                               ? read_inflated(r, buffer, capacity, &got, err)
                               : read_file(r, buffer, capacity, &got, err);
    if (st != ORMA_OK)
        return st;
    if (got == 0) {
        const orma_status bad = check_content(r, err);
        if (bad != ORMA_OK)
            return bad;
    } else {
        digest_update(r->sum, buffer, got);
        r->given += (int64_t)got;
        if (r->given > r->size) /* a bomb, or another object's bytes */
            return damaged(r, "holds more than its index says", err);
    }
    *n = got;
    return ORMA_OK;
}
