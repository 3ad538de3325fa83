/* Opening and closing a profile's store, and its transactions.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/fault.h>
#include <storage/schema.h>
#include <storage/staging.h>

static orma_status keep_folder(store *s, const char *container_path,
                               orma_error **err)
{
    const size_t len = (size_t)(file_name(container_path) - container_path);

    s->folder = len > 0 ? strndup(container_path, len) : text_copy(".");
    return s->folder != NULL ? ORMA_OK : error_no_memory(err);
}

static orma_status open_container(store *s, bool create, orma_error **err)
{
    AUTO_BUF buf path = {0};
    orma_writer writer = {&path, 0};

    orma_status st = s->db.driver->container(s->db.connection, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&path, err);
    if (st == ORMA_OK)
        st = keep_folder(s, buf_c_str(&path), err);
    /* An archive is there before the profile that names it. */
    if (st == ORMA_OK && create &&
        (!file_exists(buf_c_str(&path)) || file_is_dir(buf_c_str(&path))))
        st = container_create(buf_c_str(&path), err);
    if (st == ORMA_OK)
        st = staging_open_container(s, buf_c_str(&path), err);
    return st;
}

static orma_status create_schema(store *s, orma_error **err)
{
    orma_status st = sql_begin(&s->db, err);
    if (st == ORMA_OK)
        st = schema_create(&s->db, container_id(s->container), err);
    if (st == ORMA_OK)
        st = own_tables_create(&s->db, err);
    if (st == ORMA_OK)
        st = staging_claim(s, err);
    if (st == ORMA_OK)
        st = sql_commit(&s->db, err);
    if (st != ORMA_OK)
        sql_rollback(&s->db);
    s->has_own_tables = st == ORMA_OK;
    return st;
}

static orma_status open_parts(store *s, const orma_storage *driver,
                              const json_object *config, bool create,
                              orma_error **err)
{
    AUTO_FREE char *text = json_text(config, JSON_COMPACT);
    if (text == NULL)
        return error_no_memory(err);

    orma_status st = sql_open(driver, (orma_str){text, strlen(text)},
                              create ? ORMA_STORE_CREATE : 0, &s->db, err);
    if (st == ORMA_OK)
        st = open_container(s, create, err);
    if (st == ORMA_OK && container_is_archive(s->container))
        return archive_check_file(container_archive(s->container), err);
    if (st == ORMA_OK && create)
        return create_schema(s, err);
    if (st == ORMA_OK)
        st = schema_check(&s->db, container_id(s->container), err);
    if (st == ORMA_OK)
        st = own_tables_check(&s->db, &s->has_own_tables, err);
    return st;
}

orma_status store_open(registry *r, const char *backend,
                       const json_object *config, bool create, store **out,
                       orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *driver = NULL;

    orma_status st = registry_find(r, KIND_STORAGE, backend, &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(r, entry, &driver, err);
    if (st != ORMA_OK)
        return st;

    store *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_no_memory(err);
    s->registry = r;
    s->backend = text_copy(entry->name);
    st = s->backend == NULL ? error_no_memory(err)
                            : open_parts(s, driver, config, create, err);
    if (st != ORMA_OK) {
        store_close(s);
        return st;
    }
    *out = s;
    return ORMA_OK;
}

void store_close(store *s)
{
    if (s == NULL)
        return;
    store_note_changes(s, true);
    sql_close(&s->db);
    container_close(s->container);
    for (size_t i = 0; i < s->type_count; i++)
        free(s->types[i].node_type);
    free(s->types);
    for (size_t i = 0; i < s->seen_count; i++)
        free(s->seen[i].request);
    free(s->seen);
    free(s->backend);
    free(s->folder);
    free(s);
}

bool store_is_read_only(const store *s)
{
    return container_is_archive(s->container);
}

const char *store_folder(const store *s)
{
    return s->folder;
}

void store_set_default_user(store *s, int64_t pk)
{
    s->default_user = pk;
}

int64_t store_default_user(const store *s)
{
    return s->default_user;
}

/* What to wait before the next try: the first outlast another writer, the last
 * a server that starts again. */
static const int pauses_ms[] = {5,   10,   20,   50,   100,  200,
                                500, 1000, 2000, 4000, 8000, 8000};

bool store_again(orma_status st, size_t *tries, orma_error **err)
{
    if (st != ORMA_E_TRANSIENT || orma_error_code(*err) != ORMA_SQL_AGAIN ||
        *tries == sizeof pauses_ms / sizeof *pauses_ms)
        return false;
    /* Those who hindered each other shall not meet again. */
    const int64_t most = (int64_t)pauses_ms[(*tries)++] * 1000000;
    const int64_t ns = most / 2 + time_now_ns() % (most / 2);
    const struct timespec pause = {.tv_sec = (time_t)(ns / 1000000000),
                                   .tv_nsec = (long)(ns % 1000000000)};
    nanosleep(&pause, NULL);
    error_clear(err);
    return true;
}

static orma_status begin_once(store *s, orma_error **err)
{
    orma_status st = sql_begin(&s->db, err);
    if (st != ORMA_OK)
        return st;
    if (!s->has_own_tables)
        st = own_tables_create(&s->db, err);
    if (st == ORMA_OK)
        st = staging_claim(s, err);
    if (st != ORMA_OK)
        sql_rollback(&s->db);
    return st;
}

orma_status store_begin(store *s, orma_error **err)
{
    orma_error *why = NULL;
    size_t tries = 0;
    orma_status st;

    do
        st = begin_once(s, &why);
    while (store_again(st, &tries, &why));
    error_move(&why, err);
    return st;
}

orma_status store_transact(store *s, store_work *work, void *user,
                           orma_error **err)
{
    orma_error *why = NULL;
    size_t tries = 0;
    orma_status st;

    do {
        st = begin_once(s, &why);
        if (st != ORMA_OK)
            continue;
        st = work(s, user, &why);
        if (st == ORMA_OK)
            st = store_commit(s, &why);
        else
            store_rollback(s);
    } while (store_again(st, &tries, &why));
    error_move(&why, err);
    return st;
}

orma_status store_commit(store *s, orma_error **err)
{
    const orma_status st = sql_commit(&s->db, err);
    if (st == ORMA_OK)
        s->has_own_tables = true;
    else
        sql_rollback(&s->db);
    return st;
}

void store_rollback(store *s)
{
    sql_rollback(&s->db);
}

void store_set_fault(store *s, int step)
{
    s->fault_step = step;
    s->fault_count = 0;
}

orma_status store_fault(store *s, orma_error **err)
{
    if (s->fault_step == 0 || ++s->fault_count != s->fault_step)
        return ORMA_OK;
    return error_set(err, ORMA_E_TRANSIENT, "storage", 0,
                     "fault on demand at step %d", s->fault_step);
}

/* One number of the database into info[key]. */
static orma_status put_count(store *s, json_object *info, const char *key,
                             const char *template, orma_error **err)
{
    int64_t n = 0;
    query q;
    query_start_once(&q, &s->db, template);
    const orma_status st = query_run_int(&q, 0, &n, err);
    if (st == ORMA_OK && !json_set_int(info, key, n))
        return error_no_memory(err);
    return st;
}

orma_status store_info(store *s, json_object **info, orma_error **err)
{
    static const char *const counts[][2] = {
        {"nodes", "SELECT COUNT(*) FROM db_dbnode"},
        {"links", "SELECT COUNT(*) FROM db_dblink"},
        {"groups", "SELECT COUNT(*) FROM db_dbgroup"},
        {"computers", "SELECT COUNT(*) FROM db_dbcomputer"},
        {"users", "SELECT COUNT(*) FROM db_dbuser"},
        {"comments", "SELECT COUNT(*) FROM db_dbcomment"},
        {"logs", "SELECT COUNT(*) FROM db_dblog"},
    };
    container_count files;
    AUTO_JSON json_object *made = json_object_new_object();
    if (made == NULL || !json_set_text(made, "backend", s->backend) ||
        !json_set_text(made, "schema_version", SCHEMA_REVISION) ||
        !json_set_text(made, "container_id", container_id(s->container)))
        return error_no_memory(err);

    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof counts / sizeof *counts; i++)
        st = put_count(s, made, counts[i][0], counts[i][1], err);
    if (st == ORMA_OK)
        st = container_counts(s->container, &files, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_int(made, "objects", files.packed + files.loose) ||
        !json_set_int(made, "objects_packed", files.packed) ||
        !json_set_int(made, "objects_loose", files.loose) ||
        !json_set_int(made, "bytes", files.bytes))
        return error_no_memory(err);
    *info = made;
    made = NULL;
    return ORMA_OK;
}
