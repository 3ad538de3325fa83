/* A text file of a folder node, line by line.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_LINE_READER_H
#define QEP_LINE_READER_H

#include "module.h"

#define MAX_LINE 4096

/* Takes one line, without its end; a longer one than MAX_LINE is cut. */
typedef void (*line_taker)(void *self, const char *line);

/* A file, and who takes its lines. */
typedef struct line_source {
    const orma_node *folder;
    const char *path;
    line_taker take;
    void *self;
} line_source;

enum line_result {
    LINES_READ,
    LINES_UNREADABLE, /* the file cannot be read, or not to its end */
    LINES_NO_TEXT     /* it holds a NUL byte; nothing behind it was read */
};

/* Passes every line on.
 * Errors: TRANSIENT, CANCELLED, NO_MEMORY. */
orma_status read_lines(const job *j, const line_source *source,
                       enum line_result *result, orma_error **err);

#endif
