/* Hashes of stored nodes computed anew.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/cache.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

/* Nodes of one transaction: few enough to let other writers in between. */
#define PORTION 500

/* The next pks behind `after` that the query asks for. */
static orma_status next_pks(store *s, const rehash_query *wanted, int64_t after,
                            int64_t *pks, size_t *count, orma_error **err)
{
    static const char template[] =
        "SELECT id FROM db_dbnode WHERE id > ?1 AND node_type LIKE ?2 ESCAPE "
        "'!' AND (?3 = 0 OR process_type = ?4) ORDER BY id LIMIT ?5";
    AUTO_FREE char *like =
        like_prefix(wanted->node_type != NULL ? wanted->node_type : "");
    query q;

    if (like == NULL)
        return error_no_memory(err);
    *count = 0;
    query_start(&q, &s->db, template);
    query_int(&q, 1, after);
    query_text(&q, 2, like);
    query_int(&q, 3, wanted->process_type != NULL ? 1 : 0);
    query_text(&q, 4, wanted->process_type != NULL ? wanted->process_type : "");
    query_int(&q, 5, PORTION);
    while (query_next(&q) && *count < PORTION)
        pks[(*count)++] = column_int(&q, 0);
    return query_end(&q, err);
}

/* "" where the hash cannot be known. */
static orma_status hash_again(store *s, const node *n, char hash[NODE_HASH_HEX],
                              orma_error **err)
{
    AUTO_ERROR orma_error *unknown = NULL;
    const orma_status st = store_node_hash(s, n, NULL, hash, &unknown);

    if (st == ORMA_E_NOT_FOUND) {
        hash[0] = '\0';
        return ORMA_OK;
    }
    if (st != ORMA_OK)
        error_move(&unknown, err);
    return st;
}

/* Puts the node's new hash into the unit, when it differs. */
static orma_status rehash_node(store *s, unit *u, node *n,
                               rehash_counts *counts, orma_error **err)
{
    char hash[NODE_HASH_HEX] = "";
    const orma_status st = hash_again(s, n, hash, err);

    if (st != ORMA_OK)
        return st;
    counts->seen++;
    if (hash[0] == '\0') {
        counts->unknown++;
        return ORMA_OK;
    }
    if (text_equal(json_get_text(n->extras, CACHE_HASH, NULL), hash))
        return ORMA_OK;
    counts->changed++;
    json_object *text = json_object_new_string(hash);
    return text == NULL ? error_no_memory(err)
                        : unit_set_extra(u, n, CACHE_HASH, text, err);
}

static orma_status rehash_portion(store *s, const int64_t *pks, size_t count,
                                  rehash_counts *counts, orma_error **err)
{
    AUTO_FREE node **nodes = calloc(count + 1, sizeof *nodes);
    rehash_counts now = *counts;
    unit *u = NULL;

    if (nodes == NULL)
        return error_no_memory(err);
    orma_status st = unit_begin(s, &u, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        st = store_node(s, pks[i], &nodes[i], err);
        if (st == ORMA_OK)
            st = rehash_node(s, u, nodes[i], &now, err);
    }
    if (st == ORMA_OK && now.changed > counts->changed)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    for (size_t i = 0; i < count; i++)
        node_free(nodes[i]);
    if (st == ORMA_OK)
        *counts = now;
    return st;
}

static orma_status tell_progress(const rehash_query *wanted,
                                 const rehash_counts *counts, orma_error **err)
{
    if (wanted->progress == NULL)
        return ORMA_OK;
    const orma_status st = wanted->progress(wanted->progress_user,
                                            "hashing nodes", counts->seen, 0);
    if (st == ORMA_OK)
        return st;
    return error_set(err, st, "storage", 0,
                     "stopped after %lld nodes, whose hashes are stored",
                     (long long)counts->seen);
}

static orma_status rehash_given(store *s, const rehash_query *wanted,
                                rehash_counts *counts, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t at = 0; st == ORMA_OK && at < wanted->pk_count;) {
        const size_t left = wanted->pk_count - at;
        const size_t count = left < PORTION ? left : PORTION;
        st = rehash_portion(s, wanted->pks + at, count, counts, err);
        at += count;
        if (st == ORMA_OK)
            st = tell_progress(wanted, counts, err);
    }
    return st;
}

orma_status store_rehash(store *s, const rehash_query *wanted,
                         rehash_counts *counts, orma_error **err)
{
    int64_t after = 0;
    size_t count = 0;

    *counts = (rehash_counts){0};
    if (wanted->pks != NULL)
        return rehash_given(s, wanted, counts, err);
    AUTO_FREE int64_t *pks = calloc(PORTION, sizeof *pks);
    if (pks == NULL)
        return error_no_memory(err);
    orma_status st = next_pks(s, wanted, after, pks, &count, err);
    while (st == ORMA_OK && count > 0) {
        after = pks[count - 1];
        st = rehash_portion(s, pks, count, counts, err);
        if (st == ORMA_OK)
            st = tell_progress(wanted, counts, err);
        if (st == ORMA_OK)
            st = next_pks(s, wanted, after, pks, &count, err);
    }
    return st;
}
