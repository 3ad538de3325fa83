/* Listing processes, as text that is written while the rows come.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <engine/machine.h>

#define KNOWN_STATES 16

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
    {"cached", "extras._aiida_cached_from"},
    {"cached_from", "extras._aiida_cached_from"},
};

enum { MAX_PROJECTIONS = sizeof projections / sizeof *projections };

static const char *const default_projections[] = {
    "pk", "ctime", "process_label", "state", "process_status",
};

/* What "state" is composed of. */
enum { STATE_PARTS = 3 };
static const struct {
    const char *key, *attribute;
} state_parts[STATE_PARTS] = {
    {"attributes.process_state", "process_state"},
    {"attributes.exit_status", "exit_status"},
    {"attributes.paused", "paused"},
};

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
    bool is_state[MAX_PROJECTIONS];
    size_t name_keys[MAX_PROJECTIONS]; /* the key that each name is */
    size_t name_count;
    const char *keys[MAX_PROJECTIONS + STATE_PARTS];
    size_t key_count;
    size_t state_keys[STATE_PARTS];
};

/* Where the key is among those to fetch. */
static size_t add_key(struct selection *s, const char *key)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (text_equal(s->keys[i], key))
            return i;
    s->keys[s->key_count] = key;
    return s->key_count++;
}

static void select_column(struct selection *s, const char *name,
                          const char *key)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (text_equal(s->names[i], name))
            return;
    s->names[s->name_count] = name;
    s->is_state[s->name_count] = text_equal(name, "state");
    s->name_keys[s->name_count] = add_key(s, key);
    if (s->is_state[s->name_count])
        for (size_t k = 0; k < STATE_PARTS; k++)
            s->state_keys[k] = add_key(s, state_parts[k].key);
    s->name_count++;
}

static orma_status add_projection(struct selection *s, const char *name,
                                  orma_error **err)
{
    const char *known[MAX_PROJECTIONS];
    for (size_t i = 0; i < MAX_PROJECTIONS; i++) {
        known[i] = projections[i].name;
        if (!text_equal(projections[i].name, name))
            continue;
        select_column(s, projections[i].name, projections[i].key);
        return ORMA_OK;
    }
    const char *closest = text_closest(name, known, MAX_PROJECTIONS);
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

/* A composed state and the JSON texts that it is composed of. */
struct composed_state {
    buf parts;
    buf json;
};

/* The document being written, row by row. */
struct listing {
    struct selection selection;
    buf text;
    size_t row_count;
    /* Thousands of processes are in a handful of states: those seen first. */
    struct composed_state states[KNOWN_STATES];
    size_t state_count;
    buf parts; /* of the present row */
};

static void listing_finish(struct listing *l)
{
    for (size_t i = 0; i < KNOWN_STATES; i++) {
        buf_free(&l->states[i].parts);
        buf_free(&l->states[i].json);
    }
    buf_free(&l->parts);
    buf_free(&l->text);
}

static orma_status compose_state(const struct selection *s,
                                 const orma_str *values, buf *json,
                                 orma_error **err)
{
    AUTO_JSON json_object *attributes = json_object_new_object();
    AUTO_JSON json_object *state = NULL;
    AUTO_BUF buf text = {0};

    if (attributes == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < STATE_PARTS; i++) {
        json_object *part = NULL;
        const orma_status st = json_parse(values[s->state_keys[i]], &part, err);
        if (st != ORMA_OK)
            return st;
        if (!json_set(attributes, state_parts[i].attribute, part))
            return error_no_memory(err);
    }
    process_state_text(attributes, &text);
    state = json_object_new_string(buf_c_str(&text));
    if (state == NULL)
        return error_no_memory(err);
    json_write(json, state, JSON_COMPACT);
    return buf_status(json, err);
}

static orma_status write_state(struct listing *l, const orma_str *values,
                               orma_error **err)
{
    buf_clear(&l->parts);
    for (size_t i = 0; i < STATE_PARTS; i++) {
        buf_str(&l->parts, values[l->selection.state_keys[i]]);
        buf_char(&l->parts, '\n');
    }
    for (size_t i = 0; i < l->state_count; i++)
        if (str_equal(buf_view(&l->parts), buf_c_str(&l->states[i].parts))) {
            buf_str(&l->text, buf_view(&l->states[i].json));
            return ORMA_OK;
        }
    if (l->state_count == KNOWN_STATES)
        return compose_state(&l->selection, values, &l->text, err);
    struct composed_state *made = &l->states[l->state_count];
    const orma_status st =
        compose_state(&l->selection, values, &made->json, err);
    if (st != ORMA_OK)
        return st;
    buf_str(&made->parts, buf_view(&l->parts));
    buf_str(&l->text, buf_view(&made->json));
    l->state_count++;
    return buf_status(&made->parts, err);
}

/* A value's lines, those behind the first one moved to a member's depth. */
static void write_value(buf *out, orma_str json)
{
    const char *end;
    while ((end = memchr(json.ptr, '\n', json.len)) != NULL) {
        const size_t len = (size_t)(end - json.ptr) + 1;
        buf_append(out, json.ptr, len);
        buf_text(out, "        ");
        json.ptr += len;
        json.len -= len;
    }
    buf_str(out, json);
}

/* The row as JSON_PRETTY writes an object in an array. */
static orma_status write_row(void *user, const orma_str *values,
                             orma_error **err)
{
    struct listing *l = user;
    const struct selection *s = &l->selection;
    orma_status st = ORMA_OK;

    buf_text(&l->text, l->row_count++ > 0 ? ",\n    {" : "[\n    {");
    for (size_t i = 0; st == ORMA_OK && i < s->name_count; i++) {
        buf_text(&l->text, i > 0 ? ",\n        \"" : "\n        \"");
        buf_text(&l->text, s->names[i]);
        buf_text(&l->text, "\": ");
        const orma_str value = values[s->name_keys[i]];
        if (s->is_state[i])
            st = write_state(l, values, err);
        else if (text_equal(s->names[i], "paused") && str_equal(value, "null"))
            buf_text(&l->text, "false"); /* only paused ones have it */
        else if (text_equal(s->names[i], "cached"))
            buf_text(&l->text, str_equal(value, "null") ? "false" : "true");
        else
            write_value(&l->text, value);
    }
    buf_text(&l->text, "\n    }");
    return st == ORMA_OK ? buf_status(&l->text, err) : st;
}

static orma_status write_rows(store *s, process_query *query, struct listing *l,
                              orma_error **err)
{
    query->projections = l->selection.keys;
    query->projection_count = l->selection.key_count;
    const orma_status st = store_list_processes(s, query, write_row, l, err);
    buf_text(&l->text, l->row_count > 0 ? "\n]\n" : "[]\n");
    return st == ORMA_OK ? buf_status(&l->text, err) : st;
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
    __attribute__((cleanup(listing_finish))) struct listing listing = {0};
    process_query q = {0};

    orma_status st = take_in(query, "query", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, query_fields,
                          sizeof query_fields / sizeof *query_fields, err);
    if (st == ORMA_OK)
        st = read_query(given, &q, err);
    if (st == ORMA_OK)
        st =
            select_columns(&listing.selection, json_get(given, "project"), err);
    if (st == ORMA_OK)
        st = write_rows(profile->store, &q, &listing, err);
    if (st == ORMA_OK)
        *json = buf_take(&listing.text);
    return st;
}
