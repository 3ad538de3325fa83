/* The plugins' part in the cache.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/caching.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* ---- versions ---------------------------------------------------- */

static orma_status set_version(json_object **out, const char *key,
                               const json_object *version, orma_error **err)
{
    if (version == NULL)
        return ORMA_OK;
    if (*out == NULL)
        *out = json_object_new_object();
    return *out != NULL && json_set(*out, key, json_copy(version))
               ? ORMA_OK
               : error_no_memory(err);
}

orma_status caching_versions(registry *r, const process_spec *spec,
                             const char *parser, json_object **out,
                             orma_error **err)
{
    static const char path[] = "cache.version";
    const plugin_entry *entry = NULL;
    const json_object *form = NULL;
    AUTO_JSON json_object *versions = NULL;

    orma_status st = set_version(&versions, "calc_job",
                                 json_get_path(spec->normal_form, path), err);
    if (st == ORMA_OK && parser != NULL)
        st = registry_find(r, KIND_PARSER, parser, &entry, err);
    if (st == ORMA_OK && entry != NULL)
        st = registry_spec(r, entry, &form, err);
    if (st == ORMA_OK && form != NULL)
        st = set_version(&versions, "parser", json_get_path(form, path), err);
    if (st != ORMA_OK)
        return st;
    *out = versions;
    versions = NULL;
    return ORMA_OK;
}

/* ---- judging ----------------------------------------------------- */

static orma_status add_reason(json_object *reasons, char *text,
                              orma_error **err)
{
    AUTO_FREE char *owned = text;
    json_object *reason = owned != NULL ? json_object_new_string(owned) : NULL;

    if (reason != NULL && json_object_array_add(reasons, reason) == 0)
        return ORMA_OK;
    json_object_put(reason);
    return error_no_memory(err);
}

orma_status caching_check_exit(const process_spec *spec, const node *process,
                               json_object *reasons, orma_error **err)
{
    const int64_t status = json_get_int(process->attributes, "exit_status", 0);
    const exit_code *code = status >= 0 && status <= INT32_MAX
                                ? spec_exit_status(spec, (int32_t)status)
                                : NULL;

    if (code == NULL || !code->invalidates_cache)
        return ORMA_OK;
    return add_reason(reasons,
                      text_printf("its exit status %d (%s) forbids that it is "
                                  "used again",
                                  (int)code->status, code->label),
                      err);
}

/* "aiida.calculations:NAME" as NAME, else NULL. */
static const char *entry_of(const node *process)
{
    const char *group = plugin_kind_group(KIND_CALCULATION);
    const size_t len = strlen(group);

    return process->process_type != NULL &&
                   text_starts(process->process_type, group) &&
                   process->process_type[len] == ':'
               ? process->process_type + len + 1
               : NULL;
}

orma_status caching_check(registry *r, store *s, const node *process,
                          json_object *reasons, orma_error **err)
{
    const char *entry = entry_of(process);
    AUTO_ERROR orma_error *missing = NULL;
    process_spec *spec = NULL;

    orma_status st = cache_check(s, process, reasons, err);
    /* Functions of Python are no plugins, and have no exit codes. */
    if (st != ORMA_OK || !text_equal(process->node_type, NODE_TYPE_CALCJOB))
        return st;
    if (entry == NULL)
        return add_reason(
            reasons, text_copy("it is of no entry point of a plugin"), err);
    if (process_spec_get(r, KIND_CALCULATION, entry, &spec, &missing) !=
        ORMA_OK)
        return add_reason(
            reasons,
            text_printf("its plugin \"%s\" is not installed here", entry), err);
    st = caching_check_exit(spec, process, reasons, err);
    process_spec_free(spec);
    return st;
}

/* ---- a rerun ----------------------------------------------------- */

/* Options that nobody gave have the defaults of today. */
static orma_status set_defaults(const process_spec *spec, const node *process,
                                json_object *attributes, orma_error **err)
{
    static const char path[] = "metadata_inputs.metadata.options";
    const json_object *given = json_get_path(process->attributes, path);
    const port *options = port_find(&spec->inputs, "metadata.options");

    for (size_t i = 0; options != NULL && i < options->child_count; i++) {
        const port *option = &options->children[i];
        if (!option->has_default || option->fallback == NULL ||
            json_get(given, option->name) != NULL)
            continue;
        if (!json_set(attributes, option->name, json_copy(option->fallback)))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status rerun_attributes(registry *r, const process_spec *spec,
                                    const node *process, json_object **out,
                                    orma_error **err)
{
    AUTO_JSON json_object *attributes = json_copy(process->attributes);
    json_object *versions = NULL;

    if (attributes == NULL)
        return error_no_memory(err);
    orma_status st = ORMA_OK;
    /* Very old nodes do not tell what was given; null: nothing was. */
    if (json_object_object_get_ex(process->attributes, "metadata_inputs", NULL))
        st = set_defaults(spec, process, attributes, err);
    if (st == ORMA_OK)
        st = caching_versions(r, spec,
                              json_get_text(attributes, "parser_name", NULL),
                              &versions, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_del(attributes, CACHING_VERSIONS);
    if (versions != NULL && !json_set(attributes, CACHING_VERSIONS, versions))
        return error_no_memory(err);
    *out = attributes;
    attributes = NULL;
    return ORMA_OK;
}

/* Of a calcjob like the process, but for the attributes. "": not known. */
static orma_status rerun_hash(store *s, const node *process,
                              json_object *attributes, char hash[65],
                              orma_error **err)
{
    AUTO_ERROR orma_error *unknown = NULL;
    node like = *process;

    like.attributes = attributes;
    const orma_status st = store_node_hash(s, &like, NULL, hash, &unknown);
    if (st == ORMA_E_NOT_FOUND) {
        hash[0] = '\0';
        return ORMA_OK;
    }
    if (st != ORMA_OK)
        error_move(&unknown, err);
    return st;
}

orma_status caching_rerun(registry *r, store *s, const node *process,
                          char hash[65], json_object **differences,
                          orma_error **err)
{
    const char *entry = entry_of(process);
    AUTO_JSON json_object *attributes = NULL;
    AUTO_JSON json_object *found = json_object_new_array();
    process_spec *spec = NULL;

    if (found == NULL)
        return error_no_memory(err);
    if (entry == NULL || !text_equal(process->node_type, NODE_TYPE_CALCJOB))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "process %lld is no calcjob of an entry point",
                         (long long)process->pk);
    orma_status st = process_spec_get(r, KIND_CALCULATION, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    st = rerun_attributes(r, spec, process, &attributes, err);
    process_spec_free(spec);
    if (st == ORMA_OK)
        st = rerun_hash(s, process, attributes, hash, err);
    if (st == ORMA_OK)
        st = cache_compare_attributes(process->node_type, process->attributes,
                                      attributes, found, err);
    if (st != ORMA_OK)
        return st;
    *differences = found;
    found = NULL;
    return ORMA_OK;
}
