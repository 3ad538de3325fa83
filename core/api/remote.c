/* Looking into the folders on computers that nodes point to.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orma/api/data.h>

#include <api/connection.h>
#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define PIECE_BYTES 65536

/* A node's folder, or something in it, and the way there. */
typedef struct place {
    connection connection;
    char *path; /* absolute */
} place;

static void place_close(place *p)
{
    connection_close(&p->connection);
    free(p->path);
}

static orma_status place_open(orma_profile *profile, const char *node_name,
                              const char *inside, place *out, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *computer = NULL;

    *out = (place){.path = NULL};
    orma_status st =
        store_find_node(profile->store, node_name, "data.", &n, err);
    if (st != ORMA_OK)
        return st;
    const char *folder = json_get_text(n->attributes, "remote_path", NULL);
    if (folder == NULL || n->computer_pk == 0)
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "node %lld points to no folder on a computer",
                         (long long)n->pk);
    if (inside[0] != '\0' && strcmp(inside, ".") != 0 &&
        !file_path_is_safe(inside))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "path \"%s\" leaves the folder", inside);
    out->path =
        text_printf("%s%s%s", folder, inside[0] != '\0' ? "/" : "", inside);
    if (out->path == NULL)
        return error_no_memory(err);
    st = store_computer_by_pk(profile->store, n->computer_pk, &computer, err);
    if (st == ORMA_OK)
        st = connection_open(profile, computer, &out->connection, err);
    return st;
}

static const char *type_word(int32_t type)
{
    switch (type) {
    case ORMA_FILE_DIRECTORY:
        return "folder";
    case ORMA_FILE_SYMLINK:
        return "link";
    case ORMA_FILE_REGULAR:
        return "file";
    default:
        return "other";
    }
}

static orma_status add_member(place *p, const char *name, json_object *rows,
                              orma_error **err)
{
    AUTO_FREE char *path = text_printf("%s/%s", p->path, name);
    orma_file_info info = {.size = sizeof info};

    if (path == NULL)
        return error_no_memory(err);
    const orma_status st =
        p->connection.transport->stat(p->connection.session, path, &info, err);
    if (st != ORMA_OK)
        return st;
    json_object *row = json_object_new_object();
    if (row == NULL || !json_set_text(row, "path", name) ||
        !json_set_text(row, "type", type_word(info.type)) ||
        !json_set_int(row, "size", (int64_t)info.size_bytes) ||
        json_object_array_add(rows, row) != 0) {
        json_object_put(row);
        return error_no_memory(err);
    }
    return ORMA_OK;
}

orma_status orma_remote_list(orma_profile *profile, const char *node_name,
                             const char *path, char **json, orma_error **err)
{
    place p;
    AUTO_BUF buf names = {0};
    orma_writer writer = {&names, (size_t)64 << 20};
    AUTO_JSON json_object *rows = json_object_new_array();

    orma_status st = place_open(profile, node_name, path, &p, err);
    if (st == ORMA_OK)
        st = p.connection.transport->list(p.connection.session, p.path, &writer,
                                          err);
    if (st == ORMA_OK)
        st = buf_status(&names, err);
    for (size_t at = 0; st == ORMA_OK && at < names.len;
         at += strlen(names.ptr + at) + 1)
        st = add_member(&p, names.ptr + at, rows, err);
    place_close(&p);
    return st == ORMA_OK ? hand_out(json_object_get(rows), json, err) : st;
}

/* A copy of the file, which the answer is read from. */
static orma_status pass_on(const char *path,
                           orma_status (*write)(void *user, orma_str bytes),
                           void *user, orma_error **err)
{
    char piece[PIECE_BYTES];
    size_t n;
    orma_status st = ORMA_OK;
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "\"%s\" cannot be read", path);
    while (st == ORMA_OK && (n = fread(piece, 1, sizeof piece, f)) > 0)
        st = write(user, (orma_str){piece, n});
    fclose(f);
    return st == ORMA_OK
               ? st
               : error_set(err, st, "node", 0, "the file cannot be passed on");
}

orma_status orma_remote_read(orma_profile *profile, const char *node_name,
                             const char *path,
                             orma_status (*write)(void *user, orma_str bytes),
                             void *user, orma_error **err)
{
    place p;
    AUTO_FREE char *folder = NULL;
    orma_status st = place_open(profile, node_name, path, &p, err);

    if (st == ORMA_OK)
        st = file_temp_dir("orma-remote", &folder, err);
    if (st == ORMA_OK) {
        AUTO_FREE char *copy = file_join(folder, "file");
        st = copy == NULL ? error_no_memory(err)
                          : p.connection.transport->get(
                                p.connection.session, p.path, copy, 0, 0, err);
        if (st == ORMA_OK)
            st = pass_on(copy, write, user, err);
        file_remove_tree(folder, NULL);
    }
    place_close(&p);
    return st;
}

/* The number that du begins its line with. */
static orma_status read_size(const buf *out, int64_t *bytes, orma_error **err)
{
    char *end = NULL;
    const long long value = out->len > 0 ? strtoll(out->ptr, &end, 10) : 0;

    if (out->len == 0 || end == out->ptr || value < 0)
        return error_set(err, ORMA_E_PERMANENT, "node", 0,
                         "du answered no number");
    *bytes = value;
    return ORMA_OK;
}

orma_status orma_remote_size(orma_profile *profile, const char *node_name,
                             const char *path, int64_t *bytes, orma_error **err)
{
    place p;
    AUTO_BUF buf command = {0}, out = {0}, error = {0};
    int32_t exit_status = 0;
    orma_status st = place_open(profile, node_name, path, &p, err);

    if (st == ORMA_OK) {
        buf_text(&command, "du -sb -- ");
        shell_quote(&command, p.path);
        st = buf_status(&command, err);
    }
    if (st == ORMA_OK)
        st = connection_exec(&p.connection, buf_c_str(&command), &out, &error,
                             &exit_status, err);
    if (st == ORMA_OK && exit_status != 0)
        st =
            error_set(err, ORMA_E_NOT_FOUND, "node", 0, "%.*s",
                      (int)strcspn(buf_c_str(&error), "\n"), buf_c_str(&error));
    if (st == ORMA_OK)
        st = read_size(&out, bytes, err);
    place_close(&p);
    return st;
}
