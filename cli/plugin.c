/* orma plugin.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/linkhash.h>

#include <orma/api/plugins.h>

#include "command.h"
#include "defaults.h"
#include "failure.h"
#include "help.h"
#include "output.h"
#include "scope.h"
#include "terminal.h"

#define MAX_PORT_COLUMNS 7

static json_object *member(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found;
}

static const char *text_member(json_object *object, const char *key)
{
    json_object *found = member(object, key);
    return json_object_is_type(found, json_type_string)
               ? json_object_get_string(found)
               : "";
}

/* Bundles that cannot be used, each with its one sentence. */
static int broken_packages(const invocation *inv)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    bool is_first = true;
    const orma_status st = orma_plugin_packages(&json, &error);

    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *rows = output_parse(inv, json);
    for (size_t i = 0; rows != NULL && i < json_object_array_length(rows);
         i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (strcmp(text_member(row, "state"), "ok") == 0)
            continue;
        if (is_first) {
            putchar('\n');
            terminal_heading(stdout, "Not usable");
        }
        is_first = false;
        printf("  %s (%s, %s): %s\n", text_member(row, "name"),
               text_member(row, "folder"), text_member(row, "state"),
               text_member(row, "reason"));
    }
    return EXIT_DONE;
}

static int list_entries(invocation *inv, const char *kind)
{
    static const column columns[] = {
        {"kind", "Kind", CELL_PLAIN},       {"name", "Entry point", CELL_PLAIN},
        {"version", "Version", CELL_PLAIN}, {"state", "State", CELL_PLAIN},
        {"summary", "", CELL_PLAIN},        {0},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_plugin_list(kind, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    const int status =
        output_document(inv, json, columns, "There is no such plugin.");
    if (status != EXIT_DONE || inv->format != FORMAT_TABLE)
        return status;
    return broken_packages(inv);
}

/* "A or B", "any data" */
static void types_of(json_object *port, char *out, size_t size)
{
    const bool is_namespace =
        json_object_get_boolean(member(port, "namespace"));
    json_object *types = member(port, is_namespace ? "dynamic" : "types");
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; json_object_is_type(types, json_type_array) &&
                       i < json_object_array_length(types) && used < size;
         i++) {
        const int n = snprintf(
            out + used, size - used, "%s%s", i > 0 ? " or " : "",
            json_object_get_string(json_object_array_get_idx(types, i)));
        used += n > 0 ? (size_t)n : 0;
    }
    if (out[0] == '\0')
        snprintf(out, size, "%s", is_namespace ? "namespace" : "any data");
}

/* Rows of ports, those of namespaces by their dotted path. */
static void add_ports(json_object *rows, json_object *ports, const char *prefix)
{
    if (!json_object_is_type(ports, json_type_object))
        return;
    json_object_object_foreach(ports, name, port)
    {
        char path[512], types[512], fallback[256] = "";
        snprintf(path, sizeof path, "%s%s%s", prefix,
                 prefix[0] != '\0' ? "." : "", name);
        types_of(port, types, sizeof types);
        if (member(port, "default") != NULL)
            cell_text(member(port, "default"), CELL_PLAIN, fallback,
                      sizeof fallback);
        json_object *row = json_object_new_object();
        json_object_object_add(row, "port", json_object_new_string(path));
        json_object_object_add(
            row, "required",
            json_object_new_string(
                json_object_get_boolean(member(port, "required")) ? "yes"
                                                                  : ""));
        json_object_object_add(row, "types", json_object_new_string(types));
        json_object_object_add(row, "default",
                               json_object_new_string(fallback));
        json_object_object_add(
            row, "unit", json_object_new_string(text_member(port, "unit")));
        json_object_object_add(
            row, "help", json_object_new_string(text_member(port, "help")));
        json_object_array_add(rows, row);
        add_ports(rows, member(port, "ports"), path);
    }
}

/* A table, or lines when it would be cut: what plugins say of themselves is
 * read as a whole. */
static void print_whole(json_object *rows, const column *columns,
                        void (*print_lines)(json_object *rows))
{
    table *t = table_create(columns);
    for (size_t i = 0; t != NULL && i < json_object_array_length(rows); i++)
        table_add(t, json_object_array_get_idx(rows, i));
    if (t == NULL || !table_fits(t, "  ") || !table_print(t, "  "))
        print_lines(rows);
    table_destroy(t);
}

static void print_port_lines(json_object *rows)
{
    const size_t width = terminal_width();
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        char line[1024];
        const char *fallback = text_member(row, "default");
        const char *unit = text_member(row, "unit");
        printf("  %s\n      ", text_member(row, "port"));
        snprintf(line, sizeof line, "%s%s%s%s%s%s", text_member(row, "types"),
                 unit[0] != '\0' ? ", unit " : "", unit,
                 text_member(row, "required")[0] != '\0' ? ", required" : "",
                 fallback[0] != '\0' ? ", default " : "", fallback);
        help_wrapped(line, 6, width);
        if (text_member(row, "help")[0] == '\0')
            continue;
        printf("      ");
        help_wrapped(text_member(row, "help"), 6, width);
    }
}

/* Columns in which all rows are empty are left out. */
static void choose_columns(json_object *rows, column *columns)
{
    static const column all[] = {
        {"port", "Name", CELL_PLAIN},
        {"required", "Required", CELL_PLAIN},
        {"types", "Types", CELL_PLAIN},
        {"unit", "Unit", CELL_PLAIN},
        {"default", "Default", CELL_PLAIN},
        {"help", "", CELL_PLAIN},
    };
    size_t n = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bool is_used = false;
        for (size_t i = 0; i < json_object_array_length(rows); i++)
            if (text_member(json_object_array_get_idx(rows, i),
                            all[k].key)[0] != '\0')
                is_used = true;
        if (is_used)
            columns[n++] = all[k];
    }
}

static void print_ports(const char *heading, json_object *ports)
{
    column columns[MAX_PORT_COLUMNS] = {{0}};
    SCOPE_JSON json_object *rows = json_object_new_array();
    add_ports(rows, ports, "");
    if (json_object_array_length(rows) == 0)
        return;
    putchar('\n');
    terminal_heading(stdout, heading);
    choose_columns(rows, columns);
    print_whole(rows, columns, print_port_lines);
}

/* "Import formats  cif, xyz", as further members. */
static void add_formats(json_object *shown, json_object *formats)
{
    static const char *const directions[] = {"import", "export"};
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        json_object *words = member(formats, directions[i]);
        char name[32], line[512];
        size_t used = 0;
        for (size_t k = 0;
             json_object_is_type(words, json_type_array) &&
             k < json_object_array_length(words) && used < sizeof line;
             k++) {
            const int n = snprintf(
                line + used, sizeof line - used, "%s%s", k > 0 ? ", " : "",
                json_object_get_string(json_object_array_get_idx(words, k)));
            used += n > 0 ? (size_t)n : 0;
        }
        if (used == 0)
            continue;
        snprintf(name, sizeof name, "%s formats", directions[i]);
        json_object_object_add(shown, name, json_object_new_string(line));
    }
}

static void print_exit_code_lines(json_object *codes)
{
    for (size_t i = 0; i < json_object_array_length(codes); i++) {
        json_object *row = json_object_array_get_idx(codes, i);
        printf("  %3d  %s\n       ", json_object_get_int(member(row, "status")),
               text_member(row, "label"));
        help_wrapped(text_member(row, "message"), 7, terminal_width());
    }
}

static void print_exit_codes(json_object *codes)
{
    static const column columns[] = {
        {"status", "Status", CELL_PLAIN},
        {"label", "Label", CELL_PLAIN},
        {"message", "Message", CELL_PLAIN},
        {0},
    };
    if (!json_object_is_type(codes, json_type_array) ||
        json_object_array_length(codes) == 0)
        return;
    putchar('\n');
    terminal_heading(stdout, "Exit codes");
    print_whole(codes, columns, print_exit_code_lines);
}

/* The members that are no mapping and not shown elsewhere. */
static void print_names(json_object *spec)
{
    SCOPE_JSON json_object *shown = json_object_new_object();
    json_object_object_foreach(spec, key, found)
    {
        if (json_object_is_type(found, json_type_object) ||
            strcmp(key, "exit_codes") == 0)
            continue;
        json_object_object_add(shown, key, json_object_get(found));
    }
    add_formats(shown, member(spec, "formats"));
    table_object(shown, NULL);
}

static int describe(invocation *inv, const char *kind, const char *name)
{
    static const struct {
        const char *key, *heading;
    } ports[] = {
        {"inputs", "Inputs"},         {"options", "Options"},
        {"outputs", "Outputs"},       {"auth", "Connection fields"},
        {"config", "Storage fields"}, {"attributes", "Attributes"},
    };
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_plugin_describe(kind, name, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format != FORMAT_TABLE)
        return output_document(inv, json, NULL, NULL);
    SCOPE_JSON json_object *spec = output_parse(inv, json);
    print_names(spec);
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        print_ports(ports[i].heading, member(spec, ports[i].key));
    print_exit_codes(member(spec, "exit_codes"));
    return EXIT_DONE;
}

static int run_list(invocation *inv)
{
    const char *kind = argument_text(inv, 0);
    const char *name = argument_text(inv, 1);
    return name != NULL ? describe(inv, kind, name) : list_entries(inv, kind);
}

static int run_check(invocation *inv)
{
    SCOPE_TEXT char *tap = NULL;
    orma_error *error = NULL;
    int32_t failed = 0;
    const orma_status st =
        orma_plugin_check(argument_text(inv, 0), option_text(inv, "entry"),
                          &tap, &failed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    fputs(tap, stdout);
    return failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const argument list_arguments[] = {
    {"KIND",
     "calculations, parsers, data, schedulers, transports, workflows or "
     "storage; AiiDA's groups (aiida.calculations) work, too",
     true, false},
    {"ENTRY", "entry point: prints its ports and exit codes", true, false},
    {0},
};

static const argument check_arguments[] = {
    {"FOLDER", "bundle to test; all that is installed when left out", true,
     false},
    {0},
};

static const option check_options[] = {
    {"entry", 0, OPTION_TEXT, "NAME", NULL, false, "this entry point only"},
    {0},
};

static const command plugin_commands[] = {
    {.name = "list",
     .summary = "List plugins, or describe one",
     .details = "Reads manifests only: no plugin is loaded, and a broken one "
                "is listed with the reason.",
     .example = "orma plugin list\n"
                "orma plugin list calculations " EXAMPLE_CALCULATION,
     .arguments = list_arguments,
     .prints_data = true,
     .run = run_list},
    {.name = "check",
     .summary = "Test that a plugin keeps its contract",
     .example = "orma plugin check ./my-bundle",
     .arguments = check_arguments,
     .options = check_options,
     .run = run_check},
    {0},
};

const command plugin_command = {
    .name = "plugin",
    .summary = "Discover and test plugins",
    .example = "orma plugin list calculations",
    .subcommands = plugin_commands,
};
