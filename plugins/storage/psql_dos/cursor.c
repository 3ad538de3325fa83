/* Many rows, fetched in portions.
 *
 * In an open transaction the cursor is part of it. Outside it has a read-only
 * transaction on a second connection, so that the first one can begin, write
 * and commit meanwhile.
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTION 1000

static char *declaration(const orma_statement *s)
{
    char *text = NULL;
    return asprintf(&text, "DECLARE %s NO SCROLL CURSOR FOR %s", s->cursor_name,
                    s->sql) < 0
               ? NULL
               : text;
}

/* A statement of ours in the open transaction, in its turn. */
static orma_status run_in_turn(orma_statement *s, const char *sql,
                               int parameter_count, PGresult **out,
                               orma_error **err)
{
    orma_statement turn = *s;
    turn.sql = (char *)(uintptr_t)sql;
    turn.name[0] = '\0';
    turn.parameter_count = parameter_count;
    return run_statement(&turn, out, err);
}

static orma_status open_reader(orma_store *store, orma_error **err)
{
    const connect_wishes wishes = {.session = store->session,
                                   .is_read_only = true};
    if (store->reader_users > 0)
        return ORMA_OK;
    if (store->reader != NULL && PQstatus(store->reader) != CONNECTION_OK) {
        PQfinish(store->reader);
        store->reader = NULL;
    }
    for (int try = 1; try <= 2; try++) {
        orma_status st = ORMA_OK;
        if (store->reader == NULL)
            st = connect_server(&store->config, &wishes, &store->reader, err);
        if (st != ORMA_OK)
            return st;
        if (run_text(store->reader,
                     "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL,
                     NULL, try == 2 ? err : NULL) == ORMA_OK)
            return ORMA_OK;
        PQfinish(store->reader);
        store->reader = NULL;
    }
    return host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, 0,
                      "a second connection for reading could not be used");
}

static orma_status declare_on_reader(orma_statement *s, const char *sql,
                                     orma_error **err)
{
    orma_store *store = s->store;
    orma_status st = open_reader(store, err);
    if (st != ORMA_OK)
        return st;
    statement_arrange(s);
    PGresult *res = PQexecParams(store->reader, sql, s->parameter_count, NULL,
                                 s->values, s->lengths, s->formats, 0);
    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        st = fail_result(store->reader, res, err);
        if (store->reader_users == 0)
            PQclear(PQexec(store->reader, "ROLLBACK"));
    } else {
        s->cursor = CURSOR_OF_READER;
        store->reader_users++;
    }
    PQclear(res);
    return st;
}

orma_status cursor_open(orma_statement *s, orma_error **err)
{
    orma_store *store = s->store;
    char *sql = declaration(s);
    orma_status st = sql == NULL ? fail_memory(err) : ORMA_OK;
    if (st == ORMA_OK && !store->is_open) {
        st = declare_on_reader(s, sql, err);
    } else if (st == ORMA_OK) {
        PGresult *res = NULL;
        st = run_in_turn(s, sql, s->parameter_count, &res, err);
        PQclear(res);
        s->cursor = st == ORMA_OK ? CURSOR_OF_TRANSACTION : NO_CURSOR;
        s->cursor_transaction = store->transactions;
    }
    free(sql);
    return st == ORMA_OK ? cursor_next(s, err) : st;
}

static bool is_over(const orma_statement *s)
{
    return s->cursor == CURSOR_OF_TRANSACTION &&
           (!s->store->is_open ||
            s->cursor_transaction != s->store->transactions);
}

orma_status cursor_next(orma_statement *s, orma_error **err)
{
    orma_store *store = s->store;
    char sql[80];
    PGresult *res = NULL;
    orma_status st = ORMA_OK;

    if (is_over(s))
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "rows are read after the end of their transaction");
    snprintf(sql, sizeof sql, "FETCH %d FROM %s", PORTION, s->cursor_name);
    if (s->cursor == CURSOR_OF_READER)
        st = run_text(store->reader, sql, NULL, &res, err);
    else
        st = run_in_turn(s, sql, 0, &res, err);
    if (st != ORMA_OK)
        return st;
    PQclear(s->result);
    s->result = res;
    s->is_last_portion = PQntuples(res) < PORTION;
    return ORMA_OK;
}

void cursor_close(orma_statement *s)
{
    orma_store *store = s->store;
    char sql[80];

    snprintf(sql, sizeof sql, "CLOSE %s", s->cursor_name);
    if (s->cursor == CURSOR_OF_READER) {
        store->reader_users--;
        PQclear(
            PQexec(store->reader, store->reader_users == 0 ? "COMMIT" : sql));
    } else if (!is_over(s) && store->failed.status == ORMA_OK &&
               pipeline_enter(store, NULL) == ORMA_OK) {
        pipeline_text(store, sql, NULL);
    }
    s->cursor = NO_CURSOR;
}
