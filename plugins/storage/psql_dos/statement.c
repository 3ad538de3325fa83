/* Statements: parameters out, rows in.
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Type numbers of the server's catalogue (pg_type.dat), which never change. */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_OID = 26,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_TIMESTAMP = 1114,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_NUMERIC = 1700
};

/* Once on a lost connection, again on the one after it, and no more. */
#define TRIES 3

/* "?12" → "$12", outside of quotes. */
static char *numbered(const char *sql, int *count)
{
    char *out = malloc(strlen(sql) + 1), *to = out;
    char quote = '\0';

    *count = 0;
    for (const char *p = sql; out != NULL && *p != '\0'; p++) {
        if (quote != '\0') {
            if (*p == quote)
                quote = '\0';
        } else if (*p == '\'' || *p == '"') {
            quote = *p;
        } else if (*p == '?' && isdigit((unsigned char)p[1])) {
            const long n = strtol(p + 1, NULL, 10);
            if (n > *count && n <= INT16_MAX)
                *count = (int)n;
            *to++ = '$';
            continue;
        }
        *to++ = *p;
    }
    if (out != NULL)
        *to = '\0';
    return out;
}

static bool starts_with_word(const char *sql, const char *word)
{
    while (isspace((unsigned char)*sql) || *sql == '(')
        sql++;
    return strncasecmp(sql, word, strlen(word)) == 0;
}

/* Only what surely changes nothing. */
static bool is_reading(const char *sql)
{
    static const char *const words[] = {"SELECT", "WITH", "VALUES", "EXPLAIN",
                                        "SHOW"};
    if (strcasestr(sql, "INSERT ") != NULL ||
        strcasestr(sql, "UPDATE ") != NULL ||
        strcasestr(sql, "DELETE ") != NULL)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts_with_word(sql, words[i]))
            return true;
    return false;
}

static bool make_room_for_parameters(orma_statement *s)
{
    const size_t n = (size_t)s->parameter_count + 1;
    s->parameters = calloc(n, sizeof *s->parameters);
    s->values = calloc(n, sizeof *s->values);
    s->lengths = calloc(n, sizeof *s->lengths);
    s->formats = calloc(n, sizeof *s->formats);
    for (size_t i = 0; s->parameters != NULL && i < n; i++)
        s->parameters[i].is_null = true;
    return s->parameters != NULL && s->values != NULL && s->lengths != NULL &&
           s->formats != NULL;
}

orma_status prepare(orma_store *store, const char *sql, uint32_t flags,
                    orma_statement **out, orma_error **err)
{
    orma_statement *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fail_memory(err);
    made->store = store;
    made->sql = numbered(sql, &made->parameter_count);
    made->is_reading = is_reading(sql);
    made->wants_cursor = (flags & ORMA_SQL_MANY_ROWS) != 0;
    made->row = -1;
    const unsigned number = ++store->statement_count;
    if (!(flags & (ORMA_SQL_ONCE | ORMA_SQL_MANY_ROWS)))
        snprintf(made->name, sizeof made->name, "orma_%u", number);
    snprintf(made->cursor_name, sizeof made->cursor_name, "orma_rows_%u",
             number);
    if (made->sql == NULL || !make_room_for_parameters(made)) {
        finalize(made);
        return fail_memory(err);
    }
    *out = made;
    return ORMA_OK;
}

void finalize(orma_statement *s)
{
    if (s == NULL)
        return;
    reset(s);
    pipeline_forget(s->store, s);
    for (int i = 0; s->parameters != NULL && i < s->parameter_count; i++)
        free(s->parameters[i].bytes);
    free(s->parameters);
    free(s->values);
    free(s->lengths);
    free(s->formats);
    free(s->cells);
    free(s->sql);
    free(s);
}

static orma_status put(parameter *p, const char *bytes, size_t length,
                       int format, orma_error **err)
{
    if (length >= INT32_MAX)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "a value of %zu bytes is too long", length);
    if (p->capacity < length + 1) {
        char *grown = realloc(p->bytes, length + 1);
        if (grown == NULL)
            return fail_memory(err);
        p->bytes = grown;
        p->capacity = length + 1;
    }
    if (length > 0)
        memcpy(p->bytes, bytes, length);
    p->bytes[length] = '\0';
    p->length = (int)length;
    p->format = format;
    p->is_null = false;
    return ORMA_OK;
}

orma_status bind(orma_statement *s, int32_t index, const orma_sql_value *v,
                 orma_error **err)
{
    char number[40];
    if (index < 1 || index > s->parameter_count)
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "the statement has no parameter %d", index);
    parameter *p = &s->parameters[index - 1];

    switch (v->type) {
    case ORMA_SQL_INTEGER:
        snprintf(number, sizeof number, "%" PRId64, v->integer);
        return put(p, number, strlen(number), 0, err);
    case ORMA_SQL_REAL:
        snprintf(number, sizeof number, "%.17g", v->real);
        return put(p, number, strlen(number), 0, err);
    case ORMA_SQL_TEXT:
        if (v->text.len > 0 && memchr(v->text.ptr, '\0', v->text.len) != NULL)
            return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                              "PostgreSQL cannot store a text with a zero "
                              "byte");
        return put(p, v->text.ptr, v->text.len, 0, err);
    case ORMA_SQL_BLOB:
        return put(p, v->text.ptr, v->text.len, 1, err);
    default:
        p->is_null = true;
        return ORMA_OK;
    }
}

void statement_arrange(orma_statement *s)
{
    for (int i = 0; i < s->parameter_count; i++) {
        const parameter *p = &s->parameters[i];
        s->values[i] = p->is_null ? NULL : p->bytes;
        s->lengths[i] = p->length;
        s->formats[i] = p->is_null ? 0 : p->format;
    }
}

/* On its own, outside a transaction, without pipeline. */
static PGresult *run_once(orma_statement *s)
{
    orma_store *store = s->store;
    statement_arrange(s);
    if (s->name[0] == '\0')
        return PQexecParams(store->pg, s->sql, s->parameter_count, NULL,
                            s->values, s->lengths, s->formats, 0);
    if (s->prepared != store->generation) {
        PGresult *res = PQprepare(store->pg, s->name, s->sql, 0, NULL);
        if (PQresultStatus(res) != PGRES_COMMAND_OK)
            return res;
        PQclear(res);
        s->prepared = store->generation;
    }
    return PQexecPrepared(store->pg, s->name, s->parameter_count, s->values,
                          s->lengths, s->formats, 0);
}

static bool is_good(const PGresult *res)
{
    const ExecStatusType found = PQresultStatus(res);
    return found == PGRES_COMMAND_OK || found == PGRES_TUPLES_OK;
}

static orma_status run_alone(orma_statement *s, PGresult **out,
                             orma_error **err)
{
    orma_store *store = s->store;
    for (int try = 1;; try++) {
        orma_status st = ensure_connected(store, err);
        if (st != ORMA_OK)
            return st;
        PGresult *res = run_once(s);
        if (is_good(res)) {
            *out = res;
            return ORMA_OK;
        }
        const bool was_lost = is_lost(store->pg, res);
        if (!was_lost)
            st = fail_result(store->pg, res, err);
        else if (!s->is_reading)
            st = host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, 0,
                            "the connection to the database was lost during a "
                            "change: look whether it was made");
        else if (try == TRIES)
            st = fail_result(store->pg, res, err);
        PQclear(res);
        if (st == ORMA_OK)
            st = reconnect(store, err);
        if (st != ORMA_OK)
            return st;
    }
}

static orma_status run_in_transaction(orma_statement *s, PGresult **out,
                                      orma_error **err)
{
    orma_store *store = s->store;
    const bool was_fresh = store->is_fresh;
    PGresult *res = NULL;

    orma_status st = failure_tell(store, err);
    if (st == ORMA_OK)
        st = pipeline_enter(store, err);
    if (st == ORMA_OK && (st = pipeline_run(store, s, NULL)) == ORMA_OK) {
        PQsendFlushRequest(store->pg);
        pipeline_read(store, 0, &res);
    }
    store->is_fresh = false;
    if (store->failed.status == ORMA_OK && st == ORMA_OK) {
        *out = res;
        return ORMA_OK;
    }
    PQclear(res);
    if (store->failed.is_lost && was_fresh && begin_again(store)) {
        store->is_fresh = false; /* the second time is the last */
        return run_in_transaction(s, out, err);
    }
    const orma_status told = failure_tell(store, err);
    return told != ORMA_OK ? told : st != ORMA_OK ? st : fail_memory(err);
}

orma_status run_statement(orma_statement *s, PGresult **out, orma_error **err)
{
    return s->store->is_open ? run_in_transaction(s, out, err)
                             : run_alone(s, out, err);
}

/* "2026-01-31 12:00:00.5+00" with all six digits and without the zone, which
 * is always UTC. */
static void even_time(const char *text, char *out, size_t size)
{
    size_t n = strcspn(text, "+");
    char digits[7] = "000000";
    const char *dot = memchr(text, '.', n);

    if (dot != NULL) {
        const size_t count = n - (size_t)(dot - text) - 1;
        memcpy(digits, dot + 1, count < 6 ? count : 6);
        n = (size_t)(dot - text);
    }
    if (n > 30)
        n = 30; /* years that no computer saw */
    snprintf(out, size, "%.*s.%s", (int)n, text, digits);
}

static void forget_row(orma_statement *s)
{
    for (int i = 0; i < s->cell_count; i++) {
        PQfreemem(s->cells[i].bytes);
        s->cells[i].bytes = NULL;
    }
}

static orma_status make_cells(orma_statement *s, int count, orma_error **err)
{
    if (s->cell_count >= count)
        return ORMA_OK;
    cell *grown = reallocarray(s->cells, (size_t)count, sizeof *grown);
    if (grown == NULL)
        return fail_memory(err);
    memset(grown + s->cell_count, 0,
           (size_t)(count - s->cell_count) * sizeof *grown);
    s->cells = grown;
    s->cell_count = count;
    return ORMA_OK;
}

/* Times and bytes of the row in the form of orma_sql_value. */
static orma_status read_row(orma_statement *s, orma_error **err)
{
    const int count = PQnfields(s->result);
    for (int i = 0; i < count; i++) {
        const Oid type = PQftype(s->result, i);
        const bool is_time = type == TYPE_TIMESTAMPTZ || type == TYPE_TIMESTAMP;
        if ((!is_time && type != TYPE_BYTEA) ||
            PQgetisnull(s->result, s->row, i))
            continue;
        const orma_status st = make_cells(s, count, err);
        if (st != ORMA_OK)
            return st;
        const char *text = PQgetvalue(s->result, s->row, i);
        cell *c = &s->cells[i];
        if (is_time) {
            even_time(text, c->time, sizeof c->time);
            continue;
        }
        c->bytes = PQunescapeBytea((const unsigned char *)text, &c->length);
        if (c->bytes == NULL)
            return fail_memory(err);
    }
    return ORMA_OK;
}

static orma_status run_first(orma_statement *s, orma_error **err)
{
    if (s->wants_cursor)
        return cursor_open(s, err);
    const orma_status st = run_statement(s, &s->result, err);
    if (st == ORMA_OK)
        s->changes = strtoll(PQcmdTuples(s->result), NULL, 10);
    s->is_last_portion = true;
    return st;
}

orma_status step(orma_statement *s, int32_t *has_row, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (!s->is_running) {
        st = run_first(s, err);
        if (st != ORMA_OK)
            return st;
        s->is_running = true;
        s->row = -1;
    }
    s->row++;
    if (s->row >= PQntuples(s->result) && !s->is_last_portion) {
        st = cursor_next(s, err);
        if (st != ORMA_OK)
            return st;
        s->row = 0;
    }
    *has_row = s->row < PQntuples(s->result);
    forget_row(s);
    return *has_row ? read_row(s, err) : ORMA_OK;
}

/* A numeric without fraction is an integer: what SUM() makes of them. */
static void read_number(const char *text, orma_sql_value *value)
{
    char *end = NULL;
    value->integer = strtoll(text, &end, 10);
    if (*end == '\0' && strlen(text) < 19) {
        value->type = ORMA_SQL_INTEGER;
        return;
    }
    value->type = ORMA_SQL_REAL;
    value->real = strtod(text, NULL);
}

void column(orma_statement *s, int32_t index, orma_sql_value *value)
{
    *value = (orma_sql_value){.type = ORMA_SQL_NULL};
    if (s->result == NULL || s->row < 0 || s->row >= PQntuples(s->result) ||
        index < 0 || index >= PQnfields(s->result) ||
        PQgetisnull(s->result, s->row, index))
        return;
    const char *text = PQgetvalue(s->result, s->row, index);
    switch (PQftype(s->result, index)) {
    case TYPE_BOOL:
        value->type = ORMA_SQL_INTEGER;
        value->integer = *text == 't';
        return;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID:
        value->type = ORMA_SQL_INTEGER;
        value->integer = strtoll(text, NULL, 10);
        return;
    case TYPE_NUMERIC:
        read_number(text, value);
        return;
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        value->type = ORMA_SQL_REAL;
        value->real = strtod(text, NULL);
        return;
    case TYPE_BYTEA:
        value->type = ORMA_SQL_BLOB;
        value->text = (orma_str){(const char *)s->cells[index].bytes,
                                 s->cells[index].length};
        return;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        value->type = ORMA_SQL_TEXT;
        value->text =
            (orma_str){s->cells[index].time, strlen(s->cells[index].time)};
        return;
    default:
        value->type = ORMA_SQL_TEXT;
        value->text =
            (orma_str){text, (size_t)PQgetlength(s->result, s->row, index)};
    }
}

void reset(orma_statement *s)
{
    forget_row(s);
    PQclear(s->result);
    s->result = NULL;
    s->is_running = false;
    s->row = -1;
    if (s->cursor != NO_CURSOR)
        cursor_close(s);
    for (int i = 0; s->parameters != NULL && i < s->parameter_count; i++)
        s->parameters[i].is_null = true;
}

orma_status post(orma_statement *s, orma_error **err)
{
    orma_store *store = s->store;
    orma_status st = failure_tell(store, err);
    if (st == ORMA_OK && !store->is_open)
        st = host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                        "a statement was posted outside a transaction");
    if (st == ORMA_OK)
        st = pipeline_enter(store, err);
    if (st == ORMA_OK)
        st = pipeline_run(store, s, err);
    if (st == ORMA_OK)
        st = failure_tell(store, err);
    store->is_fresh = false;
    reset(s);
    return st;
}

int64_t changes(orma_statement *s)
{
    return s->changes;
}
