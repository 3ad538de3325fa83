/* Growable text or bytes.
 *
 * Zeroed is empty. Running out of memory is remembered in `failed` and further
 * appends do nothing, so it is checked once, at the end, by buf_status().
 * ptr is always followed by a NUL when it is not NULL.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>

#include <orma/abi.h>

typedef struct buf {
    char *ptr;
    size_t len;
    size_t capacity;
    bool failed;
    const char *refusal; /* [static] why, when not for want of memory */
} buf;

void buf_append(buf *b, const void *bytes, size_t len);
void buf_text(buf *b, const char *text);
void buf_str(buf *b, orma_str text);
void buf_char(buf *b, char c);
void buf_printf(buf *b, const char *fmt, ...) ORMA_PRINTF(2, 3);
void buf_vprintf(buf *b, const char *fmt, va_list args) ORMA_PRINTF(2, 0);

/* The text so far, "" when empty; valid until the next append. */
const char *buf_c_str(const buf *b);

/* As an orma_str, with ptr "" when empty. */
orma_str buf_view(const buf *b);

/* Forgets the content, keeps the memory. */
void buf_clear(buf *b);

/* Hands the memory to the caller, who frees it, and empties b; "" when empty,
 * NULL when an append failed or there is no memory. */
char *buf_take(buf *b);

/* Makes all that follows fail: what is to be appended must not be. `why` is
 * the message, static. */
void buf_refuse(buf *b, const char *why);

/* ORMA_OK; with *err set NO_MEMORY when an append failed, INVALID when one was
 * refused. */
orma_status buf_status(const buf *b, orma_error **err);

/* Accepts zeroed buffers. */
void buf_free(buf *b);

#define AUTO_BUF __attribute__((cleanup(buf_free)))

/* The sink of the plugin ABI: appends to `to`, up to max_bytes (0: 1 GiB). */
struct orma_writer {
    buf *to;
    size_t max_bytes;
};

orma_status writer_write(orma_writer *out, orma_str bytes);

#endif
