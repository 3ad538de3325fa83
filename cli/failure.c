/* Error lines, hints and exit statuses.
 *
 * SPDX-License-Identifier: MIT */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_WORD 64

/* Control characters of a file or a remote machine stay out of terminals. */
static void print_clean(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        fputc(c < 0x20 && c != '\t' ? '?' : c, stderr);
    }
}

void failure_line(const char *what, const char *why)
{
    for (const char *p = why;;) {
        const size_t len = strcspn(p, "\n");
        if (len > 0) {
            if (p[0] != ' ') /* not an item of a list */
                fprintf(stderr, "orma: %s%s", what,
                        what[0] != '\0' ? ": " : "");
            print_clean(p, len);
            fputc('\n', stderr);
        }
        if (p[len] == '\0')
            return;
        p += len + 1;
    }
}

void failure_hint(const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fputs("hint: ", stderr);
    print_clean(text, strlen(text));
    fputc('\n', stderr);
}

static int exit_status_of(orma_status status)
{
    switch (status) {
    case ORMA_OK:
        return EXIT_DONE;
    case ORMA_E_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case ORMA_E_REFUSED:
        return EXIT_REFUSED;
    default: /* statuses are the library's: a newer one has failed, too */
        return EXIT_FAILED;
    }
}

/* The error's own lines; its causes follow on the last one. */
static void print_chain(const char *what, const orma_error *error)
{
    static char text[65536];
    size_t used = 0;

    for (; error != NULL && used < sizeof text;
         error = orma_error_cause(error)) {
        const int n = snprintf(text + used, sizeof text - used, "%s%s",
                               used > 0 ? ": " : "", orma_error_message(error));
        used += n > 0 ? (size_t)n : 0;
    }
    failure_line(what, text);
}

int failure(const invocation *inv, orma_status status, orma_error *error)
{
    char name[256];
    const orma_error *hinting = error;

    invocation_name(inv, name, sizeof name);
    fflush(stdout);
    if (error == NULL)
        failure_line(name, orma_status_word(status));
    else
        print_chain(name, error);
    while (hinting != NULL && orma_error_hint(hinting) == NULL)
        hinting = orma_error_cause(hinting);
    if (hinting != NULL)
        failure_hint("%s", orma_error_hint(hinting));
    orma_error_free(error);
    return exit_status_of(status);
}

int failure_text(const invocation *inv, int exit_status, const char *fmt, ...)
{
    char name[256], text[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fflush(stdout);
    failure_line(invocation_name(inv, name, sizeof name), text);
    return exit_status;
}

/* Edit distance of short words; two letters that changed places count as one
 * edit (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][MAX_WORD + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    const size_t n = strlen(a), m = strlen(b);

    if (n > MAX_WORD || m > MAX_WORD)
        return MAX_WORD;
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *const freed = before;
        before = last;
        last = now;
        now = freed;
    }
    return last[m];
}

const char *closest_word(const char *word, const char *const *words, size_t n)
{
    const size_t len = strlen(word);
    const size_t allowed = len < 6 ? 1 : len / 3;
    const char *best = NULL;
    size_t least = allowed + 1;

    for (size_t i = 0; i < n; i++) {
        /* A beginning is as good as one wrong letter. */
        const bool begins = len > 1 && strncmp(words[i], word, len) == 0;
        const size_t d = begins ? 1 : distance(word, words[i]);
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}
