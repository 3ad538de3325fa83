/* orma node comment.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include <orma/api/entities.h>

#include "failure.h"
#include "node_edit.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static int comment_pk(const invocation *inv, int64_t *pk)
{
    char *end = NULL;
    const char *text = argument_text(inv, 0);
    const long long n = strtoll(text, &end, 10);

    if (*end != '\0' || end == text || n <= 0)
        return failure_text(inv, EXIT_USAGE,
                            "\"%s\" is no pk of a comment: `orma node comment "
                            "show NODE` tells them",
                            text);
    *pk = n;
    return EXIT_DONE;
}

static int run_add(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    const char *node = NULL;

    if (option_nth(inv, "nodes", 0) == NULL)
        return failure_text(inv, EXIT_USAGE, "--nodes is missing");
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; (node = option_nth(inv, "nodes", i)) != NULL; i++) {
        orma_error *error = NULL;
        int64_t pk = 0;
        const orma_status st =
            orma_comment_add(profile, node, argument_text(inv, 0), &pk, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        printf("added comment %lld to node %s\n", (long long)pk, node);
    }
    return EXIT_DONE;
}

static int run_update(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    int64_t pk = 0;

    int status = comment_pk(inv, &pk);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_comment_update(profile, pk, argument_text(inv, 1), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("updated comment %lld\n", (long long)pk);
    return EXIT_DONE;
}

static int run_show(invocation *inv)
{
    static const column columns[] = {
        {"pk", "PK", CELL_PLAIN},           {"node", "Node", CELL_PLAIN},
        {"user", "User", CELL_PLAIN},       {"mtime", "Changed", CELL_TIME},
        {"content", "Comment", CELL_PLAIN}, {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *all = json_object_new_array();

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        const orma_status st =
            orma_comment_list(profile, inv->arguments[i],
                              option_text(inv, "user"), &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        SCOPE_JSON json_object *rows = output_parse(inv, json);
        for (size_t k = 0; k < json_object_array_length(rows); k++)
            json_object_array_add(
                all, json_object_get(json_object_array_get_idx(rows, k)));
    }
    return output_value(inv, all, columns, "There is no comment.");
}

static int run_remove(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    char text[64];
    int64_t pk = 0;
    bool go = false;

    int status = comment_pk(inv, &pk);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st = orma_comment_show(profile, pk, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    snprintf(text, sizeof text, "deletes comment %lld", (long long)pk);
    status = terminal_confirm(inv, text, &go);
    if (status != EXIT_DONE || !go)
        return status;
    st = orma_comment_remove(profile, pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("deleted comment %lld\n", (long long)pk);
    return EXIT_DONE;
}

static const argument content[] = {
    {"CONTENT", "text of the comment", false, false},
    {0},
};
static const argument id_and_content[] = {
    {"COMMENT_ID", "pk of the comment", false, false},
    {"CONTENT", "its new text", false, false},
    {0},
};
static const argument id_only[] = {
    {"COMMENT_ID", "pk of the comment", false, false},
    {0},
};
static const argument nodes[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, true},
    {0},
};

static const option add_options[] = {
    {"nodes", 'N', OPTION_WORDS, "NODE…", NULL, true, "nodes to comment on"},
    {0},
};
static const option show_options[] = {
    {"user", 'u', OPTION_TEXT, "EMAIL", NULL, false, "comments of this user"},
    {0},
};
static const option remove_options[] = {
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {0},
};

static const command comment_commands[] = {
    {.name = "add",
     .summary = "Add a comment to nodes",
     .example = "orma node comment add 'not converged?' -N 12 13",
     .arguments = content,
     .options = add_options,
     .run = run_add},
    {.name = "update",
     .summary = "Replace a comment's text",
     .example = "orma node comment update 3 'converged'",
     .arguments = id_and_content,
     .run = run_update},
    {.name = "show",
     .summary = "Show the comments on nodes",
     .example = "orma node comment show 12",
     .arguments = nodes,
     .options = show_options,
     .prints_data = true,
     .run = run_show},
    {.name = "remove",
     .summary = "Delete a comment",
     .example = "orma node comment remove 3 -f",
     .arguments = id_only,
     .options = remove_options,
     .run = run_remove},
    {0},
};

const command node_comment_command = {
    .name = "comment",
    .summary = "Comments on nodes",
    .example = "orma node comment show 12",
    .subcommands = comment_commands,
};
