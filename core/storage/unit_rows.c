/* Rows that a unit adds: nodes and logs.
 *
 * They are handed over without waiting for an answer, so that a unit is few
 * round trips however many rows it has; many nodes go through the driver's
 * bulk copy.
 *
 * SPDX-License-Identifier: MIT */
#include "unit_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk_rows.h>

static int64_t user_of(const unit *u, const node *n)
{
    return n->user_pk != 0 ? n->user_pk : u->s->default_user;
}

static orma_status post_node(unit *u, const unit_node *un, orma_error **err)
{
    static const char template[] =
        "INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
        "description, ctime, mtime, attributes, extras, repository_metadata, "
        "dbcomputer_id, user_id) VALUES (?12, ?1u, ?2, ?3, ?4, ?5, ?6t, ?6t, "
        "?7j, ?8j, ?9j, ?10, ?11)";
    const node *n = un->n;
    query q;

    query_start(&q, &u->s->db, template);
    query_uuid(&q, 1, &n->uuid);
    query_text(&q, 2, n->node_type);
    query_text(&q, 3, n->process_type);
    query_text(&q, 4, n->label);
    query_text(&q, 5, n->description);
    query_time(&q, 6, u->now_ns);
    query_json(&q, 7, un->attributes);
    query_json(&q, 8, un->extras);
    query_json(&q, 9, un->repository);
    query_int_or_null(&q, 10, n->computer_pk);
    query_int(&q, 11, user_of(u, n));
    query_int(&q, 12, n->pk);
    return query_post(&q, err);
}

static orma_str borrow(const char *text)
{
    return (orma_str){text, text == NULL ? 0 : strlen(text)};
}

/* The JSON texts of one node behind one another in `texts`. */
static orma_status copy_node(unit *u, orma_copy *copy, const unit_node *un,
                             buf *texts, orma_error **err)
{
    const node *n = un->n;
    buf_clear(texts);
    json_write(texts, un->attributes, JSON_PYTHON);
    const size_t extras = texts->len;
    json_write(texts, un->extras, JSON_PYTHON);
    const size_t repository = texts->len;
    json_write(texts, un->repository, JSON_PYTHON);
    const orma_status st = buf_status(texts, err);
    if (st != ORMA_OK)
        return st;

    const char *all = buf_c_str(texts);
    const bulk_node row = {
        .uuid = n->uuid,
        .node_type = borrow(n->node_type),
        .process_type = borrow(n->process_type),
        .label = borrow(n->label),
        .description = borrow(n->description),
        .ctime_ns = u->now_ns,
        .mtime_ns = u->now_ns,
        .attributes = {all, extras},
        .extras = {all + extras, repository - extras},
        .repository = {all + repository, texts->len - repository},
        .computer_pk = n->computer_pk,
        .user_pk = user_of(u, n),
    };
    return node_copy_row(&u->s->db, copy, n->pk, &row, err);
}

static orma_status copy_nodes(unit *u, orma_error **err)
{
    AUTO_BUF buf texts = {0};
    orma_copy *copy = NULL;
    orma_status st = node_copy_begin(&u->s->db, &copy, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; st == ORMA_OK && i < u->node_count; i++) {
        st = store_fault(u->s, err);
        if (st == ORMA_OK)
            st = copy_node(u, copy, &u->nodes[i], &texts, err);
    }
    const orma_status ended =
        u->s->db.driver->copy_end(copy, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? ended : st;
}

static orma_status post_nodes(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < u->node_count; i++) {
        st = store_fault(u->s, err);
        if (st == ORMA_OK)
            st = post_node(u, &u->nodes[i], err);
    }
    return st;
}

orma_status unit_insert_nodes(unit *u, orma_error **err)
{
    if (u->node_count == 0)
        return ORMA_OK;
    AUTO_FREE int64_t *pks = calloc(u->node_count, sizeof *pks);
    if (pks == NULL)
        return error_no_memory(err);
    const orma_status st = u->s->db.driver->reserve_ids(
        u->s->db.connection, "db_dbnode", u->node_count, pks, err);
    if (st != ORMA_OK)
        return st;
    /* Taken back when the commit fails. */
    for (size_t i = 0; i < u->node_count; i++)
        u->nodes[i].n->pk = pks[i];
    return u->node_count >= COPY_ROWS_MIN ? copy_nodes(u, err)
                                          : post_nodes(u, err);
}

orma_status unit_insert_logs(unit *u, orma_error **err)
{
    static const char template[] =
        "INSERT INTO db_dblog (uuid, time, loggername, levelname, dbnode_id, "
        "message, metadata) VALUES (?1u, ?2t, ?3, ?4, ?5, ?6, ?7j)";

    for (size_t i = 0; i < u->log_count; i++) {
        const unit_log *log = &u->logs[i];
        orma_uuid uuid;
        query q;
        orma_status st = store_fault(u->s, err);
        if (st != ORMA_OK)
            return st;
        uuid_generate(&uuid);
        query_start(&q, &u->s->db, template);
        query_uuid(&q, 1, &uuid);
        query_time(&q, 2, u->now_ns);
        query_text(&q, 3, log->logger);
        query_text(&q, 4, log->level);
        query_int(&q, 5, log->process->pk);
        query_text(&q, 6, log->message);
        query_json(&q, 7, log->metadata);
        st = query_post(&q, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}
