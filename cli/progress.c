/* A progress bar on standard error.
 *
 * SPDX-License-Identifier: MIT */
#include "progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"

#define REDRAW_NS 100000000 /* ten times a second */
#define BAR_WIDTH 30

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void progress_begin(const invocation *inv, progress *p)
{
    *p = (progress){
        .is_shown =
            isatty(STDERR_FILENO) && !option_flag(inv, "no-progress", false),
        .began_ns = monotonic_ns(),
    };
    interrupted = 0;
    /* Once: a second Ctrl-C ends the program at once. */
    struct sigaction action = {.sa_handler = note_interrupt,
                               .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
}

static void draw(const progress *p, int64_t done, int64_t total, int64_t now)
{
    char bar[BAR_WIDTH + 1];
    const double share =
        total > 0 ? (double)(done < total ? done : total) / (double)total : 0;
    const int filled = (int)(share * BAR_WIDTH);

    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[BAR_WIDTH] = '\0';
    if (total <= 0) {
        fprintf(stderr, "\r%s: %" PRId64 "\033[K", p->what, done);
        return;
    }
    fprintf(stderr, "\r%s [%s] %3.0f %% %" PRId64 "/%" PRId64, p->what, bar,
            share * 100, done, total);
    const double seconds = (double)(now - p->began_ns) / 1e9;
    if (share > 0.02 && seconds > 2)
        fprintf(stderr, ", %.0f s left", seconds / share * (1 - share));
    fprintf(stderr, "\033[K");
}

orma_status progress_step(void *user, const char *what, int64_t done,
                          int64_t total)
{
    progress *p = user;
    if (interrupted)
        return ORMA_E_CANCELLED;
    if (!p->is_shown)
        return ORMA_OK;

    const int64_t now = monotonic_ns();
    if (p->what == NULL || strcmp(p->what, what) != 0) {
        p->what = what;
        p->began_ns = now;
    } else if (now - p->drawn_ns < REDRAW_NS && done != total) {
        return ORMA_OK;
    }
    p->drawn_ns = now;
    draw(p, done, total, now);
    fflush(stderr);
    return ORMA_OK;
}

void progress_end(progress *p)
{
    if (p->is_shown && p->what != NULL)
        fprintf(stderr, "\r\033[K");
    signal(SIGINT, SIG_DFL);
}
