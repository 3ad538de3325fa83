/* Telling what went wrong, on standard error.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_FAILURE_H
#define CLI_FAILURE_H

#include <stdarg.h>
#include <stddef.h>

#include <orma/error.h>

#include "command.h"

/* "orma: WHAT: WHY", a line for each line of why; indented ones stand alone.
 * what may be "". */
void failure_line(const char *what, const char *why);

/* "hint: …" */
void failure_hint(const char *fmt, ...) ORMA_PRINTF(1, 2);

/* Prints the error with its causes and hint, frees it and answers the exit
 * status of `status`. */
int failure(const invocation *inv, orma_status status, orma_error *error);

/* A failure that the command itself found. */
int failure_text(const invocation *inv, int exit_status, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* The most similar of n words (edit distance at most a third of the length),
 * or NULL. */
const char *closest_word(const char *word, const char *const *words, size_t n);

#endif
