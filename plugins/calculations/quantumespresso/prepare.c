/* quantumespresso.pw: writes the job's folder and its calcinfo.
 *
 * SPDX-License-Identifier: MIT */
#include "prepare.h"

#include "commandline.h"
#include "files.h"
#include "parameters.h"
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRASH_FILE "CRASH"
#define EXIT_FILE PREFIX ".EXIT"
#define ENVIRON_FILE "environ.in"

static bool is_text(json_object *value, const char *wanted)
{
    return json_object_is_type(value, json_type_string) &&
           strcmp(json_object_get_string(value), wanted) == 0;
}

/* What is allowed and yet seldom meant. */
static void warn(const job *j, const plan *p, bool has_flags_in_cmdline)
{
    const char *type = parameters_calculation(p->parameters);
    const bool has_parent = job_input(j, "parent_folder") != NULL;
    const bool reads_density = type != NULL && has_word("nscf bands", type);
    const bool restarts =
        is_text(parameters_get(p->parameters, "CONTROL", "restart_mode"),
                "restart") ||
        is_text(parameters_get(p->parameters, "ELECTRONS", "startingpot"),
                "file") ||
        is_text(parameters_get(p->parameters, "ELECTRONS", "startingwfc"),
                "file");

    if (p->has_changed_case)
        job_log(j, ORMA_LOG_WARNING, "parameters: namelists were changed to "
                "upper and keywords to lower case");
    if (has_parent && !reads_density && !restarts)
        job_log(j, ORMA_LOG_WARNING, "parent_folder is given, but nothing in "
                "parameters restarts from it; set CONTROL.restart_mode to "
                "'restart', or ELECTRONS.startingpot or ELECTRONS.startingwfc "
                "to 'file'");
    if (!has_parent && reads_density)
        job_log(j, ORMA_LOG_WARNING, "parent_folder is not given for a \"%s\" "
                "calculation, which reads a charge density", type);
    if (settings_is_true(p->settings, "ALSO_BANDS", false))
        job_log(j, ORMA_LOG_WARNING, "the setting ALSO_BANDS is deprecated: "
                "bands are always parsed");
    if (has_flags_in_cmdline)
        job_log(j, ORMA_LOG_WARNING, "parallelization flags in the setting "
                "CMDLINE are deprecated; use the input parallelization");
}

static orma_status write_environ(const job *j, const plan *p, orma_error **err)
{
    json_object *environ = json_object_object_get(p->settings, "ENVIRON");
    text out = {0};

    if (environ == NULL)
        return ORMA_OK;
    orma_status st =
        namelist_write(&out, "ENVIRON", environ, &p->structure.order, err);
    if (st == ORMA_OK && out.has_failed)
        st = no_memory(err);
    if (st == ORMA_OK)
        st = j->ops->write(j->ctx, ENVIRON_FILE, (orma_str){out.ptr, out.len},
                           err);
    text_finish(&out);
    return st;
}

static orma_status write_files(const job *j, plan *p, const char *input_file,
                               orma_error **err)
{
    text out = {0};
    orma_status st = plan_input_file(j, p, &out, err);

    if (st == ORMA_OK)
        st = j->ops->write(j->ctx, input_file, (orma_str){out.ptr, out.len},
                           err);
    text_finish(&out);
    if (st == ORMA_OK &&
        settings_is_true(p->settings, "ONLY_INITIALIZATION", false))
        st = j->ops->write(j->ctx, EXIT_FILE, ORMA_LITERAL("\n"), err);
    return st == ORMA_OK ? write_environ(j, p, err) : st;
}

/* {"codes_info": …, "retrieve_list": …}, the parts that are plain text. */
static void write_calcinfo(text *out, const plan *p, json_object *words,
                           const char *output_file, const file_lists *lists)
{
    json_object *name = json_object_new_string(output_file);
    const struct {
        const char *key;
        json_object *list;
    } all[] = {{"local_copy_list", lists->local_copy},
               {"remote_copy_list", lists->remote_copy},
               {"remote_symlink_list", lists->remote_symlink},
               {"provenance_exclude_list", lists->provenance_exclude}};
    const char *stdout_name =
        json_object_to_json_string_ext(name, JSON_C_TO_STRING_PLAIN);

    text_add(out, "{\"codes_info\":[{\"code\":\"code\",\"cmdline_params\":%s,"
             "\"stdout_name\":%s}],",
             json_object_to_json_string_ext(words, JSON_C_TO_STRING_PLAIN),
             stdout_name);
    text_add(out, "\"retrieve_list\":[%s,\"%s/data-file-schema.xml\","
             "\"%s/data-file.xml\",\"" CRASH_FILE "\"]", stdout_name,
             p->program->save_folder, p->program->save_folder);
    if (!settings_is_true(p->settings, "NO_BANDS", false))
        text_add(out, ",\"retrieve_temporary_list\":[[\"%s/K*[0-9]/"
                 "eigenval*.xml\",\".\",2]]", p->program->save_folder);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (json_object_array_length(all[i].list) > 0)
            text_add(out, ",\"%s\":%s", all[i].key,
                     json_object_to_json_string_ext(all[i].list,
                                                    JSON_C_TO_STRING_PLAIN));
    text_add(out, "}");
    if (name == NULL)
        out->has_failed = true;
    json_object_put(name);
}

static orma_status add_input_words(json_object *words, const char *input_file,
                                   orma_error **err)
{
    const char *const last[] = {"-in", input_file};

    for (size_t i = 0; i < 2; i++) {
        json_object *word = json_object_new_string(last[i]);
        if (word == NULL || json_object_array_add(words, word) != 0) {
            json_object_put(word);
            return no_memory(err);
        }
    }
    return ORMA_OK;
}

static orma_status give_calcinfo(const job *j, const plan *p,
                                 const char *input_file,
                                 const file_lists *lists, orma_error **err)
{
    const flag_inputs inputs = {p->settings, p->parallelization};
    char *output_file = job_option(j, "options.output_filename", "aiida.out");
    json_object *words = NULL;
    bool has_flags = false;
    text out = {0};
    orma_status st = output_file == NULL ? no_memory(err) : ORMA_OK;

    if (st == ORMA_OK)
        st = commandline_build(p->program, &inputs, &words, &has_flags, err);
    if (st == ORMA_OK)
        st = add_input_words(words, input_file, err);
    if (st == ORMA_OK) {
        warn(j, p, has_flags);
        write_calcinfo(&out, p, words, output_file, lists);
        st = out.has_failed
                 ? no_memory(err)
                 : j->ops->calcinfo(j->ctx, (orma_str){out.ptr, out.len}, err);
    }
    text_finish(&out);
    json_object_put(words);
    free(output_file);
    return st;
}

static orma_status prepare_job(const job *j, plan *p, file_lists *lists,
                               orma_error **err)
{
    char *input_file = job_option(j, "options.input_filename", "aiida.in");
    orma_status st = input_file == NULL ? no_memory(err) : ORMA_OK;

    if (st == ORMA_OK)
        st = plan_read(j, &pw_program, p, err);
    if (st == ORMA_OK)
        st = plan_complete(p, err);
    if (st == ORMA_OK)
        st = files_tables(j, lists, err);
    if (st == ORMA_OK)
        st = files_pseudos(j, p, lists, err);
    if (st == ORMA_OK)
        st = write_files(j, p, input_file, err);
    if (st == ORMA_OK)
        st = files_restart(j, p, lists, err);
    if (st == ORMA_OK)
        st = give_calcinfo(j, p, input_file, lists, err);
    free(input_file);
    return st;
}

orma_status pw_prepare(const orma_calculation *self, const orma_calc_ops *ops,
                       orma_calc_ctx *ctx, orma_error **err)
{
    const job j = {ops, ctx, ""};
    plan p = {0};
    file_lists lists;
    orma_status st = file_lists_init(&lists, err);

    (void)self;
    if (st == ORMA_OK)
        st = prepare_job(&j, &p, &lists, err);
    plan_finish(&p);
    file_lists_finish(&lists);
    return st;
}
