/* Authinfos: who may use which computer, and how.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <base/cleanup.h>
#include <base/error.h>

static void set_authinfo(query *q, json_object *row)
{
    row_set_int(q, 0, row, "pk");
    json_set_bool(row, "enabled", column_int(q, 1) != 0);
    row_set_json(q, 2, row, "auth_params");
    row_set_json(q, 3, row, "metadata");
}

orma_status store_authinfo(store *s, int64_t user_pk, int64_t computer_pk,
                           json_object **out, orma_error **err)
{
    static const char template[] =
        "SELECT id, CAST(enabled AS INTEGER), auth_params, metadata FROM "
        "db_dbauthinfo WHERE aiidauser_id = ?1 AND dbcomputer_id = ?2";
    query q;

    query_start(&q, &s->db, template);
    query_int(&q, 1, user_pk);
    query_int(&q, 2, computer_pk);
    return rows_first(&q, set_authinfo, out, err);
}

orma_status store_authinfo_save(store *s, int64_t user_pk, int64_t computer_pk,
                                const json_object *authinfo, orma_error **err)
{
    AUTO_JSON json_object *none = json_object_new_object();
    const json_object *params = json_get(authinfo, "auth_params");
    const json_object *metadata = json_get(authinfo, "metadata");
    query q;
    if (none == NULL)
        return error_no_memory(err);

    const orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(
        &q, &s->db,
        "INSERT INTO db_dbauthinfo (aiidauser_id, dbcomputer_id, metadata, "
        "auth_params, enabled) VALUES (?1, ?2, ?3j, ?4j, CAST(?5 AS BOOLEAN)) "
        "ON CONFLICT (aiidauser_id, dbcomputer_id) DO UPDATE SET metadata = "
        "excluded.metadata, auth_params = excluded.auth_params, enabled = "
        "excluded.enabled RETURNING id");
    query_int(&q, 1, user_pk);
    query_int(&q, 2, computer_pk);
    query_json(&q, 3, metadata != NULL ? metadata : none);
    query_json(&q, 4, params != NULL ? params : none);
    query_int(&q, 5, json_get_bool(authinfo, "enabled", true) ? 1 : 0);
    return store_write_one(s, &q, NULL, err);
}

static void set_listed(query *q, json_object *row)
{
    set_authinfo(q, row);
    row_set_text(q, 4, row, "user");
    row_set_text(q, 5, row, "computer");
}

orma_status store_list_authinfos(store *s, int64_t computer_pk,
                                 json_object **rows, orma_error **err)
{
    static const char template[] =
        "SELECT db_dbauthinfo.id, CAST(db_dbauthinfo.enabled AS INTEGER), "
        "db_dbauthinfo.auth_params, db_dbauthinfo.metadata, db_dbuser.email, "
        "db_dbcomputer.label FROM db_dbauthinfo JOIN db_dbuser ON "
        "db_dbuser.id = db_dbauthinfo.aiidauser_id JOIN db_dbcomputer ON "
        "db_dbcomputer.id = db_dbauthinfo.dbcomputer_id WHERE ?1 = 0 OR "
        "db_dbauthinfo.dbcomputer_id = ?1 ORDER BY db_dbauthinfo.id";
    query q;

    query_start(&q, &s->db, template);
    q.is_listing = true;
    query_int(&q, 1, computer_pk);
    return rows_collect(&q, set_listed, rows, err);
}

orma_status store_authinfo_delete(store *s, int64_t user_pk,
                                  int64_t computer_pk, orma_error **err)
{
    int64_t deleted = 0;
    query q;

    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "DELETE FROM db_dbauthinfo WHERE aiidauser_id = ?1 AND "
                     "dbcomputer_id = ?2 RETURNING id");
    query_int(&q, 1, user_pk);
    query_int(&q, 2, computer_pk);
    st = store_write_one(s, &q, &deleted, err);
    if (st == ORMA_OK && deleted == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "computer %lld is not configured for user %lld",
                         (long long)computer_pk, (long long)user_pk);
    return st;
}
