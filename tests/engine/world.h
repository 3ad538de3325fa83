/* A computer, its scheduler and a database, as far as the engine's machine can
 * see them: seeded, on a virtual clock, with every fault that we can think of.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_ENGINE_WORLD_H
#define TESTS_ENGINE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <engine/machine.h>

#define WORLD_JOBS 64
#define WORLD_CLAIMS 64

enum job_state {
    JOB_COMING, /* the scheduler will have it at `seen_ns` */
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_ENDED,
    JOB_FENCED, /* came second and ended at once */
    JOB_CANCELLED
};

typedef struct job {
    enum job_state state;
    int64_t seen_ns, start_ns, end_ns;
    bool leaves_marker; /* its exit trap ran */
} job;

enum { RUN_NOBODY = -1, RUN_CLOSED = -2, RUN_REJECTED = -3 };

typedef struct world {
    uint64_t random;
    int64_t now_ns;
    int64_t calm_ns; /* no more faults from here on */

    /* the job's folder */
    bool has_folder;
    bool claims[WORLD_CLAIMS];
    int64_t claim_ns[WORLD_CLAIMS];
    int id;  /* job whose id was written, -1: none */
    int rc;  /* N whose submit command failed, 0: none */
    int run; /* job that has the fence, RUN_… */
    bool is_done;

    /* the scheduler */
    job jobs[WORLD_JOBS];
    int job_count;
    int64_t blind_until_ns; /* it lists nothing */

    /* what the process means to do */
    bool skip_submit;
    bool is_rejected; /* most submissions are refused for good */

    int executions;     /* times that the payload ran */
    int known;          /* job that the runner believes is its own, -1 */
    int known_stored;   /* the same in the database */
    const char *broken; /* the first rule that was broken, NULL: none */
} world;

/* What became of an effect: its event, or the runner's death in its midst. */
typedef struct outcome {
    engine_event event;
    bool crashed;
} outcome;

void world_init(world *w, uint64_t seed);

/* A number below n. */
uint64_t world_random(world *w, uint64_t n);

/* One chance in n, while faults happen. */
bool world_fault(world *w, uint64_t n);

/* Lets time pass. */
void world_advance(world *w, int64_t to_ns);

/* Does the work of a stage, or fails at it. */
outcome world_effect(world *w, enum calcjob_stage stage, int submission);

/* Is a job alive that could still run its payload? */
bool world_has_live_job(const world *w);

#endif
