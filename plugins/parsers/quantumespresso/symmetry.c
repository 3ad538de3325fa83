/* Quantum ESPRESSO's 64 named symmetry operations (symm_base.f90): 32 rotations
 * and, numbered on, the same followed by inversion. Their matrices follow from
 * their names: a rotation about an axis in Cartesian coordinates, or in the
 * hexagonal lattice's for the eight that say "cryst.".
 *
 * SPDX-License-Identifier: MIT */
#include "symmetry.h"

#include "crystal.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROTATIONS 32
#define TOLERANCE 1e-5 /* on the sum of all elements' differences */

static const char *const names[ROTATIONS] = {
    "identity",
    "180 deg rotation - cart. axis [0,0,1]",
    "180 deg rotation - cart. axis [0,1,0]",
    "180 deg rotation - cart. axis [1,0,0]",
    "180 deg rotation - cart. axis [1,1,0]",
    "180 deg rotation - cart. axis [1,-1,0]",
    "90 deg rotation - cart. axis [0,0,-1]",
    "90 deg rotation - cart. axis [0,0,1]",
    "180 deg rotation - cart. axis [1,0,1]",
    "180 deg rotation - cart. axis [-1,0,1]",
    "90 deg rotation - cart. axis [0,1,0]",
    "90 deg rotation - cart. axis [0,-1,0]",
    "180 deg rotation - cart. axis [0,1,1]",
    "180 deg rotation - cart. axis [0,1,-1]",
    "90 deg rotation - cart. axis [-1,0,0]",
    "90 deg rotation - cart. axis [1,0,0]",
    "120 deg rotation - cart. axis [-1,-1,-1]",
    "120 deg rotation - cart. axis [-1,1,1]",
    "120 deg rotation - cart. axis [1,1,-1]",
    "120 deg rotation - cart. axis [1,-1,1]",
    "120 deg rotation - cart. axis [1,1,1]",
    "120 deg rotation - cart. axis [-1,1,-1]",
    "120 deg rotation - cart. axis [1,-1,-1]",
    "120 deg rotation - cart. axis [-1,-1,1]",
    "60 deg rotation - cryst. axis [0,0,1]",
    "60 deg rotation - cryst. axis [0,0,-1]",
    "120 deg rotation - cryst. axis [0,0,1]",
    "120 deg rotation - cryst. axis [0,0,-1]",
    "180 deg rotation - cryst. axis [1,-1,0]",
    "180 deg rotation - cryst. axis [2,1,0]",
    "180 deg rotation - cryst. axis [0,1,0]",
    "180 deg rotation - cryst. axis [1,1,0]",
};

/* Number of the operation of this name, blanks around it ignored; -1. */
static int find_operation(const char *name)
{
    static const char inverted[] = "inv. ";
    char trimmed[MAX_NAME];
    int offset = 0;

    name += strspn(name, " ");
    if (strncmp(name, inverted, sizeof inverted - 1) == 0) {
        name += sizeof inverted - 1;
        name += strspn(name, " ");
        offset = ROTATIONS;
    }
    snprintf(trimmed, sizeof trimmed, "%s", name);
    for (size_t len = strlen(trimmed); len > 0 && trimmed[len - 1] == ' ';)
        trimmed[--len] = '\0';
    if (offset == 0 && strcmp(trimmed, "inversion") == 0)
        return ROTATIONS;
    for (int i = offset == 0 ? 0 : 1; i < ROTATIONS; i++)
        if (strcmp(trimmed, names[i]) == 0)
            return i + offset;
    return -1;
}

/* Rodrigues: R = cos t I + sin t [n]x + (1 - cos t) n n^T, n a unit vector. */
static void rotation_matrix(int number, double out[3][3])
{
    double n[3] = {0, 0, 1}, length = 0, degrees = 0;
    int axis[3] = {0, 0, 1}, angle = 0;
    char frame[8] = "cart.";

    if (number % ROTATIONS != 0)
        sscanf(names[number % ROTATIONS],
               "%d deg rotation - %7s axis [%d,%d,%d]", &angle, frame,
               &axis[0], &axis[1], &axis[2]);
    for (size_t i = 0; i < 3; i++)
        n[i] = axis[i];
    if (strcmp(frame, "cryst.") == 0) {
        n[0] = axis[0] - axis[1] / 2.0;
        n[1] = axis[1] * sqrt(3) / 2;
    }
    for (size_t i = 0; i < 3; i++)
        length += n[i] * n[i];
    for (size_t i = 0; i < 3; i++)
        n[i] /= sqrt(length);
    degrees = angle;
    const double c = cos(degrees * PI / 180), s = sin(degrees * PI / 180);
    const double cross[3][3] = {
        {0, -n[2], n[1]}, {n[2], 0, -n[0]}, {-n[1], n[0], 0}};
    const double sign = number >= ROTATIONS ? -1 : 1;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            out[i][k] = sign * ((i == k ? c : 0) + s * cross[i][k] +
                                (1 - c) * n[i] * n[k]);
}

static bool read_rotation(json_object *rows, double out[3][3])
{
    if (!json_object_is_type(rows, json_type_array) ||
        json_object_array_length(rows) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (!json_object_is_type(row, json_type_array) ||
            json_object_array_length(row) != 3)
            return false;
        for (size_t k = 0; k < 3; k++)
            out[i][k] =
                json_object_get_double(json_object_array_get_idx(row, k));
    }
    return true;
}

/* S_cart = A^T S_cryst A^-T, where the rows of A are the lattice vectors. */
static bool matches(int number, json_object *rows, const double cell[3][3])
{
    double crystal_axes[3][3], inverse[3][3], left[3][3], table[3][3];
    double difference = 0;

    if (!read_rotation(rows, crystal_axes) || !invert_matrix(cell, inverse))
        return false;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            left[i][k] = cell[0][i] * crystal_axes[0][k] +
                         cell[1][i] * crystal_axes[1][k] +
                         cell[2][i] * crystal_axes[2][k];
    rotation_matrix(number, table);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            difference += fabs(left[i][0] * inverse[k][0] +
                               left[i][1] * inverse[k][1] +
                               left[i][2] * inverse[k][2] - table[i][k]);
    return difference < TOLERANCE;
}

/* *mismatches counts operations that stay as they are. */
static json_object *reduce(json_object *operation, const double cell[3][3],
                           size_t *mismatches)
{
    json_object *name = json_object_object_get(operation, "name");
    const char *text = name != NULL ? json_object_get_string(name) : "";
    const int number = find_operation(text);
    dict d;

    dict_init(&d);
    if (number >= 0 &&
        matches(number, json_object_object_get(operation, "rotation"), cell)) {
        dict_set_int(&d, "symmetry_number", number);
        dict_set(&d, "t_rev",
                 json_object_get(json_object_object_get(operation, "t_rev")));
    } else {
        ++*mismatches;
        dict_set(&d, "all_symmetries", json_object_get(operation));
    }
    if (d.has_failed)
        dict_finish(&d);
    return d.object;
}

json_object *symmetries_reduce(const job *j, json_object *operations,
                               const double cell[3][3])
{
    json_object *list = json_object_new_array();
    size_t mismatches = 0;

    for (size_t i = 0;
         list != NULL && i < json_object_array_length(operations); i++) {
        json_object *item =
            reduce(json_object_array_get_idx(operations, i), cell, &mismatches);
        if (item == NULL || json_object_array_add(list, item) != 0) {
            json_object_put(item);
            json_object_put(list);
            return NULL;
        }
    }
    if (mismatches > 0)
        job_log(j, ORMA_LOG_WARNING, "%zu symmetry operations are not those "
                "that Quantum ESPRESSO has under their names in the final "
                "cell; they are kept in full", mismatches);
    return list;
}
