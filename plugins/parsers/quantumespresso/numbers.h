/* Numbers in text that Fortran wrote.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_NUMBERS_H
#define QEP_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of reals in the making. */
typedef struct reals {
    double *values;
    size_t count;
    size_t capacity;
    bool has_failed; /* memory ran out */
} reals;

void reals_finish(reals *r);
void reals_clear(reals *r);
void reals_add(reals *r, double value);

/* Reads one real at *at and moves behind it; exponents may be written with D.
 * False, *at unmoved, when there is no finite number: "****" is not zero. */
bool read_real(const char **at, double *out);
bool read_int(const char **at, int64_t *out);

/* The number behind the first of `marker` in line, beyond blanks and one of
 * "=<>:". */
bool real_after(const char *line, const char *marker, double *out);
bool int_after(const char *line, const char *marker, int64_t *out);

/* `count` reals at `text`, separated by blanks. */
bool read_reals(const char *text, double *out, size_t count);

/* All reals of the text are appended. False when it holds anything else. */
bool append_reals(const char *text, reals *out);

/* "1d 2h 3m 4.56s", any part may be missing. */
bool read_duration(const char *text, double *seconds);

#endif
