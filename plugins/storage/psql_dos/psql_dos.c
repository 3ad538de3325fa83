/* core.psql_dos: an SQL driver over libpq.
 *
 * SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "folder.h"
#include "statement.h"
#include "words.h"

const orma_host *host;

/* A random UUID (RFC 4122, version 4). */
static orma_status name_session(char out[37], orma_error **err)
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != sizeof b)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, 0,
                          "the system gives no random numbers");
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, 37,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x"
             "%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
             b[11], b[12], b[13], b[14], b[15]);
    return ORMA_OK;
}

/* Signatures of this session, which nobody will ask for any more. Not worth
 * waiting for the disk. */
static void remove_signatures(orma_store *store)
{
    const char *const values[] = {store->session, NULL};
    if (store->serial == 0 || store->is_open || !store->has_commit_table ||
        PQstatus(store->pg) != CONNECTION_OK)
        return;
    run_text(store->pg, "SET synchronous_commit = off", NULL, NULL, NULL);
    run_text(store->pg, "DELETE FROM orma_commit WHERE session = $1", values,
             NULL, NULL);
}

static void close_store(orma_store *store)
{
    if (store == NULL)
        return;
    rollback(store);
    finalize(store->sign);
    finalize(store->forget_signs);
    finalize(store->next_ids);
    remove_signatures(store);
    PQfinish(store->reader);
    PQfinish(store->pg);
    forget_ids(store);
    failure_clear(store);
    free(store->expected);
    config_finish(&store->config);
    free(store);
}

/* A new storage wants a database of its own. */
static orma_status check_empty(orma_store *store, orma_error **err)
{
    PGresult *res = NULL;
    const orma_status st =
        run_text(store->pg,
                 "SELECT to_regclass('alembic_version') IS NOT NULL OR "
                 "to_regclass('db_dbnode') IS NOT NULL OR "
                 "to_regclass('django_migrations') IS NOT NULL",
                 NULL, &res, err);
    if (st != ORMA_OK)
        return st;
    const bool is_used = *PQgetvalue(res, 0, 0) == 't';
    PQclear(res);
    if (is_used)
        return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                          "the database \"%s\" holds a storage already: name "
                          "an empty one",
                          store->config.database);
    return ORMA_OK;
}

static orma_status open_store(const orma_storage *self, orma_str config,
                              uint32_t flags, orma_store **out,
                              orma_error **err)
{
    (void)self;
    if ((flags & ~(uint32_t)(ORMA_STORE_CREATE | ORMA_STORE_READ_ONLY)) != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, DOMAIN, 0,
                          "open flags 0x%x are not known", flags);
    orma_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_memory(err);

    store->is_read_only = (flags & ORMA_STORE_READ_ONLY) != 0;
    store->generation = 1;
    const connect_wishes wishes = {.session = store->session,
                                   .is_read_only = store->is_read_only};
    orma_status st = name_session(store->session, err);
    if (st == ORMA_OK)
        st = config_read(config, &store->config, err);
    if (st == ORMA_OK)
        st = connect_server(&store->config, &wishes, &store->pg, err);
    if (st == ORMA_OK && (flags & ORMA_STORE_CREATE))
        st = check_empty(store, err);
    if (st == ORMA_OK && (flags & ORMA_STORE_CREATE))
        st = folder_make(store->config.repository, err);
    if (st != ORMA_OK) {
        close_store(store);
        return st;
    }
    *out = store;
    return ORMA_OK;
}

static const orma_dialect *dialect(const orma_storage *self)
{
    (void)self;
    return &postgresql_dialect;
}

static orma_status container(orma_store *store, orma_writer *out,
                             orma_error **err)
{
    char path[PATH_MAX];
    const int n =
        snprintf(path, sizeof path, "%s/container", store->config.repository);
    if (n < 0 || (size_t)n >= sizeof path)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "path \"%s\" is too long", store->config.repository);
    orma_status st = folder_check(store->config.repository, err);
    if (st != ORMA_OK)
        return st;
    st = host->write(out, (orma_str){path, (size_t)n});
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the container's path");
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_storage psql_dos = {
    .size = sizeof(orma_storage),
    .open = open_store,
    .close = close_store,
    .dialect = dialect,
    .container = container,
    .execute = execute,
    .prepare = prepare,
    .finalize = finalize,
    .bind = bind,
    .step = step,
    .column = column,
    .reset = reset,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .post = post,
    .reserve_ids = reserve_ids,
    .copy_begin = copy_begin,
    .copy_row = copy_row,
    .copy_end = copy_end,
    .changes = changes,
    .size_bytes = size_bytes,
    .backup = backup,
    .check = check,
    .provision = provision,
    .destroy = destroy,
};

static const orma_entry entries[] = {
    {ORMA_STORAGE, "core.psql_dos", &psql_dos},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER, .package = "core",
    .version = "0.1.0", .entry_count = sizeof entries / sizeof *entries,
    .entries = entries, .load = load,
};
