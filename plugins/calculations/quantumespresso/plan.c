/* From input nodes to the text of the input file.
 *
 * SPDX-License-Identifier: MIT */
#include "plan.h"

#include "bravais.h"
#include "cards.h"
#include "commandline.h"
#include "kpoints.h"
#include "parameters.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#define CELL_TOLERANCE_ANGSTROM 1e-6

static orma_status need(const job *j, const char *port, const orma_node **out,
                        orma_error **err)
{
    *out = job_input(j, port);
    if (*out == NULL)
        return refuse(err, "port \"%s\" is missing; give it", port);
    return ORMA_OK;
}

static orma_status read_parameters(const job *j, plan *p, orma_error **err)
{
    json_object *raw;
    orma_status st = job_attributes(j, "parameters", &raw, err);

    if (st != ORMA_OK)
        return st;
    if (raw == NULL)
        return refuse(err, "port \"parameters\" is missing; give it");
    st = parameters_normalise(raw, &p->parameters, &p->has_changed_case, err);
    json_object_put(raw);
    return st == ORMA_OK
               ? parameters_check_blocked(p->program, p->parameters, err)
               : st;
}

static orma_status read_settings(const job *j, plan *p, orma_error **err)
{
    json_object *raw;
    orma_status st = job_attributes(j, "settings", &raw, err);

    if (st != ORMA_OK)
        return st;
    st = settings_normalise(p->program, raw, &p->settings, err);
    json_object_put(raw);
    if (st == ORMA_OK)
        st = settings_check_sites(p->settings, &p->structure, err);
    return st;
}

orma_status plan_read(const job *j, const program *tables, plan *p,
                      orma_error **err)
{
    const orma_node *node;

    *p = (plan){.program = tables};
    orma_status st = need(j, "structure", &node, err);
    if (st == ORMA_OK)
        st = structure_read(j->ops->node, node, &p->structure, err);
    if (st == ORMA_OK)
        st = read_parameters(j, p, err);
    if (st == ORMA_OK)
        st = read_settings(j, p, err);
    if (st == ORMA_OK)
        st = job_attributes(j, "parallelization", &p->parallelization, err);
    if (st == ORMA_OK)
        st = parallelization_check(tables, p->parallelization, err);
    if (st == ORMA_OK)
        st = parameters_namelists(tables, p->parameters, p->settings,
                                  &p->namelists, err);
    return st;
}

void plan_finish(plan *p)
{
    for (size_t i = 0; p->pseudo_files != NULL && i < p->structure.kind_count;
         i++)
        free(p->pseudo_files[i]);
    free(p->pseudo_files);
    free(p->namelists);
    structure_finish(&p->structure);
    json_object_put(p->parameters);
    json_object_put(p->settings);
    json_object_put(p->parallelization);
    *p = (plan){0};
}

static orma_status set_keyword(plan *p, const char *namelist,
                               const char *keyword, json_object *value,
                               orma_error **err)
{
    json_object *keywords;

    if (value == NULL)
        return no_memory(err);
    if (!json_object_object_get_ex(p->parameters, namelist, &keywords)) {
        keywords = json_object_new_object();
        if (keywords == NULL ||
            json_object_object_add(p->parameters, namelist, keywords) != 0) {
            json_object_put(keywords);
            json_object_put(value);
            return no_memory(err);
        }
    }
    if (json_object_object_add(keywords, keyword, value) != 0) {
        json_object_put(value);
        return no_memory(err);
    }
    return ORMA_OK;
}

/* ibrav 0 and a card CELL_PARAMETERS unless the user asked for a lattice. */
static orma_status set_lattice(plan *p, orma_error **err)
{
    json_object *ibrav = parameters_get(p->parameters, "SYSTEM", "ibrav");
    json_object *given =
        json_object_object_get(p->settings, "IBRAV_CELL_TOLERANCE");

    if (ibrav == NULL)
        return set_keyword(p, "SYSTEM", "ibrav", json_object_new_int(0), err);
    if (!json_object_is_type(ibrav, json_type_int))
        return refuse(err, "port \"parameters\": SYSTEM.ibrav is not an "
                      "integer");
    if (json_object_get_int(ibrav) == 0)
        return ORMA_OK;
    return bravais_parameters(
        json_object_get_int(ibrav), (const double(*)[3])p->structure.cell_angstrom,
        given != NULL ? json_object_get_double(given) : CELL_TOLERANCE_ANGSTROM,
        json_object_object_get(p->parameters, "SYSTEM"), err);
}

orma_status plan_complete(plan *p, orma_error **err)
{
    const struct {
        const char *keyword;
        const char *value;
    } fixed[] = {{"pseudo_dir", PSEUDO_FOLDER},
                 {"outdir", OUTPUT_FOLDER},
                 {"prefix", PREFIX}};
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed && st == ORMA_OK; i++)
        st = set_keyword(p, "CONTROL", fixed[i].keyword,
                         json_object_new_string(fixed[i].value), err);
    if (st == ORMA_OK &&
        parameters_get(p->parameters, "CONTROL", "verbosity") == NULL)
        st = set_keyword(p, "CONTROL", "verbosity",
                         json_object_new_string(p->program->verbosity), err);
    if (st == ORMA_OK)
        st = set_lattice(p, err);
    if (st == ORMA_OK)
        st = set_keyword(p, "SYSTEM", "nat",
                         json_object_new_int64(
                             (int64_t)p->structure.site_count), err);
    if (st == ORMA_OK)
        st = set_keyword(p, "SYSTEM", "ntyp",
                         json_object_new_int64(
                             (int64_t)p->structure.kind_count), err);
    return st;
}

static orma_status write_namelists(const plan *p, text *out, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (const char *at = p->namelists; *at != '\0' && st == ORMA_OK;) {
        const size_t len = strcspn(at, " ");
        char *name = strndup(at, len);
        if (name == NULL)
            return no_memory(err);
        st = namelist_write(out, name,
                            json_object_object_get(p->parameters, name),
                            &p->structure.order, err);
        free(name);
        at += len + strspn(at + len, " ");
    }
    return st;
}

orma_status plan_input_file(const job *j, plan *p, text *out, orma_error **err)
{
    const orma_node *kpoints, *node = job_input(j, "structure");
    json_object *ibrav = parameters_get(p->parameters, "SYSTEM", "ibrav");
    orma_status st = need(j, "kpoints", &kpoints, err);

    if (st == ORMA_OK)
        st = write_namelists(p, out, err);
    if (st != ORMA_OK)
        return st;
    card_atomic_species(out, &p->structure, p->pseudo_files);
    card_atomic_positions(out, &p->structure, p->settings);
    st = kpoints_write(j->ops->node, kpoints, p->settings, out, err);
    if (st != ORMA_OK)
        return st;
    if (json_object_get_int(ibrav) == 0)
        card_cell_parameters(out, &p->structure);
    st = card_hubbard(out, j->ops->node, node, &p->structure, err);
    return st == ORMA_OK && out->has_failed ? no_memory(err) : st;
}
