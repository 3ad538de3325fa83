/* Reading errors, for programs that use liborma. (A plugin makes errors with
 * host->fail() and never reads them.)
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_ERROR_H
#define ORMA_ERROR_H

#include <orma/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ORMA_OK for NULL. [thread-safe] */
ORMA_EXPORT orma_status orma_error_status(const orma_error *error);

/* Who speaks: "ssh", "storage", "acme". [in] until the error is freed.
 * [thread-safe] */
ORMA_EXPORT const char *orma_error_domain(const orma_error *error);

/* Number native to the domain, or 0. [thread-safe] */
ORMA_EXPORT int32_t orma_error_code(const orma_error *error);

/* One sentence, without newline. [thread-safe] */
ORMA_EXPORT const char *orma_error_message(const orma_error *error);

/* What to do about it, or NULL. [thread-safe] */
ORMA_EXPORT const char *orma_error_hint(const orma_error *error);

/* The error below, NULL at the root. [thread-safe] */
ORMA_EXPORT const orma_error *orma_error_cause(const orma_error *error);

/* Accepts NULL. [thread-safe] */
ORMA_EXPORT void orma_error_free(orma_error *error);

/* Word for a status: "invalid", "not found". [thread-safe] */
ORMA_EXPORT const char *orma_status_word(orma_status status);

#ifdef __cplusplus
}
#endif
#endif
