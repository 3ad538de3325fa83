/* orma group add-nodes, remove-nodes, move-nodes.
 *
 * SPDX-License-Identifier: MIT */
#include "group.h"

#include <stdio.h>

#include <orma/api/groups.h>

#include "document.h"
#include "failure.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* The nodes named; NULL text: all, by --clear or --all. */
static int choose_nodes(const invocation *inv, const char *all_option,
                        json_object **names, orma_str *text)
{
    const bool wants_all =
        all_option != NULL && option_flag(inv, all_option, false);

    if (wants_all && inv->argument_count > 0)
        return failure_text(inv, EXIT_USAGE,
                            "nodes are either named or all of them (--%s)",
                            all_option);
    if (!wants_all && inv->argument_count == 0)
        return failure_text(inv, EXIT_USAGE, "NODE is missing");
    *names = group_node_names(inv, 0);
    *text = wants_all ? (orma_str){NULL, 0} : document_text(*names);
    return EXIT_DONE;
}

static int require_group(const invocation *inv, const char *name)
{
    return option_text(inv, name) != NULL
               ? EXIT_DONE
               : failure_text(inv, EXIT_USAGE, "--%s is missing", name);
}

static int run_add(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *names = NULL;
    orma_error *error = NULL;
    orma_str nodes = {NULL, 0};
    int64_t changed = 0;
    const char *group = option_text(inv, "group");

    int status = require_group(inv, "group");
    if (status == EXIT_DONE)
        status = choose_nodes(inv, NULL, &names, &nodes);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_group_add(profile, group, nodes, &changed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("added %lld node%s to %s\n", (long long)changed, plural(changed),
           group);
    return EXIT_DONE;
}

static int run_remove(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *names = NULL;
    orma_error *error = NULL;
    orma_str nodes = {NULL, 0};
    char text[600];
    int64_t changed = 0;
    bool go = true;
    const char *group = option_text(inv, "group");

    int status = require_group(inv, "group");
    if (status == EXIT_DONE)
        status = choose_nodes(inv, "clear", &names, &nodes);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    snprintf(text, sizeof text,
             "removes all nodes from the group "
             "\"%s\"",
             group);
    if (nodes.ptr == NULL)
        status = terminal_confirm(inv, text, &go);
    if (status != EXIT_DONE || !go)
        return status;
    const orma_status st =
        orma_group_remove(profile, group, nodes, &changed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("removed %lld node%s from %s\n", (long long)changed, plural(changed),
           group);
    return EXIT_DONE;
}

static int run_move(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *names = NULL;
    orma_error *error = NULL;
    orma_str nodes = {NULL, 0};
    char text[1200];
    int64_t changed = 0;
    bool go = true;
    const char *from = option_text(inv, "source-group");
    const char *to = option_text(inv, "target-group");

    int status = require_group(inv, "source-group");
    if (status == EXIT_DONE)
        status = require_group(inv, "target-group");
    if (status == EXIT_DONE)
        status = choose_nodes(inv, "all", &names, &nodes);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    snprintf(text, sizeof text, "moves all nodes of the group \"%s\" to \"%s\"",
             from, to);
    if (nodes.ptr == NULL)
        status = terminal_confirm(inv, text, &go);
    if (status != EXIT_DONE || !go)
        return status;
    const orma_status st =
        orma_group_move(profile, from, to, nodes, &changed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("moved %lld node%s from %s to %s\n", (long long)changed,
           plural(changed), from, to);
    return EXIT_DONE;
}

static const argument nodes_or_none[] = {
    {"NODE", "pk, UUID or its beginning, or label", true, true},
    {0},
};

static const option add_options[] = {
    {"group", 'G', OPTION_TEXT, "GROUP", NULL, false, "the group"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "as for verdi: do not ask"},
    {0},
};
static const option remove_options[] = {
    {"group", 'G', OPTION_TEXT, "GROUP", NULL, false, "the group"},
    {"clear", 'c', OPTION_FLAG, NULL, NULL, false, "all nodes"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {0},
};
static const option move_options[] = {
    {"source-group", 's', OPTION_TEXT, "GROUP", NULL, false,
     "where the nodes are"},
    {"target-group", 't', OPTION_TEXT, "GROUP", NULL, false,
     "where they shall be"},
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "all nodes"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {0},
};

const command group_add_command = {
    .name = "add-nodes",
    .summary = "Add nodes to a group",
    .example = "orma group add-nodes -G silicon 12 13",
    .arguments = nodes_or_none,
    .options = add_options,
    .run = run_add,
};

const command group_remove_command = {
    .name = "remove-nodes",
    .summary = "Remove nodes from a group; they stay stored",
    .example = "orma group remove-nodes -G silicon 12",
    .arguments = nodes_or_none,
    .options = remove_options,
    .run = run_remove,
};

const command group_move_command = {
    .name = "move-nodes",
    .summary = "Move nodes from one group to another",
    .example = "orma group move-nodes -s silicon -t published 12",
    .arguments = nodes_or_none,
    .options = move_options,
    .run = run_move,
};
