/* The submit script against AiiDA's.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/script.h>

#include "unit/engine/suites.h"

static json_object *parse(const char *text)
{
    json_object *value = NULL;
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

/* Without the lines of the fence, which AiiDA does not have. */
static void remove_fence(const buf *script, buf *out)
{
    static const char last[] = "\nfi\n\n";
    const char *text = buf_c_str(script);
    const char *begin = strstr(text, "# orma:");
    CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
    const char *end = strstr(begin, last);
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);

    buf_append(out, text, (size_t)(begin - text));
    buf_text(out, end + sizeof last - 2);
}

static void is_that_of_aiida_but_for_the_fence(void)
{
    AUTO_BUF buf expected = {0}, script = {0}, unfenced = {0};
    AUTO_JSON json_object *template = NULL;
    const script_parts parts = {
        .header = "exec > _scheduler-stdout.txt\n"
                  "exec 2> _scheduler-stderr.txt\n",
        .footer = "",
        .is_fenced = true,
    };

    CU_ASSERT_EQUAL_FATAL(json_parse_file(TEST_DATA "/calcjob/job_tmpl.json",
                                          1 << 20, &template, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(file_read(TEST_DATA "/calcjob/_aiidasubmit.sh",
                                    1 << 20, &expected, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(script_write(&script, template, &parts, NULL), ORMA_OK);
    remove_fence(&script, &unfenced);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&unfenced), buf_c_str(&expected));
}

/* By hand from AiiDA's get_submit_script(): blocks joined by newlines, each
 * but the run lines only when it is not empty. */
static void puts_every_block_in_its_place(void)
{
    AUTO_BUF buf script = {0};
    AUTO_JSON json_object *template = parse(
        "{\"shebang\": \"#!/bin/sh\", \"prepend_text\": \"module load x\","
        " \"append_text\": \"echo done\", \"job_environment\":"
        " {\"A\": \"it's\", \"N\": 4}, \"codes_info\":"
        " [{\"cmdline_params\": [\"./a.out\"]},"
        " {\"cmdline_params\": [\"b\"], \"stdout_name\": \"o\","
        " \"stderr_name\": \"e\"}], \"codes_run_mode\": 0}");
    const script_parts parts = {.header = "#X -n 1", .footer = "end"};

    CU_ASSERT_EQUAL(script_write(&script, template, &parts, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&script),
                           "#!/bin/sh\n#X -n 1\n\n"
                           "# ENVIRONMENT VARIABLES BEGIN ###\n"
                           "export A='it'\"'\"'s'\nexport N='4'\n"
                           "# ENVIRONMENT VARIABLES  END  ###\n\n"
                           "module load x\n\n"
                           "'./a.out'\n\n'b' > 'o' 2> 'e'\n\n"
                           "echo done\n\nend\n");
}

static void runs_codes_side_by_side_when_asked(void)
{
    AUTO_BUF buf script = {0};
    AUTO_JSON json_object *template =
        parse("{\"codes_info\": [{\"cmdline_params\": [\"a\"]},"
              " {\"cmdline_params\": [\"b\"]}], \"codes_run_mode\": 1}");
    const script_parts parts = {.header = "", .footer = ""};

    CU_ASSERT_EQUAL(script_write(&script, template, &parts, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&script),
                           "#!/bin/bash\n\n\n'a' &\n\n'b' &\n\nwait\n\n");
}

static void quotes_a_line_as_computer_and_code_say(void)
{
    static const struct {
        const char *code, *line;
    } rows[] = {
        {"{\"prepend_cmdline_params\": [\"mpirun\", \"-np\", \"2\"],"
         " \"cmdline_params\": [\"pw.x\", \"-in\", \"a b\"],"
         " \"use_double_quotes\": [false, false], \"stdout_name\": \"out\","
         " \"join_files\": true}",
         "'mpirun' '-np' '2' 'pw.x' '-in' 'a b' > 'out' 2>&1"},
        {"{\"prepend_cmdline_params\": [\"$RUN\"],"
         " \"cmdline_params\": [\"$X\", \"say \\\"hi\\\"\"],"
         " \"use_double_quotes\": [true, true], \"stdin_name\": \"$IN\"}",
         "\"$RUN\" \"$X\" \"say \"'\"'\"hi\"'\"'\"\" < \"$IN\""},
        {"{\"prepend_cmdline_params\": [\"docker\", \"run\", \"i\", \"sh\","
         " \"-c\"], \"cmdline_params\": [\"bash\"], \"stdin_name\": \"in\","
         " \"wrap_cmdline_params\": true}",
         "'docker' 'run' 'i' 'sh' '-c' \"'bash' < 'in'\""},
        {"{\"cmdline_params\": [\"x\", \"\", 3, 0.5]}", "'x' '' '3' '0.5'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_BUF buf line = {0};
        AUTO_JSON json_object *code = parse(rows[i].code);
        CU_ASSERT_EQUAL(script_run_line(&line, code, NULL), ORMA_OK);
        CU_ASSERT_STRING_EQUAL(buf_c_str(&line), rows[i].line);
    }
}

static void refuses_what_the_shell_would_take_for_a_command(void)
{
    AUTO_BUF buf script = {0};
    AUTO_JSON json_object *template =
        parse("{\"job_environment\": {\"A=1; rm -rf x; B\": \"\"}}");
    const script_parts parts = {.header = "", .footer = ""};

    CU_ASSERT_EQUAL(script_write(&script, template, &parts, NULL),
                    ORMA_E_INVALID);
}

static void fills_the_mpi_command(void)
{
    static const struct {
        const char *word, *filled;
    } rows[] = {
        {"-np", "-np"},
        {"{tot_num_mpiprocs}", "4"},
        {"--n={num_machines}x{none}", "--n=2xNone"},
        {"${{HOME}}", "${HOME}"},
    };
    AUTO_JSON json_object *values =
        parse("{\"tot_num_mpiprocs\": 4, \"num_machines\": 2, \"none\": null}");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_BUF buf out = {0};
        CU_ASSERT_EQUAL(script_fill(&out, rows[i].word, values, NULL), ORMA_OK);
        CU_ASSERT_STRING_EQUAL(buf_c_str(&out), rows[i].filled);
    }
    AUTO_BUF buf out = {0};
    CU_ASSERT_EQUAL(script_fill(&out, "{cores}", values, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(script_fill(&out, "a}", values, NULL), ORMA_E_INVALID);
}

static const unit_test tests[] = {
    {"is that of AiiDA but for the fence", is_that_of_aiida_but_for_the_fence},
    {"puts every block in its place", puts_every_block_in_its_place},
    {"runs codes side by side when asked", runs_codes_side_by_side_when_asked},
    {"quotes a line as computer and code say",
     quotes_a_line_as_computer_and_code_say},
    {"refuses what the shell would take for a command",
     refuses_what_the_shell_would_take_for_a_command},
    {"fills the MPI command", fills_the_mpi_command},
    {NULL, NULL},
};

const unit_suite script_suite = {"script", NULL, NULL, tests};
