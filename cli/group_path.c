/* orma group path.
 *
 * SPDX-License-Identifier: MIT */
#include "group.h"

#include <stdio.h>

#include <orma/api/groups.h>

#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"

/* The rows, without those that are no group when --no-virtual is given. */
static json_object *chosen(const invocation *inv, json_object *rows)
{
    json_object *kept = json_object_new_array();
    const bool no_virtual = option_flag(inv, "no-virtual", false);

    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        json_object *pk = NULL;
        json_object_object_get_ex(row, "pk", &pk);
        if (pk != NULL || !no_virtual)
            json_object_array_add(kept, json_object_get(row));
    }
    return kept;
}

static int run_ls(invocation *inv)
{
    static const char *const own[] = {"long", "with-description", "no-virtual",
                                      "no-warn", NULL};
    static const column only_path[] = {{"path", "Path", CELL_PLAIN}, {0}};
    static const column wide[] = {
        {"path", "Path", CELL_PLAIN},
        {"pk", "PK", CELL_PLAIN},
        {"groups", "Sub-groups", CELL_PLAIN},
        {"nodes", "Nodes", CELL_PLAIN},
        {"description", "Description", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *query = document_of_options(inv, own);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    if (argument_text(inv, 0) != NULL)
        json_object_object_add(query, "path",
                               json_object_new_string(argument_text(inv, 0)));
    const orma_status st =
        orma_group_paths(profile, document_text(query), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *all = output_parse(inv, json);
    SCOPE_JSON json_object *rows = chosen(inv, all);
    const bool is_wide = option_flag(inv, "long", false) ||
                         option_flag(inv, "with-description", false);
    if (inv->format == FORMAT_TABLE && !is_wide) {
        output_raw(rows, only_path);
        return EXIT_DONE;
    }
    return output_value(inv, rows, wide, "There is no group.");
}

static const argument path[] = {
    {"PATH", "what lies below this path; without one, all", true, false},
    {0},
};

static const option ls_options[] = {
    {"type-string", 'T', OPTION_TEXT, "TYPE", NULL, false,
     "groups of this type (core)"},
    {"recursive", 'R', OPTION_FLAG, NULL, NULL, false, "all levels"},
    {"long", 'l', OPTION_FLAG, NULL, NULL, false,
     "pks, and numbers of groups and nodes, too"},
    {"with-description", 'd', OPTION_FLAG, NULL, NULL, false,
     "descriptions, too"},
    {"no-virtual", 0, OPTION_FLAG, NULL, NULL, false,
     "only paths that are groups themselves"},
    {"no-warn", 0, OPTION_FLAG, NULL, NULL, false,
     "as for verdi: labels that are no paths are left out without a word"},
    {0},
};

static const command path_commands[] = {
    {.name = "ls",
     .summary = "List labels as paths",
     .example = "orma group path ls silicon -R",
     .arguments = path,
     .options = ls_options,
     .prints_data = true,
     .run = run_ls},
    {0},
};

const command group_path_command = {
    .name = "path",
    .summary = "Labels of groups as a tree",
    .example = "orma group path ls",
    .subcommands = path_commands,
};
