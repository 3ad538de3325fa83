/* Every exit code: of a recorded run as it is, or with the least edit that
 * shows the fault (said beside it). Messages of pw.x are as its sources have
 * them.
 *
 * SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <string.h>

#define TYPE(name) "{\"CONTROL\": {\"calculation\": \"" name "\"}}"
#define SCF TYPE("scf")
#define XML "data-file-schema.xml"
#define OUT "aiida.out"
#define BEGIN "     Self-consistent Calculation\n"

static int gives(fake_run *run, const char *wanted)
{
    const char *label = exit_label(run);

    if (strcmp(label, wanted) == 0)
        return 1;
    printf("# %s instead of %s\n# %s\n", label, wanted, run->exit_values);
    return 0;
}

/* A run as it was recorded, nothing edited. */
static void tells_recorded_runs(void)
{
    static const struct {
        const char *run, *parameters, *label;
    } all[] = {
        {"si_scf", SCF, ""},
        {"si_nscf", TYPE("nscf"), ""},
        {"si_bands", TYPE("bands"), ""},
        {"si_md", TYPE("md"), ""},
        {"si_relax", TYPE("relax"), ""},
        {"si_vc_relax", TYPE("vc-relax"), ""},
        {"si_npools", SCF, ""}, /* "suboptimal …: some nodes have no k-points" */
        {"si_initialization", SCF, ""},
        {"si_max_seconds", SCF, "ERROR_OUT_OF_WALLTIME"},
        {"si_not_converged", SCF, "ERROR_ELECTRONIC_CONVERGENCE_NOT_REACHED"},
        {"si_relax_nstep", TYPE("relax"), "ERROR_IONIC_CYCLE_EXCEEDED_NSTEP"},
        {"si_relax_scf_failed", TYPE("relax"),
         "ERROR_IONIC_CYCLE_ELECTRONIC_CONVERGENCE_NOT_REACHED"},
        {"si_vc_relax_final",
         "{\"CONTROL\": {\"calculation\": \"vc-relax\"}, \"CELL\": "
         "{\"press_conv_thr\": 0.1}}",
         "ERROR_IONIC_CONVERGENCE_REACHED_EXCEPT_IN_FINAL_SCF"},
        {"si_crash", SCF, "ERROR_OUTPUT_FILES"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT(gives(recorded(all[i].run, all[i].parameters),
                        all[i].label));
    fake_clear();
}

/* One message before the first self-consistent run of si_scf. */
static void tells_every_message(void)
{
    static const struct {
        const char *line, *label;
    } all[] = {
        {"     charge is wrong: smearing is needed\n", "ERROR_CHARGE_IS_WRONG"},
        {"     not orthogonal operation\n",
         "ERROR_SYMMETRY_NON_ORTHOGONAL_OPERATION"},
        {"     Error in routine electrons (1):\n     dexx is negative!  Check "
         "that exxdiv_treatment is appropriate\n",
         "ERROR_DEXX_IS_NEGATIVE"},
        {"     problems computing cholesky\n", "ERROR_COMPUTING_CHOLESKY"},
        {"     some nodes have no k-points\n", "ERROR_NPOOLS_TOO_HIGH"},
        {"     too many bands are not converged\n",
         "ERROR_DIAGONALIZATION_TOO_MANY_BANDS_NOT_CONVERGED"},
        {"     S matrix not positive definite\n",
         "ERROR_S_MATRIX_NOT_POSITIVE_DEFINITE"},
        {"     zhegvd failed\n", "ERROR_ZHEGVD_FAILED"},
        {"     [Q, R] = qr(X, 0) failed\n", "ERROR_QR_FAILED"},
        {"     probably because G_par is NOT a reciprocal lattice vector\n",
         "ERROR_G_PAR"},
        {"     10 eigenvectors failed to converge\n",
         "ERROR_EIGENVECTOR_CONVERGENCE"},
        {"     Error in routine broyden (2):\n", "ERROR_BROYDEN_FACTORIZATION"},
        {"     Not enough space allocated for radial FFT: try restarting with "
         "a larger cell_factor\n",
         "ERROR_RADIAL_FFT_SIGNIFICANT_VOLUME_CONTRACTION"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[512];
        fake_run *run = recorded("si_scf", SCF);
        snprintf(text, sizeof text, "%s%s", all[i].line, BEGIN);
        fake_node_edit(run->retrieved, OUT, BEGIN, text);
        CU_ASSERT(gives(run, all[i].label));
        /* The same from CRASH, where the output only breaks off. */
        run = recorded("si_scf", SCF);
        fake_node_cut(run->retrieved, OUT, BEGIN);
        fake_node_add(run->retrieved, "CRASH", all[i].line,
                      strlen(all[i].line));
        CU_ASSERT(gives(run, all[i].label));
    }
    fake_clear();
}

static void tells_the_first_of_several_messages(void)
{
    fake_run *run = recorded("si_scf", SCF);

    fake_node_edit(run->retrieved, OUT, BEGIN,
                   "     zhegvd failed\n     charge is wrong\n" BEGIN);
    CU_ASSERT(gives(run, "ERROR_CHARGE_IS_WRONG"));
    fake_clear();
}

static void tells_missing_files(void)
{
    fake_run *run = recorded("si_scf", SCF);

    fake_node_remove(run->retrieved, OUT);
    CU_ASSERT(gives(run, "ERROR_OUTPUT_STDOUT_MISSING"));
    run = recorded("si_scf", SCF);
    fake_node_remove(run->retrieved, XML);
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_MISSING"));
    run = recorded("si_scf", SCF);
    fake_node_add(run->retrieved, "data-file.xml", "<Root/>", 7);
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_MULTIPLE"));
    run = recorded("si_scf", SCF);
    fake_node_remove(run->retrieved, OUT);
    fake_node_remove(run->retrieved, XML);
    CU_ASSERT(gives(run, "ERROR_OUTPUT_FILES"));
    run = recorded("si_scf", SCF);
    run->retrieved = NULL;
    CU_ASSERT(gives(run, "ERROR_OUTPUT_FILES"));
    fake_clear();
}

static void tells_unreadable_files(void)
{
    fake_run *run = recorded("si_scf", SCF);

    run->retrieved->open_path = OUT;
    run->retrieved->open_status = ORMA_E_PERMANENT;
    CU_ASSERT(gives(run, "ERROR_OUTPUT_STDOUT_READ"));
    run = recorded("si_scf", SCF);
    run->retrieved->open_path = XML;
    run->retrieved->open_status = ORMA_E_PERMANENT;
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_READ"));
    run = recorded("si_scf", SCF);
    run->temporary = fake_node_new("core.folder", "{}", false);
    run->temporary->files_status = ORMA_E_PERMANENT;
    CU_ASSERT(gives(run, "ERROR_NO_RETRIEVED_TEMPORARY_FOLDER"));
    fake_clear();
}

static void leaves_a_passing_failure_to_the_engine(void)
{
    fake_run *run = recorded("si_scf", SCF);

    run->retrieved->open_path = XML;
    run->retrieved->open_status = ORMA_E_TRANSIENT;
    CU_ASSERT_EQUAL(fake_parse(run), ORMA_E_TRANSIENT);
    CU_ASSERT(!run->has_exit_code);
    fake_clear();
}

static void tells_damaged_files(void)
{
    static const char schema[] = "qes_030920.xsd";
    fake_run *run = recorded("si_scf", SCF);

    fake_node_file(run->retrieved, OUT)->bytes[100] = '\0';
    CU_ASSERT(gives(run, "ERROR_OUTPUT_STDOUT_PARSE"));
    run = recorded("si_scf", SCF);
    fake_node_cut(run->retrieved, OUT, "   JOB DONE.");
    CU_ASSERT(gives(run, "ERROR_OUTPUT_STDOUT_INCOMPLETE"));
    run = recorded("si_scf", SCF);
    fake_node_cut(run->retrieved, XML, "</output>");
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_PARSE"));
    run = recorded("si_scf", SCF);
    fake_node_edit(run->retrieved, XML, "xsi:schemaLocation", "xsi:other");
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_PARSE"));
    run = recorded("si_scf", SCF);
    fake_node_edit(run->retrieved, XML, schema, "qes_991231.xsd");
    CU_ASSERT(gives(run, "ERROR_OUTPUT_XML_FORMAT"));
    /* Version 7.0 named an older schema: taken whatever it names. */
    run = recorded("si_scf", SCF);
    fake_node_edit(run->retrieved, XML, schema, "qes_991231.xsd");
    fake_node_edit(run->retrieved, XML, "VERSION=\"6.7MaX\"",
                   "VERSION=\"7.0\"");
    CU_ASSERT(gives(run, ""));
    run = recorded("si_scf", SCF);
    fake_node_edit_all(run->retrieved, OUT, "number of atoms/cell", "number");
    CU_ASSERT(gives(run, "ERROR_UNEXPECTED_PARSER_EXCEPTION"));
    CU_ASSERT(text_has(run->exit_values, "\"exception\""));
    fake_clear();
}

static void carries_an_unknown_message_in_the_exception(void)
{
    fake_run *run = recorded("si_crash", SCF);

    fake_metadata(run, "options.without_xml", "true");
    CU_ASSERT(gives(run, "ERROR_UNEXPECTED_PARSER_EXCEPTION"));
    CU_ASSERT(text_has(run->exit_values, "too few bands"));
    fake_clear();
}

static void tells_a_walltime_that_was_overrun(void)
{
    fake_run *run = recorded("si_max_seconds", SCF);

    fake_node_cut(run->retrieved, OUT, "   JOB DONE.");
    CU_ASSERT(gives(run, "ERROR_OUT_OF_WALLTIME_INTERRUPTED"));
    fake_clear();
}

static void accepts_what_the_inputs_allow(void)
{
    CU_ASSERT(gives(recorded("si_not_converged",
                             "{\"CONTROL\": {\"calculation\": \"scf\"}, "
                             "\"ELECTRONS\": {\"electron_maxstep\": 0}}"),
                    "WARNING_ELECTRONIC_CONVERGENCE_NOT_REACHED"));
    CU_ASSERT(gives(recorded("si_not_converged",
                             "{\"CONTROL\": {\"calculation\": \"scf\"}, "
                             "\"ELECTRONS\": {\"scf_must_converge\": "
                             "false}}"),
                    "WARNING_ELECTRONIC_CONVERGENCE_NOT_REACHED"));
    fake_clear();
}

/* pw.x's final force is 1.5e-5 Ry/bohr, its final pressure 0.22 kbar. */
static void verifies_thresholds_by_hand(void)
{
    CU_ASSERT(gives(recorded("si_relax",
                             "{\"CONTROL\": {\"calculation\": \"relax\", "
                             "\"forc_conv_thr\": 1e-5}}"),
                    "ERROR_IONIC_CONVERGENCE_NOT_REACHED"));
    CU_ASSERT(gives(recorded("si_vc_relax",
                             "{\"CONTROL\": {\"calculation\": \"vc-relax\"}, "
                             "\"CELL\": {\"press_conv_thr\": 0.01}}"),
                    "ERROR_IONIC_CONVERGENCE_NOT_REACHED"));
    CU_ASSERT(gives(recorded("si_vc_relax",
                             "{\"CONTROL\": {\"calculation\": \"vc-relax\"}, "
                             "\"CELL\": {\"press\": 10.0}}"),
                    "ERROR_IONIC_CONVERGENCE_NOT_REACHED"));
    CU_ASSERT(gives(recorded("si_vc_relax",
                             "{\"CONTROL\": {\"calculation\": \"vc-relax\"}, "
                             "\"CELL\": {\"press_conv_thr\": 0.01, "
                             "\"cell_dofree\": \"shape\"}}"),
                    ""));
    fake_clear();
}

/* si_fixed froze all but one coordinate: the forces on the others stay. */
static void ignores_forces_on_frozen_coordinates(void)
{
    static const char parameters[] =
        "{\"CONTROL\": {\"calculation\": \"relax\", \"forc_conv_thr\": 1e-3}}";
    fake_run *run = recorded("si_fixed", parameters);

    fake_node_edit_all(run->retrieved, XML,
                       "order=\"F\">\n      0.000000000000000e0",
                       "order=\"F\">\n      1.000000000000000e0");
    CU_ASSERT(gives(run, "ERROR_IONIC_CONVERGENCE_NOT_REACHED"));
    run->has_exit_code = false;
    fake_input(run, "settings",
               fake_node_new("core.dict",
                             "{\"fixed_coords\": [[true, true, true], [false, "
                             "true, true]]}",
                             true));
    CU_ASSERT(gives(run, ""));
    fake_clear();
}

static void tells_failures_of_bfgs(void)
{
    static const char line[] = "     history already reset at previous step: "
                               "stopping\n" BEGIN;
    fake_run *run = recorded("si_relax",
                             "{\"CONTROL\": {\"calculation\": \"relax\", "
                             "\"forc_conv_thr\": 1e-5}}");

    fake_node_edit(run->retrieved, OUT, BEGIN, line);
    CU_ASSERT(gives(run, "ERROR_IONIC_CYCLE_BFGS_HISTORY_FAILURE"));
    run = recorded("si_relax", TYPE("relax"));
    fake_node_edit(run->retrieved, OUT, BEGIN, line);
    CU_ASSERT(gives(run, "")); /* the thresholds are met all the same */
    run = recorded("si_vc_relax", TYPE("vc-relax"));
    fake_node_edit(run->retrieved, OUT, BEGIN, line);
    fake_node_edit(run->retrieved, OUT, "convergence has been achieved in",
                   "convergence NOT achieved after");
    CU_ASSERT(gives(run,
                    "ERROR_IONIC_CYCLE_BFGS_HISTORY_AND_FINAL_SCF_FAILURE"));
    fake_clear();
}

static void tells_a_final_run_that_did_not_converge(void)
{
    fake_run *run = recorded("si_vc_relax", TYPE("vc-relax"));

    fake_node_edit(run->retrieved, OUT, "convergence has been achieved in",
                   "convergence NOT achieved after");
    CU_ASSERT(gives(run, "ERROR_IONIC_CONVERGENCE_REACHED_FINAL_SCF_FAILED"));
    fake_clear();
}

static void respects_the_scheduler(void)
{
    fake_run *run = recorded("si_relax", TYPE("relax"));

    run->scheduler_status = 120;
    fake_node_cut(run->retrieved, OUT, "   JOB DONE.");
    CU_ASSERT(gives(run, "ERROR_IONIC_INTERRUPTED_PARTIAL_TRAJECTORY"));
    CU_ASSERT_PTR_NOT_NULL(fake_output(run, "output_structure"));
    run = recorded("si_relax", TYPE("relax"));
    run->scheduler_status = 110;
    fake_node_cut(run->retrieved, OUT, "   JOB DONE.");
    CU_ASSERT(gives(run, "none"));
    run = recorded("si_scf", SCF);
    run->scheduler_status = 140;
    fake_node_cut(run->retrieved, OUT, "   JOB DONE.");
    CU_ASSERT(gives(run, "none"));
    run = recorded("si_scf", SCF);
    run->scheduler_status = 120;
    CU_ASSERT(gives(run, "")); /* a good run clears it */
    fake_clear();
}

static const unit_test tests[] = {
    {"tells_recorded_runs", tells_recorded_runs},
    {"tells_every_message", tells_every_message},
    {"tells_the_first_of_several_messages",
     tells_the_first_of_several_messages},
    {"tells_missing_files", tells_missing_files},
    {"tells_unreadable_files", tells_unreadable_files},
    {"leaves_a_passing_failure_to_the_engine",
     leaves_a_passing_failure_to_the_engine},
    {"tells_damaged_files", tells_damaged_files},
    {"carries_an_unknown_message_in_the_exception",
     carries_an_unknown_message_in_the_exception},
    {"tells_a_walltime_that_was_overrun", tells_a_walltime_that_was_overrun},
    {"accepts_what_the_inputs_allow", accepts_what_the_inputs_allow},
    {"verifies_thresholds_by_hand", verifies_thresholds_by_hand},
    {"ignores_forces_on_frozen_coordinates",
     ignores_forces_on_frozen_coordinates},
    {"tells_failures_of_bfgs", tells_failures_of_bfgs},
    {"tells_a_final_run_that_did_not_converge",
     tells_a_final_run_that_did_not_converge},
    {"respects_the_scheduler", respects_the_scheduler},
    {NULL, NULL},
};

const unit_suite exit_code_suite = {"quantumespresso.pw exit codes", NULL,
                                    NULL, tests};
