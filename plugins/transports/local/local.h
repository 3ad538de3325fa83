/* core.local: what its files share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PLUGINS_TRANSPORTS_LOCAL_LOCAL_H
#define PLUGINS_TRANSPORTS_LOCAL_LOCAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include <orma/transport.h>

struct orma_session {
    bool use_login_shell;
    uint64_t commands; /* run so far, for a sentinel of its own each */
};

extern const orma_host *host;

/* "<what> '<path>': <strerror>", with the status that errnum stands for. */
orma_status local_errno(orma_error **err, int errnum, const char *what,
                        const char *path);

/* "folder/name", freed by the caller; NULL without memory. */
char *local_join(const char *folder, const char *name);

/* ---- exec.c ------------------------------------------------------ */
orma_status local_exec(orma_session *session, const char *command,
                       const char *workdir, orma_str input, int64_t timeout_s,
                       orma_writer *out, orma_writer *error,
                       int32_t *exit_status, orma_error **err);

/* ---- files.c: one file ------------------------------------------- */
orma_status local_copy_range(const char *from, const char *to, uint64_t offset,
                             uint64_t length, orma_error **err);
orma_status local_put(orma_session *session, const char *local,
                      const char *remote, uint64_t offset, uint64_t length,
                      orma_error **err);
orma_status local_get(orma_session *session, const char *remote,
                      const char *local, uint64_t offset, uint64_t length,
                      orma_error **err);
orma_status local_stat(orma_session *session, const char *path,
                       orma_file_info *info, orma_error **err);
orma_status local_mkdir(orma_session *session, const char *path,
                        orma_error **err);
orma_status local_rename(orma_session *session, const char *from,
                         const char *to, orma_error **err);
orma_status local_symlink(orma_session *session, const char *target,
                          const char *path, orma_error **err);
orma_status local_chmod(orma_session *session, const char *path, uint32_t mode,
                        orma_error **err);
orma_status local_glob(orma_session *session, const char *pattern,
                       orma_writer *out, orma_error **err);

/* ---- tree.c: folders --------------------------------------------- */

/* Names in a folder, sorted by bytes. */
typedef struct name_list {
    char **names;
    size_t count;
} name_list;
orma_status local_names(const char *path, name_list *out, orma_error **err);
void name_list_finish(name_list *list);

orma_status local_list(orma_session *session, const char *path,
                       orma_writer *out, orma_error **err);
orma_status local_put_tree(orma_session *session, const char *local,
                           const char *remote, orma_error **err);
orma_status local_get_tree(orma_session *session, const char *remote,
                           const char *local, orma_error **err);
orma_status local_copy(orma_session *session, const char *from, const char *to,
                       orma_error **err);
orma_status local_remove(orma_session *session, const char *path,
                         orma_error **err);

#endif
