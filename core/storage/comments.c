/* Comments on nodes.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/comments.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

#define COMMENT_SELECT                                                         \
    "SELECT db_dbcomment.id, db_dbcomment.uuid, db_dbcomment.dbnode_id, "      \
    "db_dbuser.email, db_dbcomment.ctime, db_dbcomment.mtime, "                \
    "db_dbcomment.content FROM db_dbcomment JOIN db_dbuser ON db_dbuser.id = " \
    "db_dbcomment.user_id "

static void set_comment(query *q, json_object *row)
{
    row_set_int(q, 0, row, "pk");
    row_set_text(q, 1, row, "uuid");
    row_set_int(q, 2, row, "node");
    row_set_text(q, 3, row, "user");
    row_set_time(q, 4, row, "ctime");
    row_set_time(q, 5, row, "mtime");
    row_set_text(q, 6, row, "content");
}

static orma_status no_comment(int64_t pk, orma_error **err)
{
    return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                     "there is no comment with pk %lld", (long long)pk);
}

static orma_status check_content(const char *content, orma_error **err)
{
    if (text_is_utf8((orma_str){content, strlen(content)}))
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "the comment is not valid UTF-8");
}

orma_status store_comment_add(store *s, int64_t node_pk, const char *content,
                              int64_t *pk, orma_error **err)
{
    int64_t made = 0;
    orma_uuid uuid;
    query q;

    orma_status st = check_content(content, err);
    if (st == ORMA_OK && s->default_user == 0)
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "the comment belongs to no user: the profile has no "
                       "default one");
    if (st == ORMA_OK)
        st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    uuid_generate(&uuid);
    /* From the node's row: without it, nothing is inserted. */
    query_start_once(&q, &s->db,
                     "INSERT INTO db_dbcomment (uuid, dbnode_id, ctime, mtime, "
                     "user_id, content) SELECT ?1u, id, ?2t, ?2t, CAST(?3 AS "
                     "INTEGER), CAST(?4 AS TEXT) FROM db_dbnode WHERE id = ?5 "
                     "RETURNING id");
    query_uuid(&q, 1, &uuid);
    query_time(&q, 2, time_now_ns());
    query_int(&q, 3, s->default_user);
    query_text(&q, 4, content);
    query_int(&q, 5, node_pk);
    st = store_write_one(s, &q, &made, err);
    if (st == ORMA_OK && made == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no node with pk %lld", (long long)node_pk);
    if (st == ORMA_OK)
        *pk = made;
    return st;
}

orma_status store_comment_update(store *s, int64_t pk, const char *content,
                                 orma_error **err)
{
    int64_t written = 0;
    query q;

    orma_status st = check_content(content, err);
    if (st == ORMA_OK)
        st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "UPDATE db_dbcomment SET content = ?2, mtime = ?3t WHERE "
                     "id = ?1 RETURNING id");
    query_int(&q, 1, pk);
    query_text(&q, 2, content);
    query_time(&q, 3, time_now_ns());
    st = store_write_one(s, &q, &written, err);
    return st == ORMA_OK && written == 0 ? no_comment(pk, err) : st;
}

orma_status store_comment_remove(store *s, int64_t pk, orma_error **err)
{
    int64_t deleted = 0;
    query q;

    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "DELETE FROM db_dbcomment WHERE id = ?1 RETURNING id");
    query_int(&q, 1, pk);
    st = store_write_one(s, &q, &deleted, err);
    return st == ORMA_OK && deleted == 0 ? no_comment(pk, err) : st;
}

orma_status store_comment(store *s, int64_t pk, json_object **out,
                          orma_error **err)
{
    static const char template[] = COMMENT_SELECT "WHERE db_dbcomment.id = ?1";
    json_object *found = NULL;
    query q;

    query_start(&q, &s->db, template);
    query_int(&q, 1, pk);
    const orma_status st = rows_first(&q, set_comment, &found, err);
    if (st == ORMA_OK && found == NULL)
        return no_comment(pk, err);
    if (st == ORMA_OK)
        *out = found;
    return st;
}

orma_status store_list_comments(store *s, int64_t node_pk, const char *user,
                                json_object **rows, orma_error **err)
{
    static const char template[] =
        COMMENT_SELECT "WHERE db_dbcomment.dbnode_id = ?1 AND (CAST(?2 AS "
                       "TEXT) IS NULL OR db_dbuser.email = ?2) ORDER BY "
                       "db_dbcomment.ctime, db_dbcomment.id";
    query q;

    query_start(&q, &s->db, template);
    q.is_listing = true;
    query_int(&q, 1, node_pk);
    query_text(&q, 2, user);
    return rows_collect(&q, set_comment, rows, err);
}
