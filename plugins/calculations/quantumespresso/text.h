/* Text in the making: grows, and remembers that memory ran out, so that only
 * its end needs a check.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_TEXT_H
#define QE_TEXT_H

#include <orma/abi.h>

#include <stdbool.h>

typedef struct text {
    char *ptr; /* NUL-terminated; NULL while empty */
    size_t len;
    size_t capacity;
    bool has_failed;
} text;

void text_finish(text *t);
void text_add(text *t, const char *fmt, ...) ORMA_PRINTF(2, 3);

/* The number as Python's repr() writes it: the fewest digits that read back as
 * the same value, with a fractional part. out: at least 32 bytes. */
const char *shortest(double value, char *out);

#endif
