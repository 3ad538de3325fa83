/* Sessions for the tests of computers and codes.
 *
 * SPDX-License-Identifier: MIT */
#include <api/connection.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* AiiDA's work directory where a computer names none. */
#define DEFAULT_WORKDIR "/scratch/{username}/aiida_run/"
#define COMMAND_TIMEOUT_S 60

static orma_status parameters_of(orma_profile *p, const json_object *computer,
                                 char **parameters, orma_error **err)
{
    const char *label = json_get_text(computer, "label", "");
    AUTO_JSON json_object *authinfo = NULL;
    orma_status st =
        store_authinfo(p->store, store_default_user(p->store),
                       json_get_int(computer, "pk", 0), &authinfo, err);
    if (st != ORMA_OK)
        return st;
    if (authinfo == NULL) {
        st = error_set(err, ORMA_E_REFUSED, "computer", 0,
                       "computer \"%s\" is not configured for the profile's "
                       "user",
                       label);
        error_hint(err, "orma computer configure %s %s",
                   json_get_text(computer, "transport_type", "TRANSPORT"),
                   label);
        return st;
    }
    if (!json_get_bool(authinfo, "enabled", true)) {
        st = error_set(err, ORMA_E_REFUSED, "computer", 0,
                       "computer \"%s\" is disabled for the profile's user",
                       label);
        error_hint(err, "orma computer enable %s", label);
        return st;
    }
    const json_object *given = json_get(authinfo, "auth_params");
    *parameters =
        given != NULL ? json_text(given, JSON_PYTHON) : text_copy("{}");
    return *parameters != NULL ? ORMA_OK : error_no_memory(err);
}

orma_status connection_open(orma_profile *p, const json_object *computer,
                            connection *out, orma_error **err)
{
    AUTO_FREE char *parameters = NULL;
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;
    connection c = {0};
    AUTO_BUF buf user = {0};
    orma_writer writer = {&user, 4096};

    orma_status st = parameters_of(p, computer, &parameters, err);
    if (st == ORMA_OK)
        st = registry_find(p->registry, KIND_TRANSPORT,
                           json_get_text(computer, "transport_type", ""),
                           &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(p->registry, entry, &vtable, err);
    if (st != ORMA_OK)
        return st;
    c.transport = vtable;
    st = c.transport->open(c.transport, json_get_text(computer, "hostname", ""),
                           (orma_str){parameters, strlen(parameters)},
                           &c.session, err);
    if (st != ORMA_OK)
        return st;
    st = c.transport->whoami(c.session, &writer, err);
    if (st == ORMA_OK) {
        c.user = buf_take(&user);
        if (c.user == NULL)
            st = error_no_memory(err);
    }
    if (st != ORMA_OK) {
        connection_close(&c);
        return st;
    }
    c.user[strcspn(c.user, "\r\n")] = '\0';
    *out = c;
    return ORMA_OK;
}

void connection_close(connection *c)
{
    if (c->session != NULL)
        c->transport->close(c->session);
    free(c->user);
    memset(c, 0, sizeof *c);
}

orma_status connection_exec(connection *c, const char *command, buf *out,
                            buf *error, int32_t *exit_status, orma_error **err)
{
    orma_writer out_writer = {out, (size_t)64 << 20};
    orma_writer error_writer = {error, (size_t)64 << 20};
    return c->transport->exec(c->session, command, NULL, ORMA_LITERAL(""),
                              COMMAND_TIMEOUT_S, &out_writer, &error_writer,
                              exit_status, err);
}

char *connection_workdir(const connection *c, const json_object *computer)
{
    static const char placeholder[] = "{username}";
    const char *template = json_get_text(json_get(computer, "metadata"),
                                         "workdir", DEFAULT_WORKDIR);
    buf path = {0};
    for (const char *p = template; *p != '\0';) {
        if (strncmp(p, placeholder, sizeof placeholder - 1) == 0) {
            buf_text(&path, c->user);
            p += sizeof placeholder - 1;
        } else {
            buf_char(&path, *p++);
        }
    }
    return buf_take(&path);
}
