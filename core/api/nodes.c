/* Showing a node: columns, links, attributes, extras.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/nodes.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/cache.h>

/* Attributes of a process that its description repeats, in this order. */
static const char *const process_attributes[] = {
    "process_label", "process_state",   "process_status", "exit_status",
    "exit_message",  "exception",       "paused",         "sealed",
    "job_id",        "scheduler_state", "remote_workdir", "version",
};

static void set_time(json_object *object, const char *key, int64_t ns)
{
    char text[33];
    time_format_iso(ns, text);
    json_set_text(object, key, text);
}

static void set_uuid(json_object *object, const orma_uuid *uuid)
{
    char text[37];
    uuid_format(uuid, text);
    json_set_text(object, "uuid", text);
}

static orma_status set_owner(orma_profile *p, const node *n, json_object *out,
                             orma_error **err)
{
    AUTO_JSON json_object *users = NULL;
    AUTO_JSON json_object *computer = NULL;
    orma_status st = store_list_users(p->store, &users, err);
    if (st != ORMA_OK)
        return st;
    json_set(out, "user", NULL);
    for (size_t i = 0; i < json_object_array_length(users); i++) {
        const json_object *user = json_object_array_get_idx(users, i);
        if (json_get_int(user, "pk", 0) == n->user_pk)
            json_set_text(out, "user", json_get_text(user, "email", ""));
    }
    json_set(out, "computer", NULL);
    if (n->computer_pk == 0)
        return ORMA_OK;
    st = store_computer_by_pk(p->store, n->computer_pk, &computer, err);
    if (st == ORMA_OK)
        json_set_text(out, "computer", json_get_text(computer, "label", ""));
    return st;
}

/* The other end of a link; the name of a process is its label, which only its
 * node tells. */
static orma_status link_row(orma_profile *p, const store_link *link,
                            json_object **out, orma_error **err)
{
    AUTO_FREE char *name = NULL;
    if (node_is_process(link->node_type)) {
        AUTO_NODE node *end = NULL;
        const orma_status st = store_node(p->store, link->pk, &end, err);
        if (st != ORMA_OK)
            return st;
        name = node_display_name(end);
    } else {
        name = node_class_name(link->node_type);
    }
    json_object *row = json_object_new_object();
    if (name == NULL || row == NULL) {
        json_object_put(row);
        return error_no_memory(err);
    }
    json_set_text(row, "link_label", link->label);
    json_set_text(row, "link_type", link_type_word(link->type));
    json_set_int(row, "pk", link->pk);
    set_uuid(row, &link->uuid);
    json_set_text(row, "type", name);
    json_set_text(row, "node_type", link->node_type);
    *out = row;
    return ORMA_OK;
}

static bool is_call(enum link_type type)
{
    return type == LINK_CALL_CALC || type == LINK_CALL_WORK;
}

/* Splits the links of one direction into data and calls. */
static orma_status add_links(orma_profile *p, const node *n, bool incoming,
                             json_object *out, orma_error **err)
{
    AUTO_LINKS store_links links = {0};
    json_object *plain = json_object_new_array();
    json_object *called = incoming ? NULL : json_object_new_array();
    json_object *caller = NULL;
    orma_status st = store_node_links(p->store, n->pk, incoming, &links, err);

    for (size_t i = 0; st == ORMA_OK && i < links.count; i++) {
        json_object *row = NULL;
        st = link_row(p, &links.items[i], &row, err);
        if (st != ORMA_OK)
            break;
        if (!is_call(links.items[i].type))
            json_object_array_add(plain, row);
        else if (incoming)
            caller = row;
        else
            json_object_array_add(called, row);
    }
    json_set(out, incoming ? "inputs" : "outputs", plain);
    if (incoming)
        json_set(out, "caller", caller);
    else
        json_set(out, "called", called);
    return st;
}

static void add_columns(const node *n, json_object *out)
{
    AUTO_FREE char *name = node_display_name(n);
    json_set_int(out, "pk", n->pk);
    set_uuid(out, &n->uuid);
    json_set_text(out, "type", name != NULL ? name : "");
    json_set_text(out, "node_type", n->node_type);
    json_set(out, "process_type",
             n->process_type != NULL ? json_object_new_string(n->process_type)
                                     : NULL);
    json_set_text(out, "label", n->label);
    json_set_text(out, "description", n->description);
    set_time(out, "ctime", n->ctime_ns);
    set_time(out, "mtime", n->mtime_ns);
}

orma_status orma_node_show(orma_profile *profile, const char *node_name,
                           char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf summary = {0};

    orma_status st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    AUTO_JSON json_object *out = json_object_new_object();
    add_columns(n, out);
    st = set_owner(profile, n, out, err);
    if (st != ORMA_OK)
        return st;
    node_summary(profile, n, &summary);
    json_set_text(out, "summary", buf_c_str(&summary));
    if (node_is_process(n->node_type)) {
        for (size_t i = 0;
             i < sizeof process_attributes / sizeof *process_attributes; i++) {
            const json_object *value =
                json_get(n->attributes, process_attributes[i]);
            if (value != NULL)
                json_set(out, process_attributes[i], json_copy(value));
        }
        const char *source = json_get_text(n->extras, CACHE_FROM, NULL);
        if (source != NULL)
            json_set_text(out, "cached_from", source);
    }
    st = add_links(profile, n, true, out, err);
    if (st == ORMA_OK)
        st = add_links(profile, n, false, out, err);
    return st == ORMA_OK ? hand_out(json_object_get(out), json, err) : st;
}

orma_status orma_node_attributes(orma_profile *profile, const char *node_name,
                                 char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, node_name, NULL, &n, err);
    return st == ORMA_OK ? hand_out(json_object_get(n->attributes), json, err)
                         : st;
}

orma_status orma_node_extras(orma_profile *profile, const char *node_name,
                             char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, node_name, NULL, &n, err);
    return st == ORMA_OK ? hand_out(json_object_get(n->extras), json, err) : st;
}
