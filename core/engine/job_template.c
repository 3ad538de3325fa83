/* Building the job template from options, computer, codes and calcinfo.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/job_template.h>

#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <engine/calcinfo.h>
#include <engine/calcjob.h>
#include <engine/script.h>

/* Attributes of code nodes; the last two are those of AiiDA 1's Code. */
static const char *const executable_keys[] = {
    "filepath_executable", "remote_exec_path", "local_executable"};

static const json_object *options_of(const job_facts *f)
{
    return json_get(f->inputs->metadata, "options");
}

static const json_object *computer_of(const job_facts *f)
{
    return json_get(f->inputs->computer, "metadata");
}

/* ---- prepend and append texts ------------------------------------ */

static void add_block(buf *out, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    if (out->len > 0)
        buf_text(out, "\n\n");
    buf_text(out, text);
}

static void add_code_blocks(buf *out, const job_facts *f, const char *key)
{
    const json_object *codes = json_get(f->calcinfo, "codes_info");
    const size_t count = codes != NULL ? json_object_array_length(codes) : 0;

    for (size_t i = 0; i < count; i++) {
        const node *code =
            calcinfo_code(json_object_array_get_idx(codes, i), f->inputs);
        add_block(out, json_get_text(code->attributes, key, NULL));
    }
}

static orma_status set_texts(const job_facts *f, json_object *out,
                             orma_error **err)
{
    AUTO_BUF buf before = {0}, after = {0};

    add_block(&before, json_get_text(computer_of(f), "prepend_text", NULL));
    add_code_blocks(&before, f, "prepend_text");
    add_block(&before, json_get_text(f->calcinfo, "prepend_text", NULL));
    add_block(&before, json_get_text(options_of(f), "prepend_text", NULL));

    add_block(&after, json_get_text(options_of(f), "append_text", NULL));
    add_block(&after, json_get_text(f->calcinfo, "append_text", NULL));
    add_code_blocks(&after, f, "append_text");
    add_block(&after, json_get_text(computer_of(f), "append_text", NULL));
    if (before.failed || after.failed ||
        !json_set_text(out, "prepend_text", buf_c_str(&before)) ||
        !json_set_text(out, "append_text", buf_c_str(&after)))
        return error_no_memory(err);
    return ORMA_OK;
}

/* ---- MPI --------------------------------------------------------- */

/* One of those who may say whether to run with MPI: -1 is silent. */
static int mpi_wish(const json_object *from, const char *key)
{
    const json_object *value = json_get(from, key);
    return value == NULL ? -1 : json_object_get_boolean(value);
}

static orma_status decide_mpi(const job_facts *f, const json_object *code_info,
                              const node *code, bool *withmpi, orma_error **err)
{
    const int wishes[] = {
        mpi_wish(json_get_path(f->inputs->given_metadata, "metadata.options"),
                 "withmpi"),
        mpi_wish(code_info, "withmpi"),
        mpi_wish(code->attributes, "with_mpi"),
    };
    int decided = -1;

    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        if (wishes[i] < 0)
            continue;
        if (decided >= 0 && decided != wishes[i])
            return error_set(err, ORMA_E_INVALID, "engine", 0,
                             "metadata.options.withmpi: the option, the "
                             "calculation and code \"%s\" contradict each "
                             "other about MPI",
                             code->label);
        decided = wishes[i];
    }
    *withmpi = decided >= 0 ? decided == 1 : f->withmpi_default;
    return ORMA_OK;
}

/* Resources, and the total under AiiDA's name for it. */
static json_object *mpi_values(const job_facts *f)
{
    json_object *values = json_copy(f->resources);

    if (values != NULL && json_get(values, "tot_num_mpiprocs") == NULL &&
        !json_set_int(values, "tot_num_mpiprocs", 1)) {
        json_object_put(values);
        return NULL;
    }
    return values;
}

static orma_status append_filled(json_object *words, const char *word,
                                 const json_object *values, orma_error **err)
{
    AUTO_BUF buf text = {0};
    const orma_status st = script_fill(&text, word, values, err);

    if (st != ORMA_OK)
        return st;
    json_object *value =
        json_object_new_string_len(buf_c_str(&text), (int)text.len);
    if (value == NULL || json_object_array_add(words, value) != 0) {
        json_object_put(value);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status append_mpi(const job_facts *f, json_object *words,
                              orma_error **err)
{
    static const char *const fallback[] = {"mpirun", "-np",
                                           "{tot_num_mpiprocs}"};
    const json_object *command = json_get(computer_of(f), "mpirun_command");
    const json_object *more = json_get(options_of(f), "mpirun_extra_params");
    AUTO_JSON json_object *values = mpi_values(f);
    orma_status st = values != NULL ? ORMA_OK : error_no_memory(err);
    const size_t count = command != NULL ? json_object_array_length(command)
                                         : sizeof fallback / sizeof *fallback;

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        const char *word =
            command != NULL
                ? json_object_get_string(json_object_array_get_idx(command, i))
                : fallback[i];
        st = append_filled(words, word != NULL ? word : "", values, err);
    }
    const size_t more_count = more != NULL ? json_object_array_length(more) : 0;
    for (size_t i = 0; i < more_count && st == ORMA_OK; i++)
        if (json_object_array_add(
                words, json_object_get(json_object_array_get_idx(more, i))) !=
            0)
            st = error_no_memory(err);
    return st;
}

/* ---- codes ------------------------------------------------------- */

/* A containerised code's engine, with {image_name}, split at blanks. */
static orma_status append_engine(const node *code, json_object *words,
                                 orma_error **err)
{
    const char *engine =
        json_get_text(code->attributes, "engine_command", NULL);
    AUTO_BUF buf text = {0};

    if (engine == NULL)
        return ORMA_OK;
    orma_status st = script_fill(&text, engine, code->attributes, err);
    for (const char *p = buf_c_str(&text); st == ORMA_OK && *p != '\0';) {
        const size_t blanks = strspn(p, " \t\n"),
                     len = strcspn(p + blanks, " \t\n");
        p += blanks;
        if (len > 0) {
            json_object *word = json_object_new_string_len(p, (int)len);
            if (word == NULL || json_object_array_add(words, word) != 0)
                st = error_no_memory(err);
        }
        p += len;
    }
    return st;
}

/* The path as stored; of a portable code relative to the job's folder. */
static orma_status append_executable(const node *code, json_object *words,
                                     orma_error **err)
{
    const char *path = NULL;
    AUTO_FREE char *local = NULL;

    for (size_t i = 0;
         path == NULL && i < sizeof executable_keys / sizeof *executable_keys;
         i++)
        path = json_get_text(code->attributes, executable_keys[i], NULL);
    if (path == NULL)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "code \"%s\" names no executable", code->label);
    const bool is_portable = code->computer_pk == 0;
    if (is_portable && strchr(path, '/') == NULL) {
        local = text_printf("./%s", path);
        path = local;
    }
    json_object *word = path != NULL ? json_object_new_string(path) : NULL;
    if (word == NULL || json_object_array_add(words, word) != 0) {
        json_object_put(word);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status fill_words(const job_facts *f, const json_object *code_info,
                              const node *code, json_object *before,
                              json_object *line, orma_error **err)
{
    const json_object *params = json_get(code_info, "cmdline_params");
    bool withmpi = false;

    orma_status st = decide_mpi(f, code_info, code, &withmpi, err);
    if (st == ORMA_OK && withmpi)
        st = append_mpi(f, before, err);
    if (st == ORMA_OK)
        st = append_engine(code, before, err);
    if (st == ORMA_OK)
        st = append_executable(code, line, err);
    const size_t count = params != NULL ? json_object_array_length(params) : 0;
    for (size_t i = 0; i < count && st == ORMA_OK; i++)
        if (json_object_array_add(
                line, json_object_get(json_object_array_get_idx(params, i))) !=
            0)
            st = error_no_memory(err);
    return st;
}

static bool set_quotes(const job_facts *f, const node *code, json_object *out)
{
    json_object *pair = json_object_new_array();

    return pair != NULL && json_set(out, "use_double_quotes", pair) &&
           json_object_array_add(
               pair, json_object_new_boolean(json_get_bool(
                         computer_of(f), "use_double_quotes", false))) == 0 &&
           json_object_array_add(
               pair, json_object_new_boolean(json_get_bool(
                         code->attributes, "use_double_quotes", false))) == 0;
}

static bool set_streams(const json_object *code_info, json_object *out)
{
    static const char *const names[] = {"stdin_name", "stdout_name",
                                        "stderr_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!json_set(out, names[i],
                      json_object_get(json_get(code_info, names[i]))))
            return false;
    return json_set_bool(out, "join_files",
                         json_get_bool(code_info, "join_files", false));
}

static orma_status add_code(const job_facts *f, const json_object *code_info,
                            json_object *codes, orma_error **err)
{
    const node *code = calcinfo_code(code_info, f->inputs);
    json_object *out = json_object_new_object();
    json_object *before = json_object_new_array();
    json_object *line = json_object_new_array();

    if (out == NULL || before == NULL || line == NULL ||
        json_object_array_add(codes, out) != 0 ||
        !json_set(out, "prepend_cmdline_params", before) ||
        !json_set(out, "cmdline_params", line) || !set_quotes(f, code, out) ||
        !json_set_bool(
            out, "wrap_cmdline_params",
            json_get_bool(code->attributes, "wrap_cmdline_params", false)) ||
        !set_streams(code_info, out))
        return error_no_memory(err);
    return fill_words(f, code_info, code, before, line, err);
}

static orma_status set_codes(const job_facts *f, json_object *out,
                             orma_error **err)
{
    const json_object *infos = json_get(f->calcinfo, "codes_info");
    json_object *codes = json_object_new_array();
    const size_t count = infos != NULL ? json_object_array_length(infos) : 0;

    if (codes == NULL || !json_set(out, "codes_info", codes))
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const orma_status st =
            add_code(f, json_object_array_get_idx(infos, i), codes, err);
        if (st != ORMA_OK)
            return st;
    }
    return json_set_int(out, "codes_run_mode",
                        json_get_int(f->calcinfo, "codes_run_mode", 0))
               ? ORMA_OK
               : error_no_memory(err);
}

/* ---- the whole --------------------------------------------------- */

static bool set_head(const job_facts *f, json_object *out)
{
    const json_object *options = options_of(f);
    const char *output = json_get_text(options, "scheduler_stdout", "");
    const char *error = json_get_text(options, "scheduler_stderr", "");
    const bool is_joined = text_equal(output, error);
    char name[40];

    snprintf(name, sizeof name, "aiida-%lld", (long long)f->pk);
    return json_set_bool(out, "submit_as_hold", false) &&
           json_set_bool(out, "rerunnable",
                         json_get_bool(options, "rerunnable", false)) &&
           json_set_text(out, "job_name", name) &&
           json_set_text(out, "sched_output_path", output) &&
           json_set_text(
               out, "shebang",
               json_get_text(computer_of(f), "shebang", ENGINE_SHEBANG)) &&
           (is_joined || json_set_text(out, "sched_error_path", error)) &&
           json_set_bool(out, "sched_join_files", is_joined);
}

/* Options that stand in the template only when they were given. */
static bool set_given(const job_facts *f, json_object *out)
{
    static const char *const names[] = {"queue_name", "account", "qos",
                                        "priority"};
    const json_object *options = options_of(f);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_object *value = json_get(options, names[i]);
        if (value != NULL && !json_set(out, names[i], json_object_get(value)))
            return false;
    }
    return true;
}

static bool set_tail(const job_facts *f, json_object *out)
{
    const json_object *options = options_of(f);
    const char *commands =
        json_get_text(options, "custom_scheduler_commands", "");
    json_object *variables = json_get(options, "environment_variables");
    json_object *memory = json_get(options, "max_memory_kb");
    json_object *walltime = json_get(options, "max_wallclock_seconds");

    if (memory == NULL)
        memory = json_get(computer_of(f), "default_memory_per_machine");
    return (*commands == '\0' ||
            json_set_text(out, "custom_scheduler_commands", commands)) &&
           json_set_bool(
               out, "import_sys_environment",
               json_get_bool(options, "import_sys_environment", true)) &&
           json_set(out, "job_environment",
                    variables != NULL ? json_object_get(variables)
                                      : json_object_new_object()) &&
           json_set_bool(out, "environment_variables_double_quotes",
                         json_get_bool(options,
                                       "environment_variables_double_quotes",
                                       false)) &&
           set_given(f, out) &&
           json_set(out, "max_memory_kb", json_object_get(memory)) &&
           (walltime == NULL ||
            json_set(out, "max_wallclock_seconds", json_object_get(walltime)));
}

orma_status job_template_create(const job_facts *facts, json_object **out,
                                orma_error **err)
{
    AUTO_JSON json_object *template = json_object_new_object();

    if (template == NULL || !set_head(facts, template))
        return error_no_memory(err);
    orma_status st = set_texts(facts, template, err);
    if (st == ORMA_OK &&
        !json_set(template, "job_resource", json_copy(facts->resources)))
        st = error_no_memory(err);
    if (st == ORMA_OK)
        st = set_codes(facts, template, err);
    if (st == ORMA_OK && !set_tail(facts, template))
        st = error_no_memory(err);
    if (st != ORMA_OK)
        return st;
    *out = template;
    template = NULL;
    return ORMA_OK;
}
