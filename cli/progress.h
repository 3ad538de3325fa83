/* A progress bar on standard error: only on a terminal, and not with
 * --no-progress. Ctrl-C asks the work to stop at its next step.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "command.h"

/* For the option table of commands that take long. */
#define NO_PROGRESS_OPTION                                                     \
    {                                                                          \
        "no-progress", 0, OPTION_FLAG, NULL, NULL, false,                      \
            "do not show what is being done"                                   \
    }

typedef struct progress {
    bool is_shown;
    const char *what; /* [static] "importing nodes" */
    int64_t drawn_ns; /* when it was last drawn */
    int64_t began_ns;
} progress;

/* From here on Ctrl-C is noted instead of ending the program. */
void progress_begin(const invocation *inv, progress *p);

/* A callback of the library for the steps of its long work: `user` is the
 * progress. total 0: unknown. ORMA_E_CANCELLED after Ctrl-C. */
orma_status progress_step(void *user, const char *what, int64_t done,
                          int64_t total);

/* Clears the line; Ctrl-C ends the program again. */
void progress_end(progress *p);

#endif
