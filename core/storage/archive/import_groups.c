/* Groups of an archive, and the group that an import makes.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <graph/group.h>

#define TELL_EVERY 5000
/* Any type: AiiDA keeps labels of imported groups apart from all others. */
#define TAKEN "SELECT COUNT(*) FROM db_dbgroup WHERE label = ?1"

static const char insert_group[] =
    "INSERT INTO db_dbgroup (uuid, label, type_string, time, description, "
    "extras, user_id) VALUES (?1u, ?2, ?3, ?4t, ?5, ?6j, ?7) RETURNING id";
static const char insert_member[] =
    "INSERT INTO db_dbgroup_dbnodes (dbnode_id, dbgroup_id) VALUES (?1, ?2) ON "
    "CONFLICT (dbgroup_id, dbnode_id) DO NOTHING";

/* Members of groups that are new: nothing can be there already. */
static orma_status members_begin(import *m, orma_copy **copy, orma_error **err)
{
    static const char *const columns[] = {"dbnode_id", "dbgroup_id", NULL};
    const sql *db = &m->to->db;
    return db->driver->copy_begin(db->connection, "db_dbgroup_dbnodes", columns,
                                  copy, err);
}

static orma_status copy_member(import *m, orma_copy *copy, int64_t node_pk,
                               int64_t group_pk, orma_error **err)
{
    const orma_sql_value values[] = {
        {.type = ORMA_SQL_INTEGER, .integer = node_pk},
        {.type = ORMA_SQL_INTEGER, .integer = group_pk},
    };
    return m->to->db.driver->copy_row(copy, values, err);
}

/* Frees copy; st: of what was done with it. */
static orma_status members_end(import *m, orma_copy *copy, orma_status st,
                               orma_error **err)
{
    const orma_status ended =
        m->to->db.driver->copy_end(copy, st == ORMA_OK ? err : NULL);
    return st == ORMA_OK ? ended : st;
}

static orma_status add_member(import *m, int64_t node_pk, int64_t group_pk,
                              orma_error **err)
{
    query q;
    query_start(&q, &m->to->db, insert_member);
    query_int(&q, 1, node_pk);
    query_int(&q, 2, group_pk);
    return query_post(&q, err);
}

/* ---- groups of the archive --------------------------------------- */

/* *pk 0: the profile has no such group. */
static orma_status find_group(import *m, const orma_uuid *uuid, int64_t *pk,
                              orma_error **err)
{
    query q;
    query_start(&q, &m->to->db, "SELECT id FROM db_dbgroup WHERE uuid = ?1u");
    query_uuid(&q, 1, uuid);
    return query_run_int(&q, 0, pk, err);
}

static orma_status take_group(import *m, query *row, orma_error **err)
{
    const orma_uuid uuid = column_uuid(row, 1);
    id_map_item *item = id_map_find(&m->groups, column_int(row, 0));
    AUTO_FREE char *label = NULL;
    int64_t pk = 0;
    query q;

    orma_status st = find_group(m, &uuid, &pk, err);
    if (st != ORMA_OK || item == NULL)
        return st;
    if (pk != 0) {
        item->to = (int32_t)-pk;
        return ORMA_OK;
    }
    st = import_free_label(m, TAKEN, column_str(row, 2), &label, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &m->to->db, insert_group);
    query_uuid(&q, 1, &uuid);
    query_text(&q, 2, label);
    query_str(&q, 3, column_str(row, 3));
    query_time(&q, 4, column_time(row, 4));
    query_str(&q, 5, column_str(row, 5));
    query_str(&q, 6, import_object(row, 6));
    query_int(&q, 7, id_map_get(&m->users, column_int(row, 7)));
    st = query_run_int(&q, 0, &pk, err);
    if (st != ORMA_OK)
        return st;
    item->to = (int32_t)pk;
    m->counts[TABLE_GROUPS].added++;
    return ORMA_OK;
}

/* Members of new groups; one that was there keeps the members it has. */
static orma_status take_members(import *m, orma_error **err)
{
    query q;
    orma_copy *copy = NULL;
    orma_status st = members_begin(m, &copy, err);
    if (st != ORMA_OK)
        return st;

    query_start_many(&q, &m->from->db,
                     "SELECT dbnode_id, dbgroup_id FROM db_dbgroup_dbnodes "
                     "ORDER BY id");
    while (st == ORMA_OK && query_next(&q)) {
        const id_map_item *group = id_map_find(&m->groups, column_int(&q, 1));
        if (group == NULL || group->to <= 0)
            continue;
        st = copy_member(m, copy, id_map_get(&m->nodes, column_int(&q, 0)),
                         group->to, err);
        m->counts[TABLE_MEMBERS].added++;
    }
    return members_end(m, copy, query_end_after(&q, st, err), err);
}

orma_status import_groups(import *m, orma_error **err)
{
    query q;
    orma_status st = ORMA_OK;

    query_start_many(&q, &m->from->db,
                     "SELECT id, uuid, label, type_string, time, description, "
                     "extras, user_id FROM db_dbgroup ORDER BY id");
    while (st == ORMA_OK && query_next(&q))
        st = take_group(m, &q, err);
    st = query_end_after(&q, st, err);
    return st == ORMA_OK ? take_members(m, err) : st;
}

/* ---- the group of the import ------------------------------------- */

/* The local time. */
static orma_status choose_label(import *m, orma_error **err)
{
    char label[32];
    struct tm tm;
    const time_t now = (time_t)(m->now_ns / 1000000000);

    if (localtime_r(&now, &tm) == NULL ||
        strftime(label, sizeof label, "%Y%m%d-%H%M%S", &tm) == 0)
        return error_set(err, ORMA_E_BUG, "archive", 0,
                         "the time has no local form");
    return import_free_label(m, TAKEN, (orma_str){label, strlen(label)},
                             &m->group_label, err);
}

/* Of the label that m->group_label is. */
static orma_status make_group(import *m, const char *type,
                              const char *description, orma_error **err)
{
    orma_uuid uuid;
    query q;

    if (m->to->default_user == 0) {
        const orma_status st =
            error_set(err, ORMA_E_INVALID, "archive", 0,
                      "the group of the import belongs to no user: the profile "
                      "has no default one");
        error_hint(err, "import without one: --no-import-group");
        return st;
    }
    uuid_generate(&uuid);
    query_start(&q, &m->to->db, insert_group);
    query_uuid(&q, 1, &uuid);
    query_text(&q, 2, m->group_label);
    query_text(&q, 3, type);
    query_time(&q, 4, m->now_ns);
    query_text(&q, 5, description);
    query_str(&q, 6, ORMA_LITERAL("{}"));
    query_int(&q, 7, m->to->default_user);
    return query_run_int(&q, 0, &m->group_pk, err);
}

static orma_status find_label(import *m, orma_error **err)
{
    query q;
    char *label = NULL;

    m->group_pk = m->options->group_pk;
    query_start(&q, &m->to->db, "SELECT label FROM db_dbgroup WHERE id = ?1");
    query_int(&q, 1, m->group_pk);
    if (query_next(&q))
        label = column_text(&q, 0);
    const orma_status st = query_end(&q, err);
    m->group_label = label;
    return st == ORMA_OK && label == NULL
               ? error_set(err, ORMA_E_NOT_FOUND, "archive", 0,
                           "group %lld is not in the profile",
                           (long long)m->group_pk)
               : st;
}

/* The plain group of the label; another import may have made it meanwhile. */
static orma_status find_or_make(import *m, orma_error **err)
{
    query q;

    m->group_label = text_copy(m->options->group_label);
    if (m->group_label == NULL)
        return error_no_memory(err);
    orma_status st = group_check_label(m->group_label, err);
    if (st != ORMA_OK)
        return st;
    query_start(&q, &m->to->db,
                "SELECT id FROM db_dbgroup WHERE label = ?1 AND type_string = "
                "?2");
    query_text(&q, 1, m->group_label);
    query_text(&q, 2, GROUP_PLAIN);
    st = query_run_int(&q, 0, &m->group_pk, err);
    return st == ORMA_OK && m->group_pk == 0
               ? make_group(m, GROUP_PLAIN, "", err)
               : st;
}

orma_status import_named_group(import *m, orma_error **err)
{
    if (!m->options->makes_group || m->nodes.count == 0)
        return ORMA_OK;
    if (m->options->group_pk != 0)
        return find_label(m, err);
    return m->options->group_label != NULL ? find_or_make(m, err) : ORMA_OK;
}

static orma_status make_own_group(import *m, orma_error **err)
{
    const orma_status st = choose_label(m, err);
    return st == ORMA_OK ? make_group(m, GROUP_IMPORT,
                                      "Group generated by archive import", err)
                         : st;
}

static orma_status count_members(import *m, int64_t *count, orma_error **err)
{
    query q;
    query_start(&q, &m->to->db,
                "SELECT COUNT(*) FROM db_dbgroup_dbnodes WHERE dbgroup_id = "
                "?1");
    query_int(&q, 1, m->group_pk);
    return query_run_int(&q, 0, count, err);
}

/* All nodes of the archive; copy NULL: into a group that has members. */
static orma_status add_all(import *m, orma_copy *copy, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < m->nodes.count; i++) {
        const int32_t to = m->nodes.items[i].to;
        const int64_t pk = to < 0 ? -(int64_t)to : to;
        st = copy != NULL ? copy_member(m, copy, pk, m->group_pk, err)
                          : add_member(m, pk, m->group_pk, err);
        if (st == ORMA_OK && (i + 1) % TELL_EVERY == 0)
            st = import_tell(m, "group", (int64_t)i + 1,
                             (int64_t)m->nodes.count, err);
    }
    return st;
}

orma_status import_group(import *m, orma_error **err)
{
    const bool is_new = m->group_pk == 0; /* else import_named_group()'s */
    orma_copy *copy = NULL;
    int64_t before = 0, after = 0;

    if (!m->options->makes_group || m->nodes.count == 0)
        return ORMA_OK;
    orma_status st = is_new ? make_own_group(m, err) : ORMA_OK;
    if (st == ORMA_OK)
        st = count_members(m, &before, err);
    if (st == ORMA_OK && is_new)
        st = members_begin(m, &copy, err);
    if (st != ORMA_OK)
        return st;
    st = add_all(m, copy, err);
    if (is_new)
        st = members_end(m, copy, st, err);
    if (st == ORMA_OK)
        st = count_members(m, &after, err);
    m->group_added = after - before;
    return st;
}
