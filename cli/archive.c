/* orma archive.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/archive.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "progress.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* ---- create ------------------------------------------------------ */

/* Rules of the traversal that can be switched, as options and as AiiDA's
 * names. */
static const struct {
    const char *option, *rule;
} rules[] = {
    {"input-calc-forward", "input_calc_forward"},
    {"input-work-forward", "input_work_forward"},
    {"create-backward", "create_backward"},
    {"return-backward", "return_backward"},
    {"call-calc-backward", "call_calc_backward"},
    {"call-work-backward", "call_work_backward"},
};

static json_object *traversal(const invocation *inv)
{
    json_object *made = json_object_new_object();
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (option_given(inv, rules[i].option))
            json_object_object_add(made, rules[i].rule,
                                   json_object_new_boolean(option_flag(
                                       inv, rules[i].option, false)));
    return made;
}

/* "--include-logs" or "--exclude-logs"; who says both excludes. */
static void add_inclusion(const invocation *inv, const char *include,
                          const char *exclude, const char *member,
                          json_object *options)
{
    if (option_flag(inv, exclude, false))
        json_object_object_add(options, member, json_object_new_boolean(0));
    else if (option_given(inv, include))
        json_object_object_add(
            options, member,
            json_object_new_boolean(option_flag(inv, include, true)));
}

static json_object *create_options(const invocation *inv)
{
    static const char *const own[] = {
        "force",
        "compress",
        "batch-size",
        "no-progress",
        "input-calc-forward",
        "input-work-forward",
        "create-backward",
        "return-backward",
        "call-calc-backward",
        "call-work-backward",
        "include-logs",
        "exclude-logs",
        "include-comments",
        "exclude-comments",
        "include-authinfos",
        "exclude-authinfos",
        NULL,
    };
    json_object *options = document_of_options(inv, own);
    json_object_object_add(options, "traversal", traversal(inv));
    add_inclusion(inv, "include-logs", "exclude-logs", "include_logs", options);
    add_inclusion(inv, "include-comments", "exclude-comments",
                  "include_comments", options);
    add_inclusion(inv, "include-authinfos", "exclude-authinfos",
                  "include_authinfos", options);
    json_object_object_add(
        options, "compression",
        json_object_new_int64(option_count(inv, "compress", 6)));
    json_object_object_add(
        options, "overwrite",
        json_object_new_boolean(option_flag(inv, "force", false)));
    return options;
}

static int run_create(invocation *inv)
{
    static const char *const starts[] = {
        "all", "nodes", "groups", "computers", "users", "codes", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = create_options(inv);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    progress bar;
    bool is_any = false;

    for (size_t i = 0; starts[i] != NULL; i++)
        is_any = is_any || option_given(inv, starts[i]);
    if (!is_any)
        return failure_text(inv, EXIT_USAGE,
                            "say what to archive: --all, --nodes, --groups, "
                            "--computers, --users or --codes");
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &bar);
    const orma_status st = orma_archive_create(
        profile, argument_text(inv, 0), document_text(options), progress_step,
        &bar, &json, &error);
    progress_end(&bar);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

/* ---- import ------------------------------------------------------ */

/* {"nodes": {"new", "existing"}} as rows, and what does not fit a table. */
static void print_import(json_object *report)
{
    static const column columns[] = {
        {"entity", "", CELL_PLAIN},
        {"new", "New", CELL_PLAIN},
        {"existing", "Existing", CELL_PLAIN},
        {0},
    };
    SCOPE_JSON json_object *rows = json_object_new_array();
    json_object_object_foreach(report, entity, counts)
    {
        json_object *row = json_object_new_object();
        json_object *added = NULL, *existing = NULL;
        json_object_array_add(rows, row);
        if (strcmp(entity, "group") == 0 ||
            !json_object_object_get_ex(counts, "new", &added) ||
            !json_object_object_get_ex(counts, "existing", &existing)) {
            json_object_array_del_idx(rows, json_object_array_length(rows) - 1,
                                      1);
            continue;
        }
        json_object_object_add(row, "entity", json_object_new_string(entity));
        json_object_object_add(row, "new", json_object_get(added));
        json_object_object_add(row, "existing", json_object_get(existing));
    }
    table_rows(rows, columns, "");

    json_object *group = NULL, *label = NULL, *pk = NULL;
    if (json_object_object_get_ex(report, "group", &group) && group != NULL &&
        json_object_object_get_ex(group, "label", &label) &&
        json_object_object_get_ex(group, "pk", &pk))
        printf("all nodes are in the group %s <%lld>\n",
               json_object_get_string(label),
               (long long)json_object_get_int64(pk));
}

static int import_one(invocation *inv, orma_profile *profile, const char *path,
                      json_object *options, json_object *reports)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    progress bar;

    progress_begin(inv, &bar);
    const orma_status st =
        orma_archive_import(profile, path, document_text(options),
                            progress_step, &bar, &json, &error);
    progress_end(&bar);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    json_object *report = output_parse(inv, json);
    if (report == NULL)
        return EXIT_FAILED;
    json_object_array_add(reports, report);
    if (inv->format != FORMAT_TABLE)
        return EXIT_DONE;
    if (inv->argument_count > 1)
        terminal_heading(stdout, path);
    print_import(report);
    return EXIT_DONE;
}

static int run_import(invocation *inv)
{
    static const char *const own[] = {"batch-size", "no-progress", "migration",
                                      NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, own);
    SCOPE_JSON json_object *reports = json_object_new_array();

    int status = session_open(inv, &profile);
    for (size_t i = 0; status == EXIT_DONE && i < inv->argument_count; i++)
        status = import_one(inv, profile, inv->arguments[i], options, reports);
    if (status != EXIT_DONE || inv->format == FORMAT_TABLE)
        return status;
    return inv->argument_count == 1
               ? output_value(inv, json_object_array_get_idx(reports, 0), NULL,
                              NULL)
               : output_value(inv, reports, NULL, NULL);
}

/* ---- info, inspect, version, migrate ------------------------------ */

static int get_info(invocation *inv, bool detailed, json_object **info)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_archive_info(argument_text(inv, 0),
                                             detailed ? 1 : 0, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    *info = output_parse(inv, json);
    return *info != NULL ? EXIT_DONE : EXIT_FAILED;
}

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static int run_info(invocation *inv)
{
    SCOPE_JSON json_object *info = NULL;
    const bool detailed = option_flag(inv, "detailed", false);
    const int status = get_info(inv, detailed, &info);
    if (status != EXIT_DONE || inv->format != FORMAT_TABLE)
        return status != EXIT_DONE ? status
                                   : output_value(inv, info, NULL, NULL);

    SCOPE_JSON json_object *shown = json_object_new_object();
    json_object_object_foreach(info, key, value)
    {
        if (!json_object_is_type(value, json_type_object))
            json_object_object_add(shown, key, json_object_get(value));
    }
    json_object_object_foreach(member(info, "metadata"), name, of_metadata)
    {
        if (strcmp(name, "export_version") != 0)
            json_object_object_add(shown, name, json_object_get(of_metadata));
    }
    table_object(shown, NULL);
    if (!detailed)
        return EXIT_DONE;
    putchar('\n');
    terminal_heading(stdout, "Contents");
    SCOPE_JSON json_object *counts = json_object_new_object();
    json_object_object_foreach(member(info, "contents"), entity, count)
    {
        if (json_object_is_type(count, json_type_int))
            json_object_object_add(counts, entity, json_object_get(count));
    }
    table_object(counts, NULL);
    return EXIT_DONE;
}

/* {type: number} as a table. */
static void print_types(json_object *types, const char *heading)
{
    static const column columns[] = {
        {"type", "Type", CELL_PLAIN},
        {"count", "Nodes", CELL_PLAIN},
        {0},
    };
    if (types == NULL || json_object_object_length(types) == 0)
        return;
    putchar('\n');
    terminal_heading(stdout, heading);
    SCOPE_JSON json_object *rows = json_object_new_array();
    json_object_object_foreach(types, type, count)
    {
        json_object *row = json_object_new_object();
        json_object_object_add(row, "type", json_object_new_string(type));
        json_object_object_add(row, "count", json_object_get(count));
        json_object_array_add(rows, row);
    }
    table_rows(rows, columns, "");
}

static int run_inspect(invocation *inv)
{
    SCOPE_JSON json_object *info = NULL;
    const int status = get_info(inv, true, &info);
    if (status != EXIT_DONE)
        return status;
    json_object *contents = member(info, "contents");
    if (inv->format != FORMAT_TABLE)
        return output_value(inv, contents, NULL, NULL);
    SCOPE_JSON json_object *shown = json_object_new_object();
    json_object_object_foreach(contents, key, value)
    {
        if (!json_object_is_type(value, json_type_object))
            json_object_object_add(shown, key, json_object_get(value));
    }
    table_object(shown, NULL);
    print_types(member(contents, "node_types"), "Nodes by type");
    print_types(member(contents, "process_types"), "Processes by type");
    return EXIT_DONE;
}

static int run_version(invocation *inv)
{
    SCOPE_JSON json_object *info = NULL;
    const int status = get_info(inv, false, &info);
    if (status != EXIT_DONE)
        return status;
    if (inv->format == FORMAT_TABLE) {
        printf("%s\n", json_object_get_string(member(info, "version")));
        return EXIT_DONE;
    }
    SCOPE_JSON json_object *shown = json_object_new_object();
    static const char *const keys[] = {"path", "version", "supported"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_object_add(shown, keys[i],
                               json_object_get(member(info, keys[i])));
    return output_value(inv, shown, NULL, NULL);
}

/* There is one version that orma reads, and nothing leads there but AiiDA. */
static int run_migrate(invocation *inv)
{
    orma_error *error = NULL;
    const orma_status st = orma_archive_check(argument_text(inv, 0), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("%s is of the current version already: nothing to do\n",
           argument_text(inv, 0));
    return EXIT_DONE;
}

/* ---- the table --------------------------------------------------- */

#define PAIR(name, help)                                                       \
    {                                                                          \
        name, 0, OPTION_PAIR, NULL, NULL, false, help                          \
    }

static const option create_option_table[] = {
    {"all", 'a', OPTION_FLAG, NULL, NULL, false, "everything"},
    {"nodes", 'N', OPTION_WORDS, "NODE…", NULL, false, "these nodes"},
    {"groups", 'G', OPTION_WORDS, "GROUP…", NULL, false,
     "these groups, with their nodes"},
    {"codes", 'X', OPTION_WORDS, "CODE…", NULL, false, "these codes"},
    {"computers", 'Y', OPTION_WORDS, "COMPUTER…", NULL, false,
     "these computers"},
    {"users", 'U', OPTION_WORDS, "EMAIL…", NULL, false, "these users"},
    PAIR("input-calc-forward", "from data to calculations that used it"),
    PAIR("input-work-forward", "from data to workflows that used it"),
    PAIR("create-backward",
         "from data to the calculation that made it (default)"),
    PAIR("return-backward", "from data to workflows that returned it"),
    PAIR("call-calc-backward",
         "from calculations to the workflow that called them (default)"),
    PAIR("call-work-backward",
         "from workflows to the workflow that called them (default)"),
    PAIR("include-logs", "with the processes' logs (default)"),
    {"exclude-logs", 0, OPTION_FLAG, NULL, NULL, false, "without them"},
    PAIR("include-comments", "with the nodes' comments (default)"),
    {"exclude-comments", 0, OPTION_FLAG, NULL, NULL, false, "without them"},
    PAIR("include-authinfos", "with how users reach the computers"),
    {"exclude-authinfos", 0, OPTION_FLAG, NULL, NULL, false,
     "without that (default)"},
    {"compress", 0, OPTION_COUNT, "LEVEL", NULL, false,
     "0 (not) to 9 (smallest); 6"},
    {"batch-size", 'b', OPTION_COUNT, "ROWS", NULL, false,
     "taken for verdi's sake: memory does not depend on it"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false,
     "replace a file that is there"},
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false,
     "say what would be archived"},
    NO_PROGRESS_OPTION,
    {0},
};

static const option import_option_table[] = {
    {"extras-mode-existing", 'e', OPTION_TEXT, "MODE",
     "none|keep_existing|update_existing|mirror", false,
     "extras of nodes that are there already (none: keep them)"},
    {"extras-mode-new", 0, OPTION_TEXT, "MODE", "import|none", false,
     "extras of new nodes (import)"},
    {"comment-mode", 0, OPTION_TEXT, "MODE", "leave|newest|overwrite", false,
     "comments that are there already (leave)"},
    PAIR("include-authinfos", "with how users reach the computers"),
    PAIR("import-group", "put all nodes into a group (default)"),
    {"group", 'G', OPTION_TEXT, "GROUP", NULL, false,
     "that group, made when there is none (named after the time)"},
    {"max-bytes", 0, OPTION_COUNT, "BYTES", NULL, false,
     "refuse an archive with more content (as the disk has room for)"},
    {"max-ratio", 0, OPTION_COUNT, "N", NULL, false,
     "refuse one that unpacks to so many times its size (200)"},
    {"batch-size", 'b', OPTION_COUNT, "ROWS", NULL, false,
     "taken for verdi's sake: memory does not depend on it"},
    PAIR("migration", "taken for verdi's sake: archives of other versions are "
                      "refused"),
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false,
     "check everything, and say what would be imported"},
    NO_PROGRESS_OPTION,
    {0},
};

static const option info_option_table[] = {
    {"detailed", 0, OPTION_FLAG, NULL, NULL, false,
     "count what is inside, too"},
    {0},
};

static const argument target[] = {
    {"FILE", "the archive to make, by custom *.aiida", false, false},
    {0},
};
static const argument archives[] = {
    {"ARCHIVE", "*.aiida files", false, true},
    {0},
};
static const argument one_archive[] = {
    {"ARCHIVE", "an *.aiida file", false, false},
    {0},
};
static const argument migration[] = {
    {"ARCHIVE", "an *.aiida file", false, false},
    {"OUTPUT", "the migrated one", true, false},
    {0},
};

static const command archive_commands[] = {
    {.name = "create",
     .summary = "Write nodes, groups or everything to an archive",
     .details = "What is named brings its provenance along: the options of "
                "the traversal say how far. While it is written, the archive "
                "is called FILE.part; the same command again takes an "
                "interrupted one up.",
     .example = "orma archive create everything.aiida --all\n"
                "orma archive create paper.aiida -G paper --exclude-logs",
     .arguments = target,
     .options = create_option_table,
     .prints_data = true,
     .run = run_create},
    {.name = "import",
     .summary = "Add archives to the profile",
     .details = "Whatever the profile has already stays as it is. All rows "
                "are checked before anything changes, and come in one "
                "transaction; the same command again takes an interrupted "
                "import up.",
     .example = "orma archive import paper.aiida -G published",
     .arguments = archives,
     .options = import_option_table,
     .prints_data = true,
     .run = run_import},
    {.name = "info",
     .summary = "Show what an archive tells of itself",
     .example = "orma archive info paper.aiida --detailed",
     .arguments = one_archive,
     .options = info_option_table,
     .prints_data = true,
     .run = run_info},
    {.name = "inspect",
     .summary = "List what an archive holds",
     .example = "orma archive inspect paper.aiida",
     .arguments = one_archive,
     .prints_data = true,
     .run = run_inspect},
    {.name = "version",
     .summary = "Print the version of an archive",
     .example = "orma archive version paper.aiida",
     .arguments = one_archive,
     .prints_data = true,
     .run = run_version},
    {.name = "migrate",
     .summary = "Say how to bring an archive to the version that orma reads",
     .example = "orma archive migrate old.aiida",
     .arguments = migration,
     .run = run_migrate},
    {0},
};

const command archive_command = {
    .name = "archive",
    .summary = "Write parts of a profile to one file, and import such files",
    .example = "orma archive create paper.aiida -G paper",
    .subcommands = archive_commands,
};
