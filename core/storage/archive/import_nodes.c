/* Nodes of an archive: which are there, new ones, and extras.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define LOOKED_UP 500 /* UUIDs in a statement */
#define TELL_EVERY 2000
#define LEGACY_CODE "data.core.code.Code."
#define RESERVED_PREFIX "_aiida_"

/* ---- which are there --------------------------------------------- */

typedef struct looked_up {
    orma_uuid uuid;
    id_map_item *item;
} looked_up;

static int by_uuid(const void *a, const void *b)
{
    return memcmp(&((const looked_up *)a)->uuid, &((const looked_up *)b)->uuid,
                  sizeof(orma_uuid));
}

/* "SELECT … WHERE uuid IN (?1u, …)" of so many. */
static orma_status lookup_template(size_t count, buf *out, orma_error **err)
{
    buf_clear(out);
    buf_text(out, "SELECT id, uuid FROM db_dbnode WHERE uuid IN (");
    for (size_t i = 1; i <= count; i++)
        buf_printf(out, "%s?%zuu", i > 1 ? ", " : "", i);
    buf_char(out, ')');
    return buf_status(out, err);
}

static orma_status look_up(import *m, looked_up *nodes, size_t count,
                           buf *template, orma_error **err)
{
    query q;
    orma_status st = lookup_template(count, template, err);
    if (st != ORMA_OK || count == 0)
        return st;
    query_start_once(&q, &m->to->db, buf_c_str(template));
    for (size_t i = 0; i < count; i++)
        query_uuid(&q, (int32_t)i + 1, &nodes[i].uuid);
    qsort(nodes, count, sizeof *nodes, by_uuid);
    while (query_next(&q)) {
        const looked_up wanted = {.uuid = column_uuid(&q, 1)};
        const int64_t pk = column_int(&q, 0);
        looked_up *found =
            bsearch(&wanted, nodes, count, sizeof *nodes, by_uuid);
        if (found == NULL)
            continue;
        if (pk > INT32_MAX) {
            q.status = error_set(&q.error, ORMA_E_REFUSED, "archive", 0,
                                 "the profile's ids are larger than AiiDA's "
                                 "can be");
            break;
        }
        found->item->to = (int32_t)-pk;
        m->has_existing_nodes = true;
    }
    return query_end(&q, err);
}

/* Marks the nodes that the profile has already. */
static orma_status find_existing(import *m, orma_error **err)
{
    AUTO_BUF buf template = {0};
    AUTO_FREE looked_up *nodes = calloc(LOOKED_UP, sizeof *nodes);
    int64_t there = 0;
    size_t count = 0, i = 0;
    query q;

    if (nodes == NULL)
        return error_no_memory(err);
    orma_status st = import_number(
        m, "SELECT COUNT(*) FROM (SELECT 1 FROM db_dbnode LIMIT 1) AS first",
        &there, err);
    if (st != ORMA_OK || there == 0)
        return st;
    query_start_many(&q, &m->from->db,
                     "SELECT uuid FROM db_dbnode ORDER BY id");
    while (st == ORMA_OK && i < m->nodes.count && query_next(&q)) {
        nodes[count++] = (looked_up){column_uuid(&q, 0), &m->nodes.items[i++]};
        if (count == LOOKED_UP) {
            st = look_up(m, nodes, count, &template, err);
            count = 0;
        }
    }
    st = query_end_after(&q, st, err);
    return st == ORMA_OK ? look_up(m, nodes, count, &template, err) : st;
}

/* ---- what changes on the way ------------------------------------- */

static bool contains(orma_str text, const char *what)
{
    return memmem(text.ptr, text.len, what, strlen(what)) != NULL;
}

/* Without parsing it. Any letter of ASCII may be written as \u00XX. */
static bool may_have_key(orma_str json, const char *key)
{
    return contains(json, key) || contains(json, "\\u00");
}

/* Without what was AiiDA's own in the other profile: a hash from there would
 * offer the node to the cache unchecked. */
static void drop_reserved(json_object *extras, bool is_legacy_code)
{
    struct json_object_iterator at = json_object_iter_begin(extras);
    const struct json_object_iterator end = json_object_iter_end(extras);

    while (!json_object_iter_equal(&at, &end)) {
        const char *key = json_object_iter_peek_name(&at);
        const bool goes = text_starts(key, RESERVED_PREFIX) ||
                          (is_legacy_code && text_equal(key, "hidden"));
        json_object_iter_next(&at);
        if (goes)
            json_object_object_del(extras, key);
    }
}

static orma_status rewrite(json_object *value, buf *into, orma_str *text,
                           orma_error **err)
{
    buf_clear(into);
    json_write(into, value, JSON_PYTHON);
    const orma_status st = buf_status(into, err);
    if (st == ORMA_OK)
        *text = buf_view(into);
    return st;
}

static orma_status new_extras(const import *m, orma_str type, orma_str *text,
                              buf *into, orma_error **err)
{
    const bool is_legacy_code = str_equal(type, LEGACY_CODE);
    AUTO_JSON json_object *extras = NULL;

    if (m->options->drops_new_extras) {
        *text = ORMA_LITERAL("{}");
        return ORMA_OK;
    }
    if (!may_have_key(*text, RESERVED_PREFIX) &&
        !(is_legacy_code && may_have_key(*text, "hidden")))
        return ORMA_OK;
    const orma_status st = json_parse(*text, &extras, err);
    if (st != ORMA_OK)
        return st;
    drop_reserved(extras, is_legacy_code);
    return rewrite(extras, into, text, err);
}

/* A checkpoint is of no use in another profile. */
static orma_status new_attributes(orma_str type, orma_str *text, buf *into,
                                  orma_error **err)
{
    AUTO_JSON json_object *attributes = NULL;

    if (!text_starts(type.ptr, "process.") ||
        !may_have_key(*text, "checkpoints"))
        return ORMA_OK;
    const orma_status st = json_parse(*text, &attributes, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_del(attributes, "checkpoints");
    return rewrite(attributes, into, text, err);
}

/* ---- new nodes --------------------------------------------------- */

static const char select_nodes[] =
    "SELECT id, uuid, node_type, process_type, label, description, ctime, "
    "mtime, attributes, extras, repository_metadata, dbcomputer_id, user_id "
    "FROM db_dbnode ORDER BY id";

/* Texts that were written anew. */
typedef struct rewritten {
    buf attributes, extras;
} rewritten;

static orma_status add_node(import *m, query *q, id_map_item *item,
                            rewritten *texts, orma_error **err)
{
    int64_t pk = 0;
    bulk_node n = {
        .uuid = column_uuid(q, 1),
        .node_type = column_str(q, 2),
        .process_type = column_str(q, 3),
        .label = column_str(q, 4),
        .description = column_str(q, 5),
        .ctime_ns = column_time(q, 6),
        .mtime_ns = column_time(q, 7),
        .attributes = import_object(q, 8),
        .extras = import_object(q, 9),
        .repository = import_object(q, 10),
        .computer_pk = column_is_null(q, 11)
                           ? 0
                           : id_map_get(&m->computers, column_int(q, 11)),
        .user_pk = id_map_get(&m->users, column_int(q, 12)),
    };
    orma_status st = new_extras(m, n.node_type, &n.extras, &texts->extras, err);
    if (st == ORMA_OK)
        st =
            new_attributes(n.node_type, &n.attributes, &texts->attributes, err);
    if (st == ORMA_OK)
        st = bulk_add_node(m->bulk, &n, &pk, err);
    if (st != ORMA_OK)
        return error_set(
            err, st, "archive", err != NULL ? orma_error_code(*err) : 0,
            "node %d of the archive cannot be imported", (int)item->from);
    if (pk > INT32_MAX)
        return error_set(err, ORMA_E_REFUSED, "archive", 0,
                         "the profile's ids are larger than AiiDA's can be");
    item->to = (int32_t)pk;
    m->counts[TABLE_NODES].added++;
    return ORMA_OK;
}

static orma_status add_new(import *m, orma_error **err)
{
    rewritten texts = {0};
    query q;
    size_t i = 0;
    orma_status st = ORMA_OK;

    query_start_many(&q, &m->from->db, select_nodes);
    while (st == ORMA_OK && i < m->nodes.count && query_next(&q)) {
        id_map_item *item = &m->nodes.items[i++];
        if (item->to == 0)
            st = add_node(m, &q, item, &texts, err);
        if (st == ORMA_OK && i % TELL_EVERY == 0)
            st = import_tell(m, "nodes", (int64_t)i, (int64_t)m->nodes.count,
                             err);
    }
    st = query_end_after(&q, st, err);
    buf_free(&texts.attributes);
    buf_free(&texts.extras);
    return st;
}

orma_status import_nodes(import *m, orma_error **err)
{
    orma_status st = find_existing(m, err);
    if (st == ORMA_OK)
        st = add_new(m, err);
    return st == ORMA_OK ? bulk_settle(m->bulk, err) : st;
}

/* ---- extras of nodes that are there ------------------------------ */

/* What each mode does with keys that only the profile has, that only the
 * archive has, and that both have. */
static const struct {
    bool keeps, creates, updates;
} extras_modes[] = {
    [ARCHIVE_EXTRAS_NONE] = {true, false, false},
    [ARCHIVE_EXTRAS_KEEP] = {true, true, false},
    [ARCHIVE_EXTRAS_UPDATE] = {true, true, true},
    [ARCHIVE_EXTRAS_MIRROR] = {false, true, true},
};

/* The merged extras, as AiiDA merges them, but for the reserved ones: the
 * profile's stay and the archive's do not come, or a hash from there would
 * offer the node to the cache. The caller puts them. */
static json_object *merge(enum archive_extras mode, json_object *old,
                          json_object *new)
{
    json_object *merged = json_object_new_object();
    bool is_set = merged != NULL;

    json_object_object_foreach(old, key, value)
    {
        const bool in_both = json_object_object_get_ex(new, key, NULL);
        if (in_both || extras_modes[mode].keeps ||
            text_starts(key, RESERVED_PREFIX))
            is_set = is_set && json_set(merged, key, json_object_get(value));
    }
    json_object_object_foreach(new, name, given)
    {
        const bool in_both = json_object_object_get_ex(old, name, NULL);
        if (in_both ? extras_modes[mode].updates : extras_modes[mode].creates)
            is_set = is_set && json_set(merged, name, json_object_get(given));
    }
    if (is_set)
        return merged;
    json_object_put(merged);
    return NULL;
}

static orma_status read_extras(import *m, int64_t pk, json_object **out,
                               orma_error **err)
{
    query q;
    json_object *found = NULL;
    query_start(&q, &m->to->db, "SELECT extras FROM db_dbnode WHERE id = ?1");
    query_int(&q, 1, pk);
    if (query_next(&q))
        found = column_json(&q, 0);
    const orma_status st = query_end(&q, err);
    if (st == ORMA_OK && found == NULL)
        found = json_object_new_object();
    if (st == ORMA_OK && found == NULL)
        return error_no_memory(err);
    *out = found;
    return st;
}

static orma_status write_extras(import *m, int64_t pk, json_object *extras,
                                orma_error **err)
{
    query q;
    query_start(&q, &m->to->db,
                "UPDATE db_dbnode SET extras = ?2j, mtime = ?3t WHERE id = ?1");
    query_int(&q, 1, pk);
    query_json(&q, 2, extras);
    query_time(&q, 3, m->now_ns);
    return query_post(&q, err);
}

static orma_status merge_node(import *m, int64_t pk, orma_str type,
                              orma_str text, orma_error **err)
{
    AUTO_JSON json_object *old = NULL;
    AUTO_JSON json_object *new = NULL;

    orma_status st = json_parse(text, &new, err);
    if (st == ORMA_OK)
        st = read_extras(m, pk, &old, err);
    if (st != ORMA_OK)
        return st;
    drop_reserved(new, str_equal(type, LEGACY_CODE));
    AUTO_JSON json_object *merged = merge(m->options->extras, old, new);
    if (merged == NULL)
        return error_no_memory(err);
    return json_equal(merged, old) ? ORMA_OK : write_extras(m, pk, merged, err);
}

orma_status import_extras(import *m, orma_error **err)
{
    query q;
    size_t i = 0;
    orma_status st = ORMA_OK;

    if (m->options->extras == ARCHIVE_EXTRAS_NONE || !m->has_existing_nodes)
        return ORMA_OK;
    query_start_many(&q, &m->from->db,
                     "SELECT node_type, extras FROM db_dbnode ORDER BY id");
    while (st == ORMA_OK && i < m->nodes.count && query_next(&q)) {
        const id_map_item *item = &m->nodes.items[i++];
        if (item->to < 0)
            st = merge_node(m, -(int64_t)item->to, column_str(&q, 0),
                            import_object(&q, 1), err);
        if (st == ORMA_OK && i % TELL_EVERY == 0)
            st = import_tell(m, "extras", (int64_t)i, (int64_t)m->nodes.count,
                             err);
    }
    return query_end_after(&q, st, err);
}
