/* What the files of the zip writer share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ZIP_WRITE_INTERNAL_H
#define CORE_STORAGE_ARCHIVE_ZIP_WRITE_INTERNAL_H

#include <stdbool.h>

#include <zlib.h>

#include <storage/archive/zip_write.h>

#define ZIP_CHUNK (256u * 1024u)

struct zip_writer {
    char *path;
    int fd;
    int level;
    bool has_deflater;
    z_stream deflater;
    unsigned char *in, *out; /* ZIP_CHUNK each */
    buf pending;             /* bytes that follow those on disk */
    uint64_t on_disk;
    uint64_t directory_at, entry_count; /* of the central directory */
    bool is_naming;
};

#endif
