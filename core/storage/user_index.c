/* Indexes on attributes and extras that a user asked for.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/user_index.h>

#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/json_place.h>
#include <storage/store_internal.h>
#include <storage/store_sql.h>

#define META_KEY "indexes"
#define FIELD_MAX 400

sql *store_sql(store *s)
{
    return &s->db;
}

/* ---- fields ------------------------------------------------------ */

/* "attributes.a.b" → the column and ["a","b"]. */
static orma_status split_field(const char *field, const char **column,
                               json_object **out, orma_error **err)
{
    static const char *const columns[] = {"attributes", "extras"};
    AUTO_JSON json_object *keys = json_object_new_array();
    const char *p = NULL;

    if (keys == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const size_t len = strlen(columns[i]);
        if (strncmp(field, columns[i], len) != 0 || field[len] != '.')
            continue;
        *column = columns[i];
        p = field + len;
    }
    bool is_right = p != NULL && strlen(field) <= FIELD_MAX;
    while (is_right && *p == '.') {
        const size_t len = strcspn(++p, ".");
        json_object *key = json_object_new_string_len(p, (int)len);
        if (key == NULL || json_object_array_add(keys, key) != 0) {
            json_object_put(key);
            return error_no_memory(err);
        }
        is_right = len > 0;
        p += len;
    }
    if (!is_right || !json_keys_are_plain(keys)) {
        error_set(err, ORMA_E_INVALID, "storage", 0,
                  "\"%.200s\" cannot be indexed", field);
        error_hint(err, "fields are attributes.KEY or extras.KEY, with "
                        "letters, digits, \"_\", \"-\" and blanks in their "
                        "keys");
        return ORMA_E_INVALID;
    }
    *out = keys;
    keys = NULL;
    return ORMA_OK;
}

static orma_status create_index(store *s, const char *field, const char *name,
                                bool is_number, orma_error **err)
{
    AUTO_JSON json_object *keys = NULL;
    AUTO_BUF buf expression = {0}, text = {0};
    const char *column = NULL;

    orma_status st = split_field(field, &column, &keys, err);
    if (st != ORMA_OK)
        return st;
    const json_place place = {column, keys};
    if (is_number)
        json_place_number(s->db.dialect, &place, &expression);
    else
        json_place_scalar(s->db.dialect, &place, &expression);
    /* Nodes that lack it are not in the index. */
    buf_printf(&text,
               "CREATE INDEX %s ON db_dbnode%s ((%s)) WHERE (%s) IS NOT NULL",
               name, is_number ? "" : s->db.dialect->long_text_index,
               buf_c_str(&expression), buf_c_str(&expression));
    st = buf_status(&text, err);
    return st == ORMA_OK
               ? s->db.driver->execute(s->db.connection, buf_c_str(&text), err)
               : st;
}

/* ---- what there is ----------------------------------------------- */

static orma_status read_list(store *s, json_object **out, orma_error **err)
{
    json_object *found = NULL;
    query q;

    query_start_once(&q, &s->db,
                     "SELECT val FROM orma_meta WHERE \"key\" = ?1");
    query_text(&q, 1, META_KEY);
    if (query_next(&q))
        found = column_json(&q, 0);
    orma_status st = query_end(&q, err);
    if (st == ORMA_OK && !json_object_is_type(found, json_type_array)) {
        json_object_put(found);
        found = json_object_new_array();
        st = found == NULL ? error_no_memory(err) : ORMA_OK;
    }
    if (st == ORMA_OK)
        *out = found;
    else
        json_object_put(found);
    return st;
}

static orma_status write_list(store *s, const json_object *list,
                              orma_error **err)
{
    query q;
    query_start_once(&q, &s->db,
                     "INSERT INTO orma_meta (\"key\", val) VALUES (?1, ?2j) "
                     "ON CONFLICT (\"key\") DO UPDATE SET val = excluded.val");
    query_text(&q, 1, META_KEY);
    query_json(&q, 2, list);
    return query_run(&q, err);
}

/* SIZE_MAX: none. */
static size_t find(const json_object *list, const char *member,
                   const char *value)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (text_equal(
                json_get_text(json_object_array_get_idx(list, i), member, ""),
                value))
            return i;
    return SIZE_MAX;
}

/* orma_ix_user_N: fields would be too long for names. */
static void free_name(const json_object *list, char *out, size_t size)
{
    int number = 1;
    do
        snprintf(out, size, "orma_ix_user_%d", number++);
    while (find(list, "name", out) != SIZE_MAX);
}

/* ---- adding and removing ----------------------------------------- */

typedef struct wanted_index {
    const char *field, *type; /* type NULL: to be removed */
} wanted_index;

static orma_status add_index(store *s, void *user, orma_error **err)
{
    const wanted_index *w = user;
    AUTO_JSON json_object *list = NULL;
    char name[32];

    orma_status st = read_list(s, &list, err);
    if (st != ORMA_OK)
        return st;
    if (find(list, "field", w->field) != SIZE_MAX)
        return error_set(err, ORMA_E_REFUSED, "storage", 0,
                         "\"%.200s\" has an index already", w->field);
    if (json_object_array_length(list) >= USER_INDEXES_MAX) {
        error_set(err, ORMA_E_REFUSED, "storage", 0,
                  "there are %d indexes already, and each slows down writing",
                  USER_INDEXES_MAX);
        error_hint(err, "remove one that no query needs");
        return ORMA_E_REFUSED;
    }
    free_name(list, name, sizeof name);
    st = create_index(s, w->field, name, text_equal(w->type, "number"), err);
    if (st != ORMA_OK)
        return st;
    json_object *row = json_object_new_object();
    if (row == NULL || !json_set_text(row, "field", w->field) ||
        !json_set_text(row, "type", w->type) ||
        !json_set_text(row, "name", name) ||
        json_object_array_add(list, row) != 0) {
        json_object_put(row);
        return error_no_memory(err);
    }
    return write_list(s, list, err);
}

static orma_status remove_index(store *s, void *user, orma_error **err)
{
    const wanted_index *w = user;
    AUTO_JSON json_object *list = NULL;
    AUTO_BUF buf text = {0};

    orma_status st = read_list(s, &list, err);
    if (st != ORMA_OK)
        return st;
    const size_t i = find(list, "field", w->field);
    if (i == SIZE_MAX) {
        error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                  "\"%.200s\" has no index", w->field);
        error_hint(err, "orma storage index list");
        return ORMA_E_NOT_FOUND;
    }
    /* Not its recorded name, which could have been tampered with. */
    char name[32];
    int number = 0, end = 0;
    const char *recorded =
        json_get_text(json_object_array_get_idx(list, i), "name", "");
    if (sscanf(recorded, "orma_ix_user_%d%n", &number, &end) != 1 ||
        recorded[end] != '\0')
        return error_set(err, ORMA_E_PERMANENT, "storage", 0,
                         "the record of the index on \"%.200s\" is damaged",
                         w->field);
    snprintf(name, sizeof name, "orma_ix_user_%d", number);
    buf_printf(&text, "DROP INDEX IF EXISTS %s", name);
    st = s->db.driver->execute(s->db.connection, buf_c_str(&text), err);
    if (st != ORMA_OK)
        return st;
    json_object_array_del_idx(list, i, 1);
    return write_list(s, list, err);
}

orma_status user_index_add(store *s, const char *field, const char *type,
                           orma_error **err)
{
    AUTO_JSON json_object *keys = NULL;
    wanted_index wanted = {field, type};
    const char *column = NULL;

    if (!text_equal(type, "text") && !text_equal(type, "number"))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "an index is on \"text\" or \"number\", not on "
                         "\"%.100s\"",
                         type);
    const orma_status st = split_field(field, &column, &keys, err);
    return st == ORMA_OK ? store_transact(s, add_index, &wanted, err) : st;
}

orma_status user_index_remove(store *s, const char *field, orma_error **err)
{
    wanted_index wanted = {field, NULL};
    return store_transact(s, remove_index, &wanted, err);
}

orma_status user_index_list(store *s, json_object **rows, orma_error **err)
{
    if (s->has_own_tables)
        return read_list(s, rows, err);
    json_object *none = json_object_new_array();
    if (none == NULL)
        return error_no_memory(err);
    *rows = none;
    return ORMA_OK;
}
