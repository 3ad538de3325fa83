/* Making errors inside liborma. orma/error.h reads them.
 *
 * A function that fails returns a status and, when err is not NULL, leaves an
 * error in *err. An error already in *err becomes the cause of the new one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_ERROR_H
#define CORE_BASE_ERROR_H

#include <stdarg.h>

#include <orma/error.h>

/* Returns status, so that `return error_set(...)` is the whole refusal.
 * domain names the room that speaks: "manifest", "storage", "engine". */
orma_status error_set(orma_error **err, orma_status status, const char *domain,
                      int32_t code, const char *fmt, ...) ORMA_PRINTF(5, 6);

orma_status error_setv(orma_error **err, orma_status status, const char *domain,
                       int32_t code, const char *fmt, va_list args)
    ORMA_PRINTF(5, 0);

/* The same for several problems found together: `lines` has a line for each,
 * which the message keeps. */
orma_status error_set_lines(orma_error **err, orma_status status,
                            const char *domain, int32_t code,
                            const char *lines);

/* "<message>: <strerror(errnum)>"; the status follows from errnum: ENOENT
 * NOT_FOUND, EAGAIN/EINTR/ENOSPC/EDQUOT/EMFILE TRANSIENT, ENOMEM NO_MEMORY,
 * else PERMANENT. */
orma_status error_errno(orma_error **err, int errnum, const char *domain,
                        const char *fmt, ...) ORMA_PRINTF(4, 5);

/* One preallocated error; never fails. */
orma_status error_no_memory(orma_error **err);

/* Adds the remedy to the error in *err, if any: what to do, one sentence. */
void error_hint(orma_error **err, const char *fmt, ...) ORMA_PRINTF(2, 3);

/* Frees *err and sets it to NULL: the failure was dealt with. */
void error_clear(orma_error **err);

/* Hands *from, which may be NULL, over to err; frees it when err is NULL or
 * holds an error already. *from is NULL then. */
void error_move(orma_error **from, orma_error **err);

/* All messages from the outermost to the root, joined by ": ". The caller
 * frees it. */
char *error_chain(const orma_error *error);

#endif
