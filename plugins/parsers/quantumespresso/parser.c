/* quantumespresso.pw: from the retrieved files to outputs and an exit code.
 *
 * SPDX-License-Identifier: MIT */
#include "exit_codes.h"
#include "outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define XML_FOLDER "out/aiida.save/"

/* --- inputs ----------------------------------------------------------- */

/* A member by its name in any case. */
static json_object *member(json_object *object, const char *name)
{
    if (!json_object_is_type(object, json_type_object))
        return NULL;
    json_object_object_foreach(object, key, value) {
        if (strcasecmp(key, name) == 0)
            return value;
    }
    return NULL;
}

json_object *run_keyword(const run *r, const char *namelist,
                         const char *keyword)
{
    return member(member(r->parameters, namelist), keyword);
}

json_object *run_setting(const run *r, const char *name)
{
    return member(r->settings, name);
}

bool run_is_relaxation(const run *r)
{
    return strcmp(r->calculation, "relax") == 0 ||
           strcmp(r->calculation, "vc-relax") == 0;
}

const crystal *run_initial(const run *r)
{
    if (r->has_input)
        return &r->input;
    /* The XML file shows the end; without steps that is the beginning too. */
    if (r->has_xml)
        return &r->xml.crystal;
    return &r->out.crystal;
}

static orma_status read_structure(run *r, orma_error **err)
{
    r->structure_node = r->j.ops->input(r->j.ctx, "structure");
    crystal_init(&r->input);
    if (r->structure_node == NULL)
        return ORMA_OK;
    const orma_status st =
        node_attributes(&r->j, r->structure_node, &r->structure, err);
    if (st != ORMA_OK)
        return st;
    r->has_input = crystal_from_attributes(&r->input, r->structure);
    if (!r->has_input)
        return host->fail(host, err, ORMA_E_INVALID, "quantumespresso", 0,
                          "the input structure is damaged");
    return crystal_has_failed(&r->input) ? no_memory(err) : ORMA_OK;
}

/* A metadata option's value; the caller puts it back. */
static json_object *option(const run *r, const char *path)
{
    const orma_str value = r->j.ops->metadata(r->j.ctx, path);

    return value.ptr != NULL ? json_tokener_parse(value.ptr) : NULL;
}

static void read_options(run *r)
{
    json_object *parser = run_setting(r, "PARSER_OPTIONS");
    json_object *name = option(r, "options.output_filename");
    json_object *without_xml = option(r, "options.without_xml");

    r->stdout_name = strdup(json_object_is_type(name, json_type_string)
                                ? json_object_get_string(name)
                                : "aiida.out");
    r->without_xml = json_object_get_boolean(without_xml);
    r->wants_all_symmetries =
        json_object_get_boolean(member(parser, "all_symmetries"));
    r->wants_occupations =
        json_object_get_boolean(member(parser, "parse_atomic_occupations"));
    json_object_put(name);
    json_object_put(without_xml);
}

static orma_status read_inputs(run *r, orma_error **err)
{
    const orma_parse_ops *ops = r->j.ops;
    orma_status st = node_attributes(&r->j, ops->input(r->j.ctx, "parameters"),
                                     &r->parameters, err);

    if (st == ORMA_OK)
        st = node_attributes(&r->j, ops->input(r->j.ctx, "settings"),
                             &r->settings, err);
    if (st == ORMA_OK)
        st = read_structure(r, err);
    r->kpoints_node = ops->input(r->j.ctx, "kpoints");
    read_options(r);
    return st == ORMA_OK && r->stdout_name == NULL ? no_memory(err) : st;
}

/* --- files ------------------------------------------------------------ */

/* The paths in a folder node, an array that the caller puts back. */
static orma_status list_files(const run *r, const orma_node *folder,
                              json_object **out, orma_error **err)
{
    orma_str json;
    const orma_status st = r->j.ops->node->files(folder, &json, err);

    if (st != ORMA_OK)
        return st;
    *out = json_tokener_parse(json.ptr);
    if (!json_object_is_type(*out, json_type_array)) {
        json_object_put(*out);
        return no_memory(err);
    }
    return ORMA_OK;
}

static bool has_file(json_object *files, const char *path)
{
    for (size_t i = 0; i < json_object_array_length(files); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(files, i)),
                   path) == 0)
            return true;
    return false;
}

/* The XML file as retrieved, beside the standard output; or where pw.x left it
 * when a run's own folder is parsed. */
static const char *find_xml(json_object *files, fault *f)
{
    static const char *const paths[][2] = {
        {"data-file-schema.xml", "data-file.xml"},
        {XML_FOLDER "data-file-schema.xml", XML_FOLDER "data-file.xml"},
    };

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const bool has_first = has_file(files, paths[i][0]);
        const bool has_second = has_file(files, paths[i][1]);
        if (has_first && has_second) {
            fault_set(f, "ERROR_OUTPUT_XML_MULTIPLE",
                      "there are several XML files");
            return NULL;
        }
        if (has_first || has_second)
            return paths[i][has_first ? 0 : 1];
    }
    return NULL;
}

static orma_status read_xml(run *r, const orma_node *folder, json_object *files,
                            orma_error **err)
{
    const char *path = find_xml(files, &r->xml_fault);

    if (r->xml_fault.label != NULL)
        return ORMA_OK;
    if (path == NULL) {
        if (!r->without_xml)
            fault_set(&r->xml_fault, "ERROR_OUTPUT_XML_MISSING",
                      "there is no XML file");
        return ORMA_OK;
    }
    const orma_status st = xml_output_read(&r->j, folder, path, &r->xml, err);
    r->xml_fault = r->xml.fault;
    r->has_xml = st == ORMA_OK && r->xml_fault.label == NULL;
    return st;
}

static orma_status read_stdout(run *r, const orma_node *folder,
                               json_object *files, orma_error **err)
{
    json_object *nspin = run_keyword(r, "SYSTEM", "nspin");
    json_object *field = run_keyword(r, "CONTROL", "lelfield");
    const stdout_inputs in = {
        .nspin = nspin != NULL ? json_object_get_int64(nspin) : 1,
        .has_field = r->parameters == NULL || json_object_get_boolean(field),
        .structure = r->has_input ? &r->input : NULL};

    if (!has_file(files, r->stdout_name)) {
        fault_set(&r->out_fault, "ERROR_OUTPUT_STDOUT_MISSING",
                  "there is no file \"%s\"", r->stdout_name);
        return ORMA_OK;
    }
    const stdout_files read = {folder, r->stdout_name,
                               has_file(files, "CRASH")};
    const orma_status st =
        stdout_output_read(&r->j, &read, &in, &r->out, err);
    r->out_fault = r->out.fault;
    return st;
}

/* Nothing is needed of the temporary folder since the XML file holds the bands,
 * but a folder that cannot be read is told. */
static orma_status check_temporary(run *r, orma_error **err)
{
    const orma_node *folder = r->j.ops->temporary(r->j.ctx);
    orma_str json;

    if (folder == NULL)
        return ORMA_OK;
    const orma_status st = r->j.ops->node->files(folder, &json, NULL);
    if (is_machinery_failure(st))
        return machinery_failure(st, err);
    if (st != ORMA_OK)
        fault_set(&r->temporary_fault, "ERROR_NO_RETRIEVED_TEMPORARY_FOLDER",
                  "the temporary folder cannot be read");
    return ORMA_OK;
}

static orma_status read_files(run *r, orma_error **err)
{
    const orma_node *folder = r->j.ops->retrieved(r->j.ctx);
    json_object *files = NULL;
    orma_status st = ORMA_OK;

    if (folder != NULL)
        st = list_files(r, folder, &files, err);
    else if ((files = json_object_new_array()) == NULL)
        st = no_memory(err);
    if (st == ORMA_OK)
        st = read_xml(r, folder, files, err);
    if (st == ORMA_OK)
        st = read_stdout(r, folder, files, err);
    if (st == ORMA_OK)
        st = check_temporary(r, err);
    json_object_put(files);
    return st;
}

/* --- result ----------------------------------------------------------- */

static const char *find_calculation(const run *r)
{
    json_object *given = run_keyword(r, "CONTROL", "calculation");

    if (json_object_is_type(given, json_type_string))
        return json_object_get_string(given);
    if (r->parameters == NULL && r->has_xml &&
        r->xml.inputs.calculation[0] != '\0')
        return r->xml.inputs.calculation;
    return r->parameters == NULL ? r->out.calculation : "scf";
}

static void log_fault(const run *r, const fault *f)
{
    if (f->label != NULL)
        job_log(&r->j, ORMA_LOG_ERROR, "%s: %s", f->label, f->text);
}

static orma_status give_exit_code(const run *r, const decision *d,
                                  orma_error **err)
{
    orma_str values = {NULL, 0};
    dict message;

    if (d->keeps_scheduler_status)
        return ORMA_OK;
    dict_init(&message);
    if (d->exception != NULL) {
        dict_set_text(&message, "exception", d->exception);
        values.ptr = json_object_to_json_string_ext(message.object,
                                                    JSON_C_TO_STRING_PLAIN);
        values.len = values.ptr != NULL ? strlen(values.ptr) : 0;
    }
    const orma_status st =
        r->j.ops->exit_code(r->j.ctx, d->label, values, err);
    dict_finish(&message);
    return st;
}

static orma_status judge(run *r, orma_error **err)
{
    trajectory *frames;
    json_object *final_scf = json_object_object_get(
        r->out.parameters.object, "final_scf");
    const bool has_final_scf = json_object_get_boolean(final_scf);
    const orma_status st = outputs_attach(r, &frames, err);

    if (st != ORMA_OK)
        return st;
    log_fault(r, &r->xml_fault);
    log_fault(r, &r->out_fault);
    const evidence e = {r, frames, r->j.ops->scheduler_status(r->j.ctx),
                        has_final_scf};
    const decision d = decide(&e);
    return give_exit_code(r, &d, err);
}

static void run_finish(run *r)
{
    json_object_put(r->parameters);
    json_object_put(r->settings);
    json_object_put(r->structure);
    crystal_finish(&r->input);
    xml_output_finish(&r->xml);
    stdout_output_finish(&r->out);
    free(r->stdout_name);
}

static orma_status parse(const orma_parser *self, const orma_parse_ops *ops,
                         orma_parse_ctx *ctx, orma_error **err)
{
    run r = {.j = {ops, ctx}};

    (void)self;
    xml_output_init(&r.xml);
    stdout_output_init(&r.out);
    orma_status st = read_inputs(&r, err);
    if (st == ORMA_OK)
        st = read_files(&r, err);
    if (st == ORMA_OK) {
        r.calculation = find_calculation(&r);
        st = judge(&r, err);
    }
    run_finish(&r);
    return st;
}

const orma_parser pw_parser = {.size = sizeof pw_parser, .parse = parse};
