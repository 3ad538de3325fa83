/* Growing text.
 *
 * SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_finish(text *t)
{
    free(t->ptr);
    *t = (text){0};
}

static bool reserve(text *t, size_t more)
{
    if (t->has_failed || more > SIZE_MAX / 4)
        return false;
    if (t->capacity - t->len > more)
        return true;
    const size_t capacity = (t->len + more + 1) * 2;
    char *ptr = realloc(t->ptr, capacity);
    if (ptr == NULL)
        return false;
    t->ptr = ptr;
    t->capacity = capacity;
    return true;
}

void text_add(text *t, const char *fmt, ...)
{
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !reserve(t, (size_t)n))
        t->has_failed = true;
    else
        t->len += (size_t)vsnprintf(t->ptr + t->len, (size_t)n + 1, fmt, again);
    va_end(again);
}

const char *shortest(double value, char *out)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, 28, "%.*g", digits, value);
        if (strtod(out, NULL) >= value && strtod(out, NULL) <= value)
            break;
    }
    if (strpbrk(out, ".eni") == NULL) {
        const size_t len = strlen(out);
        snprintf(out + len, 3, ".0");
    }
    return out;
}
