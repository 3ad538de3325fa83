/* Factories and listings of entry points, for programs.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/plugins.h>

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>

#include <plugin/check.h>
#include <plugin/registry.h>

void orma_free(char *text)
{
    free(text);
}

const char *orma_version(void)
{
    return PACKAGE_VERSION;
}

/* ---- factories --------------------------------------------------- */

static orma_status find_table(enum plugin_kind kind, const char *name,
                              const void **table, orma_error **err)
{
    const plugin_entry *entry = NULL;
    registry *r = NULL;
    orma_status st = registry_default(&r, err);

    if (st == ORMA_OK)
        st = registry_find(r, kind, name, &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(r, entry, table, err);
    return st;
}

/* The same function for each kind, with the table's own type. */
#define FACTORY(singular, type, kind)                                          \
    orma_status orma_##singular##_factory(const char *name,                    \
                                          const type **plugin,                 \
                                          orma_error **err)                    \
    {                                                                          \
        const void *table = NULL;                                              \
        const orma_status st = find_table(kind, name, &table, err);            \
                                                                               \
        if (st == ORMA_OK)                                                     \
            *plugin = table;                                                   \
        return st;                                                             \
    }

FACTORY(calculation, orma_calculation, KIND_CALCULATION)
FACTORY(parser, orma_parser, KIND_PARSER)
FACTORY(data, orma_data, KIND_DATA)
FACTORY(scheduler, orma_scheduler, KIND_SCHEDULER)
FACTORY(transport, orma_transport, KIND_TRANSPORT)
FACTORY(workflow, struct orma_workflow, KIND_WORKFLOW)
FACTORY(storage, struct orma_storage, KIND_STORAGE)

/* ---- listings ---------------------------------------------------- */

static bool set_reason(json_object *row, const char *reason)
{
    return reason != NULL ? json_set_text(row, "reason", reason)
                          : json_set(row, "reason", NULL);
}

/* Appends row, which is whole when ok; takes it over. */
static orma_status add_row(json_object *rows, json_object *row, bool ok,
                           orma_error **err)
{
    if (ok && json_object_array_add(rows, row) == 0)
        return ORMA_OK;
    json_object_put(row);
    return error_no_memory(err);
}

static orma_status add_entry(registry *r, const plugin_entry *e,
                             json_object *rows, orma_error **err)
{
    json_object *row = json_object_new_object();
    const char *path = plugin_module_path(e), *reason = NULL;
    const enum plugin_state state = registry_entry_state(r, e, &reason);
    const bool ok =
        row != NULL &&
        json_set_text(row, "kind", plugin_kind_word(e->kind)) &&
        json_set_text(row, "group", plugin_kind_group(e->kind)) &&
        json_set_text(row, "name", e->name) &&
        json_set_text(row, "package", e->package->name) &&
        json_set_text(row, "version", e->package->version) &&
        json_set_text(row, "summary", e->summary) &&
        json_set_text(row, "state", plugin_state_word(state)) &&
        set_reason(row, reason) &&
        json_set_text(row, "path", path != NULL ? path : e->package->folder);

    return add_row(rows, row, ok, err);
}

static orma_status add_package(registry *r, const plugin_package *p,
                               json_object *rows, orma_error **err)
{
    json_object *row = json_object_new_object();
    const char *reason = NULL;
    const enum plugin_state state = registry_package_state(r, p, &reason);
    const bool ok = row != NULL && json_set_text(row, "name", p->name) &&
                    json_set_text(row, "version", p->version) &&
                    json_set_text(row, "folder", p->folder) &&
                    json_set_text(row, "state", plugin_state_word(state)) &&
                    set_reason(row, reason) &&
                    json_set_text(row, "summary", p->summary);

    return add_row(rows, row, ok, err);
}

static orma_status take_text(const json_object *rows, char **json,
                             orma_error **err)
{
    char *text = json_text(rows, JSON_PRETTY);

    if (text == NULL)
        return error_no_memory(err);
    *json = text;
    return ORMA_OK;
}

static orma_status unknown_kind(const char *kind, orma_error **err)
{
    AUTO_BUF buf words = {0};

    for (int i = 0; i < KIND_COUNT; i++)
        buf_printf(&words, "%s%s", i > 0 ? ", " : "",
                   plugin_kind_word((enum plugin_kind)i));
    error_set(err, ORMA_E_NOT_FOUND, "plugin", 0,
              "\"%s\" is not a kind of entry point", kind);
    error_hint(err, "the kinds are %s", buf_c_str(&words));
    return ORMA_E_NOT_FOUND;
}

orma_status orma_plugin_list(const char *kind, char **json, orma_error **err)
{
    AUTO_JSON json_object *rows = json_object_new_array();
    enum plugin_kind wanted = KIND_COUNT;
    registry *r = NULL;
    orma_status st = registry_default(&r, err);

    if (st != ORMA_OK)
        return st;
    if (kind != NULL && !plugin_kind_parse(kind, &wanted))
        return unknown_kind(kind, err);
    if (rows == NULL)
        return error_no_memory(err);
    registry_probe(r);
    for (size_t i = 0; st == ORMA_OK && i < registry_entry_count(r); i++) {
        const plugin_entry *e = registry_entry(r, i);
        if (wanted == KIND_COUNT || e->kind == wanted)
            st = add_entry(r, e, rows, err);
    }
    return st == ORMA_OK ? take_text(rows, json, err) : st;
}

orma_status orma_plugin_packages(char **json, orma_error **err)
{
    AUTO_JSON json_object *rows = json_object_new_array();
    registry *r = NULL;
    orma_status st = registry_default(&r, err);

    if (st != ORMA_OK)
        return st;
    if (rows == NULL)
        return error_no_memory(err);
    registry_probe(r);
    for (size_t i = 0; st == ORMA_OK && i < registry_package_count(r); i++)
        st = add_package(r, registry_package(r, i), rows, err);
    return st == ORMA_OK ? take_text(rows, json, err) : st;
}

orma_status orma_plugin_check(const char *folder, const char *entry, char **tap,
                              int32_t *failed, orma_error **err)
{
    AUTO_BUF buf report = {0};
    int32_t count = 0;
    const orma_status st = plugin_check(folder, entry, &report, &count, err);

    if (st != ORMA_OK)
        return st;
    char *text = buf_take(&report);
    if (text == NULL)
        return error_no_memory(err);
    *tap = text;
    *failed = count;
    return ORMA_OK;
}
