/* Crystals from and to structure attributes.
 *
 * SPDX-License-Identifier: MIT */
#include "crystal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void crystal_init(crystal *c)
{
    *c = (crystal){.pbc = {true, true, true}};
}

void crystal_finish(crystal *c)
{
    reals_finish(&c->positions_angstrom);
    reals_finish(&c->masses_amu);
    free(c->atoms.names);
    free(c->species.names);
    crystal_init(c);
}

bool crystal_has_failed(const crystal *c)
{
    return c->atoms.has_failed || c->species.has_failed ||
           c->positions_angstrom.has_failed || c->masses_amu.has_failed;
}

void name_list_add(name_list *list, const char *name)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        kind_name *names = realloc(list->names, capacity * sizeof *names);
        if (names == NULL) {
            list->has_failed = true;
            return;
        }
        list->names = names;
        list->capacity = capacity;
    }
    snprintf(list->names[list->count++], MAX_NAME, "%s", name);
}

bool crystal_is_complete(const crystal *c)
{
    return c->has_cell && c->atoms.count > 0 &&
           c->positions_angstrom.count == 3 * c->atoms.count;
}

double crystal_volume(const double m[3][3])
{
    return fabs(m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) +
                m[0][1] * (m[1][2] * m[2][0] - m[1][0] * m[2][2]) +
                m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]));
}

bool invert_matrix(const double m[3][3], double out[3][3])
{
    double det = 0;

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            const size_t r = (j + 1) % 3, s = (j + 2) % 3;
            const size_t p = (i + 1) % 3, q = (i + 2) % 3;
            out[i][j] = m[r][p] * m[s][q] - m[r][q] * m[s][p];
        }
    for (size_t i = 0; i < 3; i++)
        det += m[0][i] * out[i][0];
    if (!(fabs(det) > 1e-12))
        return false;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            out[i][j] /= det;
    return true;
}

static bool read_vector(json_object *list, double *out)
{
    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        out[i] = json_object_get_double(json_object_array_get_idx(list, i));
    return true;
}

static bool read_sites(crystal *c, json_object *sites)
{
    if (!json_object_is_type(sites, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(sites); i++) {
        json_object *site = json_object_array_get_idx(sites, i);
        json_object *name = json_object_object_get(site, "kind_name");
        double position[3];
        if (!json_object_is_type(name, json_type_string) ||
            !read_vector(json_object_object_get(site, "position"), position))
            return false;
        name_list_add(&c->atoms, json_object_get_string(name));
        for (size_t k = 0; k < 3; k++)
            reals_add(&c->positions_angstrom, position[k]);
    }
    return true;
}

bool crystal_from_attributes(crystal *c, json_object *attributes)
{
    static const char *const pbc[] = {"pbc1", "pbc2", "pbc3"};
    json_object *cell = json_object_object_get(attributes, "cell");

    crystal_init(c);
    if (!json_object_is_type(cell, json_type_array) ||
        json_object_array_length(cell) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        json_object *periodic = json_object_object_get(attributes, pbc[i]);
        if (!read_vector(json_object_array_get_idx(cell, i),
                         c->cell_angstrom[i]))
            return false;
        if (periodic != NULL)
            c->pbc[i] = json_object_get_boolean(periodic);
    }
    c->has_cell = true;
    return read_sites(c, json_object_object_get(attributes, "sites"));
}

/* Elements by name, so that "Fe1" and "Fe_up" are iron and "Cx" is carbon. */
static const char elements[] =
    " H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co "
    "Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb "
    "Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re "
    "Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es "
    "Fm Md No Lr ";

static const char *element_of(const char *name, char *out)
{
    for (size_t letters = 2; letters >= 1; letters--) {
        char padded[8];
        if (strlen(name) < letters)
            continue;
        snprintf(out, 3, "%c%s", toupper((unsigned char)name[0]), "");
        if (letters == 2)
            snprintf(out + 1, 2, "%c", tolower((unsigned char)name[1]));
        snprintf(padded, sizeof padded, " %s ", out);
        if (strstr(elements, padded) != NULL)
            return out;
    }
    return "X";
}

static json_object *one_of(json_object *item)
{
    json_object *list = json_object_new_array();

    if (list == NULL || item == NULL ||
        json_object_array_add(list, item) != 0) {
        json_object_put(list);
        json_object_put(item);
        return NULL;
    }
    return list;
}

static json_object *kinds_by_name(const crystal *c)
{
    json_object *list = json_object_new_array();

    for (size_t i = 0; list != NULL && i < c->species.count; i++) {
        char element[4];
        dict kind;
        dict_init(&kind);
        dict_set_text(&kind, "name", c->species.names[i]);
        dict_set(&kind, "symbols",
                 one_of(json_object_new_string(
                     element_of(c->species.names[i], element))));
        dict_set(&kind, "weights", one_of(json_real(1.0)));
        dict_set_real(&kind, "mass",
                      i < c->masses_amu.count ? c->masses_amu.values[i] : 0);
        if (kind.has_failed || json_object_array_add(list, kind.object) != 0) {
            dict_finish(&kind);
            json_object_put(list);
            return NULL;
        }
    }
    return list;
}

/* given: the input structure's sites, or NULL; kind names come from them. */
static json_object *sites_of(const crystal *c, json_object *given)
{
    json_object *list = json_object_new_array();

    for (size_t i = 0; list != NULL && i < c->atoms.count; i++) {
        json_object *name =
            given == NULL ? NULL
                          : json_object_object_get(
                                json_object_array_get_idx(given, i),
                                "kind_name");
        dict site;
        dict_init(&site);
        dict_set_text(&site, "kind_name",
                      name != NULL ? json_object_get_string(name)
                                   : c->atoms.names[i]);
        dict_set(&site, "position",
                 json_reals(c->positions_angstrom.values + 3 * i, 3));
        if (site.has_failed || json_object_array_add(list, site.object) != 0) {
            dict_finish(&site);
            json_object_put(list);
            return NULL;
        }
    }
    return list;
}

static json_object *cell_of(const crystal *c)
{
    json_object *rows = json_object_new_array();

    for (size_t i = 0; rows != NULL && i < 3; i++)
        if (json_object_array_add(rows, json_reals(c->cell_angstrom[i], 3)) !=
            0) {
            json_object_put(rows);
            return NULL;
        }
    return rows;
}

json_object *crystal_attributes(const crystal *c, json_object *kinds)
{
    static const char *const pbc[] = {"pbc1", "pbc2", "pbc3"};
    json_object *sites = json_object_object_get(kinds, "sites");
    dict d;

    if (kinds != NULL && json_object_array_length(sites) != c->atoms.count)
        return NULL;
    dict_init(&d);
    dict_set(&d, "cell", cell_of(c));
    for (size_t i = 0; i < 3; i++)
        dict_set_flag(&d, pbc[i], c->pbc[i]);
    dict_set(&d, "kinds",
             kinds != NULL
                 ? json_object_get(json_object_object_get(kinds, "kinds"))
                 : kinds_by_name(c));
    dict_set(&d, "sites", sites_of(c, sites));
    if (d.has_failed)
        dict_finish(&d);
    return d.object;
}
