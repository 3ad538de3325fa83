/* Text in the making: growing, with JSON's quoting and AiiDA's numbers.
 *
 * SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_finish(text *t)
{
    free(t->ptr);
    *t = (text){0};
}

/* Makes room for `more` bytes and a NUL. */
static bool grow(text *t, size_t more)
{
    if (t->no_memory)
        return false;
    if (more < t->capacity - t->len && t->capacity > 0)
        return true;
    size_t capacity = t->capacity == 0 ? 256 : t->capacity;
    while (capacity - t->len <= more) {
        if (capacity > SIZE_MAX / 2) {
            t->no_memory = true;
            return false;
        }
        capacity *= 2;
    }
    char *ptr = realloc(t->ptr, capacity);
    if (ptr == NULL) {
        t->no_memory = true;
        return false;
    }
    t->ptr = ptr;
    t->capacity = capacity;
    return true;
}

void text_bytes(text *t, const char *ptr, size_t len)
{
    if (!grow(t, len))
        return;
    if (len > 0)
        memcpy(t->ptr + t->len, ptr, len);
    t->len += len;
    t->ptr[t->len] = '\0';
}

void text_add(text *t, const char *s)
{
    text_bytes(t, s, strlen(s));
}

void text_format(text *t, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !grow(t, (size_t)n)) {
        t->no_memory = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(t->ptr + t->len, (size_t)n + 1, fmt, args);
    va_end(args);
    t->len += (size_t)n;
}

void text_separate(text *t, const char *separator)
{
    if (t->len > 0 && t->ptr[t->len - 1] != '{' && t->ptr[t->len - 1] != '[')
        text_add(t, separator);
}

void text_real(text *t, double value)
{
    char number[32];
    const char *written = host->number(value, number);

    if (written == NULL) {
        t->not_finite = true;
        written = "null";
    }
    text_add(t, written);
}

void text_reals(text *t, const double *values, size_t count)
{
    text_add(t, "[");
    for (size_t i = 0; i < count; i++) {
        text_separate(t, ", ");
        text_real(t, values[i]);
    }
    text_add(t, "]");
}

void text_string(text *t, const char *s, size_t len)
{
    text_add(t, "\"");
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            text_format(t, "\\%c", c);
        else if (c < 0x20)
            text_format(t, "\\u%04x", c);
        else
            text_bytes(t, s + i, 1);
    }
    text_add(t, "\"");
}

orma_status text_status(const text *t, orma_error **err)
{
    if (t->no_memory)
        return refuse_memory(err);
    if (t->not_finite)
        return refuse(err, "a number is not finite");
    return ORMA_OK;
}

orma_str text_str(const text *t)
{
    return (orma_str){t->ptr != NULL ? t->ptr : "", t->len};
}

orma_status text_write(const text *t, orma_writer *out, orma_error **err)
{
    orma_status st = text_status(t, err);
    if (st == ORMA_OK) {
        st = host->write(out, text_str(t));
        if (st != ORMA_OK)
            return host->fail(host, err, st, "data", 0,
                              "%zu bytes cannot be written", t->len);
    }
    return st;
}

orma_status text_set_attributes(const text *t, const orma_node_ops *ops,
                                orma_node *node, orma_error **err)
{
    const orma_status st = text_status(t, err);
    return st == ORMA_OK ? ops->set_attributes(node, text_str(t), err) : st;
}
