/* Dry runs: the job's folder as it would be uploaded, and nothing else.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/upload.h>

#define TRIES_MOST 99999

/* The first free `<folder>/submit_test/YYYYMMDD-NNNNN`, as AiiDA counts. */
static orma_status make_folder(const char *folder, char **out, orma_error **err)
{
    const time_t now = (time_t)(time_now_ns() / INT64_C(1000000000));
    AUTO_FREE char *parent = file_join(folder, "submit_test");
    char day[16];
    struct tm local;

    if (parent == NULL)
        return error_no_memory(err);
    orma_status st = file_mkdirs(parent, 0777, err);
    if (st != ORMA_OK)
        return st;
    localtime_r(&now, &local);
    strftime(day, sizeof day, "%Y%m%d", &local);
    for (int i = 1; i <= TRIES_MOST; i++) {
        char *path = text_printf("%s/%s-%05d", parent, day, i);
        if (path == NULL)
            return error_no_memory(err);
        if (mkdir(path, 0777) == 0) {
            *out = path;
            return ORMA_OK;
        }
        const int errnum = errno;
        free(path);
        if (errnum != EEXIST)
            return error_errno(err, errnum, "engine",
                               "cannot make a folder in \"%s\"", parent);
    }
    return error_set(err, ORMA_E_PERMANENT, "engine", 0,
                     "\"%s\" is full of dry runs", parent);
}

static orma_status fill_folder(calcjob *job, orma_error **err)
{
    upload u = {.job = job, .folder = job->sandbox, .is_dry = true};

    orma_status st = calcjob_fill_sandbox(job, err);
    if (st == ORMA_OK)
        st = upload_codes(&u, err);
    if (st == ORMA_OK)
        st = upload_local_list(&u, err);
    if (st == ORMA_OK)
        st = upload_remote_lists(&u, err);
    upload_finish(&u);
    return st;
}

orma_status engine_dry_run(registry *r, store *s, const process_spec *spec,
                           process_inputs *inputs, const char *folder,
                           char **path, orma_error **err)
{
    run_options options;
    calcjob job = {.registry = r, .spec = spec, .inputs = inputs};

    run_options_init(&options);
    job.options = &options;
    job.store = s;
    orma_status st = calcjob_check(&job, err);
    job.store = NULL; /* what is logged goes nowhere near the database */
    if (st == ORMA_OK)
        st = calcjob_create_node(&job, err);
    if (st == ORMA_OK)
        st = make_folder(folder, &job.sandbox, err);
    if (st == ORMA_OK)
        st = fill_folder(&job, err);
    if (st == ORMA_OK) {
        *path = job.sandbox;
        job.sandbox = NULL;
    }
    calcjob_finish(&job); /* removes the folder of a run that failed */
    return st;
}
