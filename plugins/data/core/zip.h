/* Zip archives of a few files, as NumPy's .npz are.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_ZIP_H
#define DATA_CORE_ZIP_H

#include "text.h"

/* One file: borrowed, for the duration of the call. Errors stop the reading. */
typedef orma_status zip_visit(void *user, const char *name, orma_str bytes,
                              orma_error **err);

/* All files of an archive, stored or deflated. file: its name, for messages.
 * Errors: INVALID (damaged, encrypted, too large), those of visit. */
orma_status zip_read(const char *file, orma_str archive, zip_visit *visit,
                     void *user, orma_error **err);

/* An archive in the making; bytes go to `out` as they come. */
typedef struct zip_writer {
    orma_writer *out;
    text directory;
    uint64_t written;
    size_t count;
} zip_writer;

/* Adds a file, stored. Errors: INVALID (beyond 4 GiB). */
orma_status zip_add(zip_writer *zip, const char *name, orma_str bytes,
                    orma_error **err);
orma_status zip_end(zip_writer *zip, orma_error **err);
void zip_finish(zip_writer *zip); /* accepts a zeroed one */

#endif
