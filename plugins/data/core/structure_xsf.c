/* Structures as XCrySDen's XSF; of an animation the last frame is read.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "structure_formats.h"

/* Keywords and the periodic directions that they stand for. */
static const struct {
    const char *keyword;
    int periodic;
} dimensions[] = {
    {"MOLECULE", 0},
    {"POLYMER", 1},
    {"SLAB", 2},
    {"CRYSTAL", 3},
};

static void set_dimension(crystal *c, int periodic)
{
    for (int i = 0; i < 3; i++)
        c->pbc[i] = i < periodic;
}

/* The next line that is neither blank nor a comment, and its first word. */
static bool content_line(scan *s, orma_str *word)
{
    while (scan_filled_line(s))
        if (scan_word(s, word) && word->ptr[0] != '#')
            return true;
    return false;
}

static orma_status read_vectors(scan *s, matrix *cell, orma_error **err)
{
    orma_str word;

    for (size_t i = 0; i < 3; i++)
        if (!content_line(s, &word) || !word_real(word, &cell->row[i][0]) ||
            !scan_reals(s, &cell->row[i][1], 2))
            return scan_refuse(s, err,
                               "three numbers of lattice vector %zu "
                               "are expected here",
                               i + 1);
    return ORMA_OK;
}

/* Atomic number or symbol and three coordinates, on the current line. */
static orma_status read_atom(scan *s, orma_str word, crystal *c,
                             orma_error **err)
{
    double position[3];
    char shown[64];
    long number;
    const element *e = word_integer(word, &number)
                           ? element_by_number(number)
                           : element_of_label(word.ptr, word.len);

    if (e == NULL)
        return scan_refuse(s, err,
                           "\"%s\" is neither an atomic number nor a symbol",
                           word_text(word, shown, sizeof shown));
    if (!scan_reals(s, position, 3))
        return scan_refuse(s, err, "three coordinates are expected here");
    return crystal_add_element(c, e, NULL, position, err);
}

static void forget_atoms(crystal *c)
{
    const matrix cell = c->cell;
    const bool pbc[3] = {c->pbc[0], c->pbc[1], c->pbc[2]};

    crystal_finish(c);
    crystal_init(c);
    c->cell = cell;
    memcpy(c->pbc, pbc, sizeof pbc);
}

/* PRIMCOORD: a count and so many atoms. */
static orma_status read_counted(scan *s, crystal *c, orma_error **err)
{
    orma_str word;
    long count;
    orma_status st = ORMA_OK;

    forget_atoms(c);
    if (!content_line(s, &word) || !word_integer(word, &count) || count < 1)
        return scan_refuse(s, err, "the number of atoms is expected here");
    for (long i = 0; i < count && st == ORMA_OK; i++) {
        if (!content_line(s, &word))
            return scan_refuse(s, err, "%ld atoms are announced, %ld found",
                               count, i);
        st = read_atom(s, word, c, err);
    }
    return st;
}

/* ATOMS: lines up to the next keyword, which is left in *word. */
static orma_status read_open(scan *s, crystal *c, orma_str *word,
                             bool *has_word, orma_error **err)
{
    orma_status st = ORMA_OK;

    forget_atoms(c);
    *has_word = content_line(s, word);
    while (st == ORMA_OK && *has_word) {
        scan ahead = *s;
        double number;
        orma_str next;
        /* A keyword is followed by nothing or by a single number. */
        if (!scan_word(&ahead, &next) || !word_real(next, &number) ||
            !scan_word(&ahead, &next))
            break;
        st = read_atom(s, *word, c, err);
        if (st == ORMA_OK)
            *has_word = content_line(s, word);
    }
    return st;
}

/* DIM-GROUP: the number of periodic directions on the next line. */
static orma_status read_dim_group(scan *s, crystal *c, orma_error **err)
{
    orma_str word;
    long periodic;

    if (!content_line(s, &word) || !word_integer(word, &periodic) ||
        periodic < 0 || periodic > 3)
        return scan_refuse(s, err, "a number from 0 to 3 is expected here");
    set_dimension(c, (int)periodic);
    return ORMA_OK;
}

static bool is_dimension(orma_str word, crystal *c)
{
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++)
        if (word_is(word, dimensions[i].keyword)) {
            set_dimension(c, dimensions[i].periodic);
            return true;
        }
    return false;
}

static orma_status read_section(scan *s, orma_str *word, crystal *c,
                                bool *has_word, orma_error **err)
{
    char shown[64];
    matrix conventional;
    orma_status st = ORMA_OK;

    if (word_is(*word, "ATOMS"))
        return read_open(s, c, word, has_word, err);
    if (word_is(*word, "PRIMVEC"))
        st = read_vectors(s, &c->cell, err);
    else if (word_is(*word, "CONVVEC"))
        st = read_vectors(s, &conventional, err);
    else if (word_is(*word, "PRIMCOORD"))
        st = read_counted(s, c, err);
    else if (word_is(*word, "DIM-GROUP"))
        st = read_dim_group(s, c, err);
    else if (!is_dimension(*word, c) && !word_is(*word, "ANIMSTEPS"))
        return scan_refuse(s, err, "\"%s\" is no keyword of XSF",
                           word_text(*word, shown, sizeof shown));
    if (st == ORMA_OK)
        *has_word = content_line(s, word);
    return st;
}

orma_status xsf_read(const char *name, orma_str content, crystal *c,
                     orma_error **err)
{
    static const matrix none;
    scan s;
    orma_str word;
    orma_status st = ORMA_OK;

    scan_init(&s, name, content);
    set_dimension(c, 0);
    bool has_word = content_line(&s, &word);
    /* Data on grids follow the structure and are of no interest here. */
    while (st == ORMA_OK && has_word && !word_begins(word, "BEGIN_"))
        st = read_section(&s, &word, c, &has_word, err);
    if (st != ORMA_OK)
        return st;
    if (c->site_count == 0)
        return scan_refuse(&s, err, "the file holds no atoms");
    if (memcmp(&c->cell, &none, sizeof none) == 0) {
        if (c->pbc[0])
            return scan_refuse(&s, err, "PRIMVEC is missing");
        crystal_put_in_box(c);
    }
    return ORMA_OK;
}

orma_status xsf_write(const crystal *c, text *out, orma_error **err)
{
    static const bool all[3] = {true, true, true};
    const size_t periodic = (size_t)c->pbc[0] + c->pbc[1] + c->pbc[2];
    const orma_status st = crystal_need_pure(c, "xsf", err);

    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < 3; i++)
        if (c->pbc[i] != (i < periodic))
            return refuse(err, "xsf holds slabs periodic along the first two "
                               "vectors and polymers along the first only");
    text_format(out, "%s\n", dimensions[periodic].keyword);
    if (cell_is_regular(&c->cell, all)) {
        text_add(out, "PRIMVEC\n");
        for (size_t i = 0; i < 3; i++)
            text_format(out, "%20.12f %20.12f %20.12f\n", c->cell.row[i][0],
                        c->cell.row[i][1], c->cell.row[i][2]);
        text_format(out, "PRIMCOORD\n%zu 1\n", c->site_count);
    } else if (periodic == 0) {
        text_add(out, "ATOMS\n");
    } else {
        return refuse(err, "xsf needs a cell of three vectors");
    }
    for (size_t i = 0; i < c->site_count; i++) {
        const crystal_site *site = &c->sites[i];
        text_format(out, "%3d %20.12f %20.12f %20.12f\n",
                    c->kinds[site->kind].parts[0].element->number,
                    site->position[0], site->position[1], site->position[2]);
    }
    return text_status(out, err);
}
