/* Rows in bulk: COPY, which takes them without a statement for each.
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sent in portions of about this size. */
#define PORTION_BYTES 65536

struct orma_copy {
    orma_store *store;
    int column_count;
    char *text;
    size_t length, capacity;
};

static char *statement_of(const char *table, const char *const *columns,
                          int *column_count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    int n = 0;
    fprintf(out, "COPY \"%s\" (", table);
    for (; columns[n] != NULL; n++)
        fprintf(out, "%s%s", n > 0 ? ", " : "", columns[n]);
    fprintf(out, ") FROM STDIN");
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    *column_count = n;
    return text;
}

orma_status copy_begin(orma_store *store, const char *table,
                       const char *const *columns, orma_copy **out,
                       orma_error **err)
{
    orma_status st = store->is_open
                         ? settle(store, err)
                         : host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                                      "rows were copied outside a transaction");
    if (st != ORMA_OK)
        return st;
    orma_copy *copy = calloc(1, sizeof *copy);
    char *sql =
        copy == NULL ? NULL : statement_of(table, columns, &copy->column_count);
    if (sql == NULL) {
        free(copy);
        return fail_memory(err);
    }
    copy->store = store;
    PGresult *res = PQexec(store->pg, sql);
    free(sql);
    if (PQresultStatus(res) != PGRES_COPY_IN) {
        failure_note(store, store->pg, res);
        st = failure_tell(store, err);
        free(copy);
    } else {
        *out = copy;
    }
    PQclear(res);
    return st;
}

static bool make_room(orma_copy *copy, size_t more)
{
    if (copy->length + more <= copy->capacity)
        return true;
    const size_t capacity = copy->length + more + PORTION_BYTES * 2;
    char *grown = realloc(copy->text, capacity);
    if (grown == NULL)
        return false;
    copy->text = grown;
    copy->capacity = capacity;
    return true;
}

static bool append(orma_copy *copy, const char *text)
{
    const size_t length = strlen(text);
    if (!make_room(copy, length))
        return false;
    memcpy(copy->text + copy->length, text, length);
    copy->length += length;
    return true;
}

/* COPY's text format: backslash, tab and ends of line are written with a
 * backslash. */
static bool append_text(orma_copy *copy, orma_str text)
{
    if (!make_room(copy, text.len * 2))
        return false;
    char *to = copy->text + copy->length;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const char escaped = c == '\\'   ? '\\'
                             : c == '\t' ? 't'
                             : c == '\n' ? 'n'
                             : c == '\r' ? 'r'
                                         : '\0';
        if (escaped != '\0') {
            *to++ = '\\';
            *to++ = escaped;
        } else {
            *to++ = c;
        }
    }
    copy->length = (size_t)(to - copy->text);
    return true;
}

static bool append_bytes(orma_copy *copy, orma_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    if (!append(copy, "\\\\x") || !make_room(copy, bytes.len * 2))
        return false;
    for (size_t i = 0; i < bytes.len; i++) {
        const unsigned char byte = (unsigned char)bytes.ptr[i];
        copy->text[copy->length++] = digits[byte >> 4];
        copy->text[copy->length++] = digits[byte & 15];
    }
    return true;
}

static bool append_value(orma_copy *copy, const orma_sql_value *v)
{
    char number[40];
    switch (v->type) {
    case ORMA_SQL_INTEGER:
        snprintf(number, sizeof number, "%" PRId64, v->integer);
        return append(copy, number);
    case ORMA_SQL_REAL:
        snprintf(number, sizeof number, "%.17g", v->real);
        return append(copy, number);
    case ORMA_SQL_TEXT:
        return append_text(copy, v->text);
    case ORMA_SQL_BLOB:
        return append_bytes(copy, v->text);
    default:
        return append(copy, "\\N");
    }
}

static orma_status send_portion(orma_copy *copy, orma_error **err)
{
    orma_store *store = copy->store;
    const size_t length = copy->length;
    copy->length = 0;
    if (length == 0 || PQputCopyData(store->pg, copy->text, (int)length) == 1)
        return ORMA_OK;
    failure_note(store, store->pg, NULL);
    return failure_tell(store, err);
}

orma_status copy_row(orma_copy *copy, const orma_sql_value *values,
                     orma_error **err)
{
    bool is_whole = true;
    for (int i = 0; is_whole && i < copy->column_count; i++) {
        const orma_sql_value *v = &values[i];
        if (v->type == ORMA_SQL_TEXT && v->text.len > 0 &&
            memchr(v->text.ptr, '\0', v->text.len) != NULL)
            return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                              "PostgreSQL cannot store a text with a zero "
                              "byte");
        if ((v->type == ORMA_SQL_TEXT || v->type == ORMA_SQL_BLOB) &&
            v->text.len > INT32_MAX / 4)
            return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                              "a value of %zu bytes is too long", v->text.len);
        is_whole = (i == 0 || append(copy, "\t")) && append_value(copy, v);
    }
    if (!is_whole || !append(copy, "\n"))
        return fail_memory(err);
    return copy->length >= PORTION_BYTES ? send_portion(copy, err) : ORMA_OK;
}

orma_status copy_end(orma_copy *copy, orma_error **err)
{
    orma_store *store = copy->store;
    orma_status st = send_portion(copy, err);
    if (PQputCopyEnd(store->pg, st == ORMA_OK ? NULL : "given up") != 1)
        failure_note(store, store->pg, NULL);
    for (PGresult *res; (res = PQgetResult(store->pg)) != NULL;) {
        const bool is_good = PQresultStatus(res) == PGRES_COMMAND_OK;
        const bool is_stuck = PQresultStatus(res) == PGRES_COPY_IN;
        if (!is_good)
            failure_note(store, store->pg, res);
        PQclear(res);
        if (is_stuck)
            break; /* the connection ended in between */
    }
    free(copy->text);
    free(copy);
    return st == ORMA_OK ? failure_tell(store, err) : st;
}
