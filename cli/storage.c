/* orma storage: looking after what a profile holds.
 *
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>

#include <orma/api/upkeep.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "progress.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* What the library reports goes to the bar and, faults, to standard output. */
typedef struct work {
    progress bar;
    const invocation *inv;
    json_object *faults; /* of other formats than tables */
    int64_t fault_count;
} work;

static orma_status show_step(void *user, const char *step, int64_t done,
                             int64_t total)
{
    work *w = user;
    return progress_step(&w->bar, step, done, total);
}

static int64_t member_int(json_object *object, const char *key)
{
    json_object *value = NULL;
    return json_object_object_get_ex(object, key, &value)
               ? json_object_get_int64(value)
               : 0;
}

static const char *member_text(json_object *object, const char *key)
{
    json_object *value = NULL;
    return json_object_object_get_ex(object, key, &value) && value != NULL
               ? json_object_get_string(value)
               : "";
}

/* "12.3 MB" */
static const char *size_text(int64_t bytes, char out[32])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t i = 0;
    while (value >= 1000 && i + 1 < sizeof units / sizeof *units) {
        value /= 1000;
        i++;
    }
    snprintf(out, 32, i == 0 ? "%.0f %s" : "%.1f %s", value, units[i]);
    return out;
}

/* ---- info and version -------------------------------------------- */

/* Nested members as "repository.bytes.total", for the table. */
static void flatten(json_object *from, const char *prefix, json_object *to)
{
    json_object_object_foreach(from, key, value)
    {
        char name[256];
        snprintf(name, sizeof name, "%s%s%s", prefix,
                 prefix[0] != '\0' ? "." : "", key);
        if (json_object_is_type(value, json_type_object))
            flatten(value, name, to);
        else
            json_object_object_add(to, name, json_object_get(value));
    }
}

static int run_info(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_storage_info(
        profile, option_flag(inv, "detailed", false), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *info = output_parse(inv, json);
    SCOPE_JSON json_object *flat = json_object_new_object();
    if (json_object_is_type(info, json_type_object))
        flatten(info, "", flat);
    table_object(flat, NULL);
    return EXIT_DONE;
}

static int run_version(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_storage_version(inv->profile, &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

static int run_migrate(invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    bool go = false;
    const int status = terminal_confirm(
        inv, "changes the database's schema; have a backup", &go);
    if (status != EXIT_DONE || !go)
        return status;
    const orma_status st = orma_storage_migrate(inv->profile, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *report = output_parse(inv, json);
    json_object *migrated = NULL;
    json_object_object_get_ex(report, "migrated", &migrated);
    if (json_object_get_boolean(migrated))
        printf("migrated to %s, %" PRId64 " outdated hashes removed\n",
               member_text(report, "version"),
               member_int(report, "hashes_removed"));
    else
        printf("the storage is at %s already\n",
               member_text(report, "version"));
    return EXIT_DONE;
}

/* ---- maintenance ------------------------------------------------- */

static void print_maintained(json_object *report, bool is_dry_run)
{
    char freed[32];
    if (member_int(report, "drained") > 0)
        printf("%" PRId64 " objects of other hosts taken into the container\n",
               member_int(report, "drained"));
    printf("%" PRId64 " of %" PRId64 " objects are referred to by no node%s\n",
           member_int(report, "unreferenced") +
               member_int(report, "unreferenced_young"),
           member_int(report, "objects"),
           member_int(report, "unreferenced") +
                       member_int(report, "unreferenced_young") ==
                   0
               ? ""
               : ":");
    if (member_int(report, "unreferenced") > 0)
        printf("    %" PRId64 " %s\n",
               is_dry_run ? member_int(report, "unreferenced")
                          : member_int(report, "deleted"),
               is_dry_run ? "would be deleted" : "deleted");
    if (member_int(report, "unreferenced_young") > 0)
        printf("    %" PRId64 " left, as they are younger than an hour\n",
               member_int(report, "unreferenced_young"));
    printf("%" PRId64 " loose objects %s\n", member_int(report, "packed"),
           is_dry_run ? "would be packed" : "packed");
    if (!is_dry_run)
        printf("%s freed\n",
               size_text(member_int(report, "freed_bytes"), freed));
    if (member_int(report, "damaged") > 0)
        failure_hint("%" PRId64 " loose objects are damaged, and were left: "
                     "`orma storage verify` names them",
                     member_int(report, "damaged"));
}

static int run_maintain(invocation *inv)
{
    static const char *const not_passed[] = {"force", "no-progress", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, not_passed);
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const bool is_full = option_flag(inv, "full", false);
    const bool is_dry_run = option_flag(inv, "dry-run", false);
    work w = {.inv = inv};
    const orma_upkeep_reports reports = {
        .size = sizeof reports, .progress = show_step, .user = &w};
    bool go = true;

    int status = EXIT_DONE;
    if (is_full && !is_dry_run)
        status = terminal_confirm(
            inv,
            "locks the profile, deletes the objects that no node refers to and "
            "rewrites packs and database",
            &go);
    if (status != EXIT_DONE || !go)
        return status;
    status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &w.bar);
    const orma_status st = orma_storage_maintain(
        profile, document_text(options), &reports, &json, &error);
    progress_end(&w.bar);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *report = output_parse(inv, json);
    print_maintained(report, is_dry_run);
    return EXIT_DONE;
}

/* ---- verification ------------------------------------------------ */

static void take_fault(void *user, orma_str text)
{
    work *w = user;
    json_object *fault = json_tokener_parse(text.ptr);
    w->fault_count++;
    if (w->inv->format != FORMAT_TABLE) {
        json_object_array_add(w->faults, fault);
        return;
    }
    progress_end(&w->bar);
    printf("%s", member_text(fault, "kind"));
    if (member_text(fault, "table")[0] != '\0')
        printf(" %s", member_text(fault, "table"));
    if (member_int(fault, "pk") != 0)
        printf(" %" PRId64, member_int(fault, "pk"));
    if (member_text(fault, "name")[0] != '\0')
        printf(" <%s>", member_text(fault, "name"));
    printf(": %s\n", member_text(fault, "message"));
    progress_begin(w->inv, &w->bar);
    json_object_put(fault);
}

static int run_verify(invocation *inv)
{
    static const column columns[] = {
        {"kind", "Kind", CELL_PLAIN},      {"table", "Table", CELL_PLAIN},
        {"pk", "PK", CELL_PLAIN},          {"name", "Name", CELL_PLAIN},
        {"message", "Damage", CELL_PLAIN}, {0},
    };
    static const char *const not_passed[] = {"no-progress", NULL};
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = document_of_options(inv, not_passed);
    SCOPE_JSON json_object *faults = json_object_new_array();
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    work w = {.inv = inv, .faults = faults};
    const orma_upkeep_reports reports = {.size = sizeof reports,
                                         .progress = show_step,
                                         .fault = take_fault,
                                         .user = &w};
    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &w.bar);
    const orma_status st = orma_storage_verify(profile, document_text(options),
                                               &reports, &json, &error);
    progress_end(&w.bar);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE) {
        status = output_value(inv, faults, columns, NULL);
    } else {
        SCOPE_JSON json_object *counts = output_parse(inv, json);
        printf("%" PRId64 " nodes, %" PRId64 " links and %" PRId64 " objects: ",
               member_int(counts, "nodes"), member_int(counts, "links"),
               member_int(counts, "objects"));
        if (w.fault_count == 0)
            printf("all is well\n");
        else
            printf("%" PRId64 " faults\n", w.fault_count);
    }
    return w.fault_count > 0 ? EXIT_FAILED : status;
}

/* ---- backup and home --------------------------------------------- */

static int run_backup(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    char copied[32], shared[32];
    orma_error *error = NULL;
    work w = {.inv = inv};
    const orma_upkeep_reports reports = {
        .size = sizeof reports, .progress = show_step, .user = &w};
    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    progress_begin(inv, &w.bar);
    const orma_status st = orma_storage_backup(profile, argument_text(inv, 0),
                                               option_count(inv, "keep", 1),
                                               &reports, &json, &error);
    progress_end(&w.bar);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *report = output_parse(inv, json);
    printf("%s\n%s of the repository copied, %s shared with the backup "
           "before\n",
           member_text(report, "folder"),
           size_text(member_int(report, "copied_bytes"), copied),
           size_text(member_int(report, "linked_bytes"), shared));
    return EXIT_DONE;
}

static int run_set_home(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    bool go = false;
    int status = terminal_confirm(
        inv,
        "makes this host the one that writes to the object container; no "
        "process of the former one may be at work",
        &go);
    if (status != EXIT_DONE || !go)
        return status;
    status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_storage_set_home(profile, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("the object container is at home on this host\n");
    return EXIT_DONE;
}

/* ---- the table --------------------------------------------------- */

static const option info_options[] = {
    {"detailed", 0, OPTION_FLAG, NULL, NULL, false,
     "names, types, first and last node, too"},
    {0},
};

static const option maintain_options[] = {
    {"full", 0, OPTION_FLAG, NULL, NULL, false,
     "repack and vacuum, too; locks the profile"},
    {"no-repack", 0, OPTION_FLAG, NULL, NULL, false,
     "with --full: leave the packs as they are"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false, "say what would be done"},
    {"compress", 0, OPTION_FLAG, NULL, NULL, false,
     "compress objects that shrink by it, as they are packed"},
    {"incremental-cleanup", 0, OPTION_PAIR, NULL, NULL, false,
     "delete loose files as they are packed, not at the end (yes)"},
    NO_PROGRESS_OPTION,
    {0},
};

static const option verify_options[] = {
    {"quick", 0, OPTION_FLAG, NULL, NULL, false,
     "do not read the content of objects"},
    {"hashes", 0, OPTION_FLAG, NULL, NULL, false,
     "recompute the hashes of nodes, too"},
    NO_PROGRESS_OPTION,
    {0},
};

static const option backup_options[] = {
    {"keep", 0, OPTION_COUNT, "N", NULL, false,
     "former backups to keep beside the new one (1)"},
    NO_PROGRESS_OPTION,
    {0},
};

static const option confirm_options[] = {
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {"dry-run", 'n', OPTION_FLAG, NULL, NULL, false, "say what would be done"},
    {0},
};

static const argument backup_arguments[] = {
    {"DEST", "folder in which the backups lie; one for each profile", false,
     false},
    {0},
};

static const command storage_commands[] = {
    {.name = "version",
     .summary = "Print the version of the storage's schema",
     .example = "orma storage version",
     .prints_data = true,
     .run = run_version},
    {.name = "info",
     .summary = "Count what is in the storage, and what room it takes",
     .example = "orma storage info --detailed",
     .options = info_options,
     .prints_data = true,
     .run = run_info},
    {.name = "verify",
     .summary = "Check rows, links, files and the container for damage",
     .details = "Every object is read and compared with its key, every row and "
                "link with the rules. A line for each fault; the exit status "
                "is 1 when there is one.",
     .example =
         "orma storage verify\norma storage verify --quick --format json",
     .options = verify_options,
     .prints_data = true,
     .run = run_verify},
    {.name = "integrity",
     .summary = "The same as verify",
     .example = "orma storage integrity",
     .options = verify_options,
     .prints_data = true,
     .is_hidden = true,
     .run = run_verify},
    {.name = "maintain",
     .summary = "Delete objects that no node refers to, and pack the others",
     .details = "Runs beside everything else, and may be stopped at any time. "
                "With --full, when nothing else uses the profile, packs are "
                "rewritten without deleted objects and the database gives "
                "back room.",
     .example = "orma storage maintain\norma storage maintain --full --force",
     .options = maintain_options,
     .prints_data = true,
     .run = run_maintain},
    {.name = "migrate",
     .summary = "Bring an older schema to the present version",
     .example = "orma storage migrate --force",
     .options = confirm_options,
     .prints_data = true,
     .run = run_migrate},
    {.name = "backup",
     .summary = "Make an incremental backup into a folder",
     .details = "May run while processes do. What did not change since the "
                "last backup is shared with it; an interrupted backup is gone "
                "on with. The documentation's page on backups tells how to "
                "restore one.",
     .example = "orma storage backup /mnt/backups/presto --keep 7",
     .arguments = backup_arguments,
     .options = backup_options,
     .prints_data = true,
     .run = run_backup},
    {.name = "set-home",
     .summary = "Make this host the one that writes files of the profile",
     .details = "Where several hosts share a PostgreSQL profile, one of them "
                "writes to the object container; the others hand their files "
                "over through the database.",
     .example = "orma storage set-home --force",
     .options = confirm_options,
     .run = run_set_home},
    {0},
};

static const command *const other_commands[] = {&storage_index_command, NULL};

const command storage_command = {
    .name = "storage",
    .summary = "Look after the storage: maintain, verify, back up",
    .example = "orma storage info",
    .subcommands = storage_commands,
    .groups = other_commands,
};
