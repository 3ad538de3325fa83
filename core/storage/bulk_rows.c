/* Rows of nodes and links on their way through a driver's bulk copy.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/bulk_rows.h>

#include <string.h>

#include <base/text.h>

static const char *const node_columns[] = {
    "id",
    "uuid",
    "node_type",
    "process_type",
    "label",
    "description",
    "ctime",
    "mtime",
    "attributes",
    "extras",
    "repository_metadata",
    "dbcomputer_id",
    "user_id",
    NULL,
};

static const char *const link_columns[] = {"input_id", "output_id", "label",
                                           "type", NULL};

orma_status node_copy_begin(sql *db, orma_copy **copy, orma_error **err)
{
    return db->driver->copy_begin(db->connection, "db_dbnode", node_columns,
                                  copy, err);
}

orma_status link_copy_begin(sql *db, orma_copy **copy, orma_error **err)
{
    return db->driver->copy_begin(db->connection, "db_dblink", link_columns,
                                  copy, err);
}

static orma_sql_value text_of(orma_str text)
{
    return (orma_sql_value){
        .type = text.ptr == NULL ? ORMA_SQL_NULL : ORMA_SQL_TEXT, .text = text};
}

/* 0: NULL. */
static orma_sql_value pk_of(int64_t pk)
{
    return (orma_sql_value){.type = pk == 0 ? ORMA_SQL_NULL : ORMA_SQL_INTEGER,
                            .integer = pk};
}

orma_status node_copy_row(sql *db, orma_copy *copy, int64_t pk,
                          const bulk_node *n, orma_error **err)
{
    char uuid[37], ctime[27], mtime[27];

    uuid_format(&n->uuid, uuid);
    time_format_sql(n->ctime_ns, ctime);
    if (n->mtime_ns == n->ctime_ns)
        memcpy(mtime, ctime, sizeof mtime);
    else
        time_format_sql(n->mtime_ns, mtime);
    const orma_sql_value values[] = {
        pk_of(pk),
        text_of((orma_str){uuid, 36}),
        text_of(n->node_type),
        text_of(n->process_type),
        text_of(n->label),
        text_of(n->description),
        text_of((orma_str){ctime, 26}),
        text_of((orma_str){mtime, 26}),
        text_of(n->attributes),
        text_of(n->extras),
        text_of(n->repository),
        pk_of(n->computer_pk),
        pk_of(n->user_pk),
    };
    return db->driver->copy_row(copy, values, err);
}

orma_status link_copy_row(sql *db, orma_copy *copy, enum link_type type,
                          int64_t source_pk, int64_t target_pk, orma_str label,
                          orma_error **err)
{
    const char *word = link_type_word(type);
    const orma_sql_value values[] = {
        pk_of(source_pk),
        pk_of(target_pk),
        text_of(label),
        text_of((orma_str){word, strlen(word)}),
    };
    return db->driver->copy_row(copy, values, err);
}
