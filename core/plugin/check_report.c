/* The report of the conformance test, and children that add to it.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_internal.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

enum { CHILD_LIMIT_S = 60, CHILD_MAX_BYTES = 1 << 22 };

/* A child sends lines that begin with one of these. */
enum {
    LINE_GOOD = '+',
    LINE_BAD = '-',
    LINE_NOTE = '#',
    LINE_DOING = '@',
    LINE_DONE = '='
};

/* A pipe takes a line of this length whole. */
static void send_line(const check_report *report, char mark, const char *text)
{
    char line[2000];
    const int n = snprintf(line, sizeof line - 1, "%c%s", mark, text);
    size_t len = n < 0 ? 0 : (size_t)n;

    if (len > sizeof line - 2)
        len = sizeof line - 2;
    for (size_t i = 0; i < len; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[len++] = '\n';
    if (write(report->pipe, line, len) < 0)
        _exit(3); /* the parent has gone */
}

static void put_line(check_report *report, char mark, const char *text)
{
    if (report->pipe >= 0) {
        send_line(report, mark, text);
    } else if (mark == LINE_NOTE) {
        buf_printf(report->tap, "# %s\n", text);
    } else if (mark != LINE_DOING) {
        report->count++;
        report->failed += mark == LINE_BAD;
        buf_printf(report->tap, "%s %d - %s\n",
                   mark == LINE_GOOD ? "ok" : "not ok", report->count, text);
    }
}

static void put_format(check_report *report, char mark, const char *fmt,
                       va_list args) ORMA_PRINTF(3, 0);

static void put_format(check_report *report, char mark, const char *fmt,
                       va_list args)
{
    AUTO_BUF buf text = {0};

    buf_vprintf(&text, fmt, args);
    put_line(report, mark, buf_c_str(&text));
}

bool check_result(check_report *report, bool is_good, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put_format(report, is_good ? LINE_GOOD : LINE_BAD, fmt, args);
    va_end(args);
    return is_good;
}

void check_note(check_report *report, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put_format(report, LINE_NOTE, fmt, args);
    va_end(args);
}

void check_doing(check_report *report, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put_format(report, LINE_DOING, fmt, args);
    va_end(args);
}

/* ---- children ---------------------------------------------------- */

/* Takes over the child's lines; `doing` keeps what it did last. true: it came
 * to its end, whatever exit status a tool that watches it then made of that. */
static bool take_lines(check_report *report, char *text, buf *doing)
{
    bool is_done = false;
    char *line;

    while ((line = strsep(&text, "\n")) != NULL) {
        if (*line == LINE_DONE) {
            is_done = true;
        } else if (*line == LINE_DOING) {
            buf_clear(doing);
            buf_text(doing, line + 1);
        } else if (*line != '\0') {
            put_line(report, *line, line + 1);
        }
    }
    return is_done;
}

/* Reads all that the child sends; false when its time is up. */
static bool read_child(int fd, buf *out)
{
    const time_t limit = time(NULL) + CHILD_LIMIT_S;
    char block[4096];

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        const int ready = poll(&wait, 1, 1000);
        if (time(NULL) > limit || out->len > CHILD_MAX_BYTES)
            return false;
        if (ready <= 0)
            continue;
        const ssize_t n = read(fd, block, sizeof block);
        if (n > 0)
            buf_append(out, block, (size_t)n);
        else if (n == 0 || errno != EINTR)
            return true;
    }
}

static void tell_end(check_report *report, const char *what, bool is_done,
                     int status, const char *doing)
{
    const char *where = *doing != '\0' ? doing : "at its start";

    if (is_done)
        check_result(report, true, "%s survives", what);
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        check_result(report, false, "%s ends within %d s (stopped in: %s)", what,
                     CHILD_LIMIT_S, where);
    else if (WIFSIGNALED(status))
        check_result(report, false, "%s survives (%s in: %s)", what,
                     strsignal(WTERMSIG(status)), where);
    else
        check_result(report, false, "%s survives (it called exit in: %s)", what,
                     where);
}

/* A crash ends the child by its signal, whatever handlers this program or a
 * sanitizer has; and the module's prints do not get into the report. */
static void become_child(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], SIG_DFL);
    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
}

void check_in_child(check_report *report, const char *what,
                    void (*part)(check_report *report, void *user), void *user)
{
    AUTO_BUF buf out = {0};
    AUTO_BUF buf doing = {0};
    int ends[2], status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        check_note(report, "%s: %s", what, strerror(errno));
        return;
    }
    fflush(stdout); /* or the child would print it again */
    const pid_t pid = fork();
    if (pid == 0) {
        check_report child = {.pipe = ends[1]};
        close(ends[0]);
        become_child();
        part(&child, user);
        send_line(&child, LINE_DONE, "");
        _exit(0);
    }
    close(ends[1]);
    const bool in_time = pid > 0 && read_child(ends[0], &out);
    close(ends[0]);
    if (pid < 0) {
        check_result(report, false, "%s: cannot start a process", what);
        return;
    }
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    const bool is_done =
        out.len > 0 && take_lines(report, out.ptr, &doing) && in_time;
    tell_end(report, what, is_done, status, buf_c_str(&doing));
}

/* ---- outcomes ---------------------------------------------------- */

/* What the contract says about a returned status and error object. */
static const char *outcome_fault(orma_status status, const orma_error *error)
{
    if (status > 0 || status < ORMA_E_REFUSED)
        return "returned a status that does not exist";
    if (status == ORMA_OK)
        return error != NULL ? "returned OK and set an error" : NULL;
    if (error == NULL)
        return "failed without an error object; use host->fail()";
    const char *message = orma_error_message(error);
    if (message == NULL || *message == '\0')
        return "failed with an empty message";
    if (strchr(message, '\n') != NULL)
        return "failed with a message of several lines";
    return NULL;
}

bool check_outcome(check_report *report, orma_status status, orma_error *error)
{
    const char *fault = outcome_fault(status, error);

    if (fault != NULL)
        check_note(report, "%s (status %d%s%s)", fault, status,
                   error != NULL ? ": " : "",
                   error != NULL ? orma_error_message(error) : "");
    orma_error_free(error);
    return fault == NULL;
}

bool check_full_outcome(check_report *report, orma_status status,
                        orma_error *error)
{
    if (status == ORMA_E_INVALID && error == NULL)
        return true;
    return check_outcome(report, status, error);
}
