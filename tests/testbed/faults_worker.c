/* Works on a profile until somebody kills it, and says in a log what was
 * acknowledged; or checks that all of that is there.
 *
 *   faults_worker work PROFILE LOG SEED [BACKUPS]
 *   faults_worker check PROFILE LOG…
 *
 * A line of the log is "+ UUID NUMBER" when a node was stored, whose files
 * follow from NUMBER; "? UUID" before it is deleted, from when on it may be
 * gone.
 *
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/backup.h>
#include <storage/bulk.h>
#include <storage/delete.h>
#include <storage/maintain.h>
#include <storage/store_internal.h>

#define KNOWN_MAX 4096
#define TEXT_MAX 20000

typedef struct known {
    char uuid[37];
    int64_t pk, number;
    bool may_be_gone;
} known;

typedef struct worker {
    store *s;
    int log_fd;
    uint64_t state; /* of the random numbers */
    int64_t next;   /* number of the next node */
    known *stored;
    size_t stored_count;
    const char *backups;
} worker;

/* xorshift64*: Vigna 2016. */
static uint64_t chance(worker *w, uint64_t below)
{
    w->state ^= w->state >> 12;
    w->state ^= w->state << 25;
    w->state ^= w->state >> 27;
    return (w->state * UINT64_C(2685821657736338717) >> 16) % below;
}

/* Every fourth content is one of seven that all nodes share. */
static size_t content_of(int64_t number, char text[TEXT_MAX])
{
    const int64_t n = number % 4 == 0 ? number % 7 : number;
    const size_t copies = (size_t)(n % 97) * (size_t)(n % 5) + 1;
    size_t len = 0;
    for (size_t i = 0; i < copies && len + 32 < TEXT_MAX; i++)
        len += (size_t)snprintf(text + len, 32, "content %" PRId64 "\n", n);
    return len;
}

static void say(worker *w, char what, const char *uuid, int64_t number)
{
    char line[128];
    const int len =
        snprintf(line, sizeof line, "%c %s %" PRId64 "\n", what, uuid, number);
    if (write(w->log_fd, line, (size_t)len) != len)
        _exit(3);
}

static void remember(worker *w, const char *uuid, int64_t pk, int64_t number)
{
    say(w, '+', uuid, number);
    if (w->stored_count == KNOWN_MAX)
        return;
    known *k = &w->stored[w->stored_count++];
    *k = (known){.pk = pk, .number = number};
    memcpy(k->uuid, uuid, sizeof k->uuid);
}

/* ---- work -------------------------------------------------------- */

static orma_status store_unit(worker *w, orma_error **err)
{
    enum { MOST = 4 };
    const size_t count = 1 + chance(w, MOST);
    const int64_t first = w->next;
    node *nodes[MOST] = {NULL};
    unit *u = NULL;
    char uuid[37];

    w->next += (int64_t)count;
    orma_status st = unit_begin(w->s, &u, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        char text[TEXT_MAX];
        const size_t len = content_of(first + (int64_t)i, text);
        nodes[i] = node_create("data.core.singlefile.SinglefileData.");
        st = nodes[i] == NULL
                 ? error_no_memory(err)
                 : node_put_bytes(nodes[i], "file", (orma_str){text, len}, err);
        if (st == ORMA_OK)
            st = unit_add_node(u, nodes[i], err);
    }
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    for (size_t i = 0; i < count; i++) {
        if (st == ORMA_OK) {
            uuid_format(&nodes[i]->uuid, uuid);
            remember(w, uuid, nodes[i]->pk, first + (int64_t)i);
        }
        node_free(nodes[i]);
    }
    return st;
}

/* As an import does: objects, then many rows, under the lock of writers. */
static orma_status import_bulk(worker *w, orma_error **err)
{
    enum { MOST = 20 };
    char texts[MOST][TEXT_MAX];
    container_object objects[MOST] = {{.local_path = NULL}};
    orma_uuid uuids[MOST];
    int64_t pks[MOST];
    const size_t count = 1 + chance(w, MOST);
    const int64_t first = w->next;
    bulk *b = NULL;

    w->next += (int64_t)count;
    for (size_t i = 0; i < count; i++)
        objects[i].bytes =
            (orma_str){texts[i], content_of(first + (int64_t)i, texts[i])};
    orma_status st = container_lock_shared(w->s->container, err);
    if (st != ORMA_OK)
        return st;
    st = container_put(w->s->container, objects, count, err);
    if (st == ORMA_OK)
        st = bulk_begin(w->s, BULK_IN_ORDER, &b, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        char tree[128];
        const int len =
            snprintf(tree, sizeof tree, "{\"o\": {\"file\": {\"k\": \"%s\"}}}",
                     objects[i].key);
        uuid_generate(&uuids[i]);
        const bulk_node n = {
            .uuid = uuids[i],
            .node_type = ORMA_LITERAL("data.core.singlefile.SinglefileData."),
            .label = ORMA_LITERAL(""),
            .description = ORMA_LITERAL(""),
            .ctime_ns = 1000,
            .mtime_ns = 1000,
            .attributes = ORMA_LITERAL("{}"),
            .extras = ORMA_LITERAL("{}"),
            .repository = {tree, (size_t)len},
        };
        st = bulk_add_node(b, &n, &pks[i], err);
    }
    if (st == ORMA_OK) {
        st = bulk_commit(b, err);
    } else {
        bulk_abort(b);
    }
    container_unlock(w->s->container);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        char uuid[37];
        uuid_format(&uuids[i], uuid);
        remember(w, uuid, pks[i], first + (int64_t)i);
    }
    return st;
}

static orma_status delete_one(worker *w, orma_error **err)
{
    traversal_rules rules;
    pk_set nodes = {0};
    if (w->stored_count == 0)
        return ORMA_OK;
    const size_t at = chance(w, w->stored_count);
    const known k = w->stored[at];
    w->stored[at] = w->stored[--w->stored_count];
    say(w, '?', k.uuid, k.number);
    traversal_defaults(TRAVERSE_DELETE, &rules);
    if (!pk_set_add(&nodes, k.pk, NULL))
        return error_no_memory(err);
    const orma_status st = store_delete_nodes(w->s, &rules, &nodes, err);
    pk_set_free(&nodes);
    return st;
}

/* A loose object that nobody refers to, for the packer and the deleter. */
static orma_status put_loose(worker *w, orma_error **err)
{
    char text[TEXT_MAX];
    container_object object = {
        .bytes = {text, content_of((int64_t)chance(w, 100000), text)}};
    return container_put_loose(w->s->container, &object, err);
}

static orma_status maintain(worker *w, orma_error **err)
{
    json_object *report = NULL;
    const maintain_options o = {
        .is_alone = true,
        .is_full = chance(w, 4) == 0,
        .compress = chance(w, 2) == 0,
        .keep_loose = chance(w, 3) == 0,
    };
    const orma_status st = store_maintain(w->s, &o, &report, err);
    json_object_put(report);
    return st;
}

static orma_status back_up(worker *w, orma_error **err)
{
    json_object *report = NULL;
    const backup_options o = {.keep = 1};
    if (w->backups == NULL)
        return ORMA_OK;
    const orma_status st = store_backup(w->s, w->backups, &o, &report, err);
    json_object_put(report);
    return st;
}

static const struct {
    uint64_t weight; /* of 100 */
    orma_status (*run)(worker *w, orma_error **err);
} works[] = {
    {50, store_unit}, {14, import_bulk}, {15, delete_one},
    {8, put_loose},   {12, maintain},    {1, back_up},
};

/* A busy database or a server that is gone is part of the game; damage is not.
 */
static int work(worker *w)
{
    for (;;) {
        uint64_t n = chance(w, 100);
        size_t i = 0;
        AUTO_ERROR orma_error *err = NULL;
        while (n >= works[i].weight)
            n -= works[i++].weight;
        const orma_status st = works[i].run(w, &err);
        if (st == ORMA_OK || st == ORMA_E_TRANSIENT || st == ORMA_E_REFUSED)
            continue;
        AUTO_FREE char *text = error_chain(err);
        fprintf(stderr, "faults_worker: %s\n", text);
        return 1;
    }
}

/* ---- check ------------------------------------------------------- */

static int by_uuid(const void *a, const void *b)
{
    const known *x = a, *y = b;
    return strcmp(x->uuid, y->uuid);
}

static known *read_logs(char **paths, int count, size_t *n)
{
    size_t capacity = 0;
    known *all = NULL;
    *n = 0;
    for (int i = 0; i < count; i++) {
        AUTO_FCLOSE FILE *f = fopen(paths[i], "r");
        char what = 0, line[160];
        known k = {.pk = 0};
        while (f != NULL && fgets(line, sizeof line, f) != NULL) {
            if (sscanf(line, "%c %36s %" SCNd64, &what, k.uuid, &k.number) != 3)
                continue;
            k.may_be_gone = what == '?';
            if (*n == capacity) {
                capacity = capacity == 0 ? 1024 : capacity * 2;
                all = reallocarray(all, capacity, sizeof *all);
                if (all == NULL)
                    exit(3);
            }
            all[(*n)++] = k;
        }
    }
    if (*n > 1)
        qsort(all, *n, sizeof *all, by_uuid);
    return all;
}

static bool is_there(store *s, const known *k)
{
    char text[TEXT_MAX];
    const size_t len = content_of(k->number, text);
    AUTO_ERROR orma_error *err = NULL;
    AUTO_BUF buf out = {0};
    node *n = NULL;
    bool found = false;
    orma_status st = store_find_node(s, k->uuid, NULL, &n, &err);
    if (st == ORMA_OK)
        st = store_read_file(s, n, "file", &out, &found, &err);
    node_free(n);
    if (st == ORMA_OK && found && out.len == len &&
        memcmp(out.ptr, text, len) == 0)
        return true;
    AUTO_FREE char *why = err != NULL ? error_chain(err) : NULL;
    printf("node %s, number %" PRId64 ": %s\n", k->uuid, k->number,
           why != NULL ? why : "other content");
    return false;
}

static int check(store *s, char **logs, int count)
{
    size_t n = 0, lost = 0, present = 0;
    known *all = read_logs(logs, count, &n);
    for (size_t i = 0; i < n; i++) {
        /* Stored and deleted: both lines, in either order. */
        const bool is_uncertain =
            all[i].may_be_gone ||
            (i > 0 && by_uuid(&all[i], &all[i - 1]) == 0) ||
            (i + 1 < n && by_uuid(&all[i], &all[i + 1]) == 0);
        if (is_uncertain)
            continue;
        present++;
        lost += !is_there(s, &all[i]);
    }
    free(all);
    printf("%zu acknowledged, %zu lost\n", present, lost);
    return lost > 0;
}

int main(int argc, char **argv)
{
    orma_profile *profile = NULL;
    orma_error *err = NULL;
    if (argc < 4) {
        fprintf(stderr, "usage: faults_worker work|check PROFILE LOG …\n");
        return 2;
    }
    if (orma_profile_open(argv[2], &profile, &err) != ORMA_OK) {
        AUTO_FREE char *text = error_chain(err);
        fprintf(stderr, "faults_worker: %s\n", text);
        orma_error_free(err);
        return 1;
    }
    int status = 2;
    if (strcmp(argv[1], "check") == 0) {
        status = check(profile->store, argv + 3, argc - 3);
    } else {
        worker w = {.s = profile->store,
                    .state = argc > 4 ? strtoull(argv[4], NULL, 10) + 1 : 1,
                    .backups = argc > 5 ? argv[5] : NULL,
                    .stored = calloc(KNOWN_MAX, sizeof *w.stored)};
        AUTO_FCLOSE FILE *log = fopen(argv[3], "a");
        if (log == NULL || w.stored == NULL)
            return 3;
        w.log_fd = fileno(log);
        w.next = (int64_t)(w.state % 1000000007) * 1000;
        status = work(&w);
        free(w.stored);
    }
    orma_profile_close(profile);
    return status;
}
