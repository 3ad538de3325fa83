/* Local files: whole reads, atomic writes, folders, safe relative paths.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_FILE_H
#define CORE_BASE_FILE_H

#include <stdbool.h>

#include <base/buf.h>

/* Appends the whole file. Errors: NOT_FOUND, INVALID (over max_bytes). */
orma_status file_read(const char *path, size_t max_bytes, buf *out,
                      orma_error **err);

/* Creates or replaces path by write, fsync, rename, fsync of the folder. */
orma_status file_write_atomic(const char *path, orma_str bytes, uint32_t mode,
                              orma_error **err);

/* Creates or replaces path, not synced. */
orma_status file_write(const char *path, orma_str bytes, uint32_t mode,
                       orma_error **err);

/* Copies a file, streamed, with its permission bits. */
orma_status file_copy(const char *from, const char *to, orma_error **err);

/* Makes path and its parents; existing ones are fine. */
orma_status file_mkdirs(const char *path, uint32_t mode, orma_error **err);

/* The same for the parents of path only. */
orma_status file_mkdirs_for(const char *path, uint32_t mode, orma_error **err);

/* Removes a file or a whole folder, symlinks not followed; missing is fine. */
orma_status file_remove_tree(const char *path, orma_error **err);

/* Calls visit for every regular file below root in sorted order, with its
 * path relative to root; symlinks to files are followed, to folders not. Empty
 * folders are visited with is_dir. Stops at the first failure. */
orma_status file_walk(const char *root,
                      orma_status (*visit)(void *user, const char *relative,
                                           const char *path, bool is_dir,
                                           orma_error **err),
                      void *user, orma_error **err);

/* A file without a name on the folder's file system, which goes when it is
 * closed, whatever becomes of the process. -1 with errno. */
int file_unnamed(const char *folder);

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* "a/b" from "a" and "b", one slash between; the caller frees it. NULL without
 * memory. */
char *file_join(const char *folder, const char *name);

/* Last component, within path. */
const char *file_name(const char *path);

/* The folder that a file lies in, "." for a name alone; the caller frees it.
 * NULL without memory. */
char *file_folder(const char *path);

/* The path made absolute against the working directory, without resolving
 * symlinks, "." and ".." removed; the caller frees it. */
char *file_absolute(const char *path);

/* True for a relative path that stays inside: no leading '/', no empty, "."
 * or ".." component, no control character, at most 4096 bytes. */
bool file_path_is_safe(const char *path);

/* A new private folder in $TMPDIR; the caller frees the path. */
orma_status file_temp_dir(const char *prefix, char **path, orma_error **err);

#endif
