/* A look at every row of an archive before any of it is taken: its values have
 * the types of their columns, what they refer to is there, and so are the
 * files.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/repository.h>
#include <storage/staging.h>

#define TELL_EVERY 5000
#define COLUMNS_MAX 13

enum check_kind {
    ID, /* of the row: ascending, 32 bits */
    TEXT,
    TEXT_OR_NULL,
    FULL_TEXT, /* not empty */
    UUID,
    TIME,
    OBJECT, /* JSON */
    REPOSITORY,
    BOOLEAN,
    LINK_TYPE,
    OF_USER,
    OF_COMPUTER,
    OF_COMPUTER_OR_NULL,
    OF_GROUP,
    OF_NODE
};

typedef struct checked_column {
    const char *name;
    enum check_kind kind;
    size_t characters; /* at most, 0: any number */
} checked_column;

/* Users, computers, groups and nodes come before what refers to them. */
static const struct checked_table {
    enum archive_table table;
    checked_column columns[COLUMNS_MAX + 1]; /* ended by a NULL name */
} checked[] = {
    {TABLE_USERS,
     {{"id", ID, 0},
      {"email", FULL_TEXT, 254},
      {"first_name", TEXT, 254},
      {"last_name", TEXT, 254},
      {"institution", TEXT, 254}}},
    {TABLE_COMPUTERS,
     {{"id", ID, 0},
      {"uuid", UUID, 0},
      {"label", FULL_TEXT, 255},
      {"hostname", TEXT, 255},
      {"description", TEXT, 0},
      {"scheduler_type", TEXT, 255},
      {"transport_type", TEXT, 255},
      {"metadata", OBJECT, 0}}},
    {TABLE_AUTHINFOS,
     {{"id", ID, 0},
      {"aiidauser_id", OF_USER, 0},
      {"dbcomputer_id", OF_COMPUTER, 0},
      {"metadata", OBJECT, 0},
      {"auth_params", OBJECT, 0},
      {"enabled", BOOLEAN, 0}}},
    {TABLE_GROUPS,
     {{"id", ID, 0},
      {"uuid", UUID, 0},
      {"label", FULL_TEXT, 255},
      {"type_string", TEXT, 255},
      {"time", TIME, 0},
      {"description", TEXT, 0},
      {"extras", OBJECT, 0},
      {"user_id", OF_USER, 0}}},
    {TABLE_NODES,
     {{"id", ID, 0},
      {"uuid", UUID, 0},
      {"node_type", FULL_TEXT, 255},
      {"process_type", TEXT_OR_NULL, 255},
      {"label", TEXT, 255},
      {"description", TEXT, 0},
      {"ctime", TIME, 0},
      {"mtime", TIME, 0},
      {"attributes", OBJECT, 0},
      {"extras", OBJECT, 0},
      {"repository_metadata", REPOSITORY, 0},
      {"dbcomputer_id", OF_COMPUTER_OR_NULL, 0},
      {"user_id", OF_USER, 0}}},
    {TABLE_COMMENTS,
     {{"id", ID, 0},
      {"uuid", UUID, 0},
      {"dbnode_id", OF_NODE, 0},
      {"ctime", TIME, 0},
      {"mtime", TIME, 0},
      {"user_id", OF_USER, 0},
      {"content", TEXT, 0}}},
    {TABLE_LOGS,
     {{"id", ID, 0},
      {"uuid", UUID, 0},
      {"time", TIME, 0},
      {"loggername", TEXT, 255},
      {"levelname", TEXT, 50},
      {"dbnode_id", OF_NODE, 0},
      {"message", TEXT, 0},
      {"metadata", OBJECT, 0}}},
    {TABLE_LINKS,
     {{"id", ID, 0},
      {"input_id", OF_NODE, 0},
      {"output_id", OF_NODE, 0},
      {"label", FULL_TEXT, 255},
      {"type", LINK_TYPE, 0}}},
    {TABLE_MEMBERS,
     {{"id", ID, 0}, {"dbnode_id", OF_NODE, 0}, {"dbgroup_id", OF_GROUP, 0}}},
};

/* The error of a value that no archive of AiiDA has. */
static orma_status refuse(enum archive_table table, int64_t row,
                          const char *what, orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "archive", 0,
                     "the archive is refused: in row %lld of its table \"%s\" "
                     "%s",
                     (long long)row, archive_table_name(table), what);
}

/* ---- columns ----------------------------------------------------- */

typedef struct checking {
    import *m;
    enum archive_table table;
    query q;
    id_map *map; /* of the table's rows, or NULL */
    int64_t row; /* its id */
    char what[200];
} checking;

static orma_status refuse_column(checking *k, const checked_column *c,
                                 const char *why, orma_error **err)
{
    snprintf(k->what, sizeof k->what, "the column \"%s\" %s", c->name, why);
    return refuse(k->table, k->row, k->what, err);
}

static orma_status check_text(checking *k, const checked_column *c, int32_t i,
                              orma_error **err)
{
    const orma_str text = column_str(&k->q, i);
    if (text.ptr == NULL)
        return c->kind == TEXT_OR_NULL && column_is_null(&k->q, i)
                   ? ORMA_OK
                   : refuse_column(k, c, "holds no text", err);
    if (!text_is_utf8(text))
        return refuse_column(k, c, "holds no valid UTF-8", err);
    if (c->kind == FULL_TEXT && text.len == 0)
        return refuse_column(k, c, "is empty", err);
    if (c->characters > 0 && text.len > c->characters &&
        text_length(text.ptr) > c->characters)
        return refuse_column(k, c, "is too long", err);
    return ORMA_OK;
}

static orma_status check_id(checking *k, const checked_column *c,
                            orma_error **err)
{
    const int64_t before = k->row;
    k->row = column_int(&k->q, 0);
    if (k->row <= before)
        return refuse_column(k, c, "is not unique", err);
    if (k->map == NULL)
        return ORMA_OK;
    switch (id_map_add(k->map, k->row)) {
    case ID_MAP_ADDED:
        return ORMA_OK;
    case ID_MAP_NO_MEMORY:
        return error_no_memory(err);
    case ID_MAP_DISORDER:
        break;
    }
    return refuse_column(k, c, "is no id of AiiDA's", err);
}

/* Is the row that it refers to in the archive? */
static orma_status check_reference(checking *k, const checked_column *c,
                                   int32_t i, orma_error **err)
{
    const id_map *map = &k->m->nodes;
    switch (c->kind) {
    case OF_USER:
        map = &k->m->users;
        break;
    case OF_COMPUTER:
    case OF_COMPUTER_OR_NULL:
        map = &k->m->computers;
        break;
    case OF_GROUP:
        map = &k->m->groups;
        break;
    case ID:
    case TEXT:
    case TEXT_OR_NULL:
    case FULL_TEXT:
    case UUID:
    case TIME:
    case OBJECT:
    case REPOSITORY:
    case BOOLEAN:
    case LINK_TYPE:
    case OF_NODE:
        break;
    }
    if (c->kind == OF_COMPUTER_OR_NULL && column_is_null(&k->q, i))
        return ORMA_OK;
    return id_map_find(map, column_int(&k->q, i)) != NULL
               ? ORMA_OK
               : refuse_column(k, c, "refers to a row that is not there", err);
}

/* ---- JSON -------------------------------------------------------- */

static orma_status check_file(void *user, const char *path, const char *key,
                              orma_error **err)
{
    checking *k = user;
    bool found = false;

    (void)path;
    if (key == NULL) /* an empty folder */
        return ORMA_OK;
    orma_status st = container_has(k->m->from->container, key, &found, err);
    if (st != ORMA_OK || found)
        return st;
    if (strlen(key) == 64 && strspn(key, "0123456789abcdef") == 64)
        st = store_has_object(k->m->to, key, &found, err);
    if (st != ORMA_OK || found)
        return st;
    snprintf(k->what, sizeof k->what,
             "a file is named whose object \"%.64s\" is missing", key);
    return refuse(k->table, k->row, k->what, err);
}

static orma_status check_json(checking *k, const checked_column *c, int32_t i,
                              orma_error **err)
{
    const orma_str text = column_str(&k->q, i);
    AUTO_JSON json_object *value = NULL;

    if (column_is_null(&k->q, i) || str_equal(text, "{}"))
        return ORMA_OK;
    if (text.ptr == NULL)
        return refuse_column(k, c, "holds no JSON object", err);
    const orma_status st = json_parse(text, &value, err);
    if (st == ORMA_E_NO_MEMORY)
        return st;
    if (st != ORMA_OK)
        return refuse_column(k, c, "holds malformed JSON", err);
    if (value == NULL)
        return ORMA_OK;
    if (!json_object_is_type(value, json_type_object))
        return refuse_column(k, c, "holds no JSON object", err);
    return c->kind == REPOSITORY ? repository_walk(value, check_file, k, err)
                                 : ORMA_OK;
}

/* ---- rows -------------------------------------------------------- */

/* Values that their readers judge: the query keeps the failure. */
static orma_status check_read(checking *k, const checked_column *c,
                              orma_error **err)
{
    if (k->q.status == ORMA_OK)
        return ORMA_OK;
    if (k->q.status == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    return refuse_column(
        k, c, c->kind == UUID ? "holds no UUID" : "holds no time", err);
}

static orma_status check_column(checking *k, const checked_column *c, int32_t i,
                                orma_error **err)
{
    enum link_type type;
    orma_str text;

    switch (c->kind) {
    case ID:
        return check_id(k, c, err);
    case TEXT:
    case TEXT_OR_NULL:
    case FULL_TEXT:
        return check_text(k, c, i, err);
    case UUID:
        column_uuid(&k->q, i);
        return check_read(k, c, err);
    case TIME:
        column_time(&k->q, i);
        return check_read(k, c, err);
    case OBJECT:
    case REPOSITORY:
        return check_json(k, c, i, err);
    case BOOLEAN:
        return column_int(&k->q, i) == 0 || column_int(&k->q, i) == 1
                   ? ORMA_OK
                   : refuse_column(k, c, "holds no truth value", err);
    case LINK_TYPE:
        text = column_str(&k->q, i);
        return text.ptr != NULL && link_type_parse(text.ptr, &type)
                   ? ORMA_OK
                   : refuse_column(k, c, "holds no type of links", err);
    case OF_USER:
    case OF_COMPUTER:
    case OF_COMPUTER_OR_NULL:
    case OF_GROUP:
    case OF_NODE:
        break;
    }
    return check_reference(k, c, i, err);
}

static id_map *map_of(import *m, enum archive_table table)
{
    switch (table) {
    case TABLE_USERS:
        return &m->users;
    case TABLE_COMPUTERS:
        return &m->computers;
    case TABLE_GROUPS:
        return &m->groups;
    case TABLE_NODES:
        return &m->nodes;
    case TABLE_AUTHINFOS:
    case TABLE_COMMENTS:
    case TABLE_LOGS:
    case TABLE_LINKS:
    case TABLE_MEMBERS:
    case TABLE_COUNT:
        break;
    }
    return NULL;
}

static orma_status check_rows(checking *k, const checked_column *columns,
                              orma_error **err)
{
    import_count *count = &k->m->counts[k->table];
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && query_next(&k->q)) {
        for (int32_t i = 0; st == ORMA_OK && columns[i].name != NULL; i++)
            st = check_column(k, &columns[i], i, err);
        count->total++;
        if (st == ORMA_OK && count->total % TELL_EVERY == 0)
            st = import_tell(k->m, "checking rows", count->total, 0, err);
    }
    return st;
}

static orma_status check_table(import *m, const struct checked_table *t,
                               orma_error **err)
{
    checking k = {.m = m, .table = t->table, .map = map_of(m, t->table)};
    AUTO_BUF buf template = {0};

    buf_text(&template, "SELECT ");
    for (const checked_column *c = t->columns; c->name != NULL; c++)
        buf_printf(&template, "%s%s", c > t->columns ? ", " : "", c->name);
    buf_printf(&template, " FROM %s ORDER BY id", archive_table_name(t->table));
    orma_status st = buf_status(&template, err);
    if (st != ORMA_OK)
        return st;
    query_start_many(&k.q, &m->from->db, buf_c_str(&template));
    st = check_rows(&k, t->columns, err);
    return query_end_after(&k.q, st, err);
}

orma_status import_check(import *m, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof checked / sizeof *checked;
         i++)
        st = check_table(m, &checked[i], err);
    return st;
}
