/* UUIDs, RFC 4122.
 *
 * SPDX-License-Identifier: MIT */
#include <base/text.h>

#include <errno.h>
#include <string.h>
#include <sys/random.h>

void uuid_generate(orma_uuid *uuid)
{
    /* At most 256 bytes come whole once the kernel's pool is ready; before
     * that the call waits and may be interrupted. */
    while (getrandom(uuid->bytes, sizeof uuid->bytes, 0) !=
           (ssize_t)sizeof uuid->bytes)
        continue;
    uuid->bytes[6] = (uint8_t)((uuid->bytes[6] & 0x0F) | 0x40);
    uuid->bytes[8] = (uint8_t)((uuid->bytes[8] & 0x3F) | 0x80);
}

void uuid_format(const orma_uuid *uuid, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof uuid->bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[uuid->bytes[i] >> 4];
        *out++ = digits[uuid->bytes[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, orma_uuid *uuid)
{
    const size_t len = strlen(text);
    orma_uuid parsed = {{0}};
    size_t digit = 0;

    if (len != 32 && len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (len == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        const int value = hex_value(text[i]);
        if (value < 0)
            return false;
        parsed.bytes[digit / 2] =
            (uint8_t)(parsed.bytes[digit / 2] << 4 | value);
        digit++;
    }
    *uuid = parsed;
    return true;
}

bool uuid_is_zero(const orma_uuid *uuid)
{
    static const orma_uuid zero;

    return uuid_equal(uuid, &zero);
}

bool uuid_equal(const orma_uuid *a, const orma_uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
