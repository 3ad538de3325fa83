/* What may change of any stored node, sealed ones too: label, description and
 * logs; extras change by a unit.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <string.h>

#include <base/error.h>
#include <base/text.h>

#define LABEL_MAX 255

static orma_status check_text(const char *what, const char *text,
                              orma_error **err)
{
    if (text == NULL || text_is_utf8((orma_str){text, strlen(text)}))
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "the %s is not valid UTF-8", what);
}

orma_status store_edit_node(store *s, int64_t pk, const char *label,
                            const char *description, orma_error **err)
{
    int64_t written = 0;
    query q;

    orma_status st = check_text("label", label, err);
    if (st == ORMA_OK)
        st = check_text("description", description, err);
    if (st == ORMA_OK && label != NULL && text_length(label) > LABEL_MAX)
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "a label of %zu characters is too long: the most are "
                       "%d",
                       text_length(label), LABEL_MAX);
    if (st == ORMA_OK)
        st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "UPDATE db_dbnode SET label = COALESCE(?2, label), "
                     "description = COALESCE(?3, description), mtime = ?4t "
                     "WHERE id = ?1 RETURNING id");
    query_int(&q, 1, pk);
    query_text(&q, 2, label);
    query_text(&q, 3, description);
    query_time(&q, 4, time_now_ns());
    st = store_write_one(s, &q, &written, err);
    if (st == ORMA_OK && written == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no node with pk %lld", (long long)pk);
    return st;
}

orma_status store_delete_logs(store *s, int64_t node_pk, int64_t log_pk,
                              int64_t *deleted, orma_error **err)
{
    int64_t count = 0;
    query q;

    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     log_pk != 0 ? "DELETE FROM db_dblog WHERE dbnode_id = ?1 "
                                   "AND id = ?2"
                                 : "DELETE FROM db_dblog WHERE dbnode_id = ?1");
    query_int(&q, 1, node_pk);
    if (log_pk != 0)
        query_int(&q, 2, log_pk);
    st = query_run_changes(&q, &count, err);
    if (st == ORMA_OK && log_pk != 0 && count == 0)
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "node %lld has no log row %lld", (long long)node_pk,
                       (long long)log_pk);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    st = store_commit(s, err);
    if (st == ORMA_OK)
        *deleted = count;
    return st;
}
