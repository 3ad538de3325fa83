/* Reading JSON (RFC 8259), strictly: what Python would read as something else
 * than its writer meant is refused.
 *
 * SPDX-License-Identifier: MIT */
#include <base/json.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/json_internal.h>
#include <base/text.h>

#define MAX_NUMBER_TEXT 400

typedef struct scanner {
    const char *start, *at, *end;
    int depth;
    orma_error **err;
} scanner;

static orma_status scan_value(scanner *s, json_object **out);

/* "line L, column C: <what>", counted in characters from 1. */
static orma_status refuse(const scanner *s, const char *at, const char *fmt,
                          ...) ORMA_PRINTF(3, 4);

static orma_status refuse(const scanner *s, const char *at, const char *fmt,
                          ...)
{
    AUTO_BUF buf what = {0};
    unsigned long line = 1, column = 1;
    va_list args;

    for (const char *c = s->start; c < at; c++) {
        if (*c == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*c & 0xC0) != 0x80) {
            column++;
        }
    }
    va_start(args, fmt);
    buf_vprintf(&what, fmt, args);
    va_end(args);
    return error_set(s->err, ORMA_E_INVALID, "json", 0,
                     "line %lu, column %lu: %s", line, column,
                     buf_c_str(&what));
}

static void skip_blanks(scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' ||
                              *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool take(scanner *s, char c)
{
    if (s->at >= s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static orma_status give(scanner *s, json_object *made, json_object **out)
{
    if (made == NULL)
        return error_no_memory(s->err);
    *out = made;
    return ORMA_OK;
}

static size_t skip_digits(scanner *s)
{
    const char *const first = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return (size_t)(s->at - first);
}

/* Moves past a number by JSON's grammar; false when it is none. */
static bool skip_number(scanner *s)
{
    take(s, '-');
    if (!take(s, '0') && skip_digits(s) == 0)
        return false;
    if (take(s, '.') && skip_digits(s) == 0)
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            take(s, '-');
        if (skip_digits(s) == 0)
            return false;
    }
    return true;
}

static orma_status scan_number(scanner *s, json_object **out)
{
    const char *const first = s->at;
    char text[MAX_NUMBER_TEXT];

    if (!skip_number(s))
        return refuse(s, s->at, "malformed number");
    const size_t len = (size_t)(s->at - first);
    if (len >= sizeof text)
        return refuse(s, first, "number of more than %d characters",
                      MAX_NUMBER_TEXT - 1);
    memcpy(text, first, len);
    text[len] = '\0';

    const double value = json_read_real(text);
    if (value - value != 0) /* infinite */
        return refuse(s, first, "number '%.40s' is out of range", text);
    if (json_number_is_integer_text(text))
        return give(s, json_new_integer(text), out);
    return give(s, json_new_real(value), out);
}

static bool scan_hex4(scanner *s, uint32_t *code)
{
    uint32_t value = 0;

    if (s->end - s->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const char c = s->at[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value << 4 | (uint32_t)(c - 'A' + 10);
        else
            return false;
    }
    s->at += 4;
    *code = value;
    return true;
}

/* After "\u": one code point, of two halves beyond U+FFFF. */
static orma_status scan_code_point(scanner *s, buf *text)
{
    const char *const first = s->at - 2;
    uint32_t code, low;

    if (!scan_hex4(s, &code))
        return refuse(s, first, "\\u needs four hexadecimal digits");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (!take(s, '\\') || !take(s, 'u') || !scan_hex4(s, &low) ||
            low < 0xDC00 || low > 0xDFFF)
            return refuse(s, first, "lone surrogate");
        code = 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
        return refuse(s, first, "lone surrogate");
    }
    json_utf8_encode(text, code);
    return ORMA_OK;
}

static orma_status scan_escape(scanner *s, buf *text)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

    if (s->at == s->end)
        return refuse(s, s->at, "string without end");
    const char c = *s->at++;
    if (c == 'u')
        return scan_code_point(s, text);
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name == NULL)
        return refuse(s, s->at - 2, "unknown escape in a string");
    buf_char(text, bytes[name - names]);
    return ORMA_OK;
}

/* After the opening quote. */
static orma_status scan_text(scanner *s, buf *text)
{
    const char *const first = s->at;

    for (;;) {
        const char *const run = s->at;
        while (s->at < s->end && *s->at != '"' && *s->at != '\\' &&
               (unsigned char)*s->at >= 0x20)
            s->at++;
        buf_append(text, run, (size_t)(s->at - run));
        if (s->at == s->end)
            return refuse(s, first, "string without end");
        if (take(s, '"'))
            return buf_status(text, s->err);
        if (!take(s, '\\'))
            return refuse(s, s->at, "control character in a string");
        const orma_status st = scan_escape(s, text);
        if (st != ORMA_OK)
            return st;
    }
}

static orma_status scan_string(scanner *s, json_object **out)
{
    AUTO_BUF buf text = {0};
    const char *const first = s->at;

    const orma_status st = scan_text(s, &text);
    if (st != ORMA_OK)
        return st;
    if (text.len > INT32_MAX)
        return refuse(s, first, "string of more than 2 GiB");
    return give(s,
                json_object_new_string_len(buf_c_str(&text), (int)text.len),
                out);
}

static orma_status scan_member(scanner *s, json_object *object)
{
    AUTO_BUF buf key = {0};
    json_object *value = NULL;

    skip_blanks(s);
    const char *const first = s->at;
    if (!take(s, '"'))
        return refuse(s, first, "a key in double quotes is missing");
    orma_status st = scan_text(s, &key);
    if (st != ORMA_OK)
        return st;
    if (memchr(buf_c_str(&key), '\0', key.len) != NULL)
        return refuse(s, first, "NUL character in a key");
    if (json_object_object_get_ex(object, buf_c_str(&key), NULL))
        return refuse(s, first, "duplicate key '%s'", buf_c_str(&key));
    skip_blanks(s);
    if (!take(s, ':'))
        return refuse(s, s->at, "':' is missing after key '%s'",
                      buf_c_str(&key));
    st = scan_value(s, &value);
    if (st == ORMA_OK && !json_set(object, buf_c_str(&key), value))
        st = error_no_memory(s->err);
    return st;
}

static orma_status scan_element(scanner *s, json_object *array)
{
    json_object *value = NULL;

    const orma_status st = scan_value(s, &value);
    if (st == ORMA_OK && json_object_array_add(array, value) != 0) {
        json_object_put(value);
        return error_no_memory(s->err);
    }
    return st;
}

/* After the opening bracket: items, commas and the closing bracket. */
static orma_status scan_items(scanner *s, json_object *parent, char closing,
                              orma_status (*scan_item)(scanner *, json_object *))
{
    skip_blanks(s);
    if (take(s, closing))
        return ORMA_OK;
    for (;;) {
        const orma_status st = scan_item(s, parent);
        if (st != ORMA_OK)
            return st;
        skip_blanks(s);
        if (take(s, closing))
            return ORMA_OK;
        if (!take(s, ','))
            return refuse(s, s->at, "',' or '%c' is missing", closing);
    }
}

static orma_status scan_container(scanner *s, json_object **out)
{
    const bool is_object = s->at[-1] == '{';

    if (s->depth == JSON_MAX_DEPTH)
        return refuse(s, s->at - 1, "more than %d levels", JSON_MAX_DEPTH);
    json_object *made = is_object ? json_object_new_object()
                                  : json_object_new_array();
    if (made == NULL)
        return error_no_memory(s->err);
    s->depth++;
    const orma_status st = is_object ? scan_items(s, made, '}', scan_member)
                                     : scan_items(s, made, ']', scan_element);
    s->depth--;
    if (st != ORMA_OK) {
        json_object_put(made);
        return st;
    }
    *out = made;
    return ORMA_OK;
}

static bool take_word(scanner *s, const char *word)
{
    const size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static orma_status scan_value(scanner *s, json_object **out)
{
    skip_blanks(s);
    if (s->at == s->end)
        return refuse(s, s->at, "a value is missing");
    if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
        return scan_number(s, out);
    if (take(s, '"'))
        return scan_string(s, out);
    if (take(s, '{') || take(s, '['))
        return scan_container(s, out);
    if (take_word(s, "true"))
        return give(s, json_object_new_boolean(1), out);
    if (take_word(s, "false"))
        return give(s, json_object_new_boolean(0), out);
    if (take_word(s, "null")) {
        *out = NULL;
        return ORMA_OK;
    }
    return refuse(s, s->at, "not a JSON value");
}

/* Invalid UTF-8 is refused for the whole text, before any of it is used. */
static orma_status check_utf8(const scanner *s)
{
    const size_t len = (size_t)(s->end - s->start);
    const size_t valid = json_utf8_valid(s->start, len);

    return valid == len ? ORMA_OK
                        : refuse(s, s->start + valid, "invalid UTF-8");
}

orma_status json_parse(orma_str text, json_object **out, orma_error **err)
{
    const char *const start = text.ptr != NULL ? text.ptr : "";
    scanner s = {
        .start = start,
        .at = start,
        .end = start + text.len,
        .err = err,
    };
    json_object *value = NULL;

    orma_status st = check_utf8(&s);
    if (st == ORMA_OK)
        st = scan_value(&s, &value);
    if (st != ORMA_OK)
        return st;
    skip_blanks(&s);
    if (s.at != s.end) {
        json_object_put(value);
        return refuse(&s, s.at, "text after the value");
    }
    *out = value;
    return ORMA_OK;
}

orma_status json_parse_file(const char *path, size_t max_bytes,
                            json_object **out, orma_error **err)
{
    AUTO_BUF buf text = {0};

    orma_status st = file_read(path, max_bytes, &text, err);
    if (st != ORMA_OK)
        return st;
    st = json_parse(buf_view(&text), out, err);
    if (st == ORMA_E_INVALID)
        error_set(err, st, "json", 0, "'%s' is not valid JSON", path);
    return st;
}
