/* Listings: processes, nodes, codes, logs.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/members.h>
#include <storage/store_internal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define DAY_NS (INT64_C(86400) * 1000000000)
#define PROJECTIONS_MAX 64
#define SQL_TIME_LEN 26

/* What a projection selects, and how the column becomes JSON text. */
typedef struct projection {
    const char *key;
    const char *expression;
    orma_status (*write)(query *q, int32_t column, buf *out, orma_error **err);
} projection;

static orma_status write_int(query *q, int32_t column, buf *out,
                             orma_error **err)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)column_int(q, column));
    buf_text(out, digits);
    return buf_status(out, err);
}

static orma_status write_text(query *q, int32_t column, buf *out,
                              orma_error **err)
{
    return member_write_text(out, column_str(q, column), err);
}

/* Whether a time is as AiiDA writes it, "YYYY-MM-DD HH:MM:SS.ffffff". */
static bool is_sql_time(orma_str text)
{
    return text.ptr != NULL && text.len == SQL_TIME_LEN &&
           text.ptr[10] == ' ' && text.ptr[19] == '.' &&
           strspn(text.ptr + 20, "0123456789") == 6;
}

static orma_status write_time(query *q, int32_t column, buf *out,
                              orma_error **err)
{
    char iso[33];
    const orma_str text = column_str(q, column);
    int64_t ns = 0;

    if (!column_has_time(q, column, &ns)) {
        buf_text(out, "null");
        return buf_status(out, err);
    }
    buf_char(out, '"');
    if (is_sql_time(text)) { /* taken apart and composed, it is the same */
        buf_append(out, text.ptr, 10);
        buf_char(out, 'T');
        buf_append(out, text.ptr + 11, SQL_TIME_LEN - 11);
        buf_text(out, "+00:00");
    } else {
        time_format_iso(ns, iso);
        buf_text(out, iso);
    }
    buf_char(out, '"');
    return buf_status(out, err);
}

static const projection plain_projections[] = {
    {"pk", "db_dbnode.id", write_int},
    {"uuid", "db_dbnode.uuid", write_text},
    {"node_type", "db_dbnode.node_type", write_text},
    {"process_type", "db_dbnode.process_type", write_text},
    {"label", "db_dbnode.label", write_text},
    {"description", "db_dbnode.description", write_text},
    {"ctime", "db_dbnode.ctime", write_time},
    {"mtime", "db_dbnode.mtime", write_time},
    {"computer",
     "(SELECT db_dbcomputer.label FROM db_dbcomputer WHERE db_dbcomputer.id = "
     "db_dbnode.dbcomputer_id)",
     write_text},
    {"user",
     "(SELECT db_dbuser.email FROM db_dbuser WHERE db_dbuser.id = "
     "db_dbnode.user_id)",
     write_text},
};

/* JSON columns whose members may be projected. */
static const struct {
    const char *prefix, *expression;
} member_columns[] = {
    {"attributes.", "db_dbnode.attributes"},
    {"extras.", "db_dbnode.extras"},
};
enum { MEMBER_COLUMNS = sizeof member_columns / sizeof *member_columns };

/* The members to be found in one of them, which is selected once. */
typedef struct member_selection {
    int32_t column; /* of the statement, where there are keys */
    const char *keys[PROJECTIONS_MAX];
    size_t at[PROJECTIONS_MAX]; /* the projection that each key is */
    size_t key_count;
    orma_str found[PROJECTIONS_MAX]; /* in the present row */
} member_selection;

/* A statement being composed: conditions add parameters in order. */
typedef struct composition {
    buf text;
    int32_t next; /* number of the next parameter */

    const projection *plain[PROJECTIONS_MAX]; /* NULL: a member */
    int32_t columns[PROJECTIONS_MAX];         /* of the plain ones */
    int32_t column_count;
    member_selection members[MEMBER_COLUMNS];
} composition;

/* Number of the statement's new column. */
static int32_t compose_column(composition *c, const char *expression)
{
    if (c->column_count > 0)
        buf_text(&c->text, ", ");
    buf_text(&c->text, expression);
    return c->column_count++;
}

/* "attributes.X": the column that has X, once for all of its members. */
static orma_status compose_member(composition *c, const char *name, size_t at,
                                  orma_error **err)
{
    for (size_t i = 0; i < MEMBER_COLUMNS; i++) {
        member_selection *m = &c->members[i];
        if (!text_starts(name, member_columns[i].prefix))
            continue;
        const char *key = name + strlen(member_columns[i].prefix);
        if (*key == '\0' || strpbrk(key, ".\"\\") != NULL)
            break;
        if (m->key_count == 0)
            m->column = compose_column(c, member_columns[i].expression);
        m->at[m->key_count] = at;
        m->keys[m->key_count++] = key;
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

static orma_status compose_columns(composition *c, const process_query *wanted,
                                   orma_error **err)
{
    orma_status st = ORMA_OK;

    if (wanted->projection_count == 0 ||
        wanted->projection_count > PROJECTIONS_MAX)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "a listing has 1 to %d columns", PROJECTIONS_MAX);
    buf_text(&c->text, "SELECT ");
    for (size_t i = 0; st == ORMA_OK && i < wanted->projection_count; i++) {
        c->plain[i] = plain_projection(wanted->projections[i]);
        if (c->plain[i] != NULL)
            c->columns[i] = compose_column(c, c->plain[i]->expression);
        else
            st = compose_member(c, wanted->projections[i], i, err);
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

/* One row while it is read, and who gets it. */
typedef struct listed_row {
    process_visit *visit;
    void *user;
    size_t count;
    buf text; /* the values, one behind the other */
    size_t starts[PROJECTIONS_MAX + 1];
    orma_str values[PROJECTIONS_MAX];
    orma_str members[PROJECTIONS_MAX]; /* as they stand in their column */
} listed_row;

static void find_members(query *q, composition *c, listed_row *row)
{
    for (size_t i = 0; i < MEMBER_COLUMNS; i++) {
        member_selection *m = &c->members[i];
        if (m->key_count == 0)
            continue;
        members_find(column_str(q, m->column), m->keys, m->key_count, m->found);
        for (size_t k = 0; k < m->key_count; k++)
            row->members[m->at[k]] = m->found[k];
    }
}

static orma_status read_row(query *q, composition *c, listed_row *row,
                            orma_error **err)
{
    orma_status st = ORMA_OK;

    buf_clear(&row->text);
    find_members(q, c, row);
    for (size_t i = 0; st == ORMA_OK && i < row->count; i++) {
        st = c->plain[i] != NULL
                 ? c->plain[i]->write(q, c->columns[i], &row->text, err)
                 : member_write(&row->text, row->members[i], err);
        row->starts[i + 1] = row->text.len;
    }
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < row->count; i++)
        row->values[i] = (orma_str){buf_c_str(&row->text) + row->starts[i],
                                    row->starts[i + 1] - row->starts[i]};
    return ORMA_OK;
}

static orma_status run_listing(store *s, composition *c,
                               const condition_values *v, listed_row *row,
                               orma_error **err)
{
    orma_status st = ORMA_OK;
    query q;

    query_start_once(&q, &s->db, buf_c_str(&c->text));
    q.is_listing = true;
    for (int32_t i = 0; i < v->text_count; i++)
        query_text(&q, v->text_at[i], v->text[i]);
    if (v->since_at > 0)
        query_time(&q, v->since_at, v->since_ns);
    while (st == ORMA_OK && query_next(&q)) {
        st = read_row(&q, c, row, err);
        if (st == ORMA_OK && q.status == ORMA_OK)
            st = row->visit(row->user, row->values, err);
    }
    const orma_status ended = query_end(&q, err);
    return st != ORMA_OK ? st : ended;
}

orma_status store_list_processes(store *s, const process_query *wanted,
                                 process_visit *visit, void *user,
                                 orma_error **err)
{
    composition c = {.next = 1};
    condition_values v = {0};
    listed_row row = {
        .visit = visit, .user = user, .count = wanted->projection_count};

    orma_status st = compose_columns(&c, wanted, err);
    if (st == ORMA_OK) {
        compose_conditions(&c, wanted, &v);
        compose_order(&c, wanted);
        st = buf_status(&c.text, err);
    }
    if (st == ORMA_OK)
        st = run_listing(s, &c, &v, &row, err);
    buf_free(&c.text);
    buf_free(&row.text);
    return st;
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
    q.is_listing = true;
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
    q.is_listing = true;
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

orma_status store_node_types(store *s, const char *prefix, json_object **types,
                             orma_error **err)
{
    static const char template[] =
        "SELECT MIN(node_type) FROM db_dbnode WHERE node_type > ?1";
    AUTO_JSON json_object *made = json_object_new_array();
    char *last = text_copy("");
    orma_status st = made == NULL ? error_no_memory(err) : ORMA_OK;

    /* From one to the next: there are tens of types and millions of nodes. */
    while (st == ORMA_OK && last != NULL) {
        char *next = NULL;
        query q;
        query_start(&q, &s->db, template);
        query_text(&q, 1, last);
        if (query_next(&q))
            next = column_text(&q, 0);
        st = query_end(&q, err);
        free(last);
        last = next;
        if (st != ORMA_OK || next == NULL || !text_starts(next, prefix))
            continue;
        json_object *type = json_object_new_string(next);
        if (type == NULL || json_object_array_add(made, type) != 0) {
            json_object_put(type);
            st = error_no_memory(err);
        }
    }
    free(last);
    if (st != ORMA_OK)
        return st;
    *types = made;
    made = NULL;
    return ORMA_OK;
}

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

/* Types that are listed type by type; with more, all are sorted. */
#define TYPES_MAX 16

/* The newest nodes of each type, by its index, and the newest of them; to be
 * turned round. Parameter 1 is the limit, the types follow. */
static void compose_newest(size_t types, bool with_attributes, buf *out)
{
    const char *columns = with_attributes
                              ? "id, uuid, label, node_type, ctime, attributes"
                              : "id, uuid, label, node_type, ctime";
    for (size_t i = 0; i < types; i++)
        buf_printf(out,
                   "%sSELECT * FROM (SELECT %s FROM db_dbnode WHERE node_type "
                   "= ?%zu ORDER BY ctime DESC, id DESC LIMIT CAST(?1 AS "
                   "BIGINT)) AS n%zu",
                   i > 0 ? " UNION ALL " : "", columns, i + 2, i);
    if (types == 0)
        buf_printf(out,
                   "SELECT %s FROM db_dbnode WHERE node_type LIKE ?2 ESCAPE "
                   "'!'",
                   columns);
    buf_text(out, " ORDER BY ctime DESC, id DESC LIMIT CAST(?1 AS BIGINT)");
}

static void bind_newest(query *q, const json_object *types, bool by_type,
                        const char *like, int64_t limit)
{
    query_int(q, 1, limit > 0 ? limit : INT64_MAX);
    if (!by_type)
        query_text(q, 2, like);
    for (size_t i = 0; by_type && i < json_object_array_length(types); i++)
        query_text(q, (int32_t)i + 2,
                   json_object_get_string(json_object_array_get_idx(types, i)));
}

orma_status store_list_nodes(store *s, const char *node_type_prefix,
                             bool with_attributes, int64_t limit,
                             json_object **rows, orma_error **err)
{
    AUTO_JSON json_object *found = json_object_new_array();
    AUTO_JSON json_object *types = NULL;
    AUTO_FREE char *like = like_prefix(node_type_prefix);
    AUTO_BUF buf text = {0};
    query q;
    if (found == NULL || like == NULL)
        return error_no_memory(err);

    orma_status st = store_node_types(s, node_type_prefix, &types, err);
    const size_t count = types != NULL ? json_object_array_length(types) : 0;
    const bool by_type = limit > 0 && count > 0 && count <= TYPES_MAX;
    compose_newest(by_type ? count : 0, with_attributes, &text);
    if (st == ORMA_OK)
        st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    query_start_once(&q, &s->db, buf_c_str(&text));
    q.is_listing = true;
    bind_newest(&q, types, by_type, like, limit);
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
    st = query_end(&q, err);
    if (st != ORMA_OK)
        return st;
    json_object *made = reversed(found);
    if (made == NULL)
        return error_no_memory(err);
    *rows = made;
    return ORMA_OK;
}
