/* Data nodes made and read by their plugins.
 *
 * SPDX-License-Identifier: MIT */
#include <process/data_nodes.h>

#include <stdio.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <base/yaml.h>
#include <orma/data.h>

#define MAX_LITERAL_BYTES ((size_t)64 << 20)

/* The only place where the core names data types for literals. */
const char *data_type_of_literal(const json_object *literal)
{
    switch (json_object_get_type(literal)) {
    case json_type_boolean:
        return "core.bool";
    case json_type_int:
        return "core.int";
    case json_type_double:
        return json_is_integer(literal) ? "core.int" : "core.float";
    case json_type_string:
        return "core.str";
    case json_type_array:
        return "core.list";
    case json_type_object:
        return "core.dict";
    case json_type_null:
        break;
    }
    return NULL;
}

const char *data_type_of_file(void)
{
    return "core.singlefile";
}

orma_status plugin_answer(orma_status st, const plugin_entry *entry,
                          const char *member, orma_error **err)
{
    if (st == ORMA_OK) {
        if (err != NULL && *err != NULL)
            error_clear(err);
        return ORMA_OK;
    }
    if (st > 0 || st < ORMA_E_REFUSED)
        return error_set(err, ORMA_E_BUG, "plugin", 0,
                         "plugin \"%s\": %s() answered the unknown status %d",
                         entry->name, member, (int)st);
    if (err != NULL && *err == NULL)
        return error_set(err, st, "plugin", 0,
                         "plugin \"%s\": %s() failed without a reason",
                         entry->name, member);
    return st;
}

static orma_status load_type(registry *r, const char *type,
                             const plugin_entry **entry,
                             const orma_data **plugin, orma_error **err)
{
    const void *vtable = NULL;
    orma_status st = registry_find(r, KIND_DATA, type, entry, err);

    if (st == ORMA_OK)
        st = plugin_load(r, *entry, &vtable, err);
    if (st == ORMA_OK)
        *plugin = vtable;
    return st;
}

static orma_status load_node_type(registry *r, const node *n,
                                  const plugin_entry **entry,
                                  const orma_data **plugin, orma_error **err)
{
    const void *vtable = NULL;

    *entry = registry_data_by_node_type(r, n->node_type);
    if (*entry == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                         "no data plugin for node type \"%s\" is installed",
                         n->node_type);
    const orma_status st = plugin_load(r, *entry, &vtable, err);
    if (st == ORMA_OK)
        *plugin = vtable;
    return st;
}

static orma_status unsupported(const plugin_entry *entry, const char *what,
                               orma_error **err)
{
    return error_set(err, ORMA_E_UNSUPPORTED, "process", 0,
                     "data type \"%s\" has no %s", entry->name, what);
}

static orma_status create_node(registry *r, const plugin_entry *entry,
                               node **out, orma_error **err)
{
    const json_object *form = NULL;
    const orma_status st = registry_spec(r, entry, &form, err);

    if (st != ORMA_OK)
        return st;
    const char *node_type = json_get_text(form, "node_type", NULL);
    const char *python_class = json_get_text(form, "python_class", NULL);
    if (node_type == NULL)
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "the manifest gives data type \"%s\" no node_type",
                         entry->name);
    node *n = node_create(node_type);
    if (n == NULL)
        return error_no_memory(err);
    n->entry_point = text_copy(entry->name);
    n->python_class = text_copy(python_class);
    if (n->entry_point == NULL ||
        (python_class != NULL && n->python_class == NULL)) {
        node_free(n);
        return error_no_memory(err);
    }
    *out = n;
    return ORMA_OK;
}

static orma_status validate_by(const plugin_entry *entry,
                               const orma_data *plugin, const node *n,
                               orma_error **err)
{
    orma_status st = ORMA_OK;

    if (plugin->validate != NULL)
        st = plugin_answer(plugin->validate(plugin, node_ops(), n, err), entry,
                           "validate", err);
    node_ops_end_call(n);
    return st;
}

/* Frees a node that did not become what it should, or hands it out. */
static orma_status hand_out(orma_status st, const plugin_entry *entry,
                            const orma_data *plugin, node *n, node **out,
                            orma_error **err)
{
    node_ops_end_call(n);
    if (st == ORMA_OK)
        st = validate_by(entry, plugin, n, err);
    if (st == ORMA_OK)
        *out = n;
    else
        node_free(n);
    return st;
}

orma_status data_create(registry *r, const char *type, node **out,
                        orma_error **err)
{
    const plugin_entry *entry = NULL;
    const orma_status st = registry_find(r, KIND_DATA, type, &entry, err);

    return st == ORMA_OK ? create_node(r, entry, out, err) : st;
}

orma_status data_from_literal(registry *r, const char *type,
                              const json_object *literal, node **out,
                              orma_error **err)
{
    return data_from_literal_in(r, NULL, type, literal, out, err);
}

orma_status data_import(registry *r, const char *type, const char *format,
                        const char *path, node **out, orma_error **err)
{
    return data_import_in(r, NULL, type, format, path, out, err);
}

orma_status data_from_literal_in(registry *r, store *s, const char *type,
                                 const json_object *literal, node **out,
                                 orma_error **err)
{
    AUTO_BUF buf text = {0};
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    node *n = NULL;
    orma_status st = load_type(r, type, &entry, &plugin, err);

    if (st != ORMA_OK)
        return st;
    if (!ORMA_HAS(orma_data, plugin, from_literal) ||
        plugin->from_literal == NULL)
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "data type \"%s\" has no literals: name a file by "
                         "{$file: …} or a stored node by {$node: …}",
                         entry->name);
    json_write(&text, literal, JSON_COMPACT);
    st = buf_status(&text, err);
    if (st == ORMA_OK)
        st = create_node(r, entry, &n, err);
    if (st != ORMA_OK)
        return st;
    node_ops_set_store(n, s);
    st = plugin_answer(
        plugin->from_literal(plugin, node_ops(), n, buf_view(&text), err),
        entry, "from_literal", err);
    return hand_out(st, entry, plugin, n, out, err);
}

/* The one literal that a YAML or JSON file holds. */
static orma_status read_literal(const char *path, json_object **out,
                                orma_error **err)
{
    AUTO_BUF buf text = {0};
    AUTO_JSON json_object *documents = NULL;

    orma_status st = file_read(path, MAX_LITERAL_BYTES, &text, err);
    if (st != ORMA_OK)
        return st;
    if (text_ends(path, ".json")) {
        st = json_parse(buf_view(&text), out, err);
        return st == ORMA_OK ? st
                             : error_set(err, st, "process", 0, "%s", path);
    }
    st = yaml_parse(path, buf_view(&text), &documents, err);
    if (st != ORMA_OK)
        return st;
    if (json_object_array_length(documents) != 1)
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "%s: is not one document but %zu", path,
                         json_object_array_length(documents));
    *out = json_object_get(json_object_array_get_idx(documents, 0));
    return ORMA_OK;
}

static bool holds_literal(const char *path, const char *format)
{
    static const char *const words[] = {"yaml", "yml", "json"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char ending[8];
        snprintf(ending, sizeof ending, ".%s", words[i]);
        if (format == NULL ? text_ends(path, ending)
                           : text_equal(format, words[i]))
            return true;
    }
    return false;
}

/* Does the manifest list literals among the files that the type imports? A type
 * without import of its own needs no list. */
static bool lists_literals(registry *r, const plugin_entry *entry)
{
    const json_object *spec = NULL;

    if (registry_spec(r, entry, &spec, NULL) != ORMA_OK)
        return false;
    const json_object *formats = json_get(json_get(spec, "formats"), "import");
    if (!json_object_is_type(formats, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(formats); i++)
        if (text_equal(
                json_object_get_string(json_object_array_get_idx(formats, i)),
                "json"))
            return true;
    return false;
}

/* A file that holds a literal. */
static orma_status import_literal(registry *r, store *s,
                                  const plugin_entry *entry, const char *path,
                                  node **out, orma_error **err)
{
    AUTO_JSON json_object *literal = NULL;
    orma_status st = read_literal(path, &literal, err);

    if (st != ORMA_OK)
        return st;
    st = data_from_literal_in(r, s, entry->name, literal, out, err);
    return st == ORMA_OK ? st : error_set(err, st, "process", 0, "%s", path);
}

orma_status data_import_in(registry *r, store *s, const char *type,
                           const char *format, const char *path, node **out,
                           orma_error **err)
{
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    node *n = NULL;
    orma_status st = load_type(r, type, &entry, &plugin, err);

    if (st != ORMA_OK)
        return st;
    const bool imports =
        ORMA_HAS(orma_data, plugin, import_file) && plugin->import_file != NULL;
    const bool is_literal = ORMA_HAS(orma_data, plugin, from_literal) &&
                            plugin->from_literal != NULL &&
                            holds_literal(path, format) &&
                            (!imports || lists_literals(r, entry));
    if (!imports && !is_literal)
        return unsupported(entry, "import of such files", err);
    if (!file_exists(path))
        return error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                         "there is no file \"%s\"", path);
    if (is_literal)
        return import_literal(r, s, entry, path, out, err);
    st = create_node(r, entry, &n, err);
    if (st != ORMA_OK)
        return st;
    node_ops_set_store(n, s);
    st = plugin_answer(
        plugin->import_file(plugin, node_ops(), n, format, path, err), entry,
        "import_file", err);
    return hand_out(st, entry, plugin, n, out, err);
}

orma_status data_validate(registry *r, const node *n, orma_error **err)
{
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    const orma_status st = load_node_type(r, n, &entry, &plugin, err);

    return st == ORMA_OK ? validate_by(entry, plugin, n, err) : st;
}

orma_status data_value(registry *r, const node *n, json_object **out,
                       orma_error **err)
{
    AUTO_BUF buf text = {0};
    orma_writer writer = {&text, 0};
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    orma_status st = load_node_type(r, n, &entry, &plugin, err);

    if (st != ORMA_OK)
        return st;
    if (!ORMA_HAS(orma_data, plugin, value) || plugin->value == NULL)
        return unsupported(entry, "value", err);
    st = plugin_answer(plugin->value(plugin, node_ops(), n, &writer, err),
                       entry, "value", err);
    node_ops_end_call(n);
    if (st == ORMA_OK)
        st = buf_status(&text, err);
    return st == ORMA_OK ? json_parse(buf_view(&text), out, err) : st;
}

orma_status data_summary(registry *r, const node *n, buf *out, orma_error **err)
{
    orma_writer writer = {out, 1 << 16};
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    orma_status st = load_node_type(r, n, &entry, &plugin, err);

    if (st != ORMA_OK)
        return st;
    if (!ORMA_HAS(orma_data, plugin, summary) || plugin->summary == NULL)
        return unsupported(entry, "summary", err);
    st = plugin_answer(plugin->summary(plugin, node_ops(), n, &writer, err),
                       entry, "summary", err);
    node_ops_end_call(n);
    return st == ORMA_OK ? buf_status(out, err) : st;
}

/* The format that is written when none is named. [static] */
static orma_status first_export(registry *r, const plugin_entry *entry,
                                const char **format, orma_error **err)
{
    const json_object *spec = NULL;
    const orma_status st = registry_spec(r, entry, &spec, err);

    if (st != ORMA_OK)
        return st;
    json_object *formats = json_get(json_get(spec, "formats"), "export");
    if (!json_object_is_type(formats, json_type_array) ||
        json_object_array_length(formats) == 0)
        return unsupported(entry, "format to export to", err);
    *format = json_object_get_string(json_object_array_get_idx(formats, 0));
    return ORMA_OK;
}

orma_status data_export(registry *r, const node *n, const char *format,
                        buf *out, orma_error **err)
{
    orma_writer writer = {out, 0};
    const plugin_entry *entry = NULL;
    const orma_data *plugin = NULL;
    orma_status st = load_node_type(r, n, &entry, &plugin, err);

    if (st != ORMA_OK)
        return st;
    if (!ORMA_HAS(orma_data, plugin, export_file) ||
        plugin->export_file == NULL)
        return unsupported(entry, "export to files", err);
    if (format == NULL)
        st = first_export(r, entry, &format, err);
    if (st != ORMA_OK)
        return st;
    st = plugin_answer(
        plugin->export_file(plugin, node_ops(), n, format, &writer, err), entry,
        "export_file", err);
    node_ops_end_call(n);
    return st == ORMA_OK ? buf_status(out, err) : st;
}
