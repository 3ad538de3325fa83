/* A structure as JSON: the attributes of a core.structure, and the literals
 * that people write.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "structure_formats.h"

static void write_kind(const crystal_kind *kind, text *out)
{
    text_add(out, "{\"symbols\": [");
    for (size_t i = 0; i < kind->part_count; i++)
        text_format(out, "%s\"%s\"", i > 0 ? ", " : "",
                    kind->parts[i].element->symbol);
    text_add(out, "], \"weights\": [");
    for (size_t i = 0; i < kind->part_count; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_real(out, kind->parts[i].weight);
    }
    text_add(out, "], \"mass\": ");
    if (isnan(kind->mass))
        text_add(out, "null");
    else
        text_real(out, kind->mass);
    text_add(out, ", \"name\": ");
    text_string(out, kind->name, strlen(kind->name));
    text_add(out, "}");
}

void crystal_attributes(const crystal *c, text *out)
{
    text_add(out, "{\"cell\": [");
    for (size_t i = 0; i < 3; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_reals(out, c->cell.row[i], 3);
    }
    text_add(out, "]");
    for (size_t i = 0; i < 3; i++)
        text_format(out, ", \"pbc%zu\": %s", i + 1,
                    c->pbc[i] ? "true" : "false");
    text_add(out, ", \"kinds\": [");
    for (size_t i = 0; i < c->kind_count; i++) {
        text_add(out, i > 0 ? ", " : "");
        write_kind(&c->kinds[i], out);
    }
    text_add(out, "], \"sites\": [");
    for (size_t i = 0; i < c->site_count; i++) {
        const char *name = c->kinds[c->sites[i].kind].name;
        text_add(out, i > 0 ? ", {\"position\": " : "{\"position\": ");
        text_reals(out, c->sites[i].position, 3);
        text_add(out, ", \"kind_name\": ");
        text_string(out, name, strlen(name));
        text_add(out, "}");
    }
    text_add(out, "]}");
}

orma_status json_write(const crystal *c, text *out, orma_error **err)
{
    crystal_attributes(c, out);
    text_add(out, "\n");
    return text_status(out, err);
}

/* Symbols (one string or a list) and weights (absent: 1 for one symbol) as
 * newly allocated parts. */
static orma_status read_parts(const json_object *symbols,
                              const json_object *weights, crystal_part **out,
                              size_t *count, orma_error **err)
{
    const bool is_list = json_object_is_type(symbols, json_type_array);
    const bool has_list = json_object_is_type(weights, json_type_array);
    const size_t n = is_list ? json_object_array_length(symbols) : 1;

    if (n == 0)
        return refuse(err, "a kind has no symbols");
    if (weights == NULL ? n != 1
                        : has_list && json_object_array_length(weights) != n)
        return refuse(err, "%zu symbols need as many weights", n);
    crystal_part *parts = calloc(n, sizeof *parts);
    if (parts == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *symbol = json_text(
            is_list ? json_object_array_get_idx(symbols, i) : symbols);
        const json_object *weight =
            has_list ? json_object_array_get_idx(weights, i) : weights;
        parts[i].element =
            symbol != NULL ? element_by_symbol(symbol, strlen(symbol)) : NULL;
        parts[i].weight = weight != NULL ? json_object_get_double(weight) : 1;
        if (parts[i].element == NULL) {
            free(parts);
            return refuse(err, "\"%s\" is no chemical symbol",
                          symbol != NULL ? symbol : "");
        }
        if (weight != NULL && !json_object_is_type(weight, json_type_double) &&
            !json_object_is_type(weight, json_type_int)) {
            free(parts);
            return refuse(err, "a weight is %s, not a number",
                          json_type_word(weight));
        }
    }
    *out = parts;
    *count = n;
    return ORMA_OK;
}

static orma_status read_mass(const json_object *object, double *mass,
                             orma_error **err)
{
    const json_object *value = json_get(object, "mass");

    if (value == NULL)
        return ORMA_OK;
    if (!json_object_is_type(value, json_type_double) &&
        !json_object_is_type(value, json_type_int))
        return refuse(err, "a mass is %s, not a number", json_type_word(value));
    *mass = json_object_get_double(value);
    return ORMA_OK;
}

static orma_status read_kind(const json_object *object, crystal *c,
                             bool is_complete, orma_error **err)
{
    static const char *const known[] = {"name",    "symbols", "symbol",
                                        "weights", "mass",    NULL};
    const char *name = json_text(json_get(object, "name"));
    const json_object *symbols = json_get(object, "symbols");
    crystal_part *parts = NULL;
    size_t count = 0;

    if (!json_object_is_type(object, json_type_object) || name == NULL)
        return refuse(err, "a kind must be a mapping with a \"name\"");
    if (symbols == NULL)
        symbols = json_get(object, "symbol");
    if (is_complete &&
        (json_get(object, "weights") == NULL || !json_has(object, "mass") ||
         !json_object_is_type(symbols, json_type_array)))
        return refuse(err, "kind \"%s\" must have symbols, weights and mass",
                      name);
    orma_status st = json_only(object, "a kind", known, err);
    if (st == ORMA_OK)
        st = read_parts(symbols, json_get(object, "weights"), &parts, &count,
                        err);
    if (st != ORMA_OK)
        return st;
    crystal_kind kind = {name, parts, count, NAN};
    if (!is_complete)
        kind.mass = crystal_default_mass(parts, count);
    st = read_mass(object, &kind.mass, err);
    if (st == ORMA_OK)
        st = crystal_add_kind(c, &kind, err);
    free(parts);
    return st;
}

static orma_status read_kinds(const json_object *kinds, crystal *c,
                              bool is_complete, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (kinds == NULL)
        return ORMA_OK;
    if (!json_object_is_type(kinds, json_type_array))
        return refuse(err, "kinds must be a list, not %s",
                      json_type_word(kinds));
    for (size_t i = 0; i < json_object_array_length(kinds) && st == ORMA_OK;
         i++)
        st =
            read_kind(json_object_array_get_idx(kinds, i), c, is_complete, err);
    return st;
}

static orma_status read_complete_site(const json_object *site, crystal *c,
                                      orma_error **err)
{
    const char *name = json_text(json_get(site, "kind_name"));
    double position[3];

    if (name == NULL)
        return refuse(err, "site %zu has no \"kind_name\"", c->site_count);
    const size_t kind = crystal_find_kind(c, name);
    if (kind == c->kind_count)
        return refuse(err,
                      "site %zu is of kind \"%s\", which is not among "
                      "the kinds",
                      c->site_count, name);
    const orma_status st =
        json_reals(json_get(site, "position"), "position", 3, position, err);
    return st == ORMA_OK ? crystal_add_site(c, kind, position, err) : st;
}

orma_status crystal_from_attributes(const json_object *attributes, crystal *c,
                                    orma_error **err)
{
    static const char *const pbc[] = {"pbc1", "pbc2", "pbc3"};
    const json_object *sites = json_get(attributes, "sites");

    crystal_init(c);
    orma_status st =
        json_matrix(json_get(attributes, "cell"), "cell", &c->cell, err);
    for (size_t i = 0; i < 3 && st == ORMA_OK; i++)
        st =
            json_boolean(json_get(attributes, pbc[i]), pbc[i], &c->pbc[i], err);
    if (st == ORMA_OK)
        st = read_kinds(json_get(attributes, "kinds"), c, true, err);
    if (st != ORMA_OK || sites == NULL)
        return st;
    if (!json_object_is_type(sites, json_type_array))
        return refuse(err, "sites must be a list, not %s",
                      json_type_word(sites));
    for (size_t i = 0; i < json_object_array_length(sites) && st == ORMA_OK;
         i++)
        st = read_complete_site(json_object_array_get_idx(sites, i), c, err);
    return st;
}

/* `position` in Å, or `fractional` in units of the cell's vectors. */
static orma_status read_position(const json_object *site, const crystal *c,
                                 double out[3], orma_error **err)
{
    const json_object *position = json_get(site, "position");
    const json_object *fractional = json_get(site, "fractional");
    static const bool all[3] = {true, true, true};
    double f[3];

    if ((position == NULL) == (fractional == NULL))
        return refuse(err,
                      "site %zu needs either \"position\" or "
                      "\"fractional\"",
                      c->site_count);
    if (position != NULL)
        return json_reals(position, "position", 3, out, err);
    if (!cell_is_regular(&c->cell, all))
        return refuse(err, "fractional coordinates need a cell");
    const orma_status st = json_reals(fractional, "fractional", 3, f, err);
    if (st == ORMA_OK)
        cell_apply(&c->cell, f, out);
    return st;
}

/* Neither symbols nor such a kind: "Fe1" is iron, as in pw.x. */
static orma_status add_by_label(crystal *c, const char *name,
                                const double position[3], orma_error **err)
{
    const size_t kind = crystal_find_kind(c, name);

    if (kind < c->kind_count)
        return crystal_add_site(c, kind, position, err);
    const element *e = element_of_label(name, strlen(name));
    if (e == NULL)
        return refuse(err,
                      "site %zu is of kind \"%s\", which is neither among "
                      "the kinds nor begins with a chemical symbol",
                      c->site_count, name);
    return crystal_add_element(c, e, name, position, err);
}

static orma_status read_site(const json_object *site, crystal *c,
                             orma_error **err)
{
    static const char *const known[] = {"symbol",   "symbols",    "weights",
                                        "mass",     "name",       "kind_name",
                                        "position", "fractional", NULL};
    const json_object *symbols = json_get(site, "symbols");
    const char *name = json_text(json_get(site, "kind_name"));
    crystal_part *parts = NULL;
    size_t count = 0;
    double position[3];

    if (!json_object_is_type(site, json_type_object))
        return refuse(err, "site %zu is %s, not a mapping", c->site_count,
                      json_type_word(site));
    orma_status st = json_only(site, "a site", known, err);
    if (st == ORMA_OK)
        st = read_position(site, c, position, err);
    if (st != ORMA_OK)
        return st;
    if (symbols == NULL)
        symbols = json_get(site, "symbol");
    if (name == NULL)
        name = json_text(json_get(site, "name"));
    if (symbols == NULL && name == NULL)
        return refuse(err, "site %zu has neither \"symbol\" nor \"kind_name\"",
                      c->site_count);
    if (symbols == NULL)
        return add_by_label(c, name, position, err);
    st = read_parts(symbols, json_get(site, "weights"), &parts, &count, err);
    if (st != ORMA_OK)
        return st;
    crystal_kind kind = {name, parts, count,
                         crystal_default_mass(parts, count)};
    st = read_mass(site, &kind.mass, err);
    if (st == ORMA_OK)
        st = crystal_add_atom(c, &kind, position, err);
    free(parts);
    return st;
}

orma_status crystal_from_literal(const json_object *literal, crystal *c,
                                 orma_error **err)
{
    static const char *const known[] = {"cell", "pbc",   "pbc1",  "pbc2",
                                        "pbc3", "kinds", "sites", NULL};
    const json_object *sites = json_get(literal, "sites");
    bool is_given;

    crystal_init(c);
    if (!json_object_is_type(literal, json_type_object))
        return refuse(err,
                      "a structure is a mapping with cell and sites, not "
                      "%s; name a file with {$file: PATH}",
                      json_type_word(literal));
    orma_status st = json_only(literal, "a structure", known, err);
    if (st == ORMA_OK && json_has(literal, "cell"))
        st = json_matrix(json_get(literal, "cell"), "cell", &c->cell, err);
    if (st == ORMA_OK)
        st = json_pbc(literal, c->pbc, &is_given, err);
    if (st == ORMA_OK)
        st = read_kinds(json_get(literal, "kinds"), c, false, err);
    if (st != ORMA_OK)
        return st;
    if (!json_object_is_type(sites, json_type_array))
        return refuse(err, "a structure needs a list of sites");
    for (size_t i = 0; i < json_object_array_length(sites) && st == ORMA_OK;
         i++)
        st = read_site(json_object_array_get_idx(sites, i), c, err);
    return st;
}
