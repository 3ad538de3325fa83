/* The profile's storage.config.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

/* "file:///a b/" → "/a b", as AiiDA reads it: nothing is encoded in it. NULL:
 * no such URI. */
static char *path_of_uri(const char *uri)
{
    static const char scheme[] = "file://";
    if (strncmp(uri, scheme, sizeof scheme - 1) != 0 ||
        uri[sizeof scheme - 1] != '/')
        return NULL;
    char *path = strdup(uri + sizeof scheme - 1);
    for (size_t n = path == NULL ? 0 : strlen(path);
         n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    return path;
}

/* A member as text; NULL when it is missing, null or empty. */
static char *take(struct json_object *root, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(root, key, &value);
    if (value == NULL || (!json_object_is_type(value, json_type_string) &&
                          !json_object_is_type(value, json_type_int)))
        return NULL;
    const char *text = json_object_get_string(value);
    return *text == '\0' ? NULL : strdup(text);
}

static orma_status refuse(const char *member, const char *what,
                          orma_error **err)
{
    return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                      "storage.config needs \"%s\", %s", member, what);
}

orma_status config_read(orma_str text, server_config *out, orma_error **err)
{
    struct json_tokener *tok = json_tokener_new();
    if (tok == NULL)
        return fail_memory(err);
    struct json_object *root =
        text.len > INT_MAX
            ? NULL
            : json_tokener_parse_ex(tok, text.ptr, (int)text.len);
    json_tokener_free(tok);

    server_config found = {
        .hostname = take(root, "database_hostname"),
        .port = take(root, "database_port"),
        .username = take(root, "database_username"),
        .password = take(root, "database_password"),
        .database = take(root, "database_name"),
    };
    char *uri = take(root, "repository_uri");
    json_object_put(root);
    if (uri != NULL)
        found.repository = path_of_uri(uri);
    free(uri);

    orma_status st = ORMA_OK;
    if (found.database == NULL)
        st = refuse("database_name", "the name of the database", err);
    else if (found.username == NULL)
        st =
            refuse("database_username", "the role that owns the database", err);
    else if (found.repository == NULL)
        st = refuse("repository_uri",
                    "\"file://\" and the absolute path of the folder that "
                    "holds the container",
                    err);
    if (st != ORMA_OK) {
        config_finish(&found);
        return st;
    }
    *out = found;
    return ORMA_OK;
}

void config_finish(server_config *config)
{
    free(config->hostname);
    free(config->port);
    free(config->username);
    if (config->password != NULL)
        explicit_bzero(config->password, strlen(config->password));
    free(config->password);
    free(config->database);
    free(config->repository);
    *config = (server_config){0};
}
