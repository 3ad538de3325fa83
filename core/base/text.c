/* Comparing, copying and judging text.
 *
 * SPDX-License-Identifier: MIT */
#include <base/text.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>

#define CLOSEST_MAX_LEN 256

bool text_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    const size_t len = strlen(text), tail = strlen(suffix);

    return len >= tail && memcmp(text + len - tail, suffix, tail) == 0;
}

bool str_equal(orma_str a, const char *b)
{
    const size_t len = strlen(b);

    return a.len == len && (len == 0 || memcmp(a.ptr, b, len) == 0);
}

char *text_copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

char *str_copy(orma_str text)
{
    if (text.ptr == NULL || text.len == SIZE_MAX)
        return NULL;
    char *copy = malloc(text.len + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

char *text_printf(const char *fmt, ...)
{
    buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    return buf_take(&text);
}

/* keyword.kwlist of Python 3.7 to 3.13. */
static const char *const python_keywords[] = {
    "False",  "None",   "True",    "and",      "as",       "assert", "async",
    "await",  "break",  "class",   "continue", "def",      "del",    "elif",
    "else",   "except", "finally", "for",      "from",     "global", "if",
    "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
    "pass",   "raise",  "return",  "try",      "while",    "with",   "yield",
};

bool text_is_python_keyword(const char *word)
{
    for (size_t i = 0; i < sizeof python_keywords / sizeof *python_keywords;
         i++)
        if (strcmp(python_keywords[i], word) == 0)
            return true;
    return false;
}

/* isalpha() and isdigit() depend on the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           c == '_';
}

bool text_is_link_label(const char *label)
{
    const size_t len = strlen(label);

    if (len == 0 || is_digit(label[0]) || label[0] == '_' ||
        label[len - 1] == '_')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_word_char(label[i]))
            return false;
    return !text_is_python_keyword(label);
}

bool text_is_port_name(const char *name)
{
    return text_is_link_label(name) && strstr(name, "__") == NULL;
}

/* Bytes of the sequence at s, 0 when it is not valid UTF-8 (RFC 3629: no
 * overlong form, no surrogate, nothing above U+10FFFF). */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
    size_t n;
    unsigned char low = 0x80, high = 0xBF;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        n = 2;
    else if (s[0] >= 0xE0 && s[0] <= 0xEF)
        n = 3;
    else if (s[0] >= 0xF0 && s[0] <= 0xF4)
        n = 4;
    else
        return 0;
    if (n > left)
        return 0;
    switch (s[0]) {
    case 0xE0:
        low = 0xA0;
        break;
    case 0xED:
        high = 0x9F;
        break;
    case 0xF0:
        low = 0x90;
        break;
    case 0xF4:
        high = 0x8F;
        break;
    default:
        break;
    }
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (s[i] < 0x80 || s[i] > 0xBF)
            return 0;
    return n;
}

bool text_is_utf8(orma_str text)
{
    const unsigned char *s = (const unsigned char *)text.ptr;

    for (size_t i = 0; i < text.len;) {
        const size_t n = s[i] == 0 ? 0 : utf8_sequence(s + i, text.len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

/* Copies text, with what `write_bad` makes of each byte that is not UTF-8. */
static char *mend(orma_str text, void (*write_bad)(buf *out, unsigned char c))
{
    const unsigned char *s = (const unsigned char *)text.ptr;
    buf out = {0};

    for (size_t i = 0; i < text.len;) {
        const size_t n = s[i] == 0 ? 0 : utf8_sequence(s + i, text.len - i);
        if (n > 0)
            buf_append(&out, s + i, n);
        else
            write_bad(&out, s[i]);
        i += n > 0 ? n : 1;
    }
    return buf_take(&out);
}

static void write_replacement(buf *out, unsigned char c)
{
    (void)c;
    buf_text(out, "\xEF\xBF\xBD");
}

static void write_escape(buf *out, unsigned char c)
{
    buf_printf(out, "\\x%02X", c);
}

char *text_to_utf8(orma_str text)
{
    return mend(text, write_replacement);
}

char *text_show_bytes(orma_str text)
{
    return mend(text, write_escape);
}

size_t text_length(const char *text)
{
    size_t count = 0;

    for (const char *p = text; *p != '\0'; p++)
        count += ((unsigned char)*p & 0xC0) != 0x80; /* no continuation */
    return count;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein, by rows; the lengths are at most CLOSEST_MAX_LEN. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[CLOSEST_MAX_LEN + 1];
    const size_t a_len = strlen(a), b_len = strlen(b);

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const size_t above = row[j];
            const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + change);
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *text_closest(const char *word, const char *const *candidates,
                         size_t n)
{
    const size_t len = strlen(word);
    const char *closest = NULL;
    size_t limit = len / 3 > 1 ? len / 3 : 1;

    if (len > CLOSEST_MAX_LEN)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (candidates[i] == NULL || strlen(candidates[i]) > CLOSEST_MAX_LEN)
            continue;
        const size_t distance = edit_distance(word, candidates[i]);
        if (distance < limit || (distance == limit && closest == NULL)) {
            closest = candidates[i];
            limit = distance;
        }
    }
    return closest;
}
