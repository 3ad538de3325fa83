/* Stores a large graph in the default profile through the bulk interface:
 * chains [--nodes N] [--depth D] [--no-hash]. For the benchmarks of storing,
 * queries and archives.
 *
 * The graph is of chains Int → calcfunction → Int → …, each of D steps behind
 * its root, so that the root has D descendants. A calcfunction takes the Int
 * before it ("x"), the one before that ("z") and the root ("y"; each hundredth
 * also as "w"): two links for a node.
 *
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <orma/api/bulk.h>

#define CALCFUNCTION "process.calculation.calcfunction.CalcFunctionNode."

typedef struct graph {
    orma_bulk *bulk;
    int64_t nodes, depth;
    uint32_t flags;
    int64_t node_count, link_count;
    int64_t first_root, last_root;
    orma_error *err;
} graph;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static orma_str text(const char *s)
{
    return (orma_str){s, strlen(s)};
}

static orma_status add_int(graph *g, int64_t *pk)
{
    char attributes[64];
    snprintf(attributes, sizeof attributes, "{\"value\": %" PRId64 "}",
             g->node_count % 1000);
    const orma_bulk_node n = {
        .size = sizeof n,
        .flags = g->flags,
        .type = text("core.int"),
        .attributes = text(attributes),
    };
    g->node_count++;
    return orma_bulk_add_node(g->bulk, &n, pk, &g->err);
}

static orma_status add_process(graph *g, int64_t *pk)
{
    char attributes[256];
    snprintf(attributes, sizeof attributes,
             "{\"version\": {\"core\": \"2.7.1\"}, \"process_label\": \"%s\", "
             "\"process_state\": \"finished\", \"exit_status\": %d, "
             "\"sealed\": true}",
             g->node_count % 3 == 0 ? "add" : "multiply",
             g->node_count % 101 == 0 ? 410 : 0);
    const orma_bulk_node n = {
        .size = sizeof n,
        .type = text(CALCFUNCTION),
        .process_type = text("bench.chains"),
        .attributes = text(attributes),
    };
    g->node_count++;
    return orma_bulk_add_node(g->bulk, &n, pk, &g->err);
}

static orma_status link_nodes(graph *g, const char *type, int64_t source,
                              int64_t target, const char *label)
{
    g->link_count++;
    return orma_bulk_add_link(g->bulk, type, source, target, label, &g->err);
}

static orma_status add_chain(graph *g)
{
    int64_t root = 0;
    orma_status st = add_int(g, &root);
    int64_t before = root, last = root;

    if (g->first_root == 0)
        g->first_root = root;
    g->last_root = root;
    for (int64_t step = 0;
         st == ORMA_OK && step + 1 < g->depth && g->node_count + 1 < g->nodes;
         step += 2) {
        int64_t process = 0, result = 0;
        st = add_process(g, &process);
        if (st == ORMA_OK)
            st = link_nodes(g, "input_calc", last, process, "x");
        if (st == ORMA_OK)
            st = link_nodes(g, "input_calc", root, process, "y");
        if (st == ORMA_OK)
            st = link_nodes(g, "input_calc", before, process, "z");
        if (st == ORMA_OK && step % 200 == 0)
            st = link_nodes(g, "input_calc", root, process, "w");
        if (st == ORMA_OK)
            st = add_int(g, &result);
        if (st == ORMA_OK)
            st = link_nodes(g, "create", process, result, "result");
        before = last;
        last = result;
    }
    return st;
}

static orma_status build(graph *g)
{
    orma_profile *profile = NULL;
    orma_status st = orma_profile_open(NULL, &profile, &g->err);
    const double start = seconds();

    if (st == ORMA_OK)
        st = orma_bulk_begin(profile, &g->bulk, &g->err);
    while (st == ORMA_OK && g->node_count < g->nodes)
        st = add_chain(g);
    const double added = seconds();
    if (st == ORMA_OK)
        st = orma_bulk_commit(g->bulk, &g->err);
    else
        orma_bulk_abort(g->bulk);
    if (st == ORMA_OK) {
        struct rusage usage;
        const double whole = seconds() - start;
        getrusage(RUSAGE_SELF, &usage);
        printf("nodes %" PRId64 "\nlinks %" PRId64 "\nadding_s %.1f\n"
               "whole_s %.1f\nnodes_per_s %.0f\nlinks_per_s %.0f\n"
               "memory_mb %ld\nfirst_root %" PRId64 "\nlast_root %" PRId64 "\n",
               g->node_count, g->link_count, added - start, whole,
               (double)g->node_count / whole, (double)g->link_count / whole,
               usage.ru_maxrss / 1024, g->first_root, g->last_root);
    }
    orma_profile_close(profile);
    return st;
}

static int usage(void)
{
    fprintf(stderr, "usage: chains [--nodes N] [--depth D] [--no-hash]\n");
    return 2;
}

int main(int argc, char **argv)
{
    graph g = {.nodes = 1000000, .depth = 1000, .flags = ORMA_BULK_HASH};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-hash") == 0)
            g.flags = ORMA_BULK_UNCHECKED;
        else if (strcmp(argv[i], "--nodes") == 0 && i + 1 < argc)
            g.nodes = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--depth") == 0 && i + 1 < argc)
            g.depth = strtoll(argv[++i], NULL, 10);
        else
            return usage();
    }
    if (g.nodes < 1 || g.depth < 2)
        return usage();
    if (build(&g) == ORMA_OK)
        return 0;
    for (const orma_error *e = g.err; e != NULL; e = orma_error_cause(e))
        fprintf(stderr, "chains: %s\n", orma_error_message(e));
    orma_error_free(g.err);
    return 1;
}
