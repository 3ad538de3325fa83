/* The terminal: width, colours, questions.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "command.h"

/* Columns of standard output, 0 when it is no terminal: then nothing is cut.
 */
size_t terminal_width(void);

/* Escape sequences only on terminals, and not with NO_COLOR or TERM=dumb. */
bool terminal_has_colour(FILE *stream);

/* Text without control characters, in bold where colours are. */
void terminal_heading(FILE *stream, const char *text);

/* Asks on a terminal before something is lost; --force answers yes. question
 * goes on after "this": "deletes the profile". Answers EXIT_REFUSED when it
 * may not be done; with --dry-run EXIT_DONE after telling. *go tells whether
 * to go on. */
int terminal_confirm(const invocation *inv, const char *question, bool *go);

/* Asks for a value on a terminal: fallback (or NULL) when the answer is empty.
 * The caller frees it; NULL: nobody to ask, or no answer. */
char *terminal_ask(const char *prompt, const char *fallback);

#endif
