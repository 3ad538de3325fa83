/* Primary keys as parameters.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/portion.h>

void portion_write(buf *out, const int64_t *pks, size_t count)
{
    buf_clear(out);
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%lld", i > 0 ? "," : "", (long long)pks[i]);
    buf_char(out, ']');
}

bool portion_next(buf *out, const pk_set *set, int64_t *last)
{
    int64_t pk = pk_set_next(set, *last);
    size_t count = 0;

    if (pk == 0)
        return false;
    buf_clear(out);
    buf_char(out, '[');
    for (; pk != 0 && count < PORTION_MAX; count++) {
        buf_printf(out, "%s%lld", count > 0 ? "," : "", (long long)pk);
        *last = pk;
        pk = pk_set_next(set, pk);
    }
    buf_char(out, ']');
    return true;
}
