/* Output that was cut off or changed must not bring the parser down, whatever
 * it makes of it; run under AddressSanitizer.
 *
 * SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <string.h>

#define XML "data-file-schema.xml"
#define OUT "aiida.out"

static const char *const runs[] = {"si_scf",   "si_vc_relax", "fe_hubbard",
                                   "si_field", "si_berry",    "pt_spinorbit"};

#define RUNS (sizeof runs / sizeof *runs)

/* A generator of its own, so that every machine tries the same. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void survives_files_cut_anywhere(void)
{
    for (size_t i = 0; i < RUNS; i++) {
        const char *const files[] = {XML, OUT};
        for (size_t f = 0; f < 2; f++)
            for (size_t part = 0; part < 40; part++) {
                fake_run *run = recorded(runs[i], NULL);
                fake_file *file = fake_node_file(run->retrieved, files[f]);
                file->len = file->len * part / 40;
                file->bytes[file->len] = '\0';
                CU_ASSERT_EQUAL(fake_parse(run), ORMA_OK);
                CU_ASSERT(run->has_exit_code);
                CU_ASSERT_STRING_NOT_EQUAL(run->exit_label, "");
                fake_clear();
            }
    }
}

static void survives_changed_bytes(void)
{
    static const char bytes[] = "0123456789-+.eED*=()<>/\"& \n!xX";
    uint32_t state = 42;

    for (size_t round = 0; round < 240; round++) {
        fake_run *run = recorded(runs[round % RUNS], NULL);
        fake_file *file =
            fake_node_file(run->retrieved, round % 2 == 0 ? OUT : XML);
        for (size_t k = 0; k < 1 + round / 12; k++)
            file->bytes[next_random(&state) % file->len] =
                bytes[next_random(&state) % (sizeof bytes - 1)];
        CU_ASSERT_EQUAL(fake_parse(run), ORMA_OK);
        fake_clear();
    }
}

static void survives_lines_out_of_order(void)
{
    uint32_t state = 7;

    for (size_t round = 0; round < 30; round++) {
        fake_run *run = recorded(runs[round % RUNS], NULL);
        fake_file *file = fake_node_file(run->retrieved, OUT);
        fake_metadata(run, "options.without_xml", "true");
        fake_node_remove(run->retrieved, XML);
        file = fake_node_file(run->retrieved, OUT);
        /* Swaps pieces of equal length. */
        for (size_t k = 0; k < 20; k++) {
            char piece[200];
            const size_t a = next_random(&state) % (file->len - 200);
            const size_t b = next_random(&state) % (file->len - 200);
            memcpy(piece, file->bytes + a, 200);
            memmove(file->bytes + a, file->bytes + b, 200);
            memcpy(file->bytes + b, piece, 200);
        }
        CU_ASSERT_EQUAL(fake_parse(run), ORMA_OK);
        fake_clear();
    }
}

static void refuses_declared_entities(void)
{
    fake_run *run = recorded("si_scf", NULL);

    fake_node_edit(run->retrieved, XML, "<qes:espresso",
                   "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b "
                   "\"&a;&a;&a;\">]>\n<qes:espresso");
    CU_ASSERT_STRING_EQUAL(exit_label(run), "ERROR_OUTPUT_XML_PARSE");
    fake_clear();
}

static void refuses_elements_nested_too_deep(void)
{
    char deep[4096] = "";
    fake_run *run = recorded("si_scf", NULL);

    for (size_t i = 0; i < 200; i++)
        memcpy(deep + strlen(deep), "<deep>", 7);
    memcpy(deep + strlen(deep), "<output>", 9);
    fake_node_edit(run->retrieved, XML, "<output>", deep);
    CU_ASSERT_STRING_EQUAL(exit_label(run), "ERROR_OUTPUT_XML_PARSE");
    fake_clear();
}

static void survives_a_line_without_end(void)
{
    static char long_line[1 << 20];
    fake_run *run = recorded("si_scf", NULL);

    memset(long_line, '!', sizeof long_line - 1);
    fake_node_add(run->retrieved, OUT, long_line, sizeof long_line - 1);
    CU_ASSERT_STRING_EQUAL(exit_label(run), "ERROR_OUTPUT_STDOUT_INCOMPLETE");
    fake_clear();
}

static const unit_test tests[] = {
    {"survives_files_cut_anywhere", survives_files_cut_anywhere},
    {"survives_changed_bytes", survives_changed_bytes},
    {"survives_lines_out_of_order", survives_lines_out_of_order},
    {"refuses_declared_entities", refuses_declared_entities},
    {"refuses_elements_nested_too_deep", refuses_elements_nested_too_deep},
    {"survives_a_line_without_end", survives_a_line_without_end},
    {NULL, NULL},
};

const unit_suite damage_suite = {"quantumespresso.pw damaged output", NULL,
                                 NULL, tests};
