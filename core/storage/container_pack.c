/* Putting a group of objects straight into a pack: one sync of the data, one
 * transaction of the index.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <fcntl.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Objects in the order of their keys, to see what occurs twice. */
typedef struct put_item {
    container_object *object;
    packed_object where;
    bool is_wanted;
} put_item;

static int by_key(const void *a, const void *b)
{
    const put_item *x = a, *y = b;
    const int order = strcmp(x->object->key, y->object->key);
    if (order != 0)
        return order;
    return (x->object > y->object) - (x->object < y->object);
}

/* In the order in which they were given: related files lie together. */
static int by_position(const void *a, const void *b)
{
    const put_item *x = a, *y = b;
    return (x->object > y->object) - (x->object < y->object);
}

/* Which are not in the container yet; each key once. */
static orma_status mark_wanted(container *c, put_item *items, size_t count,
                               size_t *wanted, orma_error **err)
{
    *wanted = 0;
    for (size_t i = 0; i < count; i++) {
        bool found =
            i > 0 && text_equal(items[i].object->key, items[i - 1].object->key);
        if (!found) {
            const orma_status st =
                container_has(c, items[i].object->key, &found, err);
            if (st != ORMA_OK)
                return st;
        }
        items[i].is_wanted = !found;
        *wanted += !found;
    }
    return ORMA_OK;
}

static orma_status insert_rows(appender *a, const put_item *items, size_t count,
                               orma_error **err)
{
    orma_status st = index_begin(a->c, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        if (items[i].is_wanted)
            st = index_insert(a->c, items[i].object->key, &items[i].where, err);
    if (st == ORMA_OK) {
        a->may_be_indexed = true;
        st = index_commit(a->c, err);
    }
    if (st != ORMA_OK)
        index_rollback(a->c);
    return st;
}

static orma_status append_all(appender *a, put_item *items, size_t count,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    qsort(items, count, sizeof *items, by_position);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        if (items[i].is_wanted)
            st = appender_add(a, items[i].object, &items[i].where, err);
    if (st == ORMA_OK)
        st = appender_sync(a, err);
    if (st == ORMA_OK)
        st = insert_rows(a, items, count, err);
    return st;
}

static orma_status put_missing(container *c, put_item *items, size_t count,
                               orma_error **err)
{
    size_t wanted = 0;
    appender a;
    orma_status st = appender_init(&a, c, err);
    if (st != ORMA_OK)
        return st;

    st = container_lock(c, LOCK_BYTE_PACKS, F_WRLCK, err);
    if (st == ORMA_OK) {
        /* Again: while we waited, others may have put them. */
        st = mark_wanted(c, items, count, &wanted, err);
        if (st == ORMA_OK && wanted > 0)
            st = append_all(&a, items, count, err);
        if (st != ORMA_OK)
            appender_abandon(&a);
    }
    appender_finish(&a);
    container_unlock_byte(c, LOCK_BYTE_PACKS);
    return st;
}

orma_status container_put(container *c, container_object *objects, size_t count,
                          orma_error **err)
{
    size_t wanted = 0;
    orma_status st = container_check_owner(c, err);

    if (st != ORMA_OK || count == 0)
        return st;
    AUTO_FREE put_item *items = calloc(count, sizeof *items);
    if (items == NULL)
        return error_no_memory(err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        items[i].object = &objects[i];
        st = container_object_key(&objects[i], err);
    }
    if (st != ORMA_OK)
        return st;
    qsort(items, count, sizeof *items, by_key);
    st = mark_wanted(c, items, count, &wanted, err);
    return st == ORMA_OK && wanted > 0 ? put_missing(c, items, count, err) : st;
}
