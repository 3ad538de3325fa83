/* Nodes: what their columns hold, whether their files are there, and whether
 * they are what their hash says.
 *
 * SPDX-License-Identifier: MIT */
#include "verify_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/staging.h>

#define PORTION 500 /* nodes of a statement */

/* One row of db_dbnode, as texts that may be anything. */
typedef struct node_row {
    int64_t pk;
    char *uuid, *node_type, *ctime, *mtime;
    char *attributes, *extras, *repository;
} node_row;

static void row_finish(node_row *row)
{
    free(row->uuid);
    free(row->node_type);
    free(row->ctime);
    free(row->mtime);
    free(row->attributes);
    free(row->extras);
    free(row->repository);
}

static const char *const terminal_states[] = {"finished", "excepted", "killed"};

static bool is_terminal(const char *state)
{
    for (size_t i = 0; i < sizeof terminal_states / sizeof *terminal_states;
         i++)
        if (text_equal(state, terminal_states[i]))
            return true;
    return false;
}

static orma_status fault(verifier *v, const node_row *row, orma_error **err,
                         const char *why, const char *what)
{
    const verify_fault at = {
        .kind = "node", .table = "db_dbnode", .pk = row->pk, .name = row->uuid};
    return verify_fault_at(v, &at, err, "%s%s%s", what,
                           what[0] != '\0' && why[0] != '\0' ? " " : "", why);
}

/* *value NULL when it is null, or damaged, which is reported. */
static orma_status parse(verifier *v, const node_row *row, const char *text,
                         const char *column, json_object **value,
                         orma_error **err)
{
    json_object *parsed = NULL;
    *value = NULL;
    if (text == NULL)
        return ORMA_OK;
    const orma_status st =
        json_parse((orma_str){text, strlen(text)}, &parsed, NULL);
    if (st == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    if (st != ORMA_OK)
        return fault(v, row, err, "is no valid JSON", column);
    if (parsed != NULL && !json_object_is_type(parsed, json_type_object)) {
        json_object_put(parsed);
        return fault(v, row, err, "is no JSON object", column);
    }
    *value = parsed;
    return ORMA_OK;
}

/* ---- files ------------------------------------------------------- */

struct files {
    verifier *v;
    const node_row *row;
};

static orma_status check_file(void *user, const char *path, const char *key,
                              orma_error **err)
{
    const struct files *f = user;
    uint8_t bytes[KEY_BYTES];
    bool found = false;
    if (key == NULL) /* an empty folder */
        return ORMA_OK;
    AUTO_FREE char *what = text_printf("file \"%s\"", path);
    if (what == NULL)
        return error_no_memory(err);
    if (!key_parse((orma_str){key, strlen(key)}, bytes))
        return fault(f->v, f->row, err, "has no valid object key", what);
    if (!f->v->sees_container || key_set_has(f->v->present, bytes))
        return ORMA_OK;
    const orma_status st = store_has_object(f->v->s, key, &found, err);
    if (st != ORMA_OK || found) /* stored meanwhile, or by another host */
        return st;
    AUTO_FREE char *why =
        text_printf("is lost: object %s is not in the container", key);
    return why == NULL ? error_no_memory(err)
                       : fault(f->v, f->row, err, why, what);
}

static orma_status check_files(verifier *v, const node_row *row,
                               const json_object *tree, orma_error **err)
{
    struct files f = {v, row};
    AUTO_ERROR orma_error *why = NULL;
    const orma_status st = repository_walk(tree, check_file, &f, &why);
    if (st == ORMA_E_INVALID)
        return fault(v, row, err, orma_error_message(why), "repository:");
    if (st != ORMA_OK)
        error_move(&why, err);
    return st;
}

/* ---- one node ---------------------------------------------------- */

static orma_status check_state(verifier *v, const node_row *row,
                               const json_object *attributes, orma_error **err)
{
    const char *state = json_get_text(attributes, "process_state", "");
    const bool is_sealed = json_get_bool(attributes, "sealed", false);

    if (!text_starts(row->node_type, "process."))
        return ORMA_OK;
    if (is_sealed && state[0] != '\0' && !is_terminal(state))
        return fault(v, row, err, state, "is sealed, but its process_state is");
    if (!is_sealed && is_terminal(state))
        return fault(v, row, err, state,
                     "is not sealed, but its process_state is");
    return ORMA_OK;
}

static orma_status check_hash(verifier *v, const node_row *row,
                              const json_object *extras, orma_error **err)
{
    const char *recorded = json_get_text(extras, "_aiida_hash", NULL);
    AUTO_ERROR orma_error *why = NULL;
    char hash[NODE_HASH_HEX];
    node *n = NULL;

    if (recorded == NULL)
        return ORMA_OK;
    orma_status st = store_node(v->s, row->pk, &n, &why);
    if (st == ORMA_OK)
        st = store_node_hash(v->s, n, NULL, hash, &why);
    node_free(n);
    if (st == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    if (st != ORMA_OK) /* its plugin is not here, or it was told already */
        return ORMA_OK;
    if (text_equal(hash, recorded))
        return ORMA_OK;
    const verify_fault at = {
        .kind = "hash", .table = "db_dbnode", .pk = row->pk, .name = row->uuid};
    return verify_fault_at(v, &at, err,
                           "its recorded hash %.12s… is not that of its "
                           "content, %.12s… (`orma node rehash` renews it)",
                           recorded, hash);
}

static orma_status check_texts(verifier *v, const node_row *row,
                               orma_error **err)
{
    orma_uuid uuid;
    int64_t ns = 0;
    orma_status st = ORMA_OK;

    if (row->uuid == NULL || strlen(row->uuid) != 36 ||
        !uuid_parse(row->uuid, &uuid))
        st = fault(v, row, err, "is no UUID of 36 characters", "uuid");
    if (st == ORMA_OK && (row->ctime == NULL || !time_parse(row->ctime, &ns)))
        st = fault(v, row, err, "is no time", "ctime");
    if (st == ORMA_OK && (row->mtime == NULL || !time_parse(row->mtime, &ns)))
        st = fault(v, row, err, "is no time", "mtime");
    if (st == ORMA_OK &&
        (row->node_type == NULL || node_class_of(row->node_type) == NODE_OTHER))
        st = fault(v, row, err, row->node_type != NULL ? row->node_type : "",
                   "is of no known class of nodes:");
    return st;
}

static orma_status check_node(verifier *v, const node_row *row,
                              orma_error **err)
{
    AUTO_JSON json_object *attributes = NULL;
    AUTO_JSON json_object *extras = NULL;
    AUTO_JSON json_object *tree = NULL;

    orma_status st = check_texts(v, row, err);
    if (st == ORMA_OK)
        st = parse(v, row, row->attributes, "attributes", &attributes, err);
    if (st == ORMA_OK)
        st = parse(v, row, row->extras, "extras", &extras, err);
    if (st == ORMA_OK)
        st = parse(v, row, row->repository, "repository_metadata", &tree, err);
    if (st == ORMA_OK && row->node_type != NULL)
        st = check_state(v, row, attributes, err);
    if (st == ORMA_OK && tree != NULL)
        st = check_files(v, row, tree, err);
    if (st == ORMA_OK && v->o->with_hashes)
        st = check_hash(v, row, extras, err);
    return st;
}

/* ---- all nodes --------------------------------------------------- */

static orma_status read_portion(verifier *v, int64_t after, node_row *rows,
                                size_t *count, orma_error **err)
{
    static const char page[] =
        "SELECT id, uuid, node_type, ctime, mtime, attributes, extras, "
        "repository_metadata FROM db_dbnode WHERE id > ?1 ORDER BY id LIMIT "
        "500";
    size_t n = 0;
    query q;
    query_start(&q, &v->s->db, page);
    query_int(&q, 1, after);
    while (n < PORTION && query_next(&q)) {
        node_row *row = &rows[n++];
        *row = (node_row){
            .pk = column_int(&q, 0),
            .uuid = column_text(&q, 1),
            .node_type = column_text(&q, 2),
            .ctime = column_text(&q, 3),
            .mtime = column_text(&q, 4),
            .attributes = column_text(&q, 5),
            .extras = column_text(&q, 6),
            .repository = column_text(&q, 7),
        };
    }
    *count = n;
    return query_end(&q, err);
}

orma_status verify_nodes(verifier *v, orma_error **err)
{
    size_t count = PORTION;
    int64_t last = 0, total = 0;
    query q;
    node_row *rows = calloc(PORTION, sizeof *rows);
    if (rows == NULL)
        return error_no_memory(err);
    query_start_once(&q, &v->s->db, "SELECT COUNT(*) FROM db_dbnode");
    orma_status st = query_run_int(&q, 0, &total, err);

    while (st == ORMA_OK && count == PORTION) {
        count = 0;
        st = read_portion(v, last, rows, &count, err);
        for (size_t i = 0; i < count; i++) {
            if (st == ORMA_OK)
                st = check_node(v, &rows[i], err);
            last = rows[i].pk;
            row_finish(&rows[i]);
        }
        v->nodes += (int64_t)count;
        if (st == ORMA_OK)
            st = verify_step(v, "nodes", v->nodes, total, err);
    }
    free(rows);
    return st;
}
