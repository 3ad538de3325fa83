/* core.singlefile, core.folder, core.data, and the abstract types.
 *
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "json.h"
#include "text.h"

#define MAX_DEPTH 64
#define DEFAULT_NAME "file.txt" /* AiiDA's, when a content has no name */

const char *single_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

orma_status single_need_format(const char *format, const char *only,
                               orma_error **err)
{
    return format == NULL || strcmp(format, only) == 0
               ? ORMA_OK
               : host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                            "there is no format \"%s\", only %s", format, only);
}

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

const char *const single_keys[] = {"filename", "content", NULL};

orma_status single_literal(const json_object *literal, const char *const *known,
                           const char **name, orma_str *content,
                           orma_error **err)
{
    json_object *bytes = json_get(literal, "content");
    const char *given = json_text(json_get(literal, "filename"));

    if (!json_object_is_type(literal, json_type_object) ||
        json_text(bytes) == NULL)
        return refuse(err, "a file is {filename: NAME, content: TEXT}; name a "
                           "local one with {$file: PATH}");
    const orma_status st = json_only(literal, "a file", known, err);
    if (st != ORMA_OK)
        return st;
    if (given != NULL && !is_plain_name(given))
        return refuse(err, "\"%s\" is no name of a file", given);
    *name = given != NULL ? given : DEFAULT_NAME;
    *content = (orma_str){json_object_get_string(bytes),
                          (size_t)json_object_get_string_len(bytes)};
    return ORMA_OK;
}

orma_status single_check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, const char **name,
                         orma_error **err)
{
    const char *wanted = json_text(json_get(attributes, "filename"));
    orma_str list;
    json_object *files = NULL;

    if (wanted == NULL)
        return refuse(err, "attribute \"filename\" is no string");
    orma_status st = ops->files(node, &list, err);
    if (st == ORMA_OK)
        st = json_read(list, &files, err);
    if (st == ORMA_OK && json_object_array_length(files) != 1)
        st = refuse(err, "there are %zu files instead of one",
                    json_object_array_length(files));
    if (st == ORMA_OK) {
        const char *found = json_text(json_object_array_get_idx(files, 0));
        if (found == NULL || strcmp(found, wanted) != 0)
            st = refuse(err,
                        "the file is \"%s\", attribute \"filename\" says "
                        "\"%s\"",
                        found != NULL ? found : "", wanted);
    }
    json_object_put(files);
    if (st == ORMA_OK)
        *name = wanted;
    return st;
}

/* Piece by piece: the file need not fit in memory twice. */
static orma_status copy_stream(const orma_node_ops *ops, orma_stream *stream,
                               orma_writer *out, orma_error **err)
{
    char piece[65536];
    size_t n = 0;
    orma_status st;

    do {
        st = ops->next(stream, piece, sizeof piece, &n, err);
        if (st == ORMA_OK && n > 0)
            st = host->write(out, (orma_str){piece, n});
    } while (st == ORMA_OK && n > 0);
    return st;
}

orma_status single_export(const orma_node_ops *ops, const orma_node *node,
                          orma_writer *out, orma_error **err)
{
    json_object *attributes = NULL;
    orma_stream *stream = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st != ORMA_OK)
        return st;
    const char *name = json_text(json_get(attributes, "filename"));
    if (name == NULL)
        st = refuse(err, "attribute \"filename\" is no string");
    else
        st = ops->open(node, name, &stream, err);
    if (st == ORMA_OK && stream == NULL)
        st = refuse(err, "file \"%s\" is missing", name);
    if (st == ORMA_OK)
        st = copy_stream(ops, stream, out, err);
    ops->close(stream);
    json_object_put(attributes);
    return st;
}

static orma_status refuse_errno(const char *path, orma_error **err)
{
    const int number = errno;
    return host->fail(host, err,
                      number == ENOENT ? ORMA_E_NOT_FOUND : ORMA_E_INVALID,
                      "data", number, "%s: %s", path, strerror(number));
}

static orma_status set_filename(const char *name, const orma_node_ops *ops,
                                orma_node *node, orma_error **err)
{
    text attributes = {0};

    text_add(&attributes, "{\"filename\": ");
    text_string(&attributes, name, strlen(name));
    text_add(&attributes, "}");
    const orma_status st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status single_validate(const orma_data *self,
                                   const orma_node_ops *ops,
                                   const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    const char *name;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = single_check(ops, node, attributes, &name, err);
    json_object_put(attributes);
    return st;
}

static orma_status single_from_literal(const orma_data *self,
                                       const orma_node_ops *ops,
                                       orma_node *node, orma_str json,
                                       orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    const char *name = NULL;
    orma_str content;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = single_literal(literal, single_keys, &name, &content, err);
    if (st == ORMA_OK)
        st = set_filename(name, ops, node, err);
    if (st == ORMA_OK)
        st = ops->write(node, name, content, err);
    json_object_put(literal);
    return st;
}

static orma_status single_import(const orma_data *self,
                                 const orma_node_ops *ops, orma_node *node,
                                 const char *format, const char *path,
                                 orma_error **err)
{
    (void)self;
    const char *name = single_base_name(path);
    struct stat info;
    orma_status st = single_need_format(format, "raw", err);

    if (st != ORMA_OK)
        return st;
    if (stat(path, &info) != 0)
        return refuse_errno(path, err);
    if (!S_ISREG(info.st_mode))
        return refuse(err, "%s is no regular file", path);
    st = set_filename(name, ops, node, err);
    return st == ORMA_OK ? ops->write_from(node, name, path, err) : st;
}

static orma_status single_export_file(const orma_data *self,
                                      const orma_node_ops *ops,
                                      const orma_node *node, const char *format,
                                      orma_writer *out, orma_error **err)
{
    (void)self;
    const orma_status st = single_need_format(format, "raw", err);
    return st == ORMA_OK ? single_export(ops, node, out, err) : st;
}

static orma_status single_summary(const orma_data *self,
                                  const orma_node_ops *ops,
                                  const orma_node *node, orma_writer *out,
                                  orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *name = json_text(json_get(attributes, "filename"));
        st = host->write(out, (orma_str){name != NULL ? name : "",
                                         name != NULL ? strlen(name) : 0});
    }
    json_object_put(attributes);
    return st;
}

const orma_data singlefile_data = {
    .size = sizeof(orma_data),
    .validate = single_validate,
    .from_literal = single_from_literal,
    .import_file = single_import,
    .export_file = single_export_file,
    .summary = single_summary,
};

static orma_status any_validate(const orma_data *self, const orma_node_ops *ops,
                                const orma_node *node, orma_error **err)
{
    (void)self;
    (void)ops;
    (void)node;
    (void)err;
    return ORMA_OK; /* any attributes, any files */
}

/* {path: content, …} */
static orma_status write_contents(const json_object *literal,
                                  const orma_node_ops *ops, orma_node *node,
                                  orma_error **err)
{
    orma_status st = ORMA_OK;

    json_object_object_foreach((json_object *)literal, path, content)
    {
        const char *bytes = json_text(content);
        if (st == ORMA_OK && bytes == NULL)
            st = refuse(err, "the content of \"%s\" is %s, not a string", path,
                        json_type_word(content));
        if (st == ORMA_OK)
            st = ops->write(
                node, path,
                (orma_str){bytes, (size_t)json_object_get_string_len(content)},
                err);
    }
    return st;
}

static orma_status folder_from_literal(const orma_data *self,
                                       const orma_node_ops *ops,
                                       orma_node *node, orma_str json,
                                       orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "a folder is a mapping of paths to contents; name a "
                         "local one with {$file: PATH}");
    if (st == ORMA_OK)
        st = write_contents(literal, ops, node, err);
    json_object_put(literal);
    return st;
}

/* A walk through a local folder into a node. */
typedef struct walk {
    const orma_node_ops *ops;
    orma_node *node;
    int depth;
} walk;

static orma_status add_folder(walk *w, const char *path, const char *inside,
                              orma_error **err);

/* path: local; inside: in the node. */
static orma_status add_member(walk *w, const char *path, const char *inside,
                              orma_error **err)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return refuse_errno(path, err);
    if (S_ISDIR(info.st_mode))
        return add_folder(w, path, inside, err);
    if (S_ISREG(info.st_mode))
        return w->ops->write_from(w->node, inside, path, err);
    return refuse(err, "%s is neither a file nor a folder", path);
}

static orma_status add_members(walk *w, DIR *folder, const char *path,
                               const char *inside, orma_error **err)
{
    const struct dirent *member;
    text local = {0}, within = {0};
    orma_status st = ORMA_OK;

    while (st == ORMA_OK && (member = readdir(folder)) != NULL) {
        if (!is_plain_name(member->d_name))
            continue;
        local.len = within.len = 0;
        text_format(&local, "%s/%s", path, member->d_name);
        text_format(&within, "%s%s%s", inside, inside[0] != '\0' ? "/" : "",
                    member->d_name);
        st = text_status(&local, err);
        if (st == ORMA_OK)
            st = text_status(&within, err);
        if (st == ORMA_OK)
            st = add_member(w, local.ptr, within.ptr, err);
    }
    text_finish(&local);
    text_finish(&within);
    return st;
}

static orma_status add_folder(walk *w, const char *path, const char *inside,
                              orma_error **err)
{
    /* Links are followed: one to a folder above would never end. */
    if (w->depth == MAX_DEPTH)
        return refuse(err, "%s is nested more than %d folders deep", path,
                      MAX_DEPTH);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return refuse_errno(path, err);
    w->depth++;
    const orma_status st = add_members(w, folder, path, inside, err);
    w->depth--;
    closedir(folder);
    return st;
}

orma_status folder_add(const char *path, const orma_node_ops *ops,
                       orma_node *node, orma_error **err)
{
    walk w = {ops, node, 0};
    return add_folder(&w, path, "", err);
}

static orma_status folder_import(const orma_data *self,
                                 const orma_node_ops *ops, orma_node *node,
                                 const char *format, const char *path,
                                 orma_error **err)
{
    (void)self;
    const orma_status st = single_need_format(format, "folder", err);
    return st == ORMA_OK ? folder_add(path, ops, node, err) : st;
}

/* "3 files" */
static orma_status folder_summary(const orma_data *self,
                                  const orma_node_ops *ops,
                                  const orma_node *node, orma_writer *out,
                                  orma_error **err)
{
    (void)self;
    orma_str list;
    json_object *files = NULL;
    text line = {0};
    orma_status st = ops->files(node, &list, err);

    if (st == ORMA_OK)
        st = json_read(list, &files, err);
    if (st == ORMA_OK) {
        const size_t n = json_object_array_length(files);
        text_format(&line, "%zu file%s", n, n == 1 ? "" : "s");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(files);
    return st;
}

const orma_data folder_data = {
    .size = sizeof(orma_data),
    .validate = any_validate,
    .from_literal = folder_from_literal,
    .import_file = folder_import,
    .summary = folder_summary,
};

const orma_data plain_data = {
    .size = sizeof(orma_data),
    .validate = any_validate,
};

static orma_status abstract_validate(const orma_data *self,
                                     const orma_node_ops *ops,
                                     const orma_node *node, orma_error **err)
{
    (void)self;
    const orma_str type = ops->type(node);
    return refuse(err, "%.*s is a base of other types, no node has it",
                  (int)type.len, type.ptr);
}

const orma_data abstract_data = {
    .size = sizeof(orma_data),
    .validate = abstract_validate,
};
