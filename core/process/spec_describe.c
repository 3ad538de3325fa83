/* Specs as JSON, for people and scripts.
 *
 * SPDX-License-Identifier: MIT */
#include <process/spec.h>

#include <base/cleanup.h>
#include <base/error.h>

/* Takes over nothing: `value` is the registry's, and copied. */
static bool set_copy(json_object *to, const char *key,
                     const json_object *value)
{
    if (value == NULL)
        return true;
    json_object *copy = json_copy(value);
    return copy != NULL && json_set(to, key, copy);
}

static bool set_types(json_object *to, const char *key, const port *p)
{
    json_object *types = json_object_new_array();

    if (types == NULL)
        return false;
    for (size_t i = 0; i < p->type_count; i++) {
        json_object *word = json_object_new_string(p->types[i]);
        if (word == NULL || json_object_array_add(types, word) != 0) {
            json_object_put(word);
            json_object_put(types);
            return false;
        }
    }
    return json_set(to, key, types);
}

static bool set_known_text(json_object *to, const char *key, const char *text)
{
    return text == NULL || *text == '\0' || json_set_text(to, key, text);
}

static bool set_true(json_object *to, const char *key, bool holds)
{
    return !holds || json_set_bool(to, key, true);
}

static json_object *describe_ports(const port *ns);

static bool describe_namespace(const port *p, json_object *to)
{
    json_object *ports = describe_ports(p);

    if (ports == NULL || !json_set(to, "ports", ports))
        return false;
    return json_set_bool(to, "namespace", true) &&
           (!p->dynamic || set_types(to, "dynamic", p)) &&
           set_true(to, "nested", p->nested) &&
           (p->populate_defaults ||
            json_set_bool(to, "populate_defaults", false));
}

static bool describe_checks(const port *p, json_object *to)
{
    return (!p->has_default || set_copy(to, "default", p->fallback)) &&
           set_known_text(to, "default_from", p->default_from) &&
           set_known_text(to, "validate", p->validate) &&
           set_copy(to, "choices", p->choices) &&
           set_copy(to, "minimum", p->minimum) &&
           set_copy(to, "maximum", p->maximum) &&
           set_copy(to, "length", p->length) &&
           set_known_text(to, "pattern", p->pattern) &&
           set_true(to, "metadata", p->is_metadata) &&
           set_true(to, "non_db", p->non_db) &&
           set_true(to, "pass_to_parser", p->pass_to_parser);
}

/* NULL without memory. */
static json_object *describe_port(const port *p)
{
    json_object *to = json_object_new_object();

    if (to != NULL &&
        (p->port_class == PORT_NAMESPACE || set_types(to, "types", p)) &&
        json_set_bool(to, "required", p->required) &&
        json_set_text(to, "help", p->help) &&
        set_known_text(to, "unit", p->unit) && describe_checks(p, to) &&
        (p->port_class != PORT_NAMESPACE || describe_namespace(p, to)))
        return to;
    json_object_put(to);
    return NULL;
}

static json_object *describe_ports(const port *ns)
{
    json_object *to = json_object_new_object();

    for (size_t i = 0; to != NULL && i < ns->child_count; i++) {
        json_object *one = describe_port(&ns->children[i]);
        if (one == NULL || !json_set(to, ns->children[i].name, one)) {
            json_object_put(to);
            return NULL;
        }
    }
    return to;
}

static json_object *describe_exit_codes(const process_spec *spec)
{
    json_object *to = json_object_new_array();

    for (size_t i = 0; to != NULL && i < spec->exit_code_count; i++) {
        const exit_code *code = &spec->exit_codes[i];
        json_object *one = json_object_new_object();
        if (one == NULL || !json_set_int(one, "status", code->status) ||
            !json_set_text(one, "label", code->label) ||
            !json_set_text(one, "message", code->message) ||
            !json_set_bool(one, "invalidates_cache",
                           code->invalidates_cache) ||
            json_object_array_add(to, one) != 0) {
            json_object_put(one);
            json_object_put(to);
            return NULL;
        }
    }
    return to;
}

/* What the manifest says of a process beside its ports; kept as it is. */
static const char *const kept_keys[] = {
    "python_class", "interface", "module", "deprecated", "cache",
    "monitors",     "outline",   "handlers", "restart",  "protocols",
};

static bool describe_names(const process_spec *spec, json_object *to)
{
    const plugin_entry *entry = spec->entry;

    if (!json_set_text(to, "kind", plugin_kind_word(entry->kind)) ||
        !json_set_text(to, "name", entry->name) ||
        !json_set_text(to, "package",
                       entry->package != NULL ? entry->package->name : "") ||
        !json_set_text(to, "version",
                       entry->package != NULL ? entry->package->version
                                              : "") ||
        !json_set_text(to, "summary", entry->summary) ||
        !json_set_text(to, "process_label", spec->process_label) ||
        !json_set_text(to, "process_type", spec->process_type) ||
        !set_known_text(to, "default_parser", spec->default_parser) ||
        !set_known_text(to, "default_output", spec->default_output))
        return false;
    for (size_t i = 0; i < sizeof kept_keys / sizeof *kept_keys; i++)
        if (!set_copy(to, kept_keys[i],
                      json_get(spec->normal_form, kept_keys[i])))
            return false;
    return true;
}

orma_status process_spec_describe(const process_spec *spec, json_object **out,
                                  orma_error **err)
{
    AUTO_JSON json_object *to = json_object_new_object();

    if (to == NULL || !describe_names(spec, to))
        return error_no_memory(err);
    json_object *inputs = describe_ports(&spec->inputs);
    if (inputs == NULL || !set_known_text(to, "validate",
                                          spec->inputs.validate)) {
        json_object_put(inputs);
        return error_no_memory(err);
    }
    if (!json_set(to, "inputs", inputs))
        return error_no_memory(err);
    json_object *outputs = describe_ports(&spec->outputs);
    if (outputs == NULL || !json_set(to, "outputs", outputs))
        return error_no_memory(err);
    json_object *codes = describe_exit_codes(spec);
    if (codes == NULL || !json_set(to, "exit_codes", codes))
        return error_no_memory(err);
    *out = to;
    to = NULL;
    return ORMA_OK;
}
