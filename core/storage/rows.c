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
