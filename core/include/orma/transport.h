/* Transports: files and commands on a computer.
 *
 * open() gives a session; calls on one session never overlap, but a session may
 * move between threads. Remote paths are absolute byte strings. Every call may
 * block and takes its time limit from the session's parameters.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_TRANSPORT_H
#define ORMA_TRANSPORT_H

#include <orma/plugin.h>
#include <orma/scheduler.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_session orma_session; /* [handle], the plugin's */

enum {
    /* Opening costs nothing and disturbs nobody: no safe interval, no owner. */
    ORMA_TRANSPORT_FREE = 1u << 0
};

enum {
    ORMA_FILE_UNKNOWN = 0,
    ORMA_FILE_REGULAR = 1,
    ORMA_FILE_DIRECTORY = 2,
    ORMA_FILE_SYMLINK = 3,
    ORMA_FILE_OTHER = 4
};

typedef struct orma_file_info {
    uint32_t size;
    int32_t type; /* ORMA_FILE_* */
    uint64_t size_bytes;
    int64_t mtime_ns;
    uint32_t mode; /* permission bits */
    uint32_t reserved;
} orma_file_info;
ORMA_NO_TAIL_PADDING(orma_file_info, reserved);

typedef struct orma_transport {
    uint32_t size;
    uint32_t features; /* ORMA_TRANSPORT_* */

    /* parameters: [in] JSON object, the authinfo's auth_params.
     * Errors: TRANSIENT (unreachable), PERMANENT (refused, unknown host key).
     * [worker-thread] */
    orma_status (*open)(const struct orma_transport *self, const char *hostname,
                        orma_str parameters, orma_session **session,
                        orma_error **err);

    /* Accepts NULL. [worker-thread] */
    void (*close)(orma_session *session);

    /* Runs `command` in a shell, in folder `workdir` (NULL: home).
     * input: bytes for its standard input, may be empty; timeout_s: 0 for
     * none; out, error: [out:host] what it printed; *exit_status: as a shell's
     * $?. Errors: TRANSIENT (connection, time). [worker-thread] */
    orma_status (*exec)(orma_session *session, const char *command,
                        const char *workdir, orma_str input, int64_t timeout_s,
                        orma_writer *out, orma_writer *error,
                        int32_t *exit_status, orma_error **err);

    /* Copies a local file to the computer from byte `offset` on, creating or
     * (offset 0) replacing it; permission bits go along. length: 0 for all.
     * Errors: NOT_FOUND, TRANSIENT, PERMANENT (quota, no permission).
     * [worker-thread] */
    orma_status (*put)(orma_session *session, const char *local,
                       const char *remote, uint64_t offset, uint64_t length,
                       orma_error **err);

    /* Copies a file from the computer likewise. [worker-thread] */
    orma_status (*get)(orma_session *session, const char *remote,
                       const char *local, uint64_t offset, uint64_t length,
                       orma_error **err);

    /* Whole folders, contents of `local` into `remote`, made when missing.
     * [worker-thread] */
    orma_status (*put_tree)(orma_session *session, const char *local,
                            const char *remote, orma_error **err);

    /* [worker-thread] */
    orma_status (*get_tree)(orma_session *session, const char *remote,
                            const char *local, orma_error **err);

    /* Copies file or folder on the computer itself. [worker-thread] */
    orma_status (*copy)(orma_session *session, const char *from, const char *to,
                        orma_error **err);

    /* Errors: NOT_FOUND. A symlink is described itself. [worker-thread] */
    orma_status (*stat)(orma_session *session, const char *path,
                        orma_file_info *info, orma_error **err);

    /* Names in a folder, sorted, without "." and "..", each followed by a NUL
     * byte. out: [out:host]. [worker-thread] */
    orma_status (*list)(orma_session *session, const char *path,
                        orma_writer *out, orma_error **err);

    /* Absolute paths that match a shell pattern, sorted, each followed by a
     * NUL byte; none is not an error. [worker-thread] */
    orma_status (*glob)(orma_session *session, const char *pattern,
                        orma_writer *out, orma_error **err);

    /* Makes a folder and its parents; an existing one is fine.
     * [worker-thread] */
    orma_status (*mkdir)(orma_session *session, const char *path,
                         orma_error **err);

    /* Removes a file or a whole folder; a missing one is fine.
     * [worker-thread] */
    orma_status (*remove)(orma_session *session, const char *path,
                          orma_error **err);

    /* [worker-thread] */
    orma_status (*rename)(orma_session *session, const char *from,
                          const char *to, orma_error **err);

    /* [worker-thread] */
    orma_status (*symlink)(orma_session *session, const char *target,
                           const char *path, orma_error **err);

    /* [worker-thread] */
    orma_status (*chmod)(orma_session *session, const char *path, uint32_t mode,
                         orma_error **err);

    /* User name on the computer. [worker-thread] */
    orma_status (*whoami)(orma_session *session, orma_writer *out,
                          orma_error **err);
} orma_transport;
ORMA_NO_TAIL_PADDING(orma_transport, whoami);

#ifdef __cplusplus
}
#endif
#endif
