/* A value inside a JSON text.
 *
 * SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>

#define MAX_DEPTH 1000

typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at) != NULL &&
           *c->at != '\0')
        c->at++;
}

static bool take(cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Past a string, *text being its inside, escapes and all. */
static bool skip_string(cursor *c, orma_str *text)
{
    if (!take(c, '"'))
        return false;
    text->ptr = c->at;
    for (; c->at < c->end; c->at++) {
        if (*c->at == '\\') {
            if (++c->at == c->end)
                return false;
        } else if (*c->at == '"') {
            text->len = (size_t)(c->at - text->ptr);
            c->at++;
            return true;
        }
    }
    return false;
}

/* Past a value of any kind: brackets are counted, not looked at. */
static bool skip_value(cursor *c)
{
    int depth = 0;
    orma_str unused;

    do {
        skip_blanks(c);
        if (c->at == c->end || depth > MAX_DEPTH)
            return false;
        switch (*c->at) {
        case '"':
            if (!skip_string(c, &unused))
                return false;
            break;
        case '{':
        case '[':
            depth++;
            c->at++;
            break;
        case '}':
        case ']':
            depth--;
            c->at++;
            break;
        case ',':
        case ':':
            c->at++;
            break;
        default:
            while (c->at < c->end && strchr(" \t\r\n,:]}", *c->at) == NULL)
                c->at++;
        }
    } while (depth > 0);
    return depth == 0;
}

/* Is the inside of a string the key? */
static bool is_key(orma_str text, const char *key, size_t key_len)
{
    if (memchr(text.ptr, '\\', text.len) == NULL)
        return text.len == key_len && memcmp(text.ptr, key, key_len) == 0;
    /* With escapes it is decoded, quotes included. */
    struct json_tokener *tok = json_tokener_new();
    struct json_object *decoded =
        tok == NULL
            ? NULL
            : json_tokener_parse_ex(tok, text.ptr - 1, (int)text.len + 2);
    const bool same = json_object_is_type(decoded, json_type_string) &&
                      strcmp(json_object_get_string(decoded), key) == 0;
    json_object_put(decoded);
    json_tokener_free(tok);
    return same;
}

/* From an object to the value of its member. */
static bool enter_member(cursor *c, const char *key, size_t key_len)
{
    orma_str name;
    if (!take(c, '{'))
        return false;
    do {
        if (!skip_string(c, &name) || !take(c, ':'))
            return false;
        if (is_key(name, key, key_len))
            return true;
        if (!skip_value(c))
            return false;
    } while (take(c, ','));
    return false;
}

static long item_count(cursor c)
{
    long count = 0;
    if (!take(&c, '[') || take(&c, ']'))
        return 0;
    do
        count++;
    while (skip_value(&c) && take(&c, ','));
    return count;
}

/* From an array to one of its items. */
static bool enter_item(cursor *c, const char *key)
{
    char *end;
    errno = 0;
    long index = strtol(key, &end, 10);
    if (end == key || *end != '\0' || errno != 0)
        return false;
    if (index < 0)
        index += item_count(*c);
    if (index < 0 || !take(c, '['))
        return false;
    for (; index > 0; index--)
        if (!skip_value(c) || !take(c, ','))
            return false;
    skip_blanks(c);
    return c->at < c->end && *c->at != ']';
}

bool json_text_at(orma_str *json, struct json_object *keys)
{
    cursor c = {json->ptr, json->ptr + json->len};

    for (size_t i = 0; i < json_object_array_length(keys); i++) {
        struct json_object *key = json_object_array_get_idx(keys, i);
        const char *text = json_object_get_string(key);
        skip_blanks(&c);
        if (c.at == c.end ||
            !(*c.at == '{'
                  ? enter_member(&c, text,
                                 (size_t)json_object_get_string_len(key))
                  : *c.at == '[' && enter_item(&c, text)))
            return false;
    }
    skip_blanks(&c);
    const char *start = c.at;
    if (!skip_value(&c))
        return false;
    *json = (orma_str){start, (size_t)(c.at - start)};
    return true;
}
