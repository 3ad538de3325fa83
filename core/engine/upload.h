/* The parts of an upload: codes, files of nodes, files on the computer.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_UPLOAD_H
#define CORE_ENGINE_UPLOAD_H

#include <engine/calcjob.h>

typedef struct upload {
    calcjob *job;
    const char *folder; /* the folder in the making, on the computer … */
    bool is_dry;        /* … or here, and nothing leaves this machine */
    char *scratch;      /* local folder for files on their way; owned */
} upload;

/* Removes the local folder. */
void upload_finish(upload *u);

/* Files of portable codes, executables marked so. */
orma_status upload_codes(upload *u, orma_error **err);

/* local_copy_list: files of nodes. */
orma_status upload_local_list(upload *u, orma_error **err);

/* remote_copy_list and remote_symlink_list. A source that does not exist costs
 * a warning, as in AiiDA. Dry, files tell what would have been done. */
orma_status upload_remote_lists(upload *u, orma_error **err);

#endif
