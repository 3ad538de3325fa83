/* Growable text or bytes, and the byte sink of the plugin ABI.
 *
 * SPDX-License-Identifier: MIT */
#include <base/buf.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>

#define FIRST_CAPACITY 64
#define WRITER_MAX_BYTES ((size_t)1 << 30)

/* Room for `more` bytes and the closing NUL. */
static bool buf_reserve(buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (more < b->capacity - b->len)
        return true;
    if (more >= SIZE_MAX / 2 - b->len) {
        b->failed = true;
        return false;
    }
    size_t capacity = b->capacity > 0 ? b->capacity : FIRST_CAPACITY;
    while (capacity <= b->len + more)
        capacity *= 2;
    char *grown = realloc(b->ptr, capacity);
    if (grown == NULL) {
        b->failed = true;
        return false;
    }
    b->ptr = grown;
    b->capacity = capacity;
    return true;
}

void buf_append(buf *b, const void *bytes, size_t len)
{
    if (!buf_reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->ptr + b->len, bytes, len);
    b->len += len;
    b->ptr[b->len] = '\0';
}

void buf_text(buf *b, const char *text)
{
    buf_append(b, text, strlen(text));
}

void buf_str(buf *b, orma_str text)
{
    buf_append(b, text.ptr, text.len);
}

void buf_char(buf *b, char c)
{
    buf_append(b, &c, 1);
}

void buf_vprintf(buf *b, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, fmt, args);
    if (len < 0)
        b->failed = true;
    else if (buf_reserve(b, (size_t)len)) {
        vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_printf(buf *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    buf_vprintf(b, fmt, args);
    va_end(args);
}

const char *buf_c_str(const buf *b)
{
    return b->ptr != NULL ? b->ptr : "";
}

orma_str buf_view(const buf *b)
{
    return (orma_str){buf_c_str(b), b->len};
}

void buf_clear(buf *b)
{
    b->len = 0;
    b->failed = false;
    b->refusal = NULL;
    if (b->ptr != NULL)
        b->ptr[0] = '\0';
}

char *buf_take(buf *b)
{
    buf_append(b, "", 0); /* an empty buffer becomes "" */
    char *text = b->ptr;
    if (b->failed) {
        free(text);
        text = NULL;
    }
    *b = (buf){0};
    return text;
}

void buf_refuse(buf *b, const char *why)
{
    b->failed = true;
    b->refusal = why;
}

orma_status buf_status(const buf *b, orma_error **err)
{
    if (b->refusal != NULL)
        return error_set(err, ORMA_E_INVALID, "text", 0, "%s", b->refusal);
    return b->failed ? error_no_memory(err) : ORMA_OK;
}

void buf_free(buf *b)
{
    free(b->ptr);
    *b = (buf){0};
}

orma_status writer_write(orma_writer *out, orma_str bytes)
{
    const size_t limit = out->max_bytes > 0 ? out->max_bytes : WRITER_MAX_BYTES;

    if (out->to->len > limit || bytes.len > limit - out->to->len)
        return ORMA_E_INVALID;
    buf_append(out->to, bytes.ptr, bytes.len);
    return out->to->failed ? ORMA_E_NO_MEMORY : ORMA_OK;
}
