/* The unit of change: what is to be stored, gathered and checked.
 *
 * SPDX-License-Identifier: MIT */
#include "unit_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/log.h>
#include <base/text.h>

#define LABEL_MAX 255

void *unit_grow(void *items, size_t *count, size_t size)
{
    char *grown = items;
    if ((*count & (*count - 1)) == 0) {
        const size_t capacity = *count == 0 ? 1 : *count * 2;
        grown = reallocarray(items, capacity, size);
        if (grown == NULL)
            return NULL;
    }
    memset(grown + *count * size, 0, size);
    (*count)++;
    return grown;
}

orma_status unit_begin(store *s, unit **out, orma_error **err)
{
    unit *u = calloc(1, sizeof *u);
    if (u == NULL)
        return error_no_memory(err);
    u->s = s;
    *out = u;
    return ORMA_OK;
}

void unit_update_finish(unit_update *update)
{
    json_object_put(update->attributes);
    json_object_put(update->extras);
    json_object_put(update->repository);
    *update = (unit_update){0};
}

static void free_parts(unit *u)
{
    for (size_t i = 0; i < u->node_count; i++) {
        json_object_put(u->nodes[i].attributes);
        json_object_put(u->nodes[i].extras);
        json_object_put(u->nodes[i].repository);
        json_object_put(u->nodes[i].inputs);
    }
    for (size_t i = 0; i < u->change_count; i++)
        json_object_put(u->changes[i].value);
    for (size_t i = 0; i < u->update_count; i++)
        unit_update_finish(&u->updates[i]);
    for (size_t i = 0; i < u->log_count; i++)
        json_object_put(u->logs[i].metadata);
}

void unit_abort(unit *u)
{
    if (u == NULL)
        return;
    free_parts(u);
    free(u->nodes);
    free(u->places);
    free(u->links);
    free(u->changes);
    free(u->updates);
    free(u->logs);
    free(u->lives);
    free(u->files);
    free(u->objects);
    arena_free(&u->texts);
    free(u);
}

/* ---- nodes of the unit, found by their address ------------------- */

static size_t slot_of(const unit *u, const node *n)
{
    /* Fibonacci hashing; node addresses differ above their lowest bits. */
    const uint64_t mixed =
        (uint64_t)(uintptr_t)n * UINT64_C(0x9e3779b97f4a7c15);
    size_t slot = (size_t)(mixed >> 32) & (u->place_count - 1);

    while (u->places[slot] != 0 && u->nodes[u->places[slot] - 1].n != n)
        slot = (slot + 1) & (u->place_count - 1);
    return slot;
}

unit_node *unit_find(const unit *u, const node *n)
{
    if (u->place_count == 0)
        return NULL;
    const size_t place = u->places[slot_of(u, n)];
    return place == 0 ? NULL : &u->nodes[place - 1];
}

/* Keeps the table at most half full. */
static bool make_room(unit *u)
{
    if (u->node_count * 2 < u->place_count)
        return true;
    const size_t count = u->place_count == 0 ? 16 : u->place_count * 2;
    size_t *places = calloc(count, sizeof *places);
    if (places == NULL)
        return false;
    free(u->places);
    u->places = places;
    u->place_count = count;
    for (size_t i = 0; i < u->node_count; i++)
        u->places[slot_of(u, u->nodes[i].n)] = i + 1;
    return true;
}

static orma_status check_utf8(const char *what, const char *text,
                              orma_error **err)
{
    const orma_str given = {text, strlen(text)};
    if (text_is_utf8(given))
        return ORMA_OK;
    AUTO_FREE char *shown = text_show_bytes(given);
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "%s \"%.200s\" is not valid UTF-8", what,
                     shown == NULL ? "" : shown);
}

/* AiiDA's columns have room for 255 characters. */
static orma_status check_texts(const node *n, orma_error **err)
{
    const orma_status st = check_utf8("label", n->label, err);
    if (st != ORMA_OK)
        return st;
    if (text_length(n->label) > LABEL_MAX)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "a label of %zu characters is too long: the most are "
                         "%d",
                         text_length(n->label), LABEL_MAX);
    return check_utf8("description", n->description, err);
}

static orma_status check_new(const unit *u, const node *n, orma_error **err)
{
    if (n->pk != 0)
        return error_set(err, ORMA_E_REFUSED, "storage", 0,
                         "node %lld is stored already", (long long)n->pk);
    if (unit_find(u, n) != NULL)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "the node is in this unit already");
    if (node_class_of(n->node_type) == NODE_OTHER ||
        !text_ends(n->node_type, ".") || strlen(n->node_type) > 255)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "nodes of type \"%.255s\" cannot be stored",
                         n->node_type);
    orma_status st = check_texts(n, err);
    if (st == ORMA_OK)
        st = node_check_keys(n->attributes, "attributes", err);
    return st == ORMA_OK ? node_check_keys(n->extras, "extras", err) : st;
}

orma_status unit_add_node(unit *u, node *n, orma_error **err)
{
    const orma_status st = check_new(u, n, err);
    if (st != ORMA_OK)
        return st;

    unit_node *grown = NULL;
    if (make_room(u))
        grown = unit_grow(u->nodes, &u->node_count, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    u->nodes = grown;
    u->nodes[u->node_count - 1].n = n;
    u->places[slot_of(u, n)] = u->node_count;
    return ORMA_OK;
}

/* An end of a link or the subject of a change: stored or in this unit. */
static orma_status check_known(const unit *u, const node *n, orma_error **err)
{
    char uuid[37];
    if (n->pk > 0 || unit_find(u, n) != NULL)
        return ORMA_OK;
    uuid_format(&n->uuid, uuid);
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "node %s (%s) is neither stored nor in this unit", uuid,
                     n->node_type);
}

orma_status unit_add_link(unit *u, enum link_type type, node *source,
                          node *target, const char *label, orma_error **err)
{
    orma_status st = check_known(u, source, err);
    if (st == ORMA_OK)
        st = check_known(u, target, err);
    if (st == ORMA_OK)
        st = link_check(type, source, target, label, target->pk == 0, err);
    if (st != ORMA_OK)
        return st;

    const char *copy = arena_strdup(&u->texts, label);
    unit_link *grown = copy == NULL
                           ? NULL
                           : unit_grow(u->links, &u->link_count, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    u->links = grown;
    u->links[u->link_count - 1] = (unit_link){type, source, target, copy};
    return ORMA_OK;
}

/* Takes over value, also when it fails. */
static orma_status add_change(unit *u, enum change_kind kind, node *n,
                              const char *key, json_object *value,
                              orma_error **err)
{
    const char *copy = key == NULL ? "" : arena_strdup(&u->texts, key);
    unit_change *grown =
        copy == NULL ? NULL
                     : unit_grow(u->changes, &u->change_count, sizeof *grown);
    if (grown == NULL) {
        json_object_put(value);
        return error_no_memory(err);
    }
    u->changes = grown;
    u->changes[u->change_count - 1] =
        (unit_change){kind, n, copy, value, u->change_count};
    return ORMA_OK;
}

static orma_status check_unsealed(const node *process, const char *what,
                                  orma_error **err)
{
    if (node_class_of(process->node_type) == NODE_DATA)
        return error_set(err, ORMA_E_REFUSED, "storage", 0,
                         "%s of node %lld (%s) cannot change: data is "
                         "immutable",
                         what, (long long)process->pk, process->node_type);
    if (node_is_sealed(process))
        return error_set(err, ORMA_E_REFUSED, "storage", 0,
                         "%s of process %lld cannot change: it is sealed", what,
                         (long long)process->pk);
    return ORMA_OK;
}

static orma_status check_attribute(const unit *u, const node *process,
                                   const char *key, orma_error **err)
{
    orma_status st = check_known(u, process, err);
    if (st == ORMA_OK)
        st = check_unsealed(process, "attributes", err);
    if (st == ORMA_OK && !node_attribute_is_updatable(process->node_type, key))
        st = error_set(err, ORMA_E_REFUSED, "storage", 0,
                       "attribute \"%.200s\" of process %lld is immutable", key,
                       (long long)process->pk);
    return st;
}

orma_status unit_set_attribute(unit *u, node *process, const char *key,
                               json_object *value, orma_error **err)
{
    const orma_status st = check_attribute(u, process, key, err);
    if (st != ORMA_OK) {
        json_object_put(value);
        return st;
    }
    return add_change(u, CHANGE_ATTRIBUTE, process, key, value, err);
}

orma_status unit_delete_attribute(unit *u, node *process, const char *key,
                                  orma_error **err)
{
    const orma_status st = check_attribute(u, process, key, err);
    if (st != ORMA_OK)
        return st;
    return add_change(u, CHANGE_NO_ATTRIBUTE, process, key, NULL, err);
}

orma_status unit_set_extra(unit *u, node *n, const char *key,
                           json_object *value, orma_error **err)
{
    orma_status st = check_known(u, n, err);
    if (st == ORMA_OK && (*key == '\0' || strchr(key, '.') != NULL))
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "\"%.200s\" is no name for an extra: it is empty or has "
                       "a dot",
                       key);
    if (st != ORMA_OK) {
        json_object_put(value);
        return st;
    }
    return add_change(u, value != NULL ? CHANGE_EXTRA : CHANGE_NO_EXTRA, n, key,
                      value, err);
}

orma_status unit_add_files(unit *u, node *process, orma_error **err)
{
    orma_status st = check_known(u, process, err);
    if (st == ORMA_OK)
        st = check_unsealed(process, "files", err);
    if (st != ORMA_OK)
        return st;
    if (process->pk == 0)
        return ORMA_OK; /* they are stored with the node */
    return add_change(u, CHANGE_FILES, process, NULL, NULL, err);
}

/* A copy in the arena. What schedulers and codes say may be in any encoding;
 * a column is UTF-8. */
static char *keep_text(unit *u, const char *text)
{
    const orma_str given = {text, strlen(text)};
    if (text_is_utf8(given))
        return arena_strdup(&u->texts, text);
    AUTO_FREE char *mended = text_to_utf8(given);
    return mended == NULL ? NULL : arena_strdup(&u->texts, mended);
}

orma_status unit_add_log(unit *u, node *process, int32_t level,
                         const char *logger, const char *message,
                         const json_object *metadata, orma_error **err)
{
    orma_status st = check_known(u, process, err);
    if (st != ORMA_OK)
        return st;

    unit_log log = {
        .process = process,
        .level = log_level_name(level),
        .logger = keep_text(u, logger),
        .message = keep_text(u, message),
        .metadata =
            metadata == NULL ? json_object_new_object() : json_copy(metadata),
    };
    unit_log *grown = NULL;
    if (log.logger != NULL && log.message != NULL && log.metadata != NULL)
        grown = unit_grow(u->logs, &u->log_count, sizeof *grown);
    if (grown == NULL) {
        json_object_put(log.metadata);
        return error_no_memory(err);
    }
    u->logs = grown;
    u->logs[u->log_count - 1] = log;
    return ORMA_OK;
}

/* Texts of the row copied to the arena; false without memory. */
static bool keep_texts(unit *u, process_row *row)
{
    char **const texts[] = {&row->state,   &row->stage,      &row->job_id,
                            &row->request, &row->last_error, &row->details};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (*texts[i] == NULL)
            continue;
        *texts[i] = keep_text(u, *texts[i]);
        if (*texts[i] == NULL)
            return false;
    }
    return true;
}

static orma_status add_live(unit *u, unit_live live, orma_error **err)
{
    unit_live *grown = NULL;
    if (keep_texts(u, &live.row))
        grown = unit_grow(u->lives, &u->live_count, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    u->lives = grown;
    u->lives[u->live_count - 1] = live;
    return ORMA_OK;
}

orma_status unit_put_process(unit *u, node *process, const process_row *row,
                             orma_error **err)
{
    AUTO_JSON json_object *details = NULL;
    orma_status st = check_known(u, process, err);
    if (st == ORMA_OK && (row->state == NULL || row->stage == NULL))
        st = error_set(err, ORMA_E_INVALID, "storage", 0,
                       "the live row of a process needs its state and stage");
    if (st == ORMA_OK && row->details != NULL)
        st = json_parse((orma_str){row->details, strlen(row->details)},
                        &details, err);
    if (st != ORMA_OK)
        return st;
    return add_live(u, (unit_live){.process = process, .row = *row}, err);
}

orma_status unit_drop_process(unit *u, node *process, int64_t lease_epoch,
                              orma_error **err)
{
    const orma_status st = check_known(u, process, err);
    if (st != ORMA_OK)
        return st;
    return add_live(u,
                    (unit_live){.process = process,
                                .row = {.lease_epoch = lease_epoch},
                                .is_drop = true},
                    err);
}
