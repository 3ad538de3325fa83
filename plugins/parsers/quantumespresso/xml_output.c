/* pw.x's XML file: which schema it has, its sections, the dictionary of them.
 *
 * SPDX-License-Identifier: MIT */
#include "xml_output.h"

#include "units.h"
#include "xml_frame.h"
#include "xml_operation.h"
#include "xml_table.h"

#include <stdlib.h>
#include <string.h>

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* Schema files of Quantum ESPRESSO 6.3 to 7.5. */
static const char *const schemas[] = {
    "qes-1.0.xsd",    "qes_190304.xsd", "qes_191206.xsd", "qes_200420.xsd",
    "qes_030920.xsd", "qes_210716.xsd", "qes_211101.xsd", "qes_220603.xsd",
    "qes_230310.xsd", "qes_240411.xsd", "qes_241015.xsd", "qes_241104.xsd",
    "qes_250521.xsd", "qes_260128.xsd",
};

/* The reading at hand. */
typedef struct reading {
    xml_output *x;
    xml_values *values;
    xml_operation operation;
    xml_frame step, final;
    char schema[128]; /* "" until the root was seen */
    bool has_root, has_electric_field;
    reals magnetization, angle1, angle2; /* by species */
    fault *f;
} reading;

void xml_output_init(xml_output *x)
{
    *x = (xml_output){0};
    dict_init(&x->parameters);
    crystal_init(&x->crystal);
}

void xml_output_finish(xml_output *x)
{
    dict_finish(&x->parameters);
    trajectory_finish(&x->frames);
    crystal_finish(&x->crystal);
    bands_finish(&x->bands);
}

static void damaged(reading *r, const char *path)
{
    if (r->f->label == NULL)
        fault_set(r->f, "ERROR_OUTPUT_XML_PARSE",
                  "element \"%s\" does not hold what it should", path);
}

static bool open_root(reading *r, xmlTextReaderPtr element)
{
    char *location = (char *)xmlTextReaderGetAttributeNs(
        element, (const xmlChar *)"schemaLocation", (const xmlChar *)XSI);

    r->has_root = true;
    if (location == NULL) {
        fault_set(r->f, "ERROR_OUTPUT_XML_PARSE",
                  "the XML file does not name its schema");
        return false;
    }
    const char *name = strrchr(location, '/');
    name = name != NULL ? name + 1 : location;
    const size_t len = strcspn(name, " \t\r\n");
    if (len < sizeof r->schema) {
        memcpy(r->schema, name, len);
        r->schema[len] = '\0';
    }
    xmlFree(location);
    return true;
}

/* Version 7.0 writes the name of an older schema than it follows. */
static bool check_schema(reading *r)
{
    const char *version = xml_values_text(r->values, "creator_version");

    if (version != NULL && strcmp(version, "7.0") == 0)
        return true;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        if (strcmp(schemas[i], r->schema) == 0)
            return true;
    fault_set(r->f, "ERROR_OUTPUT_XML_FORMAT",
              "the XML file follows the schema \"%s\", which is not known",
              r->schema);
    return false;
}

static const char *below(const char *path, const char *section)
{
    const size_t len = strlen(section);

    return strncmp(path, section, len) == 0 && path[len] == '/'
               ? path + len + 1
               : NULL;
}

/* A name in an attribute, of species and atoms. */
static void add_name(name_list *list, xmlTextReaderPtr element)
{
    char *name = xml_attribute(element, "name");

    if (name != NULL)
        name_list_add(list, name);
    xmlFree(name);
}

static void open_output(reading *r, const char *path, xmlTextReaderPtr element)
{
    xml_output *x = r->x;

    if (strcmp(path, "atomic_structure/atomic_positions/atom") == 0) {
        add_name(&x->crystal.atoms, element);
    } else if (strcmp(path, "atomic_species/species") == 0) {
        add_name(&x->crystal.species, element);
        reals_add(&r->magnetization, 0);
        reals_add(&r->angle1, 0);
        reals_add(&r->angle2, 0);
    } else if (strcmp(path, "electric_field") == 0) {
        r->has_electric_field = true;
    } else if (strcmp(path, "band_structure/ks_energies/k_point") == 0) {
        char *text = xml_attribute(element, "weight");
        double weight;
        if (text != NULL && read_reals(text, &weight, 1))
            reals_add(&x->bands.weights, weight);
        else
            damaged(r, path);
        xmlFree(text);
    } else {
        xml_operation_open(&r->operation, path, element);
    }
}

static bool open_element(void *self, const char *path,
                         xmlTextReaderPtr element)
{
    reading *r = self;
    const char *rest;

    if (!r->has_root)
        return open_root(r, element);
    if (strcmp(path, "step") == 0) {
        xml_frame_clear(&r->step);
    } else if (below(path, "step") == NULL) {
        if ((rest = below(path, "output")) != NULL)
            open_output(r, rest, element);
        xml_values_open(r->values, path, element);
    }
    return r->f->label == NULL;
}

static void set_last(reals *list, const char *text)
{
    double value;

    if (list->count > 0 && read_reals(text, &value, 1))
        list->values[list->count - 1] = value;
}

static void close_species(reading *r, const char *path, const char *text)
{
    double mass;

    if (strcmp(path, "mass") == 0) {
        if (!read_reals(text, &mass, 1))
            mass = 0;
        reals_add(&r->x->crystal.masses_amu, mass);
    } else if (strcmp(path, "starting_magnetization") == 0) {
        set_last(&r->magnetization, text);
    } else if (strcmp(path, "magnetization_angle1") == 0) {
        set_last(&r->angle1, text);
    } else if (strcmp(path, "magnetization_angle2") == 0) {
        set_last(&r->angle2, text);
    }
}

static void close_band(reading *r, const char *path, const char *text)
{
    band_data *b = &r->x->bands;
    bool is_good = true;

    if (strcmp(path, "k_point") == 0)
        is_good = append_reals(text, &b->points_per_alat);
    else if (strcmp(path, "eigenvalues") == 0)
        is_good = append_reals(text, &b->energies_ev);
    else if (strcmp(path, "occupations") == 0)
        is_good = append_reals(text, &b->occupations);
    if (!is_good)
        damaged(r, path);
}

static void close_output(reading *r, const char *path, const char *text)
{
    const char *rest;

    if ((rest = below(path, "band_structure/ks_energies")) != NULL)
        close_band(r, rest, text);
    else if ((rest = below(path, "atomic_species/species")) != NULL)
        close_species(r, rest, text);
    else if (!xml_operation_close(&r->operation, path, text))
        damaged(r, path);
    xml_frame_take(&r->final, path, text);
}

static void close_element(void *self, const char *path, const char *text)
{
    reading *r = self;
    const char *rest = below(path, "step");

    if (rest != NULL) {
        xml_frame_take(&r->step, rest, text);
    } else if (strcmp(path, "step") == 0) {
        xml_frame_append(&r->step, true, &r->x->frames);
        r->x->steps++;
    } else {
        if ((rest = below(path, "output")) != NULL)
            close_output(r, rest, text);
        xml_values_close(r->values, path, text);
        if (strcmp(path, "general_info") == 0)
            check_schema(r);
    }
    if (r->step.is_damaged || r->final.is_damaged)
        damaged(r, path);
}

static bool has_failed(const reading *r)
{
    return xml_values_has_failed(r->values) || r->operation.has_failed ||
           xml_frame_has_failed(&r->step) || xml_frame_has_failed(&r->final) ||
           r->magnetization.has_failed || r->angle1.has_failed ||
           r->angle2.has_failed || r->x->parameters.has_failed ||
           crystal_has_failed(&r->x->crystal) ||
           bands_has_failed(&r->x->bands) ||
           trajectory_has_failed(&r->x->frames);
}

static void take_crystal(reading *r)
{
    crystal *c = &r->x->crystal;

    c->has_cell = r->final.cell_rows == 7;
    memcpy(c->cell_angstrom, r->final.cell_angstrom, sizeof c->cell_angstrom);
    c->positions_angstrom = r->final.positions_angstrom;
    r->final.positions_angstrom = (reals){0};
}

static void set_constants(dict *d)
{
    static const char *const in_ev[] = {
        "rho_cutoff", "wfc_cutoff", "fermi_energy", "energy",
        "energy_accuracy", "energy_ewald", "energy_hartree",
        "energy_one_electron", "energy_xc"};

    for (size_t i = 0; i < sizeof in_ev / sizeof *in_ev; i++)
        dict_set_units(d, in_ev[i], "eV");
    dict_set_units(d, "symmetries", "crystal");
    dict_set_units(d, "total_magnetization", "Bohrmag / cell");
    dict_set_units(d, "absolute_magnetization", "Bohrmag / cell");
    dict_set_flag(d, "lkpoint_dir", false);
    dict_set_text(d, "charge_density", "./charge-density.dat");
    /* The file has the +U data one level deeper than aiida-quantumespresso
     * looks for them, so that the key is always this. */
    dict_set_flag(d, "lda_plus_u_calculation", false);
}

static int constraint_number(const char *words)
{
    static const struct {
        const char *words;
        int number;
    } all[] = {{"atomic", 1},
               {"atomic direction", 2},
               {"total", 3},
               {"total direction", 6}};

    for (size_t i = 0; words != NULL && i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].words, words) == 0)
            return all[i].number;
    return 0;
}

static void set_magnetism(const reading *r, dict *d)
{
    const bool is_vector = xml_values_flag(r->values,
                                           "non_colinear_calculation");
    const bool has_orbit = xml_values_flag(r->values,
                                           "spin_orbit_calculation");
    const bool has_moments = xml_values_flag(r->values, "do_magnetization");
    const bool has_spin = xml_values_flag(r->values, "lsda");

    dict_set_flag(d, "time_reversal_flag", !(is_vector && has_moments));
    dict_set_int(d, "number_of_spin_components",
                 is_vector || has_orbit ? 4
                 : has_spin             ? 2
                                        : 1);
    dict_set_int(d, "constraint_mag",
                 constraint_number(
                     xml_values_text(r->values, ".spin_constraints")));
    dict_set(d, "starting_magnetization",
             json_reals(r->magnetization.values, r->magnetization.count));
    dict_set(d, "magnetization_angle1",
             json_reals(r->angle1.values, r->angle1.count));
    dict_set(d, "magnetization_angle2",
             json_reals(r->angle2.values, r->angle2.count));
}

static void set_symmetries(reading *r, dict *d)
{
    dict_set_flag(d, "inversion_symmetry", r->operation.has_inversion);
    dict_set(d, "symmetries", r->operation.crystal);
    dict_set(d, "lattice_symmetries", r->operation.lattice);
    r->operation.crystal = r->operation.lattice = NULL;
}

/* Formats before 19.03.04 (6.4.1 and older) have it in Ry. */
static void set_smearing(const reading *r, dict *d)
{
    const char *version = xml_values_text(r->values, "format_version");
    double degauss;

    if (!xml_values_real(r->values, ".degauss", &degauss))
        return;
    const bool is_old = version != NULL && strcmp(version, "19.03.04") < 0;
    dict_set_real(d, "degauss", degauss * (is_old ? RYDBERG_EV : HARTREE_EV));
    dict_set_units(d, "degauss", "eV");
}

static void set_convergence(const reading *r, dict *d)
{
    static const struct {
        const char *group;
        const char *converged, *count, *count_key, *rest, *rest_key;
    } all[] = {
        {"scf_conv", ".scf_converged", ".scf_steps", "n_scf_steps",
         ".scf_error", "scf_error"},
        {"opt_conv", ".opt_converged", ".opt_steps", "n_opt_steps",
         ".grad_norm", "grad_norm"},
    };
    dict info;

    dict_init(&info);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        dict group;
        int64_t count;
        double rest;
        dict_init(&group);
        if (xml_values_text(r->values, all[i].converged) != NULL)
            dict_set_flag(&group, "convergence_achieved",
                          xml_values_flag(r->values, all[i].converged));
        if (xml_values_int(r->values, all[i].count, &count))
            dict_set_int(&group, all[i].count_key, count);
        if (xml_values_real(r->values, all[i].rest, &rest))
            dict_set_real(&group, all[i].rest_key, rest);
        if (json_object_object_length(group.object) > 0)
            dict_set(&info, all[i].group, group.object);
        else
            dict_finish(&group);
    }
    if (json_object_object_length(info.object) > 0)
        dict_set(d, "convergence_info", info.object);
    else
        dict_finish(&info);
}

static void set_polarization(const reading *r, dict *d)
{
    const char *units = xml_values_text(r->values, ".polarization_units");
    const char *direction =
        xml_values_text(r->values, ".polarization_direction");
    double value, modulus, vector[3];

    if (!xml_values_real(r->values, ".polarization", &value) ||
        !xml_values_real(r->values, ".polarization_modulus", &modulus) ||
        units == NULL)
        return;
    const double factor =
        strcmp(units, "e/bohr^2") == 0 ? E_PER_BOHR2_C_PER_M2 : 1;
    dict_set_real(d, "polarization", value * factor);
    dict_set_real(d, "polarization_module", modulus * factor);
    dict_set_units(d, "polarization", "C / m^2");
    if (direction != NULL && read_reals(direction, vector, 3))
        dict_set(d, "polarization_direction", json_reals(vector, 3));
    dict_set_units(d, "total_phase", "2pi");
    dict_set_units(d, "ionic_phase", "2pi");
    dict_set_units(d, "electronic_phase", "2pi");
}

static void set_two_fermi_energies(const reading *r, dict *d)
{
    const char *text = xml_values_text(r->values, ".two_fermi_energies");
    double levels[2];

    if (text == NULL || !read_reals(text, levels, 2))
        return;
    dict_set_real(d, "fermi_energy_up", levels[0] * HARTREE_EV);
    dict_set_real(d, "fermi_energy_down", levels[1] * HARTREE_EV);
}

/* Sets how many bands a spin has, and checks that all points have them. */
static void set_bands(reading *r, dict *d)
{
    band_data *b = &r->x->bands;
    int64_t all = 0, up = 0, down = 0;
    const bool has_all = xml_values_int(r->values, ".nbnd", &all);
    const bool has_up = xml_values_int(r->values, "number_of_bands_up", &up);
    const bool has_down =
        xml_values_int(r->values, "number_of_bands_down", &down);

    if (!has_all && !has_up && !has_down && b->weights.count == 0)
        return;
    b->has_two_spins = has_up && has_down;
    b->bands = (size_t)(b->has_two_spins ? up : all);
    for (size_t i = 0; i < b->energies_ev.count; i++)
        b->energies_ev.values[i] *= HARTREE_EV;
    if (has_up != has_down || up != down || all < 0 || up < 0 ||
        !bands_is_consistent(b))
        fault_set(r->f, "ERROR_OUTPUT_XML_PARSE",
                  "the XML file's bands do not agree in number");
    else if (b->weights.count > 0)
        dict_set_int(d, "number_of_bands", (int64_t)b->bands);
}

static void set_inputs(const reading *r)
{
    const xml_values *v = r->values;
    xml_inputs *in = &r->x->inputs;
    const char *calculation = xml_values_text(v, ".calculation");
    const char *freedom = xml_values_text(v, ".cell_do_free");
    int64_t max_steps;

    *in = (xml_inputs){.force_threshold_ry_bohr = 1e-3,
                       .pressure_threshold_kbar = 0.5};
    if (calculation != NULL && strlen(calculation) < sizeof in->calculation)
        memcpy(in->calculation, calculation, strlen(calculation) + 1);
    xml_values_real(v, ".forc_conv_thr", &in->force_threshold_ry_bohr);
    xml_values_real(v, ".press_conv_thr", &in->pressure_threshold_kbar);
    xml_values_real(v, ".pressure", &in->pressure_kbar);
    in->has_constrained_cell =
        (freedom != NULL && strcmp(freedom, "all") != 0) ||
        xml_values_flag(v, ".fix_volume") || xml_values_flag(v, ".fix_area") ||
        xml_values_flag(v, ".isotropic");
    in->accepts_unconverged =
        (xml_values_int(v, ".max_nstep", &max_steps) && max_steps == 0) ||
        (xml_values_text(v, ".must_converge") != NULL &&
         !xml_values_flag(v, ".must_converge"));
}

/* A self-consistent run has no steps: its output is the only frame. A variable-
 * cell relaxation ends with such a run, which is no step either. */
static void finish_frames(reading *r, dict *d)
{
    static const char *const single[] = {"", "scf", "vc-relax"};
    trajectory *t = &r->x->frames;
    double sum = 0;

    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (strcmp(r->x->inputs.calculation, single[i]) == 0)
            xml_frame_append(&r->final, false, t);
    const series *counts = trajectory_find(t, "scf_iterations");
    for (size_t i = 0; counts != NULL && i < counts->frames; i++)
        sum += counts->data.values[i];
    dict_set_int(d, "total_number_of_scf_iterations", (int64_t)sum);
}

static void build(reading *r)
{
    xml_output *x = r->x;
    dict *d = &x->parameters;

    take_crystal(r);
    if (!crystal_is_complete(&x->crystal) ||
        !xml_values_real(r->values, ".alat", &x->bands.alat_angstrom) ||
        xml_values_text(r->values, "rho_cutoff") == NULL) {
        fault_set(r->f, "ERROR_UNEXPECTED_PARSER_EXCEPTION",
                  "the XML file has no complete output section");
        return;
    }
    set_constants(d);
    xml_values_write(r->values, d);
    dict_set_flag(d, "has_electric_field", r->has_electric_field);
    dict_set_real(d, "volume",
                  crystal_volume((const double(*)[3])x->crystal.cell_angstrom));
    set_magnetism(r, d);
    set_symmetries(r, d);
    set_smearing(r, d);
    set_convergence(r, d);
    set_polarization(r, d);
    set_two_fermi_energies(r, d);
    set_bands(r, d);
    set_inputs(r);
    finish_frames(r, d);
}

static void reading_finish(reading *r)
{
    xml_values_destroy(r->values);
    xml_operation_finish(&r->operation);
    xml_frame_finish(&r->step);
    xml_frame_finish(&r->final);
    reals_finish(&r->magnetization);
    reals_finish(&r->angle1);
    reals_finish(&r->angle2);
}

orma_status xml_output_read(const job *j, const orma_node *folder,
                            const char *path, xml_output *x, orma_error **err)
{
    reading r = {.x = x, .values = xml_values_create(), .f = &x->fault};
    const xml_events events = {&r, open_element, close_element, &x->fault};
    orma_status st = ORMA_OK;

    xml_operation_init(&r.operation);
    if (r.values == NULL)
        st = no_memory(err);
    if (st == ORMA_OK)
        st = xml_read(j, folder, path, &events, err);
    if (st == ORMA_OK && x->fault.label == NULL && check_schema(&r))
        build(&r);
    if (st == ORMA_OK && has_failed(&r))
        st = no_memory(err);
    reading_finish(&r);
    if (st == ORMA_OK && x->fault.label != NULL) {
        const fault kept = x->fault;
        xml_output_finish(x);
        xml_output_init(x);
        x->fault = kept;
    }
    return st;
}
