/* orma code.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/profile.h>

#include "code.h"
#include "command.h"
#include "defaults.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "reader.h"
#include "scope.h"
#include "session.h"

static const char *const own_options[] = {"non-interactive", "config", NULL};

/* What each type of code needs, as option names. */
static const struct {
    const char *type;
    const char *names[6];
} required_options[] = {
    {DEFAULT_CODE, {"label", "computer", "filepath-executable", NULL}},
    {PORTABLE_CODE, {"label", "filepath-executable", "filepath-files", NULL}},
    {CONTAINERIZED_CODE,
     {"label", "computer", "filepath-executable", "engine-command",
      "image-name", NULL}},
};

static const char *const *required_of(const char *type)
{
    for (size_t i = 0; i < sizeof required_options / sizeof *required_options;
         i++)
        if (strcmp(required_options[i].type, type) == 0)
            return required_options[i].names;
    return NULL; /* no type of code: the library tells */
}

static const char *text_member(json_object *row, const char *key)
{
    json_object *member = NULL;
    json_object_object_get_ex(row, key, &member);
    return member != NULL ? json_object_get_string(member) : "";
}

static bool is_local(orma_profile *profile, const char *computer)
{
    SCOPE_TEXT char *json = NULL;
    SCOPE_JSON json_object *shown = NULL;
    return orma_computer_show(profile, computer, &json, NULL) == ORMA_OK &&
           reader_parse(json, &shown) &&
           strcmp(text_member(shown, "transport_type"), DEFAULT_TRANSPORT) == 0;
}

/* Looking for an executable on this machine costs nothing; the code is made
 * all the same, since it may be installed later. */
static void warn_missing(const invocation *inv, orma_profile *profile,
                         int64_t pk)
{
    char name[32];
    orma_error *error = NULL;

    snprintf(name, sizeof name, "%lld", (long long)pk);
    if (orma_code_test(profile, name, &error) == ORMA_E_INVALID) {
        failure_text(inv, EXIT_DONE, "warning: %s", orma_error_message(error));
        failure_hint("orma code test %s", name);
    }
    orma_error_free(error);
}

static int run_create(invocation *inv)
{
    static const question questions[] = {
        {"label", "Code label", NULL},
        {"description", "Description", ""},
        {"default_calc_job_plugin", "Default calculation plugin", NULL},
        {"filepath_executable", "Path of the executable", NULL},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    orma_error *error = NULL;
    int64_t pk = 0;

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    document_ask(inv, options, questions, sizeof questions / sizeof *questions);
    const char *const *required = required_of(argument_text(inv, 0));
    if (required != NULL)
        status = document_require(inv, options, required);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_code_create(
        profile, argument_text(inv, 0), document_text(options), &pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    const char *computer = text_member(options, "computer");
    printf("created the code %s%s%s <%lld>\n", text_member(options, "label"),
           computer[0] != '\0' ? "@" : "", computer, (long long)pk);
    if (computer[0] != '\0' && is_local(profile, computer))
        warn_missing(inv, profile, pk);
    return EXIT_DONE;
}

static bool is_wanted(const invocation *inv, json_object *row)
{
    const char *computer = option_text(inv, "computer");
    const char *plugin = option_text(inv, "default-calc-job-plugin");
    json_object *attributes = NULL;

    json_object_object_get_ex(row, "attributes", &attributes);
    if (computer != NULL && strcmp(text_member(row, "computer"), computer) != 0)
        return false;
    return plugin == NULL ||
           strcmp(text_member(attributes, "input_plugin"), plugin) == 0;
}

/* An empty list must not come from a slip in a filter. */
static int check_filters(const invocation *inv, orma_profile *profile)
{
    const char *computer = option_text(inv, "computer");
    const char *plugin = option_text(inv, "default-calc-job-plugin");
    SCOPE_TEXT char *shown = NULL;
    SCOPE_TEXT char *described = NULL;
    orma_error *error = NULL;
    orma_status st = ORMA_OK;

    if (computer != NULL)
        st = orma_computer_show(profile, computer, &shown, &error);
    if (st == ORMA_OK && plugin != NULL)
        st = orma_plugin_describe("calculations", plugin, &described, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"full_label", "Full label", CELL_PLAIN},
        {"pk", "PK", CELL_PLAIN},
        {"node_type", "Type", CELL_PLAIN},
        {"description", "Description", CELL_PLAIN},
        {0},
    };
    static const column raw[] = {
        {"full_label", "", CELL_PLAIN}, {"pk", "", CELL_PLAIN}, {0}};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const bool hidden = option_flag(inv, "all-entries", false) ||
                        option_flag(inv, "all", false);
    const orma_status st =
        orma_code_list(profile, hidden ? 1 : 0, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    SCOPE_JSON json_object *shown = json_object_new_array();
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (is_wanted(inv, row))
            json_object_array_add(shown, json_object_get(row));
    }
    if (json_object_array_length(shown) == 0)
        status = check_filters(inv, profile);
    if (status != EXIT_DONE)
        return status;
    if (option_flag(inv, "raw", false)) {
        output_raw(shown, raw);
        return EXIT_DONE;
    }
    return output_value(inv, shown, columns,
                        "There is no code yet: orma code create " DEFAULT_CODE
                        " -h");
}

static int run_show(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_code_show(profile, argument_text(inv, 0), &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

/* {"code","ok","message"} */
static void print_judgement(const invocation *inv, const orma_error *error)
{
    SCOPE_JSON json_object *judgement = json_object_new_object();

    json_object_object_add(judgement, "code",
                           json_object_new_string(argument_text(inv, 0)));
    json_object_object_add(judgement, "ok",
                           json_object_new_boolean(error == NULL));
    json_object_object_add(
        judgement, "message",
        json_object_new_string(error != NULL ? orma_error_message(error) : ""));
    output_value(inv, judgement, NULL, NULL);
}

static int run_test(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_code_test(profile, argument_text(inv, 0), &error);
    const bool is_judged = st == ORMA_OK || st == ORMA_E_INVALID;
    if (inv->format != FORMAT_TABLE && is_judged)
        print_judgement(inv, error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format == FORMAT_TABLE)
        printf("%s can be used\n", argument_text(inv, 0));
    return EXIT_DONE;
}

static int hide(invocation *inv, int32_t hidden)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        orma_error *error = NULL;
        const orma_status st =
            orma_code_hide(profile, inv->arguments[i], hidden, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        printf("%s %s\n", hidden ? "hid" : "revealed", inv->arguments[i]);
    }
    return EXIT_DONE;
}

static int run_hide(invocation *inv)
{
    return hide(inv, 1);
}

static int run_reveal(invocation *inv)
{
    return hide(inv, 0);
}

static const option create_options[] = {CODE_OPTIONS, {0}};

static const option list_options[] = {
    {"computer", 'C', OPTION_TEXT, "COMPUTER", NULL, false,
     "codes of this computer only"},
    {"default-calc-job-plugin", 'd', OPTION_TEXT, "ENTRY", NULL, false,
     "codes for this calculation only"},
    {"all-entries", 'A', OPTION_FLAG, NULL, NULL, false, "hidden ones, too"},
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "the same"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "labels and pks only"},
    {0},
};

static const argument create_arguments[] = {
    {"TYPE", CODE_TYPES, false, false},
    {0},
};
static const argument one_code[] = {
    {"CODE", "label@computer, pk or UUID", false, false},
    {0},
};
static const argument codes[] = {
    {"CODE", "label@computer, pk or UUID", false, true},
    {0},
};

static const command *const other_commands[] = {
    &code_relabel_command, &code_duplicate_command, &code_export_command,
    &code_delete_command, NULL};

static const command code_commands[] = {
    {.name = "create",
     .summary = "Make a code",
     .example = "orma code create " DEFAULT_CODE " -n -L add -Y localhost \\\n"
                "    -X /bin/bash -P " EXAMPLE_CALCULATION,
     .arguments = create_arguments,
     .options = create_options,
     .run = run_create},
    {.name = "list",
     .summary = "List the codes",
     .example = "orma code list -C localhost",
     .options = list_options,
     .prints_data = true,
     .run = run_list},
    {.name = "show",
     .summary = "Show a code",
     .example = "orma code show pw@localhost",
     .arguments = one_code,
     .prints_data = true,
     .run = run_show},
    {.name = "test",
     .summary = "Is the executable there and executable?",
     .example = "orma code test pw@localhost",
     .arguments = one_code,
     .prints_data = true,
     .run = run_test},
    {.name = "hide",
     .summary = "Take codes out of the list",
     .example = "orma code hide old@localhost",
     .arguments = codes,
     .run = run_hide},
    {.name = "reveal",
     .summary = "Put codes back into the list",
     .example = "orma code reveal old@localhost",
     .arguments = codes,
     .run = run_reveal},
    {0},
};

const command code_command = {
    .name = "code",
    .summary = "Make and manage codes",
    .example = "orma code list",
    .subcommands = code_commands,
    .groups = other_commands,
};
