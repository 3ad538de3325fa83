/* Width, colours and questions.
 *
 * SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "failure.h"

#define LEAST_WIDTH 40

size_t terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return 0;
    const char *columns = getenv("COLUMNS");
    const long asked = columns != NULL ? strtol(columns, NULL, 10) : 0;
    if (asked >= LEAST_WIDTH)
        return (size_t)asked;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= LEAST_WIDTH)
        return size.ws_col;
    return 80;
}

bool terminal_has_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no_colour != NULL && no_colour[0] != '\0')
        return false;
    if (term == NULL || strcmp(term, "dumb") == 0)
        return false;
    return isatty(fileno(stream));
}

void terminal_heading(FILE *stream, const char *text)
{
    const bool bold = terminal_has_colour(stream);
    fprintf(stream, "%s%s%s\n", bold ? "\033[1m" : "", text,
            bold ? "\033[0m" : "");
}

/* A line without its newline; NULL at the end of input. */
static char *read_line(void)
{
    char *line = NULL;
    size_t size = 0;
    const ssize_t n = getline(&line, &size, stdin);
    if (n < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

int terminal_confirm(const invocation *inv, const char *question, bool *go)
{
    *go = false;
    if (option_flag(inv, "dry-run", false)) {
        printf("this %s\n", question);
        return EXIT_DONE;
    }
    *go = option_flag(inv, "force", false);
    if (*go)
        return EXIT_DONE;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        failure_text(inv, EXIT_REFUSED, "this %s, so it needs --force",
                     question);
        return EXIT_REFUSED;
    }
    fprintf(stderr, "This %s.\nGo on? [y/N] ", question);
    char *answer = read_line();
    *go = answer != NULL &&
          (strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 ||
           strcmp(answer, "yes") == 0);
    free(answer);
    if (*go)
        return EXIT_DONE;
    return failure_text(inv, EXIT_REFUSED, "nothing was changed");
}

char *terminal_ask(const char *prompt, const char *fallback)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return NULL;
    fprintf(stderr, "%s%s%s%s: ", prompt, fallback != NULL ? " [" : "",
            fallback != NULL ? fallback : "", fallback != NULL ? "]" : "");
    char *answer = read_line();
    if (answer != NULL && answer[0] == '\0' && fallback != NULL) {
        free(answer);
        answer = strdup(fallback);
    }
    return answer;
}
