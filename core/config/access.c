/* Access records of profiles.
 *
 * SPDX-License-Identifier: MIT */
#include <config/access.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define COMMAND_MAX_BYTES ((size_t)1 << 20)

struct profile_access {
    char *path; /* of the record, NULL: not ours to remove */
};

/* Python's repr() of one argument: single quotes unless only those occur. */
static void append_repr(buf *out, const char *argument)
{
    const char quote =
        strchr(argument, '\'') != NULL && strchr(argument, '"') == NULL ? '"'
                                                                        : '\'';
    buf_char(out, quote);
    for (const char *p = argument; *p != '\0'; p++) {
        const unsigned char c = (unsigned char)*p;
        if (*p == quote || *p == '\\')
            buf_printf(out, "\\%c", *p);
        else if (*p == '\n')
            buf_text(out, "\\n");
        else if (*p == '\t')
            buf_text(out, "\\t");
        else if (*p == '\r')
            buf_text(out, "\\r");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_char(out, *p);
    }
    buf_char(out, quote);
}

/* The argument list of a process as Python prints it; false: no such process.
 */
static bool command_of(long pid, buf *out)
{
    char path[64];
    AUTO_BUF buf arguments = {0};
    AUTO_ERROR orma_error *error = NULL;

    snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    if (file_read(path, COMMAND_MAX_BYTES, &arguments, &error) != ORMA_OK)
        return false;
    buf_char(out, '[');
    for (size_t at = 0; at < arguments.len;) {
        const char *argument = arguments.ptr + at;
        if (at > 0)
            buf_text(out, ", ");
        append_repr(out, argument);
        at += strlen(argument) + 1;
    }
    buf_char(out, ']');
    return !out->failed;
}

/* "123.pid" with the ending asked for; 0: another file. */
static long pid_of(const char *name, const char *ending)
{
    char *end;
    errno = 0;
    const long pid = strtol(name, &end, 10);
    return errno == 0 && end != name && pid > 0 && text_equal(end, ending) ? pid
                                                                           : 0;
}

static bool is_alive(long pid)
{
    return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

/* A record is stale when its process is gone or is another program's now. */
static bool is_stale(const char *path, long pid)
{
    AUTO_BUF buf recorded = {0}, now = {0};
    AUTO_ERROR orma_error *error = NULL;

    if (!is_alive(pid))
        return true;
    if (file_read(path, COMMAND_MAX_BYTES, &recorded, &error) != ORMA_OK)
        return false;
    /* Another user's process may hide its arguments: then it counts. */
    if (!command_of(pid, &now) || now.len <= 2)
        return false;
    return strcmp(buf_c_str(&recorded), buf_c_str(&now)) != 0;
}

static char *access_folder(const char *config_folder, const char *profile)
{
    return text_printf("%s/access/%s", config_folder, profile);
}

/* Calls visit for each record of other processes with this ending. */
static void each_record(const char *folder, const char *ending,
                        void (*visit)(void *user, const char *path, long pid),
                        void *user)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const long pid = pid_of(entry->d_name, ending);
        if (pid == 0 || pid == (long)getpid())
            continue;
        AUTO_FREE char *path = file_join(folder, entry->d_name);
        if (path != NULL)
            visit(user, path, pid);
    }
    closedir(dir);
}

static void remove_if_stale(void *user, const char *path, long pid)
{
    (void)user;
    if (is_stale(path, pid))
        unlink(path);
}

static void note_lock(void *user, const char *path, long pid)
{
    (void)path;
    if (is_alive(pid))
        *(long *)user = pid;
}

static orma_status check_lock(const char *folder, const char *profile,
                              orma_error **err)
{
    long holder = 0;
    each_record(folder, ".lock", note_lock, &holder);
    if (holder == 0)
        return ORMA_OK;
    const orma_status st =
        error_set(err, ORMA_E_TRANSIENT, "config", 0,
                  "profile \"%s\" is locked by process %ld", profile, holder);
    error_hint(err, "wait until its maintenance has ended");
    return st;
}

/* Written aside and renamed, so that nobody reads half a record. */
static orma_status write_record(const char *folder, profile_access *access,
                                orma_error **err)
{
    AUTO_BUF buf command = {0};
    AUTO_FREE char *written = text_printf("%s/%ld.tmp", folder, (long)getpid());
    AUTO_FREE char *path = text_printf("%s/%ld.pid", folder, (long)getpid());

    if (!command_of((long)getpid(), &command) || written == NULL ||
        path == NULL)
        return error_no_memory(err);
    /* Opened twice in this process: the first record serves both. */
    if (file_exists(path)) {
        AUTO_BUF buf there = {0};
        AUTO_ERROR orma_error *ignored = NULL;
        if (file_read(path, COMMAND_MAX_BYTES, &there, &ignored) == ORMA_OK &&
            strcmp(buf_c_str(&there), buf_c_str(&command)) == 0)
            return ORMA_OK;
    }
    const orma_status st = file_write(written, buf_view(&command), 0600, err);
    if (st != ORMA_OK)
        return st;
    if (rename(written, path) != 0)
        return error_errno(err, errno, "config", "cannot write \"%s\"", path);
    access->path = path;
    path = NULL;
    return ORMA_OK;
}

/* Who may not write there can only read the profile, and does no harm without
 * a record. */
static orma_status leave_record(const char *folder, profile_access *access,
                                orma_error **err)
{
    AUTO_ERROR orma_error *problem = NULL;
    orma_status st = file_mkdirs(folder, 0700, &problem);
    if (st == ORMA_OK) {
        each_record(folder, ".pid", remove_if_stale, NULL);
        st = write_record(folder, access, &problem);
    }
    if (st == ORMA_OK || orma_error_code(problem) == EROFS ||
        orma_error_code(problem) == EACCES)
        return ORMA_OK;
    error_move(&problem, err);
    return st;
}

orma_status access_open(const char *config_folder, const char *profile,
                        profile_access **out, orma_error **err)
{
    AUTO_FREE char *folder = access_folder(config_folder, profile);
    profile_access *access = calloc(1, sizeof *access);
    if (folder == NULL || access == NULL) {
        free(access);
        return error_no_memory(err);
    }
    orma_status st = leave_record(folder, access, err);
    /* After our own record: a locker looks for records after it has locked. */
    if (st == ORMA_OK)
        st = check_lock(folder, profile, err);
    if (st != ORMA_OK) {
        access_close(access);
        return st;
    }
    *out = access;
    return ORMA_OK;
}

void access_close(profile_access *access)
{
    if (access == NULL)
        return;
    if (access->path != NULL)
        unlink(access->path);
    free(access->path);
    free(access);
}

struct others {
    json_object *pids;
};

static void note_other(void *user, const char *path, long pid)
{
    struct others *others = user;
    if (!is_stale(path, pid))
        json_object_array_add(others->pids, json_object_new_int64(pid));
}

json_object *access_others(const char *config_folder, const char *profile)
{
    AUTO_FREE char *folder = access_folder(config_folder, profile);
    struct others others = {json_object_new_array()};
    if (folder == NULL || others.pids == NULL) {
        json_object_put(others.pids);
        return NULL;
    }
    each_record(folder, ".pid", note_other, &others);
    return others.pids;
}

static orma_status refuse_if_open(const char *config_folder,
                                  const char *profile, orma_error **err)
{
    AUTO_JSON json_object *pids = access_others(config_folder, profile);
    AUTO_BUF buf text = {0};
    if (pids == NULL)
        return error_no_memory(err);
    const size_t count = json_object_array_length(pids);
    if (count == 0)
        return ORMA_OK;
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%lld", i > 0 ? ", " : "",
                   (long long)json_object_get_int64(
                       json_object_array_get_idx(pids, i)));
    const orma_status st = error_set(
        err, ORMA_E_REFUSED, "config", 0, "profile \"%s\" is in use by %s %s",
        profile, count == 1 ? "process" : "processes", buf_c_str(&text));
    error_hint(err, "stop them first: this wants the profile for itself");
    return st;
}

orma_status access_lock(const char *config_folder, const char *profile,
                        profile_access **lock, orma_error **err)
{
    AUTO_FREE char *folder = access_folder(config_folder, profile);
    profile_access *made = calloc(1, sizeof *made);
    char *path = folder == NULL
                     ? NULL
                     : text_printf("%s/%ld.lock", folder, (long)getpid());
    if (made == NULL || path == NULL) {
        free(made);
        free(path);
        return error_no_memory(err);
    }
    orma_status st = check_lock(folder, profile, err);
    if (st == ORMA_OK)
        st = refuse_if_open(config_folder, profile, err);
    if (st == ORMA_OK)
        st = file_write(path, (orma_str){"", 0}, 0600, err);
    if (st != ORMA_OK) {
        free(made);
        free(path);
        return st;
    }
    made->path = path;
    /* Who came meanwhile has left a record, or sees the lock. */
    st = refuse_if_open(config_folder, profile, err);
    if (st != ORMA_OK) {
        access_close(made);
        return st;
    }
    *lock = made;
    return ORMA_OK;
}
