/* How much there is in a storage.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/statistics.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/schema.h>
#include <storage/staging.h>
#include <storage/store_internal.h>

static const struct {
    const char *name, *count;
} entities[] = {
    {"users", "SELECT COUNT(*) FROM db_dbuser"},
    {"computers", "SELECT COUNT(*) FROM db_dbcomputer"},
    {"nodes", "SELECT COUNT(*) FROM db_dbnode"},
    {"links", "SELECT COUNT(*) FROM db_dblink"},
    {"groups", "SELECT COUNT(*) FROM db_dbgroup"},
    {"comments", "SELECT COUNT(*) FROM db_dbcomment"},
    {"logs", "SELECT COUNT(*) FROM db_dblog"},
};

/* What verdi's --detailed adds: texts of one column. */
static const struct {
    const char *entity, *key, *list;
} details[] = {
    {"users", "emails", "SELECT email FROM db_dbuser ORDER BY email"},
    {"computers", "labels", "SELECT label FROM db_dbcomputer ORDER BY label"},
    {"nodes", "node_types",
     "SELECT DISTINCT node_type FROM db_dbnode ORDER BY node_type"},
    {"nodes", "process_types",
     "SELECT DISTINCT process_type FROM db_dbnode WHERE process_type IS NOT "
     "NULL AND process_type <> '' ORDER BY process_type"},
    {"groups", "type_strings",
     "SELECT DISTINCT type_string FROM db_dbgroup ORDER BY type_string"},
};

static orma_status add_counts(store *s, json_object *all, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof entities / sizeof *entities;
         i++) {
        int64_t count = 0;
        query q;
        query_start_once(&q, &s->db, entities[i].count);
        st = query_run_int(&q, 0, &count, err);
        json_object *one = json_object_new_object();
        if (one == NULL || !json_set_int(one, "count", count) ||
            !json_set(all, entities[i].name, one))
            return error_no_memory(err);
    }
    return st;
}

static orma_status add_texts(store *s, json_object *entity, const char *key,
                             const char *statement, orma_error **err)
{
    json_object *texts = json_object_new_array();
    query q;
    if (texts == NULL || !json_set(entity, key, texts))
        return error_no_memory(err);
    query_start_once(&q, &s->db, statement);
    while (query_next(&q)) {
        const orma_str text = column_str(&q, 0);
        json_object *value = json_object_new_string_len(
            text.ptr == NULL ? "" : text.ptr, (int)text.len);
        if (value == NULL || json_object_array_add(texts, value) != 0) {
            json_object_put(value);
            query_end(&q, NULL);
            return error_no_memory(err);
        }
    }
    return query_end(&q, err);
}

static orma_status add_times(store *s, json_object *nodes, orma_error **err)
{
    query q;
    query_start_once(&q, &s->db,
                     "SELECT MIN(ctime), MAX(ctime) FROM db_dbnode");
    if (query_next(&q) && !column_is_null(&q, 0)) {
        row_set_time(&q, 0, nodes, "first_created");
        row_set_time(&q, 1, nodes, "last_created");
    }
    return query_end(&q, err);
}

static orma_status add_details(store *s, json_object *all, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof details / sizeof *details;
         i++)
        st = add_texts(s, json_get(all, details[i].entity), details[i].key,
                       details[i].list, err);
    return st == ORMA_OK ? add_times(s, json_get(all, "nodes"), err) : st;
}

static orma_status add_repository(store *s, json_object *all, orma_error **err)
{
    container_count count = {0};
    container_sizes sizes = {0};
    json_object *bytes = json_object_new_object();
    json_object *repository = json_object_new_object();
    if (bytes == NULL || repository == NULL ||
        !json_set(all, "repository", repository) ||
        !json_set(repository, "bytes", bytes))
        return error_no_memory(err);

    orma_status st = container_counts(s->container, &count, err);
    if (st == ORMA_OK)
        st = container_get_size(s->container, &sizes, err);
    if (st != ORMA_OK)
        return st;
    const struct {
        json_object *to;
        const char *key;
        int64_t value;
    } members[] = {
        {repository, "loose", count.loose},
        {repository, "packed", count.packed},
        {repository, "packs", sizes.pack_count},
        {bytes, "content_packed", sizes.packed},
        {bytes, "packed", sizes.packed_stored},
        {bytes, "pack_files", sizes.pack_files},
        {bytes, "index", sizes.index},
        {bytes, "loose", sizes.loose},
        {bytes, "total", sizes.pack_files + sizes.index + sizes.loose},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_set_int(members[i].to, members[i].key, members[i].value))
            return error_no_memory(err);
    return ORMA_OK;
}

static orma_status add_head(store *s, json_object *all, orma_error **err)
{
    int64_t bytes = 0;
    json_object *home = NULL;
    if (!json_set_text(all, "backend", s->backend) ||
        !json_set_text(all, "schema_version", SCHEMA_REVISION) ||
        !json_set_text(all, "container_id", container_id(s->container)) ||
        !json_set_text(all, "folder", s->folder))
        return error_no_memory(err);
    orma_status st = s->db.driver->size_bytes(s->db.connection, &bytes, err);
    if (st == ORMA_OK)
        st = store_home(s, &home, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_int(all, "database_bytes", bytes) ||
        (home != NULL && !json_set(all, "home", home)))
        return error_no_memory(err);
    return ORMA_OK;
}

orma_status store_statistics(store *s, bool is_detailed, json_object **out,
                             orma_error **err)
{
    AUTO_JSON json_object *all = json_object_new_object();
    if (all == NULL)
        return error_no_memory(err);
    orma_status st = add_head(s, all, err);
    json_object *counts = json_object_new_object();
    if (st == ORMA_OK && (counts == NULL || !json_set(all, "entities", counts)))
        return error_no_memory(err);
    if (st == ORMA_OK)
        st = add_counts(s, counts, err);
    if (st == ORMA_OK && is_detailed)
        st = add_details(s, counts, err);
    if (st == ORMA_OK && !s->is_away)
        st = add_repository(s, all, err);
    if (st != ORMA_OK)
        return st;
    *out = all;
    all = NULL;
    return ORMA_OK;
}
