/* orma computer.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/profile.h>

#include "command.h"
#include "computer.h"
#include "defaults.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"

static const char *const own_options[] = {"non-interactive", "config", NULL};

static int run_setup(invocation *inv)
{
    static const question questions[] = {
        {"label", "Computer label", NULL},
        {"hostname", "Hostname", NULL},
        {"description", "Description", ""},
        {"transport", "Transport plugin", DEFAULT_TRANSPORT},
        {"scheduler", "Scheduler plugin", DEFAULT_SCHEDULER},
        {"work_dir", "Work directory", "/scratch/{username}/aiida/"},
    };
    static const char *const required[] = {"label", "hostname", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    orma_error *error = NULL;
    int64_t pk = 0;

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    document_ask(inv, options, questions, sizeof questions / sizeof *questions);
    status = document_require(inv, options, required);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_computer_setup(profile, document_text(options), &pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    json_object *label = NULL, *transport = NULL;
    json_object_object_get_ex(options, "label", &label);
    json_object_object_get_ex(options, "transport", &transport);
    printf("created the computer %s <%lld>\n", json_object_get_string(label),
           (long long)pk);
    fprintf(stderr, "hint: orma computer configure %s %s\n",
            transport != NULL ? json_object_get_string(transport)
                              : DEFAULT_TRANSPORT,
            json_object_get_string(label));
    return EXIT_DONE;
}

/* "configure show COMPUTER", as in verdi: the parameters only. */
static int show_configuration(invocation *inv, orma_profile *profile)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_computer_show(profile, argument_text(inv, 1), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *computer = output_parse(inv, json);
    json_object *parameters = NULL;
    if (!json_object_object_get_ex(computer, "auth_params", &parameters))
        return failure_text(inv, EXIT_FAILED, "\"%s\" is not configured",
                            argument_text(inv, 1));
    return output_value(inv, parameters, NULL, NULL);
}

/* The transport named must be the computer's own. */
static int check_transport(invocation *inv, orma_profile *profile)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *given = argument_text(inv, 0);
    SCOPE_TEXT char *described = NULL;
    const char *name = argument_text(inv, 1);
    orma_status st = orma_computer_show(profile, name, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *computer = output_parse(inv, json);
    json_object *type = NULL;
    json_object_object_get_ex(computer, "transport_type", &type);
    const char *own = type != NULL ? json_object_get_string(type) : "";
    /* The name without its package is AiiDA's old one, an alias. */
    const char *dot = strrchr(own, '.');
    if (strcmp(own, given) == 0 || (dot != NULL && strcmp(dot + 1, given) == 0))
        return EXIT_DONE;
    st = orma_plugin_describe("transports", given, &described, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    failure_text(inv, EXIT_FAILED,
                 "computer \"%s\" has the transport \"%s\", not \"%s\"", name,
                 own, given);
    failure_hint("orma computer configure %s %s", own, name);
    return EXIT_FAILED;
}

static int run_configure(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *parameters = json_object_new_object();
    orma_error *error = NULL;

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    if (strcmp(argument_text(inv, 0), "show") == 0)
        return show_configuration(inv, profile);
    status = check_transport(inv, profile);
    if (status == EXIT_DONE)
        status = document_add_fields(inv, parameters);
    if (status == EXIT_DONE)
        status = document_add_config(inv, parameters);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_computer_configure(
        profile, argument_text(inv, 1), document_text(parameters), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("configured %s\n", argument_text(inv, 1));
    return EXIT_DONE;
}

/* Rows whose member is true. */
static json_object *only_true(json_object *rows, const char *key)
{
    json_object *kept = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        json_object *member = NULL;
        json_object_object_get_ex(row, key, &member);
        if (json_object_get_boolean(member))
            json_object_array_add(kept, json_object_get(row));
    }
    return kept;
}

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"enabled", "", CELL_TICK},
        {"pk", "PK", CELL_PLAIN},
        {"label", "Label", CELL_PLAIN},
        {"hostname", "Hostname", CELL_PLAIN},
        {"transport_type", "Transport", CELL_PLAIN},
        {"scheduler_type", "Scheduler", CELL_PLAIN},
        {0},
    };
    static const column label_only[] = {{"label", "Label", CELL_PLAIN}, {0}};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_computer_list(profile, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    const bool wants_all = option_flag(inv, "all", false);
    if (wants_all && !option_flag(inv, "raw", false))
        return output_document(inv, json, columns, "There is no computer.");
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    SCOPE_JSON json_object *shown =
        wants_all ? json_object_get(rows) : only_true(rows, "enabled");
    if (option_flag(inv, "raw", false)) {
        output_raw(shown, label_only);
        return EXIT_DONE;
    }
    return output_value(inv, shown, columns,
                        "There is no enabled computer (-a shows all).");
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
        orma_computer_show(profile, argument_text(inv, 0), &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

static int run_test(invocation *inv)
{
    static const column columns[] = {
        {"ok", "", CELL_TICK},
        {"step", "Step", CELL_PLAIN},
        {"message", "", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_computer_test(profile, argument_text(inv, 0), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    status = output_document(inv, json, columns, NULL);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    SCOPE_JSON json_object *passed = only_true(rows, "ok");
    return json_object_array_length(passed) == json_object_array_length(rows)
               ? status
               : EXIT_FAILED;
}

static int enable(invocation *inv, int32_t enabled)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_computer_enable(profile, argument_text(inv, 0), enabled, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s %s\n", enabled ? "enabled" : "disabled", argument_text(inv, 0));
    return EXIT_DONE;
}

static int run_enable(invocation *inv)
{
    return enable(inv, 1);
}

static int run_disable(invocation *inv)
{
    return enable(inv, 0);
}

static const option setup_options[] = {COMPUTER_OPTIONS, {0}};

static const option configure_options[] = {
    {"config", 0, OPTION_TEXT, "FILE", NULL, false,
     "read values that are no options from a YAML file"},
    {"non-interactive", 'n', OPTION_FLAG, NULL, NULL, false, "ask nothing"},
    {0},
};

static const option list_options[] = {
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "disabled ones, too"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "labels only"},
    {0},
};

static const argument configure_arguments[] = {
    {"TRANSPORT", "its transport plugin, or `show`", false, false},
    {"COMPUTER", "label, pk or UUID", false, false},
    {0},
};
static const argument one_computer[] = {
    {"COMPUTER", "label, pk or UUID", false, false},
    {0},
};

static const command *const other_commands[] = {
    &computer_relabel_command, &computer_duplicate_command,
    &computer_export_command, &computer_delete_command, NULL};

static const command computer_commands[] = {
    {.name = "setup",
     .summary = "Register a computer",
     .example = "orma computer setup -L cluster -H login.example.org \\\n"
                "    -T " DEFAULT_TRANSPORT " -S " DEFAULT_SCHEDULER
                " -w /scratch/{username}/aiida -n",
     .options = setup_options,
     .run = run_setup},
    {.name = "configure",
     .summary = "Set how a computer is reached",
     .details = "The transport's own fields are options: `orma plugin list "
                "transports NAME` shows them. `configure show` prints what is "
                "set.",
     .example = "orma computer configure " DEFAULT_TRANSPORT
                " localhost --safe-interval 0",
     .arguments = configure_arguments,
     .options = configure_options,
     .prints_data = true,
     .takes_fields = true,
     .run = run_configure},
    {.name = "list",
     .summary = "List the computers",
     .example = "orma computer list -a",
     .options = list_options,
     .prints_data = true,
     .run = run_list},
    {.name = "show",
     .summary = "Show a computer and its configuration",
     .example = "orma computer show localhost",
     .arguments = one_computer,
     .prints_data = true,
     .run = run_show},
    {.name = "test",
     .summary = "Try the connection, the scheduler and file transfer",
     .example = "orma computer test localhost",
     .arguments = one_computer,
     .prints_data = true,
     .run = run_test},
    {.name = "enable",
     .summary = "Use a computer again",
     .example = "orma computer enable cluster",
     .arguments = one_computer,
     .run = run_enable},
    {.name = "disable",
     .summary = "Do not use a computer for now",
     .example = "orma computer disable cluster",
     .arguments = one_computer,
     .run = run_disable},
    {0},
};

const command computer_command = {
    .name = "computer",
    .summary = "Set up and manage computers",
    .example = "orma computer list",
    .subcommands = computer_commands,
    .groups = other_commands,
};
