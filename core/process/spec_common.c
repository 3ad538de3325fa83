/* What every process and every calcjob has: ports, outputs and exit codes that
 * no manifest repeats. The names, types and defaults are AiiDA's.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/spec_internal.h>

#include <base/error.h>

enum common_owner {
    OWNER_PROCESS, /* every process */
    OWNER_CALCJOB,
    OWNER_RESTART  /* restart workchains */
};

enum {
    ROW_NAMESPACE = 1 << 0,
    ROW_DYNAMIC = 1 << 1,
    ROW_REQUIRED = 1 << 2,
    ROW_METADATA = 1 << 3, /* inherited below */
    ROW_LAZY = 1 << 4,     /* populate_defaults: false */
    ROW_PARSED = 1 << 5    /* pass_to_parser */
};

struct common_row {
    enum common_owner owner;
    const char *path;
    const char *type;
    unsigned traits;
    const char *fallback; /* JSON, NULL: none */
    const char *choices;  /* JSON array, NULL: none */
    const char *minimum;  /* JSON number, NULL: none */
    const char *help;
};

/* aiida.engine.processes.process and .calcjobs.calcjob; the order is that of
 * the attributes on the process node. */
static const struct common_row inputs[] = {
    {OWNER_PROCESS, "metadata", NULL, ROW_NAMESPACE | ROW_METADATA, NULL, NULL,
     NULL, "What is kept on the process node, not linked"},
    {OWNER_PROCESS, "metadata.store_provenance", "bool", 0, "true", NULL, NULL,
     "False: run, but keep nothing in the database"},
    {OWNER_PROCESS, "metadata.description", "str", 0, NULL, NULL, NULL,
     "Description of the process node"},
    {OWNER_PROCESS, "metadata.label", "str", 0, NULL, NULL, NULL,
     "Label of the process node"},
    {OWNER_PROCESS, "metadata.call_link_label", "str", 0, "\"CALL\"", NULL,
     NULL, "Label of the link from the caller"},
    {OWNER_PROCESS, "metadata.disable_cache", "bool", 0, NULL, NULL, NULL,
     "True: never take this process from the cache"},

    {OWNER_CALCJOB, "code", "code", 0, NULL, NULL, NULL,
     "Code to run; needed unless remote_folder is given"},
    {OWNER_CALCJOB, "monitors", "core.dict", ROW_NAMESPACE | ROW_DYNAMIC, NULL,
     NULL, NULL, "Monitors that watch the job while it runs"},
    {OWNER_CALCJOB, "remote_folder", "core.remote", 0, NULL, NULL, NULL,
     "Folder of a job that was run elsewhere, to be imported"},
    {OWNER_CALCJOB, "metadata.dry_run", "bool", 0, "false", NULL, NULL,
     "True: write the job's folder and submit nothing"},
    {OWNER_CALCJOB, "metadata.computer", "computer", 0, NULL, NULL, NULL,
     "Computer to run on; needed when the code is portable"},
    {OWNER_CALCJOB, "metadata.options", NULL, ROW_NAMESPACE, NULL, NULL, NULL,
     "Options of the job"},
    {OWNER_CALCJOB, "metadata.options.input_filename", "str", 0, NULL, NULL,
     NULL, "Name of the main input file"},
    {OWNER_CALCJOB, "metadata.options.output_filename", "str", 0, NULL, NULL,
     NULL, "Name of the file that gets the code's standard output"},
    {OWNER_CALCJOB, "metadata.options.submit_script_filename", "str", 0,
     "\"_aiidasubmit.sh\"", NULL, NULL, "Name of the job script"},
    {OWNER_CALCJOB, "metadata.options.scheduler_stdout", "str", 0,
     "\"_scheduler-stdout.txt\"", NULL, NULL,
     "File that gets the scheduler's standard output"},
    {OWNER_CALCJOB, "metadata.options.scheduler_stderr", "str", 0,
     "\"_scheduler-stderr.txt\"", NULL, NULL,
     "File that gets the scheduler's standard error; the name of "
     "scheduler_stdout joins them"},
    {OWNER_CALCJOB, "metadata.options.resources", "dict", ROW_REQUIRED, NULL,
     NULL, NULL,
     "Resources asked of the scheduler: num_machines, "
     "num_mpiprocs_per_machine, …"},
    {OWNER_CALCJOB, "metadata.options.max_wallclock_seconds", "int", 0, NULL,
     NULL, "1", "Wall time to ask for, in seconds"},
    {OWNER_CALCJOB, "metadata.options.custom_scheduler_commands", "str", 0,
     "\"\"", NULL, NULL, "Lines after the last scheduler directive"},
    {OWNER_CALCJOB, "metadata.options.queue_name", "str", 0, NULL, NULL, NULL,
     "Queue or partition"},
    {OWNER_CALCJOB, "metadata.options.rerunnable", "bool", 0, NULL, NULL, NULL,
     "May the scheduler requeue the job"},
    {OWNER_CALCJOB, "metadata.options.account", "str", 0, NULL, NULL, NULL,
     "Account or project to charge"},
    {OWNER_CALCJOB, "metadata.options.qos", "str", 0, NULL, NULL, NULL,
     "Quality of service"},
    {OWNER_CALCJOB, "metadata.options.withmpi", "bool", 0, NULL, NULL, NULL,
     "Run with the MPI launcher"},
    {OWNER_CALCJOB, "metadata.options.mpirun_extra_params", "list", 0, "[]",
     NULL, NULL, "Words after the MPI launcher"},
    {OWNER_CALCJOB, "metadata.options.import_sys_environment", "bool", 0,
     "true", NULL, NULL, "Take over the submitting environment"},
    {OWNER_CALCJOB, "metadata.options.environment_variables", "dict", 0, "{}",
     NULL, NULL, "Variables to export"},
    {OWNER_CALCJOB, "metadata.options.environment_variables_double_quotes",
     "bool", 0, "false", NULL, NULL,
     "Quote their values with double quotes, so that $NAME expands"},
    {OWNER_CALCJOB, "metadata.options.priority", "str", 0, NULL, NULL, NULL,
     "Priority in the scheduler's format"},
    {OWNER_CALCJOB, "metadata.options.max_memory_kb", "int", 0, NULL, NULL,
     "1", "Memory for each machine, in kB"},
    {OWNER_CALCJOB, "metadata.options.prepend_text", "str", 0, "\"\"", NULL,
     NULL, "Shell lines before the code"},
    {OWNER_CALCJOB, "metadata.options.append_text", "str", 0, "\"\"", NULL,
     NULL, "Shell lines after the code"},
    {OWNER_CALCJOB, "metadata.options.parser_name", "str", 0, NULL, NULL, NULL,
     "Parser of the retrieved files, an entry point"},
    {OWNER_CALCJOB, "metadata.options.additional_retrieve_list", "list", 0,
     NULL, NULL, NULL, "Further files to retrieve, relative paths"},
    {OWNER_CALCJOB, "metadata.options.stash", NULL, ROW_NAMESPACE | ROW_LAZY,
     NULL, NULL, NULL, "Files to keep on the computer after the run"},
    {OWNER_CALCJOB, "metadata.options.stash.target_base", "str", 0, NULL, NULL,
     NULL, "Folder to stash in, an absolute path"},
    {OWNER_CALCJOB, "metadata.options.stash.source_list", "list", 0, NULL,
     NULL, NULL, "Files to stash, relative paths"},
    {OWNER_CALCJOB, "metadata.options.stash.stash_mode", "str", 0, NULL,
     "[\"copy\", \"tar\", \"tar.bz2\", \"tar.gz\", \"tar.xz\", "
     "\"submit_custom_code\"]",
     NULL, "How to stash"},
    {OWNER_CALCJOB, "metadata.options.stash.dereference", "bool", 0, NULL,
     NULL, NULL, "Follow symbolic links; for the tar modes only"},
    {OWNER_CALCJOB, "metadata.options.stash.fail_on_missing", "bool", 0, NULL,
     NULL, NULL, "Fail when a file is missing"},
    {OWNER_CALCJOB, "metadata.options.unstash", NULL, ROW_NAMESPACE | ROW_LAZY,
     NULL, NULL, NULL, "Files to bring back from a stash"},
    {OWNER_CALCJOB, "metadata.options.unstash.source_list", "list", 0, NULL,
     NULL, NULL, "Files to bring back, relative paths"},
    {OWNER_CALCJOB, "metadata.options.unstash.unstash_target_mode", "str", 0,
     NULL, "[\"OriginalPlace\", \"NewRemoteData\"]", NULL,
     "Where to bring them"},

    {OWNER_RESTART, "max_iterations", "core.int", 0, "5", NULL, "1",
     "Most runs of the process"},
    {OWNER_RESTART, "clean_workdir", "core.bool", 0, "false", NULL, NULL,
     "Clean the remote folders of all runs at the end"},
    {OWNER_RESTART, "handler_overrides", "core.dict", 0, NULL, NULL, NULL,
     "Handler name to {enabled, priority}"},
    {OWNER_RESTART, "on_unhandled_failure", "core.str", 0, "\"abort\"",
     "[\"abort\", \"pause\", \"restart_once\", \"restart_and_pause\"]", NULL,
     "What to do with a failure that no handler took"},
    {OWNER_RESTART, "pause_on_max_iterations", "core.bool", 0, NULL, NULL,
     NULL, "Pause instead of failing when max_iterations is reached"},
};

static const struct common_row outputs[] = {
    {OWNER_CALCJOB, "remote_folder", "core.remote", ROW_REQUIRED, NULL, NULL,
     NULL, "The job's folder on the computer"},
    {OWNER_CALCJOB, "remote_stash", "core.remote.stash", 0, NULL, NULL, NULL,
     "What was stashed"},
    {OWNER_CALCJOB, "retrieved", "core.folder", ROW_REQUIRED | ROW_PARSED,
     NULL, NULL, NULL, "The retrieved files"},
};

/* All invalidate the cache but those of restart workchains. */
static const struct {
    enum common_owner owner;
    exit_code code;
} exit_codes[] = {
    {OWNER_PROCESS,
     {1, "ERROR_UNSPECIFIED", "The process failed, nothing more is known",
      true}},
    {OWNER_PROCESS,
     {2, "ERROR_LEGACY_FAILURE", "The process failed, by a legacy record",
      true}},
    {OWNER_PROCESS,
     {10, "ERROR_INVALID_OUTPUT", "The process returned an invalid output",
      true}},
    {OWNER_PROCESS,
     {11, "ERROR_MISSING_OUTPUT",
      "The process did not register a required output", true}},
    {OWNER_CALCJOB,
     {100, "ERROR_NO_RETRIEVED_FOLDER",
      "The process has no folder of retrieved files", true}},
    {OWNER_CALCJOB,
     {110, "ERROR_SCHEDULER_OUT_OF_MEMORY", "The job ran out of memory",
      true}},
    {OWNER_CALCJOB,
     {120, "ERROR_SCHEDULER_OUT_OF_WALLTIME", "The job ran out of wall time",
      true}},
    {OWNER_CALCJOB,
     {131, "ERROR_SCHEDULER_INVALID_ACCOUNT",
      "The account given to the scheduler is not valid", true}},
    {OWNER_CALCJOB,
     {140, "ERROR_SCHEDULER_NODE_FAILURE", "A machine of the job failed",
      true}},
    {OWNER_CALCJOB, {150, "STOPPED_BY_MONITOR", "{message}", true}},
    {OWNER_CALCJOB, {160, "ERROR_STASHING_FAILED", "{message}", true}},
    {OWNER_RESTART,
     {301, "ERROR_SUB_PROCESS_EXCEPTED", "The sub process excepted", false}},
    {OWNER_RESTART,
     {302, "ERROR_SUB_PROCESS_KILLED", "The sub process was killed", false}},
    {OWNER_RESTART,
     {401, "ERROR_MAXIMUM_ITERATIONS_EXCEEDED",
      "The maximum number of iterations was exceeded", false}},
    {OWNER_RESTART,
     {402, "ERROR_UNHANDLED_FAILURE",
      "The process failed for an unknown reason, twice in a row", false}},
};

static bool owner_applies(enum common_owner owner, enum plugin_kind kind)
{
    return owner == OWNER_PROCESS ||
           (owner == OWNER_CALCJOB && kind == KIND_CALCULATION);
}

const exit_code *spec_common_exit_code(enum plugin_kind kind, bool restart,
                                       size_t i)
{
    for (size_t k = 0; k < sizeof exit_codes / sizeof *exit_codes; k++) {
        const enum common_owner owner = exit_codes[k].owner;
        if (!owner_applies(owner, kind) && !(restart && owner == OWNER_RESTART))
            continue;
        if (i-- == 0)
            return &exit_codes[k].code;
    }
    return NULL;
}

/* Value of a table, kept with the spec. *out stays when text is NULL. */
static orma_status own_json(struct spec_build *build, const char *text,
                            const json_object **out, orma_error **err)
{
    json_object *value = NULL;

    if (text == NULL)
        return ORMA_OK;
    const orma_status st =
        json_parse((orma_str){text, strlen(text)}, &value, err);
    if (st != ORMA_OK)
        return st;
    if (json_object_array_add(build->owned, value) != 0) {
        json_object_put(value);
        return error_no_memory(err);
    }
    *out = value;
    return ORMA_OK;
}

static orma_status add_row(struct spec_build *build, port *top,
                           const struct common_row *row, orma_error **err)
{
    const char *dot = strrchr(row->path, '.');
    const char *parent =
        dot == NULL ? ""
                    : arena_strndup(build->memory, row->path,
                                    (size_t)(dot - row->path));
    port *ns = parent != NULL ? port_namespace(build, top, parent) : NULL;
    port *p = ns != NULL
                  ? port_add(build, ns, dot != NULL ? dot + 1 : row->path)
                  : NULL;
    if (p == NULL)
        return error_no_memory(err);

    p->required = (row->traits & ROW_REQUIRED) != 0;
    p->is_metadata |= (row->traits & ROW_METADATA) != 0;
    p->populate_defaults = (row->traits & ROW_LAZY) == 0;
    p->dynamic = (row->traits & ROW_DYNAMIC) != 0;
    p->pass_to_parser = (row->traits & ROW_PARSED) != 0;
    p->help = row->help;
    if (row->type != NULL) {
        p->types = &row->type;
        p->type_count = 1;
    }
    p->port_class =
        (row->traits & ROW_NAMESPACE) != 0 ? PORT_NAMESPACE : PORT_NODE;
    port_classify(p);

    orma_status st = own_json(build, row->fallback, &p->fallback, err);
    if (st == ORMA_OK)
        st = own_json(build, row->choices, &p->choices, err);
    if (st == ORMA_OK)
        st = own_json(build, row->minimum, &p->minimum, err);
    p->has_default = p->fallback != NULL;
    return st;
}

orma_status spec_add_common_ports(struct spec_build *build,
                                  enum plugin_kind kind, process_spec *spec,
                                  orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        if (st == ORMA_OK && owner_applies(inputs[i].owner, kind))
            st = add_row(build, &spec->inputs, &inputs[i], err);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (st == ORMA_OK && owner_applies(outputs[i].owner, kind))
            st = add_row(build, &spec->outputs, &outputs[i], err);
    return st;
}

orma_status spec_add_restart_ports(struct spec_build *build,
                                   process_spec *spec, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        if (st == ORMA_OK && inputs[i].owner == OWNER_RESTART)
            st = add_row(build, &spec->inputs, &inputs[i], err);
    return st;
}
