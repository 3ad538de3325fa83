/* core.local: the transport to the machine that orma itself runs on.
 *
 * There is no connection: a session only remembers how commands are started.
 * Files are worked on directly, so nothing depends on a shell's quoting.
 *
 * SPDX-License-Identifier: MIT */
#include "local.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const orma_host *host;

static orma_status status_of(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return ORMA_E_NOT_FOUND;
    case ENOMEM:
        return ORMA_E_NO_MEMORY;
    case EAGAIN:
    case EINTR:
    case EMFILE:
    case ENFILE:
    case EIO:
    case ESTALE:
        return ORMA_E_TRANSIENT;
    default: /* a full quota too: the user must make room */
        return ORMA_E_PERMANENT;
    }
}

orma_status local_errno(orma_error **err, int errnum, const char *what,
                        const char *path)
{
    return host->fail(host, err, status_of(errnum), "local", errnum,
                      "%s '%s': %s", what, path, strerror(errnum));
}

char *local_join(const char *folder, const char *name)
{
    const size_t folder_len = strlen(folder), name_len = strlen(name);
    char *path = malloc(folder_len + name_len + 2);

    if (path == NULL)
        return NULL;
    memcpy(path, folder, folder_len);
    path[folder_len] = '/';
    memcpy(path + folder_len + 1, name, name_len + 1);
    return path;
}

/* A boolean of the parameters; they may also be empty. */
static orma_status read_parameters(orma_str text, orma_session *session,
                                   orma_error **err)
{
    if (text.ptr == NULL || text.len == 0)
        return ORMA_OK;

    json_object *parameters = json_tokener_parse(text.ptr);
    json_object *value = NULL;
    if (!json_object_is_type(parameters, json_type_object)) {
        json_object_put(parameters);
        return host->fail(host, err, ORMA_E_INVALID, "local", 0,
                          "the parameters are not a JSON object");
    }
    if (json_object_object_get_ex(parameters, "use_login_shell", &value))
        session->use_login_shell = json_object_get_boolean(value) != 0;
    json_object_put(parameters);
    return ORMA_OK;
}

static orma_status open_session(const orma_transport *self,
                                const char *hostname, orma_str parameters,
                                orma_session **session, orma_error **err)
{
    (void)self;
    (void)hostname; /* always this machine, whatever it is called */
    orma_session *s = calloc(1, sizeof *s);
    if (s == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, "local", ENOMEM,
                          "no memory for a session");
    s->use_login_shell = true; /* AiiDA's default */
    const orma_status st = read_parameters(parameters, s, err);
    if (st != ORMA_OK) {
        free(s);
        return st;
    }
    *session = s;
    return ORMA_OK;
}

static void close_session(orma_session *session)
{
    free(session);
}

static orma_status whoami(orma_session *session, orma_writer *out,
                          orma_error **err)
{
    (void)session;
    struct passwd entry, *found = NULL;
    char text[4096];

    getpwuid_r(getuid(), &entry, text, sizeof text, &found);
    if (found == NULL)
        return host->fail(host, err, ORMA_E_NOT_FOUND, "local", 0,
                          "user id %ld has no name", (long)getuid());
    return host->write(out, (orma_str){found->pw_name, strlen(found->pw_name)});
}

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_transport local_transport = {
    .size = sizeof(orma_transport),
    .features = ORMA_TRANSPORT_FREE,
    .open = open_session,
    .close = close_session,
    .exec = local_exec,
    .put = local_put,
    .get = local_get,
    .put_tree = local_put_tree,
    .get_tree = local_get_tree,
    .copy = local_copy,
    .stat = local_stat,
    .list = local_list,
    .glob = local_glob,
    .mkdir = local_mkdir,
    .remove = local_remove,
    .rename = local_rename,
    .symlink = local_symlink,
    .chmod = local_chmod,
    .whoami = whoami,
};

static const orma_entry entries[] = {
    {ORMA_TRANSPORT, "core.local", &local_transport},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "core",
    .version = "0.1.0",
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
