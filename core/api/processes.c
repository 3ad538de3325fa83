/* Reports of processes, and a calcjob's files and results.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/log.h>
#include <base/text.h>
#include <engine/machine.h>
#include <process/inputs.h>

#define MAX_CALL_DEPTH 64
#define TAIL_LINES 20
#define TAIL_BYTES ((size_t)32 << 10)

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

/* The end of a file that may be of any size. */
static orma_status keep_tail(void *user, orma_str bytes)
{
    buf *tail = user;
    buf_str(tail, bytes);
    if (tail->len > 2 * TAIL_BYTES) {
        memmove(tail->ptr, tail->ptr + tail->len - TAIL_BYTES, TAIL_BYTES);
        tail->len = TAIL_BYTES;
        tail->ptr[TAIL_BYTES] = '\0';
    }
    return buf_status(tail, NULL);
}

/* The last lines of a text. [in] */
static const char *last_lines(const char *text, size_t len)
{
    size_t at = len, seen = 0;
    while (at > 0 && (text[at - 1] != '\n' || at == len || ++seen < TAIL_LINES))
        at--;
    return text + at;
}

/* What a scheduler complains of is often all there is to explain a failure. */
static orma_status add_scheduler_errors(orma_profile *p, const node *process,
                                        json_object *row, bool *found,
                                        orma_error **err)
{
    AUTO_NODE node *retrieved = NULL;
    AUTO_BUF buf tail = {0};
    int64_t pk = 0;
    char name[24];
    const char *file =
        json_get_text(process->attributes, "scheduler_stderr", NULL);

    orma_status st = output_pk(p, process, "retrieved", &pk, err);
    if (st != ORMA_OK || file == NULL || pk == 0)
        return st;
    st = store_node(p->store, pk, &retrieved, err);
    if (st != ORMA_OK || repository_key(retrieved->repository, file) == NULL)
        return st;
    snprintf(name, sizeof name, "%lld", (long long)pk);
    st = orma_node_read(p, name, file, keep_tail, &tail, err);
    if (st != ORMA_OK)
        return st;
    while (tail.len > 0 && strchr(" \n\r\t", tail.ptr[tail.len - 1]) != NULL)
        tail.ptr[--tail.len] = '\0';
    if (tail.len == 0)
        return ORMA_OK;
    json_set(row, "pk", NULL);
    json_set(row, "uuid", NULL);
    json_set(row, "time", NULL);
    json_set_text(row, "levelname", "WARNING");
    json_set_text(row, "loggername", "scheduler_stderr");
    json_set_text(row, "message", last_lines(tail.ptr, tail.len));
    *found = true;
    return ORMA_OK;
}

static void add_row(json_object *rows, json_object *row, int64_t pk,
                    const char *name, int depth)
{
    json_set_int(row, "node", pk);
    json_set_text(row, "process_label", name != NULL ? name : "");
    json_set_int(row, "depth", depth);
    json_object_array_add(rows, json_object_get(row));
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
        add_row(rows, row, pk, name, depth);
    }
    if (min_level <= ORMA_LOG_WARNING) {
        AUTO_JSON json_object *row = json_object_new_object();
        bool found = false;
        st = add_scheduler_errors(p, process, row, &found, err);
        if (st == ORMA_OK && found)
            add_row(rows, row, pk, name, depth);
    }
    if (st != ORMA_OK || depth == MAX_CALL_DEPTH)
        return st;
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
