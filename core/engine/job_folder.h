/* The files of `.orma/` in a job's folder: who claimed which submission, what
 * came of it, which job runs, how it ended.
 *
 *   claim.N  made exclusively by whoever makes submission N
 *   id       what the submit command of a successful submission printed
 *   rc       "N STATUS": the submit command of submission N failed
 *   run      id of the job that has the folder, linked into place by its script
 *   done     exit status of the script, then the time of its end
 *
 * The texts here are pure: commands for a POSIX shell in the job's folder, and
 * the reading of what they print.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_JOB_FOLDER_H
#define CORE_ENGINE_JOB_FOLDER_H

#include <stdbool.h>

#include <base/buf.h>

/* What `run` begins with once nobody may start any more; behind it the exit
 * status that the process ends with, 0 for a kill. */
#define JOB_FOLDER_CLOSED "closed"

typedef struct job_folder {
    bool is_there;   /* the folder exists */
    bool is_claimed; /* claim.N of the N asked for */
    int64_t claim_age_s;
    buf id;        /* text of `id`, empty: none */
    bool has_rc;   /* `rc` is of this N */
    bool has_run;  /* `run` is there */
    char run[512]; /* id of the job that has it; "": none, or not told */
    bool is_closed;
    int32_t closed_status;
    bool is_done;
    int32_t exit_status;
    int64_t done_s; /* seconds since the epoch, 0: not told */
} job_folder;

void job_folder_finish(job_folder *f);

/* Command that prints the state. */
void job_folder_look(buf *command, int32_t submission);

/* Errors: TRANSIENT (what was printed makes no sense). */
orma_status job_folder_read(orma_str printed, int32_t submission,
                            job_folder *out, orma_error **err);

/* Whether two forms of an id are of one job: some schedulers print a longer one
 * than they tell the job, "12.host" and "12". */
bool job_folder_same_id(const char *a, const char *b);

/* The text of `done`. */
void job_folder_read_done(const char *text, job_folder *out);

/* Command that claims submission N, runs the submit command with a time limit,
 * and writes `id` or `rc`. */
void job_folder_submit(buf *command, int32_t submission,
                       const char *submit_command, int64_t timeout_s);

enum submit_result {
    SUBMIT_RAN,     /* *status and the output of the submit command */
    SUBMIT_CLAIMED, /* somebody has this N */
    SUBMIT_NO_FOLDER
};

/* Errors: TRANSIENT (nothing that makes sense was printed). output: a part of
 * printed. */
orma_status job_folder_submitted(orma_str printed, enum submit_result *result,
                                 int32_t *status, orma_str *output,
                                 orma_error **err);

/* Command that closes the fence, unless a job has it; prints who does. */
void job_folder_close(buf *command, int32_t exit_status);

#endif
