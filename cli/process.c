/* orma process.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/nodes.h>

#include "caching.h"
#include "command.h"
#include "document.h"
#include "dump.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "result.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

#define MAX_TREE_DEPTH 32

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
    {"cached", "Cached", CELL_TICK},
    {"cached_from", "Cached from", CELL_PLAIN},
};

static const char *const default_columns[] = {
    "pk", "ctime", "process_label", "state", "process_status", NULL,
};

/* Of the formats for programs. */
static const char *const plain_columns[] = {
    "pk",
    "uuid",
    "ctime",
    "process_label",
    "process_state",
    "paused",
    "process_status",
    "exit_status",
    NULL,
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
    const bool is_chosen = count > 0;
    const char *const *names =
        inv->format == FORMAT_TABLE ? default_columns : plain_columns;
    for (; !is_chosen && *names != NULL; names++)
        add_column(columns, &count, *names);
    for (size_t i = 0; i < count; i++)
        json_object_array_add(project, json_object_new_string(columns[i].key));
    return EXIT_DONE;
}

static void add_row(void *user, json_object *row)
{
    table_add(user, row);
}

static void print_raw_row(void *user, json_object *row)
{
    output_raw_row(row, user);
}

static int print_list(const invocation *inv, const char *json, column *columns)
{
    if (option_flag(inv, "raw", false))
        return output_each(inv, json, print_raw_row, columns);
    table *t = table_create(columns);
    int status = t != NULL ? output_each(inv, json, add_row, t) : EXIT_FAILED;
    if (t == NULL || (status == EXIT_DONE && !table_print(t, "")))
        status = failure_text(inv, EXIT_FAILED, "there is no memory");
    if (status == EXIT_DONE)
        printf("\nTotal results: %zu\n", table_row_count(t));
    table_destroy(t);
    return status;
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

static const char *text_member(json_object *object, const char *key)
{
    json_object *found = member(object, key);
    return found != NULL ? json_object_get_string(found) : "";
}

static int expect_process(const invocation *inv, orma_profile *profile,
                          const char *node, const char *json)
{
    static const char prefix[] = "process.";
    (void)profile;
    SCOPE_JSON json_object *described = output_parse(inv, json);
    const char *type = text_member(described, "node_type");

    if (strncmp(type, prefix, sizeof prefix - 1) == 0)
        return EXIT_DONE;
    failure_text(inv, EXIT_FAILED, "node %s is data (%s), not a process",
                 text_member(described, "pk"), text_member(described, "type"));
    failure_hint("orma node show %s", node);
    return EXIT_FAILED;
}

static int run_show(invocation *inv)
{
    return node_show(inv, expect_process);
}

static void print_log_row(json_object *row)
{
    char time[64];
    const int64_t depth = json_object_get_int64(member(row, "depth"));

    if (strcmp(text_member(row, "loggername"), "scheduler_stderr") == 0) {
        printf("*** Scheduler errors:\n%s\n", text_member(row, "message"));
        return;
    }
    cell_text(member(row, "time"), CELL_TIME, time, sizeof time);
    printf("%s [%s | %s] %*s[%s|%s] %s\n", time, text_member(row, "pk"),
           text_member(row, "levelname"), (int)(2 * depth), "",
           text_member(row, "node"), text_member(row, "process_label"),
           text_member(row, "message"));
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
    for (size_t i = 0; i < n; i++)
        print_log_row(json_object_array_get_idx(rows, i));
    return EXIT_DONE;
}

/* The members of a node in the tree, and below "called" those of processes that
 * it called. */
static int describe_tree(const invocation *inv, orma_profile *profile,
                         const char *node, int depth, json_object *tree)
{
    static const char *const keys[] = {
        "pk",          "uuid",   "type",
        "node_type",   "label",  "process_state",
        "exit_status", "inputs", "outputs",
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    int status = EXIT_DONE;

    const orma_status st = orma_node_show(profile, node, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *described = output_parse(inv, json);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_object_add(tree, keys[i],
                               json_object_get(member(described, keys[i])));
    json_object *rows = member(described, "called");
    json_object *called = json_object_new_array();
    json_object_object_add(tree, "called", called);
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows) &&
                       depth < MAX_TREE_DEPTH && status == EXIT_DONE;
         i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        json_object *below = json_object_new_object();
        json_object_array_add(called, below);
        json_object_object_add(below, "link_label",
                               json_object_get(member(row, "link_label")));
        status = describe_tree(inv, profile, text_member(row, "pk"), depth + 1,
                               below);
    }
    return status;
}

static int run_status(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *trees = json_object_new_array();
    int status = session_open(inv, &profile);

    for (size_t i = 0; i < inv->argument_count && status == EXIT_DONE; i++) {
        SCOPE_TEXT char *text = NULL;
        orma_error *error = NULL;
        if (inv->format != FORMAT_TABLE) {
            json_object *tree = json_object_new_object();
            json_object_array_add(trees, tree);
            status = describe_tree(inv, profile, inv->arguments[i], 0, tree);
            continue;
        }
        const orma_status st =
            orma_node_tree(profile, inv->arguments[i], &text, &error);
        if (st == ORMA_OK)
            fputs(text, stdout);
        else
            status = failure(inv, st, error);
    }
    if (status != EXIT_DONE || inv->format == FORMAT_TABLE)
        return status;
    const bool is_one = inv->argument_count == 1;
    return output_value(
        inv, is_one ? json_object_array_get_idx(trees, 0) : trees, NULL, NULL);
}

/* One after the other: each is run to its end, or until it pauses again. */
static int run_play(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *results = json_object_new_array();
    const orma_run_options options = result_run_options(inv);

    int status = session_open(inv, &profile);
    for (size_t i = 0; i < inv->argument_count && status == EXIT_DONE; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        int64_t pk = 0;
        const orma_status st = orma_resume(profile, inv->arguments[i], &options,
                                           &pk, &json, &error);
        if (st != ORMA_OK)
            status = failure(inv, st, error);
        else
            json_object_array_add(results, json_object_new_string(json));
    }
    return results_finish(inv, results, status);
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
     "columns to print: pk, uuid, ctime, mtime, state, process_label, cached, "
     "…"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "no headings and no total"},
    {0},
};

static const option report_options[] = {
    {"levelname", 'l', OPTION_TEXT, "LEVEL",
     "DEBUG|INFO|REPORT|WARNING|ERROR|CRITICAL", false,
     "messages from this level on (REPORT)"},
    {0},
};

static const option play_options[] = {
    NO_PROGRESS_OPTION,
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
     .run = run_show},
    {.name = "status",
     .summary = "Print the provenance of a process as a tree",
     .example = "orma process status 12",
     .arguments = processes,
     .prints_data = true,
     .run = run_status},
    {.name = "play",
     .summary = "Go on with processes that paused or whose runner died",
     .details = "They are run here and now, one after the other. Exit status "
                "10 when one of them did not finish with exit status 0.",
     .example = "orma process play 12",
     .arguments = processes,
     .options = play_options,
     .prints_data = true,
     .run = run_play},
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

static const command *const other_commands[] = {
    &why_not_cached_command,
    &invalidate_command,
    &validate_command,
    &dump_process_command,
    NULL,
};

const command process_command = {
    .name = "process",
    .summary = "Look at processes",
    .example = "orma process list -a",
    .subcommands = process_commands,
    .groups = other_commands,
};
