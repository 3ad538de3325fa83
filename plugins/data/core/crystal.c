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

#define NO_KIND SIZE_MAX
#define FNV_START UINT64_C(0xcbf29ce484222325)

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
    free(c->links);
    free(c->by_name.first);
    free(c->by_parts.first);
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

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static size_t name_bucket(const crystal *c, const char *name)
{
    const uint64_t hash = hash_bytes(FNV_START, name, strlen(name));
    return (size_t)(hash ^ hash >> 32) & (c->bucket_count - 1);
}

/* By symbols and weights; masses are equal within a tolerance only. */
static size_t parts_bucket(const crystal *c, const crystal_kind *kind)
{
    uint64_t hash = FNV_START;

    for (size_t i = 0; i < kind->part_count; i++) {
        const double weight = kind->parts[i].weight + 0.0; /* -0 is 0 */
        hash = hash_bytes(hash, &kind->parts[i].element,
                          sizeof kind->parts[i].element);
        hash = hash_bytes(hash, &weight, sizeof weight);
    }
    return (size_t)(hash ^ hash >> 32) & (c->bucket_count - 1);
}

/* Where the last link of the bucket's chain is to be written. */
static void chain(kind_chains *chains, size_t bucket, size_t kind,
                  size_t *link_of_last)
{
    if (chains->first[bucket] == NO_KIND)
        chains->first[bucket] = kind;
    else
        *link_of_last = kind;
    chains->last[bucket] = kind;
}

static void chain_kind(crystal *c, size_t kind)
{
    const size_t name = name_bucket(c, c->kinds[kind].name);
    const size_t parts = parts_bucket(c, &c->kinds[kind]);
    const size_t last_name = c->by_name.last[name];
    const size_t last_parts = c->by_parts.last[parts];

    c->links[kind].next_of_name = c->links[kind].next_of_parts = NO_KIND;
    chain(&c->by_name, name, kind,
          last_name == NO_KIND ? NULL : &c->links[last_name].next_of_name);
    chain(&c->by_parts, parts, kind,
          last_parts == NO_KIND ? NULL : &c->links[last_parts].next_of_parts);
}

/* `first` and `last` of one table in one block. */
static bool chains_create(kind_chains *chains, size_t bucket_count)
{
    size_t *first = calloc(bucket_count, 2 * sizeof *first);

    if (first == NULL)
        return false;
    for (size_t i = 0; i < 2 * bucket_count; i++)
        first[i] = NO_KIND;
    *chains = (kind_chains){first, first + bucket_count};
    return true;
}

/* As many buckets as there is room for kinds. */
static bool make_buckets(crystal *c)
{
    kind_chains by_name, by_parts;

    if (c->bucket_count >= c->kind_capacity)
        return true;
    if (!chains_create(&by_name, c->kind_capacity))
        return false;
    if (!chains_create(&by_parts, c->kind_capacity)) {
        free(by_name.first);
        return false;
    }
    free(c->by_name.first);
    free(c->by_parts.first);
    c->by_name = by_name;
    c->by_parts = by_parts;
    c->bucket_count = c->kind_capacity;
    for (size_t i = 0; i < c->kind_count; i++)
        chain_kind(c, i);
    return true;
}

size_t crystal_find_kind(const crystal *c, const char *name)
{
    if (c->kind_count == 0)
        return 0;
    size_t i = c->by_name.first[name_bucket(c, name)];
    while (i != NO_KIND && strcmp(c->kinds[i].name, name) != 0)
        i = c->links[i].next_of_name;
    return i == NO_KIND ? c->kind_count : i;
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

/* Room for one more kind, found by its name and its parts. */
static bool make_kind_room(crystal *c)
{
    size_t capacity = c->kind_capacity;
    void *kinds = c->kinds, *links = c->links;

    if (c->kind_count < capacity)
        return true;
    if (!make_room(&kinds, c->kind_count, &capacity, sizeof *c->kinds))
        return false;
    c->kinds = kinds;
    capacity = c->kind_capacity;
    if (!make_room(&links, c->kind_count, &capacity, sizeof *c->links))
        return false;
    c->links = links;
    c->kind_capacity = capacity;
    return make_buckets(c);
}

orma_status crystal_add_kind(crystal *c, const crystal_kind *kind,
                             orma_error **err)
{
    const orma_status st = check_kind(kind, err);
    if (st != ORMA_OK)
        return st;
    if (crystal_find_kind(c, kind->name) < c->kind_count)
        return refuse(err, "there are two kinds named \"%s\"", kind->name);

    const bool has_room = make_kind_room(c);
    char *name = strdup(kind->name);
    crystal_part *parts = calloc(kind->part_count, sizeof *parts);
    if (!has_room || name == NULL || parts == NULL) {
        free(name);
        free(parts);
        return refuse_memory(err);
    }
    memcpy(parts, kind->parts, kind->part_count * sizeof *parts);
    c->kinds[c->kind_count] =
        (crystal_kind){name, parts, kind->part_count, kind->mass};
    c->links[c->kind_count] = (kind_links){.next_number = 1};
    chain_kind(c, c->kind_count++);
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

/* The first kind that is equal but for its name; kind_count: none is. */
static size_t find_equal(const crystal *c, const crystal_kind *kind)
{
    if (c->kind_count == 0)
        return 0;
    size_t i = c->by_parts.first[parts_bucket(c, kind)];
    while (i != NO_KIND && !kinds_are_equal(&c->kinds[i], kind))
        i = c->links[i].next_of_parts;
    return i == NO_KIND ? c->kind_count : i;
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
    const size_t plain =
        st == ORMA_OK ? crystal_find_kind(c, name.ptr) : c->kind_count;

    /* Names are never given up: numbers that were taken still are. */
    while (st == ORMA_OK && crystal_find_kind(c, name.ptr) < c->kind_count) {
        name.len = plain_len;
        text_format(&name, "%u", c->links[plain].next_number++);
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
        i = find_equal(c, kind);
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

static int by_term(const void *a, const void *b)
{
    const formula_term *left = a, *right = b;
    return strcmp(left->symbol.ptr, right->symbol.ptr);
}

/* One term for each distinct symbol that has sites, in alphabetical order;
 * `terms` has room for all kinds. */
static size_t formula_terms(const crystal *c, formula_term *terms, text *out)
{
    size_t *counts = calloc(c->kind_count + 1, sizeof *counts);
    size_t n = 0, distinct = 0;

    if (counts == NULL) {
        out->no_memory = true;
        return 0;
    }
    for (size_t s = 0; s < c->site_count; s++)
        counts[c->sites[s].kind]++;
    for (size_t i = 0; i < c->kind_count; i++) {
        text symbol = {0};
        if (counts[i] == 0)
            continue;
        kind_formula(&c->kinds[i], &symbol);
        if (symbol.no_memory) {
            out->no_memory = true;
            text_finish(&symbol);
            continue;
        }
        terms[n++] = (formula_term){symbol, counts[i]};
    }
    free(counts);
    if (n > 0)
        qsort(terms, n, sizeof *terms, by_term);
    for (size_t i = 0; i < n; i++) {
        if (distinct > 0 && by_term(&terms[distinct - 1], &terms[i]) == 0) {
            terms[distinct - 1].count += terms[i].count;
            text_finish(&terms[i].symbol);
        } else {
            terms[distinct++] = terms[i];
        }
    }
    return distinct;
}

void crystal_formula(const crystal *c, text *out)
{
    formula_term *terms = calloc(c->kind_count + 1, sizeof *terms);
    bool has_carbon = false;

    if (terms == NULL) {
        out->no_memory = true;
        return;
    }
    const size_t n = formula_terms(c, terms, out);
    for (size_t i = 0; i < n; i++)
        has_carbon = has_carbon || strcmp(terms[i].symbol.ptr, "C") == 0;
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; i < n; i++) {
            if (hill_rank(&terms[i], has_carbon) != rank)
                continue;
            text_bytes(out, terms[i].symbol.ptr, terms[i].symbol.len);
            if (terms[i].count > 1)
                text_format(out, "%zu", terms[i].count);
        }
    for (size_t i = 0; i < n; i++)
        text_finish(&terms[i].symbol);
    free(terms);
}
