/* Cells given as ibrav and its parameters, against the vectors of INPUT_PW.
 *
 * SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <stdio.h>

/* Cells written out by hand from INPUT_PW.txt of 6.7 with a = 4, b = 5, c = 6
 * (angstrom), cos(gamma) = 0.2, cos(beta) = 0.1, cos(alpha) = 0.3 where the
 * lattice has them; sin(gamma) = 0.9797958971, sin(beta) = 0.9949874371. */
static const struct {
    int ibrav;
    const char *cell;
    const char *wanted[6];
} cells[] = {
    {1, "[[4.0,0,0],[0,4.0,0],[0,0,4.0]]", {"  a =   4.0000000000d+00\n"}},
    {2, "[[-2.0,0,2.0],[0,2.0,2.0],[-2.0,2.0,0]]",
     {"  a =   4.0000000000d+00\n"}},
    {3, "[[2.0,2.0,2.0],[-2.0,2.0,2.0],[-2.0,-2.0,2.0]]",
     {"  a =   4.0000000000d+00\n"}},
    {-3, "[[-2.0,2.0,2.0],[2.0,-2.0,2.0],[2.0,2.0,-2.0]]",
     {"  a =   4.0000000000d+00\n"}},
    {4, "[[4.0,0,0],[-2.0,3.46410161514,0],[0,0,6.0]]",
     {"  a =   4.0000000000d+00\n", "  c =   6.0000000000d+00\n"}},
    /* cos = 0.2: tx = 0.632455532, ty = 0.3651483717, tz = 0.6831300511 */
    {5, "[[2.529822128,-1.4605934867,2.7325202043],[0,2.9211869734,"
        "2.7325202043],[-2.529822128,-1.4605934867,2.7325202043]]",
     {"  a =   4.0000000000d+00\n", "  cosab =   2.0000000"}},
    {6, "[[4.0,0,0],[0,4.0,0],[0,0,6.0]]",
     {"  a =   4.0000000000d+00\n", "  c =   6.0000000000d+00\n"}},
    {7, "[[2.0,-2.0,3.0],[2.0,2.0,3.0],[-2.0,-2.0,3.0]]",
     {"  a =   4.0000000000d+00\n", "  c =   6.0000000000d+00\n"}},
    {8, "[[4.0,0,0],[0,5.0,0],[0,0,6.0]]",
     {"  a =   4.0000000000d+00\n", "  b =   5.0000000000d+00\n",
      "  c =   6.0000000000d+00\n"}},
    {9, "[[2.0,2.5,0],[-2.0,2.5,0],[0,0,6.0]]",
     {"  a =   4.0000000000d+00\n", "  b =   5.0000000000d+00\n",
      "  c =   6.0000000000d+00\n"}},
    {-9, "[[2.0,-2.5,0],[2.0,2.5,0],[0,0,6.0]]",
     {"  a =   4.0000000000d+00\n", "  b =   5.0000000000d+00\n"}},
    {91, "[[4.0,0,0],[0,2.5,-3.0],[0,2.5,3.0]]",
     {"  b =   5.0000000000d+00\n", "  c =   6.0000000000d+00\n"}},
    {10, "[[2.0,0,3.0],[2.0,2.5,0],[0,2.5,3.0]]",
     {"  a =   4.0000000000d+00\n", "  b =   5.0000000000d+00\n",
      "  c =   6.0000000000d+00\n"}},
    {11, "[[2.0,2.5,3.0],[-2.0,2.5,3.0],[-2.0,-2.5,3.0]]",
     {"  a =   4.0000000000d+00\n", "  b =   5.0000000000d+00\n",
      "  c =   6.0000000000d+00\n"}},
    {12, "[[4.0,0,0],[1.0,4.8989794856,0],[0,0,6.0]]",
     {"  b =   5.0000000000d+00\n", "  cosab =   2.0000000000d-01\n"}},
    {-12, "[[4.0,0,0],[0,5.0,0],[0.6,0,5.9699246226]]",
     {"  c =   6.0000000000d+00\n", "  cosac =   1.0000000000d-01\n"}},
    {13, "[[2.0,0,-3.0],[1.0,4.8989794856,0],[2.0,0,3.0]]",
     {"  a =   4.0000000000d+00\n", "  cosab =   2.0000000000d-01\n"}},
    {-13, "[[2.0,2.5,0],[-2.0,2.5,0],[0.6,0,5.9699246226]]",
     {"  b =   5.0000000000d+00\n", "  cosac =   1.0000000000d-01\n"}},
    /* third vector: 0.6, 6 (0.3 - 0.02) / 0.9797958971, the rest */
    {14, "[[4.0,0,0],[1.0,4.898979485566,0],[0.6,1.714642819948,5.718391382198]]",
     {"  cosab =   2.0000000000d-01\n", "  cosac =   1.0000000000d-01\n",
      "  cosbc =   3.0000000000d-01\n"}},
};

static fake_run *with_cell(int ibrav, const char *cell, const char *tolerance)
{
    char structure[2048], parameters[256], settings[128];
    fake_run *run = silicon();

    snprintf(structure, sizeof structure,
             "{\"cell\": %s, \"kinds\": [{\"name\": \"Si\", \"symbols\": "
             "[\"Si\"], \"weights\": [1.0], \"mass\": 28.0855}], \"sites\": "
             "[{\"kind_name\": \"Si\", \"position\": [0.0, 0.0, 0.0]}]}",
             cell);
    snprintf(parameters, sizeof parameters,
             "{\"CONTROL\": {\"calculation\": \"scf\"}, \"SYSTEM\": "
             "{\"ibrav\": %d}}", ibrav);
    fake_input(run, "structure",
               fake_node_new("core.structure", structure, true));
    fake_input(run, "parameters", fake_node_new("core.dict", parameters, true));
    if (tolerance != NULL) {
        snprintf(settings, sizeof settings, "{\"IBRAV_CELL_TOLERANCE\": %s}",
                 tolerance);
        fake_input(run, "settings",
                   fake_node_new("core.dict", settings, true));
    }
    return run;
}

static void knows_every_lattice(void)
{
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        fake_run *run = with_cell(cells[i].ibrav, cells[i].cell, NULL);
        CU_ASSERT_EQUAL(fake_prepare(run), ORMA_OK);
        if (run->error[0] != '\0')
            printf("# ibrav %d: %s\n", cells[i].ibrav, run->error);
        const char *text = written(run, "aiida.in");
        CU_ASSERT(!text_has(text, "CELL_PARAMETERS"));
        for (size_t k = 0; k < 6 && cells[i].wanted[k] != NULL; k++) {
            const int has = text_has(text, cells[i].wanted[k]);
            CU_ASSERT(has);
            if (!has)
                printf("# ibrav %d: no \"%s\" in\n%s\n", cells[i].ibrav,
                       cells[i].wanted[k], text);
        }
    }
    fake_clear();
}

static void refuses_a_cell_of_another_lattice(void)
{
    fake_run *run = with_cell(2, cells[0].cell, NULL);

    CU_ASSERT_EQUAL(fake_prepare(run), ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "SYSTEM.ibrav 2"));
    CU_ASSERT(text_has(run->error, "IBRAV_CELL_TOLERANCE"));
    run = with_cell(77, cells[0].cell, NULL);
    CU_ASSERT_EQUAL(fake_prepare(run), ORMA_E_INVALID);
    CU_ASSERT(text_has(run->error, "77"));
    fake_clear();
}

static void accepts_deviations_within_the_tolerance(void)
{
    static const char cell[] = "[[4.0,0,0],[0,4.001,0],[0,0,4.0]]";

    CU_ASSERT_EQUAL(fake_prepare(with_cell(1, cell, NULL)), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(fake_prepare(with_cell(1, cell, "0.01")), ORMA_OK);
    fake_clear();
}

static const unit_test tests[] = {
    {"knows_every_lattice", knows_every_lattice},
    {"refuses_a_cell_of_another_lattice", refuses_a_cell_of_another_lattice},
    {"accepts_deviations_within_the_tolerance",
     accepts_deviations_within_the_tolerance},
    {NULL, NULL},
};

const unit_suite bravais_suite = {"ibrav", NULL, NULL, tests};
