/* Output nodes: what of the XML file, what of the standard output.
 *
 * SPDX-License-Identifier: MIT */
#include "outputs.h"

#include "symmetry.h"

#include <stdlib.h>
#include <string.h>

/* Keys of the standard output that complete the XML file's dictionary. */
static const char *const added_keys[] = {
    "energy_smearing_units",     "energy_one_center_paw_units",
    "init_wall_time_seconds",    "stress_units",
    "wall_time",                 "wall_time_seconds",
    "number_ionic_steps",        "estimated_ram_per_process",
    "estimated_ram_per_process_units", "estimated_ram_total",
    "estimated_ram_total_units", "forces_units",
    "total_force_units",         "number_of_bands",
    "number_of_k_points",        "final_scf",
    "atomic_magnetic_moments_units", "atomic_charges_units",
};

/* Quantities of the standard output that complete its frames. */
static const char *const added_frames[] = {
    "energy_accuracy",   "energy_one_electron",    "energy_threshold",
    "energy_smearing",   "energy_one_center_paw",  "energy_vdw",
    "fermi_energy",      "scf_accuracy",           "total_force",
    "stress",            "total_magnetization",    "absolute_magnetization",
    "atomic_magnetic_moments", "atomic_charges",
};

/* Quantities whose last frame is also in output_parameters. */
static const char *const last_frames[] = {
    "energy",           "energy_accuracy",       "energy_ewald",
    "energy_hartree",   "energy_hubbard",        "energy_one_electron",
    "energy_threshold", "energy_vdw",            "energy_xc",
    "energy_smearing",  "energy_one_center_paw", "energy_est_exchange",
    "energy_fock",      "scf_iterations",        "fermi_energy",
    "total_force",
};

#define COUNT(table) (sizeof table / sizeof *table)

static void add_parameters(run *r)
{
    dict *to = &r->xml.parameters;
    const dict *from = &r->out.parameters;

    for (size_t i = 0; i < COUNT(added_keys); i++) {
        json_object *value;
        if (!dict_has(to, added_keys[i]) &&
            json_object_object_get_ex(from->object, added_keys[i], &value))
            dict_set(to, added_keys[i], json_object_get(value));
    }
}

static void add_frames(run *r)
{
    trajectory *to = &r->xml.frames, *from = &r->out.frames;
    const series *stress = trajectory_find(to, "stress");

    /* Up to 7.0 the file's steps have no stress, only its output section. */
    if (run_is_relaxation(r) && (stress == NULL || stress->frames == 1) &&
        trajectory_find(from, "stress") != NULL)
        trajectory_move(to, from, "stress");
    for (size_t i = 0; i < COUNT(added_frames); i++)
        if (trajectory_find(to, added_frames[i]) == NULL &&
            trajectory_find(from, added_frames[i]) != NULL)
            trajectory_move(to, from, added_frames[i]);
}

static void add_last_frames(dict *parameters, trajectory *frames)
{
    for (size_t i = 0; i < COUNT(last_frames); i++) {
        const double *value = trajectory_last(frames, last_frames[i]);
        const series *s = trajectory_find(frames, last_frames[i]);
        if (value == NULL || s->ndim != 0)
            continue;
        if (s->holds_ints)
            dict_set_int(parameters, last_frames[i], (int64_t)*value);
        else
            dict_set_real(parameters, last_frames[i], *value);
    }
}

static void reduce_symmetries(run *r, dict *parameters)
{
    static const char *const keys[] = {"symmetries", "lattice_symmetries"};

    if (r->wants_all_symmetries || !r->has_xml)
        return;
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_object *list;
        if (json_object_object_get_ex(parameters->object, keys[i], &list))
            dict_set(parameters, keys[i],
                     symmetries_reduce(
                         &r->j, list,
                         (const double(*)[3])r->xml.crystal.cell_angstrom));
    }
}

static orma_status give_json(const run *r, const char *label, const char *type,
                             json_object *object, orma_error **err)
{
    const char *json =
        object == NULL ? NULL
                       : json_object_to_json_string_ext(object,
                                                        JSON_C_TO_STRING_PLAIN);

    if (json == NULL)
        return no_memory(err);
    return r->j.ops->output(r->j.ctx, label, type,
                            (orma_str){json, strlen(json)}, err);
}

static orma_status set_attributes(const run *r, orma_node *node,
                                  json_object *object, orma_error **err)
{
    const char *json =
        object == NULL ? NULL
                       : json_object_to_json_string_ext(object,
                                                        JSON_C_TO_STRING_PLAIN);

    if (json == NULL)
        return no_memory(err);
    return r->j.ops->node->set_attributes(node, (orma_str){json, strlen(json)},
                                          err);
}

/* Positions and cell at the end: the XML file's, or the last printed. */
static bool final_crystal(run *r, trajectory *frames, crystal *out)
{
    const crystal *initial = run_initial(r);
    const crystal *from = r->has_xml ? &r->xml.crystal : initial;
    const double *cell = NULL, *positions = NULL;

    crystal_init(out);
    if (!r->has_xml) {
        positions = trajectory_last(frames, RELAX_POSITIONS);
        cell = trajectory_last(frames, RELAX_CELLS);
        if (positions == NULL)
            return false;
    }
    if (!crystal_is_complete(from))
        return false;
    memcpy(out->cell_angstrom, cell != NULL ? cell : from->cell_angstrom[0],
           sizeof out->cell_angstrom);
    out->has_cell = true;
    memcpy(out->pbc, initial->pbc, sizeof out->pbc);
    for (size_t i = 0; i < from->atoms.count; i++)
        name_list_add(&out->atoms, from->atoms.names[i]);
    for (size_t i = 0; i < from->species.count; i++)
        name_list_add(&out->species, from->species.names[i]);
    for (size_t i = 0; i < from->masses_amu.count; i++)
        reals_add(&out->masses_amu, from->masses_amu.values[i]);
    if (positions == NULL)
        positions = from->positions_angstrom.values;
    for (size_t i = 0; i < 3 * from->atoms.count; i++)
        reals_add(&out->positions_angstrom, positions[i]);
    return true;
}

static orma_status give_structure(run *r, trajectory *frames, crystal *final,
                                  bool *has_final, orma_error **err)
{
    const bool moves = run_is_relaxation(r) ||
                       strcmp(r->calculation, "md") == 0 ||
                       strcmp(r->calculation, "vc-md") == 0;
    orma_node *node;

    *has_final = moves && final_crystal(r, frames, final);
    if (!*has_final || (r->structure == NULL && final->species.count == 0))
        return ORMA_OK;
    if (crystal_has_failed(final))
        return no_memory(err);
    json_object *attributes = crystal_attributes(final, r->structure);
    if (attributes == NULL) {
        job_log(&r->j, ORMA_LOG_ERROR, "the atoms of the output are not those "
                "of the input structure");
        *has_final = false;
        return ORMA_OK;
    }
    orma_status st =
        r->structure_node != NULL
            ? r->j.ops->output_clone(r->j.ctx, "output_structure",
                                     r->structure_node, &node, err)
            : r->j.ops->output_node(r->j.ctx, "output_structure",
                                    "core.structure", &node, err);
    if (st == ORMA_OK)
        st = set_attributes(r, node, attributes, err);
    json_object_put(attributes);
    return st;
}

/* --- trajectory ------------------------------------------------------- */

/* Frames of positions and cells: one of the initial structure when the output
 * shows none; a cell that never changes is repeated. */
static void complete_frames(const run *r, trajectory *frames)
{
    static const int64_t square[2] = {3, 3};
    const crystal *c = run_initial(r);
    const int64_t shape[2] = {(int64_t)c->atoms.count, 3};
    const series *positions = trajectory_find(frames, RELAX_POSITIONS);

    if (positions == NULL && crystal_is_complete(c))
        trajectory_add_array(frames, RELAX_POSITIONS, "angstrom",
                             c->positions_angstrom.values, shape);
    positions = trajectory_find(frames, RELAX_POSITIONS);
    const series *cells = trajectory_find(frames, RELAX_CELLS);
    const size_t count = positions != NULL ? positions->frames : 0;
    if (cells != NULL && cells->frames != count)
        trajectory_remove(frames, RELAX_CELLS);
    if (trajectory_find(frames, RELAX_CELLS) == NULL && c->has_cell)
        for (size_t i = 0; i < count; i++)
            trajectory_add_array(frames, RELAX_CELLS, "angstrom",
                                 c->cell_angstrom[0], square);
}

static json_object *names_of(const name_list *list)
{
    json_object *names = json_object_new_array();

    for (size_t i = 0; names != NULL && i < list->count; i++)
        if (json_object_array_add(names,
                                  json_object_new_string(list->names[i])) !=
            0) {
            json_object_put(names);
            return NULL;
        }
    return names;
}

/* symbols and pbc; the names of the atoms' species, which are text and so no
 * array here. */
static orma_status describe(const run *r, orma_node *node, orma_error **err)
{
    const crystal *c = run_initial(r);
    const name_list *species = r->has_xml ? &r->xml.crystal.atoms
                                          : &r->out.crystal.atoms;
    json_object *pbc = json_object_new_array();
    dict d;

    dict_init(&d);
    for (size_t i = 0; pbc != NULL && i < 3; i++)
        json_object_array_add(pbc, json_object_new_boolean(c->pbc[i]));
    dict_set(&d, "pbc", pbc);
    dict_set(&d, "symbols", names_of(&c->atoms));
    if (species->count > 0)
        dict_set(&d, "atomic_species_name", names_of(species));
    const orma_status st =
        d.has_failed ? no_memory(err) : set_attributes(r, node, d.object, err);
    dict_finish(&d);
    return st;
}

/* Values, or when s has none the numbers of its frames. */
static orma_status give_ints(const run *r, orma_node *node, const series *s,
                             orma_error **err)
{
    const int64_t shape[1] = {(int64_t)s->frames};
    int64_t *ints = calloc(s->frames + 1, sizeof *ints);

    if (ints == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->frames; i++)
        ints[i] = (int64_t)(s->data.values != NULL ? s->data.values[i]
                                                   : (double)i);
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = ORMA_DTYPE_I64,
                                  .ndim = 1,
                                  .shape = shape,
                                  .data = ints,
                                  .unit = "1"};
    const orma_status st =
        r->j.ops->node->set_array(node, s->name, &view, err);
    free(ints);
    return st;
}

static orma_status give_series(const run *r, orma_node *node, const series *s,
                               orma_error **err)
{
    const int64_t shape[3] = {(int64_t)s->frames, s->shape[0], s->shape[1]};
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = ORMA_DTYPE_F64,
                                  .ndim = s->ndim + 1,
                                  .shape = shape,
                                  .data = s->data.values,
                                  .unit = s->unit};

    if (s->is_ragged || s->frames == 0) {
        job_log(&r->j, ORMA_LOG_WARNING, "\"%s\" differs in size from step to "
                "step and is left out", s->name);
        return ORMA_OK;
    }
    if (s->holds_ints)
        return give_ints(r, node, s, err);
    return r->j.ops->node->set_array(node, s->name, &view, err);
}

static orma_status give_trajectory(const run *r, trajectory *frames,
                                   orma_error **err)
{
    orma_node *node;

    complete_frames(r, frames);
    const series *positions = trajectory_find(frames, RELAX_POSITIONS);
    if (positions == NULL)
        return ORMA_OK;
    if ((size_t)positions->shape[0] != run_initial(r)->atoms.count) {
        job_log(&r->j, ORMA_LOG_ERROR, "the output has other atoms than the "
                "input structure; there is no trajectory");
        return ORMA_OK;
    }
    if (trajectory_has_failed(frames))
        return no_memory(err);
    orma_status st = r->j.ops->output_node(r->j.ctx, "output_trajectory",
                                           "core.array.trajectory", &node, err);
    if (st == ORMA_OK)
        st = describe(r, node, err);
    const series steps = {.name = "steps", .frames = positions->frames};
    if (st == ORMA_OK)
        st = give_ints(r, node, &steps, err);
    for (size_t i = 0; i < frames->count && st == ORMA_OK; i++)
        st = give_series(r, node, &frames->items[i], err);
    return st;
}

orma_status outputs_attach(run *r, trajectory **frames, orma_error **err)
{
    dict *parameters = r->has_xml ? &r->xml.parameters : &r->out.parameters;
    crystal final;
    bool has_final;

    crystal_init(&final);
    *frames = r->has_xml ? &r->xml.frames : &r->out.frames;
    if (!r->has_xml && !r->without_xml) {
        /* Without the file there is nothing to complete: as upstream, the
         * dictionary holds what completes it, the frames likewise. */
        dict_finish(&r->xml.parameters);
        dict_init(&r->xml.parameters);
        parameters = &r->xml.parameters;
        *frames = &r->xml.frames;
    }
    if (*frames == &r->xml.frames) {
        add_parameters(r);
        add_frames(r);
    }
    add_last_frames(parameters, *frames);
    reduce_symmetries(r, parameters);
    if (parameters->has_failed)
        return no_memory(err);

    orma_status st = give_structure(r, *frames, &final, &has_final, err);
    const band_cells cells = {&r->xml.crystal,
                              has_final ? &final : run_initial(r)};
    if (st == ORMA_OK && r->has_xml)
        st = bands_attach(&r->j, &r->xml.bands, &cells, r->kpoints_node, err);
    if (st == ORMA_OK)
        st = give_trajectory(r, *frames, err);
    crystal_finish(&final);
    if (st == ORMA_OK && r->wants_occupations &&
        json_object_object_length(r->out.occupations.object) > 0)
        st = give_json(r, "output_atomic_occupations", "core.dict",
                       r->out.occupations.object, err);
    if (st == ORMA_OK)
        st = give_json(r, "output_parameters", "core.dict", parameters->object,
                       err);
    return st;
}
