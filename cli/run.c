/* orma run, orma parse.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/launch.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"
#include "inputs.h"
#include "output.h"
#include "reader.h"
#include "result.h"
#include "scope.h"
#include "session.h"

/* One process; its result document [owned] in *json. */
static int run_one(const invocation *inv, orma_profile *profile,
                   const char *inputs, char **json)
{
    orma_run_options options = result_run_options(inv);
    orma_error *error = NULL;
    int64_t pk = 0;

    options.cache = option_text(inv, "cache");
    const orma_status st = orma_run(profile, argument_text(inv, 0),
                                    (orma_str){inputs, strlen(inputs)},
                                    &options, &pk, json, &error);
    if (st == ORMA_OK)
        return EXIT_DONE;
    const int status = failure(inv, st, error);
    if (pk != 0)
        failure_hint("the process is kept: orma process show %lld",
                     (long long)pk);
    return status;
}

/* folders: gathers {"folder"} of each, for formats other than tables. */
static int dry_run_one(const invocation *inv, orma_profile *profile,
                       const char *inputs, json_object *folders)
{
    const orma_run_options options = result_run_options(inv);
    SCOPE_TEXT char *folder = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_dry_run(profile, argument_text(inv, 0),
                                        (orma_str){inputs, strlen(inputs)},
                                        &options, &folder, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format == FORMAT_TABLE) {
        printf("%s\n", folder);
        return EXIT_DONE;
    }
    json_object *made = json_object_new_object();
    json_object_object_add(made, "folder", json_object_new_string(folder));
    json_object_array_add(folders, made);
    return EXIT_DONE;
}

/* One folder stands for itself, several are an array. */
static int print_folders(const invocation *inv, json_object *folders)
{
    const size_t n = json_object_array_length(folders);
    if (n == 0)
        return EXIT_DONE;
    return output_value(
        inv, n == 1 ? json_object_array_get_idx(folders, 0) : folders, NULL,
        NULL);
}

/* Asked for by the option, or by the inputs, as AiiDA's users do. */
static bool is_dry_run(const invocation *inv, const char *inputs)
{
    SCOPE_JSON json_object *document = NULL;
    json_object *metadata = NULL, *dry_run = NULL;

    return option_flag(inv, "dry-run", false) ||
           (reader_parse(inputs, &document) &&
            json_object_is_type(document, json_type_object) &&
            json_object_object_get_ex(document, "metadata", &metadata) &&
            json_object_is_type(metadata, json_type_object) &&
            json_object_object_get_ex(metadata, "dry_run", &dry_run) &&
            json_object_is_type(dry_run, json_type_boolean) &&
            json_object_get_boolean(dry_run));
}

static int run_run(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *documents = NULL;
    SCOPE_JSON json_object *results = json_object_new_array();
    SCOPE_JSON json_object *folders = json_object_new_array();

    int status = inputs_read(inv, &documents);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    const size_t n =
        status == EXIT_DONE ? json_object_array_length(documents) : 0;
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        SCOPE_TEXT char *json = NULL;
        const char *inputs =
            json_object_get_string(json_object_array_get_idx(documents, i));
        status = is_dry_run(inv, inputs)
                     ? dry_run_one(inv, profile, inputs, folders)
                     : run_one(inv, profile, inputs, &json);
        if (json != NULL)
            json_object_array_add(results, json_object_new_string(json));
        if (status != EXIT_DONE)
            inputs_explain(inv, inputs);
    }
    if (status == EXIT_DONE)
        status = print_folders(inv, folders);
    return results_finish(inv, results, status);
}

static int run_parse(invocation *inv)
{
    SCOPE_JSON json_object *documents = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    int status = inputs_read(inv, &documents);
    if (status == EXIT_DONE && json_object_array_length(documents) != 1)
        status =
            failure_text(inv, EXIT_FAILED, "the inputs are several documents");
    if (status != EXIT_DONE)
        return status;
    const char *inputs =
        json_object_get_string(json_object_array_get_idx(documents, 0));
    const orma_status st =
        orma_parse(argument_text(inv, 0), argument_text(inv, 1),
                   (orma_str){inputs, strlen(inputs)}, &json, &error);
    if (st != ORMA_OK) {
        status = failure(inv, st, error);
        inputs_explain(inv, inputs);
        return status;
    }
    /* A parse is asked for by scripts: JSON unless another format is wanted. */
    if (!inv->has_format)
        inv->format = FORMAT_JSON;
    return output_document(inv, json, NULL, NULL);
}

/* `orma run ENTRY file.yaml`, as `verdi run FILE` would have it. */
static bool advise_inputs(const invocation *inv)
{
    char name[256];
    const size_t last = inv->argument_count - 1;

    if (option_given(inv, "inputs") ||
        strchr(inv->arguments[last], '=') != NULL)
        return false;
    invocation_name(inv, name, sizeof name);
    failure_hint("orma %s %s%s%s -i %s", name, inv->arguments[0],
                 last > 1 ? " " : "", last > 1 ? inv->arguments[1] : "",
                 inv->arguments[last]);
    return true;
}

static const argument run_arguments[] = {
    {"ENTRY", "calculation entry point", false, false},
    {0},
};

static const option run_options[] = {
    {"inputs", 'i', OPTION_TEXT, "FILE", NULL, false,
     "inputs as YAML or JSON, nested as the ports; - for standard input; files "
     "named in it lie beside it, or where the command runs"},
    {"input", 'I', OPTION_TEXT, "KEY=VALUE", NULL, true,
     "set one input, KEY being its dotted path and VALUE a YAML value or "
     "@FILE"},
    {"label", 'L', OPTION_TEXT, "LABEL", NULL, false,
     "label of the process (metadata.label)"},
    {"dry-run", 0, OPTION_FLAG, NULL, NULL, false,
     "write the job's folder, submit and store nothing"},
    {"cache", 0, OPTION_TEXT, "POLICY", "use|refresh|ignore|require", false,
     "use: take the result of an earlier run of the same, or run; refresh: "
     "run, "
     "and let others take this result; ignore: run; require: take one or fail "
     "(the options caching.* of the profile)"},
    NO_PROGRESS_OPTION,
    {0},
};

const command run_command = {
    .name = "run",
    .summary = "Run a calculation here and now",
    .details = "Exit status 10 when the process did not finish with exit "
               "status 0. Wrong inputs are all reported at once, and nothing "
               "is stored.",
    .example = "orma run " EXAMPLE_CALCULATION " -I code=add@localhost -I x=1 "
               "-I y=2\n"
               "orma run " EXAMPLE_CALCULATION " -i inputs.yaml --format json",
    .arguments = run_arguments,
    .options = run_options,
    .prints_data = true,
    .run = run_run,
    .advise = advise_inputs,
};

static const argument parse_arguments[] = {
    {"ENTRY", "parser, or a calculation (its default parser)", false, false},
    {"FOLDER", "folder with the files that the run left", false, false},
    {0},
};

static const option parse_options[] = {
    {"inputs", 'i', OPTION_TEXT, "FILE", NULL, false,
     "inputs that the run had, as for `orma run`; none are required"},
    {"input", 'I', OPTION_TEXT, "KEY=VALUE", NULL, true, "set one input"},
    {0},
};

const command parse_command = {
    .name = "parse",
    .summary = "Parse a folder of output files, storing nothing",
    .example = "orma parse " EXAMPLE_CALCULATION " ./run",
    .arguments = parse_arguments,
    .options = parse_options,
    .prints_data = true,
    .run = run_parse,
    .advise = advise_inputs,
};
