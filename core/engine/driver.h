/* The driver of one calcjob: commits what the machine decides, does what it
 * asks for, and gives it the time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_DRIVER_H
#define CORE_ENGINE_DRIVER_H

#include <uv.h>

#include <engine/calcjob.h>
#include <engine/lease.h>

typedef struct driver {
    calcjob job;
    engine_process p;      /* as decided */
    engine_process stored; /* as last committed */
    bool is_stored;        /* there is a row */
    engine_limits limits;
    int64_t list_interval_ns; /* between two questions to the scheduler */
    int64_t pace_ns;          /* of looking at the job's end, growing */
    int64_t lease_epoch;
    lease lease;
    char *last_error; /* of the last effect that failed; owned */

    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[2];
    bool has_loop;
    bool timer_fired;
    int signal_count;        /* SIGINT and SIGTERM so far */
    bool kill_sent;          /* the machine knows of the first */
    int64_t next_request_ns; /* when to look for requests again */
} driver;

/* ---- driver.c ---------------------------------------------------- */
orma_status driver_init(driver *d, registry *r, store *s,
                        const run_options *options, orma_error **err);
void driver_finish(driver *d);

/* Limits and intervals, from options and computer. */
void driver_set_limits(driver *d);

/* Steps and effects until the process is sealed or paused. */
orma_status driver_run(driver *d, engine_event first, orma_error **err);

/* ---- driver_effects.c -------------------------------------------- */

/* Does the work of a stage; what became of it. */
engine_event driver_effect(driver *d, enum calcjob_stage stage);

/* What the user may read of the failure of a stage's work, now that the machine
 * has said what follows. */
void driver_note_failure(driver *d, enum calcjob_stage stage,
                         engine_action action);

/* ---- driver_record.c --------------------------------------------- */

/* Commits what was decided and found, if there is anything. */
orma_status driver_commit(driver *d, orma_error **err);

/* The row as a machine's state. Errors: INVALID (unknown words). */
orma_status driver_read_row(driver *d, const process_row *row,
                            orma_error **err);

#endif
