/* What came of processes that were run.
 *
 * SPDX-License-Identifier: MIT */
#include "result.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include "failure.h"
#include "output.h"
#include "scope.h"

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

/* Lines of what happens, on a terminal's standard error. */
static void show_progress(void *user, const char *line)
{
    (void)user;
    fprintf(stderr, "%s\n", line);
}

orma_run_options result_run_options(const invocation *inv)
{
    orma_run_options options = {.size = sizeof options, .handle_signals = 1};
    if (isatty(STDERR_FILENO) && !option_flag(inv, "no-progress", false))
        options.progress = show_progress;
    return options;
}

/* What a table's cell shows of a value: a scalar itself, of the others their
 * size. The caller owns it. */
static json_object *short_value(json_object *value)
{
    char text[64];

    if (json_object_is_type(value, json_type_object))
        snprintf(text, sizeof text, "%d keys",
                 json_object_object_length(value));
    else if (json_object_is_type(value, json_type_array))
        snprintf(text, sizeof text, "%zu items",
                 json_object_array_length(value));
    else
        return json_object_get(value);
    return json_object_new_string(text);
}

/* LABEL, node and value of every output. */
static void print_outputs(json_object *outputs)
{
    static const column columns[] = {
        {"label", "Output", CELL_PLAIN},
        {"pk", "PK", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"value", "Value", CELL_PLAIN},
        {0},
    };
    SCOPE_JSON json_object *rows = json_object_new_array();

    if (!json_object_is_type(outputs, json_type_object))
        return;
    json_object_object_foreach(outputs, label, output)
    {
        char type[256];
        snprintf(type, sizeof type, "%s", text_member(output, "node_type"));
        const size_t len = strlen(type);
        if (len > 0 && type[len - 1] == '.')
            type[len - 1] = '\0';
        const char *dot = strrchr(type, '.');
        json_object *row = json_object_new_object();
        json_object_object_add(row, "label", json_object_new_string(label));
        json_object_object_add(row, "pk",
                               json_object_get(member(output, "pk")));
        json_object_object_add(
            row, "type", json_object_new_string(dot != NULL ? dot + 1 : type));
        json_object_object_add(row, "value",
                               short_value(member(output, "value")));
        json_object_array_add(rows, row);
    }
    if (json_object_array_length(rows) == 0)
        return;
    putchar('\n');
    table_rows(rows, columns, "");
}

static void print_result(json_object *result)
{
    const char *state = text_member(result, "process_state");
    json_object *exit_status = member(result, "exit_status");
    json_object *exit_message = member(result, "exit_message");

    printf("%s <%s> %s", text_member(result, "process_label"),
           text_member(result, "pk"), state);
    if (exit_status != NULL)
        printf(" [%s]", json_object_get_string(exit_status));
    if (exit_message != NULL && json_object_get_string_len(exit_message) > 0)
        printf(" %s", json_object_get_string(exit_message));
    if (member(result, "cached_from") != NULL)
        fputs(" (from the cache)", stdout);
    putchar('\n');
    print_outputs(member(result, "outputs"));
}

static bool is_success(json_object *result)
{
    return strcmp(text_member(result, "process_state"), "finished") == 0 &&
           json_object_get_int64(member(result, "exit_status")) == 0;
}

/* Several results are one array; a single one stands for itself. */
static int print_results(invocation *inv, json_object *texts)
{
    int status = EXIT_DONE;
    const size_t n = json_object_array_length(texts);

    if (n == 1 && inv->format != FORMAT_TABLE)
        return output_document(
            inv, json_object_get_string(json_object_array_get_idx(texts, 0)),
            NULL, NULL);
    SCOPE_JSON json_object *results = json_object_new_array();
    for (size_t i = 0; i < n; i++) {
        json_object *result = output_parse(
            inv, json_object_get_string(json_object_array_get_idx(texts, i)));
        json_object_array_add(results, result);
        if (inv->format == FORMAT_TABLE)
            print_result(result);
    }
    if (inv->format != FORMAT_TABLE)
        status = output_value(inv, results, NULL, NULL);
    return status;
}

/* EXIT_NOT_ZERO when one of the processes was not successful; people are told
 * where its log is. */
static int judge(const invocation *inv, json_object *texts)
{
    int status = EXIT_DONE;

    fflush(stdout);
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        SCOPE_JSON json_object *result = output_parse(
            inv, json_object_get_string(json_object_array_get_idx(texts, i)));
        if (is_success(result))
            continue;
        status = EXIT_NOT_ZERO;
        if (inv->format == FORMAT_TABLE)
            failure_hint("orma process report %s", text_member(result, "pk"));
    }
    return status;
}

int results_finish(invocation *inv, json_object *texts, int status)
{
    if (json_object_array_length(texts) == 0)
        return status;
    const int printed = print_results(inv, texts);
    const int judged = judge(inv, texts);
    if (status != EXIT_DONE || printed != EXIT_DONE)
        return status != EXIT_DONE ? status : printed;
    return judged;
}
