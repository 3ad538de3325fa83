/* core.array.trajectory: positions of the same atoms over steps.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "nested.h"
#include "trajectory_files.h"

/* Optional arrays, and their dimensions after that of the steps: -1 is the
 * number of atoms. AiiDA fixes no unit of velocities. */
static const struct optional {
    nested_slot slot;
    int32_t ndim;
    int64_t shape[2];
} optional[] = {
    {{"cells", ORMA_DTYPE_F64, "angstrom"}, 3, {3, 3}},
    {{"times", ORMA_DTYPE_F64, "ps"}, 1, {0, 0}},
    {{"velocities", ORMA_DTYPE_F64, "1"}, 3, {-1, 3}},
};
#define N_OPTIONAL (sizeof optional / sizeof *optional)

/* positions: the array of that name, of steps × atoms × 3. */
static orma_status check_optional(const orma_node_ops *ops,
                                  const orma_node *node,
                                  const json_object *attributes,
                                  const int64_t *positions, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < N_OPTIONAL && st == ORMA_OK; i++) {
        const struct optional *o = &optional[i];
        const array_form form = {o->slot.name,
                                 ORMA_DTYPE_F64,
                                 o->ndim,
                                 {positions[0],
                                  o->shape[0] < 0 ? positions[1] : o->shape[0],
                                  o->shape[1]}};
        orma_array_view view;
        if (arrays_has(attributes, o->slot.name))
            st = arrays_need(ops, node, &form, &view, err);
    }
    return st;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    const json_object *symbols = json_get(attributes, "symbols");
    bool pbc[3], is_given;
    orma_array_view view;
    orma_status st = json_strings(symbols, "symbols", err);

    if (st != ORMA_OK)
        return st;
    const int64_t atoms = (int64_t)json_object_array_length(symbols);
    array_form positions = {"positions", ORMA_DTYPE_F64, 3, {-1, atoms, 3}};
    st = arrays_need(ops, node, &positions, &view, err);
    if (st != ORMA_OK)
        return st;
    positions.shape[0] = view.shape[0];
    const array_form steps = {"steps", ORMA_DTYPE_I64, 1, {view.shape[0]}};
    st = arrays_need(ops, node, &steps, &view, err);
    if (st == ORMA_OK)
        st = check_optional(ops, node, attributes, positions.shape, err);
    return st == ORMA_OK ? json_pbc(attributes, pbc, &is_given, err) : st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = arrays_check(ops, node, attributes, err);
    if (st == ORMA_OK)
        st = check(ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

static bool is_unit(const char *key)
{
    return strncmp(key, "units|", 6) == 0;
}

/* Parsers keep more than AiiDA's own arrays: energies, forces, and the units of
 * arrays as attributes `units|positions`. */
static bool is_further(const char *key)
{
    static const char *const known[] = {
        "symbols",    "positions", "steps", "cells", "times",
        "velocities", "pbc",       "pbc1",  "pbc2",  "pbc3"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], key) == 0)
            return false;
    return true;
}

static orma_status write_units(const json_object *literal, text *out,
                               orma_error **err)
{
    json_object_object_foreach((json_object *)literal, key, value)
    {
        const char *unit = json_text(value);
        if (!is_unit(key))
            continue;
        if (unit == NULL)
            return refuse(err, "%s must be a string", key);
        text_add(out, ", ");
        text_string(out, key, strlen(key));
        text_add(out, ": ");
        text_string(out, unit, strlen(unit));
    }
    return ORMA_OK;
}

static orma_status set_further(const json_object *literal,
                               const orma_node_ops *ops, orma_node *node,
                               orma_error **err)
{
    orma_status st = ORMA_OK;

    json_object_object_foreach((json_object *)literal, key, value)
    {
        const nested_slot slot = {key, ORMA_DTYPE_UNKNOWN, "1"};
        if (st != ORMA_OK || is_unit(key) || !is_further(key))
            continue;
        if (!json_object_is_type(value, json_type_array))
            return refuse(err, "a trajectory knows no key \"%s\"", key);
        st = nested_set_member(literal, &slot, ops, node, err);
    }
    return st;
}

static orma_status set_attributes(const json_object *literal,
                                  const orma_node_ops *ops, orma_node *node,
                                  orma_error **err)
{
    const json_object *symbols = json_get(literal, "symbols");
    const bool has_cells = json_has(literal, "cells");
    bool pbc[3] = {has_cells, has_cells, has_cells}, is_given;
    text attributes = {0};
    orma_status st = json_strings(symbols, "symbols", err);

    if (st == ORMA_OK)
        st = json_pbc(literal, pbc, &is_given, err);
    if (st == ORMA_OK) {
        text_format(&attributes, "{\"symbols\": %s, \"pbc\": [%s, %s, %s]",
                    json_object_to_json_string((json_object *)symbols),
                    pbc[0] ? "true" : "false", pbc[1] ? "true" : "false",
                    pbc[2] ? "true" : "false");
        st = write_units(literal, &attributes, err);
        text_add(&attributes, "}");
    }
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

/* Given, or counted from 0. */
static orma_status set_steps(const json_object *literal,
                             const orma_node_ops *ops, orma_node *node,
                             orma_error **err)
{
    static const nested_slot slot = {"steps", ORMA_DTYPE_I64, "1"};
    const json_object *positions = json_get(literal, "positions");

    if (json_has(literal, "steps"))
        return nested_set_member(literal, &slot, ops, node, err);
    const size_t n = json_object_array_length(positions);
    int64_t *numbers = calloc(n + 1, sizeof *numbers);
    if (numbers == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < n; i++)
        numbers[i] = (int64_t)i;
    const nested steps = {.dtype = ORMA_DTYPE_I64,
                          .ndim = 1,
                          .shape = {(int64_t)n},
                          .count = n,
                          .data = numbers};
    const orma_status st = nested_set(&steps, &slot, ops, node, err);
    free(numbers);
    return st;
}

static orma_status fill(const json_object *literal, const orma_node_ops *ops,
                        orma_node *node, orma_error **err)
{
    static const nested_slot slot = {"positions", ORMA_DTYPE_F64, "angstrom"};
    orma_status st = ORMA_OK;

    if (!json_object_is_type(json_get(literal, "positions"), json_type_array))
        st = refuse(err, "a trajectory needs symbols and positions");
    if (st == ORMA_OK)
        st = set_attributes(literal, ops, node, err);
    if (st == ORMA_OK)
        st = nested_set_member(literal, &slot, ops, node, err);
    if (st == ORMA_OK)
        st = set_steps(literal, ops, node, err);
    for (size_t i = 0; i < N_OPTIONAL && st == ORMA_OK; i++)
        st = nested_set_member(literal, &optional[i].slot, ops, node, err);
    return st == ORMA_OK ? set_further(literal, ops, node, err) : st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "a trajectory is a mapping of symbols and positions");
    if (st == ORMA_OK)
        st = fill(literal, ops, node, err);
    json_object_put(literal);
    return st;
}

/* "3 steps, 2 atoms" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const json_object *shape = json_get(attributes, "array|positions");
        long long lengths[2] = {0, 0};
        for (size_t i = 0; i < 2 && json_object_is_type(shape, json_type_array);
             i++)
            lengths[i] =
                json_object_get_int64(json_object_array_get_idx(shape, i));
        text_format(&line, "%lld step%s, %lld atom%s", lengths[0],
                    lengths[0] == 1 ? "" : "s", lengths[1],
                    lengths[1] == 1 ? "" : "s");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data trajectory_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .import_file = trajectory_import,
    .export_file = trajectory_export,
    .summary = summary,
};
