/* AiiDA's repository tree.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/repository.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define DEPTH_MAX 100 /* of folders, in trees that others wrote */

/* The member of a folder for the component that ends at `end`. */
static json_object *member(const json_object *folder, const char *name,
                           const char *end)
{
    char text[256];
    const size_t len = (size_t)(end - name);
    if (len >= sizeof text) /* longer than any file system's names */
        return NULL;
    memcpy(text, name, len);
    text[len] = '\0';
    return json_get(json_get(folder, "o"), text);
}

const char *repository_key(const json_object *tree, const char *path)
{
    const json_object *at = tree;

    for (const char *p = path; at != NULL;) {
        const char *end = strchrnul(p, '/');
        at = member(at, p, end);
        if (*end == '\0')
            break;
        p = end + 1;
    }
    return json_get_text(at, "k", NULL);
}

struct walk {
    orma_status (*visit)(void *user, const char *path, const char *key,
                         orma_error **err);
    void *user;
    buf path;
};

static orma_status walk_folder(struct walk *w, const json_object *folder,
                               int depth, orma_error **err);

static orma_status walk_entry(struct walk *w, const char *name,
                              const json_object *entry, int depth,
                              orma_error **err)
{
    const size_t len = w->path.len;
    orma_status st = ORMA_OK;

    if (len > 0)
        buf_char(&w->path, '/');
    buf_text(&w->path, name);
    st = buf_status(&w->path, err);
    if (st != ORMA_OK)
        return st;

    /* Trees come from archives too: a name must not lead out of a folder. */
    if (strchr(name, '/') != NULL || !file_path_is_safe(name))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "file name \"%.200s\" in a node's repository is not "
                         "allowed",
                         name);
    const char *key = json_get_text(entry, "k", NULL);
    const json_object *children = json_get(entry, "o");
    if (key == NULL && children != NULL &&
        json_object_is_type(children, json_type_object) &&
        json_object_object_length(children) > 0)
        st = walk_folder(w, entry, depth + 1, err);
    else
        st = w->visit(w->user, buf_c_str(&w->path), key, err);

    w->path.len = len;
    if (w->path.ptr != NULL)
        w->path.ptr[len] = '\0';
    return st;
}

static orma_status walk_folder(struct walk *w, const json_object *folder,
                               int depth, orma_error **err)
{
    json_object *children = json_get(folder, "o");
    orma_status st = ORMA_OK;

    if (children == NULL || !json_object_is_type(children, json_type_object))
        return ORMA_OK;
    if (depth > DEPTH_MAX)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "folders of a node's repository are nested more than "
                         "%d deep",
                         DEPTH_MAX);
    json_object_object_foreach(children, name, entry)
    {
        st = walk_entry(w, name, entry, depth, err);
        if (st != ORMA_OK)
            break;
    }
    return st;
}

orma_status repository_walk(const json_object *tree,
                            orma_status (*visit)(void *user, const char *path,
                                                 const char *key,
                                                 orma_error **err),
                            void *user, orma_error **err)
{
    struct walk w = {visit, user, {0}};
    const orma_status st = walk_folder(&w, tree, 0, err);
    buf_free(&w.path);
    return st;
}

/* The folder's object of children, made when it is missing. */
static json_object *children_of(json_object *folder)
{
    json_object *children = json_get(folder, "o");
    if (children != NULL)
        return children;
    children = json_object_new_object();
    return children != NULL && json_set(folder, "o", children) ? children
                                                               : NULL;
}

static orma_status clash(const char *path, orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "storage", 0,
                     "\"%s\" is both a file and a folder of the node", path);
}

static orma_status put_leaf(json_object *folder, const char *name,
                            const char *key, const char *path, orma_error **err)
{
    json_object *children = children_of(folder);
    if (children == NULL)
        return error_no_memory(err);

    const json_object *there = json_get(children, name);
    const bool is_file = json_get(there, "k") != NULL;
    if (there != NULL && is_file != (key != NULL))
        return clash(path, err);
    if (there != NULL && key == NULL)
        return ORMA_OK;

    json_object *leaf = json_object_new_object();
    if (leaf == NULL || (key != NULL && !json_set_text(leaf, "k", key))) {
        json_object_put(leaf);
        return error_no_memory(err);
    }
    return json_set(children, name, leaf) ? ORMA_OK : error_no_memory(err);
}

orma_status repository_put(json_object *tree, const char *path, const char *key,
                           orma_error **err)
{
    AUTO_FREE char *copy = text_copy(path);
    json_object *at = tree;
    if (copy == NULL)
        return error_no_memory(err);

    char *name = copy;
    for (char *slash; (slash = strchr(name, '/')) != NULL; name = slash + 1) {
        *slash = '\0';
        json_object *children = children_of(at);
        if (children == NULL)
            return error_no_memory(err);
        json_object *next = json_get(children, name);
        if (next != NULL && json_get(next, "k") != NULL)
            return clash(path, err);
        if (next == NULL) {
            next = json_object_new_object();
            if (next == NULL || !json_set(children, name, next))
                return error_no_memory(err);
        }
        at = next;
    }
    return put_leaf(at, name, key, path, err);
}
