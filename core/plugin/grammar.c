/* Reading mappings by tables, and the converters of single values.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/grammar.h>

#include <stdarg.h>
#include <string.h>

#include <base/text.h>
#include <base/yaml.h>

static void add_note(grammar *g, bool is_error, size_t line, size_t column,
                     const char *fmt, va_list args) ORMA_PRINTF(5, 0);

static void add_note(grammar *g, bool is_error, size_t line, size_t column,
                     const char *fmt, va_list args)
{
    manifest_notes *notes = g->notes;
    AUTO_BUF buf text = {0};

    if (is_error)
        g->error_count++;
    if (notes->count == sizeof notes->items / sizeof *notes->items)
        return;
    buf_printf(&text, "%s:%zu:%zu: ", g->file, line, column);
    buf_vprintf(&text, fmt, args);
    const char *copy = arena_strdup(g->memory, buf_c_str(&text));
    if (copy == NULL || text.failed)
        g->no_memory = true;
    else
        notes->items[notes->count++] = (manifest_note){is_error, copy};
}

bool grammar_refuse(grammar *g, size_t line, size_t column, const char *fmt,
                    ...)
{
    va_list args;

    va_start(args, fmt);
    add_note(g, true, line, column, fmt, args);
    va_end(args);
    return false;
}

void grammar_warn(grammar *g, const tree *member, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_note(g, false, member->key_line, member->key_column, fmt, args);
    va_end(args);
}

bool grammar_no_memory(grammar *g)
{
    g->no_memory = true;
    return false;
}

bool grammar_set(grammar *g, json_object *object, const char *key,
                 json_object *value)
{
    return json_set(object, key, value) || grammar_no_memory(g);
}

const char *grammar_suggestion(grammar *g, const char *word,
                               const char *const *candidates, size_t n)
{
    const char *closest = text_closest(word, candidates, n);
    AUTO_BUF buf text = {0};

    if (closest == NULL)
        return "";
    buf_printf(&text, "; did you mean \"%s\"?", closest);
    const char *copy = arena_strdup(g->memory, buf_c_str(&text));
    return copy != NULL ? copy : "";
}

static void refuse_key(grammar *g, const tree *member, const key_rule *rules,
                       const char *what)
{
    const char *keys[64];
    size_t n = 0;

    for (const key_rule *r = rules; r->key != NULL && n < 64; r++)
        keys[n++] = r->key;
    grammar_refuse(g, member->key_line, member->key_column,
                   "unknown key \"%s\" in %s%s", member->key, what,
                   grammar_suggestion(g, member->key, keys, n));
}

static const key_rule *find_rule(const key_rule *rules, const char *key)
{
    for (const key_rule *r = rules; r->key != NULL; r++)
        if (strcmp(r->key, key) == 0)
            return r;
    return NULL;
}

bool grammar_mapping(grammar *g, const tree *map, const key_rule *rules,
                     const char *what, json_object *into)
{
    static const key_rule free_key = {.convert = convert_literal};
    bool ok = true;

    if (!grammar_is(g, map, TREE_MAP, what))
        return false;
    for (const tree *m = map->first; m != NULL; m = m->next) {
        const key_rule *found = text_starts(m->key, "x-") ? &free_key
                                                      : find_rule(rules, m->key);
        json_object *value = NULL;
        if (found == NULL) {
            refuse_key(g, m, rules, what);
            ok = false;
        } else if (found->convert != NULL) {
            ok = found->convert(g, m, found, &value) &&
                 grammar_set(g, into, m->key, value) && ok;
        }
    }
    for (const key_rule *r = rules; r->key != NULL; r++)
        if (r->is_required && tree_get(map, r->key) == NULL)
            ok = REFUSE(g, map, "%s has no \"%s\"", what, r->key);
    return ok;
}

bool grammar_is(grammar *g, const tree *node, enum tree_type type,
                const char *what)
{
    static const char *const names[] = {
        [TREE_SCALAR] = "one value",
        [TREE_LIST] = "a list",
        [TREE_MAP] = "a mapping",
    };

    if (node->type == type)
        return true;
    return REFUSE(g, node, "%s must be %s, not %s", what, names[type],
                  names[node->type]);
}

/* ---- converters -------------------------------------------------- */

static const char *key_of(const tree *value)
{
    return value->key != NULL ? value->key : "an item";
}

static bool new_text(grammar *g, const char *text, json_object **out)
{
    *out = json_object_new_string(text);
    return *out != NULL || grammar_no_memory(g);
}

bool convert_text(grammar *g, const tree *value, const key_rule *rule,
                  json_object **out)
{
    (void)rule;
    return grammar_is(g, value, TREE_SCALAR, key_of(value)) &&
           new_text(g, value->text, out);
}

bool convert_line(grammar *g, const tree *value, const key_rule *rule,
                  json_object **out)
{
    if (!convert_text(g, value, rule, out))
        return false;
    for (const char *c = value->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            json_object_put(*out);
            *out = NULL;
            return REFUSE(g, value, "%s must be one line", key_of(value));
        }
    return true;
}

static const char letters_and_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool name_is_entry_point(const char *name)
{
    const size_t len = strlen(name);

    if (len == 0 || len > 200 || strchr(letters_and_digits, name[0]) == NULL ||
        name[len - 1] == '.' || strstr(name, "..") != NULL)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (strchr(letters_and_digits, *c) == NULL && *c != '_' && *c != '-' &&
            *c != '.')
            return false;
    return true;
}

bool convert_name(grammar *g, const tree *value, const key_rule *rule,
                  json_object **out)
{
    (void)rule;
    if (!grammar_is(g, value, TREE_SCALAR, key_of(value)))
        return false;
    if (!name_is_entry_point(value->text))
        return REFUSE(g, value, "%s \"%s\" is not the name of an entry point",
                      key_of(value), value->text);
    return new_text(g, value->text, out);
}

static bool is_word(const char *text)
{
    if (*text == '\0' || (*text >= '0' && *text <= '9') || strlen(text) > 200)
        return false;
    for (; *text != '\0'; text++)
        if (strchr(letters_and_digits, *text) == NULL && *text != '_')
            return false;
    return true;
}

bool convert_word(grammar *g, const tree *value, const key_rule *rule,
                  json_object **out)
{
    (void)rule;
    if (!grammar_is(g, value, TREE_SCALAR, key_of(value)))
        return false;
    if (!is_word(value->text))
        return REFUSE(g, value,
                      "%s \"%s\" is not a label of letters, digits and "
                      "underscores",
                      key_of(value), value->text);
    return new_text(g, value->text, out);
}

bool convert_flag(grammar *g, const tree *value, const key_rule *rule,
                  json_object **out)
{
    (void)rule;
    if (!grammar_is(g, value, TREE_SCALAR, key_of(value)))
        return false;
    const bool is_true = text_equal(value->text, "true");
    if (!value->is_plain || (!is_true && !text_equal(value->text, "false")))
        return REFUSE(g, value, "%s \"%s\" is neither true nor false",
                      key_of(value), value->text);
    *out = json_object_new_boolean(is_true);
    return *out != NULL || grammar_no_memory(g);
}

/* YAML 1.2's words for what JSON cannot hold. */
static bool is_not_finite(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    return text_equal(text, ".inf") || text_equal(text, ".Inf") ||
           text_equal(text, ".INF") || text_equal(text, ".nan") ||
           text_equal(text, ".NaN") || text_equal(text, ".NAN");
}

static bool new_scalar(grammar *g, const tree *value, json_object **out)
{
    if (!value->is_plain)
        return new_text(g, value->text, out);
    if (is_not_finite(value->text))
        return REFUSE(g, value, "\"%s\" cannot be stored", value->text);
    *out = yaml_scalar((orma_str){value->text, value->len});
    return true;
}

static bool new_number(grammar *g, const tree *value, const char *what,
                       json_object **out)
{
    json_object *number = NULL;

    if (!grammar_is(g, value, TREE_SCALAR, key_of(value)) ||
        !new_scalar(g, value, &number))
        return false;
    if (json_is_integer(number) || json_is_real(number)) {
        *out = number;
        return true;
    }
    json_object_put(number);
    return REFUSE(g, value, "%s \"%s\" is not %s", key_of(value), value->text,
                  what);
}

bool convert_number(grammar *g, const tree *value, const key_rule *rule,
                    json_object **out)
{
    (void)rule;
    return new_number(g, value, "a number", out);
}

bool convert_integer(grammar *g, const tree *value, const key_rule *rule,
                     json_object **out)
{
    json_object *number = NULL;

    (void)rule;
    if (!new_number(g, value, "an integer", &number))
        return false;
    if (json_object_is_type(number, json_type_int) &&
        json_object_get_int64(number) >= 0 &&
        json_object_get_int64(number) <= INT32_MAX) {
        *out = number;
        return true;
    }
    json_object_put(number);
    return REFUSE(g, value, "%s \"%s\" is not an integer of at least 0",
                  key_of(value), value->text);
}

static bool literal_list(grammar *g, const tree *value, json_object *list)
{
    for (const tree *m = value->first; m != NULL; m = m->next) {
        json_object *item = NULL;
        if (!convert_literal(g, m, NULL, &item))
            return false;
        if (json_object_array_add(list, item) != 0) {
            json_object_put(item);
            return grammar_no_memory(g);
        }
    }
    return true;
}

static bool literal_map(grammar *g, const tree *value, json_object *map)
{
    for (const tree *m = value->first; m != NULL; m = m->next) {
        json_object *item = NULL;
        if (!convert_literal(g, m, NULL, &item) ||
            !grammar_set(g, map, m->key, item))
            return false;
    }
    return true;
}

bool convert_literal(grammar *g, const tree *value, const key_rule *rule,
                     json_object **out)
{
    (void)rule;
    if (value->type == TREE_SCALAR)
        return new_scalar(g, value, out);
    const bool is_list = value->type == TREE_LIST;
    json_object *made =
        is_list ? json_object_new_array() : json_object_new_object();
    if (made == NULL)
        return grammar_no_memory(g);
    if (is_list ? literal_list(g, value, made) : literal_map(g, value, made)) {
        *out = made;
        return true;
    }
    json_object_put(made);
    return false;
}

/* A list whose items one converter makes; a single value is a list of one. */
static bool convert_list(grammar *g, const tree *value, const key_rule *rule,
                         converter *convert_item, json_object **out)
{
    json_object *list = json_object_new_array();
    bool ok = list != NULL || grammar_no_memory(g);
    const bool is_list = value->type == TREE_LIST;

    for (const tree *m = is_list ? value->first : value; ok && m != NULL;
         m = is_list ? m->next : NULL) {
        json_object *item = NULL;
        ok = convert_item(g, m, rule, &item);
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

bool convert_texts(grammar *g, const tree *value, const key_rule *rule,
                   json_object **out)
{
    return convert_list(g, value, rule, convert_text, out);
}

bool convert_words(grammar *g, const tree *value, const key_rule *rule,
                   json_object **out)
{
    return convert_list(g, value, rule, convert_word, out);
}

bool convert_choice(grammar *g, const tree *value, const key_rule *rule,
                    json_object **out)
{
    const char *const *words = rule->detail;
    size_t n = 0;

    if (!grammar_is(g, value, TREE_SCALAR, key_of(value)))
        return false;
    for (; words[n] != NULL; n++)
        if (text_equal(words[n], value->text))
            return new_text(g, value->text, out);
    return REFUSE(g, value, "%s \"%s\" is not known%s", rule->key, value->text,
                  grammar_suggestion(g, value->text, words, n));
}

bool convert_choices(grammar *g, const tree *value, const key_rule *rule,
                     json_object **out)
{
    return convert_list(g, value, rule, convert_choice, out);
}

bool convert_map(grammar *g, const tree *value, const key_rule *rule,
                 json_object **out)
{
    json_object *map = json_object_new_object();

    if (map == NULL)
        return grammar_no_memory(g);
    if (grammar_mapping(g, value, rule->detail, rule->key, map)) {
        *out = map;
        return true;
    }
    json_object_put(map);
    return false;
}
