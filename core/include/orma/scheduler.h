/* Schedulers: text in, text out.
 *
 * A scheduler does no input or output. It turns a job into commands and script
 * text, and what the commands print into job records; the engine runs the
 * commands on the computer. It can so be tested from recorded transcripts.
 *
 * JSON documents that cross
 *   job template  AiiDA's job_tmpl.json: job_name, job_resource,
 *                 sched_output_path, sched_error_path, sched_join_files,
 *                 queue_name, account, qos, priority, max_memory_kb,
 *                 max_wallclock_seconds, rerunnable, submit_as_hold,
 *                 import_sys_environment, custom_scheduler_commands, …
 *   job record    AiiDA's last_job_info: job_id and job_state
 *                 ("undetermined", "queued", "queued held", "running",
 *                 "suspended", "done") are mandatory; unknown fields absent.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_SCHEDULER_H
#define ORMA_SCHEDULER_H

#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* joblist_command() can ask for all jobs of the user ("$USER"). */
    ORMA_SCHEDULER_QUERY_BY_USER = 1u << 0
};

/* What a command printed, and its exit status. */
typedef struct orma_command_result {
    uint32_t size;
    int32_t exit_status;
    orma_str standard_output;
    orma_str standard_error;
} orma_command_result;
ORMA_NO_TAIL_PADDING(orma_command_result, standard_error);

typedef struct orma_scheduler {
    uint32_t size;
    uint32_t features; /* ORMA_SCHEDULER_* */

    /* Checks `metadata.options.resources` and writes it completed
     * (num_machines, num_mpiprocs_per_machine, tot_num_mpiprocs, …).
     * resources: [in] JSON object; default_mpiprocs: the computer's default
     * per machine, 0 for none; out: [out:host] JSON object.
     * Errors: INVALID, naming the resource. [thread-safe] */
    orma_status (*resources)(const struct orma_scheduler *self,
                             orma_str resources, int64_t default_mpiprocs,
                             orma_writer *out, orma_error **err);

    /* Lines between the shebang and the environment. job: [in] template.
     * [thread-safe] */
    orma_status (*script_header)(const struct orma_scheduler *self,
                                 orma_str job, orma_writer *out,
                                 orma_error **err);

    /* Lines at the script's end; optional. [thread-safe] */
    orma_status (*script_footer)(const struct orma_scheduler *self,
                                 orma_str job, orma_writer *out,
                                 orma_error **err);

    /* Shell command that submits `script`, run in the job's folder. token: an
     * identity that find_command() can find the job by. [thread-safe] */
    orma_status (*submit_command)(const struct orma_scheduler *self,
                                  const char *script, const char *token,
                                  orma_writer *out, orma_error **err);

    /* The job's id from what the submit command printed.
     * Errors: TRANSIENT (try again), PERMANENT (the job is wrong; a domain
     * code above 0 is the process's exit status). [thread-safe] */
    orma_status (*parse_submit)(const struct orma_scheduler *self,
                                const orma_command_result *result,
                                orma_writer *id, orma_error **err);

    /* Shell command that lists jobs submitted with `token`; optional where
     * the folder's files already tell (core.direct). [thread-safe] */
    orma_status (*find_command)(const struct orma_scheduler *self,
                                const char *token, orma_writer *out,
                                orma_error **err);

    /* Id of the job found, empty for none. [thread-safe] */
    orma_status (*parse_find)(const struct orma_scheduler *self,
                              const char *token,
                              const orma_command_result *result,
                              orma_writer *id, orma_error **err);

    /* Shell command that lists these jobs. ids: [in] JSON array of strings;
     * NULL ptr: all of the user. [thread-safe] */
    orma_status (*joblist_command)(const struct orma_scheduler *self,
                                   orma_str ids, orma_writer *out,
                                   orma_error **err);

    /* JSON array of job records. An id that was asked for and is missing is
     * absent, not ended. Errors: TRANSIENT. [thread-safe] */
    orma_status (*parse_joblist)(const struct orma_scheduler *self,
                                 orma_str ids,
                                 const orma_command_result *result,
                                 orma_writer *out, orma_error **err);

    /* Accounting of one job; optional. [thread-safe] */
    orma_status (*detail_command)(const struct orma_scheduler *self,
                                  const char *id, orma_writer *out,
                                  orma_error **err);

    /* Shell command that cancels a job. [thread-safe] */
    orma_status (*kill_command)(const struct orma_scheduler *self,
                                const char *id, orma_writer *out,
                                orma_error **err);

    /* Errors: TRANSIENT (not cancelled). [thread-safe] */
    orma_status (*parse_kill)(const struct orma_scheduler *self,
                              const orma_command_result *result,
                              orma_error **err);

    /* Exit status 110, 120, 131, 140 when accounting or the job's streams tell
     * of such a failure, else 0; optional. detail: NULL where there was none.
     * [thread-safe] */
    orma_status (*parse_output)(const struct orma_scheduler *self,
                                const orma_command_result *detail,
                                orma_str job_stdout, orma_str job_stderr,
                                int32_t *exit_status, orma_error **err);
} orma_scheduler;
ORMA_NO_TAIL_PADDING(orma_scheduler, parse_output);

#ifdef __cplusplus
}
#endif
#endif
