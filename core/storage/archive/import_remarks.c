/* Comments and logs of an archive. Those of new nodes are new; others are told
 * by their UUID.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define TELL_EVERY 5000

static const id_map_item *node_of(const import *m, query *q, int32_t i)
{
    return id_map_find(&m->nodes, column_int(q, i));
}

/* The profile's id of a mapped node. */
static int64_t pk_of(const id_map_item *item)
{
    return item->to < 0 ? -(int64_t)item->to : item->to;
}

/* ---- comments ---------------------------------------------------- */

static const char *const comment_templates[] = {
    [ARCHIVE_COMMENTS_LEAVE] =
        "INSERT INTO db_dbcomment (uuid, dbnode_id, ctime, mtime, user_id, "
        "content) VALUES (?1u, ?2, ?3t, ?4t, ?5, ?6) ON CONFLICT (uuid) DO "
        "NOTHING",
    [ARCHIVE_COMMENTS_NEWEST] =
        "INSERT INTO db_dbcomment (uuid, dbnode_id, ctime, mtime, user_id, "
        "content) VALUES (?1u, ?2, ?3t, ?4t, ?5, ?6) ON CONFLICT (uuid) DO "
        "UPDATE SET content = excluded.content, mtime = excluded.mtime WHERE "
        "db_dbcomment.mtime < excluded.mtime",
    [ARCHIVE_COMMENTS_OVERWRITE] =
        "INSERT INTO db_dbcomment (uuid, dbnode_id, ctime, mtime, user_id, "
        "content) VALUES (?1u, ?2, ?3t, ?4t, ?5, ?6) ON CONFLICT (uuid) DO "
        "UPDATE SET content = excluded.content, mtime = excluded.mtime",
};

static orma_status put_comment(import *m, query *row, orma_error **err)
{
    const orma_uuid uuid = column_uuid(row, 0);
    const id_map_item *of = node_of(m, row, 1);
    query q;

    if (of == NULL)
        return ORMA_OK;
    query_start(&q, &m->to->db, comment_templates[m->options->comments]);
    query_uuid(&q, 1, &uuid);
    query_int(&q, 2, pk_of(of));
    query_time(&q, 3, column_time(row, 2));
    query_time(&q, 4, column_time(row, 3));
    query_int(&q, 5, id_map_get(&m->users, column_int(row, 4)));
    query_str(&q, 6, column_str(row, 5));
    return query_post(&q, err);
}

/* Rows that came since `before`. */
static orma_status count_added(import *m, const char *template, int64_t before,
                               enum archive_table table, orma_error **err)
{
    int64_t after = 0;
    const orma_status st = import_number(m, template, &after, err);
    m->counts[table].added = after - before;
    return st;
}

orma_status import_comments(import *m, orma_error **err)
{
    static const char count[] = "SELECT COUNT(*) FROM db_dbcomment";
    int64_t before = 0;
    query q;

    if (m->counts[TABLE_COMMENTS].total == 0)
        return ORMA_OK;
    orma_status st = import_number(m, count, &before, err);
    if (st != ORMA_OK)
        return st;
    query_start_many(&q, &m->from->db,
                     "SELECT uuid, dbnode_id, ctime, mtime, user_id, content "
                     "FROM db_dbcomment ORDER BY id");
    while (st == ORMA_OK && query_next(&q))
        st = put_comment(m, &q, err);
    st = query_end_after(&q, st, err);
    return st == ORMA_OK ? count_added(m, count, before, TABLE_COMMENTS, err)
                         : st;
}

/* ---- logs -------------------------------------------------------- */

static const char select_logs[] =
    "SELECT uuid, time, loggername, levelname, dbnode_id, message, metadata "
    "FROM db_dblog ORDER BY id";

static orma_sql_value text_of(orma_str text)
{
    return (orma_sql_value){.type = ORMA_SQL_TEXT, .text = text};
}

static orma_status copy_log(import *m, query *row, orma_copy *copy, int64_t pk,
                            orma_error **err)
{
    char uuid_text[37], time_text[27];
    const orma_uuid uuid = column_uuid(row, 0);

    uuid_format(&uuid, uuid_text);
    time_format_sql(column_time(row, 1), time_text);
    const orma_sql_value values[] = {
        text_of((orma_str){uuid_text, 36}),
        text_of((orma_str){time_text, 26}),
        text_of(column_str(row, 2)),
        text_of(column_str(row, 3)),
        {.type = ORMA_SQL_INTEGER, .integer = pk},
        text_of(column_str(row, 5)),
        text_of(import_object(row, 6)),
    };
    return m->to->db.driver->copy_row(copy, values, err);
}

/* Logs of new nodes, by the driver's copy. */
static orma_status copy_new(import *m, orma_error **err)
{
    static const char *const columns[] = {
        "uuid",      "time",    "loggername", "levelname",
        "dbnode_id", "message", "metadata",   NULL};
    const sql *db = &m->to->db;
    orma_copy *copy = NULL;
    int64_t seen = 0;
    query q;

    orma_status st =
        db->driver->copy_begin(db->connection, "db_dblog", columns, &copy, err);
    if (st != ORMA_OK)
        return st;
    query_start_many(&q, &m->from->db, select_logs);
    while (st == ORMA_OK && query_next(&q)) {
        const id_map_item *of = node_of(m, &q, 4);
        if (of != NULL && of->to > 0)
            st = copy_log(m, &q, copy, of->to, err);
        if (st == ORMA_OK && ++seen % TELL_EVERY == 0)
            st = import_tell(m, "logs", seen, m->counts[TABLE_LOGS].total, err);
    }
    st = query_end_after(&q, st, err);
    const orma_status ended =
        db->driver->copy_end(copy, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? ended : st;
}

static orma_status post_log(import *m, query *row, int64_t pk, orma_error **err)
{
    const orma_uuid uuid = column_uuid(row, 0);
    query q;

    query_start(&q, &m->to->db,
                "INSERT INTO db_dblog (uuid, time, loggername, levelname, "
                "dbnode_id, message, metadata) VALUES (?1u, ?2t, ?3, ?4, ?5, "
                "?6, ?7j) ON CONFLICT (uuid) DO NOTHING");
    query_uuid(&q, 1, &uuid);
    query_time(&q, 2, column_time(row, 1));
    query_str(&q, 3, column_str(row, 2));
    query_str(&q, 4, column_str(row, 3));
    query_int(&q, 5, pk);
    query_str(&q, 6, column_str(row, 5));
    query_str(&q, 7, import_object(row, 6));
    return query_post(&q, err);
}

static orma_status post_others(import *m, orma_error **err)
{
    query q;
    orma_status st = ORMA_OK;

    query_start_many(&q, &m->from->db, select_logs);
    while (st == ORMA_OK && query_next(&q)) {
        const id_map_item *of = node_of(m, &q, 4);
        if (of != NULL && of->to < 0)
            st = post_log(m, &q, pk_of(of), err);
    }
    return query_end_after(&q, st, err);
}

orma_status import_logs(import *m, orma_error **err)
{
    static const char count[] = "SELECT COUNT(*) FROM db_dblog";
    int64_t before = 0;

    if (m->counts[TABLE_LOGS].total == 0)
        return ORMA_OK;
    orma_status st = import_number(m, count, &before, err);
    if (st == ORMA_OK)
        st = copy_new(m, err);
    if (st == ORMA_OK && m->has_existing_nodes)
        st = post_others(m, err);
    return st == ORMA_OK ? count_added(m, count, before, TABLE_LOGS, err) : st;
}
