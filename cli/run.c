/* orma run, orma parse.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <orma/api/launch.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"
#include "inputs.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static const char *text_member(json_object *object, const char *key)
{
    json_object *found = member(object, key);
    return found != NULL ? json_object_get_string(found) : "";
}

/* Lines of what happens, on a terminal's standard error. */
static void show_progress(void *user, const char *line)
{
    (void)user;
    fprintf(stderr, "%s\n", line);
}

static orma_run_options options_of(const invocation *inv)
{
    orma_run_options options = {.size = sizeof options, .handle_signals = 1};
    if (isatty(STDERR_FILENO) && !option_flag(inv, "no-progress", false))
        options.progress = show_progress;
    return options;
}

/* What a table's cell shows of a value: a scalar itself, of the others their
 * size. The caller owns it. */
static json_object *short_value(json_object *value)
{
    char text[64];

    if (json_object_is_type(value, json_type_object))
        snprintf(text, sizeof text, "%d keys",
                 json_object_object_length(value));
    else if (json_object_is_type(value, json_type_array))
        snprintf(text, sizeof text, "%zu items",
                 json_object_array_length(value));
    else
        return json_object_get(value);
    return json_object_new_string(text);
}

/* LABEL, node and value of every output. */
static void print_outputs(json_object *outputs)
{
    static const column columns[] = {
        {"label", "Output", CELL_PLAIN},
        {"pk", "PK", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"value", "Value", CELL_PLAIN},
        {0},
    };
    SCOPE_JSON json_object *rows = json_object_new_array();

    if (!json_object_is_type(outputs, json_type_object))
        return;
    json_object_object_foreach(outputs, label, output)
    {
        char type[256];
        snprintf(type, sizeof type, "%s", text_member(output, "node_type"));
        const size_t len = strlen(type);
        if (len > 0 && type[len - 1] == '.')
            type[len - 1] = '\0';
        const char *dot = strrchr(type, '.');
        json_object *row = json_object_new_object();
        json_object_object_add(row, "label", json_object_new_string(label));
        json_object_object_add(row, "pk",
                               json_object_get(member(output, "pk")));
        json_object_object_add(
            row, "type", json_object_new_string(dot != NULL ? dot + 1 : type));
        json_object_object_add(row, "value",
                               short_value(member(output, "value")));
        json_object_array_add(rows, row);
    }
    if (json_object_array_length(rows) == 0)
        return;
    putchar('\n');
    table_rows(rows, columns, "");
}

static void print_result(json_object *result)
{
    const char *state = text_member(result, "process_state");
    json_object *exit_status = member(result, "exit_status");
    json_object *exit_message = member(result, "exit_message");

    printf("%s <%s> %s", text_member(result, "process_label"),
           text_member(result, "pk"), state);
    if (exit_status != NULL)
        printf(" [%s]", json_object_get_string(exit_status));
    if (exit_message != NULL && json_object_get_string_len(exit_message) > 0)
        printf(" %s", json_object_get_string(exit_message));
    putchar('\n');
    print_outputs(member(result, "outputs"));
}

static bool is_success(json_object *result)
{
    return strcmp(text_member(result, "process_state"), "finished") == 0 &&
           json_object_get_int64(member(result, "exit_status")) == 0;
}

/* One process; its result document [owned] in *json. */
static int run_one(const invocation *inv, orma_profile *profile,
                   const char *inputs, char **json)
{
    const orma_run_options options = options_of(inv);
    orma_error *error = NULL;
    int64_t pk = 0;
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

static int dry_run_one(const invocation *inv, orma_profile *profile,
                       const char *inputs)
{
    const orma_run_options options = options_of(inv);
    SCOPE_TEXT char *folder = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_dry_run(profile, argument_text(inv, 0),
                                        (orma_str){inputs, strlen(inputs)},
                                        &options, &folder, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s\n", folder);
    return EXIT_DONE;
}

/* Several results are one array; a single one stands for itself. */
static int print_results(invocation *inv, json_object *texts)
{
    int status = EXIT_DONE;
    const size_t n = json_object_array_length(texts);

    if (n == 1 && inv->format != FORMAT_TABLE)
        return output_document(
            inv, json_object_get_string(json_object_array_get_idx(texts, 0)),
            NULL, NULL);
    SCOPE_JSON json_object *results = json_object_new_array();
    for (size_t i = 0; i < n; i++) {
        json_object *result = output_parse(
            inv, json_object_get_string(json_object_array_get_idx(texts, i)));
        json_object_array_add(results, result);
        if (inv->format == FORMAT_TABLE)
            print_result(result);
    }
    if (inv->format != FORMAT_TABLE)
        status = output_value(inv, results, NULL, NULL);
    return status;
}

/* EXIT_NOT_ZERO when one of the processes was not successful. */
static int judge(const invocation *inv, json_object *texts)
{
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        SCOPE_JSON json_object *result = output_parse(
            inv, json_object_get_string(json_object_array_get_idx(texts, i)));
        if (!is_success(result))
            return EXIT_NOT_ZERO;
    }
    return EXIT_DONE;
}

static int run_run(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *documents = NULL;
    SCOPE_JSON json_object *results = json_object_new_array();
    const bool is_dry = option_flag(inv, "dry-run", false);

    int status = inputs_read(inv, &documents);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    const size_t n =
        status == EXIT_DONE ? json_object_array_length(documents) : 0;
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        SCOPE_TEXT char *json = NULL;
        const char *inputs =
            json_object_get_string(json_object_array_get_idx(documents, i));
        status = is_dry ? dry_run_one(inv, profile, inputs)
                        : run_one(inv, profile, inputs, &json);
        if (json != NULL)
            json_object_array_add(results, json_object_new_string(json));
    }
    if (json_object_array_length(results) == 0)
        return status;
    const int printed = print_results(inv, results);
    if (status != EXIT_DONE || printed != EXIT_DONE)
        return status != EXIT_DONE ? status : printed;
    return judge(inv, results);
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
    if (st != ORMA_OK)
        return failure(inv, st, error);
    /* A parse is asked for by scripts: JSON unless another format is wanted. */
    if (!inv->has_format)
        inv->format = FORMAT_JSON;
    return output_document(inv, json, NULL, NULL);
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
    {"no-progress", 0, OPTION_FLAG, NULL, NULL, false,
     "do not show what is being done"},
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
};
