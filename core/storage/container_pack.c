/* Appending a group of objects straight to a pack: one sync of the data, one
 * transaction of the index.
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

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define LOCK_TEXT "orma\n"
#define PACK_ID_MAX 1000000

typedef struct appender {
    container *c;
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

/* Takes packs/<id>.lock. *taken false: a packer that is not orma's has it. */
static orma_status take_lock_file(const char *path, bool *taken,
                                  orma_error **err)
{
    char text[sizeof LOCK_TEXT];

    AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
        const orma_status st =
            container_write_all(fd, LOCK_TEXT, sizeof LOCK_TEXT - 1, path, err);
        if (st != ORMA_OK)
            unlink(path);
        *taken = st == ORMA_OK;
        return st;
    }
    if (errno != EEXIST)
        return container_errno(err, errno, "cannot make", path);

    /* orma's own, left by a process that died: the living one is us. */
    AUTO_CLOSE int old = open(path, O_RDONLY | O_CLOEXEC);
    *taken = old >= 0 &&
             read(old, text, sizeof text) == (ssize_t)(sizeof LOCK_TEXT - 1) &&
             memcmp(text, LOCK_TEXT, sizeof LOCK_TEXT - 1) == 0;
    return ORMA_OK;
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
    AUTO_FREE char *path =
        text_printf("%s/packs/%lld", a->c->folder, (long long)id);
    AUTO_FREE char *lock_path =
        text_printf("%s/packs/%lld.lock", a->c->folder, (long long)id);
    if (path == NULL || lock_path == NULL)
        return error_no_memory(err);

    const bool is_new = stat(path, &info) != 0;
    if (is_new && errno != ENOENT)
        return container_errno(err, errno, "cannot examine", path);
    if (!is_new && info.st_size >= a->c->pack_size_target)
        return ORMA_OK;
    orma_status st = take_lock_file(lock_path, &taken, err);
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

static orma_status append_piece(void *user, const void *bytes, size_t len,
                                orma_error **err)
{
    appender *a = user;
    orma_status st = ORMA_OK;

    digest_update(a->sum, bytes, len);
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

/* Makes the open pack durable. */
static orma_status sync_pack(appender *a, orma_error **err)
{
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

static orma_status append_one(appender *a, const container_object *object,
                              packed_object *where, orma_error **err)
{
    char found[DIGEST_SHA256_HEX];
    orma_status st = ORMA_OK;

    if (a->fd >= 0 && a->end >= a->c->pack_size_target) {
        st = sync_pack(a, err);
        if (st == ORMA_OK)
            close_pack(a);
    }
    if (st == ORMA_OK && a->fd < 0)
        st = open_pack(a, err);
    if (st != ORMA_OK)
        return st;

    where->pack_id = a->pack_id;
    where->offset = a->end;
    st = source_stream(object, append_piece, a, err);
    if (st != ORMA_OK)
        return st;
    digest_hex(a->sum, found);
    if (!text_equal(found, object->key))
        return source_changed(object, err);
    where->length = a->end - where->offset;
    where->size = where->length;
    where->is_compressed = false;
    return ORMA_OK;
}

/* Takes back what no index row refers to. A pack is never truncated by who
 * did not append to it; we did, and hold its lock. But a commit that failed
 * may have reached the journal, from which its rows come back later. */
static void abandon(appender *a)
{
    struct stat info;
    if (a->may_be_indexed)
        return;
    if (a->fd >= 0 && fstat(a->fd, &info) == 0 && info.st_size > a->start &&
        info.st_size <= a->end && ftruncate(a->fd, a->start) != 0)
        return; /* unreferenced bytes at the end of a pack are harmless */
}

/* Objects in the order of their keys, to see what occurs twice. */
typedef struct put_item {
    container_object *object;
    packed_object where;
    bool is_wanted;
} put_item;

static int by_key(const void *a, const void *b)
{
    const put_item *x = a, *y = b;
    const int order = strcmp(x->object->key, y->object->key);
    if (order != 0)
        return order;
    return (x->object > y->object) - (x->object < y->object);
}

/* In the order in which they were given: related files lie together. */
static int by_position(const void *a, const void *b)
{
    const put_item *x = a, *y = b;
    return (x->object > y->object) - (x->object < y->object);
}

/* Which are not in the container yet; each key once. */
static orma_status mark_wanted(container *c, put_item *items, size_t count,
                               size_t *wanted, orma_error **err)
{
    *wanted = 0;
    for (size_t i = 0; i < count; i++) {
        bool found =
            i > 0 && text_equal(items[i].object->key, items[i - 1].object->key);
        if (!found) {
            const orma_status st =
                container_has(c, items[i].object->key, &found, err);
            if (st != ORMA_OK)
                return st;
        }
        items[i].is_wanted = !found;
        *wanted += !found;
    }
    return ORMA_OK;
}

static orma_status insert_rows(appender *a, const put_item *items, size_t count,
                               orma_error **err)
{
    orma_status st = index_begin(a->c, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        if (items[i].is_wanted)
            st = index_insert(a->c, items[i].object->key, &items[i].where, err);
    if (st == ORMA_OK) {
        a->may_be_indexed = true;
        st = index_commit(a->c, err);
    }
    if (st != ORMA_OK)
        index_rollback(a->c);
    return st;
}

static orma_status append_all(appender *a, put_item *items, size_t count,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    qsort(items, count, sizeof *items, by_position);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        if (items[i].is_wanted)
            st = append_one(a, items[i].object, &items[i].where, err);
    if (st == ORMA_OK)
        st = sync_pack(a, err);
    if (st == ORMA_OK)
        st = insert_rows(a, items, count, err);
    return st;
}

static orma_status put_missing(container *c, put_item *items, size_t count,
                               orma_error **err)
{
    size_t wanted = 0;
    appender a = {.c = c, .fd = -1, .sum = digest_create()};
    if (a.sum == NULL)
        return error_no_memory(err);

    orma_status st = container_lock(c, LOCK_BYTE_PACKS, F_WRLCK, err);
    if (st == ORMA_OK) {
        /* Again: while we waited, others may have put them. */
        st = mark_wanted(c, items, count, &wanted, err);
        if (st == ORMA_OK && wanted > 0)
            st = append_all(&a, items, count, err);
        if (st != ORMA_OK)
            abandon(&a);
        close_pack(&a);
        container_unlock_byte(c, LOCK_BYTE_PACKS);
    }
    buf_free(&a.pending);
    digest_destroy(a.sum);
    return st;
}

orma_status container_put(container *c, container_object *objects, size_t count,
                          orma_error **err)
{
    size_t wanted = 0;
    orma_status st = ORMA_OK;

    if (count == 0)
        return ORMA_OK;
    AUTO_FREE put_item *items = calloc(count, sizeof *items);
    if (items == NULL)
        return error_no_memory(err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        items[i].object = &objects[i];
        st = container_object_key(&objects[i], err);
    }
    if (st != ORMA_OK)
        return st;
    qsort(items, count, sizeof *items, by_key);
    st = mark_wanted(c, items, count, &wanted, err);
    return st == ORMA_OK && wanted > 0 ? put_missing(c, items, count, err) : st;
}
