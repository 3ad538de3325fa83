/* The inputs of `orma run` and `orma parse`: -i, -I and --label.
 *
 * SPDX-License-Identifier: MIT */
#include "inputs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <orma/api/launch.h>

#include "document.h"
#include "failure.h"
#include "reader.h"
#include "scope.h"

/* Bytes of the value at p: up to the ',' or ']' that ends it. */
static size_t element_length(const char *p)
{
    bool is_string = false;
    int depth = 0;
    size_t i = 0;
    for (; p[i] != '\0'; i++) {
        if (is_string) {
            if (p[i] == '\\' && p[i + 1] != '\0')
                i++;
            else if (p[i] == '"')
                is_string = false;
        } else if (p[i] == '"') {
            is_string = true;
        } else if (p[i] == '{' || p[i] == '[') {
            depth++;
        } else if (depth == 0 && (p[i] == ',' || p[i] == ']')) {
            break;
        } else if (p[i] == '}' || p[i] == ']') {
            depth--;
        }
    }
    return i;
}

/* The elements of a valid JSON array as texts, not as parsed values: json-c
 * would round integers beyond 64 bits. */
static void add_elements(json_object *list, const char *array)
{
    static const char blank[] = " \t\r\n";
    const char *p = strchr(array, '[');
    while (p != NULL && *p != '\0' && *p != ']') {
        p += 1 + strspn(p + 1, blank);
        const size_t len = element_length(p);
        if (len > 0)
            json_object_array_add(list,
                                  json_object_new_string_len(p, (int)len));
        p += len;
    }
}

/* Files of an inputs document lie beside it, or where the command runs: paths
 * that exist below `folder` are made so. */
static void place_files(json_object *tree, const char *folder)
{
    if (json_object_is_type(tree, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(tree); i++)
            place_files(json_object_array_get_idx(tree, i), folder);
        return;
    }
    if (!json_object_is_type(tree, json_type_object))
        return;
    json_object *file = NULL;
    json_object_object_get_ex(tree, "$file", &file);
    if (json_object_is_type(file, json_type_string) &&
        json_object_get_string(file)[0] != '/') {
        char path[4096];
        const int n = snprintf(path, sizeof path, "%s/%s", folder,
                               json_object_get_string(file));
        if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0)
            json_object_object_add(tree, "$file", json_object_new_string(path));
    }
    json_object_object_foreach(tree, key, below)
    {
        (void)key;
        place_files(below, folder);
    }
}

/* The folder of an inputs file; false: the one where the command runs. */
static bool folder_of(const char *inputs_path, char *out, size_t size)
{
    const char *slash = strrchr(inputs_path, '/');
    if (slash == NULL || (size_t)(slash - inputs_path) + 1 >= size)
        return false;
    snprintf(out, size, "%.*s",
             slash > inputs_path ? (int)(slash - inputs_path) : 1, inputs_path);
    return true;
}

/* The same for JSON texts. */
static void place_all(json_object *texts, const char *inputs_path)
{
    char folder[4096];
    if (!folder_of(inputs_path, folder, sizeof folder))
        return;
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        json_object *tree = NULL;
        if (!reader_parse(
                json_object_get_string(json_object_array_get_idx(texts, i)),
                &tree))
            continue;
        place_files(tree, folder);
        json_object_array_put_idx(
            texts, i,
            json_object_new_string(json_object_to_json_string_ext(
                tree,
                JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
        json_object_put(tree);
    }
}

/* A port's own file was given where the inputs belong. */
static void hint_at_form(const char *path)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    const size_t len = strlen(path);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(endings[i]);
        if (len > n && strcmp(path + len - n, endings[i]) == 0)
            return;
    }
    if (strcmp(path, "-") != 0)
        failure_hint("-i takes YAML or JSON, in which a port's file is named: "
                     "PORT: {$file: %s}",
                     path);
}

/* Those documents are mappings of ports. */
static int check_mappings(const invocation *inv, const char *path,
                          json_object *texts)
{
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        const char *text =
            json_object_get_string(json_object_array_get_idx(texts, i));
        if (text[0] == '{')
            continue;
        if (strncmp(text, "null", 4) == 0) { /* an empty document */
            json_object_array_put_idx(texts, i, json_object_new_string("{}"));
            continue;
        }
        failure_text(inv, EXIT_FAILED, "%s: not a mapping of ports", path);
        hint_at_form(path);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

/* The documents of -i as JSON texts; one empty one without -i. */
static int read_documents(const invocation *inv, json_object **documents)
{
    const char *path = option_text(inv, "inputs");
    SCOPE_MALLOC char *text = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    size_t len = 0;

    json_object *list = json_object_new_array();
    if (path == NULL) {
        json_object_array_add(list, json_object_new_string("{}"));
        *documents = list;
        return EXIT_DONE;
    }
    int status = document_read_file(inv, path, &text, &len);
    const orma_status st =
        status == EXIT_DONE
            ? orma_documents(strcmp(path, "-") == 0 ? "standard input" : path,
                             (orma_str){text, len}, &json, &error)
            : ORMA_OK;
    if (st != ORMA_OK) {
        status = failure(inv, st, error);
        hint_at_form(path);
    }
    if (status == EXIT_DONE) {
        add_elements(list, json);
        status = check_mappings(inv, path, list);
    }
    if (status == EXIT_DONE)
        place_all(list, path);
    if (status == EXIT_DONE && json_object_array_length(list) == 0)
        json_object_array_add(list, json_object_new_string("{}"));
    if (status == EXIT_DONE)
        *documents = list;
    else
        json_object_put(list);
    return status;
}

/* Sets one dotted path; *text [owned] is replaced. */
static int set_path(const invocation *inv, char **text, const char *path,
                    const char *scalar)
{
    char *changed = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_document_set((orma_str){*text, strlen(*text)},
                                             path, scalar, &changed, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    orma_free(*text);
    *text = changed;
    return EXIT_DONE;
}

/* -I key.sub=value, in the order given, then --label. */
static int apply_settings(const invocation *inv, char **text)
{
    const char *assignment;
    char path[512];

    for (size_t i = 0; (assignment = option_nth(inv, "input", i)) != NULL;
         i++) {
        const size_t len = strcspn(assignment, "=");
        if (assignment[len] == '\0' || len == 0 || len >= sizeof path) {
            failure_text(inv, EXIT_USAGE, "--input: \"%s\" is not key=value",
                         assignment);
            failure_hint("orma run ENTRY -I x=1 -I metadata.label=first "
                         "-I parameters=@file.yaml");
            return EXIT_USAGE;
        }
        snprintf(path, sizeof path, "%.*s", (int)len, assignment);
        const int status = set_path(inv, text, path, assignment + len + 1);
        if (status != EXIT_DONE)
            return status;
    }
    const char *label = option_text(inv, "label");
    if (label == NULL)
        return EXIT_DONE;
    SCOPE_JSON json_object *quoted = json_object_new_string(label);
    return set_path(
        inv, text, "metadata.label",
        json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* The texts of all documents with the settings applied, so that a slip on the
 * command line is told before anything is opened. */
static int apply_to_all(const invocation *inv, json_object **documents)
{
    json_object *changed = json_object_new_array();
    int status = EXIT_DONE;

    for (size_t i = 0;
         status == EXIT_DONE && i < json_object_array_length(*documents); i++) {
        /* orma_free() frees what malloc() gave. */
        SCOPE_TEXT char *text = strdup(
            json_object_get_string(json_object_array_get_idx(*documents, i)));
        status = text != NULL ? apply_settings(inv, &text)
                              : failure_text(inv, EXIT_FAILED, "out of memory");
        if (status == EXIT_DONE)
            json_object_array_add(changed, json_object_new_string(text));
    }
    json_object_put(*documents);
    *documents = changed;
    return status;
}

int inputs_read(const invocation *inv, json_object **documents)
{
    const int status = read_documents(inv, documents);
    return status == EXIT_DONE ? apply_to_all(inv, documents) : status;
}

/* Names relative files that are in neither place. */
static void explain(json_object *tree, const char *folder)
{
    json_object *file = NULL;

    if (json_object_is_type(tree, json_type_array))
        for (size_t i = 0; i < json_object_array_length(tree); i++)
            explain(json_object_array_get_idx(tree, i), folder);
    if (!json_object_is_type(tree, json_type_object))
        return;
    json_object_object_get_ex(tree, "$file", &file);
    const char *name = json_object_is_type(file, json_type_string)
                           ? json_object_get_string(file)
                           : "/";
    if (name[0] != '/' && access(name, F_OK) != 0)
        failure_hint("\"%s\" is neither in \"%s\", where the inputs are, nor "
                     "where the command runs",
                     name, folder);
    json_object_object_foreach(tree, key, below)
    {
        (void)key;
        explain(below, folder);
    }
}

void inputs_explain(const invocation *inv, const char *inputs)
{
    const char *path = option_text(inv, "inputs");
    SCOPE_JSON json_object *tree = NULL;
    char folder[4096];

    if (path != NULL && folder_of(path, folder, sizeof folder) &&
        reader_parse(inputs, &tree))
        explain(tree, folder);
}
