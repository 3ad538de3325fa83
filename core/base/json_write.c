/* Writing JSON: Python's default dump, compact, or for people.
 *
 * SPDX-License-Identifier: MIT */
#include <base/json.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/json_internal.h>

#define REPLACEMENT 0xFFFDu
#define DEL 0x7F /* Python's ASCII dump escapes it, its UTF-8 dump does not */

/* '/' stands for itself, as in Python. */
static const struct {
    char byte;
    const char *escape;
} short_escapes[] = {
    {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"},
    {'\t', "\\t"}, {'\b', "\\b"},  {'\f', "\\f"},
};

static const char *short_escape(char c)
{
    for (size_t i = 0; i < sizeof short_escapes / sizeof *short_escapes; i++)
        if (short_escapes[i].byte == c)
            return short_escapes[i].escape;
    return NULL;
}

uint32_t json_utf8_decode(const char *s, size_t left, size_t *used)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)s[0];
    const size_t n = first < 0x80             ? 1
                     : (first & 0xE0) == 0xC0 ? 2
                     : (first & 0xF0) == 0xE0 ? 3
                     : (first & 0xF8) == 0xF0 ? 4
                                              : 0;
    *used = 1;
    if (n == 1)
        return first;
    if (n == 0 || n > left)
        return REPLACEMENT;
    uint32_t code = first & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        if ((c & 0xC0) != 0x80)
            return REPLACEMENT;
        code = code << 6 | (c & 0x3Fu);
    }
    if (code < lowest[n] || code > 0x10FFFF ||
        (code >= 0xD800 && code <= 0xDFFF))
        return REPLACEMENT;
    *used = n;
    return code;
}

size_t json_utf8_valid(const char *s, size_t len)
{
    size_t used;

    for (size_t at = 0; at < len; at += used)
        if (json_utf8_decode(s + at, len - at, &used) == REPLACEMENT &&
            used == 1)
            return at;
    return len;
}

void json_utf8_encode(buf *out, uint32_t code)
{
    if (code < 0x80) {
        buf_char(out, (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xC0 | code >> 6));
        buf_char(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        buf_char(out, (char)(0xE0 | code >> 12));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        buf_char(out, (char)(0xF0 | code >> 18));
        buf_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

static void write_code_point(buf *out, uint32_t code, enum json_style style)
{
    if (style != JSON_PYTHON) {
        json_utf8_encode(out, code);
    } else if (code < 0x10000) {
        buf_printf(out, "\\u%04x", (unsigned)code);
    } else {
        const unsigned rest = (unsigned)code - 0x10000;
        buf_printf(out, "\\u%04x\\u%04x", 0xD800 | rest >> 10,
                   0xDC00 | (rest & 0x3FF));
    }
}

static void write_string(buf *out, const char *s, size_t len,
                         enum json_style style)
{
    buf_char(out, '"');
    for (size_t i = 0; i < len;) {
        size_t plain = 0;
        while (i + plain < len && (unsigned char)s[i + plain] >= 0x20 &&
               (unsigned char)s[i + plain] < DEL && s[i + plain] != '"' &&
               s[i + plain] != '\\')
            plain++;
        buf_append(out, s + i, plain);
        i += plain;
        if (i == len)
            break;
        const char *escape = short_escape(s[i]);
        if (escape != NULL) {
            buf_text(out, escape);
            i++;
        } else if ((unsigned char)s[i] < 0x20) {
            buf_printf(out, "\\u%04x", (unsigned)(unsigned char)s[i]);
            i++;
        } else {
            size_t used;
            const uint32_t code = json_utf8_decode(s + i, len - i, &used);
            write_code_point(out, code, style);
            i += used;
        }
    }
    buf_char(out, '"');
}

/* Between two items, or before the first and after the last one. */
static void write_gap(buf *out, bool comma, int depth, enum json_style style)
{
    if (comma)
        buf_text(out, style == JSON_PYTHON ? ", " : ",");
    if (style != JSON_PRETTY)
        return;
    buf_char(out, '\n');
    for (int i = 0; i < depth; i++)
        buf_text(out, "    ");
}

static void write_value(buf *out, const json_object *value,
                        enum json_style style, int depth);

static void write_object(buf *out, const json_object *value,
                         enum json_style style, int depth)
{
    const struct lh_table *members = json_object_get_object(value);
    const struct lh_entry *entry = members->head;

    buf_char(out, '{');
    for (bool first = true; entry != NULL; first = false) {
        const char *key = lh_entry_k(entry);
        write_gap(out, !first, depth + 1, style);
        const size_t len = strlen(key);
        /* Two keys must not become one, as replaced bytes would make them. */
        if (json_utf8_valid(key, len) < len)
            buf_refuse(out, "a key of a JSON object is not valid UTF-8");
        write_string(out, key, len, style);
        buf_text(out, style == JSON_COMPACT ? ":" : ": ");
        write_value(out, lh_entry_v(entry), style, depth + 1);
        entry = entry->next;
        if (entry == NULL)
            write_gap(out, false, depth, style);
    }
    buf_char(out, '}');
}

static void write_array(buf *out, const json_object *value,
                        enum json_style style, int depth)
{
    const size_t n = json_object_array_length(value);

    buf_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        write_gap(out, i > 0, depth + 1, style);
        write_value(out, json_object_array_get_idx(value, i), style,
                    depth + 1);
    }
    if (n > 0)
        write_gap(out, false, depth, style);
    buf_char(out, ']');
}

static void write_value(buf *out, const json_object *value,
                        enum json_style style, int depth)
{
    switch (json_object_get_type(value)) {
    case json_type_null: buf_text(out, "null"); break;
    case json_type_boolean:
        buf_text(out, json_object_get_boolean(value) ? "true" : "false");
        break;
    case json_type_int:
    case json_type_double: json_write_number(out, value); break;
    case json_type_string:
        write_string(out, json_object_get_string((json_object *)value),
                     (size_t)json_object_get_string_len(value), style);
        break;
    case json_type_array: write_array(out, value, style, depth); break;
    case json_type_object: write_object(out, value, style, depth); break;
    }
}

void json_write(buf *out, const json_object *value, enum json_style style)
{
    write_value(out, value, style, 0);
    if (style == JSON_PRETTY)
        buf_char(out, '\n');
}

char *json_text(const json_object *value, enum json_style style)
{
    buf text = {0};

    json_write(&text, value, style);
    return buf_take(&text);
}
