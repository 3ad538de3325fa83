/* orma presto, orma profile, orma status.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/profile.h>

#include "command.h"
#include "defaults.h"
#include "document.h"
#include "dump.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "terminal.h"

/* Options that are not members of the library's document. */
static const char *const own_options[] = {"non-interactive", "config", NULL};

static int run_presto(invocation *inv)
{
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_presto(document_text(options), &json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    static const column columns[] = {
        {"profile", "Profile", CELL_PLAIN},
        {"default", "Default", CELL_PLAIN},
        {"user", "User", CELL_PLAIN},
        {"storage", "Storage", CELL_PLAIN},
        {"data", "Data", CELL_PLAIN},
        {"computer", "Computer", CELL_PLAIN},
        {"config", "Configuration", CELL_PLAIN},
        {0},
    };
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *made = output_parse(inv, json);
    json_object *is_default = NULL;
    json_object_object_get_ex(made, "default", &is_default);
    json_object_object_add(
        made, "default",
        json_object_new_string(json_object_get_boolean(is_default) ? "yes"
                                                                   : "no"));
    return output_value(inv, made, columns, NULL);
}

/* A --config file may hold the storage's fields beside the options. */
static json_object *split_fields(json_object *options)
{
    static const char *const members[] = {
        "profile_name", "set_as_default", "email",
        "first_name",   "last_name",      "institution",
    };
    json_object *storage = json_object_new_object();
    json_object_object_foreach(options, name, member)
    {
        bool is_option = false;
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            if (strcmp(members[i], name) == 0)
                is_option = true;
        if (!is_option)
            json_object_object_add(storage, name, json_object_get(member));
    }
    json_object_object_foreach(storage, moved, unused)
    {
        (void)unused;
        json_object_object_del(options, moved);
    }
    return storage;
}

static int run_setup(invocation *inv)
{
    static const question questions[] = {
        {"profile_name", "Profile name", "main"},
        {"email", "Email address", NULL},
        {"first_name", "First name", NULL},
        {"last_name", "Last name", NULL},
        {"institution", "Institution", NULL},
    };
    static const char *const required[] = {"profile-name", NULL};
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *backend = argument_text(inv, 0);

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    document_ask(inv, options, questions, sizeof questions / sizeof *questions);
    status = document_require(inv, options, required);
    if (status != EXIT_DONE)
        return status;
    json_object *storage = split_fields(options);
    json_object_object_add(options, "config", storage);
    status = document_add_fields(inv, storage);
    if (status != EXIT_DONE)
        return status;
    json_object_object_add(
        options, "backend",
        json_object_new_string(backend != NULL ? backend : DEFAULT_STORAGE));
    const orma_status st =
        orma_profile_setup(document_text(options), &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"default", "", CELL_TICK},
        {"name", "Profile", CELL_PLAIN},
        {"backend", "Storage", CELL_PLAIN},
        {"user", "User", CELL_PLAIN},
        {0},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_profile_list(&json, &error);
    return st == ORMA_OK
               ? output_document(inv, json, columns,
                                 "There is no profile yet: orma presto")
               : failure(inv, st, error);
}

static int run_show(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *name = argument_text(inv, 0);
    const orma_status st =
        orma_profile_show(name != NULL ? name : inv->profile, &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

static int run_set_default(invocation *inv)
{
    orma_error *error = NULL;
    const orma_status st =
        orma_profile_set_default(argument_text(inv, 0), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s is the default profile\n", argument_text(inv, 0));
    return EXIT_DONE;
}

/* What will be lost, before it is. what_of_data stands before its folder. */
static int describe_loss(invocation *inv, const char *name,
                         const char *what_of_data, char *out, size_t size)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_profile_show(name, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *profile = output_parse(inv, json);
    json_object *data = NULL;
    json_object_object_get_ex(profile, "data", &data);
    snprintf(out, size, "deletes the profile \"%s\"%s %s", name, what_of_data,
             data != NULL ? json_object_get_string(data) : "");
    return EXIT_DONE;
}

static int run_delete(invocation *inv)
{
    const bool with_data = option_flag(inv, "delete-data", false);
    const bool keeps_data = option_flag(inv, "keep-data", false);
    const bool is_open = with_data == keeps_data;
    const char *what_of_data =
        is_open     ? "; say --delete-data or --keep-data for its data"
        : with_data ? " and all its data"
                    : ", keeps its data";

    for (size_t i = 0; i < inv->argument_count; i++) {
        char question_text[4096];
        const char *name = inv->arguments[i];
        bool go = false;
        int status = describe_loss(inv, name, what_of_data, question_text,
                                   sizeof question_text);
        if (status == EXIT_DONE && is_open &&
            !option_flag(inv, "dry-run", false))
            status = failure_text(inv, EXIT_USAGE,
                                  "say either --delete-data or --keep-data");
        if (status == EXIT_DONE)
            status = terminal_confirm(inv, question_text, &go);
        if (status != EXIT_DONE)
            return status;
        if (!go)
            continue;
        orma_error *error = NULL;
        const orma_status st =
            orma_profile_delete(name, with_data ? 1 : 0, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        printf("deleted the profile %s\n", name);
    }
    return EXIT_DONE;
}

static int run_status(invocation *inv)
{
    static const column columns[] = {
        {"ok", "", CELL_TICK},
        {"what", "Part", CELL_PLAIN},
        {"message", "", CELL_PLAIN},
        {0},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_profile_status(inv->profile, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    const int status = output_document(inv, json, columns, NULL);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *ok = NULL;
        json_object_object_get_ex(json_object_array_get_idx(rows, i), "ok",
                                  &ok);
        if (!json_object_get_boolean(ok))
            return EXIT_FAILED;
    }
    return status;
}

static const option presto_options[] = {
    {"profile-name", 0, OPTION_TEXT, "NAME", NULL, false,
     "name of the profile (presto, or presto-1, … when taken)"},
    {"email", 0, OPTION_TEXT, "EMAIL", NULL, false,
     "who works with it ($EMAIL, or aiida@localhost)"},
    {"first-name", 0, OPTION_TEXT, "NAME", NULL, false, "your first name"},
    {"last-name", 0, OPTION_TEXT, "NAME", NULL, false, "your last name"},
    {"institution", 0, OPTION_TEXT, "NAME", NULL, false, "where you work"},
    {"workdir", 0, OPTION_TEXT, "FOLDER", NULL, false,
     "where jobs run on this machine"},
    {"use-postgres", 0, OPTION_FLAG, NULL, NULL, false,
     "store on a PostgreSQL server: role and database are made there"},
    {"postgres-hostname", 0, OPTION_TEXT, "HOST", NULL, false,
     "its host, or the folder of its socket (this machine's socket)"},
    {"postgres-port", 0, OPTION_COUNT, "PORT", NULL, false, "its port (5432)"},
    {"postgres-username", 0, OPTION_TEXT, "ROLE", NULL, false,
     "a role that may make others (you, or postgres)"},
    {"postgres-password", 0, OPTION_TEXT, "PASSWORD", NULL, false,
     "its password ($PGPASSWORD, ~/.pgpass)"},
    {"non-interactive", 'n', OPTION_FLAG, NULL, NULL, false,
     "ask nothing (presto never asks)"},
    {0},
};

const command presto_command = {
    .name = "presto",
    .summary = "Make a working profile in one go",
    .details = "SQLite, you as its user, and this machine as the configured "
               "computer localhost. Nothing else needs to run. With "
               "--use-postgres, PostgreSQL.",
    .example = "orma presto\n"
               "orma presto --profile-name thesis --email ada@example.org\n"
               "orma presto --use-postgres",
    .options = presto_options,
    .prints_data = true,
    .run = run_presto,
};

static const option setup_options[] = {
    {"profile-name", 0, OPTION_TEXT, "NAME", NULL, false,
     "name of the profile"},
    {"set-as-default", 0, OPTION_PAIR, NULL, NULL, false,
     "use it when no profile is named"},
    {"email", 0, OPTION_TEXT, "EMAIL", NULL, false, "who works with it"},
    {"first-name", 0, OPTION_TEXT, "NAME", NULL, false, "your first name"},
    {"last-name", 0, OPTION_TEXT, "NAME", NULL, false, "your last name"},
    {"institution", 0, OPTION_TEXT, "NAME", NULL, false, "where you work"},
    {"config", 0, OPTION_TEXT, "FILE", NULL, false,
     "read values that are no options from a YAML file"},
    {"non-interactive", 'n', OPTION_FLAG, NULL, NULL, false, "ask nothing"},
    {0},
};

static const argument setup_arguments[] = {
    {"STORAGE", "storage entry point (" DEFAULT_STORAGE ")", true, false},
    {0},
};
static const argument optional_profile[] = {
    {"PROFILE", "the default one when left out", true, false},
    {0},
};
static const argument one_profile[] = {
    {"PROFILE", "name of a profile", false, false},
    {0},
};
static const argument profiles[] = {
    {"PROFILE", "names of profiles", false, true},
    {0},
};

static const option delete_options[] = {
    {"delete-data", 0, OPTION_FLAG, NULL, NULL, false,
     "delete the storage, too"},
    {"keep-data", 0, OPTION_FLAG, NULL, NULL, false, "keep the storage"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {"dry-run", 0, OPTION_FLAG, NULL, NULL, false, "say what would be deleted"},
    {0},
};

static const command profile_commands[] = {
    {.name = "setup",
     .summary = "Make a profile on a chosen storage",
     .details = "The storage's own fields are options, too: `orma plugin list "
                "storage NAME` shows them.",
     .example =
         "orma profile setup " DEFAULT_STORAGE " --profile-name work \\\n"
         "    --email ada@example.org --filepath /data/work\n"
         "orma profile setup " SERVER_STORAGE " --profile-name big \\\n"
         "    --database-username aiida --database-name aiida",
     .arguments = setup_arguments,
     .options = setup_options,
     .prints_data = true,
     .takes_fields = true,
     .run = run_setup},
    {.name = "list",
     .summary = "List the profiles",
     .example = "orma profile list",
     .prints_data = true,
     .run = run_list},
    {.name = "show",
     .summary = "Show a profile's configuration, without passwords",
     .example = "orma profile show presto --format json",
     .arguments = optional_profile,
     .prints_data = true,
     .run = run_show},
    {.name = "set-default",
     .summary = "Choose the profile that is used without -p",
     .example = "orma profile set-default thesis",
     .arguments = one_profile,
     .run = run_set_default},
    {.name = "delete",
     .summary = "Delete profiles, with or without their data",
     .example = "orma profile delete old --keep-data",
     .arguments = profiles,
     .options = delete_options,
     .run = run_delete},
    {0},
};

static const command *const other_commands[] = {&dump_profile_command, NULL};

const command profile_command = {
    .name = "profile",
    .summary = "Make and manage profiles",
    .example = "orma profile list",
    .subcommands = profile_commands,
    .groups = other_commands,
};

const command status_command = {
    .name = "status",
    .summary = "Say whether everything works",
    .example = "orma status",
    .prints_data = true,
    .run = run_status,
};
