/* The database of an archive is what it should be, and nothing more.
 *
 * SPDX-License-Identifier: MIT */
#include "zip_store.h"

#include <stdio.h>
#include <string.h>

#include "folder.h"

/* AiiDA's tables at main_0001, and what is read of them. */
static const struct {
    const char *name;
    const char *columns;
    bool is_optional; /* absent of older and of migrated archives */
} tables[] = {
    {"db_dbuser", "id, email, first_name, last_name, institution", false},
    {"db_dbcomputer",
     "id, uuid, label, hostname, description, scheduler_type, transport_type, "
     "metadata",
     false},
    {"db_dbauthinfo",
     "id, aiidauser_id, dbcomputer_id, metadata, auth_params, enabled", false},
    {"db_dbgroup",
     "id, uuid, label, type_string, time, description, extras, user_id", false},
    {"db_dbnode",
     "id, uuid, node_type, process_type, label, description, ctime, mtime, "
     "attributes, extras, repository_metadata, dbcomputer_id, user_id",
     false},
    {"db_dbgroup_dbnodes", "id, dbnode_id, dbgroup_id", false},
    {"db_dblink", "id, input_id, output_id, label, type", false},
    {"db_dbcomment", "id, uuid, dbnode_id, ctime, mtime, user_id, content",
     false},
    {"db_dblog",
     "id, uuid, time, loggername, levelname, dbnode_id, message, metadata",
     false},
    {"db_dbsetting", "id, \"key\", val, description, time", true},
    {"alembic_version", "version_num", true},
};
#define TABLE_COUNT (sizeof tables / sizeof *tables)

static orma_status refuse(const char *path, const char *what, const char *name,
                          orma_error **err)
{
    return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                      "archive \"%s\" is refused: its database %s \"%.200s\"",
                      path, what, name);
}

static orma_status failed(sqlite3 *db, const char *path, orma_error **err)
{
    if ((sqlite3_errcode(db) & 0xff) == SQLITE_NOMEM)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    return refuse(path, "cannot be read:", sqlite3_errmsg(db), err);
}

static bool is_known(const char *table)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (strcmp(tables[i].name, table) == 0)
            return true;
    return false;
}

/* Tables and their indexes only: no triggers, no views, nothing virtual. */
static orma_status check_object(sqlite3_stmt *stmt, const char *path,
                                orma_error **err)
{
    const char *type = (const char *)sqlite3_column_text(stmt, 0);
    const char *name = (const char *)sqlite3_column_text(stmt, 1);
    const char *table = (const char *)sqlite3_column_text(stmt, 2);

    if (type == NULL || name == NULL || table == NULL)
        return refuse(path, "holds something without", "name", err);
    if (strcmp(type, "index") == 0)
        return is_known(table)
                   ? ORMA_OK
                   : refuse(path, "holds an unexpected index,", name, err);
    if (strcmp(type, "table") != 0)
        return refuse(path, "holds what no archive has, a", type, err);
    if (!is_known(name))
        return refuse(path, "holds an unexpected table,", name, err);
    if (sqlite3_column_int64(stmt, 3) == 0)
        return refuse(path, "holds a virtual table,", name, err);
    return ORMA_OK;
}

static orma_status check_objects(sqlite3 *db, const char *path,
                                 orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    orma_status st = ORMA_OK;
    int rc = sqlite3_prepare_v2(
        db, "SELECT type, name, tbl_name, rootpage FROM sqlite_master", -1,
        &stmt, NULL);
    if (rc == SQLITE_OK)
        while (st == ORMA_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
            st = check_object(stmt, path, err);
    if (st == ORMA_OK && rc != SQLITE_DONE)
        st = failed(db, path, err);
    sqlite3_finalize(stmt);
    return st;
}

/* Columns that are computed when they are read do not belong there, either. */
static orma_status check_computed(sqlite3 *db, size_t i, const char *path,
                                  orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(
        db, "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 0", -1,
        &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, tables[i].name, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
    }
    const orma_status st =
        rc == SQLITE_ROW
            ? refuse(path, "holds a computed column in", tables[i].name, err)
        : rc == SQLITE_DONE ? ORMA_OK
                            : failed(db, path, err);
    sqlite3_finalize(stmt);
    return st;
}

static orma_status check_columns(sqlite3 *db, size_t i, const char *path,
                                 orma_error **err)
{
    char sql[512];
    sqlite3_stmt *stmt = NULL;

    snprintf(sql, sizeof sql, "SELECT 1 FROM pragma_table_list(?1)");
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, tables[i].name, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    if (rc == SQLITE_DONE)
        return tables[i].is_optional
                   ? ORMA_OK
                   : refuse(path, "lacks the table", tables[i].name, err);
    if (rc != SQLITE_ROW)
        return failed(db, path, err);

    /* The table's name with its columns: a name in double quotes that is no
     * column would be taken as a text. */
    snprintf(sql, sizeof sql, "SELECT %s FROM %s LIMIT 0", tables[i].columns,
             tables[i].name);
    stmt = NULL;
    rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    sqlite3_finalize(stmt);
    if (rc != SQLITE_OK)
        return refuse(path, "lacks columns:", sqlite3_errmsg(db), err);
    return check_computed(db, i, path, err);
}

/* Every page and row, without the indexes. */
static orma_status check_pages(sqlite3 *db, const char *path, orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    const char *answer =
        rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    const orma_status st = answer == NULL ? failed(db, path, err)
                           : strcmp(answer, "ok") == 0
                               ? ORMA_OK
                               : refuse(path, "is damaged:", answer, err);
    sqlite3_finalize(stmt);
    return st;
}

orma_status zip_check_database(sqlite3 *db, const char *path, orma_error **err)
{
    orma_status st = check_objects(db, path, err);
    for (size_t i = 0; st == ORMA_OK && i < TABLE_COUNT; i++)
        st = check_columns(db, i, path, err);
    return st == ORMA_OK ? check_pages(db, path, err) : st;
}
