/* orma's own tables and indexes beside AiiDA's.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/own_tables.h>

#include <base/cleanup.h>
#include <base/error.h>

static const char meta_table[] =
    "CREATE TABLE IF NOT EXISTS orma_meta (\"key\" VARCHAR(255) NOT NULL, "
    "val %s NOT NULL, CONSTRAINT orma_meta_pkey PRIMARY KEY (\"key\"))";

static const char process_table[] =
    "CREATE TABLE IF NOT EXISTS orma_process ("
    "node_id INTEGER NOT NULL, state VARCHAR(255) NOT NULL, "
    "stage VARCHAR(255) NOT NULL, attempt INTEGER NOT NULL, "
    "submission INTEGER NOT NULL, wake_ns BIGINT NOT NULL, "
    "lease_epoch BIGINT NOT NULL, job_id TEXT, request VARCHAR(255), "
    "paused %s NOT NULL, last_error TEXT, details %s NOT NULL, "
    "changed_ns BIGINT NOT NULL, "
    "CONSTRAINT orma_process_pkey PRIMARY KEY (node_id), "
    "CONSTRAINT fk_orma_process_node_id_db_dbnode FOREIGN KEY(node_id) "
    "REFERENCES db_dbnode (id) ON DELETE CASCADE "
    "DEFERRABLE INITIALLY DEFERRED)";

/* Objects of hosts that may not write to the container, in parts, on their way
 * to the host that may. */
static const char object_table[] =
    "CREATE TABLE IF NOT EXISTS orma_object ("
    "\"key\" VARCHAR(64) NOT NULL, part INTEGER NOT NULL, content %s NOT NULL, "
    "size BIGINT NOT NULL, ctime_ns BIGINT NOT NULL, "
    "CONSTRAINT orma_object_pkey PRIMARY KEY (\"key\", part))";

/* Listings of processes: the active ones, the newest, those of one label. */
static const char *const list_indexes[] = {
    "CREATE INDEX IF NOT EXISTS orma_ix_process_state ON db_dbnode "
    "({json:attributes.process_state}, ctime) WHERE " IS_PROCESS,
    "CREATE INDEX IF NOT EXISTS orma_ix_process_ctime ON db_dbnode (ctime) "
    "WHERE " IS_PROCESS,
    "CREATE INDEX IF NOT EXISTS orma_ix_process_label ON db_dbnode "
    "({json:attributes.process_label}, ctime) WHERE " IS_PROCESS,
    /* The newest nodes of a type. */
    "CREATE INDEX IF NOT EXISTS orma_ix_node_type_ctime ON db_dbnode "
    "(node_type, ctime)",
    /* Nodes of the same content, for caching. */
    "CREATE INDEX IF NOT EXISTS orma_ix_node_hash ON db_dbnode "
    "({json:extras._aiida_hash}) WHERE {json:extras._aiida_hash} IS NOT NULL",
    /* Sources of the cache; data is never looked for by its hash. */
    "CREATE INDEX IF NOT EXISTS orma_ix_process_hash ON db_dbnode "
    "({json:extras._aiida_hash}) WHERE " IS_PROCESS,
};

/* What AiiDA's rules for links say about uniqueness (reference: graph/link.c);
 * a `unique triple` follows from the rule at the other end. */
static const struct {
    const char *name, *columns, *type;
} link_indexes[] = {
    {"orma_uq_link_create_target", "output_id", "create"},
    {"orma_uq_link_call_calc_target", "output_id", "call_calc"},
    {"orma_uq_link_call_work_target", "output_id", "call_work"},
    {"orma_uq_link_create_label", "input_id, label", "create"},
    {"orma_uq_link_return_label", "input_id, label", "return"},
    {"orma_uq_link_input_calc_label", "output_id, label", "input_calc"},
    {"orma_uq_link_input_work_label", "output_id, label", "input_work"},
};

orma_status own_tables_check(sql *db, bool *exist, orma_error **err)
{
    query q;
    AUTO_ERROR orma_error *why = NULL;
    AUTO_JSON json_object *version = NULL;

    query_start_once(&q, db, "SELECT val FROM orma_meta WHERE \"key\" = ?1");
    query_text(&q, 1, "version");
    if (query_next(&q))
        version = column_json(&q, 0);
    const orma_status st = query_end(&q, &why);
    if (st != ORMA_OK && st != ORMA_E_BUG) { /* BUG: no such table */
        error_move(&why, err);
        return st;
    }

    const int64_t found = version == NULL ? 0 : json_object_get_int64(version);
    if (found > OWN_TABLES_VERSION) {
        const orma_status refused =
            error_set(err, ORMA_E_INVALID, "storage", 0,
                      "orma's tables in this database are of version %lld, and "
                      "this orma knows version %d",
                      (long long)found, OWN_TABLES_VERSION);
        error_hint(err, "use the newer orma that wrote them");
        return refused;
    }
    *exist = found == OWN_TABLES_VERSION;
    return ORMA_OK;
}

/* How many rows IS_PROCESS is true of, for the planner. */
static void append_statistics(const orma_dialect *d, buf *out)
{
    if (d->expression_statistics == NULL)
        return;
    for (const char *p = d->expression_statistics; *p != '\0'; p++) {
        if (*p == '#')
            buf_text(out, "orma_st_is_process");
        else if (*p == '@')
            buf_text(out, "db_dbnode");
        else if (*p == '?')
            buf_text(out, PROCESS_PREFIX);
        else
            buf_char(out, *p);
    }
    buf_text(out, ";\n");
}

static orma_status create_tables(sql *db, orma_error **err)
{
    AUTO_BUF buf text = {0};
    buf_printf(&text, meta_table, db->dialect->json);
    buf_text(&text, ";\n");
    buf_printf(&text, process_table, db->dialect->boolean, db->dialect->json);
    buf_text(&text, ";\n");
    buf_printf(&text, object_table, db->dialect->blob);
    buf_text(&text, ";\n");
    for (size_t i = 0; i < sizeof list_indexes / sizeof *list_indexes; i++) {
        buf_text(&text, list_indexes[i]);
        buf_text(&text, ";\n");
    }
    append_statistics(db->dialect, &text);
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK ? sql_execute(db, buf_c_str(&text), err) : st;
}

/* One unique index, unless links of the database violate it already. */
static orma_status create_link_index(sql *db, size_t i, json_object *skipped,
                                     orma_error **err)
{
    AUTO_BUF buf text = {0};
    int64_t violations = 0;
    query q;

    buf_printf(&text,
               "SELECT COUNT(*) FROM (SELECT 1 FROM db_dblink WHERE type = "
               "'%s' GROUP BY %s HAVING COUNT(*) > 1 LIMIT 1) AS violations",
               link_indexes[i].type, link_indexes[i].columns);
    query_start_once(&q, db, buf_c_str(&text));
    orma_status st = query_run_int(&q, 0, &violations, err);
    if (st != ORMA_OK)
        return st;
    if (violations > 0) {
        json_object *name = json_object_new_string(link_indexes[i].name);
        if (name == NULL || json_object_array_add(skipped, name) != 0) {
            json_object_put(name);
            return error_no_memory(err);
        }
        return ORMA_OK;
    }

    buf_clear(&text);
    buf_printf(&text,
               "CREATE UNIQUE INDEX IF NOT EXISTS %s ON db_dblink (%s) WHERE "
               "type = '%s'",
               link_indexes[i].name, link_indexes[i].columns,
               link_indexes[i].type);
    st = buf_status(&text, err);
    return st == ORMA_OK ? sql_execute(db, buf_c_str(&text), err) : st;
}

static orma_status put_meta(sql *db, const char *key, const json_object *value,
                            orma_error **err)
{
    query q;
    query_start_once(&q, db,
                     "INSERT INTO orma_meta (\"key\", val) VALUES (?1, ?2j) "
                     "ON CONFLICT (\"key\") DO UPDATE SET val = "
                     "excluded.val");
    query_text(&q, 1, key);
    query_json(&q, 2, value);
    return query_run(&q, err);
}

/* Two who make the same tables at once disturb each other on PostgreSQL: a row
 * that every storage has lets one in at a time. Nothing of it changes. */
static orma_status wait_for_others(sql *db, orma_error **err)
{
    query q;
    query_start_once(&q, db,
                     "UPDATE db_dbsetting SET description = description WHERE "
                     "\"key\" = ?1");
    query_text(&q, 1, "repository|uuid");
    return query_run(&q, err);
}

orma_status own_tables_create(sql *db, orma_error **err)
{
    AUTO_JSON json_object *skipped = json_object_new_array();
    AUTO_JSON json_object *version = json_object_new_int(OWN_TABLES_VERSION);
    if (skipped == NULL || version == NULL)
        return error_no_memory(err);

    orma_status st = wait_for_others(db, err);
    if (st == ORMA_OK)
        st = create_tables(db, err);
    for (size_t i = 0;
         st == ORMA_OK && i < sizeof link_indexes / sizeof *link_indexes; i++)
        st = create_link_index(db, i, skipped, err);
    if (st == ORMA_OK)
        st = put_meta(db, "version", version, err);
    if (st == ORMA_OK)
        st = put_meta(db, "skipped_indexes", skipped, err);
    return st;
}
