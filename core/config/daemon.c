/* AiiDA's daemon, which may run beside orma on the same profile.
 *
 * SPDX-License-Identifier: MIT */
#include <config/daemon.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define PID_MAX_BYTES 64
#define COMMAND_MAX_BYTES ((size_t)1 << 20)

/* Both hold the pid of the supervisor; which is written when depends on the
 * version. */
static const char *const pid_files[] = {"circus", "aiida"};

static long read_pid(const char *path)
{
    AUTO_BUF buf text = {0};
    AUTO_ERROR orma_error *ignored = NULL;
    char *end;

    if (!file_exists(path) ||
        file_read(path, PID_MAX_BYTES, &text, &ignored) != ORMA_OK)
        return 0;
    errno = 0;
    const long pid = strtol(buf_c_str(&text), &end, 10);
    return errno == 0 && end != text.ptr && pid > 0 ? pid : 0;
}

static bool holds(orma_str bytes, const char *word)
{
    return memmem(bytes.ptr, bytes.len, word, strlen(word)) != NULL;
}

/* A pid of old may be another program's by now. Another user's process may
 * hide its arguments: then it counts. */
static bool is_daemon(long pid)
{
    AUTO_FREE char *path = text_printf("/proc/%ld/cmdline", pid);
    AUTO_BUF buf command = {0};
    AUTO_ERROR orma_error *ignored = NULL;

    if (kill((pid_t)pid, 0) != 0 && errno != EPERM)
        return false;
    if (path == NULL ||
        file_read(path, COMMAND_MAX_BYTES, &command, &ignored) != ORMA_OK ||
        command.len == 0)
        return true;
    const orma_str view = buf_view(&command);
    return holds(view, "verdi") || holds(view, "aiida") ||
           holds(view, "circus");
}

long daemon_pid(const char *config_folder, const char *profile)
{
    for (size_t i = 0; i < sizeof pid_files / sizeof *pid_files; i++) {
        AUTO_FREE char *path = text_printf("%s/daemon/%s-%s.pid", config_folder,
                                           pid_files[i], profile);
        const long pid = path != NULL ? read_pid(path) : 0;
        if (pid > 0 && is_daemon(pid))
            return pid;
    }
    return 0;
}
