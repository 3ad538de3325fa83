/* core.direct: jobs without a batch system, each a session of processes.
 *
 * SPDX-License-Identifier: MIT */
#include "direct.h"

#include <errno.h>
#include <json-c/json_tokener.h>
#include <stdio.h>
#include <string.h>

const orma_host *host;

orma_status direct_write(orma_writer *out, const char *text, orma_error **err)
{
    const orma_status st = host->write(out, (orma_str){text, strlen(text)});
    if (st == ORMA_OK)
        return ORMA_OK;
    return host->fail(host, err, st, "direct", 0, "the text grows too long");
}

orma_status direct_parse_json(orma_str text, enum json_type type,
                              const char *what, json_object **out,
                              orma_error **err)
{
    json_object *value = text.ptr != NULL ? json_tokener_parse(text.ptr) : NULL;

    if (!json_object_is_type(value, type)) {
        json_object_put(value);
        return host->fail(host, err, ORMA_E_INVALID, "direct", 0,
                          "%s is not a JSON %s", what,
                          type == json_type_array ? "array" : "object");
    }
    *out = value;
    return ORMA_OK;
}

static const char *text_of(json_object *job, const char *key)
{
    json_object *value = NULL;
    json_object_object_get_ex(job, key, &value);
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : "";
}

static json_bool is_true(json_object *job, const char *key, json_bool otherwise)
{
    json_object *value = NULL;
    json_object_object_get_ex(job, key, &value);
    return value != NULL ? json_object_get_boolean(value) : otherwise;
}

/* The script that runs again in an empty environment; the variable tells the
 * second run from the first. */
static const char clean_environment[] =
    "[ -n \"${ORMA_CLEAN_ENVIRONMENT:-}\" ] || exec env --ignore-environment "
    "ORMA_CLEAN_ENVIRONMENT=1 ORMA_JOB_ID=\"${ORMA_JOB_ID:-}\" bash \"$0\"\n";

static orma_status write_streams(json_object *job, orma_writer *out,
                                 orma_error **err)
{
    const char *output = text_of(job, "sched_output_path");
    const char *error = text_of(job, "sched_error_path");
    const int is_joined = is_true(job, "sched_join_files", 0) || *error == '\0';
    orma_status st = ORMA_OK;

    if (*output != '\0') {
        st = direct_write(out, "exec > ", err);
        if (st == ORMA_OK)
            st = direct_write(out, output, err);
        if (st == ORMA_OK)
            st = direct_write(out, "\n", err);
    }
    if (st != ORMA_OK || is_joined)
        return st != ORMA_OK ? st : direct_write(out, "exec 2>&1\n", err);
    st = direct_write(out, "exec 2> ", err);
    if (st == ORMA_OK)
        st = direct_write(out, error, err);
    return st == ORMA_OK ? direct_write(out, "\n", err) : st;
}

static orma_status write_threads(json_object *job, orma_writer *out,
                                 orma_error **err)
{
    json_object *resource = NULL, *cores = NULL;
    char line[64];

    json_object_object_get_ex(job, "job_resource", &resource);
    if (!json_object_is_type(resource, json_type_object) ||
        !json_object_object_get_ex(resource, "num_cores_per_mpiproc", &cores) ||
        !json_object_is_type(cores, json_type_int))
        return ORMA_OK;
    snprintf(line, sizeof line, "export OMP_NUM_THREADS=%lld\n",
             (long long)json_object_get_int64(cores));
    return direct_write(out, line, err);
}

static orma_status script_header(const orma_scheduler *self, orma_str job_text,
                                 orma_writer *out, orma_error **err)
{
    (void)self;
    json_object *job = NULL;
    orma_status st = direct_parse_json(job_text, json_type_object,
                                       "the job template", &job, err);
    if (st != ORMA_OK)
        return st;
    const char *commands = text_of(job, "custom_scheduler_commands");
    st = write_streams(job, out, err);
    if (st == ORMA_OK && !is_true(job, "import_sys_environment", 1))
        st = direct_write(out, clean_environment, err);
    if (st == ORMA_OK && *commands != '\0') {
        st = direct_write(out, commands, err);
        if (st == ORMA_OK)
            st = direct_write(out, "\n", err);
    }
    if (st == ORMA_OK)
        st = write_threads(job, out, err);
    json_object_put(job);
    return st;
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

/* No find_command(): the started process itself writes its identity into the
 * job's folder before it does anything else. */
static const orma_scheduler direct_scheduler = {
    .size = sizeof(orma_scheduler),
    .resources = direct_resources,
    .script_header = script_header,
    .submit_command = direct_submit_command,
    .parse_submit = direct_parse_submit,
    .joblist_command = direct_joblist_command,
    .parse_joblist = direct_parse_joblist,
    .kill_command = direct_kill_command,
    .parse_kill = direct_parse_kill,
};

static const orma_entry entries[] = {
    {ORMA_SCHEDULER, "core.direct", &direct_scheduler},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "core",
    .version = "0.1.0",
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
