/* Sources of the cache: finding, judging and cloning them.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/cache.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

/* Clones of clones are judged by what they all came from; a longer chain is
 * damage. */
#define MAX_CHAIN 1000

/* Attributes that stay behind: the clone is sealed by its own unit, and a
 * checkpoint is of a process that is still running. */
static const char *const not_cloned[] = {"sealed", "checkpoints"};

static bool is_marked_invalid(const json_object *extras)
{
    return !json_get_bool(extras, CACHE_VALID, true);
}

static orma_status add_reason(json_object *reasons, orma_error **err,
                              const char *fmt, ...) ORMA_PRINTF(3, 4);

static orma_status add_reason(json_object *reasons, orma_error **err,
                              const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    json_object *reason = json_object_new_string(buf_c_str(&text));
    if (text.failed || reason == NULL ||
        json_object_array_add(reasons, reason) != 0) {
        json_object_put(reason);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

/* ---- judging ----------------------------------------------------- */

/* What a clone came from may have been marked since; or be gone, which does
 * not matter. */
static orma_status check_origin(store *s, const node *process,
                                json_object *reasons, orma_error **err)
{
    static const char template[] =
        "SELECT id, extras FROM db_dbnode WHERE uuid = ?1u";
    AUTO_JSON json_object *extras = json_object_get(process->extras);
    orma_uuid uuid;

    for (int depth = 0; depth < MAX_CHAIN; depth++) {
        AUTO_JSON json_object *found = NULL;
        int64_t pk = 0;
        query q;
        if (!uuid_parse(json_get_text(extras, CACHE_FROM, ""), &uuid))
            return ORMA_OK;
        query_start(&q, &s->db, template);
        query_uuid(&q, 1, &uuid);
        if (query_next(&q)) {
            pk = column_int(&q, 0);
            found = column_json(&q, 1);
        }
        const orma_status st = query_end(&q, err);
        if (st != ORMA_OK)
            return st;
        if (is_marked_invalid(found))
            return add_reason(reasons, err,
                              "node %lld, which it was cloned from, is marked "
                              "as an invalid source (%s)",
                              (long long)pk, CACHE_VALID);
        json_object_put(extras);
        extras = found;
        found = NULL;
    }
    return ORMA_OK;
}

static orma_status check_outputs(store *s, const node *process,
                                 json_object *reasons, orma_error **err)
{
    static const char template[] =
        "SELECT db_dblink.type, db_dblink.label, db_dbnode.id, "
        "db_dbnode.node_type, db_dbnode.extras FROM db_dblink JOIN db_dbnode "
        "ON db_dbnode.id = db_dblink.output_id WHERE db_dblink.input_id = ?1 "
        "AND db_dblink.type IN ('create', 'return') ORDER BY db_dblink.id";
    orma_status st = ORMA_OK;
    query q;

    query_start(&q, &s->db, template);
    query_int(&q, 1, process->pk);
    while (st == ORMA_OK && query_next(&q)) {
        AUTO_FREE char *label = column_text(&q, 1);
        AUTO_JSON json_object *extras = column_json(&q, 4);
        if (str_equal(column_str(&q, 0), link_type_word(LINK_RETURN)))
            st = add_reason(reasons, err,
                            "it returns nodes that it did not create (\"%s\")",
                            label != NULL ? label : "");
        else if (json_get_bool(extras, "cleaned", false))
            st = add_reason(
                reasons, err, "its folder \"%s\" (%lld) was cleaned",
                label != NULL ? label : "", (long long)column_int(&q, 2));
    }
    return query_end_after(&q, st, err);
}

orma_status cache_check(store *s, const node *process, json_object *reasons,
                        orma_error **err)
{
    const char *state =
        json_get_text(process->attributes, "process_state", "of no state");
    orma_status st = ORMA_OK;

    if (node_class_of(process->node_type) != NODE_CALCULATION)
        return add_reason(reasons, err,
                          "it is no calculation: only those are cached");
    if (!text_equal(state, "finished"))
        st = add_reason(reasons, err, "it is %s, not finished", state);
    if (st == ORMA_OK && !node_is_sealed(process))
        st = add_reason(reasons, err, "it is not sealed");
    if (st == ORMA_OK && is_marked_invalid(process->extras))
        st = add_reason(reasons, err, "it is marked as an invalid source (%s)",
                        CACHE_VALID);
    if (st == ORMA_OK)
        st = check_origin(s, process, reasons, err);
    return st == ORMA_OK ? check_outputs(s, process, reasons, err) : st;
}

/* ---- finding ----------------------------------------------------- */

orma_status cache_candidates(store *s, const cache_key *key, json_object **pks,
                             orma_error **err)
{
    /* The hash is first: an index has it. AiiDA's key has no process type, so
     * that two calculations with the same inputs would be taken for one. */
    static const char template[] =
        "SELECT id FROM db_dbnode WHERE {json:db_dbnode.extras._aiida_hash} = "
        "?1 AND " IS_PROCESS " AND node_type = ?2 AND COALESCE(process_type, "
        "'') = ?3 ORDER BY id";
    AUTO_JSON json_object *found = json_object_new_array();
    query q;

    if (found == NULL)
        return error_no_memory(err);
    query_start(&q, &s->db, template);
    query_text(&q, 1, key->hash);
    query_text(&q, 2, key->node_type);
    query_text(&q, 3, key->process_type != NULL ? key->process_type : "");
    bool has_memory = true;
    while (has_memory && query_next(&q)) {
        json_object *pk = json_object_new_int64(column_int(&q, 0));
        has_memory = pk != NULL && json_object_array_add(found, pk) == 0;
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK || !has_memory)
        return st != ORMA_OK ? st : error_no_memory(err);
    *pks = found;
    found = NULL;
    return ORMA_OK;
}

static orma_status note_refused(json_object *refused, int64_t pk,
                                json_object *reasons, orma_error **err)
{
    json_object *row;

    if (refused == NULL)
        return ORMA_OK;
    row = json_object_new_object();
    if (row != NULL && json_set_int(row, "pk", pk) &&
        json_set(row, "reasons", json_object_get(reasons)) &&
        json_object_array_add(refused, row) == 0)
        return ORMA_OK;
    json_object_put(row);
    return error_no_memory(err);
}

orma_status cache_find_source(store *s, const cache_key *key,
                              cache_judge *judge, void *user, node **source,
                              json_object *refused, orma_error **err)
{
    AUTO_JSON json_object *pks = NULL;

    *source = NULL;
    orma_status st = cache_candidates(s, key, &pks, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(pks);
         i++) {
        AUTO_JSON json_object *reasons = json_object_new_array();
        node *found = NULL;
        if (reasons == NULL)
            return error_no_memory(err);
        st = store_node(
            s, json_object_get_int64(json_object_array_get_idx(pks, i)), &found,
            err);
        if (st == ORMA_OK)
            st = cache_check(s, found, reasons, err);
        if (st == ORMA_OK && judge != NULL &&
            json_object_array_length(reasons) == 0)
            st = judge(user, found, reasons, err);
        if (st == ORMA_OK && json_object_array_length(reasons) == 0) {
            *source = found;
            return ORMA_OK;
        }
        if (st == ORMA_OK)
            st = note_refused(refused, found->pk, reasons, err);
        node_free(found);
    }
    return st;
}

/* ---- cloning ----------------------------------------------------- */

void cache_clones_finish(cache_clones *clones)
{
    for (size_t i = 0; i < clones->count; i++)
        node_free(clones->items[i]);
    free(clones->items);
    *clones = (cache_clones){0};
}

static orma_status put_file(void *user, const char *path, const char *key,
                            orma_error **err)
{
    node *clone = user;
    return key == NULL ? node_put_folder(clone, path, err)
                       : node_put_key(clone, path, key, err);
}

/* The tree as it is, and its files as files of the new node: the commit then
 * makes sure that their objects are still there. */
static orma_status clone_files(node *clone, const node *source,
                               orma_error **err)
{
    if (source->repository == NULL)
        return ORMA_OK;
    clone->repository = json_copy(source->repository);
    if (clone->repository == NULL)
        return error_no_memory(err);
    return repository_walk(source->repository, put_file, clone, err);
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

static bool is_cloned(const char *key)
{
    for (size_t i = 0; i < sizeof not_cloned / sizeof *not_cloned; i++)
        if (text_equal(not_cloned[i], key))
            return false;
    return true;
}

static orma_status clone_attributes(node *clone, const node *source,
                                    orma_error **err)
{
    json_object *attributes = json_object_new_object();

    if (attributes == NULL)
        return error_no_memory(err);
    json_object_put(clone->attributes);
    clone->attributes = attributes;
    json_object_object_foreach(source->attributes, key, value)
    {
        json_object *copy = value != NULL ? json_copy(value) : NULL;
        if (!is_cloned(key) && node_class_of(source->node_type) != NODE_DATA) {
            json_object_put(copy);
            continue;
        }
        if ((value != NULL && copy == NULL) || !json_set(attributes, key, copy))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

orma_status cache_fill(node *process, const node *source, orma_error **err)
{
    static const char record[] = "_orma_plugin";
    const json_object *plugin = json_get(source->extras, record);
    char uuid[37];

    uuid_format(&source->uuid, uuid);
    if ((process->label[0] == '\0' &&
         !replace_text(&process->label, source->label)) ||
        (process->description[0] == '\0' &&
         !replace_text(&process->description, source->description)) ||
        !json_set_text(process->extras, CACHE_FROM, uuid) ||
        (plugin != NULL &&
         !json_set(process->extras, record, json_copy(plugin))))
        return error_no_memory(err);
    const orma_status st = clone_attributes(process, source, err);
    return st == ORMA_OK ? clone_files(process, source, err) : st;
}

/* Data with a UUID of its own; extras stay behind. */
static orma_status clone_data(const node *source, node **out, orma_error **err)
{
    node *clone = node_create(source->node_type);

    if (clone == NULL)
        return error_no_memory(err);
    clone->computer_pk = source->computer_pk;
    clone->computer_uuid = source->computer_uuid;
    clone->user_pk = source->user_pk;
    orma_status st =
        replace_text(&clone->label, source->label) &&
                replace_text(&clone->description, source->description)
            ? ORMA_OK
            : error_no_memory(err);
    if (st == ORMA_OK)
        st = clone_attributes(clone, source, err);
    if (st == ORMA_OK)
        st = clone_files(clone, source, err);
    if (st != ORMA_OK) {
        node_free(clone);
        return st;
    }
    *out = clone;
    return ORMA_OK;
}

static orma_status add_output(store *s, unit *u, node *process,
                              const store_link *link, cache_clones *clones,
                              orma_error **err)
{
    node *source = NULL, *clone = NULL;

    node **grown =
        reallocarray(clones->items, clones->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    clones->items = grown;
    orma_status st = store_node(s, link->pk, &source, err);
    if (st == ORMA_OK)
        st = clone_data(source, &clone, err);
    node_free(source);
    if (st != ORMA_OK)
        return st;
    clones->items[clones->count++] = clone;
    st = unit_add_node(u, clone, err);
    return st == ORMA_OK
               ? unit_add_link(u, LINK_CREATE, process, clone, link->label, err)
               : st;
}

orma_status cache_add_outputs(store *s, unit *u, node *process,
                              const node *source, cache_clones *clones,
                              orma_error **err)
{
    store_links links = {0};
    orma_status st = store_node_links(s, source->pk, false, &links, err);

    for (size_t i = 0; st == ORMA_OK && i < links.count; i++)
        if (links.items[i].type == LINK_CREATE)
            st = add_output(s, u, process, &links.items[i], clones, err);
    store_links_finish(&links);
    /* Set as a change, which also tells other programs of a change of state. */
    if (st == ORMA_OK)
        st = unit_set_attribute(u, process, "process_state",
                                json_object_new_string("finished"), err);
    return st == ORMA_OK ? unit_set_attribute(u, process, "sealed",
                                              json_object_new_boolean(1), err)
                         : st;
}
