/* Groups: listings.
 *
 * SPDX-License-Identifier: MIT */
#include "groups_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>

#define DAY_NS INT64_C(86400000000000)
#define CONDITIONS_MAX 8

/* A statement in the making, with the values of its parameters. */
typedef struct listing {
    buf text;
    char *owned[CONDITIONS_MAX]; /* patterns, freed */
    struct {
        enum { VALUE_TEXT, VALUE_INT, VALUE_TIME } type;
        const char *text;
        int64_t number;
    } values[CONDITIONS_MAX];
    int32_t count;
    bool failed;
} listing;

static void where(listing *l, const char *condition)
{
    buf_printf(&l->text, "%s%s?%d", l->count == 0 ? " WHERE " : " AND ",
               condition, l->count + 1);
    l->count++;
}

static void where_text(listing *l, const char *condition, const char *value)
{
    if (value == NULL)
        return;
    l->values[l->count].text = value;
    where(l, condition);
}

/* '%' of `before` and `after` around the text itself. */
static void where_like(listing *l, const char *column, const char *before,
                       const char *text, bool keeps_percent, const char *after)
{
    AUTO_BUF buf pattern = {0};

    if (text == NULL)
        return;
    buf_text(&pattern, before);
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr(keeps_percent ? "_!" : "%_!", *p) != NULL)
            buf_char(&pattern, '!');
        buf_char(&pattern, *p);
    }
    buf_text(&pattern, after);
    l->owned[l->count] = buf_take(&pattern);
    l->failed = l->failed || l->owned[l->count] == NULL;
    l->values[l->count].text = l->owned[l->count];
    buf_printf(&l->text, "%s%s LIKE ?%d ESCAPE '!'",
               l->count == 0 ? " WHERE " : " AND ", column, l->count + 1);
    l->count++;
}

static void compose_conditions(listing *l, const group_query *wanted)
{
    const char *type = wanted->type_string;

    if (type != NULL && strchr(type, '%') != NULL)
        where_like(l, "db_dbgroup.type_string", "", type, true, "");
    else
        where_text(l, "db_dbgroup.type_string = ", type);
    where_text(l, "db_dbuser.email = ", wanted->user);
    where_like(l, "db_dbgroup.label", "%", wanted->contains, false, "%");
    where_like(l, "db_dbgroup.label", "", wanted->starts_with, false, "%");
    where_like(l, "db_dbgroup.label", "%", wanted->ends_with, false, "");
    if (wanted->node_pk != 0) {
        l->values[l->count].type = VALUE_INT;
        l->values[l->count].number = wanted->node_pk;
        buf_printf(&l->text,
                   "%sdb_dbgroup.id IN (SELECT dbgroup_id FROM "
                   "db_dbgroup_dbnodes WHERE dbnode_id = ?%d)",
                   l->count == 0 ? " WHERE " : " AND ", l->count + 1);
        l->count++;
    }
    if (wanted->past_days > 0) {
        l->values[l->count].type = VALUE_TIME;
        l->values[l->count].number = time_now_ns() - wanted->past_days * DAY_NS;
        where(l, "db_dbgroup.time >= ");
        buf_char(&l->text, 't');
    }
}

static orma_status compose(listing *l, const group_query *wanted,
                           orma_error **err)
{
    static const struct {
        const char *word, *column;
    } orders[] = {{"label", "db_dbgroup.label"},
                  {"id", "db_dbgroup.id"},
                  {"ctime", "db_dbgroup.time"}};
    const char *by = wanted->order_by != NULL ? wanted->order_by : "label";
    const char *column = NULL;
    const char *direction = wanted->descending ? "DESC" : "ASC";

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (text_equal(orders[i].word, by))
            column = orders[i].column;
    if (column == NULL)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "groups are ordered by label, id or ctime, not by "
                         "\"%.40s\"",
                         by);
    buf_text(&l->text, "SELECT " GROUP_COLUMNS);
    if (wanted->counts)
        buf_text(&l->text, ", (SELECT COUNT(*) FROM db_dbgroup_dbnodes WHERE "
                           "db_dbgroup_dbnodes.dbgroup_id = db_dbgroup.id)");
    buf_text(&l->text, " FROM " GROUP_TABLES);
    compose_conditions(l, wanted);
    buf_printf(&l->text, " ORDER BY %s %s, db_dbgroup.id %s", column, direction,
               direction);
    return l->failed ? error_no_memory(err) : buf_status(&l->text, err);
}

static void set_counted(query *q, json_object *row)
{
    group_set_row(q, row);
    row_set_int(q, 8, row, "count");
}

static orma_status run_listing(store *s, const listing *l, bool counts,
                               json_object **rows, orma_error **err)
{
    query q;

    query_start_once(&q, &s->db, buf_c_str(&l->text));
    q.is_listing = true;
    for (int32_t i = 0; i < l->count; i++) {
        switch (l->values[i].type) {
        case VALUE_TEXT:
            query_text(&q, i + 1, l->values[i].text);
            break;
        case VALUE_INT:
            query_int(&q, i + 1, l->values[i].number);
            break;
        case VALUE_TIME:
            query_time(&q, i + 1, l->values[i].number);
            break;
        }
    }
    return rows_collect(&q, counts ? set_counted : group_set_row, rows, err);
}

orma_status store_list_groups(store *s, const group_query *wanted,
                              json_object **rows, orma_error **err)
{
    listing l = {0};
    orma_status st = compose(&l, wanted, err);

    if (st == ORMA_OK)
        st = run_listing(s, &l, wanted->counts, rows, err);
    for (size_t i = 0; i < CONDITIONS_MAX; i++)
        free(l.owned[i]);
    buf_free(&l.text);
    return st;
}
