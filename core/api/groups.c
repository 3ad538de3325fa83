/* Groups: making, listing, changing, deleting them.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/groups.h>

#include <string.h>

#include <api/handout.h>
#include <api/node_names.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/groups.h>

orma_status orma_group_create(orma_profile *profile, orma_str group,
                              int64_t *pk, orma_error **err)
{
    static const field fields[] = {
        {"label", FIELD_TEXT, true},
        {"type_string", FIELD_TEXT, false},
        {"description", FIELD_TEXT, false},
        {"extras", FIELD_OBJECT, false},
    };
    AUTO_JSON json_object *given = NULL;

    orma_status st = take_in(group, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    return st == ORMA_OK ? store_group_create(profile->store, given, pk, err)
                         : st;
}

static orma_status count_nodes(orma_profile *p, int64_t pk, int64_t *count,
                               orma_error **err)
{
    AUTO_PKS pk_set members = {0};
    const orma_status st = store_group_nodes(p->store, pk, &members, err);
    if (st == ORMA_OK)
        *count = (int64_t)members.count;
    return st;
}

orma_status orma_group_show(orma_profile *profile, const char *group,
                            char **json, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    int64_t count = 0;

    orma_status st = store_group(profile->store, group, NULL, &found, err);
    if (st == ORMA_OK)
        st = count_nodes(profile, json_get_int(found, "pk", 0), &count, err);
    if (st == ORMA_OK && !json_set_int(found, "count", count))
        st = error_no_memory(err);
    return st == ORMA_OK ? hand_out(json_object_get(found), json, err) : st;
}

static orma_status default_user(orma_profile *p, json_object **user,
                                orma_error **err)
{
    AUTO_JSON json_object *users = NULL;
    const orma_status st = store_list_users(p->store, &users, err);

    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(users);
         i++) {
        json_object *row = json_object_array_get_idx(users, i);
        if (json_get_int(row, "pk", 0) == store_default_user(p->store))
            *user = json_object_get(row);
    }
    return st;
}

orma_status orma_group_list(orma_profile *profile, orma_str query_text,
                            char **json, orma_error **err)
{
    static const field fields[] = {
        {"type_string", FIELD_TEXT, false}, {"user", FIELD_TEXT, false},
        {"past_days", FIELD_COUNT, false},  {"contains", FIELD_TEXT, false},
        {"startswith", FIELD_TEXT, false},  {"endswith", FIELD_TEXT, false},
        {"node", FIELD_TEXT, false},        {"count", FIELD_BOOL, false},
        {"order_by", FIELD_TEXT, false},    {"order_dir", FIELD_TEXT, false},
        {"mine", FIELD_BOOL, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *user = NULL;
    AUTO_NODE node *member = NULL;
    json_object *rows = NULL;

    orma_status st = take_in(query_text, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK && field_text(given, "user") != NULL)
        st = store_user_by_email(profile->store, field_text(given, "user"),
                                 &user, err);
    else if (st == ORMA_OK && json_get_bool(given, "mine", false))
        st = default_user(profile, &user, err);
    if (st == ORMA_OK && field_text(given, "node") != NULL)
        st = store_find_node(profile->store, field_text(given, "node"), NULL,
                             &member, err);
    if (st != ORMA_OK)
        return st;
    const group_query wanted = {
        .type_string = field_text(given, "type_string"),
        .user = user != NULL ? json_get_text(user, "email", "") : NULL,
        .past_days = json_get_int(given, "past_days", 0),
        .contains = field_text(given, "contains"),
        .starts_with = field_text(given, "startswith"),
        .ends_with = field_text(given, "endswith"),
        .node_pk = member != NULL ? member->pk : 0,
        .counts = json_get_bool(given, "count", false),
        .order_by = field_text(given, "order_by"),
        .descending =
            text_equal(json_get_text(given, "order_dir", "asc"), "desc"),
    };
    st = store_list_groups(profile->store, &wanted, &rows, err);
    return st == ORMA_OK ? hand_out(rows, json, err) : st;
}

/* ---- members ----------------------------------------------------- */

/* The document in the making: rows are text at once, so that a group of
 * millions of nodes is in memory only so. */
typedef struct node_list {
    buf text;
    size_t count;
} node_list;

static void put_member(json_object *row, const char *key, orma_str text)
{
    json_set(row, key,
             text.ptr != NULL
                 ? json_object_new_string_len(text.ptr, (int)text.len)
                 : NULL);
}

static orma_status add_node(void *user, const group_node *member,
                            orma_error **err)
{
    node_list *list = user;
    AUTO_JSON json_object *row = json_object_new_object();
    AUTO_FREE char *type = str_copy(member->node_type);
    AUTO_FREE char *name = type != NULL ? node_class_name(type) : NULL;
    char time[33];

    if (row == NULL || name == NULL)
        return error_no_memory(err);
    time_format_iso(member->ctime_ns, time);
    json_set_int(row, "pk", member->pk);
    put_member(row, "uuid", member->uuid);
    json_set_text(row, "type", name);
    put_member(row, "node_type", member->node_type);
    put_member(row, "label", member->label);
    json_set_text(row, "ctime", time);
    buf_text(&list->text, list->count++ == 0 ? "[\n" : ",\n");
    json_write(&list->text, row, JSON_COMPACT);
    return buf_status(&list->text, err);
}

orma_status orma_group_nodes(orma_profile *profile, const char *group,
                             int64_t limit, char **json, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    node_list list = {0};

    orma_status st = store_group(profile->store, group, NULL, &found, err);
    if (st == ORMA_OK)
        st = store_group_members(profile->store, json_get_int(found, "pk", 0),
                                 limit, add_node, &list, err);
    buf_text(&list.text, list.count == 0 ? "[]\n" : "\n]\n");
    char *text = st == ORMA_OK ? buf_take(&list.text) : NULL;
    if (st == ORMA_OK && text == NULL)
        st = error_no_memory(err);
    buf_free(&list.text);
    if (st == ORMA_OK)
        *json = text;
    return st;
}

/* The set that a caller named; *chosen NULL: all of the group. */
static orma_status take_nodes(orma_profile *p, orma_str text, pk_set *nodes,
                              const pk_set **chosen, orma_error **err)
{
    AUTO_JSON json_object *names = NULL;

    *chosen = NULL;
    if (text.ptr == NULL)
        return ORMA_OK;
    orma_status st = json_parse(text, &names, err);
    if (st == ORMA_OK)
        st = node_names_find(p, names, nodes, err);
    if (st == ORMA_OK)
        *chosen = nodes;
    return st;
}

static orma_status group_pk(orma_profile *p, const char *group, int64_t *pk,
                            orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    const orma_status st = store_group(p->store, group, NULL, &found, err);
    if (st == ORMA_OK)
        *pk = json_get_int(found, "pk", 0);
    return st;
}

orma_status orma_group_add(orma_profile *profile, const char *group,
                           orma_str nodes, int64_t *changed, orma_error **err)
{
    AUTO_PKS pk_set named = {0};
    const pk_set *chosen = NULL;
    int64_t pk = 0;

    orma_status st = group_pk(profile, group, &pk, err);
    if (st == ORMA_OK)
        st = take_nodes(profile, nodes, &named, &chosen, err);
    return st == ORMA_OK
               ? store_group_add(profile->store, pk, chosen, changed, err)
               : st;
}

orma_status orma_group_remove(orma_profile *profile, const char *group,
                              orma_str nodes, int64_t *changed,
                              orma_error **err)
{
    AUTO_PKS pk_set named = {0};
    const pk_set *chosen = NULL;
    int64_t pk = 0;

    orma_status st = group_pk(profile, group, &pk, err);
    if (st == ORMA_OK)
        st = take_nodes(profile, nodes, &named, &chosen, err);
    return st == ORMA_OK
               ? store_group_remove(profile->store, pk, chosen, changed, err)
               : st;
}

orma_status orma_group_move(orma_profile *profile, const char *from,
                            const char *to, orma_str nodes, int64_t *changed,
                            orma_error **err)
{
    AUTO_PKS pk_set named = {0};
    const pk_set *chosen = NULL;
    int64_t source = 0, target = 0;

    orma_status st = group_pk(profile, from, &source, err);
    if (st == ORMA_OK)
        st = group_pk(profile, to, &target, err);
    if (st == ORMA_OK)
        st = take_nodes(profile, nodes, &named, &chosen, err);
    return st == ORMA_OK ? store_group_move(profile->store, source, target,
                                            chosen, changed, err)
                         : st;
}

/* ---- changing ---------------------------------------------------- */

orma_status orma_group_edit(orma_profile *profile, const char *group,
                            orma_str changes, orma_error **err)
{
    static const field fields[] = {
        {"label", FIELD_TEXT, false},
        {"description", FIELD_TEXT, false},
    };
    AUTO_JSON json_object *given = NULL;
    int64_t pk = 0;

    orma_status st = take_in(changes, "changes", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK)
        st = group_pk(profile, group, &pk, err);
    if (st == ORMA_OK && field_text(given, "label") != NULL)
        st = store_group_relabel(profile->store, pk, field_text(given, "label"),
                                 err);
    if (st == ORMA_OK && field_text(given, "description") != NULL)
        st = store_group_describe(profile->store, pk,
                                  field_text(given, "description"), err);
    return st;
}

orma_status orma_group_set_extra(orma_profile *profile, const char *group,
                                 const char *key, orma_str value,
                                 orma_error **err)
{
    AUTO_JSON json_object *extra = NULL;
    int64_t pk = 0;

    orma_status st = group_pk(profile, group, &pk, err);
    if (st == ORMA_OK && value.ptr != NULL) {
        st = json_parse(value, &extra, err);
        if (st == ORMA_OK && extra == NULL)
            st = error_set(err, ORMA_E_INVALID, "group", 0,
                           "an extra cannot be null");
    }
    return st == ORMA_OK
               ? store_group_set_extra(profile->store, pk, key, extra, err)
               : st;
}

/* The group to copy to, made when there is none. */
static orma_status copy_target(orma_profile *p, const json_object *from,
                               const char *label, int64_t *pk, bool *is_new,
                               orma_error **err)
{
    const char *type = json_get_text(from, "type_string", GROUP_PLAIN);
    AUTO_JSON json_object *there = NULL;
    AUTO_JSON json_object *made = NULL;

    const orma_status st =
        store_group_by_label(p->store, label, type, &there, err);
    if (st != ORMA_OK)
        return st;
    *is_new = there == NULL;
    if (there != NULL) {
        *pk = json_get_int(there, "pk", 0);
        return ORMA_OK;
    }
    made = json_object_new_object();
    if (made == NULL || !json_set_text(made, "label", label) ||
        !json_set_text(made, "type_string", type) ||
        !json_set_text(made, "description",
                       json_get_text(from, "description", "")))
        return error_no_memory(err);
    return store_group_create(p->store, made, pk, err);
}

orma_status orma_group_copy(orma_profile *profile, const char *from,
                            const char *label, char **json, orma_error **err)
{
    AUTO_JSON json_object *source = NULL;
    AUTO_JSON json_object *told = json_object_new_object();
    int64_t pk = 0, nodes = 0;
    bool is_new = false;

    orma_status st = store_group(profile->store, from, NULL, &source, err);
    if (st == ORMA_OK)
        st = copy_target(profile, source, label, &pk, &is_new, err);
    if (st == ORMA_OK)
        st = store_group_copy(profile->store, json_get_int(source, "pk", 0), pk,
                              &nodes, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_int(told, "pk", pk) || !json_set_text(told, "label", label) ||
        !json_set_bool(told, "is_new", is_new) ||
        !json_set_int(told, "nodes", nodes))
        return error_no_memory(err);
    return hand_out(json_object_get(told), json, err);
}

/* ---- deleting ---------------------------------------------------- */

/* What a deletion of groups is about. */
typedef struct group_choice {
    json_object *rows; /* the groups, with their numbers of nodes */
    pk_set pks;
    pk_set members; /* of all of them */
} group_choice;

static void group_choice_finish(group_choice *c)
{
    json_object_put(c->rows);
    pk_set_free(&c->pks);
    pk_set_free(&c->members);
}
#define AUTO_CHOICE __attribute__((cleanup(group_choice_finish)))

/* Takes over row. */
static orma_status choose(orma_profile *p, json_object *row, group_choice *c,
                          orma_error **err)
{
    const int64_t pk = json_get_int(row, "pk", 0);
    AUTO_JSON json_object *owned = row;
    AUTO_PKS pk_set own = {0};
    bool is_new = false;

    if (!pk_set_add(&c->pks, pk, &is_new))
        return error_no_memory(err);
    if (!is_new)
        return ORMA_OK;
    const orma_status st = store_group_nodes(p->store, pk, &own, err);
    if (st != ORMA_OK)
        return st;
    for (int64_t n = pk_set_next(&own, 0); n != 0; n = pk_set_next(&own, n))
        if (!pk_set_add(&c->members, n, NULL))
            return error_no_memory(err);
    if (!json_set_int(owned, "count", (int64_t)own.count) ||
        json_object_array_add(c->rows, json_object_get(owned)) != 0)
        return error_no_memory(err);
    return ORMA_OK;
}

static orma_status choose_groups(orma_profile *p, const json_object *names,
                                 group_choice *c, orma_error **err)
{
    orma_status st = ORMA_OK;

    c->rows = json_object_new_array();
    if (c->rows == NULL)
        return error_no_memory(err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(names);
         i++) {
        json_object *name = json_object_array_get_idx(names, i);
        json_object *row = NULL;
        st = store_group(p->store,
                         name != NULL ? json_object_get_string(name) : "", NULL,
                         &row, err);
        if (st == ORMA_OK)
            st = choose(p, row, c, err);
    }
    return st;
}

orma_status orma_group_delete(orma_profile *profile, orma_str options,
                              char **json, orma_error **err)
{
    static const field fields[] = {
        {"groups", FIELD_LIST, true},     {"delete_nodes", FIELD_BOOL, false},
        {"rules", FIELD_OBJECT, false},   {"dry_run", FIELD_BOOL, false},
        {"expected", FIELD_COUNT, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *told = json_object_new_object();
    AUTO_CHOICE group_choice choice = {0};
    json_object *deletion = NULL;
    int64_t deleted = 0;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK)
        st = choose_groups(profile, json_get(given, "groups"), &choice, err);
    /* Nodes first: groups without their nodes can be deleted again. */
    if (st == ORMA_OK && json_get_bool(given, "delete_nodes", false))
        st = node_names_delete(profile, given, &choice.members, &deletion, err);
    const bool is_dry_run = json_get_bool(given, "dry_run", false);
    if (st == ORMA_OK && !is_dry_run)
        st = store_groups_delete(profile->store, &choice.pks, &deleted, err);
    if (!json_set(told, "groups", json_object_get(choice.rows)) ||
        !json_set(told, "nodes", deletion) ||
        !json_set_bool(told, "deleted", !is_dry_run))
        return error_no_memory(err);
    return st == ORMA_OK ? hand_out(json_object_get(told), json, err) : st;
}
