/* Submission, at most once for each N, and finding out what became of one.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <engine/job_folder.h>
#include <engine/script.h>

/* Deadline of the submit command at the computer; the connection waits a
 * little longer, so that the answer of a late one still arrives. */
#define SUBMIT_TIMEOUT_S 120
#define SLACK_S 30
#define LOOK_TIMEOUT_S 60
#define ID_MAX_BYTES 4096

orma_status calcjob_set_job_id(calcjob *job, const char *id, orma_error **err)
{
    AUTO_FREE char *shown = strndup(id, strcspn(id, ":"));
    char *whole = text_copy(id);

    if (shown == NULL || whole == NULL) {
        free(whole);
        return error_no_memory(err);
    }
    free(job->job_id);
    job->job_id = whole;
    return calcjob_set_text(job, "job_id", shown, err);
}

orma_status calcjob_look(calcjob *job, job_folder *out, orma_error **err)
{
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};

    job_folder_look(&command, job->submission);
    orma_status st = buf_status(&command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), job->workdir,
                          LOOK_TIMEOUT_S, &output, err);
    return st == ORMA_OK ? job_folder_read(buf_view(&output.out),
                                           job->submission, out, err)
                         : st;
}

static orma_status folder_is_gone(const calcjob *job, orma_error **err)
{
    const orma_status st = error_set(
        err, ORMA_E_PERMANENT, "engine", 0,
        "the job's folder \"%s\" is gone or cannot be written", job->workdir);
    error_hint(err, "bring it back and play the process, or kill it");
    return st;
}

/* The id that the submit command printed. */
static orma_status read_id(calcjob *job, const orma_command_result *result,
                           buf *id, orma_error **err)
{
    orma_writer writer = {id, ID_MAX_BYTES};
    orma_status st =
        job->scheduler->parse_submit(job->scheduler, result, &writer, err);

    if (st == ORMA_OK)
        st = buf_status(id, err);
    if (st == ORMA_OK && id->len == 0)
        st = error_set(err, ORMA_E_TRANSIENT, "engine", 0,
                       "the scheduler accepted the job without an id");
    return st;
}

static orma_status end_rejected(calcjob *job, int32_t exit_status,
                                engine_event *event, orma_error **err)
{
    const exit_code *code = spec_exit_status(job->spec, exit_status);

    event->type = EVENT_JOB_REJECTED;
    event->exit_status = exit_status;
    free(job->exit_message);
    job->exit_message = text_copy(code != NULL ? code->message : "");
    return job->exit_message != NULL ? ORMA_OK : error_no_memory(err);
}

/* A refusal for good ends the process, so a job of a former submission, which
 * the scheduler may still take late, must not begin any more. One that has
 * begun is the process's job after all. */
static orma_status reject(calcjob *job, const exit_code *code,
                          engine_event *event, orma_error **err)
{
    const orma_status st = calcjob_close(job, code->status, err);

    if (st != ORMA_OK)
        return st;
    if (job->job_id != NULL) {
        event->type = EVENT_JOB_SUBMITTED;
        return ORMA_OK;
    }
    return end_rejected(job, code->status, event, err);
}

/* What the submit command answered. A refusal for good, with an exit status
 * of the process as its code, ends the process with it. */
static orma_status read_answer(calcjob *job, const orma_command_result *result,
                               engine_event *event, orma_error **err)
{
    AUTO_BUF buf id = {0};
    orma_error *why = NULL;
    orma_status st = read_id(job, result, &id, &why);

    if (st == ORMA_OK) {
        event->type = EVENT_JOB_SUBMITTED;
        return calcjob_set_job_id(job, buf_c_str(&id), err);
    }
    const exit_code *code = spec_exit_status(job->spec, orma_error_code(why));
    if (st != ORMA_E_PERMANENT || code == NULL)
        return pass_error(st, why, err);
    AUTO_FREE char *line = error_chain(why);
    orma_error_free(why);
    st = line != NULL ? calcjob_log(job, ORMA_LOG_ERROR, line, err)
                      : error_no_memory(err);
    return st == ORMA_OK ? reject(job, code, event, err) : st;
}

static orma_status write_command(calcjob *job, buf *out, orma_error **err)
{
    const char *script =
        calcjob_option_text(job, "submit_script_filename", "_aiidasubmit.sh");
    AUTO_BUF buf command = {0};
    orma_writer writer = {&command, 1 << 20};
    char token[37];

    uuid_format(&job->process->uuid, token);
    orma_status st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK)
        st = job->scheduler->submit_command(job->scheduler, script, token,
                                            &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&command, err);
    if (st != ORMA_OK)
        return st;
    job_folder_submit(out, job->submission, buf_c_str(&command),
                      SUBMIT_TIMEOUT_S);
    return buf_status(out, err);
}

orma_status calcjob_submit(calcjob *job, engine_event *event, orma_error **err)
{
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};
    enum submit_result result = SUBMIT_NO_FOLDER;
    int32_t status = 0;
    orma_str printed;

    orma_status st = write_command(job, &command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), job->workdir,
                          SUBMIT_TIMEOUT_S + SLACK_S, &output, err);
    if (st == ORMA_OK)
        st = job_folder_submitted(buf_view(&output.out), &result, &status,
                                  &printed, err);
    if (st != ORMA_OK)
        return st;
    switch (result) {
    case SUBMIT_CLAIMED:
        event->type = EVENT_CLAIM_TAKEN;
        return ORMA_OK;
    case SUBMIT_NO_FOLDER:
        return folder_is_gone(job, err);
    case SUBMIT_RAN:
        break;
    }
    return read_answer(job,
                       &(orma_command_result){
                           .size = sizeof(orma_command_result),
                           .exit_status = status,
                           .standard_output = printed,
                           .standard_error = buf_view(&output.error),
                       },
                       event, err);
}

/* ---- recovery ---------------------------------------------------- */

/* Asks the scheduler for a job with our token; *id empty: it has none. */
static orma_status find_by_token(calcjob *job, buf *id, orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};
    orma_writer command_writer = {&command, 1 << 20};
    orma_writer id_writer = {id, ID_MAX_BYTES};
    char token[37];

    if (s->find_command == NULL || s->parse_find == NULL)
        return ORMA_OK;
    uuid_format(&job->process->uuid, token);
    orma_status st = s->find_command(s, token, &command_writer, err);
    if (st == ORMA_OK)
        st = buf_status(&command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), job->workdir,
                          LOOK_TIMEOUT_S, &output, err);
    if (st != ORMA_OK)
        return st;
    const orma_command_result result = command_output_result(&output);
    st = s->parse_find(s, token, &result, &id_writer, err);
    return st == ORMA_OK ? buf_status(id, err) : st;
}

/* The id as far as the folder tells: of the job that runs, else what the
 * submit command printed. */
static orma_status id_of_folder(calcjob *job, const job_folder *folder, buf *id,
                                orma_error **err)
{
    orma_error *ignored = NULL;

    if (folder->run[0] != '\0') {
        buf_text(id, folder->run);
        return buf_status(id, err);
    }
    if (folder->id.len == 0)
        return ORMA_OK;
    const orma_command_result printed = {
        .size = sizeof printed,
        .standard_output = buf_view(&folder->id),
        .standard_error = ORMA_LITERAL(""),
    };
    /* What cannot be read is no id: the scheduler will be asked. */
    if (read_id(job, &printed, id, &ignored) != ORMA_OK)
        buf_clear(id);
    orma_error_free(ignored);
    return buf_status(id, err);
}

static orma_status conclude(calcjob *job, const job_folder *folder,
                            engine_event *event, orma_error **err)
{
    AUTO_BUF buf id = {0};

    if (folder->is_closed && folder->closed_status != 0)
        return end_rejected(job, folder->closed_status, event, err);
    if (folder->is_closed)
        return error_set(err, ORMA_E_PERMANENT, "engine", 0,
                         "the job's folder \"%s\" was closed by a kill",
                         job->workdir);
    orma_status st = id_of_folder(job, folder, &id, err);
    if (st == ORMA_OK && id.len == 0 && folder->is_claimed)
        st = find_by_token(job, &id, err);
    if (st != ORMA_OK)
        return st;
    if (id.len > 0) {
        event->type = EVENT_JOB_SUBMITTED;
        return calcjob_set_job_id(job, buf_c_str(&id), err);
    }
    if (folder->has_rc) {
        event->type = EVENT_FOUND_RC;
    } else if (folder->is_claimed) {
        event->type = EVENT_FOUND_CLAIM;
        event->age_ns = folder->claim_age_s > 0
                            ? folder->claim_age_s * INT64_C(1000000000)
                            : 0;
    } else {
        event->type = EVENT_FOUND_NOTHING;
    }
    return ORMA_OK;
}

orma_status calcjob_recover(calcjob *job, engine_event *event, orma_error **err)
{
    job_folder folder = {0};

    orma_status st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK)
        st = calcjob_look(job, &folder, err);
    if (st != ORMA_OK)
        return st;
    st = folder.is_there ? conclude(job, &folder, event, err)
                         : folder_is_gone(job, err);
    job_folder_finish(&folder);
    return st;
}
