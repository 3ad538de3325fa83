/* Pieces of help that the manual page is made of, too.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "command.h"

/* "-l, --limit N" */
void help_option_words(const option *o, char *out, size_t size);

/* Its help with choices. */
void help_option_text(const option *o, char *out, size_t size);

/* "orma process list [OPTIONS] …" */
void help_usage(const command *const *path, size_t depth, FILE *out);

/* Text on standard output, wrapped at words, and a newline; `at`: the column
 * where it starts and where its other lines do. */
void help_wrapped(const char *text, size_t at, size_t width);

#endif
