/* The graph around a node as Graphviz DOT, with AiiDA's shapes and colours.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Beyond this no picture helps, and Graphviz takes minutes. */
#define MAX_NODES 5000

static const field option_fields[] = {
    {"ancestor_depth", FIELD_NUMBER, false},
    {"descendant_depth", FIELD_NUMBER, false},
    {"process_in", FIELD_BOOL, false},
    {"process_out", FIELD_BOOL, false},
    {"identifier", FIELD_TEXT, false},
};

/* By the longest prefix of the node type that fits; AiiDA's styles. */
static const struct style {
    const char *prefix, *attributes;
} styles[] = {
    {"data.core.code.", "shape=diamond style=filled fillcolor=\"#4ca4b9aa\""},
    {"process.calculation.calcjob.",
     "shape=rectangle style=filled fillcolor=\"#de707fff\""},
    {"process.calculation.calcfunction.",
     "shape=rectangle style=filled fillcolor=\"#de707f77\""},
    {"process.calculation.",
     "shape=rectangle style=filled fillcolor=\"#de707fff\""},
    {"process.workflow.workchain.",
     "shape=rectangle style=filled fillcolor=\"#e38851ff\""},
    {"process.workflow.workfunction.",
     "shape=rectangle style=filled fillcolor=\"#e38851ff\""},
    {"process.", "shape=rectangle style=filled fillcolor=\"#e38851ff\""},
    {"", "shape=ellipse style=filled fillcolor=\"#8cd499ff\""},
};

static const char *const link_styles[LINK_TYPE_COUNT] = {
    [LINK_CREATE] = "solid",     [LINK_RETURN] = "dashed",
    [LINK_INPUT_CALC] = "solid", [LINK_INPUT_WORK] = "dashed",
    [LINK_CALL_CALC] = "dotted", [LINK_CALL_WORK] = "dotted",
};

enum identifier { BY_PK, BY_UUID, BY_LABEL };

struct graph {
    orma_profile *profile;
    json_object *nodes; /* pk as text → true */
    json_object *edges; /* "from to type label" → true */
    buf text;
    enum identifier identifier;
    int64_t origin;
    size_t node_count;
};

/* Nodes of one distance from the origin. */
struct level {
    int64_t *pks;
    size_t count, capacity;
};

static bool level_add(struct level *l, int64_t pk)
{
    if (l->count == l->capacity) {
        const size_t capacity = l->capacity > 0 ? 2 * l->capacity : 16;
        int64_t *grown = reallocarray(l->pks, capacity, sizeof *grown);
        if (grown == NULL)
            return false;
        l->pks = grown;
        l->capacity = capacity;
    }
    l->pks[l->count++] = pk;
    return true;
}

static void append_escaped(buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_char(out, '\\');
        if (*p == '\n')
            buf_text(out, "\\n");
        else
            buf_char(out, *p);
    }
}

static void append_name(struct graph *g, const node *n)
{
    char uuid[37];
    AUTO_FREE char *name = node_display_name(n);
    append_escaped(&g->text, name != NULL ? name : n->node_type);
    switch (g->identifier) {
    case BY_PK:
        buf_printf(&g->text, " (%lld)", (long long)n->pk);
        break;
    case BY_UUID:
        uuid_format(&n->uuid, uuid);
        buf_printf(&g->text, " (%.8s)", uuid);
        break;
    case BY_LABEL:
        buf_text(&g->text, " (");
        append_escaped(&g->text, n->label);
        buf_char(&g->text, ')');
        break;
    }
}

static void append_process(struct graph *g, const node *n)
{
    const char *state = json_get_text(n->attributes, "process_state", NULL);
    const json_object *status = json_get(n->attributes, "exit_status");
    if (state != NULL)
        buf_printf(&g->text, "\\nState: %s", state);
    if (status != NULL)
        buf_printf(&g->text, "\\nExit Code: %lld",
                   (long long)json_get_int(n->attributes, "exit_status", 0));
}

static const char *style_of(const char *node_type)
{
    for (size_t i = 0;; i++)
        if (text_starts(node_type, styles[i].prefix))
            return styles[i].attributes;
}

/* Writes the node once; *is_new tells whether this was it. */
static orma_status add_node(struct graph *g, int64_t pk, bool *is_new,
                            orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf summary = {0};
    char key[24];

    *is_new = false;
    snprintf(key, sizeof key, "%lld", (long long)pk);
    if (json_get(g->nodes, key) != NULL)
        return ORMA_OK;
    if (++g->node_count > MAX_NODES) {
        error_set(err, ORMA_E_REFUSED, "node", 0,
                  "the graph has more than %d nodes", MAX_NODES);
        error_hint(err, "limit it by --ancestor-depth and "
                        "--descendant-depth");
        return ORMA_E_REFUSED;
    }
    const orma_status st = store_node(g->profile->store, pk, &n, err);
    if (st != ORMA_OK)
        return st;
    json_set_bool(g->nodes, key, true);
    *is_new = true;
    buf_printf(&g->text, "    N%s [label=\"", key);
    append_name(g, n);
    if (node_is_process(n->node_type)) {
        append_process(g, n);
    } else {
        node_summary(g->profile, n, &summary);
        if (summary.len > 0)
            buf_text(&g->text, "\\n");
        append_escaped(&g->text, buf_c_str(&summary));
    }
    buf_printf(&g->text, "\" %s%s]\n", style_of(n->node_type),
               pk == g->origin ? " color=red penwidth=6" : " penwidth=0");
    return buf_status(&g->text, err);
}

static void add_edge(struct graph *g, int64_t from, int64_t to,
                     const store_link *link)
{
    const char *word = link_type_word(link->type);
    AUTO_FREE char *key = text_printf("%lld %lld %s %s", (long long)from,
                                      (long long)to, word, link->label);
    if (key == NULL || json_get(g->edges, key) != NULL)
        return;
    json_set_bool(g->edges, key, true);
    buf_printf(&g->text, "    N%lld -> N%lld [label=\"", (long long)from,
               (long long)to);
    for (const char *p = word; *p != '\0'; p++)
        buf_char(&g->text,
                 (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    buf_text(&g->text, "\\n");
    append_escaped(&g->text, link->label);
    buf_printf(&g->text, "\" color=\"#000000\" style=%s]\n",
               link_styles[link->type]);
}

/* Draws the links of one direction and the nodes at their other ends; new
 * ones go to `next`, when it is not NULL. */
static orma_status expand(struct graph *g, int64_t pk, bool incoming,
                          struct level *next, orma_error **err)
{
    AUTO_LINKS store_links links = {0};
    orma_status st =
        store_node_links(g->profile->store, pk, incoming, &links, err);
    for (size_t i = 0; st == ORMA_OK && i < links.count; i++) {
        const store_link *link = &links.items[i];
        bool is_new = false;
        st = add_node(g, link->pk, &is_new, err);
        if (st != ORMA_OK)
            break;
        add_edge(g, incoming ? link->pk : pk, incoming ? pk : link->pk, link);
        if (is_new && next != NULL && !level_add(next, link->pk))
            st = error_no_memory(err);
    }
    return st;
}

static orma_status is_process_pk(struct graph *g, int64_t pk, bool *is_process,
                                 orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st = store_node(g->profile->store, pk, &n, err);
    if (st == ORMA_OK)
        *is_process = node_is_process(n->node_type);
    return st;
}

/* Level by level in one direction; `others`: for each process met, also its
 * links of the other direction. depth below 0: to the end. */
static orma_status walk(struct graph *g, bool incoming, int64_t depth,
                        bool others, orma_error **err)
{
    struct level now = {0}, next = {0};
    orma_status st =
        level_add(&now, g->origin) ? ORMA_OK : error_no_memory(err);
    for (int64_t d = 0;
         st == ORMA_OK && now.count > 0 && (depth < 0 || d < depth); d++) {
        next.count = 0;
        for (size_t i = 0; st == ORMA_OK && i < now.count; i++)
            st = expand(g, now.pks[i], incoming, &next, err);
        for (size_t i = 0; others && st == ORMA_OK && i < next.count; i++) {
            bool is_process = false;
            st = is_process_pk(g, next.pks[i], &is_process, err);
            if (st == ORMA_OK && is_process)
                st = expand(g, next.pks[i], !incoming, NULL, err);
        }
        const struct level swapped = now;
        now = next;
        next = swapped;
    }
    free(now.pks);
    free(next.pks);
    return st;
}

static orma_status read_options(struct graph *g, const json_object *options,
                                orma_error **err)
{
    static const char *const words[] = {
        [BY_PK] = "pk", [BY_UUID] = "uuid", [BY_LABEL] = "label"};
    const char *wanted = json_get_text(options, "identifier", "pk");
    orma_status st =
        fields_check(options, option_fields,
                     sizeof option_fields / sizeof *option_fields, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_equal(words[i], wanted))
            continue;
        g->identifier = (enum identifier)i;
        return ORMA_OK;
    }
    return error_set(err, ORMA_E_INVALID, "node", 0,
                     "identifier: \"%s\" is neither \"pk\", \"uuid\" nor "
                     "\"label\"",
                     wanted);
}

static orma_status draw(struct graph *g, const json_object *options,
                        orma_error **err)
{
    bool is_new = false;
    buf_text(&g->text, "digraph {\n    graph [rankdir=TB]\n");
    orma_status st = add_node(g, g->origin, &is_new, err);
    if (st == ORMA_OK)
        st = walk(g, true, json_get_int(options, "ancestor_depth", -1),
                  json_get_bool(options, "process_out", true), err);
    if (st == ORMA_OK)
        st = walk(g, false, json_get_int(options, "descendant_depth", -1),
                  json_get_bool(options, "process_in", true), err);
    buf_text(&g->text, "}\n");
    return st == ORMA_OK ? buf_status(&g->text, err) : st;
}

orma_status orma_node_graph(orma_profile *profile, const char *node_name,
                            orma_str options, char **dot, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *nodes = json_object_new_object();
    AUTO_JSON json_object *edges = json_object_new_object();
    AUTO_NODE node *origin = NULL;
    struct graph g = {.profile = profile, .nodes = nodes, .edges = edges};

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = read_options(&g, given, err);
    if (st == ORMA_OK)
        st = store_find_node(profile->store, node_name, NULL, &origin, err);
    if (st == ORMA_OK) {
        g.origin = origin->pk;
        st = draw(&g, given, err);
    }
    char *text = st == ORMA_OK ? buf_take(&g.text) : NULL;
    buf_free(&g.text);
    if (st == ORMA_OK && text == NULL)
        return error_no_memory(err);
    if (st == ORMA_OK)
        *dot = text;
    return st;
}
