/* A process as a folder: what went in, what came out, whom it called.
 *
 * SPDX-License-Identifier: MIT */
#include <api/dump.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define MAX_DEPTH 64
#define RETRIEVED "retrieved"

static bool is_input(const store_link *link)
{
    return link->type == LINK_INPUT_CALC || link->type == LINK_INPUT_WORK;
}

static bool is_result(const store_link *link)
{
    return link->type == LINK_RETURN ||
           (link->type == LINK_CREATE && !text_equal(link->label, RETRIEVED));
}

static bool is_call(const store_link *link)
{
    return link->type == LINK_CALL_CALC || link->type == LINK_CALL_WORK;
}

static const char *kind_of(const node *process)
{
    return node_class_of(process->node_type) == NODE_WORKFLOW ? "workflows"
                                                              : "calculations";
}

/* A folder of a process being written: where it is now, and where below the
 * root it will be. */
struct place {
    const char *folder; /* absolute */
    const char *path;
    int depth;
};

static orma_status write_process(dump *d, const node *process,
                                 const struct place *at, orma_error **err);

/* What the folder of retrieved files holds becomes "outputs". */
static orma_status write_retrieved(const dump *d, const store_links *outputs,
                                   const char *folder, orma_error **err)
{
    for (size_t i = 0; i < outputs->count; i++) {
        const store_link *link = &outputs->items[i];
        AUTO_NODE node *n = NULL;
        if (link->type != LINK_CREATE || !text_equal(link->label, RETRIEVED))
            continue;
        const orma_status st = store_node(d->profile->store, link->pk, &n, err);
        return st == ORMA_OK ? node_write_files(d->profile->store,
                                                n->repository, folder, err)
                             : st;
    }
    return ORMA_OK;
}

/* folder/name, or the folder itself in a flat dump; the caller frees it. */
static char *part_of(const dump *d, const char *folder, const char *name)
{
    return d->options.flat ? text_copy(folder) : file_join(folder, name);
}

static orma_status write_own(const dump *d, const node *process,
                             const store_links *inputs,
                             const store_links *outputs, const char *folder,
                             orma_error **err)
{
    AUTO_FREE char *own = part_of(d, folder, "inputs");
    AUTO_FREE char *retrieved = part_of(d, folder, "outputs");
    AUTO_FREE char *node_inputs = part_of(d, folder, "node_inputs");
    AUTO_FREE char *node_outputs = part_of(d, folder, "node_outputs");
    if (own == NULL || retrieved == NULL || node_inputs == NULL ||
        node_outputs == NULL)
        return error_no_memory(err);

    const json_object *files = json_get(process->repository, "o");
    orma_status st = dump_metadata(d, process, folder, err);
    if (st == ORMA_OK && files != NULL && json_object_object_length(files) > 0)
        st = node_write_files(d->profile->store, process->repository, own, err);
    if (st == ORMA_OK)
        st = write_retrieved(d, outputs, retrieved, err);
    if (st == ORMA_OK && d->options.include_inputs)
        st = dump_linked(d, inputs, is_input, node_inputs, err);
    if (st == ORMA_OK && d->options.include_outputs)
        st = dump_linked(d, outputs, is_result, node_outputs, err);
    return st;
}

/* A process that is in the dump becomes a link to there. */
static orma_status write_symlink(dump *d, const char *target,
                                 const struct place *at, bool *done,
                                 orma_error **err)
{
    AUTO_BUF buf relative = {0};
    AUTO_FREE char *full = file_join(d->root, target);
    if (full == NULL)
        return error_no_memory(err);
    if (!file_is_dir(full))
        return ORMA_OK;
    for (const char *p = at->path; (p = strchr(p, '/')) != NULL; p++)
        buf_text(&relative, "../");
    buf_text(&relative, target);
    const orma_status st = buf_status(&relative, err);
    if (st != ORMA_OK)
        return st;
    if (symlink(buf_c_str(&relative), at->folder) != 0)
        return error_errno(err, errno, "dump", "cannot make the link \"%s\"",
                           at->folder);
    d->symlinks++;
    *done = true;
    return ORMA_OK;
}

/* "01-relax-PwRelaxWorkChain-71": number, link label, process, pk. */
static char *child_name(size_t number, const char *link_label,
                        const node *child)
{
    const char *label = json_get_text(child->attributes, "process_label", NULL);
    AUTO_BUF buf name = {0};

    if (label == NULL)
        label = child->process_type;
    buf_printf(&name, "%02zu", number);
    if (!text_equal(link_label, "CALL"))
        buf_printf(&name, "-%s",
                   text_starts(link_label, "CALL-") ? link_label + 5
                                                    : link_label);
    if (label != NULL && !text_equal(label, link_label))
        buf_printf(&name, "-%s", label);
    buf_printf(&name, "-%lld", (long long)child->pk);
    return name.failed ? NULL : dump_safe_name(buf_c_str(&name));
}

static orma_status write_child(dump *d, size_t number, const char *link_label,
                               const node *child, const struct place *parent,
                               orma_error **err)
{
    AUTO_FREE char *name = child_name(number, link_label, child);
    if (name == NULL)
        return error_no_memory(err);
    AUTO_FREE char *folder = file_join(parent->folder, name);
    AUTO_FREE char *path =
        *parent->path == '\0' ? text_copy(name) : file_join(parent->path, name);
    if (folder == NULL || path == NULL)
        return error_no_memory(err);

    const struct place at = {folder, path, parent->depth + 1};
    if (d->options.symlink_calcs) {
        char uuid[37];
        bool done = false;
        uuid_format(&child->uuid, uuid);
        const char *there = dump_place_of(d, uuid);
        if (there != NULL) {
            const orma_status st = write_symlink(d, there, &at, &done, err);
            if (st != ORMA_OK || done)
                return st;
        }
    }
    return write_process(d, child, &at, err);
}

struct child {
    node *n;
    const char *link_label;
};

static int by_ctime(const void *a, const void *b)
{
    const struct child *left = a, *right = b;
    if (left->n->ctime_ns != right->n->ctime_ns)
        return left->n->ctime_ns < right->n->ctime_ns ? -1 : 1;
    return left->n->pk < right->n->pk ? -1 : left->n->pk > right->n->pk;
}

static orma_status write_children(dump *d, const store_links *outputs,
                                  const struct place *at, orma_error **err)
{
    struct child *children = calloc(outputs->count + 1, sizeof *children);
    size_t count = 0;
    orma_status st = children == NULL ? error_no_memory(err) : ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < outputs->count; i++) {
        if (!is_call(&outputs->items[i]))
            continue;
        children[count].link_label = outputs->items[i].label;
        st = store_node(d->profile->store, outputs->items[i].pk,
                        &children[count].n, err);
        count += st == ORMA_OK;
    }
    if (count > 1)
        qsort(children, count, sizeof *children, by_ctime);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        st = write_child(d, i + 1, children[i].link_label, children[i].n, at,
                         err);
    for (size_t i = 0; i < count; i++)
        node_free(children[i].n);
    free(children);
    return st;
}

static orma_status write_process(dump *d, const node *process,
                                 const struct place *at, orma_error **err)
{
    AUTO_LINKS store_links inputs = {0};
    AUTO_LINKS store_links outputs = {0};

    if (at->depth > MAX_DEPTH)
        return error_set(err, ORMA_E_INVALID, "dump", 0,
                         "process %lld is called %d levels deep",
                         (long long)process->pk, at->depth);
    orma_status st = file_mkdirs(at->folder, 0777, err);
    if (st == ORMA_OK)
        st = store_node_links(d->profile->store, process->pk, true, &inputs,
                              err);
    if (st == ORMA_OK)
        st = store_node_links(d->profile->store, process->pk, false, &outputs,
                              err);
    if (st == ORMA_OK)
        st = write_own(d, process, &inputs, &outputs, at->folder, err);
    return st == ORMA_OK ? write_children(d, &outputs, at, err) : st;
}

/* Whether the folder of the log's entry holds the process as it is. A process
 * that was not sealed may have gone on without a change of its own. */
static bool is_unchanged(const dump *d, const node *process, const char *uuid,
                         const char *path)
{
    const json_object *entry = dump_find(d, kind_of(process), path);
    int64_t mtime = 0;

    if (entry == NULL || !text_equal(json_get_text(entry, "uuid", ""), uuid) ||
        !time_parse(json_get_text(entry, "mtime", ""), &mtime) ||
        mtime != process->mtime_ns || !node_is_sealed(process))
        return false;
    AUTO_FREE char *folder =
        file_join(d->root, *path == '\0' ? "aiida_node_metadata.yaml" : path);
    return folder != NULL && file_exists(folder);
}

static const char readme_text[] =
    "# %s <%lld>\n"
    "\n"
    "Files of the process %s (UUID %s), as they are stored with its\n"
    "provenance.\n"
    "\n"
    "- `aiida_node_metadata.yaml`: who ran it, when and where, its state and\n"
    "  attributes\n"
    "- `inputs/`: files that were handed to the program\n"
    "- `node_inputs/`: inputs of the process; numbers, texts, dictionaries "
    "and\n"
    "  structures are JSON, arrays are NumPy's `.npy`\n"
    "- `outputs/`: files that the program left\n"
    "- `node_outputs/`: results, in the same form as the inputs\n"
    "- `01-…`, `02-…`: the processes that this one called, in their order\n"
    "\n"
    "```\n%s```\n";

static orma_status write_readme(const dump *d, const node *process,
                                const char *folder, orma_error **err)
{
    AUTO_FREE char *name = node_display_name(process);
    AUTO_FREE char *path = file_join(folder, "README.md");
    AUTO_BUF buf text = {0};
    char *tree = NULL;
    char uuid[37];
    if (name == NULL || path == NULL)
        return error_no_memory(err);

    uuid_format(&process->uuid, uuid);
    orma_status st = orma_node_tree(d->profile, uuid, &tree, err);
    if (st == ORMA_OK) {
        buf_printf(&text, readme_text, name, (long long)process->pk, name, uuid,
                   tree);
        st = buf_status(&text, err);
    }
    orma_free(tree);
    return st == ORMA_OK ? file_write(path, buf_view(&text), 0666, err) : st;
}

/* The names in a folder as an array. */
static orma_status names_in(const char *folder, json_object **out,
                            orma_error **err)
{
    AUTO_JSON json_object *names = json_object_new_array();
    DIR *dir = opendir(folder);
    orma_status st = ORMA_OK;
    if (dir == NULL)
        return error_errno(err, errno, "dump", "cannot open \"%s\"", folder);
    for (const struct dirent *e; st == ORMA_OK && (e = readdir(dir)) != NULL;)
        if (!text_equal(e->d_name, ".") && !text_equal(e->d_name, "..") &&
            (names == NULL ||
             json_object_array_add(names, json_object_new_string(e->d_name)) !=
                 0))
            st = error_no_memory(err);
    closedir(dir);
    if (st == ORMA_OK) {
        *out = names;
        names = NULL;
    }
    return st;
}

static orma_status move_in(const char *part, const char *folder,
                           const char *name, orma_error **err)
{
    AUTO_FREE char *from = file_join(part, name);
    AUTO_FREE char *to = file_join(folder, name);
    if (from == NULL || to == NULL)
        return error_no_memory(err);
    const orma_status st = file_remove_tree(to, err);
    if (st == ORMA_OK && rename(from, to) != 0)
        return error_errno(err, errno, "dump", "cannot make \"%s\"", to);
    return st;
}

/* The root belongs to the user, who may keep more in it: what the former dump
 * of the process put there goes, what is in part comes. */
static orma_status replace_root(dump *d, const char *kind, const char *part,
                                json_object **names, orma_error **err)
{
    AUTO_JSON json_object *made = NULL;
    orma_status st = names_in(part, &made, err);
    if (st == ORMA_OK && dump_find(d, kind, "") != NULL)
        st = dump_remove(d, kind, "", err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(made); i++)
        st = move_in(part, d->root,
                     json_object_get_string(json_object_array_get_idx(made, i)),
                     err);
    if (st != ORMA_OK)
        return st;
    *names = made;
    made = NULL;
    return file_remove_tree(part, err);
}

/* Both are written aside and put in their place when they are whole. */
static orma_status write_root(dump *d, const node *process, const char *uuid,
                              orma_error **err)
{
    const char *kind = kind_of(process);
    AUTO_FREE char *part = file_join(d->root, ".dump.part");
    json_object *names = NULL;
    if (part == NULL)
        return error_no_memory(err);

    orma_status st = file_remove_tree(part, err);
    if (st == ORMA_OK)
        st = write_process(d, process, &(struct place){part, "", 0}, err);
    if (st == ORMA_OK)
        st = write_readme(d, process, part, err);
    if (st == ORMA_OK)
        st = replace_root(d, kind, part, &names, err);
    if (st != ORMA_OK) {
        json_object_put(names);
        file_remove_tree(part, NULL);
        return st;
    }
    st = dump_note(d, kind, uuid, "", process->mtime_ns, err);
    if (st != ORMA_OK)
        json_object_put(names);
    else if (!json_set(dump_find(d, kind, ""), "names", names))
        st = error_no_memory(err);
    return st;
}

static orma_status write_below(dump *d, const node *process, const char *uuid,
                               const char *path, orma_error **err)
{
    AUTO_FREE char *folder = file_join(d->root, path);
    AUTO_FREE char *part =
        folder == NULL ? NULL : text_printf("%s.part", folder);
    if (part == NULL)
        return error_no_memory(err);

    orma_status st = file_remove_tree(part, err);
    if (st == ORMA_OK)
        st = write_process(d, process, &(struct place){part, path, 0}, err);
    if (st == ORMA_OK)
        st = file_remove_tree(folder, err);
    if (st == ORMA_OK && rename(part, folder) != 0)
        st = error_errno(err, errno, "dump", "cannot make \"%s\"", folder);
    if (st != ORMA_OK)
        file_remove_tree(part, NULL);
    return st == ORMA_OK ? dump_note(d, kind_of(process), uuid, path,
                                     process->mtime_ns, err)
                         : st;
}

orma_status dump_process(dump *d, const node *process, const char *path,
                         orma_error **err)
{
    char uuid[37];
    uuid_format(&process->uuid, uuid);
    if (!json_set_bool(d->seen, path, true))
        return error_no_memory(err);
    if (!node_is_sealed(process) && !d->options.dump_unsealed) {
        d->unsealed++;
        return ORMA_OK;
    }
    if (is_unchanged(d, process, uuid, path)) {
        d->unchanged++;
        return ORMA_OK;
    }
    d->dumped++;
    if (d->options.dry_run)
        return ORMA_OK;
    return *path == '\0' ? write_root(d, process, uuid, err)
                         : write_below(d, process, uuid, path, err);
}

/* ---- one process ------------------------------------------------- */

static orma_status refuse_unsealed(const node *process, orma_error **err)
{
    error_set(err, ORMA_E_REFUSED, "dump", 0, "process %lld is not finished",
              (long long)process->pk);
    error_hint(err, "wait for it, or dump what is there so far "
                    "(--dump-unsealed)");
    return ORMA_E_REFUSED;
}

/* A folder that holds a dump of something else is kept. */
static orma_status check_root(const dump *d, const node *process,
                              orma_error **err)
{
    char uuid[37];
    uuid_format(&process->uuid, uuid);
    const json_object *own = dump_find(d, kind_of(process), "");

    if (text_equal(json_get_text(own, "uuid", ""), uuid) || dump_is_empty(d))
        return ORMA_OK;
    error_set(err, ORMA_E_REFUSED, "dump", 0,
              "\"%s\" holds the dump of something else than process %lld",
              d->root, (long long)process->pk);
    error_hint(err, "name another folder, or replace it (--overwrite)");
    return ORMA_E_REFUSED;
}

orma_status orma_process_dump(orma_profile *profile, const char *process_name,
                              const char *folder, orma_str options_text,
                              char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *given = NULL;
    dump_options options;
    dump d = {0};

    orma_status st = take_in(options_text, "options", &given, err);
    if (st == ORMA_OK)
        st = store_find_node(profile->store, process_name, "process.", &n, err);
    if (st != ORMA_OK)
        return st;
    dump_options_read(given, &options);
    AUTO_FREE char *name = dump_process_name(n);
    if (name == NULL)
        return error_no_memory(err);
    if (!node_is_sealed(n) && !options.dump_unsealed)
        return refuse_unsealed(n, err);

    st = dump_open(&d, profile, &options, folder != NULL ? folder : name, err);
    if (st == ORMA_OK)
        st = check_root(&d, n, err);
    if (st == ORMA_OK)
        st = dump_process(&d, n, "", err);
    if (st == ORMA_OK)
        st = dump_save(&d, err);
    if (st == ORMA_OK)
        st = dump_result(&d, json, err);
    dump_close(&d);
    return st;
}
