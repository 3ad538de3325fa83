/* Inputs that are refused before anything is stored.
 *
 * SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <stdio.h>

/* One wrong input: which port, its attributes, what the refusal must say. */
static const struct {
    const char *label;
    const char *port;
    const char *attributes;
    const char *says;
} wrong[] = {
    {"structure", "structure",
     "{\"cell\": [[4.0,0,0],[0,4.0,0],[0,0,4.0]], \"kinds\": [{\"name\": "
     "\"SiGe\", \"symbols\": [\"Si\", \"Ge\"], \"weights\": [0.5, 0.5], "
     "\"mass\": 50.0}], \"sites\": [{\"kind_name\": \"SiGe\", \"position\": "
     "[0, 0, 0]}]}",
     "kind \"SiGe\" is an alloy"},
    {"structure", "structure",
     "{\"cell\": [[4.0,0,0],[0,4.0,0],[0,0,4.0]], \"kinds\": [{\"name\": "
     "\"SiX\", \"symbols\": [\"Si\"], \"weights\": [0.9], \"mass\": 25.0}], "
     "\"sites\": [{\"kind_name\": \"SiX\", \"position\": [0, 0, 0]}]}",
     "kind \"SiX\" has vacancies"},
    {"structure", "structure", "{\"cell\": 4}", "attribute \"cell\""},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\", \"prefix\": \"x\"}}",
     "keyword \"prefix\" of namelist CONTROL"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": {\"celldm(1)\": "
     "10.0}}",
     "keyword \"celldm(1)\" of namelist SYSTEM"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": {\"nat\": 2}}",
     "keyword \"nat\""},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": {\"cosab\": "
     "0.0}}",
     "keyword \"cosab\""},
    {"parameters", "parameters", "{\"CONTROL\": {\"calculation\": \"scff\"}}",
     "\"scff\"; pw.x knows scf, nscf, bands, relax"},
    {"parameters", "parameters", "{\"SYSTEM\": {\"ecutwfc\": 12.0}}",
     "CONTROL.calculation is missing"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"IONS\": {}}",
     "namelist IONS does not belong"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": 3}",
     "namelist SYSTEM is not a mapping"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": {\"ecutwfc\": "
     "null}}",
     "keyword \"ecutwfc\""},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": "
     "{\"starting_magnetization\": {\"Fe\": 1.0}}}",
     "names the kind \"Fe\""},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\", \"x = 1\\ny\": 1}}",
     "is no keyword"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\", \"title\": \"a\\nb\"}}",
     "line break"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": {\"ibrav\": 1}}",
     "SYSTEM.ibrav 1"},
    {"parameters", "parameters", "{\"CONTROL\": {\"CALCULATION\": \"scf\"}}",
     "the stored node has"},
    {"parameters", "parameters",
     "{\"CONTROL\": {\"calculation\": \"scf\", \"Calculation\": \"nscf\"}}",
     "more than once"},
    {"kpoints", "kpoints", "{\"mesh\": [2, 2, 2], \"offset\": [0.25, 0, 0]}",
     "0.25; pw.x takes 0 and 0.5"},
    {"kpoints", "kpoints", "{\"mesh\": [2, 0, 2]}", "positive integers"},
    {"kpoints", "kpoints", "{}", "neither a mesh nor a list"},
    {"settings", "settings", "{\"GAMA_ONLY\": true, \"foo\": 1}",
     "unexpected keys: GAMA_ONLY, FOO"},
    {"settings", "settings", "{\"GAMMA_ONLY\": \"yes\"}",
     "GAMMA_ONLY must be true or false"},
    {"settings", "settings", "{\"cmdline\": [], \"CMDLINE\": []}",
     "more than once"},
    {"settings", "settings", "{\"FIXED_COORDS\": [[true, true, true]]}",
     "FIXED_COORDS has 1 rows, the structure 2 sites"},
    {"settings", "settings",
     "{\"FIXED_COORDS\": [[true, true, 1], [true, true, true]]}",
     "row 1 of FIXED_COORDS"},
    {"settings", "settings",
     "{\"CMDLINE\": [\"-nk\", \"2\", \"-npool\", \"2\"]}", "npool more than "
                                                         "once"},
    {"parallelization", "parallelization", "{\"npol\": 2}",
     "unknown flag \"npol\"; pw.x takes npool, nband, ntg, ndiag"},
    {"parallelization", "parallelization", "{\"npool\": 2.5}",
     "\"npool\" is not an integer"},
    {"parent_folder", "parent_folder", "{\"remote_path\": \"/x\"}",
     "has no computer"},
};

static void refuses_wrong_inputs_by_port(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fake_run *run = silicon();
        fake_input(run, wrong[i].port,
                   fake_node_new("any", wrong[i].attributes, true));
        const orma_status st =
            fake_validate(run, wrong[i].label, wrong[i].port);
        char port[64];
        snprintf(port, sizeof port, "port \"%s\"", wrong[i].port);
        CU_ASSERT_EQUAL(st, ORMA_E_INVALID);
        CU_ASSERT(text_has(run->error, wrong[i].says));
        if (st != ORMA_E_INVALID || !text_has(run->error, wrong[i].says))
            printf("# %s gives \"%s\"\n", wrong[i].attributes, run->error);
    }
    fake_clear();
}

static void accepts_good_inputs(void)
{
    static const char *const labels[] = {"structure", "pseudos", "parameters",
                                         "kpoints"};
    fake_run *run = silicon();

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        CU_ASSERT_EQUAL(fake_validate(run, labels[i], labels[i]), ORMA_OK);
    CU_ASSERT_EQUAL(fake_validate(run, "settings", "settings"), ORMA_OK);
    fake_clear();
}

static void names_kinds_without_pseudo_and_pseudos_without_kind(void)
{
    fake_run *run = silicon();

    fake_input(run, "pseudos.Ge",
               fake_node_new("core.upf", "{\"filename\": \"Ge.upf\"}", true));
    CU_ASSERT_EQUAL(fake_validate(run, "pseudos", "pseudos"), ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "\"Ge\" is no kind of the structure"));

    run = silicon();
    run->input_count = 1; /* the structure alone */
    CU_ASSERT_EQUAL(fake_validate(run, "pseudos", "pseudos"), ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "give pseudos.Si"));
    fake_clear();
}

static void finds_its_siblings_inside_a_namespace(void)
{
    fake_run *run = fake_run_new();

    fake_input(run, "pw.structure",
               fake_node_new("core.structure", SILICON, true));
    CU_ASSERT_EQUAL(fake_validate(run, "pseudos", "pw.pseudos"),
                    ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "give pseudos.Si"));
    fake_clear();
}

static void corrects_case_of_a_fresh_literal(void)
{
    fake_run *run = silicon();

    fake_input(run, "parameters",
               fake_node_new("core.dict",
                             "{\"control\": {\"CALCULATION\": \"scf\"}}",
                             false));
    CU_ASSERT_EQUAL(fake_validate(run, "parameters", "parameters"), ORMA_OK);
    fake_clear();
}

static void refuses_a_flag_given_twice(void)
{
    fake_run *run = silicon();

    fake_input(run, "settings",
               fake_node_new("core.dict", "{\"CMDLINE\": [\"-nk 2\"]}", true));
    fake_input(run, "parallelization",
               fake_node_new("core.dict", "{\"npool\": 2}", true));
    CU_ASSERT_EQUAL(fake_validate(run, "parallelization", "parallelization"),
                    ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "-nk in the setting CMDLINE"));
    fake_clear();
}

static void refuses_gamma_only_with_a_mesh(void)
{
    fake_run *run = silicon();

    fake_input(run, "settings",
               fake_node_new("core.dict", "{\"GAMMA_ONLY\": true}", true));
    CU_ASSERT_EQUAL(fake_validate(run, "kpoints", "kpoints"), ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "GAMMA_ONLY needs the mesh 1x1x1"));
    fake_clear();
}

static void answers_not_found_for_an_unknown_label(void)
{
    CU_ASSERT_EQUAL(fake_validate(silicon(), "colour", "structure"),
                    ORMA_E_NOT_FOUND);
    fake_clear();
}

static const unit_test tests[] = {
    {"refuses_wrong_inputs_by_port", refuses_wrong_inputs_by_port},
    {"accepts_good_inputs", accepts_good_inputs},
    {"names_kinds_without_pseudo_and_pseudos_without_kind",
     names_kinds_without_pseudo_and_pseudos_without_kind},
    {"finds_its_siblings_inside_a_namespace",
     finds_its_siblings_inside_a_namespace},
    {"corrects_case_of_a_fresh_literal", corrects_case_of_a_fresh_literal},
    {"refuses_a_flag_given_twice", refuses_a_flag_given_twice},
    {"refuses_gamma_only_with_a_mesh", refuses_gamma_only_with_a_mesh},
    {"answers_not_found_for_an_unknown_label",
     answers_not_found_for_an_unknown_label},
    {NULL, NULL},
};

const unit_suite validate_suite = {"quantumespresso.pw checks", NULL, NULL,
                                   tests};
