/* From stages to effects, from what became of them to events.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <engine/driver.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

static orma_status run_stage(driver *d, enum calcjob_stage stage,
                             engine_event *event, orma_error **err)
{
    calcjob *job = &d->job;
    orma_status st = ORMA_OK;

    switch (stage) {
    case STAGE_PREPARE:
        st = calcjob_prepare(job, err);
        if (st == ORMA_OK)
            event->skip_submit =
                json_get_bool(job->calcinfo, "skip_submit", false);
        return st;
    case STAGE_UPLOAD:
        return calcjob_upload(job, err);
    case STAGE_SUBMIT:
        return calcjob_submit(job, event, err);
    case STAGE_RECOVER:
        return calcjob_recover(job, event, err);
    case STAGE_UPDATE:
        return calcjob_update(job, d->list_interval_ns, event, err);
    case STAGE_RETRIEVE:
        return calcjob_retrieve(job, err);
    case STAGE_PARSE:
        st = calcjob_parse(job, &event->exit_status, err);
        event->type = EVENT_PARSED;
        return st;
    case STAGE_KILL:
        return calcjob_kill(job, err);
    case STAGE_DONE:
    case STAGE_COUNT:
        break;
    }
    return error_set(err, ORMA_E_BUG, "engine", 0,
                     "there is no work in stage %d", (int)stage);
}

/* A failure is a step of several, or the end. */
static char *failure_line(const driver *d, enum calcjob_stage stage,
                          engine_action action)
{
    const char *word = calcjob_stage_word(stage);
    const char *why = d->last_error != NULL ? d->last_error : "";

    if (action.type == ACTION_SEAL)
        return text_printf("%s failed: %s", word, why);
    if (action.type == ACTION_PAUSED && d->p.attempt < d->limits.max_attempts)
        return text_printf("%s failed, the process is paused: %s", word, why);
    return text_printf("%s failed, attempt %d of %d: %s", word,
                       (int)d->p.attempt, (int)d->limits.max_attempts, why);
}

void driver_note_failure(driver *d, enum calcjob_stage stage,
                         engine_action action)
{
    AUTO_ERROR orma_error *ignored = NULL;
    AUTO_FREE char *line = failure_line(d, stage, action);

    if (line == NULL)
        return;
    calcjob_progress(&d->job, "%s", line);
    if (d->p.state != PROCESS_EXCEPTED) {
        calcjob_log(&d->job, ORMA_LOG_WARNING, line, &ignored);
        return;
    }
    /* AiiDA's form of a report. */
    AUTO_FREE char *report = text_printf(
        "[%lld|%s|on_except]: %s", (long long)d->job.process->pk,
        d->job.spec->process_label, d->last_error != NULL ? d->last_error : "");
    if (report != NULL)
        calcjob_log(&d->job, ORMA_LOG_REPORT, report, &ignored);
}

/* For the row of the live process, and the node. */
static void keep_error(driver *d, const orma_error *why)
{
    AUTO_FREE char *chain = error_chain(why);

    free(d->last_error);
    d->last_error = text_copy(chain != NULL ? chain : "no memory");
}

static void announce(driver *d, enum calcjob_stage stage)
{
    static const char *const words[STAGE_COUNT] = {
        [STAGE_PREPARE] = "preparing",   [STAGE_UPLOAD] = "uploading",
        [STAGE_SUBMIT] = "submitting",   [STAGE_RECOVER] = "recovering",
        [STAGE_RETRIEVE] = "retrieving", [STAGE_PARSE] = "parsing",
        [STAGE_KILL] = "killing",
    };
    if (words[stage] != NULL)
        calcjob_progress(&d->job, "%s", words[stage]);
}

engine_event driver_effect(driver *d, enum calcjob_stage stage)
{
    engine_event event = {.type = EVENT_EFFECT_OK};
    orma_error *why = NULL;

    d->job.now_ns = time_now_ns();
    d->job.submission = d->p.submission;
    announce(d, stage);
    const orma_status st = run_stage(d, stage, &event, &why);
    if (st == ORMA_OK)
        return event;
    calcjob_drop_unit(&d->job);
    keep_error(d, why);
    orma_error_free(why);
    /* The connection may be what failed. */
    calcjob_disconnect(&d->job);
    return (engine_event){.type = EVENT_EFFECT_FAILED, .status = st};
}
