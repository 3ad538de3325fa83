/* Reading of Fortran's numbers.
 *
 * SPDX-License-Identifier: MIT */
#include "numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 48

void reals_finish(reals *r)
{
    free(r->values);
    *r = (reals){0};
}

void reals_clear(reals *r)
{
    r->count = 0;
}

void reals_add(reals *r, double value)
{
    if (r->count == r->capacity) {
        const size_t capacity = r->capacity == 0 ? 64 : r->capacity * 2;
        double *values = capacity > SIZE_MAX / sizeof *values
                             ? NULL
                             : realloc(r->values, capacity * sizeof *values);
        if (values == NULL) {
            r->has_failed = true;
            return;
        }
        r->values = values;
        r->capacity = capacity;
    }
    r->values[r->count++] = value;
}

/* strtod() alone would take "inf" and hexadecimal numbers, and stop at D. */
bool read_real(const char **at, double *out)
{
    char digits[MAX_DIGITS + 1];
    const char *from = *at + strspn(*at, " \t\r\n");
    size_t len = 0;

    for (; len < MAX_DIGITS && from[len] != '\0'; len++) {
        const char c = from[len];
        if (!isdigit((unsigned char)c) && strchr("+-.eEdD", c) == NULL)
            break;
        digits[len] = c == 'd' || c == 'D' ? 'e' : c;
    }
    digits[len] = '\0';
    char *end;
    const double value = strtod(digits, &end);
    if (end == digits || !isfinite(value))
        return false;
    *at = from + (end - digits);
    *out = value;
    return true;
}

bool read_int(const char **at, int64_t *out)
{
    char *end;

    errno = 0;
    const long long value = strtoll(*at, &end, 10);
    if (end == *at || errno != 0)
        return false;
    *at = end;
    *out = value;
    return true;
}

static const char *behind(const char *line, const char *marker)
{
    const char *at = strstr(line, marker);

    if (at == NULL)
        return NULL;
    at += strlen(marker);
    at += strspn(at, " \t");
    if (*at != '\0' && strchr("=<>:", *at) != NULL)
        at++;
    return at;
}

bool real_after(const char *line, const char *marker, double *out)
{
    const char *at = behind(line, marker);

    return at != NULL && read_real(&at, out);
}

bool int_after(const char *line, const char *marker, int64_t *out)
{
    const char *at = behind(line, marker);

    return at != NULL && read_int(&at, out);
}

bool read_reals(const char *text, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!read_real(&text, &out[i]))
            return false;
    return true;
}

bool append_reals(const char *text, reals *out)
{
    double value;

    while (*(text += strspn(text, " \t\r\n")) != '\0') {
        if (!read_real(&text, &value))
            return false;
        reals_add(out, value);
    }
    return true;
}

bool read_duration(const char *text, double *seconds)
{
    static const struct {
        char letter;
        double seconds;
    } parts[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    double sum = 0;
    size_t next = 0;
    bool has_any = false;

    while (*(text += strspn(text, " \t\r\n")) != '\0') {
        char *end;
        const double value = strtod(text, &end);
        if (end == text || !isfinite(value))
            return false;
        while (next < 4 && parts[next].letter != *end)
            next++;
        if (next == 4)
            return false;
        sum += value * parts[next].seconds;
        text = end + 1;
        has_any = true;
    }
    if (has_any)
        *seconds = sum;
    return has_any;
}
