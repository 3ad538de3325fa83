/* Arrays as nested JSON lists, in both directions.
 *
 * SPDX-License-Identifier: MIT */
#include "nested.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* Shape by the first element of each level. */
static orma_status read_shape(const json_object *value, const char *what,
                              nested *out, orma_error **err)
{
    out->count = 1;
    while (json_object_is_type(value, json_type_array)) {
        const size_t length = json_object_array_length(value);
        if (out->ndim == ORMA_ARRAY_MAX_NDIM)
            return refuse(err, "%s has more than %d dimensions", what,
                          ORMA_ARRAY_MAX_NDIM);
        out->shape[out->ndim++] = (int64_t)length;
        /* no overflow: every element has an object of its own in memory */
        out->count *= length;
        value = length > 0 ? json_object_array_get_idx(value, 0) : NULL;
    }
    return out->ndim > 0 ? ORMA_OK
                         : refuse(err, "%s must be a list, not %s", what,
                                  json_type_word(value));
}

/* What a leaf forces the array's type to be. */
static int32_t leaf_dtype(const json_object *leaf)
{
    if (json_object_is_type(leaf, json_type_boolean))
        return ORMA_DTYPE_BOOL;
    if (json_object_is_type(leaf, json_type_int))
        return ORMA_DTYPE_I64;
    if (json_object_is_type(leaf, json_type_double))
        return ORMA_DTYPE_F64;
    return ORMA_DTYPE_UNKNOWN;
}

/* json-c answers the nearest 64-bit integer then. */
static bool is_too_large(const json_object *leaf)
{
    const int64_t value = json_object_get_int64(leaf);
    return json_object_is_type(leaf, json_type_int) &&
           (value == INT64_MAX || value == INT64_MIN);
}

/* Checks that all levels have the shape, and finds the common type. */
static orma_status check_level(const json_object *value, const char *what,
                               int32_t level, nested *n, orma_error **err)
{
    if (level == n->ndim) {
        const int32_t leaf = leaf_dtype(value);
        if (leaf == ORMA_DTYPE_UNKNOWN)
            return refuse(err, "%s holds %s where a number is expected", what,
                          json_type_word(value));
        if (is_too_large(value))
            return refuse(err, "%s holds an integer beyond 64 bits", what);
        if (n->dtype == ORMA_DTYPE_UNKNOWN)
            n->dtype = leaf;
        else if ((n->dtype == ORMA_DTYPE_BOOL) != (leaf == ORMA_DTYPE_BOOL))
            return refuse(err, "%s mixes booleans and numbers", what);
        else if (leaf == ORMA_DTYPE_F64)
            n->dtype = ORMA_DTYPE_F64;
        return ORMA_OK;
    }
    if (!json_object_is_type(value, json_type_array) ||
        (int64_t)json_object_array_length(value) != n->shape[level])
        return refuse(err,
                      "%s is ragged: a list at depth %d should have %lld "
                      "items",
                      what, (int)level, (long long)n->shape[level]);
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        const orma_status st = check_level(json_object_array_get_idx(value, i),
                                           what, level + 1, n, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

static void fill_level(const json_object *value, int32_t level, nested *n,
                       size_t *at)
{
    if (level < n->ndim) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            fill_level(json_object_array_get_idx(value, i), level + 1, n, at);
        return;
    }
    if (n->dtype == ORMA_DTYPE_F64)
        ((double *)n->data)[*at] = json_object_get_double(value);
    else if (n->dtype == ORMA_DTYPE_I64)
        ((int64_t *)n->data)[*at] = json_object_get_int64(value);
    else
        ((uint8_t *)n->data)[*at] = json_object_get_boolean(value) != 0;
    ++*at;
}

static size_t dtype_size(int32_t dtype)
{
    switch (dtype) {
    case ORMA_DTYPE_C128:
        return 16;
    case ORMA_DTYPE_F64:
    case ORMA_DTYPE_I64:
        return 8;
    case ORMA_DTYPE_F32:
    case ORMA_DTYPE_I32:
        return 4;
    default:
        return 1;
    }
}

orma_status nested_read(const json_object *value, const char *what,
                        int32_t dtype, nested *out, orma_error **err)
{
    size_t at = 0;

    *out = (nested){0};
    orma_status st = read_shape(value, what, out, err);
    if (st == ORMA_OK)
        st = check_level(value, what, 0, out, err);
    if (st != ORMA_OK)
        return st;
    if (out->dtype == ORMA_DTYPE_UNKNOWN) /* empty: what NumPy makes of [] */
        out->dtype = dtype != ORMA_DTYPE_UNKNOWN ? dtype : ORMA_DTYPE_F64;
    if (dtype == ORMA_DTYPE_F64 && out->dtype == ORMA_DTYPE_I64)
        out->dtype = ORMA_DTYPE_F64;
    if (dtype != ORMA_DTYPE_UNKNOWN && out->dtype != dtype)
        return refuse(err, "%s must hold %s", what,
                      dtype == ORMA_DTYPE_I64 ? "integers" : "numbers");
    out->data = calloc(out->count + 1, dtype_size(out->dtype));
    if (out->data == NULL)
        return refuse_memory(err);
    fill_level(value, 0, out, &at);
    return ORMA_OK;
}

void nested_finish(nested *n)
{
    free(n->data);
    *n = (nested){0};
}

orma_status nested_set(const nested *n, const nested_slot *slot,
                       const orma_node_ops *ops, orma_node *node,
                       orma_error **err)
{
    const orma_array_view view = {
        .size = sizeof view,
        .dtype = n->dtype,
        .ndim = n->ndim,
        .shape = n->shape,
        .data = n->data,
        .unit = slot->unit,
    };
    return ops->set_array(node, slot->name, &view, err);
}

orma_status nested_set_member(const json_object *literal,
                              const nested_slot *slot, const orma_node_ops *ops,
                              orma_node *node, orma_error **err)
{
    const json_object *value = json_get(literal, slot->name);
    nested n;

    if (value == NULL)
        return ORMA_OK;
    orma_status st = nested_read(value, slot->name, slot->dtype, &n, err);
    if (st == ORMA_OK)
        st = nested_set(&n, slot, ops, node, err);
    nested_finish(&n);
    return st;
}

static void write_element(const orma_array_view *view, const char *at,
                          text *out)
{
    double real[2];
    float single;
    int64_t wide;
    int32_t narrow;

    switch (view->dtype) {
    case ORMA_DTYPE_F64:
        memcpy(real, at, sizeof *real);
        text_real(out, real[0]);
        break;
    case ORMA_DTYPE_C128:
        memcpy(real, at, sizeof real);
        text_reals(out, real, 2);
        break;
    case ORMA_DTYPE_F32:
        memcpy(&single, at, sizeof single);
        text_real(out, (double)single);
        break;
    case ORMA_DTYPE_I64:
        memcpy(&wide, at, sizeof wide);
        text_format(out, "%lld", (long long)wide);
        break;
    case ORMA_DTYPE_I32:
        memcpy(&narrow, at, sizeof narrow);
        text_format(out, "%d", (int)narrow);
        break;
    default:
        text_add(out, *at != 0 ? "true" : "false");
    }
}

/* strides in bytes, for all dimensions. */
static void write_level(const orma_array_view *view, const int64_t *strides,
                        int32_t level, const char *at, text *out)
{
    if (level == view->ndim) {
        write_element(view, at, out);
        return;
    }
    text_add(out, "[");
    for (int64_t i = 0; i < view->shape[level]; i++) {
        if (i > 0)
            text_add(out, ", ");
        write_level(view, strides, level + 1, at + i * strides[level], out);
    }
    text_add(out, "]");
}

void nested_write(const orma_array_view *view, text *out)
{
    int64_t strides[ORMA_ARRAY_MAX_NDIM] = {0};
    int64_t stride = (int64_t)dtype_size(view->dtype);

    for (int32_t d = view->ndim - 1; d >= 0; d--) {
        strides[d] = view->strides != NULL ? view->strides[d] : stride;
        stride *= view->shape[d];
    }
    write_level(view, strides, 0, view->data, out);
}
