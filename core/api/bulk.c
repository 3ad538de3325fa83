/* Storing whole graphs.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/bulk.h>

#include <stdlib.h>
#include <string.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/inputs.h>
#include <storage/bulk.h>
#include <storage/store_internal.h>

#define TYPE_MAX 255

struct orma_bulk {
    orma_profile *profile;
    bulk *rows;
    char type[TYPE_MAX + 1]; /* as the last node named it … */
    char *node_type;         /* … and what it is */
    int64_t computer_pk;     /* the last … */
    orma_uuid computer_uuid; /* … and its UUID */
    buf texts;
};

orma_status orma_bulk_begin(orma_profile *profile, orma_bulk **out,
                            orma_error **err)
{
    orma_bulk *made = calloc(1, sizeof *made);
    if (made == NULL)
        return error_no_memory(err);
    made->profile = profile;
    const orma_status st =
        bulk_begin(profile->store, BULK_IN_ORDER, &made->rows, err);
    if (st != ORMA_OK) {
        free(made);
        return st;
    }
    *out = made;
    return ORMA_OK;
}

static void free_handle(orma_bulk *b)
{
    free(b->node_type);
    buf_free(&b->texts);
    free(b);
}

void orma_bulk_abort(orma_bulk *b)
{
    if (b == NULL)
        return;
    bulk_abort(b->rows);
    free_handle(b);
}

orma_status orma_bulk_commit(orma_bulk *b, orma_error **err)
{
    const orma_status st = bulk_commit(b->rows, err);
    free_handle(b);
    return st;
}

/* ---- nodes ------------------------------------------------------- */

/* The node type of an entry point; node types end with a dot. */
static orma_status node_type_of(orma_bulk *b, const char *type, char **out,
                                orma_error **err)
{
    const plugin_entry *entry = NULL;
    const json_object *spec = NULL;

    if (text_ends(type, ".")) {
        *out = text_copy(type);
        return *out == NULL ? error_no_memory(err) : ORMA_OK;
    }
    registry *r = b->profile->registry;
    orma_status st = registry_find(r, KIND_DATA, type, &entry, err);
    if (st == ORMA_OK)
        st = registry_spec(r, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    *out = text_copy(json_get_text(spec, "node_type", ""));
    return *out == NULL ? error_no_memory(err) : ORMA_OK;
}

static orma_status set_type(orma_bulk *b, orma_str type, orma_error **err)
{
    char *found = NULL;

    if (b->node_type != NULL && str_equal(type, b->type))
        return ORMA_OK;
    if (type.ptr == NULL || type.len == 0 || type.len > TYPE_MAX)
        return error_set(err, ORMA_E_INVALID, "bulk", 0,
                         "a node needs a type of 1 to %d bytes", TYPE_MAX);
    free(b->node_type);
    b->node_type = NULL;
    memcpy(b->type, type.ptr, type.len);
    b->type[type.len] = '\0';
    const orma_status st = node_type_of(b, b->type, &found, err);
    if (st == ORMA_OK)
        b->node_type = found;
    return st;
}

/* A JSON object of the caller's, cleaned as AiiDA cleans what it stores. */
static orma_status take_object(orma_str text, const char *what,
                               json_object **out, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    orma_status st = take_in(text, what, &given, err);
    if (st == ORMA_OK)
        st = node_check_keys(given, what, err);
    return st == ORMA_OK ? json_clean(given, out, err) : st;
}

static orma_status set_computer(orma_bulk *b, int64_t pk, node *n,
                                orma_error **err)
{
    AUTO_JSON json_object *computer = NULL;

    n->computer_pk = pk;
    if (pk != 0 && pk != b->computer_pk) {
        orma_status st = bulk_settle(b->rows, err); /* no query beside rows */
        if (st == ORMA_OK)
            st = store_computer_by_pk(b->profile->store, pk, &computer, err);
        if (st != ORMA_OK)
            return st;
        uuid_parse(json_get_text(computer, "uuid", ""), &b->computer_uuid);
        b->computer_pk = pk;
    }
    if (pk != 0)
        n->computer_uuid = b->computer_uuid;
    return ORMA_OK;
}

/* The node in memory, as it will be stored. */
static orma_status make_node(orma_bulk *b, const orma_bulk_node *given, node *n,
                             orma_error **err)
{
    orma_status st =
        take_object(given->attributes, "attributes", &n->attributes, err);
    if (st == ORMA_OK)
        st = take_object(given->extras, "extras", &n->extras, err);
    if (st == ORMA_OK)
        st = set_computer(b, given->computer_pk, n, err);
    if (st != ORMA_OK || node_class_of(n->node_type) != NODE_DATA)
        return st;
    if (!(given->flags & ORMA_BULK_UNCHECKED))
        st = data_validate(b->profile->registry, n, err);
    return st;
}

static orma_status add_hash(orma_bulk *b, node *n, orma_error **err)
{
    char hash[NODE_HASH_HEX];
    const hashed_content content = {n->attributes, NULL, NULL};
    if (node_class_of(n->node_type) != NODE_DATA)
        return ORMA_OK; /* it depends on links that are not known yet */
    const orma_status st =
        store_hash_known(b->profile->store, n, &content, hash, err);
    if (st == ORMA_OK && hash[0] != '\0' &&
        !json_set_text(n->extras, "_aiida_hash", hash))
        return error_no_memory(err);
    return st;
}

static orma_str given_or_empty(orma_str text)
{
    return text.ptr != NULL ? text : (orma_str){"", 0};
}

static orma_status add_row(orma_bulk *b, const orma_bulk_node *given,
                           const node *n, int64_t *pk, orma_error **err)
{
    buf *texts = &b->texts;
    buf_clear(texts);
    json_write(texts, n->attributes, JSON_PYTHON);
    const size_t extras = texts->len;
    json_write(texts, n->extras, JSON_PYTHON);
    const orma_status st = buf_status(texts, err);
    if (st != ORMA_OK)
        return st;

    bulk_node row = {
        .uuid = given->uuid,
        .node_type = {n->node_type, strlen(n->node_type)},
        .process_type = given->process_type,
        .label = given_or_empty(given->label),
        .description = given_or_empty(given->description),
        .ctime_ns = given->ctime_ns != 0 ? given->ctime_ns : time_now_ns(),
        .attributes = {buf_c_str(texts), extras},
        .extras = {buf_c_str(texts) + extras, texts->len - extras},
        .repository = ORMA_LITERAL("{}"),
        .computer_pk = given->computer_pk,
        .user_pk = given->user_pk,
    };
    row.mtime_ns = given->mtime_ns != 0 ? given->mtime_ns : row.ctime_ns;
    if (uuid_is_zero(&row.uuid))
        uuid_generate(&row.uuid);
    return bulk_add_node(b->rows, &row, pk, err);
}

orma_status orma_bulk_add_node(orma_bulk *b, const orma_bulk_node *given,
                               int64_t *pk, orma_error **err)
{
    node n = {0};

    if (given->size < sizeof *given)
        return error_set(err, ORMA_E_ABI, "bulk", 0,
                         "a bulk node of %u bytes is none of this library: set "
                         "its size",
                         given->size);
    orma_status st = set_type(b, given->type, err);
    n.node_type = b->node_type;
    if (st == ORMA_OK)
        st = make_node(b, given, &n, err);
    if (st == ORMA_OK && (given->flags & ORMA_BULK_HASH))
        st = add_hash(b, &n, err);
    if (st == ORMA_OK)
        st = add_row(b, given, &n, pk, err);
    if (n.view_free != NULL)
        n.view_free(n.view);
    json_object_put(n.attributes);
    json_object_put(n.extras);
    return st;
}

/* ---- links ------------------------------------------------------- */

orma_status orma_bulk_add_link(orma_bulk *b, const char *type,
                               int64_t source_pk, int64_t target_pk,
                               const char *label, orma_error **err)
{
    enum link_type found;
    if (!link_type_parse(type, &found))
        return error_set(err, ORMA_E_INVALID, "bulk", 0,
                         "\"%.60s\" is no type of links", type);
    return bulk_add_link(b->rows, found, source_pk, target_pk,
                         (orma_str){label, strlen(label)}, err);
}
