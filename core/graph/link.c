/* The rules of links, as tables.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/link.h>

#include <stdio.h>

#include <base/error.h>
#include <base/text.h>

typedef struct link_rule {
    const char *word;
    enum node_class source, target;
    enum link_uniqueness outgoing, incoming;
} link_rule;

/* aiida/orm/utils/links.py, link_mapping (AiiDA 2.9). */
static const link_rule rules[LINK_TYPE_COUNT] = {
    [LINK_CREATE] = {"create", NODE_CALCULATION, NODE_DATA, LINK_UNIQUE_LABEL,
                     LINK_UNIQUE_DEGREE},
    [LINK_RETURN] = {"return", NODE_WORKFLOW, NODE_DATA, LINK_UNIQUE_LABEL,
                     LINK_UNIQUE_TRIPLE},
    [LINK_INPUT_CALC] = {"input_calc", NODE_DATA, NODE_CALCULATION,
                         LINK_UNIQUE_TRIPLE, LINK_UNIQUE_LABEL},
    [LINK_INPUT_WORK] = {"input_work", NODE_DATA, NODE_WORKFLOW,
                         LINK_UNIQUE_TRIPLE, LINK_UNIQUE_LABEL},
    [LINK_CALL_CALC] = {"call_calc", NODE_WORKFLOW, NODE_CALCULATION,
                        LINK_UNIQUE_TRIPLE, LINK_UNIQUE_DEGREE},
    [LINK_CALL_WORK] = {"call_work", NODE_WORKFLOW, NODE_WORKFLOW,
                        LINK_UNIQUE_TRIPLE, LINK_UNIQUE_DEGREE},
};

static const char *const class_words[] = {
    [NODE_DATA] = "a data node",
    [NODE_CALCULATION] = "a calculation",
    [NODE_WORKFLOW] = "a workflow",
    [NODE_OTHER] = "another node",
};

const char *link_type_word(enum link_type type)
{
    return rules[type].word;
}

bool link_type_parse(const char *word, enum link_type *type)
{
    for (size_t i = 0; i < LINK_TYPE_COUNT; i++)
        if (text_equal(rules[i].word, word)) {
            *type = (enum link_type)i;
            return true;
        }
    return false;
}

bool link_fits(enum link_type type, enum node_class source,
               enum node_class target)
{
    return rules[type].source == source && rules[type].target == target;
}

enum link_uniqueness link_outgoing_rule(enum link_type type)
{
    return rules[type].outgoing;
}

enum link_uniqueness link_incoming_rule(enum link_type type)
{
    return rules[type].incoming;
}

/* "12 (data.core.int.Int.)", or the UUID of a node without pk. */
static const char *end_name(const node *n, char *out, size_t capacity)
{
    char uuid[37];

    if (n->pk > 0) {
        snprintf(out, capacity, "%lld (%s)", (long long)n->pk, n->node_type);
    } else {
        uuid_format(&n->uuid, uuid);
        snprintf(out, capacity, "%s (%s)", uuid, n->node_type);
    }
    return out;
}

static orma_status refuse(const link_rule *rule, const node *source,
                          const node *target, const char *why, orma_error **err)
{
    char from[320], to[320];
    return error_set(err, ORMA_E_REFUSED, "graph", 0,
                     "%s link from node %s to node %s is not allowed: %s",
                     rule->word, end_name(source, from, sizeof from),
                     end_name(target, to, sizeof to), why);
}

orma_status link_check(enum link_type type, const node *source,
                       const node *target, const char *label, bool new_target,
                       orma_error **err)
{
    const link_rule *rule = &rules[type];

    if (!text_is_link_label(label)) {
        const orma_status st = error_set(
            err, ORMA_E_INVALID, "graph", 0,
            "label \"%.200s\" of a %s link is not valid", label, rule->word);
        error_hint(err, "use letters, digits and \"_\", neither beginning nor "
                        "ending with \"_\", no digit first, no Python keyword");
        return st;
    }
    if (uuid_equal(&source->uuid, &target->uuid))
        return refuse(rule, source, target, "a node cannot be linked to itself",
                      err);
    if (node_class_of(source->node_type) != rule->source ||
        node_class_of(target->node_type) != rule->target) {
        char why[96];
        snprintf(why, sizeof why, "it leads from %s to %s",
                 class_words[rule->source], class_words[rule->target]);
        return refuse(rule, source, target, why, err);
    }
    if (node_is_sealed(source))
        return refuse(rule, source, target, "the source is sealed", err);
    if (node_is_sealed(target))
        return refuse(rule, source, target, "the target is sealed", err);
    if (!new_target && type == LINK_CREATE)
        return refuse(rule, source, target,
                      "the data was stored before, so something else made it",
                      err);
    if (!new_target && rule->target != NODE_DATA)
        return refuse(rule, source, target,
                      "the process is stored, so its incoming links are fixed",
                      err);
    return ORMA_OK;
}
