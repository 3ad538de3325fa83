/* Reading links and files.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define READ_PIECE 65536

void store_links_finish(store_links *links)
{
    for (size_t i = 0; i < links->count; i++) {
        free(links->items[i].label);
        free(links->items[i].node_type);
        free(links->items[i].process_type);
    }
    free(links->items);
    *links = (store_links){0};
}

/* The link of the row; type and ends were selected in this order. */
static void add_link(query *q, store_links *links)
{
    const orma_str word = column_str(q, 0);
    enum link_type type;

    if (word.ptr == NULL || !link_type_parse(word.ptr, &type)) {
        q->status = error_set(&q->error, ORMA_E_PERMANENT, "storage", 0,
                              "the database holds a link of type \"%.60s\", "
                              "which orma does not know",
                              word.ptr == NULL ? "" : word.ptr);
        return;
    }
    store_link *grown =
        reallocarray(links->items, links->count + 1, sizeof *grown);
    if (grown == NULL) {
        q->status = error_no_memory(&q->error);
        return;
    }
    links->items = grown;
    links->items[links->count++] = (store_link){
        .type = type,
        .label = column_text(q, 1),
        .pk = column_int(q, 2),
        .uuid = column_uuid(q, 3),
        .node_type = column_text(q, 4),
        .process_type = column_text(q, 5),
    };
}

orma_status store_node_links(store *s, int64_t pk, bool incoming,
                             store_links *out, orma_error **err)
{
    static const char incoming_links[] =
        "SELECT db_dblink.type, db_dblink.label, db_dbnode.id, "
        "db_dbnode.uuid, db_dbnode.node_type, db_dbnode.process_type "
        "FROM db_dblink JOIN db_dbnode ON db_dbnode.id = db_dblink.input_id "
        "WHERE db_dblink.output_id = ?1 ORDER BY db_dblink.id";
    static const char outgoing_links[] =
        "SELECT db_dblink.type, db_dblink.label, db_dbnode.id, "
        "db_dbnode.uuid, db_dbnode.node_type, db_dbnode.process_type "
        "FROM db_dblink JOIN db_dbnode ON db_dbnode.id = db_dblink.output_id "
        "WHERE db_dblink.input_id = ?1 ORDER BY db_dblink.id";
    store_links links = {0};
    query q;

    query_start(&q, &s->db, incoming ? incoming_links : outgoing_links);
    query_int(&q, 1, pk);
    while (query_next(&q))
        add_link(&q, &links);
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK) {
        store_links_finish(&links);
        return st;
    }
    *out = links;
    return ORMA_OK;
}

orma_status store_read_file(store *s, const node *n, const char *path, buf *out,
                            bool *found, orma_error **err)
{
    object_reader *reader = NULL;
    const char *key = repository_key(n->repository, path);
    if (key == NULL) {
        *found = false;
        return ORMA_OK;
    }

    orma_status st = store_open_object(s, key, &reader, err);
    if (st == ORMA_E_NOT_FOUND) /* the row says that it is there */
        return error_set(err, ORMA_E_PERMANENT, "storage", 0,
                         "file \"%s\" of node %lld is lost", path,
                         (long long)n->pk);
    if (st != ORMA_OK)
        return st;
    const size_t start = out->len;
    AUTO_FREE char *piece = malloc(READ_PIECE);
    st = piece == NULL ? error_no_memory(err) : ORMA_OK;
    for (size_t got = 1; st == ORMA_OK && got > 0;) {
        st = object_read(reader, piece, READ_PIECE, &got, err);
        if (st == ORMA_OK)
            buf_append(out, piece, got);
    }
    object_close(reader);
    if (st == ORMA_OK)
        st = buf_status(out, err);
    if (st != ORMA_OK) {
        if (out->ptr != NULL && !out->failed) {
            out->len = start; /* written only on success */
            out->ptr[start] = '\0';
        }
        return st;
    }
    *found = true;
    return ORMA_OK;
}
