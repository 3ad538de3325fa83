/* Reading the library's JSON, numbers as they are written: json-c's own parser
 * rounds integers beyond 64 bits.
 *
 * The texts come from liborma, which writes valid JSON; what is not is
 * answered by NULL.
 *
 * SPDX-License-Identifier: MIT */
#include "reader.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 256
#define NAME_ROOM 64

struct reader {
    const char *at;
    int depth;
    bool failed;
};

static json_object *read_value(struct reader *r);

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r')
        r->at++;
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static unsigned long hex4(struct reader *r)
{
    char digits[5] = "";
    char *end;
    for (size_t i = 0; i < 4 && r->at[i] != '\0'; i++)
        digits[i] = r->at[i];
    const unsigned long code = strtoul(digits, &end, 16);
    if (end != digits + 4)
        r->failed = true;
    else
        r->at += 4;
    return code;
}

/* Appends a code point as UTF-8; answers how many bytes. */
static size_t put_utf8(unsigned long code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(first[n] | code);
    return n;
}

static unsigned long escape(struct reader *r)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char c = *r->at;
    const char *found = c != '\0' ? strchr(letters, c) : NULL;

    if (found != NULL) {
        r->at++;
        return (unsigned char)values[found - letters];
    }
    if (c != 'u') {
        r->failed = true;
        return '?';
    }
    r->at++;
    unsigned long code = hex4(r);
    if (code >= 0xd800 && code < 0xdc00 && r->at[0] == '\\' &&
        r->at[1] == 'u') {
        r->at += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(r) - 0xdc00);
    }
    return code;
}

/* Bytes up to the closing quote of a text without escapes, -1 of others. */
static ptrdiff_t plain_length(const struct reader *r)
{
    const size_t len = strcspn(r->at, "\"\\");
    return r->at[len] == '"' ? (ptrdiff_t)len : -1;
}

static char *decode_text(struct reader *r, size_t *len)
{
    size_t room = 0;
    for (const char *p = r->at; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        room += 2; /* "\n" is two, and never becomes more than it was */
    }
    char *text = malloc(room + 8);
    size_t n = 0;
    while (text != NULL && !r->failed && *r->at != '"' && *r->at != '\0') {
        if (*r->at == '\\') {
            r->at++;
            n += put_utf8(escape(r), text + n);
        } else {
            text[n++] = *r->at++;
        }
    }
    if (text == NULL || *r->at != '"') {
        r->failed = true;
        free(text);
        return NULL;
    }
    r->at++;
    text[n] = '\0';
    *len = n;
    return text;
}

/* The name after the opening quote: in `room`, when it is short and without
 * escapes, else the caller frees it. */
static char *read_name(struct reader *r, char room[NAME_ROOM])
{
    size_t len = 0;
    const ptrdiff_t plain = plain_length(r);
    if (plain < 0 || plain >= NAME_ROOM)
        return decode_text(r, &len);
    memcpy(room, r->at, (size_t)plain);
    room[plain] = '\0';
    r->at += plain + 1;
    return room;
}

static json_object *read_string(struct reader *r)
{
    size_t len = 0;
    r->at++;
    const ptrdiff_t plain = plain_length(r);
    if (plain >= 0) {
        const char *text = r->at;
        r->at += plain + 1;
        return json_object_new_string_len(text, (int)plain);
    }
    char *text = decode_text(r, &len);
    if (text == NULL)
        return NULL;
    json_object *string = json_object_new_string_len(text, (int)len);
    free(text);
    return string;
}

static json_object *read_number(struct reader *r)
{
    char text[512];
    char *end;
    const size_t len = strspn(r->at, "+-0123456789.eE");

    if (len == 0 || len >= sizeof text) {
        r->failed = true;
        return NULL;
    }
    memcpy(text, r->at, len);
    text[len] = '\0';
    r->at += len;
    if (strpbrk(text, ".eE") == NULL) {
        errno = 0;
        const long long integer = strtoll(text, &end, 10);
        if (errno == 0 && *end == '\0')
            return json_object_new_int64(integer);
    }
    return json_object_new_double_s(strtod(text, NULL), text);
}

static json_object *read_array(struct reader *r)
{
    json_object *array = json_object_new_array();
    r->at++;
    if (take(r, ']'))
        return array;
    do
        json_object_array_add(array, read_value(r));
    while (!r->failed && take(r, ','));
    if (!take(r, ']'))
        r->failed = true;
    return array;
}

static json_object *read_object(struct reader *r)
{
    json_object *object = json_object_new_object();
    r->at++;
    if (take(r, '}'))
        return object;
    do {
        char room[NAME_ROOM];
        char *name = take(r, '"') ? read_name(r, room) : NULL;
        if (name == NULL || !take(r, ':'))
            r->failed = true;
        else
            json_object_object_add(object, name, read_value(r));
        if (name != room)
            free(name);
    } while (!r->failed && take(r, ','));
    if (!take(r, '}'))
        r->failed = true;
    return object;
}

static json_object *read_word(struct reader *r)
{
    static const char *const words[] = {"null", "false", "true"};
    for (int i = 0; i < 3; i++) {
        const size_t len = strlen(words[i]);
        if (strncmp(r->at, words[i], len) != 0)
            continue;
        r->at += len;
        return i == 0 ? NULL : json_object_new_boolean(i == 2);
    }
    return read_number(r);
}

static json_object *read_value(struct reader *r)
{
    json_object *found = NULL;

    skip_blanks(r);
    if (++r->depth > MAX_DEPTH)
        r->failed = true;
    else if (*r->at == '{')
        found = read_object(r);
    else if (*r->at == '[')
        found = read_array(r);
    else if (*r->at == '"')
        found = read_string(r);
    else
        found = read_word(r);
    r->depth--;
    return found;
}

bool reader_parse(const char *json, json_object **out)
{
    struct reader r = {.at = json};
    json_object *found = read_value(&r);

    skip_blanks(&r);
    if (r.failed || *r.at != '\0') {
        json_object_put(found);
        return false;
    }
    *out = found;
    return true;
}

/* The next value, handed to visit and forgotten. */
static void visit_value(struct reader *r, reader_visit *visit, void *user)
{
    json_object *value = read_value(r);
    if (!r->failed)
        visit(user, value);
    json_object_put(value);
}

bool reader_each(const char *json, reader_visit *visit, void *user)
{
    struct reader r = {.at = json};

    if (!take(&r, '[')) {
        visit_value(&r, visit, user);
    } else if (!take(&r, ']')) {
        do
            visit_value(&r, visit, user);
        while (!r.failed && take(&r, ','));
        if (!take(&r, ']'))
            r.failed = true;
    }
    skip_blanks(&r);
    return !r.failed && *r.at == '\0';
}
