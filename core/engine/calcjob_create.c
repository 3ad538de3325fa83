/* A new calcjob in the graph: its node, inputs and links, in one unit.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include <engine/caching.h>
#include <engine/calcjob.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* ---- what this engine does not do -------------------------------- */

static const struct {
    const char *path;
    bool is_option;
    const char *what;
} not_offered[] = {
    {"remote_folder", false, "importing a job that was run elsewhere"},
    {"monitors", false, "monitoring a running job"},
    {"stash", true, "stashing files"},
    {"unstash", true, "bringing stashed files back"},
};

static bool has_input_below(const process_inputs *inputs, const char *name)
{
    AUTO_FREE char *prefix = text_printf("%s.", name);

    for (size_t i = 0; i < inputs->count; i++)
        if (text_equal(inputs->items[i].path, name) ||
            (prefix != NULL && text_starts(inputs->items[i].path, prefix)))
            return true;
    return false;
}

/* Refused before anything is stored, rather than left out in silence. */
static orma_status check_offered(const calcjob *job, orma_error **err)
{
    if (!json_get_bool(job->inputs->metadata, "store_provenance", true))
        return error_set(err, ORMA_E_UNSUPPORTED, "engine", 0,
                         "metadata.store_provenance: running without keeping "
                         "provenance is not offered");
    for (size_t i = 0; i < sizeof not_offered / sizeof *not_offered; i++) {
        const json_object *option =
            not_offered[i].is_option ? calcjob_option(job, not_offered[i].path)
                                     : NULL;
        const bool is_given =
            not_offered[i].is_option
                ? json_object_is_type(option, json_type_object) &&
                      json_object_object_length(option) > 0
                : has_input_below(job->inputs, not_offered[i].path);
        if (is_given)
            return error_set(err, ORMA_E_UNSUPPORTED, "engine", 0,
                             "%s%s: %s is not offered by this version",
                             not_offered[i].is_option ? "metadata.options."
                                                      : "",
                             not_offered[i].path, not_offered[i].what);
    }
    return ORMA_OK;
}

orma_status calcjob_check(calcjob *job, orma_error **err)
{
    const plugin_entry *parser = NULL;
    const char *name = calcjob_option_text(job, "parser_name", NULL);
    const void *vtable = NULL;

    orma_status st = check_offered(job, err);
    if (st == ORMA_OK)
        st = plugin_load(job->registry, job->spec->entry, &vtable, err);
    if (st == ORMA_OK)
        st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK && name != NULL)
        st = registry_find(job->registry, KIND_PARSER, name, &parser, err);
    return st == ORMA_OK ? calcjob_check_computer(job, err) : st;
}

/* ---- the record of reproducibility ------------------------------- */

static orma_status plugin_record(calcjob *job, const plugin_entry *entry,
                                 json_object **out, orma_error **err)
{
    char digest[65], abi[32];
    const orma_status st =
        plugin_module_digest(job->registry, entry, digest, err);

    if (st != ORMA_OK)
        return st;
    snprintf(abi, sizeof abi, "%d.%d", ORMA_ABI_MAJOR, ORMA_ABI_MINOR);
    json_object *record = json_object_new_object();
    if (record == NULL ||
        !json_set_text(record, "package", entry->package->name) ||
        !json_set_text(record, "version", entry->package->version) ||
        !json_set_text(record, "interface", entry->interface_id) ||
        !json_set_text(record, "abi", abi) ||
        !json_set_text(record, "module_sha256", digest)) {
        json_object_put(record);
        return error_no_memory(err);
    }
    *out = record;
    return ORMA_OK;
}

/* Which code of ours ran, to the byte: extra `_orma_plugin`. */
static orma_status record_plugins(calcjob *job, orma_error **err)
{
    const char *name = calcjob_option_text(job, "parser_name", NULL);
    const plugin_entry *parser = NULL;
    json_object *record = NULL, *of_parser = NULL;

    orma_status st = plugin_record(job, job->spec->entry, &record, err);
    if (st == ORMA_OK && name != NULL)
        st = registry_find(job->registry, KIND_PARSER, name, &parser, err);
    if (st == ORMA_OK && parser != NULL)
        st = plugin_record(job, parser, &of_parser, err);
    if (st == ORMA_OK && of_parser != NULL &&
        !json_set(record, "parser", of_parser))
        st = error_no_memory(err);
    if (st != ORMA_OK) {
        json_object_put(record);
        return st;
    }
    return json_set(job->process->extras, "_orma_plugin", record)
               ? ORMA_OK
               : error_no_memory(err);
}

/* ---- the node ---------------------------------------------------- */

static bool set_options(json_object *attributes, const json_object *options)
{
    if (options == NULL)
        return true;
    json_object_object_foreach((json_object *)(uintptr_t)options, key, value)
    {
        json_object *copy = value != NULL ? json_copy(value) : NULL;
        if ((value != NULL && copy == NULL) || !json_set(attributes, key, copy))
            return false;
    }
    return true;
}

static bool set_version(json_object *attributes, const plugin_package *package)
{
    json_object *version = json_object_new_object();

    return version != NULL && json_set(attributes, "version", version) &&
           json_set_text(version, "core", PACKAGE_VERSION) &&
           json_set_text(version, "plugin", package->version);
}

/* The order is that of a node written by AiiDA. */
static bool set_attributes(calcjob *job)
{
    json_object *attributes = job->process->attributes;
    const json_object *given = job->inputs->given_metadata;
    json_object *copy = given != NULL ? json_copy(given) : NULL;

    if (given != NULL && copy == NULL)
        return false;
    return json_set_text(attributes, "process_state",
                         process_state_word(PROCESS_CREATED)) &&
           json_set_text(attributes, "process_label",
                         job->spec->process_label) &&
           set_options(attributes,
                       json_get(job->inputs->metadata, "options")) &&
           json_set(attributes, "metadata_inputs", copy) &&
           set_version(attributes, job->spec->entry->package);
}

static bool replace_text(char **to, const char *text)
{
    char *copy = text_copy(text);

    if (copy == NULL)
        return false;
    free(*to);
    *to = copy;
    return true;
}

orma_status calcjob_create_node(calcjob *job, orma_error **err)
{
    const json_object *metadata = job->inputs->metadata;
    node *n = node_create(NODE_TYPE_CALCJOB);

    if (n == NULL)
        return error_no_memory(err);
    job->process = n;
    if (!replace_text(&n->process_type, job->spec->process_type) ||
        !replace_text(&n->python_class,
                      node_process_python_class(NODE_TYPE_CALCJOB)) ||
        !replace_text(&n->label, json_get_text(metadata, "label", "")) ||
        !replace_text(&n->description,
                      json_get_text(metadata, "description", "")) ||
        !set_attributes(job))
        return error_no_memory(err);
    json_object *versions = NULL;
    const orma_status st = caching_versions(
        job->registry, job->spec, calcjob_option_text(job, "parser_name", NULL),
        &versions, err);
    if (st != ORMA_OK)
        return st;
    if (versions != NULL &&
        !json_set(n->attributes, CACHING_VERSIONS, versions))
        return error_no_memory(err);
    n->computer_pk = json_get_int(job->inputs->computer, "pk", 0);
    uuid_parse(json_get_text(job->inputs->computer, "uuid", ""),
               &n->computer_uuid);
    return ORMA_OK;
}

/* ---- the unit ---------------------------------------------------- */

/* One node may be given to several ports. */
static bool was_added(const process_inputs *inputs, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (inputs->items[before].value == inputs->items[i].value)
            return true;
    return false;
}

orma_status calcjob_add_inputs(calcjob *job, unit *u, orma_error **err)
{
    const process_inputs *inputs = job->inputs;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < inputs->count && st == ORMA_OK; i++) {
        const process_input *input = &inputs->items[i];
        if (input->non_db)
            continue;
        if (input->value->pk == 0 && !was_added(inputs, i))
            st = unit_add_node(u, input->value, err);
        if (st == ORMA_OK)
            st = unit_add_link(u, LINK_INPUT_CALC, input->value, job->process,
                               input->link_label, err);
    }
    return st;
}

orma_status calcjob_create(calcjob *job, orma_error **err)
{
    unit *u = NULL;

    orma_status st =
        job->process != NULL ? ORMA_OK : calcjob_create_node(job, err);
    if (st == ORMA_OK)
        st = record_plugins(job, err);
    if (st == ORMA_OK)
        st = calcjob_unit(job, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, job->process, err);
    return st == ORMA_OK ? calcjob_add_inputs(job, u, err) : st;
}
