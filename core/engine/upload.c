/* The parts of an upload.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/upload.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <engine/calcinfo.h>
#include <engine/node_file.h>
#include <process/node_view.h>

#define EXECUTABLE_MODE 0755

void upload_finish(upload *u)
{
    AUTO_ERROR orma_error *ignored = NULL;

    if (u->scratch != NULL)
        file_remove_tree(u->scratch, &ignored);
    free(u->scratch);
    u->scratch = NULL;
}

/* ---- targets ----------------------------------------------------- */

/* `folder/path` without "./", doubled and trailing slashes. */
static char *join_target(const char *folder, const char *path)
{
    buf out = {0};

    buf_text(&out, folder);
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        if (len > 0 && !(len == 1 && *path == '.')) {
            buf_char(&out, '/');
            buf_append(&out, path, len);
        }
        path += len;
        path += strspn(path, "/");
    }
    return buf_take(&out);
}

/* ---- the folder, here or on the computer ------------------------- */

static orma_status is_folder_at(upload *u, const char *path, bool *result,
                                orma_error **err)
{
    orma_file_info info;
    bool found = false;

    if (u->is_dry) {
        *result = file_is_dir(path);
        return ORMA_OK;
    }
    const orma_status st =
        calcjob_remote_stat(u->job, path, &info, &found, err);
    if (st == ORMA_OK)
        *result = found && info.type == ORMA_FILE_DIRECTORY;
    return st;
}

static orma_status make_folder(upload *u, const char *path, orma_error **err)
{
    return u->is_dry ? file_mkdirs(path, 0777, err)
                     : u->job->transport->mkdir(u->job->session, path, err);
}

static orma_status put_file(upload *u, const char *local, const char *place,
                            orma_error **err)
{
    return u->is_dry ? file_copy(local, place, err)
                     : u->job->transport->put(u->job->session, local, place, 0,
                                              0, err);
}

static orma_status mark_executable(upload *u, const char *place,
                                   orma_error **err)
{
    if (!u->is_dry)
        return u->job->transport->chmod(u->job->session, place, EXECUTABLE_MODE,
                                        err);
    if (chmod(place, EXECUTABLE_MODE) != 0)
        return error_errno(err, errno, "engine", "cannot mark \"%s\"", place);
    return ORMA_OK;
}

static orma_status make_parent(upload *u, const char *path, orma_error **err)
{
    AUTO_FREE char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));

    if (parent == NULL)
        return error_no_memory(err);
    if (strlen(parent) <= strlen(u->folder)) /* made at the beginning */
        return ORMA_OK;
    return make_folder(u, parent, err);
}

/* Where something called `name` goes: into `target` when that is a folder, or
 * says so by its slash, else to `target` itself. */
static orma_status place_of(upload *u, const char *target, const char *name,
                            char **out, orma_error **err)
{
    AUTO_FREE char *full = join_target(u->folder, target);
    const size_t len = strlen(target);
    bool is_folder = len > 0 && target[len - 1] == '/';

    if (full == NULL)
        return error_no_memory(err);
    orma_status st =
        is_folder ? ORMA_OK : is_folder_at(u, full, &is_folder, err);
    if (st == ORMA_OK && is_folder)
        st = make_folder(u, full, err);
    if (st != ORMA_OK)
        return st;
    char *place = is_folder ? join_target(full, name) : text_copy(full);
    if (place == NULL)
        return error_no_memory(err);
    st = make_parent(u, place, err);
    if (st != ORMA_OK) {
        free(place);
        return st;
    }
    *out = place;
    return ORMA_OK;
}

/* ---- files of nodes ---------------------------------------------- */

/* The file in the scratch folder; the caller frees the path. */
static orma_status fetch_from_node(upload *u, const node *n, const char *path,
                                   char **local, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (u->scratch == NULL)
        st = calcjob_make_folder(u->job, "upload", &u->scratch, err);
    if (st != ORMA_OK)
        return st;
    char *target = file_join(u->scratch, "file");
    st = target != NULL ? node_file_copy(n, path, target, err)
                        : error_no_memory(err);
    if (st != ORMA_OK) {
        free(target);
        return st;
    }
    *local = target;
    return ORMA_OK;
}

static orma_status put_node_file(upload *u, const node *n, const char *path,
                                 const char *target, orma_error **err)
{
    AUTO_FREE char *local = NULL;
    AUTO_FREE char *place = NULL;

    orma_status st = fetch_from_node(u, n, path, &local, err);
    if (st == ORMA_OK)
        st = place_of(u, target, file_name(path), &place, err);
    return st == ORMA_OK ? put_file(u, local, place, err) : st;
}

/* The part of `path` below `folder`, NULL when it is not below. */
static const char *below(const char *path, const char *folder)
{
    const size_t len = strlen(folder);

    if (len == 0)
        return path;
    return strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1
                                                               : NULL;
}

/* All files below a folder of the node ("" is the top) into `target`.
 * *count: how many there were. */
static orma_status put_node_folder(upload *u, const node *n, const char *folder,
                                   const char *target, size_t *count,
                                   orma_error **err)
{
    AUTO_JSON json_object *files = NULL;
    orma_status st = node_file_list(n, &files, err);
    const size_t total = st == ORMA_OK ? json_object_array_length(files) : 0;

    for (size_t i = 0; i < total && st == ORMA_OK; i++) {
        const char *path =
            json_object_get_string(json_object_array_get_idx(files, i));
        const char *relative = below(path, folder);
        if (relative == NULL)
            continue;
        AUTO_FREE char *place = join_target(target, relative);
        if (place == NULL)
            return error_no_memory(err);
        /* join_target() begins with its folder and a slash */
        st = put_node_file(u, n, path, place + (*target == '\0'), err);
        (*count)++;
    }
    return st;
}

static orma_status find_node(upload *u, const char *uuid_text, node **found,
                             node **loaded, orma_error **err)
{
    const process_inputs *inputs = u->job->inputs;
    orma_uuid uuid;

    if (uuid_parse(uuid_text, &uuid))
        for (size_t i = 0; i < inputs->count; i++)
            if (uuid_equal(&inputs->items[i].value->uuid, &uuid)) {
                *found = inputs->items[i].value;
                return ORMA_OK;
            }
    if (u->job->store == NULL)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "calcinfo: node %s is no input of the process",
                         uuid_text);
    const orma_status st =
        store_find_node(u->job->store, uuid_text, NULL, loaded, err);
    if (st == ORMA_OK)
        *found = *loaded;
    return st;
}

static orma_status put_local_item(upload *u, const char *uuid, const char *path,
                                  const char *target, orma_error **err)
{
    node *n = NULL, *loaded = NULL;
    size_t count = 0;

    orma_status st = find_node(u, uuid, &n, &loaded, err);
    if (st == ORMA_OK) {
        const char *folder = text_equal(path, ".") ? "" : path;
        st = put_node_folder(u, n, folder, target, &count, err);
        if (st == ORMA_OK && count == 0)
            st = put_node_file(u, n, path, target, err);
    }
    node_free(loaded);
    return st;
}

static const char *text_at(const json_object *list, size_t i)
{
    return json_object_get_string(json_object_array_get_idx(list, i));
}

orma_status upload_local_list(upload *u, orma_error **err)
{
    const json_object *list = json_get(u->job->calcinfo, "local_copy_list");
    const size_t count = list != NULL ? json_object_array_length(list) : 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        const json_object *item = json_object_array_get_idx(list, i);
        st = put_local_item(u, text_at(item, 0), text_at(item, 1),
                            text_at(item, 2), err);
    }
    return st;
}

/* ---- portable codes ---------------------------------------------- */

static orma_status put_code(upload *u, const node *code, orma_error **err)
{
    const char *executable =
        json_get_text(code->attributes, "filepath_executable", "");
    AUTO_FREE char *in_sandbox = file_join(u->job->sandbox, executable);
    AUTO_FREE char *place = join_target(u->folder, executable);
    size_t count = 0;

    if (in_sandbox == NULL || place == NULL)
        return error_no_memory(err);
    if (!u->is_dry && file_exists(in_sandbox))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "code \"%s\": the calculation writes a file of the "
                         "executable's name \"%s\"",
                         code->label, executable);
    orma_status st = put_node_folder(u, code, "", "", &count, err);
    if (st == ORMA_OK)
        st = mark_executable(u, place, err);
    return st;
}

orma_status upload_codes(upload *u, orma_error **err)
{
    const json_object *codes = json_get(u->job->calcinfo, "codes_info");
    const size_t count = codes != NULL ? json_object_array_length(codes) : 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        const node *code =
            calcinfo_code(json_object_array_get_idx(codes, i), u->job->inputs);
        if (code != NULL && code->computer_pk == 0)
            st = put_code(u, code, err);
    }
    return st;
}

/* ---- files on the computer --------------------------------------- */

static orma_status copy_one(upload *u, const char *source, const char *target,
                            bool as_link, orma_error **err)
{
    const orma_transport *t = u->job->transport;
    AUTO_FREE char *plain = text_copy(source);
    AUTO_FREE char *place = NULL;

    if (plain == NULL)
        return error_no_memory(err);
    for (size_t len = strlen(plain); len > 1 && plain[len - 1] == '/'; len--)
        plain[len - 1] = '\0';
    const orma_status st = place_of(u, target, file_name(plain), &place, err);
    if (st != ORMA_OK)
        return st;
    return as_link ? t->symlink(u->job->session, plain, place, err)
                   : t->copy(u->job->session, plain, place, err);
}

/* A pattern's matches go into the folder `target`. */
static orma_status copy_matches(upload *u, const char *pattern,
                                const char *target, bool as_link,
                                orma_error **err)
{
    AUTO_BUF buf names = {0};
    orma_writer writer = {&names, (size_t)64 << 20};
    AUTO_FREE char *folder = text_printf("%s/", target);

    if (folder == NULL)
        return error_no_memory(err);
    orma_status st =
        u->job->transport->glob(u->job->session, pattern, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&names, err);
    for (const char *name = NULL;
         st == ORMA_OK && (name = name_next(&names, name)) != NULL;)
        st = copy_one(u, name, folder, as_link, err);
    return st;
}

static orma_status copy_item(upload *u, const json_object *item, bool as_link,
                             orma_error **err)
{
    const char *source = text_at(item, 1), *target = text_at(item, 2);
    orma_error *why = NULL;
    const orma_status st = strpbrk(source, "*?[") != NULL
                               ? copy_matches(u, source, target, as_link, &why)
                               : copy_one(u, source, target, as_link, &why);

    if (st == ORMA_E_NOT_FOUND) {
        AUTO_FREE char *line = text_printf(
            "\"%s\" does not exist on the computer and was not copied to "
            "\"%s\": %s",
            source, target, orma_error_message(why));
        orma_error_free(why);
        return line != NULL ? calcjob_log(u->job, ORMA_LOG_WARNING, line, err)
                            : error_no_memory(err);
    }
    return pass_error(st, why, err);
}

static orma_status copy_list(upload *u, const char *key, bool as_link,
                             orma_error **err)
{
    const json_object *list = json_get(u->job->calcinfo, key);
    const size_t count = list != NULL ? json_object_array_length(list) : 0;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < count && st == ORMA_OK; i++)
        st = copy_item(u, json_object_array_get_idx(list, i), as_link, err);
    return st;
}

/* AiiDA's files of a dry run. */
static orma_status note_list(upload *u, const char *key, const char *done,
                             orma_error **err)
{
    const json_object *list = json_get(u->job->calcinfo, key);
    const size_t count = list != NULL ? json_object_array_length(list) : 0;
    AUTO_BUF buf text = {0};
    AUTO_FREE char *path = text_printf("%s/_aiida_%s.txt", u->folder, key);

    if (count == 0)
        return ORMA_OK;
    for (size_t i = 0; i < count; i++) {
        const json_object *item = json_object_array_get_idx(list, i);
        buf_printf(&text,
                   "would have %s %s to %s in working directory on remote "
                   "%s\n",
                   done, text_at(item, 1), text_at(item, 2),
                   json_get_text(u->job->inputs->computer, "label", ""));
    }
    const orma_status st = buf_status(&text, err);
    if (st != ORMA_OK || path == NULL)
        return st != ORMA_OK ? st : error_no_memory(err);
    return file_write(path, buf_view(&text), 0644, err);
}

orma_status upload_remote_lists(upload *u, orma_error **err)
{
    if (u->is_dry) {
        const orma_status noted =
            note_list(u, "remote_copy_list", "copied", err);
        return noted == ORMA_OK ? note_list(u, "remote_symlink_list",
                                            "created symlinks from", err)
                                : noted;
    }
    const orma_status st = copy_list(u, "remote_copy_list", false, err);
    return st == ORMA_OK ? copy_list(u, "remote_symlink_list", true, err) : st;
}
