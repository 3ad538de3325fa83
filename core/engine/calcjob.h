/* One calcjob in the hands of its runner, and the work of its stages.
 *
 * The functions here do what the machine asks for; they decide nothing about
 * what follows. What they find for the database is gathered in `unit`, which
 * the driver commits together with the process's next row, so that an effect
 * and its consequence are stored in one transaction or not at all. Each may be
 * called again after a failure or a crash.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_CALCJOB_H
#define CORE_ENGINE_CALCJOB_H

#include <engine/local_folder.h>
#include <engine/machine.h>
#include <engine/run.h>
#include <orma/error.h>
#include <orma/scheduler.h>
#include <orma/transport.h>

/* Entry points of the nodes that the engine itself makes. */
#define ENGINE_TYPE_REMOTE "core.remote"
#define ENGINE_TYPE_FOLDER "core.folder"

/* AiiDA's logger of a calcjob's log rows. */
#define ENGINE_LOGGER "aiida.orm.nodes.process.calculation.calcjob.CalcJobNode"

#define ENGINE_SHEBANG "#!/bin/bash"
#define ENGINE_WORKDIR "/scratch/{username}/aiida_run/"

struct job_folder;

typedef struct calcjob {
    registry *registry;            /* borrowed */
    store *store;                  /* borrowed; NULL: nothing is stored */
    const process_spec *spec;      /* borrowed */
    process_inputs *inputs;        /* borrowed */
    const run_options *options;    /* borrowed */
    node *process;                 /* owned */
    int64_t now_ns;                /* set by the driver before each effect */
    bool (*cancelled)(void *user); /* somebody asks to stop; or NULL */
    void *cancelled_user;

    const orma_scheduler *scheduler; /* NULL until loaded */
    const orma_transport *transport;
    orma_session *session;       /* NULL while not connected */
    json_object *scheduler_spec; /* its normal form, borrowed */
    bool is_free;                /* the transport costs nothing to open */

    local_folder folder;   /* where those that follow are made */
    char *sandbox;         /* prepared folder, NULL: none; owned */
    json_object *calcinfo; /* completed, owned */
    json_object *template; /* job template, owned */
    char *workdir;         /* the job's folder on the computer; owned */
    char *job_id;          /* the scheduler's, whole; owned */
    char *fetched;         /* local folder of `retrieved`; owned */
    char *temporary;       /* local folder of temporary files; owned */
    json_object *last_job; /* last job record, owned */
    int64_t next_list_ns;  /* a list before costs more than it tells */
    int32_t submission;    /* N of the claim, from the machine */

    unit *unit;  /* what waits to be committed, NULL: nothing */
    node **made; /* nodes of that unit; owned */
    size_t made_count;
    node *retrieved;          /* among made, or loaded; owned */
    int32_t scheduler_status; /* exit status that the scheduler led to */
    char *exit_message;       /* of the parser's exit code; owned */
} calcjob;

/* Frees what is owned, removes local folders, aborts an open unit. */
void calcjob_finish(calcjob *job);

/* Gives an error that was caught to the caller; returns st. */
static inline orma_status pass_error(orma_status st, orma_error *why,
                                     orma_error **err)
{
    if (err != NULL && st != ORMA_OK)
        *err = why;
    else
        orma_error_free(why);
    return st;
}

/* ---- calcjob_unit.c: what is to be stored ------------------------ */

/* The unit to write into, begun when there is none. */
orma_status calcjob_unit(calcjob *job, unit **out, orma_error **err);

/* Forgets what was gathered since the last commit. */
void calcjob_drop_unit(calcjob *job);

/* Commits with the nodes that were made. */
orma_status calcjob_commit(calcjob *job, orma_error **err);

/* Attribute of the process node; takes over value, NULL: there was no memory
 * for it. */
orma_status calcjob_set(calcjob *job, const char *key, json_object *value,
                        orma_error **err);
orma_status calcjob_set_null(calcjob *job, const char *key, orma_error **err);
orma_status calcjob_unset(calcjob *job, const char *key, orma_error **err);
orma_status calcjob_set_text(calcjob *job, const char *key, const char *text,
                             orma_error **err);

/* Adds an output node under a link label; takes over n, also on failure. */
orma_status calcjob_add_output(calcjob *job, const char *label, node *n,
                               orma_error **err);

/* A log row; without a store a line of the program's log. */
orma_status calcjob_log(calcjob *job, int32_t level, const char *message,
                        orma_error **err);

/* The same by another logger than the process's own. */
orma_status calcjob_log_as(calcjob *job, const char *logger, int32_t level,
                           const char *message, orma_error **err);

/* A new folder on this machine for `name`, gone with the runner at the latest;
 * the caller frees *path. */
orma_status calcjob_make_folder(calcjob *job, const char *name, char **path,
                                orma_error **err);

/* Removes such a folder and frees *path, which becomes NULL; accepts NULL. */
void calcjob_remove_folder(char **path);

/* A line of progress for the user. */
void calcjob_progress(const calcjob *job, const char *fmt, ...)
    ORMA_PRINTF(2, 3);

/* An option of metadata.options, NULL when not given. Borrowed. */
const json_object *calcjob_option(const calcjob *job, const char *name);
const char *calcjob_option_text(const calcjob *job, const char *name,
                                const char *fallback);

/* ---- calcjob_session.c: the computer ----------------------------- */

/* Loads the computer's plugins; no connection yet. */
orma_status calcjob_load_plugins(calcjob *job, orma_error **err);

/* Opens the session when there is none.
 * Errors: REFUSED (computer not configured), the transport's. */
orma_status calcjob_connect(calcjob *job, orma_error **err);
void calcjob_disconnect(calcjob *job);

/* REFUSED when the computer is not configured or disabled for the user. */
orma_status calcjob_check_computer(calcjob *job, orma_error **err);

/* What a command printed; zeroed is empty. */
typedef struct command_output {
    buf out, error;
    int32_t exit_status;
} command_output;
void command_output_finish(command_output *output);
orma_command_result command_output_result(const command_output *output);
#define AUTO_OUTPUT __attribute__((cleanup(command_output_finish)))

/* Runs a command in a folder of the computer (NULL: home). */
orma_status calcjob_exec(calcjob *job, const char *command, const char *folder,
                         int64_t timeout_s, command_output *output,
                         orma_error **err);

/* A path below the job's folder on the computer, freed by the caller; an
 * absolute one stays. NULL without memory. */
char *calcjob_remote_path(const calcjob *job, const char *path);

/* stat() that answers *found false instead of NOT_FOUND. */
orma_status calcjob_remote_stat(calcjob *job, const char *path,
                                orma_file_info *info, bool *found,
                                orma_error **err);

/* A small file of the computer, without a shell. */
orma_status calcjob_remote_read(calcjob *job, const char *path, buf *out,
                                orma_error **err);

/* Names or paths, each with its NUL, as calls of transports give them:
 * the next one after `at`, NULL at the end. */
const char *name_next(const buf *names, const char *at);

/* ---- the stages -------------------------------------------------- */

/* Sandbox, calcinfo, job template, submit script. */
orma_status calcjob_prepare(calcjob *job, orma_error **err);

/* The same into the folder that `sandbox` names already. */
orma_status calcjob_fill_sandbox(calcjob *job, orma_error **err);

orma_status calcjob_upload(calcjob *job, orma_error **err);

/* Makes the id the job's, and shows it on the node as AiiDA does: without what
 * the scheduler adds behind a colon to tell a job from another of its number.
 */
orma_status calcjob_set_job_id(calcjob *job, const char *id, orma_error **err);

/* `.orma/` of the job's folder. */
orma_status calcjob_look(calcjob *job, struct job_folder *out,
                         orma_error **err);

/* Claims submission N and submits. *event: JOB_SUBMITTED, JOB_REJECTED or
 * CLAIM_TAKEN. */
orma_status calcjob_submit(calcjob *job, engine_event *event, orma_error **err);

/* *event: JOB_SUBMITTED or FOUND_… */
orma_status calcjob_recover(calcjob *job, engine_event *event,
                            orma_error **err);

/* *event: JOB_QUEUED, JOB_ENDED or JOB_ABSENT. */
orma_status calcjob_update(calcjob *job, int64_t list_interval_ns,
                           engine_event *event, orma_error **err);

/* Closes the fence: after this no job can begin in the folder, and one that
 * has begun is ours (job_id). exit_status: what the process will end with. */
orma_status calcjob_close(calcjob *job, int32_t exit_status, orma_error **err);

/* Cancels the job, and closes the fence to one that would start late. */
orma_status calcjob_kill(calcjob *job, orma_error **err);

orma_status calcjob_retrieve(calcjob *job, orma_error **err);

/* *exit_status as the process ends with. */
orma_status calcjob_parse(calcjob *job, int32_t *exit_status, orma_error **err);

/* ---- calcjob_create.c -------------------------------------------- */

/* Checks what must hold before anything is stored: options, computer, plugins,
 * resources. Errors: INVALID, REFUSED, UNSUPPORTED and those of loading. */
orma_status calcjob_check(calcjob *job, orma_error **err);

/* The process node in memory (made, unless it is there), its inputs and links
 * in the unit. */
orma_status calcjob_create(calcjob *job, orma_error **err);

/* Adds the input nodes and their links to the unit, which has the process. */
orma_status calcjob_add_inputs(calcjob *job, unit *u, orma_error **err);

/* The node alone, for what stores nothing. */
orma_status calcjob_create_node(calcjob *job, orma_error **err);

/* ---- calcjob_cache.c --------------------------------------------- */

/* As the options' policy says: makes the process node, which is in memory, the
 * clone of an earlier one, and commits it, finished. *source_pk: that one's; 0:
 * there is none, and the process is to be run.
 * Errors: REFUSED (one is required), INVALID (and yet forbidden). */
orma_status calcjob_take_cached(calcjob *job, int64_t *source_pk,
                                orma_error **err);

/* Marks others with the hash of this process, which is stored and finished, as
 * sources no more. */
orma_status calcjob_supersede(calcjob *job, orma_error **err);

/* ---- calcjob_load.c ---------------------------------------------- */

/* Spec and inputs of a stored process, from its links and attributes; both the
 * caller's. */
orma_status calcjob_load_inputs(registry *r, store *s, node *process,
                                process_spec **spec, process_inputs **inputs,
                                orma_error **err);

/* What the node and its links say of a job under way: folder, retrieved. */
orma_status calcjob_load_progress(calcjob *job, orma_error **err);

#endif
