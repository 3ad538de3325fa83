/* Convergence of a relaxation, verified by hand.
 *
 * SPDX-License-Identifier: MIT */
#include "thresholds.h"

#include "units.h"

#include <math.h>
#include <string.h>

/* pw.x's defaults. */
#define FORC_CONV_THR 1e-3  /* Ry/bohr */
#define PRESS_CONV_THR 0.5  /* kbar */

typedef struct limits {
    double force_ev_angstrom;
    double pressure_gpa, wanted_gpa;
    bool counts_stress;
    json_object *fixed; /* FIXED_COORDS, or NULL */
} limits;

static double number_or(json_object *value, double otherwise)
{
    return json_object_is_type(value, json_type_double) ||
                   json_object_is_type(value, json_type_int)
               ? json_object_get_double(value)
               : otherwise;
}

static limits find_limits(const run *r)
{
    json_object *freedom = run_keyword(r, "CELL", "cell_dofree");
    double force = FORC_CONV_THR, press = PRESS_CONV_THR, wanted = 0;
    bool is_constrained = freedom != NULL &&
                          strcmp(json_object_get_string(freedom), "all") != 0;

    if (r->parameters == NULL && r->has_xml) {
        const xml_inputs *in = &r->xml.inputs;
        force = in->force_threshold_ry_bohr;
        press = in->pressure_threshold_kbar;
        wanted = in->pressure_kbar;
        is_constrained = in->has_constrained_cell;
    }
    force = number_or(run_keyword(r, "CONTROL", "forc_conv_thr"), force);
    press = number_or(run_keyword(r, "CELL", "press_conv_thr"), press);
    wanted = number_or(run_keyword(r, "CELL", "press"), wanted);
    return (limits){.force_ev_angstrom = force * RYDBERG_PER_BOHR_EV_ANGSTROM,
                    .pressure_gpa = press * KBAR_GPA,
                    .wanted_gpa = wanted * KBAR_GPA,
                    .counts_stress = strcmp(r->calculation, "vc-relax") == 0 &&
                                     !is_constrained,
                    .fixed = run_setting(r, "FIXED_COORDS")};
}

static bool is_fixed(json_object *fixed, size_t atom, size_t axis)
{
    json_object *row = json_object_is_type(fixed, json_type_array)
                           ? json_object_array_get_idx(fixed, atom)
                           : NULL;

    return json_object_is_type(row, json_type_array) &&
           json_object_get_boolean(json_object_array_get_idx(row, axis));
}

static bool meets_forces(const limits *l, trajectory *t, int index)
{
    const double *forces = trajectory_frame(t, "forces", index);
    const series *s = trajectory_find(t, "forces");

    if (forces == NULL || s->ndim != 2)
        return false;
    for (size_t atom = 0; atom < (size_t)s->shape[0]; atom++)
        for (size_t axis = 0; axis < 3; axis++)
            if (!is_fixed(l->fixed, atom, axis) &&
                !(fabs(forces[3 * atom + axis]) < l->force_ev_angstrom))
                return false;
    return true;
}

static bool meets_stress(const limits *l, trajectory *t, int index)
{
    const double *stress = trajectory_frame(t, "stress", index);

    if (!l->counts_stress)
        return true;
    if (stress == NULL)
        return false;
    const double pressure = (stress[0] + stress[4] + stress[8]) / 3;
    return fabs(pressure - l->wanted_gpa) < l->pressure_gpa;
}

bool run_meets_thresholds(const run *r, trajectory *frames,
                          bool except_final_scf)
{
    const limits l = find_limits(r);
    const bool has_final_scf = strcmp(r->calculation, "vc-relax") == 0;
    const bool is_last_good =
        meets_forces(&l, frames, -1) && meets_stress(&l, frames, -1);

    if (!has_final_scf)
        return is_last_good;
    return meets_forces(&l, frames, -2) && meets_stress(&l, frames, -2) &&
           (is_last_good || except_final_scf);
}
