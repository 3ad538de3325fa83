/* JSON text as YAML.
 *
 * SPDX-License-Identifier: MIT */
#include "yaml.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define STEP 2 /* blanks of a level */

typedef struct source {
    const char *at, *end;
} source;

/* What other words mean in YAML 1.1 or 1.2. */
static const char *const reserved[] = {"true", "false", "null", "yes", "no",
                                       "on",   "off",   "y",    "n"};

static void skip_blanks(source *s)
{
    while (s->at < s->end && isspace((unsigned char)*s->at))
        s->at++;
}

static char peek(source *s)
{
    skip_blanks(s);
    return s->at < s->end ? *s->at : '\0';
}

/* Behind the string that begins here. */
static orma_str take_string(source *s)
{
    const char *start = s->at++;

    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
    if (s->at < s->end)
        s->at++;
    return (orma_str){start, (size_t)(s->at - start)};
}

static bool is_plain(orma_str word)
{
    if (word.len == 0 || !isalpha((unsigned char)word.ptr[0]))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!isalnum((unsigned char)word.ptr[i]) &&
            (word.ptr[i] == '\0' || strchr("_-./", word.ptr[i]) == NULL))
            return false;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strlen(reserved[i]) == word.len &&
            strncasecmp(reserved[i], word.ptr, word.len) == 0)
            return false;
    return true;
}

/* A word as it is, else in JSON's quotes, which are YAML's. */
static void add_string(orma_str quoted, text *out)
{
    const orma_str inside = {quoted.ptr + 1,
                             quoted.len > 1 ? quoted.len - 2 : 0};

    if (is_plain(inside))
        text_bytes(out, inside.ptr, inside.len);
    else
        text_bytes(out, quoted.ptr, quoted.len);
}

/* YAML 1.1 wants a point and the exponent's sign: 1e5 is 1.0e+5. */
static void add_number(orma_str number, text *out)
{
    bool has_point = memchr(number.ptr, '.', number.len) != NULL;

    for (size_t i = 0; i < number.len; i++) {
        const char c = number.ptr[i];
        if ((c == 'e' || c == 'E') && !has_point)
            text_add(out, ".0");
        text_bytes(out, &c, 1);
        if ((c == 'e' || c == 'E') && i + 1 < number.len &&
            isdigit((unsigned char)number.ptr[i + 1]))
            text_add(out, "+");
    }
}

static void add_scalar(source *s, text *out)
{
    const char *start = s->at;

    if (*start == '"') {
        add_string(take_string(s), out);
        return;
    }
    while (s->at < s->end && strchr(",]} \t\r\n", *s->at) == NULL)
        s->at++;
    const orma_str word = {start, (size_t)(s->at - start)};
    if (*start == '-' || isdigit((unsigned char)*start))
        add_number(word, out);
    else
        text_bytes(out, word.ptr, word.len);
}

static void add_indent(int indent, text *out)
{
    text_format(out, "%*s", indent, "");
}

static void add_value(source *s, int indent, bool is_item, text *out);

/* The members of a mapping; the first is on the line where the cursor is. */
static void add_members(source *s, int indent, text *out)
{
    bool is_first = true;

    s->at++;
    while (s->at < s->end && peek(s) != '}' && peek(s) != '\0') {
        if (!is_first)
            add_indent(indent, out);
        is_first = false;
        add_string(take_string(s), out);
        text_add(out, ":");
        if (peek(s) == ':')
            s->at++;
        add_value(s, indent, false, out);
        if (peek(s) == ',')
            s->at++;
    }
    s->at++;
}

static void add_items(source *s, int indent, text *out)
{
    bool is_first = true;

    s->at++;
    while (s->at < s->end && peek(s) != ']' && peek(s) != '\0') {
        if (!is_first)
            add_indent(indent, out);
        is_first = false;
        text_add(out, "-");
        add_value(s, indent, true, out);
        if (peek(s) == ',')
            s->at++;
    }
    s->at++;
}

/* Is the collection that begins here empty? Moves behind it then. */
static bool skip_empty(source *s, char close)
{
    source ahead = {s->at + 1, s->end};

    if (peek(&ahead) != close)
        return false;
    s->at = ahead.at + 1;
    return true;
}

/* A value behind "key:" or "-". */
static void add_value(source *s, int indent, bool is_item, text *out)
{
    const char open = peek(s);

    if (open == '\0')
        return;
    if (open != '{' && open != '[') {
        text_add(out, " ");
        add_scalar(s, out);
        text_add(out, "\n");
    } else if (skip_empty(s, open == '{' ? '}' : ']')) {
        text_add(out, open == '{' ? " {}\n" : " []\n");
    } else {
        if (is_item) {
            text_add(out, " ");
        } else {
            text_add(out, "\n");
            add_indent(indent + STEP, out);
        }
        if (open == '{')
            add_members(s, indent + STEP, out);
        else
            add_items(s, indent + STEP, out);
    }
}

void yaml_write(orma_str json, text *out)
{
    source s = {json.ptr, json.ptr + json.len};
    const char open = peek(&s);

    if (open == '{' || open == '[') {
        if (skip_empty(&s, open == '{' ? '}' : ']'))
            text_add(out, open == '{' ? "{}\n" : "[]\n");
        else if (open == '{')
            add_members(&s, 0, out);
        else
            add_items(&s, 0, out);
        return;
    }
    if (open != '\0')
        add_scalar(&s, out);
    text_add(out, "\n");
}
