/* Specs of processes, put together from the normal form of an entry, the
 * common ports, and the processes it exposes.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <process/spec_internal.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* What process_spec_get() hands out, with its memory. */
struct spec_box {
    process_spec spec; /* first: process_spec_free() gets its address */
    arena memory;
    json_object *owned;
};

/* "module.path.Class" → "Class": what AiiDA takes as label. */
static const char *class_name(const char *python_class)
{
    const char *dot = python_class != NULL ? strrchr(python_class, '.') : NULL;

    return dot != NULL ? dot + 1 : python_class;
}

static orma_status fill_names(struct spec_build *build, process_spec *spec,
                              orma_error **err)
{
    const json_object *form = spec->normal_form;
    const plugin_entry *entry = spec->entry;
    AUTO_FREE char *type =
        text_printf("%s:%s", plugin_kind_group(entry->kind), entry->name);
    const char *fallback;

    spec->python_class = json_get_text(form, "python_class", NULL);
    fallback = class_name(spec->python_class);
    spec->process_label = json_get_text(
        form, "process_label", fallback != NULL ? fallback : entry->name);
    spec->default_parser = json_get_text(form, "default_parser", NULL);
    spec->default_output = json_get_text(form, "default_output", NULL);
    spec->process_type =
        type != NULL ? arena_strdup(build->memory, type) : NULL;
    return spec->process_type != NULL ? ORMA_OK : error_no_memory(err);
}

static int by_status(const void *a, const void *b)
{
    const exit_code *x = a, *y = b;

    return (x->status > y->status) - (x->status < y->status);
}

/* The entry's own exit codes, then the common ones it does not redefine. */
static orma_status fill_exit_codes(struct spec_build *build,
                                   process_spec *spec, orma_error **err)
{
    const json_object *own = json_get(spec->normal_form, "exit_codes");
    const bool restart = json_get(spec->normal_form, "restart") != NULL;
    const exit_code *common;
    size_t n = 0, capacity = 16;

    if (own != NULL && json_object_is_type(own, json_type_object))
        capacity += (size_t)json_object_object_length(own);
    else
        own = NULL;
    exit_code *codes = arena_array(build->memory, capacity, sizeof *codes);
    if (codes == NULL)
        return error_no_memory(err);

    if (own != NULL) {
        json_object_object_foreach((json_object *)own, label, code)
        {
            const int64_t status = json_get_int(code, "status", -1);
            if (status < 0 || status > INT32_MAX)
                return error_set(err, ORMA_E_INVALID, "process", 0,
                                 "exit code \"%s\" has no status", label);
            codes[n++] = (exit_code){
                .status = (int32_t)status,
                .label = label,
                .message = json_get_text(code, "message", ""),
                .invalidates_cache =
                    json_get_bool(code, "invalidates_cache", false),
            };
        }
    }
    spec->exit_codes = codes;
    spec->exit_code_count = n;
    for (size_t i = 0;
         (common = spec_common_exit_code(spec->entry->kind, restart, i)) !=
         NULL;
         i++)
        if (spec_exit_code(spec, common->label) == NULL && n < capacity)
            codes[n++] = *common;
    spec->exit_code_count = n;
    qsort(codes, n, sizeof *codes, by_status);
    return ORMA_OK;
}

/* Options may be bare defaults already put into port form by the registry. */
static orma_status fill_options(struct spec_build *build, process_spec *spec,
                                orma_error **err)
{
    const json_object *options = json_get(spec->normal_form, "options");

    if (options == NULL)
        return ORMA_OK;
    port *ns = port_namespace(build, &spec->inputs, "metadata.options");
    if (ns == NULL)
        return error_no_memory(err);
    return ports_read(build, ns, options, err);
}

/* The default parser is the default of its option. */
static orma_status fill_parser(struct spec_build *build, process_spec *spec,
                               orma_error **err)
{
    static const char path[] = "metadata.options.parser_name";
    port *p = (port *)port_find(&spec->inputs, path);

    if (p == NULL || p->has_default || spec->default_parser == NULL)
        return ORMA_OK;
    json_object *name = json_object_new_string(spec->default_parser);
    if (name == NULL || json_object_array_add(build->owned, name) != 0) {
        json_object_put(name);
        return error_no_memory(err);
    }
    p->fallback = name;
    p->has_default = true;
    return ORMA_OK;
}

static bool rows_expose(const json_object *rows, const char *process,
                        const char *into)
{
    const size_t n = json_object_is_type(rows, json_type_array)
                         ? json_object_array_length(rows)
                         : 0;

    for (size_t i = 0; i < n; i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        if (text_equal(json_get_text(row, "process", ""), process) &&
            (into == NULL || text_equal(json_get_text(row, "into", ""), into)))
            return true;
    }
    return false;
}

/* `restart: {process, namespace}`: the process's inputs below the namespace
 * and its outputs, unless `expose` rows say it more exactly. */
static orma_status expose_restart(struct spec_build *build, process_spec *spec,
                                  orma_error **err)
{
    const json_object *restart = json_get(spec->normal_form, "restart");
    const json_object *expose = json_get(spec->normal_form, "expose");
    const char *process = json_get_text(restart, "process", NULL);
    const char *into = json_get_text(restart, "namespace", "");

    if (process == NULL)
        return ORMA_OK;
    orma_status st = spec_add_restart_ports(build, spec, err);
    json_object *rows = json_object_new_array();
    json_object *row = json_object_new_object();
    if (rows == NULL || row == NULL ||
        json_object_array_add(build->owned, rows) != 0) {
        json_object_put(rows);
        json_object_put(row);
        return error_no_memory(err);
    }
    if (json_object_array_add(rows, row) != 0) {
        json_object_put(row);
        return error_no_memory(err);
    }
    if (!json_set_text(row, "process", process))
        return error_no_memory(err);
    if (st == ORMA_OK &&
        !rows_expose(json_get(expose, "outputs"), process, NULL))
        st = spec_expose(build, &spec->outputs, rows, false, err);
    if (!json_set_text(row, "into", into))
        return error_no_memory(err);
    if (st == ORMA_OK &&
        !rows_expose(json_get(expose, "inputs"), process, into))
        st = spec_expose(build, &spec->inputs, rows, true, err);
    return st;
}

/* Moves the first n children behind the others: an entry's own ports are
 * shown, and linked, before the common ones. */
static orma_status common_last(struct spec_build *build, port *ns, size_t n,
                               orma_error **err)
{
    if (n == 0 || n >= ns->child_count)
        return ORMA_OK;
    port *moved = arena_array(build->memory, n, sizeof *moved);
    if (moved == NULL)
        return error_no_memory(err);
    memcpy(moved, ns->children, n * sizeof *moved);
    memmove(ns->children, ns->children + n,
            (ns->child_count - n) * sizeof *moved);
    memcpy(ns->children + (ns->child_count - n), moved, n * sizeof *moved);
    return ORMA_OK;
}

static orma_status fill_ports(struct spec_build *build, process_spec *spec,
                              orma_error **err)
{
    const json_object *form = spec->normal_form;
    const json_object *expose = json_get(form, "expose");

    orma_status st =
        spec_add_common_ports(build, spec->entry->kind, spec, err);
    const size_t n_inputs = spec->inputs.child_count;
    const size_t n_outputs = spec->outputs.child_count;
    if (st == ORMA_OK)
        st = expose_restart(build, spec, err);
    if (st == ORMA_OK)
        st = spec_expose(build, &spec->inputs, json_get(expose, "inputs"),
                         true, err);
    if (st == ORMA_OK)
        st = spec_expose(build, &spec->outputs, json_get(expose, "outputs"),
                         false, err);
    if (st == ORMA_OK)
        st = ports_read(build, &spec->inputs, json_get(form, "inputs"), err);
    if (st == ORMA_OK)
        st = ports_read(build, &spec->outputs, json_get(form, "outputs"), err);
    if (st == ORMA_OK)
        st = fill_options(build, spec, err);
    if (st == ORMA_OK)
        st = fill_parser(build, spec, err);
    if (st == ORMA_OK)
        st = common_last(build, &spec->inputs, n_inputs, err);
    if (st == ORMA_OK)
        st = common_last(build, &spec->outputs, n_outputs, err);
    return st;
}

static port top_namespace(const char *name)
{
    return (port){
        .name = name,
        .port_class = PORT_NAMESPACE,
        .required = true,
        .populate_defaults = true,
        .unit = "",
        .help = "",
    };
}

orma_status spec_fill(struct spec_build *build, const plugin_entry *entry,
                      const json_object *form, process_spec *out,
                      orma_error **err)
{
    const struct spec_chain link = {entry, build->chain};
    const char *validate = json_get_text(form, "validate", NULL);

    out->entry = entry;
    out->normal_form = form;
    out->inputs = top_namespace("inputs");
    out->outputs = top_namespace("outputs");
    if (validate != NULL) {
        out->inputs.validate = validate;
        out->inputs.validate_owner = entry;
    }
    build->chain = &link;
    orma_status st = fill_names(build, out, err);
    if (st == ORMA_OK)
        st = fill_ports(build, out, err);
    if (st == ORMA_OK)
        st = fill_exit_codes(build, out, err);
    build->chain = link.outer;
    return st;
}

orma_status process_spec_from_normal_form(registry *r,
                                          const plugin_entry *entry,
                                          const json_object *form,
                                          process_spec **out,
                                          orma_error **err)
{
    struct spec_box *box = calloc(1, sizeof *box);

    if (box == NULL)
        return error_no_memory(err);
    box->owned = json_object_new_array();
    if (box->owned == NULL) {
        free(box);
        return error_no_memory(err);
    }
    struct spec_build build = {
        .registry = r, .memory = &box->memory, .owned = box->owned};
    const orma_status st = spec_fill(&build, entry, form, &box->spec, err);
    if (st != ORMA_OK) {
        process_spec_free(&box->spec);
        return st;
    }
    *out = &box->spec;
    return ORMA_OK;
}

orma_status process_spec_get(registry *r, enum plugin_kind kind,
                             const char *name, process_spec **out,
                             orma_error **err)
{
    const plugin_entry *entry = NULL;
    const json_object *form = NULL;

    if (kind != KIND_CALCULATION && kind != KIND_WORKFLOW)
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "a %s is not a process", plugin_kind_singular(kind));
    orma_status st = registry_find(r, kind, name, &entry, err);
    if (st == ORMA_OK)
        st = registry_spec(r, entry, &form, err);
    if (st == ORMA_OK)
        st = process_spec_from_normal_form(r, entry, form, out, err);
    return st;
}

void process_spec_free(process_spec *spec)
{
    struct spec_box *box = (struct spec_box *)spec;

    if (box == NULL)
        return;
    json_object_put(box->owned);
    arena_free(&box->memory);
    free(box);
}

const exit_code *spec_exit_code(const process_spec *spec, const char *label)
{
    for (size_t i = 0; i < spec->exit_code_count; i++)
        if (strcmp(spec->exit_codes[i].label, label) == 0)
            return &spec->exit_codes[i];
    return NULL;
}

const exit_code *spec_exit_status(const process_spec *spec, int32_t status)
{
    for (size_t i = 0; i < spec->exit_code_count; i++)
        if (spec->exit_codes[i].status == status)
            return &spec->exit_codes[i];
    return NULL;
}
