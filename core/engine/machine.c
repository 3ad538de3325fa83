/* The state machine of calcjobs, as a table of transitions.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/machine.h>

/* The state in which a process waits for or does the work of a stage; AiiDA
 * runs only the plugin's own code in RUNNING. */
static const enum process_state stage_states[STAGE_COUNT] = {
    [STAGE_PREPARE] = PROCESS_RUNNING, [STAGE_UPLOAD] = PROCESS_WAITING,
    [STAGE_SUBMIT] = PROCESS_WAITING,  [STAGE_RECOVER] = PROCESS_WAITING,
    [STAGE_UPDATE] = PROCESS_WAITING,  [STAGE_RETRIEVE] = PROCESS_WAITING,
    [STAGE_PARSE] = PROCESS_RUNNING,   [STAGE_KILL] = PROCESS_WAITING,
    [STAGE_DONE] = PROCESS_FINISHED,
};

/* Exit status of an output that its type or the spec refuses, AiiDA's
 * ERROR_INVALID_OUTPUT. */
#define EXIT_INVALID_OUTPUT 10

/* ---- what can be done next --------------------------------------- */

/* One call of engine_step(), as its rules see it. */
typedef struct step {
    engine_process *p;
    const engine_event *event;
    int64_t now_ns;
    const engine_limits *limits;
} step;

static engine_action effect(const step *s)
{
    s->p->wake_ns = 0;
    return (engine_action){ACTION_EFFECT, s->p->stage};
}

static engine_action wait_for(const step *s, int64_t delay_ns)
{
    s->p->wake_ns = s->now_ns + delay_ns;
    return (engine_action){ACTION_WAIT, s->p->stage};
}

static engine_action end(const step *s, enum process_state state,
                         int32_t exit_status)
{
    s->p->state = state;
    s->p->exit_status = exit_status;
    s->p->stage = STAGE_DONE;
    s->p->wake_ns = 0;
    s->p->paused = false;
    return (engine_action){ACTION_SEAL, STAGE_DONE};
}

static void enter(const step *s, enum calcjob_stage stage)
{
    s->p->stage = stage;
    s->p->state = stage_states[stage];
    s->p->wake_ns = 0;
}

/* 20, 40, 80, 160 s: the first failure waits for the initial interval. */
static int64_t backoff_ns(const step *s)
{
    int64_t delay = s->limits->retry_initial_ns;
    for (int32_t i = 1; i < s->p->attempt && delay < INT64_MAX / 4; i++)
        delay *= 2;
    return delay;
}

/* ---- rules: what a row of the table does ------------------------- */

typedef engine_action (*rule)(const step *s, enum calcjob_stage next);

static engine_action advance(const step *s, enum calcjob_stage next)
{
    enter(s, next);
    s->p->attempt = 0;
    s->p->since_ns = 0;
    s->p->absences = 0;
    return effect(s);
}

static engine_action prepared(const step *s, enum calcjob_stage next)
{
    s->p->skip_submit = s->event->skip_submit;
    return advance(s, next);
}

static engine_action uploaded(const step *s, enum calcjob_stage next)
{
    if (s->p->skip_submit)
        return advance(s, STAGE_RETRIEVE);
    s->p->submission = 1;
    return advance(s, next);
}

static engine_action submitted(const step *s, enum calcjob_stage next)
{
    s->p->has_job_id = true;
    return advance(s, s->p->kill_requested ? STAGE_KILL : next);
}

static engine_action rejected(const step *s, enum calcjob_stage next)
{
    (void)next;
    return end(s, PROCESS_FINISHED, s->event->exit_status);
}

/* To another stage of the same submission: failures go on counting, else a
 * scheduler that always fails would be asked for ever. */
static engine_action turn_to(const step *s, enum calcjob_stage next)
{
    enter(s, next);
    return effect(s);
}

/* Killed without a job that is known of: a late one of this or a former
 * submission must find the folder closed, which the stage sees to. */
static engine_action close_folder(const step *s)
{
    return advance(s, STAGE_KILL);
}

static engine_action never_submitted(const step *s, enum calcjob_stage next)
{
    if (s->p->kill_requested)
        return close_folder(s);
    s->p->since_ns = 0;
    return turn_to(s, next);
}

/* The claim of this N is used up and no job came of it. */
static engine_action next_submission(const step *s, enum calcjob_stage next)
{
    if (s->p->kill_requested)
        return close_folder(s);
    s->p->submission++;
    s->p->since_ns = 0;
    return turn_to(s, next);
}

/* The remote shell may still be at work: until its own deadline has passed,
 * look again at the pace of polls. since_ns bounds the wait where the claim's
 * age cannot be told. */
static engine_action claim_seen(const step *s, enum calcjob_stage next)
{
    int64_t age = s->event->age_ns;

    if (s->p->since_ns == 0)
        s->p->since_ns = s->now_ns;
    if (s->now_ns - s->p->since_ns > age)
        age = s->now_ns - s->p->since_ns;
    if (age < s->limits->submit_timeout_ns) {
        const int64_t left = s->limits->submit_timeout_ns - age;
        return wait_for(s, left < s->limits->poll_interval_ns
                               ? left
                               : s->limits->poll_interval_ns);
    }
    return next_submission(s, next);
}

static engine_action poll_again(const step *s, enum calcjob_stage next)
{
    (void)next;
    s->p->attempt = 0;
    s->p->since_ns = 0;
    s->p->absences = 0;
    return wait_for(s, s->limits->poll_interval_ns);
}

/* A scheduler that answers with an empty list by mistake must not end all
 * jobs: absence is believed only often and long enough, and seen without a
 * gap, since two mistakes hours apart are no proof. */
static engine_action absent(const step *s, enum calcjob_stage next)
{
    s->p->attempt = 0;
    if (s->p->absences == 0)
        s->p->since_ns = s->now_ns;
    s->p->absences++;
    if (s->p->absences >= s->limits->max_absences &&
        s->now_ns - s->p->since_ns >= s->limits->max_absence_ns)
        return advance(s, next);
    return wait_for(s, s->limits->poll_interval_ns);
}

static engine_action parsed(const step *s, enum calcjob_stage next)
{
    (void)next;
    return end(s, PROCESS_FINISHED, s->event->exit_status);
}

static engine_action killed(const step *s, enum calcjob_stage next)
{
    (void)next;
    return end(s, PROCESS_KILLED, 0);
}

static engine_action again(const step *s, enum calcjob_stage next)
{
    (void)next;
    return effect(s);
}

static engine_action seal(const step *s, enum calcjob_stage next)
{
    (void)s;
    (void)next;
    return (engine_action){ACTION_SEAL, STAGE_DONE};
}

static engine_action kill_now(const step *s, enum calcjob_stage next)
{
    s->p->attempt = 0;
    return next == STAGE_DONE ? end(s, PROCESS_KILLED, 0) : turn_to(s, next);
}

static engine_action take_up(const step *s, enum calcjob_stage next)
{
    s->p->absences = 0;
    if (s->p->kill_requested)
        return engine_step(s->p, &(engine_event){.type = EVENT_KILL}, s->now_ns,
                           s->limits);
    enter(s, next);
    return effect(s);
}

/* ---- the table --------------------------------------------------- */

/* START and PLAY take a process up, TIMER goes on with the stage's effect, and
 * KILL decides by what is known of the job; PAUSE and EFFECT_FAILED, the same
 * for all stages, have their own rules below. */
static const struct {
    enum calcjob_stage stage;
    enum engine_event_type event;
    enum calcjob_stage next;
    rule apply;
    const char *note;
} transitions[] = {
    {STAGE_PREPARE, EVENT_START, STAGE_PREPARE, take_up,
     "the plugin writes its files"},
    {STAGE_PREPARE, EVENT_EFFECT_OK, STAGE_UPLOAD, prepared, ""},
    {STAGE_PREPARE, EVENT_KILL, STAGE_DONE, kill_now, "nothing was submitted"},

    {STAGE_UPLOAD, EVENT_START, STAGE_PREPARE, take_up,
     "the sandbox went with its runner"},
    {STAGE_UPLOAD, EVENT_EFFECT_OK, STAGE_SUBMIT, uploaded,
     "with skip_submit: retrieve"},
    {STAGE_UPLOAD, EVENT_KILL, STAGE_DONE, kill_now, "nothing was submitted"},

    {STAGE_SUBMIT, EVENT_START, STAGE_RECOVER, take_up,
     "the submission may have been made"},
    {STAGE_SUBMIT, EVENT_JOB_SUBMITTED, STAGE_UPDATE, submitted,
     "kill requested: kill"},
    {STAGE_SUBMIT, EVENT_JOB_REJECTED, STAGE_DONE, rejected,
     "finished with the scheduler's exit status"},
    {STAGE_SUBMIT, EVENT_CLAIM_TAKEN, STAGE_RECOVER, turn_to,
     "somebody made this submission before"},
    {STAGE_SUBMIT, EVENT_KILL, STAGE_RECOVER, kill_now,
     "find out whether there is a job"},

    {STAGE_RECOVER, EVENT_START, STAGE_RECOVER, take_up, ""},
    {STAGE_RECOVER, EVENT_JOB_SUBMITTED, STAGE_UPDATE, submitted,
     "the id was written, or found by the token"},
    {STAGE_RECOVER, EVENT_JOB_REJECTED, STAGE_DONE, rejected,
     "it was refused for good before"},
    {STAGE_RECOVER, EVENT_FOUND_NOTHING, STAGE_SUBMIT, never_submitted,
     "no claim: the same submission; kill requested: kill"},
    {STAGE_RECOVER, EVENT_FOUND_RC, STAGE_SUBMIT, next_submission,
     "the submit command failed: the next submission"},
    {STAGE_RECOVER, EVENT_FOUND_CLAIM, STAGE_SUBMIT, claim_seen,
     "a claim alone is waited out, then the next submission"},
    {STAGE_RECOVER, EVENT_KILL, STAGE_RECOVER, kill_now,
     "find out whether there is a job"},

    {STAGE_UPDATE, EVENT_START, STAGE_UPDATE, take_up, ""},
    {STAGE_UPDATE, EVENT_JOB_QUEUED, STAGE_UPDATE, poll_again,
     "poll again after the interval"},
    {STAGE_UPDATE, EVENT_JOB_ENDED, STAGE_RETRIEVE, advance, ""},
    {STAGE_UPDATE, EVENT_JOB_ABSENT, STAGE_RETRIEVE, absent,
     "only when absent often and long enough"},
    {STAGE_UPDATE, EVENT_KILL, STAGE_KILL, kill_now, ""},

    {STAGE_RETRIEVE, EVENT_START, STAGE_RETRIEVE, take_up, ""},
    {STAGE_RETRIEVE, EVENT_EFFECT_OK, STAGE_PARSE, advance, ""},
    {STAGE_RETRIEVE, EVENT_KILL, STAGE_DONE, kill_now, "the job has ended"},

    {STAGE_PARSE, EVENT_START, STAGE_PARSE, take_up, ""},
    {STAGE_PARSE, EVENT_PARSED, STAGE_DONE, parsed,
     "finished with the exit status"},
    {STAGE_PARSE, EVENT_KILL, STAGE_DONE, kill_now, "the job has ended"},

    {STAGE_KILL, EVENT_START, STAGE_KILL, again, ""},
    {STAGE_KILL, EVENT_EFFECT_OK, STAGE_DONE, killed, "killed"},
    {STAGE_KILL, EVENT_KILL, STAGE_KILL, kill_now, "a fresh count of tries"},

    {STAGE_DONE, EVENT_START, STAGE_DONE, seal, "write the node and seal it"},
    {STAGE_DONE, EVENT_KILL, STAGE_DONE, seal, "too late"},
};

#define TRANSITION_COUNT (sizeof transitions / sizeof *transitions)

/* ---- failures (one table for all stages, protocol "what a failure means") */

enum failure_rule {
    FAILURE_RETRY,  /* backoff, then pause */
    FAILURE_PAUSE,  /* at once: trying again will not help */
    FAILURE_EXCEPT, /* excepted */
    FAILURE_OUTPUT, /* finished with exit status 10 */
    FAILURE_BLAME   /* tried again at once, excepted in the end */
};

static const struct {
    orma_status status;
    enum failure_rule rule, parse_rule;
} failures[] = {
    {ORMA_E_TRANSIENT, FAILURE_RETRY, FAILURE_RETRY},
    {ORMA_E_NO_MEMORY, FAILURE_RETRY, FAILURE_RETRY},
    {ORMA_E_CANCELLED, FAILURE_RETRY, FAILURE_RETRY},
    {ORMA_E_PERMANENT, FAILURE_PAUSE, FAILURE_PAUSE},
    {ORMA_E_UNSUPPORTED, FAILURE_PAUSE, FAILURE_PAUSE},
    {ORMA_E_ABI, FAILURE_PAUSE, FAILURE_PAUSE},
    {ORMA_E_NOT_FOUND, FAILURE_PAUSE, FAILURE_PAUSE},
    {ORMA_E_REFUSED, FAILURE_PAUSE, FAILURE_PAUSE},
    {ORMA_E_INVALID, FAILURE_EXCEPT, FAILURE_OUTPUT},
    {ORMA_E_BUG, FAILURE_BLAME, FAILURE_BLAME},
};

#define FAILURE_COUNT (sizeof failures / sizeof *failures)

static const char *const failure_notes[] = {
    [FAILURE_RETRY] = "again after 20 s, doubling; after 5 failures paused",
    [FAILURE_PAUSE] = "paused, files kept",
    [FAILURE_EXCEPT] = "excepted, the message names the port",
    [FAILURE_OUTPUT] = "finished with exit status 10, the output refused",
    [FAILURE_BLAME] = "again at once; after 5 failures excepted",
};

/* A job may exist, or the truth about it be unknown: such a process is never
 * ended by a failure, only paused, so that no job is left without its node. */
static bool stage_may_have_job(enum calcjob_stage stage)
{
    return stage == STAGE_SUBMIT || stage == STAGE_RECOVER ||
           stage == STAGE_UPDATE || stage == STAGE_KILL;
}

/* What a finished job made still lies on its computer: the process waits for
 * whoever mends what keeps it from being fetched. */
static bool stage_has_results(enum calcjob_stage stage)
{
    return stage == STAGE_RETRIEVE;
}

static enum failure_rule failure_rule_of(enum calcjob_stage stage,
                                         orma_status status)
{
    enum failure_rule found = FAILURE_BLAME; /* a status that does not exist */

    for (size_t i = 0; i < FAILURE_COUNT; i++)
        if (failures[i].status == status)
            found = stage == STAGE_PARSE ? failures[i].parse_rule
                                         : failures[i].rule;
    if (stage_has_results(stage) && found == FAILURE_EXCEPT)
        return FAILURE_PAUSE;
    if (stage_may_have_job(stage)) {
        if (found == FAILURE_EXCEPT)
            return FAILURE_PAUSE;
        if (found == FAILURE_BLAME)
            return FAILURE_RETRY;
    }
    return found;
}

static engine_action pause_now(const step *s)
{
    s->p->paused = true;
    s->p->wake_ns = 0;
    return (engine_action){ACTION_PAUSED, s->p->stage};
}

static engine_action failed(const step *s)
{
    const enum failure_rule what =
        failure_rule_of(s->p->stage, s->event->status);

    s->p->attempt++;
    s->p->absences = 0;
    /* Whether a failed submission left a job is for recovery to find out. */
    if (s->p->stage == STAGE_SUBMIT)
        enter(s, STAGE_RECOVER);

    const bool used_up = s->p->attempt >= s->limits->max_attempts;
    switch (what) {
    case FAILURE_RETRY:
        return used_up ? pause_now(s) : wait_for(s, backoff_ns(s));
    case FAILURE_PAUSE:
        return pause_now(s);
    case FAILURE_EXCEPT:
        return end(s, PROCESS_EXCEPTED, 0);
    case FAILURE_OUTPUT:
        return end(s, PROCESS_FINISHED, EXIT_INVALID_OUTPUT);
    case FAILURE_BLAME:
        return used_up ? end(s, PROCESS_EXCEPTED, 0) : effect(s);
    }
    return pause_now(s);
}

/* ---- stepping ---------------------------------------------------- */

static engine_action apply(const step *s, enum engine_event_type type)
{
    for (size_t i = 0; i < TRANSITION_COUNT; i++)
        if (transitions[i].stage == s->p->stage && transitions[i].event == type)
            return transitions[i].apply(s, transitions[i].next);
    /* An event that this stage does not know is stale: do its work again. */
    return s->p->stage == STAGE_DONE ? seal(s, STAGE_DONE) : effect(s);
}

/* Taken up after a crash in the middle of a backoff: what is left of it. */
static engine_action start(const step *s)
{
    const int64_t wake_ns = s->p->attempt > 0 ? s->p->wake_ns : 0;
    engine_action action = apply(s, EVENT_START);

    if (action.type == ACTION_EFFECT && wake_ns > s->now_ns) {
        s->p->wake_ns = wake_ns;
        action.type = ACTION_WAIT;
    }
    return action;
}

static engine_action dispatch(const step *s)
{
    switch (s->event->type) {
    case EVENT_START:
        return start(s);
    case EVENT_TIMER:
        if (s->p->wake_ns > s->now_ns)
            return (engine_action){ACTION_WAIT, s->p->stage};
        return effect(s);
    case EVENT_EFFECT_FAILED:
        return failed(s);
    case EVENT_PAUSE:
        return pause_now(s);
    case EVENT_PLAY:
        s->p->paused = false;
        s->p->attempt = 0;
        return apply(s, EVENT_START);
    case EVENT_KILL:
        s->p->kill_requested = true;
        s->p->paused = false;
        return apply(s, EVENT_KILL);
    case EVENT_EFFECT_OK:
    case EVENT_JOB_SUBMITTED:
    case EVENT_JOB_REJECTED:
    case EVENT_CLAIM_TAKEN:
    case EVENT_FOUND_NOTHING:
    case EVENT_FOUND_CLAIM:
    case EVENT_FOUND_RC:
    case EVENT_JOB_QUEUED:
    case EVENT_JOB_ENDED:
    case EVENT_JOB_ABSENT:
    case EVENT_PARSED:
        return apply(s, s->event->type);
    }
    return pause_now(s);
}

engine_action engine_step(engine_process *p, const engine_event *event,
                          int64_t now_ns, const engine_limits *limits)
{
    const step s = {p, event, now_ns, limits};
    engine_action action;

    if (process_state_is_terminal(p->state))
        return seal(&s, STAGE_DONE);
    action = dispatch(&s);
    /* What an effect found is kept, but nothing new begins while paused. */
    if (p->paused && action.type != ACTION_SEAL)
        action = (engine_action){ACTION_PAUSED, p->stage};
    return action;
}

/* ---- what must be stored ----------------------------------------- */

/* Stages that are taken up alike need no commit between them: an upload begins
 * again with the preparation, and a job that has ended is seen to have ended
 * again. */
static bool same_when_taken_up(enum calcjob_stage stored,
                               enum calcjob_stage now)
{
    return stored == now || (stored == STAGE_PREPARE && now == STAGE_UPLOAD) ||
           (stored == STAGE_UPDATE && now == STAGE_RETRIEVE);
}

bool engine_must_store(const engine_process *stored, const engine_process *now)
{
    return process_state_is_terminal(now->state) ||
           !same_when_taken_up(stored->stage, now->stage) ||
           stored->attempt != now->attempt ||
           stored->submission != now->submission ||
           stored->paused != now->paused ||
           stored->kill_requested != now->kill_requested ||
           stored->has_job_id != now->has_job_id;
}

/* ---- description ------------------------------------------------- */

static const char *const event_words[] = {
    [EVENT_START] = "start",
    [EVENT_TIMER] = "timer",
    [EVENT_EFFECT_OK] = "done",
    [EVENT_EFFECT_FAILED] = "failed",
    [EVENT_JOB_SUBMITTED] = "job submitted",
    [EVENT_JOB_REJECTED] = "job rejected",
    [EVENT_CLAIM_TAKEN] = "claim taken",
    [EVENT_FOUND_NOTHING] = "found nothing",
    [EVENT_FOUND_CLAIM] = "found claim",
    [EVENT_FOUND_RC] = "found return code",
    [EVENT_JOB_QUEUED] = "job listed",
    [EVENT_JOB_ENDED] = "job ended",
    [EVENT_JOB_ABSENT] = "job absent",
    [EVENT_PARSED] = "parsed",
    [EVENT_PAUSE] = "pause",
    [EVENT_PLAY] = "play",
    [EVENT_KILL] = "kill",
};

static const char *const failure_words[FAILURE_COUNT] = {
    "failed: transient", "failed: no memory",   "failed: cancelled",
    "failed: permanent", "failed: unsupported", "failed: abi",
    "failed: not found", "failed: refused",     "failed: invalid",
    "failed: bug",
};

static const char *failure_target(enum failure_rule found,
                                  enum calcjob_stage stage)
{
    switch (found) {
    case FAILURE_RETRY:
    case FAILURE_BLAME:
        return calcjob_stage_word(stage == STAGE_SUBMIT ? STAGE_RECOVER
                                                        : stage);
    case FAILURE_PAUSE:
        return "paused";
    case FAILURE_EXCEPT:
        return process_state_word(PROCESS_EXCEPTED);
    case FAILURE_OUTPUT:
        return process_state_word(PROCESS_FINISHED);
    }
    return "";
}

void engine_describe(void (*visit)(void *user, const char *stage,
                                   const char *event, const char *then,
                                   const char *note),
                     void *user)
{
    for (size_t i = 0; i < TRANSITION_COUNT; i++)
        visit(user, calcjob_stage_word(transitions[i].stage),
              event_words[transitions[i].event],
              calcjob_stage_word(transitions[i].next), transitions[i].note);
    for (int stage = 0; stage < STAGE_DONE; stage++)
        for (size_t i = 0; i < FAILURE_COUNT; i++) {
            const enum failure_rule found =
                failure_rule_of((enum calcjob_stage)stage, failures[i].status);
            visit(user, calcjob_stage_word((enum calcjob_stage)stage),
                  failure_words[i],
                  failure_target(found, (enum calcjob_stage)stage),
                  failure_notes[found]);
        }
    visit(user, "any", event_words[EVENT_TIMER], "the same",
          "the stage's work");
    visit(user, "any", event_words[EVENT_PAUSE], "paused",
          "a running effect ends first; its result is kept");
    visit(user, "any", event_words[EVENT_PLAY], "as start",
          "with a fresh count of tries");
}
