/* One SQL connection through a storage driver.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/sql.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

struct sql_statement {
    const char *template;
    orma_statement *handle;
    bool is_busy; /* in use further up the stack */
};

orma_status sql_open(const orma_storage *driver, orma_str config,
                     uint32_t flags, sql *out, orma_error **err)
{
    sql db = {.driver = driver, .dialect = driver->dialect(driver)};
    const orma_status st =
        driver->open(driver, config, flags, &db.connection, err);
    if (st == ORMA_OK)
        *out = db;
    return st;
}

void sql_close(sql *db)
{
    for (size_t i = 0; i < db->statement_count; i++)
        db->driver->finalize(db->statements[i].handle);
    free(db->statements);
    if (db->connection != NULL)
        db->driver->close(db->connection);
    buf_free(&db->scratch);
    *db = (sql){0};
}

/* `form` with '?' replaced by ?number and '@' by column, '#' by key. */
static void expand_form(const char *form, const char *number, orma_str column,
                        orma_str key, buf *out)
{
    for (const char *p = form; *p != '\0'; p++) {
        switch (*p) {
        case '?':
            buf_char(out, '?');
            buf_text(out, number);
            break;
        case '@':
            buf_str(out, column);
            break;
        case '#':
            buf_str(out, key);
            break;
        default:
            buf_char(out, *p);
        }
    }
}

/* "?12u" at p; returns what follows it. */
static const char *expand_parameter(const orma_dialect *d, const char *p,
                                    buf *out)
{
    char number[12];
    size_t n = 0;
    const char *form = "?";
    const orma_str none = {"", 0};

    for (p++; isdigit((unsigned char)*p) && n + 1 < sizeof number; p++)
        number[n++] = *p;
    number[n] = '\0';
    switch (*p) {
    case 'u':
        form = d->uuid_param;
        p++;
        break;
    case 'j':
        form = d->json_param;
        p++;
        break;
    case 't':
        form = d->timestamp_param;
        p++;
        break;
    default:
        break;
    }
    expand_form(form, number, none, none, out);
    return p;
}

/* "{json:column.key}" at p; returns what follows it. */
static const char *expand_json(const orma_dialect *d, const char *p, buf *out)
{
    const char *column = p + strlen("{json:");
    const char *end = strchr(column, '}');
    const char *dot = end;

    while (*dot != '.')
        dot--; /* the column may be "node.attributes" */
    expand_form(d->json_scalar, "", (orma_str){column, (size_t)(dot - column)},
                (orma_str){dot + 1, (size_t)(end - dot - 1)}, out);
    return end + 1;
}

/* "{ids:?1}" at p; returns what follows it. */
static const char *expand_ids(const orma_dialect *d, const char *p, buf *out)
{
    char number[12];
    const char *digits = p + strlen("{ids:?");
    const char *end = strchr(digits, '}');
    const orma_str none = {"", 0};

    snprintf(number, sizeof number, "%.*s", (int)(end - digits), digits);
    expand_form(d->id_list, number, none, none, out);
    return end + 1;
}

void sql_expand(const sql *db, const char *template, buf *out)
{
    const char *p = template;

    while (*p != '\0') {
        if (*p == '?') {
            p = expand_parameter(db->dialect, p, out);
        } else if (text_starts(p, "{json:")) {
            p = expand_json(db->dialect, p, out);
        } else if (text_starts(p, "{ids:")) {
            p = expand_ids(db->dialect, p, out);
        } else if (text_starts(p, "{lock}")) {
            if (db->dialect->row_lock != NULL)
                buf_text(out, db->dialect->row_lock);
            p += strlen("{lock}");
        } else {
            buf_char(out, *p++);
        }
    }
}

orma_status sql_execute(sql *db, const char *template, orma_error **err)
{
    AUTO_BUF buf text = {0};
    sql_expand(db, template, &text);
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK
               ? db->driver->execute(db->connection, buf_c_str(&text), err)
               : st;
}

orma_status sql_begin(sql *db, orma_error **err)
{
    return db->driver->begin(db->connection, 0, err);
}

orma_status sql_begin_read(sql *db, orma_error **err)
{
    return db->driver->begin(db->connection, ORMA_BEGIN_READ, err);
}

orma_status sql_commit(sql *db, orma_error **err)
{
    return db->driver->commit(db->connection, err);
}

void sql_rollback(sql *db)
{
    db->driver->rollback(db->connection);
}

static void prepare(query *q, const char *template, uint32_t flags)
{
    AUTO_BUF buf text = {0};
    sql_expand(q->db, template, &text);
    q->status = buf_status(&text, &q->error);
    if (q->status == ORMA_OK)
        q->status = q->db->driver->prepare(q->db->connection, buf_c_str(&text),
                                           flags, &q->statement, &q->error);
}

/* Keeps q's statement under its template; when there is no memory to keep it,
 * it is finalized after this use. */
static void keep(query *q, const char *template)
{
    sql *db = q->db;
    struct sql_statement *grown =
        reallocarray(db->statements, db->statement_count + 1, sizeof *grown);
    if (grown == NULL)
        return;
    db->statements = grown;
    q->slot = db->statement_count++;
    db->statements[q->slot] =
        (struct sql_statement){template, q->statement, true};
}

void query_start(query *q, sql *db, const char *template)
{
    *q = (query){.db = db, .slot = SQL_NOT_KEPT};
    bool is_known = false;

    for (size_t i = 0; i < db->statement_count; i++) {
        struct sql_statement *s = &db->statements[i];
        if (s->template != template)
            continue;
        is_known = true;
        if (s->is_busy)
            break;
        s->is_busy = true;
        q->slot = i;
        q->statement = s->handle;
        return;
    }
    prepare(q, template, is_known ? ORMA_SQL_ONCE : 0);
    if (q->status == ORMA_OK && !is_known)
        keep(q, template);
}

void query_start_once(query *q, sql *db, const char *template)
{
    *q = (query){.db = db, .slot = SQL_NOT_KEPT};
    prepare(q, template, ORMA_SQL_ONCE);
}

void query_start_many(query *q, sql *db, const char *template)
{
    *q = (query){.db = db, .slot = SQL_NOT_KEPT};
    prepare(q, template, ORMA_SQL_ONCE | ORMA_SQL_MANY_ROWS);
}

static void bind(query *q, int32_t index, const orma_sql_value *value)
{
    if (q->status == ORMA_OK)
        q->status = q->db->driver->bind(q->statement, index, value, &q->error);
}

void query_int(query *q, int32_t index, int64_t value)
{
    bind(q, index,
         &(orma_sql_value){.type = ORMA_SQL_INTEGER, .integer = value});
}

void query_real(query *q, int32_t index, double value)
{
    bind(q, index, &(orma_sql_value){.type = ORMA_SQL_REAL, .real = value});
}

void query_blob(query *q, int32_t index, orma_str bytes)
{
    bind(q, index, &(orma_sql_value){.type = ORMA_SQL_BLOB, .text = bytes});
}

void query_int_or_null(query *q, int32_t index, int64_t value)
{
    if (value != 0)
        query_int(q, index, value);
    else
        bind(q, index, &(orma_sql_value){.type = ORMA_SQL_NULL});
}

void query_str(query *q, int32_t index, orma_str text)
{
    bind(q, index, &(orma_sql_value){.type = ORMA_SQL_TEXT, .text = text});
}

void query_text(query *q, int32_t index, const char *text)
{
    if (text != NULL)
        query_str(q, index, (orma_str){text, strlen(text)});
    else
        bind(q, index, &(orma_sql_value){.type = ORMA_SQL_NULL});
}

void query_uuid(query *q, int32_t index, const orma_uuid *uuid)
{
    char text[37];
    uuid_format(uuid, text);
    query_text(q, index, text);
}

void query_time(query *q, int32_t index, int64_t ns)
{
    char text[27];
    time_format_sql(ns, text);
    query_text(q, index, text);
}

void query_json(query *q, int32_t index, const json_object *value)
{
    buf *text = &q->db->scratch;
    buf_clear(text);
    json_write(text, value, JSON_PYTHON);
    if (q->status == ORMA_OK)
        q->status = buf_status(text, &q->error);
    query_str(q, index, buf_view(text));
}

bool query_next(query *q)
{
    int32_t has_row = 0;
    if (q->status == ORMA_OK)
        q->status = q->db->driver->step(q->statement, &has_row, &q->error);
    return q->status == ORMA_OK && has_row != 0;
}

static orma_sql_value column(query *q, int32_t index)
{
    orma_sql_value value;
    q->db->driver->column(q->statement, index, &value);
    return value;
}

bool column_is_null(query *q, int32_t index)
{
    return column(q, index).type == ORMA_SQL_NULL;
}

int64_t column_int(query *q, int32_t index)
{
    const orma_sql_value value = column(q, index);
    return value.type == ORMA_SQL_INTEGER ? value.integer : 0;
}

double column_real(query *q, int32_t index)
{
    const orma_sql_value value = column(q, index);
    return value.type == ORMA_SQL_REAL      ? value.real
           : value.type == ORMA_SQL_INTEGER ? (double)value.integer
                                            : 0;
}

orma_str column_str(query *q, int32_t index)
{
    const orma_sql_value value = column(q, index);
    if (value.type != ORMA_SQL_TEXT && value.type != ORMA_SQL_BLOB)
        return (orma_str){NULL, 0};
    return value.text;
}

char *column_text(query *q, int32_t index)
{
    const orma_str text = column_str(q, index);
    if (text.ptr == NULL)
        return NULL;
    char *copy = str_copy(text);
    if (copy == NULL && q->status == ORMA_OK)
        q->status = error_no_memory(&q->error);
    return copy;
}

static void malformed(query *q, const char *what, orma_str text)
{
    if (q->status != ORMA_OK || q->is_listing)
        return;
    q->status = error_set(&q->error, ORMA_E_PERMANENT, "storage", 0,
                          "the database holds \"%.60s\" where a %s belongs",
                          text.ptr == NULL ? "" : text.ptr, what);
}

bool column_has_time(query *q, int32_t index, int64_t *ns)
{
    const orma_str text = column_str(q, index);
    if (text.ptr != NULL && time_parse(text.ptr, ns))
        return true;
    malformed(q, "time", text);
    return false;
}

int64_t column_time(query *q, int32_t index)
{
    int64_t ns = 0;
    return column_has_time(q, index, &ns) ? ns : 0;
}

orma_uuid column_uuid(query *q, int32_t index)
{
    const orma_str text = column_str(q, index);
    orma_uuid uuid = {{0}};
    if (text.ptr == NULL || !uuid_parse(text.ptr, &uuid))
        malformed(q, "UUID", text);
    return uuid;
}

json_object *column_json(query *q, int32_t index)
{
    const orma_sql_value held = column(q, index);
    const orma_str text = column_str(q, index);
    json_object *value = NULL;

    /* SQLite gives a column declared JSON the affinity of numbers. */
    if (held.type == ORMA_SQL_INTEGER)
        value = json_object_new_int64(held.integer);
    else if (held.type == ORMA_SQL_REAL)
        value = json_new_real(held.real);
    if (value != NULL || text.ptr == NULL || q->status != ORMA_OK)
        return value;
    q->status = json_parse(text, &value, &q->error);
    if (q->status == ORMA_E_INVALID && q->is_listing) {
        error_clear(&q->error);
        q->status = ORMA_OK;
    } else if (q->status != ORMA_OK) {
        q->status = error_set(&q->error, ORMA_E_PERMANENT, "storage", 0,
                              "a JSON column of the database is malformed");
    }
    return value;
}

orma_status query_end(query *q, orma_error **err)
{
    if (q->slot != SQL_NOT_KEPT) {
        q->db->driver->reset(q->statement);
        q->db->statements[q->slot].is_busy = false;
    } else if (q->statement != NULL) {
        q->db->driver->finalize(q->statement);
    }
    q->statement = NULL;
    if (q->status == ORMA_OK)
        return ORMA_OK;
    if (err != NULL && *err == NULL)
        *err = q->error;
    else
        orma_error_free(q->error);
    q->error = NULL;
    return q->status;
}

orma_status query_end_after(query *q, orma_status st, orma_error **err)
{
    const orma_status ended = query_end(q, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? ended : st;
}

orma_status query_run(query *q, orma_error **err)
{
    while (query_next(q))
        ;
    return query_end(q, err);
}

orma_status query_run_changes(query *q, int64_t *changes, orma_error **err)
{
    int64_t found = 0;
    while (query_next(q))
        ;
    if (q->status == ORMA_OK)
        found = q->db->driver->changes(q->statement);
    const orma_status st = query_end(q, err);
    if (st == ORMA_OK)
        *changes = found;
    return st;
}

orma_status query_post(query *q, orma_error **err)
{
    if (q->status == ORMA_OK)
        q->status = q->db->driver->post(q->statement, &q->error);
    return query_end(q, err);
}

orma_status query_run_int(query *q, int64_t fallback, int64_t *value,
                          orma_error **err)
{
    const int64_t found = query_next(q) ? column_int(q, 0) : fallback;
    while (query_next(q))
        ;
    const orma_status st = query_end(q, err);
    if (st == ORMA_OK)
        *value = found;
    return st;
}
