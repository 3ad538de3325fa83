/* Parsing of a finished job: what the scheduler's streams tell, then the
 * parser, then its outputs into the graph.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <engine/parse_call.h>
#include <engine/retrieve.h>
#include <process/node_view.h>

#define EXIT_NO_RETRIEVED_FOLDER 100

/* ---- the scheduler's word ---------------------------------------- */

static orma_status read_stream(calcjob *job, const char *option, buf *out,
                               orma_error **err)
{
    const char *path = calcjob_option_text(job, option, NULL);
    bool found = false;

    return path != NULL ? node_file_read(job->retrieved, path, out, &found, err)
                        : ORMA_OK;
}

/* The accounting of the node as a command's result; *has false: none, or the
 * command failed. */
static orma_command_result detail_of(const json_object *attributes, bool *has)
{
    const json_object *info = json_get(attributes, "detailed_job_info");
    const char *out = json_get_text(info, "stdout", "");
    const char *error = json_get_text(info, "stderr", "");

    *has = info != NULL && json_get_int(info, "retval", 1) == 0;
    return (orma_command_result){
        .size = sizeof(orma_command_result),
        .exit_status = 0,
        .standard_output = {out, strlen(out)},
        .standard_error = {error, strlen(error)},
    };
}

static orma_status ask_scheduler(calcjob *job, int32_t *status,
                                 orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_BUF buf out = {0}, error = {0};
    bool has_detail = false;
    const orma_command_result detail =
        detail_of(job->process->attributes, &has_detail);

    orma_status st = read_stream(job, "scheduler_stdout", &out, err);
    if (st == ORMA_OK)
        st = read_stream(job, "scheduler_stderr", &error, err);
    return st == ORMA_OK
               ? s->parse_output(s, has_detail ? &detail : NULL, buf_view(&out),
                                 buf_view(&error), status, err)
               : st;
}

static orma_status log_status(calcjob *job, int32_t status, orma_error **err)
{
    const exit_code *code = spec_exit_status(job->spec, status);
    AUTO_FREE char *line =
        text_printf("scheduler parser returned exit code<%ld>: %s",
                    (long)status, code != NULL ? code->message : "");

    return line != NULL ? calcjob_log(job, ORMA_LOG_WARNING, line, err)
                        : error_no_memory(err);
}

/* A scheduler's parser that fails is only logged: the job may be well. */
static orma_status scheduler_word(calcjob *job, int32_t *status,
                                  orma_error **err)
{
    orma_error *why = NULL;
    int32_t found = 0;

    orma_status st = calcjob_load_plugins(job, err);
    if (st != ORMA_OK || job->scheduler->parse_output == NULL)
        return st;
    st = ask_scheduler(job, &found, &why);
    if (st == ORMA_E_TRANSIENT || st == ORMA_E_NO_MEMORY)
        return pass_error(st, why, err);
    if (st != ORMA_OK) {
        AUTO_FREE char *chain = error_chain(why);
        AUTO_FREE char *line =
            chain != NULL
                ? text_printf("could not parse scheduler output: %s", chain)
                : NULL;
        orma_error_free(why);
        return line != NULL ? calcjob_log(job, ORMA_LOG_WARNING, line, err)
                            : error_no_memory(err);
    }
    *status = found;
    return found != 0 ? log_status(job, found, err) : ORMA_OK;
}

/* ---- results into the graph -------------------------------------- */

/* Exit code of the parser, or one by which its outputs were refused; 0 when it
 * named none, though the process may end with another's. */
static int32_t status_of_parser(const parse_call *call)
{
    const bool has_code = call->has_exit_code && call->exit_code != NULL;

    return has_code || call->exit_status == EXIT_INVALID_OUTPUT
               ? call->exit_status
               : 0;
}

static orma_status keep_logs(calcjob *job, const parse_call *call,
                             const char *parser, orma_error **err)
{
    AUTO_FREE char *logger = text_printf("aiida.parser.%s", parser);
    AUTO_FREE char *line = text_printf(
        "output parser returned exit code<%ld>: %s", (long)call->exit_status,
        call->exit_message != NULL ? call->exit_message : "");
    orma_status st = ORMA_OK;

    if (logger == NULL || line == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < call->log_count && st == ORMA_OK; i++)
        st = calcjob_log_as(
            job, call->logs[i].is_of_parser ? logger : ENGINE_LOGGER,
            call->logs[i].level, call->logs[i].message, err);
    return st == ORMA_OK && status_of_parser(call) > 0
               ? calcjob_log(job, ORMA_LOG_WARNING, line, err)
               : st;
}

static orma_status keep_outputs(calcjob *job, parse_call *call,
                                orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < call->output_count && st == ORMA_OK; i++) {
        node *n = call->outputs[i].value;
        call->outputs[i].value = NULL;
        st = calcjob_add_output(job, call->outputs[i].label, n, err);
    }
    return st;
}

static orma_status parse_without_folder(calcjob *job, int32_t *exit_status,
                                        orma_error **err)
{
    const exit_code *code =
        spec_exit_status(job->spec, EXIT_NO_RETRIEVED_FOLDER);

    free(job->exit_message);
    job->exit_message = text_copy(code != NULL ? code->message : "");
    *exit_status = EXIT_NO_RETRIEVED_FOLDER;
    return job->exit_message != NULL ? ORMA_OK : error_no_memory(err);
}

static orma_status run_call(calcjob *job, parse_call *call, orma_error **err)
{
    const char *parser = calcjob_option_text(job, "parser_name", NULL);
    orma_status st = parse_call_run(call, parser, err);

    if (st == ORMA_OK)
        st = keep_logs(job, call, parser != NULL ? parser : "", err);
    if (st == ORMA_OK)
        st = keep_outputs(job, call, err);
    if (st != ORMA_OK)
        return st;
    free(job->exit_message);
    job->exit_message = call->exit_message;
    call->exit_message = NULL;
    return ORMA_OK;
}

orma_status calcjob_parse(calcjob *job, int32_t *exit_status, orma_error **err)
{
    parse_call call = {
        .registry = job->registry,
        .spec = job->spec,
        .inputs = job->inputs,
        .retrieved = job->retrieved,
        .cancelled = job->cancelled,
        .user = job->cancelled_user,
    };

    if (job->retrieved == NULL)
        return parse_without_folder(job, exit_status, err);
    /* After a crash the files that came for the parser only are fetched again;
     * they lie on the computer until the folder is cleaned. */
    orma_status st = retrieve_temporary(job, err);
    if (st == ORMA_OK && job->temporary != NULL)
        st = retrieve_folder_node(job, job->temporary, &call.temporary, err);
    if (st == ORMA_OK)
        st = scheduler_word(job, &call.scheduler_status, err);
    if (st == ORMA_OK)
        st = run_call(job, &call, err);
    if (st == ORMA_OK)
        *exit_status = call.exit_status;
    node_free(call.temporary);
    parse_call_finish(&call);
    return st;
}
