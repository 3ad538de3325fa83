/* Ids from the tables' sequences, a few ahead.
 *
 * An id is handed out once: one that came in a transaction that was rolled
 * back is still ours, but one from a connection that was lost may have been
 * lost by a crashed server, too, which then gives it to somebody else.
 *
 * SPDX-License-Identifier: MIT */
#include "statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program that stores once takes no id in vain; one that stores often asks
 * seldom. */
#define FIRST_SIZE 0
#define GREATEST_SIZE 256

static id_stock *stock_of(orma_store *store, const char *table)
{
    for (size_t i = 0; i < STOCK_TABLES; i++) {
        id_stock *stock = &store->stocks[i];
        if (stock->table[0] == '\0' && strlen(table) < sizeof stock->table) {
            snprintf(stock->table, sizeof stock->table, "%s", table);
            stock->next_size = FIRST_SIZE;
        }
        if (strcmp(stock->table, table) == 0)
            return stock;
    }
    return NULL;
}

static orma_status ask(orma_store *store, const char *table, size_t count,
                       PGresult **out, orma_error **err)
{
    const orma_sql_value name = {.type = ORMA_SQL_TEXT,
                                 .text = {table, strlen(table)}};
    const orma_sql_value number = {.type = ORMA_SQL_INTEGER,
                                   .integer = (int64_t)count};
    orma_status st = ORMA_OK;

    if (store->next_ids == NULL)
        st = prepare(store,
                     "SELECT nextval(COALESCE(pg_get_serial_sequence(?1, "
                     "'id'), ?1 || '_id_seq')::regclass) FROM "
                     "generate_series(1, ?2::bigint)",
                     0, &store->next_ids, err);
    if (st == ORMA_OK)
        st = bind(store->next_ids, 1, &name, err);
    if (st == ORMA_OK)
        st = bind(store->next_ids, 2, &number, err);
    return st == ORMA_OK ? run_statement(store->next_ids, out, err) : st;
}

/* The answer's ids behind those that are left. */
static orma_status put_in_stock(id_stock *stock, const PGresult *res,
                                orma_error **err)
{
    const size_t left = stock->count - stock->used;
    const size_t more = (size_t)PQntuples(res);
    int64_t *ids = calloc(left + more, sizeof *ids);
    if (ids == NULL)
        return fail_memory(err);
    if (left > 0)
        memcpy(ids, stock->ids + stock->used, left * sizeof *ids);
    for (size_t i = 0; i < more; i++)
        ids[left + i] = strtoll(PQgetvalue(res, (int)i, 0), NULL, 10);
    free(stock->ids);
    stock->ids = ids;
    stock->count = left + more;
    stock->used = 0;
    return ORMA_OK;
}

/* At least `count` ids in stock. Asking may lose those that are there, with the
 * connection. */
static orma_status fill(orma_store *store, id_stock *stock, size_t count,
                        orma_error **err)
{
    orma_status st = ORMA_OK;
    while (st == ORMA_OK && stock->count - stock->used < count) {
        const size_t missing = count - (stock->count - stock->used);
        PGresult *res = NULL;
        st = ask(store, stock->table, missing + stock->next_size, &res, err);
        if (st == ORMA_OK)
            st = put_in_stock(stock, res, err);
        PQclear(res);
    }
    stock->next_size = stock->next_size == 0 ? 16 : stock->next_size * 2;
    if (stock->next_size > GREATEST_SIZE)
        stock->next_size = GREATEST_SIZE;
    return st;
}

orma_status reserve_ids(orma_store *store, const char *table, size_t count,
                        int64_t *ids, orma_error **err)
{
    id_stock *stock = stock_of(store, table);
    orma_status st = ORMA_OK;

    if (stock == NULL)
        return host->fail(host, err, ORMA_E_BUG, DOMAIN, 0,
                          "ids of table \"%s\" cannot be reserved", table);
    if (stock->count - stock->used < count)
        st = fill(store, stock, count, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        ids[i] = stock->ids[stock->used++];
    return ORMA_OK;
}

void forget_ids(orma_store *store)
{
    for (size_t i = 0; i < STOCK_TABLES; i++) {
        id_stock *stock = &store->stocks[i];
        free(stock->ids);
        stock->ids = NULL;
        stock->count = stock->used = 0;
    }
}
