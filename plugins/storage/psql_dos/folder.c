/* The folder of a storage, in which the object container lies.
 *
 * SPDX-License-Identifier: MIT */
#include "folder.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connection.h"

static orma_status refuse_errno(orma_error **err, int errnum, const char *doing,
                                const char *path)
{
    const orma_status st = errnum == ENOENT ? ORMA_E_NOT_FOUND
                           : errnum == ENOSPC || errnum == EDQUOT
                               ? ORMA_E_TRANSIENT
                               : ORMA_E_PERMANENT;
    return host->fail(host, err, st, DOMAIN, errnum, "%s \"%s\": %s", doing,
                      path, strerror(errnum));
}

/* mkdir -p. */
static int make_folders(char *path)
{
    for (char *slash = path; (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        const int rc = mkdir(path, 0777);
        *slash = '/';
        if (rc != 0 && errno != EEXIST)
            return -1;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -1;
}

static orma_status container_of(const char *folder, char *out, size_t size,
                                orma_error **err)
{
    const int n = snprintf(out, size, "%s/container", folder);
    if (n < 0 || (size_t)n >= size)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "path \"%s\" is too long", folder);
    return ORMA_OK;
}

orma_status folder_make(const char *folder, orma_error **err)
{
    char path[PATH_MAX];
    orma_status st = container_of(folder, path, sizeof path, err);
    if (st != ORMA_OK)
        return st;
    if (access(path, F_OK) == 0)
        return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                          "folder \"%s\" is there already: name another "
                          "repository_uri for a new storage",
                          path);
    char *copy = strdup(folder);
    if (copy == NULL)
        return fail_memory(err);
    const int rc = make_folders(copy);
    const int errnum = errno;
    free(copy);
    return rc == 0
               ? ORMA_OK
               : refuse_errno(err, errnum, "cannot make the folder", folder);
}

orma_status folder_check(const char *folder, orma_error **err)
{
    struct stat info;
    if (stat(folder, &info) != 0)
        return refuse_errno(err, errno, "cannot open the folder", folder);
    if (!S_ISDIR(info.st_mode))
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "\"%s\" is not a folder", folder);
    return ORMA_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

bool folder_has_container(const char *folder, const char *id)
{
    char path[PATH_MAX], text[4096], wanted[128];
    if (snprintf(path, sizeof path, "%s/container/config.json", folder) >=
        (int)sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT;
    const size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    snprintf(wanted, sizeof wanted, "\"container_id\": \"%s\"", id);
    return strstr(text, wanted) != NULL;
}

orma_status folder_remove(const char *folder, orma_error **err)
{
    char path[PATH_MAX];
    orma_status st = container_of(folder, path, sizeof path, err);
    if (st != ORMA_OK)
        return st;
    if (access(path, F_OK) == 0 &&
        nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
        return refuse_errno(err, errno, "cannot remove", path);
    if (snprintf(path, sizeof path, "%s/.orma-leases.lock", folder) <
        (int)sizeof path)
        unlink(path); /* beside the container */
    rmdir(folder);    /* stays when something else is in it */
    return ORMA_OK;
}
