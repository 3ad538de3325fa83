/* Retrieval: files of the job's folder, into the node `retrieved` and, for the
 * parser only, into a temporary folder.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/retrieve.h>

#define DETAIL_TIMEOUT_S 120
#define LOOK_TIMEOUT_S 60
#define NAMES_MAX_BYTES ((size_t)64 << 20)

/* ---- names: pure ------------------------------------------------- */

static bool has_magic(const char *path)
{
    return strpbrk(path, "*?[") != NULL;
}

/* The last `depth` parts of a path; all of it when it has no more. */
static const char *last_parts(const char *path, int64_t depth)
{
    const char *at = path + strlen(path);

    while (at > path && depth > 0) {
        at--;
        while (at > path && at[-1] != '/')
            at--;
        depth--;
        if (at > path && depth > 0)
            at--; /* over the slash */
    }
    return at;
}

char *retrieve_target(const retrieve_item *item, const char *relative)
{
    const char *kept = relative;

    if (!item->has_depth && !item->is_triple)
        return text_copy(last_parts(relative, 1));
    if (item->has_depth)
        kept = last_parts(relative, item->depth > 0 ? item->depth : 1);
    buf out = {0};
    for (const char *p = item->target; *p != '\0';) {
        const size_t len = strcspn(p, "/");
        if (len > 0 && !(len == 1 && *p == '.')) {
            buf_append(&out, p, len);
            buf_char(&out, '/');
        }
        p += len;
        p += strspn(p, "/");
    }
    buf_text(&out, kept);
    return buf_take(&out);
}

bool retrieve_item_read(const json_object *entry, retrieve_item *out)
{
    if (json_object_is_type(entry, json_type_string)) {
        *out = (retrieve_item){
            .source = json_object_get_string((json_object *)(uintptr_t)entry),
            .target = "",
        };
        return true;
    }
    if (!json_object_is_type(entry, json_type_array) ||
        json_object_array_length(entry) != 3)
        return false;
    json_object *source = json_object_array_get_idx(entry, 0);
    json_object *target = json_object_array_get_idx(entry, 1);
    json_object *depth = json_object_array_get_idx(entry, 2);
    if (!json_object_is_type(source, json_type_string) ||
        !json_object_is_type(target, json_type_string))
        return false;
    *out = (retrieve_item){
        .source = json_object_get_string(source),
        .target = json_object_get_string(target),
        .is_triple = true,
        .has_depth = depth != NULL,
        .depth = depth != NULL ? json_object_get_int64(depth) : 0,
    };
    return true;
}

/* ---- fetching ---------------------------------------------------- */

/* Names of files come from the code that ran, so any byte may be in them. */
static char *show_name(const char *name)
{
    AUTO_BUF buf out = {0};

    for (; *name != '\0'; name++) {
        const unsigned char c = (unsigned char)*name;
        if (c < 0x20 || c == 0x7F)
            buf_printf(&out, "\\x%02X", (unsigned)c);
        else
            buf_char(&out, *name);
    }
    return buf_status(&out, NULL) == ORMA_OK ? text_show_bytes(buf_view(&out))
                                             : NULL;
}

static orma_status log_skipped(calcjob *job, const char *name, const char *why,
                               orma_error **err)
{
    AUTO_FREE char *shown = show_name(name);
    AUTO_FREE char *line =
        shown != NULL ? text_printf("\"%s\" was not retrieved: %s", shown, why)
                      : NULL;

    return line != NULL ? calcjob_log(job, ORMA_LOG_WARNING, line, err)
                        : error_no_memory(err);
}

/* What a symlink leads to is told by the computer's shell: to open a FIFO in
 * order to see would wait for ever. */
static orma_status follow_link(calcjob *job, const char *remote, int32_t *type,
                               orma_error **err)
{
    enum { LEADS_TO_FILE = 10, LEADS_TO_FOLDER, LEADS_NOWHERE };
    AUTO_OUTPUT command_output output = {0};
    AUTO_BUF buf command = {0};

    buf_text(&command, "path=");
    shell_quote(&command, remote);
    buf_printf(&command,
               "\n[ -f \"$path\" ] && exit %d\n[ -d \"$path\" ] && exit %d\n"
               "exit %d\n",
               LEADS_TO_FILE, LEADS_TO_FOLDER, LEADS_NOWHERE);
    orma_status st = buf_status(&command, err);
    if (st == ORMA_OK)
        st = calcjob_exec(job, buf_c_str(&command), NULL, LOOK_TIMEOUT_S,
                          &output, err);
    if (st != ORMA_OK)
        return st;
    switch (output.exit_status) {
    case LEADS_TO_FILE:
        *type = ORMA_FILE_REGULAR;
        return ORMA_OK;
    case LEADS_TO_FOLDER:
        *type = ORMA_FILE_DIRECTORY;
        return ORMA_OK;
    case LEADS_NOWHERE:
        *type = ORMA_FILE_OTHER;
        return ORMA_OK;
    }
    return error_set(err, ORMA_E_TRANSIENT, "engine", output.exit_status,
                     "what \"%s\" leads to could not be seen", remote);
}

/* FIFOs, sockets and devices hold nothing to carry, and a read of one may
 * never end. */
static orma_status fetch(calcjob *job, const char *remote, const char *local,
                         orma_error **err)
{
    orma_file_info info;
    bool found = false;

    orma_status st = calcjob_remote_stat(job, remote, &info, &found, err);
    if (st != ORMA_OK || !found)
        return st;
    int32_t type = info.type;
    if (type == ORMA_FILE_SYMLINK || type == ORMA_FILE_UNKNOWN)
        st = follow_link(job, remote, &type, err);
    if (st == ORMA_OK && type == ORMA_FILE_OTHER)
        return log_skipped(job, remote, "it is neither a file nor a folder",
                           err);
    if (st == ORMA_OK)
        st = file_mkdirs_for(local, 0777, err);
    if (st != ORMA_OK)
        return st;
    return type == ORMA_FILE_DIRECTORY
               ? job->transport->get_tree(job->session, remote, local, err)
               : job->transport->get(job->session, remote, local, 0, 0, err);
}

/* The path below the job's folder, the path itself when it is elsewhere. */
static const char *relative_to(const char *folder, const char *path)
{
    const size_t len = strlen(folder);

    if (strncmp(path, folder, len) == 0 && path[len] == '/')
        path += len;
    while (*path == '/')
        path++;
    return path;
}

static orma_status fetch_one(calcjob *job, const retrieve_item *item,
                             const char *remote, const char *into,
                             orma_error **err)
{
    AUTO_FREE char *target =
        retrieve_target(item, relative_to(job->workdir, remote));
    AUTO_FREE char *local = NULL;
    orma_error *why = NULL;

    if (target == NULL)
        return error_no_memory(err);
    if (!file_path_is_safe(target))
        return log_skipped(job, remote, "its name is not allowed", err);
    local = file_join(into, target);
    if (local == NULL)
        return error_no_memory(err);
    const orma_status st = fetch(job, remote, local, &why);
    if (st == ORMA_E_NOT_FOUND) { /* it went away meanwhile */
        orma_error_free(why);
        return ORMA_OK;
    }
    return pass_error(st, why, err);
}

static orma_status fetch_matches(calcjob *job, const retrieve_item *item,
                                 const char *pattern, const char *into,
                                 orma_error **err)
{
    AUTO_BUF buf names = {0};
    orma_writer writer = {&names, NAMES_MAX_BYTES};
    orma_status st = job->transport->glob(job->session, pattern, &writer, err);

    if (st == ORMA_OK)
        st = buf_status(&names, err);
    for (const char *name = NULL;
         st == ORMA_OK && (name = name_next(&names, name)) != NULL;)
        st = fetch_one(job, item, name, into, err);
    return st;
}

orma_status retrieve_list(calcjob *job, const json_object *list,
                          const char *into, orma_error **err)
{
    const size_t count = json_object_is_type(list, json_type_array)
                             ? json_object_array_length(list)
                             : 0;
    orma_status st = calcjob_connect(job, err);

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        retrieve_item item;
        if (!retrieve_item_read(json_object_array_get_idx(list, i), &item))
            continue;
        AUTO_FREE char *remote = calcjob_remote_path(job, item.source);
        if (remote == NULL)
            return error_no_memory(err);
        st = has_magic(remote) ? fetch_matches(job, &item, remote, into, err)
                               : fetch_one(job, &item, remote, into, err);
    }
    return st;
}

/* ---- folders as nodes -------------------------------------------- */

typedef struct folder_in_making {
    calcjob *job;
    node *folder;
} folder_in_making;

/* A name that no repository takes costs its file only: what else the job made
 * is worth keeping. */
static orma_status keep_file(void *user, const char *relative, const char *path,
                             bool is_dir, orma_error **err)
{
    const folder_in_making *m = user;
    orma_error *why = NULL;
    const orma_status st =
        is_dir ? node_put_folder(m->folder, relative, &why)
               : node_put_local(m->folder, relative, path, &why);

    if (st != ORMA_E_INVALID)
        return pass_error(st, why, err);
    orma_error_free(why);
    return log_skipped(m->job, relative, "its name is not allowed", err);
}

orma_status retrieve_folder_node(calcjob *job, const char *folder, node **out,
                                 orma_error **err)
{
    folder_in_making m = {.job = job};
    orma_status st =
        data_create(job->registry, ENGINE_TYPE_FOLDER, &m.folder, err);

    if (st == ORMA_OK)
        st = file_walk(folder, keep_file, &m, err);
    if (st != ORMA_OK) {
        node_free(m.folder);
        return st;
    }
    *out = m.folder;
    return ORMA_OK;
}

/* The files of a list in a new local folder: all of them, or no folder. */
static orma_status fetch_folder(calcjob *job, const char *name,
                                const json_object *list, char **out,
                                orma_error **err)
{
    char *path = NULL;
    orma_status st = calcjob_make_folder(job, name, &path, err);

    if (st == ORMA_OK)
        st = retrieve_list(job, list, path, err);
    if (st != ORMA_OK) {
        calcjob_remove_folder(&path);
        return st;
    }
    *out = path;
    return ORMA_OK;
}

orma_status retrieve_temporary(calcjob *job, orma_error **err)
{
    const json_object *list =
        json_get(job->process->attributes, "retrieve_temporary_list");

    if (job->temporary != NULL || list == NULL ||
        json_object_array_length(list) == 0)
        return ORMA_OK;
    return fetch_folder(job, "temporary", list, &job->temporary, err);
}

/* ---- accounting -------------------------------------------------- */

/* AiiDA's {"retval", "stdout", "stderr"}, null when it cannot be had: the job
 * has ended either way. */
static orma_status ask_accounting(calcjob *job, command_output *output,
                                  orma_error **err)
{
    const orma_scheduler *s = job->scheduler;
    AUTO_BUF buf command = {0};
    orma_writer writer = {&command, 1 << 20};

    orma_status st = s->detail_command(s, job->job_id, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&command, err);
    return st == ORMA_OK ? calcjob_exec(job, buf_c_str(&command), NULL,
                                        DETAIL_TIMEOUT_S, output, err)
                         : st;
}

static orma_status record_accounting(calcjob *job, orma_error **err)
{
    AUTO_OUTPUT command_output output = {0};
    orma_error *why = NULL;

    if (job->job_id == NULL)
        return ORMA_OK;
    if (job->scheduler->detail_command == NULL)
        return calcjob_set_null(job, "detailed_job_info", err);
    const orma_status st = ask_accounting(job, &output, &why);
    if (st == ORMA_E_TRANSIENT || st == ORMA_E_NO_MEMORY)
        return pass_error(st, why, err);
    orma_error_free(why);
    if (st != ORMA_OK)
        return calcjob_set_null(job, "detailed_job_info", err);
    json_object *detail = json_object_new_object();
    if (!json_set_int(detail, "retval", output.exit_status) ||
        !json_set_text(detail, "stdout", buf_c_str(&output.out)) ||
        !json_set_text(detail, "stderr", buf_c_str(&output.error))) {
        json_object_put(detail);
        return error_no_memory(err);
    }
    return calcjob_set(job, "detailed_job_info", detail, err);
}

/* last_job_info once, at the end: the node is not updated for every poll. */
static orma_status record_job(calcjob *job, orma_error **err)
{
    char time[33];

    if (job->job_id == NULL)
        return ORMA_OK;
    if (job->last_job == NULL) {
        job->last_job = json_object_new_object();
        if (job->last_job == NULL ||
            !json_set_text(job->last_job, "job_state", "done"))
            return error_no_memory(err);
    }
    json_object *record = json_object_new_object();
    AUTO_FREE char *id = strndup(job->job_id, strcspn(job->job_id, ":"));
    if (record == NULL || id == NULL || !json_set_text(record, "job_id", id)) {
        json_object_put(record);
        return error_no_memory(err);
    }
    json_object_object_foreach(job->last_job, key,
                               value) if (!text_equal(key, "job_id"))
        json_set(record, key, json_object_get(value));
    orma_status st = calcjob_set(job, "last_job_info", record, err);
    if (st == ORMA_OK)
        st = calcjob_set_text(job, "scheduler_state", "done", err);
    time_format_iso(job->now_ns, time);
    return st == ORMA_OK
               ? calcjob_set_text(job, "scheduler_lastchecktime", time, err)
               : st;
}

/* ---- the stage --------------------------------------------------- */

static orma_status fetch_retrieved(calcjob *job, orma_error **err)
{
    calcjob_remove_folder(&job->fetched); /* of a try that failed later */
    return fetch_folder(job, "retrieved",
                        json_get(job->process->attributes, "retrieve_list"),
                        &job->fetched, err);
}

static orma_status add_retrieved(calcjob *job, orma_error **err)
{
    node *folder = NULL;
    orma_status st = retrieve_folder_node(job, job->fetched, &folder, err);

    if (st != ORMA_OK)
        return st;
    st = data_validate(job->registry, folder, err);
    if (st != ORMA_OK) {
        node_free(folder);
        return st;
    }
    st = calcjob_add_output(job, "retrieved", folder, err);
    if (st == ORMA_OK)
        job->retrieved = folder;
    return st;
}

orma_status calcjob_retrieve(calcjob *job, orma_error **err)
{
    orma_status st = calcjob_connect(job, err);

    if (st == ORMA_OK)
        st = record_job(job, err);
    if (st == ORMA_OK)
        st = record_accounting(job, err);
    if (st == ORMA_OK)
        st = fetch_retrieved(job, err);
    if (st == ORMA_OK)
        st = retrieve_temporary(job, err);
    return st == ORMA_OK ? add_retrieved(job, err) : st;
}
