/* orma config.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/config.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"
#include "output.h"
#include "scope.h"

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static int run_list(invocation *inv)
{
    static const column plain[] = {
        {"name", "Name", CELL_PLAIN},
        {"source", "Source", CELL_PLAIN},
        {"value", "Value", CELL_PLAIN},
        {0},
    };
    static const column described[] = {
        {"name", "Name", CELL_PLAIN},
        {"source", "Source", CELL_PLAIN},
        {"value", "Value", CELL_PLAIN},
        {"help", "Description", CELL_PLAIN},
        {0},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_config_list(inv->profile, argument_text(inv, 0), &json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    return output_document(
        inv, json, option_flag(inv, "description", false) ? described : plain,
        "no option begins like that");
}

static int run_show(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_config_show(inv->profile, argument_text(inv, 0), &json, &error);

    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

/* A text as it is, a list by lines. */
static void print_value(json_object *value)
{
    if (!json_object_is_type(value, json_type_array)) {
        puts(value != NULL ? json_object_get_string(value) : "null");
        return;
    }
    for (size_t i = 0; i < json_object_array_length(value); i++)
        puts(json_object_get_string(json_object_array_get_idx(value, i)));
}

static int run_get(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    SCOPE_JSON json_object *value = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_config_get(inv->profile, argument_text(inv, 0), &json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    if (!reader_parse(json, &value))
        return failure_text(inv, EXIT_FAILED,
                            "the library's answer is damaged");
    print_value(value);
    return EXIT_DONE;
}

/* " for profile "main"", " for all profiles". */
static void print_place(json_object *told)
{
    json_object *profile = member(told, "profile");

    if (profile != NULL)
        printf(" for profile \"%s\"\n", json_object_get_string(profile));
    else
        puts(" for all profiles");
}

static void hint_restart(json_object *told)
{
    json_object *daemon = member(told, "daemon");

    fflush(stdout);
    if (daemon != NULL)
        failure_hint("AiiDA's daemon (process %s) sees it when it is "
                     "restarted: verdi daemon restart",
                     json_object_get_string(daemon));
}

static int run_set(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    uint32_t flags = 0;

    if (option_flag(inv, "global", false))
        flags |= ORMA_CONFIG_GLOBAL;
    if (option_flag(inv, "append", false))
        flags |= ORMA_CONFIG_APPEND;
    if (option_flag(inv, "remove", false))
        flags |= ORMA_CONFIG_REMOVE;
    const orma_status st =
        orma_config_set(inv->profile, argument_text(inv, 0),
                        argument_text(inv, 1), flags, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *told = output_parse(inv, json);
    printf("%s is %s", json_object_get_string(member(told, "name")),
           member(told, "value") != NULL
               ? json_object_to_json_string_ext(
                     member(told, "value"),
                     JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
               : "null");
    print_place(told);
    hint_restart(told);
    return EXIT_DONE;
}

static int run_unset(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const uint32_t flags =
        option_flag(inv, "global", false) ? ORMA_CONFIG_GLOBAL : 0;
    const orma_status st = orma_config_unset(
        inv->profile, argument_text(inv, 0), flags, &json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *told = output_parse(inv, json);
    printf("%s %s", json_object_get_string(member(told, "name")),
           json_object_get_boolean(member(told, "was_set")) ? "is not set now"
                                                            : "was not set");
    print_place(told);
    hint_restart(told);
    return EXIT_DONE;
}

static int run_caching(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    SCOPE_JSON json_object *types = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_config_caching(
        inv->profile, option_flag(inv, "disabled", false), &json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    types = output_parse(inv, json);
    print_value(types);
    return types != NULL ? EXIT_DONE : EXIT_FAILED;
}

static const argument prefix[] = {
    {"PREFIX", "beginning of the names", true, false},
    {0},
};
static const argument one_option[] = {
    {"OPTION", "name, as caching.default_enabled", false, false},
    {0},
};
static const argument option_and_value[] = {
    {"OPTION", "name, as caching.enabled_for", false, false},
    {"VALUE", "true, 12, DEBUG, a text; of lists words", false, false},
    {0},
};

#define GLOBAL_OPTION                                                          \
    {                                                                          \
        "global", 'g', OPTION_FLAG, NULL, NULL, false,                         \
            "for all profiles that do not say otherwise"                       \
    }

static const option list_options[] = {
    {"description", 'd', OPTION_FLAG, NULL, NULL, false,
     "with what each option is for"},
    {0},
};
static const option set_options[] = {
    GLOBAL_OPTION,
    {"append", 'a', OPTION_FLAG, NULL, NULL, false, "add VALUE to a list"},
    {"remove", 'r', OPTION_FLAG, NULL, NULL, false, "take VALUE out of a list"},
    {0},
};
static const option unset_options[] = {
    GLOBAL_OPTION,
    {0},
};
static const option caching_options[] = {
    {"disabled", 0, OPTION_FLAG, NULL, NULL, false,
     "those for which it is off"},
    {0},
};

static const command config_commands[] = {
    {.name = "list",
     .summary = "List the options and where their values come from",
     .example = "orma config list caching",
     .arguments = prefix,
     .options = list_options,
     .prints_data = true,
     .run = run_list},
    {.name = "show",
     .summary = "Show an option: type, default, help, values",
     .example = "orma config show caching.enabled_for",
     .arguments = one_option,
     .prints_data = true,
     .run = run_show},
    {.name = "get",
     .summary = "Print the value of an option",
     .example = "orma config get caching.default_enabled",
     .arguments = one_option,
     .prints_data = true,
     .run = run_get},
    {.name = "set",
     .summary = "Set an option of the profile, or of all",
     .details = "The file is config.json, which AiiDA reads too; the former "
                "one is kept beside it.",
     .example = "orma config set caching.default_enabled true\n"
                "orma config set -a caching.enabled_for "
                "aiida.calculations:" EXAMPLE_CALCULATION,
     .arguments = option_and_value,
     .options = set_options,
     .run = run_set},
    {.name = "unset",
     .summary = "Forget the value of an option",
     .example = "orma config unset caching.default_enabled",
     .arguments = one_option,
     .options = unset_options,
     .run = run_unset},
    {.name = "caching",
     .summary = "List the processes that are taken from the cache",
     .example = "orma config caching --disabled",
     .options = caching_options,
     .prints_data = true,
     .run = run_caching},
    {0},
};

const command config_command = {
    .name = "config",
    .summary = "Look at options and change them",
    .example = "orma config list",
    .subcommands = config_commands,
};
