/* libpq's pipeline mode: statements go out without waiting for answers.
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <stdlib.h>
#include <string.h>

/* So many answers may be on their way before they are read: the server must
 * never wait for us to take them while we wait for it to take statements. */
#define MOST_EXPECTED 512

orma_status pipeline_enter(orma_store *store, orma_error **err)
{
    if (PQpipelineStatus(store->pg) != PQ_PIPELINE_OFF)
        return ORMA_OK;
    if (PQenterPipelineMode(store->pg) == 1)
        return ORMA_OK;
    return fail_result(store->pg, NULL, err);
}

static orma_status expect(orma_store *store, orma_statement *parsed,
                          orma_error **err)
{
    if (store->expected_first + store->expected_count ==
        store->expected_capacity) {
        if (store->expected_first > 0) {
            memmove(store->expected, store->expected + store->expected_first,
                    store->expected_count * sizeof *store->expected);
            store->expected_first = 0;
        }
        if (store->expected_count == store->expected_capacity) {
            const size_t capacity = store->expected_capacity * 2 + 64;
            expected *grown =
                reallocarray(store->expected, capacity, sizeof *grown);
            if (grown == NULL)
                return fail_memory(err);
            store->expected = grown;
            store->expected_capacity = capacity;
        }
    }
    store->expected[store->expected_first + store->expected_count++] =
        (expected){parsed};
    return ORMA_OK;
}

/* A send that fails leaves the connection lost, or is our mistake. */
static orma_status fail_send(orma_store *store, orma_error **err)
{
    failure_note(store, store->pg, NULL);
    return failure_tell(store, err);
}

orma_status pipeline_text(orma_store *store, const char *sql, orma_error **err)
{
    const orma_status st = expect(store, NULL, err);
    if (st != ORMA_OK)
        return st;
    if (PQsendQueryParams(store->pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 1)
        return ORMA_OK;
    store->expected_count--;
    return fail_send(store, err);
}

/* Lets the server know the statement by its name. */
static orma_status send_parse(orma_store *store, orma_statement *s,
                              orma_error **err)
{
    const orma_status st = expect(store, s, err);
    if (st != ORMA_OK)
        return st;
    if (PQsendPrepare(store->pg, s->name, s->sql, 0, NULL) != 1) {
        store->expected_count--;
        return fail_send(store, err);
    }
    s->preparing = store->generation;
    return ORMA_OK;
}

orma_status pipeline_run(orma_store *store, orma_statement *s, orma_error **err)
{
    orma_status st = ORMA_OK;
    const bool is_kept = s->name[0] != '\0';

    if (store->expected_count >= MOST_EXPECTED) {
        PQsendFlushRequest(store->pg);
        pipeline_read(store, MOST_EXPECTED / 2, NULL);
    }
    statement_arrange(s);
    if (is_kept && s->prepared != store->generation &&
        s->preparing != store->generation)
        st = send_parse(store, s, err);
    if (st == ORMA_OK)
        st = expect(store, NULL, err);
    if (st != ORMA_OK)
        return st;
    const int sent =
        is_kept ? PQsendQueryPrepared(store->pg, s->name, s->parameter_count,
                                      s->values, s->lengths, s->formats, 0)
                : PQsendQueryParams(store->pg, s->sql, s->parameter_count, NULL,
                                    s->values, s->lengths, s->formats, 0);
    if (sent == 1)
        return ORMA_OK;
    store->expected_count--;
    return fail_send(store, err);
}

/* What an answer says of the statement that waits for it. */
static void take_in(orma_store *store, const PGresult *res)
{
    const expected awaited = store->expected[store->expected_first++];
    const ExecStatusType found = PQresultStatus(res);

    store->expected_count--;
    const bool is_good = found == PGRES_COMMAND_OK || found == PGRES_TUPLES_OK;
    if (awaited.parsed != NULL) {
        awaited.parsed->preparing = 0;
        if (is_good)
            awaited.parsed->prepared = store->generation;
    }
    if (!is_good)
        failure_note(store, store->pg, res);
}

/* The connection is gone, and every answer with it. */
static void give_up(orma_store *store)
{
    failure_note(store, store->pg, NULL);
    while (store->expected_count > 0) {
        orma_statement *s = store->expected[store->expected_first++].parsed;
        store->expected_count--;
        if (s != NULL)
            s->preparing = 0;
    }
}

void pipeline_read(orma_store *store, size_t rest, PGresult **last)
{
    PGresult *newest = NULL;
    while (store->expected_count > rest) {
        PGresult *res = PQgetResult(store->pg);
        if (res == NULL) {
            /* Each statement's answers end so; twice means no connection. */
            res = PQgetResult(store->pg);
            if (res == NULL) {
                give_up(store);
                break;
            }
        }
        PQclear(newest);
        newest = res;
        take_in(store, res);
        if (is_lost(store->pg, res)) {
            failure_note(store, store->pg, res);
            give_up(store);
        }
    }
    if (last != NULL)
        *last = newest;
    else
        PQclear(newest);
}

/* Reads up to the mark that PQpipelineSync() made. */
static void read_mark(PGconn *pg)
{
    for (int nothing = 0; nothing < 2;) {
        PGresult *res = PQgetResult(pg);
        const bool is_mark =
            res != NULL && PQresultStatus(res) == PGRES_PIPELINE_SYNC;
        nothing = res == NULL ? nothing + 1 : 0;
        PQclear(res);
        if (is_mark || PQstatus(pg) != CONNECTION_OK)
            return;
    }
}

void pipeline_leave(orma_store *store)
{
    if (store->pg == NULL || PQpipelineStatus(store->pg) == PQ_PIPELINE_OFF)
        return;
    if (PQpipelineSync(store->pg) != 1) {
        give_up(store);
        return;
    }
    pipeline_read(store, 0, NULL);
    read_mark(store->pg);
    if (PQstatus(store->pg) == CONNECTION_OK &&
        PQexitPipelineMode(store->pg) != 1)
        failure_note(store, store->pg, NULL);
}

void pipeline_forget(orma_store *store, const orma_statement *s)
{
    for (size_t i = 0; i < store->expected_count; i++)
        if (store->expected[store->expected_first + i].parsed == s)
            store->expected[store->expected_first + i].parsed = NULL;
}
