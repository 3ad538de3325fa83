/* Rows on their way from a store into an archive's database.
 *
 * SPDX-License-Identifier: MIT */
#include "create_internal.h"

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/portion.h>

#define UNSEALED_SHOWN 10
#define TELL_EVERY 2000

enum column_kind { INTEGER, TEXT, UUID, TIME, JSON, ATTRIBUTES, REPOSITORY };

/* Columns that say which other rows the archive needs. */
enum column_use { NOTHING, OF_USER, OF_COMPUTER, OF_TARGET };

typedef struct copied_column {
    enum column_kind kind;
    enum column_use use;
} copied_column;

/* Ids are kept, but for links and members, to which nothing refers. */
typedef struct table_copy {
    enum archive_table table;
    const char *select, *insert;
    copied_column columns[13];
    int32_t column_count;
} table_copy;

/* Nodes come before what refers to their users and computers. */
static const table_copy copies[] = {
    {TABLE_GROUPS,
     "SELECT id, uuid, label, type_string, time, description, extras, user_id "
     "FROM db_dbgroup WHERE id IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dbgroup (id, uuid, label, type_string, time, description, "
     "extras, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {UUID, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TIME, NOTHING},
      {TEXT, NOTHING},
      {JSON, NOTHING},
      {INTEGER, OF_USER}},
     8},
    {TABLE_NODES,
     "SELECT id, uuid, node_type, process_type, label, description, ctime, "
     "mtime, attributes, extras, repository_metadata, dbcomputer_id, user_id "
     "FROM db_dbnode WHERE id IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
     "description, ctime, mtime, attributes, extras, repository_metadata, "
     "dbcomputer_id, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {UUID, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TIME, NOTHING},
      {TIME, NOTHING},
      {ATTRIBUTES, NOTHING},
      {JSON, NOTHING},
      {REPOSITORY, NOTHING},
      {INTEGER, OF_COMPUTER},
      {INTEGER, OF_USER}},
     13},
    {TABLE_AUTHINFOS,
     "SELECT id, aiidauser_id, dbcomputer_id, metadata, auth_params, "
     "CAST(enabled AS INTEGER) FROM db_dbauthinfo WHERE dbcomputer_id IN "
     "{ids:?1} ORDER BY id",
     "INSERT INTO db_dbauthinfo (id, aiidauser_id, dbcomputer_id, metadata, "
     "auth_params, enabled) VALUES (?, ?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {INTEGER, OF_USER},
      {INTEGER, NOTHING},
      {JSON, NOTHING},
      {JSON, NOTHING},
      {INTEGER, NOTHING}},
     6},
    {TABLE_COMMENTS,
     "SELECT id, uuid, dbnode_id, ctime, mtime, user_id, content FROM "
     "db_dbcomment WHERE dbnode_id IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dbcomment (id, uuid, dbnode_id, ctime, mtime, user_id, "
     "content) VALUES (?, ?, ?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {UUID, NOTHING},
      {INTEGER, NOTHING},
      {TIME, NOTHING},
      {TIME, NOTHING},
      {INTEGER, OF_USER},
      {TEXT, NOTHING}},
     7},
    {TABLE_LOGS,
     "SELECT id, uuid, time, loggername, levelname, dbnode_id, message, "
     "metadata FROM db_dblog WHERE dbnode_id IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dblog (id, uuid, time, loggername, levelname, dbnode_id, "
     "message, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {UUID, NOTHING},
      {TIME, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {INTEGER, NOTHING},
      {TEXT, NOTHING},
      {JSON, NOTHING}},
     8},
    {TABLE_LINKS,
     "SELECT input_id, output_id, label, type FROM db_dblink WHERE input_id "
     "IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dblink (input_id, output_id, label, type) VALUES (?, ?, "
     "?, ?)",
     {{INTEGER, NOTHING},
      {INTEGER, OF_TARGET},
      {TEXT, NOTHING},
      {TEXT, NOTHING}},
     4},
    {TABLE_MEMBERS,
     "SELECT dbnode_id, dbgroup_id FROM db_dbgroup_dbnodes WHERE dbgroup_id "
     "IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dbgroup_dbnodes (dbnode_id, dbgroup_id) VALUES (?, ?)",
     {{INTEGER, NOTHING}, {INTEGER, NOTHING}},
     2},
    {TABLE_COMPUTERS,
     "SELECT id, uuid, label, hostname, description, scheduler_type, "
     "transport_type, metadata FROM db_dbcomputer WHERE id IN {ids:?1} ORDER "
     "BY id",
     "INSERT INTO db_dbcomputer (id, uuid, label, hostname, description, "
     "scheduler_type, transport_type, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, "
     "?)",
     {{INTEGER, NOTHING},
      {UUID, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {JSON, NOTHING}},
     8},
    {TABLE_USERS,
     "SELECT id, email, first_name, last_name, institution FROM db_dbuser "
     "WHERE id IN {ids:?1} ORDER BY id",
     "INSERT INTO db_dbuser (id, email, first_name, last_name, institution) "
     "VALUES (?, ?, ?, ?, ?)",
     {{INTEGER, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING},
      {TEXT, NOTHING}},
     5},
};

/* The rows that a table is copied by: the first column of its condition. */
static const pk_set *set_of(const creation *c, enum archive_table table)
{
    switch (table) {
    case TABLE_USERS:
        return &c->users;
    case TABLE_COMPUTERS:
    case TABLE_AUTHINFOS:
        return &c->computers;
    case TABLE_GROUPS:
    case TABLE_MEMBERS:
        return &c->groups;
    case TABLE_NODES:
    case TABLE_COMMENTS:
    case TABLE_LOGS:
    case TABLE_LINKS:
    case TABLE_COUNT:
        break;
    }
    return &c->nodes;
}

static bool is_included(const creation *c, enum archive_table table)
{
    const archive_selection *s = c->selection;
    return (table != TABLE_COMMENTS || s->include_comments) &&
           (table != TABLE_LOGS || s->include_logs) &&
           (table != TABLE_AUTHINFOS || s->include_authinfos);
}

/* One table on its way. */
typedef struct copying {
    creation *c;
    const table_copy *copy;
    query q;
    sqlite3_stmt *insert;
    buf text; /* of attributes that had to be written anew */
} copying;

static void bind_str(copying *w, int32_t i, orma_str text)
{
    if (text.ptr == NULL)
        sqlite3_bind_null(w->insert, i + 1);
    else
        sqlite3_bind_text64(w->insert, i + 1, text.ptr, text.len, SQLITE_STATIC,
                            SQLITE_UTF8);
}

/* A short text that does not outlive the caller. */
static void bind_copy(copying *w, int32_t i, const char *text)
{
    sqlite3_bind_text(w->insert, i + 1, text, -1, SQLITE_TRANSIENT);
}

/* JSON text of a column; "{}" for NULL and JSON's null, which readers of
 * archives do not expect. */
static orma_str json_column(copying *w, int32_t i)
{
    const orma_str text = column_str(&w->q, i);
    return text.ptr == NULL || str_equal(text, "null") ? ORMA_LITERAL("{}")
                                                       : text;
}

static orma_status note_unsealed(creation *c, int64_t pk)
{
    if (c->unsealed_count++ < UNSEALED_SHOWN)
        buf_printf(&c->unsealed, "%s%lld", c->unsealed.len > 0 ? ", " : "",
                   (long long)pk);
    return ORMA_OK;
}

/* Attributes of a process: it must be sealed, and a checkpoint is of no use
 * anywhere else. */
static orma_status process_attributes(copying *w, orma_str text, orma_str *out,
                                      orma_error **err)
{
    AUTO_JSON json_object *attributes = NULL;
    const int64_t pk = column_int(&w->q, 0);
    orma_status st = json_parse(text, &attributes, err);
    if (st != ORMA_OK)
        return error_set(err, st, "archive", 0,
                         "the attributes of process %lld are damaged",
                         (long long)pk);
    if (!json_get_bool(attributes, "sealed", false))
        return note_unsealed(w->c, pk);
    if (!json_object_object_get_ex(attributes, "checkpoints", NULL))
        return ORMA_OK;
    json_object_object_del(attributes, "checkpoints");
    buf_clear(&w->text);
    json_write(&w->text, attributes, JSON_PYTHON);
    st = buf_status(&w->text, err);
    if (st == ORMA_OK)
        *out = buf_view(&w->text);
    return st;
}

static orma_status bind_json(copying *w, int32_t i, orma_error **err)
{
    orma_str text = json_column(w, i);
    orma_status st = ORMA_OK;

    switch (w->copy->columns[i].kind) {
    case ATTRIBUTES: {
        const orma_str type = column_str(&w->q, 2);
        if (type.ptr != NULL && text_starts(type.ptr, "process."))
            st = process_attributes(w, text, &text, err);
        break;
    }
    case REPOSITORY:
        st = creation_want_objects(w->c, column_int(&w->q, 0), text, err);
        break;
    case INTEGER:
    case TEXT:
    case UUID:
    case TIME:
    case JSON:
        break;
    }
    bind_str(w, i, text);
    return st;
}

static orma_status bind_column(copying *w, int32_t i, orma_error **err)
{
    char text[40];
    orma_uuid uuid;

    switch (w->copy->columns[i].kind) {
    case INTEGER:
        if (column_is_null(&w->q, i))
            sqlite3_bind_null(w->insert, i + 1);
        else
            sqlite3_bind_int64(w->insert, i + 1, column_int(&w->q, i));
        return ORMA_OK;
    case TEXT:
        bind_str(w, i, column_str(&w->q, i));
        return ORMA_OK;
    case UUID:
        uuid = column_uuid(&w->q, i);
        uuid_format(&uuid, text);
        bind_copy(w, i, text);
        return ORMA_OK;
    case TIME:
        time_format_sql(column_time(&w->q, i), text);
        bind_copy(w, i, text);
        return ORMA_OK;
    case JSON:
    case ATTRIBUTES:
    case REPOSITORY:
        break;
    }
    return bind_json(w, i, err);
}

/* Adds what the row refers to; *wanted false: a link that leads out. */
static orma_status use_column(copying *w, int32_t i, bool *wanted,
                              orma_error **err)
{
    const int64_t pk = column_int(&w->q, i);
    bool is_added = true;

    switch (w->copy->columns[i].use) {
    case NOTHING:
        break;
    case OF_USER:
        is_added = pk == 0 || pk_set_add(&w->c->users, pk, NULL);
        break;
    case OF_COMPUTER:
        is_added = pk == 0 || pk_set_add(&w->c->computers, pk, NULL);
        break;
    case OF_TARGET:
        *wanted = pk_set_has(&w->c->nodes, pk);
        break;
    }
    return is_added ? ORMA_OK : error_no_memory(err);
}

static orma_status copy_row(copying *w, orma_error **err)
{
    bool wanted = true;
    orma_status st = ORMA_OK;

    for (int32_t i = 0; st == ORMA_OK && i < w->copy->column_count; i++) {
        st = use_column(w, i, &wanted, err);
        if (st == ORMA_OK)
            st = bind_column(w, i, err);
    }
    if (st != ORMA_OK || !wanted || w->q.status != ORMA_OK)
        return st;
    w->c->counts[w->copy->table]++;
    return database_step(&w->c->database, w->insert, err);
}

static orma_status copy_portion(copying *w, const buf *pks, int64_t total,
                                orma_error **err)
{
    orma_status st = ORMA_OK;
    int64_t *count = &w->c->counts[w->copy->table];

    query_start_many(&w->q, &w->c->s->db, w->copy->select);
    query_str(&w->q, 1, buf_view(pks));
    while (st == ORMA_OK && query_next(&w->q)) {
        st = copy_row(w, err);
        if (st == ORMA_OK && *count % TELL_EVERY == 0)
            st = creation_tell(w->c, archive_table_word(w->copy->table), *count,
                               total, err);
    }
    return query_end_after(&w->q, st, err);
}

static orma_status copy_table(creation *c, const table_copy *copy,
                              orma_error **err)
{
    copying w = {.c = c, .copy = copy};
    AUTO_BUF buf pks = {0};
    int64_t last = 0;
    const pk_set *set = set_of(c, copy->table);
    const bool is_of_set =
        copy->table == TABLE_NODES || copy->table == TABLE_GROUPS ||
        copy->table == TABLE_COMPUTERS || copy->table == TABLE_USERS;

    orma_status st =
        database_prepare(&c->database, copy->insert, &w.insert, err);
    while (st == ORMA_OK && portion_next(&pks, set, &last)) {
        st = buf_status(&pks, err);
        if (st == ORMA_OK)
            st = copy_portion(&w, &pks, is_of_set ? (int64_t)set->count : 0,
                              err);
    }
    sqlite3_finalize(w.insert);
    buf_free(&w.text);
    return st;
}

static orma_status refuse_unsealed(const creation *c, orma_error **err)
{
    if (c->unsealed_count == 0)
        return ORMA_OK;
    const orma_status st = error_set(
        err, ORMA_E_REFUSED, "archive", 0,
        "%lld process%s not sealed, so that %s cannot be archived: %s%s",
        (long long)c->unsealed_count, c->unsealed_count == 1 ? " is" : "es are",
        c->unsealed_count == 1 ? "it" : "they", buf_c_str(&c->unsealed),
        c->unsealed_count > UNSEALED_SHOWN ? ", …" : "");
    error_hint(err, "wait for them to end, or leave them out");
    return st;
}

orma_status creation_write_rows(creation *c, orma_error **err)
{
    orma_status st = database_prepare(
        &c->database,
        "INSERT INTO wanted (key, pack, at, size) VALUES (?, ?, ?, ?) ON "
        "CONFLICT DO NOTHING",
        &c->want, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof copies / sizeof *copies; i++)
        if (is_included(c, copies[i].table)) {
            st = copy_table(c, &copies[i], err);
            if (st == ORMA_OK && copies[i].table == TABLE_NODES)
                st = refuse_unsealed(c, err);
        }
    sqlite3_finalize(c->want);
    c->want = NULL;
    return st;
}
