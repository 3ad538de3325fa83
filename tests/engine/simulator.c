/* The engine's machine in a simulated world: crashes at every point, failures
 * of every kind, lost answers, schedulers that are late, blind or wrong, kill,
 * pause and play at any time. Whatever happens, a job runs once, and every
 * process reaches an end.
 *
 *   simulator [SEEDS [FIRST_SEED]]    prints TAP; a seed that breaks a rule is
 *                                     printed, and repeats what it did
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define SECOND_NS INT64_C(1000000000)
#define DEFAULT_SEEDS 20000
#define STEPS_MOST 200000
#define SESSIONS_MOST 20000

static const engine_limits limits = {
    .max_attempts = 5,
    .retry_initial_ns = 20 * SECOND_NS,
    .poll_interval_ns = 10 * SECOND_NS,
    .submit_timeout_ns = 120 * SECOND_NS,
    .max_absences = 3,
    .max_absence_ns = 60 * SECOND_NS,
};

/* One process and its runner, and what the database has of it. */
typedef struct run {
    world w;
    engine_process p, stored;
    bool is_sealed;
    bool wants_kill; /* somebody asked for it */
    int64_t steps;
} run;

enum session_end { SESSION_SEALED, SESSION_PAUSED, SESSION_CRASHED };

static void check(run *r, bool holds, const char *rule)
{
    if (!holds && r->w.broken == NULL)
        r->w.broken = rule;
}

/* The commit before the action. A crash may come just before or after it. */
static bool commit(run *r, engine_action action)
{
    if (!engine_must_store(&r->stored, &r->p) && action.type != ACTION_SEAL)
        return true;
    if (world_fault(&r->w, 40))
        return false;
    r->stored = r->p;
    r->w.known_stored = r->w.known;
    if (action.type == ACTION_SEAL)
        r->is_sealed = true;
    return !world_fault(&r->w, 40);
}

static void check_process(run *r)
{
    check(r, r->p.attempt <= limits.max_attempts, "more tries than allowed");
    check(r, r->w.executions <= 1, "the job ran twice");
    check(r, r->p.stage != STAGE_UPDATE || r->w.known >= 0,
          "polled without a job");
    check(r, r->p.state != PROCESS_EXCEPTED || !world_has_live_job(&r->w),
          "excepted with a job alive");
}

/* Somebody asks for something between two effects. */
static bool request(run *r, engine_event *event)
{
    if (world_fault(&r->w, 150)) {
        r->wants_kill = true;
        *event = (engine_event){.type = EVENT_KILL};
        return true;
    }
    if (world_fault(&r->w, 100)) {
        *event = (engine_event){.type = EVENT_PAUSE};
        return true;
    }
    return false;
}

/* Asleep until wake_ns, or until somebody asks, or dies. */
static bool sleep_until_due(run *r, engine_event *event)
{
    const int64_t left = r->p.wake_ns - r->w.now_ns;

    if (left > 0 && world_fault(&r->w, 60)) {
        world_advance(&r->w, r->w.now_ns +
                                 (int64_t)world_random(&r->w, (uint64_t)left));
        if (world_random(&r->w, 2) == 0)
            return false;
        if (request(r, event))
            return true;
    }
    if (r->p.wake_ns > r->w.now_ns)
        world_advance(&r->w, r->p.wake_ns);
    *event = (engine_event){.type = EVENT_TIMER};
    return true;
}

static enum session_end session(run *r, engine_event event)
{
    for (;;) {
        check(r, r->steps++ < STEPS_MOST, "steps without end");
        const engine_action action =
            engine_step(&r->p, &event, r->w.now_ns, &limits);
        check_process(r);
        if (r->w.broken != NULL || !commit(r, action))
            return r->is_sealed ? SESSION_SEALED : SESSION_CRASHED;
        switch (action.type) {
        case ACTION_SEAL:
            return SESSION_SEALED;
        case ACTION_PAUSED:
            return SESSION_PAUSED;
        case ACTION_WAIT:
            if (!sleep_until_due(r, &event))
                return SESSION_CRASHED;
            break;
        case ACTION_EFFECT:
            if (!request(r, &event)) {
                const outcome o =
                    world_effect(&r->w, action.stage, r->p.submission);
                if (o.crashed)
                    return SESSION_CRASHED;
                event = o.event;
            }
            break;
        }
    }
}

/* A runner takes the process up from what is stored. */
static engine_event take_up(run *r, enum session_end before)
{
    r->p = r->stored;
    r->w.known = r->w.known_stored;
    if (before != SESSION_PAUSED && !r->p.paused)
        return (engine_event){.type = EVENT_START};
    if (world_fault(&r->w, 10)) {
        r->wants_kill = true;
        return (engine_event){.type = EVENT_KILL};
    }
    return (engine_event){.type = EVENT_PLAY};
}

static void check_end(run *r)
{
    world *w = &r->w;
    const int ran = w->executions;

    check(r, process_state_is_terminal(r->p.state), "sealed without an end");
    if (r->p.state == PROCESS_KILLED)
        check(r, r->wants_kill, "killed though nobody asked");
    if (r->p.state == PROCESS_FINISHED && !w->skip_submit &&
        r->p.exit_status != 131)
        check(r, ran == 1, "finished without having run");
    if (r->p.state == PROCESS_FINISHED && r->p.exit_status == 131)
        check(r, ran == 0, "refused, and yet it ran");
    if (w->skip_submit)
        check(r, ran == 0, "ran though there was nothing to run");
    if (r->p.state == PROCESS_KILLED && w->run >= 0)
        check(r, w->jobs[w->run].state != JOB_RUNNING,
              "killed, and the job goes on");
    /* Nothing begins after the end. */
    world_advance(w, w->now_ns + 7 * 24 * 3600 * SECOND_NS);
    check(r, w->executions == ran || r->p.state == PROCESS_EXCEPTED,
          "a job ran after the end");
    check(r, w->executions <= 1, "the job ran twice, once after the end");
}

static void simulate(run *r, uint64_t seed)
{
    enum session_end ended = SESSION_CRASHED;

    memset(r, 0, sizeof *r);
    world_init(&r->w, seed);
    r->p.state = PROCESS_CREATED;
    r->p.stage = STAGE_PREPARE;
    r->stored = r->p;
    for (int i = 0; ended != SESSION_SEALED && r->w.broken == NULL; i++) {
        check(r, i < SESSIONS_MOST, "runners without end");
        ended = session(r, take_up(r, ended));
        world_advance(&r->w, r->w.now_ns +
                                 (int64_t)world_random(&r->w, 300) * SECOND_NS);
    }
    if (r->w.broken == NULL)
        check_end(r);
}

static void print_end(const run *r, uint64_t seed)
{
    printf("# seed %llu: %s (stage %s, state %s, submission %d, attempt %d, "
           "%d jobs, %d ran)\n",
           (unsigned long long)seed, r->w.broken,
           calcjob_stage_word(r->p.stage), process_state_word(r->p.state),
           (int)r->p.submission, (int)r->p.attempt, r->w.job_count,
           r->w.executions);
}

int main(int argc, char **argv)
{
    const uint64_t seeds =
        argc > 1 ? strtoull(argv[1], NULL, 10) : DEFAULT_SEEDS;
    const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t ends[PROCESS_STATE_COUNT] = {0}, failed = 0;
    static run r;

    for (uint64_t seed = first; seed < first + seeds; seed++) {
        simulate(&r, seed);
        if (r.w.broken != NULL) {
            if (failed++ < 10)
                print_end(&r, seed);
        } else {
            ends[r.p.state]++;
        }
    }
    printf("1..2\n");
    printf("%sok 1 - every process of %llu ends, and its job runs once\n",
           failed == 0 ? "" : "not ", (unsigned long long)seeds);
    /* A simulation that reaches one kind of end only proves little. */
    const bool is_varied = seeds < 1000 || (ends[PROCESS_FINISHED] > 0 &&
                                            ends[PROCESS_KILLED] > 0 &&
                                            ends[PROCESS_EXCEPTED] > 0);
    printf("# finished %llu, killed %llu, excepted %llu\n",
           (unsigned long long)ends[PROCESS_FINISHED],
           (unsigned long long)ends[PROCESS_KILLED],
           (unsigned long long)ends[PROCESS_EXCEPTED]);
    printf("%sok 2 - all kinds of ends occur\n", is_varied ? "" : "not ");
    return failed == 0 && is_varied ? 0 : 1;
}
