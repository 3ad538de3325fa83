/* Reading and writing the compiled cache.
 *
 * Layout: magic, checksum of the rest, stamp, number of records, records. A
 * number is four or eight bytes in the machine's order (the stamp has a word
 * that tells it); a text is its length, its bytes and a NUL, so that it is used
 * in place.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/cache.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

static const char magic[8] = {'o', 'r', 'm', 'a', 'm', 'f', '0', '3'};

enum {
    CACHE_MAX_BYTES = 64 << 20,
    NO_TEXT = 0x7fffffff,
    /* A manifest changed this shortly ago could change again within the same
     * tick of the file system's clock, unseen. */
    YOUNG_NS = 50000000
};

struct cache {
    char *path;  /* NULL: no cache in this run */
    buf stamp;
    char *bytes;
    size_t len;
    size_t records; /* offset of the first record */
    uint32_t count;
};

/* ---- writing values ---------------------------------------------- */

static void put_u32(buf *b, uint32_t n)
{
    buf_append(b, &n, sizeof n);
}

static void put_i64(buf *b, int64_t n)
{
    buf_append(b, &n, sizeof n);
}

static void put_text(buf *b, const char *text, size_t len)
{
    if (text == NULL) {
        put_u32(b, NO_TEXT);
        return;
    }
    put_u32(b, (uint32_t)len);
    buf_append(b, text, len);
    buf_char(b, '\0');
}

static void put_line(buf *b, const char *text)
{
    put_text(b, text, text != NULL ? strlen(text) : 0);
}

/* ---- reading values: a cursor that remembers overrunning --------- */

typedef struct cursor {
    const char *at, *end;
    bool failed;
} cursor;

static const char *take(cursor *c, size_t n)
{
    if (c->failed || (size_t)(c->end - c->at) < n) {
        c->failed = true;
        return NULL;
    }
    const char *bytes = c->at;
    c->at += n;
    return bytes;
}

static uint32_t take_u32(cursor *c)
{
    const char *bytes = take(c, sizeof(uint32_t));
    uint32_t n = 0;

    if (bytes != NULL)
        memcpy(&n, bytes, sizeof n);
    return n;
}

static int64_t take_i64(cursor *c)
{
    const char *bytes = take(c, sizeof(int64_t));
    int64_t n = 0;

    if (bytes != NULL)
        memcpy(&n, bytes, sizeof n);
    return n;
}

static const char *take_text(cursor *c, size_t *len)
{
    const uint32_t n = take_u32(c);

    *len = 0;
    if (c->failed || n == NO_TEXT)
        return NULL;
    const char *text = take(c, (size_t)n + 1);
    if (text == NULL || text[n] != '\0') {
        c->failed = true;
        return NULL;
    }
    *len = n;
    return text;
}

/* A text that must be there; "" when the record is damaged. */
static const char *take_line(cursor *c)
{
    size_t len;
    const char *text = take_text(c, &len);

    if (text == NULL)
        c->failed = true;
    return text != NULL ? text : "";
}

static const char *take_optional(cursor *c)
{
    size_t len;

    return take_text(c, &len);
}

/* A count of things of at least `least` bytes each: never more than fit. */
static size_t take_count(cursor *c, size_t least)
{
    const uint32_t n = take_u32(c);

    if (c->failed || n > (size_t)(c->end - c->at) / least) {
        c->failed = true;
        return 0;
    }
    return n;
}

/* Finds damage, not malice: the file is the user's own. Eight bytes at a
 * time, since this runs at every start. */
static uint64_t checksum(const char *bytes, size_t len)
{
    uint64_t sum = 0x9e3779b97f4a7c15u ^ len;

    for (; len >= 8; bytes += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        sum = (sum ^ word) * 0xff51afd7ed558ccdu;
        sum ^= sum >> 32;
    }
    for (; len > 0; bytes++, len--)
        sum = (sum ^ (unsigned char)*bytes) * 0x100000001b3u;
    return sum;
}

/* ---- opening ----------------------------------------------------- */

static void make_stamp(const char *const *folders, size_t count, buf *stamp)
{
    put_u32(stamp, 0x01020304);
    put_line(stamp, PACKAGE_VERSION);
    put_u32(stamp, ORMA_ABI_MAJOR);
    put_u32(stamp, ORMA_ABI_MINOR);
    put_u32(stamp, MANIFEST_FORMAT);
    put_u32(stamp, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        put_line(stamp, folders[i]);
}

/* NULL: no folder for caches, or not wanted. */
static char *cache_folder(void)
{
    const char *caches = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (search_is_privileged() || text_equal(getenv("ORMA_NO_CACHE"), "1"))
        return NULL;
    if (caches != NULL && *caches == '/')
        return text_printf("%s/orma", caches);
    if (home != NULL && *home == '/')
        return text_printf("%s/.cache/orma", home);
    return NULL;
}

static char *cache_path(const buf *stamp)
{
    AUTO_FREE char *folder = cache_folder();

    /* Two search paths of one name would only take turns: the stamp tells. */
    return folder == NULL
               ? NULL
               : text_printf("%s/manifests-%016" PRIx64 ".cache", folder,
                             checksum(stamp->ptr, stamp->len));
}

/* Reads the file whole; NULL when it is not there, not the user's own, or
 * writable by others. */
static char *read_own_file(const char *path, size_t *len)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
        info.st_size <= 0 || info.st_size > CACHE_MAX_BYTES)
        return NULL;
    const size_t size = (size_t)info.st_size;
    char *bytes = malloc(size);
    size_t n = 0;
    while (bytes != NULL && n < size) {
        const ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            free(bytes);
            return NULL;
        }
        n += (size_t)got;
    }
    *len = size;
    return bytes;
}

static bool check_header(cache *c)
{
    cursor at = {c->bytes, c->bytes + c->len, false};
    const char *start = take(&at, sizeof magic);

    if (start == NULL || memcmp(start, magic, sizeof magic) != 0)
        return false;
    const uint64_t sum = (uint64_t)take_i64(&at);
    if (at.failed || checksum(at.at, (size_t)(at.end - at.at)) != sum)
        return false;
    const char *stamp = take(&at, c->stamp.len);
    if (stamp == NULL || memcmp(stamp, c->stamp.ptr, c->stamp.len) != 0)
        return false;
    c->count = take_u32(&at);
    c->records = (size_t)(at.at - c->bytes);
    return !at.failed;
}

orma_status cache_open(const char *const *folders, size_t folder_count,
                       cache **out, orma_error **err)
{
    cache *c = calloc(1, sizeof *c);

    if (c == NULL)
        return error_no_memory(err);
    make_stamp(folders, folder_count, &c->stamp);
    if (c->stamp.failed) {
        cache_close(c);
        return error_no_memory(err);
    }
    c->path = cache_path(&c->stamp);
    if (c->path != NULL)
        c->bytes = read_own_file(c->path, &c->len);
    if (c->bytes != NULL && !check_header(c))
        c->count = 0;
    *out = c;
    return ORMA_OK;
}

void cache_close(cache *c)
{
    if (c == NULL)
        return;
    free(c->path);
    free(c->bytes);
    buf_free(&c->stamp);
    free(c);
}

bool cache_is_usable(const cache *c)
{
    return c->path != NULL;
}

/* ---- records ----------------------------------------------------- */

static int64_t time_ns(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

void cache_module_key(const struct stat *info, module_key *key)
{
    *key = (module_key){
        .device = (int64_t)info->st_dev,
        .inode = (int64_t)info->st_ino,
        .size_bytes = (int64_t)info->st_size,
        .mtime_ns = time_ns(&info->st_mtim),
        .ctime_ns = time_ns(&info->st_ctim),
    };
}

/* What must agree for a record to hold. */
static void put_key(buf *b, const bundle_place *place)
{
    const struct stat *info = &place->manifest_info;

    put_line(b, place->manifest);
    put_i64(b, (int64_t)info->st_dev);
    put_i64(b, (int64_t)info->st_ino);
    put_i64(b, (int64_t)info->st_size);
    put_i64(b, time_ns(&info->st_mtim));
    put_i64(b, time_ns(&info->st_ctim));
}

static void put_memory(buf *b, const module_memory *memory)
{
    put_i64(b, memory->key.device);
    put_i64(b, memory->key.inode);
    put_i64(b, memory->key.size_bytes);
    put_i64(b, memory->key.mtime_ns);
    put_i64(b, memory->key.ctime_ns);
    put_u32(b, (uint32_t)memory->state);
    put_line(b, memory->reason);
}

static void put_manifest(buf *b, const manifest *m)
{
    put_line(b, m->package);
    put_line(b, m->version);
    put_line(b, m->summary);
    put_i64(b, m->abi_major);
    put_i64(b, m->abi_minor);
    put_line(b, m->problem);
    put_line(b, m->warning);
    put_u32(b, (uint32_t)m->module_count);
    for (size_t i = 0; i < m->module_count; i++)
        put_line(b, m->modules[i]);
    for (size_t i = 0; i < m->module_count; i++)
        put_memory(b, &m->memories[i]);
    put_u32(b, (uint32_t)m->entry_count);
    for (size_t i = 0; i < m->entry_count; i++) {
        const manifest_entry *e = &m->entries[i];
        put_u32(b, (uint32_t)e->kind);
        put_line(b, e->name);
        put_line(b, e->summary);
        put_line(b, e->module);
        put_line(b, e->interface_id);
        put_line(b, e->node_type);
        put_line(b, e->base);
        put_u32(b, (uint32_t)e->expose_count);
        for (size_t j = 0; j < e->expose_count; j++)
            put_line(b, e->exposes[j]);
        put_text(b, e->spec, e->spec_len);
    }
    put_u32(b, (uint32_t)m->alias_count);
    for (size_t i = 0; i < m->alias_count; i++) {
        put_u32(b, (uint32_t)m->aliases[i].kind);
        put_line(b, m->aliases[i].alias);
        put_line(b, m->aliases[i].name);
    }
}

static const char **take_lines(cursor *c, arena *memory, size_t *count)
{
    *count = take_count(c, 5);
    const char **lines = arena_array(memory, *count + 1, sizeof *lines);
    if (lines == NULL) {
        c->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < *count; i++)
        lines[i] = take_line(c);
    return lines;
}

static enum plugin_kind take_kind(cursor *c)
{
    const uint32_t kind = take_u32(c);

    if (kind >= KIND_COUNT)
        c->failed = true;
    return c->failed ? KIND_CALCULATION : (enum plugin_kind)kind;
}

static void take_memories(cursor *c, arena *memory, manifest *m)
{
    m->memories =
        arena_array(memory, m->module_count + 1, sizeof *m->memories);
    if (m->memories == NULL)
        c->failed = true;
    for (size_t i = 0; !c->failed && i < m->module_count; i++) {
        module_memory *of = &m->memories[i];
        of->key.device = take_i64(c);
        of->key.inode = take_i64(c);
        of->key.size_bytes = take_i64(c);
        of->key.mtime_ns = take_i64(c);
        of->key.ctime_ns = take_i64(c);
        const uint32_t state = take_u32(c);
        of->reason = take_optional(c);
        of->state = state <= PLUGIN_AMBIGUOUS ? (enum plugin_state)state
                                              : PLUGIN_LOAD_FAILED;
    }
}

static void take_entries(cursor *c, arena *memory, manifest *m)
{
    m->entry_count = take_count(c, 40);
    m->entries = arena_array(memory, m->entry_count + 1, sizeof *m->entries);
    if (m->entries == NULL)
        c->failed = true;
    for (size_t i = 0; !c->failed && i < m->entry_count; i++) {
        manifest_entry *e = &m->entries[i];
        e->kind = take_kind(c);
        e->name = take_line(c);
        e->summary = take_line(c);
        e->module = take_line(c);
        e->interface_id = take_line(c);
        e->node_type = take_optional(c);
        e->base = take_optional(c);
        e->exposes = take_lines(c, memory, &e->expose_count);
        e->spec = take_text(c, &e->spec_len);
        c->failed = c->failed || e->spec == NULL;
    }
}

static void take_aliases(cursor *c, arena *memory, manifest *m)
{
    m->alias_count = take_count(c, 14);
    m->aliases = arena_array(memory, m->alias_count + 1, sizeof *m->aliases);
    if (m->aliases == NULL)
        c->failed = true;
    for (size_t i = 0; !c->failed && i < m->alias_count; i++) {
        m->aliases[i].kind = take_kind(c);
        m->aliases[i].alias = take_line(c);
        m->aliases[i].name = take_line(c);
    }
}

static bool take_manifest(cursor *c, arena *memory, manifest *m)
{
    *m = (manifest){.package = take_optional(c)};
    m->version = take_line(c);
    m->summary = take_line(c);
    m->abi_major = take_i64(c);
    m->abi_minor = take_i64(c);
    m->problem = take_optional(c);
    m->warning = take_optional(c);
    m->modules = take_lines(c, memory, &m->module_count);
    take_memories(c, memory, m);
    take_entries(c, memory, m);
    take_aliases(c, memory, m);
    return !c->failed;
}

bool cache_find(cache *c, arena *memory, const bundle_place *place,
                manifest *out)
{
    AUTO_BUF buf key = {0};
    cursor at = {c->bytes, c->bytes, false};

    if (c->count == 0)
        return false;
    put_key(&key, place);
    if (key.failed)
        return false;
    at.at = c->bytes + c->records;
    at.end = c->bytes + c->len;
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t len = take_u32(&at);
        const char *record = take(&at, len);
        if (record == NULL)
            return false;
        if (len < key.len || memcmp(record, key.ptr, key.len) != 0)
            continue;
        cursor in = {record + key.len, record + len, false};
        return take_manifest(&in, memory, out);
    }
    return false;
}

/* ---- writing ----------------------------------------------------- */

static bool is_young(const bundle_place *place)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return time_ns(&place->manifest_info.st_ctim) > time_ns(&now) - YOUNG_NS;
}

static void put_record(buf *b, const bundle_place *place, const manifest *m)
{
    const uint32_t unknown = 0;
    const size_t start = b->len;

    put_u32(b, unknown);
    put_key(b, place);
    put_manifest(b, m);
    if (b->failed)
        return;
    const uint32_t len = (uint32_t)(b->len - start - sizeof len);
    memcpy(b->ptr + start, &len, sizeof len);
}

/* Other writers see the old file or the new one. Not synced: a file that a
 * power cut left half fails its checksum and is written again. */
static void replace_file(const char *path, orma_str bytes)
{
    AUTO_FREE char *aside = text_printf("%s.%ld", path, (long)getpid());

    if (aside != NULL &&
        (file_write(aside, bytes, 0600, NULL) != ORMA_OK ||
         rename(aside, path) != 0))
        unlink(aside);
}

/* Caches of search paths that nobody has used for long. */
static void remove_stale(const char *path)
{
    const time_t long_ago = time(NULL) - 30 * 86400;
    AUTO_FREE char *folder =
        strndup(path, (size_t)(file_name(path) - path));
    DIR *stream = folder != NULL ? opendir(folder) : NULL;
    struct stat info;

    if (stream == NULL)
        return;
    for (const struct dirent *d = readdir(stream); d != NULL;
         d = readdir(stream))
        if (text_starts(d->d_name, "manifests-") &&
            fstatat(dirfd(stream), d->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            info.st_mtime < long_ago)
            unlinkat(dirfd(stream), d->d_name, 0);
    closedir(stream);
}

void cache_write(cache *c, const cache_record *records, size_t count)
{
    AUTO_BUF buf body = {0};
    AUTO_BUF buf file = {0};
    uint32_t kept = 0;

    if (c->path == NULL)
        return;
    buf_str(&body, buf_view(&c->stamp));
    const size_t count_at = body.len;
    put_u32(&body, 0);
    for (size_t i = 0; i < count; i++)
        if (!is_young(records[i].place)) {
            put_record(&body, records[i].place, records[i].manifest);
            kept++;
        }
    if (body.failed || kept == 0)
        return;
    memcpy(body.ptr + count_at, &kept, sizeof kept);
    buf_append(&file, magic, sizeof magic);
    put_i64(&file, (int64_t)checksum(body.ptr, body.len));
    buf_str(&file, buf_view(&body));
    if (!file.failed && file_mkdirs_for(c->path, 0700, NULL) == ORMA_OK) {
        remove_stale(c->path);
        replace_file(c->path, buf_view(&file));
    }
}
