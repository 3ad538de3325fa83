/* The provenance of a process as an indented tree, for people.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <orma/api/nodes.h>

#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define MAX_DEPTH 32

#define BRANCH "\u251c\u2500\u2500 "      /* ├── */
#define LAST_BRANCH "\u2514\u2500\u2500 " /* └── */
#define STEM "\u2502   "                  /* │ */
#define NO_STEM "    "

struct tree {
    orma_profile *profile;
    buf text;
    buf indent; /* of the present line, without its branch */
    int depth;
};

/* Which links make one part of the tree. */
struct part {
    const char *title;
    bool incoming;
    bool calls;
};

static const struct part parts[] = {
    {"inputs", true, false},
    {"called", false, true},
    {"outputs", false, false},
};

static bool belongs(const struct part *part, enum link_type type)
{
    const bool is_call = type == LINK_CALL_CALC || type == LINK_CALL_WORK;
    return is_call == part->calls;
}

/* Back to the indentation of `len` bytes. */
static void unindent(struct tree *t, size_t len)
{
    if (t->indent.ptr == NULL || t->indent.len <= len)
        return;
    t->indent.len = len;
    t->indent.ptr[len] = '\0';
}

static void begin_line(struct tree *t, bool is_last)
{
    buf_str(&t->text, buf_view(&t->indent));
    buf_text(&t->text, is_last ? LAST_BRANCH : BRANCH);
}

/* "Name (pk) summary". */
static void node_line(struct tree *t, const node *n)
{
    AUTO_BUF buf summary = {0};
    AUTO_FREE char *name = node_display_name(n);
    node_summary(t->profile, n, &summary);
    buf_printf(&t->text, "%s (%lld)%s%s\n", name != NULL ? name : n->node_type,
               (long long)n->pk, summary.len > 0 ? " " : "",
               buf_c_str(&summary));
}

static orma_status process_parts(struct tree *t, const node *process,
                                 orma_error **err);

static orma_status link_line(struct tree *t, const store_link *link,
                             bool is_last, orma_error **err)
{
    AUTO_NODE node *end = NULL;
    const size_t indent = t->indent.len;

    orma_status st = store_node(t->profile->store, link->pk, &end, err);
    if (st != ORMA_OK)
        return st;
    begin_line(t, is_last);
    buf_printf(&t->text, "%s: ", link->label);
    node_line(t, end);
    if (!node_is_process(end->node_type) || link->type == LINK_CREATE ||
        t->depth >= MAX_DEPTH)
        return ORMA_OK;
    buf_text(&t->indent, is_last ? NO_STEM : STEM);
    t->depth++;
    st = process_parts(t, end, err);
    t->depth--;
    unindent(t, indent);
    return st;
}

static orma_status part_lines(struct tree *t, const struct part *part,
                              const store_links *links, size_t count,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    size_t done = 0;
    for (size_t i = 0; st == ORMA_OK && i < links->count; i++)
        if (belongs(part, links->items[i].type))
            st = link_line(t, &links->items[i], ++done == count, err);
    return st;
}

static orma_status process_parts(struct tree *t, const node *process,
                                 orma_error **err)
{
    enum { PARTS = sizeof parts / sizeof *parts };
    store_links links[2] = {{0}, {0}}; /* outgoing, incoming */
    size_t counts[PARTS] = {0}, last = PARTS;

    orma_status st =
        store_node_links(t->profile->store, process->pk, false, &links[0], err);
    if (st == ORMA_OK)
        st = store_node_links(t->profile->store, process->pk, true, &links[1],
                              err);
    for (size_t k = 0; st == ORMA_OK && k < PARTS; k++) {
        const store_links *all = &links[parts[k].incoming];
        for (size_t i = 0; i < all->count; i++)
            if (belongs(&parts[k], all->items[i].type))
                counts[k]++;
        if (counts[k] > 0)
            last = k;
    }
    for (size_t k = 0; st == ORMA_OK && k < PARTS; k++) {
        if (counts[k] == 0)
            continue;
        const size_t indent = t->indent.len;
        begin_line(t, k == last);
        buf_printf(&t->text, "%s\n", parts[k].title);
        buf_text(&t->indent, k == last ? NO_STEM : STEM);
        st =
            part_lines(t, &parts[k], &links[parts[k].incoming], counts[k], err);
        unindent(t, indent);
    }
    store_links_finish(&links[0]);
    store_links_finish(&links[1]);
    return st;
}

orma_status orma_node_tree(orma_profile *profile, const char *node_name,
                           char **text, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    struct tree t = {.profile = profile};

    orma_status st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    node_line(&t, n);
    st = process_parts(&t, n, err);
    if (st == ORMA_OK)
        st = buf_status(&t.text, err);
    char *taken = st == ORMA_OK ? buf_take(&t.text) : NULL;
    buf_free(&t.text);
    buf_free(&t.indent);
    if (st == ORMA_OK && taken == NULL)
        return error_no_memory(err);
    if (st == ORMA_OK)
        *text = taken;
    return st;
}
