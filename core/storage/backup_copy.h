/* Copies of trees that share unchanged files with a former copy.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_BACKUP_COPY_H
#define CORE_STORAGE_BACKUP_COPY_H

#include <storage/backup.h>

typedef struct backup_copy {
    const char *live;     /* the copy being made */
    const char *previous; /* the one before it, or NULL */
    const backup_options *o;
    const char *step; /* for progress */
    int64_t copied_files, copied_bytes, linked_files, linked_bytes;
} backup_copy;

/* Ends the name of a file that is not whole yet. */
#define BACKUP_PART ".orma-part"

/* Copies the file `from` to live/<relative>: a hard link to previous/<relative>
 * when that has the same size and time of change, else content and times. What
 * an interrupted copy left there is kept when it is the same. A file that is
 * not there any more is passed over when it may vanish. */
orma_status backup_file(backup_copy *b, const char *from, const char *relative,
                        bool may_vanish, orma_error **err);

/* Every regular file below `from`, to live/<relative>/…. only: NULL, or which
 * names (relative to from) are wanted. */
orma_status backup_tree(backup_copy *b, const char *from, const char *relative,
                        bool (*only)(const char *name), orma_error **err);

/* Makes the folder live/<relative>. */
orma_status backup_folder(const backup_copy *b, const char *relative,
                          orma_error **err);

/* Files of the live copy that no file of `from` has any more go. */
orma_status backup_prune(backup_copy *b, const char *from, const char *relative,
                         orma_error **err);

#endif
