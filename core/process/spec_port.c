/* Ports from the normal form of a manifest's entry.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/spec_internal.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/text.h>

static const struct {
    const char *word;
    enum plain_type type;
} plain_types[] = {
    {"str", PLAIN_STR},           {"int", PLAIN_INT},
    {"float", PLAIN_FLOAT},       {"bool", PLAIN_BOOL},
    {"list", PLAIN_LIST},         {"dict", PLAIN_DICT},
    {"computer", PLAIN_COMPUTER},
};

enum plain_type plain_type_of(const char *word)
{
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++)
        if (strcmp(plain_types[i].word, word) == 0)
            return plain_types[i].type;
    return PLAIN_NONE;
}

port *port_child(const port *ns, const char *name, size_t len)
{
    for (size_t i = 0; i < ns->child_count; i++) {
        port *child = &ns->children[i];
        if (strncmp(child->name, name, len) == 0 && child->name[len] == '\0')
            return child;
    }
    return NULL;
}

const port *port_find(const port *from, const char *path)
{
    while (from != NULL && *path != '\0') {
        const size_t len = strcspn(path, ".");
        from = port_child(from, path, len);
        path += len + (path[len] == '.');
    }
    return from;
}

port *port_add(struct spec_build *build, port *ns, const char *name)
{
    const size_t n = ns->child_count;

    /* Full at every power of two: the arena cannot grow in place. */
    if ((n & (n - 1)) == 0) {
        port *wider = arena_array(build->memory, n == 0 ? 1 : 2 * n,
                                  sizeof *wider);
        if (wider == NULL)
            return NULL;
        if (n > 0)
            memcpy(wider, ns->children, n * sizeof *wider);
        ns->children = wider;
    }
    port *p = &ns->children[n];
    *p = (port){
        .name = arena_strdup(build->memory, name),
        .required = true,
        .populate_defaults = true,
        .is_metadata = ns->is_metadata,
        .non_db = ns->non_db,
        .unit = "",
        .help = "",
    };
    if (p->name == NULL)
        return NULL;
    ns->child_count = n + 1;
    return p;
}

port *port_namespace(struct spec_build *build, port *ns, const char *path)
{
    while (ns != NULL && *path != '\0') {
        const size_t len = strcspn(path, ".");
        port *below = port_child(ns, path, len);
        if (below == NULL) {
            char *name = arena_strndup(build->memory, path, len);
            below = name != NULL ? port_add(build, ns, name) : NULL;
            if (below != NULL)
                below->port_class = PORT_NAMESPACE;
        }
        ns = below;
        path += len + (path[len] == '.');
    }
    return ns;
}

void port_classify(port *p)
{
    bool plain = p->type_count > 0 || p->is_metadata;

    if (p->port_class == PORT_NAMESPACE)
        return;
    for (size_t i = 0; i < p->type_count; i++)
        if (plain_type_of(p->types[i]) == PLAIN_NONE)
            plain = false;
    p->port_class = plain ? PORT_PLAIN : PORT_NODE;
}

/* A list of words, or one word, as an array of texts. */
static orma_status read_types(struct spec_build *build, port *p,
                              const json_object *words, orma_error **err)
{
    const bool single = json_object_is_type(words, json_type_string);
    const size_t n = single ? 1
                     : json_object_is_type(words, json_type_array)
                         ? json_object_array_length(words)
                         : 0;
    const char **types = arena_array(build->memory, n + 1, sizeof *types);
    if (types == NULL)
        return error_no_memory(err);

    for (size_t i = 0; i < n; i++) {
        const json_object *word =
            single ? words : json_object_array_get_idx(words, i);
        if (!json_object_is_type(word, json_type_string))
            return error_set(err, ORMA_E_INVALID, "process", 0,
                             "port \"%s\": a type is not a text", p->name);
        types[i] = json_object_get_string((json_object *)word);
    }
    p->types = types;
    p->type_count = n;
    return ORMA_OK;
}

static const char *text_or(const json_object *form, const char *key,
                           const char *kept)
{
    return json_get_text(form, key, kept);
}

static const json_object *value_or(const json_object *form, const char *key,
                                   const json_object *kept)
{
    const json_object *value = json_get(form, key);
    return value != NULL ? value : kept;
}

static void read_checks(struct spec_build *build, port *p,
                        const json_object *form)
{
    const char *validate = json_get_text(form, "validate", NULL);

    p->default_from = text_or(form, "default_from", p->default_from);
    p->choices = value_or(form, "choices", p->choices);
    p->minimum = value_or(form, "minimum", p->minimum);
    p->maximum = value_or(form, "maximum", p->maximum);
    p->length = value_or(form, "length", p->length);
    p->pattern = text_or(form, "pattern", p->pattern);
    if (validate != NULL) {
        p->validate = validate;
        p->validate_owner = build->chain != NULL ? build->chain->entry : NULL;
        p->validate_path = NULL;
    }
}

static orma_status read_namespace(struct spec_build *build, port *p,
                                  const json_object *form, orma_error **err)
{
    const json_object *dynamic = json_get(form, "dynamic");

    p->port_class = PORT_NAMESPACE;
    p->nested = json_get_bool(form, "nested", p->nested);
    p->populate_defaults =
        json_get_bool(form, "populate_defaults", p->populate_defaults);
    if (dynamic != NULL && (!json_object_is_type(dynamic, json_type_boolean) ||
                            json_object_get_boolean(dynamic))) {
        p->dynamic = true;
        const orma_status st = read_types(build, p, dynamic, err);
        if (st != ORMA_OK)
            return st;
    }
    orma_status st = spec_expose(build, p, json_get(form, "expose"), true, err);
    if (st == ORMA_OK)
        st = ports_read(build, p, json_get(form, "ports"), err);
    return st;
}

orma_status port_read(struct spec_build *build, port *p,
                      const json_object *form, orma_error **err)
{
    const json_object *types = json_get(form, "types");
    const json_object *fallback = json_get(form, "default");
    orma_status st = ORMA_OK;

    if (!json_object_is_type(form, json_type_object))
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "port \"%s\" is not a mapping", p->name);
    p->is_metadata = json_get_bool(form, "metadata", p->is_metadata);
    p->non_db = json_get_bool(form, "non_db", p->non_db);
    p->pass_to_parser = json_get_bool(form, "pass_to_parser", p->pass_to_parser);
    p->unit = text_or(form, "unit", p->unit);
    p->help = text_or(form, "help", p->help);
    if (fallback != NULL) {
        p->fallback = fallback;
        p->has_default = true;
    }
    p->required = json_get_bool(form, "required",
                                p->required && !p->has_default);
    read_checks(build, p, form);

    if (p->port_class == PORT_NAMESPACE ||
        json_get_bool(form, "namespace", false) ||
        json_get(form, "ports") != NULL || json_get(form, "dynamic") != NULL)
        return read_namespace(build, p, form, err);
    if (types != NULL)
        st = read_types(build, p, types, err);
    port_classify(p);
    return st;
}

orma_status ports_read(struct spec_build *build, port *ns,
                       const json_object *forms, orma_error **err)
{
    if (forms == NULL)
        return ORMA_OK;
    if (!json_object_is_type(forms, json_type_object))
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "the ports of \"%s\" are not a mapping", ns->name);
    json_object_object_foreach((json_object *)forms, name, form)
    {
        port *p = port_child(ns, name, strlen(name));
        if (p == NULL)
            p = port_add(build, ns, name);
        if (p == NULL)
            return error_no_memory(err);
        const orma_status st = port_read(build, p, form, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}
