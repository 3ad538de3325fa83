/* Structures as inputs of Quantum ESPRESSO's pw.x.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "structure_formats.h"

#define MAX_TYPES 1000
#define MAX_IBRAV 99

/* What of the namelist SYSTEM describes the structure; NAN: not given. */
typedef struct pw_system {
    double ibrav, nat, ntyp, space_group;
    double celldm[6]; /* the first in bohr */
    double a, b, c;   /* Å */
    double cosab, cosac, cosbc;
} pw_system;

/* The next token of a namelist's line: a name, "=", a value or "/". */
static bool next_token(scan *s, orma_str *token)
{
    orma_str *line = &s->line;
    size_t n = 0;

    while (line->len > 0 && strchr(" \t,\r", line->ptr[0]) != NULL) {
        line->ptr++;
        line->len--;
    }
    if (line->len == 0 || line->ptr[0] == '!' || line->ptr[0] == '#')
        return false;
    if (line->ptr[0] == '\'' || line->ptr[0] == '"') {
        const char *end = memchr(line->ptr + 1, line->ptr[0], line->len - 1);
        n = end != NULL ? (size_t)(end - line->ptr) + 1 : line->len;
    } else if (line->ptr[0] == '=' || line->ptr[0] == '/') {
        n = 1;
    } else {
        while (n < line->len && strchr(" \t,\r=/!", line->ptr[n]) == NULL)
            n++;
    }
    if (n == 0) /* a NUL byte, which strchr() finds, too */
        n = 1;
    *token = (orma_str){line->ptr, n};
    line->ptr += n;
    line->len -= n;
    return true;
}

/* Where `key` stores its value number `index`; NULL: of no interest. */
static double *destination(pw_system *system, orma_str key, size_t index)
{
    const struct {
        const char *name;
        double *value;
    } names[] = {
        {"ibrav", &system->ibrav}, {"nat", &system->nat},
        {"ntyp", &system->ntyp},   {"space_group", &system->space_group},
        {"a", &system->a},         {"b", &system->b},
        {"c", &system->c},         {"cosab", &system->cosab},
        {"cosac", &system->cosac}, {"cosbc", &system->cosbc},
    };
    if (word_begins(key, "celldm")) {
        if (key.len == 9 && key.ptr[6] == '(' && key.ptr[8] == ')' &&
            key.ptr[7] >= '1' && key.ptr[7] <= '6')
            index += (size_t)(key.ptr[7] - '1');
        else if (key.len != 6)
            return NULL;
        return index < 6 ? &system->celldm[index] : NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (index == 0 && word_is(key, names[i].name))
            return names[i].value;
    return NULL;
}

/* A name, and which of its values comes next. */
typedef struct assignment {
    orma_str key;
    size_t index;
} assignment;

static orma_status assign(const scan *s, pw_system *system, assignment *a,
                          orma_str value, orma_error **err)
{
    char shown[64], name[32];
    double *where = destination(system, a->key, a->index++);

    if (where != NULL && !word_real(value, where))
        return scan_refuse(s, err, "%s is \"%s\", not a number",
                           word_text(a->key, name, sizeof name),
                           word_text(value, shown, sizeof shown));
    return ORMA_OK;
}

/* The assignments up to the "/" that ends the namelist. A word is a name when
 * "=" follows it, else one more value of the name before. */
static orma_status read_namelist(scan *s, pw_system *system, orma_error **err)
{
    assignment current = {{"", 0}, 0};
    orma_str pending = {NULL, 0}, token;
    orma_status st = ORMA_OK;

    do {
        while (st == ORMA_OK && next_token(s, &token)) {
            if (word_is(token, "=") && pending.ptr != NULL) {
                current = (assignment){pending, 0};
                pending.ptr = NULL;
                continue;
            }
            if (pending.ptr != NULL)
                st = assign(s, system, &current, pending, err);
            if (word_is(token, "/") || word_is(token, "&end"))
                return st;
            pending = token;
        }
        if (st == ORMA_OK && pending.ptr != NULL && current.key.len > 0) {
            /* A value ends with its line; a name may stand before its "=". */
            scan ahead = *s;
            orma_str next;
            if (!scan_filled_line(&ahead) || !next_token(&ahead, &next) ||
                !word_is(next, "=")) {
                st = assign(s, system, &current, pending, err);
                pending.ptr = NULL;
            }
        }
    } while (st == ORMA_OK && scan_line(s));
    return st != ORMA_OK
               ? st
               : scan_refuse(s, err, "namelist SYSTEM is not ended by \"/\"");
}

static bool is_count(double value, double low, double high)
{
    return value >= low && value <= high && floor(value) == value;
}

static orma_status read_system(scan *s, pw_system *system, orma_error **err)
{
    orma_str word;

    system->ibrav = system->nat = system->ntyp = system->space_group = NAN;
    system->a = system->b = system->c = NAN;
    system->cosab = system->cosac = system->cosbc = NAN;
    for (size_t i = 0; i < 6; i++)
        system->celldm[i] = NAN;
    while (scan_filled_line(s))
        if (scan_word(s, &word) && word_is(word, "&system")) {
            const orma_status st = read_namelist(s, system, err);
            if (st != ORMA_OK)
                return st;
            if (!isnan(system->space_group))
                return scan_refuse(s, err,
                                   "space_group is not read; write all "
                                   "atoms and ibrav");
            if (!is_count(system->nat, 1, CRYSTAL_MAX_SITES) ||
                !is_count(system->ntyp, 1, MAX_TYPES) ||
                !is_count(system->ibrav, -MAX_IBRAV, MAX_IBRAV))
                return scan_refuse(s, err,
                                   "namelist SYSTEM must set ibrav, "
                                   "nat and ntyp");
            return ORMA_OK;
        }
    return refuse(err, "%s: there is no namelist SYSTEM", s->name);
}

/* Puts the scan on the card's line, of which `unit` is the rest without
 * brackets: "alat", "" when there is none. */
static bool find_card(scan *s, const char *card, char *unit, size_t size)
{
    const size_t len = strlen(card);

    while (scan_filled_line(s)) {
        orma_str line = s->line;
        size_t n = 0;
        while (line.len > 0 && (*line.ptr == ' ' || *line.ptr == '\t')) {
            line.ptr++;
            line.len--;
        }
        if (!word_begins(line, card) ||
            (line.len > len &&
             (isalnum((unsigned char)line.ptr[len]) || line.ptr[len] == '_')))
            continue;
        for (size_t i = len; i < line.len && n + 1 < size; i++) {
            const char c = line.ptr[i];
            if (c == '!' || c == '#')
                break;
            if (isalnum((unsigned char)c) || c == '_' || c == '.')
                unit[n++] = (char)tolower((unsigned char)c);
            else if (n > 0 && unit[n - 1] != ' ')
                unit[n++] = ' ';
        }
        while (n > 0 && unit[n - 1] == ' ')
            n--;
        unit[n] = '\0';
        return true;
    }
    return false;
}

/* The next line of a card that is not a comment, and its first word. */
static bool card_line(scan *s, orma_str *word)
{
    while (scan_filled_line(s))
        if (scan_word(s, word) && word->ptr[0] != '!' && word->ptr[0] != '#')
            return true;
    return false;
}

/* A number, or a fraction such as 1/3, which pw.x reads, too. */
static bool coordinate(orma_str word, double *out)
{
    const char *slash = memchr(word.ptr, '/', word.len);
    double over = 1;

    if (slash != NULL) {
        const size_t len = (size_t)(slash - word.ptr);
        const orma_str below = {slash + 1, word.len - len - 1};
        if (!word_real(below, &over) || over == 0)
            return false;
        word.len = len;
    }
    if (!word_real(word, out))
        return false;
    *out /= over;
    return true;
}

static orma_status read_species(scan *s, const pw_system *system, crystal *c,
                                orma_error **err)
{
    char unit[32], name[64];
    orma_str word, mass;

    if (!find_card(s, "ATOMIC_SPECIES", unit, sizeof unit))
        return refuse(err, "%s: card ATOMIC_SPECIES is missing", s->name);
    for (int i = 0; i < (int)system->ntyp; i++) {
        if (!card_line(s, &word))
            return scan_refuse(s, err, "%d species are announced, %d found",
                               (int)system->ntyp, i);
        const element *e = element_of_label(word.ptr, word.len);
        word_text(word, name, sizeof name);
        if (e == NULL)
            return scan_refuse(s, err,
                               "species \"%s\" does not begin with a "
                               "chemical symbol",
                               name);
        const crystal_part part = {e, 1};
        crystal_kind kind = {name, &part, 1, e->mass};
        if (!scan_word(s, &mass) || !word_real(mass, &kind.mass))
            return scan_refuse(s, err, "species \"%s\" has no mass", name);
        if (!(kind.mass > 0)) /* pw.x takes its own mass then */
            kind.mass = e->mass;
        const orma_status st = crystal_add_kind(c, &kind, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

/* celldm from whichever of the two forms is given; the first in Å. */
static orma_status lattice_parameters(const scan *s, const pw_system *system,
                                      double celldm[6], orma_error **err)
{
    const int ibrav = (int)system->ibrav;
    const double *given = system->celldm;

    if (!isnan(system->a) && !isnan(given[0]))
        return scan_refuse(s, err, "both celldm(1) and A are given");
    if (isnan(system->a)) {
        memcpy(celldm, given, 6 * sizeof *celldm);
        celldm[0] *= BOHR_ANGSTROM;
        return ORMA_OK;
    }
    celldm[0] = system->a;
    celldm[1] = system->b / system->a;
    celldm[2] = system->c / system->a;
    celldm[3] = ibrav == 14 ? system->cosbc : system->cosab;
    celldm[4] = system->cosac;
    celldm[5] = system->cosab;
    return ORMA_OK;
}

/* CELL_PARAMETERS. *alat: Å, NAN when not known yet. */
static orma_status read_free_cell(scan *s, double *alat, crystal *c,
                                  orma_error **err)
{
    char unit[32];
    orma_str word;
    double scale = BOHR_ANGSTROM;

    if (!find_card(s, "CELL_PARAMETERS", unit, sizeof unit))
        return refuse(err, "%s: ibrav is 0 and card CELL_PARAMETERS missing",
                      s->name);
    if (strncmp(unit, "alat", 4) == 0 || (unit[0] == '\0' && !isnan(*alat))) {
        double written; /* "alat= 10.2" in bohr, as pw.x prints it */
        if (word_real(
                (orma_str){unit + 5, strlen(unit) > 5 ? strlen(unit) - 5 : 0},
                &written))
            *alat = written * BOHR_ANGSTROM;
        if (isnan(*alat))
            return scan_refuse(s, err,
                               "the unit is alat, but neither "
                               "celldm(1) nor A is given");
        scale = *alat;
    } else if (strcmp(unit, "angstrom") == 0) {
        scale = 1;
    } else if (unit[0] != '\0' && strcmp(unit, "bohr") != 0) {
        return scan_refuse(s, err,
                           "unit \"%s\" is none of alat, bohr and "
                           "angstrom",
                           unit);
    }
    for (size_t i = 0; i < 3; i++) {
        if (!card_line(s, &word) || !word_real(word, &c->cell.row[i][0]) ||
            !scan_reals(s, &c->cell.row[i][1], 2))
            return scan_refuse(s, err,
                               "three numbers of lattice vector %zu "
                               "are expected here",
                               i + 1);
        for (size_t j = 0; j < 3; j++)
            c->cell.row[i][j] *= scale;
    }
    if (isnan(*alat))
        *alat = vector_length(c->cell.row[0]);
    return ORMA_OK;
}

static orma_status read_cell(scan *s, const pw_system *system, double *alat,
                             crystal *c, orma_error **err)
{
    double celldm[6];
    orma_status st = lattice_parameters(s, system, celldm, err);

    if (st != ORMA_OK)
        return st;
    *alat = celldm[0];
    return system->ibrav == 0
               ? read_free_cell(s, alat, c, err)
               : cell_from_ibrav((long)system->ibrav, celldm, &c->cell, err);
}

static orma_status read_position(scan *s, orma_str label, double scale,
                                 crystal *c, orma_error **err)
{
    char name[64];
    orma_str word;
    double given[3], position[3];
    const size_t kind =
        crystal_find_kind(c, word_text(label, name, sizeof name));

    if (kind == c->kind_count)
        return scan_refuse(s, err, "\"%s\" is not among ATOMIC_SPECIES", name);
    for (size_t i = 0; i < 3; i++)
        if (!scan_word(s, &word) || !coordinate(word, &given[i]))
            return scan_refuse(s, err, "three coordinates are expected here");
    if (isnan(scale))
        cell_apply(&c->cell, given, position);
    else
        for (size_t i = 0; i < 3; i++)
            position[i] = given[i] * scale;
    return crystal_add_site(c, kind, position, err);
}

static orma_status read_positions(scan *s, const pw_system *system, double alat,
                                  crystal *c, orma_error **err)
{
    const struct {
        const char *unit;
        double scale;
    } units[] = {
        {"", alat},      {"alat", alat},   {"bohr", BOHR_ANGSTROM},
        {"angstrom", 1}, {"crystal", NAN},
    };
    const size_t n = sizeof units / sizeof *units;
    char unit[32];
    orma_str word;
    size_t u = 0;
    orma_status st = ORMA_OK;

    if (!find_card(s, "ATOMIC_POSITIONS", unit, sizeof unit))
        return refuse(err, "%s: card ATOMIC_POSITIONS is missing", s->name);
    while (u < n && strcmp(units[u].unit, unit) != 0)
        u++;
    if (u == n)
        return scan_refuse(s, err,
                           "unit \"%s\" is none of alat, bohr, "
                           "angstrom and crystal",
                           unit);
    for (long i = 0; i < (long)system->nat && st == ORMA_OK; i++) {
        if (!card_line(s, &word))
            return scan_refuse(s, err, "%ld atoms are announced, %ld found",
                               (long)system->nat, i);
        st = read_position(s, word, units[u].scale, c, err);
    }
    return st;
}

/* pw.x allows species without atoms, AiiDA no kinds without sites. */
static orma_status drop_unused_kinds(crystal *c, orma_error **err)
{
    crystal kept;
    orma_status st = ORMA_OK;
    bool *is_used = calloc(c->kind_count + 1, sizeof *is_used);

    if (is_used == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < c->site_count; i++)
        is_used[c->sites[i].kind] = true;
    crystal_init(&kept);
    kept.cell = c->cell;
    for (size_t k = 0; k < c->kind_count && st == ORMA_OK; k++)
        if (is_used[k])
            st = crystal_add_kind(&kept, &c->kinds[k], err);
    for (size_t i = 0; i < c->site_count && st == ORMA_OK; i++)
        st = crystal_add_site(
            &kept, crystal_find_kind(&kept, c->kinds[c->sites[i].kind].name),
            c->sites[i].position, err);
    free(is_used);
    crystal_finish(c);
    *c = kept;
    return st;
}

orma_status pwi_read(const char *name, orma_str content, crystal *c,
                     orma_error **err)
{
    pw_system system;
    double alat = NAN;
    scan s;

    scan_init(&s, name, content);
    orma_status st = read_system(&s, &system, err);
    /* Cards come in any order: each is looked for from the start. */
    if (st == ORMA_OK) {
        scan_init(&s, name, content);
        st = read_species(&s, &system, c, err);
    }
    if (st == ORMA_OK) {
        scan_init(&s, name, content);
        st = read_cell(&s, &system, &alat, c, err);
    }
    if (st == ORMA_OK) {
        scan_init(&s, name, content);
        st = read_positions(&s, &system, alat, c, err);
    }
    return st == ORMA_OK ? drop_unused_kinds(c, err) : st;
}

orma_status pwi_write(const crystal *c, text *out, orma_error **err)
{
    static const bool all[3] = {true, true, true};
    const orma_status st = crystal_need_pure(c, "pwi", err);

    if (st != ORMA_OK)
        return st;
    if (!cell_is_regular(&c->cell, all))
        return refuse(err, "pwi needs a cell with a volume");
    text_format(out,
                "&CONTROL\n/\n&SYSTEM\n  ibrav = 0\n  nat = %zu\n"
                "  ntyp = %zu\n/\n&ELECTRONS\n/\nATOMIC_SPECIES\n",
                c->site_count, c->kind_count);
    for (size_t i = 0; i < c->kind_count; i++)
        text_format(out, "%-6s %.10g %s.UPF\n", c->kinds[i].name,
                    c->kinds[i].mass, c->kinds[i].parts[0].element->symbol);
    text_add(out, "ATOMIC_POSITIONS angstrom\n");
    for (size_t i = 0; i < c->site_count; i++) {
        const double *r = c->sites[i].position;
        text_format(out, "%-6s %20.12f %20.12f %20.12f\n",
                    c->kinds[c->sites[i].kind].name, r[0], r[1], r[2]);
    }
    text_add(out, "CELL_PARAMETERS angstrom\n");
    for (size_t i = 0; i < 3; i++)
        text_format(out, "%20.12f %20.12f %20.12f\n", c->cell.row[i][0],
                    c->cell.row[i][1], c->cell.row[i][2]);
    return text_status(out, err);
}
