/* Stores nodes in the default profile and prints how fast: store_nodes WHAT
 * COUNT. For the storing benchmark.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

#define KEYS 100 /* of a large dictionary */
#define FILE_BYTES 10000
#define TURN                                                                   \
    250 /* of bare commits, then of nodes, so that both see the                \
           same machine */

typedef node *node_maker(int64_t number);

static node *make_int(int64_t number)
{
    node *n = node_create("data.core.int.Int.");
    if (n != NULL && !json_set_int(n->attributes, "value", number)) {
        node_free(n);
        n = NULL;
    }
    return n;
}

static node *make_dict(int64_t number)
{
    node *n = node_create("data.core.dict.Dict.");
    for (int i = 0; n != NULL && i < KEYS; i++) {
        char key[16];
        snprintf(key, sizeof key, "key_%d", i);
        json_object *value = i % 2 == 0
                                 ? json_new_real((double)number * 0.1 + i)
                                 : json_object_new_int64(number + i);
        if (!json_set(n->attributes, key, value)) {
            node_free(n);
            n = NULL;
        }
    }
    return n;
}

static node *make_file(int64_t number)
{
    char *bytes = malloc(FILE_BYTES);
    node *n = node_create("data.core.singlefile.SinglefileData.");
    if (bytes != NULL)
        for (size_t i = 0; i < FILE_BYTES; i++)
            bytes[i] = (char)('a' + random() % 26);
    if (n == NULL || bytes == NULL ||
        !json_set_text(n->attributes, "filename", "file.txt") ||
        !json_set_int(n->extras, "number", number) ||
        node_put_bytes(n, "file.txt", (orma_str){bytes, FILE_BYTES}, NULL) !=
            ORMA_OK) {
        node_free(n);
        n = NULL;
    }
    free(bytes);
    return n;
}

static orma_status store_some(store *s, node_maker *make, int64_t count,
                              orma_error **err)
{
    node **nodes = calloc((size_t)count, sizeof *nodes);
    unit *u = NULL;
    orma_status st =
        nodes == NULL ? error_no_memory(err) : unit_begin(s, &u, err);

    for (int64_t i = 0; st == ORMA_OK && i < count; i++) {
        nodes[i] = make(i);
        st = nodes[i] == NULL ? error_no_memory(err)
                              : unit_add_node(u, nodes[i], err);
    }
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    for (int64_t i = 0; nodes != NULL && i < count; i++)
        node_free(nodes[i]);
    free(nodes);
    return st;
}

/* What the backend can do at most: one row, one index, made durable. */
static orma_status bare_commit(store *s, int64_t number, orma_error **err)
{
    query q;
    orma_status st = sql_begin(&s->db, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &s->db, "INSERT INTO orma_bench (value) VALUES (?1)");
    query_int(&q, 1, number);
    st = query_post(&q, err);
    if (st == ORMA_OK)
        st = sql_commit(&s->db, err);
    if (st != ORMA_OK)
        sql_rollback(&s->db);
    return st;
}

static void report(const char *what, int64_t count, int64_t ns)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%s %lld %.3f %.0f %ld\n", what, (long long)count, (double)ns * 1e-9,
           (double)count / ((double)ns * 1e-9), usage.ru_maxrss / 1024);
}

static orma_status one_by_one(store *s, const char *what, node_maker *make,
                              int64_t count, orma_error **err)
{
    AUTO_BUF buf ddl = {0};
    int64_t bare_ns = 0, node_ns = 0;

    buf_printf(&ddl,
               "CREATE TABLE IF NOT EXISTS orma_bench (id %s PRIMARY KEY, "
               "value BIGINT)",
               s->db.dialect->serial);
    orma_status st = sql_execute(&s->db, buf_c_str(&ddl), err);
    for (int64_t done = 0; st == ORMA_OK && done < count; done += TURN) {
        const int64_t start = time_now_ns();
        for (int i = 0; st == ORMA_OK && i < TURN; i++)
            st = bare_commit(s, i, err);
        const int64_t between = time_now_ns();
        for (int i = 0; st == ORMA_OK && i < TURN; i++)
            st = store_some(s, make, 1, err);
        bare_ns += between - start;
        node_ns += time_now_ns() - between;
    }
    if (st == ORMA_OK)
        st = sql_execute(&s->db, "DROP TABLE orma_bench", err);
    if (st == ORMA_OK) {
        report("bare", count, bare_ns);
        report(what, count, node_ns);
    }
    return st;
}

static const struct part {
    const char *name;
    node_maker *make;
    bool is_batch;
} parts[] = {
    {"ints-each", make_int, false},   {"ints-batch", make_int, true},
    {"dicts-each", make_dict, false}, {"dicts-batch", make_dict, true},
    {"files-each", make_file, false}, {"files-batch", make_file, true},
};

static orma_status run(const struct part *part, int64_t count, orma_error **err)
{
    orma_profile *profile = NULL;
    orma_status st = orma_profile_open(NULL, &profile, err);

    if (st == ORMA_OK && part->is_batch) {
        const int64_t start = time_now_ns();
        st = store_some(profile->store, part->make, count, err);
        if (st == ORMA_OK)
            report(part->name, count, time_now_ns() - start);
    } else if (st == ORMA_OK) {
        st = one_by_one(profile->store, part->name, part->make, count, err);
    }
    orma_profile_close(profile);
    return st;
}

int main(int argc, char **argv)
{
    AUTO_ERROR orma_error *err = NULL;
    const struct part *part = NULL;

    for (size_t i = 0; argc == 3 && i < sizeof parts / sizeof *parts; i++)
        if (text_equal(argv[1], parts[i].name))
            part = &parts[i];
    const int64_t count = part == NULL ? 0 : strtoll(argv[2], NULL, 10);
    if (count <= 0) {
        fprintf(stderr, "usage: store_nodes {ints|dicts|files}-{each|batch} "
                        "COUNT\n");
        return 2;
    }
    if (run(part, count, &err) != ORMA_OK) {
        AUTO_FREE char *why = error_chain(err);
        fprintf(stderr, "store_nodes: %s\n", why != NULL ? why : "no memory");
        return 1;
    }
    return 0;
}
