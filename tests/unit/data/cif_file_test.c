/* Tests of core.cif: what AiiDA's CifData derives from a file.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static const char two_blocks[] = "data_one\n_chemical_formula_sum 'O2 Ti'\n"
                                 "_symmetry_Int_Tables_number 136\n"
                                 "data_two\n_space_group_IT_number ?\n";

/* The checksum is md5sum's. */
static void each_block_has_a_formula_and_a_number(void)
{
    node *n = types_import_text("core.cif", NULL, "two.cif", two_blocks);
    types_has_attributes(
        n, "{'filename': 'two.cif', "
           "'md5': 'af2de55663b0e58e81d94dcf73e1b1eb', "
           "'formulae': ['O2 Ti', null], 'spacegroup_numbers': [136, null], "
           "'scan_type': 'standard', 'parse_policy': 'eager'}");
    types_has_summary(n, "O2 Ti (136), two.cif");
    node_free(n);
}

/* As PyCifRW hands values out: quotes are gone, the line end behind the
 * semicolon is not; tags are of any case, but '.' is not '_'. */
static void values_are_those_of_pycifrw(void)
{
    node *n = types_import_text("core.cif", "cif", "forms",
                                "data_a\n_CHEMICAL_formula_Sum\n;\nC6 H6\n;\n"
                                "_space_group.IT_number '225'\n"
                                "data_b\n_chemical_formula.sum Si\n"
                                "_space_group_IT_number 1.0\n"
                                "data_c\nloop_\n_chemical_formula_sum Si O2\n"
                                "_symmetry_int_tables_number 12\n"
                                "_space_group_IT_number 15\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    AUTO_FREE char *formulae =
        json_text(json_get(n->attributes, "formulae"), JSON_COMPACT);
    AUTO_FREE char *numbers =
        json_text(json_get(n->attributes, "spacegroup_numbers"), JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(formulae, "[\"\\nC6 H6\",null,[\"Si\",\"O2\"]]");
    CU_ASSERT_STRING_EQUAL(numbers, "[225,null,15]");
    node_free(n);
}

static void lazy_files_are_not_read(void)
{
    node *n = types_literal("core.cif",
                            "{'filename': 'a.cif', 'content': 'no CIF at all', "
                            "'parse_policy': 'lazy', 'scan_type': 'flex'}");
    types_has_attributes(n, "{'filename': 'a.cif', "
                            "'md5': 'e71319cd26bfc159318a3650d02a3980', "
                            "'formulae': null, 'spacegroup_numbers': null, "
                            "'scan_type': 'flex', 'parse_policy': 'lazy'}");
    types_has_summary(n, "a.cif");
    node_free(n);
    types_literal_refused("core.cif",
                          "{'content': 'data_x', 'parse_policy': 'later'}",
                          "parse_policy is \"eager\" or \"lazy\"");
}

static void the_file_comes_out_as_it_went_in(void)
{
    node *n = types_import_text("core.cif", NULL, "two.cif", two_blocks);
    char *written = types_export(n, "cif");
    CU_ASSERT_STRING_EQUAL(written, two_blocks);
    free(written);
    node_free(n);
}

static void damaged_files_are_refused_with_their_line(void)
{
    types_import_text_refused("core.cif", "open.cif", "data_x\n_a 'b\n",
                              "open.cif:2: a quoted value");
    types_import_text_refused("core.cif", "loop.cif",
                              "data_x\nloop_\n_a\n_b\n1 2 3\n",
                              "loop.cif:2: the loop has 2 columns");
    types_import_text_refused("core.cif", "empty.cif", "# nothing\n",
                              "holds no data block");
}

static void attributes_must_fit_the_file(void)
{
    static const struct {
        const char *key, *json, *why;
    } wrong[] = {
        {"md5", "\"0\"", "is not the file's"},
        {"formulae", "\"O2 Ti\"", "\"formulae\" is a string, not a list"},
        {"formulae", "[1]", "\"formulae\" holds an integer"},
        {"spacegroup_numbers", "[1.5]", "holds a float"},
        {"scan_type", "\"fast\"", "scan_type is"},
        {"filename", "\"b.cif\"", "says \"b.cif\""},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        node *n = types_import_text("core.cif", NULL, "two.cif", two_blocks);
        orma_error *error = NULL;
        json_object *value = NULL;
        CU_ASSERT_PTR_NOT_NULL_FATAL(n);
        CU_ASSERT_EQUAL(
            json_parse((orma_str){wrong[i].json, strlen(wrong[i].json)}, &value,
                       NULL),
            ORMA_OK);
        json_set(n->attributes, wrong[i].key, value);
        CU_ASSERT_EQUAL(data_validate(types_registry(), n, &error),
                        ORMA_E_INVALID);
        CU_ASSERT(types_says(error, wrong[i].why));
        orma_error_free(error);
        node_free(n);
    }
}

static const unit_test tests[] = {
    {"each_block_has_a_formula_and_a_number",
     each_block_has_a_formula_and_a_number},
    {"values_are_those_of_pycifrw", values_are_those_of_pycifrw},
    {"lazy_files_are_not_read", lazy_files_are_not_read},
    {"the_file_comes_out_as_it_went_in", the_file_comes_out_as_it_went_in},
    {"damaged_files_are_refused_with_their_line",
     damaged_files_are_refused_with_their_line},
    {"attributes_must_fit_the_file", attributes_must_fit_the_file},
    {NULL, NULL},
};

const unit_suite cif_file_suite = {"cif_file", NULL, NULL, tests};
