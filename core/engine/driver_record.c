/* The driver's records: live row and node, in one transaction.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include <engine/driver.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* ---- the row ----------------------------------------------------- */

static json_object *details_of(const engine_process *p)
{
    json_object *details = json_object_new_object();

    if (details == NULL || !json_set_int(details, "since_ns", p->since_ns) ||
        !json_set_bool(details, "skip_submit", p->skip_submit)) {
        json_object_put(details);
        return NULL;
    }
    return details;
}

/* A paused process stands as one whose pause was asked for, whoever asked:
 * taking the request back plays it. */
static const char *request_of(const engine_process *p)
{
    if (p->kill_requested)
        return "kill";
    return p->paused ? "pause" : NULL;
}

static orma_status put_row(driver *d, unit *u, orma_error **err)
{
    AUTO_JSON json_object *details = details_of(&d->p);
    AUTO_FREE char *text =
        details != NULL ? json_text(details, JSON_PYTHON) : NULL;

    if (text == NULL)
        return error_no_memory(err);
    const process_row row = {
        .node_pk = d->job.process->pk,
        .state = (char *)(uintptr_t)process_state_word(d->p.state),
        .stage = (char *)(uintptr_t)calcjob_stage_word(d->p.stage),
        .attempt = d->p.attempt,
        .submission = d->p.submission,
        .wake_ns = d->p.wake_ns,
        .lease_epoch = d->lease_epoch,
        .job_id = d->job.job_id,
        .request = (char *)(uintptr_t)request_of(&d->p),
        .paused = d->p.paused,
        .last_error = d->p.attempt > 0 ? d->last_error : NULL,
        .details = text,
        .changed_ns = d->job.now_ns,
    };
    return unit_put_process(u, d->job.process, &row, err);
}

orma_status driver_read_row(driver *d, const process_row *row, orma_error **err)
{
    AUTO_JSON json_object *details = NULL;
    engine_process p = {
        .attempt = row->attempt,
        .submission = row->submission,
        .wake_ns = row->wake_ns,
        .has_job_id = row->job_id != NULL,
        .paused = row->paused,
        .kill_requested = text_equal(row->request, "kill"),
    };

    if (!process_state_parse(row->state, &p.state) ||
        !calcjob_stage_parse(row->stage, &p.stage))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "process %lld: its live row says \"%s\", \"%s\", "
                         "which this version does not know",
                         (long long)row->node_pk, row->state, row->stage);
    if (row->details != NULL) {
        const orma_status st = json_parse(
            (orma_str){row->details, strlen(row->details)}, &details, err);
        if (st != ORMA_OK)
            return st;
    }
    p.since_ns = json_get_int(details, "since_ns", 0);
    p.skip_submit = json_get_bool(details, "skip_submit", false);
    d->p = d->stored = p;
    d->is_stored = true;
    d->lease_epoch = row->lease_epoch;
    return ORMA_OK;
}

/* ---- the node ---------------------------------------------------- */

/* AiiDA's sub-states, and its words for what is waited for. Where the job is
 * monitored, its state is in them. */
static const struct {
    const char *state, *status;
} shown[STAGE_COUNT] = {
    [STAGE_PREPARE] = {"uploading", NULL},
    [STAGE_UPLOAD] = {"uploading", "Waiting for transport task: upload"},
    [STAGE_SUBMIT] = {"submitting", "Waiting for transport task: submit"},
    [STAGE_RECOVER] = {"submitting", "Waiting for transport task: submit"},
    [STAGE_UPDATE] = {"withscheduler", "Monitoring scheduler: job state "},
    [STAGE_RETRIEVE] = {"retrieving", "Waiting for transport task: retrieve"},
    [STAGE_PARSE] = {"parsing", NULL},
    [STAGE_KILL] = {"withscheduler", "Waiting for transport task: kill"},
};

/* The job's state as AiiDA names it: RUNNING, QUEUED_HELD; before the first
 * answer of the scheduler UNKNOWN. */
static char *monitoring(const calcjob *job)
{
    const json_object *of =
        job->last_job != NULL ? job->last_job : job->process->attributes;
    const char *key = job->last_job != NULL ? "job_state" : "scheduler_state";
    buf text = {0};

    buf_text(&text, shown[STAGE_UPDATE].status);
    for (const char *p = json_get_text(of, key, "unknown"); *p != '\0'; p++)
        buf_char(&text, *p == ' ' ? '_' : (char)toupper((unsigned char)*p));
    return buf_take(&text);
}

/* *out NULL: there is nothing to say. */
static orma_status find_status(const driver *d, char **out, orma_error **err)
{
    const char *word = shown[d->p.stage].status;
    char *status = NULL;

    if (d->p.state == PROCESS_KILLED)
        status = text_copy("Killed by request");
    else if (d->p.paused && d->p.attempt > 0)
        status = text_printf("Paused in stage %s after %d failure%s: %s",
                             calcjob_stage_word(d->p.stage), (int)d->p.attempt,
                             d->p.attempt > 1 ? "s" : "",
                             d->last_error != NULL ? d->last_error : "");
    else if (d->p.paused)
        status = text_copy("Paused by request");
    else if (d->p.stage == STAGE_UPDATE)
        status = monitoring(&d->job);
    else if (word != NULL)
        status = text_copy(word);
    else
        return ORMA_OK;
    if (status == NULL)
        return error_no_memory(err);
    *out = status;
    return ORMA_OK;
}

/* text NULL: the attribute is not to be there. */
static orma_status show(calcjob *job, const char *key, const char *text,
                        orma_error **err)
{
    const char *now = json_get_text(job->process->attributes, key, NULL);

    if (now == NULL && text == NULL)
        return ORMA_OK;
    if (text == NULL)
        return calcjob_unset(job, key, err);
    return text_equal(now, text) ? ORMA_OK
                                 : calcjob_set_text(job, key, text, err);
}

/* What listings show of the process; nothing is left of it at the end. */
static orma_status show_progress(driver *d, orma_error **err)
{
    calcjob *job = &d->job;
    AUTO_FREE char *status = NULL;
    orma_status st = find_status(d, &status, err);

    if (st == ORMA_OK)
        st = show(job, "state", shown[d->p.stage].state, err);
    if (st == ORMA_OK)
        st = show(job, "process_status", status, err);
    if (st != ORMA_OK || d->p.paused == d->stored.paused)
        return st;
    return d->p.paused
               ? calcjob_set(job, "paused", json_object_new_boolean(1), err)
               : calcjob_unset(job, "paused", err);
}

/* What a terminal state adds, `sealed` at the end. */
static orma_status seal(driver *d, unit *u, orma_error **err)
{
    calcjob *job = &d->job;
    orma_status st = ORMA_OK;

    if (d->p.state == PROCESS_FINISHED)
        st = calcjob_set(job, "exit_status",
                         json_object_new_int(d->p.exit_status), err);
    if (st == ORMA_OK && d->p.state == PROCESS_FINISHED &&
        d->p.exit_status != 0 && job->exit_message != NULL &&
        *job->exit_message != '\0')
        st = calcjob_set_text(job, "exit_message", job->exit_message, err);
    if (st == ORMA_OK && d->p.state == PROCESS_EXCEPTED)
        st = calcjob_set_text(job, "exception",
                              d->last_error != NULL ? d->last_error : "", err);
    if (st == ORMA_OK)
        st = calcjob_set(job, "sealed", json_object_new_boolean(1), err);
    return st == ORMA_OK
               ? unit_drop_process(u, job->process, d->lease_epoch, err)
               : st;
}

static orma_status write_changes(driver *d, unit *u, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (d->p.state != d->stored.state)
        st = calcjob_set_text(&d->job, "process_state",
                              process_state_word(d->p.state), err);
    if (st == ORMA_OK)
        st = show_progress(d, err);
    if (st != ORMA_OK)
        return st;
    return process_state_is_terminal(d->p.state) ? seal(d, u, err)
                                                 : put_row(d, u, err);
}

/* ---- both -------------------------------------------------------- */

orma_status driver_commit(driver *d, orma_error **err)
{
    unit *u = NULL;

    if (d->job.unit == NULL && d->is_stored &&
        !engine_must_store(&d->stored, &d->p))
        return ORMA_OK;
    orma_status st = calcjob_unit(&d->job, &u, err);
    if (st == ORMA_OK)
        st = write_changes(d, u, err);
    if (st == ORMA_OK)
        st = calcjob_commit(&d->job, err);
    else
        calcjob_drop_unit(&d->job);
    if (st != ORMA_OK)
        return st;
    d->stored = d->p;
    d->is_stored = true;
    return ORMA_OK;
}
