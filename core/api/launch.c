/* Launching processes and parsing folders, for programs.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/launch.h>

#include <string.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <config/caching.h>
#include <engine/run.h>
#include <storage/cache.h>

/* Spec and inputs of one launch. */
typedef struct launch {
    process_spec *spec;
    process_inputs *inputs;
} launch;

static void launch_finish(launch *l)
{
    process_inputs_free(l->inputs);
    process_spec_free(l->spec);
}
#define AUTO_LAUNCH __attribute__((cleanup(launch_finish)))

static const char *folder_of(const orma_run_options *options)
{
    return options != NULL && ORMA_HAS(orma_run_options, options, folder) &&
                   options->folder != NULL
               ? options->folder
               : ".";
}

static orma_status build(registry *r, store *s, const char *entry,
                         orma_str inputs, const char *folder, launch *out,
                         orma_error **err)
{
    AUTO_JSON json_object *document = NULL;
    input_problems problems = {0};

    orma_status st = take_in(inputs, "inputs", &document, err);
    if (st == ORMA_OK)
        st = process_spec_get(r, KIND_CALCULATION, entry, &out->spec, err);
    if (st == ORMA_OK)
        st = process_inputs_build(r, s, out->spec, document, folder,
                                  &out->inputs, &problems, err);
    input_problems_finish(&problems);
    return st;
}

/* ---- results ----------------------------------------------------- */

static orma_status output_document(orma_profile *p, const store_link *link,
                                   json_object **out, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *value = NULL;
    AUTO_JSON json_object *document = json_object_new_object();
    orma_error *ignored = NULL;
    char uuid[37];

    const orma_status st = store_node(p->store, link->pk, &n, err);
    if (st != ORMA_OK)
        return st;
    uuid_format(&n->uuid, uuid);
    if (document == NULL || !json_set_int(document, "pk", n->pk) ||
        !json_set_text(document, "uuid", uuid) ||
        !json_set_text(document, "node_type", n->node_type))
        return error_no_memory(err);
    /* Most types have no value of their own. */
    if (data_value(p->registry, n, &value, &ignored) == ORMA_OK &&
        !json_set(document, "value", json_object_get(value)))
        return error_no_memory(err);
    orma_error_free(ignored);
    if (!json_set(document, "attributes", json_object_get(n->attributes)))
        return error_no_memory(err);
    *out = document;
    document = NULL;
    return ORMA_OK;
}

static orma_status set_outputs(orma_profile *p, int64_t pk, json_object *result,
                               orma_error **err)
{
    AUTO_LINKS store_links links = {0};
    json_object *outputs = json_object_new_object();

    if (!json_set(result, "outputs", outputs))
        return error_no_memory(err);
    orma_status st = store_node_links(p->store, pk, false, &links, err);
    for (size_t i = 0; i < links.count && st == ORMA_OK; i++) {
        json_object *document = NULL;
        if (links.items[i].type != LINK_CREATE &&
            links.items[i].type != LINK_RETURN)
            continue;
        st = output_document(p, &links.items[i], &document, err);
        if (st == ORMA_OK && !json_set(outputs, links.items[i].label, document))
            st = error_no_memory(err);
    }
    return st;
}

static bool set_process(const node *n, json_object *result)
{
    static const char *const keys[] = {"process_label", "process_state",
                                       "exit_status", "exit_message"};
    char uuid[37];

    uuid_format(&n->uuid, uuid);
    if (!json_set_int(result, "pk", n->pk) ||
        !json_set_text(result, "uuid", uuid))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_set(result, keys[i],
                      json_object_get(json_get(n->attributes, keys[i]))))
            return false;
    const char *source = json_get_text(n->extras, CACHE_FROM, NULL);
    return source == NULL || json_set_text(result, "cached_from", source);
}

orma_status orma_process_result(orma_profile *profile, int64_t pk, char **json,
                                orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *result = json_object_new_object();

    orma_status st = store_node(profile->store, pk, &n, err);
    if (st != ORMA_OK)
        return st;
    if (!node_is_process(n->node_type))
        return error_set(err, ORMA_E_INVALID, "api", 0,
                         "node %lld is no process", (long long)pk);
    if (result == NULL || !set_process(n, result))
        return error_no_memory(err);
    st = set_outputs(profile, pk, result, err);
    return st == ORMA_OK ? hand_out(json_object_get(result), json, err) : st;
}

/* ---- running ----------------------------------------------------- */

/* What steers the engine: the profile's options, under AiiDA's names, and the
 * caller's. */
typedef struct steering {
    run_options run;
    json_object *sandbox; /* run.sandbox is its text */
} steering;

static void steering_finish(steering *s)
{
    json_object_put(s->sandbox);
}
#define AUTO_STEERING __attribute__((cleanup(steering_finish)))

static void read_profile_options(const orma_profile *p, steering *s)
{
    run_options *run = &s->run;
    AUTO_JSON json_object *attempts =
        config_option(p->config, p->name, "transport.task_maximum_attempts");
    AUTO_JSON json_object *interval = config_option(
        p->config, p->name, "transport.task_retry_initial_interval");

    if (attempts != NULL && json_object_get_int(attempts) > 0)
        run->max_attempts = json_object_get_int(attempts);
    if (interval != NULL && json_object_get_int64(interval) > 0)
        run->retry_initial_s = json_object_get_int64(interval);
    s->sandbox = config_option(p->config, p->name, "storage.sandbox");
    if (json_object_is_type(s->sandbox, json_type_string))
        run->sandbox = json_object_get_string(s->sandbox);
}

static void steering_read(const orma_profile *profile,
                          const orma_run_options *options, steering *s)
{
    run_options_init(&s->run);
    read_profile_options(profile, s);
    if (options == NULL || !ORMA_HAS(orma_run_options, options, user))
        return;
    s->run.handle_signals = options->handle_signals != 0;
    s->run.progress = options->progress;
    s->run.progress_user = options->user;
}

static orma_status unknown_policy(const char *word, orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "api", 0,
                  "\"%.40s\" is no policy of the cache", word);
    error_hint(err, "use, refresh, ignore or require");
    return st;
}

/* The caller's word, else what the profile says of this process. */
static orma_status read_cache_policy(const orma_profile *p,
                                     const process_spec *spec,
                                     const orma_run_options *options,
                                     enum cache_policy *policy,
                                     orma_error **err)
{
    static const char *const words[] = {
        [CACHE_IGNORE] = "ignore",
        [CACHE_USE] = "use",
        [CACHE_REFRESH] = "refresh",
        [CACHE_REQUIRE] = "require",
    };
    const char *word =
        options != NULL && ORMA_HAS(orma_run_options, options, cache)
            ? options->cache
            : NULL;
    bool enabled = false;

    for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
        if (text_equal(word, words[i])) {
            *policy = (enum cache_policy)i;
            return ORMA_OK;
        }
    if (word != NULL)
        return unknown_policy(word, err);
    const orma_status st = caching_is_enabled(
        p->config, p->name, spec->process_type, &enabled, err);
    if (st == ORMA_OK)
        *policy = enabled ? CACHE_USE : CACHE_IGNORE;
    return st;
}

orma_status orma_run(orma_profile *profile, const char *entry, orma_str inputs,
                     const orma_run_options *options, int64_t *pk, char **json,
                     orma_error **err)
{
    AUTO_LAUNCH launch l = {0};
    AUTO_STEERING steering s = {0};

    *pk = 0;
    steering_read(profile, options, &s);
    orma_status st = build(profile->registry, profile->store, entry, inputs,
                           folder_of(options), &l, err);
    if (st == ORMA_OK && json_get_bool(l.inputs->metadata, "dry_run", false))
        st = error_set(err, ORMA_E_UNSUPPORTED, "api", 0,
                       "metadata.dry_run: a dry run is orma_dry_run()'s");
    if (st == ORMA_OK)
        st = read_cache_policy(profile, l.spec, options, &s.run.cache, err);
    if (st == ORMA_OK)
        st = engine_run(profile->registry, profile->store, l.spec, l.inputs,
                        &s.run, pk, err);
    return st == ORMA_OK ? orma_process_result(profile, *pk, json, err) : st;
}

/* A request to kill stands: only the engine may end what it was asked to. */
static orma_status take_pause_back(orma_profile *p, int64_t pk,
                                   orma_error **err)
{
    process_row row = {0};
    bool found = false;
    const orma_status st = store_process_row(p->store, pk, &row, &found, err);

    if (st != ORMA_OK || !found)
        return st;
    const bool is_pause = text_equal(row.request, "pause");
    process_row_finish(&row);
    return is_pause ? store_request(p->store, pk, NULL, err) : ORMA_OK;
}

orma_status orma_resume(orma_profile *profile, const char *process,
                        const orma_run_options *options, int64_t *pk,
                        char **json, orma_error **err)
{
    AUTO_STEERING steering s = {0};
    AUTO_NODE node *n = NULL;

    *pk = 0;
    steering_read(profile, options, &s);
    orma_status st =
        store_find_node(profile->store, process, "process.", &n, err);
    if (st != ORMA_OK)
        return st;
    *pk = n->pk;
    st = take_pause_back(profile, *pk, err);
    if (st == ORMA_OK)
        st = engine_resume(profile->registry, profile->store, *pk, &s.run, err);
    return st == ORMA_OK ? orma_process_result(profile, *pk, json, err) : st;
}

orma_status orma_dry_run(orma_profile *profile, const char *entry,
                         orma_str inputs, const orma_run_options *options,
                         char **folder, orma_error **err)
{
    AUTO_LAUNCH launch l = {0};
    const orma_status st = build(profile->registry, profile->store, entry,
                                 inputs, folder_of(options), &l, err);

    return st == ORMA_OK ? engine_dry_run(profile->registry, profile->store,
                                          l.spec, l.inputs, ".", folder, err)
                         : st;
}

/* ---- parsing ----------------------------------------------------- */

/* The calculation whose outputs and exit codes a parser is judged by: that of
 * its name, else one that has it as its default. NULL: none. */
static orma_status calculation_of(registry *r, const char *parser,
                                  const char **name, orma_error **err)
{
    const char *found = NULL;

    for (size_t i = 0; i < registry_entry_count(r); i++) {
        const plugin_entry *entry = registry_entry(r, i);
        const json_object *form = NULL;
        orma_error *ignored = NULL;
        if (entry->kind != KIND_CALCULATION || entry->state != PLUGIN_OK)
            continue;
        const bool is_default =
            registry_spec(r, entry, &form, &ignored) == ORMA_OK &&
            text_equal(json_get_text(form, "default_parser", ""), parser);
        orma_error_free(ignored);
        if (text_equal(entry->name, parser)) {
            *name = entry->name;
            return ORMA_OK;
        }
        if (is_default && found == NULL)
            found = entry->name;
    }
    if (found == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "api", 0,
                         "no calculation is parsed by \"%s\"", parser);
    *name = found;
    return ORMA_OK;
}

/* A calculation's own parser, else the parser of that name. */
static orma_status resolve(registry *r, const char *entry, const char **parser,
                           const char **calculation, orma_error **err)
{
    const plugin_entry *found = NULL;
    const json_object *form = NULL;
    orma_error *ignored = NULL;

    orma_status st =
        registry_find(r, KIND_CALCULATION, entry, &found, &ignored);
    orma_error_free(ignored);
    if (st == ORMA_OK) {
        st = registry_spec(r, found, &form, err);
        if (st != ORMA_OK)
            return st;
        *calculation = found->name;
        *parser = json_get_text(form, "default_parser", NULL);
        if (*parser != NULL)
            return ORMA_OK;
        return error_set(err, ORMA_E_INVALID, "api", 0,
                         "calculation \"%s\" has no default parser", entry);
    }
    st = registry_find(r, KIND_PARSER, entry, &found, err);
    if (st != ORMA_OK)
        return st;
    *parser = found->name;
    return calculation_of(r, found->name, calculation, err);
}

orma_status orma_parse(const char *entry, const char *folder, orma_str inputs,
                       char **json, orma_error **err)
{
    AUTO_LAUNCH launch l = {0};
    AUTO_JSON json_object *result = NULL;
    registry *r = NULL;
    const char *parser = NULL, *calculation = NULL;

    orma_status st = registry_default(&r, err);
    if (st == ORMA_OK)
        st = resolve(r, entry, &parser, &calculation, err);
    if (st == ORMA_OK)
        st = build(r, NULL, calculation, inputs, ".", &l, err);
    if (st == ORMA_OK)
        st = engine_parse_folder(r, l.spec, parser, l.inputs, folder, &result,
                                 err);
    return st == ORMA_OK ? hand_out(json_object_get(result), json, err) : st;
}
