/* orma code relabel, duplicate, export, delete.
 *
 * SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/entities.h>

#include "code.h"
#include "deletion.h"
#include "document.h"
#include "export_file.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"

static const char *text_member(json_object *row, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(row, key, &found);
    return found != NULL ? json_object_get_string(found) : "";
}

static int run_relabel(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_code_relabel(profile, argument_text(inv, 0),
                                             argument_text(inv, 1), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("relabelled %s to %s\n", argument_text(inv, 0),
           argument_text(inv, 1));
    return EXIT_DONE;
}

static int run_duplicate(invocation *inv)
{
    static const char *const own_options[] = {"non-interactive", "config",
                                              "hide-original", NULL};
    static const question questions[] = {{"label", "Code label", NULL}};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own_options);
    orma_error *error = NULL;
    int64_t pk = 0;

    int status = document_add_config(inv, options);
    if (status != EXIT_DONE)
        return status;
    if (!json_object_object_get_ex(options, "computer", NULL))
        document_ask(inv, options, questions, 1);
    status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st = orma_code_duplicate(profile, argument_text(inv, 0),
                                         document_text(options), &pk, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("created the code <%lld> from %s\n", (long long)pk,
           argument_text(inv, 0));
    if (!option_flag(inv, "hide-original", false))
        return EXIT_DONE;
    st = orma_code_hide(profile, argument_text(inv, 0), 1, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

/* The file to write: as given, or named after the code, as verdi names it. */
static void choose_file(const invocation *inv, json_object *code, char *out,
                        size_t size)
{
    const char *given = argument_text(inv, 1);
    const char *computer = text_member(code, "computer");

    if (given != NULL)
        snprintf(out, size, "%s", given);
    else
        snprintf(out, size, "%s%s%s.yml", text_member(code, "label"),
                 computer[0] != '\0' ? "@" : "", computer);
}

/* Where a portable code's files go: a folder beside the file. false: to
 * standard output, so nowhere. */
static bool choose_folder(const char *file, const char *label, char *out,
                          size_t size)
{
    char folder[PATH_MAX], given[PATH_MAX];
    const char *slash = strrchr(file, '/');

    if (strcmp(file, "-") == 0)
        return false;
    if (slash == NULL)
        snprintf(given, sizeof given, ".");
    else
        snprintf(given, sizeof given, "%.*s",
                 slash == file ? 1 : (int)(slash - file), file);
    if (realpath(given, folder) == NULL)
        return false;
    return snprintf(out, size, "%s/%s", folder, label) < (int)size;
}

static int run_export(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *shown = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    char file[1024], folder[PATH_MAX + 300];
    const char *name = argument_text(inv, 0);

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    orma_status st = orma_code_show(profile, name, &shown, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *code = output_parse(inv, shown);
    choose_file(inv, code, file, sizeof file);
    status = export_file_check(inv, file);
    if (status != EXIT_DONE)
        return status;
    const bool has_folder =
        choose_folder(file, text_member(code, "label"), folder, sizeof folder);
    st = orma_code_export(profile, name, has_folder ? folder : NULL, &json,
                          &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *options = output_parse(inv, json);
    char type[256];
    snprintf(type, sizeof type, "%s", text_member(options, "type"));
    json_object_object_del(options, "type");
    status = export_file_write(inv, options, file);
    if (status == EXIT_DONE && strcmp(file, "-") != 0)
        failure_hint("orma code create %s -n --config %s", type, file);
    return status;
}

static orma_status call_delete(orma_profile *profile, void *user,
                               orma_str options, char **json, orma_error **err)
{
    (void)user;
    return orma_node_delete(profile, options, json, err);
}

/* A code is a node: with it goes all that it ran. */
static int run_delete(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = json_object_new_object();
    json_object *nodes = json_object_new_array();

    json_object_object_add(options, "nodes", nodes);
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        json_object *pk = NULL;
        const orma_status st =
            orma_code_show(profile, inv->arguments[i], &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        SCOPE_JSON json_object *code = output_parse(inv, json);
        json_object_object_get_ex(code, "pk", &pk);
        json_object_array_add(nodes, json_object_get(pk));
    }
    return deletion_run(inv, profile, options, NULL, call_delete, NULL);
}

static const argument relabel_arguments[] = {
    {"CODE", "label@computer, pk or UUID", false, false},
    {"LABEL", "new label, without the computer", false, false},
    {0},
};
static const argument one_code[] = {
    {"CODE", "label@computer, pk or UUID", false, false},
    {0},
};
static const argument export_arguments[] = {
    {"CODE", "label@computer, pk or UUID", false, false},
    {"OUTPUT_FILE",
     "file to write, - for standard output "
     "(LABEL@COMPUTER.yml)",
     true, false},
    {0},
};
static const argument codes[] = {
    {"CODE", "label@computer, pk or UUID", false, true},
    {0},
};

static const option duplicate_options[] = {
    CODE_OPTIONS,
    {"hide-original", 0, OPTION_FLAG, NULL, NULL, false,
     "take the original out of the list"},
    {0},
};
static const option export_options[] = {EXPORT_OPTIONS, {0}};
static const option delete_options[] = {DELETION_OPTIONS, DELETION_RULES, {0}};

const command code_relabel_command = {
    .name = "relabel",
    .summary = "Rename a code",
    .example = "orma code relabel pw@cluster pw-7.2",
    .arguments = relabel_arguments,
    .run = run_relabel,
};

const command code_duplicate_command = {
    .name = "duplicate",
    .summary = "Make a code like another",
    .details = "What is not given is the original's.",
    .example = "orma code duplicate pw@cluster -n -L pw-debug --prepend-text "
               "'module load debug'",
    .arguments = one_code,
    .options = duplicate_options,
    .run = run_duplicate,
};

const command code_export_command = {
    .name = "export",
    .summary = "Save a code's set-up as YAML",
    .details = "`orma code create TYPE --config FILE` makes it again. The "
               "files of a portable code go to a folder beside the file.",
    .example = "orma code export pw@cluster pw.yml",
    .arguments = export_arguments,
    .options = export_options,
    .run = run_export,
};

const command code_delete_command = {
    .name = "delete",
    .summary = "Delete codes, with all that they ran",
    .details = "To keep the provenance, hide a code instead: `orma code hide`.",
    .example = "orma code delete old@cluster --dry-run",
    .arguments = codes,
    .options = delete_options,
    .prints_data = true,
    .run = run_delete,
};
