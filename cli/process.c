/* orma process.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/nodes.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* Every column that -P may name, with its heading. */
static const column projections[] = {
    {"pk", "PK", CELL_PLAIN},
    {"uuid", "UUID", CELL_PLAIN},
    {"ctime", "Created", CELL_AGO},
    {"mtime", "Modified", CELL_AGO},
    {"process_label", "Process label", CELL_PLAIN},
    {"state", "Process State", CELL_PLAIN},
    {"process_state", "Process State", CELL_PLAIN},
    {"process_status", "Process status", CELL_PLAIN},
    {"exit_status", "Exit status", CELL_PLAIN},
    {"exit_message", "Exit message", CELL_PLAIN},
    {"sealed", "Sealed", CELL_PLAIN},
    {"paused", "Paused", CELL_PLAIN},
    {"label", "Label", CELL_PLAIN},
    {"description", "Description", CELL_PLAIN},
    {"computer", "Computer", CELL_PLAIN},
    {"user", "User", CELL_PLAIN},
    {"node_type", "Node type", CELL_PLAIN},
    {"process_type", "Process type", CELL_PLAIN},
    {"job_id", "Job ID", CELL_PLAIN},
    {"scheduler_state", "Job state", CELL_PLAIN},
    {"exception", "Exception", CELL_PLAIN},
    {"version", "Version", CELL_PLAIN},
};

static const char *const default_columns[] = {
    "pk", "ctime", "process_label", "state", "process_status",
};

enum { COLUMN_COUNT = sizeof projections / sizeof *projections };

static bool add_column(column *columns, size_t *count, const char *name)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (strcmp(projections[i].key, name) != 0)
            continue;
        if (*count < COLUMN_COUNT)
            columns[(*count)++] = projections[i];
        return true;
    }
    return false;
}

static int unknown_column(const invocation *inv, const char *name)
{
    const char *names[COLUMN_COUNT];
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        names[i] = projections[i].key;
    failure_text(inv, EXIT_USAGE, "--project: there is no column \"%s\"", name);
    const char *closest = closest_word(name, names, COLUMN_COUNT);
    if (closest != NULL)
        failure_hint("did you mean \"%s\"?", closest);
    return EXIT_USAGE;
}

/* -P's words, which may also be joined by commas. columns: COLUMN_COUNT + 1.
 */
static int choose_columns(const invocation *inv, column *columns,
                          json_object *project)
{
    size_t count = 0;
    const char *words;
    for (size_t i = 0; (words = option_nth(inv, "project", i)) != NULL; i++) {
        for (const char *p = words; *p != '\0';) {
            char name[64];
            const size_t len = strcspn(p, ",");
            snprintf(name, sizeof name, "%.*s", (int)len, p);
            if (!add_column(columns, &count, name))
                return unknown_column(inv, name);
            p += len + (p[len] == ',');
        }
    }
    if (count == 0)
        for (size_t i = 0; i < sizeof default_columns / sizeof *default_columns;
             i++)
            add_column(columns, &count, default_columns[i]);
    for (size_t i = 0; i < count; i++)
        json_object_array_add(project, json_object_new_string(columns[i].key));
    return EXIT_DONE;
}

static int print_list(const invocation *inv, const char *json,
                      const column *columns)
{
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    const size_t n = rows != NULL ? json_object_array_length(rows) : 0;
    if (option_flag(inv, "raw", false)) {
        output_raw(rows, columns);
        return EXIT_DONE;
    }
    table_rows(rows, columns, "");
    printf("\nTotal results: %zu\n", n);
    return EXIT_DONE;
}

static int run_list(invocation *inv)
{
    static const char *const except[] = {"project", "raw", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *query = document_of_options(inv, except);
    SCOPE_TEXT char *json = NULL;
    column columns[COLUMN_COUNT + 1] = {{0}};
    orma_error *error = NULL;

    json_object *project = json_object_new_array();
    json_object_object_add(query, "project", project);
    int status = choose_columns(inv, columns, project);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_process_list(profile, document_text(query), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format == FORMAT_TABLE)
        return print_list(inv, json, columns);
    return output_document(inv, json, columns, NULL);
}

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static int run_report(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const char *level = option_text(inv, "levelname");
    const orma_status st = orma_process_report(profile, argument_text(inv, 0),
                                               level, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    const size_t n = rows != NULL ? json_object_array_length(rows) : 0;
    if (n == 0)
        printf("No log messages recorded for this process\n");
    for (size_t i = 0; i < n; i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        char time[64];
        cell_text(member(row, "time"), CELL_TIME, time, sizeof time);
        const int64_t depth = json_object_get_int64(member(row, "depth"));
        printf("%s [%s | %s] %*s[%s|%s] %s\n", time,
               json_object_get_string(member(row, "pk")),
               json_object_get_string(member(row, "levelname")),
               (int)(2 * depth), "",
               json_object_get_string(member(row, "node")),
               json_object_get_string(member(row, "process_label")),
               json_object_get_string(member(row, "message")));
    }
    return EXIT_DONE;
}

static int run_status(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *text = NULL;
        orma_error *error = NULL;
        const orma_status st =
            orma_node_tree(profile, inv->arguments[i], &text, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        fputs(text, stdout);
    }
    return EXIT_DONE;
}

/* The state machine as Graphviz DOT. */
static int print_graph(const invocation *inv, const char *json)
{
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    puts("digraph {");
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        printf("    \"%s\" -> \"%s\" [label=\"%s\"]\n",
               json_object_get_string(member(row, "stage")),
               json_object_get_string(member(row, "then")),
               json_object_get_string(member(row, "event")));
    }
    puts("}");
    return EXIT_DONE;
}

static int run_states(invocation *inv)
{
    static const column columns[] = {
        {"stage", "Stage", CELL_PLAIN},
        {"event", "Event", CELL_PLAIN},
        {"then", "Then", CELL_PLAIN},
        {"note", "", CELL_PLAIN},
        {0},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_process_states(&json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (option_flag(inv, "dot", false))
        return print_graph(inv, json);
    return output_document(inv, json, columns, NULL);
}

static const option list_options[] = {
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "terminated processes, too"},
    {"process-state", 'S', OPTION_TEXT, "STATE",
     "created|running|waiting|finished|excepted|killed", false,
     "in this state only"},
    {"process-label", 'L', OPTION_TEXT, "LABEL", NULL, false,
     "with this process label only; % stands for any text"},
    {"exit-status", 'E', OPTION_COUNT, "N", NULL, false,
     "with this exit status only"},
    {"failed", 'X', OPTION_FLAG, NULL, NULL, false,
     "that finished with an exit status other than 0"},
    {"paused", 0, OPTION_FLAG, NULL, NULL, false, "that are paused"},
    {"past-days", 'p', OPTION_COUNT, "DAYS", NULL, false,
     "created in the last DAYS days"},
    {"limit", 'l', OPTION_COUNT, "N", NULL, false, "at most N"},
    {"order-by", 'O', OPTION_TEXT, "TIME", "ctime|mtime", false,
     "order by creation or by last change"},
    {"order-dir", 'D', OPTION_TEXT, "DIR", "asc|desc", false,
     "oldest or newest first"},
    {"project", 'P', OPTION_WORDS, "COLUMN", NULL, true,
     "columns to print: pk, uuid, ctime, mtime, state, process_label, …"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "no headings and no total"},
    {0},
};

static const option report_options[] = {
    {"levelname", 'l', OPTION_TEXT, "LEVEL",
     "DEBUG|INFO|REPORT|WARNING|ERROR|CRITICAL", false,
     "messages from this level on (REPORT)"},
    {0},
};

static const option states_options[] = {
    {"dot", 0, OPTION_FLAG, NULL, NULL, false, "as a graph, in Graphviz DOT"},
    {0},
};

static const argument one_process[] = {
    {"PROCESS", "pk, UUID or its beginning, or label", false, false},
    {0},
};
static const argument processes[] = {
    {"PROCESS", "pk, UUID or its beginning, or label", false, true},
    {0},
};

static const command process_commands[] = {
    {.name = "list",
     .summary = "List processes",
     .details = "Those that are not terminated, unless -a, -S, -E or -X ask "
                "for others.",
     .example = "orma process list -a -p 1\n"
                "orma process list -S finished -P pk exit_status",
     .options = list_options,
     .prints_data = true,
     .run = run_list},
    {.name = "show",
     .summary = "Show a process: state, inputs, outputs, what it called",
     .example = "orma process show 12",
     .arguments = processes,
     .prints_data = true,
     .run = node_show},
    {.name = "status",
     .summary = "Print the provenance of a process as a tree",
     .example = "orma process status 12",
     .arguments = processes,
     .run = run_status},
    {.name = "report",
     .summary = "Print the log messages of a process and those it called",
     .example = "orma process report 12 -l WARNING",
     .arguments = one_process,
     .options = report_options,
     .prints_data = true,
     .run = run_report},
    {.name = "states",
     .summary = "Print the engine's state machine",
     .example = "orma process states --dot | dot -Tsvg >states.svg",
     .options = states_options,
     .prints_data = true,
     .run = run_states},
    {0},
};

const command process_command = {
    .name = "process",
    .summary = "Look at processes",
    .example = "orma process list -a",
    .subcommands = process_commands,
};
