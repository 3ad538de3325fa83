/* Which host writes to the container, and what the others do instead.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/staging.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/store_internal.h>

#define PART_BYTES ((size_t)8 << 20)
#define DRAIN_EVERY_NS ((int64_t)5 * 1000000000)

/* ---- this host --------------------------------------------------- */

static void (*identify_host)(host_identity *out);

void staging_set_identity(void (*identify)(host_identity *out))
{
    identify_host = identify;
}

static void this_host(host_identity *out)
{
    AUTO_BUF buf id = {0};
    AUTO_ERROR orma_error *ignored = NULL;

    *out = (host_identity){0};
    if (identify_host != NULL) {
        identify_host(out);
        return;
    }
    if (gethostname(out->hostname, sizeof out->hostname - 1) != 0)
        out->hostname[0] = '\0';
    if (file_read("/etc/machine-id", 4096, &id, &ignored) == ORMA_OK)
        for (size_t i = 0; i < id.len && i + 1 < sizeof out->machine_id; i++) {
            if (id.ptr[i] == '\n')
                break;
            out->machine_id[i] = id.ptr[i];
        }
}

/* File systems that several hosts may have mounted (linux/magic.h and their
 * own documents). */
static const int64_t shared_magics[] = {
    0x6969,     /* NFS */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB2 */
    0x517b,     /* SMB */
    0x0bd00bd0, /* Lustre */
    0x47504653, /* GPFS */
    0x00c36400, /* Ceph */
    0x19830326, /* BeeGFS */
    0x65735546, /* FUSE: sshfs, glusterfs */
    0x5346414f, /* AFS */
    0x01021997, /* 9p */
    0x7461636f, /* OCFS2 */
    0x01161970, /* GFS2 */
};

static bool is_local(const char *path)
{
    struct statfs info;
    if (statfs(path, &info) != 0)
        return false;
    for (size_t i = 0; i < sizeof shared_magics / sizeof *shared_magics; i++)
        if ((int64_t)(uint32_t)info.f_type == shared_magics[i])
            return false;
    return true;
}

/* A laptop's name changes with its network; but a local disk of the same
 * machine can be no other host's. */
static bool is_here(const json_object *home, const char *container_path)
{
    host_identity host;
    this_host(&host);
    if (!text_equal(json_get_text(home, "machine_id", ""), host.machine_id))
        return false;
    return text_equal(json_get_text(home, "hostname", ""), host.hostname) ||
           (host.machine_id[0] != '\0' && is_local(container_path));
}

/* ---- the record -------------------------------------------------- */

static bool may_be_shared(const store *s)
{
    return identify_host != NULL || !text_equal(s->db.dialect->name, "sqlite");
}

/* *value stays NULL when there is none, or no such table. */
static orma_status read_value(store *s, const char *template, const char *key,
                              json_object **value, orma_error **err)
{
    AUTO_ERROR orma_error *why = NULL;
    json_object *found = NULL;
    query q;

    query_start_once(&q, &s->db, template);
    query_text(&q, 1, key);
    if (query_next(&q))
        found = column_json(&q, 0);
    const orma_status st = query_end(&q, &why);
    if (st == ORMA_OK)
        *value = found;
    if (st == ORMA_OK || st == ORMA_E_BUG) /* BUG: no such table */
        return ORMA_OK;
    error_move(&why, err);
    return st;
}

static orma_status read_home(store *s, json_object **home, orma_error **err)
{
    return read_value(s, "SELECT val FROM orma_meta WHERE \"key\" = ?1",
                      "home_host", home, err);
}

static orma_status write_home(store *s, const char *template, orma_error **err)
{
    host_identity host;
    this_host(&host);
    AUTO_JSON json_object *home = json_object_new_object();
    if (home == NULL || !json_set_text(home, "hostname", host.hostname) ||
        !json_set_text(home, "machine_id", host.machine_id))
        return error_no_memory(err);
    query q;
    query_start_once(&q, &s->db, template);
    query_text(&q, 1, "home_host");
    query_json(&q, 2, home);
    return query_run(&q, err);
}

orma_status staging_claim(store *s, orma_error **err)
{
    if (!may_be_shared(s) || s->has_home || s->is_away)
        return ORMA_OK;
    const orma_status st =
        write_home(s,
                   "INSERT INTO orma_meta (\"key\", val) VALUES (?1, ?2j) ON "
                   "CONFLICT (\"key\") DO NOTHING",
                   err);
    s->has_home = st == ORMA_OK;
    return st;
}

static orma_status open_away(store *s, const char *path,
                             const json_object *home, orma_error **err)
{
    AUTO_JSON json_object *id = NULL;
    const orma_status st =
        read_value(s, "SELECT val FROM db_dbsetting WHERE \"key\" = ?1",
                   "repository|uuid", &id, err);
    if (st != ORMA_OK)
        return st;
    s->is_away = true;
    return container_open_remote(
        path,
        json_object_is_type(id, json_type_string) ? json_object_get_string(id)
                                                  : "",
        json_get_text(home, "hostname", ""), &s->container, err);
}

orma_status staging_open_container(store *s, const char *path, orma_error **err)
{
    AUTO_JSON json_object *home = NULL;

    if (may_be_shared(s)) {
        const orma_status st = read_home(s, &home, err);
        if (st != ORMA_OK)
            return st;
    }
    s->has_home = home != NULL;
    return home == NULL || is_here(home, path)
               ? container_open(path, &s->container, err)
               : open_away(s, path, home, err);
}

orma_status store_home(store *s, json_object **out, orma_error **err)
{
    AUTO_JSON json_object *home = NULL;
    int64_t staged = 0;
    query q;

    *out = NULL;
    if (!may_be_shared(s))
        return ORMA_OK;
    orma_status st = read_home(s, &home, err);
    if (st == ORMA_OK && home == NULL &&
        (home = json_object_new_object()) == NULL)
        st = error_no_memory(err);
    if (st == ORMA_OK && s->has_own_tables) {
        query_start_once(&q, &s->db,
                         "SELECT COUNT(*) FROM orma_object WHERE part = 0");
        st = query_run_int(&q, 0, &staged, err);
    }
    if (st != ORMA_OK)
        return st;
    if (!json_set_bool(home, "is_here", !s->is_away) ||
        !json_set_int(home, "staged", staged))
        return error_no_memory(err);
    *out = home;
    home = NULL;
    return ORMA_OK;
}

static orma_status move_home(store *s, void *user, orma_error **err)
{
    (void)user;
    return write_home(s,
                      "INSERT INTO orma_meta (\"key\", val) VALUES (?1, ?2j) "
                      "ON CONFLICT (\"key\") DO UPDATE SET val = excluded.val",
                      err);
}

orma_status store_set_home(store *s, orma_error **err)
{
    container *opened = NULL;
    AUTO_FREE char *path = file_join(s->folder, "container");

    if (!may_be_shared(s))
        return error_set(err, ORMA_E_UNSUPPORTED, "storage", 0,
                         "this backend's container is at home wherever it "
                         "lies");
    if (path == NULL)
        return error_no_memory(err);
    orma_status st = container_open(path, &opened, err);
    if (st == ORMA_OK &&
        !text_equal(container_id(opened), container_id(s->container)))
        st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                       "\"%s\" is not the container of this profile", path);
    else if (st != ORMA_OK)
        st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                       "the container's folder \"%s\" is not visible on this "
                       "host",
                       path);
    if (st == ORMA_OK)
        st = store_transact(s, move_home, NULL, err);
    if (st != ORMA_OK) {
        container_close(opened);
        return st;
    }
    container_close(s->container);
    s->container = opened;
    s->is_away = false;
    s->has_home = true;
    return ORMA_OK;
}

/* ---- putting ----------------------------------------------------- */

orma_status store_put_objects(store *s, container_object *objects, size_t count,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    if (!s->is_away)
        return container_put(s->container, objects, count, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        st = container_object_key(&objects[i], err);
    return st;
}

/* A newer time keeps the home from deleting what it took before this
 * transaction referred to it. */
static orma_status stage_part(store *s, const char *key, int64_t part,
                              orma_str bytes, int64_t size, orma_error **err)
{
    static const char template[] =
        "INSERT INTO orma_object (\"key\", part, content, size, ctime_ns) "
        "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (\"key\", part) DO UPDATE SET "
        "ctime_ns = excluded.ctime_ns";
    query q;
    query_start(&q, &s->db, template);
    query_text(&q, 1, key);
    query_int(&q, 2, part);
    query_blob(&q, 3, bytes);
    query_int(&q, 4, size);
    query_int(&q, 5, time_now_ns());
    return query_run(&q, err);
}

static orma_status stage_file(store *s, const container_object *object,
                              orma_error **err)
{
    struct stat info;
    int64_t part = 0, done = 0;
    digest *sum = digest_create();
    char found[DIGEST_SHA256_HEX];
    AUTO_FREE char *piece = malloc(PART_BYTES);
    AUTO_CLOSE int fd = open(object->local_path, O_RDONLY | O_CLOEXEC);
    orma_status st = ORMA_OK;

    if (sum == NULL || piece == NULL)
        st = error_no_memory(err);
    else if (fd < 0 || fstat(fd, &info) != 0)
        st = error_errno(err, errno, "storage", "cannot read \"%s\"",
                         object->local_path);
    while (st == ORMA_OK && (part == 0 || done < info.st_size)) {
        const ssize_t n = pread(fd, piece, PART_BYTES, done);
        if (n < 0)
            st = error_errno(err, errno, "storage", "cannot read \"%s\"",
                             object->local_path);
        else if (n == 0 && part > 0)
            break;
        if (st != ORMA_OK)
            break;
        digest_update(sum, piece, (size_t)n);
        st = stage_part(s, object->key, part++, (orma_str){piece, (size_t)n},
                        info.st_size, err);
        done += n;
    }
    if (st == ORMA_OK) {
        digest_hex(sum, found);
        if (!text_equal(found, object->key))
            st = error_set(err, ORMA_E_TRANSIENT, "storage", 0,
                           "\"%s\" changed while it was being stored",
                           object->local_path);
    }
    digest_destroy(sum);
    return st;
}

static orma_status stage_bytes(store *s, const container_object *object,
                               orma_error **err)
{
    int64_t part = 0;
    size_t at = 0;
    orma_status st = ORMA_OK;
    do {
        const size_t left = object->bytes.len - at;
        const orma_str piece = {at > 0 || left > 0 ? object->bytes.ptr + at
                                                   : "",
                                left < PART_BYTES ? left : PART_BYTES};
        st = stage_part(s, object->key, part++, piece,
                        (int64_t)object->bytes.len, err);
        at += piece.len;
    } while (st == ORMA_OK && at < object->bytes.len);
    return st;
}

orma_status store_stage_objects(store *s, const container_object *objects,
                                size_t count, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; s->is_away && st == ORMA_OK && i < count; i++)
        st = objects[i].local_path != NULL ? stage_file(s, &objects[i], err)
                                           : stage_bytes(s, &objects[i], err);
    return st;
}

/* ---- reading ----------------------------------------------------- */

static orma_status is_staged(store *s, const char *key, bool *found,
                             orma_error **err)
{
    static const char template[] =
        "SELECT COUNT(*) FROM orma_object WHERE \"key\" = ?1 AND part = 0";
    int64_t n = 0;
    query q;
    *found = false;
    if (!may_be_shared(s) || !s->has_own_tables)
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_text(&q, 1, key);
    const orma_status st = query_run_int(&q, 0, &n, err);
    *found = st == ORMA_OK && n > 0;
    return st;
}

orma_status store_has_object(store *s, const char *key, bool *found,
                             orma_error **err)
{
    orma_status st = container_has(s->container, key, found, err);
    if (st == ORMA_OK && !*found)
        st = is_staged(s, key, found, err);
    /* Where nothing of the container can be seen, keys that other nodes have
     * are taken on trust. */
    if (st == ORMA_OK && !*found && s->is_away) {
        AUTO_FREE char *index =
            text_printf("%s/container/packs.idx", s->folder);
        *found = index != NULL && !file_exists(index);
    }
    return st;
}

/* All parts into a file without a name; *fd stays -1: not staged. */
static orma_status fetch_staged(store *s, const char *key, int *fd,
                                int64_t *size, orma_error **err)
{
    static const char template[] =
        "SELECT content, size FROM orma_object WHERE \"key\" = ?1 AND part = "
        "?2";
    const char *temp = getenv("TMPDIR");
    int64_t done = 0, total = 0, parts = 0;
    bool more = true;

    AUTO_CLOSE int made =
        file_unnamed(temp != NULL && *temp != '\0' ? temp : "/tmp");
    if (made < 0)
        return error_errno(err, errno, "storage",
                           "cannot make a temporary file");
    orma_status st = ORMA_OK;
    for (int64_t part = 0; st == ORMA_OK && more; part++) {
        query q;
        query_start(&q, &s->db, template);
        query_text(&q, 1, key);
        query_int(&q, 2, part);
        more = query_next(&q);
        if (more) {
            const orma_str bytes = column_str(&q, 0);
            total = column_int(&q, 1);
            errno = ENOSPC; /* what a short count means */
            if (bytes.len > 0 &&
                pwrite(made, bytes.ptr, bytes.len, done) != (ssize_t)bytes.len)
                q.status = error_errno(&q.error, errno, "storage",
                                       "cannot write a temporary file");
            done += (int64_t)bytes.len;
            parts++;
        }
        st = query_end(&q, err);
        more = more && done < total;
    }
    if (st != ORMA_OK || parts == 0)
        return st;
    *fd = made;
    *size = done;
    made = -1;
    return ORMA_OK;
}

orma_status store_open_object(store *s, const char *key, object_reader **out,
                              orma_error **err)
{
    AUTO_ERROR orma_error *why = NULL;
    bool found = false;
    int fd = -1;
    int64_t size = 0;

    orma_status st = container_open_object(s->container, key, out, &why);
    if (st == ORMA_E_NOT_FOUND) {
        const orma_status asked = is_staged(s, key, &found, err);
        if (asked != ORMA_OK)
            return asked;
    }
    if (!found) {
        if (st != ORMA_OK)
            error_move(&why, err);
        return st;
    }
    st = fetch_staged(s, key, &fd, &size, err);
    if (st != ORMA_OK)
        return st;
    return fd >= 0 ? object_of_file(fd, key, size, out, err)
                   : container_open_object(s->container, key, out, err);
}

/* ---- draining ---------------------------------------------------- */

typedef struct staged {
    char key[DIGEST_SHA256_HEX];
    int64_t ctime_ns;
    bool is_damaged; /* stays staged, and is told */
} staged;

/* Parts that were staged again meanwhile stay. */
static orma_status drop_staged(store *s, void *user, orma_error **err)
{
    const staged *object = user;
    query q;
    query_start_once(&q, &s->db,
                     "DELETE FROM orma_object WHERE \"key\" = ?1 AND NOT "
                     "EXISTS (SELECT 1 FROM orma_object newer WHERE "
                     "newer.\"key\" = ?1 AND newer.ctime_ns > ?2)");
    query_text(&q, 1, object->key);
    query_int(&q, 2, object->ctime_ns);
    return query_run(&q, err);
}

/* The file of a descriptor has a path of its own in /proc. */
static orma_status take_object(store *s, staged *object, orma_error **err)
{
    int fd = -1;
    int64_t size = 0;
    orma_status st = fetch_staged(s, object->key, &fd, &size, err);
    if (st != ORMA_OK || fd < 0) /* another process took it */
        return st;
    AUTO_CLOSE int closing = fd;
    AUTO_FREE char *path = text_printf("/proc/self/fd/%d", closing);
    if (path == NULL)
        return error_no_memory(err);
    container_object put = {.local_path = path};
    st = container_put(s->container, &put, 1, err);
    if (st == ORMA_OK && !text_equal(put.key, object->key))
        st = error_set(err, ORMA_E_PERMANENT, "storage", 0,
                       "object \"%s\" that another host staged is damaged",
                       object->key);
    return st;
}

static orma_status list_staged(store *s, const char *after, staged *items,
                               size_t capacity, size_t *count, orma_error **err)
{
    size_t n = 0;
    query q;
    query_start_once(&q, &s->db,
                     "SELECT \"key\", MAX(ctime_ns) FROM orma_object WHERE "
                     "\"key\" > ?1 GROUP BY \"key\" ORDER BY \"key\" LIMIT "
                     "256");
    query_text(&q, 1, after);
    while (n < capacity && query_next(&q)) {
        const orma_str key = column_str(&q, 0);
        if (key.ptr == NULL || key.len != sizeof items[n].key - 1)
            continue;
        memcpy(items[n].key, key.ptr, key.len);
        items[n].key[key.len] = '\0';
        items[n].is_damaged = false;
        items[n++].ctime_ns = column_int(&q, 1);
    }
    *count = n;
    return query_end(&q, err);
}

/* A portion of staged objects. Under the shared lock, so that maintenance does
 * not look at the database between the container and it. damage: the first
 * object that is not what its key says; it holds up no other. */
static orma_status drain_some(store *s, staged *items, size_t count,
                              orma_error **damage, orma_error **err)
{
    orma_status st = container_lock_shared(s->container, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        AUTO_ERROR orma_error *why = NULL;
        st = take_object(s, &items[i], &why);
        items[i].is_damaged = st == ORMA_E_PERMANENT;
        if (items[i].is_damaged) {
            st = ORMA_OK;
            if (*damage == NULL)
                error_move(&why, damage);
        } else if (st != ORMA_OK) {
            error_move(&why, err);
        }
    }
    /* Others read the index without its journal. */
    if (st == ORMA_OK)
        st = container_settle(s->container, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        if (!items[i].is_damaged)
            st = store_transact(s, drop_staged, &items[i], err);
    container_unlock(s->container);
    return st;
}

orma_status store_drain_staged(store *s, int64_t *count, orma_error **err)
{
    enum { PORTION = 256 };
    AUTO_ERROR orma_error *damage = NULL;
    char last[DIGEST_SHA256_HEX] = "";
    size_t n = PORTION;
    int64_t taken = 0;
    orma_status st = ORMA_OK;

    *count = 0;
    if (s->is_away || !may_be_shared(s) || !s->has_own_tables)
        return ORMA_OK;
    AUTO_FREE staged *items = calloc(PORTION, sizeof *items);
    if (items == NULL)
        return error_no_memory(err);
    while (st == ORMA_OK && n == PORTION) {
        st = list_staged(s, last, items, PORTION, &n, err);
        if (st != ORMA_OK || n == 0)
            break;
        memcpy(last, items[n - 1].key, sizeof last);
        st = drain_some(s, items, n, &damage, err);
        for (size_t i = 0; i < n; i++)
            taken += !items[i].is_damaged;
    }
    if (st != ORMA_OK)
        return st;
    *count = taken;
    if (damage == NULL)
        return ORMA_OK;
    error_move(&damage, err);
    return ORMA_E_PERMANENT;
}

void store_drain_if_due(store *s)
{
    const int64_t now_ns = time_now_ns();
    AUTO_ERROR orma_error *ignored = NULL;
    int64_t count = 0;

    if (s->is_away || !may_be_shared(s) ||
        now_ns - s->drained_ns < DRAIN_EVERY_NS)
        return;
    s->drained_ns = now_ns;
    /* What fails now is tried again, and told by maintenance. */
    store_drain_staged(s, &count, &ignored);
}
