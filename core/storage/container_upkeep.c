/* Packing loose objects, and tidying up behind packers and writers.
 *
 * A portion at a time: its bytes are synced, then its rows committed, and only
 * then its loose files deleted, so that whatever is interrupted, each object is
 * somewhere, and little room is needed twice.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define PORTION_OBJECTS 2000
#define PORTION_BYTES ((int64_t)64 << 20)
#define LEFTOVER_S ((int64_t)24 * 3600)

/* One loose file of a portion. */
typedef struct loose_file {
    container_object object;
    packed_object where;
    char *path;
    int64_t size;
    bool is_packed; /* its row is in the index, or will be */
    bool is_new;    /* by us */
} loose_file;

typedef struct packer {
    container *c;
    container_upkeep *u;
    loose_file *files;
    size_t count;
    int64_t bytes;
    int64_t done, total;
} packer;

static orma_status cancelled(orma_error **err)
{
    return error_set(err, ORMA_E_CANCELLED, "storage", 0,
                     "stopped; what was done so far is kept");
}

static orma_status tell(const container_upkeep *u, int64_t done, int64_t total,
                        orma_error **err)
{
    return u->progress == NULL || u->progress(u->user, done, total)
               ? ORMA_OK
               : cancelled(err);
}

static void drop_portion(packer *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->files[i].path);
    p->count = 0;
    p->bytes = 0;
}

/* Appends what the index does not have. A file whose content is not its
 * name's stays where it is, for people to look at. */
static orma_status append_portion(packer *p, appender *a, orma_error **err)
{
    for (size_t i = 0; i < p->count; i++) {
        loose_file *f = &p->files[i];
        packed_object there;
        AUTO_ERROR orma_error *why = NULL;
        orma_status st =
            index_find(p->c, f->object.key, &there, &f->is_packed, err);
        if (st != ORMA_OK)
            return st;
        if (f->is_packed)
            continue;
        st = appender_add(a, &f->object, &f->where, &why);
        if (st == ORMA_OK) {
            f->is_packed = f->is_new = true;
            continue;
        }
        if (st == ORMA_E_NOT_FOUND)
            continue; /* another packer was here */
        if (orma_error_code(why) == SOURCE_CHANGED) {
            p->u->damaged++;
            continue;
        }
        error_move(&why, err);
        return st;
    }
    return ORMA_OK;
}

static orma_status insert_portion(packer *p, appender *a, orma_error **err)
{
    orma_status st = appender_sync(a, err);
    if (st == ORMA_OK)
        st = index_begin(p->c, err);
    for (size_t i = 0; st == ORMA_OK && i < p->count; i++)
        if (p->files[i].is_new)
            st = index_insert(p->c, p->files[i].object.key, &p->files[i].where,
                              err);
    if (st == ORMA_OK) {
        a->may_be_indexed = true;
        st = index_commit(p->c, err);
    }
    if (st != ORMA_OK)
        index_rollback(p->c);
    return st;
}

static void delete_packed(packer *p)
{
    for (size_t i = 0; i < p->count; i++) {
        loose_file *f = &p->files[i];
        p->u->objects += f->is_new;
        if (f->is_packed && !p->u->keep_loose && unlink(f->path) == 0)
            p->u->freed += f->size;
    }
}

static orma_status pack_portion(packer *p, orma_error **err)
{
    appender a;
    if (p->count == 0)
        return ORMA_OK;
    orma_status st = appender_init(&a, p->c, err);
    if (st != ORMA_OK)
        return st;
    a.compression = p->u->compression;
    st = container_lock(p->c, LOCK_BYTE_PACKS, F_WRLCK, err);
    if (st == ORMA_OK)
        st = append_portion(p, &a, err);
    if (st == ORMA_OK)
        st = insert_portion(p, &a, err);
    if (st != ORMA_OK)
        appender_abandon(&a);
    appender_finish(&a);
    container_unlock_byte(p->c, LOCK_BYTE_PACKS);
    if (st != ORMA_OK)
        return st;
    delete_packed(p);
    p->done += (int64_t)p->count;
    drop_portion(p);
    return tell(p->u, p->done, p->total, err);
}

static orma_status take_loose(void *user, const container_entry *e,
                              orma_error **err)
{
    packer *p = user;
    if (!e->is_loose)
        return ORMA_OK;
    loose_file *f = &p->files[p->count];
    *f = (loose_file){.path = container_loose_path(p->c, e->key),
                      .size = e->size};
    if (f->path == NULL)
        return error_no_memory(err);
    f->object.local_path = f->path;
    memcpy(f->object.key, e->key, sizeof f->object.key);
    p->count++;
    p->bytes += e->size;
    return p->count == PORTION_OBJECTS || p->bytes >= PORTION_BYTES
               ? pack_portion(p, err)
               : ORMA_OK;
}

static orma_status count_one(void *user, const container_entry *e,
                             orma_error **err)
{
    (void)e;
    (void)err;
    ++*(int64_t *)user;
    return ORMA_OK;
}

orma_status container_pack(container *c, container_upkeep *u, orma_error **err)
{
    packer p = {.c = c, .u = u};
    orma_status st = container_check_owner(c, err);
    if (st == ORMA_OK && u->progress != NULL)
        st = container_each_loose(c, count_one, &p.total, err);
    if (st != ORMA_OK)
        return st;
    p.files = calloc(PORTION_OBJECTS, sizeof *p.files);
    if (p.files == NULL)
        return error_no_memory(err);
    st = container_each_loose(c, take_loose, &p, err);
    if (st == ORMA_OK)
        st = pack_portion(&p, err);
    drop_portion(&p);
    free(p.files);
    return st;
}

/* ---- tidying up -------------------------------------------------- */

struct cleaning {
    container *c;
    container_upkeep *u;
    int64_t now_s;
};

static orma_status clean_loose(void *user, const container_entry *e,
                               orma_error **err)
{
    struct cleaning *k = user;
    packed_object there;
    bool found = false;
    if (!e->is_loose)
        return ORMA_OK;
    const orma_status st = index_find(k->c, e->key, &there, &found, err);
    if (st != ORMA_OK || !found)
        return st;
    AUTO_FREE char *path = container_loose_path(k->c, e->key);
    if (path == NULL)
        return error_no_memory(err);
    if (unlink(path) == 0) {
        k->u->freed += e->size;
        k->u->objects++;
    }
    return ORMA_OK;
}

/* "<hash>.<uuid hex>": content that Windows did not let AiiDA move. It is
 * there already, or put now. */
static orma_status settle_duplicate(void *user, const char *name,
                                    const char *path, const struct stat *info,
                                    orma_error **err)
{
    struct cleaning *k = user;
    char key[DIGEST_SHA256_HEX];
    bool found = false;

    (void)info;
    if (strlen(name) <= sizeof key || name[sizeof key - 1] != '.')
        return ORMA_OK;
    memcpy(key, name, sizeof key - 1);
    key[sizeof key - 1] = '\0';
    if (!container_key_is_valid(key))
        return ORMA_OK;
    orma_status st = container_has(k->c, key, &found, err);
    if (st == ORMA_OK && !found) {
        container_object object = {.local_path = path};
        st = container_put_loose(k->c, &object, err);
        found = st == ORMA_OK && text_equal(object.key, key);
    }
    if (st == ORMA_OK && found)
        unlink(path);
    return st;
}

/* A writer that is alive writes more often than once a day. */
static orma_status drop_leftover(void *user, const char *name, const char *path,
                                 const struct stat *info, orma_error **err)
{
    struct cleaning *k = user;
    (void)name;
    (void)err;
    if (k->now_s - info->st_mtime > LEFTOVER_S && unlink(path) == 0)
        k->u->freed += info->st_size;
    return ORMA_OK;
}

orma_status container_clean(container *c, container_upkeep *u, orma_error **err)
{
    struct cleaning k = {c, u, time_now_ns() / 1000000000};
    orma_status st = container_check_owner(c, err);
    if (st == ORMA_OK)
        st = container_each_file(c, "duplicates", settle_duplicate, &k, err);
    if (st == ORMA_OK)
        st = container_each_loose(c, clean_loose, &k, err);
    if (st == ORMA_OK)
        st = container_each_file(c, "sandbox", drop_leftover, &k, err);
    return st;
}

/* ---- deleting ---------------------------------------------------- */

static orma_status delete_rows(container *c, sqlite3_stmt *stmt,
                               const char *const *keys, size_t count,
                               orma_error **err)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_bind_text(stmt, 1, keys[i], -1, SQLITE_STATIC);
        const int rc = sqlite3_step(stmt);
        sqlite3_reset(stmt);
        if (rc != SQLITE_DONE)
            return index_fail(c, rc, err);
    }
    return ORMA_OK;
}

orma_status container_delete(container *c, const char *const *keys,
                             size_t count, orma_error **err)
{
    sqlite3_stmt *stmt = NULL;

    /* Files first: who looks in between finds the packed object, if any. */
    for (size_t i = 0; i < count; i++) {
        AUTO_FREE char *path = container_loose_path(c, keys[i]);
        if (path == NULL)
            return error_no_memory(err);
        if (unlink(path) != 0 && errno != ENOENT)
            return container_errno(err, errno, "cannot delete", path);
    }
    orma_status st = index_begin(c, err);
    if (st == ORMA_OK)
        st = index_prepare(c, "DELETE FROM db_object WHERE hashkey = ?1", &stmt,
                           err);
    if (st == ORMA_OK)
        st = delete_rows(c, stmt, keys, count, err);
    sqlite3_finalize(stmt);
    if (st == ORMA_OK)
        st = index_commit(c, err);
    if (st != ORMA_OK)
        index_rollback(c);
    return st;
}
