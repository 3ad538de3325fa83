/* Running shell commands on this machine.
 *
 * A command runs in a session of its own, so that Ctrl-C and the end of orma
 * do not reach it, and a time limit can end all that it started.
 *
 * SPDX-License-Identifier: MIT */
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define PIECE 65536
#define SENTINEL_SIZE 64

/* The three pipes of a child and where their bytes go. */
typedef struct child {
    pid_t pid;
    int pidfd;      /* readable when the child has ended; -1: unknown */
    int in;         /* -1 once all input was taken */
    int streams[2]; /* its standard output and error; -1 at their end */
    orma_str input; /* what is left to write */
    orma_writer *sinks[2];
    const char *sentinel; /* output starts after its line, NULL: at once */
    char skipped[2][SENTINEL_SIZE]; /* the last bytes seen before it */
    size_t skipped_len[2];
    bool is_open[2]; /* the sentinel has passed */
} child;

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Bytes of a login shell before the sentinel are banners: drop them. */
static orma_status deliver(child *c, int which, const char *bytes, size_t n)
{
    const size_t len = c->sentinel != NULL ? strlen(c->sentinel) : 0;

    while (!c->is_open[which] && n > 0) {
        char *seen = c->skipped[which];
        size_t *seen_len = &c->skipped_len[which];
        if (*seen_len == len) {
            memmove(seen, seen + 1, len - 1);
            (*seen_len)--;
        }
        seen[(*seen_len)++] = *bytes++;
        n--;
        c->is_open[which] =
            *seen_len == len && memcmp(seen, c->sentinel, len) == 0;
    }
    return n == 0 ? ORMA_OK
                  : host->write(c->sinks[which], (orma_str){bytes, n});
}

static orma_status read_stream(child *c, int which)
{
    char bytes[PIECE];
    const ssize_t n = read(c->streams[which], bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return ORMA_OK;
    if (n <= 0) {
        close_fd(&c->streams[which]);
        return ORMA_OK;
    }
    return deliver(c, which, bytes, (size_t)n);
}

static void write_input(child *c)
{
    const ssize_t n = write(c->in, c->input.ptr, c->input.len);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0) {
        c->input.ptr += n;
        c->input.len -= (size_t)n;
    }
    if (n < 0 || c->input.len == 0) /* a command need not read its input */
        close_fd(&c->in);
}

/* What is in the pipes after the child's end, without waiting for background
 * processes that keep them open. */
static orma_status drain(child *c)
{
    for (int which = 0; which < 2; which++)
        while (c->streams[which] >= 0) {
            struct pollfd one = {c->streams[which], POLLIN, 0};
            if (poll(&one, 1, 0) <= 0)
                break;
            const orma_status st = read_stream(c, which);
            if (st != ORMA_OK)
                return st;
        }
    return ORMA_OK;
}

/* Carries bytes until the child has ended. *is_late when time is up. */
static orma_status carry(child *c, int64_t timeout_s, bool *is_late)
{
    const int64_t end_ms = now_ms() + timeout_s * 1000;
    enum { IN, OUT, ERR, END, FD_COUNT };

    while (c->streams[0] >= 0 || c->streams[1] >= 0 || c->pidfd >= 0) {
        struct pollfd fds[FD_COUNT] = {
            [IN] = {c->in, POLLOUT, 0},
            [OUT] = {c->streams[0], POLLIN, 0},
            [ERR] = {c->streams[1], POLLIN, 0},
            [END] = {c->pidfd, POLLIN, 0},
        };
        const int64_t left_ms = timeout_s > 0 ? end_ms - now_ms() : -1;
        if (timeout_s > 0 && left_ms <= 0) {
            *is_late = true;
            return ORMA_OK;
        }
        if (poll(fds, FD_COUNT, left_ms > INT32_MAX ? -1 : (int)left_ms) < 0)
            continue;
        if (fds[IN].revents != 0)
            write_input(c);
        for (int which = 0; which < 2; which++)
            if (fds[OUT + which].revents != 0) {
                const orma_status st = read_stream(c, which);
                if (st != ORMA_OK)
                    return st;
            }
        if (fds[END].revents != 0)
            return drain(c);
    }
    return ORMA_OK;
}

static orma_status make_pipes(int pipes[3][2], orma_error **err)
{
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes[i], O_CLOEXEC) != 0)
            return local_errno(err, errno, "no pipe for", "a command");
    return ORMA_OK;
}

/* Default signals and none blocked, whatever orma itself has set. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    return posix_spawnattr_setflags(
        attributes, (short)(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                            POSIX_SPAWN_SETSIGMASK));
}

static orma_status spawn(const orma_session *session, const char *command,
                         const char *workdir, int pipes[3][2], pid_t *pid,
                         orma_error **err)
{
    char *const login[] = {"bash", "-l", "-c", (char *)(uintptr_t)command,
                           NULL};
    char *const plain[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0);
    posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1);
    posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2);
    posix_spawn_file_actions_addchdir_np(&actions, workdir);
    set_attributes(&attributes);
    const int failure =
        session->use_login_shell
            ? posix_spawnp(pid, "bash", &actions, &attributes, login, environ)
            : posix_spawn(pid, "/bin/sh", &actions, &attributes, plain,
                          environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure == 0)
        return ORMA_OK;
    return local_errno(err, failure, "no command could be started in", workdir);
}

static int32_t exit_status_of(int status)
{
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

/* The whole session of the child, when it was late or its output refused. */
static void end_group(const child *c)
{
    kill(-c->pid, SIGTERM);
    for (int i = 0; i < 20 && waitpid(c->pid, NULL, WNOHANG | WNOWAIT) == 0;
         i++)
        usleep(10000);
    kill(-c->pid, SIGKILL);
}

static int wait_for_child(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* A write to a command that does not read must not end orma: SIGPIPE is
 * blocked in this thread while bytes are carried, and one that came is taken.
 */
static orma_status carry_quietly(child *c, int64_t timeout_s, bool *is_late)
{
    sigset_t broken_pipe, before;
    const struct timespec at_once = {0, 0};

    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    const orma_status st = carry(c, timeout_s, is_late);
    if (sigismember(&before, SIGPIPE) == 0)
        while (sigtimedwait(&broken_pipe, NULL, &at_once) > 0)
            continue;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return st;
}

static orma_status converse(child *c, int64_t timeout_s, int32_t *exit_status,
                            orma_error **err)
{
    bool is_late = false;

    c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
    if (c->input.len == 0)
        close_fd(&c->in);
    else
        fcntl(c->in, F_SETFL, O_NONBLOCK);
    orma_status st = carry_quietly(c, timeout_s, &is_late);
    if (is_late || st != ORMA_OK)
        end_group(c);
    close_fd(&c->pidfd);
    const int status = wait_for_child(c->pid);
    if (is_late)
        return host->fail(host, err, ORMA_E_TRANSIENT, "local", ETIMEDOUT,
                          "the command did not end within %lld s",
                          (long long)timeout_s);
    if (st != ORMA_OK)
        return host->fail(host, err, st, "local", 0,
                          "the command's output could not be kept");
    *exit_status = exit_status_of(status);
    return ORMA_OK;
}

/* `command` behind the sentinel on both streams, freed by the caller. */
static char *with_sentinel(const char *sentinel, const char *command)
{
    static const char form[] = "printf %%s '%s'; printf %%s '%s' >&2\n%s";
    const size_t size = sizeof form + 2 * strlen(sentinel) + strlen(command);
    char *text = malloc(size);

    if (text != NULL)
        snprintf(text, size, form, sentinel, sentinel, command);
    return text;
}

static const char *home(void)
{
    const char *folder = getenv("HOME");
    return folder != NULL && *folder != '\0' ? folder : "/";
}

orma_status local_exec(orma_session *session, const char *command,
                       const char *workdir, orma_str input, int64_t timeout_s,
                       orma_writer *out, orma_writer *error,
                       int32_t *exit_status, orma_error **err)
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    char sentinel[SENTINEL_SIZE];
    char *behind_sentinel = NULL;
    child c = {.pidfd = -1, .input = input, .sinks = {out, error}};

    snprintf(sentinel, sizeof sentinel, "--orma-%ld-%llu--", (long)getpid(),
             (unsigned long long)++session->commands);
    if (session->use_login_shell) {
        behind_sentinel = with_sentinel(sentinel, command);
        if (behind_sentinel == NULL)
            return local_errno(err, ENOMEM, "no memory for", "a command");
        c.sentinel = sentinel;
    }
    c.is_open[0] = c.is_open[1] = c.sentinel == NULL;

    orma_status st = make_pipes(pipes, err);
    if (st == ORMA_OK)
        st = spawn(session, behind_sentinel != NULL ? behind_sentinel : command,
                   workdir != NULL ? workdir : home(), pipes, &c.pid, err);
    close_fd(&pipes[0][0]);
    close_fd(&pipes[1][1]);
    close_fd(&pipes[2][1]);
    c.in = pipes[0][1];
    c.streams[0] = pipes[1][0];
    c.streams[1] = pipes[2][0];
    if (st == ORMA_OK)
        st = converse(&c, timeout_s, exit_status, err);
    close_fd(&c.in);
    close_fd(&c.streams[0]);
    close_fd(&c.streams[1]);
    free(behind_sentinel);
    return st;
}
