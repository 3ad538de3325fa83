/* The end of a storage: what orma and AiiDA put into its folder goes, and the
 * folder too when nothing else is in it.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"

/* To the letter: a copy of the database that somebody made beside it stays,
 * and so does ~/.orma when the folder is one's home. */
static const char *const own_names[] = {
    "container",           "database.sqlite",     "database.sqlite-journal",
    "database.sqlite-shm", "database.sqlite-wal", ".orma-leases.lock",
    ".orma-writers.lock",
};

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static bool is_own(const char *name)
{
    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
        if (strcmp(name, own_names[i]) == 0)
            return true;
    return false;
}

static orma_status fail_errno(orma_error **err, const char *path)
{
    const int errnum = errno;
    return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, errnum,
                      "cannot remove \"%s\": %s", path, strerror(errnum));
}

static orma_status remove_entry(const char *folder, const char *name,
                                orma_error **err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    const bool is_gone =
        nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 ||
        errno == ENOENT;
    const orma_status st = is_gone ? ORMA_OK : fail_errno(err, path);
    free(path);
    return st;
}

static orma_status remove_folder(const char *folder, orma_error **err)
{
    orma_status st = ORMA_OK;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT ? ORMA_OK : fail_errno(err, folder);
    for (const struct dirent *d; st == ORMA_OK && (d = readdir(dir)) != NULL;)
        if (is_own(d->d_name))
            st = remove_entry(folder, d->d_name, err);
    closedir(dir);
    if (st == ORMA_OK)
        rmdir(folder); /* stays when something else is in it */
    return st;
}

orma_status destroy(const orma_storage *self, orma_str config, orma_error **err)
{
    char *folder = NULL;
    (void)self;
    orma_status st = read_config(config, &folder, err);
    if (st == ORMA_OK)
        st = remove_folder(folder, err);
    free(folder);
    return st;
}
