/* The folder on this machine in which one runner works: sandboxes, files on
 * their way. Its runner removes it at his end, and when he died the next one
 * does, who sees by the lock that the kernel has freed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_LOCAL_FOLDER_H
#define CORE_ENGINE_LOCAL_FOLDER_H

#include <orma/abi.h>

typedef struct local_folder {
    char *path; /* owned; NULL: not open, as when zeroed */
    int fd;     /* locked */
} local_folder;

/* Makes it below `parent` (NULL: $TMPDIR), unless it is open, and removes those
 * of dead runners. */
orma_status local_folder_open(local_folder *f, const char *parent,
                              orma_error **err);

/* A new folder in it; the caller frees *path. */
orma_status local_folder_make(const local_folder *f, const char *name,
                              char **path, orma_error **err);

/* Removes it with all that is in it; accepts one that is not open. */
void local_folder_close(local_folder *f);

#endif
