/* Rows in bulk: ids reserved ahead, and one prepared INSERT for many rows.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

struct orma_copy {
    orma_store *store;
    sqlite3_stmt *insert;
    int column_count;
};

static orma_status find_reserved(orma_store *store, const char *table,
                                 reserved_ids **out, orma_error **err)
{
    char sql[128];

    for (size_t i = 0; i < store->reserved_count; i++)
        if (strcmp(store->reserved[i].table, table) == 0) {
            *out = &store->reserved[i];
            return ORMA_OK;
        }
    if (store->reserved_count == RESERVED_TABLES ||
        strlen(table) >= sizeof store->reserved[0].table)
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "ids of table \"%s\" cannot be reserved", table);
    reserved_ids *made = &store->reserved[store->reserved_count];
    snprintf(sql, sizeof sql, "SELECT COALESCE(MAX(id), 0) FROM \"%s\"", table);
    const int rc = sqlite3_prepare_v3(
        store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made->greatest, NULL);
    if (rc != SQLITE_OK)
        return fail_sqlite(store, rc, err);
    snprintf(made->table, sizeof made->table, "%s", table);
    store->reserved_count++;
    *out = made;
    return ORMA_OK;
}

/* The greatest id of the table, at the first use in a transaction. */
static orma_status find_last(orma_store *store, reserved_ids *reserved,
                             orma_error **err)
{
    if (reserved->is_known)
        return ORMA_OK;
    const int rc = sqlite3_step(reserved->greatest);
    if (rc == SQLITE_ROW)
        reserved->last = sqlite3_column_int64(reserved->greatest, 0);
    sqlite3_reset(reserved->greatest);
    if (rc != SQLITE_ROW)
        return fail_sqlite(store, rc, err);
    reserved->is_known = true;
    return ORMA_OK;
}

orma_status reserve_ids(orma_store *store, const char *table, size_t count,
                        int64_t *ids, orma_error **err)
{
    reserved_ids *reserved = NULL;
    orma_status st = find_reserved(store, table, &reserved, err);
    if (st == ORMA_OK)
        st = find_last(store, reserved, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        ids[i] = ++reserved->last;
    return st;
}

void forget_reserved(orma_store *store)
{
    for (size_t i = 0; i < store->reserved_count; i++)
        store->reserved[i].is_known = false;
}

void finish_reserved(orma_store *store)
{
    for (size_t i = 0; i < store->reserved_count; i++)
        sqlite3_finalize(store->reserved[i].greatest);
    store->reserved_count = 0;
}

/* Pages of indexes that are changed here and there for every row stay in
 * memory: each time one leaves it, it is written to the log once more. */
static void enlarge_cache(orma_store *store)
{
    if (!store->has_large_cache)
        sqlite3_exec(store->db, "PRAGMA cache_size=" LARGE_CACHE, NULL, NULL,
                     NULL);
    store->has_large_cache = true;
}

void finish_copies(orma_store *store)
{
    if (!store->has_large_cache)
        return;
    sqlite3_exec(store->db, "PRAGMA cache_size=" USUAL_CACHE, NULL, NULL, NULL);
    sqlite3_db_release_memory(store->db);
    store->has_large_cache = false;
}

static char *insert_text(const char *table, const char *const *columns,
                         int *column_count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;

    int n = 0;
    fprintf(out, "INSERT INTO \"%s\" (", table);
    for (; columns[n] != NULL; n++)
        fprintf(out, "%s%s", n > 0 ? ", " : "", columns[n]);
    fprintf(out, ") VALUES (");
    for (int i = 1; i <= n; i++)
        fprintf(out, "%s?%d", i > 1 ? ", " : "", i);
    fprintf(out, ")");
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    *column_count = n;
    return text;
}

orma_status copy_begin(orma_store *store, const char *table,
                       const char *const *columns, orma_copy **out,
                       orma_error **err)
{
    orma_copy *copy = calloc(1, sizeof *copy);
    char *sql =
        copy == NULL ? NULL : insert_text(table, columns, &copy->column_count);
    if (sql == NULL) {
        free(copy);
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    }
    copy->store = store;
    const int rc = sqlite3_prepare_v2(store->db, sql, -1, &copy->insert, NULL);
    free(sql);
    if (rc != SQLITE_OK) {
        free(copy);
        return fail_sqlite(store, rc, err);
    }
    enlarge_cache(store);
    *out = copy;
    return ORMA_OK;
}

orma_status copy_row(orma_copy *copy, const orma_sql_value *values,
                     orma_error **err)
{
    orma_status st = ORMA_OK;
    for (int i = 0; st == ORMA_OK && i < copy->column_count; i++)
        st =
            bind_value(copy->store, copy->insert, i + 1, &values[i], true, err);
    if (st != ORMA_OK)
        return st;
    const int rc = sqlite3_step(copy->insert);
    sqlite3_reset(copy->insert);
    return rc == SQLITE_DONE ? ORMA_OK : fail_sqlite(copy->store, rc, err);
}

orma_status copy_end(orma_copy *copy, orma_error **err)
{
    (void)err;
    sqlite3_finalize(copy->insert);
    free(copy);
    return ORMA_OK;
}
