/* The computer of a calcjob: its plugins, its session, commands on it.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* Enough for every listing; a command that prints more is out of order. */
#define OUTPUT_MAX_BYTES ((size_t)64 << 20)

static orma_status load_plugin(calcjob *job, enum plugin_kind kind,
                               const char *key, const plugin_entry **entry,
                               const void **vtable, orma_error **err)
{
    const char *name = json_get_text(job->inputs->computer, key, "");
    const orma_status st = registry_find(job->registry, kind, name, entry, err);

    return st == ORMA_OK ? plugin_load(job->registry, *entry, vtable, err) : st;
}

orma_status calcjob_load_plugins(calcjob *job, orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;
    const json_object *spec = NULL;

    if (job->scheduler != NULL)
        return ORMA_OK;
    if (job->inputs->computer == NULL)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "code: there is no computer to run on");
    orma_status st = load_plugin(job, KIND_TRANSPORT, "transport_type", &entry,
                                 &vtable, err);
    if (st != ORMA_OK)
        return st;
    job->transport = vtable;
    job->is_free = (job->transport->features & ORMA_TRANSPORT_FREE) != 0;
    st = load_plugin(job, KIND_SCHEDULER, "scheduler_type", &entry, &vtable,
                     err);
    if (st == ORMA_OK)
        st = registry_spec(job->registry, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    job->scheduler = vtable;
    job->scheduler_spec = (json_object *)(uintptr_t)spec;
    return ORMA_OK;
}

/* The authinfo of the process's user; never NULL on success. */
static orma_status find_authinfo(calcjob *job, json_object **out,
                                 orma_error **err)
{
    const json_object *computer = job->inputs->computer;
    const char *label = json_get_text(computer, "label", "");
    const int64_t user = job->process != NULL && job->process->user_pk > 0
                             ? job->process->user_pk
                             : store_default_user(job->store);
    orma_status st = store_authinfo(job->store, user,
                                    json_get_int(computer, "pk", 0), out, err);

    if (st != ORMA_OK)
        return st;
    if (*out == NULL) {
        st = error_set(err, ORMA_E_REFUSED, "engine", 0,
                       "computer \"%s\" is not configured for the profile's "
                       "user",
                       label);
        error_hint(err, "orma computer configure %s %s",
                   json_get_text(computer, "transport_type", "TRANSPORT"),
                   label);
        return st;
    }
    if (json_get_bool(*out, "enabled", true))
        return ORMA_OK;
    st = error_set(err, ORMA_E_REFUSED, "engine", 0,
                   "computer \"%s\" is disabled for the profile's user", label);
    error_hint(err, "orma computer enable %s", label);
    return st;
}

orma_status calcjob_check_computer(calcjob *job, orma_error **err)
{
    AUTO_JSON json_object *authinfo = NULL;
    return find_authinfo(job, &authinfo, err);
}

orma_status calcjob_connect(calcjob *job, orma_error **err)
{
    AUTO_JSON json_object *authinfo = NULL;
    AUTO_FREE char *parameters = NULL;

    if (job->session != NULL)
        return ORMA_OK;
    orma_status st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK)
        st = find_authinfo(job, &authinfo, err);
    if (st != ORMA_OK)
        return st;
    const json_object *given = json_get(authinfo, "auth_params");
    parameters =
        given != NULL ? json_text(given, JSON_PYTHON) : text_copy("{}");
    if (parameters == NULL)
        return error_no_memory(err);
    return job->transport->open(
        job->transport, json_get_text(job->inputs->computer, "hostname", ""),
        (orma_str){parameters, strlen(parameters)}, &job->session, err);
}

void calcjob_disconnect(calcjob *job)
{
    if (job->session != NULL)
        job->transport->close(job->session);
    job->session = NULL;
}

void command_output_finish(command_output *output)
{
    buf_free(&output->out);
    buf_free(&output->error);
}

orma_command_result command_output_result(const command_output *output)
{
    return (orma_command_result){
        .size = sizeof(orma_command_result),
        .exit_status = output->exit_status,
        .standard_output = buf_view(&output->out),
        .standard_error = buf_view(&output->error),
    };
}

orma_status calcjob_exec(calcjob *job, const char *command, const char *folder,
                         int64_t timeout_s, command_output *output,
                         orma_error **err)
{
    orma_writer out = {&output->out, OUTPUT_MAX_BYTES};
    orma_writer error = {&output->error, OUTPUT_MAX_BYTES};

    orma_status st = calcjob_connect(job, err);
    if (st == ORMA_OK)
        st = job->transport->exec(job->session, command, folder,
                                  ORMA_LITERAL(""), timeout_s, &out, &error,
                                  &output->exit_status, err);
    if (st == ORMA_OK)
        st = buf_status(&output->out, err);
    return st == ORMA_OK ? buf_status(&output->error, err) : st;
}

char *calcjob_remote_path(const calcjob *job, const char *path)
{
    return *path == '/' ? text_copy(path) : file_join(job->workdir, path);
}

orma_status calcjob_remote_stat(calcjob *job, const char *path,
                                orma_file_info *info, bool *found,
                                orma_error **err)
{
    orma_error *why = NULL;
    orma_file_info seen = {.size = sizeof seen};
    orma_status st = calcjob_connect(job, err);

    if (st != ORMA_OK)
        return st;
    st = job->transport->stat(job->session, path, &seen, &why);
    if (st == ORMA_E_NOT_FOUND) {
        orma_error_free(why);
        *found = false;
        return ORMA_OK;
    }
    if (st != ORMA_OK)
        return pass_error(st, why, err);
    *info = seen;
    *found = true;
    return ORMA_OK;
}

orma_status calcjob_remote_read(calcjob *job, const char *path, buf *out,
                                orma_error **err)
{
    AUTO_FREE char *folder = NULL;
    AUTO_FREE char *local = NULL;
    orma_error *ignored = NULL;

    orma_status st = calcjob_connect(job, err);
    if (st == ORMA_OK)
        st = calcjob_make_folder(job, "read", &folder, err);
    if (st != ORMA_OK)
        return st;
    local = file_join(folder, "file");
    st = local != NULL
             ? job->transport->get(job->session, path, local, 0, 0, err)
             : error_no_memory(err);
    if (st == ORMA_OK)
        st = file_read(local, OUTPUT_MAX_BYTES, out, err);
    file_remove_tree(folder, &ignored);
    orma_error_free(ignored);
    return st;
}

const char *name_next(const buf *names, const char *at)
{
    const char *next = at == NULL ? names->ptr : at + strlen(at) + 1;

    if (next == NULL || next >= names->ptr + names->len)
        return NULL;
    return next;
}
