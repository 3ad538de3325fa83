/* A calcjob taken from the cache instead of being run.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/caching.h>
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* ---- the hash of what would be run ------------------------------- */

static orma_status hash_inputs(const calcjob *job, json_object **out,
                               orma_error **err)
{
    const process_inputs *inputs = job->inputs;
    AUTO_JSON json_object *hashes = json_object_new_object();
    orma_status st = hashes != NULL ? ORMA_OK : error_no_memory(err);

    for (size_t i = 0; st == ORMA_OK && i < inputs->count; i++) {
        const process_input *input = &inputs->items[i];
        char hash[65];
        if (input->non_db)
            continue;
        st = store_node_hash(job->store, input->value, NULL, hash, err);
        if (st == ORMA_OK && !json_set_text(hashes, input->link_label, hash))
            st = error_no_memory(err);
    }
    if (st != ORMA_OK)
        return st;
    *out = hashes;
    hashes = NULL;
    return ORMA_OK;
}

static orma_status hash_job(const calcjob *job, char hash[65], orma_error **err)
{
    AUTO_JSON json_object *inputs = NULL;
    const orma_status st = hash_inputs(job, &inputs, err);

    return st == ORMA_OK
               ? store_node_hash(job->store, job->process, inputs, hash, err)
               : st;
}

/* ---- judging sources --------------------------------------------- */

/* Where looking costs nothing: is the folder still there? It may be an input
 * of what comes next, which would fail without it. */
static orma_status check_folder(calcjob *job, const node *source,
                                json_object *reasons, orma_error **err)
{
    const char *path =
        json_get_text(source->attributes, "remote_workdir", NULL);
    orma_file_info info = {.size = sizeof info};
    bool found = false;

    if (!job->is_free || path == NULL)
        return ORMA_OK;
    orma_status st = calcjob_connect(job, err);
    if (st == ORMA_OK)
        st = calcjob_remote_stat(job, path, &info, &found, err);
    if (st != ORMA_OK || found)
        return st;
    AUTO_FREE char *text = text_printf("its folder \"%s\" is not there any "
                                       "more",
                                       path);
    json_object *reason = text != NULL ? json_object_new_string(text) : NULL;
    if (reason != NULL && json_object_array_add(reasons, reason) == 0)
        return ORMA_OK;
    json_object_put(reason);
    return error_no_memory(err);
}

static orma_status judge(void *user, const node *source, json_object *reasons,
                         orma_error **err)
{
    calcjob *job = user;
    const orma_status st = caching_check_exit(job->spec, source, reasons, err);

    return st == ORMA_OK ? check_folder(job, source, reasons, err) : st;
}

/* ---- the clone --------------------------------------------------- */

/* The process has no pk yet, so that AiiDA's "dbnode_id" is left out. */
static orma_status log_source(calcjob *job, unit *u, int64_t source_pk,
                              orma_error **err)
{
    AUTO_FREE char *message =
        text_printf("created from cache %lld", (long long)source_pk);

    return message == NULL ? error_no_memory(err)
                           : unit_add_log(u, job->process, ORMA_LOG_REPORT,
                                          ENGINE_LOGGER, message, NULL, err);
}

/* One unit: the process with its inputs, the clones of the outputs, and the
 * seal. Nothing of it is stored unless all of it is. */
static orma_status clone_source(calcjob *job, const node *source,
                                orma_error **err)
{
    cache_clones clones = {0};
    unit *u = NULL;

    orma_status st = cache_fill(job->process, source, err);
    if (st == ORMA_OK)
        st = calcjob_unit(job, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, job->process, err);
    if (st == ORMA_OK)
        st = calcjob_add_inputs(job, u, err);
    if (st == ORMA_OK)
        st = log_source(job, u, source->pk, err);
    if (st == ORMA_OK)
        st = cache_add_outputs(job->store, u, job->process, source, &clones,
                               err);
    if (st == ORMA_OK)
        st = calcjob_commit(job, err);
    else
        calcjob_drop_unit(job);
    cache_clones_finish(&clones);
    return st;
}

/* ---- policies ---------------------------------------------------- */

static orma_status forbidden(orma_error **err)
{
    const orma_status st = error_set(
        err, ORMA_E_INVALID, "engine", 0,
        "a result from the cache is required, and metadata.disable_cache "
        "forbids it");
    error_hint(err, "leave one of the two out");
    return st;
}

/* Why none of those that are alike may be taken. */
static orma_status none_found(const json_object *refused, const char *hash,
                              orma_error **err)
{
    const size_t n = json_object_array_length(refused);
    const json_object *first =
        n > 0 ? json_object_array_get_idx(refused, 0) : NULL;
    orma_status st;

    if (first == NULL) {
        st = error_set(err, ORMA_E_REFUSED, "engine", 0,
                       "a result from the cache is required, and no earlier "
                       "process has the hash %s",
                       hash);
        error_hint(err, "compare with one that should: orma process "
                        "why-not-cached PROCESS OTHER");
        return st;
    }
    const json_object *reasons = json_get(first, "reasons");
    st = error_set(
        err, ORMA_E_REFUSED, "engine", 0,
        "a result from the cache is required, and process %lld cannot be used: "
        "%s",
        (long long)json_get_int(first, "pk", 0),
        json_object_get_string(json_object_array_get_idx(reasons, 0)));
    error_hint(err, "orma process why-not-cached %lld",
               (long long)json_get_int(first, "pk", 0));
    return st;
}

/* A hash that cannot be computed finds nothing, and is no failure. */
static orma_status find_source(calcjob *job, node **source, orma_error **err)
{
    const bool is_required = job->options->cache == CACHE_REQUIRE;
    AUTO_JSON json_object *refused = json_object_new_array();
    AUTO_ERROR orma_error *unknown = NULL;
    char hash[65] = "";

    if (refused == NULL)
        return error_no_memory(err);
    orma_status st = hash_job(job, hash, &unknown);
    if (st == ORMA_E_NOT_FOUND && !is_required)
        return ORMA_OK;
    if (st != ORMA_OK) {
        error_move(&unknown, err);
        return st;
    }
    const cache_key key = {job->process->node_type, job->process->process_type,
                           hash};
    st = cache_find_source(job->store, &key, judge, job, source, refused, err);
    if (st == ORMA_OK && *source == NULL && is_required)
        st = none_found(refused, hash, err);
    return st;
}

orma_status calcjob_take_cached(calcjob *job, int64_t *source_pk,
                                orma_error **err)
{
    const enum cache_policy policy = job->options->cache;
    node *source = NULL;

    *source_pk = 0;
    if (policy != CACHE_USE && policy != CACHE_REQUIRE)
        return ORMA_OK;
    if (json_get_bool(job->inputs->metadata, "disable_cache", false))
        return policy == CACHE_REQUIRE ? forbidden(err) : ORMA_OK;
    orma_status st = find_source(job, &source, err);
    if (st != ORMA_OK || source == NULL)
        return st;
    st = clone_source(job, source, err);
    if (st == ORMA_OK)
        *source_pk = source->pk;
    node_free(source);
    return st;
}

static orma_status mark_others(calcjob *job, unit *u, const json_object *pks,
                               cache_clones *loaded, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(pks);
         i++) {
        const int64_t pk =
            json_object_get_int64(json_object_array_get_idx(pks, i));
        if (pk == job->process->pk)
            continue;
        st = store_node(job->store, pk, &loaded->items[loaded->count], err);
        if (st == ORMA_OK)
            st = unit_set_extra(u, loaded->items[loaded->count++], CACHE_VALID,
                                json_object_new_boolean(0), err);
    }
    return st;
}

orma_status calcjob_supersede(calcjob *job, orma_error **err)
{
    const node *own = job->process;
    const cache_key key = {own->node_type, own->process_type,
                           json_get_text(own->extras, CACHE_HASH, NULL)};
    AUTO_JSON json_object *pks = NULL;
    cache_clones loaded = {0};
    unit *u = NULL;

    if (key.hash == NULL)
        return ORMA_OK;
    orma_status st = cache_candidates(job->store, &key, &pks, err);
    if (st != ORMA_OK || json_object_array_length(pks) < 2)
        return st;
    loaded.items = calloc(json_object_array_length(pks), sizeof(node *));
    st = loaded.items != NULL ? unit_begin(job->store, &u, err)
                              : error_no_memory(err);
    if (st == ORMA_OK)
        st = mark_others(job, u, pks, &loaded, err);
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    cache_clones_finish(&loaded);
    return st;
}
