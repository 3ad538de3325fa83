/* orma node label, description, delete, set-extra, unset-extra.
 *
 * SPDX-License-Identifier: MIT */
#include "node_edit.h"

#include <stdio.h>
#include <string.h>

#include <orma/api/entities.h>
#include <orma/api/launch.h>
#include <orma/api/nodes.h>

#include "deletion.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"
#include "terminal.h"

/* pk and one text of every node named, in `rows`. */
static int read_texts(const invocation *inv, orma_profile *profile,
                      const char *key, json_object *rows)
{
    for (size_t i = 0; i < inv->argument_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        const orma_status st =
            orma_node_show(profile, inv->arguments[i], &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        SCOPE_JSON json_object *node = output_parse(inv, json);
        json_object *row = json_object_new_object();
        json_object *pk = NULL, *text = NULL;
        json_object_object_get_ex(node, "pk", &pk);
        json_object_object_get_ex(node, key, &text);
        json_object_object_add(row, "pk", json_object_get(pk));
        json_object_object_add(row, key, json_object_get(text));
        json_object_array_add(rows, row);
    }
    return EXIT_DONE;
}

static int show_texts(const invocation *inv, json_object *rows, const char *key,
                      const char *heading)
{
    const column columns[] = {
        {"pk", "PK", CELL_PLAIN}, {key, heading, CELL_PLAIN}, {0}};
    const column only[] = {{key, heading, CELL_PLAIN}, {0}};

    if (option_flag(inv, "raw", false)) {
        output_raw(rows, only);
        return EXIT_DONE;
    }
    return output_value(inv, rows, columns, NULL);
}

/* Nodes whose text would be lost. */
static size_t count_others(json_object *rows, const char *key, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *old = NULL;
        json_object_object_get_ex(json_object_array_get_idx(rows, i), key,
                                  &old);
        const char *there = old != NULL ? json_object_get_string(old) : "";
        count += there[0] != '\0' && strcmp(there, text) != 0;
    }
    return count;
}

static int edit(invocation *inv, const char *key, const char *heading)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *rows = json_object_new_array();
    SCOPE_JSON json_object *changes = json_object_new_object();
    const char *text = option_text(inv, key);
    char asked[256];
    bool go = true;

    int status = session_open(inv, &profile);
    if (status == EXIT_DONE)
        status = read_texts(inv, profile, key, rows);
    if (status == EXIT_DONE && text == NULL)
        return show_texts(inv, rows, key, heading);
    if (status != EXIT_DONE)
        return status;
    const size_t lost = count_others(rows, key, text);
    snprintf(asked, sizeof asked, "replaces the %s of %zu node%s", key, lost,
             lost == 1 ? "" : "s");
    if (lost > 0)
        status = terminal_confirm(inv, asked, &go);
    json_object_object_add(changes, key, json_object_new_string(text));
    for (size_t i = 0; go && i < inv->argument_count; i++) {
        orma_error *error = NULL;
        const orma_status st = orma_node_edit(profile, inv->arguments[i],
                                              document_text(changes), &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
    }
    if (go)
        printf("set the %s of %zu node%s\n", key, inv->argument_count,
               inv->argument_count == 1 ? "" : "s");
    return status;
}

static int run_label(invocation *inv)
{
    return edit(inv, "label", "Label");
}

static int run_description(invocation *inv)
{
    return edit(inv, "description", "Description");
}

static orma_status call_delete(orma_profile *profile, void *user,
                               orma_str options, char **json, orma_error **err)
{
    (void)user;
    return orma_node_delete(profile, options, json, err);
}

static int run_delete(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *options = json_object_new_object();
    json_object *nodes = json_object_new_array();

    for (size_t i = 0; i < inv->argument_count; i++)
        json_object_array_add(nodes, json_object_new_string(inv->arguments[i]));
    json_object_object_add(options, "nodes", nodes);
    const int status = session_open(inv, &profile);
    return status == EXIT_DONE
               ? deletion_run(inv, profile, options, NULL, call_delete, NULL)
               : status;
}

static int run_set_extra(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const char *key = argument_text(inv, 1);

    int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    /* The value as a YAML scalar or flow value: 1, 1.0, [a, b], text. */
    orma_status st = orma_document_set(ORMA_LITERAL("{}"), "value",
                                       argument_text(inv, 2), &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *parsed = output_parse(inv, json);
    json_object *value = NULL;
    json_object_object_get_ex(parsed, "value", &value);
    st = orma_node_set_extra(profile, argument_text(inv, 0), key,
                             document_text(value), &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    printf("set the extra \"%s\"\n", key);
    return EXIT_DONE;
}

static int run_unset_extra(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;

    const int status = session_open(inv, &profile);
    if (status != EXIT_DONE)
        return status;
    for (size_t i = 1; i < inv->argument_count; i++) {
        const orma_status st =
            orma_node_set_extra(profile, argument_text(inv, 0),
                                inv->arguments[i], (orma_str){NULL, 0}, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        printf("deleted the extra \"%s\"\n", inv->arguments[i]);
    }
    return EXIT_DONE;
}

static const argument nodes[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, true},
    {0},
};
static const argument extra_value[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"KEY", "name of the extra, without dots", false, false},
    {"VALUE", "number, text, or YAML such as {a: [1, 2]}", false, false},
    {0},
};
static const argument extra_keys[] = {
    {"NODE", "pk, UUID or its beginning, or label", false, false},
    {"KEY", "name of the extra", false, true},
    {0},
};

static const option label_options[] = {
    {"label", 'l', OPTION_TEXT, "LABEL", NULL, false, "set this label"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "labels only"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {0},
};
static const option description_options[] = {
    {"description", 'd', OPTION_TEXT, "TEXT", NULL, false,
     "set this description"},
    {"raw", 'r', OPTION_FLAG, NULL, NULL, false, "descriptions only"},
    {"force", 'f', OPTION_FLAG, NULL, NULL, false, "do not ask"},
    {0},
};
static const option delete_options[] = {DELETION_OPTIONS, DELETION_RULES, {0}};

const command node_label_command = {
    .name = "label",
    .summary = "Print or set the label of nodes",
    .example = "orma node label 12 -l silicon",
    .arguments = nodes,
    .options = label_options,
    .prints_data = true,
    .run = run_label,
};

const command node_description_command = {
    .name = "description",
    .summary = "Print or set the description of nodes",
    .example = "orma node description 12 -d 'relaxed with PBEsol'",
    .arguments = nodes,
    .options = description_options,
    .prints_data = true,
    .run = run_description,
};

const command node_delete_command = {
    .name = "delete",
    .summary = "Delete nodes, with all that depends on them",
    .details = "AiiDA's rules keep the provenance whole: with data goes what "
               "used it and what made it, with a process what it made and "
               "called, and its caller. Processes that have not ended are not "
               "deleted. Files stay until `orma storage maintain`.",
    .example = "orma node delete 12 --dry-run\n"
               "orma node delete 12 --no-create-forward -f",
    .arguments = nodes,
    .options = delete_options,
    .prints_data = true,
    .run = run_delete,
};

const command node_set_extra_command = {
    .name = "set-extra",
    .summary = "Set an extra of a node",
    .example = "orma node set-extra 12 checked true",
    .arguments = extra_value,
    .run = run_set_extra,
};

const command node_unset_extra_command = {
    .name = "unset-extra",
    .summary = "Delete extras of a node",
    .example = "orma node unset-extra 12 checked",
    .arguments = extra_keys,
    .run = run_unset_extra,
};
