/* Before the transaction: files into the container, values cleaned, hashes
 * computed.
 *
 * SPDX-License-Identifier: MIT */
#include "unit_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/staging.h>

/* ---- files ------------------------------------------------------- */

static orma_status collect_node(unit *u, node *n, orma_error **err)
{
    unit_files *files = unit_grow(u->files, &u->files_count, sizeof *files);
    if (files == NULL)
        return error_no_memory(err);
    u->files = files;
    u->files[u->files_count - 1] = (unit_files){n, u->object_count};

    for (size_t i = 0; i < n->file_count; i++) {
        const node_file *f = &n->files[i];
        container_object *grown =
            unit_grow(u->objects, &u->object_count, sizeof *grown);
        if (grown == NULL)
            return error_no_memory(err);
        u->objects = grown;
        container_object *made = &u->objects[u->object_count - 1];
        made->bytes = (orma_str){f->bytes, f->len};
        made->local_path = f->local_path;
        if (f->key != NULL)
            memcpy(made->key, f->key, sizeof made->key);
    }
    return ORMA_OK;
}

orma_status unit_collect_files(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < u->node_count; i++)
        if (u->nodes[i].n->file_count > 0)
            st = collect_node(u, u->nodes[i].n, err);
    for (size_t i = 0; st == ORMA_OK && i < u->change_count; i++)
        if (u->changes[i].kind == CHANGE_FILES)
            st = collect_node(u, u->changes[i].n, err);
    return st;
}

const container_object *unit_keys(const unit *u, const node *n)
{
    for (size_t i = 0; i < u->files_count; i++)
        if (u->files[i].n == n)
            return u->objects + u->files[i].first;
    return NULL;
}

/* A file given by its key must be there. */
static orma_status check_key(unit *u, const node *n, const node_file *f,
                             orma_error **err)
{
    bool found = false;
    const orma_status st = store_has_object(u->s, f->key, &found, err);
    if (st != ORMA_OK || found)
        return st;
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "file \"%s\" of a new %s names an object that is not in "
                     "the container",
                     f->path, n->node_type);
}

/* The objects with content, put together; then their keys put back. */
orma_status unit_put_files(unit *u, orma_error **err)
{
    container_object *given = calloc(u->object_count + 1, sizeof *given);
    container_object **back = calloc(u->object_count + 1, sizeof *back);
    size_t count = 0;
    orma_status st =
        given == NULL || back == NULL ? error_no_memory(err) : ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < u->files_count; i++) {
        const node *n = u->files[i].n;
        for (size_t k = 0; st == ORMA_OK && k < n->file_count; k++) {
            container_object *object = &u->objects[u->files[i].first + k];
            if (n->files[k].key != NULL) {
                st = check_key(u, n, &n->files[k], err);
            } else if (!n->files[k].is_dir) {
                back[count] = object;
                given[count++] = *object;
            }
        }
    }
    if (st == ORMA_OK)
        st = store_put_objects(u->s, given, count, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        memcpy(back[i]->key, given[i].key, sizeof given[i].key);
    free(given);
    free(back);
    return st;
}

orma_status unit_stage_files(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < u->files_count; i++) {
        const node *n = u->files[i].n;
        for (size_t k = 0; st == ORMA_OK && k < n->file_count; k++)
            if (n->files[k].key == NULL && !n->files[k].is_dir)
                st = store_stage_objects(
                    u->s, &u->objects[u->files[i].first + k], 1, err);
    }
    return st;
}

/* ---- values ------------------------------------------------------ */

static bool is_of_extras(const unit_change *change)
{
    return change->kind == CHANGE_EXTRA || change->kind == CHANGE_NO_EXTRA;
}

orma_status unit_apply_change(json_object *attributes, json_object *extras,
                              const unit_change *change, orma_error **err)
{
    json_object *const object = is_of_extras(change) ? extras : attributes;
    json_object *value = NULL;

    if (change->kind == CHANGE_NO_ATTRIBUTE ||
        change->kind == CHANGE_NO_EXTRA) {
        json_object_object_del(object, change->key);
        return ORMA_OK;
    }
    if (change->value != NULL) {
        const orma_status st = json_clean(change->value, &value, err);
        if (st != ORMA_OK)
            return st;
    }
    return json_set(object, change->key, value) ? ORMA_OK
                                                : error_no_memory(err);
}

static orma_status clean_node(unit *u, unit_node *un, size_t files_at,
                              orma_error **err)
{
    const node *n = un->n;
    orma_status st = ORMA_OK;
    if (json_is_clean(n->attributes)) /* shared: they seldom change here */
        un->attributes = json_object_get(n->attributes);
    else
        st = json_clean(n->attributes, &un->attributes, err);
    if (st == ORMA_OK)
        st = json_clean(n->extras, &un->extras, err);
    if (st == ORMA_OK)
        st = store_build_repository(
            n, n->repository,
            n->file_count == 0 ? NULL : u->objects + u->files[files_at].first,
            &un->repository, err);
    return st;
}

/* A failed commit must leave the node's own as they were. */
static orma_status own_attributes(unit_node *un, orma_error **err)
{
    if (un->attributes != un->n->attributes)
        return ORMA_OK;
    json_object *copy = json_copy(un->attributes);
    if (copy == NULL)
        return error_no_memory(err);
    json_object_put(un->attributes);
    un->attributes = copy;
    return ORMA_OK;
}

static orma_status clean_nodes(unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;
    size_t files_at = 0; /* collected in the order of the nodes */

    for (size_t i = 0; st == ORMA_OK && i < u->node_count; i++) {
        st = clean_node(u, &u->nodes[i], files_at, err);
        files_at += u->nodes[i].n->file_count > 0;
    }
    for (size_t i = 0; st == ORMA_OK && i < u->change_count; i++) {
        const unit_change *c = &u->changes[i];
        unit_node *un = c->n->pk == 0 ? unit_find(u, c->n) : NULL;
        if (un == NULL)
            continue;
        st = own_attributes(un, err);
        if (st == ORMA_OK)
            st = unit_apply_change(un->attributes, un->extras, c, err);
    }
    return st;
}

/* ---- hashes ------------------------------------------------------ */

static orma_status hash_one(unit *u, unit_node *un, orma_error **err)
{
    const hashed_content content = {un->attributes, un->repository, un->inputs};
    if (un->lacks_input)
        return ORMA_OK;
    const orma_status st =
        store_hash_known(u->s, un->n, &content, un->hash, err);
    if (st == ORMA_OK && un->hash[0] != '\0' &&
        !json_set_text(un->extras, "_aiida_hash", un->hash))
        return error_no_memory(err);
    return st;
}

static orma_status hash_class(unit *u, bool data, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < u->node_count; i++) {
        unit_node *un = &u->nodes[i];
        if ((node_class_of(un->n->node_type) == NODE_DATA) != data)
            continue;
        if (!data && un->inputs == NULL) {
            un->inputs = json_object_new_object();
            if (un->inputs == NULL)
                return error_no_memory(err);
        }
        st = hash_one(u, un, err);
    }
    return st;
}

/* The source's hash under the link's label, for the hash of the target. */
static orma_status add_input(unit *u, const unit_link *link, unit_node *target,
                             orma_error **err)
{
    const unit_node *source = unit_find(u, link->source);
    const node *n = link->source;
    char hash[NODE_HASH_HEX];

    if (source != NULL) {
        memcpy(hash, source->hash, sizeof hash);
    } else {
        const hashed_content content = {n->attributes, n->repository, NULL};
        const orma_status st = store_hash_known(u->s, n, &content, hash, err);
        if (st != ORMA_OK)
            return st;
    }
    if (hash[0] == '\0') {
        target->lacks_input = true;
        return ORMA_OK;
    }
    if (target->inputs == NULL)
        target->inputs = json_object_new_object();
    if (target->inputs == NULL ||
        !json_set_text(target->inputs, link->label, hash))
        return error_no_memory(err);
    return ORMA_OK;
}

/* Data first, so that processes find the hashes of their inputs. */
static orma_status hash_nodes(unit *u, orma_error **err)
{
    orma_status st = hash_class(u, true, err);
    for (size_t i = 0; st == ORMA_OK && i < u->link_count; i++) {
        const unit_link *link = &u->links[i];
        unit_node *target = unit_find(u, link->target);
        if (target != NULL &&
            (link->type == LINK_INPUT_CALC || link->type == LINK_INPUT_WORK))
            st = add_input(u, link, target, err);
    }
    return st == ORMA_OK ? hash_class(u, false, err) : st;
}

orma_status unit_prepare(unit *u, orma_error **err)
{
    const orma_status st = clean_nodes(u, err);
    return st == ORMA_OK ? hash_nodes(u, err) : st;
}
