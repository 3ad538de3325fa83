/* The driver's records: live row and node, in one transaction.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <engine/driver.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* ---- the row
 * ------------------------------------------------------------------ */

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

/* ---- the node
 * ------------------------------------------------------------------- */

static orma_status set_pause(driver *d, orma_error **err)
{
    calcjob *job = &d->job;

    if (!d->p.paused) {
        const orma_status st = calcjob_set(job, "paused", NULL, err);
        return st == ORMA_OK ? calcjob_set(job, "process_status", NULL, err)
                             : st;
    }
    AUTO_FREE char *status =
        d->p.attempt > 0
            ? text_printf("Paused in stage %s after %d failures: %s",
                          calcjob_stage_word(d->p.stage), (int)d->p.attempt,
                          d->last_error != NULL ? d->last_error : "")
            : text_copy("Paused by request");
    if (status == NULL)
        return error_no_memory(err);
    const orma_status st =
        calcjob_set(job, "paused", json_object_new_boolean(1), err);
    return st == ORMA_OK ? calcjob_set_text(job, "process_status", status, err)
                         : st;
}

/* What a terminal state adds, `sealed` at the end. */
static orma_status seal(driver *d, unit *u, orma_error **err)
{
    calcjob *job = &d->job;
    orma_status st = ORMA_OK;

    if (d->stored.paused)
        st = set_pause(d, err);
    if (st == ORMA_OK && d->p.state == PROCESS_FINISHED)
        st = calcjob_set(job, "exit_status",
                         json_object_new_int(d->p.exit_status), err);
    if (st == ORMA_OK && d->p.state == PROCESS_FINISHED &&
        d->p.exit_status != 0 && job->exit_message != NULL &&
        *job->exit_message != '\0')
        st = calcjob_set_text(job, "exit_message", job->exit_message, err);
    if (st == ORMA_OK && d->p.state == PROCESS_EXCEPTED)
        st = calcjob_set_text(job, "exception",
                              d->last_error != NULL ? d->last_error : "", err);
    if (st == ORMA_OK && d->p.state == PROCESS_KILLED)
        st = calcjob_set_text(job, "process_status", "Killed by request", err);
    if (st == ORMA_OK)
        st = calcjob_set(job, "sealed", json_object_new_boolean(1), err);
    return st == ORMA_OK ? unit_drop_process(u, job->process, err) : st;
}

static orma_status write_changes(driver *d, unit *u, orma_error **err)
{
    const bool is_terminal = process_state_is_terminal(d->p.state);
    orma_status st = ORMA_OK;

    if (d->p.state != d->stored.state)
        st = calcjob_set_text(&d->job, "process_state",
                              process_state_word(d->p.state), err);
    if (st != ORMA_OK || is_terminal)
        return st != ORMA_OK ? st : seal(d, u, err);
    if (d->p.paused != d->stored.paused)
        st = set_pause(d, err);
    return st == ORMA_OK ? put_row(d, u, err) : st;
}

/* ---- both
 * ---------------------------------------------------------------------- */

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
