/* JSON numbers: Python's repr() of floats, AiiDA's cleaning, exact integers.
 *
 * SPDX-License-Identifier: MIT */
#include <base/json.h>

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/json_internal.h>

#define REAL_TEXT 32
#define INTEGER_TEXT 340 /* DBL_MAX has 309 digits */

static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

double json_read_real(const char *text)
{
    pthread_once(&locale_once, make_c_locale);
    return c_locale != (locale_t)0 ? strtod_l(text, NULL, c_locale)
                                   : strtod(text, NULL);
}

/* Significant digits of value > 0, as many as asked for, and the position of
 * the decimal point relative to the first one. */
static void round_digits(double value, int count, char *digits, int *point)
{
    char text[REAL_TEXT];

    snprintf(text, sizeof text, "%.*e", count - 1, value);
    const char *const e = strchr(text, 'e');
    size_t n = 0;
    for (const char *c = text; c < e; c++)
        if (*c >= '0' && *c <= '9') /* and no decimal point of any locale */
            digits[n++] = *c;
    digits[n] = '\0';
    *point = (int)strtol(e + 1, NULL, 10) + 1;
}

static bool reads_back(double value, const char *digits, int point)
{
    char text[REAL_TEXT];

    snprintf(text, sizeof text, "%.18se%d", digits,
             point - (int)strlen(digits));
    return strtod(text, NULL) == value;
}

/* The next larger number of as many digits; all nines become no number, which
 * then does not read back. */
static void next_digits(char *digits)
{
    char *last = digits + strlen(digits) - 1;

    for (; *last == '9' && last > digits; last--)
        *last = '0';
    (*last)++;
}

/* value > 0 as m / 10^k of the least k, where m has at most 15 digits: the
 * common case, without printf. Division of two integers that doubles hold
 * exactly is rounded as reading the decimal is, and no two decimals of so few
 * digits read as the same double. */
static bool few_digits(double value, uint64_t *m, int *k)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                    1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                    1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

    for (int i = 0; i < (int)(sizeof powers / sizeof *powers); i++) {
        const double scaled = value * powers[i];
        if (scaled >= 1e15)
            return false;
        const uint64_t whole = (uint64_t)(scaled + 0.5);
        if ((double)whole / powers[i] == value) {
            *m = whole;
            *k = i;
            return true;
        }
    }
    return false;
}

/* Digits of m > 0 without trailing zeros, and the position of the point of
 * m / 10^k relative to the first one. */
static void write_digits(uint64_t m, int k, char *digits, int *point)
{
    int zeros = 0, n = 0;
    char reversed[REAL_TEXT];

    for (; m % 10 == 0; m /= 10)
        zeros++;
    for (; m > 0; m /= 10)
        reversed[n++] = (char)('0' + m % 10);
    for (int i = 0; i < n; i++)
        digits[i] = reversed[n - 1 - i];
    digits[n] = '\0';
    *point = n + zeros - k;
}

/* Fewest digits that read back the same, without trailing zeros. 15 always
 * survive the way through a normal double; subnormals have fewer, so that all
 * lengths are tried. Above a power of two doubles lie twice as far apart as
 * below it: there the number above may read back when the nearest does not. */
static void shortest_digits(double value, char *digits, int *point)
{
    int count = value < DBL_MIN ? 1 : DBL_DIG;
    uint64_t m;
    int k;

    if (few_digits(value, &m, &k)) {
        write_digits(m, k, digits, point);
        return;
    }
    for (; count < DBL_DECIMAL_DIG; count++) {
        round_digits(value, count, digits, point);
        if (reads_back(value, digits, *point))
            break;
        if (count < DBL_DECIMAL_DIG - 1)
            continue;
        next_digits(digits);
        if (reads_back(value, digits, *point))
            break;
    }
    if (count == DBL_DECIMAL_DIG)
        round_digits(value, count, digits, point);
    size_t n = strlen(digits);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
}

static char *put(char *out, const char *bytes, int n)
{
    memcpy(out, bytes, (size_t)n);
    return out + n;
}

void json_format_real(double value, char *out)
{
    static const char zeros[] = "0000000000000000";
    char digits[REAL_TEXT];
    int point;

    if (value == 0) {
        memcpy(out, signbit(value) ? "-0.0" : "0.0", signbit(value) ? 5 : 4);
        return;
    }
    if (value < 0) {
        *out++ = '-';
        value = -value;
    }
    shortest_digits(value, digits, &point);
    const int n = (int)strlen(digits);
    if (point <= -4 || point > 16) {
        *out++ = digits[0];
        if (n > 1)
            out = put(put(out, ".", 1), digits + 1, n - 1);
        char exponent[16];
        snprintf(exponent, sizeof exponent, "e%+03d", point - 1);
        memcpy(out, exponent, strlen(exponent) + 1);
        return;
    }
    /* Zeros stand in for the digits left or right of those that count. */
    if (point <= 0)
        out = put(put(out, "0.000", 2 - point), digits, n);
    else if (point >= n)
        out = put(put(put(out, digits, n), zeros, point - n), ".0", 2);
    else
        out = put(put(put(out, digits, point), ".", 1), digits + point,
                  n - point);
    *out = '\0';
}

/* The same as below for what has few digits and needs no exponent. */
static bool format_14g_plain(double value, char *out)
{
    char digits[REAL_TEXT];
    uint64_t m;
    int k, point;

    if (!(value > 0) || !few_digits(value, &m, &k) ||
        m >= UINT64_C(100000000000000))
        return false;
    write_digits(m, k, digits, &point);
    const int n = (int)strlen(digits);
    if (point <= -4 || point > 14)
        return false;
    if (point <= 0)
        out = put(put(out, "0.000", 2 - point), digits, n);
    else if (point >= n)
        out = put(put(out, digits, n), "00000000000000", point - n);
    else
        out = put(put(put(out, digits, point), ".", 1), digits + point,
                  n - point);
    *out = '\0';
    return true;
}

void json_format_14g(double value, char *out)
{
    if (value < 0 && format_14g_plain(-value, out + 1)) {
        *out = '-';
        return;
    }
    if (format_14g_plain(value, out))
        return;
    pthread_once(&locale_once, make_c_locale);
    const locale_t before =
        uselocale(c_locale != (locale_t)0 ? c_locale : LC_GLOBAL_LOCALE);
    snprintf(out, REAL_TEXT, "%.14g", value);
    uselocale(before);
}

bool json_format_stored(double value, char *out)
{
    char text[REAL_TEXT];

    if (!isfinite(value))
        return false;
    json_format_14g(value, text);
    const double rounded = json_read_real(text);
    if (!isfinite(rounded)) /* the last digits of DBL_MAX round upwards */
        return false;
    if (strchr(text, 'e') != NULL && rounded == floor(rounded))
        snprintf(out, INTEGER_TEXT, "%.0f", rounded);
    else
        json_format_real(rounded, out);
    return true;
}

json_object *json_new_real(double value)
{
    char text[REAL_TEXT];

    if (!isfinite(value))
        return NULL;
    json_format_real(value, text);
    return json_object_new_double_s(value, text);
}

bool json_number_is_integer_text(const char *text)
{
    return text[strcspn(text, ".eEnN")] == '\0';
}

json_object *json_new_integer(const char *digits)
{
    char *end;

    errno = 0;
    const long long value = strtoll(digits, &end, 10);
    if (errno == 0)
        return json_object_new_int64(value);
    const double approximate = strtod(digits, NULL);
    if (!isfinite(approximate))
        return NULL;
    /* Without '+' and leading zeros, as Python writes it. */
    const bool negative = digits[0] == '-';
    const char *first = digits + (negative || digits[0] == '+');
    first += strspn(first, "0");
    char text[INTEGER_TEXT];
    snprintf(text, sizeof text, "%s%s", negative ? "-" : "", first);
    return json_object_new_double_s(approximate, text);
}

/* The digits of an integer beyond 64 bits, else NULL. */
static const char *big_integer(const json_object *value)
{
    if (json_object_get_type(value) != json_type_double)
        return NULL;
    /* json-c wants it writable, but only reads. */
    const char *text = json_object_get_userdata((json_object *)value);
    return text != NULL && json_number_is_integer_text(text) ? text : NULL;
}

bool json_is_integer(const json_object *value)
{
    return json_object_get_type(value) == json_type_int ||
           big_integer(value) != NULL;
}

bool json_is_real(const json_object *value)
{
    return json_object_get_type(value) == json_type_double &&
           big_integer(value) == NULL;
}

static void write_integer(buf *out, int64_t n)
{
    char text[24];
    char *const end = text + sizeof text;
    char *first = end;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

    do
        *--first = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (n < 0)
        *--first = '-';
    buf_append(out, first, (size_t)(end - first));
}

void json_write_number(buf *out, const json_object *value)
{
    char text[REAL_TEXT];

    if (json_object_get_type(value) == json_type_int) {
        const int64_t n = json_object_get_int64(value);
        if (n == INT64_MAX) /* json-c's unsigned values are cut to this */
            buf_printf(out, "%" PRIu64, json_object_get_uint64(value));
        else
            write_integer(out, n);
        return;
    }
    const char *digits = big_integer(value);
    const double real = json_object_get_double(value);
    if (digits != NULL)
        buf_text(out, digits);
    else if (!isfinite(real))
        buf_text(out, "null"); /* JSON has no word for it */
    else {
        json_format_real(real, text);
        buf_text(out, text);
    }
}

json_object *json_copy_number(const json_object *value)
{
    const char *digits = big_integer(value);

    if (digits != NULL)
        return json_object_new_double_s(json_object_get_double(value), digits);
    if (json_object_get_type(value) == json_type_double) {
        const double real = json_object_get_double(value);
        return isfinite(real) ? json_new_real(real)
                              : json_object_new_double(real);
    }
    const int64_t n = json_object_get_int64(value);
    return n == INT64_MAX
               ? json_object_new_uint64(json_object_get_uint64(value))
               : json_object_new_int64(n);
}

bool json_equal_numbers(const json_object *a, const json_object *b)
{
    if (json_is_integer(a) != json_is_integer(b))
        return false;
    if (json_is_real(a))
        return json_object_get_double(a) == json_object_get_double(b);

    AUTO_BUF buf left = {0};
    AUTO_BUF buf right = {0};
    json_write_number(&left, a);
    json_write_number(&right, b);
    return strcmp(buf_c_str(&left), buf_c_str(&right)) == 0;
}

orma_status json_clean_number(const json_object *value, json_object **out,
                              orma_error **err)
{
    char text[INTEGER_TEXT];
    json_object *cleaned;

    if (!json_is_real(value))
        cleaned = json_copy_number(value);
    else if (!json_format_stored(json_object_get_double(value), text))
        return error_set(err, ORMA_E_INVALID, "json", 0,
                         "NaN and infinite numbers cannot be stored");
    else if (json_number_is_integer_text(text))
        cleaned = json_new_integer(text);
    else
        cleaned = json_object_new_double_s(json_read_real(text), text);
    if (cleaned == NULL)
        return error_no_memory(err);
    *out = cleaned;
    return ORMA_OK;
}
