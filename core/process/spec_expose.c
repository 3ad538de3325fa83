/* Ports of another process, copied into this one.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/spec_internal.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* One row of `expose` at work. */
struct exposure {
    struct spec_build *build;
    const json_object *include, *exclude; /* arrays or NULL */
};

/* Is `path` the item, or below it ("a.b" below "a")? */
static bool path_is_within(const char *path, const char *item)
{
    const size_t len = strlen(item);

    return strncmp(path, item, len) == 0 &&
           (path[len] == '\0' || path[len] == '.');
}

static bool list_names(const json_object *list, const char *path,
                       bool ancestors_too)
{
    const size_t n = list != NULL ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n; i++) {
        json_object *item = json_object_array_get_idx(list, i);
        const char *name = item != NULL ? json_object_get_string(item) : "";
        if (path_is_within(path, name) ||
            (ancestors_too && path_is_within(name, path)))
            return true;
    }
    return false;
}

static bool is_exposed(const struct exposure *x, const char *path)
{
    if (x->include != NULL)
        return list_names(x->include, path, true);
    return !list_names(x->exclude, path, false);
}

static const char *join(arena *memory, const char *a, const char *b)
{
    if (*a == '\0' || *b == '\0')
        return *a == '\0' ? b : a;
    AUTO_FREE char *text = text_printf("%s.%s", a, b);
    return text != NULL ? arena_strdup(memory, text) : NULL;
}

/* Copies what `from`, at `path` of its process, says of itself, not its
 * children, over `to`. Checks stay its process's, under the path there. */
static void copy_traits(const port *from, const char *path, port *to)
{
    const port kept = *to;

    *to = *from;
    to->name = kept.name;
    to->children = kept.children;
    to->child_count = kept.child_count;
    if (from->validate != NULL && from->validate_path == NULL)
        to->validate_path = path;
}

static orma_status copy_ports(const struct exposure *x, const port *from,
                              const char *path, port *to, orma_error **err)
{
    for (size_t i = 0; i < from->child_count; i++) {
        const port *source = &from->children[i];
        const char *below = join(x->build->memory, path, source->name);
        if (below == NULL)
            return error_no_memory(err);
        if (!is_exposed(x, below))
            continue;
        port *target = port_child(to, source->name, strlen(source->name));
        if (target == NULL)
            target = port_add(x->build, to, source->name);
        if (target == NULL)
            return error_no_memory(err);
        copy_traits(source, below, target);
        const orma_status st = copy_ports(x, source, below, target, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

static orma_status refuse_cycle(const struct spec_build *build,
                                const plugin_entry *entry, orma_error **err)
{
    for (const struct spec_chain *c = build->chain; c != NULL; c = c->outer)
        if (c->entry == entry)
            return error_set(err, ORMA_E_INVALID, "process", 0,
                             "process \"%s\" exposes itself", entry->name);
    return ORMA_OK;
}

/* The entry named in a row; calculations first, then workflows. */
static orma_status find_process(const struct spec_build *build,
                                const char *name, const plugin_entry **entry,
                                orma_error **err)
{
    AUTO_ERROR orma_error *first = NULL;
    const char *own = build->chain != NULL ? build->chain->entry->name : "";

    if (registry_find(build->registry, KIND_CALCULATION, name, entry,
                      &first) == ORMA_OK)
        return ORMA_OK;
    if (registry_find(build->registry, KIND_WORKFLOW, name, entry, NULL) ==
        ORMA_OK)
        return ORMA_OK;
    if (orma_error_status(first) == ORMA_E_NOT_FOUND)
        error_set(err, ORMA_E_INVALID, "process", 0,
                  "process \"%s\" exposes \"%s\", which is not installed", own,
                  name);
    else
        error_set(err, ORMA_E_INVALID, "process", 0,
                  "process \"%s\" exposes \"%s\", which cannot be used: %s",
                  own, name,
                  first != NULL ? orma_error_message(first) : "unknown");
    error_hint(err, "install the package that provides \"%s\"; "
               "`orma plugin list` shows what there is", name);
    return ORMA_E_INVALID;
}

static orma_status expose_row(struct spec_build *build, port *ns,
                              const json_object *row, bool inputs,
                              orma_error **err)
{
    const char *name = json_get_text(row, "process", NULL);
    const char *into = json_get_text(row, "into", "");
    const plugin_entry *entry = NULL;
    const json_object *form = NULL;
    process_spec exposed = {0};

    if (name == NULL)
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "an `expose` row names no process");
    orma_status st = find_process(build, name, &entry, err);
    if (st == ORMA_OK)
        st = refuse_cycle(build, entry, err);
    if (st == ORMA_OK)
        st = registry_spec(build->registry, entry, &form, err);
    if (st == ORMA_OK)
        st = spec_fill(build, entry, form, &exposed, err);
    if (st != ORMA_OK)
        return st;

    const struct exposure x = {
        .build = build,
        .include = json_get(row, "include"),
        .exclude = json_get(row, "exclude"),
    };
    const port *from = inputs ? &exposed.inputs : &exposed.outputs;
    port *to = port_namespace(build, ns, into);
    if (to == NULL)
        return error_no_memory(err);
    if (*into != '\0') {
        copy_traits(from, "", to);
        to->required = json_get_bool(row, "required", to->required);
        to->populate_defaults = json_get_bool(row, "populate_defaults",
                                              to->populate_defaults);
        to->help = json_get_text(row, "help", to->help);
    }
    return copy_ports(&x, from, "", to, err);
}

orma_status spec_expose(struct spec_build *build, port *ns,
                        const json_object *rows, bool inputs, orma_error **err)
{
    const size_t n = json_object_is_type(rows, json_type_array)
                         ? json_object_array_length(rows)
                         : 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < n && st == ORMA_OK; i++)
        st = expose_row(build, ns, json_object_array_get_idx(rows, i), inputs,
                        err);
    return st;
}
