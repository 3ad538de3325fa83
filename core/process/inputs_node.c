/* The node that a value of the document stands for.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/inputs_internal.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <process/data_nodes.h>

#define CODE_NODE_PREFIX "data.core.code."

/* One value on its way to a node. */
struct value {
    struct builder *builder;
    const port *port;
    const char *path;
    const json_object *json;
};

static bool is_code_type(const char *type)
{
    return strcmp(type, "code") == 0 || text_starts(type, "core.code");
}

static bool takes_codes(const port *p)
{
    for (size_t i = 0; i < p->type_count; i++)
        if (is_code_type(p->types[i]))
            return true;
    return false;
}

/* "core.int or core.float", for messages; the caller frees it. */
static char *type_words(const port *p)
{
    buf words = {0};

    for (size_t i = 0; i < p->type_count; i++)
        buf_printf(&words, "%s%s",
                   i == 0                     ? ""
                   : i + 1 == p->type_count ? " or "
                                              : ", ",
                   strcmp(p->types[i], "code") == 0 ? "a code" : p->types[i]);
    if (p->type_count == 0)
        buf_text(&words, "a data node");
    return buf_take(&words);
}

/* "data.core.remote.RemoteData." is of "core.remote" whether or not a plugin
 * for it is installed. */
static bool node_type_names(const char *node_type, const char *type)
{
    const size_t len = strlen(type);
    static const char prefix[] = "data.";

    if (!text_starts(node_type, prefix))
        return false;
    node_type += strlen(prefix);
    if (strncmp(node_type, type, len) != 0 || node_type[len] != '.')
        return false;
    const char *dot = strchr(node_type + len + 1, '.');
    return dot != NULL && dot[1] == '\0';
}

static bool type_accepts(registry *r, const char *type, const node *n)
{
    if (strcmp(type, "code") == 0)
        return text_starts(n->node_type, CODE_NODE_PREFIX);
    if (node_type_names(n->node_type, type))
        return true;
    const plugin_entry *entry = registry_data_by_node_type(r, n->node_type);
    return entry != NULL && registry_data_is_a(r, entry->name, type);
}

static bool port_accepts(registry *r, const port *p, const node *n)
{
    if (p->type_count == 0)
        return node_class_of(n->node_type) == NODE_DATA;
    for (size_t i = 0; i < p->type_count; i++)
        if (type_accepts(r, p->types[i], n))
            return true;
    return false;
}

/* Codes are stored nodes: no literal and no file makes one on a port that
 * takes any of them. */
static bool only_codes(const port *p)
{
    return p->type_count == 1 && strcmp(p->types[0], "code") == 0;
}

static void refuse_literal(const struct value *v)
{
    problem_add(v->builder, v->path,
                "takes a code, named as label@computer, by its pk or UUID, "
                "not %s",
                json_kind(v->json));
}

/* The node, or NULL with a problem when the port does not take its type. */
static node *accepted(const struct value *v, node *n)
{
    struct builder *b = v->builder;

    if (port_accepts(b->registry, v->port, n))
        return n;
    AUTO_FREE char *words = type_words(v->port);
    if (n->pk > 0)
        problem_add(b, v->path, "takes %s, node %lld is of type \"%s\"",
                    words != NULL ? words : "", (long long)n->pk,
                    n->node_type);
    else
        problem_add(b, v->path, "takes %s, not \"%s\"",
                    words != NULL ? words : "", n->entry_point);
    node_free(n);
    return NULL;
}

/* ---- stored nodes ------------------------------------------------ */

static node *stored_node(const struct value *v, const json_object *identifier)
{
    struct builder *b = v->builder;
    const bool code = takes_codes(v->port);
    orma_error *error = NULL;
    orma_status st;
    node *n = NULL;

    if (b->store == NULL) {
        problem_add(b, v->path,
                    "names a stored node, but no profile is open: give a "
                    "literal or a file");
        return NULL;
    }
    if (json_object_is_type(identifier, json_type_int)) {
        st = store_node(b->store, json_object_get_int64(identifier), &n,
                        &error);
    } else if (json_object_is_type(identifier, json_type_string)) {
        const char *text =
            json_object_get_string((json_object *)identifier);
        st = code ? store_find_code(b->store, text, &n, &error)
                  : store_find_node(b->store, text, "data.", &n, &error);
    } else {
        problem_add(b, v->path,
                    "a node is named by its pk, UUID or label, not by %s",
                    json_kind(identifier));
        return NULL;
    }
    if (st != ORMA_OK) {
        problem_from(b, v->path, st, error);
        return NULL;
    }
    return accepted(v, n);
}

/* ---- literals and files: tried type by type ---------------------- */

typedef orma_status (*make_fn)(const struct value *v, const char *type,
                               node **out, orma_error **err);

static orma_status make_literal(const struct value *v, const char *type,
                                node **out, orma_error **err)
{
    const struct builder *b = v->builder;

    return data_from_literal_in(b->registry, b->store, type, v->json, out,
                                err);
}

static orma_status make_import(const struct value *v, const char *type,
                               node **out, orma_error **err)
{
    const struct builder *b = v->builder;
    const char *name = json_get_text(v->json, "$file", "");
    AUTO_FREE char *path = name[0] == '/' ? text_copy(name)
                                          : file_join(b->folder, name);

    if (path == NULL)
        return error_no_memory(err);
    return data_import_in(b->registry, b->store, type,
                          json_get_text(v->json, "$format", NULL), path, out,
                          err);
}

static bool ends_trials(orma_status st)
{
    return st == ORMA_OK || st == ORMA_E_TRANSIENT ||
           st == ORMA_E_NO_MEMORY || st == ORMA_E_BUG;
}

/* A bare integer is often meant as a pk. */
static void add_pk_hint(const struct value *v, make_fn make, orma_error **error)
{
    if (make != make_literal || !json_object_is_type(v->json, json_type_int) ||
        *error == NULL || orma_error_hint(*error) != NULL)
        return;
    error_hint(error, "a stored node is named by {$node: %s}",
               json_object_get_string((json_object *)(uintptr_t)v->json));
}

/* The first type that accepts; all reasons when none does. */
static node *try_types(const struct value *v, const char *const *types,
                       size_t n, make_fn make)
{
    struct builder *b = v->builder;
    AUTO_BUF buf reasons = {0};
    node *made = NULL;

    for (size_t i = 0; i < n; i++) {
        orma_error *error = NULL;
        const orma_status st = make(v, types[i], &made, &error);
        if (st == ORMA_OK)
            return made;
        if (ends_trials(st) || n == 1) {
            add_pk_hint(v, make, &error);
            problem_from(b, v->path, st, error);
            return NULL;
        }
        if (i + 1 == n)
            add_pk_hint(v, make, &error);
        AUTO_FREE char *reason = error_chain(error);
        const char *hint = error != NULL ? orma_error_hint(error) : NULL;
        buf_printf(&reasons, "%s%s: %s%s%s", i > 0 ? "; " : "", types[i],
                   reason != NULL ? reason : "", hint != NULL ? "; " : "",
                   hint != NULL ? hint : "");
        orma_error_free(error);
    }
    problem_add(b, v->path, "no type of the port accepts it (%s)",
                buf_c_str(&reasons));
    return NULL;
}

/* ---- the forms --------------------------------------------------- */

/* Other keys beside those of a form are mistakes. */
static bool only_keys(const struct value *v, const char *const *keys)
{
    json_object_object_foreach((json_object *)v->json, key, unused)
    {
        (void)unused;
        size_t i = 0;
        while (keys[i] != NULL && strcmp(keys[i], key) != 0)
            i++;
        if (keys[i] == NULL) {
            problem_add(v->builder, v->path,
                        "\"%s\" has no meaning beside \"%s\"", key, keys[0]);
            return false;
        }
    }
    return true;
}

static node *node_form(const struct value *v)
{
    static const char *const keys[] = {"$node", NULL};

    return only_keys(v, keys) ? stored_node(v, json_get(v->json, "$node"))
                              : NULL;
}

static node *file_form(const struct value *v)
{
    static const char *const keys[] = {"$file", "$as", "$format", NULL};
    const port *p = v->port;
    const char *const fallback = data_type_of_file();
    const char *as = json_get_text(v->json, "$as", NULL);
    node *n;

    if (!only_keys(v, keys))
        return NULL;
    for (size_t i = 0; keys[i] != NULL; i++) {
        const json_object *text = json_get(v->json, keys[i]);
        if ((text == NULL && i > 0) ||
            json_object_is_type(text, json_type_string))
            continue;
        problem_add(v->builder, v->path, "%s takes %s, not %s", keys[i],
                    i == 0   ? "the path of a file"
                    : i == 1 ? "the name of a data type"
                             : "the name of a format",
                    json_kind(text));
        return NULL;
    }
    if (only_codes(p)) {
        refuse_literal(v);
        return NULL;
    }
    if (as != NULL)
        n = try_types(v, &as, 1, make_import);
    else if (p->type_count > 0)
        n = try_types(v, p->types, p->type_count, make_import);
    else
        n = try_types(v, &fallback, 1, make_import);
    return n != NULL ? accepted(v, n) : NULL;
}

/* {$new: entry, …}: the other keys are the literal; {$new: entry, $value: x}
 * gives one that is no mapping. */
static node *new_form(const struct value *v)
{
    static const char *const with_value[] = {"$new", "$value", NULL};
    const char *type = json_get_text(v->json, "$new", NULL);
    AUTO_JSON json_object *rest = NULL;
    struct value literal = *v;
    json_object *given = NULL;

    if (type == NULL) {
        problem_add(v->builder, v->path, "$new takes the name of a data type");
        return NULL;
    }
    if (json_object_object_get_ex(v->json, "$value", &given)) {
        if (!only_keys(v, with_value))
            return NULL;
        literal.json = given;
    } else {
        rest = json_copy(v->json);
        if (rest == NULL) {
            build_failed(v->builder, ORMA_E_NO_MEMORY);
            return NULL;
        }
        json_object_object_del(rest, "$new");
        literal.json = rest;
    }
    node *n = try_types(&literal, &type, 1, make_literal);
    return n != NULL ? accepted(v, n) : NULL;
}

static const struct {
    const char *key;
    node *(*make)(const struct value *v);
} forms[] = {
    {"$node", node_form},
    {"$file", file_form},
    {"$new", new_form},
};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

/* First key that begins with '$', NULL: an ordinary literal. */
static const char *form_key(const json_object *value)
{
    if (!json_object_is_type(value, json_type_object))
        return NULL;
    json_object_object_foreach((json_object *)value, key, unused)
    {
        (void)unused;
        if (key[0] == '$')
            return key;
    }
    return NULL;
}

static node *form_node(const struct value *v, const char *key)
{
    static const char *const known[] = {"$node", "$file", "$new", "$as",
                                        "$format"};

    for (size_t i = 0; i < FORM_COUNT; i++)
        if (json_get(v->json, forms[i].key) != NULL)
            return forms[i].make(v);
    const char *closest =
        text_closest(key, known, sizeof known / sizeof *known);
    problem_add(v->builder, v->path,
                "\"%s\" is not one of $node, $file, $new%s%s%s", key,
                closest != NULL ? ", did you mean \"" : "",
                closest != NULL ? closest : "", closest != NULL ? "\"?" : "");
    return NULL;
}

static node *literal_node(const struct value *v)
{
    const port *p = v->port;

    if (only_codes(p)) {
        refuse_literal(v);
        return NULL;
    }
    if (p->type_count > 0)
        return try_types(v, p->types, p->type_count, make_literal);
    const char *type = data_type_of_literal(v->json);
    if (type == NULL) {
        problem_add(v->builder, v->path, "null stands for no data");
        return NULL;
    }
    return try_types(v, &type, 1, make_literal);
}

node *node_from_value(struct builder *b, const port *p, const char *path,
                      const json_object *value)
{
    const struct value v = {b, p, path, value};
    const char *key = form_key(value);
    const bool names_code =
        takes_codes(p) && (json_object_is_type(value, json_type_string) ||
                           json_object_is_type(value, json_type_int) ||
                           json_get(value, "$node") != NULL);

    if (names_code && b->store == NULL)
        return NULL; /* a parser needs no code */
    if (key != NULL)
        return form_node(&v, key);
    if (names_code)
        return stored_node(&v, value);
    return literal_node(&v);
}
