/* Upload: the job's folder on the computer.
 *
 * All is put beside the folder's place and renamed at the end, so the folder
 * is there whole or not at all, and an upload that was cut off simply begins
 * again.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/calcinfo.h>
#include <engine/upload.h>

/* ---- where ------------------------------------------------------- */

/* The work directory: the authinfo's own, else the computer's. */
static orma_status workdir_template(calcjob *job, char **out, orma_error **err)
{
    const json_object *computer = job->inputs->computer;
    AUTO_JSON json_object *authinfo = NULL;
    const orma_status st =
        store_authinfo(job->store, store_default_user(job->store),
                       json_get_int(computer, "pk", 0), &authinfo, err);

    if (st != ORMA_OK)
        return st;
    const char *path =
        json_get_text(json_get(authinfo, "metadata"), "workdir", NULL);
    if (path == NULL)
        path = json_get_text(json_get(computer, "metadata"), "workdir",
                             ENGINE_WORKDIR);
    *out = text_copy(path);
    return *out != NULL ? ORMA_OK : error_no_memory(err);
}

static orma_status user_name(calcjob *job, buf *out, orma_error **err)
{
    orma_writer writer = {out, 4096};
    orma_status st = job->transport->whoami(job->session, &writer, err);

    if (st != ORMA_OK)
        return st;
    while (out->len > 0 && strchr("\r\n ", out->ptr[out->len - 1]) != NULL)
        out->ptr[--out->len] = '\0';
    return buf_status(out, err);
}

/* The computer's folder for jobs, {username} filled in. */
static orma_status find_root(calcjob *job, char **out, orma_error **err)
{
    static const char mark[] = "{username}";
    AUTO_FREE char *template = NULL;
    AUTO_BUF buf path = {0}, user = {0};

    orma_status st = workdir_template(job, &template, err);
    if (st == ORMA_OK && strstr(template, mark) != NULL)
        st = user_name(job, &user, err);
    if (st != ORMA_OK)
        return st;
    for (const char *p = template; *p != '\0';) {
        if (strncmp(p, mark, sizeof mark - 1) == 0) {
            buf_str(&path, buf_view(&user));
            p += sizeof mark - 1;
        } else {
            buf_char(&path, *p++);
        }
    }
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.ptr[--path.len] = '\0';
    if (path.len == 0 || path.ptr[0] != '/') {
        st = error_set(err, ORMA_E_PERMANENT, "engine", 0,
                       "computer \"%s\": its work directory \"%s\" is no "
                       "absolute path",
                       json_get_text(job->inputs->computer, "label", ""),
                       template);
        error_hint(err, "orma computer setup with another work directory");
        return st;
    }
    *out = buf_take(&path);
    return *out != NULL ? ORMA_OK : error_no_memory(err);
}

/* ---- what is in the way ------------------------------------------ */

/* A folder of a submitted job is left alone, whatever the database says: it
 * may have been brought back from a backup. */
static orma_status refuse_submitted(calcjob *job, orma_error **err)
{
    AUTO_FREE char *claim = file_join(job->workdir, ".orma/claim.1");
    orma_file_info info;
    bool found = false;

    if (claim == NULL)
        return error_no_memory(err);
    const orma_status st = calcjob_remote_stat(job, claim, &info, &found, err);
    if (st != ORMA_OK || !found)
        return st;
    return error_set(err, ORMA_E_PERMANENT, "engine", 0,
                     "the folder \"%s\" belongs to a job that was submitted "
                     "before",
                     job->workdir);
}

static orma_status move_away(calcjob *job, const char *root, orma_error **err)
{
    const orma_transport *t = job->transport;
    char uuid[37];
    orma_file_info info;
    bool found = false;

    orma_status st = calcjob_remote_stat(job, job->workdir, &info, &found, err);
    if (st != ORMA_OK || !found)
        return st;
    uuid_format(&job->process->uuid, uuid);
    AUTO_FREE char *folder = file_join(root, "lost+found");
    AUTO_FREE char *place = folder != NULL ? file_join(folder, uuid) : NULL;
    if (place == NULL)
        return error_no_memory(err);
    st = refuse_submitted(job, err);
    if (st == ORMA_OK)
        st = t->mkdir(job->session, folder, err);
    if (st == ORMA_OK)
        st = t->remove(job->session, place, err);
    return st == ORMA_OK ? t->rename(job->session, job->workdir, place, err)
                         : st;
}

/* ---- everything in its order ------------------------------------- */

static orma_status put_in_order(upload *u, orma_error **err)
{
    const json_object *order =
        json_get(u->job->calcinfo, "file_copy_operation_order");
    const size_t count = order != NULL ? json_object_array_length(order) : 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < count && st == ORMA_OK; i++)
        switch (json_object_get_int(json_object_array_get_idx(order, i))) {
        case COPY_SANDBOX:
            st = u->job->transport->put_tree(u->job->session, u->job->sandbox,
                                             u->folder, err);
            break;
        case COPY_LOCAL:
            st = upload_local_list(u, err);
            break;
        case COPY_REMOTE:
            st = upload_remote_lists(u, err);
            break;
        default:
            break;
        }
    return st;
}

static orma_status fill_aside(upload *u, orma_error **err)
{
    calcjob *job = u->job;
    AUTO_FREE char *own = file_join(u->folder, ".orma");

    if (own == NULL)
        return error_no_memory(err);
    orma_status st = job->transport->remove(job->session, u->folder, err);
    if (st == ORMA_OK)
        st = job->transport->mkdir(job->session, own, err);
    if (st == ORMA_OK)
        st = upload_codes(u, err);
    return st == ORMA_OK ? put_in_order(u, err) : st;
}

static orma_status put_folder(calcjob *job, const char *root, orma_error **err)
{
    AUTO_FREE char *aside = text_printf("%s.upload", job->workdir);

    if (aside == NULL)
        return error_no_memory(err);
    upload u = {.job = job, .folder = aside};
    orma_status st = fill_aside(&u, err);
    upload_finish(&u);
    if (st == ORMA_OK)
        st = move_away(job, root, err);
    if (st == ORMA_OK)
        st = job->transport->rename(job->session, aside, job->workdir, err);
    return st;
}

/* ---- what is kept of it ------------------------------------------ */

/* Is the path, or a folder that it lies in, among those excluded? */
static bool is_excluded(const json_object *list, const char *path)
{
    const size_t count = list != NULL ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *item =
            json_object_get_string(json_object_array_get_idx(list, i));
        while (strncmp(item, "./", 2) == 0)
            item += 2;
        size_t len = strlen(item);
        while (len > 0 && item[len - 1] == '/')
            len--;
        if (len > 0 && strncmp(path, item, len) == 0 &&
            (path[len] == '\0' || path[len] == '/'))
            return true;
    }
    return false;
}

static orma_status keep_file(void *user, const char *relative, const char *path,
                             bool is_dir, orma_error **err)
{
    calcjob *job = user;

    if (is_dir ||
        is_excluded(json_get(job->calcinfo, "provenance_exclude_list"),
                    relative))
        return ORMA_OK;
    return node_put_local(job->process, relative, path, err);
}

static orma_status keep_sandbox(calcjob *job, orma_error **err)
{
    unit *u = NULL;
    orma_status st = file_walk(job->sandbox, keep_file, job, err);

    if (st == ORMA_OK)
        st = calcjob_unit(job, &u, err);
    return st == ORMA_OK ? unit_add_files(u, job->process, err) : st;
}

static orma_status add_remote_folder(calcjob *job, orma_error **err)
{
    const json_object *computer = job->inputs->computer;
    node *remote = NULL;
    orma_status st =
        data_create(job->registry, ENGINE_TYPE_REMOTE, &remote, err);

    if (st != ORMA_OK)
        return st;
    remote->computer_pk = json_get_int(computer, "pk", 0);
    uuid_parse(json_get_text(computer, "uuid", ""), &remote->computer_uuid);
    if (!json_set_text(remote->attributes, "remote_path", job->workdir))
        st = error_no_memory(err);
    if (st == ORMA_OK)
        st = data_validate(job->registry, remote, err);
    if (st != ORMA_OK) {
        node_free(remote);
        return st;
    }
    return calcjob_add_output(job, "remote_folder", remote, err);
}

/* A list of the calcinfo as an attribute; an empty one when it names none. */
static orma_status set_list(calcjob *job, const char *key, orma_error **err)
{
    const json_object *list = json_get(job->calcinfo, key);
    json_object *copy =
        list != NULL ? json_copy(list) : json_object_new_array();

    if (copy == NULL)
        return error_no_memory(err);
    return calcjob_set(job, key, copy, err);
}

static orma_status record_upload(calcjob *job, orma_error **err)
{
    orma_status st = set_list(job, "retrieve_list", err);

    if (st == ORMA_OK)
        st = set_list(job, "retrieve_temporary_list", err);
    if (st == ORMA_OK)
        st = calcjob_set_text(job, "remote_workdir", job->workdir, err);
    if (st == ORMA_OK)
        st = keep_sandbox(job, err);
    return st == ORMA_OK ? add_remote_folder(job, err) : st;
}

orma_status calcjob_upload(calcjob *job, orma_error **err)
{
    AUTO_FREE char *root = NULL;
    char uuid[37];

    orma_status st = calcjob_connect(job, err);
    if (st == ORMA_OK)
        st = find_root(job, &root, err);
    if (st != ORMA_OK)
        return st;
    uuid_format(&job->process->uuid, uuid);
    free(job->workdir);
    job->workdir =
        text_printf("%s/%.2s/%.2s/%s", root, uuid, uuid + 2, uuid + 4);
    if (job->workdir == NULL)
        return error_no_memory(err);
    st = put_folder(job, root, err);
    return st == ORMA_OK ? record_upload(job, err) : st;
}
