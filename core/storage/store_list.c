/* Listings: processes, nodes, codes, logs.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define DAY_NS (INT64_C(86400) * 1000000000)
#define PROJECTIONS_MAX 64

/* What a projection selects, and how the column becomes a value. */
typedef struct projection {
    const char *key;
    const char *expression;
    void (*set)(query *q, int32_t column, json_object *row, const char *key);
} projection;

static const projection plain_projections[] = {
    {"pk", "db_dbnode.id", row_set_int},
    {"uuid", "db_dbnode.uuid", row_set_text},
    {"node_type", "db_dbnode.node_type", row_set_text},
    {"process_type", "db_dbnode.process_type", row_set_text},
    {"label", "db_dbnode.label", row_set_text},
    {"description", "db_dbnode.description", row_set_text},
    {"ctime", "db_dbnode.ctime", row_set_time},
    {"mtime", "db_dbnode.mtime", row_set_time},
    {"computer",
     "(SELECT db_dbcomputer.label FROM db_dbcomputer WHERE db_dbcomputer.id = "
     "db_dbnode.dbcomputer_id)",
     row_set_text},
    {"user",
     "(SELECT db_dbuser.email FROM db_dbuser WHERE db_dbuser.id = "
     "db_dbnode.user_id)",
     row_set_text},
};

/* A statement being composed: conditions add parameters in order. */
typedef struct composition {
    buf text;
    const char *keys[PROJECTIONS_MAX]; /* of json_member, parameters 1… */
    int32_t key_count;
    int32_t next; /* number of the next parameter */
} composition;

/* "attributes.X" as an expression with X's first component as parameter. */
static orma_status compose_member(store *s, composition *c, const char *name,
                                  orma_error **err)
{
    static const struct {
        const char *prefix, *column;
    } columns[] = {{"attributes.", "db_dbnode.attributes"},
                   {"extras.", "db_dbnode.extras"}};

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!text_starts(name, columns[i].prefix))
            continue;
        const char *key = name + strlen(columns[i].prefix);
        if (*key == '\0' || strpbrk(key, ".\"\\") != NULL)
            break;
        sql_member(&s->db, columns[i].column, c->next++, &c->text);
        c->keys[c->key_count++] = key;
        return ORMA_OK;
    }
    const orma_status st = error_set(err, ORMA_E_INVALID, "storage", 0,
                                     "\"%.200s\" cannot be projected", name);
    error_hint(err, "use pk, uuid, node_type, process_type, label, "
                    "description, ctime, mtime, computer, user, attributes.X "
                    "or extras.X");
    return st;
}

static const projection *plain_projection(const char *name)
{
    for (size_t i = 0; i < sizeof plain_projections / sizeof *plain_projections;
         i++)
        if (text_equal(plain_projections[i].key, name))
            return &plain_projections[i];
    return NULL;
}

static orma_status compose_columns(store *s, composition *c,
                                   const process_query *wanted,
                                   orma_error **err)
{
    orma_status st = ORMA_OK;

    if (wanted->projection_count == 0 ||
        wanted->projection_count > PROJECTIONS_MAX)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "a listing has 1 to %d columns", PROJECTIONS_MAX);
    buf_text(&c->text, "SELECT ");
    for (size_t i = 0; st == ORMA_OK && i < wanted->projection_count; i++) {
        const projection *p = plain_projection(wanted->projections[i]);
        if (i > 0)
            buf_text(&c->text, ", ");
        if (p != NULL)
            buf_text(&c->text, p->expression);
        else
            st = compose_member(s, c, wanted->projections[i], err);
    }
    return st;
}

/* Values of conditions, in the order of their parameters. */
typedef struct condition_values {
    const char *text[4];
    int32_t text_at[4];
    int32_t text_count;
    int64_t since_ns;
    int32_t since_at; /* 0: none */
} condition_values;

static void where_text(composition *c, condition_values *v, const char *key,
                       const char *value)
{
    v->text[v->text_count] = value;
    v->text_at[v->text_count++] = c->next;
    buf_printf(&c->text, " AND {json:db_dbnode.attributes.%s} = ?%d", key,
               c->next++);
}

static void compose_conditions(composition *c, const process_query *wanted,
                               condition_values *v)
{
    const bool by_exit = wanted->failed || wanted->exit_status >= 0;

    buf_text(&c->text, " FROM db_dbnode WHERE " IS_PROCESS);
    if (wanted->state != NULL)
        where_text(c, v, "process_state", wanted->state);
    else if (!wanted->all && !by_exit)
        buf_text(&c->text, " AND {json:db_dbnode.attributes.process_state} IN "
                           "('created', 'running', 'waiting')");
    if (wanted->process_label != NULL)
        where_text(c, v, "process_label", wanted->process_label);
    if (by_exit && wanted->state == NULL)
        buf_text(&c->text, " AND {json:db_dbnode.attributes.process_state} = "
                           "'finished'");
    if (wanted->failed)
        buf_text(&c->text, " AND CAST({json:db_dbnode.attributes.exit_status} "
                           "AS INTEGER) <> 0");
    if (wanted->exit_status >= 0)
        buf_printf(&c->text,
                   " AND CAST({json:db_dbnode.attributes.exit_status} AS "
                   "INTEGER) = %lld",
                   (long long)wanted->exit_status);
    if (wanted->paused)
        buf_text(&c->text, " AND CAST({json:db_dbnode.attributes.paused} AS "
                           "TEXT) IN ('1', 'true')");
    if (wanted->past_days > 0) {
        v->since_ns = time_now_ns() - wanted->past_days * DAY_NS;
        v->since_at = c->next++;
        buf_printf(&c->text, " AND db_dbnode.ctime >= ?%dt", v->since_at);
    }
}

static void compose_order(composition *c, const process_query *wanted)
{
    const char *direction = wanted->descending ? "DESC" : "ASC";
    buf_printf(&c->text, " ORDER BY db_dbnode.%s %s, db_dbnode.id %s",
               wanted->by_mtime ? "mtime" : "ctime", direction, direction);
    if (wanted->limit > 0)
        buf_printf(&c->text, " LIMIT %lld", (long long)wanted->limit);
}

static orma_status run_listing(store *s, const composition *c,
                               const condition_values *v,
                               const process_query *wanted, json_object *rows,
                               orma_error **err)
{
    query q;

    query_start_once(&q, &s->db, buf_c_str(&c->text));
    for (int32_t i = 0; i < c->key_count; i++)
        query_text(&q, i + 1, c->keys[i]);
    for (int32_t i = 0; i < v->text_count; i++)
        query_text(&q, v->text_at[i], v->text[i]);
    if (v->since_at > 0)
        query_time(&q, v->since_at, v->since_ns);
    while (query_next(&q)) {
        json_object *row = rows_add(&q, rows);
        for (size_t i = 0; i < wanted->projection_count; i++) {
            const char *name = wanted->projections[i];
            const projection *p = plain_projection(name);
            if (p != NULL)
                p->set(&q, (int32_t)i, row, name);
            else
                row_set_json(&q, (int32_t)i, row, name);
        }
    }
    return query_end(&q, err);
}

orma_status store_list_processes(store *s, const process_query *wanted,
                                 json_object **rows, orma_error **err)
{
    AUTO_JSON json_object *made = json_object_new_array();
    composition c = {.next = 1};
    condition_values v = {0};
    if (made == NULL)
        return error_no_memory(err);

    orma_status st = compose_columns(s, &c, wanted, err);
    if (st == ORMA_OK) {
        compose_conditions(&c, wanted, &v);
        compose_order(&c, wanted);
        st = buf_status(&c.text, err);
    }
    if (st == ORMA_OK)
        st = run_listing(s, &c, &v, wanted, made, err);
    buf_free(&c.text);
    if (st != ORMA_OK)
        return st;
    *rows = made;
    made = NULL;
    return ORMA_OK;
}

orma_status store_list_logs(store *s, int64_t node_pk, json_object **rows,
                            orma_error **err)
{
    static const char template[] =
        "SELECT id, uuid, time, levelname, loggername, message FROM db_dblog "
        "WHERE dbnode_id = ?1 ORDER BY time, id";
    AUTO_JSON json_object *made = json_object_new_array();
    query q;
    if (made == NULL)
        return error_no_memory(err);

    query_start(&q, &s->db, template);
    query_int(&q, 1, node_pk);
    while (query_next(&q)) {
        json_object *row = rows_add(&q, made);
        row_set_int(&q, 0, row, "pk");
        row_set_text(&q, 1, row, "uuid");
        row_set_time(&q, 2, row, "time");
        row_set_text(&q, 3, row, "levelname");
        row_set_text(&q, 4, row, "loggername");
        row_set_text(&q, 5, row, "message");
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    *rows = made;
    made = NULL;
    return ORMA_OK;
}

orma_status store_list_codes(store *s, json_object **rows, orma_error **err)
{
    static const char template[] =
        "SELECT db_dbnode.id, db_dbnode.uuid, db_dbnode.label, "
        "db_dbnode.description, db_dbnode.node_type, db_dbcomputer.label, "
        "db_dbnode.extras, db_dbnode.attributes FROM " NODE_TABLES
        " WHERE db_dbnode.node_type LIKE 'data.core.code.%' "
        "ORDER BY db_dbnode.id";
    AUTO_JSON json_object *made = json_object_new_array();
    query q;
    if (made == NULL)
        return error_no_memory(err);

    query_start(&q, &s->db, template);
    while (query_next(&q)) {
        json_object *row = rows_add(&q, made);
        AUTO_JSON json_object *extras = column_json(&q, 6);
        row_set_int(&q, 0, row, "pk");
        row_set_text(&q, 1, row, "uuid");
        row_set_text(&q, 2, row, "label");
        row_set_text(&q, 3, row, "description");
        row_set_text(&q, 4, row, "node_type");
        row_set_text(&q, 5, row, "computer");
        if (row != NULL)
            json_set_bool(row, "hidden",
                          json_get_bool(extras, "hidden", false));
        row_set_json(&q, 7, row, "attributes");
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    *rows = made;
    made = NULL;
    return ORMA_OK;
}

/* The newest `limit` nodes, to be turned round: newest last. */
static const char nodes_without_attributes[] =
    "SELECT id, uuid, label, node_type, ctime FROM db_dbnode WHERE node_type "
    "LIKE ?1 ESCAPE '!' ORDER BY ctime DESC, id DESC LIMIT ?2";
static const char nodes_with_attributes[] =
    "SELECT id, uuid, label, node_type, ctime, attributes FROM db_dbnode WHERE "
    "node_type LIKE ?1 ESCAPE '!' ORDER BY ctime DESC, id DESC LIMIT ?2";

static json_object *reversed(const json_object *rows)
{
    json_object *out = json_object_new_array();
    for (size_t i = json_object_array_length(rows); out != NULL && i-- > 0;)
        if (json_object_array_add(
                out, json_object_get(json_object_array_get_idx(rows, i))) !=
            0) {
            json_object_put(out);
            return NULL;
        }
    return out;
}

orma_status store_list_nodes(store *s, const char *node_type_prefix,
                             bool with_attributes, int64_t limit,
                             json_object **rows, orma_error **err)
{
    AUTO_JSON json_object *found = json_object_new_array();
    AUTO_FREE char *like = like_prefix(node_type_prefix);
    query q;
    if (found == NULL || like == NULL)
        return error_no_memory(err);

    query_start(&q, &s->db,
                with_attributes ? nodes_with_attributes
                                : nodes_without_attributes);
    query_text(&q, 1, like);
    query_int(&q, 2, limit > 0 ? limit : INT64_MAX);
    while (query_next(&q)) {
        json_object *row = rows_add(&q, found);
        row_set_int(&q, 0, row, "pk");
        row_set_text(&q, 1, row, "uuid");
        row_set_text(&q, 2, row, "label");
        row_set_text(&q, 3, row, "node_type");
        row_set_time(&q, 4, row, "ctime");
        if (with_attributes)
            row_set_json(&q, 5, row, "attributes");
    }
    const orma_status st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    json_object *made = reversed(found);
    if (made == NULL)
        return error_no_memory(err);
    *rows = made;
    return ORMA_OK;
}
