/* Structures as XCrySDen's XSF, also animated.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
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

/* A file being read: the scan, and what later atoms belong to. */
typedef struct xsf {
    scan s;
    matrix cell;
    bool pbc[3];
    bool has_cell;
    size_t frames;
    frame_visit *visit;
    void *user;
} xsf;

static void set_dimension(xsf *x, int periodic)
{
    for (int i = 0; i < 3; i++)
        x->pbc[i] = i < periodic;
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

/* PRIMCOORD: a count and so many atoms. */
static orma_status read_counted(scan *s, crystal *c, orma_error **err)
{
    orma_str word;
    long count;
    orma_status st = ORMA_OK;

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

/* The atoms of one step; is_open: ATOMS. */
static orma_status read_atoms(xsf *x, bool is_open, orma_str *word,
                              bool *has_word, orma_error **err)
{
    crystal frame;

    if (!x->has_cell && x->pbc[0])
        return scan_refuse(&x->s, err, "PRIMVEC is missing");
    crystal_init(&frame);
    frame.cell = x->cell;
    memcpy(frame.pbc, x->pbc, sizeof frame.pbc);
    orma_status st = is_open ? read_open(&x->s, &frame, word, has_word, err)
                             : read_counted(&x->s, &frame, err);
    if (st == ORMA_OK && frame.site_count == 0)
        st = scan_refuse(&x->s, err, "the file holds no atoms");
    x->frames++;
    if (st == ORMA_OK)
        st = x->visit(x->user, &frame, x->has_cell, err);
    crystal_finish(&frame);
    if (st == ORMA_OK && !is_open)
        *has_word = content_line(&x->s, word);
    return st;
}

/* DIM-GROUP: the number of periodic directions on the next line. */
static orma_status read_dim_group(xsf *x, orma_error **err)
{
    orma_str word;
    long periodic;

    if (!content_line(&x->s, &word) || !word_integer(word, &periodic) ||
        periodic < 0 || periodic > 3)
        return scan_refuse(&x->s, err, "a number from 0 to 3 is expected here");
    set_dimension(x, (int)periodic);
    return ORMA_OK;
}

/* CONVCOORD repeats the atoms in another cell. */
static orma_status skip_atoms(scan *s, orma_error **err)
{
    crystal ignored;

    crystal_init(&ignored);
    const orma_status st = read_counted(s, &ignored, err);
    crystal_finish(&ignored);
    return st;
}

/* BEGIN_INFO, and data on grids: up to the END_ of the same name, or to the
 * end of the file, before which the structure was complete. */
static void skip_block(scan *s, orma_str begin)
{
    orma_str word;
    const orma_str name = {begin.ptr + 6, begin.len - 6};

    while (content_line(s, &word))
        if (word.len == name.len + 4 && word_begins(word, "END_") &&
            memcmp(word.ptr + 4, name.ptr, name.len) == 0)
            return;
}

static bool is_dimension(orma_str word, xsf *x)
{
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++)
        if (word_is(word, dimensions[i].keyword)) {
            set_dimension(x, dimensions[i].periodic);
            return true;
        }
    return false;
}

static orma_status read_section(xsf *x, orma_str *word, bool *has_word,
                                orma_error **err)
{
    char shown[64];
    matrix conventional;
    orma_status st = ORMA_OK;

    if (word_is(*word, "ATOMS") || word_is(*word, "PRIMCOORD"))
        return read_atoms(x, word_is(*word, "ATOMS"), word, has_word, err);
    if (word_is(*word, "PRIMVEC")) {
        st = read_vectors(&x->s, &x->cell, err);
        x->has_cell = true;
    } else if (word_is(*word, "CONVVEC")) {
        st = read_vectors(&x->s, &conventional, err);
    } else if (word_is(*word, "CONVCOORD")) {
        st = skip_atoms(&x->s, err);
    } else if (word_is(*word, "DIM-GROUP")) {
        st = read_dim_group(x, err);
    } else if (word_begins(*word, "BEGIN_")) {
        skip_block(&x->s, *word);
    } else if (!is_dimension(*word, x) && !word_is(*word, "ANIMSTEPS")) {
        return scan_refuse(&x->s, err, "\"%s\" is no keyword of XSF",
                           word_text(*word, shown, sizeof shown));
    }
    if (st == ORMA_OK)
        *has_word = content_line(&x->s, word);
    return st;
}

orma_status xsf_frames(const char *name, orma_str content, frame_visit *visit,
                       void *user, orma_error **err)
{
    xsf x = {.visit = visit, .user = user};
    orma_str word;
    orma_status st = ORMA_OK;

    scan_init(&x.s, name, content);
    bool has_word = content_line(&x.s, &word);
    while (st == ORMA_OK && has_word)
        st = read_section(&x, &word, &has_word, err);
    if (st == ORMA_OK && x.frames == 0)
        return scan_refuse(&x.s, err, "the file holds no atoms");
    return st;
}

orma_status xsf_read(const char *name, orma_str content, crystal *c,
                     orma_error **err)
{
    last_frame last = {c, false};
    const orma_status st = xsf_frames(name, content, frame_keep, &last, err);

    if (st == ORMA_OK && !last.has_cell)
        crystal_put_in_box(c);
    return st;
}

/* *periodic: the number of periodic directions, which come first. */
static orma_status check_dimension(const crystal *c, size_t *periodic,
                                   orma_error **err)
{
    *periodic = (size_t)c->pbc[0] + c->pbc[1] + c->pbc[2];
    for (size_t i = 0; i < 3; i++)
        if (c->pbc[i] != (i < *periodic))
            return refuse(err, "xsf holds slabs periodic along the first two "
                               "vectors and polymers along the first only");
    return crystal_need_pure(c, "xsf", err);
}

/* number: " 1" of a step, else "". */
static void write_cell(const crystal *c, const char *number, text *out)
{
    text_format(out, "PRIMVEC%s\n", number);
    for (size_t i = 0; i < 3; i++)
        text_format(out, "%20.12f %20.12f %20.12f\n", c->cell.row[i][0],
                    c->cell.row[i][1], c->cell.row[i][2]);
    text_format(out, "PRIMCOORD%s\n%zu 1\n", number, c->site_count);
}

static void write_atoms(const crystal *c, text *out)
{
    for (size_t i = 0; i < c->site_count; i++) {
        const crystal_site *site = &c->sites[i];
        text_format(out, "%3d %20.12f %20.12f %20.12f\n",
                    c->kinds[site->kind].parts[0].element->number,
                    site->position[0], site->position[1], site->position[2]);
    }
}

orma_status xsf_write(const crystal *c, text *out, orma_error **err)
{
    static const bool all[3] = {true, true, true};
    size_t periodic;
    const orma_status st = check_dimension(c, &periodic, err);

    if (st != ORMA_OK)
        return st;
    text_format(out, "%s\n", dimensions[periodic].keyword);
    if (cell_is_regular(&c->cell, all))
        write_cell(c, "", out);
    else if (periodic == 0)
        text_add(out, "ATOMS\n");
    else
        return refuse(err, "xsf needs a cell of three vectors");
    write_atoms(c, out);
    return text_status(out, err);
}

orma_status xsf_write_frame(const crystal *c, bool has_cell, size_t i,
                            text *out, orma_error **err)
{
    char number[32];
    size_t periodic;
    const orma_status st = check_dimension(c, &periodic, err);

    if (st != ORMA_OK)
        return st;
    snprintf(number, sizeof number, " %zu", i + 1);
    if (i == 0 && has_cell)
        text_format(out, "%s\n", dimensions[periodic].keyword);
    if (has_cell)
        write_cell(c, number, out);
    else if (periodic == 0)
        text_format(out, "ATOMS%s\n", number);
    else
        return refuse(err, "xsf needs a cell of three vectors");
    write_atoms(c, out);
    return text_status(out, err);
}
