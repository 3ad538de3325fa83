/* orma computer relabel, duplicate, export, delete.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <orma/api/entities.h>

#include "computer.h"
#include "deletion.h"
#include "document.h"
#include "export_file.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static const char *label_of(json_object *computer)
{
    json_object *label = NULL;
    json_object_object_get_ex(computer, "label", &label);
    return label != NULL ? json_object_get_string(label) : "";
}

static int run_relabel(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_computer_relabel(profile, argument_text(inv, 0),
                                                 argument_text(inv, 1), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("relabelled %s to %s\n", argument_text(inv, 0),
           argument_text(inv, 1));
    return EXIT_DONE;
}

static int run_duplicate(invocation *inv)
{
    static const char *const own_options[] = {"non-interactive", "config",
                                              NULL};
    static const question questions[] = {{"label", "Computer label", NULL}};
    static const char *const required[] = {"label", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    orma_error *error = NULL;
    int64_t pk = 0;

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    document_ask(inv, options, questions, 1);
    status = document_require(inv, options, required);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_computer_duplicate(
        profile, argument_text(inv, 0), document_text(options), &pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("created the computer %s <%lld> from %s\n", label_of(options),
           (long long)pk, argument_text(inv, 0));
    failure_hint("orma computer configure TRANSPORT %s", label_of(options));
    return EXIT_DONE;
}

static int export_part(invocation *inv, const char *part)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *computer = argument_text(inv, 0);
    const char *file = argument_text(inv, 1);
    char own_name[512];

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        part[0] == 's'
            ? orma_computer_export_setup(profile, computer, &json, &error)
            : orma_computer_export_config(
                  profile, computer, option_text(inv, "user"), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *mapping = output_parse(inv, json);
    snprintf(own_name, sizeof own_name, "%s-%s.yml", computer, part);
    return export_file_write(inv, mapping, file != NULL ? file : own_name);
}

static int run_export_setup(invocation *inv)
{
    return export_part(inv, "setup");
}

static int run_export_config(invocation *inv)
{
    return export_part(inv, "config");
}

static orma_status call_delete(orma_profile *profile, void *user,
                               orma_str options, char **json, orma_error **err)
{
    return orma_computer_delete_all(profile, user, options, json, err);
}

static int run_delete(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    SCOPE_JSON json_object *options = json_object_new_object();
    char what[600];
    orma_error *error = NULL;
    bool go = false;
    const char *name = argument_text(inv, 0);

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st = orma_computer_show(profile, name, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    snprintf(what, sizeof what, "the computer \"%s\"", name);
    if (option_flag(inv, "delete-nodes", false))
        return deletion_run(inv, profile, options, what, call_delete,
                            (void *)(uintptr_t)name);
    snprintf(what, sizeof what,
             "deletes the computer \"%s\" and its configuration", name);
    status = terminal_confirm(inv, what, &go);
    if (status != EXIT_DONE || !go)
        return status;
    st = orma_computer_delete(profile, name, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("deleted the computer %s\n", name);
    return EXIT_DONE;
}

static const argument relabel_arguments[] = {
    {"COMPUTER", "label, pk or UUID", false, false},
    {"LABEL", "new label", false, false},
    {0},
};
static const argument one_computer[] = {
    {"COMPUTER", "label, pk or UUID", false, false},
    {0},
};
static const argument export_arguments[] = {
    {"COMPUTER", "label, pk or UUID", false, false},
    {"OUTPUT_FILE", "file to write, - for standard output", true, false},
    {0},
};

static const option duplicate_options[] = {COMPUTER_OPTIONS, {0}};
static const option setup_options[] = {EXPORT_OPTIONS, {0}};
static const option config_options[] = {
    {"user", 'u', OPTION_TEXT, "EMAIL", NULL, false,
     "the configuration of this user"},
    EXPORT_OPTIONS,
    {0},
};
static const option delete_options[] = {
    DELETION_OPTIONS,
    {"delete-nodes", 0, OPTION_FLAG, NULL, NULL, false,
     "also the nodes on it, with all that depends on them"},
    DELETION_RULES,
    {0},
};

static const command export_commands[] = {
    {.name = "setup",
     .summary = "Save what `orma computer setup --config` reads",
     .example = "orma computer export setup cluster cluster.yml",
     .arguments = export_arguments,
     .options = setup_options,
     .run = run_export_setup},
    {.name = "config",
     .summary = "Save what `orma computer configure --config` reads",
     .example = "orma computer export config cluster cluster-config.yml",
     .arguments = export_arguments,
     .options = config_options,
     .run = run_export_config},
    {0},
};

const command computer_relabel_command = {
    .name = "relabel",
    .summary = "Rename a computer",
    .example = "orma computer relabel cluster old-cluster",
    .arguments = relabel_arguments,
    .run = run_relabel,
};

const command computer_duplicate_command = {
    .name = "duplicate",
    .summary = "Make a computer like another",
    .details = "What is not given is the original's. The new computer has to "
               "be configured.",
    .example = "orma computer duplicate cluster -n -L cluster-gpu \\\n"
               "    --prepend-text 'module load cuda'",
    .arguments = one_computer,
    .options = duplicate_options,
    .run = run_duplicate,
};

const command computer_export_command = {
    .name = "export",
    .summary = "Save a computer as YAML, to make it elsewhere",
    .example = "orma computer export setup cluster",
    .subcommands = export_commands,
};

const command computer_delete_command = {
    .name = "delete",
    .summary = "Delete a computer",
    .details = "A computer that nodes use is deleted with them only, by "
               "--delete-nodes.",
    .example = "orma computer delete old --force",
    .arguments = one_computer,
    .options = delete_options,
    .prints_data = true,
    .run = run_delete,
};
