/* Pseudopotentials, tables, and the folder to restart from.
 *
 * SPDX-License-Identifier: MIT */
#include "files.h"

#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME 256

orma_status file_lists_init(file_lists *lists, orma_error **err)
{
    *lists = (file_lists){json_object_new_array(), json_object_new_array(),
                          json_object_new_array(), json_object_new_array()};
    if (lists->local_copy == NULL || lists->remote_copy == NULL ||
        lists->remote_symlink == NULL || lists->provenance_exclude == NULL)
        return no_memory(err);
    return ORMA_OK;
}

void file_lists_finish(file_lists *lists)
{
    json_object_put(lists->local_copy);
    json_object_put(lists->remote_copy);
    json_object_put(lists->remote_symlink);
    json_object_put(lists->provenance_exclude);
    *lists = (file_lists){0};
}

static orma_status add_text(json_object *list, const char *value,
                            orma_error **err)
{
    json_object *item = json_object_new_string(value);

    if (item == NULL || json_object_array_add(list, item) != 0) {
        json_object_put(item);
        return no_memory(err);
    }
    return ORMA_OK;
}

/* Appends [first, second, third]. */
static orma_status add_triple(json_object *list, const char *first,
                              const char *second, const char *third,
                              orma_error **err)
{
    json_object *triple = json_object_new_array();
    orma_status st = triple == NULL ? no_memory(err) : ORMA_OK;

    if (st == ORMA_OK)
        st = add_text(triple, first, err);
    if (st == ORMA_OK)
        st = add_text(triple, second, err);
    if (st == ORMA_OK)
        st = add_text(triple, third, err);
    if (st == ORMA_OK && json_object_array_add(list, triple) != 0)
        st = no_memory(err);
    if (st != ORMA_OK)
        json_object_put(triple);
    return st;
}

/* A file of an input node and its place in the job's folder. */
typedef struct carried_file {
    const orma_node *node;
    const char *from;
    const char *to;
} carried_file;

/* A stored node's file is only listed: the engine carries it, and it is not
 * kept a second time with the process. One that is not stored, as in a dry run,
 * can only be copied. */
static orma_status add_file(const job *j, const carried_file *f,
                            file_lists *lists, orma_error **err)
{
    if (node_is_stored(j->ops->node, f->node)) {
        char uuid[37];
        uuid_text(j->ops->node->uuid(f->node), uuid);
        return add_triple(lists->local_copy, uuid, f->from, f->to, err);
    }
    const char *path = strncmp(f->to, "./", 2) == 0 ? f->to + 2 : f->to;
    const orma_status st = j->ops->copy(j->ctx, f->node, f->from, path, err);
    return st == ORMA_OK ? add_text(lists->provenance_exclude, path, err) : st;
}

/* The attribute `filename` of a node of the singlefile family. */
static orma_status node_filename(const job *j, const orma_node *node,
                                 const char *port, char *out, orma_error **err)
{
    json_object *attributes;
    const orma_status st =
        node_attributes(j->ops->node, node, &attributes, err);

    if (st != ORMA_OK)
        return st;
    json_object *value = json_object_object_get(attributes, "filename");
    const char *name = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : "";
    const bool is_usable = name[0] != '\0' && strlen(name) < MAX_NAME &&
                           strpbrk(name, "/ \t\r\n'\"") == NULL;
    if (is_usable)
        snprintf(out, MAX_NAME, "%s", name);
    json_object_put(attributes);
    if (!is_usable)
        return refuse(err, "port \"%s\": the file has no name that an input "
                      "file can hold; name it without blanks, quotes and "
                      "slashes", port);
    return ORMA_OK;
}

static bool is_same_node(const job *j, const orma_node *a, const orma_node *b)
{
    if (a == b)
        return true;
    if (!node_is_stored(j->ops->node, a))
        return false;
    const orma_uuid x = j->ops->node->uuid(a), y = j->ops->node->uuid(b);
    return memcmp(&x, &y, sizeof x) == 0;
}

static bool is_taken(const plan *p, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(p->pseudo_files[i], name) == 0)
            return true;
    return false;
}

/* "Si.upf" becomes "Si-1.upf" when another node's file has that name. */
static void make_unique(const plan *p, size_t count, const char *name,
                        char *out)
{
    const char *dot = strrchr(name, '.');
    const size_t stem =
        dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);

    snprintf(out, MAX_NAME + 16, "%s", name);
    for (size_t i = 1; is_taken(p, count, out); i++)
        snprintf(out, MAX_NAME + 16, "%.*s-%zu%s", (int)stem, name, i,
                 name + stem);
}

static const orma_node *pseudo_of(const job *j, const char *name)
{
    char port[MAX_NAME];
    const int n = snprintf(port, sizeof port, "pseudos.%s", name);

    return n > 0 && (size_t)n < sizeof port ? job_input(j, port) : NULL;
}

static orma_status add_pseudo(const job *j, plan *p, size_t index,
                              file_lists *lists, orma_error **err)
{
    char name[MAX_NAME], unique[MAX_NAME + 16];
    const orma_node *node = pseudo_of(j, p->structure.kinds[index].name);

    if (node == NULL)
        return refuse(err, "port \"pseudos\": kind \"%s\" has no "
                      "pseudopotential; give pseudos.%s",
                      p->structure.kinds[index].name,
                      p->structure.kinds[index].name);
    for (size_t i = 0; i < index; i++)
        if (is_same_node(j, node, pseudo_of(j, p->structure.kinds[i].name))) {
            p->pseudo_files[index] = strdup(p->pseudo_files[i]);
            return p->pseudo_files[index] == NULL ? no_memory(err) : ORMA_OK;
        }
    orma_status st = node_filename(j, node, "pseudos", name, err);
    if (st != ORMA_OK)
        return st;
    make_unique(p, index, name, unique);
    p->pseudo_files[index] = strdup(unique);
    if (p->pseudo_files[index] == NULL)
        return no_memory(err);
    char target[MAX_NAME + 32];
    snprintf(target, sizeof target, PSEUDO_FOLDER "%s", unique);
    const carried_file file = {node, name, target};
    return add_file(j, &file, lists, err);
}

orma_status files_pseudos(const job *j, plan *p, file_lists *lists,
                          orma_error **err)
{
    orma_status st = pseudos_check(j, &p->structure, err);

    if (st != ORMA_OK)
        return st;
    p->pseudo_files = calloc(p->structure.kind_count, sizeof *p->pseudo_files);
    if (p->pseudo_files == NULL)
        return no_memory(err);
    for (size_t i = 0; i < p->structure.kind_count && st == ORMA_OK; i++)
        st = add_pseudo(j, p, i, lists, err);
    return st;
}

orma_status files_tables(const job *j, file_lists *lists, orma_error **err)
{
    static const struct {
        const char *port;
        const char *target; /* a folder, or a file by its whole name */
    } tables[] = {
        {"vdw_table", PSEUDO_FOLDER},
        {"hubbard_file", "parameters.in"}, /* the name that pw.x looks for */
    };

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const orma_node *node = job_input(j, tables[i].port);
        char name[MAX_NAME], target[MAX_NAME + 32];
        if (node == NULL)
            continue;
        orma_status st = node_filename(j, node, tables[i].port, name, err);
        if (st != ORMA_OK)
            return st;
        const bool is_folder =
            tables[i].target[strlen(tables[i].target) - 1] == '/';
        snprintf(target, sizeof target, "%s%s", tables[i].target,
                 is_folder ? name : "");
        const carried_file file = {node, name, target};
        st = add_file(j, &file, lists, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

orma_status parent_check(const job *j, const orma_node *parent, char *path,
                         orma_error **err)
{
    const orma_uuid computer = j->ops->node->computer(parent);
    const orma_uuid none = {{0}};
    json_object *attributes;
    orma_status st = node_attributes(j->ops->node, parent, &attributes, err);

    if (st != ORMA_OK)
        return st;
    json_object *value = json_object_object_get(attributes, "remote_path");
    const char *found = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : "";
    if (found[0] != '/' || strlen(found) >= MAX_REMOTE_PATH)
        st = refuse(err, "port \"parent_folder\": the node has no usable "
                    "absolute remote_path; give the remote_folder of a "
                    "finished run");
    else if (memcmp(&computer, &none, sizeof none) == 0)
        st = refuse(err, "port \"parent_folder\": the node has no computer; "
                    "give the remote_folder of a finished run");
    else
        snprintf(path, MAX_REMOTE_PATH, "%s", found);
    json_object_put(attributes);
    return st;
}

static orma_status add_parent(const job *j, const plan *p,
                              const orma_node *parent, file_lists *lists,
                              orma_error **err)
{
    char uuid[37], path[MAX_REMOTE_PATH], source[MAX_REMOTE_PATH + 32];
    const orma_status st = parent_check(j, parent, path, err);

    if (st != ORMA_OK)
        return st;
    uuid_text(j->ops->node->computer(parent), uuid);
    snprintf(source, sizeof source, "%s/%s", path, p->program->restart_from);
    const bool links = settings_is_true(p->settings, "PARENT_FOLDER_SYMLINK",
                                        p->program->links_parent);
    return add_triple(links ? lists->remote_symlink : lists->remote_copy, uuid,
                      source, p->program->restart_to, err);
}

orma_status files_restart(const job *j, const plan *p, file_lists *lists,
                          orma_error **err)
{
    /* The folder must be there before files are copied into it. A hidden file
     * makes it, and the next run's pattern for all files does not match it. */
    static const char keeper[] = "out/.keep";
    const orma_node *parent = job_input(j, "parent_folder");

    if (parent == NULL)
        return ORMA_OK;
    orma_status st = add_parent(j, p, parent, lists, err);
    if (st == ORMA_OK)
        st = j->ops->write(j->ctx, keeper, ORMA_LITERAL(""), err);
    return st == ORMA_OK ? add_text(lists->provenance_exclude, keeper, err)
                         : st;
}

static orma_status check_names(json_object *names, const structure *s,
                               orma_error **err)
{
    for (size_t i = 0; i < json_object_array_length(names); i++) {
        const char *name =
            json_object_get_string(json_object_array_get_idx(names, i));
        if (name != NULL && species_index(&s->order, name) == 0)
            return refuse(err, "port \"pseudos\": \"%s\" is no kind of the "
                          "structure; remove pseudos.%s", name, name);
    }
    return ORMA_OK;
}

orma_status pseudos_check(const job *j, const structure *s, orma_error **err)
{
    char port[MAX_NAME];
    orma_str json;

    snprintf(port, sizeof port, "%spseudos", j->prefix);
    orma_status st = j->ops->input_names(j->ctx, port, &json, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < s->kind_count; i++)
        if (pseudo_of(j, s->kinds[i].name) == NULL)
            return refuse(err, "port \"pseudos\": kind \"%s\" of the structure "
                          "has no pseudopotential; give pseudos.%s",
                          s->kinds[i].name, s->kinds[i].name);
    json_object *names = json.ptr != NULL ? json_tokener_parse(json.ptr) : NULL;
    if (json_object_is_type(names, json_type_array))
        st = check_names(names, s, err);
    json_object_put(names);
    return st;
}
