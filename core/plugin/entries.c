/* The grammar of entries: one table for each kind.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/grammar.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/text.h>

static const key_rule deprecated_rules[] = {
    {"since", convert_text, NULL, false},
    {"use", convert_name, NULL, false},
    {NULL, NULL, NULL, false},
};

static const key_rule cache_rules[] = {
    {"version", convert_integer, NULL, false},
    {"invalidates_below", convert_integer, NULL, false},
    {NULL, NULL, NULL, false},
};

static const key_rule parser_cache_rules[] = {
    {"version", convert_integer, NULL, false},
    {NULL, NULL, NULL, false},
};

static const key_rule exit_code_rules[] = {
    {"status", convert_integer, NULL, true},
    {"message", convert_line, NULL, true},
    {"invalidates_cache", convert_flag, NULL, false},
    {NULL, NULL, NULL, false},
};

static const key_rule format_rules[] = {
    {"import", convert_texts, NULL, false},
    {"export", convert_texts, NULL, false},
    {NULL, NULL, NULL, false},
};

static const key_rule restart_rules[] = {
    {"process", convert_name, NULL, true},
    {"namespace", convert_word, NULL, true},
    {NULL, NULL, NULL, false},
};

static const key_rule handler_rules[] = {
    {"priority", convert_integer, NULL, false},
    {"exit_codes", convert_words, NULL, false},
    {"below", convert_integer, NULL, false},
    {"enabled", convert_flag, NULL, false},
    {"help", convert_text, NULL, false},
    {NULL, NULL, NULL, false},
};

static const char *const resources[] = {"nodes_processes",
                                        "parallel_environment", NULL};

static converter convert_exit_codes, convert_handlers, convert_outline;

#define COMMON                                                                 \
    {"interface", convert_text, NULL, false},                                  \
        {"summary", convert_line, NULL, false},                                \
        {"module", convert_text, NULL, false},                                 \
    {                                                                          \
        "deprecated", convert_map, deprecated_rules, false                     \
    }

#define PROCESS                                                                \
    COMMON, {"process_label", convert_word, NULL, false},                      \
        {"python_class", convert_text, NULL, false},                           \
        {"inputs", convert_ports, NULL, false},                                \
        {"outputs", convert_ports, NULL, false},                               \
        {"default_output", convert_word, NULL, false},                         \
        {"exit_codes", convert_exit_codes, NULL, false},                       \
    {                                                                          \
        "cache", convert_map, cache_rules, false                               \
    }

#define END                                                                    \
    {                                                                          \
        NULL, NULL, NULL, false                                                \
    }

static const key_rule calculation_rules[] = {
    PROCESS,
    {"options", convert_options, NULL, false},
    {"default_parser", convert_name, NULL, false},
    {"monitors", convert_words, NULL, false},
    END,
};

static const key_rule workflow_rules[] = {
    PROCESS,
    {"outline", convert_outline, NULL, false},
    {"handlers", convert_handlers, NULL, false},
    {"protocols", convert_literal, NULL, false},
    {"restart", convert_map, restart_rules, false},
    END,
};

static const key_rule data_rules[] = {
    COMMON,
    {"node_type", convert_text, NULL, true},
    {"python_class", convert_text, NULL, false},
    {"base", convert_name, NULL, false},
    {"attributes", convert_attributes, NULL, false},
    {"files", convert_literal, NULL, false},
    {"formats", convert_map, format_rules, false},
    END,
};

static const key_rule parser_rules[] = {
    COMMON,
    {"cache", convert_map, parser_cache_rules, false},
    END,
};

static const key_rule scheduler_rules[] = {
    COMMON,
    {"resource", convert_choice, resources, false},
    {"max_name_length", convert_integer, NULL, false},
    {"detects", convert_words, NULL, false},
    END,
};

static const key_rule transport_rules[] = {
    COMMON,
    {"auth", convert_plain_ports, NULL, false},
    {"safe_interval", convert_number, NULL, false},
    {"features", convert_words, NULL, false},
    END,
};

static const key_rule storage_rules[] = {
    COMMON,
    {"config", convert_plain_ports, NULL, false},
    END,
};

static const key_rule *const rules_of[KIND_COUNT] = {
    [KIND_CALCULATION] = calculation_rules,
    [KIND_PARSER] = parser_rules,
    [KIND_DATA] = data_rules,
    [KIND_SCHEDULER] = scheduler_rules,
    [KIND_TRANSPORT] = transport_rules,
    [KIND_WORKFLOW] = workflow_rules,
    [KIND_STORAGE] = storage_rules,
};

/* ---- exit codes and handlers ------------------------------------- */

/* A mapping of labels to mappings that one table describes. */
static bool convert_labelled(grammar *g, const tree *value,
                             const key_rule *rules, const char *what,
                             json_object **out)
{
    if (!grammar_is(g, value, TREE_MAP, value->key))
        return false;
    json_object *made = json_object_new_object();
    bool ok = made != NULL || grammar_no_memory(g);
    for (const tree *m = value->first; m != NULL && made != NULL; m = m->next) {
        json_object *label = NULL, *item = json_object_new_object();
        const tree key = {.text = m->key,
                          .key = what,
                          .line = m->key_line,
                          .column = m->key_column};
        const bool is_good = item != NULL &&
                             convert_word(g, &key, rules, &label) &&
                             grammar_mapping(g, m, rules, what, item);
        json_object_put(label);
        if (is_good)
            ok = grammar_set(g, made, m->key, item) && ok;
        else
            json_object_put(item);
        ok = ok && is_good;
    }
    if (ok)
        *out = made;
    else
        json_object_put(made);
    return ok;
}

static bool convert_exit_codes(grammar *g, const tree *value,
                               const key_rule *rule, json_object **out)
{
    (void)rule;
    return convert_labelled(g, value, exit_code_rules, "exit code", out);
}

static bool convert_handlers(grammar *g, const tree *value,
                             const key_rule *rule, json_object **out)
{
    (void)rule;
    return convert_labelled(g, value, handler_rules, "handler", out);
}

/* `cache.invalidates_below: N` is a shorthand for the codes below N. */
static bool apply_invalidates_below(grammar *g, json_object *entry)
{
    json_object *cache = json_get(entry, "cache");
    json_object *below = json_get(cache, "invalidates_below");

    if (below == NULL)
        return true;
    const int64_t limit = json_object_get_int64(below);
    json_object *codes = json_get(entry, "exit_codes");
    if (codes != NULL) {
        json_object_object_foreach(codes, label, code)
        {
            (void)label;
            if (json_get(code, "invalidates_cache") == NULL &&
                json_get_int(code, "status", 0) < limit &&
                !json_set_bool(code, "invalidates_cache", true))
                return grammar_no_memory(g);
        }
    }
    json_object_object_del(cache, "invalidates_below");
    return true;
}

/* ---- outline ----------------------------------------------------- */

static bool outline_steps(grammar *g, const tree *steps);

static bool outline_name(grammar *g, const tree *at, const char *name)
{
    const tree word = {
        .text = name, .key = "step", .line = at->line, .column = at->column};
    json_object *unused = NULL;
    const bool ok = convert_word(g, &word, NULL, &unused);

    json_object_put(unused);
    return ok;
}

/* `while NAME: […]`, `if NAME: […]`, `elif NAME: […]`, `else: […]`,
 * `return: LABEL`. *opens_if: an elif or else may follow. */
static bool outline_block(grammar *g, const tree *item, bool after_if,
                          bool *opens_if)
{
    static const char *const words[] = {"while ", "if ", "elif "};
    const tree *body = item->first;

    *opens_if = false;
    if (item->count != 1)
        return REFUSE(g, item, "one item of an outline is one step or block");
    if (strcmp(body->key, "return") == 0)
        return grammar_is(g, body, TREE_SCALAR, "return") &&
               outline_name(g, body, body->text);
    const bool continues =
        strcmp(body->key, "else") == 0 || text_starts(body->key, "elif ");
    if (continues && !after_if)
        return REFUSE(g, item, "\"%s\" does not follow an if", body->key);
    *opens_if =
        text_starts(body->key, "if ") || text_starts(body->key, "elif ");
    if (strcmp(body->key, "else") == 0)
        return outline_steps(g, body);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts(body->key, words[i]))
            return outline_name(g, item, body->key + strlen(words[i])) &&
                   outline_steps(g, body);
    return REFUSE(g, item, "\"%s\" is none of while, if, elif, else, return",
                  body->key);
}

static bool outline_steps(grammar *g, const tree *steps)
{
    bool ok = true, after_if = false;

    if (!grammar_is(g, steps, TREE_LIST, "an outline"))
        return false;
    if (steps->count == 0)
        return REFUSE(g, steps, "a block of the outline has no steps");
    for (const tree *m = steps->first; m != NULL; m = m->next) {
        bool opens_if = false;
        if (m->type == TREE_MAP)
            ok = outline_block(g, m, after_if, &opens_if) && ok;
        else
            ok = grammar_is(g, m, TREE_SCALAR, "a step") &&
                 outline_name(g, m, m->text) && ok;
        after_if = opens_if;
    }
    return ok;
}

static bool convert_outline(grammar *g, const tree *value, const key_rule *rule,
                            json_object **out)
{
    return outline_steps(g, value) && convert_literal(g, value, rule, out);
}

/* ---- the entry --------------------------------------------------- */

/* Rows written among the ports move to the entry's own "expose". */
static bool move_expose(grammar *g, json_object *entry)
{
    static const char *const sides[] = {"inputs", "outputs"};
    json_object *expose = NULL;

    for (size_t i = 0; i < 2; i++) {
        json_object *ports = json_get(entry, sides[i]);
        json_object *rows = json_get(ports, "expose");
        if (rows == NULL)
            continue;
        if (expose == NULL) {
            expose = json_object_new_object();
            if (expose == NULL || !grammar_set(g, entry, "expose", expose))
                return grammar_no_memory(g);
        }
        if (!grammar_set(g, expose, sides[i], json_object_get(rows)))
            return false;
        json_object_object_del(ports, "expose");
    }
    return true;
}

static bool remember_restart(grammar *g, const json_object *entry,
                             const tree *value)
{
    const tree *restart = tree_get(value, "restart");
    const tree *process = restart != NULL ? tree_get(restart, "process") : NULL;

    if (process == NULL || json_get(entry, "restart") == NULL)
        return true;
    if (g->expose_count == sizeof g->exposes / sizeof *g->exposes)
        return REFUSE(g, restart,
                      "more than 64 exposed processes in one entry");
    g->exposes[g->expose_count++] = process->text;
    return true;
}

static bool check_interface(grammar *g, enum plugin_kind kind,
                            const tree *entry)
{
    const tree *id = tree_get(entry, "interface");
    const char *expected = plugin_kind_interface(kind);
    const size_t len = strcspn(expected, "/") + 1;

    if (id == NULL || id->type != TREE_SCALAR ||
        strncmp(id->text, expected, len) == 0)
        return true;
    return REFUSE(g, id, "interface \"%s\" is not one of %s; write \"%s\"",
                  id->text, plugin_kind_word(kind), expected);
}

static bool check_node_type(grammar *g, const tree *entry)
{
    const tree *type = tree_get(entry, "node_type");

    if (type == NULL || type->type != TREE_SCALAR ||
        (text_starts(type->text, "data.") && text_ends(type->text, ".") &&
         type->len > 6 && type->len <= 255))
        return true;
    return REFUSE(g, type,
                  "node_type \"%s\" must begin with \"data.\" and end "
                  "with a full stop",
                  type->text);
}

json_object *entry_convert(grammar *g, enum plugin_kind kind, const tree *entry)
{
    json_object *made = json_object_new_object();

    if (made == NULL) {
        grammar_no_memory(g);
        return NULL;
    }
    g->expose_count = 0;
    /* `name:` with nothing behind it is an entry of defaults. */
    tree body = *entry;
    if (body.type == TREE_SCALAR && body.len == 0)
        body.type = TREE_MAP;
    bool ok = (json_set_text(made, "kind", plugin_kind_word(kind)) &&
               json_set_text(made, "name", entry->key)) ||
              grammar_no_memory(g);
    ok = grammar_mapping(g, &body, rules_of[kind], plugin_kind_singular(kind),
                         made) &&
         ok;
    if (body.type == TREE_MAP)
        ok = check_interface(g, kind, &body) &&
             (kind != KIND_DATA || check_node_type(g, &body)) && ok;
    ok = ok && apply_invalidates_below(g, made) && move_expose(g, made) &&
         (kind != KIND_WORKFLOW || remember_restart(g, made, &body));
    if (ok)
        return made;
    json_object_put(made);
    return NULL;
}
