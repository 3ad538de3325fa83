/* `.orma/` by a real shell: claims, ids, the fence.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/job_folder.h>
#include <engine/script.h>

#include "unit/engine/suites.h"

/* A job's folder as an upload leaves it. */
static const char *new_folder(void)
{
    const char *folder = unit_temp_dir();
    AUTO_FREE char *own = file_join(folder, ".orma");
    mkdir(own, 0777);
    return folder;
}

/* Runs a command by sh in the folder and takes what it prints. */
static int run(const char *folder, const char *command, buf *out)
{
    AUTO_BUF buf line = {0};
    char piece[4096];
    size_t n;

    buf_text(&line, "cd ");
    shell_quote(&line, folder);
    buf_text(&line, " && exec sh -c ");
    shell_quote(&line, command);
    buf_text(&line, " 2> stderr");
    FILE *pipe = popen(buf_c_str(&line), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_append(out, piece, n);
    return WEXITSTATUS(pclose(pipe));
}

static void look(const char *folder, int32_t submission, job_folder *out)
{
    AUTO_BUF buf command = {0}, printed = {0};

    job_folder_look(&command, submission);
    CU_ASSERT_EQUAL(run(folder, buf_c_str(&command), &printed), 0);
    CU_ASSERT_EQUAL_FATAL(
        job_folder_read(buf_view(&printed), submission, out, NULL), ORMA_OK);
}

static enum submit_result submit(const char *folder, int32_t submission,
                                 const char *command, int32_t *status,
                                 buf *output)
{
    AUTO_BUF buf text = {0}, printed = {0};
    enum submit_result result = SUBMIT_NO_FOLDER;
    orma_str view = {"", 0};

    job_folder_submit(&text, submission, command, 120);
    run(folder, buf_c_str(&text), &printed);
    CU_ASSERT_EQUAL(
        job_folder_submitted(buf_view(&printed), &result, status, &view, NULL),
        ORMA_OK);
    buf_str(output, view);
    return result;
}

static void a_submission_leaves_its_id(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf output = {0};
    job_folder state = {0};
    int32_t status = -1;

    CU_ASSERT_EQUAL(
        submit(folder, 1, "echo 'Submitted job 4711'", &status, &output),
        SUBMIT_RAN);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&output), "Submitted job 4711\n");
    look(folder, 1, &state);
    CU_ASSERT(state.is_there && state.is_claimed && !state.has_rc);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&state.id), "Submitted job 4711\n");
    CU_ASSERT(state.claim_age_s >= 0 && state.claim_age_s < 60);
    job_folder_finish(&state);
}

static void a_failed_one_leaves_its_status(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf output = {0};
    job_folder state = {0};
    int32_t status = -1;

    CU_ASSERT_EQUAL(submit(folder, 2, "exit 3", &status, &output), SUBMIT_RAN);
    CU_ASSERT_EQUAL(status, 3);
    look(folder, 2, &state);
    CU_ASSERT(state.has_rc && state.id.len == 0);
    job_folder_finish(&state);
    look(folder, 3, &state); /* says nothing about the next one */
    CU_ASSERT(!state.has_rc && !state.is_claimed);
    job_folder_finish(&state);
}

static void a_claim_is_made_once(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf output = {0};
    int32_t status = -1;

    CU_ASSERT_EQUAL(submit(folder, 1, "true", &status, &output), SUBMIT_RAN);
    CU_ASSERT_EQUAL(submit(folder, 1, "touch twice", &status, &output),
                    SUBMIT_CLAIMED);
    AUTO_FREE char *twice = file_join(folder, "twice");
    CU_ASSERT_FALSE(file_exists(twice));
}

static void of_many_at_once_one_submits(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf claim = {0}, many = {0}, output = {0}, count = {0};

    job_folder_submit(&claim, 1, "echo once >> count", 120);
    AUTO_FREE char *script = file_join(folder, "claim.sh");
    file_write(script, buf_view(&claim), 0644, NULL);
    buf_text(&many, "for i in 1 2 3 4 5 6 7 8; do sh claim.sh & done; wait");
    run(folder, buf_c_str(&many), &output);
    AUTO_FREE char *counted = file_join(folder, "count");
    CU_ASSERT_EQUAL(file_read(counted, 1000, &count, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&count), "once\n");
}

static void a_missing_folder_is_told(void)
{
    const char *folder = unit_temp_dir();
    AUTO_BUF buf output = {0};
    job_folder state = {0};
    int32_t status = -1;

    CU_ASSERT_EQUAL(submit(folder, 1, "touch ran", &status, &output),
                    SUBMIT_NO_FOLDER);
    AUTO_FREE char *ran = file_join(folder, "ran");
    CU_ASSERT_FALSE(file_exists(ran));
    look(folder, 1, &state);
    CU_ASSERT_FALSE(state.is_there);
    job_folder_finish(&state);
}

static void banners_do_not_disturb(void)
{
    static const char printed[] = "Welcome to the cluster!\n"
                                  "orma-look folder\n"
                                  "orma-look claim 7\n"
                                  "orma-look id 12.server\n"
                                  "orma-look run 12.server\n"
                                  "orma-look done 2\n"
                                  "orma-look done 1795362225\n"
                                  "orma-look end\n"
                                  "logout\n";
    static const char cut[] = "Welcome!\norma-look folder\norma-look cl";
    job_folder state = {0};

    CU_ASSERT_EQUAL(
        job_folder_read((orma_str){printed, strlen(printed)}, 1, &state, NULL),
        ORMA_OK);
    CU_ASSERT(state.is_there && state.is_claimed && state.is_done);
    CU_ASSERT_EQUAL(state.claim_age_s, 7);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&state.id), "12.server\n");
    CU_ASSERT_STRING_EQUAL(state.run, "12.server");
    CU_ASSERT_EQUAL(state.exit_status, 2);
    CU_ASSERT_EQUAL(state.done_s, INT64_C(1795362225));
    job_folder_finish(&state);
    CU_ASSERT_EQUAL(
        job_folder_read((orma_str){cut, strlen(cut)}, 1, &state, NULL),
        ORMA_E_TRANSIENT);
}

/* ---- the fence of the script ------------------------------------- */

static int run_script(const char *folder, const char *id)
{
    static const script_parts parts = {
        .header = "", .footer = "", .is_fenced = true};
    AUTO_BUF buf script = {0}, command = {0}, output = {0};
    AUTO_JSON json_object *template = json_object_new_object();
    AUTO_FREE char *path = file_join(folder, "job.sh");

    json_set_text(template, "shebang", "#!/bin/bash");
    json_set_text(template, "prepend_text",
                  "echo ran >> count\ncd /\nexit $ORMA_TEST_STATUS");
    script_write(&script, template, &parts, NULL);
    file_write(path, buf_view(&script), 0644, NULL);
    buf_printf(&command, "ORMA_JOB_ID='%s' ORMA_TEST_STATUS=5 bash job.sh", id);
    return run(folder, buf_c_str(&command), &output);
}

static void expect_runs(const char *folder, const char *lines)
{
    AUTO_BUF buf count = {0};
    AUTO_FREE char *path = file_join(folder, "count");

    file_read(path, 1000, &count, NULL);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&count), lines);
}

static void a_second_job_ends_at_the_fence(void)
{
    const char *folder = new_folder();
    job_folder state = {0};

    CU_ASSERT_EQUAL(run_script(folder, "17"), 5);
    CU_ASSERT_EQUAL(run_script(folder, "18"), SCRIPT_EXIT_FENCED);
    CU_ASSERT_EQUAL(run_script(folder, ""), SCRIPT_EXIT_FENCED);
    expect_runs(folder, "ran\n");
    look(folder, 1, &state);
    CU_ASSERT_STRING_EQUAL(state.run, "17");
    CU_ASSERT(state.is_done);
    CU_ASSERT_EQUAL(state.exit_status, 5);
    CU_ASSERT(state.done_s > INT64_C(1700000000));
    job_folder_finish(&state);
}

static void a_requeued_job_passes_the_fence(void)
{
    const char *folder = new_folder();

    CU_ASSERT_EQUAL(run_script(folder, "17"), 5);
    CU_ASSERT_EQUAL(run_script(folder, "17"), 5);
    expect_runs(folder, "ran\nran\n");
}

static void a_closed_folder_lets_nobody_in(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf command = {0}, printed = {0};
    job_folder state = {0};

    job_folder_close(&command, 131);
    run(folder, buf_c_str(&command), &printed);
    CU_ASSERT_EQUAL(job_folder_read(buf_view(&printed), 1, &state, NULL),
                    ORMA_OK);
    CU_ASSERT(state.is_closed && state.run[0] == '\0');
    CU_ASSERT_EQUAL(state.closed_status, 131);
    job_folder_finish(&state);
    CU_ASSERT_EQUAL(run_script(folder, "17"), SCRIPT_EXIT_FENCED);
}

static void closing_tells_who_was_first(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf command = {0}, printed = {0};
    job_folder state = {0};

    run_script(folder, "17");
    job_folder_close(&command, 0);
    run(folder, buf_c_str(&command), &printed);
    CU_ASSERT_EQUAL(job_folder_read(buf_view(&printed), 1, &state, NULL),
                    ORMA_OK);
    CU_ASSERT(!state.is_closed);
    CU_ASSERT_STRING_EQUAL(state.run, "17");
    job_folder_finish(&state);
}

/* `trap` makes a write beyond the limit fail, as on a full disk. */
#define DISK_FULL "trap '' XFSZ; ulimit -f 0; "

static bool has_run(const char *folder)
{
    AUTO_FREE char *path = file_join(folder, ".orma/run");
    return file_exists(path);
}

static void a_full_disk_does_not_cost_the_job(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf output = {0};

    run_script(folder, "17"); /* writes the script */
    run(folder, "rm .orma/* count", &output);
    CU_ASSERT_EQUAL(
        run(folder, DISK_FULL "ORMA_JOB_ID=17 bash job.sh", &output),
        SCRIPT_EXIT_NOT_WRITTEN);
    CU_ASSERT_EQUAL(run(folder, "ls -A .orma | grep .", &output), 1);
    CU_ASSERT_EQUAL(run_script(folder, "17"), 5);
    expect_runs(folder, "ran\n");
}

static void a_folder_that_cannot_be_closed_says_so(void)
{
    const char *folder = new_folder();
    AUTO_BUF buf command = {0}, printed = {0};
    job_folder state = {0};

    buf_text(&command, DISK_FULL);
    job_folder_close(&command, 0);
    run(folder, buf_c_str(&command), &printed);
    CU_ASSERT_EQUAL(job_folder_read(buf_view(&printed), 1, &state, NULL),
                    ORMA_OK);
    CU_ASSERT(!state.is_closed && !state.has_run);
    CU_ASSERT_FALSE(has_run(folder));
    job_folder_finish(&state);
}

static void an_empty_run_is_not_our_mark(void)
{
    static const char *const contents[] = {"", "\n", " \n", "closed\n"};

    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        const char *folder = new_folder();
        AUTO_BUF buf command = {0}, printed = {0};
        AUTO_FREE char *path = file_join(folder, ".orma/run");
        job_folder state = {0};

        file_write(path, (orma_str){contents[i], strlen(contents[i])}, 0644,
                   NULL);
        job_folder_close(&command, 0);
        run(folder, buf_c_str(&command), &printed);
        CU_ASSERT_EQUAL(job_folder_read(buf_view(&printed), 1, &state, NULL),
                        ORMA_OK);
        CU_ASSERT(state.has_run && !state.is_closed && state.run[0] == '\0');
        job_folder_finish(&state);
    }
}

/* What Slurm, PBS, LSF and SGE print of one job, and of others. */
static void knows_the_forms_of_one_id(void)
{
    static const struct {
        const char *a, *b;
        bool is_same;
    } rows[] = {
        {"1234", "1234", true},      {"1234", "1234.server", true},
        {"1234[1]", "1234", true},   {"1234_7", "1234", true},
        {"1234", "1234:2026", true}, {"1234", "12345", false},
        {"1234.a", "1234.b", false}, {"12345.server", "1234", false},
        {"", "1234", false},         {"1234", "1235", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(job_folder_same_id(rows[i].a, rows[i].b),
                        rows[i].is_same);
        CU_ASSERT_EQUAL(job_folder_same_id(rows[i].b, rows[i].a),
                        rows[i].is_same);
    }
}

static const unit_test tests[] = {
    {"a submission leaves its id", a_submission_leaves_its_id},
    {"a failed one leaves its status", a_failed_one_leaves_its_status},
    {"a claim is made once", a_claim_is_made_once},
    {"of many at once one submits", of_many_at_once_one_submits},
    {"a missing folder is told", a_missing_folder_is_told},
    {"banners do not disturb", banners_do_not_disturb},
    {"a second job ends at the fence", a_second_job_ends_at_the_fence},
    {"a requeued job passes the fence", a_requeued_job_passes_the_fence},
    {"a closed folder lets nobody in", a_closed_folder_lets_nobody_in},
    {"closing tells who was first", closing_tells_who_was_first},
    {"a full disk does not cost the job", a_full_disk_does_not_cost_the_job},
    {"a folder that cannot be closed says so",
     a_folder_that_cannot_be_closed_says_so},
    {"an empty run is not our mark", an_empty_run_is_not_our_mark},
    {"knows the forms of one id", knows_the_forms_of_one_id},
    {NULL, NULL},
};

const unit_suite job_folder_suite = {"job folder", NULL, NULL, tests};
