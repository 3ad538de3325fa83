/* Which objects the nodes of a database refer to.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/references.h>

#include <string.h>

#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

#define PORTION 2000 /* also in the statements */

/* Commits come later than the times they write, and other hosts' clocks may be
 * behind: so much is looked at again. */
#define OVERLAP_NS ((int64_t)600 * 1000000000)

/* ---- one tree ---------------------------------------------------- */

/* The end of the string that begins at p (behind its quote); NULL: none. */
static const char *string_end(const char *p, const char *end)
{
    while (p < end && *p != '"')
        p += *p == '\\' ? 2 : 1;
    return p < end ? p : NULL;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && strchr(" \t\n\r", *p) != NULL && *p != '\0')
        p++;
    return p;
}

static orma_status malformed(orma_error **err)
{
    return error_set(err, ORMA_E_PERMANENT, "storage", 0,
                     "its repository is malformed");
}

/* In a tree, names of files are members of "o", whose values are objects: a
 * member "k" with a text is always a key. So it is enough to look at strings
 * and the colons behind them. */
orma_status references_of_tree(orma_str json, reference_visit *visit,
                               void *user, orma_error **err)
{
    const char *p = json.ptr, *const end = json.ptr + json.len;
    bool is_key_next = false;
    int depth = 0;

    while (p < end) {
        if (*p == '{' || *p == '}') {
            depth += *p == '{' ? 1 : -1;
            is_key_next = false;
        }
        if (depth < 0)
            return malformed(err);
        if (*p++ != '"')
            continue;
        const char *close = string_end(p, end);
        if (close == NULL)
            return malformed(err);
        const orma_str text = {p, (size_t)(close - p)};
        p = skip_blanks(close + 1, end);
        if (p < end && *p == ':') {
            is_key_next = text.len == 1 && text.ptr[0] == 'k';
            p++;
            continue;
        }
        uint8_t key[KEY_BYTES];
        if (!is_key_next || !key_parse(text, key))
            return malformed(err);
        const orma_status st = visit(user, key, err);
        if (st != ORMA_OK)
            return st;
        is_key_next = false;
    }
    return depth == 0 ? ORMA_OK : malformed(err);
}

/* ---- nodes ------------------------------------------------------- */

/* Rows (id, repository_metadata) of a query; the greatest id and their count.
 * seen: notes the ids, or NULL. */
static orma_status visit_rows(query *q, reference_visit *visit, void *user,
                              pk_set *seen, int64_t *last, int64_t *count,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    *count = 0;
    while (st == ORMA_OK && query_next(q)) {
        const int64_t pk = column_int(q, 0);
        const orma_str tree = column_str(q, 1);
        if (pk > *last)
            *last = pk;
        ++*count;
        if (seen != NULL && !pk_set_add(seen, pk, NULL))
            st = error_no_memory(err);
        if (st != ORMA_OK || tree.ptr == NULL || tree.len <= 2)
            continue;
        st = references_of_tree(tree, visit, user, err);
        if (st == ORMA_E_PERMANENT) {
            st = error_set(err, st, "storage", 0,
                           "node %lld cannot be looked at", (long long)pk);
            error_hint(err, "`orma storage verify` tells all that is damaged");
        }
    }
    return query_end_after(q, st, err);
}

void reference_mark_finish(reference_mark *mark)
{
    pk_set_free(&mark->seen);
}

static orma_status take_fingerprint(store *s, reference_mark *mark,
                                    orma_error **err)
{
    static const char template[] =
        "SELECT COUNT(*), CAST(COALESCE(SUM(CAST(id AS BIGINT)), 0) AS "
        "BIGINT), "
        "CAST(COALESCE(SUM(CAST(id AS BIGINT) * id % 1000003), 0) AS BIGINT) "
        "FROM db_dbnode WHERE id <= ?1";
    query q;
    query_start(&q, &s->db, template);
    query_int(&q, 1, mark->last_pk);
    if (query_next(&q)) {
        mark->count = column_int(&q, 0);
        mark->sum = column_int(&q, 1);
        mark->mix = column_int(&q, 2);
    }
    return query_end(&q, err);
}

orma_status references_mark(store *s, reference_mark *mark, orma_error **err)
{
    reference_mark made = {.since_ns = time_now_ns() - OVERLAP_NS,
                           .is_unordered =
                               s->db.dialect->exclude_writers != NULL};
    query q;
    query_start_once(&q, &s->db, "SELECT COALESCE(MAX(id), 0) FROM db_dbnode");
    orma_status st = query_run_int(&q, 0, &made.last_pk, err);
    if (st == ORMA_OK && made.is_unordered)
        st = take_fingerprint(s, &made, err);
    if (st == ORMA_OK)
        *mark = made;
    return st;
}

orma_status references_all(store *s, reference_visit *visit, void *user,
                           bool (*progress)(void *user, int64_t pk,
                                            int64_t last_pk),
                           void *progress_user, reference_mark *mark,
                           orma_error **err)
{
    static const char page[] =
        "SELECT id, repository_metadata FROM db_dbnode WHERE id > ?1 ORDER BY "
        "id LIMIT 2000";
    int64_t last = 0, count = PORTION;
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && count == PORTION) {
        query q;
        query_start(&q, &s->db, page);
        query_int(&q, 1, last);
        st =
            visit_rows(&q, visit, user, mark->is_unordered ? &mark->seen : NULL,
                       &last, &count, err);
        if (st == ORMA_OK && progress != NULL &&
            !progress(progress_user, last, mark->last_pk))
            return error_set(err, ORMA_E_CANCELLED, "storage", 0, "stopped");
    }
    return st;
}

/* The pks after `after` that the first look did not see; *last: where the next
 * portion begins, 0 at the end. */
static orma_status list_unseen(store *s, const reference_mark *mark,
                               int64_t *last, pk_set *unseen, orma_error **err)
{
    static const char page[] =
        "SELECT id FROM db_dbnode WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT "
        "20000";
    const int64_t after = *last;
    query q;
    query_start(&q, &s->db, page);
    query_int(&q, 1, after);
    query_int(&q, 2, mark->last_pk);
    *last = 0;
    while (query_next(&q)) {
        *last = column_int(&q, 0);
        if (!pk_set_has(&mark->seen, *last) &&
            !pk_set_add(unseen, *last, NULL)) {
            query_end(&q, NULL);
            return error_no_memory(err);
        }
    }
    return query_end(&q, err);
}

/* Looks at pks up to the mark only when they are not the same any more. */
static orma_status visit_unseen(store *s, reference_visit *visit, void *user,
                                const reference_mark *mark, orma_error **err)
{
    static const char one[] =
        "SELECT id, repository_metadata FROM db_dbnode WHERE id = ?1";
    reference_mark now = {.last_pk = mark->last_pk};
    pk_set unseen = {0};
    int64_t last = 0;

    orma_status st = take_fingerprint(s, &now, err);
    if (st != ORMA_OK || (now.count == mark->count && now.sum == mark->sum &&
                          now.mix == mark->mix))
        return st;
    do
        st = list_unseen(s, mark, &last, &unseen, err);
    while (st == ORMA_OK && last > 0);
    for (int64_t pk = pk_set_next(&unseen, 0); st == ORMA_OK && pk > 0;
         pk = pk_set_next(&unseen, pk)) {
        int64_t ignored = 0, count = 0;
        query q;
        query_start(&q, &s->db, one);
        query_int(&q, 1, pk);
        st = visit_rows(&q, visit, user, NULL, &ignored, &count, err);
    }
    pk_set_free(&unseen);
    return st;
}

orma_status references_since(store *s, reference_visit *visit, void *user,
                             const reference_mark *mark, orma_error **err)
{
    static const char fresh[] =
        "SELECT id, repository_metadata FROM db_dbnode WHERE id > ?1 ORDER BY "
        "id LIMIT 2000";
    static const char changed[] =
        "SELECT id, repository_metadata FROM db_dbnode WHERE mtime >= ?1t AND "
        "id > ?2 ORDER BY id LIMIT 2000";
    int64_t last = mark->last_pk, count = PORTION;
    orma_status st = ORMA_OK;
    query q;

    while (st == ORMA_OK && count == PORTION) {
        query_start(&q, &s->db, fresh);
        query_int(&q, 1, last);
        st = visit_rows(&q, visit, user, NULL, &last, &count, err);
    }
    last = 0;
    count = PORTION;
    while (st == ORMA_OK && count == PORTION) {
        query_start(&q, &s->db, changed);
        query_time(&q, 1, mark->since_ns);
        query_int(&q, 2, last);
        st = visit_rows(&q, visit, user, NULL, &last, &count, err);
    }
    return st == ORMA_OK && mark->is_unordered
               ? visit_unseen(s, visit, user, mark, err)
               : st;
}
