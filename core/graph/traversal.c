/* AiiDA's rules for export and deletion, as a table.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/traversal.h>

#include <stdio.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/text.h>

#define RULE_NAME_MAX 32 /* "input_calc_backward" */

typedef struct default_rule {
    bool is_on;
    bool is_fixed;
} default_rule;

typedef struct link_defaults {
    default_rule forward, backward;
} link_defaults;

#define ON_FIXED                                                               \
    {                                                                          \
        true, true                                                             \
    }
#define ON                                                                     \
    {                                                                          \
        true, false                                                            \
    }
#define OFF_FIXED                                                              \
    {                                                                          \
        false, true                                                            \
    }
#define OFF                                                                    \
    {                                                                          \
        false, false                                                           \
    }

/* aiida/common/links.py, GraphTraversalRules (AiiDA 2.9). */
static const link_defaults defaults[][LINK_TYPE_COUNT] = {
    [TRAVERSE_EXPORT] =
        {
            [LINK_INPUT_CALC] = {OFF, ON_FIXED},
            [LINK_INPUT_WORK] = {OFF, ON_FIXED},
            [LINK_CREATE] = {ON_FIXED, ON},
            [LINK_RETURN] = {ON_FIXED, OFF},
            [LINK_CALL_CALC] = {ON_FIXED, ON},
            [LINK_CALL_WORK] = {ON_FIXED, ON},
        },
    [TRAVERSE_DELETE] =
        {
            [LINK_INPUT_CALC] = {ON_FIXED, OFF_FIXED},
            [LINK_INPUT_WORK] = {ON_FIXED, OFF_FIXED},
            [LINK_CREATE] = {ON, ON_FIXED},
            [LINK_RETURN] = {OFF_FIXED, ON_FIXED},
            [LINK_CALL_CALC] = {ON, ON_FIXED},
            [LINK_CALL_WORK] = {ON, ON_FIXED},
        },
};

static const char *const purposes[] = {
    [TRAVERSE_EXPORT] = "an export",
    [TRAVERSE_DELETE] = "a deletion",
};

void traversal_defaults(enum traversal_purpose purpose, traversal_rules *out)
{
    for (size_t i = 0; i < LINK_TYPE_COUNT; i++) {
        out->forward[i] = defaults[purpose][i].forward.is_on;
        out->backward[i] = defaults[purpose][i].backward.is_on;
    }
}

static const char *rule_name(size_t type, bool is_forward, char *out)
{
    snprintf(out, RULE_NAME_MAX, "%s_%s", link_type_word((enum link_type)type),
             is_forward ? "forward" : "backward");
    return out;
}

/* The rule of this name within rules; NULL: there is none. */
static bool *find_rule(enum traversal_purpose purpose, traversal_rules *rules,
                       const char *name, const default_rule **found)
{
    char known[RULE_NAME_MAX];

    for (size_t i = 0; i < LINK_TYPE_COUNT; i++) {
        const link_defaults *of_link = &defaults[purpose][i];
        if (text_equal(name, rule_name(i, true, known))) {
            *found = &of_link->forward;
            return &rules->forward[i];
        }
        if (text_equal(name, rule_name(i, false, known))) {
            *found = &of_link->backward;
            return &rules->backward[i];
        }
    }
    return NULL;
}

/* "create_forward, call_calc_forward, …": those that may be set. */
static void hint_free_rules(enum traversal_purpose purpose, orma_error **err)
{
    char name[RULE_NAME_MAX];
    AUTO_BUF buf names = {0};

    for (size_t i = 0; i < LINK_TYPE_COUNT; i++) {
        const link_defaults *of_link = &defaults[purpose][i];
        if (!of_link->forward.is_fixed)
            buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
                       rule_name(i, true, name));
        if (!of_link->backward.is_fixed)
            buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
                       rule_name(i, false, name));
    }
    error_hint(err, "the rules to choose of %s are %s", purposes[purpose],
               buf_c_str(&names));
}

static orma_status set_rule(enum traversal_purpose purpose, const char *name,
                            const json_object *value, traversal_rules *rules,
                            orma_error **err)
{
    const default_rule *standard = NULL;
    bool *rule = find_rule(purpose, rules, name, &standard);

    if (rule == NULL || standard->is_fixed) {
        const orma_status st =
            rule == NULL
                ? error_set(err, ORMA_E_INVALID, "graph", 0,
                            "\"%.80s\" is no rule for following links", name)
                : error_set(err, ORMA_E_INVALID, "graph", 0,
                            "rule \"%s\" is fixed for %s", name,
                            purposes[purpose]);
        hint_free_rules(purpose, err);
        return st;
    }
    if (!json_object_is_type(value, json_type_boolean))
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "rule \"%s\" is true or false", name);
    *rule = json_object_get_boolean(value);
    return ORMA_OK;
}

orma_status traversal_set(enum traversal_purpose purpose,
                          const json_object *given, traversal_rules *rules,
                          orma_error **err)
{
    traversal_rules made = *rules;
    orma_status st = ORMA_OK;

    if (given == NULL)
        return ORMA_OK;
    if (!json_object_is_type(given, json_type_object))
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "rules for following links are an object of names "
                         "with true or false");
    json_object_object_foreach(given, name, value) if (st == ORMA_OK) st =
        set_rule(purpose, name, value, &made, err);
    if (st == ORMA_OK)
        *rules = made;
    return st;
}

json_object *traversal_json(const traversal_rules *rules)
{
    json_object *all = json_object_new_object();
    char name[RULE_NAME_MAX];
    bool is_made = all != NULL;

    for (size_t i = 0; is_made && i < LINK_TYPE_COUNT; i++)
        is_made =
            json_set_bool(all, rule_name(i, true, name), rules->forward[i]) &&
            json_set_bool(all, rule_name(i, false, name), rules->backward[i]);
    if (!is_made) {
        json_object_put(all);
        return NULL;
    }
    return all;
}
