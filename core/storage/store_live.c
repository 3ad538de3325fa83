/* Rows of live processes, requests to them, and AiiDA's note of when a process
 * last changed its state.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define SECOND_NS INT64_C(1000000000)

void process_row_finish(process_row *row)
{
    free(row->state);
    free(row->stage);
    free(row->job_id);
    free(row->request);
    free(row->last_error);
    free(row->details);
    *row = (process_row){0};
}

static void read_row(query *q, process_row *row)
{
    row->node_pk = column_int(q, 0);
    row->state = column_text(q, 1);
    row->stage = column_text(q, 2);
    row->attempt = (int32_t)column_int(q, 3);
    row->submission = (int32_t)column_int(q, 4);
    row->wake_ns = column_int(q, 5);
    row->lease_epoch = column_int(q, 6);
    row->job_id = column_text(q, 7);
    row->request = column_text(q, 8);
    row->paused = column_int(q, 9) != 0;
    row->last_error = column_text(q, 10);
    row->details = column_text(q, 11);
    row->changed_ns = column_int(q, 12);
}

orma_status store_process_row(store *s, int64_t node_pk, process_row *out,
                              bool *found, orma_error **err)
{
    static const char template[] =
        "SELECT node_id, state, stage, attempt, submission, wake_ns, "
        "lease_epoch, job_id, request, CAST(paused AS INTEGER), last_error, "
        "details, changed_ns FROM orma_process WHERE node_id = ?1";
    process_row row = {0};
    bool is_there = false;
    query q;

    if (!s->has_own_tables) {
        /* Another process may have made them since. */
        const orma_status st =
            own_tables_check(&s->db, &s->has_own_tables, err);
        if (st != ORMA_OK || !s->has_own_tables) {
            *found = false;
            return st;
        }
    }
    query_start(&q, &s->db, template);
    query_int(&q, 1, node_pk);
    if (query_next(&q)) {
        is_there = true;
        read_row(&q, &row);
    }
    orma_status st = query_end(&q, err);
    if (st == ORMA_OK && is_there)
        st = store_see_request(s, node_pk, row.request, err);
    if (st != ORMA_OK) {
        process_row_finish(&row);
        return st;
    }
    if (is_there)
        *out = row;
    *found = is_there;
    return ORMA_OK;
}

typedef struct live_request {
    int64_t node_pk;
    const char *request;
    int64_t found; /* 0: there is no such row */
} live_request;

static orma_status write_request(store *s, void *user, orma_error **err)
{
    live_request *r = user;
    query q;

    query_start_once(&q, &s->db,
                     "UPDATE orma_process SET request = ?2, changed_ns = ?3 "
                     "WHERE node_id = ?1 RETURNING node_id");
    query_int(&q, 1, r->node_pk);
    query_text(&q, 2, r->request);
    query_int(&q, 3, time_now_ns());
    return query_run_int(&q, 0, &r->found, err);
}

orma_status store_request(store *s, int64_t node_pk, const char *request,
                          orma_error **err)
{
    live_request r = {.node_pk = node_pk, .request = request};

    if (request != NULL && !text_equal(request, "pause") &&
        !text_equal(request, "kill"))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%.60s\" is no request to a process", request);
    orma_status st = store_transact(s, write_request, &r, err);
    if (st == ORMA_OK && r.found == 0) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "process %lld is not running", (long long)node_pk);
        error_hint(err,
                   "it has ended, or AiiDA runs it: ask `orma process "
                   "show %lld`",
                   (long long)node_pk);
    }
    return st;
}

static seen_request *find_seen(const store *s, int64_t node_pk)
{
    for (size_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].node_pk == node_pk)
            return &s->seen[i];
    return NULL;
}

const char *store_seen_request(const store *s, int64_t node_pk)
{
    const seen_request *seen = find_seen(s, node_pk);
    return seen == NULL ? NULL : seen->request;
}

/* Only what is not NULL is kept: nothing seen and nothing asked are alike. */
orma_status store_see_request(store *s, int64_t node_pk, const char *request,
                              orma_error **err)
{
    seen_request *seen = find_seen(s, node_pk);

    if (request == NULL) {
        if (seen != NULL) {
            free(seen->request);
            *seen = s->seen[--s->seen_count];
        }
        return ORMA_OK;
    }
    char *copy = text_copy(request);
    if (copy == NULL)
        return error_no_memory(err);
    if (seen == NULL) {
        seen_request *grown =
            reallocarray(s->seen, s->seen_count + 1, sizeof *grown);
        if (grown == NULL) {
            free(copy);
            return error_no_memory(err);
        }
        s->seen = grown;
        seen = &s->seen[s->seen_count++];
        *seen = (seen_request){.node_pk = node_pk};
    }
    free(seen->request);
    seen->request = copy;
    return ORMA_OK;
}

/* "2026-11-22T16:43:44.685136+01:00", local time as AiiDA writes it. */
static json_object *local_time(int64_t ns)
{
    const time_t seconds = (time_t)(ns / SECOND_NS);
    struct tm tm;
    char date[32];

    if (localtime_r(&seconds, &tm) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        return NULL;
    const long offset = labs(tm.tm_gmtoff) / 60;
    AUTO_FREE char *text = text_printf(
        "%s.%06lld%c%02ld:%02ld", date, (long long)(ns % SECOND_NS / 1000),
        tm.tm_gmtoff < 0 ? '-' : '+', offset / 60, offset % 60);
    return text == NULL ? NULL : json_object_new_string(text);
}

static orma_status note(store *s, const char *kind, int64_t ns,
                        orma_error **err)
{
    AUTO_JSON json_object *value = local_time(ns);
    AUTO_FREE char *key = text_printf("process|state_change|%s", kind);
    AUTO_FREE char *description =
        text_printf("The last time a process of type %s, changed state", kind);
    query q;
    if (value == NULL || key == NULL || description == NULL)
        return error_no_memory(err);

    query_start_once(&q, &s->db,
                     "INSERT INTO db_dbsetting (\"key\", val, description, "
                     "time) VALUES (?1, ?2j, ?3, ?4t) ON CONFLICT (\"key\") DO "
                     "UPDATE SET val = excluded.val, time = excluded.time");
    query_text(&q, 1, key);
    query_json(&q, 2, value);
    query_text(&q, 3, description);
    query_time(&q, 4, ns);
    return query_run(&q, err);
}

static orma_status note_all(store *s, void *user, orma_error **err)
{
    static const char *const kinds[CHANGED_COUNT] = {"calculation", "work"};
    orma_status st = ORMA_OK;

    (void)user;
    for (int i = 0; st == ORMA_OK && i < CHANGED_COUNT; i++)
        if (s->changed_ns[i] != 0)
            st = note(s, kinds[i], s->changed_ns[i], err);
    return st;
}

void store_note_changes(store *s, bool is_last)
{
    const int64_t now = time_now_ns();
    bool is_due = false;

    for (int i = 0; i < CHANGED_COUNT; i++)
        is_due = is_due || s->changed_ns[i] != 0;
    if (!is_due || (!is_last && now - s->noted_ns < SECOND_NS))
        return;
    if (store_transact(s, note_all, NULL, NULL) != ORMA_OK)
        return;
    for (int i = 0; i < CHANGED_COUNT; i++)
        s->changed_ns[i] = 0;
    s->noted_ns = now;
}
