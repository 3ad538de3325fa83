/* The folder of a core.sqlite_dos storage.
 *
 * SPDX-License-Identifier: MIT */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DOMAIN "sqlite"

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

/* mkdir -p; the last component may exist. */
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

orma_status folder_make(const char *folder, orma_error **err)
{
    char *path = strdup(folder);
    if (path == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    const int rc = make_folders(path);
    const int errnum = errno;
    free(path);
    if (rc != 0)
        return refuse_errno(err, errnum, "cannot make the folder", folder);

    DIR *dir = opendir(folder);
    if (dir == NULL)
        return refuse_errno(err, errno, "cannot read the folder", folder);
    bool is_empty = true;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            is_empty = false;
    closedir(dir);
    if (!is_empty)
        return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                          "folder \"%s\" is not empty: name a new or empty "
                          "folder for a new storage",
                          folder);
    return ORMA_OK;
}

/* statfs(2) magic numbers of file systems that several hosts share: SQLite's
 * write-ahead log needs memory shared between all its users. */
static const struct {
    unsigned long magic;
    const char *name;
} network_systems[] = {
    {0x00006969, "NFS"},      {0x0bd00bd0, "Lustre"}, {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB"},      {0x0000517b, "SMB"},    {0x00c36400, "Ceph"},
    {0x47504653, "GPFS"},     {0x19830326, "BeeGFS"}, {0x5346414f, "AFS"},
    {0x73757245, "Coda"},     {0x01021997, "9P"},     {0xaad7aaea, "PanFS"},
    {0x20030528, "OrangeFS"},
};

#define FUSE_MAGIC 0x65735546ul

/* FUSE has one number for all; the mount table tells which program it is. */
static const char *const network_fuses[] = {
    "sshfs",    "glusterfs", "ceph",      "cephfs",   "s3fs",
    "davfs",    "rclone",    "gcsfuse",   "juicefs",  "mfs",
    "smbnetfs", "curlftpfs", "goofys",    "onedrive", "afpfs",
    "beegfs",   "lizardfs",  "seaweedfs", "weed",
};

static bool is_network_fuse(const char *type)
{
    if (strncmp(type, "fuse.", 5) != 0)
        return false;
    for (size_t i = 0; i < sizeof network_fuses / sizeof *network_fuses; i++)
        if (strcmp(type + 5, network_fuses[i]) == 0)
            return true;
    return false;
}

/* The type of the mount that holds the device `dev`, "fuse.sshfs"; empty when
 * the table does not tell. */
static void mount_type(dev_t dev, char *type, size_t capacity)
{
    char line[4096], wanted[32];

    *type = '\0';
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL)
        return;
    snprintf(wanted, sizeof wanted, "%u:%u", major(dev), minor(dev));
    while (fgets(line, sizeof line, file) != NULL) {
        char device[32], found[64];
        const char *rest = strstr(line, " - "); /* proc(5): ends the options */
        if (rest != NULL && sscanf(line, "%*s %*s %31s", device) == 1 &&
            strcmp(device, wanted) == 0 && sscanf(rest, " - %63s", found) == 1)
            snprintf(type, capacity, "%s", found);
    }
    fclose(file);
}

orma_status folder_check(const char *folder, orma_error **err)
{
    struct statfs fs;
    struct stat info;
    char type[64];
    const char *name = NULL;

    if (stat(folder, &info) != 0)
        return refuse_errno(err, errno, "cannot open the folder", folder);
    if (!S_ISDIR(info.st_mode))
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "\"%s\" is not a folder", folder);
    if (statfs(folder, &fs) != 0)
        return refuse_errno(err, errno, "cannot examine the folder", folder);

    const unsigned long magic = (unsigned long)fs.f_type & 0xfffffffful;
    for (size_t i = 0; i < sizeof network_systems / sizeof *network_systems;
         i++)
        if (network_systems[i].magic == magic)
            name = network_systems[i].name;
    if (name == NULL && magic == FUSE_MAGIC) {
        mount_type(info.st_dev, type, sizeof type);
        if (is_network_fuse(type))
            name = type;
    }
    if (name == NULL)
        return ORMA_OK;
    return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                      "folder \"%s\" lies on a network file system (%s), where "
                      "SQLite cannot keep data safe: use a local disk, or a "
                      "core.psql_dos storage",
                      folder, name);
}

bool folder_is_full(const char *folder)
{
    struct statvfs fs;
    return statvfs(folder, &fs) == 0 &&
           fs.f_bavail * fs.f_frsize < 128u * 1024u;
}

orma_status queue_open(const char *folder, int *fd, orma_error **err)
{
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s/.orma-writers.lock", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return refuse_errno(err, ENAMETOOLONG, "cannot open", folder);

    const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (opened < 0)
        return refuse_errno(err, errno, "cannot open", path);
    *fd = opened;
    return ORMA_OK;
}

orma_status queue_enter(int fd, orma_error **err)
{
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, errno,
                              "cannot wait in the queue of writers: %s",
                              strerror(errno));
    return ORMA_OK;
}

void queue_leave(int fd)
{
    flock(fd, LOCK_UN);
}
