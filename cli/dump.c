/* orma process dump, group dump, profile dump.
 *
 * SPDX-License-Identifier: MIT */
#include "dump.h"

#include <stdio.h>

#include <orma/api/dump.h>

#include "document.h"
#include "failure.h"
#include "output.h"
#include "progress.h"
#include "scope.h"
#include "session.h"

/* Options that are no members of the library's document. */
static const char *const not_passed_on[] = {"path", "no-progress", NULL};

static int print_result(const invocation *inv, const char *json)
{
    if (inv->format != FORMAT_TABLE || inv->has_format)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *result = output_parse(inv, json);
    if (result == NULL)
        return EXIT_FAILED;

    static const struct {
        const char *key, *text;
        bool is_always_shown;
    } lines[] = {
        {"dumped", "written", true},
        {"unchanged", "unchanged", true},
        {"symlinks", "linked", false},
        {"skipped_unsealed", "not finished yet, left out", false},
        {"deleted", "removed, as they are gone", false},
    };
    json_object *path = NULL;
    json_object_object_get_ex(result, "path", &path);
    printf("%s%s\n", option_flag(inv, "dry-run", false) ? "would be in " : "",
           json_object_get_string(path));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        json_object *value = NULL;
        json_object_object_get_ex(result, lines[i].key, &value);
        const long long n = (long long)json_object_get_int64(value);
        if (n > 0 || lines[i].is_always_shown)
            printf("  %lld %s\n", n, lines[i].text);
    }
    return EXIT_DONE;
}

static int run_process_dump(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, not_passed_on);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_process_dump(
        profile, argument_text(inv, 0), option_text(inv, "path"),
        document_text(options), &json, &error);
    return st == ORMA_OK ? print_result(inv, json) : failure(inv, st, error);
}

static int run_group_dump(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, not_passed_on);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    progress bar;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &bar);
    const orma_status st = orma_group_dump(
        profile, argument_text(inv, 0), option_text(inv, "path"),
        document_text(options), progress_step, &bar, &json, &error);
    progress_end(&bar);
    return st == ORMA_OK ? print_result(inv, json) : failure(inv, st, error);
}

static int run_profile_dump(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, not_passed_on);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    progress bar;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &bar);
    const orma_status st = orma_profile_dump(
        profile, option_text(inv, "path"), document_text(options),
        progress_step, &bar, &json, &error);
    progress_end(&bar);
    return st == ORMA_OK ? print_result(inv, json) : failure(inv, st, error);
}

/* ---- the table --------------------------------------------------- */

#define COMMON_OPTIONS                                                         \
    {"path",                                                                   \
     'p',                                                                      \
     OPTION_TEXT,                                                              \
     "FOLDER",                                                                 \
     NULL,                                                                     \
     false,                                                                    \
     "folder of the dump; an earlier one is brought up to date"},              \
        {"dry-run",                                                            \
         'n',                                                                  \
         OPTION_FLAG,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "count, and write nothing"},                                          \
        {"overwrite", 'o', OPTION_FLAG, NULL, NULL, false, "write all anew"},  \
        {"include-inputs",                                                     \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "the inputs of processes (default)"},                                 \
        {"include-outputs",                                                    \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "the results of processes (default)"},                                \
        {"include-attributes",                                                 \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "attributes in the metadata files (default)"},                        \
        {"include-extras",                                                     \
         0,                                                                    \
         OPTION_PAIR,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "extras in the metadata files"},                                      \
        {"flat",                                                               \
         'f',                                                                  \
         OPTION_FLAG,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "all files of a process in one folder"},                              \
        {"dump-unsealed",                                                      \
         0,                                                                    \
         OPTION_FLAG,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "processes that are not finished, too"},                              \
        {"symlink-calcs",                                                      \
         0,                                                                    \
         OPTION_FLAG,                                                          \
         NULL,                                                                 \
         NULL,                                                                 \
         false,                                                                \
         "link to processes that are in the dump already"},                    \
    {                                                                          \
        "delete-missing", 0, OPTION_PAIR, NULL, NULL, false,                   \
            "remove from the dump what is gone from the profile"               \
    }

#define SELECTION_OPTIONS                                                      \
    {"only-top-level-calcs",                                                   \
     0,                                                                        \
     OPTION_PAIR,                                                              \
     NULL,                                                                     \
     NULL,                                                                     \
     false,                                                                    \
     "calculations that a workflow called stand in its folder only "           \
     "(default)"},                                                             \
        {"only-top-level-workflows",        0, OPTION_PAIR, NULL, NULL, false, \
         "the same for workflows (default)"},                                  \
        {"past-days", 0,     OPTION_COUNT,           "DAYS",                   \
         NULL,        false, "made in the last days"},                         \
        {"start-date",                                                         \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "TIME",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "made at this time or later"},                                        \
        {"end-date",                                                           \
         0,                                                                    \
         OPTION_TEXT,                                                          \
         "TIME",                                                               \
         NULL,                                                                 \
         false,                                                                \
         "made before this time"},                                             \
        {"user", 'u', OPTION_TEXT, "EMAIL", NULL, false, "made by this user"}, \
        {"computers",                                                          \
         'Y',                                                                  \
         OPTION_WORDS,                                                         \
         "COMPUTER…",                                                          \
         NULL,                                                                 \
         false,                                                                \
         "run on these computers"},                                            \
    {                                                                          \
        "codes", 'X', OPTION_WORDS, "CODE…", NULL, false,                      \
            "run with these codes"                                             \
    }

static const option process_options[] = {COMMON_OPTIONS, {0}};
static const option group_options[] = {
    COMMON_OPTIONS, SELECTION_OPTIONS, NO_PROGRESS_OPTION, {0}};
static const option profile_options[] = {
    COMMON_OPTIONS,
    SELECTION_OPTIONS,
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "everything"},
    {"groups", 'G', OPTION_WORDS, "GROUP…", NULL, false, "these groups"},
    {"also-ungrouped", 0, OPTION_PAIR, NULL, NULL, false,
     "with groups: also what is in no group"},
    {"organize-by-groups", 0, OPTION_PAIR, NULL, NULL, false,
     "a folder for each group (default)"},
    NO_PROGRESS_OPTION,
    {0},
};

static const argument process_arguments[] = {
    {"PROCESS", "pk, UUID or label", false, false},
    {0},
};
static const argument group_arguments[] = {
    {"GROUP", "label, pk or UUID", false, false},
    {0},
};

const command dump_process_command = {
    .name = "dump",
    .summary = "write a process with its inputs and results to a folder",
    .details = "The folder holds the process's metadata, the files that were "
               "handed to the program (inputs), its inputs and results "
               "(node_inputs, node_outputs; numbers, dictionaries and "
               "structures as JSON), the files that it left (outputs), and a "
               "folder for every process that it called.",
    .example = "orma process dump 42 -p results",
    .arguments = process_arguments,
    .options = process_options,
    .prints_data = true,
    .run = run_process_dump,
};

const command dump_group_command = {
    .name = "dump",
    .summary = "write the processes and data of a group to a folder",
    .details = "Calling it again adds what is new and leaves alone what did "
               "not change.",
    .example = "orma group dump published -p published-data",
    .arguments = group_arguments,
    .options = group_options,
    .prints_data = true,
    .run = run_group_dump,
};

const command dump_profile_command = {
    .name = "dump",
    .summary = "write the processes of the profile to a folder",
    .details = "Name groups or a filter, or ask for everything. Calling it "
               "again adds what is new and leaves alone what did not change.",
    .example = "orma profile dump --all -p everything\n"
               "orma profile dump -G published --past-days 30",
    .options = profile_options,
    .prints_data = true,
    .run = run_profile_dump,
};
