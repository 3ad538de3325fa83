/* The table that modules get.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <base/error.h>
#include <base/log.h>

#include <orma/plugin.h>

static orma_status host_fail(const orma_host *host, orma_error **err,
                             orma_status status, const char *domain,
                             int32_t code, const char *fmt, ...)
    ORMA_PRINTF(6, 7);

static orma_status host_fail(const orma_host *host, orma_error **err,
                             orma_status status, const char *domain,
                             int32_t code, const char *fmt, ...)
{
    va_list args;

    (void)host;
    va_start(args, fmt);
    const orma_status st = error_setv(err, status, domain, code, fmt, args);
    va_end(args);
    return st;
}

static orma_status host_write(orma_writer *out, orma_str bytes)
{
    return writer_write(out, bytes);
}

static void host_log(const orma_host *host, int32_t level, orma_str message)
{
    (void)host;
    log_line(level, "%.*s", (int)message.len, message.ptr);
}

/* AiiDA rounds what it stores to 14 significant digits. Its own form makes an
 * int of 1e20; here a float stays one, whatever its value. */
static const char *host_number(double value, char *out)
{
    char text[32];

    if (!isfinite(value))
        return NULL;
    snprintf(text, sizeof text, "%.14g", value);
    json_format_real(strtod(text, NULL), out);
    return out;
}

static const void *host_extension(const orma_host *host, const char *id)
{
    (void)host;
    (void)id; /* ABI 0.1 has none */
    return NULL;
}

static const orma_host host_table = {
    .size = sizeof(orma_host),
    .abi_major = ORMA_ABI_MAJOR,
    .abi_minor = ORMA_ABI_MINOR,
    .fail = host_fail,
    .write = host_write,
    .log = host_log,
    .number = host_number,
    .get_extension = host_extension,
};

const orma_host *plugin_host(void)
{
    return &host_table;
}
