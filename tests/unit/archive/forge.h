/* Zip files made by hand, right or wrong in any respect; and archives to make
 * them of.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ARCHIVE_FORGE_H
#define TESTS_UNIT_ARCHIVE_FORGE_H

#include <base/buf.h>

#define FORGE_ENTRIES_MAX 200

typedef struct forged_entry {
    char name[160];
    buf data;          /* what is stored, uncompressed unless `method` */
    uint32_t crc_flip; /* the sum is wrong by so much */
    uint32_t size;     /* what both headers claim, 0: the truth */
    uint32_t flags;    /* 1: encrypted */
    uint32_t mode;     /* of Unix, 0: a regular file */
    uint32_t method;   /* 0 stored, 8: data is deflated */
} forged_entry;

typedef struct forgery {
    forged_entry entries[FORGE_ENTRIES_MAX];
    size_t count;
} forgery;

/* All entries of an archive of tests/data/aiida, "arithmetic". */
void forge_load(forgery *f, const char *name);

/* The entry of this name; NULL: there is none. */
forged_entry *forge_find(forgery *f, const char *name);
forged_entry *forge_add(forgery *f, const char *name, const char *data);

/* Runs SQL on the database of the archive. */
void forge_sql(forgery *f, const char *sql);

/* Writes it, but for the last `cut` bytes, and forgets it. */
void forge_write(forgery *f, const char *path, size_t cut);

#endif
