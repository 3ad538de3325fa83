/* Preparation: the plugin's files in a local sandbox, then the job template,
 * the calcinfo and the submit script beside them.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/calcinfo.h>
#include <engine/job_template.h>
#include <engine/node_file.h>
#include <engine/script.h>
#include <orma/calculation.h>
#include <process/calc_inputs.h>
#include <process/data_nodes.h>
#include <process/node_view.h>

#define SCRIPT_MODE 0644
#define FILE_MODE 0644
#define FOLDER_MODE 0777 /* less the user's umask */
#define HEADER_MAX_BYTES ((size_t)4 << 20)

/* One preparation: the opaque context of orma_calc_ops. */
struct orma_calc_ctx {
    calcjob *job;
    calc_inputs inputs;
    json_object *calcinfo; /* as the plugin gave it, owned */
};

/* ---- the plugin's table ------------------------------------------ */

static const orma_node *op_input(orma_calc_ctx *ctx, const char *path)
{
    return calc_inputs_get(&ctx->inputs, path);
}

static orma_status op_input_names(orma_calc_ctx *ctx, const char *path,
                                  orma_str *json, orma_error **err)
{
    return calc_inputs_names(&ctx->inputs, path, json, err);
}

static orma_str op_metadata(orma_calc_ctx *ctx, const char *path)
{
    return calc_inputs_metadata(&ctx->inputs, path);
}

/* The local path of a sandbox file, its folders made. */
static orma_status sandbox_path(orma_calc_ctx *ctx, const char *path,
                                char **out, orma_error **err)
{
    if (!file_path_is_safe(path))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "\"%s\" is no path inside the job's folder", path);
    char *full = file_join(ctx->job->sandbox, path);
    if (full == NULL)
        return error_no_memory(err);
    const orma_status st = file_mkdirs_for(full, FOLDER_MODE, err);
    if (st != ORMA_OK) {
        free(full);
        return st;
    }
    *out = full;
    return ORMA_OK;
}

static orma_status op_write(orma_calc_ctx *ctx, const char *path,
                            orma_str bytes, orma_error **err)
{
    AUTO_FREE char *full = NULL;
    const orma_status st = sandbox_path(ctx, path, &full, err);

    return st == ORMA_OK ? file_write(full, bytes, FILE_MODE, err) : st;
}

/* Every file of the node below the folder `to` of the sandbox. */
static orma_status copy_all(orma_calc_ctx *ctx, const node *n, const char *to,
                            orma_error **err)
{
    AUTO_JSON json_object *files = NULL;
    orma_status st = node_file_list(n, &files, err);
    const size_t count = st == ORMA_OK ? json_object_array_length(files) : 0;

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        const char *from =
            json_object_get_string(json_object_array_get_idx(files, i));
        AUTO_FREE char *full = NULL;
        AUTO_FREE char *path =
            *to != '\0' ? file_join(to, from) : text_copy(from);
        if (path == NULL)
            return error_no_memory(err);
        st = sandbox_path(ctx, path, &full, err);
        if (st == ORMA_OK)
            st = node_file_copy(n, from, full, err);
    }
    return st;
}

static orma_status op_copy(orma_calc_ctx *ctx, const orma_node *n,
                           const char *from, const char *to, orma_error **err)
{
    AUTO_FREE char *full = NULL;

    if (*from == '\0')
        return copy_all(ctx, n, to, err);
    const orma_status st = sandbox_path(ctx, to, &full, err);
    return st == ORMA_OK ? node_file_copy(n, from, full, err) : st;
}

static orma_status op_calcinfo(orma_calc_ctx *ctx, orma_str json,
                               orma_error **err)
{
    json_object *info = NULL;

    if (ctx->calcinfo != NULL)
        return error_set(err, ORMA_E_BUG, "engine", 0,
                         "the calcinfo was given twice");
    orma_status st = json_parse(json, &info, err);
    if (st == ORMA_OK)
        st = calcinfo_check(info, ctx->job->inputs, err);
    if (st != ORMA_OK) {
        json_object_put(info);
        return st;
    }
    ctx->calcinfo = info;
    return ORMA_OK;
}

static void op_log(orma_calc_ctx *ctx, int32_t level, orma_str message)
{
    AUTO_FREE char *line = str_copy(message);
    AUTO_ERROR orma_error *ignored = NULL;

    if (line != NULL)
        calcjob_log(ctx->job, level, line, &ignored);
}

static int32_t op_cancelled(orma_calc_ctx *ctx)
{
    const calcjob *job = ctx->job;
    return job->cancelled != NULL && job->cancelled(job->cancelled_user);
}

static orma_status call_plugin(calcjob *job, json_object **calcinfo,
                               orma_error **err)
{
    const orma_calc_ops ops = {
        .size = sizeof(orma_calc_ops),
        .node = node_ops(),
        .input = op_input,
        .input_names = op_input_names,
        .metadata = op_metadata,
        .write = op_write,
        .copy = op_copy,
        .calcinfo = op_calcinfo,
        .log = op_log,
        .cancelled = op_cancelled,
    };
    orma_calc_ctx ctx = {.job = job};
    const plugin_entry *entry = job->spec->entry;
    const void *vtable = NULL;

    orma_status st = plugin_load(job->registry, entry, &vtable, err);
    if (st == ORMA_OK)
        st = calc_inputs_init(&ctx.inputs, job->inputs, "", err);
    if (st != ORMA_OK)
        return st;
    const orma_calculation *calculation = vtable;
    st = plugin_answer(calculation->prepare(calculation, &ops, &ctx, err),
                       entry, "prepare", err);
    calc_inputs_finish(&ctx.inputs);
    if (st == ORMA_OK && ctx.calcinfo == NULL)
        st = error_set(err, ORMA_E_BUG, "engine", 0,
                       "\"%s\" prepared its job without a calcinfo",
                       entry->name);
    if (st != ORMA_OK) {
        json_object_put(ctx.calcinfo);
        return st;
    }
    *calcinfo = ctx.calcinfo;
    return ORMA_OK;
}

/* ---- what the engine adds ---------------------------------------- */

static orma_status complete_resources(calcjob *job, json_object **out,
                                      orma_error **err)
{
    const json_object *given = calcjob_option(job, "resources");
    const int64_t mpiprocs =
        json_get_int(json_get(job->inputs->computer, "metadata"),
                     "default_mpiprocs_per_machine", 0);
    AUTO_BUF buf text = {0}, answer = {0};
    orma_writer writer = {&answer, 1 << 20};

    json_write(&text, given, JSON_COMPACT);
    orma_status st = buf_status(&text, err);
    if (st == ORMA_OK)
        st = job->scheduler->resources(job->scheduler, buf_view(&text),
                                       mpiprocs, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&answer, err);
    return st == ORMA_OK ? json_parse(buf_view(&answer), out, err) : st;
}

static bool withmpi_default(const process_spec *spec)
{
    const port *option = port_find(&spec->inputs, "metadata.options.withmpi");
    return option != NULL && option->has_default &&
           json_object_get_boolean(option->fallback);
}

static orma_status make_template(calcjob *job, orma_error **err)
{
    AUTO_JSON json_object *resources = NULL;
    const orma_status st = complete_resources(job, &resources, err);

    if (st != ORMA_OK)
        return st;
    return job_template_create(
        &(job_facts){
            .inputs = job->inputs,
            .calcinfo = job->calcinfo,
            .resources = resources,
            .pk = job->process->pk,
            .withmpi_default = withmpi_default(job->spec),
        },
        &job->template, err);
}

static orma_status write_sandbox(calcjob *job, const char *path,
                                 const buf *bytes, uint32_t mode,
                                 orma_error **err)
{
    orma_status st = buf_status(bytes, err);
    AUTO_FREE char *full = NULL;

    if (st != ORMA_OK)
        return st;
    full = file_join(job->sandbox, path);
    if (full == NULL)
        return error_no_memory(err);
    st = file_mkdirs_for(full, FOLDER_MODE, err);
    return st == ORMA_OK ? file_write(full, buf_view(bytes), mode, err) : st;
}

static orma_status write_script(calcjob *job, orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_BUF buf text = {0}, header = {0}, footer = {0}, script = {0};
    orma_writer header_writer = {&header, HEADER_MAX_BYTES};
    orma_writer footer_writer = {&footer, HEADER_MAX_BYTES};

    json_write(&text, job->template, JSON_COMPACT);
    orma_status st = buf_status(&text, err);
    if (st == ORMA_OK)
        st = s->script_header(s, buf_view(&text), &header_writer, err);
    if (st == ORMA_OK && s->script_footer != NULL)
        st = s->script_footer(s, buf_view(&text), &footer_writer, err);
    if (st != ORMA_OK)
        return st;
    const script_parts parts = {
        .header = buf_c_str(&header),
        .footer = buf_c_str(&footer),
        .id_variable =
            json_get_text(job->scheduler_spec, "x-job-id-variable", NULL),
        .is_fenced = true,
    };
    st = script_write(&script, job->template, &parts, err);
    if (st != ORMA_OK)
        return st;
    return write_sandbox(
        job,
        calcjob_option_text(job, "submit_script_filename", "_aiidasubmit.sh"),
        &script, SCRIPT_MODE, err);
}

static orma_status write_documents(calcjob *job, orma_error **err)
{
    AUTO_BUF buf template = {0}, calcinfo = {0};

    json_write(&template, job->template, JSON_PYTHON);
    json_write(&calcinfo, job->calcinfo, JSON_PYTHON);
    const orma_status st =
        write_sandbox(job, ".aiida/job_tmpl.json", &template, FILE_MODE, err);
    return st == ORMA_OK ? write_sandbox(job, ".aiida/calcinfo.json", &calcinfo,
                                         FILE_MODE, err)
                         : st;
}

/* A former preparation, whose upload failed or was cut off. */
static void forget_former(calcjob *job)
{
    AUTO_ERROR orma_error *ignored = NULL;

    if (job->sandbox != NULL)
        file_remove_tree(job->sandbox, &ignored);
    free(job->sandbox);
    job->sandbox = NULL;
    json_object_put(job->calcinfo);
    job->calcinfo = NULL;
    json_object_put(job->template);
    job->template = NULL;
}

orma_status calcjob_prepare(calcjob *job, orma_error **err)
{
    forget_former(job);
    orma_status st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK)
        st = calcjob_make_folder(job, "sandbox", &job->sandbox, err);
    return st == ORMA_OK ? calcjob_fill_sandbox(job, err) : st;
}

orma_status calcjob_fill_sandbox(calcjob *job, orma_error **err)
{
    orma_status st = calcjob_load_plugins(job, err);
    if (st == ORMA_OK)
        st = call_plugin(job, &job->calcinfo, err);
    if (st == ORMA_OK)
        st = calcinfo_complete(job->calcinfo, job->inputs, &job->process->uuid,
                               err);
    if (st == ORMA_OK)
        st = make_template(job, err);
    if (st == ORMA_OK)
        st = write_script(job, err);
    return st == ORMA_OK ? write_documents(job, err) : st;
}
