/* Times queries on the graph that `million` builds, in this process:
 * queries_timed FIRST_ROOT [RUNS]. A line for each: milliseconds (the median),
 * rows, what it is, and the lines of the plan that read a table.
 *
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/nodes.h>
#include <orma/api/query.h>

#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/traverse.h>

#define RUNS_MAX 100

typedef struct bench {
    orma_profile *profile;
    int64_t root; /* of a chain */
    int runs;
    double times[RUNS_MAX];
} bench;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_line(bench *b, int64_t rows, const char *what)
{
    qsort(b->times, (size_t)b->runs, sizeof *b->times, by_value);
    printf("%9.2f ms (first %9.2f) %8" PRId64 " rows  %s\n",
           b->times[b->runs / 2], b->times[b->runs - 1], rows, what);
}

static orma_status count_row(void *user, orma_str row)
{
    int64_t *count = user;
    (void)row;
    ++*count;
    return ORMA_OK;
}

/* The steps of the plan that read tables, and by which index. */
static void print_plan(const char *json)
{
    AUTO_JSON json_object *explained = NULL;
    if (json_parse((orma_str){json, strlen(json)}, &explained, NULL) != ORMA_OK)
        return;
    const json_object *plan = json_get(explained, "plan");
    for (size_t i = 0; i < json_object_array_length(plan); i++) {
        const char *line =
            json_object_get_string(json_object_array_get_idx(plan, i));
        if (strstr(line, "INDEX") != NULL || strstr(line, "SCAN") != NULL ||
            strstr(line, "Index") != NULL || strstr(line, "Seq Scan") != NULL)
            printf("%40s%.110s\n", "", line + strspn(line, " ->"));
    }
}

static orma_status time_query(bench *b, const char *what, const char *document,
                              bool counts, orma_error **err)
{
    const orma_str text = {document, strlen(document)};
    char *plan = NULL;
    int64_t rows = 0;
    orma_status st = ORMA_OK;

    for (int i = 0; st == ORMA_OK && i < b->runs; i++) {
        const int64_t start = time_now_ns();
        rows = 0;
        st = counts ? orma_query_count(b->profile, text, &rows, err)
                    : orma_query(b->profile, text, ORMA_LITERAL("{}"),
                                 count_row, &rows, err);
        b->times[i] = (double)(time_now_ns() - start) * 1e-6;
    }
    if (st != ORMA_OK)
        return st;
    print_line(b, rows, what);
    st = orma_query_explain(b->profile, text,
                            counts ? ORMA_LITERAL("{\"count\": true}")
                                   : ORMA_LITERAL("{}"),
                            &plan, err);
    if (st == ORMA_OK)
        print_plan(plan);
    orma_free(plan);
    return st;
}

static orma_status time_list(bench *b, const char *what, const char *options,
                             orma_error **err)
{
    orma_status st = ORMA_OK;
    int64_t rows = 0;

    for (int i = 0; st == ORMA_OK && i < b->runs; i++) {
        AUTO_JSON json_object *parsed = NULL;
        char *json = NULL;
        const int64_t start = time_now_ns();
        st = orma_process_list(b->profile, (orma_str){options, strlen(options)},
                               &json, err);
        b->times[i] = (double)(time_now_ns() - start) * 1e-6;
        if (st == ORMA_OK && json_parse((orma_str){json, strlen(json)}, &parsed,
                                        NULL) == ORMA_OK)
            rows = (int64_t)json_object_array_length(parsed);
        orma_free(json);
    }
    if (st == ORMA_OK)
        print_line(b, rows, what);
    return st;
}

/* Every link forward from the chain's root. */
static orma_status time_traversal(bench *b, orma_error **err)
{
    traversal_rules rules = {{false}, {false}};
    int64_t rows = 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < LINK_TYPE_COUNT; i++)
        rules.forward[i] = true;
    for (int i = 0; st == ORMA_OK && i < b->runs; i++) {
        pk_set nodes = {0};
        const int64_t start = time_now_ns();
        if (!pk_set_add(&nodes, b->root, NULL))
            return error_no_memory(err);
        st = store_traverse(b->profile->store, &rules, &nodes, err);
        b->times[i] = (double)(time_now_ns() - start) * 1e-6;
        rows = (int64_t)nodes.count;
        pk_set_free(&nodes);
    }
    if (st == ORMA_OK)
        print_line(b, rows, "traversal of all links forward");
    return st;
}

static const struct {
    const char *what, *document; /* %lld: the root, the chain's last node */
    bool counts;
} queries[] = {
    {"count of one node type",
     "{\"path\": [{\"entity_type\": \"process.calculation.calcfunction."
     "CalcFunctionNode.\", \"subclassing\": false}]}",
     true},
    {"count of one node type with subclasses",
     "{\"path\": [\"data.core.int.Int.\"]}", true},
    {"in on an indexed attribute",
     "{\"path\": [{\"entity_type\": \"\", \"filters\": "
     "{\"attributes.value\": {\"in\": [710, 711]}}, \"project\": [\"id\", "
     "\"attributes.value\"]}]}",
     false},
    {"== on process_state and exit_status, 20 rows",
     "{\"path\": [{\"entity_type\": \"process.ProcessNode.\", \"filters\": "
     "{\"attributes.process_state\": \"finished\", "
     "\"attributes.exit_status\": 0}, \"project\": \"id\"}], \"limit\": 20}",
     false},
    {"newest 50 nodes of a type",
     "{\"path\": [{\"entity_type\": \"data.core.int.Int.\", \"tag\": \"n\", "
     "\"subclassing\": false, \"project\": [\"id\", \"ctime\"]}], "
     "\"order_by\": {\"n\": {\"ctime\": "
     "\"desc\"}}, \"limit\": 50}",
     false},
    {"newest 50 nodes of a type and its subclasses",
     "{\"path\": [{\"entity_type\": \"data.core.int.Int.\", \"tag\": \"n\", "
     "\"project\": [\"id\", \"ctime\"]}], \"order_by\": {\"n\": {\"ctime\": "
     "\"desc\"}}, \"limit\": 50}",
     false},
    {"outputs of inputs of one node",
     "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
     "{\"id\": %lld}}, {\"entity_type\": \"\", \"tag\": \"b\"}, "
     "{\"entity_type\": \"\", \"project\": \"id\"}]}",
     false},
    {"descendants along a chain",
     "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
     "{\"id\": %lld}}, {\"entity_type\": \"\", \"with_ancestors\": \"a\", "
     "\"project\": \"id\"}]}",
     false},
    {"descendants up to four steps away, with depth",
     "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
     "{\"id\": %lld}}, {\"entity_type\": \"\", \"with_ancestors\": \"a\", "
     "\"project\": \"id\", \"edge_project\": \"depth\", \"edge_filters\": "
     "{\"depth\": {\"<\": 4}}}]}",
     false},
    {"ancestors along a chain",
     "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
     "{\"id\": %lld}}, {\"entity_type\": \"\", \"with_descendants\": \"a\", "
     "\"project\": \"id\"}]}",
     false},
    {"descendants along a chain, with the least depth",
     "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
     "{\"id\": %lld}}, {\"entity_type\": \"\", \"with_ancestors\": \"a\", "
     "\"project\": \"id\", \"edge_project\": \"depth\"}]}",
     false},
};

static const struct {
    const char *what, *options;
} listings[] = {
    {"process list: newest 50", "{\"all\": true, \"limit\": 50, \"order_dir\": "
                                "\"desc\"}"},
    {"process list: active ones", "{}"},
    {"process list: 50 of one state",
     "{\"process_state\": \"finished\", \"limit\": 50}"},
    {"process list: 50 of one label",
     "{\"all\": true, \"process_label\": \"add\", \"limit\": 50}"},
    {"process list: 50 failed", "{\"failed\": true, \"limit\": 50}"},
    {"process list: 50 by last change",
     "{\"all\": true, \"limit\": 50, \"order_by\": \"mtime\", \"order_dir\": "
     "\"desc\"}"},
};

/* The last node that the walk from the root reaches. */
static orma_status find_last(bench *b, int64_t *last, orma_error **err)
{
    char *row = NULL;
    AUTO_FREE char *document = text_printf(
        "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a\", \"filters\": "
        "{\"id\": %lld}}, {\"entity_type\": \"\", \"tag\": \"n\", "
        "\"with_ancestors\": \"a\", \"project\": \"id\"}], \"order_by\": "
        "{\"n\": {\"id\": \"desc\"}}}",
        (long long)b->root);
    const orma_status st =
        orma_query_first(b->profile, (orma_str){document, strlen(document)},
                         ORMA_LITERAL("{}"), &row, err);
    if (st == ORMA_OK)
        *last = strtoll(row + 1, NULL, 10);
    orma_free(row);
    return st;
}

static orma_status run(bench *b, orma_error **err)
{
    int64_t last = 0;
    orma_status st =
        orma_index_add(b->profile, "attributes.value", "number", err);
    if (st == ORMA_E_REFUSED) { /* there from the run before */
        error_clear(err);
        st = ORMA_OK;
    }
    if (st == ORMA_OK)
        st = find_last(b, &last, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof queries / sizeof *queries;
         i++) {
        const char *form = queries[i].document;
        const char *at = strstr(form, "%lld");
        AUTO_FREE char *document =
            at == NULL ? text_copy(form)
                       : text_printf(
                             "%.*s%lld%s", (int)(at - form), form,
                             (long long)(strncmp(queries[i].what, "anc", 3) == 0
                                             ? last
                                             : b->root),
                             at + strlen("%lld"));
        st = time_query(b, queries[i].what, document, queries[i].counts, err);
    }
    for (size_t i = 0; st == ORMA_OK && i < sizeof listings / sizeof *listings;
         i++)
        st = time_list(b, listings[i].what, listings[i].options, err);
    return st == ORMA_OK ? time_traversal(b, err) : st;
}

int main(int argc, char **argv)
{
    bench b = {.root = argc > 1 ? strtoll(argv[1], NULL, 10) : 0,
               .runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5};
    orma_error *err = NULL;

    if (b.root <= 0 || b.runs < 1 || b.runs > RUNS_MAX) {
        fprintf(stderr, "usage: queries_timed FIRST_ROOT [RUNS]\n");
        return 2;
    }
    orma_status st = orma_profile_open(NULL, &b.profile, &err);
    if (st == ORMA_OK)
        st = run(&b, &err);
    if (st != ORMA_OK) {
        AUTO_FREE char *chain = error_chain(err);
        fprintf(stderr, "queries_timed: %s\n", chain);
    }
    orma_error_free(err);
    orma_profile_close(b.profile);
    return st != ORMA_OK;
}
