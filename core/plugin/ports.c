/* The grammar of ports: types, shorthands, namespaces, exposed processes.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/grammar.h>

#include <regex.h>
#include <string.h>

#include <base/text.h>

/* What the types of a port may be, and what it hands on to its children. */
typedef struct port_context {
    bool is_plain;     /* auth, config, options: plain words only */
    bool has_free_names; /* attributes */
    bool metadata, non_db; /* inherited */
} port_context;

static const port_context node_ports = {0};
static const port_context plain_ports = {.is_plain = true};
static const port_context attribute_ports = {.is_plain = true,
                                             .has_free_names = true};

static const char *const plain_words[] = {"str",  "int",  "float",   "bool",
                                          "list", "dict", "computer"};
enum { PLAIN_WORD_COUNT = sizeof plain_words / sizeof *plain_words };

static converter convert_choice_list, convert_pattern, convert_length;

static const key_rule value_rules[] = {
    {"type", NULL, NULL, false}, /* with the shorthand, in read_types() */
    {"required", convert_flag, NULL, false},
    {"default", convert_literal, NULL, false},
    {"default_from", convert_word, NULL, false},
    {"validate", convert_word, NULL, false},
    {"choices", convert_choice_list, NULL, false},
    {"minimum", convert_number, NULL, false},
    {"maximum", convert_number, NULL, false},
    {"pattern", convert_pattern, NULL, false},
    {"length", convert_length, NULL, false},
    {"non_db", convert_flag, NULL, false},
    {"metadata", convert_flag, NULL, false},
    {"pass_to_parser", convert_flag, NULL, false},
    {"unit", convert_line, NULL, false},
    {"help", convert_text, NULL, false},
    {NULL, NULL, NULL, false},
};

/* "ports", "dynamic" and "expose" depend on what is inherited. */
static const key_rule namespace_rules[] = {
    {"ports", NULL, NULL, false},
    {"dynamic", NULL, NULL, false},
    {"expose", NULL, NULL, false},
    {"nested", convert_flag, NULL, false},
    {"populate_defaults", convert_flag, NULL, false},
    {"required", convert_flag, NULL, false},
    {"validate", convert_word, NULL, false},
    {"non_db", convert_flag, NULL, false},
    {"metadata", convert_flag, NULL, false},
    {"unit", convert_line, NULL, false},
    {"help", convert_text, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool has_any_key(const tree *map, const key_rule *rules)
{
    for (const key_rule *r = rules; r->key != NULL; r++)
        if (tree_get(map, r->key) != NULL)
            return true;
    return false;
}

static bool is_namespace(const tree *map)
{
    static const key_rule marks[] = {
        {"ports", NULL, NULL, false},  {"dynamic", NULL, NULL, false},
        {"expose", NULL, NULL, false}, {"nested", NULL, NULL, false},
        {"populate_defaults", NULL, NULL, false}, {NULL, NULL, NULL, false},
    };
    return has_any_key(map, marks);
}

static bool convert_choice_list(grammar *g, const tree *value, const key_rule *rule,
                                json_object **out)
{
    if (!grammar_is(g, value, TREE_LIST, "choices"))
        return false;
    if (value->count == 0)
        return REFUSE(g, value, "choices are empty");
    return convert_literal(g, value, rule, out);
}

static bool convert_pattern(grammar *g, const tree *value, const key_rule *rule,
                            json_object **out)
{
    regex_t compiled;
    char reason[120];

    if (!grammar_is(g, value, TREE_SCALAR, "pattern"))
        return false;
    const int failure =
        regcomp(&compiled, value->text, REG_EXTENDED | REG_NOSUB);
    if (failure != 0) {
        regerror(failure, &compiled, reason, sizeof reason);
        return REFUSE(g, value, "pattern \"%s\" is no POSIX extended regular "
                      "expression: %s", value->text, reason);
    }
    regfree(&compiled);
    return convert_text(g, value, rule, out);
}

static bool convert_length(grammar *g, const tree *value, const key_rule *rule,
                           json_object **out)
{
    if (value->type == TREE_SCALAR)
        return convert_integer(g, value, rule, out);
    if (value->type != TREE_LIST || value->count != 2)
        return REFUSE(g, value, "length must be a number or [least, most]");
    json_object *list = json_object_new_array();
    bool ok = list != NULL || grammar_no_memory(g);
    for (const tree *m = value->first; ok && m != NULL; m = m->next) {
        json_object *item = NULL;
        ok = convert_integer(g, m, rule, &item);
        if (ok && json_object_array_add(list, item) != 0) {
            json_object_put(item);
            ok = grammar_no_memory(g);
        }
    }
    if (ok)
        *out = list;
    else
        json_object_put(list);
    return ok;
}

/* ---- types ------------------------------------------------------- */

static bool is_plain_word(const char *word)
{
    for (size_t i = 0; i < PLAIN_WORD_COUNT; i++)
        if (strcmp(word, plain_words[i]) == 0)
            return true;
    return false;
}

static bool check_type(grammar *g, const tree *at, const char *word,
                       const port_context *context)
{
    const bool is_plain = is_plain_word(word);

    if (context->is_plain || context->metadata)
        return is_plain ||
               REFUSE(g, at, "type \"%s\" is none of str int float bool list "
                      "dict computer%s", word,
                      grammar_suggestion(g, word, plain_words,
                                         PLAIN_WORD_COUNT));
    if (is_plain && !context->non_db)
        return REFUSE(g, at, "type \"%s\" is a plain type, for metadata only; "
                      "a node has a data entry point, such as \"core.%s\"",
                      word, word);
    return name_is_entry_point(word) ||
           REFUSE(g, at, "type \"%s\" is not the name of a data entry point",
                  word);
}

static bool add_type(grammar *g, const tree *at, const char *word,
                     const port_context *context, json_object *types)
{
    if (!check_type(g, at, word, context))
        return false;
    json_object *text = json_object_new_string(word);
    if (text != NULL && json_object_array_add(types, text) == 0)
        return true;
    json_object_put(text);
    return grammar_no_memory(g);
}

/* The word after "optional", or the text itself. */
static const char *strip_optional(const char *text, bool *is_optional)
{
    static const char word[] = "optional";

    *is_optional = text_starts(text, word) && (text[sizeof word - 1] == ' ' ||
                                               text[sizeof word - 1] == '\0');
    if (!*is_optional)
        return text;
    text += sizeof word - 1;
    return text + strspn(text, " ");
}

/* Reads "core.dict", "optional core.dict", "" (any) or a list into *types,
 * which stays NULL for any. */
static bool read_types(grammar *g, const tree *value,
                       const port_context *context, bool *is_optional,
                       json_object **types)
{
    *is_optional = false;
    if (value->type == TREE_MAP)
        return REFUSE(g, value, "type must be a name or a list of names");
    json_object *list = json_object_new_array();
    if (list == NULL)
        return grammar_no_memory(g);
    bool ok = true;
    if (value->type == TREE_SCALAR) {
        const char *word = strip_optional(value->text, is_optional);
        const bool is_any = *word == '\0' || strcmp(word, "~") == 0 ||
                            strcmp(word, "null") == 0;
        ok = is_any || add_type(g, value, word, context, list);
    }
    for (const tree *m = value->type == TREE_LIST ? value->first : NULL;
         m != NULL; m = m->next)
        ok = grammar_is(g, m, TREE_SCALAR, "a type") &&
             add_type(g, m, m->text, context, list) && ok;
    if (ok && json_object_array_length(list) > 0)
        *types = list;
    else
        json_object_put(list);
    return ok;
}

/* ---- ports ------------------------------------------------------- */

static bool ports_convert(grammar *g, const tree *map,
                          const port_context *context, json_object **out);
static bool expose_convert(grammar *g, const tree *list, json_object **out);

/* true and an empty list are any type. */
static bool convert_dynamic(grammar *g, const tree *value,
                            const port_context *context, json_object **out)
{
    json_object *types = NULL;
    bool is_optional = false;

    if (value->type == TREE_SCALAR && value->is_plain &&
        strcmp(value->text, "false") == 0)
        return REFUSE(g, value, "dynamic is a type or true; leave it out "
                      "for a namespace that is not");
    const bool is_any = value->type == TREE_SCALAR && value->is_plain &&
                        strcmp(value->text, "true") == 0;
    if (!is_any && !read_types(g, value, context, &is_optional, &types))
        return false;
    if (is_optional) {
        json_object_put(types);
        return REFUSE(g, value, "names of a dynamic namespace are always "
                      "optional; leave the word out");
    }
    *out = types != NULL ? types : json_object_new_array();
    return *out != NULL || grammar_no_memory(g);
}

static void inherit(const port_context *from, const json_object *port,
                    port_context *to)
{
    *to = *from;
    to->metadata = json_get_bool(port, "metadata", from->metadata);
    to->non_db = json_get_bool(port, "non_db", from->non_db);
}

/* "required" is always there, and what a port inherits. */
static bool resolve_flags(grammar *g, const port_context *context,
                          bool required, json_object *port)
{
    bool ok = json_set_bool(port, "required", required);

    if (context->metadata && ok)
        ok = json_set_bool(port, "metadata", true);
    if (context->non_db && ok)
        ok = json_set_bool(port, "non_db", true);
    return ok || grammar_no_memory(g);
}

static bool namespace_members(grammar *g, const tree *map,
                              const port_context *context, json_object *port)
{
    const tree *ports = tree_get(map, "ports");
    const tree *dynamic = tree_get(map, "dynamic");
    const tree *expose = tree_get(map, "expose");
    json_object *value = NULL;
    bool ok = true;

    if (ports != NULL) {
        ok = ports_convert(g, ports, context, &value);
        json_object *inner = json_get(value, "expose");
        if (inner != NULL) { /* written among the ports */
            ok = grammar_set(g, port, "expose", json_object_get(inner)) && ok;
            json_object_object_del(value, "expose");
        }
        ok = ok && grammar_set(g, port, "ports", value);
        value = NULL;
    }
    if (dynamic != NULL)
        ok = convert_dynamic(g, dynamic, context, &value) &&
             grammar_set(g, port, "dynamic", value) && ok;
    value = NULL;
    if (expose != NULL)
        ok = expose_convert(g, expose, &value) &&
             grammar_set(g, port, "expose", value) && ok;
    return ok;
}

static bool namespace_convert(grammar *g, const tree *map,
                              const port_context *context, json_object *port)
{
    port_context own;

    if (!json_set_bool(port, "namespace", true))
        return grammar_no_memory(g);
    bool ok = grammar_mapping(g, map, namespace_rules, "a namespace", port);
    inherit(context, port, &own);
    ok = namespace_members(g, map, &own, port) && ok;
    return resolve_flags(g, &own, json_get_bool(port, "required", true),
                         port) && ok;
}

static bool value_convert(grammar *g, const tree *value,
                          const port_context *context, json_object *port)
{
    const bool is_map = value->type == TREE_MAP;
    const tree *type = is_map ? tree_get(value, "type") : value;
    json_object *types = NULL;
    bool is_optional = false, ok = true;
    port_context own = *context;

    if (is_map) {
        ok = grammar_mapping(g, value, value_rules, "a port", port);
        inherit(context, port, &own);
    }
    if (type != NULL)
        ok = read_types(g, type, &own, &is_optional, &types) && ok;
    if (types != NULL)
        ok = grammar_set(g, port, "types", types) && ok;
    if (is_optional && json_get_bool(port, "required", false))
        ok = REFUSE(g, value, "the port is both optional and required");
    const bool has_default =
        is_map && (tree_get(value, "default") != NULL ||
                   tree_get(value, "default_from") != NULL);
    const bool required = !is_optional && !has_default &&
                          json_get_bool(port, "required", true);
    return resolve_flags(g, &own, required, port) && ok;
}

static bool port_convert(grammar *g, const tree *value,
                         const port_context *context, json_object **out)
{
    if (value->type == TREE_LIST)
        return REFUSE(g, value, "a port is a type or a mapping; write "
                      "{type: [...]} for one of several types");
    json_object *port = json_object_new_object();
    if (port == NULL)
        return grammar_no_memory(g);
    const bool ok = value->type == TREE_MAP && is_namespace(value)
                        ? namespace_convert(g, value, context, port)
                        : value_convert(g, value, context, port);
    if (ok)
        *out = port;
    else
        json_object_put(port);
    return ok;
}

static bool check_name(grammar *g, const tree *member,
                       const port_context *context)
{
    if (context->has_free_names || text_is_port_name(member->key))
        return true;
    return grammar_refuse(g, member->key_line, member->key_column,
                          "\"%s\" cannot be a port's name: letters, digits and "
                          "single underscores inside, no Python keyword",
                          member->key);
}

static bool ports_convert(grammar *g, const tree *map,
                          const port_context *context, json_object **out)
{
    if (!grammar_is(g, map, TREE_MAP, map->key))
        return false;
    json_object *ports = json_object_new_object();
    bool ok = ports != NULL || grammar_no_memory(g);
    for (const tree *m = map->first; m != NULL && ports != NULL; m = m->next) {
        json_object *port = NULL;
        bool is_good;
        if (strcmp(m->key, "expose") == 0 && !context->is_plain)
            is_good = expose_convert(g, m, &port);
        else
            is_good = check_name(g, m, context) &&
                      port_convert(g, m, context, &port);
        ok = is_good && grammar_set(g, ports, m->key, port) && ok;
    }
    if (ok)
        *out = ports;
    else
        json_object_put(ports);
    return ok;
}

bool convert_ports(grammar *g, const tree *value, const key_rule *rule,
                   json_object **out)
{
    (void)rule;
    return ports_convert(g, value, &node_ports, out);
}

bool convert_plain_ports(grammar *g, const tree *value, const key_rule *rule,
                         json_object **out)
{
    (void)rule;
    return ports_convert(g, value, &plain_ports, out);
}

bool convert_attributes(grammar *g, const tree *value, const key_rule *rule,
                        json_object **out)
{
    (void)rule;
    return ports_convert(g, value, &attribute_ports, out);
}

/* ---- options ----------------------------------------------------- */

/* A default alone: whatever is not a mapping with a port's keys. */
static bool option_default(grammar *g, const tree *value, json_object **out)
{
    json_object *fallback = NULL;
    bool is_optional = false;

    if (value->type == TREE_SCALAR && value->is_plain &&
        is_plain_word(strip_optional(value->text, &is_optional)) &&
        is_optional)
        return REFUSE(g, value, "an option's bare value is its default; write "
                      "{type: %s}", value->text);
    if (!convert_literal(g, value, NULL, &fallback))
        return false;
    json_object *port = json_object_new_object();
    if (port == NULL) {
        json_object_put(fallback);
        return grammar_no_memory(g);
    }
    if (grammar_set(g, port, "default", fallback) &&
        (json_set_bool(port, "required", false) || grammar_no_memory(g))) {
        *out = port;
        return true;
    }
    json_object_put(port);
    return false;
}

bool convert_options(grammar *g, const tree *value, const key_rule *rule,
                     json_object **out)
{
    (void)rule;
    if (!grammar_is(g, value, TREE_MAP, "options"))
        return false;
    json_object *options = json_object_new_object();
    bool ok = options != NULL || grammar_no_memory(g);
    for (const tree *m = value->first; m != NULL && options != NULL;
         m = m->next) {
        const bool is_port = m->type == TREE_MAP &&
                             (has_any_key(m, value_rules) || is_namespace(m));
        json_object *port = NULL;
        ok = check_name(g, m, &plain_ports) &&
             (is_port ? port_convert(g, m, &plain_ports, &port)
                      : option_default(g, m, &port)) &&
             grammar_set(g, options, m->key, port) && ok;
    }
    if (ok)
        *out = options;
    else
        json_object_put(options);
    return ok;
}

/* ---- expose ------------------------------------------------------ */

/* A port's name, or several joined by dots. */
static bool is_port_path(const char *path)
{
    char name[256];

    for (;;) {
        const size_t len = strcspn(path, ".");
        if (len >= sizeof name)
            return false;
        memcpy(name, path, len);
        name[len] = '\0';
        if (!text_is_port_name(name))
            return false;
        if (path[len] == '\0')
            return true;
        path += len + 1;
    }
}

static bool convert_port_path(grammar *g, const tree *value, const key_rule *rule,
                              json_object **out)
{
    if (!convert_text(g, value, rule, out))
        return false;
    if (is_port_path(value->text))
        return true;
    json_object_put(*out);
    *out = NULL;
    return REFUSE(g, value, "%s \"%s\" is not the name of a port", rule->key,
                  value->text);
}

static const key_rule expose_rules[] = {
    {"process", convert_name, NULL, true},
    {"into", convert_port_path, NULL, false},
    {"include", convert_texts, NULL, false},
    {"exclude", convert_texts, NULL, false},
    {"required", convert_flag, NULL, false},
    {"populate_defaults", convert_flag, NULL, false},
    {NULL, NULL, NULL, false},
};

static bool remember_exposed(grammar *g, const tree *row)
{
    const tree *process = tree_get(row, "process");

    for (size_t i = 0; i < g->expose_count; i++)
        if (strcmp(g->exposes[i], process->text) == 0)
            return true;
    if (g->expose_count == sizeof g->exposes / sizeof *g->exposes)
        return REFUSE(g, row, "more than 64 exposed processes in one entry");
    g->exposes[g->expose_count++] = process->text;
    return true;
}

static bool expose_row(grammar *g, const tree *row, json_object *list)
{
    json_object *made = json_object_new_object();
    bool ok = made != NULL || grammar_no_memory(g);

    ok = ok && grammar_mapping(g, row, expose_rules, "an exposed process", made);
    if (ok && tree_get(row, "include") != NULL &&
        tree_get(row, "exclude") != NULL)
        ok = REFUSE(g, row, "include and exclude cannot be given together");
    ok = ok && remember_exposed(g, row);
    if (ok && json_object_array_add(list, made) == 0)
        return true;
    json_object_put(made);
    return ok ? grammar_no_memory(g) : false;
}

static bool expose_convert(grammar *g, const tree *list, json_object **out)
{
    if (!grammar_is(g, list, TREE_LIST, "expose"))
        return false;
    json_object *rows = json_object_new_array();
    bool ok = rows != NULL || grammar_no_memory(g);
    for (const tree *m = list->first; m != NULL && rows != NULL; m = m->next)
        ok = expose_row(g, m, rows) && ok;
    if (ok)
        *out = rows;
    else
        json_object_put(rows);
    return ok;
}
