/* The input file that quantumespresso.pw writes, against text from INPUT_PW
 * and from runs that pw.x 6.7 did (tests/plugins/quantumespresso).
 *
 * SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <string.h>

static void clear_after(void)
{
    calcinfo(NULL);
    fake_clear();
}

static void set_settings(fake_run *run, const char *json)
{
    fake_input(run, "settings", fake_node_new("core.dict", json, true));
}

static void set_parameters(fake_run *run, const char *json)
{
    fake_input(run, "parameters", fake_node_new("core.dict", json, true));
}

static void writes_silicon_as_pw_x_was_given_it(void)
{
    fake_run *run = silicon();

    set_parameters(run, "{\"CONTROL\": {\"calculation\": \"scf\", \"tprnfor\": "
                        "true, \"tstress\": true}, \"SYSTEM\": {\"ecutwfc\": "
                        "12.0}, \"ELECTRONS\": {}}");
    fake_node *given = fake_node_recorded("si_scf");
    CU_ASSERT_STRING_EQUAL(input_file(run),
                           fake_node_file(given, "aiida.in")->bytes);
    clear_after();
}

static void writes_every_kind_of_value(void)
{
    fake_run *run = silicon();

    set_parameters(
        run, "{\"CONTROL\": {\"calculation\": \"scf\", \"title\": \"it's\", "
             "\"nstep\": 3, \"tprnfor\": false}, \"SYSTEM\": {\"ecutwfc\": "
             "30, \"degauss\": 1.0e-3, \"starting_magnetization\": {\"Si\": "
             "0.25}, \"hubbard_v\": [[1, \"Si\", 2, 0.5]]}, \"ELECTRONS\": "
             "{\"efield_cart\": [0.0, -1.5]}}");
    const char *text = input_file(run);
    CU_ASSERT(text_has(text, "  title = 'it''s'\n"));
    CU_ASSERT(text_has(text, "  nstep = 3\n"));
    CU_ASSERT(text_has(text, "  tprnfor = .false.\n"));
    CU_ASSERT(text_has(text, "  ecutwfc = 30\n"));
    CU_ASSERT(text_has(text, "  degauss =   1.0000000000d-03\n"));
    CU_ASSERT(text_has(text, "  starting_magnetization(1) =   "
                             "2.5000000000d-01\n"));
    CU_ASSERT(text_has(text, "  hubbard_v(1,1,2) =   5.0000000000d-01\n"));
    CU_ASSERT(text_has(text, "  efield_cart(1) =   0.0000000000d+00\n"
                             "  efield_cart(2) =  -1.5000000000d+00\n"));
    clear_after();
}

static void numbers_kinds_in_alphabetical_order(void)
{
    fake_run *run = silicon();
    fake_node *second = fake_node_new(
        "core.upf", "{\"filename\": \"Si.pz-vbc.UPF\"}", true);

    fake_input(run, "structure",
               fake_node_new("core.structure",
                             "{\"cell\": [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], "
                             "[0.0, 0.0, 4.0]], \"kinds\": [{\"name\": "
                             "\"Si\", \"symbols\": [\"Si\"], \"weights\": "
                             "[1.0], \"mass\": 28.0}, {\"name\": \"C1\", "
                             "\"symbols\": [\"C\"], \"weights\": [1.0], "
                             "\"mass\": 12.011}], \"sites\": [{\"kind_name\": "
                             "\"Si\", \"position\": [0.0, 0.0, 0.0]}, "
                             "{\"kind_name\": \"C1\", \"position\": [1.0, "
                             "1.0, 1.0]}]}",
                             true));
    fake_input(run, "pseudos.C1", second);
    set_parameters(run, "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": "
                        "{\"starting_magnetization\": {\"Si\": 0.5, \"C1\": "
                        "0.25}}}");
    const char *text = input_file(run);
    CU_ASSERT(text_has(text, "starting_magnetization(1) =   "
                             "2.5000000000d-01\n  starting_magnetization(2) = "
                             "  5.0000000000d-01\n"));
    /* Equal file names of two nodes: the later kind's gets a suffix. */
    CU_ASSERT(text_has(text, "ATOMIC_SPECIES\nC1     12.011 Si.pz-vbc.UPF\n"
                             "Si     28.0 Si.pz-vbc-1.UPF\n"));
    CU_ASSERT(text_has(text, "  ntyp = 2\n"));
    json_object *copies =
        json_object_object_get(calcinfo(run), "local_copy_list");
    CU_ASSERT_EQUAL(json_object_array_length(copies), 2);
    clear_after();
}

static void copies_a_shared_pseudo_once(void)
{
    fake_run *run = silicon();
    fake_node *shared = run->inputs[1].node;

    fake_input(run, "structure",
               fake_node_new("core.structure",
                             "{\"cell\": [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], "
                             "[0.0, 0.0, 4.0]], \"kinds\": [{\"name\": "
                             "\"Si\", \"symbols\": [\"Si\"], \"weights\": "
                             "[1.0], \"mass\": 28.0855}, {\"name\": \"Si2\", "
                             "\"symbols\": [\"Si\"], \"weights\": [1.0], "
                             "\"mass\": 28.0855}], \"sites\": "
                             "[{\"kind_name\": \"Si\", \"position\": [0.0, "
                             "0.0, 0.0]}, {\"kind_name\": \"Si2\", "
                             "\"position\": [1.0, 1.0, 1.0]}]}",
                             true));
    fake_input(run, "pseudos.Si2", shared);
    CU_ASSERT(text_has(input_file(run), "Si2    28.0855 Si.pz-vbc.UPF\n"));
    json_object *copies =
        json_object_object_get(calcinfo(run), "local_copy_list");
    CU_ASSERT_EQUAL(json_object_array_length(copies), 1);
    clear_after();
}

static void writes_k_points_as_asked(void)
{
    static const double list[] = {0, 0, 0, 0.5, 0.25, 0};
    static const double weights[] = {0.25, 0.75};
    static const int64_t shape[2] = {2, 3};
    fake_run *run = silicon();
    fake_node *points = fake_node_new("core.array.kpoints", "{}", true);

    fake_input(run, "kpoints",
               fake_node_new("core.array.kpoints",
                             "{\"mesh\": [2, 1, 3], \"offset\": [0.5, 0.0, "
                             "0.5]}",
                             true));
    CU_ASSERT(text_has(input_file(run), "K_POINTS automatic\n2 1 3 1 0 1\n"));

    set_settings(run, "{\"force_kpoints_list\": true}");
    const char *text = input_file(run);
    CU_ASSERT(text_has(text, "K_POINTS crystal\n6\n"));
    CU_ASSERT(text_has(text, "        0.2500000000       0.0000000000       "
                             "0.1666666667       1.0000000000\n"));

    fake_node_add_array(points, "kpoints", 2, shape, list);
    fake_input(run, "kpoints", points);
    set_settings(run, "{}");
    CU_ASSERT(text_has(input_file(run),
                       "K_POINTS crystal\n2\n"
                       "        0.0000000000       0.0000000000       "
                       "0.0000000000       1.0000000000\n"));
    fake_node_add_array(points, "weights", 1, shape, weights);
    CU_ASSERT(text_has(input_file(run),
                       "        0.5000000000       0.2500000000       "
                       "0.0000000000       0.7500000000\n"));
    clear_after();
}

static void writes_gamma_only(void)
{
    fake_run *run = silicon();

    fake_input(run, "kpoints",
               fake_node_new("core.array.kpoints",
                             "{\"mesh\": [1, 1, 1], \"offset\": [0.0, 0.0, "
                             "0.0]}",
                             true));
    set_settings(run, "{\"GAMMA_ONLY\": true}");
    CU_ASSERT(text_has(input_file(run), "K_POINTS gamma\nCELL_PARAMETERS"));
    clear_after();
}

static void freezes_coordinates_with_a_zero(void)
{
    fake_run *run = silicon();

    set_settings(run, "{\"FIXED_COORDS\": [[true, true, false], [false, "
                      "false, false]], \"ATOMIC_FORCES\": [[0.5, 0, 0], [0, "
                      "0, -0.5]], \"ATOMIC_VELOCITIES\": [[1.0, 0.0, 0.0], "
                      "[0.0, 0.0, 0.0]]}");
    const char *text = input_file(run);
    CU_ASSERT(text_has(text, "Si           0.0000000000       0.0000000000     "
                             "  0.0000000000 0 0 1\n"));
    CU_ASSERT(text_has(text, "1.3575000000 1 1 1\nATOMIC_FORCES\nSi           "
                             "0.5000000000"));
    CU_ASSERT(text_has(text, "ATOMIC_VELOCITIES\nSi           1.0000000000"));
    clear_after();
}

static void chooses_namelists_by_calculation(void)
{
    fake_run *run = silicon();

    set_parameters(run, "{\"CONTROL\": {\"calculation\": \"vc-relax\"}}");
    CU_ASSERT(text_has(input_file(run), "&ELECTRONS\n/\n&IONS\n/\n&CELL\n/\n"));
    set_parameters(run, "{\"CONTROL\": {\"calculation\": \"md\"}}");
    CU_ASSERT(text_has(input_file(run), "&IONS\n/\nATOMIC_SPECIES"));
    set_parameters(run, "{\"CONTROL\": {}, \"SYSTEM\": {}}");
    set_settings(run, "{\"NAMELISTS\": [\"CONTROL\", \"SYSTEM\", \"FCP\"]}");
    CU_ASSERT(text_has(input_file(run), "&FCP\n/\nATOMIC_SPECIES"));
    clear_after();
}

static void corrects_the_case_of_keywords(void)
{
    fake_run *run = silicon();

    set_parameters(run, "{\"control\": {\"CALCULATION\": \"scf\"}}");
    CU_ASSERT(text_has(input_file(run), "&CONTROL\n  calculation = 'scf'\n"));
    CU_ASSERT(text_has(run->log, "30 parameters: namelists were changed"));
    clear_after();
}

static void writes_the_command_line(void)
{
    fake_run *run = silicon();

    set_settings(run, "{\"CMDLINE\": [\"-ndiag\", \"1\"]}");
    fake_input(run, "parallelization",
               fake_node_new("core.dict", "{\"ntg\": 2, \"npool\": 4}", true));
    fake_metadata(run, "options.output_filename", "\"pw.out\"");
    input_file(run);
    json_object *info = calcinfo(run);
    json_object *code = json_object_array_get_idx(
        json_object_object_get(info, "codes_info"), 0);
    CU_ASSERT_STRING_EQUAL(
        json_object_to_json_string_ext(code, JSON_C_TO_STRING_PLAIN),
        "{\"code\":\"code\",\"cmdline_params\":[\"-ndiag\",\"1\",\"-npool\","
        "\"4\",\"-ntg\",\"2\",\"-in\",\"aiida.in\"],\"stdout_name\":"
        "\"pw.out\"}");
    CU_ASSERT(text_has(run->log, "CMDLINE are deprecated"));
    clear_after();
}

static void lists_files_to_retrieve(void)
{
    fake_run *run = silicon();

    input_file(run);
    json_object *info = calcinfo(run);
    CU_ASSERT_STRING_EQUAL(
        json_object_to_json_string_ext(
            json_object_object_get(info, "retrieve_list"),
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        "[\"aiida.out\",\"out/aiida.save/data-file-schema.xml\","
        "\"out/aiida.save/data-file.xml\",\"CRASH\"]");
    CU_ASSERT_STRING_EQUAL(
        json_object_to_json_string_ext(
            json_object_object_get(info, "retrieve_temporary_list"),
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        "[[\"out/aiida.save/K*[0-9]/eigenval*.xml\",\".\",2]]");
    set_settings(run, "{\"NO_BANDS\": true}");
    input_file(run);
    CU_ASSERT_PTR_NULL(json_object_object_get(calcinfo(run),
                                              "retrieve_temporary_list"));
    clear_after();
}

static fake_node *parent_folder(void)
{
    fake_node *node = fake_node_new(
        "core.remote", "{\"remote_path\": \"/scratch/ab/12\"}", true);

    node->computer.bytes[0] = 0x11;
    return node;
}

static void restarts_by_copy_or_link(void)
{
    fake_run *run = silicon();

    fake_input(run, "parent_folder", parent_folder());
    input_file(run);
    const char *wanted = "[[\"11000000-0000-0000-0000-000000000000\","
                         "\"/scratch/ab/12/out/*\",\"./out/\"]]";
    CU_ASSERT_STRING_EQUAL(
        json_object_to_json_string_ext(
            json_object_object_get(calcinfo(run), "remote_copy_list"),
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        wanted);
    CU_ASSERT(text_has(run->log, "nothing in parameters restarts from it"));
    set_settings(run, "{\"parent_folder_symlink\": true}");
    input_file(run);
    json_object *info = calcinfo(run);
    CU_ASSERT_PTR_NULL(json_object_object_get(info, "remote_copy_list"));
    CU_ASSERT_STRING_EQUAL(
        json_object_to_json_string_ext(
            json_object_object_get(info, "remote_symlink_list"),
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        wanted);
    clear_after();
}

static void warns_of_bands_without_density(void)
{
    fake_run *run = silicon();

    set_parameters(run, "{\"CONTROL\": {\"calculation\": \"bands\"}}");
    input_file(run);
    CU_ASSERT(text_has(run->log, "30 parent_folder is not given for a "
                                 "\"bands\" calculation"));
    clear_after();
}

static void writes_environ_and_exit_files(void)
{
    fake_run *run = silicon();

    set_settings(run, "{\"ENVIRON\": {\"env_static_permittivity\": 78.3, "
                      "\"spread\": {\"Si\": 0.5}}, \"ONLY_INITIALIZATION\": "
                      "true}");
    input_file(run);
    CU_ASSERT_STRING_EQUAL(written(run, "environ.in"),
                           "&ENVIRON\n  env_static_permittivity =   "
                           "7.8300000000d+01\n  spread(1) =   "
                           "5.0000000000d-01\n/\n");
    CU_ASSERT_STRING_EQUAL(written(run, "aiida.EXIT"), "\n");
    CU_ASSERT(text_has(run->calcinfo, "\"-environ\",\"-in\""));
    clear_after();
}

static void carries_tables_under_their_names(void)
{
    fake_run *run = silicon();

    fake_input(run, "vdw_table",
               fake_node_new("core.singlefile",
                             "{\"filename\": \"vdW_kernel_table\"}", true));
    fake_input(run, "hubbard_file",
               fake_node_new("core.singlefile",
                             "{\"filename\": \"parameters.out\"}", true));
    input_file(run);
    const char *text = json_object_to_json_string_ext(
        json_object_object_get(calcinfo(run), "local_copy_list"),
        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    CU_ASSERT(text_has(text, "\"vdW_kernel_table\",\"./pseudo/"
                             "vdW_kernel_table\"]"));
    CU_ASSERT(text_has(text, "\"parameters.out\",\"parameters.in\"]"));
    clear_after();
}

static void copies_files_of_unstored_nodes(void)
{
    fake_run *run = silicon();
    fake_node *pseudo = fake_node_new(
        "core.upf", "{\"filename\": \"Si.pz-vbc.UPF\"}", false);

    fake_node_add(pseudo, "Si.pz-vbc.UPF", "<UPF/>", 6);
    fake_input(run, "pseudos.Si", pseudo);
    input_file(run);
    CU_ASSERT_STRING_EQUAL(written(run, "pseudo/Si.pz-vbc.UPF"), "<UPF/>");
    CU_ASSERT_PTR_NULL(
        json_object_object_get(calcinfo(run), "local_copy_list"));
    clear_after();
}

/* QE's documentation of the HUBBARD card (7.1) for the syntax. */
static void writes_the_hubbard_card(void)
{
    static const char onsite[] =
        "{\"projectors\": \"ortho-atomic\", \"formulation\": \"dudarev\", "
        "\"parameters\": [{\"atom_index\": 0, \"atom_manifold\": \"3p\", "
        "\"neighbour_index\": 0, \"neighbour_manifold\": \"3p\", "
        "\"translation\": [0, 0, 0], \"value\": 4.5, \"hubbard_type\": "
        "\"Ueff\"}]}";
    static const char intersite[] =
        "{\"projectors\": \"atomic\", \"formulation\": \"dudarev\", "
        "\"parameters\": [{\"atom_index\": 0, \"atom_manifold\": \"3p\", "
        "\"neighbour_index\": 0, \"neighbour_manifold\": \"3p\", "
        "\"translation\": [0, 0, 0], \"value\": 4.5, \"hubbard_type\": "
        "\"Ueff\"}, {\"atom_index\": 0, \"atom_manifold\": \"3p\", "
        "\"neighbour_index\": 1, \"neighbour_manifold\": \"3p\", "
        "\"translation\": [0, 0, 1], \"value\": 0.75, \"hubbard_type\": "
        "\"V\"}]}";
    fake_run *run = silicon();
    fake_node *node = fake_node_new("quantumespresso.hubbard_structure",
                                    SILICON, true);

    fake_input(run, "structure", node);
    fake_node_add(node, "hubbard.json", onsite, sizeof onsite - 1);
    CU_ASSERT(text_has(input_file(run),
                       "0.0000000000\nHUBBARD\tortho-atomic\n U\tSi-3p\t4.5\n"));
    fake_node_add(node, "hubbard.json", intersite, sizeof intersite - 1);
    /* Translation (0,0,1) is cell 14 of 27, home first: 14 x 2 sites + 2. */
    CU_ASSERT(text_has(input_file(run),
                       "HUBBARD\tatomic\n V\tSi-3p\tSi-3p\t1\t1\t4.5\n"
                       " V\tSi-3p\tSi-3p\t1\t30\t0.75\n"));
    clear_after();
}

static const unit_test tests[] = {
    {"writes_silicon_as_pw_x_was_given_it",
     writes_silicon_as_pw_x_was_given_it},
    {"writes_every_kind_of_value", writes_every_kind_of_value},
    {"numbers_kinds_in_alphabetical_order",
     numbers_kinds_in_alphabetical_order},
    {"copies_a_shared_pseudo_once", copies_a_shared_pseudo_once},
    {"writes_k_points_as_asked", writes_k_points_as_asked},
    {"writes_gamma_only", writes_gamma_only},
    {"freezes_coordinates_with_a_zero", freezes_coordinates_with_a_zero},
    {"chooses_namelists_by_calculation", chooses_namelists_by_calculation},
    {"corrects_the_case_of_keywords", corrects_the_case_of_keywords},
    {"writes_the_command_line", writes_the_command_line},
    {"lists_files_to_retrieve", lists_files_to_retrieve},
    {"restarts_by_copy_or_link", restarts_by_copy_or_link},
    {"warns_of_bands_without_density", warns_of_bands_without_density},
    {"writes_environ_and_exit_files", writes_environ_and_exit_files},
    {"carries_tables_under_their_names", carries_tables_under_their_names},
    {"copies_files_of_unstored_nodes", copies_files_of_unstored_nodes},
    {"writes_the_hubbard_card", writes_the_hubbard_card},
    {NULL, NULL},
};

const unit_suite input_suite = {"quantumespresso.pw input", NULL, NULL, tests};
