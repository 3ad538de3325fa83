/* What a store holds, as text that does not depend on ids.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/canonical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/text.h>
#include <storage/store_internal.h>

typedef struct lines {
    char **items;
    size_t count;
} lines;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void append_sorted(buf *out, json_object *value);

static void append_object(buf *out, json_object *object)
{
    lines keys = {0};
    json_object_object_foreach(object, name, member)
    {
        (void)member;
        keys.items =
            reallocarray(keys.items, keys.count + 1, sizeof *keys.items);
        keys.items[keys.count++] = name;
    }
    if (keys.count > 0)
        qsort(keys.items, keys.count, sizeof *keys.items, by_text);
    buf_char(out, '{');
    for (size_t i = 0; i < keys.count; i++) {
        json_object *text = json_object_new_string(keys.items[i]);
        if (i > 0)
            buf_char(out, ',');
        json_write(out, text, JSON_COMPACT);
        buf_char(out, ':');
        append_sorted(out, json_object_object_get(object, keys.items[i]));
        json_object_put(text);
    }
    buf_char(out, '}');
    free(keys.items);
}

static void append_sorted(buf *out, json_object *value)
{
    if (json_object_is_type(value, json_type_object)) {
        append_object(out, value);
    } else if (json_object_is_type(value, json_type_array)) {
        buf_char(out, '[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            if (i > 0)
                buf_char(out, ',');
            append_sorted(out, json_object_array_get_idx(value, i));
        }
        buf_char(out, ']');
    } else if (json_is_real(value) && !(json_object_get_double(value) < 0) &&
               !(json_object_get_double(value) > 0)) {
        buf_text(out, "0.0"); /* jsonb knows no negative zero */
    } else {
        json_write(out, value, JSON_COMPACT);
    }
}

static void add_line(lines *l, buf *text)
{
    l->items = reallocarray(l->items, l->count + 1, sizeof *l->items);
    l->items[l->count++] = buf_take(text);
}

/* Extras that AiiDA and orma make themselves do not travel. */
static void drop_reserved(json_object *extras)
{
    bool again = true;
    while (again && extras != NULL) {
        again = false;
        json_object_object_foreach(extras, key, value)
        {
            (void)value;
            if (text_starts(key, "_aiida_")) {
                json_object_object_del(extras, key);
                again = true;
                break;
            }
        }
    }
}

/* kinds: a letter for each column: i integer, s text, u UUID, t time, j JSON,
 * x extras. */
static void add_rows(store *s, lines *l, const char *table, const char *kinds,
                     const char *template)
{
    query q;
    orma_error *err = NULL;

    query_start_many(&q, &s->db, template);
    while (query_next(&q)) {
        buf line = {0};
        char text[40];
        buf_text(&line, table);
        for (int32_t i = 0; kinds[i] != '\0'; i++) {
            buf_char(&line, '|');
            const bool is_null = column_is_null(&q, i);
            if (is_null && strchr("jx", kinds[i]) == NULL) {
                buf_text(&line, "NULL");
            } else if (kinds[i] == 'i') {
                buf_printf(&line, "%lld", (long long)column_int(&q, i));
            } else if (kinds[i] == 's') {
                buf_str(&line, column_str(&q, i));
            } else if (kinds[i] == 'u') {
                const orma_uuid uuid = column_uuid(&q, i);
                uuid_format(&uuid, text);
                buf_text(&line, text);
            } else if (kinds[i] == 't') {
                time_format_sql(column_time(&q, i), text);
                buf_text(&line, text);
            } else {
                json_object *value = column_json(&q, i);
                if (value == NULL)
                    value = json_object_new_object();
                if (kinds[i] == 'x')
                    drop_reserved(value);
                append_sorted(&line, value);
                json_object_put(value);
            }
        }
        add_line(l, &line);
    }
    if (query_end(&q, &err) != ORMA_OK) {
        char *chain = error_chain(err);
        printf("# %s: %s\n", table, chain);
        free(chain);
        abort();
    }
}

/* ---- files ------------------------------------------------------- */

typedef struct files {
    store *s;
    lines *l;
    const char *uuid;
} files;

static orma_status add_file(void *user, const char *path, const char *key,
                            orma_error **err)
{
    files *f = user;
    char piece[65536], found[DIGEST_SHA256_HEX] = "(folder)";
    object_reader *r = NULL;
    size_t n = 1, size = 0;
    orma_status st = ORMA_OK;

    if (key != NULL) {
        digest *sum = digest_create();
        st = store_open_object(f->s, key, &r, err);
        while (st == ORMA_OK && n > 0) {
            st = object_read(r, piece, sizeof piece, &n, err);
            digest_update(sum, piece, n);
            size += n;
        }
        digest_hex(sum, found);
        digest_destroy(sum);
        object_close(r);
    }
    buf line = {0};
    buf_printf(&line, "file|%s|%s|%s|%zu", f->uuid, path, found, size);
    add_line(f->l, &line);
    return st;
}

static void add_files(store *s, lines *l)
{
    query q;
    orma_error *err = NULL;

    query_start_many(&q, &s->db,
                     "SELECT uuid, repository_metadata FROM db_dbnode");
    while (query_next(&q)) {
        char text[37];
        const orma_uuid uuid = column_uuid(&q, 0);
        json_object *tree = column_json(&q, 1);
        uuid_format(&uuid, text);
        files f = {s, l, text};
        if (repository_walk(tree, add_file, &f, &err) != ORMA_OK) {
            printf("# %s\n", orma_error_message(err));
            abort();
        }
        json_object_put(tree);
    }
    if (query_end(&q, &err) != ORMA_OK)
        abort();
}

char *canonical_dump(store *s)
{
    lines l = {0};
    add_rows(s, &l, "user", "ssss",
             "SELECT email, first_name, last_name, institution FROM db_dbuser");
    add_rows(s, &l, "computer", "ussssssj",
             "SELECT uuid, label, hostname, description, scheduler_type, "
             "transport_type, label, metadata FROM db_dbcomputer");
    add_rows(s, &l, "authinfo", "usjji",
             "SELECT c.uuid, u.email, a.metadata, a.auth_params, "
             "CAST(a.enabled AS INTEGER) FROM db_dbauthinfo AS a JOIN "
             "db_dbcomputer AS c ON c.id = a.dbcomputer_id JOIN db_dbuser AS u "
             "ON u.id = a.aiidauser_id");
    add_rows(s, &l, "group", "usstsjs",
             "SELECT g.uuid, g.label, g.type_string, g.time, g.description, "
             "g.extras, u.email FROM db_dbgroup AS g JOIN db_dbuser AS u ON "
             "u.id = g.user_id WHERE g.type_string <> 'core.import'");
    add_rows(s, &l, "node", "ussssttjxjus",
             "SELECT n.uuid, n.node_type, n.process_type, n.label, "
             "n.description, n.ctime, n.mtime, n.attributes, n.extras, "
             "n.repository_metadata, c.uuid, u.email FROM db_dbnode AS n JOIN "
             "db_dbuser AS u ON u.id = n.user_id LEFT JOIN db_dbcomputer AS c "
             "ON c.id = n.dbcomputer_id");
    add_rows(s, &l, "comment", "uuttss",
             "SELECT k.uuid, n.uuid, k.ctime, k.mtime, u.email, k.content FROM "
             "db_dbcomment AS k JOIN db_dbnode AS n ON n.id = k.dbnode_id JOIN "
             "db_dbuser AS u ON u.id = k.user_id");
    add_rows(s, &l, "log", "utssusj",
             "SELECT k.uuid, k.time, k.loggername, k.levelname, n.uuid, "
             "k.message, k.metadata FROM db_dblog AS k JOIN db_dbnode AS n ON "
             "n.id = k.dbnode_id");
    add_rows(s, &l, "link", "uuss",
             "SELECT a.uuid, b.uuid, k.type, k.label FROM db_dblink AS k JOIN "
             "db_dbnode AS a ON a.id = k.input_id JOIN db_dbnode AS b ON b.id "
             "= k.output_id");
    add_rows(s, &l, "member", "uu",
             "SELECT g.uuid, n.uuid FROM db_dbgroup_dbnodes AS m JOIN "
             "db_dbgroup AS g ON g.id = m.dbgroup_id JOIN db_dbnode AS n ON "
             "n.id = m.dbnode_id WHERE g.type_string <> 'core.import'");
    add_files(s, &l);

    buf out = {0};
    if (l.count > 0)
        qsort(l.items, l.count, sizeof *l.items, by_text);
    for (size_t i = 0; i < l.count; i++) {
        buf_text(&out, l.items[i]);
        buf_char(&out, '\n');
        free(l.items[i]);
    }
    free(l.items);
    return buf_take(&out);
}

bool canonical_same(store *a, store *b)
{
    char *x = canonical_dump(a), *y = canonical_dump(b);
    const bool same = text_equal(x, y);
    if (!same) {
        const char *p = x, *q = y, *start = x, *other = y;
        for (; *p != '\0' && *p == *q; p++, q++)
            if (*p == '\n')
                start = p + 1, other = q + 1;
        printf("# %.400s\n# differs from\n# %.400s\n", start, other);
    }
    free(x);
    free(y);
    return same;
}
