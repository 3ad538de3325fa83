/* A set of object keys in sorted runs.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/key_set.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define RUN_KEYS ((size_t)2 << 20) /* 64 MiB */
#define READ_KEYS ((size_t)16384)  /* of each run, while merging */

typedef struct run {
    size_t first, count; /* keys in the file */
    uint8_t *window;     /* READ_KEYS at most, from … */
    size_t at, filled;
    size_t next; /* … the next one to be read */
} run;

struct key_set {
    char *folder;
    uint8_t *keys; /* being gathered, or all when there is no file */
    size_t count, capacity;
    int fd; /* of the runs, -1: none yet */
    run *runs;
    size_t run_count;
    size_t written;     /* keys in the file of runs */
    const uint8_t *map; /* the merged file; NULL: keys */
    size_t map_bytes;
};

static const char digits[] = "0123456789abcdef";

void key_format(const uint8_t bytes[KEY_BYTES], char *hex)
{
    for (size_t i = 0; i < KEY_BYTES; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[(size_t)2 * KEY_BYTES] = '\0';
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

bool key_parse(orma_str hex, uint8_t bytes[KEY_BYTES])
{
    if (hex.len != (size_t)2 * KEY_BYTES)
        return false;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        const int high = digit_of(hex.ptr[2 * i]);
        const int low = digit_of(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

key_set *key_set_create(const char *folder)
{
    key_set *set = calloc(1, sizeof *set);
    char *copy = text_copy(folder);
    if (set == NULL || copy == NULL) {
        free(set);
        free(copy);
        return NULL;
    }
    set->folder = copy;
    set->fd = -1;
    return set;
}

void key_set_destroy(key_set *set)
{
    if (set == NULL)
        return;
    if (set->map != NULL)
        munmap((void *)(uintptr_t)set->map, set->map_bytes);
    if (set->fd >= 0)
        close(set->fd);
    free(set->runs);
    free(set->keys);
    free(set->folder);
    free(set);
}

static orma_status open_file(const key_set *set, int *out, orma_error **err)
{
    const int fd = file_unnamed(set->folder);
    if (fd < 0)
        return error_errno(err, errno, "storage",
                           "cannot make a temporary file in \"%s\"",
                           set->folder);
    *out = fd;
    return ORMA_OK;
}

static orma_status write_keys(const key_set *set, int fd, const uint8_t *keys,
                              size_t count, orma_error **err)
{
    const uint8_t *p = keys;
    size_t left = count * KEY_BYTES;
    while (left > 0) {
        const ssize_t n = write(fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, errno, "storage",
                               "cannot write a temporary file in \"%s\"",
                               set->folder);
        p += n;
        left -= (size_t)n;
    }
    return ORMA_OK;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, KEY_BYTES);
}

/* Sorted, each key once. */
static void sort_keys(key_set *set)
{
    size_t kept = 0;
    if (set->count == 0)
        return;
    qsort(set->keys, set->count, KEY_BYTES, compare);
    for (size_t i = 1; i < set->count; i++) {
        const uint8_t *key = set->keys + i * KEY_BYTES;
        if (memcmp(key, set->keys + kept * KEY_BYTES, KEY_BYTES) == 0)
            continue;
        kept++;
        memmove(set->keys + kept * KEY_BYTES, key, KEY_BYTES);
    }
    set->count = kept + 1;
}

static orma_status spill(key_set *set, orma_error **err)
{
    sort_keys(set);
    orma_status st = set->fd < 0 ? open_file(set, &set->fd, err) : ORMA_OK;
    run *grown = reallocarray(set->runs, set->run_count + 1, sizeof *grown);
    if (grown == NULL)
        return st == ORMA_OK ? error_no_memory(err) : st;
    set->runs = grown;
    if (st == ORMA_OK)
        st = write_keys(set, set->fd, set->keys, set->count, err);
    if (st != ORMA_OK)
        return st;
    set->runs[set->run_count++] =
        (run){.first = set->written, .count = set->count};
    set->written += set->count;
    set->count = 0;
    return ORMA_OK;
}

orma_status key_set_add(key_set *set, const uint8_t key[KEY_BYTES],
                        orma_error **err)
{
    if (set->count == RUN_KEYS) {
        const orma_status st = spill(set, err);
        if (st != ORMA_OK)
            return st;
    }
    if (set->count == set->capacity) {
        const size_t wanted = set->capacity == 0 ? 1024 : set->capacity * 2;
        uint8_t *grown = reallocarray(set->keys, wanted, KEY_BYTES);
        if (grown == NULL)
            return error_no_memory(err);
        set->keys = grown;
        set->capacity = wanted;
    }
    memcpy(set->keys + set->count * KEY_BYTES, key, KEY_BYTES);
    set->count++;
    return ORMA_OK;
}

/* ---- merging ----------------------------------------------------- */

/* The run's least key that was not taken yet; NULL at its end. */
static orma_status peek(key_set *set, run *r, const uint8_t **key,
                        orma_error **err)
{
    *key = NULL;
    if (r->at == r->filled) {
        const size_t left = r->count - r->next;
        const size_t n = left < READ_KEYS ? left : READ_KEYS;
        if (n == 0)
            return ORMA_OK;
        const ssize_t got = pread(set->fd, r->window, n * KEY_BYTES,
                                  (off_t)((r->first + r->next) * KEY_BYTES));
        if (got != (ssize_t)(n * KEY_BYTES))
            return error_errno(err, got < 0 ? errno : EIO, "storage",
                               "cannot read a temporary file in \"%s\"",
                               set->folder);
        r->next += n;
        r->at = 0;
        r->filled = n;
    }
    *key = r->window + r->at * KEY_BYTES;
    return ORMA_OK;
}

/* The least key of all runs is written once, and passed in all of them. */
static orma_status merge_step(key_set *set, uint8_t least[KEY_BYTES],
                              bool *is_end, orma_error **err)
{
    const uint8_t *best = NULL;
    for (size_t i = 0; i < set->run_count; i++) {
        const uint8_t *key = NULL;
        const orma_status st = peek(set, &set->runs[i], &key, err);
        if (st != ORMA_OK)
            return st;
        if (key != NULL && (best == NULL || compare(key, best) < 0))
            best = key;
    }
    *is_end = best == NULL;
    if (best == NULL)
        return ORMA_OK;
    memcpy(least, best, KEY_BYTES);
    for (size_t i = 0; i < set->run_count; i++) {
        run *r = &set->runs[i];
        if (r->at < r->filled &&
            compare(r->window + r->at * KEY_BYTES, least) == 0)
            r->at++;
    }
    return ORMA_OK;
}

static orma_status merge_into(key_set *set, int fd, size_t *count,
                              orma_error **err)
{
    size_t total = 0, n = 0;
    bool is_end = false;
    AUTO_FREE uint8_t *out = reallocarray(NULL, READ_KEYS, KEY_BYTES);
    if (out == NULL)
        return error_no_memory(err);
    orma_status st = ORMA_OK;
    while (st == ORMA_OK) {
        st = merge_step(set, out + n * KEY_BYTES, &is_end, err);
        if (st != ORMA_OK || is_end)
            break;
        total++;
        if (++n == READ_KEYS) {
            st = write_keys(set, fd, out, n, err);
            n = 0;
        }
    }
    if (st == ORMA_OK)
        st = write_keys(set, fd, out, n, err);
    *count = total;
    return st;
}

static orma_status merge(key_set *set, orma_error **err)
{
    int fd = -1;
    uint8_t *windows = calloc(set->run_count, READ_KEYS * KEY_BYTES);
    orma_status st =
        windows == NULL ? error_no_memory(err) : open_file(set, &fd, err);
    for (size_t i = 0; windows != NULL && i < set->run_count; i++)
        set->runs[i].window = windows + i * READ_KEYS * KEY_BYTES;
    if (st == ORMA_OK)
        st = merge_into(set, fd, &set->count, err);
    free(windows);
    if (st == ORMA_OK) {
        close(set->fd);
        set->fd = fd;
        set->map_bytes = set->count * KEY_BYTES;
        void *map =
            mmap(NULL, set->map_bytes, PROT_READ, MAP_SHARED, set->fd, 0);
        if (map == MAP_FAILED)
            return error_errno(err, errno, "storage",
                               "cannot map a temporary file");
        set->map = map;
    } else if (fd >= 0) {
        close(fd);
    }
    return st;
}

orma_status key_set_settle(key_set *set, orma_error **err)
{
    if (set->run_count == 0) {
        sort_keys(set);
        return ORMA_OK;
    }
    orma_status st = set->count > 0 ? spill(set, err) : ORMA_OK;
    free(set->keys);
    set->keys = NULL;
    set->capacity = 0;
    return st == ORMA_OK ? merge(set, err) : st;
}

/* ---- asking ------------------------------------------------------ */

size_t key_set_count(const key_set *set)
{
    return set->count;
}

const uint8_t *key_set_at(const key_set *set, size_t i)
{
    return (set->map != NULL ? set->map : set->keys) + i * KEY_BYTES;
}

bool key_set_has(const key_set *set, const uint8_t key[KEY_BYTES])
{
    size_t low = 0, high = set->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare(key, key_set_at(set, middle));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

orma_status key_set_difference(const key_set *a, const key_set *b,
                               orma_status (*visit)(void *user, const char *key,
                                                    orma_error **err),
                               void *user, orma_error **err)
{
    size_t k = 0;
    for (size_t i = 0; i < a->count; i++) {
        const uint8_t *key = key_set_at(a, i);
        int order = 1;
        while (k < b->count && (order = compare(key, key_set_at(b, k))) > 0)
            k++;
        if (k < b->count && order == 0)
            continue;
        char hex[2 * KEY_BYTES + 1];
        key_format(key, hex);
        const orma_status st = visit(user, hex, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}
