/* core.structure: a crystal or molecule.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "json.h"
#include "structure_formats.h"

#define MAX_FILE_BYTES (64u * 1024 * 1024)

/* The first word of a line is one of these. */
static bool has_line(orma_str content, const char *const *words)
{
    scan s;
    orma_str word;

    scan_init(&s, "", content);
    while (scan_filled_line(&s)) {
        if (!scan_word(&s, &word))
            continue;
        for (size_t i = 0; words[i] != NULL; i++)
            if (word_is(word, words[i]))
                return true;
    }
    return false;
}

static bool is_cif(orma_str content)
{
    static const char *const words[] = {"_cell_length_a", "_cell.length_a",
                                        NULL};
    return has_line(content, words);
}

static bool is_xsf(orma_str content)
{
    static const char *const words[] = {"PRIMVEC", "PRIMCOORD", "ATOMS", NULL};
    return has_line(content, words);
}

static bool is_pwi(orma_str content)
{
    static const char *const words[] = {"&system", NULL};
    return has_line(content, words);
}

/* A count alone on the first line. */
static bool is_xyz(orma_str content)
{
    scan s;
    orma_str word;
    long count;

    scan_init(&s, "", content);
    return scan_line(&s) && scan_word(&s, &word) &&
           word_integer(word, &count) && !scan_word(&s, &word);
}

/* A number on the second line, vectors on the three after it. */
static bool is_poscar(orma_str content)
{
    scan s;
    double numbers[3];

    scan_init(&s, "", content);
    if (!scan_line(&s) || !scan_line(&s) || !scan_reals(&s, numbers, 1))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!scan_line(&s) || !scan_reals(&s, numbers, 3))
            return false;
    return true;
}

static const struct structure_format {
    const char *name;
    const char *suffixes[4]; /* of file names */
    const char *prefixes[3];
    bool (*is_content)(orma_str content);
    orma_status (*read)(const char *name, orma_str content, crystal *c,
                        orma_error **err);
    orma_status (*write)(const crystal *c, text *out, orma_error **err);
} formats[] = {
    {"cif", {".cif", ".mcif"}, {NULL}, is_cif, cif_read, cif_write},
    {"xsf", {".xsf", ".axsf"}, {NULL}, is_xsf, xsf_read, xsf_write},
    {"pwi", {".pwi", ".pw.in", ".scf.in"}, {NULL}, is_pwi, pwi_read, pwi_write},
    {"xyz", {".xyz", ".extxyz"}, {NULL}, is_xyz, xyz_read, xyz_write},
    {"poscar",
     {".poscar", ".vasp", ".contcar"},
     {"POSCAR", "CONTCAR"},
     is_poscar,
     poscar_read,
     poscar_write},
    {"json", {NULL}, {NULL}, NULL, NULL, json_write}, /* read by the host */
};
#define N_FORMATS (sizeof formats / sizeof *formats)

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool ends_with(const char *name, const char *suffix)
{
    const size_t len = strlen(name), suffix_len = strlen(suffix);
    return len > suffix_len && strcasecmp(name + len - suffix_len, suffix) == 0;
}

static bool has_name_of(const struct structure_format *f, const char *name)
{
    for (size_t i = 0; i < 4 && f->suffixes[i] != NULL; i++)
        if (ends_with(name, f->suffixes[i]))
            return true;
    for (size_t i = 0; i < 3 && f->prefixes[i] != NULL; i++)
        if (strncmp(name, f->prefixes[i], strlen(f->prefixes[i])) == 0)
            return true;
    return false;
}

/* NULL when nothing fits. The name goes before the content. */
static const struct structure_format *tell_format(const char *name,
                                                  orma_str content)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (has_name_of(&formats[i], name))
            return &formats[i];
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats[i].is_content != NULL && formats[i].is_content(content))
            return &formats[i];
    return NULL;
}

static orma_status find_format(const char *format,
                               const struct structure_format **out,
                               orma_error **err)
{
    for (size_t i = 0; format != NULL && i < N_FORMATS; i++)
        if (strcmp(formats[i].name, format) == 0) {
            *out = &formats[i];
            return ORMA_OK;
        }
    return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                      "a structure has no format \"%s\", only cif, xsf, pwi, "
                      "xyz, poscar and json",
                      format != NULL ? format : "");
}

/* Checks the crystal and makes it the node's content. */
static orma_status set_crystal(const crystal *c, const orma_node_ops *ops,
                               orma_node *node, orma_error **err)
{
    text attributes = {0};
    orma_status st = crystal_validate(c, err);

    if (st == ORMA_OK) {
        crystal_attributes(c, &attributes);
        st = text_set_attributes(&attributes, ops, node, err);
    }
    text_finish(&attributes);
    return st;
}

static orma_status get_crystal(const orma_node_ops *ops, const orma_node *node,
                               crystal *c, orma_error **err)
{
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    crystal_init(c);
    if (st == ORMA_OK)
        st = crystal_from_attributes(attributes, c, err);
    json_object_put(attributes);
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    crystal c;
    orma_status st = get_crystal(ops, node, &c, err);

    if (st == ORMA_OK)
        st = crystal_validate(&c, err);
    crystal_finish(&c);
    return st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    crystal c;
    orma_status st = json_read(json, &literal, err);

    crystal_init(&c);
    if (st == ORMA_OK)
        st = crystal_from_literal(literal, &c, err);
    if (st == ORMA_OK)
        st = set_crystal(&c, ops, node, err);
    crystal_finish(&c);
    json_object_put(literal);
    return st;
}

static orma_status import_file(const orma_data *self, const orma_node_ops *ops,
                               orma_node *node, const char *format,
                               const char *path, orma_error **err)
{
    (void)self;
    const struct structure_format *f = NULL;
    const char *name = base_name(path);
    orma_str content;
    crystal c;
    orma_status st = ORMA_OK;

    if (format != NULL)
        st = find_format(format, &f, err);
    if (st == ORMA_OK)
        st = ops->load(node, path, MAX_FILE_BYTES, &content, err);
    if (st != ORMA_OK)
        return st;
    if (f == NULL)
        f = tell_format(name, content);
    if (f == NULL || f->read == NULL)
        return refuse(err,
                      "%s: neither the name nor the content tells the "
                      "format; name one of cif, xsf, pwi, xyz and poscar",
                      name);
    crystal_init(&c);
    st = f->read(name, content, &c, err);
    if (st == ORMA_OK)
        st = set_crystal(&c, ops, node, err);
    crystal_finish(&c);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    const struct structure_format *f = NULL;
    text written = {0};
    crystal c;
    orma_status st = find_format(format, &f, err);

    if (st != ORMA_OK)
        return st;
    st = get_crystal(ops, node, &c, err);
    if (st == ORMA_OK)
        st = f->write(&c, &written, err);
    if (st == ORMA_OK)
        st = text_write(&written, out, err);
    text_finish(&written);
    crystal_finish(&c);
    return st;
}

/* "Si2, 2 sites, 40.03 A^3" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    text line = {0};
    crystal c;
    orma_status st = get_crystal(ops, node, &c, err);

    if (st == ORMA_OK) {
        crystal_formula(&c, &line);
        text_format(&line, ", %zu site%s, ", c.site_count,
                    c.site_count == 1 ? "" : "s");
        if (c.pbc[0] && c.pbc[1] && c.pbc[2])
            text_format(&line, "%.2f A^3", cell_volume(&c.cell));
        else
            text_format(&line, "periodic in %d direction%s",
                        c.pbc[0] + c.pbc[1] + c.pbc[2],
                        c.pbc[0] + c.pbc[1] + c.pbc[2] == 1 ? "" : "s");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    crystal_finish(&c);
    return st;
}

const orma_data structure_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .import_file = import_file,
    .export_file = export_file,
    .summary = summary,
};
