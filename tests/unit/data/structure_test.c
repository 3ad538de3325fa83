/* Tests of core.structure: literals, rules, what is written. Attributes, kind
 * names and masses are those of nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define CUBE "'cell': [[4,0,0],[0,4,0],[0,0,4]]"

static void literal_has_aiidas_attributes(void)
{
    node *n = types_literal(
        "core.structure",
        "{" CUBE ", 'pbc': [true, true, false], 'sites': ["
        "{'symbol': 'Ba', 'position': [0, 0, 0]}, "
        "{'symbols': ['Ti', 'Zr'], 'weights': [0.7, 0.2], 'name': 'TiZr', "
        "'position': [2, 2, 2]}]}");
    types_has_attributes(
        n, "{'cell': [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]], "
           "'pbc1': true, 'pbc2': true, 'pbc3': false, 'kinds': ["
           "{'symbols': ['Ba'], 'weights': [1.0], 'mass': 137.327, "
           "'name': 'Ba'}, {'symbols': ['Ti', 'Zr'], 'weights': [0.7, 0.2], "
           "'mass': 57.501888888889, 'name': 'TiZr'}], 'sites': ["
           "{'position': [0.0, 0.0, 0.0], 'kind_name': 'Ba'}, "
           "{'position': [2.0, 2.0, 2.0], 'kind_name': 'TiZr'}]}");
    node_free(n);
}

/* Symbols in alphabetical order, X for vacancies, then numbers. */
static void kinds_are_named_as_aiida_names_them(void)
{
    node *n = types_literal(
        "core.structure",
        "{" CUBE ", 'sites': ["
        "{'symbols': ['Zr', 'Ti'], 'weights': [0.2, 0.7], 'position': [0,0,0]},"
        "{'symbol': 'Si', 'position': [1,0,0]},"
        "{'symbol': 'Si', 'position': [2,0,0]},"
        "{'symbol': 'Si', 'mass': 30, 'position': [3,0,0]},"
        "{'symbol': 'Si', 'mass': 30.0005, 'position': [3,1,0]}]}");
    structure_view s;
    types_structure(n, &s);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "TiZrX");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "Si");
    CU_ASSERT_STRING_EQUAL(s.kinds[2], "Si");
    CU_ASSERT_STRING_EQUAL(s.kinds[3], "Si1");
    CU_ASSERT_STRING_EQUAL(s.kinds[4], "Si1");
    CU_ASSERT_EQUAL(json_object_array_length(json_get(n->attributes, "kinds")),
                    3);
    node_free(n);
}

static void labels_begin_with_their_element(void)
{
    node *n =
        types_literal("core.structure",
                      "{" CUBE ", 'sites': ["
                      "{'kind_name': 'Fe1', 'position': [0,0,0]},"
                      "{'kind_name': 'Fe2', 'fractional': [0.5,0.5,0.25]}]}");
    structure_view s;
    types_structure(n, &s);
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "Fe2");
    CU_ASSERT_EQUAL(s.positions[1][2], 1.0);
    types_has_summary(n, "Fe2, 2 sites, 64.00 A^3");
    node_free(n);
}

static void attributes_are_a_literal(void)
{
    node *n = types_literal("core.structure",
                            "{" CUBE ", 'sites': ["
                            "{'symbol': 'H', 'position': [0.1,0.2,0.3]}]}");
    char *json = n != NULL ? json_text(n->attributes, JSON_COMPACT) : NULL;
    node *back = json != NULL ? types_literal("core.structure", json) : NULL;
    if (back != NULL)
        types_has_attributes(back, json);
    free(json);
    node_free(back);
    node_free(n);
}

static void formula_is_in_hills_order(void)
{
    node *n = types_literal("core.structure",
                            "{'pbc': false, 'sites': ["
                            "{'symbol': 'O', 'position': [0,0,0]},"
                            "{'symbol': 'H', 'position': [1,0,0]},"
                            "{'symbol': 'C', 'position': [2,0,0]},"
                            "{'symbol': 'H', 'position': [3,0,0]}]}");
    types_has_summary(n, "CH2O, 4 sites, periodic in 0 directions");
    node_free(n);
}

static void wrong_literals_are_refused(void)
{
    static const char t[] = "core.structure";
    types_literal_refused(t, "'Si.cif'", "$file");
    types_literal_refused(t, "{" CUBE "}", "list of sites");
    types_literal_refused(t, "{'cell': [[1,0],[0,1]], 'sites': []}", "cell");
    types_literal_refused(
        t, "{" CUBE ", 'sites': [{'symbol': 'Qq', 'position': [0,0,0]}]}",
        "\"Qq\" is no chemical symbol");
    types_literal_refused(t, "{" CUBE ", 'sites': [{'symbol': 'H'}]}",
                          "position");
    types_literal_refused(
        t, "{" CUBE ", 'sites': [{'symbol': 'H', 'position': [0,0]}]}",
        "position");
    types_literal_refused(t,
                          "{" CUBE
                          ", 'sites': [{'symbol': 'H', 'position': [0,0,0], "
                          "'tag': 1}]}",
                          "tag");
    types_literal_refused(
        t, "{'sites': [{'symbol': 'H', 'position': [0,0,0]}]}", "no volume");
    types_literal_refused(
        t, "{'pbc': false, 'sites': [{'symbol': 'H', 'fractional': [0,0,0]}]}",
        "need a cell");
    types_literal_refused(
        t,
        "{" CUBE ", 'sites': [{'symbols': ['H', 'D'], 'position': [0,0,0]}]}",
        "weights");
    types_literal_refused(
        t,
        "{" CUBE ", 'sites': [{'symbols': ['H', 'He'], 'weights': [0.6, "
        "0.6], 'position': [0,0,0]}]}",
        "more than 1");
    types_literal_refused(
        t,
        "{" CUBE ", 'sites': [{'symbol': 'H', 'name': 'A', 'position': "
        "[0,0,0]}, {'symbol': 'He', 'name': 'A', 'position': [0,0,1]}]}",
        "two different kinds");
}

#define KIND "{'symbols': ['H'], 'weights': [1.0], 'mass': 1.0, 'name': 'H'}"
#define PBC "'pbc1': true, 'pbc2': true, 'pbc3': true"
#define SITE "{'position': [0.0, 0.0, 0.0], 'kind_name': 'H'}"

static void stored_form_is_checked(void)
{
    static const char t[] = "core.structure";
    types_valid(t, "{" CUBE ", " PBC ", 'kinds': [" KIND "], 'sites': [" SITE
                   "]}");
    types_invalid(t, "{" CUBE ", 'kinds': [" KIND "], 'sites': [" SITE "]}",
                  "pbc1");
    types_invalid(t, "{" CUBE ", " PBC ", 'kinds': [" KIND "], 'sites': []}",
                  "\"H\" has no site");
    types_invalid(t, "{" CUBE ", " PBC ", 'kinds': [], 'sites': [" SITE "]}",
                  "not among the kinds");
    types_invalid(t,
                  "{" CUBE ", " PBC ", 'kinds': [" KIND ", " KIND
                  "], 'sites': [" SITE "]}",
                  "two kinds");
    types_invalid(t,
                  "{'cell': [[1,0,0],[0,1,0],[1,1,0]], " PBC ", 'kinds': [" KIND
                  "], 'sites': [" SITE "]}",
                  "no volume");
    types_invalid(t,
                  "{" CUBE ", " PBC ", 'kinds': [{'symbols': ['H'], "
                  "'weights': [1.0], 'name': 'H'}], 'sites': [" SITE "]}",
                  "mass");
    /* two periodic directions need an area only */
    types_valid(t, "{'cell': [[1,0,0],[0,1,0],[0,0,0]], 'pbc1': true, 'pbc2': "
                   "true, 'pbc3': false, 'kinds': [" KIND "], 'sites': [" SITE
                   "]}");
}

static void export_and_import_agree(const char *format, const char *name,
                                    const node *n)
{
    char *written = types_export(n, format);
    node *back = written != NULL ? types_import_text("core.structure", format,
                                                     name, written)
                                 : NULL;
    const bool is_same = types_same_structure(n, back);
    CU_ASSERT(is_same);
    if (!is_same)
        printf("# %s: %s\n", format, written != NULL ? written : "");
    free(written);
    node_free(back);
}

/* The cell lies as cell_from_lengths() puts it, so that cif keeps it, too. */
static void every_format_reads_back_what_it_wrote(void)
{
    node *n = types_literal(
        "core.structure",
        "{'cell': [[4.123456789,0,0],[-1.5,3.98765432,0],[0.3,0.7,5.1]], "
        "'sites': [{'symbol': 'O', 'position': [-0.123456789012,9.1,0.3]}, "
        "{'symbol': 'Ti', 'position': [1.1,2.2,3.3]}, "
        "{'symbol': 'O', 'position': [0,0,0]}]}");
    export_and_import_agree("cif", "x.cif", n);
    export_and_import_agree("xyz", "x.xyz", n);
    export_and_import_agree("poscar", "POSCAR", n);
    export_and_import_agree("xsf", "x.xsf", n);
    export_and_import_agree("pwi", "x.pwi", n);
    export_and_import_agree("cif", "untold_cif", n);
    export_and_import_agree("xsf", "untold_xsf", n);
    node_free(n);
}

static void named_kinds_survive_xyz_and_pwi(void)
{
    node *n = types_literal("core.structure",
                            "{" CUBE ", 'pbc': [true, true, false], 'sites': ["
                            "{'kind_name': 'Fe1', 'position': [0,0,0]},"
                            "{'kind_name': 'Fe2', 'position': [2,2,2]}]}");
    export_and_import_agree("xyz", "x.xyz", n);
    node_free(n);
    n = types_literal("core.structure",
                      "{" CUBE ", 'sites': ["
                      "{'kind_name': 'Fe1', 'position': [0,0,0]},"
                      "{'kind_name': 'Fe2', 'position': [2,2,2]}]}");
    export_and_import_agree("pwi", "x.pwi", n);
    node_free(n);
}

static void alloys_survive_cif_only(void)
{
    orma_error *error = NULL;
    buf out = {0};
    node *n = types_literal("core.structure",
                            "{" CUBE ", 'sites': [{'symbols': ['Ga', 'In'], "
                            "'weights': [0.7, 0.3], 'position': [0,0,0]}]}");
    export_and_import_agree("cif", "x.cif", n);
    types_has_summary(n, "{Ga0.70In0.30}, 1 site, 64.00 A^3");
    CU_ASSERT_EQUAL(data_export(types_registry(), n, "pwi", &out, &error),
                    ORMA_E_INVALID);
    CU_ASSERT(types_says(error, "export it as cif"));
    orma_error_free(error);
    buf_free(&out);
    node_free(n);
}

static void unknown_formats_are_unsupported(void)
{
    orma_error *error = NULL;
    node *n = NULL;
    CU_ASSERT_EQUAL(data_import(types_registry(), "core.structure", "pdb",
                                types_file("x.pdb", "ATOM\n"), &n, &error),
                    ORMA_E_UNSUPPORTED);
    orma_error_free(error);
    types_import_text_refused("core.structure", "notes.txt", "hello\n",
                              "neither the name nor the content");
}

/* A kind for each atom; 5 s allow for sanitizers and slow machines. */
static void many_kinds_are_found_in_little_time(void)
{
    enum { KINDS = 20000 };
    char *content = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&content, &len);
    fputs("{" CUBE ", 'sites': [", f);
    for (int i = 0; i < KINDS; i++)
        fprintf(f, "%s{'kind_name': '%s%d', 'position': [0, 0, %d]}",
                i > 0 ? "," : "", i % 2 == 0 ? "Fe" : "O", i, i);
    fputs("]}", f);
    fclose(f);
    const int64_t start = time_now_ns();
    node *n = types_literal("core.structure", content);
    const double taken_s = (double)(time_now_ns() - start) * 1e-9;
    printf("# %d kinds: %.2f s\n", KINDS, taken_s);
    CU_ASSERT(taken_s < 5);
    CU_ASSERT_EQUAL(json_object_array_length(json_get(n->attributes, "kinds")),
                    KINDS);
    types_has_summary(n, "Fe10000O10000, 20000 sites, 64.00 A^3");
    node_free(n);
    free(content);
}

static const unit_test tests[] = {
    {"many_kinds_are_found_in_little_time",
     many_kinds_are_found_in_little_time},
    {"literal_has_aiidas_attributes", literal_has_aiidas_attributes},
    {"kinds_are_named_as_aiida_names_them",
     kinds_are_named_as_aiida_names_them},
    {"labels_begin_with_their_element", labels_begin_with_their_element},
    {"attributes_are_a_literal", attributes_are_a_literal},
    {"formula_is_in_hills_order", formula_is_in_hills_order},
    {"wrong_literals_are_refused", wrong_literals_are_refused},
    {"stored_form_is_checked", stored_form_is_checked},
    {"every_format_reads_back_what_it_wrote",
     every_format_reads_back_what_it_wrote},
    {"named_kinds_survive_xyz_and_pwi", named_kinds_survive_xyz_and_pwi},
    {"alloys_survive_cif_only", alloys_survive_cif_only},
    {"unknown_formats_are_unsupported", unknown_formats_are_unsupported},
    {NULL, NULL},
};

const unit_suite structure_suite = {"structure", NULL, NULL, tests};
