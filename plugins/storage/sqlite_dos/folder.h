/* The folder of a core.sqlite_dos storage: where it may lie, and the queue of
 * those who want to write.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_FOLDER_H
#define SQLITE_DOS_FOLDER_H

#include <stdbool.h>

#include <orma/plugin.h>

/* The host table that load() received. */
extern const orma_host *host;

/* Makes the folder with its parents; one that is there must be empty.
 * Errors: REFUSED, PERMANENT. */
orma_status folder_make(const char *folder, orma_error **err);

/* Errors: NOT_FOUND, REFUSED (on a network file system). */
orma_status folder_check(const char *folder, orma_error **err);

/* True when there is no room left for another page. */
bool folder_is_full(const char *folder);

/* Opens the queue's file and answers its descriptor in *fd.
 * Errors: PERMANENT. */
orma_status queue_open(const char *folder, int *fd, orma_error **err);

/* Waits for its turn: the kernel serves waiters of flock(2) in order, and
 * gives up the place of a process that dies. Errors: PERMANENT. */
orma_status queue_enter(int fd, orma_error **err);
void queue_leave(int fd);

#endif
