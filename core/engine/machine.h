/* The engine: a pure function of state, event and time.
 *
 * engine_step() decides, the driver does. Nothing in machine.c asks for the
 * time, a random number, a file or a database; so the same function runs in
 * `orma run`, in the daemon and in the simulator on a virtual clock.
 *
 * A step answers with actions. Those marked EFFECT are started only after the
 * row has been committed (the driver's duty); each ends in exactly one event.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_MACHINE_H
#define CORE_ENGINE_MACHINE_H

#include <stdbool.h>

#include <orma/abi.h>

/* Stored as these words, AiiDA's process_state. */
enum process_state {
    PROCESS_CREATED,
    PROCESS_RUNNING,
    PROCESS_WAITING,
    PROCESS_FINISHED,
    PROCESS_EXCEPTED,
    PROCESS_KILLED,
    PROCESS_STATE_COUNT
};

/* Where a calcjob stands; stored as words. */
enum calcjob_stage {
    STAGE_PREPARE,  /* plugin writes files into the sandbox */
    STAGE_UPLOAD,   /* carry them to the computer */
    STAGE_SUBMIT,   /* claim, submit, learn the id */
    STAGE_RECOVER,  /* read .orma/, ask the scheduler for the token */
    STAGE_UPDATE,   /* wait for the job's end */
    STAGE_RETRIEVE,
    STAGE_PARSE,
    STAGE_KILL,     /* cancel the job, then killed */
    STAGE_DONE,
    STAGE_COUNT
};

const char *process_state_word(enum process_state state);
bool process_state_parse(const char *word, enum process_state *state);
bool process_state_is_terminal(enum process_state state);
const char *calcjob_stage_word(enum calcjob_stage stage);
bool calcjob_stage_parse(const char *word, enum calcjob_stage *stage);

/* What is persisted of a live calcjob, in orma_process. */
typedef struct engine_process {
    enum process_state state;
    enum calcjob_stage stage;
    int32_t attempt;     /* failures of this stage so far */
    int32_t submission;  /* N of .orma/claim.N, 1 at the first */
    int64_t wake_ns;     /* nothing is due before */
    int64_t since_ns;    /* start of waiting for an absent job, 0: none */
    int32_t absences;    /* polls in a row that did not list the job */
    bool skip_submit;
    bool has_job_id;
    bool paused;
    bool kill_requested;
    int32_t exit_status; /* once finished */
} engine_process;

/* Limits and intervals; the driver fills them from the profile's options and
 * the computer. */
typedef struct engine_limits {
    int32_t max_attempts;           /* 5 */
    int64_t retry_initial_ns;       /* 20 s, doubling */
    int64_t poll_interval_ns;
    int64_t submit_timeout_ns;      /* 120 s: a claim alone is waited out */
    int32_t max_absences;           /* absent this often in a row … */
    int64_t max_absence_ns;         /* … and this long: the job has ended */
} engine_limits;

enum engine_event_type {
    EVENT_START,          /* first step, or taken up again after a crash */
    EVENT_TIMER,          /* wake_ns has passed */
    EVENT_EFFECT_OK,      /* the stage's effect succeeded */
    EVENT_EFFECT_FAILED,  /* status tells how */
    EVENT_JOB_SUBMITTED,  /* id known */
    EVENT_JOB_REJECTED,   /* the scheduler says the job is wrong: exit_status */
    EVENT_CLAIM_TAKEN,    /* somebody submitted this N before */
    EVENT_FOUND_NOTHING,  /* no id, no claim: never submitted */
    EVENT_FOUND_CLAIM,    /* a claim alone; age_ns since it was made */
    EVENT_FOUND_RC,       /* the submit command failed */
    EVENT_JOB_QUEUED,     /* listed, not ended */
    EVENT_JOB_ENDED,      /* marker, or listed as done */
    EVENT_JOB_ABSENT,     /* not listed, no marker */
    EVENT_PARSED,         /* exit_status */
    EVENT_PAUSE,
    EVENT_PLAY,
    EVENT_KILL
};

typedef struct engine_event {
    enum engine_event_type type;
    orma_status status;   /* EVENT_EFFECT_FAILED */
    int32_t exit_status;  /* EVENT_PARSED, EVENT_JOB_REJECTED */
    int64_t age_ns;       /* EVENT_FOUND_CLAIM */
    bool skip_submit;     /* EVENT_EFFECT_OK of STAGE_PREPARE */
} engine_event;

enum engine_action_type {
    ACTION_EFFECT,    /* do the work of `stage`, then send its event */
    ACTION_WAIT,      /* send EVENT_TIMER at wake_ns */
    ACTION_PAUSED,    /* nothing until EVENT_PLAY or EVENT_KILL */
    ACTION_SEAL       /* terminal: write the node, seal it, drop the row */
};

typedef struct engine_action {
    enum engine_action_type type;
    enum calcjob_stage stage;
} engine_action;

/* Changes *p and says the one thing to do next. */
engine_action engine_step(engine_process *p, const engine_event *event,
                          int64_t now_ns, const engine_limits *limits);

/* Must the process be committed as it is now before what engine_step() asked
 * for is begun? Not when it would be taken up alike from what is stored. */
bool engine_must_store(const engine_process *stored,
                       const engine_process *now);

/* The table of stages, events and transitions, as `orma process states`
 * prints it: calls visit once for each row. */
void engine_describe(void (*visit)(void *user, const char *stage,
                                   const char *event, const char *then,
                                   const char *note),
                     void *user);

#endif
