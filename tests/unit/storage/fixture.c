/* Stores, nodes and real AiiDA data for the tests of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/fixture.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/sql.h>

struct fixture_db {
    sqlite3 *sqlite; /* NULL: PostgreSQL */
    sql postgres;
};

extern char **environ;

registry *fixture_registry(void)
{
    static registry *opened;
    if (opened == NULL && registry_default(&opened, NULL) != ORMA_OK)
        abort();
    return opened;
}

bool fixture_is_postgres(void)
{
    return text_equal(getenv("TEST_STORAGE"), "core.psql_dos");
}

const char *fixture_backend(const char *folder)
{
    char *path = text_printf("%s/database.sqlite", folder);
    const bool is_sqlite = !fixture_is_postgres() || file_exists(path);
    free(path);
    return is_sqlite ? "core.sqlite_dos" : "core.psql_dos";
}

/* $PGHOST, … of tests/postgres.sh. */
static json_object *server_config(const char *database)
{
    json_object *config = json_object_new_object();
    const char *port = getenv("PGPORT");

    json_set_text(config, "database_engine", "postgresql_psycopg");
    json_set_text(config, "database_hostname", getenv("PGHOST"));
    json_set_int(config, "database_port",
                 port == NULL ? 5432 : strtol(port, NULL, 10));
    json_set_text(config, "database_username", getenv("PGUSER"));
    json_set_text(config, "database_password", "");
    json_set_text(config, "database_name", database);
    return config;
}

/* "/tmp/orma-unit-a1B2c3/store" → a name that no other folder has. */
static char *database_name(const char *folder)
{
    char *name = text_copy(folder);
    for (char *p = name; *p != '\0'; p++)
        if (*p == '/')
            *p = '_';
    return name;
}

json_object *fixture_config(const char *folder)
{
    if (text_equal(fixture_backend(folder), "core.psql_dos")) {
        char *name = database_name(folder);
        char *uri = text_printf("file://%s", folder);
        json_object *config = server_config(name);
        if (!json_set_text(config, "repository_uri", uri))
            abort();
        free(uri);
        free(name);
        return config;
    }
    json_object *config = json_object_new_object();
    if (!json_set_text(config, "filepath", folder))
        abort();
    return config;
}

static const orma_storage *driver_of(const char *backend)
{
    const plugin_entry *entry = NULL;
    const void *driver = NULL;
    orma_error *err = NULL;
    orma_status st =
        registry_find(fixture_registry(), KIND_STORAGE, backend, &entry, &err);
    if (st == ORMA_OK)
        st = plugin_load(fixture_registry(), entry, &driver, &err);
    if (st != ORMA_OK) {
        printf("# %s\n", orma_error_message(err));
        abort();
    }
    return driver;
}

static sql open_postgres(const json_object *config)
{
    sql db = {0};
    orma_error *err = NULL;
    char *text = json_text(config, JSON_COMPACT);
    if (sql_open(driver_of("core.psql_dos"), (orma_str){text, strlen(text)}, 0,
                 &db, &err) != ORMA_OK) {
        printf("# %s\n", orma_error_message(err));
        abort();
    }
    free(text);
    return db;
}

void fixture_make_database(const char *folder)
{
    if (!fixture_is_postgres())
        return;
    json_object *config = server_config("postgres");
    json_set_text(config, "repository_uri", "file:///nowhere");
    sql db = open_postgres(config);
    char *name = database_name(folder);
    char *statement = text_printf("CREATE DATABASE \"%s\"", name);
    if (sql_execute(&db, statement, NULL) != ORMA_OK)
        abort();
    free(statement);
    free(name);
    sql_close(&db);
    json_object_put(config);
}

static store *open_store(const char *folder, bool create)
{
    if (create)
        fixture_make_database(folder);
    json_object *config = fixture_config(folder);
    store *s = NULL;
    orma_error *err = NULL;

    if (store_open(fixture_registry(), fixture_backend(folder), config, create,
                   &s, &err) != ORMA_OK) {
        char *text = error_chain(err);
        printf("# %s\n", text);
        free(text);
        orma_error_free(err);
    }
    json_object_put(config);
    return s;
}

store *fixture_create(char **folder)
{
    char *path = text_printf("%s/store", unit_temp_dir());
    store *s = open_store(path, true);
    json_object *user = json_object_new_object();
    int64_t pk = 0;

    if (s == NULL)
        abort();
    json_set_text(user, "email", "ada@example.org");
    if (store_user_save(s, user, &pk, NULL) != ORMA_OK)
        abort();
    store_set_default_user(s, pk);
    json_object_put(user);
    if (folder != NULL)
        *folder = path;
    else
        free(path);
    return s;
}

store *fixture_open(const char *folder)
{
    store *s = open_store(folder, false);
    if (s != NULL)
        store_set_default_user(s, 1);
    return s;
}

int fixture_run(const char *const *argv)
{
    pid_t pid = 0;
    int status = 0;
    char **args = (char **)(uintptr_t)argv;

    if (posix_spawnp(&pid, argv[0], NULL, NULL, args, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

char *fixture_unpack(void)
{
    const char *folder = unit_temp_dir();
    const char *const argv[] = {
        "tar", "-xzf", TEST_DATA "/aiida/sqlite_dos_profile_types.tar.gz",
        "-C",  folder, NULL};
    if (fixture_run(argv) != 0)
        abort();
    return text_printf("%s/repo_types", folder);
}

node *fixture_int(int64_t value)
{
    node *n = node_create("data.core.int.Int.");
    if (n == NULL)
        abort();
    n->python_class = text_copy("aiida.orm.nodes.data.int.Int");
    json_set_int(n->attributes, "value", value);
    return n;
}

node *fixture_calcjob(void)
{
    node *n = node_create(NODE_TYPE_CALCJOB);
    if (n == NULL)
        abort();
    n->process_type = text_copy("aiida.calculations:core.arithmetic.add");
    json_set_text(n->attributes, "process_label", "ArithmeticAddCalculation");
    json_set_text(n->attributes, "process_state", "created");
    return n;
}

node *fixture_workchain(void)
{
    node *n = node_create(NODE_TYPE_WORKCHAIN);
    if (n == NULL)
        abort();
    n->process_type = text_copy("aiida.workflows:core.arithmetic.multiply_add");
    json_set_text(n->attributes, "process_label", "MultiplyAddWorkChain");
    json_set_text(n->attributes, "process_state", "created");
    return n;
}

orma_status fixture_store_nodes(store *s, node **nodes, size_t count,
                                orma_error **err)
{
    unit *u = NULL;
    orma_status st = unit_begin(s, &u, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        st = unit_add_node(u, nodes[i], err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}

fixture_db *fixture_database(const char *folder)
{
    fixture_db *db = calloc(1, sizeof *db);
    if (text_equal(fixture_backend(folder), "core.psql_dos")) {
        json_object *config = fixture_config(folder);
        db->postgres = open_postgres(config);
        json_object_put(config);
        return db;
    }
    char *path = text_printf("%s/database.sqlite", folder);
    if (sqlite3_open_v2(path, &db->sqlite, SQLITE_OPEN_READWRITE, NULL) !=
        SQLITE_OK)
        abort();
    sqlite3_busy_timeout(db->sqlite, 10000);
    sqlite3_exec(db->sqlite, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    free(path);
    return db;
}

void fixture_close(fixture_db *db)
{
    if (db->sqlite != NULL)
        sqlite3_close(db->sqlite);
    else
        sql_close(&db->postgres);
    free(db);
}

static void append_sqlite_rows(sqlite3 *db, const char *text, buf *out)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK)
        printf("# %s: %s\n", text, sqlite3_errmsg(db));
    while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *value = (const char *)sqlite3_column_text(stmt, i);
            buf_printf(out, "%s|", value == NULL ? "NULL" : value);
        }
        buf_char(out, '\n');
    }
    sqlite3_finalize(stmt);
}

/* The driver tells no number of columns: a row of one value each. */
static void append_postgres_rows(sql *db, const char *statement, buf *out)
{
    const bool is_plan = text_starts(statement, "EXPLAIN"); /* one column */
    char *rows = is_plan ? text_copy(statement)
                         : text_printf("SELECT row_to_json(r) FROM (%s) AS r",
                                       statement);
    query q;
    orma_error *err = NULL;

    query_start_once(&q, db, rows);
    while (query_next(&q)) {
        if (is_plan) {
            buf_str(out, column_str(&q, 0));
            buf_char(out, '\n');
            continue;
        }
        json_object *row = column_json(&q, 0);
        json_object_object_foreach(row, key, value)
        {
            (void)key;
            if (json_object_is_type(value, json_type_boolean))
                buf_printf(out, "%d|", json_object_get_boolean(value));
            else
                buf_printf(out, "%s|",
                           value == NULL ? "NULL"
                                         : json_object_get_string(value));
        }
        buf_char(out, '\n');
        json_object_put(row);
    }
    if (query_end(&q, &err) != ORMA_OK)
        printf("# %s: %s\n", statement, orma_error_message(err));
    orma_error_free(err);
    free(rows);
}

char *fixture_rows(fixture_db *db, const char *statement)
{
    buf out = {0};
    if (db->sqlite != NULL)
        append_sqlite_rows(db->sqlite, statement, &out);
    else
        append_postgres_rows(&db->postgres, statement, &out);
    return buf_status(&out, NULL) == ORMA_OK ? buf_take(&out) : NULL;
}

const char *fixture_sqlite(sqlite3 *db, const char *statement)
{
    static char text[65536];
    sqlite3_stmt *stmt = NULL;

    text[0] = '\0';
    if (sqlite3_prepare_v2(db, statement, -1, &stmt, NULL) != SQLITE_OK)
        printf("# %s: %s\n", statement, sqlite3_errmsg(db));
    else if (sqlite3_step(stmt) == SQLITE_ROW &&
             sqlite3_column_text(stmt, 0) != NULL)
        snprintf(text, sizeof text, "%s",
                 (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

const char *fixture_sql(fixture_db *db, const char *statement)
{
    static char text[65536];
    query q;
    orma_error *err = NULL;

    if (db->sqlite != NULL)
        return fixture_sqlite(db->sqlite, statement);
    text[0] = '\0';
    query_start_once(&q, &db->postgres, statement);
    if (query_next(&q)) {
        const orma_str found = column_str(&q, 0);
        if (found.ptr != NULL)
            snprintf(text, sizeof text, "%.*s", (int)found.len, found.ptr);
        else if (!column_is_null(&q, 0))
            snprintf(text, sizeof text, "%.15g", column_real(&q, 0));
    }
    if (query_end(&q, &err) != ORMA_OK)
        printf("# %s: %s\n", statement, orma_error_message(err));
    orma_error_free(err);
    return text;
}

bool fixture_execute(fixture_db *db, const char *statement)
{
    orma_error *err = NULL;
    if (db->sqlite != NULL) {
        const bool is_done =
            sqlite3_exec(db->sqlite, statement, NULL, NULL, NULL) == SQLITE_OK;
        if (!is_done)
            printf("# %s: %s\n", statement, sqlite3_errmsg(db->sqlite));
        return is_done;
    }
    const orma_status st = sql_execute(&db->postgres, statement, &err);
    if (st != ORMA_OK)
        printf("# %s: %s\n", statement, orma_error_message(err));
    orma_error_free(err);
    return st == ORMA_OK;
}

bool fixture_is_sound(fixture_db *db)
{
    /* PostgreSQL checks its references itself. */
    return db->sqlite == NULL ||
           (text_equal(fixture_sqlite(db->sqlite, "PRAGMA integrity_check"),
                       "ok") &&
            text_equal(fixture_sqlite(db->sqlite, "PRAGMA foreign_key_check"),
                       ""));
}

bool fixture_is_json(const char *found, const char *expected)
{
    json_object *a = NULL, *b = NULL;
    if (!fixture_is_postgres())
        return text_equal(found, expected);
    const bool is_same =
        json_parse((orma_str){found, strlen(found)}, &a, NULL) == ORMA_OK &&
        json_parse((orma_str){expected, strlen(expected)}, &b, NULL) ==
            ORMA_OK &&
        json_object_equal(a, b);
    if (!is_same)
        printf("# %s\n# is not %s\n", found, expected);
    json_object_put(a);
    json_object_put(b);
    return is_same;
}

bool fixture_says(orma_error **err, const char *text)
{
    char *chain = *err == NULL ? text_copy("no error") : error_chain(*err);
    const bool found = strstr(chain, text) != NULL;
    if (!found)
        printf("# \"%s\" does not say \"%s\"\n", chain, text);
    free(chain);
    error_clear(err);
    return found;
}
