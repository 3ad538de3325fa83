/* The program's log: one line per event on standard error.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <orma/abi.h>

/* Lines below this level are dropped; ORMA_LOG_WARNING at start. */
void log_set_level(int32_t level);

/* Replaces standard error; NULL restores it. */
void log_set_sink(void (*sink)(void *user, int32_t level, const char *line),
                  void *user);

void log_line(int32_t level, const char *fmt, ...) ORMA_PRINTF(2, 3);

/* "DEBUG", "REPORT", …; AiiDA's level names. */
const char *log_level_name(int32_t level);

#endif
