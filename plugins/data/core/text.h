/* Text in the making: growing, with JSON's quoting and AiiDA's numbers.
 *
 * A failure is remembered, not reported at each call; text_status() tells at
 * the end.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_TEXT_H
#define DATA_CORE_TEXT_H

#include <stdbool.h>

#include "module.h"

typedef struct text {
    char *ptr; /* NUL-terminated once anything was added */
    size_t len, capacity;
    bool no_memory, not_finite;
} text;

void text_finish(text *t); /* accepts a zeroed text */
void text_bytes(text *t, const char *ptr, size_t len);
void text_add(text *t, const char *s);
void text_format(text *t, const char *fmt, ...) ORMA_PRINTF(2, 3);

/* `separator`, unless the text ends with an opening bracket. */
void text_separate(text *t, const char *separator);

/* The number as AiiDA stores it: 1.0 stays a float. */
void text_real(text *t, double value);
void text_reals(text *t, const double *values, size_t count); /* [a, b] */

/* A JSON string. */
void text_string(text *t, const char *s, size_t len);

/* Errors: NO_MEMORY, INVALID (NaN or infinity was added). */
orma_status text_status(const text *t, orma_error **err);

/* The text as an orma_str; never a NULL pointer. */
orma_str text_str(const text *t);

/* Hands the text to a sink, or to the node as its attributes. */
orma_status text_write(const text *t, orma_writer *out, orma_error **err);
orma_status text_set_attributes(const text *t, const orma_node_ops *ops,
                                orma_node *node, orma_error **err);

#endif
