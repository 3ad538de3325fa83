/* The simulated world.
 *
 * SPDX-License-Identifier: MIT */
#include "world.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define SUBMIT_TIMEOUT_NS (120 * SECOND_NS)

/* splitmix64 (Steele, Lea, Flood 2014): the same numbers on every machine. */
uint64_t world_random(world *w, uint64_t n)
{
    w->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = w->random;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % n;
}

bool world_fault(world *w, uint64_t n)
{
    const bool happens = world_random(w, n) == 0;
    return happens && w->now_ns < w->calm_ns;
}

void world_init(world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->random = seed;
    w->now_ns = 1000 * SECOND_NS;
    w->calm_ns = w->now_ns + (int64_t)world_random(w, 3 * 3600) * SECOND_NS;
    w->id = -1;
    w->run = RUN_NOBODY;
    w->known = w->known_stored = -1;
    w->skip_submit = world_random(w, 20) == 0;
    w->is_rejected = world_random(w, 40) == 0;
}

static void broke(world *w, const char *rule)
{
    if (w->broken == NULL)
        w->broken = rule;
}

/* ---- time -------------------------------------------------------- */

/* The job's script: the fence, then the payload. */
static void start_job(world *w, int index)
{
    job *j = &w->jobs[index];

    if (w->run == RUN_NOBODY) {
        w->run = index;
        w->executions++;
        j->state = JOB_RUNNING;
    } else {
        j->state = JOB_FENCED;
    }
}

static void end_job(world *w, int index)
{
    job *j = &w->jobs[index];

    j->state = JOB_ENDED;
    if (j->leaves_marker)
        w->is_done = true;
}

/* When something next happens to the job, INT64_MAX: never. */
static int64_t next_ns(const job *j)
{
    switch (j->state) {
    case JOB_COMING:
        return j->seen_ns;
    case JOB_QUEUED:
        return j->start_ns;
    case JOB_RUNNING:
        return j->end_ns;
    case JOB_ENDED:
    case JOB_FENCED:
    case JOB_CANCELLED:
        break;
    }
    return INT64_MAX;
}

void world_advance(world *w, int64_t to_ns)
{
    for (;;) {
        int first = -1;
        for (int i = 0; i < w->job_count; i++)
            if (next_ns(&w->jobs[i]) <= to_ns &&
                (first < 0 || next_ns(&w->jobs[i]) < next_ns(&w->jobs[first])))
                first = i;
        if (first < 0)
            break;
        if (w->jobs[first].state == JOB_COMING)
            w->jobs[first].state = JOB_QUEUED;
        else if (w->jobs[first].state == JOB_QUEUED)
            start_job(w, first);
        else
            end_job(w, first);
    }
    if (to_ns > w->now_ns)
        w->now_ns = to_ns;
}

bool world_has_live_job(const world *w)
{
    for (int i = 0; i < w->job_count; i++) {
        const enum job_state state = w->jobs[i].state;
        if (state == JOB_RUNNING)
            return true;
        if ((state == JOB_COMING || state == JOB_QUEUED) &&
            w->run == RUN_NOBODY)
            return true;
    }
    return false;
}

/* ---- effects ----------------------------------------------------- */

static outcome with(enum engine_event_type type)
{
    return (outcome){.event = {.type = type}};
}

static outcome crash(void)
{
    return (outcome){.crashed = true};
}

/* Mostly transient, as in life. */
static outcome failure(world *w)
{
    static const orma_status statuses[] = {
        ORMA_E_TRANSIENT,   ORMA_E_TRANSIENT,
        ORMA_E_TRANSIENT,   ORMA_E_TRANSIENT,
        ORMA_E_NO_MEMORY,   ORMA_E_PERMANENT,
        ORMA_E_INVALID,     ORMA_E_NOT_FOUND,
        ORMA_E_UNSUPPORTED, ORMA_E_CANCELLED,
        ORMA_E_ABI,         ORMA_E_BUG,
        ORMA_E_REFUSED,     -77, /* no status at all: the plugin's mistake */
    };
    outcome o = with(EVENT_EFFECT_FAILED);
    o.event.status =
        statuses[world_random(w, sizeof statuses / sizeof *statuses)];
    return o;
}

static outcome prepare(world *w)
{
    outcome o = with(EVENT_EFFECT_OK);
    o.event.skip_submit = w->skip_submit;
    return o;
}

static outcome upload(world *w)
{
    for (int n = 0; n < WORLD_CLAIMS; n++)
        if (w->claims[n])
            broke(w, "an upload after a submission");
    w->has_folder = true;
    if (world_fault(w, 20)) /* all is there, but the answer got lost */
        return failure(w);
    return with(EVENT_EFFECT_OK);
}

static outcome found(world *w, int index)
{
    w->known = index;
    return with(EVENT_JOB_SUBMITTED);
}

static outcome rejected(void)
{
    outcome o = with(EVENT_JOB_REJECTED);
    o.event.exit_status = 131;
    return o;
}

/* The scheduler takes the job; -1: it has too many. */
static int accept_job(world *w, int64_t seen_ns)
{
    if (w->job_count == WORLD_JOBS)
        return -1;
    job *j = &w->jobs[w->job_count];
    j->state = JOB_COMING;
    j->seen_ns = seen_ns;
    j->start_ns = seen_ns + (int64_t)world_random(w, 900) * SECOND_NS;
    j->end_ns = j->start_ns + (int64_t)world_random(w, 1800) * SECOND_NS;
    j->leaves_marker = world_random(w, 5) != 0;
    world_advance(w, w->now_ns); /* it is queued at once, unless it is late */
    return w->job_count++;
}

/* The remote command, which may be cut off after any of its parts. A cut
 * connection does not stop it; a dying computer does. */
static outcome submit(world *w, int n)
{
    if (n >= WORLD_CLAIMS) {
        broke(w, "submissions without end");
        return failure(w);
    }
    if (!w->has_folder)
        broke(w, "a submission without a folder");
    if (w->claims[n])
        return with(EVENT_CLAIM_TAKEN);
    w->claims[n] = true;
    w->claim_ns[n] = w->now_ns;
    if (world_fault(w, 20))
        return world_random(w, 2) == 0 ? crash() : failure(w);

    const bool is_cut = world_fault(w, 6);
    const bool dies = world_fault(w, 12);
    if (world_fault(w, 10)) { /* killed by `timeout`, yet accepted later */
        if (world_random(w, 2) == 0)
            accept_job(w,
                       w->now_ns + (int64_t)world_random(w, 600) * SECOND_NS);
        world_advance(w, w->now_ns + SUBMIT_TIMEOUT_NS);
        if (!dies)
            w->rc = n;
        return is_cut ? crash() : failure(w);
    }
    if (w->is_rejected ? world_random(w, 3) > 0 : world_fault(w, 8)) {
        w->rc = n;
        if (!w->is_rejected)
            return failure(w);
        if (w->run >= 0)
            return found(w, w->run);
        if (w->run == RUN_NOBODY)
            w->run = RUN_REJECTED;
        return is_cut ? crash() : rejected();
    }
    const int index = accept_job(w, w->now_ns);
    if (!dies)
        w->id = index;
    if (is_cut)
        return world_random(w, 2) == 0 ? crash() : failure(w);
    if (dies || index < 0)
        return failure(w);
    w->known = index;
    return with(EVENT_JOB_SUBMITTED);
}

static int find_by_token(const world *w)
{
    for (int i = 0; i < w->job_count; i++)
        if (w->jobs[i].state == JOB_QUEUED || w->jobs[i].state == JOB_RUNNING)
            return i;
    return -1;
}

static outcome recover(world *w, int n)
{
    if (w->run >= 0)
        return found(w, w->run);
    if (w->run == RUN_REJECTED)
        return rejected();
    if (w->id >= 0)
        return found(w, w->id);
    const bool is_claimed = n < WORLD_CLAIMS && w->claims[n];
    const int listed =
        is_claimed && w->now_ns >= w->blind_until_ns ? find_by_token(w) : -1;
    if (listed >= 0)
        return found(w, listed);
    if (w->rc == n)
        return with(EVENT_FOUND_RC);
    if (!is_claimed)
        return with(EVENT_FOUND_NOTHING);
    outcome o = with(EVENT_FOUND_CLAIM);
    o.event.age_ns = w->now_ns - w->claim_ns[n];
    return o;
}

static outcome update(world *w)
{
    const job *own = &w->jobs[w->known];

    /* an empty list by mistake: not for long, nor soon again */
    if (w->now_ns > w->blind_until_ns + 120 * SECOND_NS && world_fault(w, 20))
        w->blind_until_ns =
            w->now_ns + (int64_t)world_random(w, 50) * SECOND_NS;
    const bool is_blind = w->now_ns < w->blind_until_ns;
    if (!is_blind && (own->state == JOB_COMING || own->state == JOB_QUEUED ||
                      own->state == JOB_RUNNING))
        return with(EVENT_JOB_QUEUED);
    if (w->is_done)
        return with(EVENT_JOB_ENDED);
    if (w->run >= 0 && w->run != w->known) {
        w->known = w->run;
        return with(EVENT_JOB_QUEUED);
    }
    return with(is_blind || world_random(w, 2) == 0 ? EVENT_JOB_ABSENT
                                                    : EVENT_JOB_ENDED);
}

static outcome retrieve(world *w)
{
    if (!w->skip_submit && world_has_live_job(w) && w->run >= 0 &&
        w->jobs[w->run].state == JOB_RUNNING)
        broke(w, "retrieved while the job was running");
    return with(EVENT_EFFECT_OK);
}

static outcome kill_job(world *w)
{
    if (w->run == RUN_NOBODY)
        w->run = RUN_CLOSED;
    else if (w->run >= 0)
        w->known = w->run;
    if (world_fault(w, 10))
        return world_random(w, 2) == 0 ? crash() : failure(w);
    if (w->known >= 0) {
        job *j = &w->jobs[w->known];
        if (j->state != JOB_ENDED && j->state != JOB_FENCED)
            j->state = JOB_CANCELLED;
    }
    return with(EVENT_EFFECT_OK);
}

static outcome parse(world *w)
{
    if (world_fault(w, 30)) {
        outcome o = with(EVENT_PARSED);
        o.event.exit_status = 300 + (int32_t)world_random(w, 100);
        return o;
    }
    return with(EVENT_PARSED);
}

outcome world_effect(world *w, enum calcjob_stage stage, int submission)
{
    outcome o = with(EVENT_EFFECT_OK);

    world_advance(w, w->now_ns + (int64_t)world_random(w, 2000) * 1000000);
    if (world_fault(w, 12))
        return world_random(w, 3) == 0 ? crash() : failure(w);
    switch (stage) {
    case STAGE_PREPARE:
        o = prepare(w);
        break;
    case STAGE_UPLOAD:
        o = upload(w);
        break;
    case STAGE_SUBMIT:
        o = submit(w, submission);
        break;
    case STAGE_RECOVER:
        o = recover(w, submission);
        break;
    case STAGE_UPDATE:
        o = update(w);
        break;
    case STAGE_RETRIEVE:
        o = retrieve(w);
        break;
    case STAGE_PARSE:
        o = parse(w);
        break;
    case STAGE_KILL:
        o = kill_job(w);
        break;
    case STAGE_DONE:
    case STAGE_COUNT:
        broke(w, "an effect that does not exist");
        break;
    }
    return world_fault(w, 30) ? crash() : o;
}
