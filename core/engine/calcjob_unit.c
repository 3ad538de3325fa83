/* What a calcjob gathers for the next commit.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdarg.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/log.h>
#include <base/text.h>

orma_status calcjob_unit(calcjob *job, unit **out, orma_error **err)
{
    if (job->unit == NULL) {
        const orma_status st = unit_begin(job->store, &job->unit, err);
        if (st != ORMA_OK)
            return st;
    }
    *out = job->unit;
    return ORMA_OK;
}

static void free_made(calcjob *job)
{
    for (size_t i = 0; i < job->made_count; i++)
        if (job->made[i] != job->retrieved)
            node_free(job->made[i]);
    free(job->made);
    job->made = NULL;
    job->made_count = 0;
}

void calcjob_drop_unit(calcjob *job)
{
    unit_abort(job->unit);
    job->unit = NULL;
    for (size_t i = 0; i < job->made_count; i++)
        if (job->made[i] == job->retrieved) {
            node_free(job->retrieved);
            job->made[i] = job->retrieved = NULL;
        }
    free_made(job);
}

orma_status calcjob_commit(calcjob *job, orma_error **err)
{
    unit *u = job->unit;

    if (u == NULL)
        return ORMA_OK;
    job->unit = NULL; /* freed by the commit, whatever becomes of it */
    const orma_status st = unit_commit(u, err);
    free_made(job);
    return st;
}

orma_status calcjob_set(calcjob *job, const char *key, json_object *value,
                        orma_error **err)
{
    unit *u = NULL;

    if (value == NULL)
        return error_no_memory(err);
    const orma_status st = calcjob_unit(job, &u, err);
    if (st != ORMA_OK) {
        json_object_put(value);
        return st;
    }
    return unit_set_attribute(u, job->process, key, value, err);
}

orma_status calcjob_set_text(calcjob *job, const char *key, const char *text,
                             orma_error **err)
{
    return calcjob_set(job, key, json_object_new_string(text), err);
}

orma_status calcjob_set_null(calcjob *job, const char *key, orma_error **err)
{
    unit *u = NULL;
    const orma_status st = calcjob_unit(job, &u, err);

    return st == ORMA_OK ? unit_set_attribute(u, job->process, key, NULL, err)
                         : st;
}

orma_status calcjob_unset(calcjob *job, const char *key, orma_error **err)
{
    unit *u = NULL;
    const orma_status st = calcjob_unit(job, &u, err);

    return st == ORMA_OK ? unit_delete_attribute(u, job->process, key, err)
                         : st;
}

/* Dots of namespaces become "__" in link labels. */
static char *link_label_of(const char *path)
{
    buf label = {0};
    for (; *path != '\0'; path++) {
        if (*path == '.')
            buf_text(&label, "__");
        else
            buf_char(&label, *path);
    }
    return buf_take(&label);
}

static orma_status keep_made(calcjob *job, node *n, orma_error **err)
{
    node **grown = reallocarray(job->made, job->made_count + 1, sizeof *grown);
    if (grown == NULL) {
        node_free(n);
        return error_no_memory(err);
    }
    job->made = grown;
    job->made[job->made_count++] = n;
    return ORMA_OK;
}

orma_status calcjob_add_output(calcjob *job, const char *label, node *n,
                               orma_error **err)
{
    AUTO_FREE char *link = link_label_of(label);
    unit *u = NULL;

    if (link == NULL) {
        node_free(n);
        return error_no_memory(err);
    }
    orma_status st = keep_made(job, n, err);
    if (st == ORMA_OK)
        st = calcjob_unit(job, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, n, err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CREATE, job->process, n, link, err);
    return st;
}

/* The members of AiiDA's metadata that do not tell of Python. */
static json_object *log_metadata(const calcjob *job, const char *logger,
                                 int32_t level, const char *message)
{
    json_object *metadata = json_object_new_object();

    if (metadata != NULL && json_set_text(metadata, "name", logger) &&
        json_set_text(metadata, "msg", message) &&
        json_set_text(metadata, "levelname", log_level_name(level)) &&
        json_set_int(metadata, "levelno", level) &&
        json_set_int(metadata, "dbnode_id", job->process->pk))
        return metadata;
    json_object_put(metadata);
    return NULL;
}

orma_status calcjob_log_as(calcjob *job, const char *logger, int32_t level,
                           const char *message, orma_error **err)
{
    AUTO_JSON json_object *metadata = NULL;
    unit *u = NULL;

    log_line(level, "process=%lld %s",
             job->process != NULL ? (long long)job->process->pk : 0LL, message);
    if (job->store == NULL || job->process == NULL || level < ORMA_LOG_REPORT)
        return ORMA_OK;
    metadata = log_metadata(job, logger, level, message);
    if (metadata == NULL)
        return error_no_memory(err);
    const orma_status st = calcjob_unit(job, &u, err);
    if (st != ORMA_OK)
        return st;
    return unit_add_log(u, job->process, level, logger, message, metadata, err);
}

orma_status calcjob_log(calcjob *job, int32_t level, const char *message,
                        orma_error **err)
{
    return calcjob_log_as(job, ENGINE_LOGGER, level, message, err);
}

void calcjob_progress(const calcjob *job, const char *fmt, ...)
{
    AUTO_BUF buf line = {0};
    va_list args;

    if (job->options == NULL || job->options->progress == NULL)
        return;
    va_start(args, fmt);
    buf_vprintf(&line, fmt, args);
    va_end(args);
    job->options->progress(job->options->progress_user, buf_c_str(&line));
}

const json_object *calcjob_option(const calcjob *job, const char *name)
{
    return json_get(json_get(job->inputs->metadata, "options"), name);
}

const char *calcjob_option_text(const calcjob *job, const char *name,
                                const char *fallback)
{
    return json_get_text(json_get(job->inputs->metadata, "options"), name,
                         fallback);
}

orma_status calcjob_make_folder(calcjob *job, const char *name, char **path,
                                orma_error **err)
{
    const char *parent = job->options != NULL ? job->options->sandbox : NULL;
    const orma_status st = local_folder_open(&job->folder, parent, err);

    return st == ORMA_OK ? local_folder_make(&job->folder, name, path, err)
                         : st;
}

void calcjob_remove_folder(char **path)
{
    AUTO_ERROR orma_error *ignored = NULL;

    if (*path != NULL)
        file_remove_tree(*path, &ignored);
    free(*path);
    *path = NULL;
}

void calcjob_finish(calcjob *job)
{
    calcjob_drop_unit(job);
    calcjob_disconnect(job);
    node_free(job->retrieved);
    node_free(job->process);
    json_object_put(job->calcinfo);
    json_object_put(job->template);
    json_object_put(job->last_job);
    calcjob_remove_folder(&job->sandbox);
    calcjob_remove_folder(&job->fetched);
    calcjob_remove_folder(&job->temporary);
    local_folder_close(&job->folder);
    free(job->workdir);
    free(job->job_id);
    free(job->exit_message);
    *job = (calcjob){0};
}
