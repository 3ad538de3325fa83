/* core.array.projection: orbitals, and what of them is in each band or at each
 * energy.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "nested.h"
#include "orbital.h"

/* Arrays of the i-th orbital: `<prefix>_array_<i>`. */
static const struct family {
    const char *prefix, *list; /* list: the literal's key for all of them */
    const char *unit;
} families[] = {
    {"proj", "projections", "1"},
    {"pdos", "pdos", "states/eV"},
    {"energy", "energy", "eV"},
};
enum { PROJECTIONS, PDOS, ENERGY, N_FAMILIES };

static const char *array_name(const struct family *f, size_t i, char out[64])
{
    snprintf(out, 64, "%s_array_%zu", f->prefix, i);
    return out;
}

/* All orbitals have an array of the family, or none has. */
static orma_status check_family(const json_object *attributes,
                                const struct family *f, size_t orbitals,
                                bool *is_there, orma_error **err)
{
    char name[64];

    *is_there = arrays_has(attributes, array_name(f, 0, name));
    for (size_t i = 0; i < orbitals; i++)
        if (arrays_has(attributes, array_name(f, i, name)) != *is_there)
            return refuse(err, "there are %zu orbitals, but array \"%s\" is %s",
                          orbitals, name, *is_there ? "missing" : "there");
    if (arrays_has(attributes, array_name(f, orbitals, name)))
        return refuse(err, "array \"%s\" belongs to no orbital", name);
    return ORMA_OK;
}

/* Densities of states and their energies are of one length. */
static orma_status check_lengths(const orma_node_ops *ops,
                                 const orma_node *node, size_t orbitals,
                                 orma_error **err)
{
    char name[64];
    orma_array_view energy, pdos;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < orbitals && st == ORMA_OK; i++) {
        st = ops->array(node, array_name(&families[ENERGY], i, name), &energy,
                        err);
        if (st == ORMA_OK)
            st = ops->array(node, array_name(&families[PDOS], i, name), &pdos,
                            err);
        if (st == ORMA_OK &&
            (pdos.ndim != energy.ndim ||
             memcmp(pdos.shape, energy.shape,
                    (size_t)pdos.ndim * sizeof *pdos.shape) != 0))
            st = refuse(err, "array \"%s\" has not the shape of its energies",
                        name);
    }
    return st;
}

static orma_status check_tags(const json_object *attributes, size_t orbitals,
                              orma_error **err)
{
    const json_object *tags = json_get(attributes, "tags");
    orma_status st = ORMA_OK;

    if (tags == NULL)
        return ORMA_OK;
    st = json_strings(tags, "tags", err);
    if (st == ORMA_OK && json_object_array_length(tags) != orbitals)
        st = refuse(err, "there are %zu orbitals and %zu tags", orbitals,
                    json_object_array_length(tags));
    return st;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    const json_object *bands = json_get(attributes, "reference_bandsdata_uuid");
    bool is_there[N_FAMILIES] = {false};
    size_t orbitals = 0;
    orma_status st = orbitals_check(attributes, &orbitals, err);

    for (size_t i = 0; i < N_FAMILIES && st == ORMA_OK; i++)
        st =
            check_family(attributes, &families[i], orbitals, &is_there[i], err);
    if (st == ORMA_OK && is_there[PDOS] != is_there[ENERGY])
        st = refuse(err, "densities of states and energies go together");
    if (st == ORMA_OK && is_there[PDOS])
        st = check_lengths(ops, node, orbitals, err);
    if (st == ORMA_OK && bands != NULL && json_text(bands) == NULL)
        st = refuse(err, "reference_bandsdata_uuid is no string");
    return st == ORMA_OK ? check_tags(attributes, orbitals, err) : st;
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

static orma_status set_attributes(const json_object *literal, size_t *orbitals,
                                  const orma_node_ops *ops, orma_node *node,
                                  orma_error **err)
{
    const char *bands =
        json_text(json_get(literal, "reference_bandsdata_uuid"));
    const json_object *tags = json_get(literal, "tags");
    text attributes = {0};

    text_add(&attributes, "{");
    if (bands != NULL) {
        text_add(&attributes, "\"reference_bandsdata_uuid\": ");
        text_string(&attributes, bands, strlen(bands));
        text_add(&attributes, ", ");
    }
    text_add(&attributes, "\"orbital_dicts\": ");
    orma_status st = orbitals_write(json_get(literal, "orbital_dicts"),
                                    &attributes, orbitals, err);
    if (tags != NULL)
        text_format(&attributes, ", \"tags\": %s",
                    json_object_to_json_string((json_object *)tags));
    text_add(&attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

/* A list with one array for each orbital, or members proj_array_0, … as the
 * JSON export writes them. */
static orma_status set_family(const json_object *literal,
                              const struct family *f, size_t orbitals,
                              const orma_node_ops *ops, orma_node *node,
                              orma_error **err)
{
    const json_object *list = json_get(literal, f->list);
    orma_status st = ORMA_OK;

    if (list != NULL && (!json_object_is_type(list, json_type_array) ||
                         json_object_array_length(list) != orbitals))
        return refuse(err,
                      "%s must be a list of %zu arrays, one for each "
                      "orbital",
                      f->list, orbitals);
    for (size_t i = 0; i < orbitals && st == ORMA_OK; i++) {
        char name[64];
        nested n;
        const json_object *value =
            list != NULL ? json_object_array_get_idx(list, i)
                         : json_get(literal, array_name(f, i, name));
        const nested_slot slot = {array_name(f, i, name), ORMA_DTYPE_F64,
                                  f->unit};
        if (list == NULL && value == NULL)
            continue;
        st = nested_read(value, name, slot.dtype, &n, err);
        if (st == ORMA_OK)
            st = nested_set(&n, &slot, ops, node, err);
        nested_finish(&n);
    }
    return st;
}

static bool is_array_key(const char *key)
{
    for (size_t i = 0; i < N_FAMILIES; i++) {
        const size_t len = strlen(families[i].prefix);
        if (strncmp(key, families[i].prefix, len) == 0 &&
            strncmp(key + len, "_array_", 7) == 0)
            return true;
    }
    return false;
}

static orma_status check_keys(const json_object *literal, orma_error **err)
{
    static const char *const known[] = {
        "orbital_dicts", "reference_bandsdata_uuid",
        "tags",          "projections",
        "pdos",          "energy"};

    json_object_object_foreach((json_object *)literal, key, value)
    {
        size_t i = 0;
        (void)value;
        while (i < 6 && strcmp(known[i], key) != 0)
            i++;
        if (i == 6 && !is_array_key(key))
            return refuse(err, "a projection knows no key \"%s\"", key);
    }
    return ORMA_OK;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    size_t orbitals = 0;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "a projection is a mapping of orbital_dicts and "
                         "projections, or pdos and energy");
    if (st == ORMA_OK)
        st = check_keys(literal, err);
    if (st == ORMA_OK)
        st = set_attributes(literal, &orbitals, ops, node, err);
    for (size_t i = 0; i < N_FAMILIES && st == ORMA_OK; i++)
        st = set_family(literal, &families[i], orbitals, ops, node, err);
    json_object_put(literal);
    return st;
}

/* "4 orbitals, projections, pdos" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    char name[64];
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const json_object *list = json_get(attributes, "orbital_dicts");
        const size_t n = json_object_is_type(list, json_type_array)
                             ? json_object_array_length(list)
                             : 0;
        text_format(&line, "%zu orbital%s", n, n == 1 ? "" : "s");
        for (size_t i = 0; i < ENERGY; i++)
            if (arrays_has(attributes, array_name(&families[i], 0, name)))
                text_format(&line, ", %s", families[i].list);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data projection_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .export_file = arrays_export,
    .summary = summary,
};
