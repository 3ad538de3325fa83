/* Users and computers.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/pk_set.h>

/* ---- users ------------------------------------------------------- */

#define USER_COLUMNS "id, email, first_name, last_name, institution"

static void set_user(query *q, json_object *row)
{
    row_set_int(q, 0, row, "pk");
    row_set_text(q, 1, row, "email");
    row_set_text(q, 2, row, "first_name");
    row_set_text(q, 3, row, "last_name");
    row_set_text(q, 4, row, "institution");
}

/* AiiDA's form: the domain is lower-case. The caller frees it. */
static char *normal_email(const char *email)
{
    char *copy = text_copy(email);
    for (char *p = copy == NULL ? NULL : strrchr(copy, '@');
         p != NULL && *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

orma_status store_user_by_email(store *s, const char *email, json_object **out,
                                orma_error **err)
{
    AUTO_FREE char *normal = normal_email(email);
    json_object *user = NULL;
    query q;
    if (normal == NULL)
        return error_no_memory(err);

    query_start_once(&q, &s->db,
                     "SELECT " USER_COLUMNS " FROM db_dbuser WHERE email = ?1");
    query_text(&q, 1, normal);
    orma_status st = rows_first(&q, set_user, &user, err);
    if (st == ORMA_OK && user == NULL) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "there is no user \"%.200s\"", email);
        hint_closest(s, email, "SELECT email FROM db_dbuser LIMIT 2000", NULL,
                     err);
    }
    if (st == ORMA_OK)
        *out = user;
    return st;
}

orma_status store_user_save(store *s, const json_object *user, int64_t *pk,
                            orma_error **err)
{
    AUTO_FREE char *email = normal_email(json_get_text(user, "email", ""));
    query q;
    if (email == NULL)
        return error_no_memory(err);
    if (*email == '\0' || strlen(email) > 254)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%.80s\" is no e-mail address for a user", email);

    const orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(
        &q, &s->db,
        "INSERT INTO db_dbuser (email, first_name, last_name, institution) "
        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (email) DO UPDATE SET first_name "
        "= excluded.first_name, last_name = excluded.last_name, institution = "
        "excluded.institution RETURNING id");
    query_text(&q, 1, email);
    query_text(&q, 2, json_get_text(user, "first_name", ""));
    query_text(&q, 3, json_get_text(user, "last_name", ""));
    query_text(&q, 4, json_get_text(user, "institution", ""));
    return store_write_one(s, &q, pk, err);
}

orma_status store_list_users(store *s, json_object **rows, orma_error **err)
{
    query q;
    query_start_once(&q, &s->db,
                     "SELECT " USER_COLUMNS " FROM db_dbuser ORDER BY id");
    q.is_listing = true;
    return rows_collect(&q, set_user, rows, err);
}

/* What a user owns, and what the database would forget with it. */
static const struct {
    const char *what, *template;
} owned[] = {
    {"nodes", "SELECT COUNT(*) FROM db_dbnode WHERE user_id = ?1"},
    {"groups", "SELECT COUNT(*) FROM db_dbgroup WHERE user_id = ?1"},
    {"comments", "SELECT COUNT(*) FROM db_dbcomment WHERE user_id = ?1"},
    {"configured computers",
     "SELECT COUNT(*) FROM db_dbauthinfo WHERE aiidauser_id = ?1"},
};

static orma_status check_owns_nothing(store *s, int64_t pk, const char *email,
                                      orma_error **err)
{
    AUTO_BUF buf things = {0};

    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        int64_t count = 0;
        query q;
        query_start_once(&q, &s->db, owned[i].template);
        query_int(&q, 1, pk);
        const orma_status st = query_run_int(&q, 0, &count, err);
        if (st != ORMA_OK)
            return st;
        if (count > 0)
            buf_printf(&things, "%s%lld %s", things.len > 0 ? ", " : "",
                       (long long)count, owned[i].what);
    }
    if (things.len == 0)
        return ORMA_OK;
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "user \"%s\" cannot be deleted, it owns %s", email,
                     buf_c_str(&things));
}

orma_status store_user_delete(store *s, const char *email, orma_error **err)
{
    AUTO_JSON json_object *user = NULL;
    query q;

    orma_status st = store_user_by_email(s, email, &user, err);
    if (st != ORMA_OK)
        return st;
    const int64_t pk = json_get_int(user, "pk", 0);
    if (pk == s->default_user)
        return error_set(err, ORMA_E_REFUSED, "storage", 0,
                         "user \"%s\" cannot be deleted, it is the profile's "
                         "default user",
                         email);
    st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    st = check_owns_nothing(s, pk, json_get_text(user, "email", email), err);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    query_start_once(&q, &s->db,
                     "DELETE FROM db_dbuser WHERE id = ?1 RETURNING id");
    query_int(&q, 1, pk);
    return store_write_one(s, &q, NULL, err);
}

/* ---- computers --------------------------------------------------- */

#define COMPUTER_COLUMNS                                                       \
    "id, uuid, label, hostname, description, scheduler_type, "                 \
    "transport_type, metadata"

static void set_computer(query *q, json_object *row)
{
    row_set_int(q, 0, row, "pk");
    row_set_text(q, 1, row, "uuid");
    row_set_text(q, 2, row, "label");
    row_set_text(q, 3, row, "hostname");
    row_set_text(q, 4, row, "description");
    row_set_text(q, 5, row, "scheduler_type");
    row_set_text(q, 6, row, "transport_type");
    row_set_json(q, 7, row, "metadata");
}

static orma_status computer_where(store *s, int64_t pk, const char *label,
                                  const orma_uuid *uuid, json_object **out,
                                  orma_error **err)
{
    static const char by_pk[] =
        "SELECT " COMPUTER_COLUMNS " FROM db_dbcomputer WHERE id = ?1";
    static const char by_label[] =
        "SELECT " COMPUTER_COLUMNS " FROM db_dbcomputer WHERE label = ?1";
    static const char by_uuid[] =
        "SELECT " COMPUTER_COLUMNS " FROM db_dbcomputer WHERE uuid = ?1u";
    query q;

    query_start(&q, &s->db,
                label != NULL  ? by_label
                : uuid != NULL ? by_uuid
                               : by_pk);
    if (label != NULL)
        query_text(&q, 1, label);
    else if (uuid != NULL)
        query_uuid(&q, 1, uuid);
    else
        query_int(&q, 1, pk);
    return rows_first(&q, set_computer, out, err);
}

orma_status store_computer(store *s, const char *identifier, json_object **out,
                           orma_error **err)
{
    json_object *found = NULL;
    orma_uuid uuid;
    int64_t pk = 0;

    orma_status st = computer_where(s, 0, identifier, NULL, &found, err);
    if (st == ORMA_OK && found == NULL && identifier_is_pk(identifier, &pk))
        st = computer_where(s, pk, NULL, NULL, &found, err);
    if (st == ORMA_OK && found == NULL && uuid_parse(identifier, &uuid))
        st = computer_where(s, 0, NULL, &uuid, &found, err);
    if (st == ORMA_OK && found == NULL) {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "there is no computer \"%.200s\"", identifier);
        hint_closest(s, identifier,
                     "SELECT label FROM db_dbcomputer LIMIT 2000", NULL, err);
    }
    if (st == ORMA_OK)
        *out = found;
    return st;
}

orma_status store_computer_by_pk(store *s, int64_t pk, json_object **out,
                                 orma_error **err)
{
    json_object *found = NULL;
    const orma_status st = computer_where(s, pk, NULL, NULL, &found, err);
    if (st != ORMA_OK)
        return st;
    if (found == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no computer with pk %lld", (long long)pk);
    *out = found;
    return ORMA_OK;
}

orma_status store_list_computers(store *s, json_object **rows, orma_error **err)
{
    query q;
    query_start_once(&q, &s->db,
                     "SELECT " COMPUTER_COLUMNS
                     " FROM db_dbcomputer ORDER BY id");
    q.is_listing = true;
    return rows_collect(&q, set_computer, rows, err);
}

static orma_status check_label(store *s, const json_object *computer,
                               orma_error **err)
{
    const char *label = json_get_text(computer, "label", "");
    AUTO_JSON json_object *there = NULL;

    if (*label == '\0' || strlen(label) > 255)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "a computer needs a label of 1 to 255 bytes");
    const orma_status st = computer_where(s, 0, label, NULL, &there, err);
    if (st != ORMA_OK || there == NULL ||
        json_get_int(there, "pk", 0) == json_get_int(computer, "pk", -1))
        return st;
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "there is a computer \"%s\" already", label);
}

static void bind_computer(query *q, const json_object *computer,
                          const json_object *metadata)
{
    query_text(q, 2, json_get_text(computer, "label", ""));
    query_text(q, 3, json_get_text(computer, "hostname", ""));
    query_text(q, 4, json_get_text(computer, "description", ""));
    query_text(q, 5, json_get_text(computer, "scheduler_type", ""));
    query_text(q, 6, json_get_text(computer, "transport_type", ""));
    query_json(q, 7, metadata);
}

orma_status store_computer_save(store *s, const json_object *computer,
                                int64_t *pk, orma_error **err)
{
    const int64_t old = json_get_int(computer, "pk", 0);
    AUTO_JSON json_object *metadata =
        json_get(computer, "metadata") != NULL
            ? json_copy(json_get(computer, "metadata"))
            : json_object_new_object();
    int64_t saved = 0;
    orma_uuid uuid;
    query q;
    if (metadata == NULL)
        return error_no_memory(err);

    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    st = check_label(s, computer, err);
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    if (old > 0) {
        query_start_once(
            &q, &s->db,
            "UPDATE db_dbcomputer SET label = ?2, hostname = ?3, description "
            "= ?4, scheduler_type = ?5, transport_type = ?6, metadata = ?7j "
            "WHERE id = ?1 RETURNING id");
        query_int(&q, 1, old);
    } else {
        uuid_generate(&uuid);
        query_start_once(
            &q, &s->db,
            "INSERT INTO db_dbcomputer (uuid, label, hostname, description, "
            "scheduler_type, transport_type, metadata) VALUES (?1u, ?2, ?3, "
            "?4, ?5, ?6, ?7j) RETURNING id");
        query_uuid(&q, 1, &uuid);
    }
    bind_computer(&q, computer, metadata);
    st = store_write_one(s, &q, &saved, err);
    if (st == ORMA_OK && saved == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no computer with pk %lld", (long long)old);
    if (st == ORMA_OK && pk != NULL)
        *pk = saved;
    return st;
}

orma_status store_computer_nodes(store *s, int64_t pk, pk_set *pks,
                                 int64_t *count, orma_error **err)
{
    static const char template[] =
        "SELECT id FROM db_dbnode WHERE dbcomputer_id = ?1";
    int64_t found = 0;
    query q;

    query_start(&q, &s->db, template);
    query_int(&q, 1, pk);
    while (query_next(&q)) {
        found++;
        if (pks != NULL && !pk_set_add(pks, column_int(&q, 0), NULL))
            q.status = error_no_memory(&q.error);
    }
    const orma_status st = query_end(&q, err);
    if (st == ORMA_OK)
        *count = found;
    return st;
}

orma_status store_computer_delete(store *s, int64_t pk, orma_error **err)
{
    int64_t nodes = 0, deleted = 0;
    query q;

    orma_status st = store_begin(s, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db,
                     "SELECT COUNT(*) FROM db_dbnode WHERE dbcomputer_id = ?1");
    query_int(&q, 1, pk);
    st = query_run_int(&q, 0, &nodes, err);
    if (st == ORMA_OK && nodes > 0) {
        st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                       "computer %lld cannot be deleted: %lld nodes use it",
                       (long long)pk, (long long)nodes);
        error_hint(err, "disable it instead (`orma computer disable`), or "
                        "delete them with it (`orma computer delete "
                        "--delete-nodes`)");
    }
    if (st != ORMA_OK) {
        store_rollback(s);
        return st;
    }
    query_start_once(&q, &s->db,
                     "DELETE FROM db_dbcomputer WHERE id = ?1 RETURNING id");
    query_int(&q, 1, pk);
    st = store_write_one(s, &q, &deleted, err);
    if (st == ORMA_OK && deleted == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                         "there is no computer with pk %lld", (long long)pk);
    return st;
}
