/* Why a process was, or was not, taken from the cache; hashes anew.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/caching.h>

#include <stdlib.h>
#include <string.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/caching.h>
#include <engine/caching.h>

static orma_status find_process(orma_profile *p, const char *name, node **out,
                                orma_error **err)
{
    const orma_status st = store_find_node(p->store, name, NULL, out, err);

    if (st != ORMA_OK || node_is_process((*out)->node_type))
        return st;
    error_set(err, ORMA_E_INVALID, "process", 0,
              "node %lld is data (%s), not a process", (long long)(*out)->pk,
              (*out)->node_type);
    node_free(*out);
    *out = NULL;
    return ORMA_E_INVALID;
}

/* ---- why not cached ---------------------------------------------- */

/* null where no plugin knows a type that the hash needs. */
static orma_status set_hash(store *s, const node *n, json_object *out,
                            orma_error **err)
{
    AUTO_ERROR orma_error *unknown = NULL;
    char hash[65] = "";
    const orma_status st = store_node_hash(s, n, NULL, hash, &unknown);

    if (st != ORMA_OK && st != ORMA_E_NOT_FOUND) {
        error_move(&unknown, err);
        return st;
    }
    return json_set_text(out, "hash", st == ORMA_OK ? hash : NULL)
               ? ORMA_OK
               : error_no_memory(err);
}

static orma_status describe(orma_profile *p, const node *n, json_object *answer,
                            const char *key, orma_error **err)
{
    json_object *out = json_object_new_object();
    json_object *reasons = json_object_new_array();

    if (out == NULL || reasons == NULL || !json_set(answer, key, out)) {
        json_object_put(reasons);
        return error_no_memory(err);
    }
    if (!json_set_int(out, "pk", n->pk) ||
        !json_set_text(out, "stored_hash",
                       json_get_text(n->extras, CACHE_HASH, NULL))) {
        json_object_put(reasons);
        return error_no_memory(err);
    }
    const orma_status st = set_hash(p->store, n, out, err);
    if (!json_set(out, "reasons", reasons))
        return error_no_memory(err);
    return st == ORMA_OK ? caching_check(p->registry, p->store, n, reasons, err)
                         : st;
}

static orma_status compare(orma_profile *p, const node *process,
                           const node *other, json_object *answer,
                           orma_error **err)
{
    json_object *differences = NULL;
    orma_status st = describe(p, other, answer, "other", err);

    if (st == ORMA_OK)
        st = cache_compare(p->store, process, other, &differences, err);
    if (st != ORMA_OK)
        return st;
    /* The stored hash is what would be found. */
    const char *found =
        json_get_text(json_get(answer, "process"), "stored_hash", "");
    const char *hash = json_get_text(json_get(answer, "other"), "hash", NULL);
    const json_object *reasons =
        json_get(json_get(answer, "process"), "reasons");
    const bool is_hit = json_object_array_length(differences) == 0 &&
                        text_equal(found, hash) &&
                        json_object_array_length(reasons) == 0;
    return json_set(answer, "differences", differences) &&
                   json_set_bool(answer, "hit", is_hit)
               ? ORMA_OK
               : error_no_memory(err);
}

struct judge_context {
    orma_profile *profile;
};

/* caching_check() repeats the store's own rules, which then add nothing. */
static orma_status judge(void *user, const node *process, json_object *reasons,
                         orma_error **err)
{
    const struct judge_context *context = user;
    return caching_check(context->profile->registry, context->profile->store,
                         process, reasons, err);
}

/* What a rerun of the process would find. */
static orma_status find_hit(orma_profile *p, const node *process,
                            const char *hash, json_object *answer,
                            orma_error **err)
{
    const cache_key key = {process->node_type, process->process_type, hash};
    struct judge_context context = {p};
    json_object *refused = json_object_new_array();
    node *source = NULL;

    if (refused == NULL || !json_set(answer, "refused", refused))
        return error_no_memory(err);
    orma_status st = hash[0] == '\0'
                         ? ORMA_OK
                         : cache_find_source(p->store, &key, judge, &context,
                                             &source, refused, err);
    if (st == ORMA_OK &&
        (!json_set(answer, "source",
                   source != NULL ? json_object_new_int64(source->pk) : NULL) ||
         !json_set_bool(answer, "hit",
                        source != NULL &&
                            json_get_bool(answer, "enabled", false))))
        st = error_no_memory(err);
    node_free(source);
    return st;
}

static orma_status foresee(orma_profile *p, const node *process,
                           json_object *answer, orma_error **err)
{
    json_object *differences = NULL;
    char hash[65] = "";
    bool enabled = false;

    orma_status st =
        caching_rerun(p->registry, p->store, process, hash, &differences, err);
    if (st == ORMA_OK && !json_set(answer, "differences", differences))
        st = error_no_memory(err);
    if (st == ORMA_OK)
        st = caching_is_enabled(p->config, p->name, process->process_type,
                                &enabled, err);
    if (st == ORMA_OK && !json_set_bool(answer, "enabled", enabled))
        st = error_no_memory(err);
    return st == ORMA_OK ? find_hit(p, process, hash, answer, err) : st;
}

orma_status orma_process_why_not_cached(orma_profile *profile,
                                        const char *process, const char *other,
                                        char **json, orma_error **err)
{
    AUTO_JSON json_object *answer = json_object_new_object();
    AUTO_NODE node *a = NULL;
    AUTO_NODE node *b = NULL;

    orma_status st = answer != NULL ? find_process(profile, process, &a, err)
                                    : error_no_memory(err);
    if (st == ORMA_OK && other != NULL)
        st = find_process(profile, other, &b, err);
    if (st == ORMA_OK)
        st = describe(profile, a, answer, "process", err);
    if (st == ORMA_OK)
        st = b != NULL ? compare(profile, a, b, answer, err)
                       : foresee(profile, a, answer, err);
    return st == ORMA_OK ? hand_out(json_object_get(answer), json, err) : st;
}

/* ---- marking ----------------------------------------------------- */

orma_status orma_process_set_valid_cache(orma_profile *profile,
                                         const char *process, int32_t valid,
                                         int64_t *pk, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    unit *u = NULL;

    orma_status st = find_process(profile, process, &n, err);
    if (st == ORMA_OK && node_class_of(n->node_type) != NODE_CALCULATION)
        st = error_set(err, ORMA_E_INVALID, "process", 0,
                       "process %lld is no calculation: only those are cached",
                       (long long)n->pk);
    if (st == ORMA_OK)
        st = unit_begin(profile->store, &u, err);
    if (st != ORMA_OK)
        return st;
    json_object *mark = json_object_new_boolean(valid != 0);
    st = mark != NULL ? unit_set_extra(u, n, CACHE_VALID, mark, err)
                      : error_no_memory(err);
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    if (st == ORMA_OK)
        *pk = n->pk;
    return st;
}

/* ---- rehash ------------------------------------------------------ */

static const field selection_fields[] = {
    {"nodes", FIELD_WORDS, false},
    {"entry_points", FIELD_WORDS, false},
};

static size_t count_of(const json_object *words)
{
    return json_object_is_type(words, json_type_array)
               ? json_object_array_length(words)
               : words != NULL;
}

static const char *word_at(const json_object *words, size_t i)
{
    return json_object_get_string(json_object_is_type(words, json_type_array)
                                      ? json_object_array_get_idx(words, i)
                                      : (json_object *)(uintptr_t)words);
}

static orma_status find_pks(orma_profile *p, const json_object *names,
                            int64_t **pks, orma_error **err)
{
    const size_t n = count_of(names);
    AUTO_FREE int64_t *found = calloc(n + 1, sizeof *found);
    orma_status st = found != NULL ? ORMA_OK : error_no_memory(err);

    for (size_t i = 0; st == ORMA_OK && i < n; i++) {
        AUTO_NODE node *one = NULL;
        st = store_find_node(p->store, word_at(names, i), NULL, &one, err);
        if (st == ORMA_OK)
            found[i] = one->pk;
    }
    if (st != ORMA_OK)
        return st;
    *pks = found;
    found = NULL;
    return ORMA_OK;
}

/* "data.core.int." and "process.calculation." are types themselves;
 * "GROUP:NAME" is a process's; other names are looked up. type: freed by the
 * caller. */
static orma_status resolve(orma_profile *p, const char *name,
                           rehash_query *query, char **type, orma_error **err)
{
    static const enum plugin_kind processes[] = {KIND_CALCULATION,
                                                 KIND_WORKFLOW};
    const char *colon = strchr(name, ':');
    const char *bare = colon != NULL ? colon + 1 : name;
    const plugin_entry *entry = NULL;
    const json_object *form = NULL;

    if (colon == NULL &&
        (text_starts(name, "data.") || text_starts(name, "process."))) {
        query->node_type = name;
        return ORMA_OK;
    }
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
        const char *group = plugin_kind_group(processes[i]);
        AUTO_ERROR orma_error *ignored = NULL;
        const bool is_named = colon != NULL && text_starts(name, group) &&
                              strlen(group) == (size_t)(colon - name);
        /* Nodes may outlive the plugin of their process. */
        if (!is_named &&
            (colon != NULL || registry_find(p->registry, processes[i], bare,
                                            &entry, &ignored) != ORMA_OK))
            continue;
        *type = text_printf("%s:%s", group, is_named ? bare : entry->name);
        query->process_type = *type;
        return *type != NULL ? ORMA_OK : error_no_memory(err);
    }
    orma_status st = registry_find(p->registry, KIND_DATA, bare, &entry, err);
    if (st == ORMA_OK)
        st = registry_spec(p->registry, entry, &form, err);
    if (st == ORMA_OK)
        query->node_type = json_get_text(form, "node_type", "");
    return st;
}

static void add_counts(rehash_counts *sum, const rehash_counts *counts)
{
    sum->seen += counts->seen;
    sum->changed += counts->changed;
    sum->unknown += counts->unknown;
}

static orma_status rehash(orma_profile *p, const json_object *selection,
                          rehash_query *query, rehash_counts *sum,
                          orma_error **err)
{
    const json_object *names = json_get(selection, "nodes");
    const json_object *entries = json_get(selection, "entry_points");
    AUTO_FREE int64_t *pks = NULL;
    rehash_counts counts = {0};
    orma_status st = ORMA_OK;

    if (names != NULL) {
        st = find_pks(p, names, &pks, err);
        query->pks = pks;
        query->pk_count = count_of(names);
    }
    if (names != NULL || entries == NULL) {
        if (st == ORMA_OK)
            st = store_rehash(p->store, query, sum, err);
        return st;
    }
    for (size_t i = 0; st == ORMA_OK && i < count_of(entries); i++) {
        AUTO_FREE char *type = NULL;
        rehash_query one = *query;
        st = resolve(p, word_at(entries, i), &one, &type, err);
        if (st == ORMA_OK)
            st = store_rehash(p->store, &one, &counts, err);
        if (st == ORMA_OK)
            add_counts(sum, &counts);
    }
    return st;
}

orma_status orma_node_rehash(orma_profile *profile, orma_str selection,
                             const orma_rehash_options *options, char **json,
                             orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    rehash_query query = {0};
    rehash_counts counts = {0};

    if (options != NULL && ORMA_HAS(orma_rehash_options, options, user)) {
        query.progress = options->progress;
        query.progress_user = options->user;
    }
    orma_status st = take_in(selection, "selection", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, selection_fields,
                          sizeof selection_fields / sizeof *selection_fields,
                          err);
    if (st == ORMA_OK && count_of(json_get(given, "nodes")) > 0 &&
        count_of(json_get(given, "entry_points")) > 0)
        st = error_set(err, ORMA_E_INVALID, "node", 0,
                       "nodes and entry points exclude each other");
    if (st == ORMA_OK)
        st = rehash(profile, given, &query, &counts, err);
    if (st != ORMA_OK)
        return st;
    json_object *told = json_object_new_object();
    if (told == NULL || !json_set_int(told, "seen", counts.seen) ||
        !json_set_int(told, "changed", counts.changed) ||
        !json_set_int(told, "unknown", counts.unknown)) {
        json_object_put(told);
        return error_no_memory(err);
    }
    return hand_out(told, json, err);
}
