/* Leases of processes on one host.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/lease.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define LEASE_FILE ".orma-leases.lock"

/* The byte that stands for a process: locks reach beyond a file's end, so the
 * file stays empty. The UUID gives it, because a process is leased before it is
 * stored, when it has no other number yet; its random half has bits enough
 * that two live processes do not meet. */
static off_t byte_of(const orma_uuid *process)
{
    uint64_t number = 0;

    memcpy(&number, process->bytes + 8, sizeof number);
    return (off_t)(number >> 2); /* far from the greatest offset */
}

orma_status lease_take(const char *folder, const orma_uuid *process, lease *out,
                       orma_error **err)
{
    struct flock one = {.l_type = F_WRLCK,
                        .l_whence = SEEK_SET,
                        .l_start = byte_of(process),
                        .l_len = 1};
    AUTO_FREE char *path = file_join(folder, LEASE_FILE);
    char uuid[37];

    if (path == NULL)
        return error_no_memory(err);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_errno(err, errno, "engine", "cannot open \"%s\"", path);
    if (fcntl(fd, F_OFD_SETLK, &one) == 0) {
        *out = (lease){.fd = fd};
        return ORMA_OK;
    }
    const int errnum = errno;
    close(fd);
    if (errnum != EAGAIN && errnum != EACCES)
        return error_errno(err, errnum, "engine", "cannot lock \"%s\"", path);
    uuid_format(process, uuid);
    return error_set(err, ORMA_E_REFUSED, "engine", 0,
                     "process %s is run by another orma", uuid);
}

void lease_release(lease *l)
{
    if (l->fd >= 0)
        close(l->fd);
    *l = (lease){.fd = -1};
}
