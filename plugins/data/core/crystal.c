/* A structure in memory: cell, periodic directions, kinds and sites.
 *
 * SPDX-License-Identifier: MIT */
#include "crystal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* AiiDA's thresholds: sum of weights, and masses of equal kinds (amu). */
#define WEIGHT_TOLERANCE 1e-6
#define MASS_TOLERANCE 1e-3

void crystal_init(crystal *c)
{
    *c = (crystal){.pbc = {true, true, true}};
}

void crystal_finish(crystal *c)
{
    for (size_t i = 0; i < c->kind_count; i++) {
        free((char *)c->kinds[i].name);
        free((crystal_part *)c->kinds[i].parts);
    }
    free(c->kinds);
    free(c->sites);
    *c = (crystal){0};
}

static double weight_sum(const crystal_part *parts, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += parts[i].weight;
    return sum;
}

static bool has_vacancies(const crystal_kind *kind)
{
    return 1 - weight_sum(kind->parts, kind->part_count) >= WEIGHT_TOLERANCE;
}

double crystal_default_mass(const crystal_part *parts, size_t count)
{
    const double sum = weight_sum(parts, count);
    double mass = 0;

    if (fabs(sum) < WEIGHT_TOLERANCE)
        return NAN;
    for (size_t i = 0; i < count; i++)
        mass += parts[i].weight / sum * parts[i].element->mass;
    return mass;
}

size_t crystal_find_kind(const crystal *c, const char *name)
{
    size_t i = 0;

    while (i < c->kind_count && strcmp(c->kinds[i].name, name) != 0)
        i++;
    return i;
}

static orma_status check_kind(const crystal_kind *kind, orma_error **err)
{
    if (kind->name[0] == '\0')
        return refuse(err, "a kind has an empty name");
    if (kind->part_count == 0)
        return refuse(err, "kind \"%s\" has no symbols", kind->name);
    for (size_t i = 0; i < kind->part_count; i++)
        if (!(kind->parts[i].weight >= 0))
            return refuse(err, "kind \"%s\" has the negative weight %g",
                          kind->name, kind->parts[i].weight);
    const double sum = weight_sum(kind->parts, kind->part_count);
    if (sum - 1 > WEIGHT_TOLERANCE)
        return refuse(err, "the weights of kind \"%s\" sum to %g, more than 1",
                      kind->name, sum);
    if (!isnan(kind->mass) && !(kind->mass > 0))
        return refuse(err, "kind \"%s\" has the mass %g", kind->name,
                      kind->mass);
    return ORMA_OK;
}

/* Room for one more element of `size` bytes. */
static bool make_room(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    const size_t more = *capacity == 0 ? 8 : *capacity * 2;
    if (more > SIZE_MAX / size)
        return false;
    void *grown = realloc(*items, more * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = more;
    return true;
}

orma_status crystal_add_kind(crystal *c, const crystal_kind *kind,
                             orma_error **err)
{
    const orma_status st = check_kind(kind, err);
    if (st != ORMA_OK)
        return st;
    if (crystal_find_kind(c, kind->name) < c->kind_count)
        return refuse(err, "there are two kinds named \"%s\"", kind->name);

    void *kinds = c->kinds;
    const bool has_room =
        make_room(&kinds, c->kind_count, &c->kind_capacity, sizeof *c->kinds);
    c->kinds = kinds;
    char *name = strdup(kind->name);
    crystal_part *parts = calloc(kind->part_count, sizeof *parts);
    if (!has_room || name == NULL || parts == NULL) {
        free(name);
        free(parts);
        return refuse_memory(err);
    }
    memcpy(parts, kind->parts, kind->part_count * sizeof *parts);
    c->kinds[c->kind_count++] =
        (crystal_kind){name, parts, kind->part_count, kind->mass};
    return ORMA_OK;
}

orma_status crystal_add_site(crystal *c, size_t kind, const double position[3],
                             orma_error **err)
{
    if (c->site_count == CRYSTAL_MAX_SITES)
        return refuse(err, "more than %u sites", CRYSTAL_MAX_SITES);
    for (size_t i = 0; i < 3; i++)
        if (!isfinite(position[i]))
            return refuse(err, "site %zu has a coordinate that is no number",
                          c->site_count);
    void *sites = c->sites;
    const bool has_room =
        make_room(&sites, c->site_count, &c->site_capacity, sizeof *c->sites);
    c->sites = sites;
    if (!has_room)
        return refuse_memory(err);
    crystal_site *site = &c->sites[c->site_count++];
    site->kind = kind;
    memcpy(site->position, position, sizeof site->position);
    return ORMA_OK;
}

static bool kinds_are_equal(const crystal_kind *a, const crystal_kind *b)
{
    if (a->part_count != b->part_count)
        return false;
    for (size_t i = 0; i < a->part_count; i++)
        if (a->parts[i].element != b->parts[i].element ||
            a->parts[i].weight != b->parts[i].weight)
            return false;
    if (isnan(a->mass) || isnan(b->mass))
        return isnan(a->mass) && isnan(b->mass);
    return fabs(a->mass - b->mass) <= MASS_TOLERANCE;
}

static int by_symbol(const void *a, const void *b)
{
    const crystal_part *left = a, *right = b;
    return strcmp(left->element->symbol, right->element->symbol);
}

/* Distinct symbols in alphabetical order, "X" added for vacancies. */
static void automatic_name(const crystal_kind *kind, text *out)
{
    crystal_part *sorted = calloc(kind->part_count, sizeof *sorted);
    if (sorted == NULL) {
        out->no_memory = true;
        return;
    }
    memcpy(sorted, kind->parts, kind->part_count * sizeof *sorted);
    qsort(sorted, kind->part_count, sizeof *sorted, by_symbol);
    for (size_t i = 0; i < kind->part_count; i++)
        if (i == 0 || sorted[i].element != sorted[i - 1].element)
            text_add(out, sorted[i].element->symbol);
    free(sorted);
    if (has_vacancies(kind))
        text_add(out, "X");
}

/* Adds the kind under its automatic name, with a number when that is taken. */
static orma_status add_unnamed(crystal *c, const crystal_kind *kind,
                               orma_error **err)
{
    text name = {0};
    automatic_name(kind, &name);
    const size_t plain_len = name.len;
    orma_status st = text_status(&name, err);

    for (unsigned n = 1;
         st == ORMA_OK && crystal_find_kind(c, name.ptr) < c->kind_count; n++) {
        name.len = plain_len;
        text_format(&name, "%u", n);
        st = text_status(&name, err);
    }
    if (st == ORMA_OK) {
        crystal_kind named = *kind;
        named.name = name.ptr;
        st = crystal_add_kind(c, &named, err);
    }
    text_finish(&name);
    return st;
}

orma_status crystal_add_atom(crystal *c, const crystal_kind *kind,
                             const double position[3], orma_error **err)
{
    size_t i = 0;

    if (kind->name != NULL) {
        i = crystal_find_kind(c, kind->name);
        if (i < c->kind_count && !kinds_are_equal(&c->kinds[i], kind))
            return refuse(err, "two different kinds are named \"%s\"",
                          kind->name);
    } else {
        while (i < c->kind_count && !kinds_are_equal(&c->kinds[i], kind))
            i++;
    }
    if (i == c->kind_count) {
        const orma_status st = kind->name != NULL
                                   ? crystal_add_kind(c, kind, err)
                                   : add_unnamed(c, kind, err);
        if (st != ORMA_OK)
            return st;
    }
    return crystal_add_site(c, i, position, err);
}

orma_status crystal_add_element(crystal *c, const element *e, const char *name,
                                const double position[3], orma_error **err)
{
    const crystal_part part = {e, 1};
    const crystal_kind kind = {name, &part, 1, e->mass};

    return crystal_add_atom(c, &kind, position, err);
}

bool crystal_kind_is_pure(const crystal_kind *kind)
{
    return kind->part_count == 1 && !has_vacancies(kind);
}

bool crystal_is_pure(const crystal *c)
{
    for (size_t i = 0; i < c->kind_count; i++)
        if (!crystal_kind_is_pure(&c->kinds[i]))
            return false;
    return true;
}

orma_status crystal_need_pure(const crystal *c, const char *format,
                              orma_error **err)
{
    for (size_t i = 0; i < c->kind_count; i++)
        if (!crystal_kind_is_pure(&c->kinds[i]))
            return refuse(err,
                          "%s cannot hold kind \"%s\", an alloy or partly "
                          "vacant site; export it as cif",
                          format, c->kinds[i].name);
    return ORMA_OK;
}

void crystal_put_in_box(crystal *c)
{
    const double vacuum = 10; /* Å, AiiDA's default of `import ase|xyz` */

    for (size_t k = 0; k < 3; k++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < c->site_count; i++) {
            low = fmin(low, c->sites[i].position[k]);
            high = fmax(high, c->sites[i].position[k]);
        }
        for (size_t i = 0; i < c->site_count; i++)
            c->sites[i].position[k] -= low;
        for (size_t j = 0; j < 3; j++)
            c->cell.row[k][j] = 0;
        c->cell.row[k][k] = (c->site_count > 0 ? high - low : 0) + vacuum;
        c->pbc[k] = false;
    }
}

orma_status crystal_validate(const crystal *c, orma_error **err)
{
    bool *is_used = calloc(c->kind_count + 1, sizeof *is_used);
    size_t unused = 0;

    if (is_used == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < c->site_count; i++)
        is_used[c->sites[i].kind] = true;
    while (unused < c->kind_count && is_used[unused])
        unused++;
    free(is_used);
    if (unused < c->kind_count)
        return refuse(err, "kind \"%s\" has no site", c->kinds[unused].name);
    if (!cell_is_regular(&c->cell, c->pbc))
        return refuse(err, "the cell's vectors in the periodic directions span "
                           "no volume; set cell, or pbc to false");
    return ORMA_OK;
}

/* "Si" for a pure kind, else as AiiDA "{Ga0.50In0.50}". */
static void kind_formula(const crystal_kind *kind, text *out)
{
    const crystal_kind *k = kind;
    double vacant = 1 - weight_sum(k->parts, k->part_count);
    bool is_vacancy_written = !has_vacancies(kind);

    if (crystal_kind_is_pure(kind)) {
        text_add(out, k->parts[0].element->symbol);
        return;
    }
    crystal_part *sorted = calloc(k->part_count, sizeof *sorted);
    if (sorted == NULL) {
        out->no_memory = true;
        return;
    }
    memcpy(sorted, k->parts, k->part_count * sizeof *sorted);
    qsort(sorted, k->part_count, sizeof *sorted, by_symbol);
    text_add(out, "{");
    for (size_t i = 0; i < k->part_count; i++) {
        const char *symbol = sorted[i].element->symbol;
        if (!is_vacancy_written && strcmp(symbol, "X") > 0) {
            text_format(out, "X%4.2f", vacant);
            is_vacancy_written = true;
        }
        text_format(out, "%s%4.2f", symbol, sorted[i].weight);
    }
    if (!is_vacancy_written)
        text_format(out, "X%4.2f", vacant);
    text_add(out, "}");
    free(sorted);
}

typedef struct formula_term {
    text symbol;
    size_t count;
} formula_term;

/* Hill's order: C, then H, then the alphabet; without C the alphabet alone. */
static int hill_rank(const formula_term *term, bool has_carbon)
{
    if (has_carbon && strcmp(term->symbol.ptr, "C") == 0)
        return 0;
    if (has_carbon && strcmp(term->symbol.ptr, "H") == 0)
        return 1;
    return 2;
}

static bool hill_before(const formula_term *a, const formula_term *b,
                        bool has_carbon)
{
    const int left = hill_rank(a, has_carbon), right = hill_rank(b, has_carbon);

    if (left != right)
        return left < right;
    return strcmp(a->symbol.ptr, b->symbol.ptr) < 0;
}

/* One term for each distinct symbol; `terms` has room for all kinds. */
static size_t formula_terms(const crystal *c, formula_term *terms)
{
    size_t n = 0;

    for (size_t i = 0; i < c->kind_count; i++) {
        text symbol = {0};
        size_t count = 0, t = 0;
        kind_formula(&c->kinds[i], &symbol);
        if (symbol.no_memory) {
            text_finish(&symbol);
            continue;
        }
        for (size_t s = 0; s < c->site_count; s++)
            count += c->sites[s].kind == i;
        while (t < n && strcmp(terms[t].symbol.ptr, symbol.ptr) != 0)
            t++;
        if (t < n) {
            terms[t].count += count;
            text_finish(&symbol);
        } else {
            terms[n++] = (formula_term){symbol, count};
        }
    }
    return n;
}

void crystal_formula(const crystal *c, text *out)
{
    formula_term *terms = calloc(c->kind_count + 1, sizeof *terms);
    bool has_carbon = false;

    if (terms == NULL) {
        out->no_memory = true;
        return;
    }
    const size_t n = formula_terms(c, terms);
    for (size_t i = 0; i < n; i++)
        has_carbon = has_carbon || strcmp(terms[i].symbol.ptr, "C") == 0;
    for (size_t i = 1; i < n; i++)
        for (size_t j = i;
             j > 0 && hill_before(&terms[j], &terms[j - 1], has_carbon); j--) {
            const formula_term swapped = terms[j];
            terms[j] = terms[j - 1];
            terms[j - 1] = swapped;
        }
    for (size_t i = 0; i < n; i++) {
        if (terms[i].count > 0)
            text_bytes(out, terms[i].symbol.ptr, terms[i].symbol.len);
        if (terms[i].count > 1)
            text_format(out, "%zu", terms[i].count);
        text_finish(&terms[i].symbol);
    }
    free(terms);
}
