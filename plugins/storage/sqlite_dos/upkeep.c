/* Size, copy and check of the database file.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "folder.h"

static orma_status number_of(orma_store *store, const char *sql, int64_t *out,
                             orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? ORMA_OK : fail_sqlite(store, rc, err);
}

orma_status size_bytes(orma_store *store, int64_t *bytes, orma_error **err)
{
    int64_t pages = 0, page_size = 0;
    orma_status st = number_of(store, "PRAGMA page_count", &pages, err);
    if (st == ORMA_OK)
        st = number_of(store, "PRAGMA page_size", &page_size, err);
    if (st == ORMA_OK)
        *bytes = pages * page_size;
    return st;
}

orma_status backup(orma_store *store, const char *folder, orma_error **err)
{
    char path[PATH_MAX];
    sqlite3 *copy = NULL;
    const int n = snprintf(path, sizeof path, "%s/database.sqlite", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "path \"%s\" is too long", folder);
    int rc = sqlite3_open(path, &copy);
    sqlite3_backup *b =
        rc == SQLITE_OK ? sqlite3_backup_init(copy, "main", store->db, "main")
                        : NULL;
    if (b != NULL) {
        /* All pages in one step: one view, whatever others write. */
        rc = sqlite3_backup_step(b, -1);
        sqlite3_backup_finish(b);
    }
    orma_status st = ORMA_OK;
    if (b == NULL || rc != SQLITE_DONE)
        st = host->fail(host, err,
                        rc == SQLITE_FULL ? ORMA_E_TRANSIENT : ORMA_E_PERMANENT,
                        DOMAIN, rc, "cannot copy the database to \"%s\": %s",
                        path, sqlite3_errmsg(copy));
    sqlite3_close(copy);
    return st;
}

static orma_status report_rows(orma_store *store, const char *sql,
                               const char *what, orma_writer *faults,
                               orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    orma_status st = ORMA_OK;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    while (rc == SQLITE_OK && st == ORMA_OK) {
        char line[512];
        const int found = sqlite3_step(stmt);
        if (found == SQLITE_DONE)
            break;
        if (found != SQLITE_ROW) {
            rc = found;
            break;
        }
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        if (text == NULL || strcmp(text, "ok") == 0)
            continue;
        const int n = snprintf(line, sizeof line, "%s: %s\n", what, text);
        st = host->write(faults, (orma_str){line, n < (int)sizeof line
                                                      ? (size_t)n
                                                      : sizeof line - 1});
    }
    sqlite3_finalize(stmt);
    if (rc != SQLITE_OK)
        return fail_sqlite(store, rc, err);
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the list of faults");
}

orma_status check(orma_store *store, orma_writer *faults, orma_error **err)
{
    const orma_status st = report_rows(store, "PRAGMA integrity_check",
                                       "database file", faults, err);
    if (st != ORMA_OK)
        return st;
    return report_rows(store,
                       "SELECT 'row ' || \"rowid\" || ' of ' || \"table\" || "
                       "' refers to a row of ' || \"parent\" || ' that is not "
                       "there' FROM pragma_foreign_key_check",
                       "reference", faults, err);
}
