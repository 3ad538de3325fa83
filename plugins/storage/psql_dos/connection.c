/* Connecting, and connecting again.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long a server is looked for that does not answer, and how long one is
 * waited for that replays its log and says so. */
#define RECONNECT_S 30
#define RECOVERY_S 300

/* What every session is set to. A compiled plan costs tens of milliseconds and
 * our queries take less. */
#define SESSION_OPTIONS                                                        \
    "-c TimeZone=UTC -c DateStyle=ISO,YMD -c standard_conforming_strings=on "  \
    "-c bytea_output=hex -c extra_float_digits=1 -c jit=off "                  \
    "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"

static void ignore_notice(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static PGconn *start(const server_config *config, const connect_wishes *wishes)
{
    char name[64];
    snprintf(name, sizeof name, "orma%s%s", wishes->session != NULL ? " " : "",
             wishes->session != NULL ? wishes->session : "");
    const char *const keys[] = {
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "client_encoding",
        "connect_timeout",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "application_name",
        "options",
        NULL,
    };
    const char *const values[] = {
        config->hostname,
        config->port,
        config->username,
        config->password,
        wishes->database != NULL ? wishes->database : config->database,
        "UTF8",
        "10",
        "30",
        "10",
        "3",
        name,
        wishes->is_read_only ? SESSION_OPTIONS
            " -c default_transaction_read_only=on"
                             : SESSION_OPTIONS,
        NULL,
    };
    PGconn *pg = PQconnectdbParams(keys, values, 0);
    if (pg != NULL)
        PQsetNoticeProcessor(pg, ignore_notice, NULL);
    return pg;
}

/* Whether anybody listens, and is ready. */
static PGPing ping(const server_config *config, const connect_wishes *wishes)
{
    const char *const keys[] = {
        "host", "port", "user", "dbname", "connect_timeout", NULL};
    const char *const values[] = {config->hostname,
                                  config->port,
                                  config->username,
                                  wishes->database != NULL ? wishes->database
                                                           : config->database,
                                  "10",
                                  NULL};
    return PQpingParams(keys, values, 0);
}

/* Why it was not connected: libpq keeps no SQLSTATE of that. */
static orma_status refuse(PGconn *pg, const server_config *config,
                          const connect_wishes *wishes, orma_error **err)
{
    char line[700];
    const char *words = pg == NULL ? "out of memory" : PQerrorMessage(pg);
    const PGPing state = ping(config, wishes);
    orma_status st = ORMA_E_TRANSIENT;
    size_t n = 0;

    for (; *words != '\0' && n + 1 < sizeof line; words++)
        if (*words != '\n')
            line[n++] = *words;
        else if (words[1] != '\0')
            line[n++] = ' ';
    line[n] = '\0';
    if (state == PQPING_OK && strstr(line, "too many") == NULL &&
        strstr(line, "connection slots") == NULL)
        st = strstr(line, "database \"") != NULL &&
                     strstr(line, "does not exist") != NULL
                 ? ORMA_E_NOT_FOUND
                 : ORMA_E_INVALID;
    PQfinish(pg);
    return host->fail(
        host, err, st, DOMAIN, 0, "cannot open the database \"%s\": %s",
        wishes->database != NULL ? wishes->database : config->database, line);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms)
{
    const struct timespec t = {.tv_sec = ms / 1000,
                               .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

orma_status connect_server(const server_config *config,
                           const connect_wishes *wishes, PGconn **out,
                           orma_error **err)
{
    const int patience_s =
        wishes->patience_s > 0 ? wishes->patience_s : RECONNECT_S;
    const int64_t end = now_ms() + (int64_t)patience_s * 1000;
    for (int64_t pause = 50;; pause = pause < 400 ? pause * 2 : 500) {
        PGconn *pg = start(config, wishes);
        if (pg != NULL && PQstatus(pg) == CONNECTION_OK) {
            *out = pg;
            return ORMA_OK;
        }
        /* One that is starting will be there soon. */
        if (ping(config, wishes) != PQPING_REJECT || now_ms() + pause > end)
            return refuse(pg, config, wishes, err);
        PQfinish(pg);
        sleep_ms(pause);
    }
}

/* Everything that the old connection was good for goes with it. */
static void drop_connection(orma_store *store)
{
    PQfinish(store->pg);
    store->pg = NULL;
    store->expected_first = store->expected_count = 0;
    store->has_commit_table = false;
    forget_ids(store);
}

orma_status reconnect(orma_store *store, orma_error **err)
{
    const connect_wishes wishes = {.session = store->session,
                                   .patience_s = RECOVERY_S,
                                   .is_read_only = store->is_read_only};
    const int64_t end = now_ms() + (int64_t)RECONNECT_S * 1000;
    PGconn *pg = NULL;

    drop_connection(store);
    for (int64_t pause = 20;; pause = pause < 400 ? pause * 2 : 500) {
        const bool is_last = now_ms() + pause > end;
        if (connect_server(&store->config, &wishes, &pg,
                           is_last ? err : NULL) == ORMA_OK)
            break;
        if (is_last)
            return host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, 0,
                              "the connection to the database was lost and "
                              "could not be made again for %d s: see that the "
                              "server runs",
                              RECONNECT_S);
        sleep_ms(pause);
    }
    store->pg = pg;
    store->generation++;
    return ORMA_OK;
}

/* A server that went away has said so, and closed its end: two things to read
 * where nothing is expected. */
static bool is_closed(PGconn *pg)
{
    if (pg == NULL || PQstatus(pg) != CONNECTION_OK)
        return true;
    for (int i = 0; i < 8; i++) {
        struct pollfd fd = {.fd = PQsocket(pg), .events = POLLIN};
        if (poll(&fd, 1, 0) <= 0)
            return false;
        if (PQconsumeInput(pg) == 0 || PQstatus(pg) != CONNECTION_OK)
            return true;
        PQisBusy(pg); /* takes in what came */
    }
    return false;
}

orma_status ensure_connected(orma_store *store, orma_error **err)
{
    return is_closed(store->pg) ? reconnect(store, err) : ORMA_OK;
}

orma_status run_text(PGconn *pg, const char *sql, const char *const *values,
                     PGresult **out, orma_error **err)
{
    int count = 0;
    while (values != NULL && values[count] != NULL)
        count++;
    PGresult *res = PQexecParams(pg, sql, count, NULL, values, NULL, NULL, 0);
    const ExecStatusType found = PQresultStatus(res);
    if (found != PGRES_COMMAND_OK && found != PGRES_TUPLES_OK) {
        const orma_status st = fail_result(pg, res, err);
        PQclear(res);
        return st;
    }
    if (out != NULL)
        *out = res;
    else
        PQclear(res);
    return ORMA_OK;
}
