/* Text files read line by line and word by word.
 *
 * SPDX-License-Identifier: MIT */
#include "scan.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

orma_status scan_refuse(const scan *s, orma_error **err, const char *fmt, ...)
{
    char message[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return refuse(err, "%s:%zu: %s", s->name, s->number, message);
}

void scan_init(scan *s, const char *name, orma_str text)
{
    *s = (scan){.name = name, .rest = text, .line = {"", 0}};
}

bool scan_line(scan *s)
{
    if (s->rest.len == 0)
        return false;
    const char *end = memchr(s->rest.ptr, '\n', s->rest.len);
    const size_t len = end != NULL ? (size_t)(end - s->rest.ptr) : s->rest.len;
    const size_t used = end != NULL ? len + 1 : len;

    s->line = (orma_str){s->rest.ptr, len};
    if (len > 0 && s->line.ptr[len - 1] == '\r')
        s->line.len--;
    s->rest.ptr += used;
    s->rest.len -= used;
    s->number++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void skip_blanks(orma_str *line)
{
    while (line->len > 0 && is_blank(line->ptr[0])) {
        line->ptr++;
        line->len--;
    }
}

bool scan_filled_line(scan *s)
{
    while (scan_line(s)) {
        orma_str line = s->line;
        skip_blanks(&line);
        if (line.len > 0)
            return true;
    }
    return false;
}

bool scan_word(scan *s, orma_str *word)
{
    size_t n = 0;

    skip_blanks(&s->line);
    while (n < s->line.len && !is_blank(s->line.ptr[n]))
        n++;
    if (n == 0)
        return false;
    *word = (orma_str){s->line.ptr, n};
    s->line.ptr += n;
    s->line.len -= n;
    return true;
}

bool scan_reals(scan *s, double *out, size_t count)
{
    orma_str word;

    for (size_t i = 0; i < count; i++)
        if (!scan_word(s, &word) || !word_real(word, &out[i]))
            return false;
    return true;
}

bool word_real(orma_str word, double *out)
{
    char buffer[64];
    char *end;

    if (word.len == 0 || word.len >= sizeof buffer)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        const char c = word.ptr[i];
        /* strtod() would also read "nan", "inf" and hexadecimal numbers */
        if (strchr("0123456789+-.eEdD", c) == NULL || c == '\0')
            return false;
        buffer[i] = c == 'd' || c == 'D' ? 'e' : c;
    }
    buffer[word.len] = '\0';
    const double value = strtod(buffer, &end);
    if (end == buffer || *end != '\0' || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool word_integer(orma_str word, long *out)
{
    char buffer[32];
    char *end;

    if (word.len == 0 || word.len >= sizeof buffer ||
        isspace((unsigned char)word.ptr[0]))
        return false;
    memcpy(buffer, word.ptr, word.len);
    buffer[word.len] = '\0';
    errno = 0;
    const long value = strtol(buffer, &end, 10);
    if (end == buffer || *end != '\0' || errno != 0)
        return false;
    *out = value;
    return true;
}

bool word_is(orma_str word, const char *text)
{
    return strlen(text) == word.len &&
           strncasecmp(word.ptr, text, word.len) == 0;
}

bool word_begins(orma_str word, const char *text)
{
    const size_t len = strlen(text);
    return word.len >= len && strncasecmp(word.ptr, text, len) == 0;
}

const char *word_text(orma_str word, char *buffer, size_t size)
{
    const size_t len = word.len < size - 1 ? word.len : size - 1;

    for (size_t i = 0; i < len; i++) {
        const char c = word.ptr[i];
        buffer[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    buffer[len] = '\0';
    return buffer;
}
