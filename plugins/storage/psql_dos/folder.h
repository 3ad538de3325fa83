/* The folder of a storage, in which the object container lies.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PSQL_DOS_FOLDER_H
#define PSQL_DOS_FOLDER_H

#include <stdbool.h>

#include <orma/plugin.h>

/* Makes the folder with its parents. Errors: REFUSED (a container is in it),
 * PERMANENT. */
orma_status folder_make(const char *folder, orma_error **err);

/* Errors: NOT_FOUND. */
orma_status folder_check(const char *folder, orma_error **err);

/* Whether the container in the folder has this id; true when there is none. */
bool folder_has_container(const char *folder, const char *id);

/* Removes the container and orma's own files, and the folder when nothing
 * else is in it. */
orma_status folder_remove(const char *folder, orma_error **err);

#endif
