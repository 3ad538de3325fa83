/* orma data TYPE.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <orma/api/nodes.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "scope.h"
#include "session.h"

static int run_import(invocation *inv)
{
    static const column columns[] = {
        {"pk", "PK", CELL_PLAIN},
        {"uuid", "UUID", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"summary", "", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *rows = json_object_new_array();

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        char name[32];
        int64_t pk = 0;
        orma_status st = orma_data_import(
            profile, inv->word, option_text(inv, "file-format"),
            inv->arguments[i], option_text(inv, "label"), &pk, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        snprintf(name, sizeof name, "%lld", (long long)pk);
        st = orma_node_show(profile, name, &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        if (inv->argument_count == 1 && inv->format != FORMAT_TABLE)
            return output_document(inv, json, NULL, NULL);
        json_object_array_add(rows, output_parse(inv, json));
    }
    return output_value(inv, rows, columns, NULL);
}

/* Only nodes of the command's TYPE. */
static int expect_type(const invocation *inv, orma_profile *profile,
                       const char *node, const char *json)
{
    (void)json;
    orma_error *error = NULL;
    const orma_status st = orma_data_expect(profile, inv->word, node, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_show(invocation *inv)
{
    return node_show(inv, expect_type);
}

static int run_export(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *text = NULL;
    orma_error *error = NULL;
    size_t len = 0;
    const char *path = option_text(inv, "output");

    int status = session_open(inv, &profile);
    if (status == EXIT_DONE)
        status = expect_type(inv, profile, argument_text(inv, 0), NULL);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_data_export(profile, argument_text(inv, 0),
                         option_text(inv, "format"), &text, &len, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (path == NULL)
        return fwrite(text, 1, len, stdout) == len ? EXIT_DONE : EXIT_FAILED;
    FILE *file = fopen(path, option_flag(inv, "force", false) ? "wb" : "wbx");
    if (file == NULL) {
        const int reason = errno;
        failure_text(inv, EXIT_REFUSED, "\"%s\": %s", path, strerror(reason));
        if (reason == EEXIST)
            failure_hint("use --force to replace it");
        return reason == EEXIST ? EXIT_REFUSED : EXIT_FAILED;
    }
    const bool is_written = fwrite(text, 1, len, file) == len;
    if (fclose(file) != 0 || !is_written)
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            strerror(errno));
    return EXIT_DONE;
}

static int run_list(invocation *inv)
{
    static const column columns[] = {
        {"pk", "PK", CELL_PLAIN},
        {"ctime", "Created", CELL_AGO},
        {"label", "Label", CELL_PLAIN},
        {"summary", "", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_data_list(
        profile, inv->word, option_count(inv, "limit", 0), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (option_flag(inv, "raw", false)) {
        SCOPE_JSON json_object *rows = output_parse(inv, json);
        output_raw(rows, columns);
        return EXIT_DONE;
    }
    return output_document(inv, json, columns, "There are no such nodes.");
}

static const option import_options[] = {
    {"file-format", 'F', OPTION_TEXT, "FORMAT", NULL, false,
     "format of the file; told from its name and content when left out"},
    {"label", 'L', OPTION_TEXT, "LABEL", NULL, false, "label of the node"},
    {0},
};

static const option export_options[] = {
    {"format", 'F', OPTION_TEXT, "FORMAT", NULL, false,
     "format to write, the type's first when left out; `orma plugin list data "
     "TYPE` shows them"},
    {"output", 'o', OPTION_TEXT, "FILE", NULL, false,
     "file to write; standard output when left out"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "replace the file"},
    {0},
};

static const option list_options[] = {
    {"limit", 'l', OPTION_COUNT, "N", NULL, false, "the newest N only"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "no headings"},
    {0},
};

static const argument files[] = {
    {"FILE", "file to import", false, true},
    {0},
};
static const argument nodes[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, true},
    {0},
};
static const argument one_node[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {0},
};

static const command data_commands[] = {
    {.name = "import",
     .summary = "Import files as nodes of the type",
     .details = "Types that read no format of their own take their value from "
                "a YAML or JSON file.",
     .example = "orma data " EXAMPLE_DATA " import Si.cif",
     .arguments = files,
     .options = import_options,
     .prints_data = true,
     .run = run_import},
    {.name = "show",
     .summary = "Show nodes",
     .example = "orma data " EXAMPLE_DATA " show 12",
     .arguments = nodes,
     .prints_data = true,
     .run = run_show},
    {.name = "export",
     .summary = "Write a node in a file format",
     .example = "orma data " EXAMPLE_DATA " export 12 -F xyz -o Si.xyz",
     .arguments = one_node,
     .options = export_options,
     .run = run_export},
    {.name = "list",
     .summary = "List the nodes of the type and those derived from it",
     .example = "orma data " EXAMPLE_DATA " list",
     .options = list_options,
     .prints_data = true,
     .run = run_list},
    {0},
};

const command data_command = {
    .name = "data",
    .summary = "Data nodes by type",
    .details = "TYPE is a data entry point: `orma plugin list data`.",
    .example = "orma data " EXAMPLE_DATA " import Si.cif",
    .subcommands = data_commands,
    .word = "TYPE",
};
