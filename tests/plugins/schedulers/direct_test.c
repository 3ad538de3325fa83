/* core.direct: commands, and the reading of what they print.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <orma/scheduler.h>
#include <plugin/registry.h>

#include "unit/runner.h"

static registry *plugins;
static const orma_scheduler *direct;

static int set_up(void)
{
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;

    if (registry_open(&plugins, NULL) != ORMA_OK ||
        registry_find(plugins, KIND_SCHEDULER, "core.direct", &entry, NULL) !=
            ORMA_OK ||
        plugin_load(plugins, entry, &vtable, NULL) != ORMA_OK)
        return 1;
    direct = vtable;
    return 0;
}

static int tear_down(void)
{
    registry_close(plugins);
    return 0;
}

/* ---- resources --------------------------------------------------- */

static orma_status complete(const char *given, int64_t mpiprocs, buf *out)
{
    orma_writer writer = {out, 0};
    return direct->resources(direct, (orma_str){given, strlen(given)}, mpiprocs,
                             &writer, NULL);
}

static void completes_resources_in_aiidas_form(void)
{
    static const struct {
        const char *given;
        int64_t mpiprocs;
        const char *completed;
    } rows[] = {
        /* job_resource of job_tmpl.json, AiiDA 2.9 */
        {"{\"num_machines\": 1, \"num_mpiprocs_per_machine\": 1}", 0,
         "{\"num_machines\": 1, \"num_mpiprocs_per_machine\": 1, "
         "\"num_cores_per_machine\": null, \"num_cores_per_mpiproc\": null, "
         "\"tot_num_mpiprocs\": 1}"},
        {"{\"num_machines\": 3}", 4,
         "{\"num_machines\": 3, \"num_mpiprocs_per_machine\": 4, "
         "\"num_cores_per_machine\": null, \"num_cores_per_mpiproc\": null, "
         "\"tot_num_mpiprocs\": 12}"},
        {"{\"tot_num_mpiprocs\": 8, \"num_machines\": 2,"
         " \"num_cores_per_mpiproc\": 3}",
         1,
         "{\"num_machines\": 2, \"num_mpiprocs_per_machine\": 4, "
         "\"num_cores_per_machine\": null, \"num_cores_per_mpiproc\": 3, "
         "\"tot_num_mpiprocs\": 8}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_BUF buf out = {0};
        CU_ASSERT_EQUAL(complete(rows[i].given, rows[i].mpiprocs, &out),
                        ORMA_OK);
        CU_ASSERT_STRING_EQUAL(buf_c_str(&out), rows[i].completed);
    }
}

static void refuses_resources_that_make_no_sense(void)
{
    static const char *const rows[] = {
        "[]",
        "{}",
        "{\"num_machines\": 1}",
        "{\"num_machines\": 0, \"num_mpiprocs_per_machine\": 1}",
        "{\"num_machines\": 1.5, \"num_mpiprocs_per_machine\": 1}",
        "{\"num_machines\": \"1\", \"num_mpiprocs_per_machine\": 1}",
        "{\"num_machines\": 2, \"tot_num_mpiprocs\": 3}",
        "{\"num_machines\": 2, \"num_mpiprocs_per_machine\": 2,"
        " \"tot_num_mpiprocs\": 5}",
        "{\"num_machines\": 1, \"num_mpiprocs_per_machine\": 1,"
        " \"parallel_env\": \"mpi\"}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_BUF buf out = {0};
        CU_ASSERT_EQUAL(complete(rows[i], 0, &out), ORMA_E_INVALID);
    }
}

/* ---- header ------------------------------------------------------ */

static void header_expect(const char *job, const char *header)
{
    AUTO_BUF buf out = {0};
    orma_writer writer = {&out, 0};

    CU_ASSERT_EQUAL(direct->script_header(direct, (orma_str){job, strlen(job)},
                                          &writer, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&out), header);
}

static void writes_the_header(void)
{
    header_expect("{\"sched_output_path\": \"o\", \"sched_error_path\": \"e\"}",
                  "exec > o\nexec 2> e\n");
    header_expect("{\"sched_output_path\": \"o\", \"sched_join_files\": true}",
                  "exec > o\nexec 2>&1\n");
    header_expect("{\"sched_output_path\": \"o\", \"sched_error_path\": \"e\","
                  " \"custom_scheduler_commands\": \"ulimit -s unlimited\","
                  " \"job_resource\": {\"num_cores_per_mpiproc\": 2}}",
                  "exec > o\nexec 2> e\nulimit -s unlimited\n"
                  "export OMP_NUM_THREADS=2\n");
}

/* ---- recorded output: Debian 12, Linux 6.1, this plugin's own command -- */

static const char job_one[] =
    "17876:5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm:252151";

static void states_expect(const char *line, const char *state)
{
    AUTO_BUF buf out = {0};
    AUTO_JSON json_object *records = NULL;
    orma_writer writer = {&out, 0};
    const orma_command_result result = {
        .size = sizeof result,
        .standard_output = {line, strlen(line)},
        .standard_error = ORMA_LITERAL(""),
    };

    CU_ASSERT_EQUAL(direct->parse_joblist(direct, ORMA_LITERAL("[]"), &result,
                                          &writer, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_parse(buf_view(&out), &records, NULL), ORMA_OK);
    if (state == NULL) {
        CU_ASSERT_EQUAL(json_object_array_length(records), 0);
        return;
    }
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(records), 1);
    const json_object *record = json_object_array_get_idx(records, 0);
    CU_ASSERT_STRING_EQUAL(json_get_text(record, "job_id", ""), job_one);
    CU_ASSERT_STRING_EQUAL(json_get_text(record, "job_state", ""), state);
    CU_ASSERT_STRING_EQUAL(json_get_text(record, "job_owner", ""), "root");
}

static void reads_the_state_of_processes(void)
{
    static const struct {
        const char *rest, *state;
    } rows[] = {
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 252151 S 12 root", "running"},
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 252151 R 12 root", "running"},
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 252151 T 12 root",
         "suspended"},
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 252151 Z 12 root", "done"},
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 252151 ? 12 root",
         "undetermined"},
        /* gone; the pid is another's; the machine was restarted */
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm - - - root", "done"},
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@vm 999999 R 1 root", "done"},
        {"00000000-4eeb-49d2-adcf-705aed4830c7@vm 252151 R 1 root", "done"},
        /* another machine cannot tell */
        {"5f2393f7-4eeb-49d2-adcf-705aed4830c7@login2 - - - root", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_FREE char *line = text_printf("%s %s\n", job_one, rows[i].rest);
        states_expect(line, rows[i].state);
    }
    states_expect("garbage\n", NULL);
    states_expect("", NULL);
}

static void a_submission_without_an_id_is_tried_again(void)
{
    static const struct {
        int32_t status;
        const char *out;
        orma_status st;
    } rows[] = {
        {0, "", ORMA_E_TRANSIENT},
        {0, "sh: setsid: not found\n", ORMA_E_TRANSIENT},
        {1, job_one, ORMA_E_TRANSIENT},
        {0, "Welcome!\n17876:5f2393f7@vm:252151\n", ORMA_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_BUF buf id = {0};
        orma_writer writer = {&id, 0};
        const orma_command_result result = {
            .size = sizeof result,
            .exit_status = rows[i].status,
            .standard_output = {rows[i].out, strlen(rows[i].out)},
            .standard_error = ORMA_LITERAL(""),
        };
        CU_ASSERT_EQUAL(direct->parse_submit(direct, &result, &writer, NULL),
                        rows[i].st);
        if (rows[i].st == ORMA_OK)
            CU_ASSERT_STRING_EQUAL(buf_c_str(&id), "17876:5f2393f7@vm:252151");
    }
}

static void ids_cannot_carry_commands(void)
{
    AUTO_BUF buf out = {0};
    orma_writer writer = {&out, 0};
    static const char ids[] = "[\"1:a@b:2; rm -rf /\"]";

    CU_ASSERT_EQUAL(
        direct->kill_command(direct, "1:a@b:$(reboot)", &writer, NULL),
        ORMA_E_INVALID);
    CU_ASSERT_EQUAL(direct->joblist_command(
                        direct, (orma_str){ids, sizeof ids - 1}, &writer, NULL),
                    ORMA_E_INVALID);
}

/* ---- a real process ---------------------------------------------- */

static int run(const char *folder, const buf *command, buf *out)
{
    AUTO_BUF buf line = {0};
    char piece[4096];
    size_t n;

    buf_text(&line, "cd ");
    shell_quote(&line, folder);
    buf_text(&line, " && exec sh -c ");
    shell_quote(&line, buf_c_str(command));
    FILE *pipe = popen(buf_c_str(&line), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_append(out, piece, n);
    return WEXITSTATUS(pclose(pipe));
}

static orma_command_result result_of(const buf *out)
{
    return (orma_command_result){
        .size = sizeof(orma_command_result),
        .standard_output = buf_view(out),
        .standard_error = ORMA_LITERAL(""),
    };
}

static void submit(const char *folder, const char *script, buf *id)
{
    AUTO_BUF buf command = {0}, out = {0};
    orma_writer command_writer = {&command, 0}, id_writer = {id, 0};
    AUTO_FREE char *path = file_join(folder, "it's.sh");

    file_write(path, (orma_str){script, strlen(script)}, 0644, NULL);
    CU_ASSERT_EQUAL(direct->submit_command(direct, "it's.sh", "token",
                                           &command_writer, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(run(folder, &command, &out), 0);
    const orma_command_result result = result_of(&out);
    CU_ASSERT_EQUAL_FATAL(
        direct->parse_submit(direct, &result, &id_writer, NULL), ORMA_OK);
}

static void expect_state(const char *folder, const buf *id, const char *state)
{
    AUTO_BUF buf command = {0}, out = {0}, answer = {0};
    AUTO_JSON json_object *records = NULL;
    AUTO_FREE char *ids = text_printf("[\"%s\"]", buf_c_str(id));
    orma_writer command_writer = {&command, 0}, answer_writer = {&answer, 0};

    CU_ASSERT_EQUAL(direct->joblist_command(direct,
                                            (orma_str){ids, strlen(ids)},
                                            &command_writer, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(run(folder, &command, &out), 0);
    const orma_command_result result = result_of(&out);
    CU_ASSERT_EQUAL(direct->parse_joblist(direct, (orma_str){ids, strlen(ids)},
                                          &result, &answer_writer, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(json_parse(buf_view(&answer), &records, NULL),
                          ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_object_array_get_idx(records, 0), "job_state", ""),
        state);
}

static void starts_lists_and_kills_a_group(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *own = file_join(folder, ".orma");
    AUTO_BUF buf id = {0}, command = {0}, out = {0}, survivors = {0};
    orma_writer writer = {&command, 0};

    mkdir(own, 0777);
    submit(folder, "sleep 61 & sleep 61 & wait", &id);
    expect_state(folder, &id, "running");
    CU_ASSERT_EQUAL(direct->kill_command(direct, buf_c_str(&id), &writer, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(run(folder, &command, &out), 0);
    expect_state(folder, &id, "done");
    AUTO_BUF buf look = {0};
    buf_printf(&look, "ps -o stat= --sid %d | grep -v Z",
               (int)strtol(buf_c_str(&id), NULL, 10));
    run(folder, &look, &survivors);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&survivors), "");
}

static void a_second_start_ends_before_it_touches_anything(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *own = file_join(folder, ".orma");
    AUTO_FREE char *path = file_join(folder, "out");
    AUTO_BUF buf id = {0}, command = {0}, out = {0}, file = {0};
    orma_writer writer = {&command, 0};

    mkdir(own, 0777);
    submit(folder, "exec > out; echo first", &id);
    for (int i = 0; i < 500 && file.len == 0; i++) {
        AUTO_BUF buf nap = {0};
        buf_text(&nap, "sleep 0.01");
        run(folder, &nap, &out);
        if (file_exists(path))
            file_read(path, 1000, &file, NULL);
    }
    direct->submit_command(direct, "it's.sh", "token", &writer, NULL);
    buf_clear(&out);
    CU_ASSERT_EQUAL(run(folder, &command, &out), 1);
    const orma_command_result result = result_of(&out);
    AUTO_BUF buf second = {0};
    orma_writer second_writer = {&second, 0};
    CU_ASSERT_EQUAL(direct->parse_submit(direct, &result, &second_writer, NULL),
                    ORMA_E_TRANSIENT);
    buf_clear(&file);
    file_read(path, 1000, &file, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&file), "first\n");
}

/* Runs the submit command behind those of `before`. */
static int start_after(const char *folder, const char *before)
{
    AUTO_BUF buf command = {0}, out = {0};
    orma_writer writer = {&command, 0};
    AUTO_FREE char *path = file_join(folder, "it's.sh");

    file_write(path, ORMA_LITERAL("true\n"), 0644, NULL);
    buf_text(&command, before);
    CU_ASSERT_EQUAL(
        direct->submit_command(direct, "it's.sh", "token", &writer, NULL),
        ORMA_OK);
    return run(folder, &command, &out);
}

static void a_start_that_fails_is_seen(void)
{
    const char *folder = unit_temp_dir();

    CU_ASSERT_EQUAL(start_after(folder, "setsid() { return 1; }\n"), 1);
    CU_ASSERT_EQUAL(start_after(folder, ""), 0);
}

static void a_full_disk_does_not_cost_the_job(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *own = file_join(folder, ".orma");
    AUTO_FREE char *path = file_join(folder, ".orma/run");

    mkdir(own, 0777);
    CU_ASSERT_EQUAL(start_after(folder, "trap '' XFSZ; ulimit -f 0\n"), 1);
    CU_ASSERT_FALSE(file_exists(path));
    CU_ASSERT_EQUAL(start_after(folder, ""), 0);
    CU_ASSERT(file_exists(path));
}

static const unit_test tests[] = {
    {"completes resources in AiiDA's form", completes_resources_in_aiidas_form},
    {"refuses resources that make no sense",
     refuses_resources_that_make_no_sense},
    {"writes the header", writes_the_header},
    {"reads the state of processes", reads_the_state_of_processes},
    {"a submission without an id is tried again",
     a_submission_without_an_id_is_tried_again},
    {"ids cannot carry commands", ids_cannot_carry_commands},
    {"starts, lists and kills a group", starts_lists_and_kills_a_group},
    {"a second start ends before it touches anything",
     a_second_start_ends_before_it_touches_anything},
    {"a start that fails is seen", a_start_that_fails_is_seen},
    {"a full disk does not cost the job", a_full_disk_does_not_cost_the_job},
    {NULL, NULL},
};

static const unit_suite direct_suite = {"core.direct", set_up, tear_down,
                                        tests};

int main(void)
{
    static const unit_suite *const suites[] = {&direct_suite, NULL};

    return unit_run(suites);
}
