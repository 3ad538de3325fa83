/* Text files read line by line and word by word, with the place for messages.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_SCAN_H
#define DATA_CORE_SCAN_H

#include <stdbool.h>

#include "module.h"

typedef struct scan {
    const char *name; /* of the file */
    orma_str rest;    /* after the current line */
    orma_str line;    /* what is left of the current line */
    size_t number;    /* of the current line, from 1 */
} scan;

/* `return scan_refuse(s, err, "…")`: begins with "file:line: ". */
orma_status scan_refuse(const scan *s, orma_error **err, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

void scan_init(scan *s, const char *name, orma_str text);

/* The next line, without its end; false at the end of the text. */
bool scan_line(scan *s);

/* The next line that is not blank. */
bool scan_filled_line(scan *s);

/* The next word of the line, up to a blank; false when there is none. */
bool scan_word(scan *s, orma_str *word);

/* Up to `count` numbers from the line; false when there are fewer. */
bool scan_reals(scan *s, double *out, size_t count);

/* The whole word as a finite number: also Fortran's "1.0D-3". */
bool word_real(orma_str word, double *out);
bool word_integer(orma_str word, long *out);

/* Same text, capitals or not; begins with it. */
bool word_is(orma_str word, const char *text);
bool word_begins(orma_str word, const char *text);

/* A NUL-terminated copy, cut to the buffer, for messages and names: what is
 * not printable ASCII becomes '?'. */
const char *word_text(orma_str word, char *buffer, size_t size);

#endif
