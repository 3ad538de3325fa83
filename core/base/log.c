/* The program's log.
 *
 * SPDX-License-Identifier: MIT */
#include <base/log.h>

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <base/buf.h>
#include <base/text.h>

static const struct {
    int32_t level;
    const char *name;
} level_names[] = {
    {ORMA_LOG_DEBUG, "DEBUG"},     {ORMA_LOG_INFO, "INFO"},
    {ORMA_LOG_REPORT, "REPORT"},   {ORMA_LOG_WARNING, "WARNING"},
    {ORMA_LOG_ERROR, "ERROR"},     {ORMA_LOG_CRITICAL, "CRITICAL"},
};

/* One log per program, whichever thread speaks. */
static _Atomic int32_t lowest_level = ORMA_LOG_WARNING;
static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*sink_write)(void *user, int32_t level, const char *line);
static void *sink_user;

void log_set_level(int32_t level)
{
    atomic_store(&lowest_level, level);
}

void log_set_sink(void (*sink)(void *user, int32_t level, const char *line),
                  void *user)
{
    pthread_mutex_lock(&sink_lock);
    sink_write = sink;
    sink_user = user;
    pthread_mutex_unlock(&sink_lock);
}

const char *log_level_name(int32_t level)
{
    const char *name = level_names[0].name;

    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (level >= level_names[i].level)
            name = level_names[i].name;
    return name;
}

/* In one write(), so that lines of several threads do not mix. */
static void write_stderr(int32_t level, const char *line)
{
    AUTO_BUF buf whole = {0};
    char now[33];

    time_format_iso(time_now_ns(), now);
    buf_printf(&whole, "%s %s %s\n", now, log_level_name(level), line);
    for (size_t done = 0; done < whole.len;) {
        const ssize_t n =
            write(STDERR_FILENO, whole.ptr + done, whole.len - done);
        if (n <= 0)
            return; /* nowhere left to tell */
        done += (size_t)n;
    }
}

void log_line(int32_t level, const char *fmt, ...)
{
    AUTO_BUF buf line = {0};
    va_list args;

    if (level < atomic_load(&lowest_level))
        return;
    va_start(args, fmt);
    buf_vprintf(&line, fmt, args);
    va_end(args);
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '\n' || line.ptr[i] == '\r')
            line.ptr[i] = ' ';

    pthread_mutex_lock(&sink_lock);
    if (sink_write != NULL)
        sink_write(sink_user, level, buf_c_str(&line));
    else
        write_stderr(level, buf_c_str(&line));
    pthread_mutex_unlock(&sink_lock);
}
