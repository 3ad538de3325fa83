/* Appending objects to packs, compressed where it pays.
 *
 * packs/<id>.lock is made for AiiDA's packers to see; since AiiDA removes
 * locks that it does not hold, what really excludes two appenders of orma is
 * an open-file-description lock.
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

#define LOCK_TEXT "orma\n"
#define PACK_ID_MAX 1000000

char *container_pack_path(const container *c, int64_t pack_id,
                          const char *ending)
{
    return text_printf("%s/packs/%lld%s", c->folder, (long long)pack_id,
                       ending);
}

/* A file of the sandbox with the text that tells orma's locks from AiiDA's. */
static orma_status write_lock(const char *path, orma_error **err)
{
    AUTO_CLOSE int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return container_errno(err, errno, "cannot make", path);
    return container_write_all(fd, LOCK_TEXT, sizeof LOCK_TEXT - 1, path, err);
}

static bool is_own_lock(const char *path)
{
    char text[sizeof LOCK_TEXT];
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 &&
           read(fd, text, sizeof text) == (ssize_t)(sizeof LOCK_TEXT - 1) &&
           memcmp(text, LOCK_TEXT, sizeof LOCK_TEXT - 1) == 0;
}

/* Linked into its place with its text: who dies in between leaves no lock that
 * looks like AiiDA's, which nobody would dare to remove. */
orma_status container_take_pack_lock(const container *c, const char *path,
                                     bool *taken, orma_error **err)
{
    orma_uuid uuid;
    char name[37];

    *taken = false;
    uuid_generate(&uuid);
    uuid_format(&uuid, name);
    AUTO_FREE char *made = text_printf("%s/sandbox/%s", c->folder, name);
    if (made == NULL)
        return error_no_memory(err);
    orma_status st = write_lock(made, err);
    if (st == ORMA_OK && link(made, path) == 0)
        *taken = true;
    else if (st == ORMA_OK && errno != EEXIST)
        st = container_errno(err, errno, "cannot make", path);
    else if (st == ORMA_OK)
        /* orma's own was left by a process that died: the living one is us. */
        *taken = is_own_lock(path);
    unlink(made);
    return st;
}

void container_drop_stale_lock(const char *path)
{
    if (is_own_lock(path))
        unlink(path);
}

static void close_pack(appender *a)
{
    if (a->fd >= 0)
        close(a->fd);
    if (a->lock_path != NULL)
        unlink(a->lock_path);
    free(a->path);
    free(a->lock_path);
    a->fd = -1;
    a->path = NULL;
    a->lock_path = NULL;
}

/* Tries pack `id`; leaves a->fd at -1 when it is full or somebody else's. */
static orma_status try_pack(appender *a, int64_t id, orma_error **err)
{
    struct stat info = {0};
    bool taken = false;
    AUTO_FREE char *path = container_pack_path(a->c, id, "");
    AUTO_FREE char *lock_path = container_pack_path(a->c, id, ".lock");
    if (path == NULL || lock_path == NULL)
        return error_no_memory(err);

    const bool is_new = stat(path, &info) != 0;
    if (is_new && errno != ENOENT)
        return container_errno(err, errno, "cannot examine", path);
    if (!is_new && info.st_size >= a->c->pack_size_target)
        return ORMA_OK;
    orma_status st = container_take_pack_lock(a->c, lock_path, &taken, err);
    if (st != ORMA_OK || !taken)
        return st;

    a->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (a->fd < 0 || fstat(a->fd, &info) != 0)
        st = container_errno(err, errno, "cannot open", path);
    a->pack_id = id;
    a->start = info.st_size;
    a->end = info.st_size;
    a->is_new = is_new;
    a->path = path;
    a->lock_path = lock_path;
    path = NULL;
    lock_path = NULL;
    if (st != ORMA_OK)
        close_pack(a);
    return st;
}

static orma_status open_pack(appender *a, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (int64_t id = 0; st == ORMA_OK && a->fd < 0; id++) {
        if (id > PACK_ID_MAX)
            return error_set(err, ORMA_E_PERMANENT, "storage", 0,
                             "container \"%s\" has no pack that can be "
                             "appended to",
                             a->c->folder);
        st = try_pack(a, id, err);
    }
    return st;
}

static orma_status flush(appender *a, orma_error **err)
{
    const orma_status st = container_write_all(a->fd, a->pending.ptr,
                                               a->pending.len, a->path, err);
    buf_clear(&a->pending);
    return st;
}

orma_status appender_bytes(appender *a, const void *bytes, size_t len,
                           orma_error **err)
{
    orma_status st = ORMA_OK;

    a->end += (int64_t)len;
    if (a->pending.len + len > CONTAINER_CHUNK)
        st = flush(a, err);
    if (st != ORMA_OK)
        return st;
    if (len > CONTAINER_CHUNK)
        return container_write_all(a->fd, bytes, len, a->path, err);
    buf_append(&a->pending, bytes, len);
    return buf_status(&a->pending, err);
}

/* One object on its way into the pack. */
typedef struct passage {
    appender *a;
    int64_t size;
    z_stream *deflater; /* NULL: raw */
    unsigned char *chunk;
} passage;

static orma_status squeeze(passage *p, const void *bytes, size_t len,
                           int flush_mode, orma_error **err)
{
    z_stream *z = p->deflater;
    orma_status st = ORMA_OK;

    z->next_in = (unsigned char *)(uintptr_t)bytes;
    z->avail_in = (uInt)len; /* pieces are chunks, or split below */
    do {
        z->next_out = p->chunk;
        z->avail_out = CONTAINER_CHUNK;
        deflate(z, flush_mode);
        st =
            appender_bytes(p->a, p->chunk, CONTAINER_CHUNK - z->avail_out, err);
    } while (st == ORMA_OK && z->avail_out == 0);
    return st;
}

static orma_status take_piece(void *user, const void *bytes, size_t len,
                              orma_error **err)
{
    passage *p = user;
    const char *at = bytes;
    orma_status st = ORMA_OK;

    digest_update(p->a->sum, bytes, len);
    p->size += (int64_t)len;
    if (p->deflater == NULL)
        return appender_bytes(p->a, bytes, len, err);
    while (st == ORMA_OK && len > 0) {
        const size_t n = len > CONTAINER_CHUNK ? CONTAINER_CHUNK : len;
        st = squeeze(p, at, n, Z_NO_FLUSH, err);
        at += n;
        len -= n;
    }
    return st;
}

static orma_status pass_compressed(passage *p, const container_object *object,
                                   orma_error **err)
{
    z_stream z = {0};
    AUTO_FREE unsigned char *chunk = malloc(CONTAINER_CHUNK);
    if (chunk == NULL || deflateInit(&z, p->a->c->level) != Z_OK)
        return error_no_memory(err);
    p->deflater = &z;
    p->chunk = chunk;
    orma_status st = source_stream(object, take_piece, p, err);
    if (st == ORMA_OK)
        st = squeeze(p, "", 0, Z_FINISH, err);
    deflateEnd(&z);
    return st;
}

orma_status appender_init(appender *a, container *c, orma_error **err)
{
    *a = (appender){.c = c,
                    .compression = c->compression,
                    .fd = -1,
                    .sum = digest_create()};
    return a->sum == NULL ? error_no_memory(err) : ORMA_OK;
}

orma_status appender_add(appender *a, const container_object *object,
                         packed_object *where, orma_error **err)
{
    char found[DIGEST_SHA256_HEX];
    bool squeezed = false;
    passage p = {.a = a};
    orma_status st = ORMA_OK;

    if (a->fd >= 0 && a->end >= a->c->pack_size_target) {
        st = appender_sync(a, err);
        if (st == ORMA_OK)
            close_pack(a);
    }
    if (st == ORMA_OK && a->fd < 0)
        st = open_pack(a, err);
    if (st == ORMA_OK && a->compression == CONTAINER_AUTO)
        st = source_is_compressible(object, &squeezed, err);
    if (st != ORMA_OK)
        return st;

    where->pack_id = a->pack_id;
    where->offset = a->end;
    st = squeezed ? pass_compressed(&p, object, err)
                  : source_stream(object, take_piece, &p, err);
    digest_hex(a->sum, found); /* starts anew, whatever happened */
    if (st != ORMA_OK)
        return st;
    if (!text_equal(found, object->key))
        return source_changed(object, err);
    where->length = a->end - where->offset;
    where->size = p.size;
    where->is_compressed = squeezed;
    return ORMA_OK;
}

orma_status appender_open_new(appender *a, int64_t pack_id, orma_error **err)
{
    a->path = container_pack_path(a->c, pack_id, "");
    a->lock_path = container_pack_path(a->c, pack_id, ".lock");
    bool taken = false;
    orma_status st =
        a->path == NULL || a->lock_path == NULL
            ? error_no_memory(err)
            : container_take_pack_lock(a->c, a->lock_path, &taken, err);
    if (st == ORMA_OK && !taken)
        st = error_set(err, ORMA_E_TRANSIENT, "storage", 0,
                       "another program is repacking: \"%s\" is there",
                       a->lock_path);
    if (st != ORMA_OK) {
        free(a->lock_path); /* not ours to remove */
        a->lock_path = NULL;
        return st;
    }
    a->fd = open(a->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                 0666);
    if (a->fd < 0)
        return container_errno(err, errno, "cannot open", a->path);
    a->pack_id = pack_id;
    a->is_new = true;
    return ORMA_OK;
}

/* A piece of another pack as the source of an object. */
static orma_status stream_piece(passage *p, int fd, const packed_object *from,
                                orma_error **err)
{
    orma_status st = ORMA_OK;
    AUTO_FREE char *chunk = malloc(CONTAINER_CHUNK);
    if (chunk == NULL)
        return error_no_memory(err);
    for (int64_t done = 0; st == ORMA_OK && done < from->length;) {
        const int64_t left = from->length - done;
        const ssize_t n = pread(
            fd, chunk, left < CONTAINER_CHUNK ? (size_t)left : CONTAINER_CHUNK,
            from->offset + done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return container_errno(err, n == 0 ? EIO : errno, "cannot read",
                                   "the pack");
        st = take_piece(p, chunk, (size_t)n, err);
        done += n;
    }
    return st;
}

orma_status appender_move(appender *a, int fd, const packed_object *from,
                          packed_object *where, orma_error **err)
{
    char ignored[DIGEST_SHA256_HEX];
    bool squeezed = false;
    z_stream z = {0};
    passage p = {.a = a};
    orma_status st = source_piece_is_compressible(fd, from->offset,
                                                  from->length, &squeezed, err);
    if (st != ORMA_OK)
        return st;
    where->pack_id = a->pack_id;
    where->offset = a->end;
    AUTO_FREE unsigned char *chunk = malloc(CONTAINER_CHUNK);
    if (chunk == NULL || (squeezed && deflateInit(&z, a->c->level) != Z_OK))
        return error_no_memory(err);
    p.deflater = squeezed ? &z : NULL;
    p.chunk = chunk;
    st = stream_piece(&p, fd, from, err);
    if (st == ORMA_OK && squeezed)
        st = squeeze(&p, "", 0, Z_FINISH, err);
    if (squeezed)
        deflateEnd(&z);
    digest_hex(a->sum, ignored);
    where->length = a->end - where->offset;
    where->size = p.size;
    where->is_compressed = squeezed;
    return st;
}

orma_status appender_sync(appender *a, orma_error **err)
{
    if (a->fd < 0)
        return ORMA_OK;
    orma_status st = flush(a, err);
    if (st == ORMA_OK && fdatasync(a->fd) != 0)
        st = container_errno(err, errno, "cannot sync", a->path);
    if (st == ORMA_OK && a->is_new) {
        AUTO_FREE char *folder = container_path(a->c, "packs");
        st = folder == NULL ? error_no_memory(err)
                            : container_sync_folder(folder, err);
    }
    return st;
}

/* A pack is never truncated by who did not append to it; we did, and hold its
 * lock. But a commit that failed may have reached the journal, from which its
 * rows come back later. */
void appender_abandon(appender *a)
{
    struct stat info;
    if (a->may_be_indexed)
        return;
    if (a->fd >= 0 && fstat(a->fd, &info) == 0 && info.st_size > a->start &&
        info.st_size <= a->end && ftruncate(a->fd, a->start) != 0)
        return; /* unreferenced bytes at the end of a pack are harmless */
}

void appender_finish(appender *a)
{
    close_pack(a);
    buf_free(&a->pending);
    digest_destroy(a->sum);
}
