/* Vocabulary of the plugin ABI: the few types that cross the boundary between
 * orma and a module, and the rules by which structs grow.
 *
 * Only fixed-width integers, doubles and pointers to declared structs cross.
 * Strings are UTF-8 with a length; every orma_str that the host hands out is
 * also followed by a NUL that `len` does not count. Times are nanoseconds since
 * the Unix epoch (`_ns`), durations seconds (`_s`), sizes bytes (`_bytes`).
 *
 * Ownership tags used in these headers
 *   [in]       borrowed by the callee until it returns; copy to keep
 *   [out:host] the callee writes through a sink; the memory is the host's
 *   [static]   owned by the giver, valid until the module is unloaded
 *   [handle]   made by open(), valid until the matching close()
 *   [call]     owned by the host, valid until the call that handed it returns
 * Thread tags
 *   [loader]         loader lock held, nothing else of the module running
 *   [worker-thread]  may block; one call at a time per session or context
 *   [thread-safe]    any thread, concurrently
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_ABI_H
#define ORMA_ABI_H

#include <stddef.h>
#include <stdint.h>

/* Envelope ABI. 0.x is a draft: every minor may break; from 1.0 on a module
 * loads when majors are equal and its minor is not above the host's. */
#define ORMA_ABI_MAJOR 0
#define ORMA_ABI_MINOR 1
#ifndef ORMA_ABI_MIN_MINOR
#define ORMA_ABI_MIN_MINOR ORMA_ABI_MINOR
#endif

#if defined(__GNUC__)
#define ORMA_EXPORT __attribute__((visibility("default")))
#define ORMA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define ORMA_EXPORT
#define ORMA_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
#define ORMA_STATIC_ASSERT static_assert
extern "C" {
#else
#define ORMA_STATIC_ASSERT _Static_assert
#endif

/* Text or bytes, borrowed. Never grows. ptr may be NULL only when it says so. */
typedef struct orma_str {
    const char *ptr;
    size_t len;
} orma_str;

/* Identity of a node, group, computer, …, in RFC 4122 byte order. Never grows. */
typedef struct orma_uuid {
    uint8_t bytes[16];
} orma_uuid;

/* What became of a call. The return value is the truth; the error object says
 * why. doc/plugin-author.md tells what the engine does with each. */
typedef int32_t orma_status;
enum {
    ORMA_OK = 0,
    ORMA_E_TRANSIENT = -1,   /* try again later: network, lock, busy server */
    ORMA_E_PERMANENT = -2,   /* trying again will not help */
    ORMA_E_INVALID = -3,     /* the input is wrong */
    ORMA_E_NOT_FOUND = -4,   /* what was named does not exist */
    ORMA_E_UNSUPPORTED = -5, /* not offered by this plugin or build */
    ORMA_E_CANCELLED = -6,   /* stopped because somebody asked */
    ORMA_E_NO_MEMORY = -7,
    ORMA_E_ABI = -8,         /* built for another ABI */
    ORMA_E_BUG = -9,         /* the callee broke its contract */
    ORMA_E_REFUSED = -10     /* would break provenance or a promise */
};

/* Severity of a log line, AiiDA's numbers. REPORT and above are kept with the
 * process node. */
enum {
    ORMA_LOG_DEBUG = 10,
    ORMA_LOG_INFO = 20,
    ORMA_LOG_REPORT = 23,
    ORMA_LOG_WARNING = 30,
    ORMA_LOG_ERROR = 40,
    ORMA_LOG_CRITICAL = 50
};

/* Element types of arrays, as in NumPy's .npy files, little-endian on disk. */
enum {
    ORMA_DTYPE_UNKNOWN = 0,
    ORMA_DTYPE_F64 = 1,
    ORMA_DTYPE_I64 = 2,
    ORMA_DTYPE_BOOL = 3,  /* one byte each, 0 or 1 */
    ORMA_DTYPE_C128 = 4,  /* pairs of f64: real, imaginary */
    ORMA_DTYPE_F32 = 5,
    ORMA_DTYPE_I32 = 6
};

#define ORMA_ARRAY_MAX_NDIM 8

/* A numeric array, borrowed. strides are in bytes; NULL means C order.
 * unit is mandatory when written, "1" for a number without dimension. */
typedef struct orma_array_view {
    uint32_t size;
    int32_t dtype;
    int32_t ndim;
    int32_t reserved;
    const int64_t *shape;
    const int64_t *strides;
    const void *data;
    const char *unit;
} orma_array_view;

typedef struct orma_error orma_error;   /* why a call failed; the host's */
typedef struct orma_writer orma_writer; /* sink for bytes; the host's */
typedef struct orma_node orma_node;     /* a node, stored or in the making; [call] */

/* True when whoever filled *p was compiled with member m. */
#define ORMA_HAS(T, p, m) ((p)->size >= offsetof(T, m) + sizeof(((T *)0)->m))

/* Every struct that may grow is followed by this: with tail padding a new
 * member could sit inside the old sizeof and ORMA_HAS would answer wrongly. */
#define ORMA_NO_TAIL_PADDING(T, last)                                          \
    ORMA_STATIC_ASSERT(sizeof(T) ==                                            \
                           offsetof(T, last) + sizeof(((T *)0)->last),         \
                       #T " has tail padding: add an explicit reserved member")

ORMA_NO_TAIL_PADDING(orma_array_view, unit);

/* An orma_str of a string literal. */
#define ORMA_LITERAL(text) ((orma_str){(text), sizeof(text) - 1})

#ifdef __cplusplus
}
#endif
#endif
