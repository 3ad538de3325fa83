/* JSON, YAML and CSV; tables are table.c's.
 *
 * SPDX-License-Identifier: MIT */
#include "output.h"

#include <stdio.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/launch.h>

#include "failure.h"
#include "scope.h"

json_object *output_parse(const invocation *inv, const char *json)
{
    json_object *found = NULL;
    if (!reader_parse(json, &found))
        failure_text(inv, EXIT_FAILED, "the library's answer is damaged");
    return found;
}

int output_each(const invocation *inv, const char *json, reader_visit *visit,
                void *user)
{
    return reader_each(json, visit, user)
               ? EXIT_DONE
               : failure_text(inv, EXIT_FAILED,
                              "the library's answer is damaged");
}

/* RFC 4180: quoted when it must be. */
void output_csv_text(const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            putchar('"');
        putchar(*p);
    }
    putchar('"');
}

void output_csv_value(json_object *value)
{
    if (value == NULL)
        return;
    if (json_object_is_type(value, json_type_string))
        output_csv_text(json_object_get_string(value));
    else
        output_csv_text(json_object_to_json_string_ext(
            value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void indent(int depth)
{
    printf("\n%*s", 4 * depth, "");
}

/* Compact JSON, laid out as the library lays its documents out. */
static void lay_out(const char *json)
{
    bool is_text = false;
    int depth = 0;

    for (const char *p = json; *p != '\0'; p++) {
        if (is_text || *p == '"') {
            putchar(*p);
            if (is_text && *p == '\\' && p[1] != '\0')
                putchar(*++p);
            else if (*p == '"')
                is_text = !is_text;
        } else if ((*p == '{' && p[1] == '}') || (*p == '[' && p[1] == ']')) {
            putchar(*p);
            putchar(*++p);
        } else if (*p == '{' || *p == '[') {
            putchar(*p);
            indent(++depth);
        } else if (*p == '}' || *p == ']') {
            indent(--depth);
            putchar(*p);
        } else {
            putchar(*p);
            if (*p == ',')
                indent(depth);
            else if (*p == ':')
                putchar(' ');
        }
    }
    putchar('\n');
}

/* Every member that occurs, in the order in which it first does. */
static json_object *all_keys(json_object *rows)
{
    json_object *keys = json_object_new_object();
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        if (!json_object_is_type(row, json_type_object))
            continue;
        json_object_object_foreach(row, key, value)
        {
            (void)value;
            json_object_object_add(keys, key, NULL);
        }
    }
    return keys;
}

static void csv_rows(json_object *rows)
{
    SCOPE_JSON json_object *keys = all_keys(rows);
    bool is_first = true;

    json_object_object_foreach(keys, heading, unused)
    {
        (void)unused;
        if (!is_first)
            putchar(',');
        output_csv_text(heading);
        is_first = false;
    }
    if (!is_first)
        putchar('\n');
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        json_object *row = json_object_array_get_idx(rows, i);
        is_first = true;
        if (!json_object_is_type(row, json_type_object))
            output_csv_value(row);
        json_object_object_foreach(keys, key, none)
        {
            (void)none;
            json_object *value = NULL;
            if (!is_first)
                putchar(',');
            is_first = false;
            if (json_object_object_get_ex(row, key, &value))
                output_csv_value(value);
        }
        putchar('\n');
    }
}

static void csv(json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        csv_rows(value);
        return;
    }
    SCOPE_JSON json_object *rows = json_object_new_array();
    json_object_array_add(rows, json_object_get(value));
    csv_rows(rows);
}

static int yaml(const invocation *inv, const char *json)
{
    SCOPE_TEXT char *text = NULL;
    orma_error *error = NULL;
    const orma_status st =
        orma_yaml((orma_str){json, strlen(json)}, &text, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    fputs(text, stdout);
    return EXIT_DONE;
}

static void tables(json_object *value, const column *columns, const char *empty)
{
    if (json_object_is_type(value, json_type_array)) {
        if (json_object_array_length(value) == 0 && empty != NULL)
            printf("%s\n", empty);
        else
            table_rows(value, columns, "");
    } else if (json_object_is_type(value, json_type_object)) {
        if (json_object_object_length(value) == 0 && empty != NULL)
            printf("%s\n", empty);
        else
            table_object(value, columns);
    } else {
        puts(value != NULL ? json_object_get_string(value) : "null");
    }
}

static int print(const invocation *inv, const char *json, json_object *value,
                 const column *columns, const char *empty)
{
    switch (inv->format) {
    case FORMAT_JSON: {
        const size_t len = strlen(json);
        fputs(json, stdout);
        if (len == 0 || json[len - 1] != '\n')
            putchar('\n');
        break;
    }
    case FORMAT_YAML:
        return yaml(inv, json);
    case FORMAT_CSV:
        csv(value);
        break;
    case FORMAT_TABLE:
        tables(value, columns, empty);
        break;
    }
    return EXIT_DONE;
}

int output_document(const invocation *inv, const char *json,
                    const column *columns, const char *empty)
{
    /* JSON and YAML print the library's text itself, whose numbers are as
     * they are stored. */
    if (inv->format == FORMAT_JSON || inv->format == FORMAT_YAML)
        return print(inv, json, NULL, columns, empty);
    SCOPE_JSON json_object *value = output_parse(inv, json);
    if (value == NULL && strcmp(json, "null") != 0)
        return EXIT_FAILED;
    return print(inv, json, value, columns, empty);
}

int output_value(const invocation *inv, json_object *value,
                 const column *columns, const char *empty)
{
    const char *json = json_object_to_json_string_ext(
        value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (inv->format != FORMAT_JSON)
        return print(inv, json, value, columns, empty);
    lay_out(json);
    return EXIT_DONE;
}

void output_raw_row(json_object *row, const column *columns)
{
    char text[4096];
    for (const column *c = columns; c->key != NULL; c++) {
        json_object *value = NULL;
        json_object_object_get_ex(row, c->key, &value);
        cell_text(value, c->style, text, sizeof text);
        fputs(c > columns ? "  " : "", stdout);
        fputs(text, stdout);
    }
    putchar('\n');
}

void output_raw(json_object *rows, const column *columns)
{
    for (size_t i = 0; i < json_object_array_length(rows); i++)
        output_raw_row(json_object_array_get_idx(rows, i), columns);
}
