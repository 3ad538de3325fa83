/* Transactions, and what became of one whose end was not heard.
 *
 * Every transaction that writes signs with a row of orma_commit: the session's
 * UUID and a serial number. When the connection is lost while COMMIT is on its
 * way, the next connection tries to insert the same row. If that succeeds,
 * nothing was stored and never will be, since the row bars the way; if the row
 * is there, all was stored. (The number that the server gives a transaction
 * would not do: after a crash it gives it again.)
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Signatures of transactions long past are removed so many at a time. */
#define SIGNS_KEPT 100

static const char begin_writing[] =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
static const char begin_reading[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

static const char commit_table[] =
    "BEGIN; SELECT pg_advisory_xact_lock(7017274530); " /* "orma" */
    "CREATE TABLE IF NOT EXISTS orma_commit (session UUID NOT NULL, "
    "serial BIGINT NOT NULL, is_bar BOOLEAN NOT NULL DEFAULT false, "
    "made TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "
    "CONSTRAINT orma_commit_pkey PRIMARY KEY (session, serial)); COMMIT";

static orma_status run_plain(PGconn *pg, const char *sql, orma_error **err)
{
    PGresult *res = PQexec(pg, sql);
    const ExecStatusType found = PQresultStatus(res);
    orma_status st = ORMA_OK;
    if (found != PGRES_COMMAND_OK && found != PGRES_TUPLES_OK &&
        found != PGRES_EMPTY_QUERY)
        st = fail_result(pg, res, err);
    PQclear(res);
    return st;
}

orma_status make_commit_table(orma_store *store, orma_error **err)
{
    PGresult *res = NULL;
    orma_status st =
        run_text(store->pg, "SELECT to_regclass('orma_commit') IS NOT NULL",
                 NULL, &res, err);
    if (st != ORMA_OK)
        return st;
    const bool is_there = *PQgetvalue(res, 0, 0) == 't';
    PQclear(res);
    if (is_there) {
        /* Left by sessions that were killed. */
        st = run_plain(store->pg,
                       "DELETE FROM orma_commit WHERE made < now() - "
                       "interval '1 day'",
                       err);
    } else {
        st = run_plain(store->pg, commit_table, err);
        if (PQtransactionStatus(store->pg) != PQTRANS_IDLE)
            run_plain(store->pg, "ROLLBACK", NULL);
    }
    store->has_commit_table = st == ORMA_OK;
    return st;
}

static orma_status send_begin(orma_store *store, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (!store->is_read && !store->has_commit_table)
        st = make_commit_table(store, err);
    if (st == ORMA_OK)
        st = pipeline_enter(store, err);
    if (st == ORMA_OK)
        st = pipeline_text(store,
                           store->is_read ? begin_reading : begin_writing, err);
    return st;
}

orma_status begin(orma_store *store, uint32_t flags, orma_error **err)
{
    if (store->is_open)
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "a transaction is open already");
    orma_status st = ensure_connected(store, err);
    if (st != ORMA_OK)
        return st;
    failure_clear(store);
    store->is_read = (flags & ORMA_BEGIN_READ) != 0;
    st = send_begin(store, NULL);
    if (st != ORMA_OK) {
        /* A session may be at its end before its socket says so. */
        failure_clear(store);
        st = reconnect(store, err);
        if (st == ORMA_OK)
            st = send_begin(store, err);
    }
    if (st != ORMA_OK) {
        pipeline_leave(store);
        failure_clear(store);
        return st;
    }
    store->is_open = store->is_fresh = true;
    store->transactions++;
    if (!store->is_read)
        store->serial++;
    return ORMA_OK;
}

bool begin_again(orma_store *store)
{
    if (reconnect(store, NULL) != ORMA_OK)
        return false;
    failure_clear(store);
    if (send_begin(store, NULL) == ORMA_OK)
        return true;
    failure_note(store, store->pg, NULL);
    return false;
}

orma_status settle(orma_store *store, orma_error **err)
{
    pipeline_leave(store);
    if (store->failed.is_lost && store->is_fresh && begin_again(store))
        pipeline_leave(store);
    store->is_fresh = false;
    return failure_tell(store, err);
}

static orma_status execute_outside(orma_store *store, const char *sql,
                                   orma_error **err)
{
    const orma_status st = ensure_connected(store, err);
    if (st != ORMA_OK)
        return st;
    PGresult *res = PQexec(store->pg, sql);
    const ExecStatusType found = PQresultStatus(res);
    orma_status done = ORMA_OK;
    if (found == PGRES_COMMAND_OK || found == PGRES_TUPLES_OK ||
        found == PGRES_EMPTY_QUERY)
        done = ORMA_OK;
    else if (is_lost(store->pg, res))
        done = host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, 0,
                          "the connection to the database was lost during a "
                          "change: look whether it was made");
    else
        done = fail_result(store->pg, res, err);
    PQclear(res);
    return done;
}

orma_status execute(orma_store *store, const char *sql, orma_error **err)
{
    if (!store->is_open)
        return execute_outside(store, sql, err);
    orma_status st = settle(store, err);
    if (st != ORMA_OK)
        return st;
    PGresult *res = PQexec(store->pg, sql);
    const ExecStatusType found = PQresultStatus(res);
    if (found != PGRES_COMMAND_OK && found != PGRES_TUPLES_OK &&
        found != PGRES_EMPTY_QUERY)
        failure_note(store, store->pg, res);
    PQclear(res);
    return failure_tell(store, err);
}

/* Queues the signature, and now and then the removal of older ones. */
static orma_status send_signature(orma_store *store, orma_error **err)
{
    const orma_sql_value session = {
        .type = ORMA_SQL_TEXT,
        .text = {store->session, strlen(store->session)}};
    const orma_sql_value serial = {.type = ORMA_SQL_INTEGER,
                                   .integer = store->serial};
    orma_status st = ORMA_OK;

    if (store->sign == NULL)
        st = prepare(store,
                     "INSERT INTO orma_commit (session, serial) VALUES (?1, "
                     "?2)",
                     0, &store->sign, err);
    if (st == ORMA_OK && store->forget_signs == NULL)
        st = prepare(store,
                     "DELETE FROM orma_commit WHERE session = ?1 AND serial < "
                     "?2",
                     0, &store->forget_signs, err);
    orma_statement *const both[] = {store->sign, store->forget_signs};
    const size_t count = store->serial % SIGNS_KEPT == 0 ? 2 : 1;
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        st = bind(both[i], 1, &session, err);
        if (st == ORMA_OK)
            st = bind(both[i], 2, &serial, err);
        if (st == ORMA_OK)
            st = pipeline_run(store, both[i], err);
    }
    return st;
}

/* A server that has not noticed yet may hold the old session in mid-work. */
static void end_old_session(orma_store *store)
{
    char name[64];
    const char *const values[] = {name, NULL};
    snprintf(name, sizeof name, "orma %s", store->session);
    run_text(store->pg,
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
             "application_name = $1 AND pid <> pg_backend_pid()",
             values, NULL, NULL);
}

enum outcome { STORED, NOT_STORED, UNKNOWN };

static enum outcome read_bar(orma_store *store, const char *const *values)
{
    PGresult *res = NULL;
    enum outcome found = UNKNOWN;
    if (run_text(store->pg,
                 "SELECT is_bar FROM orma_commit WHERE session = $1 AND "
                 "serial = $2",
                 values, &res, NULL) == ORMA_OK &&
        PQntuples(res) == 1)
        found = *PQgetvalue(res, 0, 0) == 't' ? NOT_STORED : STORED;
    PQclear(res);
    return found;
}

/* Bars the way of the transaction, or finds that it went through. */
static enum outcome ask_outcome(orma_store *store)
{
    char serial[24];
    const char *const values[] = {store->session, serial, NULL};

    snprintf(serial, sizeof serial, "%" PRId64, store->serial);
    for (int try = 0; try < 5; try++) {
        if (reconnect(store, NULL) != ORMA_OK)
            return UNKNOWN;
        end_old_session(store);
        /* Waits for the end of the old session's work on the same row. */
        if (run_text(store->pg, "SET lock_timeout = '30s'", NULL, NULL, NULL) !=
            ORMA_OK)
            continue;
        const orma_status st = run_text(
            store->pg,
            "INSERT INTO orma_commit (session, serial, is_bar) VALUES ($1, $2, "
            "true)",
            values, NULL, NULL);
        const enum outcome found = st == ORMA_OK ? NOT_STORED
                                   : st == ORMA_E_INVALID
                                       ? read_bar(store, values)
                                       : UNKNOWN;
        run_text(store->pg, "SET lock_timeout = 0", NULL, NULL, NULL);
        if (found != UNKNOWN)
            return found;
    }
    return UNKNOWN;
}

static orma_status find_outcome(orma_store *store, orma_error **err)
{
    switch (ask_outcome(store)) {
    case STORED:
        return ORMA_OK;
    case NOT_STORED:
        return host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, ORMA_SQL_AGAIN,
                          "the connection to the database was lost, and "
                          "nothing was stored");
    case UNKNOWN:
        break;
    }
    return host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, 0,
                      "the connection to the database was lost at the end of "
                      "a change: look whether it was made");
}

static orma_status send_commit(orma_store *store, orma_error **err)
{
    orma_status st = pipeline_enter(store, err);
    if (st == ORMA_OK && !store->is_read)
        st = send_signature(store, err);
    if (st == ORMA_OK)
        st = pipeline_text(store, "COMMIT", err);
    pipeline_leave(store);
    return st == ORMA_OK ? failure_tell(store, err) : st;
}

orma_status commit(orma_store *store, orma_error **err)
{
    if (!store->is_open)
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "no transaction is open");
    orma_status st = failure_tell(store, err);
    if (st == ORMA_OK) {
        orma_status ended = send_commit(store, NULL);
        if (ended != ORMA_OK && store->failed.is_lost && !store->is_read) {
            failure_clear(store);
            store->is_open = false;
            return find_outcome(store, err);
        }
        st = failure_tell(store, err);
        if (st == ORMA_OK && ended != ORMA_OK)
            st = fail_memory(err);
    }
    if (st == ORMA_OK)
        store->is_open = false;
    else
        rollback(store);
    return st;
}

void rollback(orma_store *store)
{
    if (!store->is_open)
        return;
    store->is_open = false;
    pipeline_leave(store);
    if (PQstatus(store->pg) == CONNECTION_OK &&
        PQtransactionStatus(store->pg) != PQTRANS_IDLE)
        run_plain(store->pg, "ROLLBACK", NULL);
    failure_clear(store);
}
