/* orma query.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/query.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "rows.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

static int print_count(const invocation *inv, orma_profile *profile,
                       orma_str document)
{
    orma_error *error = NULL;
    int64_t count = 0;
    const orma_status st = orma_query_count(profile, document, &count, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%lld\n", (long long)count);
    return EXIT_DONE;
}

static void print_lines(const char *heading, json_object *lines)
{
    putchar('\n');
    terminal_heading(stdout, heading);
    for (size_t i = 0; i < json_object_array_length(lines); i++)
        printf("%s\n",
               json_object_get_string(json_object_array_get_idx(lines, i)));
}

static int print_explained(const invocation *inv, orma_profile *profile,
                           orma_str document)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_query_explain(
        profile, document,
        option_flag(inv, "count", false) ? ORMA_LITERAL("{\"count\": true}")
                                         : ORMA_LITERAL("{}"),
        &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *explained = output_parse(inv, json);
    json_object *statement = NULL, *parameters = NULL, *plan = NULL;
    json_object_object_get_ex(explained, "sql", &statement);
    json_object_object_get_ex(explained, "parameters", &parameters);
    json_object_object_get_ex(explained, "plan", &plan);
    terminal_heading(stdout, "SQL");
    printf("%s\n", json_object_get_string(statement));
    print_lines("Parameters", parameters);
    print_lines("Plan", plan);
    return EXIT_DONE;
}

static int print_as_dict(const invocation *inv, orma_profile *profile,
                         orma_str document)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_query_as_dict(profile, document, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format == FORMAT_YAML)
        return output_document(inv, json, NULL, NULL);
    fputs(json, stdout); /* a document is JSON, in a table's place, too */
    return EXIT_DONE;
}

static int run(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_MALLOC char *text = NULL;
    size_t len = 0;

    int status = document_read_file(inv, argument_text(inv, 0), &text, &len);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_str document = {text, len};
    if (option_flag(inv, "as-dict", false))
        return print_as_dict(inv, profile, document);
    if (option_flag(inv, "explain", false))
        return print_explained(inv, profile, document);
    if (option_flag(inv, "count", false))
        return print_count(inv, profile, document);
    const row_options options = {
        .shape = option_flag(inv, "dict", false) ? ROWS_DICTS : ROWS_ARRAYS,
        .limit = option_count(inv, "limit", 0),
        .is_raw = option_flag(inv, "raw", false),
        .empty = "Nothing matches.",
    };
    return rows_print(inv, profile, document, &options);
}

static const argument arguments[] = {
    {"FILE", "the query, or - for standard input", false, false},
    {0},
};

static const option options[] = {
    {"count", 'c', OPTION_FLAG, NULL, NULL, false,
     "print the number of rows only"},
    {"limit", 'l', OPTION_COUNT, "N", NULL, false,
     "at most N rows, whatever the query says"},
    {"dict", 'd', OPTION_FLAG, NULL, NULL, false,
     "rows as {tag: {field: value}} in JSON and YAML"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "no headings and no total"},
    {"explain", 0, OPTION_FLAG, NULL, NULL, false,
     "print the SQL, its parameters and the database's plan"},
    {"as-dict", 0, OPTION_FLAG, NULL, NULL, false,
     "print the query with everything written out"},
    {0},
};

const command query_command = {
    .name = "query",
    .summary = "Find nodes and what belongs to them by a query document",
    .details =
        "FILE is AiiDA's QueryBuilder as JSON, in the form of its as_dict() or "
        "as its constructor takes it. Rows are printed as they are found.",
    .example = "orma query structures.json --format csv >structures.csv\n"
               "echo '{\"path\": [{\"cls\": \"Int\", \"project\": [\"pk\", "
               "\"attributes.value\"]}]}' | orma query -",
    .arguments = arguments,
    .options = options,
    .prints_data = true,
    .run = run,
};
