/* orma node show, attributes, extras; repo and graph are files.c's and
 * graph.c's.
 *
 * SPDX-License-Identifier: MIT */
#include "node.h"

#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/nodes.h>

#include "caching.h"
#include "document.h"
#include "failure.h"
#include "node_edit.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* Members that are tables of their own. */
static const struct {
    const char *key, *heading;
} link_tables[] = {
    {"inputs", "Inputs"},
    {"outputs", "Outputs"},
    {"called", "Called"},
};

static const column link_columns[] = {
    {"link_label", "Link label", CELL_PLAIN},
    {"pk", "PK", CELL_PLAIN},
    {"type", "Type", CELL_PLAIN},
    {0},
};

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static void print_caller(json_object *described)
{
    json_object *caller = member(described, "caller");
    if (caller == NULL)
        return;
    putchar('\n');
    terminal_heading(stdout, "Caller");
    SCOPE_JSON json_object *rows = json_object_new_array();
    json_object_array_add(rows, json_object_get(caller));
    table_rows(rows, link_columns, "");
}

static void print_node(json_object *described)
{
    SCOPE_JSON json_object *plain = json_object_new_object();

    json_object_object_foreach(described, key, found)
    {
        const bool is_table = json_object_is_type(found, json_type_array) ||
                              strcmp(key, "caller") == 0;
        if (!is_table && found != NULL &&
            (!json_object_is_type(found, json_type_string) ||
             json_object_get_string_len(found) > 0))
            json_object_object_add(plain, key, json_object_get(found));
    }
    table_object(plain, NULL);
    for (size_t i = 0; i < sizeof link_tables / sizeof *link_tables; i++) {
        json_object *rows = member(described, link_tables[i].key);
        if (rows == NULL || json_object_array_length(rows) == 0)
            continue;
        putchar('\n');
        terminal_heading(stdout, link_tables[i].heading);
        table_rows(rows, link_columns, "");
    }
    print_caller(described);
}

/* Calls and prints for every argument; several make one array. print: of
 * tables, NULL: a line for each member. */
static int each(invocation *inv, node_call call, node_accept *accept,
                void (*print)(json_object *))
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *all = json_object_new_array();

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        const orma_status st = call(profile, inv->arguments[i], &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        status = accept != NULL ? accept(inv, profile, inv->arguments[i], json)
                                : EXIT_DONE;
        if (status != EXIT_DONE)
            return status;
        if (inv->argument_count == 1 &&
            (inv->format != FORMAT_TABLE || print == NULL))
            return output_document(inv, json, NULL, NULL);
        json_object *described = output_parse(inv, json);
        json_object_array_add(all, described);
        if (inv->format != FORMAT_TABLE)
            continue;
        if (i > 0)
            putchar('\n');
        if (print != NULL)
            print(described);
        else
            table_object(described, NULL);
    }
    return inv->format == FORMAT_TABLE ? EXIT_DONE
                                       : output_value(inv, all, NULL, NULL);
}

int node_show(invocation *inv, node_accept *accept)
{
    return each(inv, orma_node_show, accept, print_node);
}

static int run_show(invocation *inv)
{
    return node_show(inv, NULL);
}

static int run_attributes(invocation *inv)
{
    return each(inv, orma_node_attributes, NULL, NULL);
}

static int run_extras(invocation *inv)
{
    return each(inv, orma_node_extras, NULL, NULL);
}

static const argument nodes[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, true},
    {0},
};

static const command node_commands[] = {
    {.name = "show",
     .summary = "Show nodes: columns, inputs, outputs",
     .example = "orma node show 12 13",
     .arguments = nodes,
     .prints_data = true,
     .run = run_show},
    {.name = "attributes",
     .summary = "Print the attributes of nodes",
     .example = "orma node attributes 12 --format json",
     .arguments = nodes,
     .prints_data = true,
     .run = run_attributes},
    {.name = "extras",
     .summary = "Print the extras of nodes",
     .example = "orma node extras 12",
     .arguments = nodes,
     .prints_data = true,
     .run = run_extras},
    {.name = "repo",
     .summary = "Files of a node",
     .example = "orma node repo ls 12",
     .subcommands = repo_commands},
    {.name = "graph",
     .summary = "Pictures of the provenance graph",
     .example = "orma node graph generate 12",
     .subcommands = graph_commands},
    {0},
};

static const command *const other_commands[] = {
    &node_list_command,        &node_label_command,   &node_description_command,
    &node_delete_command,      &node_comment_command, &node_set_extra_command,
    &node_unset_extra_command, &rehash_command,       NULL};

const command node_command = {
    .name = "node",
    .summary = "Look at nodes, their files and their provenance",
    .example = "orma node show 12",
    .subcommands = node_commands,
    .groups = other_commands,
};
