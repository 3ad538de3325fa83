/* Reading nodes, by what people call them, and their links.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define CANDIDATES_MAX 6 /* named in an error about several matches */

static json_object *column_object(query *q, int32_t column)
{
    json_object *value = column_json(q, column);
    if (value != NULL && !json_object_is_type(value, json_type_object)) {
        json_object_put(value);
        value = NULL;
    }
    /* SQL NULL and JSON null both stand for nothing. */
    if (value == NULL)
        value = json_object_new_object();
    if (value == NULL && q->status == ORMA_OK)
        q->status = error_no_memory(&q->error);
    return value;
}

static void identify(store *s, query *q, node *n)
{
    const type_identity *type = NULL;
    if (q->status != ORMA_OK)
        return;
    q->status = store_type(s, n->node_type, &type, &q->error);
    if (q->status != ORMA_OK)
        return;
    n->entry_point = text_copy(type->entry_point);
    n->python_class = text_copy(type->python_class);
    if ((type->entry_point != NULL && n->entry_point == NULL) ||
        (type->python_class != NULL && n->python_class == NULL))
        q->status = error_no_memory(&q->error);
}

/* The node of a row of NODE_COLUMNS, NULL after a failure of the query. */
static node *node_of_row(store *s, query *q)
{
    node *n = calloc(1, sizeof *n);
    if (n == NULL) {
        q->status = error_no_memory(&q->error);
        return NULL;
    }
    n->pk = column_int(q, 0);
    n->uuid = column_uuid(q, 1);
    n->node_type = column_text(q, 2);
    n->process_type = column_text(q, 3);
    n->label = column_text(q, 4);
    n->description = column_text(q, 5);
    n->ctime_ns = column_time(q, 6);
    n->mtime_ns = column_time(q, 7);
    n->attributes = column_object(q, 8);
    n->extras = column_object(q, 9);
    n->repository = column_object(q, 10);
    n->computer_pk = column_int(q, 11);
    if (n->computer_pk != 0)
        n->computer_uuid = column_uuid(q, 12);
    n->user_pk = column_int(q, 13);
    n->store = s;
    if (n->node_type != NULL)
        identify(s, q, n);
    if (q->status == ORMA_OK &&
        (n->node_type == NULL || n->label == NULL || n->description == NULL))
        q->status =
            error_set(&q->error, ORMA_E_PERMANENT, "storage", 0,
                      "node %lld lacks its type or label", (long long)n->pk);
    if (q->status != ORMA_OK) {
        node_free(n);
        return NULL;
    }
    return n;
}

orma_status store_node(store *s, int64_t pk, node **out, orma_error **err)
{
    static const char by_pk[] =
        "SELECT " NODE_COLUMNS " FROM " NODE_TABLES " WHERE db_dbnode.id = ?1";
    node *n = NULL;
    query q;

    query_start(&q, &s->db, by_pk);
    query_int(&q, 1, pk);
    if (query_next(&q))
        n = node_of_row(s, &q);
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK) {
        node_free(n);
        return st;
    }
    if (n == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no node with pk %lld", (long long)pk);
    *out = n;
    return ORMA_OK;
}

/* The only row of a query over NODE_COLUMNS: *out stays NULL without rows.
 * Errors: INVALID, naming the candidates. */
static orma_status only_one(store *s, query *q, const char *identifier,
                            node **out, orma_error **err)
{
    AUTO_BUF buf candidates = {0};
    node *n = NULL;
    size_t count = 0;

    while (query_next(q)) {
        char uuid[37];
        if (count == 0)
            n = node_of_row(s, q);
        const orma_uuid id = column_uuid(q, 1);
        const orma_str type = column_str(q, 2);
        uuid_format(&id, uuid);
        if (count < CANDIDATES_MAX)
            buf_printf(&candidates, "%s%lld (%s, %s)", count > 0 ? ", " : "",
                       (long long)column_int(q, 0), uuid,
                       type.ptr == NULL ? "" : type.ptr);
        else if (count == CANDIDATES_MAX)
            buf_text(&candidates, ", …");
        count++;
    }
    orma_status st = query_end(q, err);
    if (st == ORMA_OK && count > 1) {
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "\"%s\" is ambiguous, it fits the nodes %s", identifier,
                       buf_c_str(&candidates));
        error_hint(err, "name the node by its pk");
    }
    if (st != ORMA_OK) {
        node_free(n);
        return st;
    }
    *out = n;
    return ORMA_OK;
}

static orma_status by_pk(store *s, const char *identifier, const char *like,
                         node **out, orma_error **err)
{
    static const char template[] =
        "SELECT " NODE_COLUMNS " FROM " NODE_TABLES
        " WHERE db_dbnode.id = ?1 AND db_dbnode.node_type LIKE ?2 ESCAPE '!'";
    int64_t pk = 0;
    query q;

    if (!identifier_is_pk(identifier, &pk))
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_int(&q, 1, pk);
    query_text(&q, 2, like);
    return only_one(s, &q, identifier, out, err);
}

static orma_status by_uuid(store *s, const char *identifier, const char *like,
                           node **out, orma_error **err)
{
    static const char template[] =
        "SELECT " NODE_COLUMNS " FROM " NODE_TABLES
        " WHERE db_dbnode.uuid >= ?1u AND db_dbnode.uuid <= ?2u "
        "AND db_dbnode.node_type LIKE ?3 ESCAPE '!' "
        "ORDER BY db_dbnode.id LIMIT 8";
    orma_uuid low, high;
    int64_t pk = 0;
    query q;

    /* As in AiiDA, digits alone are a pk: 2 is not the UUID that begins so. */
    if (identifier_is_pk(identifier, &pk) ||
        !identifier_is_uuid(identifier, &low, &high))
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_uuid(&q, 1, &low);
    query_uuid(&q, 2, &high);
    query_text(&q, 3, like);
    return only_one(s, &q, identifier, out, err);
}

static orma_status by_label(store *s, const char *identifier, const char *like,
                            node **out, orma_error **err)
{
    static const char template[] =
        "SELECT " NODE_COLUMNS " FROM " NODE_TABLES
        " WHERE db_dbnode.label = ?1 AND db_dbnode.node_type LIKE ?2 ESCAPE "
        "'!' ORDER BY db_dbnode.id LIMIT 8";
    query q;

    if (*identifier == '\0') /* most nodes have no label */
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_text(&q, 1, identifier);
    query_text(&q, 2, like);
    return only_one(s, &q, identifier, out, err);
}

orma_status store_find_node(store *s, const char *identifier,
                            const char *class_prefix, node **out,
                            orma_error **err)
{
    static orma_status (*const ways[])(store *, const char *, const char *,
                                       node **, orma_error **) = {
        by_pk, by_uuid, by_label};
    AUTO_FREE char *like =
        like_prefix(class_prefix != NULL ? class_prefix : "");
    node *n = NULL;
    orma_status st = like == NULL ? error_no_memory(err) : ORMA_OK;

    for (size_t i = 0;
         st == ORMA_OK && n == NULL && i < sizeof ways / sizeof *ways; i++)
        st = ways[i](s, identifier, like, &n, err);
    if (st != ORMA_OK)
        return st;
    if (n == NULL) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "no node%s%s has the pk, UUID or label \"%.200s\"",
                       class_prefix != NULL ? " of type " : "",
                       class_prefix != NULL ? class_prefix : "", identifier);
        hint_closest(s, identifier,
                     "SELECT DISTINCT label FROM db_dbnode WHERE label <> '' "
                     "AND node_type LIKE ?1 ESCAPE '!' LIMIT 2000",
                     like, err);
        return st;
    }
    *out = n;
    return ORMA_OK;
}

/* "label@computer"; the last '@' separates, a code's label has none. */
static orma_status by_full_label(store *s, const char *identifier, node **out,
                                 orma_error **err)
{
    static const char template[] =
        "SELECT " NODE_COLUMNS " FROM " NODE_TABLES
        " WHERE db_dbnode.label = ?1 AND db_dbcomputer.label = ?2 AND "
        "db_dbnode.node_type LIKE 'data.core.code.%' ORDER BY db_dbnode.id "
        "LIMIT 8";
    const char *at = strrchr(identifier, '@');
    query q;

    if (at == NULL)
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_str(&q, 1, (orma_str){identifier, (size_t)(at - identifier)});
    query_text(&q, 2, at + 1);
    return only_one(s, &q, identifier, out, err);
}

orma_status store_find_code(store *s, const char *identifier, node **out,
                            orma_error **err)
{
    static const char code_like[] = "data.core.code.%";
    node *n = NULL;

    orma_status st = by_pk(s, identifier, code_like, &n, err);
    if (st == ORMA_OK && n == NULL)
        st = by_full_label(s, identifier, &n, err);
    if (st == ORMA_OK && n == NULL) {
        /* Before the UUID: "bcc" may be a code as well as hex digits. */
        st = by_label(s, identifier, code_like, &n, err);
        if (st == ORMA_E_INVALID)
            error_hint(err,
                       "add the computer, \"%s@COMPUTER\", or name the "
                       "code by its pk",
                       identifier);
    }
    if (st == ORMA_OK && n == NULL)
        st = by_uuid(s, identifier, code_like, &n, err);
    if (st != ORMA_OK)
        return st;
    if (n == NULL) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "there is no code \"%.200s\"", identifier);
        hint_closest(s, identifier,
                     "SELECT label FROM db_dbnode WHERE node_type LIKE ?1 "
                     "UNION SELECT db_dbnode.label || '@' || "
                     "db_dbcomputer.label FROM " NODE_TABLES
                     " WHERE db_dbnode.node_type LIKE ?1 AND "
                     "db_dbcomputer.label IS NOT NULL LIMIT 2000",
                     code_like, err);
        return st;
    }
    *out = n;
    return ORMA_OK;
}
