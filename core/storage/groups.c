/* Groups: making, finding, changing and deleting them.
 *
 * SPDX-License-Identifier: MIT */
#include "groups_internal.h"

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/portion.h>

#define GROUP_SELECT "SELECT " GROUP_COLUMNS " FROM " GROUP_TABLES " "

void group_set_row(query *q, json_object *row)
{
    row_set_int(q, 0, row, "pk");
    row_set_text(q, 1, row, "uuid");
    row_set_text(q, 2, row, "label");
    row_set_text(q, 3, row, "type_string");
    row_set_time(q, 4, row, "time");
    row_set_text(q, 5, row, "description");
    row_set_json(q, 6, row, "extras");
    row_set_text(q, 7, row, "user");
}

static orma_status no_group(int64_t pk, orma_error **err)
{
    return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                     "there is no group with pk %lld", (long long)pk);
}

/* ---- finding ----------------------------------------------------- */

orma_status store_group_by_label(store *s, const char *label,
                                 const char *type_string, json_object **out,
                                 orma_error **err)
{
    static const char template[] =
        GROUP_SELECT "WHERE db_dbgroup.label = ?1 AND "
                     "db_dbgroup.type_string = ?2";
    query q;
    query_start(&q, &s->db, template);
    query_text(&q, 1, label);
    query_text(&q, 2, type_string);
    return rows_first(&q, group_set_row, out, err);
}

static orma_status by_pk(store *s, const char *identifier,
                         const char *type_string, json_object **rows,
                         orma_error **err)
{
    static const char template[] =
        GROUP_SELECT "WHERE db_dbgroup.id = ?1 AND (CAST(?2 AS TEXT) IS NULL "
                     "OR db_dbgroup.type_string = ?2)";
    int64_t pk = 0;
    query q;

    if (!identifier_is_pk(identifier, &pk))
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_int(&q, 1, pk);
    query_text(&q, 2, type_string);
    return rows_collect(&q, group_set_row, rows, err);
}

static orma_status by_label(store *s, const char *identifier,
                            const char *type_string, json_object **rows,
                            orma_error **err)
{
    static const char template[] =
        GROUP_SELECT "WHERE db_dbgroup.label = ?1 AND (CAST(?2 AS TEXT) IS "
                     "NULL OR db_dbgroup.type_string = ?2) "
                     "ORDER BY db_dbgroup.id LIMIT 8";
    query q;
    query_start(&q, &s->db, template);
    query_text(&q, 1, identifier);
    query_text(&q, 2, type_string);
    return rows_collect(&q, group_set_row, rows, err);
}

static orma_status by_uuid(store *s, const char *identifier,
                           const char *type_string, json_object **rows,
                           orma_error **err)
{
    static const char template[] =
        GROUP_SELECT "WHERE db_dbgroup.uuid >= ?1u AND db_dbgroup.uuid <= ?2u "
                     "AND (CAST(?3 AS TEXT) IS NULL OR "
                     "db_dbgroup.type_string = ?3) "
                     "ORDER BY db_dbgroup.id LIMIT 8";
    orma_uuid low, high;
    query q;

    if (!identifier_is_uuid(identifier, &low, &high))
        return ORMA_OK;
    query_start(&q, &s->db, template);
    query_uuid(&q, 1, &low);
    query_uuid(&q, 2, &high);
    query_text(&q, 3, type_string);
    return rows_collect(&q, group_set_row, rows, err);
}

/* "3 (core), 7 (core.import)" */
static orma_status ambiguous(const char *identifier, json_object *rows,
                             orma_error **err)
{
    AUTO_BUF buf names = {0};

    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        buf_printf(&names, "%s%lld (%s, %s)", i > 0 ? ", " : "",
                   (long long)json_get_int(row, "pk", 0),
                   json_get_text(row, "label", ""),
                   json_get_text(row, "type_string", ""));
    }
    error_set(err, ORMA_E_INVALID, "storage", 0,
              "\"%.200s\" is ambiguous, it fits the groups %s", identifier,
              buf_c_str(&names));
    error_hint(err, "name the group by its pk");
    return ORMA_E_INVALID;
}

orma_status store_group(store *s, const char *identifier,
                        const char *type_string, json_object **out,
                        orma_error **err)
{
    static orma_status (*const ways[])(store *, const char *, const char *,
                                       json_object **, orma_error **) = {
        by_pk, by_label, by_uuid};
    AUTO_JSON json_object *rows = NULL;
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < sizeof ways / sizeof *ways; i++) {
        if (rows != NULL && json_object_array_length(rows) > 0)
            break;
        json_object_put(rows);
        rows = NULL;
        st = ways[i](s, identifier, type_string, &rows, err);
    }
    if (st != ORMA_OK)
        return st;
    const size_t count = rows == NULL ? 0 : json_object_array_length(rows);
    if (count > 1)
        return ambiguous(identifier, rows, err);
    if (count == 0) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "there is no group \"%.200s\"", identifier);
        hint_closest(s, identifier, "SELECT label FROM db_dbgroup LIMIT 2000",
                     NULL, err);
        return st;
    }
    *out = json_object_get(json_object_array_get_idx(rows, 0));
    return ORMA_OK;
}

/* ---- making and changing ----------------------------------------- */

/* Within the transaction, so that the answer stays true. */
static orma_status refuse_taken(store *s, const char *label, const char *type,
                                int64_t own_pk, orma_error **err)
{
    AUTO_JSON json_object *there = NULL;
    const orma_status st = store_group_by_label(s, label, type, &there, err);

    if (st != ORMA_OK || there == NULL ||
        json_get_int(there, "pk", 0) == own_pk)
        return st;
    error_set(err, ORMA_E_REFUSED, "storage", 0,
              "there is a group \"%s\" of type \"%s\" already (pk %lld)", label,
              type, (long long)json_get_int(there, "pk", 0));
    error_hint(err, "choose another label");
    return ORMA_E_REFUSED;
}

static orma_status owner_of(store *s, const json_object *group, int64_t *pk,
                            orma_error **err)
{
    const char *email = json_get_text(group, "user", NULL);
    AUTO_JSON json_object *user = NULL;

    if (email == NULL && s->default_user == 0)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "the new group belongs to no user: the profile has no "
                         "default one");
    if (email == NULL) {
        *pk = s->default_user;
        return ORMA_OK;
    }
    const orma_status st = store_user_by_email(s, email, &user, err);
    if (st == ORMA_OK)
        *pk = json_get_int(user, "pk", 0);
    return st;
}

static orma_status insert(store *s, const json_object *group,
                          const json_object *extras, int64_t user, int64_t *pk,
                          orma_error **err)
{
    static const char template[] =
        "INSERT INTO db_dbgroup (uuid, label, type_string, time, description, "
        "extras, user_id) VALUES (?1u, ?2, ?3, ?4t, ?5, ?6j, ?7) RETURNING id";
    orma_uuid uuid;
    query q;

    uuid_generate(&uuid);
    query_start(&q, &s->db, template);
    query_uuid(&q, 1, &uuid);
    query_text(&q, 2, json_get_text(group, "label", ""));
    query_text(&q, 3, json_get_text(group, "type_string", GROUP_PLAIN));
    query_time(&q, 4, time_now_ns());
    query_text(&q, 5, json_get_text(group, "description", ""));
    query_json(&q, 6, extras);
    query_int(&q, 7, user);
    return store_write_one(s, &q, pk, err);
}

orma_status store_group_create(store *s, const json_object *group, int64_t *pk,
                               orma_error **err)
{
    const char *label = json_get_text(group, "label", "");
    const char *type = json_get_text(group, "type_string", GROUP_PLAIN);
    AUTO_JSON json_object *extras = NULL;
    int64_t user = 0;

    orma_status st = group_check_label(label, err);
    if (st == ORMA_OK)
        st = group_check_type(type, err);
    if (st == ORMA_OK && json_get(group, "extras") != NULL) {
        st = node_check_keys(json_get(group, "extras"), "extras", err);
        if (st == ORMA_OK)
            st = json_clean(json_get(group, "extras"), &extras, err);
    } else if (st == ORMA_OK && (extras = json_object_new_object()) == NULL) {
        st = error_no_memory(err);
    }
    if (st == ORMA_OK)
        st = owner_of(s, group, &user, err);
    if (st == ORMA_OK)
        st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    st = refuse_taken(s, label, type, 0, err);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    return insert(s, group, extras, user, pk, err);
}

static orma_status set_label(store *s, int64_t pk, const char *label,
                             orma_error **err)
{
    AUTO_FREE char *type = NULL;
    query q;

    query_start_once(&q, &s->db,
                     "SELECT type_string FROM db_dbgroup WHERE id = ?1");
    query_int(&q, 1, pk);
    if (query_next(&q))
        type = column_text(&q, 0);
    orma_status st = query_end(&q, err);
    if (st == ORMA_OK && type == NULL)
        st = no_group(pk, err);
    if (st == ORMA_OK)
        st = refuse_taken(s, label, type, pk, err);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    query_start_once(&q, &s->db,
                     "UPDATE db_dbgroup SET label = ?2 WHERE id = ?1");
    query_int(&q, 1, pk);
    query_text(&q, 2, label);
    return store_write_one(s, &q, NULL, err);
}

orma_status store_group_relabel(store *s, int64_t pk, const char *label,
                                orma_error **err)
{
    orma_status st = group_check_label(label, err);
    if (st == ORMA_OK)
        st = store_begin(s, err);
    return st == ORMA_OK ? set_label(s, pk, label, err) : st;
}

orma_status store_group_describe(store *s, int64_t pk, const char *description,
                                 orma_error **err)
{
    int64_t written = 0;
    query q;

    if (!text_is_utf8((orma_str){description, strlen(description)}))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "the description is not valid UTF-8");
    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "UPDATE db_dbgroup SET description = ?2 WHERE id = ?1 "
                     "RETURNING id");
    query_int(&q, 1, pk);
    query_text(&q, 2, description);
    st = store_write_one(s, &q, &written, err);
    return st == ORMA_OK && written == 0 ? no_group(pk, err) : st;
}

/* The extras of the group, whose row is locked until the transaction ends. */
static orma_status lock_extras(store *s, int64_t pk, json_object **extras,
                               orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    bool is_there = false;
    query q;

    query_start_once(&q, &s->db,
                     "SELECT extras FROM db_dbgroup WHERE id = ?1{lock}");
    query_int(&q, 1, pk);
    while (query_next(&q)) {
        is_there = true;
        found = column_json(&q, 0);
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    if (!is_there)
        return no_group(pk, err);
    if (!json_object_is_type(found, json_type_object)) {
        json_object_put(found);
        found = json_object_new_object();
    }
    if (found == NULL)
        return error_no_memory(err);
    *extras = found;
    found = NULL;
    return ORMA_OK;
}

/* Takes over value. */
static orma_status change_extra(store *s, int64_t pk, const char *key,
                                json_object *value, bool is_removal,
                                orma_error **err)
{
    AUTO_JSON json_object *extras = NULL;
    query q;

    orma_status st = lock_extras(s, pk, &extras, err);
    if (st != ORMA_OK)
        json_object_put(value);
    else if (is_removal)
        json_object_object_del(extras, key);
    else if (!json_set(extras, key, value))
        st = error_no_memory(err);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    query_start_once(&q, &s->db,
                     "UPDATE db_dbgroup SET extras = ?2j WHERE id = ?1");
    query_int(&q, 1, pk);
    query_json(&q, 2, extras);
    return store_write_one(s, &q, NULL, err);
}

orma_status store_group_set_extra(store *s, int64_t pk, const char *key,
                                  const json_object *value, orma_error **err)
{
    AUTO_JSON json_object *cleaned = NULL;
    orma_status st = ORMA_OK;

    if (*key == '\0' || strchr(key, '.') != NULL)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%.200s\" is no name for an extra: it is empty or "
                         "has a dot",
                         key);
    if (value != NULL)
        st = json_clean(value, &cleaned, err);
    if (st == ORMA_OK)
        st = store_begin(s, err);
    return st == ORMA_OK ? change_extra(s, pk, key, json_object_get(cleaned),
                                        value == NULL, err)
                         : st;
}

/* ---- deleting ---------------------------------------------------- */

static orma_status delete_portion(store *s, const buf *portion,
                                  int64_t *deleted, orma_error **err)
{
    static const char members[] =
        "DELETE FROM db_dbgroup_dbnodes WHERE dbgroup_id IN {ids:?1}";
    static const char groups[] = "DELETE FROM db_dbgroup WHERE id IN {ids:?1}";
    int64_t count = 0;
    query q;

    query_start(&q, &s->db, members);
    query_str(&q, 1, buf_view(portion));
    orma_status st = query_run(&q, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &s->db, groups);
    query_str(&q, 1, buf_view(portion));
    st = query_run_changes(&q, &count, err);
    if (st == ORMA_OK)
        *deleted += count;
    return st;
}

typedef struct deletion {
    const pk_set *pks;
    int64_t deleted; /* result */
} deletion;

static orma_status delete_all(store *s, void *user, orma_error **err)
{
    deletion *d = user;
    AUTO_BUF buf portion = {0};
    int64_t last = 0;
    orma_status st = ORMA_OK;

    d->deleted = 0; /* of an earlier run */
    while (st == ORMA_OK && portion_next(&portion, d->pks, &last)) {
        st = buf_status(&portion, err);
        if (st == ORMA_OK)
            st = delete_portion(s, &portion, &d->deleted, err);
    }
    return st;
}

orma_status store_groups_delete(store *s, const pk_set *pks, int64_t *deleted,
                                orma_error **err)
{
    deletion d = {.pks = pks};
    const orma_status st = store_transact(s, delete_all, &d, err);
    if (st == ORMA_OK)
        *deleted = d.deleted;
    return st;
}
