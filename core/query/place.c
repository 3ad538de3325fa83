/* Where in a document something stands.
 *
 * SPDX-License-Identifier: MIT */
#include <query/place.h>

#include <stdarg.h>

#include <base/error.h>

static void write_place(const place *at, buf *out)
{
    if (at->up != NULL)
        write_place(at->up, out);
    if (at->name == NULL)
        buf_printf(out, "[%zu]", at->index);
    else
        buf_printf(out, "%s%.200s", out->len > 0 ? "." : "", at->name);
}

orma_status place_refuse(const place *at, orma_error **err, const char *fmt,
                         ...)
{
    AUTO_BUF buf text = {0};
    va_list args;

    write_place(at, &text);
    buf_text(&text, ": ");
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    const orma_status st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    return error_set(err, ORMA_E_INVALID, "query", 0, "%s", buf_c_str(&text));
}
