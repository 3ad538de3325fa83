/* The state machine, step by step.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <engine/machine.h>

#include "unit/engine/suites.h"

#define SECOND_NS INT64_C(1000000000)

static const engine_limits limits = {
    .max_attempts = 5,
    .retry_initial_ns = 20 * SECOND_NS,
    .poll_interval_ns = 10 * SECOND_NS,
    .submit_timeout_ns = 120 * SECOND_NS,
    .max_absences = 3,
    .max_absence_ns = 60 * SECOND_NS,
};

static engine_process at(enum calcjob_stage stage)
{
    return (engine_process){
        .state = PROCESS_WAITING, .stage = stage, .submission = 1};
}

static engine_action step(engine_process *p, enum engine_event_type type,
                          int64_t now_ns)
{
    return engine_step(p, &(engine_event){.type = type}, now_ns, &limits);
}

static engine_action fail(engine_process *p, orma_status status, int64_t now_ns)
{
    const engine_event event = {.type = EVENT_EFFECT_FAILED, .status = status};
    return engine_step(p, &event, now_ns, &limits);
}

/* The effect of `stage` is what comes next. */
static void expect_effect(engine_action action, enum calcjob_stage stage)
{
    CU_ASSERT_EQUAL(action.type, ACTION_EFFECT);
    CU_ASSERT_EQUAL(action.stage, stage);
}

static void walks_a_calcjob_from_start_to_seal(void)
{
    engine_process p = {.state = PROCESS_CREATED, .stage = STAGE_PREPARE};

    expect_effect(step(&p, EVENT_START, 0), STAGE_PREPARE);
    CU_ASSERT_EQUAL(p.state, PROCESS_RUNNING);
    expect_effect(step(&p, EVENT_EFFECT_OK, 0), STAGE_UPLOAD);
    CU_ASSERT_EQUAL(p.state, PROCESS_WAITING);
    expect_effect(step(&p, EVENT_EFFECT_OK, 0), STAGE_SUBMIT);
    CU_ASSERT_EQUAL(p.submission, 1);
    expect_effect(step(&p, EVENT_JOB_SUBMITTED, 0), STAGE_UPDATE);
    CU_ASSERT(p.has_job_id);
    CU_ASSERT_EQUAL(step(&p, EVENT_JOB_QUEUED, 0).type, ACTION_WAIT);
    CU_ASSERT_EQUAL(p.wake_ns, limits.poll_interval_ns);
    expect_effect(step(&p, EVENT_TIMER, p.wake_ns), STAGE_UPDATE);
    expect_effect(step(&p, EVENT_JOB_ENDED, 0), STAGE_RETRIEVE);
    expect_effect(step(&p, EVENT_EFFECT_OK, 0), STAGE_PARSE);
    CU_ASSERT_EQUAL(p.state, PROCESS_RUNNING);
    const engine_event parsed = {.type = EVENT_PARSED, .exit_status = 410};
    CU_ASSERT_EQUAL(engine_step(&p, &parsed, 0, &limits).type, ACTION_SEAL);
    CU_ASSERT_EQUAL(p.state, PROCESS_FINISHED);
    CU_ASSERT_EQUAL(p.exit_status, 410);
}

static void skips_the_submission_when_there_is_nothing_to_run(void)
{
    engine_process p = at(STAGE_PREPARE);
    const engine_event event = {.type = EVENT_EFFECT_OK, .skip_submit = true};

    expect_effect(engine_step(&p, &event, 0, &limits), STAGE_UPLOAD);
    expect_effect(step(&p, EVENT_EFFECT_OK, 0), STAGE_RETRIEVE);
}

/* AiiDA: tries after 20, 40, 80 and 160 s, then the process is paused. */
static void doubles_waits_and_pauses_after_five_failures(void)
{
    static const int64_t waits_s[] = {20, 40, 80, 160};
    engine_process p = at(STAGE_RETRIEVE);

    for (size_t i = 0; i < sizeof waits_s / sizeof *waits_s; i++) {
        CU_ASSERT_EQUAL(fail(&p, ORMA_E_TRANSIENT, 0).type, ACTION_WAIT);
        CU_ASSERT_EQUAL(p.wake_ns, waits_s[i] * SECOND_NS);
        expect_effect(step(&p, EVENT_TIMER, p.wake_ns), STAGE_RETRIEVE);
    }
    CU_ASSERT_EQUAL(fail(&p, ORMA_E_TRANSIENT, 0).type, ACTION_PAUSED);
    CU_ASSERT(p.paused);
    /* played, with a fresh count */
    expect_effect(step(&p, EVENT_PLAY, 0), STAGE_RETRIEVE);
    CU_ASSERT_EQUAL(p.attempt, 0);
}

static void takes_a_crashed_submission_up_by_recovery(void)
{
    engine_process p = at(STAGE_SUBMIT);

    expect_effect(step(&p, EVENT_START, 0), STAGE_RECOVER);
    expect_effect(step(&p, EVENT_FOUND_NOTHING, 0), STAGE_SUBMIT);
    CU_ASSERT_EQUAL(p.submission, 1);
    expect_effect(step(&p, EVENT_CLAIM_TAKEN, 0), STAGE_RECOVER);
    expect_effect(step(&p, EVENT_FOUND_RC, 0), STAGE_SUBMIT);
    CU_ASSERT_EQUAL(p.submission, 2);
}

static void waits_out_a_claim_alone_before_the_next_submission(void)
{
    engine_process p = at(STAGE_RECOVER);
    engine_event claim = {.type = EVENT_FOUND_CLAIM, .age_ns = 115 * SECOND_NS};

    CU_ASSERT_EQUAL(engine_step(&p, &claim, SECOND_NS, &limits).type,
                    ACTION_WAIT);
    CU_ASSERT_EQUAL(p.wake_ns, 6 * SECOND_NS);
    expect_effect(step(&p, EVENT_TIMER, 6 * SECOND_NS), STAGE_RECOVER);
    claim.age_ns = 120 * SECOND_NS;
    expect_effect(engine_step(&p, &claim, 6 * SECOND_NS, &limits),
                  STAGE_SUBMIT);
    CU_ASSERT_EQUAL(p.submission, 2);
}

static void a_failed_submission_is_looked_into_first(void)
{
    engine_process p = at(STAGE_SUBMIT);

    CU_ASSERT_EQUAL(fail(&p, ORMA_E_TRANSIENT, 0).type, ACTION_WAIT);
    CU_ASSERT_EQUAL(p.stage, STAGE_RECOVER);
    CU_ASSERT_EQUAL(p.attempt, 1);
    /* its tries go on counting in the next submission */
    step(&p, EVENT_TIMER, p.wake_ns);
    expect_effect(step(&p, EVENT_FOUND_RC, 0), STAGE_SUBMIT);
    CU_ASSERT_EQUAL(p.attempt, 1);
}

static void believes_absence_only_often_and_long_enough(void)
{
    engine_process p = at(STAGE_UPDATE);

    for (int64_t t = 1; t <= 51; t += 10)
        CU_ASSERT_EQUAL(step(&p, EVENT_JOB_ABSENT, t * SECOND_NS).type,
                        ACTION_WAIT);
    expect_effect(step(&p, EVENT_JOB_ABSENT, 61 * SECOND_NS), STAGE_RETRIEVE);
    p = at(STAGE_UPDATE);
    step(&p, EVENT_JOB_ABSENT, SECOND_NS);
    step(&p, EVENT_JOB_ABSENT, 30 * SECOND_NS);
    step(&p, EVENT_JOB_QUEUED, 40 * SECOND_NS); /* there it is again */
    CU_ASSERT_EQUAL(step(&p, EVENT_JOB_ABSENT, 100 * SECOND_NS).type,
                    ACTION_WAIT);
    CU_ASSERT_EQUAL(p.absences, 1);
}

static void kills_at_once_what_was_never_submitted(void)
{
    engine_process p = at(STAGE_UPLOAD);

    CU_ASSERT_EQUAL(step(&p, EVENT_KILL, 0).type, ACTION_SEAL);
    CU_ASSERT_EQUAL(p.state, PROCESS_KILLED);
}

static void kills_a_job_before_its_process(void)
{
    engine_process p = at(STAGE_UPDATE);

    expect_effect(step(&p, EVENT_KILL, 0), STAGE_KILL);
    CU_ASSERT_EQUAL(p.state, PROCESS_WAITING);
    CU_ASSERT_EQUAL(step(&p, EVENT_EFFECT_OK, 0).type, ACTION_SEAL);
    CU_ASSERT_EQUAL(p.state, PROCESS_KILLED);
}

static void a_kill_finds_out_first_whether_there_is_a_job(void)
{
    engine_process p = at(STAGE_SUBMIT);

    expect_effect(step(&p, EVENT_KILL, 0), STAGE_RECOVER);
    expect_effect(step(&p, EVENT_JOB_SUBMITTED, 0), STAGE_KILL);
    p = at(STAGE_RECOVER);
    p.kill_requested = true;
    expect_effect(step(&p, EVENT_FOUND_NOTHING, 0), STAGE_KILL);
}

static void a_paused_process_keeps_what_an_effect_found(void)
{
    engine_process p = at(STAGE_UPLOAD);

    CU_ASSERT_EQUAL(step(&p, EVENT_PAUSE, 0).type, ACTION_PAUSED);
    CU_ASSERT_EQUAL(step(&p, EVENT_EFFECT_OK, 0).type, ACTION_PAUSED);
    CU_ASSERT_EQUAL(p.stage, STAGE_SUBMIT);
    CU_ASSERT_EQUAL(step(&p, EVENT_START, 0).type, ACTION_PAUSED);
    expect_effect(step(&p, EVENT_PLAY, 0), STAGE_RECOVER);
}

static void a_crash_does_not_shorten_a_backoff(void)
{
    engine_process p = at(STAGE_RETRIEVE);

    fail(&p, ORMA_E_TRANSIENT, 100 * SECOND_NS);
    CU_ASSERT_EQUAL(step(&p, EVENT_START, 105 * SECOND_NS).type, ACTION_WAIT);
    CU_ASSERT_EQUAL(p.wake_ns, 120 * SECOND_NS);
    expect_effect(step(&p, EVENT_START, 121 * SECOND_NS), STAGE_RETRIEVE);
}

/* The table "what a failure means, by stage". */
static void fails_by_status_and_stage(void)
{
    static const struct {
        enum calcjob_stage stage;
        orma_status status;
        enum engine_action_type type;
        enum process_state state;
    } rows[] = {
        {STAGE_PREPARE, ORMA_E_NO_MEMORY, ACTION_WAIT, PROCESS_WAITING},
        {STAGE_PREPARE, ORMA_E_INVALID, ACTION_SEAL, PROCESS_EXCEPTED},
        {STAGE_PREPARE, ORMA_E_PERMANENT, ACTION_PAUSED, PROCESS_WAITING},
        {STAGE_PREPARE, ORMA_E_BUG, ACTION_EFFECT, PROCESS_WAITING},
        {STAGE_UPLOAD, ORMA_E_ABI, ACTION_PAUSED, PROCESS_WAITING},
        {STAGE_UPDATE, ORMA_E_INVALID, ACTION_PAUSED, PROCESS_WAITING},
        {STAGE_RETRIEVE, ORMA_E_INVALID, ACTION_PAUSED, PROCESS_WAITING},
        {STAGE_PARSE, ORMA_E_INVALID, ACTION_SEAL, PROCESS_FINISHED},
        {STAGE_PARSE, ORMA_E_UNSUPPORTED, ACTION_PAUSED, PROCESS_WAITING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        engine_process p = at(rows[i].stage);
        CU_ASSERT_EQUAL(fail(&p, rows[i].status, 0).type, rows[i].type);
        CU_ASSERT_EQUAL(p.state, rows[i].state);
    }
    engine_process p = at(STAGE_PARSE);
    fail(&p, ORMA_E_INVALID, 0);
    CU_ASSERT_EQUAL(p.exit_status, 10);
}

static void excepts_a_plugin_that_breaks_its_contract_again_and_again(void)
{
    engine_process p = at(STAGE_PARSE);

    for (int i = 0; i < 4; i++)
        expect_effect(fail(&p, ORMA_E_BUG, 0), STAGE_PARSE);
    CU_ASSERT_EQUAL(fail(&p, ORMA_E_BUG, 0).type, ACTION_SEAL);
    CU_ASSERT_EQUAL(p.state, PROCESS_EXCEPTED);
}

static void knows_its_words(void)
{
    for (int i = 0; i < PROCESS_STATE_COUNT; i++) {
        enum process_state state = PROCESS_STATE_COUNT;
        CU_ASSERT(process_state_parse(process_state_word((enum process_state)i),
                                      &state));
        CU_ASSERT_EQUAL(state, (enum process_state)i);
    }
    for (int i = 0; i < STAGE_COUNT; i++) {
        enum calcjob_stage stage = STAGE_COUNT;
        CU_ASSERT(calcjob_stage_parse(calcjob_stage_word((enum calcjob_stage)i),
                                      &stage));
        CU_ASSERT_EQUAL(stage, (enum calcjob_stage)i);
    }
    enum calcjob_stage stage;
    CU_ASSERT_FALSE(calcjob_stage_parse("stash", &stage));
}

static void count_stage(void *user, const char *stage, const char *event,
                        const char *then, const char *note)
{
    int *seen = user;
    enum calcjob_stage known;

    CU_ASSERT(*event != '\0' && *then != '\0' && note != NULL);
    if (calcjob_stage_parse(stage, &known))
        seen[known]++;
}

static void describes_every_stage(void)
{
    int seen[STAGE_COUNT] = {0};

    engine_describe(count_stage, seen);
    for (int i = 0; i < STAGE_COUNT; i++)
        CU_ASSERT(seen[i] > 0);
}

static const unit_test tests[] = {
    {"walks a calcjob from start to seal", walks_a_calcjob_from_start_to_seal},
    {"skips the submission when there is nothing to run",
     skips_the_submission_when_there_is_nothing_to_run},
    {"doubles waits and pauses after five failures",
     doubles_waits_and_pauses_after_five_failures},
    {"takes a crashed submission up by recovery",
     takes_a_crashed_submission_up_by_recovery},
    {"waits out a claim alone before the next submission",
     waits_out_a_claim_alone_before_the_next_submission},
    {"a failed submission is looked into first",
     a_failed_submission_is_looked_into_first},
    {"believes absence only often and long enough",
     believes_absence_only_often_and_long_enough},
    {"kills at once what was never submitted",
     kills_at_once_what_was_never_submitted},
    {"kills a job before its process", kills_a_job_before_its_process},
    {"a kill finds out first whether there is a job",
     a_kill_finds_out_first_whether_there_is_a_job},
    {"a paused process keeps what an effect found",
     a_paused_process_keeps_what_an_effect_found},
    {"a crash does not shorten a backoff", a_crash_does_not_shorten_a_backoff},
    {"fails by status and stage", fails_by_status_and_stage},
    {"excepts a plugin that breaks its contract again and again",
     excepts_a_plugin_that_breaks_its_contract_again_and_again},
    {"knows its words", knows_its_words},
    {"describes every stage", describes_every_stage},
    {NULL, NULL},
};

const unit_suite machine_suite = {"machine", NULL, NULL, tests};
