/* Printing the rows of a query while they come.
 *
 * SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/launch.h>

#include "failure.h"
#include "scope.h"

/* A value of a row that is a column of tables: item `item`, or a member of
 * it. */
typedef struct row_column {
    size_t item;
    const char *member; /* borrowed of the description; NULL: the item itself */
    char *key;          /* owned; no two are the same */
} row_column;

typedef struct printer {
    const invocation *inv;
    const row_options *options;
    json_object *described; /* of orma_query_columns() */
    row_column *columns;
    size_t column_count, column_room;
    column *headings; /* of tables, ended by a NULL key */
    table *table;
    char *text; /* YAML is made from all rows together */
    size_t text_len;
    FILE *memory;
    size_t row_count;
} printer;

static const char *text_of(json_object *object, const char *key)
{
    json_object *found = NULL;
    json_object_object_get_ex(object, key, &found);
    return found != NULL ? json_object_get_string(found) : "";
}

/* ---- columns ----------------------------------------------------- */

static bool is_taken(const printer *p, const char *key)
{
    for (size_t i = 0; i < p->column_count; i++)
        if (strcmp(p->columns[i].key, key) == 0)
            return true;
    return false;
}

/* "field", or "tag.field" when there are several tags; a number behind those
 * that are there twice. */
static char *make_key(const printer *p, const char *tag, const char *field,
                      bool has_tags)
{
    char *key = NULL;
    for (int n = 1;; n++) {
        const int len = n == 1
                            ? asprintf(&key, "%s%s%s", has_tags ? tag : "",
                                       has_tags ? "." : "", field)
                            : asprintf(&key, "%s%s%s_%d", has_tags ? tag : "",
                                       has_tags ? "." : "", field, n);
        if (len < 0)
            return NULL;
        if (!is_taken(p, key))
            return key;
        free(key);
    }
}

static bool add_column(printer *p, size_t item, const char *member, char *key)
{
    if (key == NULL)
        return false;
    if (p->column_count == p->column_room) {
        const size_t room = p->column_room > 0 ? 2 * p->column_room : 16;
        row_column *grown = reallocarray(p->columns, room, sizeof *grown);
        if (grown == NULL) {
            free(key);
            return false;
        }
        p->columns = grown;
        p->column_room = room;
    }
    p->columns[p->column_count++] = (row_column){item, member, key};
    return true;
}

static bool add_columns(printer *p)
{
    const size_t count = json_object_array_length(p->described);
    const char *first = "";
    bool has_tags = false, done = true;

    for (size_t i = 0; i < count; i++) {
        const char *tag =
            text_of(json_object_array_get_idx(p->described, i), "tag");
        if (i == 0)
            first = tag;
        has_tags = has_tags || strcmp(tag, first) != 0;
    }
    for (size_t i = 0; done && i < count; i++) {
        json_object *one = json_object_array_get_idx(p->described, i);
        const char *tag = text_of(one, "tag");
        json_object *members = NULL;
        json_object_object_get_ex(one, "members", &members);
        for (size_t k = 0;
             done && members != NULL && k < json_object_array_length(members);
             k++) {
            const char *member =
                json_object_get_string(json_object_array_get_idx(members, k));
            done = add_column(p, i, member, make_key(p, tag, member, has_tags));
        }
        if (members == NULL)
            done = add_column(
                p, i, NULL, make_key(p, tag, text_of(one, "field"), has_tags));
    }
    return done;
}

static bool add_headings(printer *p)
{
    p->headings = calloc(p->column_count + 1, sizeof *p->headings);
    for (size_t i = 0; p->headings != NULL && i < p->column_count; i++) {
        const char *key = p->columns[i].key;
        p->headings[i] = (column){key, key, CELL_PLAIN};
        for (const column *c = p->options->columns; c != NULL && c->key != NULL;
             c++)
            if (strcmp(c->key, key) == 0)
                p->headings[i] = *c;
    }
    return p->headings != NULL;
}

static int describe(printer *p, orma_profile *profile, orma_str document)
{
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const orma_status st = orma_query_columns(profile, document, &json, &error);
    if (st != ORMA_OK)
        return failure(p->inv, st, error);
    p->described = output_parse(p->inv, json);
    if (p->described == NULL)
        return EXIT_FAILED;
    return add_columns(p) && add_headings(p)
               ? EXIT_DONE
               : failure_text(p->inv, EXIT_FAILED, "there is no memory");
}

/* ---- rows -------------------------------------------------------- */

static json_object *value_of(const row_column *c, json_object *row)
{
    json_object *value = json_object_array_get_idx(row, c->item);
    json_object *member = NULL;
    if (c->member == NULL)
        return value;
    json_object_object_get_ex(value, c->member, &member);
    return member;
}

static json_object *as_object(const printer *p, json_object *row)
{
    json_object *object = json_object_new_object();
    for (size_t i = 0; i < p->column_count; i++)
        json_object_object_add(object, p->columns[i].key,
                               json_object_get(value_of(&p->columns[i], row)));
    return object;
}

static void print_csv(const printer *p, json_object *row)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (i > 0)
            putchar(',');
        output_csv_value(value_of(&p->columns[i], row));
    }
    putchar('\n');
}

/* A row on a line of its own, as the library has it. */
static void print_json(printer *p, orma_str text, json_object *row, FILE *to)
{
    fputs(p->row_count > 0 ? ",\n    " : "[\n    ", to);
    if (p->options->shape != ROWS_OBJECTS) {
        fwrite(text.ptr, 1, text.len, to);
        return;
    }
    SCOPE_JSON json_object *object = as_object(p, row);
    fputs(json_object_to_json_string_ext(
              object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
          to);
}

static void add_to_table(printer *p, json_object *row)
{
    SCOPE_JSON json_object *object = as_object(p, row);
    if (p->options->is_raw)
        output_raw_row(object, p->headings);
    else
        table_add(p->table, object);
}

static orma_status take_row(void *user, orma_str text)
{
    printer *p = user;
    SCOPE_JSON json_object *row = NULL;
    const bool is_text =
        (p->inv->format == FORMAT_JSON || p->inv->format == FORMAT_YAML) &&
        p->options->shape != ROWS_OBJECTS;

    if (!is_text && !reader_parse(text.ptr, &row))
        return ORMA_E_BUG;
    switch (p->inv->format) {
    case FORMAT_JSON:
        print_json(p, text, row, stdout);
        break;
    case FORMAT_YAML:
        print_json(p, text, row, p->memory);
        break;
    case FORMAT_CSV:
        print_csv(p, row);
        break;
    case FORMAT_TABLE:
        add_to_table(p, row);
        break;
    }
    p->row_count++;
    /* Who reads us has gone, or the disk is full. */
    return ferror(stdout) ? ORMA_E_TRANSIENT : ORMA_OK;
}

static int begin(printer *p)
{
    switch (p->inv->format) {
    case FORMAT_JSON:
        break;
    case FORMAT_YAML:
        p->memory = open_memstream(&p->text, &p->text_len);
        return p->memory != NULL
                   ? EXIT_DONE
                   : failure_text(p->inv, EXIT_FAILED, "there is no memory");
    case FORMAT_CSV:
        for (size_t i = 0; i < p->column_count; i++) {
            if (i > 0)
                putchar(',');
            output_csv_text(p->columns[i].key);
        }
        putchar('\n');
        break;
    case FORMAT_TABLE:
        p->table = table_create(p->headings);
        return p->table != NULL
                   ? EXIT_DONE
                   : failure_text(p->inv, EXIT_FAILED, "there is no memory");
    }
    return EXIT_DONE;
}

static int end_yaml(printer *p)
{
    SCOPE_TEXT char *yaml = NULL;
    orma_error *error = NULL;

    fputs(p->row_count > 0 ? "\n]" : "[]", p->memory);
    fclose(p->memory);
    p->memory = NULL;
    const orma_status st =
        orma_yaml((orma_str){p->text, p->text_len}, &yaml, &error);
    if (st != ORMA_OK)
        return failure(p->inv, st, error);
    fputs(yaml, stdout);
    return EXIT_DONE;
}

static int end_table(const printer *p)
{
    if (p->options->is_raw)
        return EXIT_DONE;
    if (p->row_count == 0 && p->options->empty != NULL) {
        puts(p->options->empty);
        return EXIT_DONE;
    }
    if (!table_print(p->table, ""))
        return failure_text(p->inv, EXIT_FAILED, "there is no memory");
    printf("\nTotal results: %zu\n", p->row_count);
    return EXIT_DONE;
}

static int end(printer *p)
{
    switch (p->inv->format) {
    case FORMAT_JSON:
        fputs(p->row_count > 0 ? "\n]\n" : "[]\n", stdout);
        break;
    case FORMAT_YAML:
        return end_yaml(p);
    case FORMAT_CSV:
        break;
    case FORMAT_TABLE:
        return end_table(p);
    }
    return EXIT_DONE;
}

static void finish(printer *p)
{
    for (size_t i = 0; i < p->column_count; i++)
        free(p->columns[i].key);
    free(p->columns);
    free(p->headings);
    table_destroy(p->table);
    if (p->memory != NULL)
        fclose(p->memory);
    free(p->text);
    json_object_put(p->described);
}

/* Are rows asked for by tag? Tables and CSV have columns instead. */
static bool wants_dicts(const printer *p)
{
    return p->options->shape == ROWS_DICTS &&
           (p->inv->format == FORMAT_JSON || p->inv->format == FORMAT_YAML);
}

int rows_print(const invocation *inv, orma_profile *profile, orma_str document,
               const row_options *options)
{
    printer p = {.inv = inv, .options = options};
    SCOPE_JSON json_object *given = json_object_new_object();
    orma_error *error = NULL;

    json_object_object_add(given, "dict",
                           json_object_new_boolean(wants_dicts(&p)));
    if (options->limit > 0)
        json_object_object_add(given, "limit",
                               json_object_new_int64(options->limit));
    const char *text = json_object_to_json_string(given);
    int status = describe(&p, profile, document);
    if (status == EXIT_DONE)
        status = begin(&p);
    if (status == EXIT_DONE) {
        const orma_status st =
            orma_query(profile, document, (orma_str){text, strlen(text)},
                       take_row, &p, &error);
        status = st == ORMA_OK ? end(&p) : failure(inv, st, error);
    }
    finish(&p);
    return status;
}
