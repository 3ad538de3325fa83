/* Lines of a stream, in a fixed amount of memory.
 *
 * SPDX-License-Identifier: MIT */
#include "line_reader.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 65536

typedef struct lines {
    line_taker take;
    void *self;
    size_t len;
    char line[MAX_LINE];
    char chunk[CHUNK];
} lines;

static void add(lines *l, const char *text, size_t len)
{
    const size_t room = MAX_LINE - 1 - l->len;

    if (len > room)
        len = room;
    memcpy(l->line + l->len, text, len);
    l->len += len;
}

static void end_line(lines *l)
{
    if (l->len > 0 && l->line[l->len - 1] == '\r')
        l->len--;
    l->line[l->len] = '\0';
    l->take(l->self, l->line);
    l->len = 0;
}

static void split(lines *l, size_t n)
{
    const char *at = l->chunk, *const end = l->chunk + n;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL) {
            add(l, at, (size_t)(end - at));
            return;
        }
        add(l, at, (size_t)(newline - at));
        end_line(l);
        at = newline + 1;
    }
}

static orma_status pass(const job *j, orma_stream *stream, lines *l,
                        enum line_result *result)
{
    for (;;) {
        size_t n;
        if (j->ops->cancelled(j->ctx))
            return ORMA_E_CANCELLED;
        const orma_status st =
            j->ops->node->next(stream, l->chunk, CHUNK, &n, NULL);
        if (st != ORMA_OK)
            return st;
        if (n == 0)
            break;
        if (memchr(l->chunk, '\0', n) != NULL) {
            *result = LINES_NO_TEXT;
            return ORMA_OK;
        }
        split(l, n);
    }
    if (l->len > 0)
        end_line(l);
    return ORMA_OK;
}

static orma_status read_stream(const job *j, const line_source *source,
                               orma_stream *stream, enum line_result *result)
{
    lines *l = malloc(sizeof *l);

    if (l == NULL)
        return ORMA_E_NO_MEMORY;
    l->take = source->take;
    l->self = source->self;
    l->len = 0;
    const orma_status st = pass(j, stream, l, result);
    free(l);
    return st;
}

orma_status read_lines(const job *j, const line_source *source,
                       enum line_result *result, orma_error **err)
{
    orma_stream *stream = NULL;
    orma_status st =
        j->ops->node->open(source->folder, source->path, &stream, NULL);

    *result = LINES_READ;
    if (st == ORMA_OK && stream != NULL)
        st = read_stream(j, source, stream, result);
    if (st != ORMA_OK || stream == NULL)
        *result = LINES_UNREADABLE;
    j->ops->node->close(stream);
    return is_machinery_failure(st) ? machinery_failure(st, err) : ORMA_OK;
}
