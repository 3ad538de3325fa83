/* Bringing an older schema to AiiDA's present revision.
 *
 * AiiDA's main_0002 has the tables of main_0001: it only forgets the hashes of
 * calcjobs, whose rule had changed.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/migrate.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/schema.h>
#include <storage/store_internal.h>

#define OLDER_REVISION "main_0001"

static orma_status open_database(registry *r, const char *backend,
                                 const json_object *config, sql *db,
                                 orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *driver = NULL;
    AUTO_FREE char *text = json_text(config, JSON_COMPACT);

    orma_status st = text == NULL
                         ? error_no_memory(err)
                         : registry_find(r, KIND_STORAGE, backend, &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(r, entry, &driver, err);
    return st == ORMA_OK
               ? sql_open(driver, (orma_str){text, strlen(text)}, 0, db, err)
               : st;
}

orma_status store_revision(registry *r, const char *backend,
                           const json_object *config, char **revision,
                           orma_error **err)
{
    sql db = {0};
    orma_status st = open_database(r, backend, config, &db, err);
    if (st == ORMA_OK)
        st = schema_revision(&db, revision, err);
    sql_close(&db);
    return st;
}

/* The extras of a calcjob without its hash; pages, since each is rewritten. */
static orma_status forget_hash(sql *db, int64_t pk, json_object *extras,
                               orma_error **err)
{
    query q;
    json_object_object_del(extras, "_aiida_hash");
    query_start_once(&q, db, "UPDATE db_dbnode SET extras = ?2j WHERE id = ?1");
    query_int(&q, 1, pk);
    query_json(&q, 2, extras);
    return query_run(&q, err);
}

static orma_status next_calcjob(sql *db, int64_t after, int64_t *pk,
                                json_object **extras, orma_error **err)
{
    query q;
    *pk = 0;
    *extras = NULL;
    query_start_once(&q, db,
                     "SELECT id, extras FROM db_dbnode WHERE id > ?1 AND "
                     "node_type = ?2 ORDER BY id LIMIT 1");
    query_int(&q, 1, after);
    query_text(&q, 2, NODE_TYPE_CALCJOB);
    if (query_next(&q)) {
        *pk = column_int(&q, 0);
        *extras = column_json(&q, 1);
    }
    return query_end(&q, err);
}

static orma_status forget_hashes(sql *db, int64_t *changed, orma_error **err)
{
    int64_t pk = 0;
    orma_status st = ORMA_OK;
    do {
        AUTO_JSON json_object *extras = NULL;
        st = next_calcjob(db, pk, &pk, &extras, err);
        if (st == ORMA_OK && json_get(extras, "_aiida_hash") != NULL) {
            st = forget_hash(db, pk, extras, err);
            ++*changed;
        }
    } while (st == ORMA_OK && pk != 0);
    return st;
}

static orma_status set_revision(sql *db, orma_error **err)
{
    query q;
    query_start_once(&q, db,
                     "UPDATE alembic_version SET version_num = ?1 WHERE "
                     "version_num = ?2");
    query_text(&q, 1, SCHEMA_REVISION);
    query_text(&q, 2, OLDER_REVISION);
    return query_run(&q, err);
}

static orma_status migrate(sql *db, int64_t *changed, orma_error **err)
{
    orma_status st = sql_begin(db, err);
    if (st != ORMA_OK)
        return st;
    st = forget_hashes(db, changed, err);
    if (st == ORMA_OK)
        st = set_revision(db, err);
    if (st == ORMA_OK)
        st = sql_commit(db, err);
    if (st != ORMA_OK)
        sql_rollback(db);
    return st;
}

static orma_status refuse(const char *revision, orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_UNSUPPORTED, "storage", 0,
                  "the schema is at revision \"%s\", and orma migrates from "
                  "\"" OLDER_REVISION "\" to \"" SCHEMA_REVISION "\" only",
                  revision);
    error_hint(err, "bring an older storage to " SCHEMA_REVISION
                    " with AiiDA 2 (`verdi storage migrate`); a newer one "
                    "needs a newer orma");
    return st;
}

orma_status store_migrate(registry *r, const char *backend,
                          const json_object *config, bool *is_current,
                          int64_t *changed, orma_error **err)
{
    AUTO_FREE char *revision = NULL;
    int64_t count = 0;
    sql db = {0};
    bool current = false;

    orma_status st = open_database(r, backend, config, &db, err);
    if (st == ORMA_OK)
        st = schema_revision(&db, &revision, err);
    if (st == ORMA_OK) {
        current = text_equal(revision, SCHEMA_REVISION);
        if (!current)
            st = text_equal(revision, OLDER_REVISION)
                     ? migrate(&db, &count, err)
                     : refuse(revision, err);
    }
    sql_close(&db);
    if (st != ORMA_OK)
        return st;
    *is_current = current;
    *changed = count;
    return ORMA_OK;
}
