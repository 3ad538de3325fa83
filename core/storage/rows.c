/* Rows of queries as JSON, and identifiers given by people.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define CLOSEST_MAX 2000 /* labels that are compared for a hint */

static void put(query *q, json_object *row, const char *key, json_object *value)
{
    if (q->status != ORMA_OK || row == NULL)
        json_object_put(value);
    else if (!json_set(row, key, value))
        q->status = error_no_memory(&q->error);
}

void row_set_text(query *q, int32_t column, json_object *row, const char *key)
{
    const orma_str text = column_str(q, column);
    json_object *value = NULL;
    if (text.ptr != NULL) {
        value = json_object_new_string_len(text.ptr, (int)text.len);
        if (value == NULL && q->status == ORMA_OK)
            q->status = error_no_memory(&q->error);
    }
    put(q, row, key, value);
}

void row_set_int(query *q, int32_t column, json_object *row, const char *key)
{
    put(q, row, key,
        column_is_null(q, column)
            ? NULL
            : json_object_new_int64(column_int(q, column)));
}

void row_set_json(query *q, int32_t column, json_object *row, const char *key)
{
    put(q, row, key, column_json(q, column));
}

void row_set_time(query *q, int32_t column, json_object *row, const char *key)
{
    char text[33];
    int64_t ns = 0;
    if (!column_has_time(q, column, &ns)) {
        put(q, row, key, NULL);
        return;
    }
    time_format_iso(ns, text);
    put(q, row, key, json_object_new_string(text));
}

json_object *rows_add(query *q, json_object *rows)
{
    json_object *row = json_object_new_object();
    if (row != NULL && json_object_array_add(rows, row) == 0)
        return row;
    json_object_put(row);
    if (q->status == ORMA_OK)
        q->status = error_no_memory(&q->error);
    return NULL;
}

orma_status rows_collect(query *q, row_set *set, json_object **rows,
                         orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_array();
    if (made == NULL && q->status == ORMA_OK)
        q->status = error_no_memory(&q->error);
    while (query_next(q)) {
        json_object *row = rows_add(q, made);
        if (row != NULL)
            set(q, row);
    }
    const orma_status st = query_end(q, err);
    if (st != ORMA_OK)
        return st;
    *rows = made;
    made = NULL;
    return ORMA_OK;
}

orma_status rows_first(query *q, row_set *set, json_object **row,
                       orma_error **err)
{
    AUTO_JSON json_object *rows = NULL;
    const orma_status st = rows_collect(q, set, &rows, err);
    if (st == ORMA_OK)
        *row = json_object_get(json_object_array_get_idx(rows, 0));
    return st;
}

/* The callers have looked before they wrote: somebody was quicker. */
static orma_status taken_meanwhile(orma_error **err)
{
    error_set(err, ORMA_E_REFUSED, "storage", 0,
              "another program has stored one of that name meanwhile");
    error_hint(err, "choose another name");
    return ORMA_E_REFUSED;
}

orma_status store_write_one(store *s, query *q, int64_t *pk, orma_error **err)
{
    orma_error *why = NULL;
    int64_t found = 0;
    orma_status st = query_run_int(q, 0, &found, &why);
    if (st == ORMA_OK)
        st = store_commit(s, &why);
    else
        store_rollback(s);
    const bool is_taken =
        st == ORMA_E_INVALID && orma_error_code(why) == ORMA_SQL_TAKEN;
    error_move(&why, err);
    if (is_taken)
        return taken_meanwhile(err);
    if (st == ORMA_OK && pk != NULL)
        *pk = found;
    return st;
}

char *like_prefix(const char *text)
{
    AUTO_BUF buf out = {0};
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr("%_!", *p) != NULL)
            buf_char(&out, '!');
        buf_char(&out, *p);
    }
    buf_char(&out, '%');
    return buf_take(&out);
}

bool identifier_is_pk(const char *text, int64_t *pk)
{
    if (*text == '\0' || strlen(text) > 18 ||
        strspn(text, "0123456789") != strlen(text))
        return false;
    *pk = strtoll(text, NULL, 10);
    return true;
}

bool identifier_is_uuid(const char *text, orma_uuid *low, orma_uuid *high)
{
    char from[33], to[33];
    size_t n = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '-' && n > 0)
            continue;
        if (strchr("0123456789abcdefABCDEF", *p) == NULL || n == 32)
            return false;
        from[n] = *p;
        to[n++] = *p;
    }
    if (n == 0)
        return false;
    memset(from + n, '0', 32 - n);
    memset(to + n, 'f', 32 - n);
    from[32] = '\0';
    to[32] = '\0';
    return uuid_parse(from, low) && uuid_parse(to, high);
}

void hint_closest(store *s, const char *word, const char *template,
                  const char *like, orma_error **err)
{
    char *labels[CLOSEST_MAX];
    size_t n = 0;
    query q;

    query_start_once(&q, &s->db, template);
    if (like != NULL)
        query_text(&q, 1, like);
    while (n < CLOSEST_MAX && query_next(&q)) {
        labels[n] = column_text(&q, 0);
        if (labels[n] != NULL)
            n++;
    }
    query_end(&q, NULL);

    const char *closest = text_closest(word, (const char *const *)labels, n);
    if (closest != NULL)
        error_hint(err, "did you mean \"%s\"?", closest);
    for (size_t i = 0; i < n; i++)
        free(labels[i]);
}
