/* Going through the document and the ports together.
 *
 * Two passes: the first takes values and fills defaults, the second finds what
 * is missing, since a namespace that is optional asks for its required ports
 * only once anything lies in it.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/inputs_internal.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/data_nodes.h>
#include <process/spec_internal.h>

const char *path_join(struct builder *b, const char *a, const char *name)
{
    if (*a == '\0')
        return name;
    const size_t len = strlen(a), more = strlen(name);
    char *path = arena_alloc(&b->memory, len + more + 2);
    if (path == NULL) {
        build_failed(b, ORMA_E_NO_MEMORY);
        return "";
    }
    memcpy(path, a, len);
    path[len] = '.';
    memcpy(path + len + 1, name, more);
    return path;
}

bool tree_set(json_object *tree, const char *path, json_object *value)
{
    char name[256];

    for (;;) {
        const size_t len = strcspn(path, ".");
        if (len >= sizeof name) {
            json_object_put(value);
            return false;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        if (path[len] == '\0')
            return json_set(tree, name, value);
        json_object *below = json_get(tree, name);
        if (below == NULL) {
            below = json_object_new_object();
            if (below == NULL || !json_set(tree, name, below)) {
                json_object_put(value);
                return false;
            }
        }
        tree = below;
        path += len + 1;
    }
}

/* ---- values ------------------------------------------------------ */

static void place_plain(struct builder *b, const port *p, const char *path,
                        const json_object *value, bool is_given)
{
    if (!check_plain_type(b, p, path, value))
        return;
    check_value(b, p, path, value);
    check_option(b, path, value);
    json_object *copy = json_copy(value);
    if (copy == NULL || !tree_set(b->values, path, copy)) {
        build_failed(b, ORMA_E_NO_MEMORY);
        return;
    }
    if (!is_given || !p->is_metadata)
        return;
    copy = json_copy(value);
    if (copy == NULL || !tree_set(b->given, path, copy))
        build_failed(b, ORMA_E_NO_MEMORY);
}

/* "a.b" → "a__b". NULL without memory. */
static char *link_label(const char *path)
{
    buf label = {0};

    for (; *path != '\0'; path++)
        if (*path == '.')
            buf_text(&label, "__");
        else
            buf_char(&label, *path);
    return buf_take(&label);
}

/* Takes over n. */
static void add_item(struct builder *b, const port *p, const char *path,
                     node *n)
{
    process_inputs *list = b->inputs;

    if (list->count == b->capacity) {
        const size_t wider = b->capacity == 0 ? 8 : 2 * b->capacity;
        process_input *items =
            reallocarray(list->items, wider, sizeof *items);
        if (items == NULL) {
            node_free(n);
            build_failed(b, ORMA_E_NO_MEMORY);
            return;
        }
        list->items = items;
        b->capacity = wider;
    }
    process_input *item = &list->items[list->count];
    *item = (process_input){
        .path = text_copy(path),
        .link_label = link_label(path),
        .value = n,
        .non_db = p->non_db || p->is_metadata,
    };
    list->count++;
    if (item->path == NULL || item->link_label == NULL)
        build_failed(b, ORMA_E_NO_MEMORY);
}

/* A type without value, a structure, has nothing that could be compared. */
static void check_node_value(struct builder *b, const port *p,
                             const char *path, const node *n)
{
    AUTO_JSON json_object *content = NULL;
    orma_error *error = NULL;
    const orma_status st = data_value(b->registry, n, &content, &error);

    if (st == ORMA_OK)
        check_value(b, p, path, content);
    else if (st == ORMA_E_UNSUPPORTED)
        orma_error_free(error);
    else
        problem_from(b, path, st, error);
}

static void place_node(struct builder *b, const port *p, const char *path,
                       const json_object *value)
{
    node *n = node_from_value(b, p, path, value);

    if (n == NULL)
        return;
    node_ops_set_store(n, b->store);
    if (port_has_checks(p))
        check_node_value(b, p, path, n);
    add_item(b, p, path, n);
}

static void place_value(struct builder *b, const port *p, const char *path,
                        const json_object *value, bool is_given)
{
    if (p->port_class == PORT_PLAIN)
        place_plain(b, p, path, value, is_given);
    else
        place_node(b, p, path, value);
}

/* ---- first pass -------------------------------------------------- */

/* Path of a port called so anywhere below ns: for values put too high. */
static const char *find_name(struct builder *b, const port *ns,
                             const char *path, const char *name)
{
    for (size_t i = 0; i < ns->child_count; i++) {
        const port *child = &ns->children[i];
        const char *below = path_join(b, path, child->name);
        if (strcmp(child->name, name) == 0)
            return below;
        if (child->port_class == PORT_NAMESPACE) {
            const char *found = find_name(b, child, below, name);
            if (found != NULL)
                return found;
        }
    }
    return NULL;
}

static void refuse_unknown(struct builder *b, const port *ns, const char *at,
                           const char *name)
{
    const char *path = path_join(b, at, name);
    const char **names =
        arena_array(&b->memory, ns->child_count + 1, sizeof *names);
    if (names == NULL) {
        build_failed(b, ORMA_E_NO_MEMORY);
        return;
    }
    for (size_t i = 0; i < ns->child_count; i++)
        names[i] = ns->children[i].name;
    const char *closest = text_closest(name, names, ns->child_count);
    const char *elsewhere = find_name(b, &b->spec->inputs, "", name);
    if (closest != NULL)
        problem_add(b, path, "there is no such input, did you mean \"%s\"?",
                    path_join(b, at, closest));
    else if (elsewhere != NULL)
        problem_add(b, path, "there is no such input, did you mean \"%s\"?",
                    elsewhere);
    else
        problem_add(b, path, "there is no such input; `orma plugin list %s "
                    "%s` shows those there are",
                    plugin_kind_word(b->spec->entry->kind),
                    b->spec->entry->name);
}

/* A mapping that only groups further dynamic names, and is no value. */
static bool groups_names(const port *ns, const json_object *value)
{
    if (!ns->nested || !json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach((json_object *)value, key, unused)
    {
        (void)unused;
        if (key[0] == '$')
            return false;
    }
    return true;
}

static void fill_dynamic(struct builder *b, const port *ns, const char *path,
                         const json_object *value)
{
    if (groups_names(ns, value)) {
        json_object_object_foreach((json_object *)value, name, below)
        {
            const char *at = path_join(b, path, name);
            if (!text_is_port_name(name))
                problem_add(b, at, "\"%s\" cannot be the name of an input",
                            name);
            else if (below != NULL)
                fill_dynamic(b, ns, at, below);
        }
        return;
    }
    port one = *ns;
    one.port_class = PORT_NODE;
    one.children = NULL;
    one.child_count = 0;
    port_classify(&one);
    place_value(b, &one, path, value, true);
}

static void fill_undeclared(struct builder *b, const port *ns,
                            const char *path, const json_object *document)
{
    json_object_object_foreach((json_object *)document, name, value)
    {
        if (port_child(ns, name, strlen(name)) != NULL)
            continue;
        if (!ns->dynamic)
            refuse_unknown(b, ns, path, name);
        else if (!text_is_port_name(name) || strlen(name) > 255)
            problem_add(b, path_join(b, path, name),
                        "\"%.60s\" cannot be the name of an input: letters, "
                        "digits and single underscores can",
                        name);
        else if (value != NULL)
            fill_dynamic(b, ns, path_join(b, path, name), value);
    }
}

static void fill_namespace(struct builder *b, const port *ns, const char *path,
                           const json_object *document)
{
    if (document == NULL && ns->has_default)
        document = ns->fallback;
    if (document == NULL && !ns->populate_defaults)
        return;
    if (document != NULL && !json_object_is_type(document, json_type_object)) {
        problem_add(b, path, "is a namespace and takes a mapping, not %s",
                    json_kind(document));
        return;
    }
    for (size_t i = 0; i < ns->child_count; i++) {
        const port *child = &ns->children[i];
        const char *at = path_join(b, path, child->name);
        json_object *value = NULL;
        /* null given leaves the port without value, its default too */
        const bool is_given =
            document != NULL &&
            json_object_object_get_ex(document, child->name, &value);
        if (child->port_class == PORT_NAMESPACE)
            fill_namespace(b, child, at, value);
        else if (value != NULL)
            place_value(b, child, at, value, true);
        else if (!is_given && child->has_default)
            place_value(b, child, at, child->fallback, false);
    }
    if (document != NULL)
        fill_undeclared(b, ns, path, document);
}

/* ---- second pass ------------------------------------------------- */

bool has_value(const struct builder *b, const char *path)
{
    const size_t len = strlen(path);

    for (size_t i = 0; i < b->inputs->count; i++) {
        const char *at = b->inputs->items[i].path;
        if (strncmp(at, path, len) == 0 &&
            (at[len] == '\0' || at[len] == '.'))
            return true;
    }
    return json_get_path(b->values, path) != NULL;
}

static void require_port(struct builder *b, const port *p, const char *path,
                         bool is_given)
{
    if (is_given || has_value(b, path))
        return;
    if (p->default_from != NULL)
        problem_add(b, path,
                    "has a default that a plugin would compute (\"%s\"), "
                    "which is not offered yet: give a value",
                    p->default_from);
    else if (p->required)
        problem_add(b, path, "is required%s%s", *p->help != '\0' ? ": " : "",
                    p->help);
}

static void require_namespace(struct builder *b, const port *ns,
                              const char *path, const json_object *document)
{
    const bool is_given =
        json_object_is_type(document, json_type_object) &&
        json_object_object_length(document) > 0;
    const bool is_filled = is_given || *path == '\0' || has_value(b, path);

    if (!is_filled && !ns->required)
        return;
    if (!is_filled && ns->dynamic && ns->child_count == 0 &&
        document == NULL) {
        problem_add(b, path, "is required%s%s", *ns->help != '\0' ? ": " : "",
                    ns->help);
        return;
    }
    for (size_t i = 0; i < ns->child_count; i++) {
        const port *child = &ns->children[i];
        const char *at = path_join(b, path, child->name);
        const json_object *value = json_get(document, child->name);
        if (child->port_class == PORT_NAMESPACE)
            require_namespace(b, child, at, value);
        else
            require_port(b, child, at, value != NULL);
    }
}

void walk_inputs(struct builder *b)
{
    fill_namespace(b, &b->spec->inputs, "", b->document);
    if (b->store != NULL && b->failure == ORMA_OK)
        require_namespace(b, &b->spec->inputs, "", b->document);
}
