/* The orma command.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/profile.h>

#include "command.h"
#include "failure.h"

static const struct {
    const char *word;
    int32_t level;
} log_levels[] = {
    {"notset", ORMA_LOG_DEBUG},      {"debug", ORMA_LOG_DEBUG},
    {"info", ORMA_LOG_INFO},         {"report", ORMA_LOG_REPORT},
    {"warning", ORMA_LOG_WARNING},   {"error", ORMA_LOG_ERROR},
    {"critical", ORMA_LOG_CRITICAL},
};

static void set_log_level(const char *word)
{
    for (size_t i = 0; i < sizeof log_levels / sizeof *log_levels; i++)
        if (strcmp(log_levels[i].word, word) == 0)
            orma_log_level(log_levels[i].level);
}

/* What was printed must have arrived: a full disk behind a pipe is a failure.
 */
static int finish(const invocation *inv, int status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    return status != EXIT_DONE
               ? status
               : failure_text(inv, EXIT_FAILED,
                              "cannot write to standard output");
}

int main(int argc, char **argv)
{
    static invocation inv;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("orma, version %s\n", orma_version());
        return EXIT_DONE;
    }
    if (argc == 2 && strcmp(argv[1], "--generate-man") == 0)
        return manual_print(&root_command);
    int status = invocation_parse(&root_command, argc, argv, &inv);
    if (status != EXIT_DONE)
        return status;
    if (inv.wants_help) {
        help_print(&inv);
        return finish(&inv, EXIT_DONE);
    }
    if (inv.command->run == NULL) {
        help_print(&inv);
        return inv.depth == 1 ? EXIT_DONE : EXIT_USAGE;
    }
    const char *level = option_text(&inv, "verbosity");
    if (level != NULL)
        set_log_level(level);
    status = inv.command->run(&inv);
    return finish(&inv, status);
}
