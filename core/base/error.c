/* Errors: a message, what to do about it, and the chain of causes.
 *
 * SPDX-License-Identifier: MIT */
#include <base/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/buf.h>

struct orma_error {
    orma_status status;
    int32_t code;
    char *domain;
    char *message;
    char *hint;
    orma_error *cause;
};

/* Handed out when there is no memory to make an error; never freed. */
static orma_error no_memory = {
    .status = ORMA_E_NO_MEMORY,
    .domain = (char *)"memory",
    .message = (char *)"out of memory",
};

static const struct {
    orma_status status;
    const char *word;
} status_words[] = {
    {ORMA_OK, "ok"},
    {ORMA_E_TRANSIENT, "transient"},
    {ORMA_E_PERMANENT, "permanent"},
    {ORMA_E_INVALID, "invalid"},
    {ORMA_E_NOT_FOUND, "not found"},
    {ORMA_E_UNSUPPORTED, "unsupported"},
    {ORMA_E_CANCELLED, "cancelled"},
    {ORMA_E_NO_MEMORY, "no memory"},
    {ORMA_E_ABI, "built for another ABI"},
    {ORMA_E_BUG, "bug"},
    {ORMA_E_REFUSED, "refused"},
};

static const struct {
    int errnum;
    orma_status status;
} errno_statuses[] = {
    {ENOENT, ORMA_E_NOT_FOUND}, {EAGAIN, ORMA_E_TRANSIENT},
    {EINTR, ORMA_E_TRANSIENT},  {ENOSPC, ORMA_E_TRANSIENT},
    {EDQUOT, ORMA_E_TRANSIENT}, {EMFILE, ORMA_E_TRANSIENT},
    {ENFILE, ORMA_E_TRANSIENT}, {ENOMEM, ORMA_E_NO_MEMORY},
};

static char *format_line(const char *fmt, va_list args) ORMA_PRINTF(1, 0);

/* A message is one line wherever it is printed. */
static char *format_line(const char *fmt, va_list args)
{
    char *line = NULL;

    if (vasprintf(&line, fmt, args) < 0)
        return NULL;
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20)
            *c = ' ';
    return line;
}

orma_status error_setv(orma_error **err, orma_status status, const char *domain,
                       int32_t code, const char *fmt, va_list args)
{
    if (err == NULL)
        return status;

    /* Formatted first: the arguments may point into the cause. */
    orma_error *e = calloc(1, sizeof *e);
    if (e != NULL) {
        e->message = format_line(fmt, args);
        e->domain = strdup(domain != NULL ? domain : "");
    }
    if (e == NULL || e->message == NULL || e->domain == NULL) {
        orma_error_free(e);
        error_no_memory(err);
        return status;
    }
    e->status = status;
    e->code = code;
    e->cause = *err;
    *err = e;
    return status;
}

orma_status error_set(orma_error **err, orma_status status, const char *domain,
                      int32_t code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    error_setv(err, status, domain, code, fmt, args);
    va_end(args);
    return status;
}

orma_status error_set_lines(orma_error **err, orma_status status,
                            const char *domain, int32_t code, const char *lines)
{
    error_set(err, status, domain, code, "%s", lines);
    /* Control characters are blanks by now; the line ends come back. */
    if (err != NULL && *err != &no_memory)
        for (size_t i = 0; lines[i] != '\0'; i++)
            if (lines[i] == '\n')
                (*err)->message[i] = '\n';
    return status;
}

static orma_status status_of_errno(int errnum)
{
    for (size_t i = 0; i < sizeof errno_statuses / sizeof *errno_statuses; i++)
        if (errno_statuses[i].errnum == errnum)
            return errno_statuses[i].status;
    return ORMA_E_PERMANENT;
}

orma_status error_errno(orma_error **err, int errnum, const char *domain,
                        const char *fmt, ...)
{
    const orma_status status = status_of_errno(errnum);
    char reason[128];
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, fmt);
    char *what = format_line(fmt, args);
    va_end(args);
    if (what == NULL) {
        error_no_memory(err);
        return status;
    }
    /* The GNU strerror_r: it may answer with a text of its own. */
    error_set(err, status, domain, errnum, "%s: %s", what,
              strerror_r(errnum, reason, sizeof reason));
    free(what);
    return status;
}

orma_status error_no_memory(orma_error **err)
{
    if (err != NULL) {
        orma_error_free(*err);
        *err = &no_memory;
    }
    return ORMA_E_NO_MEMORY;
}

void error_hint(orma_error **err, const char *fmt, ...)
{
    va_list args;

    if (err == NULL || *err == NULL || *err == &no_memory)
        return;
    va_start(args, fmt);
    char *hint = format_line(fmt, args);
    va_end(args);
    if (hint == NULL)
        return; /* the error itself matters more than the advice */
    free((*err)->hint);
    (*err)->hint = hint;
}

void error_clear(orma_error **err)
{
    if (err == NULL)
        return;
    orma_error_free(*err);
    *err = NULL;
}

void error_move(orma_error **from, orma_error **err)
{
    if (err != NULL && *err == NULL)
        *err = *from;
    else
        orma_error_free(*from);
    *from = NULL;
}

char *error_chain(const orma_error *error)
{
    buf text = {0};

    for (const orma_error *e = error; e != NULL; e = e->cause) {
        if (e != error)
            buf_text(&text, ": ");
        buf_text(&text, e->message);
    }
    return buf_take(&text);
}

orma_status orma_error_status(const orma_error *error)
{
    return error == NULL ? ORMA_OK : error->status;
}

const char *orma_error_domain(const orma_error *error)
{
    return error == NULL ? "" : error->domain;
}

int32_t orma_error_code(const orma_error *error)
{
    return error == NULL ? 0 : error->code;
}

const char *orma_error_message(const orma_error *error)
{
    return error == NULL ? "" : error->message;
}

const char *orma_error_hint(const orma_error *error)
{
    return error == NULL ? NULL : error->hint;
}

const orma_error *orma_error_cause(const orma_error *error)
{
    return error == NULL ? NULL : error->cause;
}

void orma_error_free(orma_error *error)
{
    while (error != NULL && error != &no_memory) {
        orma_error *cause = error->cause;
        free(error->domain);
        free(error->message);
        free(error->hint);
        free(error);
        error = cause;
    }
}

const char *orma_status_word(orma_status status)
{
    for (size_t i = 0; i < sizeof status_words / sizeof *status_words; i++)
        if (status_words[i].status == status)
            return status_words[i].word;
    return "unknown";
}
