/* What the server's refusals mean to the caller.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

orma_status fail_memory(orma_error **err)
{
    return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0, "out of memory");
}

/* SQLSTATE by its beginning ("PostgreSQL Error Codes", appendix A of the
 * manual), longer ones first; others are mistakes of ours. */
static const struct {
    const char *state;
    orma_status status;
    int32_t code;
    const char *meaning; /* NULL: the server's own words */
} meanings[] = {
    {"40001", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN,
     "another transaction changed the same rows; nothing was stored"},
    {"40P01", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN,
     "two transactions waited for each other; nothing was stored"},
    {"40003", ORMA_E_TRANSIENT, 0, NULL},
    {"40", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN, NULL},
    {"42501", ORMA_E_PERMANENT, 0, NULL}, /* privilege */
    {"08", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN, NULL},
    {"57014", ORMA_E_CANCELLED, 0, NULL},
    {"57P", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN, NULL},   /* shutdown, start */
    {"25P03", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN, NULL}, /* idle too long */
    {"25006", ORMA_E_REFUSED, 0, "the database was opened for reading only"},
    {"53100", ORMA_E_TRANSIENT, 0, "the server's disk is full"},
    {"53", ORMA_E_TRANSIENT, 0, NULL},                 /* resources */
    {"55P03", ORMA_E_TRANSIENT, ORMA_SQL_AGAIN, NULL}, /* lock */
    {"55006", ORMA_E_TRANSIENT, 0, NULL},              /* in use */
    {"58", ORMA_E_PERMANENT, 0, NULL}, /* the server's own files */
    {"XX001", ORMA_E_PERMANENT, 0,
     "the server's data are damaged: restore the database from a backup"},
    {"XX002", ORMA_E_PERMANENT, 0,
     "an index of the server is damaged: REINDEX the database"},
    {"XX", ORMA_E_PERMANENT, 0, NULL},
    {"54", ORMA_E_INVALID, 0, NULL},                 /* too large */
    {"22", ORMA_E_INVALID, 0, NULL},                 /* values */
    {"23505", ORMA_E_INVALID, ORMA_SQL_TAKEN, NULL}, /* unique violation */
    {"23", ORMA_E_INVALID, 0, NULL},                 /* constraints */
    {"3D", ORMA_E_NOT_FOUND, 0, NULL},
    {"28", ORMA_E_INVALID, 0, NULL},    /* authentication */
    {"42P04", ORMA_E_REFUSED, 0, NULL}, /* the database exists */
    {"42710", ORMA_E_REFUSED, 0, NULL}, /* the role exists */
};

/* One line of the server's or libpq's words. */
static void one_line(const char *text, char *out, size_t size)
{
    size_t n = 0;
    while (*text == ' ' || *text == '\n' || *text == '\t')
        text++;
    for (; *text != '\0' && n + 2 < size; text++) {
        const char c = *text == '\n' || *text == '\t' ? ' ' : *text;
        if (c == ' ' && (n == 0 || out[n - 1] == ' '))
            continue;
        out[n++] = c;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static const char *state_of(const PGresult *res)
{
    const char *state =
        res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_SQLSTATE);
    return state == NULL ? "" : state;
}

bool is_lost(PGconn *pg, const PGresult *res)
{
    const char *state = state_of(res);
    return PQstatus(pg) != CONNECTION_OK || strncmp(state, "57P", 3) == 0 ||
           strncmp(state, "08", 2) == 0 || strcmp(state, "25P03") == 0;
}

/* Status, code and words of an answer; text has room for 1000 bytes. */
static void examine(PGconn *pg, const PGresult *res, orma_status *status,
                    int32_t *code, char *text, size_t size)
{
    const char *state = state_of(res);
    const char *words =
        res == NULL ? NULL : PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    const char *meaning = NULL;
    char line[700];

    if (words == NULL && res != NULL)
        words = PQresultErrorMessage(res);
    if (words == NULL || *words == '\0')
        words = PQerrorMessage(pg);
    one_line(words, line, sizeof line);
    *status = ORMA_E_BUG;
    *code = 0;
    if (is_lost(pg, res)) {
        *status = ORMA_E_TRANSIENT;
        *code = ORMA_SQL_AGAIN;
        snprintf(text, size,
                 "the connection to the database was lost, and nothing was "
                 "stored (%s)",
                 line);
        return;
    }
    for (size_t i = 0; *state != '\0' && i < sizeof meanings / sizeof *meanings;
         i++)
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) {
            *status = meanings[i].status;
            *code = meanings[i].code;
            meaning = meanings[i].meaning;
            break;
        }
    if (meaning != NULL)
        snprintf(text, size, "%s (%s)", meaning, line);
    else
        snprintf(text, size, "%s", line);
}

orma_status fail_result(PGconn *pg, const PGresult *res, orma_error **err)
{
    orma_status status = ORMA_OK;
    int32_t code = 0;
    char text[1000];
    examine(pg, res, &status, &code, text, sizeof text);
    return host->fail(host, err, status, DOMAIN, code, "%s", text);
}

void failure_note(orma_store *store, PGconn *pg, const PGresult *res)
{
    failure *f = &store->failed;
    char text[1000];
    if (f->status != ORMA_OK)
        return;
    examine(pg, res, &f->status, &f->code, text, sizeof text);
    f->is_lost = is_lost(pg, res);
    f->message = strdup(text);
}

orma_status failure_tell(const orma_store *store, orma_error **err)
{
    const failure *f = &store->failed;
    if (f->status == ORMA_OK)
        return ORMA_OK;
    return host->fail(host, err, f->status, DOMAIN, f->code, "%s",
                      f->message == NULL ? "out of memory" : f->message);
}

void failure_clear(orma_store *store)
{
    free(store->failed.message);
    store->failed = (failure){.status = ORMA_OK};
}
