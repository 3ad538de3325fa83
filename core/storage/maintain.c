/* The upkeep of a storage.
 *
 * What no node refers to is found while everybody goes on: first the keys that
 * nodes refer to, then those that the container has. It is deleted in batches,
 * each under the lock that writers share from their first put to their commit,
 * after another look at what was stored since.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/maintain.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/references.h>
#include <storage/staging.h>
#include <storage/store_internal.h>

#define HOUR_NS ((int64_t)3600 * 1000000000)
#define BATCH 10000
#define SIGHTINGS_MAX 64

typedef struct upkeep {
    store *s;
    const maintain_options *o;
    key_set *referenced, *present, *young;
    key_set *absent; /* referred to, and not found at the first look */
    reference_mark mark;
    int64_t old_before_ns;
    int64_t old_id;                 /* rows of the index up to here are old */
    int64_t last_id;                /* of the index when it was listed */
    int64_t pack_id, pack_mtime_ns; /* the last pack looked at */
    char (*batch)[DIGEST_SHA256_HEX];
    size_t batch_count;
    int64_t listed;
    int64_t unreferenced, unreferenced_young, deleted, missing;
    int64_t drained;
    char first_missing[DIGEST_SHA256_HEX];
    container_upkeep container;
    const char *step; /* for the container's progress */
} upkeep;

static bool tell(const upkeep *u, const char *step, int64_t done, int64_t total)
{
    return u->o->progress == NULL ||
           u->o->progress(u->o->user, step, done, total);
}

static orma_status stopped(orma_error **err)
{
    return error_set(err, ORMA_E_CANCELLED, "storage", 0,
                     "stopped; what was done so far is kept");
}

/* ---- what there is ----------------------------------------------- */

static orma_status add_reference(void *user, const uint8_t key[KEY_BYTES],
                                 orma_error **err)
{
    return key_set_add(user, key, err);
}

static bool tell_nodes(void *user, int64_t pk, int64_t last_pk)
{
    return tell(user, "references of nodes", pk, last_pk);
}

/* A pack is as old as its youngest object. */
static int64_t pack_mtime(upkeep *u, int64_t pack_id)
{
    struct stat info;
    if (pack_id == u->pack_id)
        return u->pack_mtime_ns;
    AUTO_FREE char *path = text_printf("%s/container/packs/%lld", u->s->folder,
                                       (long long)pack_id);
    u->pack_id = pack_id;
    u->pack_mtime_ns =
        path != NULL && stat(path, &info) == 0
            ? (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec
            : INT64_MAX;
    return u->pack_mtime_ns;
}

static bool is_young(upkeep *u, const container_entry *e)
{
    if (u->o->is_alone)
        return false;
    if (e->is_loose)
        return e->mtime_ns > u->old_before_ns;
    return e->id > u->old_id && pack_mtime(u, e->pack_id) > u->old_before_ns;
}

static orma_status add_present(void *user, const container_entry *e,
                               orma_error **err)
{
    upkeep *u = user;
    uint8_t key[KEY_BYTES];
    if (!key_parse((orma_str){e->key, strlen(e->key)}, key))
        return ORMA_OK; /* told by verify */
    if (++u->listed % 10000 == 0 && !tell(u, "objects", u->listed, 0))
        return stopped(err);
    orma_status st = key_set_add(u->present, key, err);
    if (st == ORMA_OK && is_young(u, e))
        st = key_set_add(u->young, key, err);
    return st;
}

/* ---- how old packed objects are ---------------------------------- */

/* The index has no times. So each run notes the greatest id that it saw: ids
 * up to that one are at least as old as the note. [[ns, id], …] */
static orma_status read_sightings(store *s, json_object **out, orma_error **err)
{
    query q;
    json_object *found = NULL;
    query_start_once(&q, &s->db,
                     "SELECT val FROM orma_meta WHERE \"key\" = ?1");
    query_text(&q, 1, "index_sightings");
    if (query_next(&q))
        found = column_json(&q, 0);
    const orma_status st = query_end(&q, err);
    if (st == ORMA_OK && !json_object_is_type(found, json_type_array)) {
        json_object_put(found);
        found = json_object_new_array();
        if (found == NULL)
            return error_no_memory(err);
    }
    if (st == ORMA_OK)
        *out = found;
    return st;
}

static int64_t sighting(const json_object *all, size_t i, size_t column)
{
    return json_object_get_int64(
        json_object_array_get_idx(json_object_array_get_idx(all, i), column));
}

static orma_status find_old_id(upkeep *u, orma_error **err)
{
    AUTO_JSON json_object *all = NULL;
    if (!u->s->has_own_tables)
        return ORMA_OK;
    const orma_status st = read_sightings(u->s, &all, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(all); i++)
        if (sighting(all, i, 0) <= u->old_before_ns &&
            sighting(all, i, 1) > u->old_id)
            u->old_id = sighting(all, i, 1);
    return st;
}

static bool add_sighting(json_object *all, int64_t ns, int64_t id)
{
    json_object *made = json_object_new_array();
    json_object *time = json_object_new_int64(ns);
    json_object *last = json_object_new_int64(id);
    if (made == NULL || time == NULL || last == NULL ||
        json_object_array_add(made, time) != 0 ||
        json_object_array_add(made, last) != 0 ||
        json_object_array_add(all, made) != 0) {
        json_object_put(made);
        return false;
    }
    return true;
}

/* Ids of deleted rows at the end of the index are given out again: no note may
 * reach beyond what is there now. */
static orma_status note_sighting(store *s, void *user, orma_error **err)
{
    const upkeep *u = user;
    AUTO_JSON json_object *all = NULL;
    AUTO_JSON json_object *kept = json_object_new_array();
    int64_t last = 0;
    query q;
    if (kept == NULL)
        return error_no_memory(err);
    orma_status st = read_sightings(s, &all, err);
    if (st == ORMA_OK)
        st = container_last_id(s->container, &last, err);
    if (st != ORMA_OK)
        return st;
    bool ok =
        u->old_id == 0 || add_sighting(kept, u->old_before_ns,
                                       u->old_id < last ? u->old_id : last);
    const size_t n = json_object_array_length(all);
    for (size_t i = n > SIGHTINGS_MAX ? n - SIGHTINGS_MAX : 0; ok && i < n; i++)
        if (sighting(all, i, 0) > u->old_before_ns)
            ok = add_sighting(kept, sighting(all, i, 0),
                              sighting(all, i, 1) < last ? sighting(all, i, 1)
                                                         : last);
    if (!ok || !add_sighting(kept, time_now_ns(),
                             u->last_id < last ? u->last_id : last))
        return error_no_memory(err);
    query_start_once(&q, &s->db,
                     "INSERT INTO orma_meta (\"key\", val) VALUES (?1, ?2j) ON "
                     "CONFLICT (\"key\") DO UPDATE SET val = excluded.val");
    query_text(&q, 1, "index_sightings");
    query_json(&q, 2, kept);
    return query_run(&q, err);
}

/* ---- missing objects, and deleting -------------------------------- */

/* From here on nobody is between his first put and the end of his transaction.
 * The lock on the container is not enough: a server may yet commit for a
 * writer who died. Who takes both takes them in this order. */
static orma_status exclude_writers(store *s, orma_error **err)
{
    orma_status st = container_lock_exclusive(s->container, err);
    if (st != ORMA_OK)
        return st;
    st = store_begin(s, err);
    if (st == ORMA_OK && s->db.dialect->exclude_writers != NULL) {
        st = sql_execute(&s->db, s->db.dialect->exclude_writers, err);
        if (st != ORMA_OK)
            store_rollback(s);
    }
    if (st != ORMA_OK)
        container_unlock(s->container);
    return st;
}

static void admit_writers(store *s)
{
    store_rollback(s); /* nothing was written */
    container_unlock(s->container);
}

static orma_status note_absent(void *user, const char *key, orma_error **err)
{
    upkeep *u = user;
    uint8_t bytes[KEY_BYTES];
    bool found = false;
    const orma_status st = store_has_object(u->s, key, &found, err);
    if (st != ORMA_OK || found ||
        !key_parse((orma_str){key, strlen(key)}, bytes))
        return st;
    return key_set_add(u->absent, bytes, err);
}

static orma_status confirm_absent(void *user, const uint8_t key[KEY_BYTES],
                                  orma_error **err)
{
    upkeep *u = user;
    char hex[DIGEST_SHA256_HEX];
    bool found = false;
    if (!key_set_has(u->absent, key))
        return ORMA_OK;
    key_format(key, hex);
    const orma_status st = store_has_object(u->s, hex, &found, err);
    if (st == ORMA_OK && !found && u->missing++ == 0)
        memcpy(u->first_missing, hex, sizeof u->first_missing);
    return st;
}

/* The node may have been deleted since it was looked at, and its object by
 * another maintenance: looks again while nobody writes. */
static orma_status confirm_missing(upkeep *u, orma_error **err)
{
    reference_mark mark = {0};
    orma_status st = exclude_writers(u->s, err);
    if (st != ORMA_OK)
        return st;
    st = references_all(u->s, confirm_absent, u, tell_nodes, u, &mark, err);
    admit_writers(u->s);
    reference_mark_finish(&mark);
    return st;
}

static orma_status check_missing(upkeep *u, orma_error **err)
{
    orma_status st =
        key_set_difference(u->referenced, u->present, note_absent, u, err);
    if (st == ORMA_OK)
        st = key_set_settle(u->absent, err);
    if (st == ORMA_OK && key_set_count(u->absent) > 0)
        st = confirm_missing(u, err);
    if (st != ORMA_OK || u->missing == 0)
        return st;
    st = error_set(err, ORMA_E_PERMANENT, "storage", 0,
                   "%lld files that nodes refer to are missing in the "
                   "container, object \"%s\" among them; nothing was changed",
                   (long long)u->missing, u->first_missing);
    error_hint(err, "`orma storage verify` names the nodes; restore the "
                    "container from a backup");
    return st;
}

static orma_status delete_batch(upkeep *u, orma_error **err)
{
    size_t count = 0;
    key_set *fresh = NULL;

    if (u->batch_count == 0)
        return ORMA_OK;
    AUTO_FREE const char **keys = calloc(u->batch_count, sizeof *keys);
    if (keys == NULL)
        return error_no_memory(err);
    orma_status st = exclude_writers(u->s, err);
    if (st != ORMA_OK)
        return st;
    fresh = key_set_create(u->s->folder);
    st = fresh == NULL
             ? error_no_memory(err)
             : references_since(u->s, add_reference, fresh, &u->mark, err);
    if (st == ORMA_OK)
        st = key_set_settle(fresh, err);
    for (size_t i = 0; st == ORMA_OK && i < u->batch_count; i++) {
        uint8_t key[KEY_BYTES];
        if (key_parse((orma_str){u->batch[i], strlen(u->batch[i])}, key) &&
            !key_set_has(fresh, key))
            keys[count++] = u->batch[i];
    }
    if (st == ORMA_OK)
        st = container_delete(u->s->container, keys, count, err);
    admit_writers(u->s);
    key_set_destroy(fresh);
    if (st != ORMA_OK)
        return st;
    u->deleted += (int64_t)count;
    u->batch_count = 0;
    return tell(u, "deleting", u->deleted, u->unreferenced) ? ORMA_OK
                                                            : stopped(err);
}

static orma_status note_unreferenced(void *user, const char *key,
                                     orma_error **err)
{
    upkeep *u = user;
    uint8_t bytes[KEY_BYTES];
    (void)err;
    if (key_parse((orma_str){key, strlen(key)}, bytes) &&
        key_set_has(u->young, bytes))
        u->unreferenced_young++;
    else
        u->unreferenced++;
    return ORMA_OK;
}

static orma_status take_unreferenced(void *user, const char *key,
                                     orma_error **err)
{
    upkeep *u = user;
    uint8_t bytes[KEY_BYTES];
    if (!key_parse((orma_str){key, strlen(key)}, bytes) ||
        key_set_has(u->young, bytes))
        return ORMA_OK;
    memcpy(u->batch[u->batch_count++], key, sizeof *u->batch);
    return u->batch_count == BATCH ? delete_batch(u, err) : ORMA_OK;
}

static orma_status delete_unreferenced(upkeep *u, orma_error **err)
{
    if (u->unreferenced == 0)
        return ORMA_OK;
    u->batch = calloc(BATCH, sizeof *u->batch);
    if (u->batch == NULL)
        return error_no_memory(err);
    const orma_status st = key_set_difference(u->present, u->referenced,
                                              take_unreferenced, u, err);
    return st == ORMA_OK ? delete_batch(u, err) : st;
}

/* ---- the steps --------------------------------------------------- */

static orma_status look(upkeep *u, orma_error **err)
{
    u->referenced = key_set_create(u->s->folder);
    u->present = key_set_create(u->s->folder);
    u->young = key_set_create(u->s->folder);
    u->absent = key_set_create(u->s->folder);
    if (u->referenced == NULL || u->present == NULL || u->young == NULL ||
        u->absent == NULL)
        return error_no_memory(err);

    /* Whoever put objects before has ended then, and is seen below. */
    orma_status st = exclude_writers(u->s, err);
    if (st != ORMA_OK)
        return st;
    st = references_mark(u->s, &u->mark, err);
    admit_writers(u->s);
    if (st == ORMA_OK)
        st = find_old_id(u, err);
    if (st == ORMA_OK)
        st = references_all(u->s, add_reference, u->referenced, tell_nodes, u,
                            &u->mark, err);
    if (st == ORMA_OK)
        st = key_set_settle(u->referenced, err);
    if (st == ORMA_OK)
        st = container_each(u->s->container, add_present, u, &u->last_id, err);
    if (st == ORMA_OK)
        st = key_set_settle(u->present, err);
    if (st == ORMA_OK)
        st = key_set_settle(u->young, err);
    if (st == ORMA_OK)
        st = check_missing(u, err);
    return st == ORMA_OK ? key_set_difference(u->present, u->referenced,
                                              note_unreferenced, u, err)
                         : st;
}

static bool tell_container(void *user, int64_t done, int64_t total)
{
    const upkeep *u = user;
    return tell(u, u->step, done, total);
}

static orma_status pack(upkeep *u, int64_t *packed, orma_error **err)
{
    container *c = u->s->container;
    u->step = "packing";
    orma_status st = container_pack(c, &u->container, err);
    *packed = u->container.objects;
    if (st == ORMA_OK)
        st = container_clean(c, &u->container, err);
    return st == ORMA_OK ? container_settle(c, err) : st;
}

static orma_status give_back(upkeep *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (!u->o->no_repack) {
        u->step = "repacking";
        if (!u->o->compress)
            u->container.compression = CONTAINER_KEEP;
        st = container_repack(u->s->container, &u->container, err);
    }
    if (st == ORMA_OK && !tell(u, "vacuum of the index", 0, 0))
        st = stopped(err);
    if (st == ORMA_OK)
        st = container_vacuum(u->s->container, err);
    if (st == ORMA_OK && !tell(u, "vacuum of the database", 0, 0))
        st = stopped(err);
    if (st == ORMA_OK)
        st = sql_execute(&u->s->db, u->s->db.dialect->vacuum, err);
    if (st == ORMA_OK)
        st = sql_execute(&u->s->db, u->s->db.dialect->analyze, err);
    return st;
}

static orma_status describe(const upkeep *u, int64_t packed, json_object **out,
                            orma_error **err)
{
    const struct {
        const char *key;
        int64_t value;
    } members[] = {
        {"objects", (int64_t)key_set_count(u->present)},
        {"referenced", (int64_t)key_set_count(u->referenced)},
        {"unreferenced", u->unreferenced},
        {"unreferenced_young", u->unreferenced_young},
        {"deleted", u->deleted},
        {"drained", u->drained},
        {"packed", packed},
        {"damaged", u->container.damaged},
        {"freed_bytes", u->container.freed},
    };
    AUTO_JSON json_object *made = json_object_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (made == NULL ||
            !json_set_int(made, members[i].key, members[i].value))
            return error_no_memory(err);
    *out = made;
    made = NULL;
    return ORMA_OK;
}

static orma_status count_loose(void *user, const container_entry *e,
                               orma_error **err)
{
    (void)e;
    (void)err;
    ++*(int64_t *)user;
    return ORMA_OK;
}

static orma_status run(upkeep *u, int64_t *packed, orma_error **err)
{
    orma_status st =
        u->o->is_dry_run ? ORMA_OK : store_drain_staged(u->s, &u->drained, err);
    if (st == ORMA_OK && !u->o->is_dry_run)
        st = container_recover(u->s->container, err);
    if (st == ORMA_OK)
        st = look(u, err);
    if (st == ORMA_OK && u->o->is_dry_run)
        return container_each_loose(u->s->container, count_loose, packed, err);
    if (st == ORMA_OK)
        st = delete_unreferenced(u, err);
    if (st == ORMA_OK)
        st = store_transact(u->s, note_sighting, u, err);
    if (st == ORMA_OK)
        st = pack(u, packed, err);
    if (st == ORMA_OK && u->o->is_full)
        st = give_back(u, err);
    return st;
}

orma_status store_maintain(store *s, const maintain_options *options,
                           json_object **report, orma_error **err)
{
    int64_t packed = 0;
    upkeep u = {
        .s = s,
        .o = options,
        .pack_id = INT64_MIN,
        .old_before_ns =
            time_now_ns() - (options->age_ns > 0 ? options->age_ns : HOUR_NS),
        .container = {.keep_loose = options->keep_loose,
                      .compression =
                          options->compress ? CONTAINER_AUTO : CONTAINER_RAW,
                      .progress = tell_container},
    };
    u.container.user = &u;
    orma_status st = run(&u, &packed, err);
    if (st == ORMA_OK)
        st = describe(&u, packed, report, err);
    key_set_destroy(u.referenced);
    key_set_destroy(u.present);
    key_set_destroy(u.young);
    key_set_destroy(u.absent);
    reference_mark_finish(&u.mark);
    free(u.batch);
    return st;
}
