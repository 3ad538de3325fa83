/* Truncated and mutated files: read or refused, never a crash (run under
 * AddressSanitizer).
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/file.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define MUTATIONS 300

static const struct {
    const char *file, *format;
} good[] = {
    {"rutile.cif", "cif"},
    {"magnesium.cif", "cif"},
    {"alloy.cif", "cif"},
    {"quoting.cif", "cif"},
    {"boron_nitride.poscar", "poscar"},
    {"iron_selective.poscar", "poscar"},
    {"zinc_sulfide.xsf", "xsf"},
    {"water.xyz", "xyz"},
    {"silicon.extxyz", "xyz"},
    {"silicon_alat.pwi", "pwi"},
    {"magnetic_iron.pwi", "pwi"},
};

static const char upf[] =
    "<UPF version=\"2.0.1\">\n<PP_INFO>\n<PP_INPUTFILE>\na < b & c\n"
    "</PP_INPUTFILE>\n</PP_INFO>\n<PP_HEADER\nelement=\"Si\"\n"
    "comment='a > b'/>\n<PP_MESH mesh=\"2\">\n<PP_R type=\"real\">\n0.1 0.2\n"
    "</PP_R>\n</PP_MESH>\n</UPF>\n";

/* Numbers that are the same in every run. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void try_bytes(const char *type, const char *format, const char *name,
                      orma_str bytes)
{
    char path[4096];
    orma_error *error = NULL;
    node *n = NULL;
    static const char *folder;

    if (folder == NULL)
        folder = unit_temp_dir();
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fwrite(bytes.ptr, 1, bytes.len, f);
    fclose(f);
    const orma_status st =
        data_import(types_registry(), type, format, path, &n, &error);
    CU_ASSERT(st == ORMA_OK || (st == ORMA_E_INVALID && error != NULL));
    if (st == ORMA_OK)
        node_free(n);
    orma_error_free(error);
}

/* All lengths of short files, each 7th of longer ones. */
static void truncate_all(const char *type, const char *format, orma_str whole)
{
    const size_t step = whole.len > 400 ? 7 : 1;

    for (size_t len = 0; len < whole.len; len += step)
        try_bytes(type, format, "Si.damaged", (orma_str){whole.ptr, len});
}

static void mutate_all(const char *type, const char *format, orma_str whole,
                       uint32_t seed)
{
    static const char bytes[] = "\0\n\t '\";_#<>/=()?.-+0123456789eExyz,\xff";
    AUTO_FREE char *copy = malloc(whole.len + 1);

    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    for (int m = 0; m < MUTATIONS; m++) {
        memcpy(copy, whole.ptr, whole.len);
        for (uint32_t k = 0; k < 1 + draw(&seed) % 6; k++)
            copy[draw(&seed) % whole.len] =
                bytes[draw(&seed) % (sizeof bytes - 1)];
        try_bytes(type, format, "Si.damaged", (orma_str){copy, whole.len});
    }
}

static void truncated_structures_do_no_harm(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        AUTO_BUF buf content = {0};
        CU_ASSERT_EQUAL(
            file_read(types_data(good[i].file), 1 << 20, &content, NULL),
            ORMA_OK);
        truncate_all("core.structure", good[i].format, buf_view(&content));
    }
}

static void mutated_structures_do_no_harm(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        AUTO_BUF buf content = {0};
        CU_ASSERT_EQUAL(
            file_read(types_data(good[i].file), 1 << 20, &content, NULL),
            ORMA_OK);
        mutate_all("core.structure", good[i].format, buf_view(&content),
                   (uint32_t)i + 1);
    }
}

static void damaged_pseudopotentials_do_no_harm(void)
{
    truncate_all("core.upf", NULL, (orma_str){upf, sizeof upf - 1});
    mutate_all("core.upf", NULL, (orma_str){upf, sizeof upf - 1}, 99);
}

/* Files of other types: of tests/data where there is a path. */
static const struct {
    const char *type, *format, *path, *content;
} others[] = {
    {"core.cif", "cif", TEST_DATA "/structures/quoting.cif", NULL},
    {"core.cif", "cif", NULL,
     "data_a\n_chemical_formula_sum 'O2 Ti'\n_space_group_IT_number 136\n"
     "save_x\n_b 1\ndata_b\nloop_\n_chemical_formula_sum\n_c\na b 'c d' ;\n"
     "_d\n;text\n;\n"},
    {"core.structure", "cif", NULL,
     "data_h\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n"
     "_space_group_name_Hall '-F 4vw 2vw 3 (x-y,x+1/2y,z)'\nloop_\n"
     "_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n"
     "_atom_site_fract_z\nSi1 .1 .2 .3\n"},
    {"core.array", "npy", TEST_DATA "/arrays/x.npy", NULL},
    {"core.array", "npz", TEST_DATA "/arrays/savez.npz", NULL},
    {"core.array", "npz", TEST_DATA "/arrays/savez_compressed.npz", NULL},
    {"core.array.trajectory", "xyz", TEST_DATA "/structures/silicon.extxyz",
     NULL},
    {"core.array.trajectory", "xsf", NULL,
     "BEGIN_INFO\n a\nEND_INFO\nANIMSTEPS 2\nCRYSTAL\nPRIMVEC 1\n3 0 0\n"
     "0 3 0\n0 0 3\nCONVVEC\n3 0 0\n0 3 0\n0 0 3\nPRIMCOORD 1\n1 1\n"
     "30 0 0 0\nPRIMVEC 2\n4 0 0\n0 4 0\n0 0 4\nPRIMCOORD 2\n1 1\n"
     "Zn 0 0 0\n"},
};

static void other_damaged_files_do_no_harm(void)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        AUTO_BUF buf content = {0};
        if (others[i].content != NULL)
            buf_text(&content, others[i].content);
        else
            CU_ASSERT_EQUAL_FATAL(
                file_read(others[i].path, 1 << 20, &content, NULL), ORMA_OK);
        truncate_all(others[i].type, others[i].format, buf_view(&content));
        mutate_all(others[i].type, others[i].format, buf_view(&content),
                   (uint32_t)i + 1000);
    }
}

static void files_of_other_formats_do_no_harm(void)
{
    static const char *const formats[] = {"cif", "xyz", "poscar", "xsf", "pwi"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        AUTO_BUF buf content = {0};
        CU_ASSERT_EQUAL(
            file_read(types_data(good[i].file), 1 << 20, &content, NULL),
            ORMA_OK);
        for (size_t k = 0; k < 5; k++)
            try_bytes("core.structure", formats[k], "other",
                      buf_view(&content));
    }
}

static const char *const types[] = {
    "core.data",
    "core.int",
    "core.float",
    "core.str",
    "core.bool",
    "core.list",
    "core.dict",
    "core.enum",
    "core.jsonable",
    "core.array",
    "core.array.kpoints",
    "core.array.bands",
    "core.array.trajectory",
    "core.array.xy",
    "core.array.projection",
    "core.structure",
    "core.cif",
    "core.orbital",
    "core.singlefile",
    "core.upf",
    "core.folder",
    "core.remote",
    "core.remote.stash",
    "core.remote.stash.folder",
    "core.remote.stash.compress",
    "core.remote.stash.custom",
    "core.code",
    "core.code.installed",
    "core.code.portable",
    "core.code.containerized",
};

static const char *const odd_values[] = {
    "null",
    "true",
    "-1",
    "1.5e300",
    "\"\"",
    "[]",
    "[[]]",
    "[null]",
    "{}",
    "{\"\": null}",
    "{\"value\": {}}",
    "{\"list\": null}",
    "{\"cell\": [[1,2],[3]], \"sites\": 1}",
    "{\"cell\": [1,2,3], \"pbc\": [true], \"sites\": [null]}",
    "{\"pbc\": false, \"kinds\": [1], \"sites\": [[]]}",
    "{\"pbc\": false, \"sites\": [{\"symbols\": [], \"position\": [0,0,0]}]}",
    "{\"pbc1\": 1, \"kinds\": {}, \"sites\": {}}",
    "{\"mesh\": [\"a\", null, 1], \"offset\": [[]]}",
    "{\"kpoints\": [[]], \"weights\": {}, \"labels\": [[]]}",
    "{\"kpoints\": [[0,0,0]], \"labels\": {\"G\": [null]}}",
    "{\"kpoints\": [[0,0,0]], \"bands\": [], \"units\": 1}",
    "{\"kpoints\": [[0,0,0]], \"bands\": [[[[]]]], \"array_labels\": 1}",
    "{\"kpoints\": [[0,0,0]], \"cartesian\": true}",
    "{\"symbols\": [], \"positions\": [], \"cells\": 1}",
    "{\"symbols\": [\"H\"], \"positions\": [[[0]]], \"pbc\": 1}",
    "{\"filename\": \"\", \"content\": \"\"}",
    "{\"filename\": \"/etc\", \"content\": \"<PP_HEADER\"}",
    "{\"label\": 1, \"computer\": [], \"filepath_executable\": {}}",
    "{\"label\": \"a\", \"filepath_executable\": \"x\", \"computer\": \"c\","
    " \"filepath_files\": \"/nonexistent\", \"with_mpi\": 3}",
    "{\"remote_path\": \"/\", \"computer\": \"c\"}",
    "{\"stash_mode\": \"tar\", \"target_basepath\": \"/\", \"source_list\":"
    " [1], \"computer\": \"c\", \"dereference\": []}",
    "{\"target_basepath\": \"/\", \"source_list\": [], \"computer\": \"c\","
    " \"fail_on_missing\": null}",
    "{\"x_name\": \"\", \"x_units\": \"\\n\", \"y_names\": [], \"y_units\": [],"
    " \"x_array\": [], \"array|x_array\": null}",
    "{\"x_name\": \"a\", \"x_units\": \"b\", \"y_names\": [\"\\\"\"],"
    " \"y_units\": [\"\"], \"x_array\": [1e308], \"y_arrays\": [[-1e308]]}",
    "{\"orbital_dicts\": [null, {}, [], {\"_orbital_type\":"
    " \"core.realhydrogen\", \"position\": [0, 0, 0],"
    " \"angular_momentum\": 9}]}",
    "{\"orbital_dicts\": [{\"orbital\": null, \"position\": {}}]}",
    "[{\"orbital\": \"sp3\", \"position\": [0, 0, 0], \"diffusivity\": []}]",
    "{\"orbital_dicts\": [], \"tags\": {}, \"proj_array_0\": null}",
    "{\"filename\": \"a\", \"content\": \"data_\", \"scan_type\": 1,"
    " \"formulae\": [[]], \"spacegroup_numbers\": {}, \"md5\": []}",
    "{\"kpoints\": [[0,0,0],[1,1,1]], \"bands\": [[1],[2]], \"cell\":"
    " [[0,0,0],[0,0,0],[0,0,0]], \"labels\": [[1, \"_\"], [0, \"G_\"]]}",
    "{\"symbols\": [\"?\"], \"positions\": [[[0,0,0]]], \"units|x\": 1}",
    "{\"is_local\": true, \"local_executable\": \"\"}",
    "{\"array|x\": null, \"array|\": [1], \"labels\": 1, "
    "\"label_numbers\": 2}",
    "{\"array|kpoints\": [3, 3], \"array|bands\": 1, \"array|positions\": {},"
    " \"labels\": [null, {}], \"label_numbers\": [1]}",
};

static json_object *odd_value(size_t i)
{
    json_object *value = NULL;
    const orma_str text = {odd_values[i], strlen(odd_values[i])};

    CU_ASSERT_EQUAL(json_parse(text, &value, NULL), ORMA_OK);
    return value;
}

/* Everything that a plugin is asked about a node with these attributes. */
static void ask_everything(node *n)
{
    static const char *const formats[] = {"json",
                                          "cif",
                                          "raw",
                                          "upf",
                                          "none",
                                          "yaml",
                                          "npy",
                                          "npz",
                                          "xyz",
                                          "xsf",
                                          "poscar",
                                          "pwi",
                                          "dat",
                                          "gnuplot",
                                          "agr",
                                          "dat_blocks",
                                          "dat_multicolumn",
                                          "svg"};
    json_object *value = NULL;

    data_validate(types_registry(), n, NULL);
    if (data_value(types_registry(), n, &value, NULL) == ORMA_OK)
        json_object_put(value);
    AUTO_BUF buf line = {0};
    data_summary(types_registry(), n, &line, NULL);
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        AUTO_BUF buf out = {0};
        data_export(types_registry(), n, formats[f], &out, NULL);
    }
}

static void odd_literals_do_no_harm(void)
{
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 0; i < sizeof odd_values / sizeof *odd_values; i++) {
            json_object *literal = odd_value(i);
            orma_error *error = NULL;
            node *n = NULL;
            const orma_status st = data_from_literal(types_registry(), types[t],
                                                     literal, &n, &error);
            CU_ASSERT(st == ORMA_OK || error != NULL);
            if (st == ORMA_OK) {
                ask_everything(n);
                node_free(n);
            }
            orma_error_free(error);
            json_object_put(literal);
        }
}

/* Nodes of a damaged or foreign database are read without checks. */
static void odd_attributes_do_no_harm(void)
{
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 0; i < sizeof odd_values / sizeof *odd_values; i++) {
            node *n = NULL;
            json_object *attributes = odd_value(i);
            if (!json_object_is_type(attributes, json_type_object) ||
                data_create(types_registry(), types[t], &n, NULL) != ORMA_OK) {
                json_object_put(attributes);
                continue;
            }
            json_object_put(n->attributes);
            n->attributes = attributes;
            ask_everything(n);
            node_free(n);
        }
}

static const unit_test tests[] = {
    {"odd_literals_do_no_harm", odd_literals_do_no_harm},
    {"odd_attributes_do_no_harm", odd_attributes_do_no_harm},
    {"truncated_structures_do_no_harm", truncated_structures_do_no_harm},
    {"mutated_structures_do_no_harm", mutated_structures_do_no_harm},
    {"damaged_pseudopotentials_do_no_harm",
     damaged_pseudopotentials_do_no_harm},
    {"other_damaged_files_do_no_harm", other_damaged_files_do_no_harm},
    {"files_of_other_formats_do_no_harm", files_of_other_formats_do_no_harm},
    {NULL, NULL},
};

const unit_suite damage_suite = {"damage", NULL, NULL, tests};
