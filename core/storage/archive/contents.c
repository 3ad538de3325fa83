/* What an opened archive holds.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/archive.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/archive/table.h>
#include <storage/store_internal.h>

static orma_status add_count(store *s, enum archive_table table,
                             json_object *into, orma_error **err)
{
    AUTO_BUF buf template = {0};
    int64_t count = 0;
    query q;

    buf_printf(&template, "SELECT COUNT(*) FROM %s", archive_table_name(table));
    orma_status st = buf_status(&template, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db, buf_c_str(&template));
    st = query_run_int(&q, 0, &count, err);
    if (st == ORMA_OK && !json_set_int(into, archive_table_word(table), count))
        return error_no_memory(err);
    return st;
}

/* {text: count} of a template's rows. */
static orma_status add_counted(store *s, const char *key, const char *template,
                               json_object *into, orma_error **err)
{
    json_object *found = json_object_new_object();
    query q;

    if (found == NULL || !json_set(into, key, found))
        return error_no_memory(err);
    query_start_once(&q, &s->db, template);
    while (query_next(&q)) {
        AUTO_FREE char *word = column_text(&q, 0);
        if (word != NULL && !json_set_int(found, word, column_int(&q, 1)))
            q.status = error_no_memory(&q.error);
    }
    return query_end(&q, err);
}

/* [text, …] of a template's rows. */
static orma_status add_texts(store *s, const char *key, const char *template,
                             json_object *into, orma_error **err)
{
    json_object *found = json_object_new_array();
    query q;

    if (found == NULL || !json_set(into, key, found))
        return error_no_memory(err);
    query_start_once(&q, &s->db, template);
    while (query_next(&q)) {
        const orma_str text = column_str(&q, 0);
        json_object *value =
            text.ptr == NULL
                ? NULL
                : json_object_new_string_len(text.ptr, (int)text.len);
        if (value == NULL || json_object_array_add(found, value) != 0)
            q.status = error_no_memory(&q.error);
    }
    return query_end(&q, err);
}

orma_status archive_contents(store *archive, json_object **contents,
                             orma_error **err)
{
    static const struct {
        const char *key, *template;
        bool is_counted;
    } lists[] = {
        {"node_types",
         "SELECT node_type, COUNT(*) FROM db_dbnode GROUP BY node_type ORDER "
         "BY node_type",
         true},
        {"process_types",
         "SELECT process_type, COUNT(*) FROM db_dbnode WHERE process_type IS "
         "NOT NULL AND process_type <> '' GROUP BY process_type ORDER BY "
         "process_type",
         true},
        {"group_labels", "SELECT label FROM db_dbgroup ORDER BY label", false},
        {"computer_labels", "SELECT label FROM db_dbcomputer ORDER BY label",
         false},
        {"user_emails", "SELECT email FROM db_dbuser ORDER BY email", false},
    };
    container_count objects;
    AUTO_JSON json_object *made = json_object_new_object();
    orma_status st = made == NULL ? error_no_memory(err) : ORMA_OK;

    for (int i = 0; st == ORMA_OK && i < TABLE_COUNT; i++)
        st = add_count(archive, (enum archive_table)i, made, err);
    if (st == ORMA_OK)
        st = container_counts(archive->container, &objects, err);
    if (st == ORMA_OK &&
        (!json_set_int(made, "objects", objects.packed + objects.loose) ||
         !json_set_int(made, "object_bytes", objects.bytes)))
        st = error_no_memory(err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof lists / sizeof *lists; i++)
        st = lists[i].is_counted ? add_counted(archive, lists[i].key,
                                               lists[i].template, made, err)
                                 : add_texts(archive, lists[i].key,
                                             lists[i].template, made, err);
    if (st != ORMA_OK)
        return st;
    *contents = made;
    made = NULL;
    return ORMA_OK;
}
