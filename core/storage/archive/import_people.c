/* Users, computers and authinfos of an archive.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define LABELS_MAX 100
#define LABEL_CHARACTERS 255

orma_status import_number(import *m, const char *template, int64_t *out,
                          orma_error **err)
{
    query q;
    query_start_once(&q, &m->to->db, template);
    return query_run_int(&q, 0, out, err);
}

orma_str import_object(query *q, int32_t i)
{
    const orma_str text = column_str(q, i);
    return text.ptr == NULL || str_equal(text, "null") ? ORMA_LITERAL("{}")
                                                       : text;
}

orma_status import_free_label(import *m, const char *taken, orma_str label,
                              char **out, orma_error **err)
{
    for (int i = -1; i < LABELS_MAX; i++) {
        int64_t count = 0;
        query q;
        AUTO_FREE char *tried = i < 0
                                    ? str_copy(label)
                                    : text_printf("%.*s (Imported #%d)",
                                                  (int)label.len, label.ptr, i);
        if (tried == NULL)
            return error_no_memory(err);
        query_start_once(&q, &m->to->db, taken);
        query_text(&q, 1, tried);
        const orma_status st = query_run_int(&q, 0, &count, err);
        if (st != ORMA_OK)
            return st;
        if (count > 0)
            continue;
        if (text_length(tried) > LABEL_CHARACTERS)
            break;
        *out = tried;
        tried = NULL;
        return ORMA_OK;
    }
    return error_set(err, ORMA_E_REFUSED, "archive", 0,
                     "no label is free for \"%.*s\" of the archive",
                     (int)label.len, label.ptr);
}

/* Keeps for a row of the archive the one of the profile. */
static void set_id(id_map *map, int64_t from, int64_t pk, bool is_new)
{
    id_map_item *item = id_map_find(map, from);
    if (item != NULL)
        item->to = (int32_t)(is_new ? pk : -pk);
}

/* Runs a query that finds or makes one row, and keeps its id. */
static orma_status keep_found(query *found, id_map *map, int64_t from,
                              int64_t *pk, orma_error **err)
{
    const orma_status st = query_run_int(found, 0, pk, err);
    if (st == ORMA_OK && *pk > INT32_MAX)
        return error_set(err, ORMA_E_REFUSED, "archive", 0,
                         "the profile's ids are larger than AiiDA's can be");
    if (st == ORMA_OK && *pk != 0)
        set_id(map, from, *pk, false);
    return st;
}

/* ---- users ------------------------------------------------------- */

static orma_status import_user(import *m, query *row, orma_error **err)
{
    const int64_t from = column_int(row, 0);
    int64_t pk = 0;
    query q;

    query_start(&q, &m->to->db, "SELECT id FROM db_dbuser WHERE email = ?1");
    query_str(&q, 1, column_str(row, 1));
    orma_status st = keep_found(&q, &m->users, from, &pk, err);
    if (st != ORMA_OK || pk != 0)
        return st;
    query_start(&q, &m->to->db,
                "INSERT INTO db_dbuser (email, first_name, last_name, "
                "institution) VALUES (?1, ?2, ?3, ?4) RETURNING id");
    for (int32_t i = 1; i <= 4; i++)
        query_str(&q, i, column_str(row, i));
    st = query_run_int(&q, 0, &pk, err);
    if (st != ORMA_OK)
        return st;
    set_id(&m->users, from, pk, true);
    m->counts[TABLE_USERS].added++;
    return ORMA_OK;
}

/* Calls `take` for all rows of an archive's query. */
static orma_status each(import *m, const char *template,
                        orma_status (*take)(import *m, query *row,
                                            orma_error **err),
                        orma_error **err)
{
    query q;
    orma_status st = ORMA_OK;

    query_start_many(&q, &m->from->db, template);
    while (st == ORMA_OK && query_next(&q))
        st = take(m, &q, err);
    return query_end_after(&q, st, err);
}

orma_status import_users(import *m, orma_error **err)
{
    return each(m,
                "SELECT id, email, first_name, last_name, institution FROM "
                "db_dbuser ORDER BY id",
                import_user, err);
}

/* ---- computers --------------------------------------------------- */

static orma_status insert_computer(import *m, query *row, const orma_uuid *uuid,
                                   orma_error **err)
{
    int64_t pk = 0;
    AUTO_FREE char *label = NULL;
    query q;

    orma_status st = import_free_label(
        m, "SELECT COUNT(*) FROM db_dbcomputer WHERE label = ?1",
        column_str(row, 2), &label, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &m->to->db,
                "INSERT INTO db_dbcomputer (uuid, label, hostname, "
                "description, scheduler_type, transport_type, metadata) VALUES "
                "(?1u, ?2, ?3, ?4, ?5, ?6, ?7j) RETURNING id");
    query_uuid(&q, 1, uuid);
    query_text(&q, 2, label);
    for (int32_t i = 3; i <= 6; i++)
        query_str(&q, i, column_str(row, i));
    query_str(&q, 7, import_object(row, 7));
    st = query_run_int(&q, 0, &pk, err);
    if (st != ORMA_OK)
        return st;
    set_id(&m->computers, column_int(row, 0), pk, true);
    m->counts[TABLE_COMPUTERS].added++;
    return ORMA_OK;
}

static orma_status import_computer(import *m, query *row, orma_error **err)
{
    const orma_uuid uuid = column_uuid(row, 1);
    int64_t pk = 0;
    query q;

    query_start(&q, &m->to->db,
                "SELECT id FROM db_dbcomputer WHERE uuid = ?1u");
    query_uuid(&q, 1, &uuid);
    const orma_status st =
        keep_found(&q, &m->computers, column_int(row, 0), &pk, err);
    return st != ORMA_OK || pk != 0 ? st : insert_computer(m, row, &uuid, err);
}

orma_status import_computers(import *m, orma_error **err)
{
    return each(m,
                "SELECT id, uuid, label, hostname, description, "
                "scheduler_type, transport_type, metadata FROM db_dbcomputer "
                "ORDER BY id",
                import_computer, err);
}

/* ---- authinfos --------------------------------------------------- */

static orma_status import_authinfo(import *m, query *row, orma_error **err)
{
    int64_t pk = 0;
    query q;
    query_start(&q, &m->to->db,
                "INSERT INTO db_dbauthinfo (aiidauser_id, dbcomputer_id, "
                "metadata, auth_params, enabled) VALUES (?1, ?2, ?3j, ?4j, "
                "CAST(?5 AS BOOLEAN)) ON CONFLICT (aiidauser_id, "
                "dbcomputer_id) DO NOTHING "
                "RETURNING id");
    query_int(&q, 1, id_map_get(&m->users, column_int(row, 0)));
    query_int(&q, 2, id_map_get(&m->computers, column_int(row, 1)));
    query_str(&q, 3, import_object(row, 2));
    query_str(&q, 4, import_object(row, 3));
    query_int(&q, 5, column_int(row, 4));
    const orma_status st = query_run_int(&q, 0, &pk, err);
    if (st == ORMA_OK && pk != 0)
        m->counts[TABLE_AUTHINFOS].added++;
    return st;
}

orma_status import_authinfos(import *m, orma_error **err)
{
    if (!m->options->include_authinfos)
        return ORMA_OK;
    return each(m,
                "SELECT aiidauser_id, dbcomputer_id, metadata, auth_params, "
                "enabled FROM db_dbauthinfo ORDER BY id",
                import_authinfo, err);
}
