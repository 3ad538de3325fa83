/* orma node repo, and orma calcjob, which is mostly files.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/nodes.h>

#include "command.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "scope.h"
#include "session.h"

#define MAX_KEYS 1024

orma_status node_write_stdout(void *user, orma_str bytes)
{
    (void)user;
    return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len
               ? ORMA_OK
               : ORMA_E_TRANSIENT;
}

int node_print_files(const invocation *inv, const char *json)
{
    static const column columns[] = {
        {"path", "Path", CELL_PLAIN},
        {"type", "Type", CELL_PLAIN},
        {"size", "Bytes", CELL_PLAIN},
        {0},
    };
    if (inv->format != FORMAT_TABLE || option_flag(inv, "long", false))
        return output_document(inv, json, columns, "There are no files.");
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        json_object *path = NULL, *type = NULL;
        json_object_object_get_ex(row, "path", &path);
        json_object_object_get_ex(row, "type", &type);
        const bool is_folder =
            strcmp(json_object_get_string(type), "folder") == 0;
        printf("%s%s\n", json_object_get_string(path), is_folder ? "/" : "");
    }
    return EXIT_DONE;
}

static int list_files(invocation *inv, orma_profile *profile, const char *node,
                      const char *path)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_node_files(
        profile, node, path != NULL ? path : "",
        option_flag(inv, "recursive", false) ? 1 : 0, &json, &error);
    return st == ORMA_OK ? node_print_files(inv, json)
                         : failure(inv, st, error);
}

static int run_repo_ls(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    const int status = session_open(inv, &profile);
    return status == EXIT_DONE ? list_files(inv, profile, argument_text(inv, 0),
                                            argument_text(inv, 1))
                               : status;
}

/* The only file of a node without folders, when no path is named. */
static int only_file(invocation *inv, orma_profile *profile, char *out,
                     size_t size)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_node_files(profile, argument_text(inv, 0), "", 1, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    if (json_object_array_length(rows) != 1)
        return failure_text(inv, EXIT_USAGE,
                            "PATH is missing: the node has %zu files",
                            json_object_array_length(rows));
    json_object *path = NULL;
    json_object_object_get_ex(json_object_array_get_idx(rows, 0), "path",
                              &path);
    snprintf(out, size, "%s", json_object_get_string(path));
    return EXIT_DONE;
}

static int run_repo_cat(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    char only[4096] = "";
    orma_error *error = NULL;
    const char *path = argument_text(inv, 1);

    int status = session_open(inv, &profile);
    if (status == EXIT_DONE && path == NULL)
        status = only_file(inv, profile, only, sizeof only);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_node_read(profile, argument_text(inv, 0),
                                          path != NULL ? path : only,
                                          node_write_stdout, NULL, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_repo_dump(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_node_dump(profile, argument_text(inv, 0),
                                          argument_text(inv, 1), &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

/* pk of the node with the files that a calcjob retrieved. */
static int retrieved_node(invocation *inv, orma_profile *profile, char *out,
                          size_t size)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_node_show(profile, argument_text(inv, 0), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *described = output_parse(inv, json);
    json_object *outputs = NULL;
    json_object_object_get_ex(described, "outputs", &outputs);
    for (size_t i = 0; outputs != NULL && i < json_object_array_length(outputs);
         i++) {
        json_object *row = json_object_array_get_idx(outputs, i);
        json_object *label = NULL, *pk = NULL;
        json_object_object_get_ex(row, "link_label", &label);
        json_object_object_get_ex(row, "pk", &pk);
        if (strcmp(json_object_get_string(label), "retrieved") != 0)
            continue;
        snprintf(out, size, "%s", json_object_get_string(pk));
        return EXIT_DONE;
    }
    return failure_text(inv, EXIT_NOT_FOUND, "\"%s\" has retrieved no files",
                        argument_text(inv, 0));
}

static int calcjob_ls(invocation *inv, bool is_output)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    char node[64];
    int status = session_open(inv, &profile);
    if (status == EXIT_DONE && is_output)
        status = retrieved_node(inv, profile, node, sizeof node);
    if (status != EXIT_DONE)
        return status;
    return list_files(inv, profile, is_output ? node : argument_text(inv, 0),
                      argument_text(inv, 1));
}

static int run_inputls(invocation *inv)
{
    return calcjob_ls(inv, false);
}

static int run_outputls(invocation *inv)
{
    return calcjob_ls(inv, true);
}

static int calcjob_cat(invocation *inv, int32_t is_output)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_calcjob_read(profile, argument_text(inv, 0),
                                             is_output, argument_text(inv, 1),
                                             node_write_stdout, NULL, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

static int run_inputcat(invocation *inv)
{
    return calcjob_cat(inv, 0);
}

static int run_outputcat(invocation *inv)
{
    return calcjob_cat(inv, 1);
}

static int unknown_key(const invocation *inv, json_object *all, const char *key)
{
    const char *names[MAX_KEYS];
    size_t n = 0;

    if (json_object_is_type(all, json_type_object)) {
        json_object_object_foreach(all, name, unused)
        {
            (void)unused;
            if (n < MAX_KEYS)
                names[n++] = name;
        }
    }
    failure_text(inv, EXIT_NOT_FOUND, "the results have no key \"%s\"", key);
    const char *closest = closest_word(key, names, n);
    if (closest != NULL)
        failure_hint("did you mean \"%s\"?", closest);
    return EXIT_NOT_FOUND;
}

/* -k: these keys only, as verdi. */
static int choose_keys(const invocation *inv, json_object *all,
                       json_object *chosen)
{
    int status = EXIT_DONE;
    const char *key;
    for (size_t i = 0; (key = option_nth(inv, "keys", i)) != NULL; i++) {
        json_object *found = NULL;
        if (json_object_object_get_ex(all, key, &found))
            json_object_object_add(chosen, key, json_object_get(found));
        else
            status = unknown_key(inv, all, key);
    }
    return status;
}

static int run_res(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_calcjob_results(profile, argument_text(inv, 0), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (!option_given(inv, "keys"))
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *all = output_parse(inv, json);
    SCOPE_JSON json_object *chosen = json_object_new_object();
    status = choose_keys(inv, all, chosen);
    return status == EXIT_DONE ? output_value(inv, chosen, NULL, NULL) : status;
}

static const option ls_options[] = {
    {"recursive", 0, OPTION_FLAG, NULL, NULL, false, "folders' content, too"},
    {"long", 'l', OPTION_FLAG, NULL, NULL, false, "with types and sizes"},
    {0},
};

static const option res_options[] = {
    {"keys", 'k', OPTION_WORDS, "KEY", NULL, true, "print these only"},
    {0},
};

static const argument ls_arguments[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"PATH", "folder within the node", true, false},
    {0},
};
static const argument cat_arguments[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"PATH", "file within the node; the only one when left out", true, false},
    {0},
};
static const argument dump_arguments[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"FOLDER", "folder to make", false, false},
    {0},
};
static const argument calcjob_ls_arguments[] = {
    {"CALCJOB", "pk, UUID or its beginning, or label", false, false},
    {"PATH", "folder among the files", true, false},
    {0},
};
static const argument calcjob_cat_arguments[] = {
    {"CALCJOB", "pk, UUID or its beginning, or label", false, false},
    {"PATH", "file; the main one when left out", true, false},
    {0},
};
static const argument one_calcjob[] = {
    {"CALCJOB", "pk, UUID or its beginning, or label", false, false},
    {0},
};

const command repo_commands[] = {
    {.name = "ls",
     .summary = "List the files of a node",
     .example = "orma node repo ls 12 -l",
     .arguments = ls_arguments,
     .options = ls_options,
     .prints_data = true,
     .run = run_repo_ls},
    {.name = "cat",
     .summary = "Print a file of a node",
     .example = "orma node repo cat 12 aiida.out",
     .arguments = cat_arguments,
     .run = run_repo_cat},
    {.name = "dump",
     .summary = "Write all files of a node into a new folder",
     .example = "orma node repo dump 12 ./files",
     .arguments = dump_arguments,
     .run = run_repo_dump},
    {0},
};

static const command calcjob_commands[] = {
    {.name = "inputcat",
     .summary = "Print an input file of a calcjob",
     .example = "orma calcjob inputcat 12",
     .arguments = calcjob_cat_arguments,
     .run = run_inputcat},
    {.name = "outputcat",
     .summary = "Print a file that a calcjob retrieved",
     .example = "orma calcjob outputcat 12 _scheduler-stderr.txt",
     .arguments = calcjob_cat_arguments,
     .run = run_outputcat},
    {.name = "inputls",
     .summary = "List the input files of a calcjob",
     .example = "orma calcjob inputls 12",
     .arguments = calcjob_ls_arguments,
     .options = ls_options,
     .prints_data = true,
     .run = run_inputls},
    {.name = "outputls",
     .summary = "List the files that a calcjob retrieved",
     .example = "orma calcjob outputls 12",
     .arguments = calcjob_ls_arguments,
     .options = ls_options,
     .prints_data = true,
     .run = run_outputls},
    {.name = "res",
     .summary = "Print the main results of a calcjob",
     .example = "orma calcjob res 12 -k energy energy_units",
     .arguments = one_calcjob,
     .options = res_options,
     .prints_data = true,
     .run = run_res},
    {0},
};

const command calcjob_command = {
    .name = "calcjob",
    .summary = "Files and results of calcjobs",
    .example = "orma calcjob res 12",
    .subcommands = calcjob_commands,
};
