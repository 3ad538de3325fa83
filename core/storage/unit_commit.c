/* The commit of a unit: one transaction, files before rows.
 *
 * SPDX-License-Identifier: MIT */
#include "unit_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/staging.h>

/* Of a row of db_dbnode; data may hold what it likes under that name. */
#define IS_UNSEALED                                                            \
    "(NOT " IS_PROCESS " OR COALESCE(CAST({json:db_dbnode.attributes.sealed} " \
    "AS TEXT), '') NOT IN ('1', 'true'))"

/* ---- changes of stored nodes ------------------------------------- */

static int by_node(const void *a, const void *b)
{
    const unit_change *x = a, *y = b;
    if (x->n != y->n)
        return (uintptr_t)x->n < (uintptr_t)y->n ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static orma_status load_row(unit *u, unit_update *update, orma_error **err)
{
    static const char template[] =
        "SELECT attributes, extras, repository_metadata FROM db_dbnode WHERE "
        "id = ?1{lock}";
    json_object **const members[] = {&update->attributes, &update->extras,
                                     &update->repository};
    bool is_there = false;
    query q;

    query_start(&q, &u->s->db, template);
    query_int(&q, 1, update->n->pk);
    if (query_next(&q)) {
        is_there = true;
        for (int32_t i = 0; i < 3; i++)
            *members[i] = column_json(&q, i);
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    if (!is_there)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "node %lld is not in the database any more",
                         (long long)update->n->pk);
    for (int32_t i = 0; i < 3; i++)
        if (*members[i] == NULL &&
            (*members[i] = json_object_new_object()) == NULL)
            return error_no_memory(err);
    return ORMA_OK;
}

static orma_status apply(unit *u, unit_update *update,
                         const unit_change *change, orma_error **err)
{
    json_object *tree = NULL;

    if (change->kind != CHANGE_FILES)
        return unit_apply_change(update->attributes, update->extras, change,
                                 err);
    const orma_status st = store_build_repository(
        update->n, update->repository, unit_keys(u, update->n), &tree, err);
    if (st != ORMA_OK)
        return st;
    json_object_put(update->repository);
    update->repository = tree;
    return ORMA_OK;
}

static orma_status write_row(unit *u, const unit_update *update,
                             orma_error **err)
{
    static const char template[] =
        "UPDATE db_dbnode SET attributes = ?2j, extras = ?3j, "
        "repository_metadata = ?4j, mtime = ?5t WHERE id = ?1";
    query q;
    query_start(&q, &u->s->db, template);
    query_int(&q, 1, update->n->pk);
    query_json(&q, 2, update->attributes);
    query_json(&q, 3, update->extras);
    query_json(&q, 4, update->repository);
    query_time(&q, 5, u->now_ns);
    return query_post(&q, err);
}

/* Sealed since it was read into memory? Of a sealed process extras alone may
 * change; data may have an attribute of that name. */
static orma_status check_unsealed(const unit_update *update,
                                  const unit_change *changes, size_t count,
                                  orma_error **err)
{
    if (node_class_of(update->n->node_type) == NODE_DATA ||
        !json_get_bool(update->attributes, "sealed", false))
        return ORMA_OK;
    for (size_t i = 0; i < count; i++)
        if (changes[i].kind != CHANGE_EXTRA &&
            changes[i].kind != CHANGE_NO_EXTRA)
            return error_set(err, ORMA_E_REFUSED, "storage", 0,
                             "process %lld is sealed: it cannot change",
                             (long long)update->n->pk);
    return ORMA_OK;
}

/* changes[0 … count) are all of one stored node. */
static orma_status update_node(unit *u, const unit_change *changes,
                               size_t count, orma_error **err)
{
    unit_update *grown = unit_grow(u->updates, &u->update_count, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    u->updates = grown;
    unit_update *update = &u->updates[u->update_count - 1];
    update->n = changes->n;

    orma_status st = load_row(u, update, err);
    if (st == ORMA_OK)
        st = check_unsealed(update, changes, count, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        st = apply(u, update, &changes[i], err);
    return st == ORMA_OK ? write_row(u, update, err) : st;
}

static orma_status update_nodes(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (u->change_count > 1)
        qsort(u->changes, u->change_count, sizeof *u->changes, by_node);
    for (size_t i = 0; st == ORMA_OK && i < u->change_count;) {
        size_t count = 1;
        while (i + count < u->change_count &&
               u->changes[i + count].n == u->changes[i].n)
            count++;
        if (unit_find(u, u->changes[i].n) == NULL) {
            st = store_fault(u->s, err);
            if (st == ORMA_OK)
                st = update_node(u, &u->changes[i], count, err);
        }
        i += count;
    }
    return st;
}

/* ---- live rows ---------------------------------------------------- */

static orma_status leased_away(const node *process, orma_error **err)
{
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "process %lld was leased to another worker, or ended, "
                     "meanwhile",
                     (long long)process->pk);
}

/* A row goes when its process is sealed, so that none can be made for a sealed
 * one. The row's request stands, unless somebody asked for something that this
 * store has not seen yet. */
static orma_status put_live(unit *u, const unit_live *live, orma_error **err)
{
    static const char template[] =
        "INSERT INTO orma_process (node_id, state, stage, attempt, submission, "
        "wake_ns, lease_epoch, job_id, request, paused, last_error, details, "
        "changed_ns) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(?10 AS "
        "BOOLEAN), ?11, ?12j, ?13 FROM db_dbnode WHERE id = ?1 AND " IS_UNSEALED
        " ON CONFLICT (node_id) DO UPDATE SET state = "
        "excluded.state, stage = excluded.stage, attempt = excluded.attempt, "
        "submission = excluded.submission, wake_ns = excluded.wake_ns, "
        "lease_epoch = excluded.lease_epoch, job_id = excluded.job_id, request "
        "= CASE WHEN COALESCE(orma_process.request, '') = CAST(?14 AS TEXT) "
        "THEN excluded.request ELSE orma_process.request END, paused = "
        "excluded.paused, last_error = excluded.last_error, details = "
        "excluded.details, changed_ns = excluded.changed_ns WHERE "
        "orma_process.lease_epoch <= excluded.lease_epoch RETURNING node_id";
    const process_row *row = &live->row;
    const int64_t pk = live->process->pk;
    const char *seen = store_seen_request(u->s, pk);
    int64_t written = 0;
    query q;

    query_start(&q, &u->s->db, template);
    query_int(&q, 1, pk);
    query_text(&q, 2, row->state);
    query_text(&q, 3, row->stage);
    query_int(&q, 4, row->attempt);
    query_int(&q, 5, row->submission);
    query_int(&q, 6, row->wake_ns);
    query_int(&q, 7, row->lease_epoch);
    query_text(&q, 8, row->job_id);
    query_text(&q, 9, row->request);
    query_int(&q, 10, row->paused ? 1 : 0);
    query_text(&q, 11, row->last_error);
    query_text(&q, 12, row->details != NULL ? row->details : "{}");
    query_int(&q, 13, u->now_ns);
    query_text(&q, 14, seen != NULL ? seen : "");
    if (unit_find(u, live->process) != NULL && !node_is_sealed(live->process))
        return query_post(&q, err); /* nobody else knows it yet */
    const orma_status st = query_run_int(&q, 0, &written, err);
    return st == ORMA_OK && written == 0 ? leased_away(live->process, err) : st;
}

static orma_status drop_live(unit *u, const unit_live *live, orma_error **err)
{
    static const char delete_row[] =
        "DELETE FROM orma_process WHERE node_id = ?1 AND lease_epoch <= ?2";
    static const char count_rows[] =
        "SELECT COUNT(*) FROM orma_process WHERE node_id = ?1";
    int64_t deleted = 0, left = 0;
    query q;
    query_start(&q, &u->s->db, delete_row);
    query_int(&q, 1, live->process->pk);
    query_int(&q, 2, live->row.lease_epoch);
    orma_status st = query_run_changes(&q, &deleted, err);
    if (st != ORMA_OK || deleted > 0)
        return st;
    query_start(&q, &u->s->db, count_rows);
    query_int(&q, 1, live->process->pk);
    st = query_run_int(&q, 0, &left, err);
    return st == ORMA_OK && left > 0 ? leased_away(live->process, err) : st;
}

static orma_status write_lives(unit *u, orma_error **err)
{
    for (size_t i = 0; i < u->live_count; i++) {
        const unit_live *live = &u->lives[i];
        orma_status st = store_fault(u->s, err);
        if (st == ORMA_OK)
            st = live->is_drop ? drop_live(u, live, err)
                               : put_live(u, live, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

/* ---- the commit -------------------------------------------------- */

static orma_status check_users(const unit *u, orma_error **err)
{
    for (size_t i = 0; i < u->node_count; i++) {
        if (u->nodes[i].n->user_pk != 0 || u->s->default_user != 0)
            continue;
        const orma_status st =
            error_set(err, ORMA_E_INVALID, "storage", 0,
                      "the new node belongs to no user: the profile has no "
                      "default one");
        error_hint(err, "set it up with `orma user configure`");
        return st;
    }
    return ORMA_OK;
}

/* As before the first try. */
static void forget_rows(unit *u)
{
    for (size_t i = 0; i < u->node_count; i++)
        u->nodes[i].n->pk = 0;
    for (size_t i = 0; i < u->update_count; i++)
        unit_update_finish(&u->updates[i]);
    u->update_count = 0;
}

/* The reads first: what follows them needs no answers. */
static orma_status write_rows(store *s, void *user, orma_error **err)
{
    static orma_status (*const steps[])(unit *, orma_error **) = {
        unit_check_stored, unit_stage_files, unit_insert_nodes,
        unit_insert_links, update_nodes,     unit_insert_logs,
        write_lives,
    };
    unit *u = user;
    orma_status st = ORMA_OK;

    forget_rows(u);
    for (size_t i = 0; st == ORMA_OK && i < sizeof steps / sizeof *steps; i++)
        st = steps[i](u, err);
    return st == ORMA_OK ? store_fault(s, err) : st;
}

/* Files, under the lock that keeps maintenance away, and rows. */
static orma_status store_all(unit *u, orma_error **err)
{
    const bool has_files = u->files_count > 0;
    orma_status st = ORMA_OK;

    if (has_files)
        st = container_lock_shared(u->s->container, err);
    if (st != ORMA_OK)
        return st;
    if (has_files)
        st = unit_put_files(u, err);
    if (st == ORMA_OK)
        st = store_fault(u->s, err);
    if (st == ORMA_OK)
        st = unit_prepare(u, err);
    if (st == ORMA_OK)
        st = store_transact(u->s, write_rows, u, err);
    if (has_files)
        container_unlock(u->s->container);
    return st;
}

static void swap_in(json_object **member, json_object **made)
{
    json_object_put(*member);
    *member = *made;
    *made = NULL;
}

/* The nodes in memory become what is stored; nothing here can fail. */
static void adopt(unit *u)
{
    for (size_t i = 0; i < u->node_count; i++) {
        unit_node *un = &u->nodes[i];
        node *n = un->n;
        swap_in(&n->attributes, &un->attributes);
        swap_in(&n->extras, &un->extras);
        swap_in(&n->repository, &un->repository);
        n->ctime_ns = u->now_ns;
        n->mtime_ns = u->now_ns;
        if (n->user_pk == 0)
            n->user_pk = u->s->default_user;
        n->store = u->s;
        node_clear_files(n);
    }
    for (size_t i = 0; i < u->update_count; i++) {
        unit_update *update = &u->updates[i];
        swap_in(&update->n->attributes, &update->attributes);
        swap_in(&update->n->extras, &update->extras);
        swap_in(&update->n->repository, &update->repository);
        update->n->mtime_ns = u->now_ns;
    }
    for (size_t i = 0; i < u->files_count; i++)
        node_clear_files(u->files[i].n);
}

/* What later writes of live rows, and AiiDA, want to know. */
static void note(unit *u)
{
    for (size_t i = 0; i < u->live_count; i++)
        store_see_request(u->s, u->lives[i].process->pk,
                          u->lives[i].row.request, NULL);
    for (size_t i = 0; i < u->change_count; i++) {
        const unit_change *c = &u->changes[i];
        if (c->kind != CHANGE_ATTRIBUTE || !text_equal(c->key, "process_state"))
            continue;
        const bool is_work = node_class_of(c->n->node_type) == NODE_WORKFLOW;
        u->s->changed_ns[is_work ? CHANGED_WORK : CHANGED_CALCULATION] =
            u->now_ns;
    }
    store_note_changes(u->s, false);
}

orma_status unit_commit(unit *u, orma_error **err)
{
    u->now_ns = time_now_ns() / 1000 * 1000; /* columns hold microseconds */
    orma_status st = check_users(u, err);
    if (st == ORMA_OK)
        st = unit_check_links(u, err);
    if (st == ORMA_OK)
        st = unit_collect_files(u, err);
    if (st == ORMA_OK)
        st = store_all(u, err);

    if (st == ORMA_OK) {
        adopt(u);
        note(u);
        store_drain_if_due(u->s);
    } else {
        forget_rows(u);
        if (st == ORMA_E_INVALID)
            st = unit_explain(u, st, err);
    }
    u->s->fault_step = 0;
    unit_abort(u);
    return st;
}
