/* orma node list.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <orma/api/query.h>

#include "command.h"
#include "document.h"
#include "failure.h"
#include "rows.h"
#include "scope.h"
#include "session.h"

#define MAX_COLUMNS 64
#define DAY_S 86400

static const column headings[] = {
    {"pk", "PK", CELL_PLAIN},
    {"id", "PK", CELL_PLAIN},
    {"uuid", "UUID", CELL_PLAIN},
    {"ctime", "Created", CELL_AGO},
    {"mtime", "Modified", CELL_AGO},
    {"node_type", "Node type", CELL_PLAIN},
    {"process_type", "Process type", CELL_PLAIN},
    {"label", "Label", CELL_PLAIN},
    {"description", "Description", CELL_PLAIN},
    {0},
};

static const char *const default_columns[] = {"pk", "ctime", "node_type",
                                              "label", NULL};
static const char *const plain_columns[] = {
    "pk", "uuid", "ctime", "mtime", "node_type", "label", NULL};

static void add_text(json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

/* -P's words, which may also be joined by commas. */
static json_object *projections(const invocation *inv)
{
    json_object *list = json_object_new_array();
    const char *words;
    for (size_t i = 0; (words = option_nth(inv, "project", i)) != NULL; i++)
        for (const char *p = words; *p != '\0';) {
            const size_t len = strcspn(p, ",");
            if (len > 0)
                json_object_array_add(list,
                                      json_object_new_string_len(p, (int)len));
            p += len + (p[len] == ',');
        }
    if (json_object_array_length(list) > 0)
        return list;
    const char *const *names =
        inv->format == FORMAT_TABLE ? default_columns : plain_columns;
    for (; *names != NULL; names++)
        json_object_array_add(list, json_object_new_string(*names));
    return list;
}

/* "2026-01-31T12:00:00+00:00", so many days ago. */
static json_object *days_ago(int64_t days)
{
    char text[40];
    struct tm utc;
    const time_t then = time(NULL) - (time_t)(days * DAY_S);
    gmtime_r(&then, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
    return json_object_new_string(text);
}

/* --filters and what the other options say. */
static int add_filters(const invocation *inv, json_object *item)
{
    const char *given = option_text(inv, "filters");
    json_object *filters = NULL, *all = json_object_new_array();
    json_object *both = json_object_new_object();

    json_object_object_add(both, "and", all);
    json_object_object_add(item, "filters", both);
    if (given != NULL) {
        if (!reader_parse(given, &filters) ||
            !json_object_is_type(filters, json_type_object)) {
            json_object_put(filters);
            failure_text(inv, EXIT_USAGE, "--filters takes a JSON object");
            failure_hint("--filters '{\"attributes.value\": {\">\": 3}}'");
            return EXIT_USAGE;
        }
        json_object_array_add(all, filters);
    }
    if (option_given(inv, "past-days")) {
        json_object *since = json_object_new_object();
        json_object *recent = json_object_new_object();
        json_object_object_add(
            since, ">=", days_ago(option_count(inv, "past-days", 0)));
        json_object_object_add(recent, "ctime", since);
        json_object_array_add(all, recent);
    }
    return EXIT_DONE;
}

static json_object *order_of(const invocation *inv)
{
    const char *field = option_text(inv, "order-by");
    const char *direction = option_text(inv, "order-dir");
    static const char *const fields[2] = {NULL, "pk"};
    json_object *list = json_object_new_array();

    /* pk after the field: nodes of one moment have an order, too */
    for (size_t i = 0; i < 2; i++) {
        json_object *one = json_object_new_object();
        add_text(one,
                 fields[i] != NULL ? fields[i]
                 : field != NULL   ? field
                                   : "ctime",
                 direction != NULL ? direction : "asc");
        json_object_array_add(list, one);
    }
    json_object *order = json_object_new_object();
    json_object_object_add(order, "node", list);
    return order;
}

/* The query document of the options. */
static int make_document(const invocation *inv, json_object *document)
{
    const char *class = option_text(inv, "entry-point");
    const char *type = option_text(inv, "type");
    json_object *item = json_object_new_object();
    json_object *path = json_object_new_array();

    json_object_array_add(path, item);
    json_object_object_add(document, "path", path);
    json_object_object_add(document, "order_by", order_of(inv));
    if (class != NULL && type != NULL)
        return failure_text(inv, EXIT_USAGE,
                            "--entry-point and --type exclude each other");
    if (class != NULL)
        add_text(item, "cls", class);
    else
        add_text(item, "entity_type", type != NULL ? type : "");
    add_text(item, "tag", "node");
    json_object_object_add(
        item, "subclassing",
        json_object_new_boolean(option_flag(inv, "subclassing", true)));
    json_object_object_add(item, "project", projections(inv));
    return add_filters(inv, item);
}

static int run(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *document = json_object_new_object();

    int status = make_document(inv, document);
    if (status == EXIT_DONE)
        status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    const row_options options = {
        .shape = ROWS_OBJECTS,
        .limit = option_count(inv, "limit", 0),
        .columns = headings,
        .is_raw = option_flag(inv, "raw", false),
        .empty = "There are no such nodes.",
    };
    return rows_print(inv, profile, document_text(document), &options);
}

static const option options[] = {
    {"entry-point", 'e', OPTION_TEXT, "CLASS", NULL, false,
     "of this class or entry point: CalcJobNode, core.int, …"},
    {"type", 't', OPTION_TEXT, "TYPE", NULL, false,
     "of this node type: data.core.int.Int., …"},
    {"subclassing", 0, OPTION_PAIR, NULL, NULL, false,
     "also of types derived from it"},
    {"filters", 'F', OPTION_TEXT, "JSON", NULL, false,
     "that match the filters of a query document"},
    {"past-days", 'p', OPTION_COUNT, "DAYS", NULL, false,
     "created in the last DAYS days"},
    {"limit", 'l', OPTION_COUNT, "N", NULL, false, "at most N"},
    {"order-by", 'O', OPTION_TEXT, "FIELD", "pk|ctime|mtime|label|node_type",
     false, "order by (ctime)"},
    {"order-dir", 'D', OPTION_TEXT, "DIR", "asc|desc", false,
     "oldest or newest first"},
    {"project", 'P', OPTION_WORDS, "FIELD", NULL, true,
     "fields to print: pk, uuid, ctime, label, attributes.x, extras.x, …"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "no headings and no total"},
    {0},
};

const command node_list_command = {
    .name = "list",
    .summary = "List nodes by type, time and filters",
    .example = "orma node list -e StructureData -p 7 -P pk label\n"
               "orma node list -F '{\"attributes.value\": {\">\": 3}}' -l 10",
    .options = options,
    .prints_data = true,
    .run = run,
};
