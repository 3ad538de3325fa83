/* orma storage index.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <orma/api/query.h>

#include "command.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"field", "Field", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"name", "Name", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_index_list(profile, &json, &error);
    return st == ORMA_OK
               ? output_document(inv, json, columns, "There are no indexes.")
               : failure(inv, st, error);
}

static int run_add(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    const char *type = option_text(inv, "type");
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_index_add(profile, argument_text(inv, 0),
                                          type != NULL ? type : "text", &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("indexed %s\n", argument_text(inv, 0));
    return EXIT_DONE;
}

static int run_remove(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_index_remove(profile, argument_text(inv, 0), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("removed the index on %s\n", argument_text(inv, 0));
    return EXIT_DONE;
}

static const argument field_argument[] = {
    {"FIELD", "attributes.KEY or extras.KEY", false, false},
    {0},
};

static const option add_options[] = {
    {"type", 't', OPTION_TEXT, "TYPE", "text|number", false,
     "what the field holds (text)"},
    {0},
};

static const command commands[] = {
    {.name = "list",
     .summary = "List the indexes that were asked for",
     .example = "orma storage index list",
     .prints_data = true,
     .run = run_list},
    {.name = "add",
     .summary = "Index an attribute or extra",
     .details = "Filters of queries on it then find their nodes at once. "
                "Each index takes room, and time when nodes are stored.",
     .example = "orma storage index add attributes.energy --type number",
     .arguments = field_argument,
     .options = add_options,
     .run = run_add},
    {.name = "remove",
     .summary = "Remove an index; no data is lost",
     .example = "orma storage index remove attributes.energy",
     .arguments = field_argument,
     .run = run_remove},
    {0},
};

const command storage_index_command = {
    .name = "index",
    .summary = "Indexes on attributes and extras, for queries",
    .example = "orma storage index add attributes.energy --type number",
    .subcommands = commands,
};
