/* Options, files and fields as JSON documents.
 *
 * SPDX-License-Identifier: MIT */
#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/api/launch.h>

#include "failure.h"
#include "output.h"
#include "scope.h"
#include "terminal.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)
#define PIECE_BYTES 65536

int document_read_file(const invocation *inv, const char *path, char **text,
                       size_t *len)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    char *bytes = NULL;
    size_t used = 0, n = PIECE_BYTES;

    if (file == NULL)
        return failure_text(inv, errno == ENOENT ? EXIT_NOT_FOUND : EXIT_FAILED,
                            "\"%s\": %s", path, strerror(errno));
    while (n == PIECE_BYTES && used <= FILE_MAX_BYTES) {
        char *grown = realloc(bytes, used + PIECE_BYTES + 1);
        if (grown == NULL)
            break;
        bytes = grown;
        n = fread(bytes + used, 1, PIECE_BYTES, file);
        used += n;
    }
    const bool failed = ferror(file) != 0;
    const int reason = errno;
    if (!is_stdin)
        fclose(file);
    if (failed || bytes == NULL || used > FILE_MAX_BYTES) {
        free(bytes);
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            failed ? strerror(reason) : "is too large");
    }
    bytes[used] = '\0';
    *text = bytes;
    *len = used;
    return EXIT_DONE;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static const option *option_of(const command *c, const char *name)
{
    for (const option *o = c->options; o != NULL && o->name != NULL; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static json_object *option_value(const invocation *inv, const option *o)
{
    const char *text = option_text(inv, o->name);
    switch (o->kind) {
    case OPTION_FLAG:
    case OPTION_PAIR:
        return json_object_new_boolean(text[0] == '1');
    case OPTION_COUNT:
        return json_object_new_int64(strtoll(text, NULL, 10));
    case OPTION_NUMBER:
        return json_object_new_double(strtod(text, NULL));
    case OPTION_TEXT:
        return json_object_new_string(text);
    case OPTION_WORDS:
        break;
    }
    json_object *words = json_object_new_array();
    for (size_t i = 0; (text = option_nth(inv, o->name, i)) != NULL; i++)
        json_object_array_add(words, json_object_new_string(text));
    return words;
}

static void member_name(const char *name, char *out, size_t size)
{
    size_t i = 0;
    for (; name[i] != '\0' && i + 1 < size; i++)
        out[i] = name[i] == '-' ? '_' : name[i];
    out[i] = '\0';
}

json_object *document_of_options(const invocation *inv,
                                 const char *const *except)
{
    json_object *document = json_object_new_object();
    char key[128];

    for (size_t i = 0; i < inv->value_count; i++) {
        const option *o = option_of(inv->command, inv->values[i].name);
        if (o == NULL || is_among(o->name, except))
            continue;
        member_name(o->name, key, sizeof key);
        json_object_object_add(document, key, option_value(inv, o));
    }
    return document;
}

int document_add_config(const invocation *inv, json_object *into)
{
    const char *path = option_text(inv, "config");
    SCOPE_MALLOC char *text = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    size_t len = 0;

    if (path == NULL)
        return EXIT_DONE;
    const int status = document_read_file(inv, path, &text, &len);
    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_documents(path, (orma_str){text, len}, &json, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    SCOPE_JSON json_object *documents = output_parse(inv, json);
    json_object *first = json_object_array_length(documents) > 0
                             ? json_object_array_get_idx(documents, 0)
                             : NULL;
    if (!json_object_is_type(first, json_type_object))
        return failure_text(inv, EXIT_FAILED, "\"%s\" holds no mapping", path);
    json_object_object_foreach(first, key, member)
    {
        char name[128];
        member_name(key, name, sizeof name);
        if (!json_object_object_get_ex(into, name, NULL))
            json_object_object_add(into, name, json_object_get(member));
    }
    return EXIT_DONE;
}

int document_add_fields(const invocation *inv, json_object *into)
{
    for (size_t i = 0; i < inv->field_count; i++) {
        SCOPE_TEXT char *json = NULL;
        orma_error *error = NULL;
        const char *name = inv->fields[i].name;
        const orma_status st = orma_document_set(
            ORMA_LITERAL("{}"), name, inv->fields[i].text, &json, &error);
        if (st != ORMA_OK)
            return failure(inv, st, error);
        SCOPE_JSON json_object *one = output_parse(inv, json);
        json_object *member = NULL;
        json_object_object_get_ex(one, name, &member);
        json_object_object_add(into, name, json_object_get(member));
    }
    return EXIT_DONE;
}

void document_ask(const invocation *inv, json_object *into,
                  const question *questions, size_t count)
{
    if (option_flag(inv, "non-interactive", false))
        return;
    for (size_t i = 0; i < count; i++) {
        if (json_object_object_get_ex(into, questions[i].name, NULL))
            continue;
        SCOPE_MALLOC char *answer =
            terminal_ask(questions[i].prompt, questions[i].fallback);
        if (answer != NULL && answer[0] != '\0')
            json_object_object_add(into, questions[i].name,
                                   json_object_new_string(answer));
    }
}

int document_require(const invocation *inv, json_object *document,
                     const char *const *names)
{
    char key[128], name[256];
    bool is_complete = true;

    for (; *names != NULL; names++) {
        member_name(*names, key, sizeof key);
        if (json_object_object_get_ex(document, key, NULL))
            continue;
        failure_text(inv, EXIT_USAGE, "--%s is missing", *names);
        is_complete = false;
    }
    if (is_complete)
        return EXIT_DONE;
    failure_hint("orma %s -h", invocation_name(inv, name, sizeof name));
    return EXIT_USAGE;
}

orma_str document_text(json_object *document)
{
    size_t len = 0;
    const char *text = json_object_to_json_string_length(
        document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
        &len);
    return (orma_str){text, len};
}
