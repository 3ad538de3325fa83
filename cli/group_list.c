/* orma group list, show, delete.
 *
 * SPDX-License-Identifier: MIT */
#include "group.h"

#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/groups.h>

#include "deletion.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static const char *const filters[] = {
    "all-users",  "user",     "all",      "type-string", "past-days",
    "startswith", "endswith", "contains", "node",
};

static bool group_is_filtered(const invocation *inv)
{
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (option_given(inv, filters[i]))
            return true;
    return false;
}

/* The library's query of GROUP_FILTERS. The caller puts it. */
static json_object *group_filters(const invocation *inv)
{
    static const char *const own[] = {"all-users",
                                      "all",
                                      "with-description",
                                      "raw",
                                      "force",
                                      "dry-run",
                                      "delete-nodes",
                                      "create-forward",
                                      "call-calc-forward",
                                      "call-work-forward",
                                      "format",
                                      NULL};
    json_object *query = document_of_options(inv, own);

    if (!option_flag(inv, "all", false) && !option_given(inv, "type-string"))
        json_object_object_add(query, "type_string",
                               json_object_new_string("core"));
    if (!option_flag(inv, "all-users", false) && !option_given(inv, "user"))
        json_object_object_add(query, "mine", json_object_new_boolean(1));
    if (option_count(inv, "past-days", 1) == 0)
        json_object_object_del(query, "past_days");
    return query;
}

static int list_groups(const invocation *inv, orma_profile *profile,
                       json_object **rows)
{
    SCOPE_JSON json_object *query = group_filters(inv);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_group_list(profile, document_text(query), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    *rows = output_parse(inv, json);
    return *rows != NULL ? EXIT_DONE : EXIT_FAILED;
}

static int run_list(invocation *inv)
{
    static const column known[] = {
        {"pk", "PK", CELL_PLAIN},
        {"label", "Label", CELL_PLAIN},
        {"type_string", "Type string", CELL_PLAIN},
        {"user", "User", CELL_PLAIN},
        {"count", "Nodes", CELL_PLAIN},
        {"description", "Description", CELL_PLAIN},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *rows = NULL;
    column columns[sizeof known / sizeof *known + 1] = {{0}};
    size_t n = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].key, "count") == 0 &&
            !option_flag(inv, "count", false))
            continue;
        if (strcmp(known[i].key, "description") == 0 &&
            !option_flag(inv, "with-description", false))
            continue;
        columns[n++] = known[i];
    }
    int status = session_open(inv, &profile);
    if (status == EXIT_DONE)
        status = list_groups(inv, profile, &rows);
    if (status != EXIT_DONE)
        return status;
    if (option_flag(inv, "raw", false)) {
        output_raw(rows, columns);
        return EXIT_DONE;
    }
    return output_value(inv, rows, columns,
                        "There is no such group (-a shows all types, -A those "
                        "of all users).");
}

/* Pks or UUIDs in one line, as verdi prints them. */
static void print_names(json_object *nodes, bool wants_uuid)
{
    for (size_t i = 0; i < json_object_array_length(nodes); i++) {
        json_object *name = NULL;
        json_object_object_get_ex(json_object_array_get_idx(nodes, i),
                                  wants_uuid ? "uuid" : "pk", &name);
        printf("%s%s", i > 0 ? " " : "", json_object_get_string(name));
    }
    putchar('\n');
}

static void print_group(json_object *group, json_object *nodes, bool wants_uuid)
{
    static const column head[] = {
        {"label", "Group label", CELL_PLAIN},
        {"type_string", "Group type_string", CELL_PLAIN},
        {"description", "Group description", CELL_PLAIN},
        {"user", "User", CELL_PLAIN},
        {"time", "Created", CELL_TIME},
        {"count", "Nodes", CELL_PLAIN},
        {0},
    };
    static const column by_pk[] = {
        {"pk", "PK", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"label", "Label", CELL_PLAIN},
        {"ctime", "Created", CELL_AGO},
        {0},
    };
    static const column by_uuid[] = {
        {"uuid", "UUID", CELL_PLAIN},   {"pk", "PK", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},   {"label", "Label", CELL_PLAIN},
        {"ctime", "Created", CELL_AGO}, {0},
    };
    table_object(group, head);
    if (json_object_array_length(nodes) == 0)
        return;
    putchar('\n');
    table_rows(nodes, wants_uuid ? by_uuid : by_pk, "");
}

static int run_show(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *shown = NULL;
    SCOPE_TEXT char *listed = NULL;
    orma_error *error = NULL;
    const bool wants_uuid = option_flag(inv, "uuid", false);
    const char *name = argument_text(inv, 0);

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st = orma_group_show(profile, name, &shown, &error);
    if (st == ORMA_OK)
        st = orma_group_nodes(profile, name, option_count(inv, "limit", 0),
                              &listed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *group = output_parse(inv, shown);
    SCOPE_JSON json_object *nodes = output_parse(inv, listed);
    if (group == NULL || nodes == NULL)
        return EXIT_FAILED;
    if (option_flag(inv, "raw", false)) {
        print_names(nodes, wants_uuid);
        return EXIT_DONE;
    }
    if (inv->format == FORMAT_TABLE) {
        print_group(group, nodes, wants_uuid);
        return EXIT_DONE;
    }
    json_object_object_add(group, "nodes", json_object_get(nodes));
    return output_value(inv, group, NULL, NULL);
}

static orma_status call_delete(orma_profile *profile, void *user,
                               orma_str options, char **json, orma_error **err)
{
    (void)user;
    return orma_group_delete(profile, options, json, err);
}

/* The groups named, or those that the filters find. */
static int choose_groups(const invocation *inv, orma_profile *profile,
                         json_object *groups)
{
    SCOPE_JSON json_object *rows = NULL;

    if (inv->argument_count > 0 && group_is_filtered(inv))
        return failure_text(inv, EXIT_USAGE,
                            "groups are either named or found by options");
    if (inv->argument_count == 0 && !group_is_filtered(inv))
        return failure_text(inv, EXIT_USAGE, "GROUP is missing");
    for (size_t i = 0; i < inv->argument_count; i++)
        json_object_array_add(groups,
                              json_object_new_string(inv->arguments[i]));
    if (inv->argument_count > 0)
        return EXIT_DONE;
    const int status = list_groups(inv, profile, &rows);
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *pk = NULL;
        json_object_object_get_ex(json_object_array_get_idx(rows, i), "pk",
                                  &pk);
        json_object_array_add(groups, json_object_get(pk));
    }
    return status;
}

static int run_delete(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = json_object_new_object();
    json_object *groups = json_object_new_array();
    char what[600];

    json_object_object_add(options, "groups", groups);
    int status = session_open(inv, &profile);
    if (status == EXIT_DONE)
        status = choose_groups(inv, profile, groups);
    if (status != EXIT_DONE)
        return status;
    const size_t count = json_object_array_length(groups);
    if (count == 0) {
        printf("There is no such group.\n");
        return EXIT_DONE;
    }
    if (inv->argument_count == 1)
        snprintf(what, sizeof what, "the group \"%s\"", inv->arguments[0]);
    else
        snprintf(what, sizeof what, "%zu group%s", count,
                 count == 1 ? "" : "s");
    json_object_object_add(
        options, "delete_nodes",
        json_object_new_boolean(option_flag(inv, "delete-nodes", false)));
    return deletion_run(inv, profile, options, what, call_delete, NULL);
}

static const argument one_group[] = {
    {"GROUP", "pk, label, or UUID", false, false},
    {0},
};
static const argument groups_or_none[] = {
    {"GROUP", "pk, label, or UUID", true, true},
    {0},
};

static const option list_options[] = {
    GROUP_FILTERS,
    {"count", 'C', OPTION_FLAG, NULL, NULL, false, "their numbers of nodes"},
    {"with-description", 'd', OPTION_FLAG, NULL, NULL, false,
     "their descriptions"},
    {"order-by", 'O', OPTION_TEXT, "KEY", "id|label|ctime", false,
     "order (label)"},
    {"order-dir", 'D', OPTION_TEXT, "WAY", "asc|desc", false,
     "ascending or descending"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "rows without a heading"},
    {0},
};
static const option show_options[] = {
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "the pks only, in one line"},
    {"limit", 'l', OPTION_COUNT, "N", NULL, false, "at most so many nodes"},
    {"uuid", 'u', OPTION_FLAG, NULL, NULL, false,
     "UUIDs too; with --raw, UUIDs only"},
    {0},
};
static const option delete_options[] = {
    DELETION_OPTIONS,
    {"delete-nodes", 0, OPTION_FLAG, NULL, NULL, false,
     "also the nodes, with all that depends on them"},
    DELETION_RULES,
    GROUP_FILTERS,
    {0},
};

const command group_list_command = {
    .name = "list",
    .summary = "List the groups",
    .example = "orma group list -C -s silicon/",
    .options = list_options,
    .prints_data = true,
    .run = run_list,
};

const command group_show_command = {
    .name = "show",
    .summary = "Show a group and its nodes",
    .example = "orma group show silicon",
    .arguments = one_group,
    .options = show_options,
    .prints_data = true,
    .run = run_show,
};

const command group_delete_command = {
    .name = "delete",
    .summary = "Delete groups; their nodes stay unless told otherwise",
    .example = "orma group delete old\n"
               "orma group delete -s test/ --delete-nodes --dry-run",
    .arguments = groups_or_none,
    .options = delete_options,
    .prints_data = true,
    .run = run_delete,
};
