/* orma user.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/entities.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"is_default", "", CELL_TICK},
        {"email", "E-mail", CELL_PLAIN},
        {"first_name", "First name", CELL_PLAIN},
        {"last_name", "Last name", CELL_PLAIN},
        {"institution", "Institution", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_user_list(profile, &json, &error);
    return st == ORMA_OK ? output_document(inv, json, columns,
                                           "There is no user: orma user "
                                           "configure -h")
                         : failure(inv, st, error);
}

static const char *text_of(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found != NULL ? json_object_get_string(found) : "";
}

static int run_configure(invocation *inv)
{
    static const char *const own_options[] = {"non-interactive", "config",
                                              "set-default", NULL};
    static const question questions[] = {
        {"email", "E-mail address", NULL},
        {"first_name", "First name", NULL},
        {"last_name", "Last name", NULL},
        {"institution", "Institution", NULL},
    };
    static const char *const required[] = {"email", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    orma_error *error = NULL;
    int32_t is_new = 0;

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    document_ask(inv, options, questions, sizeof questions / sizeof *questions);
    status = document_require(inv, options, required);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st =
        orma_user_configure(profile, document_text(options), &is_new, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s the user %s\n", is_new ? "created" : "changed",
           text_of(options, "email"));
    if (!option_flag(inv, "set-default", false))
        return EXIT_DONE;
    st = orma_user_set_default(profile, text_of(options, "email"), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s is the default user\n", text_of(options, "email"));
    return EXIT_DONE;
}

static int run_set_default(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_user_set_default(profile, argument_text(inv, 0), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s is the default user\n", argument_text(inv, 0));
    return EXIT_DONE;
}

static int run_delete(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    char text[512];
    bool go = false;

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    snprintf(text, sizeof text, "deletes the user \"%s\"",
             argument_text(inv, 0));
    status = terminal_confirm(inv, text, &go);
    if (status != EXIT_DONE || !go)
        return status;
    const orma_status st =
        orma_user_delete(profile, argument_text(inv, 0), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("deleted the user %s\n", argument_text(inv, 0));
    return EXIT_DONE;
}

static const option configure_options[] = {
    {"email", 0, OPTION_TEXT, "EMAIL", NULL, false,
     "e-mail address, which is the user's name"},
    {"first-name", 0, OPTION_TEXT, "NAME", NULL, false, "first name"},
    {"last-name", 0, OPTION_TEXT, "NAME", NULL, false, "last name"},
    {"institution", 0, OPTION_TEXT, "NAME", NULL, false, "institution"},
    {"set-default", 'd', OPTION_FLAG, NULL, NULL, false,
     "new nodes belong to this user"},
    {"config", 0, OPTION_TEXT, "FILE", NULL, false,
     "read values that are no options from a YAML file"},
    {"non-interactive", 'n', OPTION_FLAG, NULL, NULL, false, "ask nothing"},
    {0},
};
static const option delete_options[] = {
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false,
     "say what would be deleted"},
    {0},
};
static const argument one_user[] = {
    {"USER", "e-mail address", false, false},
    {0},
};

static const command user_commands[] = {
    {.name = "list",
     .summary = "List the users",
     .example = "orma user list",
     .prints_data = true,
     .run = run_list},
    {.name = "configure",
     .summary = "Make a user, or change one",
     .example = "orma user configure -n --email ada@example.org "
                "--first-name Ada",
     .options = configure_options,
     .run = run_configure},
    {.name = "set-default",
     .summary = "Choose whose new nodes are",
     .example = "orma user set-default ada@example.org",
     .arguments = one_user,
     .run = run_set_default},
    {.name = "delete",
     .summary = "Delete a user who owns nothing",
     .example = "orma user delete ada@example.org -f",
     .arguments = one_user,
     .options = delete_options,
     .run = run_delete},
    {0},
};

const command user_command = {
    .name = "user",
    .summary = "Manage the users of the profile",
    .example = "orma user list",
    .subcommands = user_commands,
};
