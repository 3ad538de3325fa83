/* Members of a JSON object's text, found without making values of it.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/members.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/json.h>
#include <base/text.h>

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

/* p: behind the opening quote. Behind the closing one; end without it. */
static const char *skip_string(const char *p, const char *end)
{
    while (p < end && *p != '"')
        p += *p == '\\' && p + 1 < end ? 2 : 1;
    return p < end ? p + 1 : end;
}

/* p: at the bracket. Behind its partner. */
static const char *skip_container(const char *p, const char *end)
{
    size_t depth = 0;
    while (p < end) {
        const char c = *p++;
        if (c == '"')
            p = skip_string(p, end);
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return p;
}

static const char *skip_value(const char *p, const char *end)
{
    if (p < end && *p == '"')
        return skip_string(p + 1, end);
    if (p < end && (*p == '{' || *p == '['))
        return skip_container(p, end);
    while (p < end && strchr(",}] \n\t\r", *p) == NULL)
        p++;
    return p;
}

static void keep(orma_str key, orma_str value, const char *const *keys,
                 size_t count, orma_str *values)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].ptr == NULL && str_equal(key, keys[i]))
            values[i] = value;
}

/* The same of a key with escapes; key: as it is written, between its quotes. */
static void keep_escaped(orma_str key, orma_str value, const char *const *keys,
                         size_t count, orma_str *values)
{
    AUTO_JSON json_object *read = NULL;
    const orma_str quoted = {key.ptr - 1, key.len + 2};
    if (json_parse(quoted, &read, NULL) != ORMA_OK)
        return;
    const orma_str name = {json_object_get_string(read),
                           (size_t)json_object_get_string_len(read)};
    keep(name, value, keys, count, values);
}

void members_find(orma_str object, const char *const *keys, size_t count,
                  orma_str *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (orma_str){NULL, 0};
    if (object.ptr == NULL)
        return;
    const char *const end = object.ptr + object.len;
    const char *p = skip_blanks(object.ptr, end);
    /* '{' before the first member, ',' before the others. */
    for (char before = '{'; p < end && *p == before; before = ',') {
        p = skip_blanks(p + 1, end);
        if (p == end || *p != '"')
            return;
        const char *const key = p + 1;
        p = skip_string(key, end);
        const orma_str name = {key, (size_t)(p - key) - 1};
        p = skip_blanks(p, end);
        if (p == end || *p != ':')
            return;
        const char *const value = skip_blanks(p + 1, end);
        p = skip_value(value, end);
        const orma_str found = {value, (size_t)(p - value)};
        if (memchr(name.ptr, '\\', name.len) == NULL)
            keep(name, found, keys, count, values);
        else
            keep_escaped(name, found, keys, count, values);
        p = skip_blanks(p, end);
    }
}

/* ASCII that stands for itself in a JSON string. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            return false;
    }
    return true;
}

/* Text that a dump would write the same way: simple strings, small integers
 * and words. */
static bool is_as_written(orma_str v)
{
    if (v.len >= 2 && v.ptr[0] == '"')
        return v.ptr[v.len - 1] == '"' && is_plain(v.ptr + 1, v.len - 2);
    if (str_equal(v, "true") || str_equal(v, "false") || str_equal(v, "null"))
        return true;
    if (v.len == 0 || v.len > 18 || (v.ptr[0] == '0' && v.len > 1))
        return false;
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] < '0' || v.ptr[i] > '9')
            return false;
    return true;
}

static orma_status write_pretty(buf *out, const json_object *value,
                                orma_error **err)
{
    json_write(out, value, JSON_PRETTY);
    const orma_status st = buf_status(out, err);
    if (st == ORMA_OK)
        out->ptr[--out->len] = '\0'; /* the newline at the end of a dump */
    return st;
}

orma_status member_write(buf *out, orma_str value, orma_error **err)
{
    AUTO_JSON json_object *read = NULL;
    AUTO_ERROR orma_error *problem = NULL;

    if (value.ptr != NULL && is_as_written(value)) {
        buf_str(out, value);
        return buf_status(out, err);
    }
    if (value.ptr != NULL &&
        json_parse(value, &read, &problem) == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    return write_pretty(out, read, err);
}

orma_status member_write_text(buf *out, orma_str text, orma_error **err)
{
    AUTO_JSON json_object *value = NULL;

    if (text.ptr != NULL && is_plain(text.ptr, text.len)) {
        buf_char(out, '"');
        buf_str(out, text);
        buf_char(out, '"');
        return buf_status(out, err);
    }
    if (text.ptr != NULL) {
        value = json_object_new_string_len(text.ptr, (int)text.len);
        if (value == NULL)
            return error_no_memory(err);
    }
    return write_pretty(out, value, err);
}
