/* Listing processes, their reports, and a calcjob's files and results.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/log.h>
#include <base/text.h>
#include <engine/machine.h>
#include <process/inputs.h>

#define MAX_PROJECTIONS 24
#define MAX_CALL_DEPTH 64

/* What `project` may name, and the storage's key for it. */
static const struct {
    const char *name, *key;
} projections[] = {
    {"pk", "pk"},
    {"uuid", "uuid"},
    {"ctime", "ctime"},
    {"mtime", "mtime"},
    {"label", "label"},
    {"description", "description"},
    {"computer", "computer"},
    {"user", "user"},
    {"node_type", "node_type"},
    {"process_type", "process_type"},
    {"state", "attributes.process_state"},
    {"process_state", "attributes.process_state"},
    {"process_status", "attributes.process_status"},
    {"process_label", "attributes.process_label"},
    {"exit_status", "attributes.exit_status"},
    {"exit_message", "attributes.exit_message"},
    {"sealed", "attributes.sealed"},
    {"paused", "attributes.paused"},
    {"job_id", "attributes.job_id"},
    {"scheduler_state", "attributes.scheduler_state"},
    {"exception", "attributes.exception"},
    {"version", "attributes.version"},
};

static const char *const default_projections[] = {
    "pk", "ctime", "process_label", "state", "process_status",
};

/* What "state" is composed of, beside itself. */
static const char *const state_keys[] = {"attributes.exit_status",
                                         "attributes.paused"};

static const field query_fields[] = {
    {"all", FIELD_BOOL, false},           {"process_state", FIELD_TEXT, false},
    {"process_label", FIELD_TEXT, false}, {"exit_status", FIELD_NUMBER, false},
    {"failed", FIELD_BOOL, false},        {"paused", FIELD_BOOL, false},
    {"past_days", FIELD_NUMBER, false},   {"limit", FIELD_NUMBER, false},
    {"order_by", FIELD_TEXT, false},      {"order_dir", FIELD_TEXT, false},
    {"project", FIELD_WORDS, false},
};

/* Names asked for and keys to fetch. */
struct selection {
    const char *names[MAX_PROJECTIONS];
    const char *name_keys[MAX_PROJECTIONS];
    size_t name_count;
    const char *keys[MAX_PROJECTIONS + 2];
    size_t key_count;
};

static void add_key(struct selection *s, const char *key)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (text_equal(s->keys[i], key))
            return;
    s->keys[s->key_count++] = key;
}

static orma_status add_projection(struct selection *s, const char *name,
                                  orma_error **err)
{
    const char *known[sizeof projections / sizeof *projections];
    for (size_t i = 0; i < sizeof projections / sizeof *projections; i++) {
        known[i] = projections[i].name;
        if (!text_equal(projections[i].name, name) ||
            s->name_count == MAX_PROJECTIONS)
            continue;
        s->names[s->name_count] = projections[i].name;
        s->name_keys[s->name_count++] = projections[i].key;
        add_key(s, projections[i].key);
        if (text_equal(name, "state"))
            for (size_t k = 0; k < sizeof state_keys / sizeof *state_keys; k++)
                add_key(s, state_keys[k]);
        return ORMA_OK;
    }
    const char *closest =
        text_closest(name, known, sizeof known / sizeof *known);
    error_set(err, ORMA_E_INVALID, "process", 0,
              "project: there is no column \"%s\"", name);
    error_hint(err, closest != NULL ? "did you mean \"%s\"?" : "columns: %s, …",
               closest != NULL ? closest : "pk, uuid, ctime, state");
    return ORMA_E_INVALID;
}

static orma_status select_columns(struct selection *s,
                                  const json_object *project, orma_error **err)
{
    orma_status st = ORMA_OK;
    if (json_object_is_type(project, json_type_array)) {
        const size_t n = json_object_array_length(project);
        for (size_t i = 0; st == ORMA_OK && i < n; i++)
            st = add_projection(
                s,
                json_object_get_string(json_object_array_get_idx(project, i)),
                err);
        return st;
    }
    for (size_t i = 0; st == ORMA_OK && i < sizeof default_projections /
                                                sizeof *default_projections;
         i++)
        st = add_projection(s, default_projections[i], err);
    return st;
}

/* The composed state from a row of the storage. */
static json_object *composed_state(const json_object *row)
{
    AUTO_JSON json_object *attributes = json_object_new_object();
    AUTO_BUF buf text = {0};
    json_object *value = NULL;
    static const char prefix[] = "attributes.";

    json_object_object_foreach(row, key, member)
    {
        if (text_starts(key, prefix))
            json_set(attributes, key + sizeof prefix - 1, json_copy(member));
    }
    process_state_text(attributes, &text);
    value = json_object_new_string(buf_c_str(&text));
    return value;
}

static json_object *named_rows(const struct selection *s,
                               const json_object *rows)
{
    json_object *named = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        json_object *out = json_object_new_object();
        for (size_t k = 0; k < s->name_count; k++) {
            const json_object *value = json_get(row, s->name_keys[k]);
            json_set(out, s->names[k],
                     text_equal(s->names[k], "state") ? composed_state(row)
                     : value != NULL                  ? json_copy(value)
                                                      : NULL);
        }
        json_object_array_add(named, out);
    }
    return named;
}

static orma_status read_query(const json_object *given, process_query *query,
                              orma_error **err)
{
    enum process_state state;
    const char *order = json_get_text(given, "order_by", "ctime");
    const char *direction = json_get_text(given, "order_dir", "asc");

    query->all = json_get_bool(given, "all", false);
    query->state = field_text(given, "process_state");
    query->process_label = field_text(given, "process_label");
    query->exit_status = json_get_int(given, "exit_status", -1);
    query->failed = json_get_bool(given, "failed", false);
    query->paused = json_get_bool(given, "paused", false);
    query->past_days = json_get_int(given, "past_days", 0);
    query->limit = json_get_int(given, "limit", 0);
    query->by_mtime = text_equal(order, "mtime");
    query->descending = text_equal(direction, "desc");
    if (query->state != NULL && !process_state_parse(query->state, &state)) {
        error_set(err, ORMA_E_INVALID, "process", 0,
                  "process_state: \"%s\" is no state", query->state);
        error_hint(err, "created, running, waiting, finished, excepted or "
                        "killed");
        return ORMA_E_INVALID;
    }
    if (!query->by_mtime && !text_equal(order, "ctime"))
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "order_by: \"%s\" is neither \"ctime\" nor \"mtime\"",
                         order);
    if (!query->descending && !text_equal(direction, "asc"))
        return error_set(err, ORMA_E_INVALID, "process", 0,
                         "order_dir: \"%s\" is neither \"asc\" nor \"desc\"",
                         direction);
    /* A terminal state or an exit status asks for terminated processes. */
    if (query->state != NULL || query->exit_status >= 0 || query->failed)
        query->all = true;
    return ORMA_OK;
}

orma_status orma_process_list(orma_profile *profile, orma_str query,
                              char **json, orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *rows = NULL;
    struct selection selection = {0};
    process_query q = {0};

    orma_status st = take_in(query, "query", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, query_fields,
                          sizeof query_fields / sizeof *query_fields, err);
    if (st == ORMA_OK)
        st = read_query(given, &q, err);
    if (st == ORMA_OK)
        st = select_columns(&selection, json_get(given, "project"), err);
    if (st != ORMA_OK)
        return st;
    q.projections = selection.keys;
    q.projection_count = selection.key_count;
    st = store_list_processes(profile->store, &q, &rows, err);
    return st == ORMA_OK ? hand_out(named_rows(&selection, rows), json, err)
                         : st;
}

/* Numbers of AiiDA's level names; 0: unknown. */
static int32_t level_number(const char *name)
{
    static const int32_t levels[] = {ORMA_LOG_DEBUG,  ORMA_LOG_INFO,
                                     ORMA_LOG_REPORT, ORMA_LOG_WARNING,
                                     ORMA_LOG_ERROR,  ORMA_LOG_CRITICAL};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (text_equal(log_level_name(levels[i]), name))
            return levels[i];
    return 0;
}

static orma_status find_process(orma_profile *p, const char *name, node **out,
                                orma_error **err)
{
    const orma_status st = store_find_node(p->store, name, NULL, out, err);
    if (st != ORMA_OK || node_is_process((*out)->node_type))
        return st;
    const int64_t pk = (*out)->pk;
    error_set(err, ORMA_E_INVALID, "process", 0,
              "node %lld is data (%s), not a process", (long long)pk,
              (*out)->node_type);
    node_free(*out);
    *out = NULL;
    return ORMA_E_INVALID;
}

static orma_status add_report(orma_profile *p, int64_t pk, int depth,
                              int32_t min_level, json_object *rows,
                              orma_error **err)
{
    AUTO_NODE node *process = NULL;
    AUTO_JSON json_object *logs = NULL;
    AUTO_LINKS store_links links = {0};

    orma_status st = store_node(p->store, pk, &process, err);
    if (st == ORMA_OK)
        st = store_list_logs(p->store, pk, &logs, err);
    if (st != ORMA_OK)
        return st;
    AUTO_FREE char *name = node_display_name(process);
    for (size_t i = 0; i < json_object_array_length(logs); i++) {
        json_object *row = json_object_array_get_idx(logs, i);
        if (level_number(json_get_text(row, "levelname", "")) < min_level)
            continue;
        json_set_int(row, "node", pk);
        json_set_text(row, "process_label", name != NULL ? name : "");
        json_set_int(row, "depth", depth);
        json_object_array_add(rows, json_object_get(row));
    }
    if (depth == MAX_CALL_DEPTH)
        return ORMA_OK;
    st = store_node_links(p->store, pk, false, &links, err);
    for (size_t i = 0; st == ORMA_OK && i < links.count; i++)
        if (links.items[i].type == LINK_CALL_CALC ||
            links.items[i].type == LINK_CALL_WORK)
            st = add_report(p, links.items[i].pk, depth + 1, min_level, rows,
                            err);
    return st;
}

orma_status orma_process_report(orma_profile *profile, const char *process,
                                const char *min_level, char **json,
                                orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();
    const int32_t level =
        min_level != NULL ? level_number(min_level) : ORMA_LOG_REPORT;
    if (level == 0) {
        error_set(err, ORMA_E_INVALID, "process", 0,
                  "\"%s\" is no level of log messages", min_level);
        error_hint(err, "DEBUG, INFO, REPORT, WARNING, ERROR or CRITICAL");
        return ORMA_E_INVALID;
    }
    orma_status st = find_process(profile, process, &n, err);
    if (st == ORMA_OK)
        st = add_report(profile, n->pk, 0, level, rows, err);
    return st == ORMA_OK ? hand_out(json_object_get(rows), json, err) : st;
}

/* The output of a process by its link label, 0: none. */
static orma_status output_pk(orma_profile *p, const node *process,
                             const char *label, int64_t *pk, orma_error **err)
{
    AUTO_LINKS store_links links = {0};
    const orma_status st =
        store_node_links(p->store, process->pk, false, &links, err);
    *pk = 0;
    for (size_t i = 0; st == ORMA_OK && i < links.count; i++)
        if (text_equal(links.items[i].label, label))
            *pk = links.items[i].pk;
    return st;
}

static orma_status find_calcjob(orma_profile *p, const char *name, node **out,
                                orma_error **err)
{
    const orma_status st = find_process(p, name, out, err);
    if (st != ORMA_OK || text_equal((*out)->node_type, NODE_TYPE_CALCJOB))
        return st;
    error_set(err, ORMA_E_INVALID, "process", 0,
              "process %lld is not a calcjob", (long long)(*out)->pk);
    node_free(*out);
    *out = NULL;
    return ORMA_E_INVALID;
}

orma_status orma_calcjob_read(orma_profile *profile, const char *process,
                              int32_t is_output, const char *path,
                              orma_status (*write)(void *user, orma_str bytes),
                              void *user, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    int64_t pk = 0;
    orma_status st = find_calcjob(profile, process, &n, err);
    if (st != ORMA_OK)
        return st;
    const char *option = is_output ? "output_filename" : "input_filename";
    const char *wanted =
        path != NULL ? path : json_get_text(n->attributes, option, NULL);
    if (wanted == NULL) {
        error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                  "calcjob %lld has no default %s file", (long long)n->pk,
                  is_output ? "output" : "input");
        error_hint(err, "name one: orma calcjob %sls %lld",
                   is_output ? "output" : "input", (long long)n->pk);
        return ORMA_E_NOT_FOUND;
    }
    pk = n->pk;
    if (is_output)
        st = output_pk(profile, n, "retrieved", &pk, err);
    if (st != ORMA_OK)
        return st;
    if (pk == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                         "calcjob %lld has retrieved no files",
                         (long long)n->pk);
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)pk);
    return orma_node_read(profile, text, wanted, write, user, err);
}

/* Entry point of "aiida.calculations:NAME", NULL: unregistered. */
static const char *entry_of(const node *process)
{
    const char *group = plugin_kind_group(KIND_CALCULATION);
    const size_t len = strlen(group);
    return process->process_type != NULL &&
                   text_starts(process->process_type, group) &&
                   process->process_type[len] == ':'
               ? process->process_type + len + 1
               : NULL;
}

orma_status orma_calcjob_results(orma_profile *profile, const char *process,
                                 char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_NODE node *output = NULL;
    json_object *value = NULL;
    process_spec *spec = NULL;
    int64_t pk = 0;

    orma_status st = find_calcjob(profile, process, &n, err);
    if (st != ORMA_OK)
        return st;
    const char *entry = entry_of(n);
    if (entry == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                         "calcjob %lld is of no entry point, so its main "
                         "output is unknown",
                         (long long)n->pk);
    st = process_spec_get(profile->registry, KIND_CALCULATION, entry, &spec,
                          err);
    if (st != ORMA_OK)
        return st;
    AUTO_FREE char *label = text_copy(spec->default_output);
    process_spec_free(spec);
    if (label == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                         "\"%s\" declares no main output", entry);
    st = output_pk(profile, n, label, &pk, err);
    if (st == ORMA_OK && pk == 0)
        st = error_set(err, ORMA_E_NOT_FOUND, "process", 0,
                       "calcjob %lld has no output \"%s\"", (long long)n->pk,
                       label);
    if (st == ORMA_OK)
        st = store_node(profile->store, pk, &output, err);
    if (st == ORMA_OK)
        st = data_value(profile->registry, output, &value, err);
    return st == ORMA_OK ? hand_out(value, json, err) : st;
}

static void add_transition(void *user, const char *stage, const char *event,
                           const char *then, const char *note)
{
    json_object *row = json_object_new_object();
    json_set_text(row, "stage", stage);
    json_set_text(row, "event", event);
    json_set_text(row, "then", then);
    json_set_text(row, "note", note != NULL ? note : "");
    json_object_array_add(user, row);
}

orma_status orma_process_states(char **json, orma_error **err)
{
    json_object *rows = json_object_new_array();
    if (rows != NULL)
        engine_describe(add_transition, rows);
    return hand_out(rows, json, err);
}
