/* One entry point with its whole spec.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/plugins.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/spec.h>

static orma_status describe_process(registry *r, const plugin_entry *entry,
                                    json_object **out, orma_error **err)
{
    process_spec *spec = NULL;
    AUTO_FREE char *name =
        text_printf("%s/%s", entry->package->name, entry->name);

    if (name == NULL)
        return error_no_memory(err);
    orma_status st = process_spec_get(r, entry->kind, name, &spec, err);
    if (st == ORMA_OK)
        st = process_spec_describe(spec, out, err);
    process_spec_free(spec);
    return st;
}

/* Other kinds have no ports in common: their normal form says it all. */
static orma_status describe_other(registry *r, const plugin_entry *entry,
                                  json_object **out, orma_error **err)
{
    const json_object *form = NULL;
    const orma_status st = registry_spec(r, entry, &form, err);

    if (st != ORMA_OK)
        return st;
    json_object *copy = json_copy(form);
    if (copy == NULL)
        return error_no_memory(err);
    *out = copy;
    return ORMA_OK;
}

orma_status orma_plugin_describe(const char *kind, const char *name,
                                 char **json, orma_error **err)
{
    const plugin_entry *entry = NULL;
    enum plugin_kind wanted = KIND_COUNT;
    json_object *description = NULL;
    registry *r = NULL;
    orma_status st = registry_default(&r, err);

    if (st != ORMA_OK)
        return st;
    if (!plugin_kind_parse(kind, &wanted))
        return error_set(err, ORMA_E_NOT_FOUND, "plugin", 0,
                         "\"%s\" is not a kind of entry point", kind);
    st = registry_find(r, wanted, name, &entry, err);
    if (st != ORMA_OK)
        return st;
    if (wanted == KIND_CALCULATION || wanted == KIND_WORKFLOW)
        st = describe_process(r, entry, &description, err);
    else
        st = describe_other(r, entry, &description, err);
    return st == ORMA_OK ? hand_out(description, json, err) : st;
}
