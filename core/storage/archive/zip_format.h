/* Numbers of the zip format (PKWARE's APPNOTE.TXT 6.3), little-endian.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ZIP_FORMAT_H
#define CORE_STORAGE_ARCHIVE_ZIP_FORMAT_H

#include <stdint.h>

enum {
    ZIP_LOCAL_BYTES = 30,      /* of a local header without its name */
    ZIP_LOCAL_EXTRA_BYTES = 20 /* zip64: id, length, two sizes */
};
#define ZIP_LOCAL_SIGNATURE 0x04034b50u
#define ZIP_CENTRAL_SIGNATURE 0x02014b50u
#define ZIP_END_SIGNATURE 0x06054b50u
#define ZIP_END64_SIGNATURE 0x06064b50u
#define ZIP_LOCATOR64_SIGNATURE 0x07064b50u
#define ZIP_EXTRA64 0x0001u
#define ZIP_LIMIT16 0xffffu /* stands for "see the zip64 record" */
#define ZIP_LIMIT32 0xffffffffu

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8 };

static inline void zip_put16(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)(value & 0xffu);
    to[1] = (unsigned char)(value >> 8 & 0xffu);
}

static inline void zip_put32(unsigned char *to, uint32_t value)
{
    zip_put16(to, value & 0xffffu);
    zip_put16(to + 2, value >> 16);
}

static inline void zip_put64(unsigned char *to, uint64_t value)
{
    zip_put32(to, (uint32_t)(value & 0xffffffffu));
    zip_put32(to + 4, (uint32_t)(value >> 32));
}

static inline uint32_t zip_get16(const unsigned char *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8;
}

static inline uint32_t zip_get32(const unsigned char *from)
{
    return zip_get16(from) | zip_get16(from + 2) << 16;
}

static inline uint64_t zip_get64(const unsigned char *from)
{
    return (uint64_t)zip_get32(from) | (uint64_t)zip_get32(from + 4) << 32;
}

#endif
