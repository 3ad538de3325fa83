/* Watching a submitted job, and cancelling it.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/job_folder.h>

#define LIST_TIMEOUT_S 120
#define KILL_TIMEOUT_S 120

/* Shells end with 128 and the signal's number when one ended them: such a job
 * may have been put back into the queue. */
#define FIRST_SIGNAL_STATUS 128

/* ---- what the scheduler says ------------------------------------- */

static orma_status list_job(calcjob *job, command_output *output,
                            const char *ids, orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_BUF buf command = {0};
    orma_writer writer = {&command, 1 << 20};

    orma_status st =
        s->joblist_command(s, (orma_str){ids, strlen(ids)}, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&command, err);
    return st == ORMA_OK ? calcjob_exec(job, buf_c_str(&command), NULL,
                                        LIST_TIMEOUT_S, output, err)
                         : st;
}

/* The record of our job among those listed, NULL: it is not; owned by the
 * caller. */
static json_object *own_record(const calcjob *job, const json_object *records)
{
    const size_t count = json_object_is_type(records, json_type_array)
                             ? json_object_array_length(records)
                             : 0;

    for (size_t i = 0; i < count; i++) {
        json_object *record = json_object_array_get_idx(records, i);
        if (text_equal(json_get_text(record, "job_id", ""), job->job_id))
            return json_object_get(record);
    }
    return NULL;
}

/* *record NULL: not listed. */
static orma_status ask_scheduler(calcjob *job, json_object **record,
                                 orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf answer = {0};
    orma_writer writer = {&answer, (size_t)64 << 20};
    AUTO_JSON json_object *records = NULL;
    AUTO_JSON json_object *list = json_object_new_array();
    AUTO_FREE char *ids = NULL;

    if (list == NULL ||
        json_object_array_add(list, json_object_new_string(job->job_id)) != 0)
        return error_no_memory(err);
    ids = json_text(list, JSON_COMPACT);
    if (ids == NULL)
        return error_no_memory(err);
    orma_status st = list_job(job, &output, ids, err);
    if (st != ORMA_OK)
        return st;
    const orma_command_result result = command_output_result(&output);
    st = s->parse_joblist(s, (orma_str){ids, strlen(ids)}, &result, &writer,
                          err);
    if (st == ORMA_OK)
        st = buf_status(&answer, err);
    if (st == ORMA_OK)
        st = json_parse(buf_view(&answer), &records, err);
    if (st == ORMA_OK)
        *record = own_record(job, records);
    return st;
}

/* Keeps the record; its state goes to the node when it is a new one. */
static orma_status note_record(calcjob *job, json_object *record,
                               orma_error **err)
{
    const char *state = json_get_text(record, "job_state", "undetermined");
    const bool is_new = !text_equal(
        state, json_get_text(job->process->attributes, "scheduler_state", ""));
    char time[33];

    json_object_put(job->last_job);
    job->last_job = record;
    if (!is_new)
        return ORMA_OK;
    calcjob_progress(job, "job %.*s: %s", (int)strcspn(job->job_id, ":"),
                     job->job_id, state);
    orma_status st = calcjob_set_text(job, "scheduler_state", state, err);
    time_format_iso(job->now_ns, time);
    if (st == ORMA_OK)
        st = calcjob_set_text(job, "scheduler_lastchecktime", time, err);
    return st;
}

/* ---- the end ----------------------------------------------------- */

/* AiiDA's form of a time in a job record. */
static json_object *record_time(int64_t seconds)
{
    json_object *time = json_object_new_object();
    char text[33];

    time_format_iso(seconds * INT64_C(1000000000), text);
    text[26] = '\0'; /* without the offset, which "timezone" tells */
    if (time == NULL || !json_set_text(time, "date", text) ||
        !json_set_text(time, "timezone", "UTC")) {
        json_object_put(time);
        return NULL;
    }
    return time;
}

/* The last record says how the job ended, as far as its folder tells. */
static orma_status complete_record(calcjob *job, const job_folder *folder,
                                   orma_error **err)
{
    if (job->last_job == NULL) {
        job->last_job = json_object_new_object();
        if (job->last_job == NULL ||
            !json_set_text(job->last_job, "job_id", job->job_id))
            return error_no_memory(err);
    }
    bool has_memory = json_set_text(job->last_job, "job_state", "done");
    if (has_memory && folder->is_done)
        has_memory =
            json_set_int(job->last_job, "exit_status", folder->exit_status);
    if (has_memory && folder->done_s > 0)
        has_memory =
            json_set(job->last_job, "finish_time", record_time(folder->done_s));
    return has_memory ? ORMA_OK : error_no_memory(err);
}

/* The scheduler knows the job no more, or as done. Its folder may know better:
 * another job has the fence (ours came second and ended at once), or the end
 * was told already. is_listed_done: the scheduler says so. */
static orma_status judge_end(calcjob *job, bool is_listed_done,
                             engine_event *event, orma_error **err)
{
    job_folder folder = {0};
    orma_status st = calcjob_look(job, &folder, err);

    if (st != ORMA_OK)
        return st;
    event->type =
        folder.is_done || is_listed_done ? EVENT_JOB_ENDED : EVENT_JOB_ABSENT;
    if (!folder.is_done && folder.run[0] != '\0' &&
        !job_folder_same_id(folder.run, job->job_id)) {
        event->type = EVENT_JOB_QUEUED;
        st = calcjob_set_job_id(job, folder.run, err);
    }
    if (st == ORMA_OK && event->type == EVENT_JOB_ENDED)
        st = complete_record(job, &folder, err);
    job_folder_finish(&folder);
    return st;
}

/* Where looking costs nothing, the end is seen by its marker alone; a job that
 * a signal ended is left to the scheduler to judge. */
static orma_status look_for_marker(calcjob *job, bool *is_ended,
                                   orma_error **err)
{
    AUTO_FREE char *marker = file_join(job->workdir, ".orma/done");
    AUTO_BUF buf text = {0};
    orma_file_info info;
    job_folder folder = {0};
    bool found = false;

    if (marker == NULL)
        return error_no_memory(err);
    orma_status st = calcjob_remote_stat(job, marker, &info, &found, err);
    if (st != ORMA_OK || !found || info.size_bytes == 0)
        return st;
    st = calcjob_remote_read(job, marker, &text, err);
    if (st != ORMA_OK)
        return st;
    job_folder_read_done(buf_c_str(&text), &folder);
    if (!folder.is_done || folder.exit_status >= FIRST_SIGNAL_STATUS)
        return ORMA_OK;
    *is_ended = true;
    return complete_record(job, &folder, err);
}

orma_status calcjob_update(calcjob *job, int64_t list_interval_ns,
                           engine_event *event, orma_error **err)
{
    json_object *record = NULL;
    bool is_ended = false;

    orma_status st = calcjob_connect(job, err);
    if (st == ORMA_OK && job->is_free)
        st = look_for_marker(job, &is_ended, err);
    if (st != ORMA_OK)
        return st;
    event->type = is_ended ? EVENT_JOB_ENDED : EVENT_JOB_QUEUED;
    if (is_ended)
        return ORMA_OK;
    if (job->is_free && job->next_list_ns == 0) /* a short job needs no list */
        job->next_list_ns = job->now_ns + list_interval_ns;
    if (job->is_free && job->now_ns < job->next_list_ns)
        return ORMA_OK;
    job->next_list_ns = job->now_ns + list_interval_ns;
    st = ask_scheduler(job, &record, err);
    if (st != ORMA_OK)
        return st;
    if (record == NULL)
        return judge_end(job, false, event, err);
    const bool is_done =
        text_equal(json_get_text(record, "job_state", ""), "done");
    st = note_record(job, record, err);
    return st == ORMA_OK && is_done ? judge_end(job, true, event, err) : st;
}

/* ---- cancelling -------------------------------------------------- */

/* What closing has found: our mark, or whose the folder is. A job that cannot
 * say its number has the folder too, and is the one that was submitted, as far
 * as anybody knows. */
static orma_status judge_close(calcjob *job, const job_folder *folder,
                               orma_error **err)
{
    if (folder->is_closed)
        return ORMA_OK;
    if (folder->run[0] != '\0')
        return calcjob_set_job_id(job, folder->run, err);
    if (folder->has_run && job->job_id != NULL)
        return ORMA_OK;
    return error_set(err, ORMA_E_TRANSIENT, "engine", 0,
                     folder->has_run
                         ? "\"%s/.orma/run\" does not tell which job runs"
                         : "\"%s/.orma/run\" could not be written",
                     job->workdir);
}

orma_status calcjob_close(calcjob *job, int32_t exit_status, orma_error **err)
{
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};
    job_folder folder = {0};

    job_folder_close(&command, exit_status);
    orma_status st = buf_status(&command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), job->workdir,
                          KILL_TIMEOUT_S, &output, err);
    if (st == ORMA_OK)
        st = job_folder_read(buf_view(&output.out), job->submission, &folder,
                             err);
    if (st != ORMA_OK)
        return st;
    st = judge_close(job, &folder, err);
    job_folder_finish(&folder);
    return st;
}

static orma_status cancel(calcjob *job, orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};
    orma_writer writer = {&command, 1 << 20};

    orma_status st = s->kill_command(s, job->job_id, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), NULL, KILL_TIMEOUT_S,
                          &output, err);
    if (st != ORMA_OK)
        return st;
    const orma_command_result result = command_output_result(&output);
    return s->parse_kill(s, &result, err);
}

/* A cancel that was refused is no matter when the job has ended anyway. */
static orma_status cancel_or_gone(calcjob *job, orma_error **err)
{
    orma_error *why = NULL;
    AUTO_ERROR orma_error *ignored = NULL;
    AUTO_JSON json_object *record = NULL;
    const orma_status st = cancel(job, &why);

    if (st != ORMA_OK && ask_scheduler(job, &record, &ignored) == ORMA_OK &&
        (record == NULL ||
         text_equal(json_get_text(record, "job_state", ""), "done"))) {
        orma_error_free(why);
        return ORMA_OK;
    }
    return pass_error(st, why, err);
}

orma_status calcjob_kill(calcjob *job, orma_error **err)
{
    orma_status st = calcjob_load_plugins(job, err);

    /* Without a connection, as AiiDA: nothing was ever submitted. */
    if (st != ORMA_OK || job->workdir == NULL)
        return st;
    st = calcjob_close(job, 0, err);
    if (st != ORMA_OK || job->job_id == NULL)
        return st;
    st = cancel_or_gone(job, err);
    return st == ORMA_OK ? calcjob_set_text(job, "scheduler_state", "done", err)
                         : st;
}
