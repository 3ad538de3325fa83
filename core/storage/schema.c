/* AiiDA's relational schema.
 *
 * Tables, columns, constraints and indexes of aiida-core's models at
 * main_0002, in the order in which AiiDA creates them.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/schema.h>

#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Types that differ by dialect; others are written as they are. */
#define SERIAL "serial"
#define UUID "uuid"
#define JSON "json"
#define TIME "timestamp"
#define BOOLEAN "boolean"

typedef struct schema_column {
    const char *name;
    const char *type;
    bool is_nullable;
} schema_column;

typedef struct foreign_key {
    const char *column, *table;
    const char *on_delete; /* NULL: no action */
} foreign_key;

typedef struct schema_table {
    const char *name;
    schema_column columns[14]; /* ended by a NULL name */
    const char *uniques[3];    /* "a" or "a, b" */
    foreign_key foreign_keys[3];
    const char *indexes[8];
    const char *patterns[4]; /* indexes for LIKE, where the backend has any */
} schema_table;

static const schema_table tables[] = {
    {
        "db_dbcomputer",
        {{"id", SERIAL, false},
         {"uuid", UUID, false},
         {"label", "VARCHAR(255)", false},
         {"hostname", "VARCHAR(255)", false},
         {"description", "TEXT", false},
         {"scheduler_type", "VARCHAR(255)", false},
         {"transport_type", "VARCHAR(255)", false},
         {"metadata", JSON, false}},
        {"uuid", "label"},
        {{0}},
        {0},
        {"label"},
    },
    {
        "db_dbsetting",
        {{"id", SERIAL, false},
         {"\"key\"", "VARCHAR(1024)", false},
         {"val", JSON, true},
         {"description", "TEXT", false},
         {"time", TIME, false}},
        {"\"key\""},
        {{0}},
        {0},
        {"\"key\""},
    },
    {
        "db_dbuser",
        {{"id", SERIAL, false},
         {"email", "VARCHAR(254)", false},
         {"first_name", "VARCHAR(254)", false},
         {"last_name", "VARCHAR(254)", false},
         {"institution", "VARCHAR(254)", false}},
        {"email"},
        {{0}},
        {0},
        {"email"},
    },
    {
        "db_dbauthinfo",
        {{"id", SERIAL, false},
         {"aiidauser_id", "INTEGER", false},
         {"dbcomputer_id", "INTEGER", false},
         {"metadata", JSON, false},
         {"auth_params", JSON, false},
         {"enabled", BOOLEAN, false}},
        {"aiidauser_id, dbcomputer_id"},
        {{"dbcomputer_id", "db_dbcomputer", "CASCADE"},
         {"aiidauser_id", "db_dbuser", "CASCADE"}},
        {"dbcomputer_id", "aiidauser_id"},
        {0},
    },
    {
        "db_dbgroup",
        {{"id", SERIAL, false},
         {"uuid", UUID, false},
         {"label", "VARCHAR(255)", false},
         {"type_string", "VARCHAR(255)", false},
         {"time", TIME, false},
         {"description", "TEXT", false},
         {"extras", JSON, false},
         {"user_id", "INTEGER", false}},
        {"uuid", "label, type_string"},
        {{"user_id", "db_dbuser", "CASCADE"}},
        {"label", "type_string", "user_id"},
        {"label", "type_string"},
    },
    {
        "db_dbnode",
        {{"id", SERIAL, false},
         {"uuid", UUID, false},
         {"node_type", "VARCHAR(255)", false},
         {"process_type", "VARCHAR(255)", true},
         {"label", "VARCHAR(255)", false},
         {"description", "TEXT", false},
         {"ctime", TIME, false},
         {"mtime", TIME, false},
         {"attributes", JSON, true},
         {"extras", JSON, true},
         {"repository_metadata", JSON, false},
         {"dbcomputer_id", "INTEGER", true},
         {"user_id", "INTEGER", false}},
        {"uuid"},
        {{"dbcomputer_id", "db_dbcomputer", "RESTRICT"},
         {"user_id", "db_dbuser", "RESTRICT"}},
        {"process_type", "mtime", "label", "dbcomputer_id", "node_type",
         "ctime", "user_id"},
        {"label", "node_type", "process_type"},
    },
    {
        "db_dbcomment",
        {{"id", SERIAL, false},
         {"uuid", UUID, false},
         {"dbnode_id", "INTEGER", false},
         {"ctime", TIME, false},
         {"mtime", TIME, false},
         {"user_id", "INTEGER", false},
         {"content", "TEXT", false}},
        {"uuid"},
        {{"user_id", "db_dbuser", "CASCADE"},
         {"dbnode_id", "db_dbnode", "CASCADE"}},
        {"dbnode_id", "user_id"},
        {0},
    },
    {
        "db_dbgroup_dbnodes",
        {{"id", SERIAL, false},
         {"dbnode_id", "INTEGER", false},
         {"dbgroup_id", "INTEGER", false}},
        {"dbgroup_id, dbnode_id"},
        {{"dbnode_id", "db_dbnode", NULL}, {"dbgroup_id", "db_dbgroup", NULL}},
        {"dbgroup_id", "dbnode_id"},
        {0},
    },
    {
        "db_dblink",
        {{"id", SERIAL, false},
         {"input_id", "INTEGER", false},
         {"output_id", "INTEGER", false},
         {"label", "VARCHAR(255)", false},
         {"type", "VARCHAR(255)", false}},
        {0},
        {{"output_id", "db_dbnode", "CASCADE"},
         {"input_id", "db_dbnode", NULL}},
        {"type", "label", "input_id", "output_id"},
        {"label", "type"},
    },
    {
        "db_dblog",
        {{"id", SERIAL, false},
         {"uuid", UUID, false},
         {"time", TIME, false},
         {"loggername", "VARCHAR(255)", false},
         {"levelname", "VARCHAR(50)", false},
         {"dbnode_id", "INTEGER", false},
         {"message", "TEXT", false},
         {"metadata", JSON, false}},
        {"uuid"},
        {{"dbnode_id", "db_dbnode", "CASCADE"}},
        {"levelname", "dbnode_id", "loggername"},
        {"levelname", "loggername"},
    },
};

#define TABLE_COUNT (sizeof tables / sizeof *tables)

static const char *type_word(const orma_dialect *d, const char *type)
{
    const struct {
        const char *type, *word;
    } words[] = {
        {SERIAL, d->serial},  {UUID, d->uuid},       {JSON, d->json},
        {TIME, d->timestamp}, {BOOLEAN, d->boolean},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i].type, type))
            return words[i].word;
    return type;
}

/* "aiidauser_id, dbcomputer_id" → "_aiidauser_id_dbcomputer_id", without the
 * quotes of a column that is a keyword. */
static void append_names(buf *out, const char *columns)
{
    buf_char(out, '_');
    for (const char *p = columns; *p != '\0'; p++) {
        if (*p == ',')
            buf_char(out, '_');
        else if (*p != ' ' && *p != '"')
            buf_char(out, *p);
    }
}

static void append_unique(buf *out, const char *table, const char *columns)
{
    buf_printf(out, ", \n\tCONSTRAINT uq_%s", table);
    append_names(out, columns);
    buf_printf(out, " UNIQUE (%s)", columns);
}

static void append_foreign_key(buf *out, const char *table,
                               const foreign_key *key)
{
    buf_printf(
        out, ", \n\tCONSTRAINT fk_%s_%s_%s FOREIGN KEY(%s) REFERENCES %s (id)",
        table, key->column, key->table, key->column, key->table);
    if (key->on_delete != NULL)
        buf_printf(out, " ON DELETE %s", key->on_delete);
    buf_text(out, " DEFERRABLE INITIALLY DEFERRED");
}

static void append_table(const orma_dialect *d, const schema_table *t, buf *out)
{
    buf_printf(out, "CREATE TABLE %s (\n", t->name);
    for (const schema_column *c = t->columns; c->name != NULL; c++)
        buf_printf(out, "\t%s %s%s, \n", c->name, type_word(d, c->type),
                   c->is_nullable ? "" : " NOT NULL");
    buf_printf(out, "\tCONSTRAINT %s_pkey PRIMARY KEY (id)", t->name);

    /* db_dbgroup_dbnodes has its unique constraint last. */
    const bool uniques_last = text_equal(t->name, "db_dbgroup_dbnodes");
    for (size_t i = 0; !uniques_last && t->uniques[i] != NULL; i++)
        append_unique(out, t->name, t->uniques[i]);
    for (const foreign_key *k = t->foreign_keys; k->column != NULL; k++)
        append_foreign_key(out, t->name, k);
    for (size_t i = 0; uniques_last && t->uniques[i] != NULL; i++)
        append_unique(out, t->name, t->uniques[i]);
    buf_text(out, "\n);\n");

    for (size_t i = 0; t->indexes[i] != NULL; i++)
        buf_printf(out, "CREATE INDEX ix_%s_%s_%s ON %s (%s);\n", t->name,
                   t->name, t->indexes[i], t->name, t->indexes[i]);
    for (size_t i = 0; d->pattern_ops != NULL && t->patterns[i] != NULL; i++) {
        buf_printf(out, "CREATE INDEX ix_pat_%s", t->name);
        append_names(out, t->patterns[i]);
        buf_printf(out, " ON %s (%s %s);\n", t->name, t->patterns[i],
                   d->pattern_ops);
    }
}

void schema_ddl(const orma_dialect *dialect, buf *out)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        append_table(dialect, &tables[i], out);
    buf_text(out, "CREATE TABLE alembic_version (\n"
                  "\tversion_num VARCHAR(32) NOT NULL, \n"
                  "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n"
                  ");\n");
}

orma_status schema_create(sql *db, const char *container_id, orma_error **err)
{
    AUTO_BUF buf ddl = {0};
    schema_ddl(db->dialect, &ddl);
    orma_status st = buf_status(&ddl, err);
    if (st == ORMA_OK)
        st = db->driver->execute(db->connection, buf_c_str(&ddl), err);
    if (st != ORMA_OK)
        return st;

    AUTO_JSON json_object *id = json_object_new_string(container_id);
    query q;
    query_start_once(&q, db,
                     "INSERT INTO db_dbsetting (\"key\", val, description, "
                     "time) VALUES (?1, ?2j, ?3, ?4t)");
    query_text(&q, 1, "repository|uuid");
    query_json(&q, 2, id);
    query_text(&q, 3, "Repository UUID");
    query_time(&q, 4, time_now_ns());
    st = query_run(&q, err);
    if (st != ORMA_OK)
        return st;

    query_start_once(&q, db,
                     "INSERT INTO alembic_version (version_num) VALUES (?1)");
    query_text(&q, 1, SCHEMA_REVISION);
    return query_run(&q, err);
}

/* Can the query be run? BUG is the driver's word for a table that is not there:
 * such a query stays outside a transaction, which it would end. */
static orma_status table_exists(sql *db, const char *template, bool *exists,
                                orma_error **err)
{
    query q;
    AUTO_ERROR orma_error *why = NULL;
    query_start_once(&q, db, template);
    const orma_status st = query_run(&q, &why);
    if (st != ORMA_OK && st != ORMA_E_BUG) {
        error_move(&why, err);
        return st;
    }
    *exists = st == ORMA_OK;
    return ORMA_OK;
}

/* A database without alembic_version: of AiiDA before 1.0, or none. */
static orma_status refuse_unknown(sql *db, orma_error **err)
{
    bool is_legacy = false;
    orma_status st = table_exists(
        db, "SELECT app FROM django_migrations LIMIT 1", &is_legacy, err);
    if (st != ORMA_OK)
        return st;
    if (is_legacy) {
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "the database is one of AiiDA 1's Django backend");
        error_hint(err, "bring it to AiiDA 2 first: `verdi storage migrate` "
                        "of AiiDA 2.0 to 2.3 knows the way");
        return st;
    }
    st = error_set(err, ORMA_E_INVALID, "storage", 0,
                   "the database has no known schema version");
    error_hint(err, "check that the profile names a storage made by orma or "
                    "AiiDA 2");
    return st;
}

orma_status schema_revision(sql *db, char **revision, orma_error **err)
{
    query q;
    AUTO_FREE char *found = NULL;
    AUTO_ERROR orma_error *why = NULL;
    int64_t count = 0;

    query_start_once(&q, db, "SELECT version_num FROM alembic_version");
    while (query_next(&q))
        if (count++ == 0)
            found = column_text(&q, 0);
    const orma_status st = query_end(&q, &why);
    /* BUG: the driver knows no such table. */
    if (st == ORMA_E_BUG || (st == ORMA_OK && count != 1))
        return refuse_unknown(db, err);
    if (st != ORMA_OK) {
        error_move(&why, err);
        return st;
    }
    *revision = found;
    found = NULL;
    return ORMA_OK;
}

static orma_status check_container(sql *db, const char *container_id,
                                   orma_error **err)
{
    query q;
    AUTO_JSON json_object *id = NULL;

    query_start_once(&q, db, "SELECT val FROM db_dbsetting WHERE \"key\" = ?1");
    query_text(&q, 1, "repository|uuid");
    if (query_next(&q))
        id = column_json(&q, 0);
    orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    if (id != NULL && json_object_is_type(id, json_type_string) &&
        text_equal(json_object_get_string(id), container_id))
        return ORMA_OK;

    st = error_set(err, ORMA_E_INVALID, "storage", 0,
                   "the storage is corrupt: its database belongs to repository "
                   "\"%s\", its container is \"%s\"",
                   id == NULL ? "none" : json_object_get_string(id),
                   container_id);
    error_hint(err, "check that database and container were restored from the "
                    "same backup");
    return st;
}

/* "main_0007" → 7; -1: of another kind. */
static long revision_number(const char *revision)
{
    static const char prefix[] = "main_";
    char *end = NULL;
    if (!text_starts(revision, prefix) || revision[sizeof prefix - 1] == '\0')
        return -1;
    const long n = strtol(revision + sizeof prefix - 1, &end, 10);
    return *end == '\0' ? n : -1;
}

/* main_0002 changed no table: it only forgot hashes of calculations that an
 * older AiiDA had computed in another way. */
static bool is_accepted(const char *revision)
{
    return text_equal(revision, SCHEMA_REVISION) ||
           text_equal(revision, "main_0001");
}

orma_status schema_check(sql *db, const char *container_id, orma_error **err)
{
    AUTO_FREE char *revision = NULL;
    orma_status st = schema_revision(db, &revision, err);
    if (st != ORMA_OK)
        return st;
    if (is_accepted(revision))
        return check_container(db, container_id, err);
    const bool is_newer =
        revision_number(revision) > revision_number(SCHEMA_REVISION);
    st = error_set(err, ORMA_E_INVALID, "storage", 0,
                   "the database schema is at revision \"%s\", %s than \"%s\", "
                   "with which orma works",
                   revision, is_newer ? "newer" : "older", SCHEMA_REVISION);
    if (is_newer)
        error_hint(err, "use a newer orma");
    else
        error_hint(err, "bring it there with AiiDA: `verdi storage migrate`");
    return st;
}
