/* Scalars by the YAML 1.2 core schema (section 10.3.2).
 *
 * SPDX-License-Identifier: MIT */
#include <base/yaml.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/json_internal.h>
#include <base/text.h>
#include <base/yaml_internal.h>

static const struct {
    const char *word;
    enum yaml_type type;
} words[] = {
    {"", YAML_NULL},           {"~", YAML_NULL},
    {"null", YAML_NULL},       {"Null", YAML_NULL},
    {"NULL", YAML_NULL},       {"true", YAML_BOOL},
    {"True", YAML_BOOL},       {"TRUE", YAML_BOOL},
    {"false", YAML_BOOL},      {"False", YAML_BOOL},
    {"FALSE", YAML_BOOL},      {".inf", YAML_NOT_FINITE},
    {".Inf", YAML_NOT_FINITE}, {".INF", YAML_NOT_FINITE},
    {"+.inf", YAML_NOT_FINITE}, {"+.Inf", YAML_NOT_FINITE},
    {"+.INF", YAML_NOT_FINITE}, {"-.inf", YAML_NOT_FINITE},
    {"-.Inf", YAML_NOT_FINITE}, {"-.INF", YAML_NOT_FINITE},
    {".nan", YAML_NOT_FINITE}, {".NaN", YAML_NOT_FINITE},
    {".NAN", YAML_NOT_FINITE},
};

static size_t count_digits(const char *s, const char *end)
{
    size_t n = 0;

    while (s + n < end && s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

/* true when [s, end) is an exponent with at least one digit. */
static bool is_exponent(const char *s, const char *end)
{
    if (s == end || (*s != 'e' && *s != 'E'))
        return false;
    s++;
    if (s < end && (*s == '+' || *s == '-'))
        s++;
    return s < end && s + count_digits(s, end) == end;
}

/* [-+]?[0-9]+ is an int, with '.' or an exponent a float. */
static enum yaml_type decimal_type(orma_str text)
{
    const char *s = text.ptr, *const end = text.ptr + text.len;

    if (s < end && (*s == '+' || *s == '-'))
        s++;
    const size_t whole = count_digits(s, end);
    s += whole;
    if (whole > 0 && s == end)
        return YAML_INT;
    size_t fraction = 0;
    if (s < end && *s == '.') {
        fraction = count_digits(s + 1, end);
        s += 1 + fraction;
    }
    if (whole + fraction == 0 || (s != end && !is_exponent(s, end)))
        return YAML_TEXT;
    return YAML_FLOAT;
}

/* 8, 16, or 0 when the text is no 0o or 0x integer. */
static int prefixed_base(orma_str text)
{
    if (text.len < 3 || text.ptr[0] != '0' ||
        (text.ptr[1] != 'o' && text.ptr[1] != 'x'))
        return 0;
    const bool is_hex = text.ptr[1] == 'x';
    const char *const digits = is_hex ? "0123456789abcdefABCDEF" : "01234567";
    for (size_t i = 2; i < text.len; i++)
        if (text.ptr[i] == '\0' || strchr(digits, text.ptr[i]) == NULL)
            return 0;
    return is_hex ? 16 : 8;
}

enum yaml_type yaml_type_of(orma_str text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(text, words[i].word))
            return words[i].type;
    return prefixed_base(text) != 0 ? YAML_INT : decimal_type(text);
}

/* false: beyond 64 bits for 0o and 0x, beyond a double for the others. */
static bool is_in_range(const char *text, int base)
{
    if (base == 0)
        return isfinite(json_read_real(text));
    errno = 0;
    strtoll(text + 2, NULL, base);
    return errno == 0;
}

static orma_status make_number(orma_str text, enum yaml_type type,
                               json_object **out, orma_error **err)
{
    AUTO_FREE char *copy = str_copy(text);

    if (copy == NULL)
        return error_no_memory(err);
    const int base = prefixed_base(text);
    if (!is_in_range(copy, base))
        return error_set(err, ORMA_E_INVALID, "yaml", 0,
                         "number '%.40s' is out of range", copy);
    json_object *made =
        type == YAML_FLOAT ? json_new_real(json_read_real(copy))
        : base == 0        ? json_new_integer(copy)
                    : json_object_new_int64(strtoll(copy + 2, NULL, base));
    if (made == NULL)
        return error_no_memory(err);
    *out = made;
    return ORMA_OK;
}

orma_status yaml_resolve(orma_str text, json_object **out, orma_error **err)
{
    json_object *made = NULL;
    const enum yaml_type type = yaml_type_of(text);

    switch (type) {
    case YAML_NULL: *out = NULL; return ORMA_OK;
    case YAML_INT:
    case YAML_FLOAT: return make_number(text, type, out, err);
    case YAML_NOT_FINITE:
        error_set(err, ORMA_E_INVALID, "yaml", 0, "'%.*s' is not a finite number",
                  (int)text.len, text.ptr);
        error_hint(err, "quote it if it is meant as text");
        return ORMA_E_INVALID;
    case YAML_BOOL:
        made = json_object_new_boolean(text.ptr[0] == 't' ||
                                       text.ptr[0] == 'T');
        break;
    case YAML_TEXT:
        if (text.len > INT32_MAX)
            return error_set(err, ORMA_E_INVALID, "yaml", 0,
                             "text of more than 2 GiB");
        made = json_object_new_string_len(text.ptr, (int)text.len);
        break;
    }
    if (made == NULL)
        return error_no_memory(err);
    *out = made;
    return ORMA_OK;
}

json_object *yaml_scalar(orma_str text)
{
    json_object *value = NULL;

    if (yaml_resolve(text, &value, NULL) == ORMA_OK)
        return value;
    /* .inf and 1e999: text, which whoever asked for a number refuses. */
    return text.len <= INT32_MAX
               ? json_object_new_string_len(text.ptr, (int)text.len)
               : NULL;
}
