/* orma data TYPE; folders on computers are data_remote.c's, families
 * data_family.c's.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <orma/api/data.h>
#include <orma/api/nodes.h>

#include "command.h"
#include "data.h"
#include "defaults.h"
#include "document.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "scope.h"
#include "session.h"

/* What would be stored, one object for each file. */
static int preview(invocation *inv, orma_profile *profile)
{
    static const column columns[] = {
        {"type", "Type", CELL_PLAIN},
        {"summary", "", CELL_PLAIN},
        {0},
    };
    SCOPE_JSON json_object *rows = json_object_new_array();

    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        const orma_status st = orma_data_preview(
            profile, inv->word, option_text(inv, "file-format"),
            inv->arguments[i], &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        if (inv->argument_count == 1 && inv->format != FORMAT_TABLE)
            return output_document(inv, json, NULL, NULL);
        json_object_array_add(rows, output_parse(inv, json));
    }
    return output_value(inv, rows, columns, NULL);
}

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
    if (option_flag(inv, "dry-run", false))
        return preview(inv, profile);
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

int data_expect_type(const invocation *inv, orma_profile *profile,
                     const char *node)
{
    orma_error *error = NULL;
    const orma_status st = orma_data_expect(profile, inv->word, node, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

/* Only nodes of the command's TYPE. */
static int accept(const invocation *inv, orma_profile *profile,
                  const char *node, const char *json)
{
    (void)json;
    return data_expect_type(inv, profile, node);
}

static bool is_shown_by_content(const char *type)
{
    static const char *const types[] = SHOWN_BY_CONTENT;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

/* The node in the first format that its type is exported to. */
static int content_of(const invocation *inv, orma_profile *profile,
                      const char *node, char **text, size_t *len)
{
    orma_error *error = NULL;
    const int status = data_expect_type(inv, profile, node);

    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_data_export(profile, node, NULL, text, len, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_content(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    int status = session_open(inv, &profile);

    for (size_t i = 0; status == EXIT_DONE && i < inv->argument_count; i++) {
        SCOPE_TEXT char *text = NULL;
        size_t len = 0;
        status = content_of(inv, profile, inv->arguments[i], &text, &len);
        if (status == EXIT_DONE && fwrite(text, 1, len, stdout) != len)
            status = EXIT_FAILED;
    }
    return status;
}

/* Documents; a table has no form for them and prints JSON. */
static int show_content(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *all = json_object_new_array();
    int status = session_open(inv, &profile);

    if (inv->format == FORMAT_TABLE)
        inv->format = FORMAT_JSON;
    for (size_t i = 0; status == EXIT_DONE && i < inv->argument_count; i++) {
        SCOPE_TEXT char *text = NULL;
        size_t len = 0;
        status = content_of(inv, profile, inv->arguments[i], &text, &len);
        if (status == EXIT_DONE && inv->argument_count == 1)
            return output_document(inv, text, NULL, NULL);
        if (status == EXIT_DONE)
            json_object_array_add(all, output_parse(inv, text));
    }
    return status == EXIT_DONE ? output_value(inv, all, NULL, NULL) : status;
}

static int run_show(invocation *inv)
{
    return is_shown_by_content(inv->word) ? show_content(inv)
                                          : node_show(inv, accept);
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
        status = data_expect_type(inv, profile, argument_text(inv, 0));
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
    static const char *const own[] = {"raw", "all-users", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *query = document_of_options(inv, own);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    if (!option_flag(inv, "all-users", true))
        json_object_object_add(query, "mine", json_object_new_boolean(1));
    const orma_status st =
        orma_data_find(profile, inv->word, document_text(query), &json, &error);
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
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false,
     "read and check the files, store nothing"},
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
    {"past-days", 'p', OPTION_COUNT, "DAYS", NULL, false,
     "made in the last DAYS days"},
    {"elements", 'e', OPTION_WORDS, "SYMBOL", NULL, true,
     "with all these elements in the formula"},
    {"groups", 'G', OPTION_WORDS, "GROUP", NULL, true,
     "in one of these groups"},
    {"all-users", 'A', OPTION_PAIR, NULL, NULL, false,
     "of all users (default), not of the profile's alone"},
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
static const option path_options[] = {
    {"path", 'p', OPTION_TEXT, "PATH", NULL, false,
     "what in the folder, relative to it"},
    {"long", 'l', OPTION_FLAG, NULL, NULL, false, "types and sizes, too"},
    {0},
};

static const option upload_options[] = {
    {"stop-if-existing", 0, OPTION_FLAG, NULL, NULL, false,
     "refuse files that are nodes already, instead of taking these"},
    {0},
};

static const option families_options[] = {
    {"elements", 'e', OPTION_WORDS, "SYMBOL", NULL, true,
     "with one of these elements"},
    {0},
};

static const argument upload_arguments[] = {
    {"FOLDER", "folder with the files", false, false},
    {"LABEL", "label of the family", false, false},
    {"DESCRIPTION", "description of the family", true, false},
    {0},
};
static const argument family_arguments[] = {
    {"FOLDER", "folder to write into", false, false},
    {"FAMILY", "label or pk of the family", false, false},
    {0},
};
static const argument remote_file[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"PATH", "file in the folder", false, false},
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
     .summary = "Show nodes: the content of dictionaries and arrays, columns "
                "and links of others",
     .example = "orma data " EXAMPLE_DATA " show 12",
     .arguments = nodes,
     .prints_data = true,
     .run = run_show},
    {.name = "content",
     .summary = "Print the content of nodes: a file, a value as JSON",
     .example = "orma data " EXAMPLE_FILES " content 12",
     .arguments = nodes,
     .run = run_content},
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
    {.name = "ls",
     .summary = "List the folder on a computer that a node points to",
     .example = "orma data " EXAMPLE_REMOTE " ls 12 -l",
     .arguments = one_node,
     .options = path_options,
     .prints_data = true,
     .run = run_data_ls},
    {.name = "cat",
     .summary = "Print a file of the folder that a node points to",
     .example = "orma data " EXAMPLE_REMOTE " cat 12 aiida.out",
     .arguments = remote_file,
     .run = run_data_cat},
    {.name = "size",
     .summary = "Bytes that the folder takes which a node points to",
     .example = "orma data " EXAMPLE_REMOTE " size 12",
     .arguments = one_node,
     .options = path_options,
     .prints_data = true,
     .run = run_data_size},
    {.name = "uploadfamily",
     .summary = "Make a family, a group of nodes, of the files of a folder",
     .details = "Files whose nodes the profile has already are taken as they "
                "are. There is one for each element.",
     .example = "orma data " EXAMPLE_FAMILY " uploadfamily pseudos/ sssp",
     .arguments = upload_arguments,
     .options = upload_options,
     .prints_data = true,
     .run = run_data_uploadfamily},
    {.name = "listfamilies",
     .summary = "List the families of the type",
     .example = "orma data " EXAMPLE_FAMILY " listfamilies -e Si",
     .options = families_options,
     .prints_data = true,
     .run = run_data_listfamilies},
    {.name = "exportfamily",
     .summary = "Write the files of a family into a folder",
     .details = "Files that are there already are kept.",
     .example = "orma data " EXAMPLE_FAMILY " exportfamily pseudos/ sssp",
     .arguments = family_arguments,
     .prints_data = true,
     .run = run_data_exportfamily},
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
