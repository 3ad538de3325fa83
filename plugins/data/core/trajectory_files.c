/* Trajectories from and to files of several structures.
 *
 * SPDX-License-Identifier: MIT */
#include "trajectory_files.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arrays.h"
#include "files.h"
#include "json.h"
#include "nested.h"
#include "reals.h"
#include "structure_formats.h"

#define MAX_FILE_BYTES (256u * 1024 * 1024)

/* ---- import ------------------------------------------------------ */

/* Frames as they come. All are of the atoms of the first. */
typedef struct collection {
    const char *name;  /* of the file */
    text symbols;      /* the first frame's, as the inside of a JSON list */
    char (*kinds)[64]; /* the same, each */
    size_t atoms, frames;
    bool has_cells;
    bool pbc[3];
    double *positions, *cells;
    size_t position_capacity, cell_capacity;
} collection;

static void collection_finish(collection *t)
{
    text_finish(&t->symbols);
    free(t->kinds);
    free(t->positions);
    free(t->cells);
}

/* Room for `more` numbers behind `count`. */
static bool make_room(double **numbers, size_t count, size_t more,
                      size_t *capacity)
{
    if (count + more <= *capacity)
        return true;
    const size_t wanted = 2 * (count + more);
    double *grown = wanted > SIZE_MAX / sizeof *grown
                        ? NULL
                        : realloc(*numbers, wanted * sizeof *grown);
    if (grown == NULL)
        return false;
    *numbers = grown;
    *capacity = wanted;
    return true;
}

static const char *site_name(const crystal *c, size_t i)
{
    return c->kinds[c->sites[i].kind].name;
}

static orma_status begin(collection *t, const crystal *frame, bool has_cell,
                         orma_error **err)
{
    t->atoms = frame->site_count;
    t->has_cells = has_cell;
    memcpy(t->pbc, frame->pbc, sizeof t->pbc);
    t->kinds = calloc(t->atoms, sizeof *t->kinds);
    if (t->kinds == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < t->atoms; i++) {
        const char *name = site_name(frame, i);
        const size_t len = strlen(name);
        if (len >= sizeof *t->kinds)
            return refuse(err, "%s: \"%s\" is too long a name", t->name, name);
        memcpy(t->kinds[i], name, len + 1);
        text_add(&t->symbols, i > 0 ? ", " : "");
        text_string(&t->symbols, name, len);
    }
    return text_status(&t->symbols, err);
}

static orma_status check_frame(const collection *t, const crystal *frame,
                               bool has_cell, orma_error **err)
{
    if (frame->site_count != t->atoms)
        return refuse(err, "%s: frame %zu has %zu atoms, the first has %zu",
                      t->name, t->frames + 1, frame->site_count, t->atoms);
    if (has_cell != t->has_cells)
        return refuse(err, "%s: frame %zu has %s cell, unlike the first",
                      t->name, t->frames + 1, has_cell ? "a" : "no");
    for (size_t i = 0; i < t->atoms; i++)
        if (strcmp(t->kinds[i], site_name(frame, i)) != 0)
            return refuse(err,
                          "%s: atom %zu of frame %zu is %s, in the first %s",
                          t->name, i + 1, t->frames + 1, site_name(frame, i),
                          t->kinds[i]);
    return ORMA_OK;
}

static orma_status collect(void *user, crystal *frame, bool has_cell,
                           orma_error **err)
{
    collection *t = user;
    const size_t done = 3 * t->atoms * t->frames;
    const orma_status st = t->frames == 0
                               ? begin(t, frame, has_cell, err)
                               : check_frame(t, frame, has_cell, err);

    if (st != ORMA_OK)
        return st;
    if (!make_room(&t->positions, done, 3 * t->atoms, &t->position_capacity) ||
        !make_room(&t->cells, 9 * t->frames, 9, &t->cell_capacity))
        return refuse_memory(err);
    for (size_t i = 0; i < t->atoms; i++)
        memcpy(t->positions + done + 3 * i, frame->sites[i].position,
               sizeof frame->sites[i].position);
    memcpy(t->cells + 9 * t->frames, frame->cell.row, sizeof frame->cell.row);
    t->frames++;
    return ORMA_OK;
}

static orma_status set_steps(size_t frames, const orma_node_ops *ops,
                             orma_node *node, orma_error **err)
{
    static const nested_slot slot = {"steps", ORMA_DTYPE_I64, "1"};
    int64_t *numbers = calloc(frames, sizeof *numbers);

    if (numbers == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < frames; i++)
        numbers[i] = (int64_t)i;
    const nested steps = {.dtype = ORMA_DTYPE_I64,
                          .ndim = 1,
                          .shape = {(int64_t)frames},
                          .count = frames,
                          .data = numbers};
    const orma_status st = nested_set(&steps, &slot, ops, node, err);
    free(numbers);
    return st;
}

static orma_status set_all(const collection *t, const orma_node_ops *ops,
                           orma_node *node, orma_error **err)
{
    static const nested_slot positions_slot = {"positions", ORMA_DTYPE_F64,
                                               "angstrom"};
    static const nested_slot cells_slot = {"cells", ORMA_DTYPE_F64, "angstrom"};
    const nested positions = {
        .dtype = ORMA_DTYPE_F64,
        .ndim = 3,
        .shape = {(int64_t)t->frames, (int64_t)t->atoms, 3},
        .count = 3 * t->atoms * t->frames,
        .data = t->positions};
    const nested cells = {.dtype = ORMA_DTYPE_F64,
                          .ndim = 3,
                          .shape = {(int64_t)t->frames, 3, 3},
                          .count = 9 * t->frames,
                          .data = t->cells};
    text attributes = {0};

    text_format(&attributes, "{\"symbols\": [%s], \"pbc\": [%s, %s, %s]}",
                text_str(&t->symbols).ptr, t->pbc[0] ? "true" : "false",
                t->pbc[1] ? "true" : "false", t->pbc[2] ? "true" : "false");
    orma_status st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    if (st == ORMA_OK)
        st = nested_set(&positions, &positions_slot, ops, node, err);
    if (st == ORMA_OK)
        st = set_steps(t->frames, ops, node, err);
    if (st == ORMA_OK && t->has_cells)
        st = nested_set(&cells, &cells_slot, ops, node, err);
    return st;
}

/* Formats that hold several frames; of a file without a known ending it is
 * told by its first line. */
static const struct source {
    const char *name;
    const char *endings[2];
    orma_status (*frames)(const char *name, orma_str content,
                          frame_visit *visit, void *user, orma_error **err);
} sources[] = {
    {"xyz", {".xyz", ".extxyz"}, xyz_frames},
    {"xsf", {".axsf", ".xsf"}, xsf_frames},
};

static bool ends_with(const char *name, const char *ending)
{
    const size_t len = strlen(name), n = strlen(ending);
    return len > n && strcasecmp(name + len - n, ending) == 0;
}

static const struct source *tell_source(const char *name, orma_str content)
{
    scan s;
    orma_str word;
    long count;

    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            if (ends_with(name, sources[i].endings[k]))
                return &sources[i];
    scan_init(&s, name, content);
    const bool is_count = scan_filled_line(&s) && scan_word(&s, &word) &&
                          word_integer(word, &count);
    return is_count ? &sources[0] : &sources[1];
}

orma_status trajectory_import(const orma_data *self, const orma_node_ops *ops,
                              orma_node *node, const char *format,
                              const char *path, orma_error **err)
{
    (void)self;
    const struct source *source = NULL;
    orma_str content;
    collection t = {.name = single_base_name(path)};

    for (size_t i = 0; format != NULL && i < 2; i++)
        if (strcmp(sources[i].name, format) == 0)
            source = &sources[i];
    if (format != NULL && source == NULL)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                          "a trajectory has no format \"%s\", only xyz and xsf",
                          format);
    orma_status st = ops->load(node, path, MAX_FILE_BYTES, &content, err);
    if (st != ORMA_OK)
        return st;
    if (source == NULL)
        source = tell_source(t.name, content);
    st = source->frames(t.name, content, collect, &t, err);
    if (st == ORMA_OK)
        st = set_all(&t, ops, node, err);
    collection_finish(&t);
    return st;
}

/* ---- export ------------------------------------------------------ */

/* The node's arrays, in Å. */
typedef struct frames {
    json_object *attributes;
    reals positions, cells, steps;
    bool has_cells;
    bool pbc[3];
    size_t count, atoms;
} frames;

static void frames_finish(frames *f)
{
    reals_finish(&f->positions);
    reals_finish(&f->cells);
    reals_finish(&f->steps);
    json_object_put(f->attributes);
}

/* Parsers of AiiDA's may leave arrays in Bohr, and say so. */
static void convert(const json_object *attributes, const char *key, reals *r)
{
    const char *unit = json_text(json_get(attributes, key));

    if (unit == NULL ||
        (strcmp(unit, "bohr") != 0 && strcmp(unit, "atomic") != 0))
        return;
    for (size_t i = 0; i < r->count; i++)
        r->at[i] *= BOHR_ANGSTROM;
}

static orma_status check_shapes(const frames *f, orma_error **err)
{
    const reals *p = &f->positions, *c = &f->cells;
    const bool fits =
        p->ndim == 3 && (size_t)p->shape[1] == f->atoms && p->shape[2] == 3 &&
        f->steps.count == f->count &&
        (!f->has_cells || (c->ndim == 3 && c->shape[0] == p->shape[0] &&
                           c->shape[1] == 3 && c->shape[2] == 3));
    return fits ? ORMA_OK
                : refuse(err, "the arrays of the trajectory do not fit each "
                              "other");
}

static orma_status frames_read(const orma_node_ops *ops, const orma_node *node,
                               frames *f, orma_error **err)
{
    bool is_given;
    orma_status st = json_attributes(ops, node, &f->attributes, err);

    if (st != ORMA_OK)
        return st;
    const json_object *symbols = json_get(f->attributes, "symbols");
    f->has_cells = arrays_has(f->attributes, "cells");
    for (size_t i = 0; i < 3; i++)
        f->pbc[i] = f->has_cells;
    st = json_strings(symbols, "symbols", err);
    if (st == ORMA_OK)
        st = json_pbc(f->attributes, f->pbc, &is_given, err);
    if (st == ORMA_OK)
        st = reals_read(ops, node, "positions", &f->positions, err);
    if (st == ORMA_OK)
        st = reals_read(ops, node, "steps", &f->steps, err);
    if (st == ORMA_OK && f->has_cells)
        st = reals_read(ops, node, "cells", &f->cells, err);
    if (st != ORMA_OK)
        return st;
    f->atoms = json_object_array_length(symbols);
    f->count = f->positions.ndim > 0 ? (size_t)f->positions.shape[0] : 0;
    convert(f->attributes, "units|positions", &f->positions);
    convert(f->attributes, "units|cells", &f->cells);
    return check_shapes(f, err);
}

/* The i-th frame. Kinds keep their names, unless these are those of another
 * element's. */
static orma_status frame_crystal(const frames *f, size_t i, crystal *c,
                                 orma_error **err)
{
    const json_object *symbols = json_get(f->attributes, "symbols");
    orma_status st = ORMA_OK;

    if (f->has_cells)
        memcpy(c->cell.row, f->cells.at + 9 * i, sizeof c->cell.row);
    memcpy(c->pbc, f->pbc, sizeof c->pbc);
    for (size_t k = 0; k < f->atoms && st == ORMA_OK; k++) {
        const char *name = json_text(json_object_array_get_idx(symbols, k));
        const element *e = element_of_label(name, strlen(name));
        st = e == NULL
                 ? refuse(err, "\"%s\" is no chemical symbol", name)
                 : crystal_add_element(c, e, name,
                                       f->positions.at + 3 * (i * f->atoms + k),
                                       err);
    }
    return st;
}

static orma_status write_xyz(const frames *f, const crystal *c, size_t i,
                             text *out, orma_error **err)
{
    (void)i;
    return xyz_write_frame(c, f->has_cells, out, err);
}

static orma_status write_xsf(const frames *f, const crystal *c, size_t i,
                             text *out, orma_error **err)
{
    if (i == 0)
        text_format(out, "ANIMSTEPS %zu\n", f->count);
    return xsf_write_frame(c, f->has_cells, i, out, err);
}

static orma_status write_cif(const frames *f, const crystal *c, size_t i,
                             text *out, orma_error **err)
{
    char block[32];
    text name = {0};

    text_format(&name, "%.0f", f->steps.at[i]);
    word_text(text_str(&name), block, sizeof block);
    text_finish(&name);
    if (!f->has_cells)
        return refuse(err, "cif needs a trajectory with cells");
    return cif_write_block(c, block, out, err);
}

static const struct target {
    const char *name;
    orma_status (*write)(const frames *f, const crystal *c, size_t i, text *out,
                         orma_error **err);
} targets[] = {
    {"xyz", write_xyz},
    {"xsf", write_xsf},
    {"cif", write_cif},
};

static orma_status write_frames(const frames *f, const struct target *target,
                                orma_writer *out, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < f->count && st == ORMA_OK; i++) {
        crystal c;
        text written = {0};
        crystal_init(&c);
        st = frame_crystal(f, i, &c, err);
        if (st == ORMA_OK)
            st = target->write(f, &c, i, &written, err);
        if (st == ORMA_OK)
            st = text_write(&written, out, err);
        text_finish(&written);
        crystal_finish(&c);
    }
    return st;
}

orma_status trajectory_export(const orma_data *self, const orma_node_ops *ops,
                              const orma_node *node, const char *format,
                              orma_writer *out, orma_error **err)
{
    const struct target *target = NULL;
    frames f = {0};

    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (format != NULL && strcmp(targets[i].name, format) == 0)
            target = &targets[i];
    if (target == NULL)
        return arrays_export(self, ops, node, format, out, err);
    orma_status st = frames_read(ops, node, &f, err);
    if (st == ORMA_OK)
        st = write_frames(&f, target, out, err);
    frames_finish(&f);
    return st;
}
