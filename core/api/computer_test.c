/* The steps of testing a computer, each timed.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <orma/scheduler.h>

#include <api/connection.h>
#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* Prints nothing: whatever comes out is a log-in file's, and would corrupt
 * what orma reads from commands. */
#define QUIET_COMMAND "echo -n"
#define PROBE_TEXT "orma test of file transfer\n"

/* What the steps share. */
struct probe {
    orma_profile *profile;
    const json_object *computer;
    connection connection;
    buf message; /* what the present step found */
};

static orma_status step_open(struct probe *p, orma_error **err)
{
    const orma_status st =
        connection_open(p->profile, p->computer, &p->connection, err);
    if (st == ORMA_OK)
        buf_printf(&p->message, "connected as %s", p->connection.user);
    return st;
}

static orma_status step_quiet(struct probe *p, orma_error **err)
{
    AUTO_BUF buf out = {0}, error = {0};
    int32_t status = 0;
    const orma_status st = connection_exec(&p->connection, QUIET_COMMAND, &out,
                                           &error, &status, err);
    if (st != ORMA_OK)
        return st;
    if (status == 0 && out.len == 0 && error.len == 0) {
        buf_text(&p->message, "commands print nothing of their own");
        return ORMA_OK;
    }
    error_set(err, ORMA_E_PERMANENT, "computer", 0,
              "a command that prints nothing printed \"%.200s\"",
              out.len > 0 ? buf_c_str(&out) : buf_c_str(&error));
    error_hint(err, "log-in files such as ~/.bashrc must be silent when the "
                    "shell is not interactive");
    return ORMA_E_PERMANENT;
}

static orma_status step_jobs(struct probe *p, orma_error **err)
{
    const plugin_entry *entry = NULL;
    const void *vtable = NULL;
    AUTO_BUF buf command = {0}, out = {0}, error = {0}, records = {0};
    orma_writer command_writer = {&command, 65536};
    orma_writer records_writer = {&records, (size_t)64 << 20};
    orma_command_result result = {.size = sizeof result};

    orma_status st = registry_find(
        p->profile->registry, KIND_SCHEDULER,
        json_get_text(p->computer, "scheduler_type", ""), &entry, err);
    if (st == ORMA_OK)
        st = plugin_load(p->profile->registry, entry, &vtable, err);
    if (st != ORMA_OK)
        return st;
    const orma_scheduler *scheduler = vtable;
    if (!(scheduler->features & ORMA_SCHEDULER_QUERY_BY_USER)) {
        buf_printf(&p->message, "%s is asked for single jobs only",
                   entry->name);
        return ORMA_OK;
    }
    const orma_str ids = {NULL, 0}; /* all of the user's */
    st = scheduler->joblist_command(scheduler, ids, &command_writer, err);
    if (st == ORMA_OK)
        st = connection_exec(&p->connection, buf_c_str(&command), &out, &error,
                             &result.exit_status, err);
    if (st != ORMA_OK)
        return st;
    result.standard_output = buf_view(&out);
    result.standard_error = buf_view(&error);
    st =
        scheduler->parse_joblist(scheduler, ids, &result, &records_writer, err);
    if (st != ORMA_OK)
        return st;
    AUTO_JSON json_object *jobs = NULL;
    st = json_parse(buf_view(&records), &jobs, err);
    if (st == ORMA_OK)
        buf_printf(&p->message, "%s lists %zu jobs", entry->name,
                   json_object_is_type(jobs, json_type_array)
                       ? json_object_array_length(jobs)
                       : (size_t)0);
    return st;
}

/* There and back, and the same bytes. */
static orma_status round_trip(const connection *c, const char *local,
                              const char *remote, orma_error **err)
{
    AUTO_FREE char *sent = file_join(local, "sent");
    AUTO_FREE char *received = file_join(local, "received");
    AUTO_BUF buf bytes = {0};

    if (sent == NULL || received == NULL)
        return error_no_memory(err);
    orma_status st = file_write(sent, ORMA_LITERAL(PROBE_TEXT), 0600, err);
    if (st == ORMA_OK)
        st = c->transport->put(c->session, sent, remote, 0, 0, err);
    if (st == ORMA_OK)
        st = c->transport->get(c->session, remote, received, 0, 0, err);
    if (st == ORMA_OK)
        st = file_read(received, 65536, &bytes, err);
    if (st == ORMA_OK && strcmp(buf_c_str(&bytes), PROBE_TEXT) != 0)
        st = error_set(err, ORMA_E_PERMANENT, "computer", 0,
                       "a file of %zu bytes came back as %zu other bytes",
                       sizeof PROBE_TEXT - 1, bytes.len);
    return st;
}

static orma_status step_files(struct probe *p, orma_error **err)
{
    const connection *c = &p->connection;
    orma_uuid uuid;
    char name[37];
    AUTO_FREE char *workdir = connection_workdir(c, p->computer);
    AUTO_FREE char *local = NULL;

    uuid_generate(&uuid);
    uuid_format(&uuid, name);
    AUTO_FREE char *remote =
        workdir != NULL ? text_printf("%s/orma-test-%s", workdir, name) : NULL;
    if (remote == NULL)
        return error_no_memory(err);
    orma_status st = c->transport->mkdir(c->session, workdir, err);
    if (st == ORMA_OK)
        st = file_temp_dir("orma-test", &local, err);
    if (st != ORMA_OK)
        return st;
    st = round_trip(c, local, remote, err);
    AUTO_ERROR orma_error *ignored = NULL;
    file_remove_tree(local, &ignored);
    if (st == ORMA_OK)
        st = c->transport->remove(c->session, remote, err);
    if (st == ORMA_OK)
        buf_printf(&p->message, "files go to %s and back", workdir);
    return st;
}

static const struct {
    const char *name;
    orma_status (*run)(struct probe *p, orma_error **err);
} steps[] = {
    {"open a connection", step_open},
    {"silent commands", step_quiet},
    {"scheduler's job list", step_jobs},
    {"write, read and delete a file", step_files},
};

orma_status orma_computer_test(orma_profile *profile, const char *computer,
                               char **json, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    struct probe p = {.profile = profile};

    const orma_status st =
        store_computer(profile->store, computer, &found, err);
    if (st != ORMA_OK)
        return st;
    p.computer = found;
    json_object *rows = json_object_new_array();
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        AUTO_ERROR orma_error *error = NULL;
        const int64_t start_ns = time_now_ns();
        buf_clear(&p.message);
        const orma_status result = steps[i].run(&p, &error);
        AUTO_FREE char *why = error_chain(error);
        json_object *row = json_object_new_object();
        json_set_text(row, "step", steps[i].name);
        json_set_bool(row, "ok", result == ORMA_OK);
        json_set(row, "seconds",
                 json_new_real((double)(time_now_ns() - start_ns) / 1e9));
        json_set_text(row, "message",
                      result == ORMA_OK ? buf_c_str(&p.message)
                      : why != NULL     ? why
                                        : orma_status_word(result));
        if (orma_error_hint(error) != NULL)
            json_set_text(row, "hint", orma_error_hint(error));
        json_object_array_add(rows, row);
        /* Without a connection the other steps have nothing to say. */
        if (i == 0 && result != ORMA_OK)
            break;
    }
    connection_close(&p.connection);
    buf_free(&p.message);
    return hand_out(rows, json, err);
}
