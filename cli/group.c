/* orma group create, relabel, description, copy.
 *
 * SPDX-License-Identifier: MIT */
#include "group.h"

#include <stdio.h>

#include <orma/api/groups.h>

#include "document.h"
#include "dump.h"
#include "failure.h"
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

static int run_create(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *group = document_of_options(inv, NULL);
    orma_error *error = NULL;
    const char *label = argument_text(inv, 0);
    int64_t pk = 0;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    json_object_object_add(group, "label", json_object_new_string(label));
    const orma_status st =
        orma_group_create(profile, document_text(group), &pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("created the group %s <%lld>\n", label, (long long)pk);
    return EXIT_DONE;
}

static int edit(invocation *inv, orma_profile *profile, const char *key,
                const char *text)
{
    SCOPE_JSON json_object *changes = json_object_new_object();
    orma_error *error = NULL;

    json_object_object_add(changes, key, json_object_new_string(text));
    const orma_status st = orma_group_edit(profile, argument_text(inv, 0),
                                           document_text(changes), &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_relabel(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;

    int status = session_open(inv, &profile);
    if (status == EXIT_DONE)
        status = edit(inv, profile, "label", argument_text(inv, 1));
    if (status == EXIT_DONE)
        printf("relabelled %s to %s\n", argument_text(inv, 0),
               argument_text(inv, 1));
    return status;
}

static int run_description(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    if (inv->argument_count > 1) {
        status = edit(inv, profile, "description", argument_text(inv, 1));
        if (status == EXIT_DONE)
            printf("changed the description of %s\n", argument_text(inv, 0));
        return status;
    }
    const orma_status st =
        orma_group_show(profile, argument_text(inv, 0), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *group = output_parse(inv, json);
    printf("%s\n", json_object_get_string(member(group, "description")));
    return EXIT_DONE;
}

static int run_copy(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_group_copy(
        profile, argument_text(inv, 0), argument_text(inv, 1), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *told = output_parse(inv, json);
    printf("%s %lld nodes to the %sgroup %s <%lld>\n",
           json_object_get_boolean(member(told, "is_new")) ? "copied" : "added",
           (long long)json_object_get_int64(member(told, "nodes")),
           json_object_get_boolean(member(told, "is_new")) ? "new " : "",
           argument_text(inv, 1),
           (long long)json_object_get_int64(member(told, "pk")));
    return EXIT_DONE;
}

json_object *group_node_names(const invocation *inv, size_t first)
{
    json_object *names = json_object_new_array();
    for (size_t i = first; i < inv->argument_count; i++)
        json_object_array_add(names, json_object_new_string(inv->arguments[i]));
    return names;
}

static const argument label_only[] = {
    {"LABEL", "its label; / makes a hierarchy (`orma group path ls`)", false,
     false},
    {0},
};
static const argument group_and_label[] = {
    {"GROUP", "pk, label, or UUID", false, false},
    {"LABEL", "new label", false, false},
    {0},
};
static const argument group_and_description[] = {
    {"GROUP", "pk, label, or UUID", false, false},
    {"DESCRIPTION", "new description; without one, the old is printed", true,
     false},
    {0},
};
static const argument copy_arguments[] = {
    {"SOURCE_GROUP", "pk, label, or UUID", false, false},
    {"DESTINATION_GROUP", "label of a group, which is made if need be", false,
     false},
    {0},
};

static const option create_options[] = {
    {"description", 0, OPTION_TEXT, "TEXT", NULL, false, "for people"},
    {"type-string", 'T', OPTION_TEXT, "TYPE", NULL, false,
     "its type (core): core.import, or another package's"},
    {0},
};

static const command *const other_commands[] = {
    &group_list_command, &group_show_command,   &group_delete_command,
    &group_add_command,  &group_remove_command, &group_move_command,
    &group_path_command, &dump_group_command,   NULL};

static const command group_commands[] = {
    {.name = "create",
     .summary = "Make an empty group",
     .example = "orma group create silicon/convergence",
     .arguments = label_only,
     .options = create_options,
     .run = run_create},
    {.name = "relabel",
     .summary = "Rename a group",
     .example = "orma group relabel silicon Si",
     .arguments = group_and_label,
     .run = run_relabel},
    {.name = "description",
     .summary = "Print or set the description of a group",
     .example = "orma group description Si 'all runs of 2026'",
     .arguments = group_and_description,
     .run = run_description},
    {.name = "copy",
     .summary = "Copy the nodes of a group to another",
     .example = "orma group copy Si Si-published",
     .arguments = copy_arguments,
     .run = run_copy},
    {0},
};

const command group_command = {
    .name = "group",
    .summary = "Collect nodes in groups",
    .example = "orma group list",
    .subcommands = group_commands,
    .groups = other_commands,
};
