/* What the files of the dump share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_DUMP_H
#define CORE_API_DUMP_H

#include <api/nodes_internal.h>
#include <base/buf.h>
#include <orma/api/dump.h>

typedef struct dump_options {
    bool overwrite, dry_run;
    bool include_inputs, include_outputs;
    bool include_attributes, include_extras;
    bool flat, dump_unsealed, symlink_calcs, delete_missing;
} dump_options;

/* What a dump's folder holds, as its aiida_dump_log.json says. */
typedef struct dump {
    orma_profile *profile;
    dump_options options;
    char *root;          /* absolute */
    json_object *log;    /* {"calculations":{path:entry},"workflows":…,
                            "groups":…,"data":…}: a node of two groups has two
                            places */
    json_object *places; /* uuid: one of its paths */
    json_object *seen;   /* paths of this run, as keys */
    bool is_partial;     /* a filter is in use: others may be there too */
    int64_t dumped, unchanged, unsealed, deleted, symlinks;
} dump;

/* Options from their JSON object. */
void dump_options_read(const json_object *given, dump_options *out);

/* Makes or takes up the folder. Errors: REFUSED (holds something else). */
orma_status dump_open(dump *d, orma_profile *p, const dump_options *options,
                      const char *folder, orma_error **err);

/* Removes what the log's entry of the path stands for, and nothing else. */
orma_status dump_remove(const dump *d, const char *kind, const char *path,
                        orma_error **err);

/* The same, and of the log: a group and what is in it. */
orma_status dump_forget_group(dump *d, const char *path, orma_error **err);

/* Writes the log of what is there. */
orma_status dump_save(dump *d, orma_error **err);

/* Removes what was dumped once and is not in the profile any more or, unless
 * a filter is in use, was not seen in this run. */
orma_status dump_delete_missing(dump *d, orma_error **err);

/* {"path","dumped",…}, handed out. */
orma_status dump_result(dump *d, char **json, orma_error **err);
void dump_close(dump *d);

/* The log's entry of a path, NULL: none. {"uuid", "mtime"}, and of a process
 * that is the root itself (path ""), "names": what of the root is its own. */
json_object *dump_find(const dump *d, const char *kind, const char *path);
/* A path at which the node or group is, NULL: none. */
const char *dump_place_of(const dump *d, const char *uuid);
/* Whether the log has no entry at all. */
bool dump_is_empty(const dump *d);
orma_status dump_note(dump *d, const char *kind, const char *uuid,
                      const char *path, int64_t mtime_ns, orma_error **err);

/* The process with all that it called at `path` below the root ("": the root
 * itself), unless it is there unchanged. */
orma_status dump_process(dump *d, const node *process, const char *path,
                         orma_error **err);

/* A data node as "<path>.json" and a folder of its files. */
orma_status dump_data(dump *d, const node *n, const char *path,
                      orma_error **err);

/* aiida_node_metadata.yaml in the folder. */
orma_status dump_metadata(const dump *d, const node *n, const char *folder,
                          orma_error **err);

/* The data at the other ends of links, each as a file or folder below
 * `folder` by its link's label, '__' being a folder. Links of which `wanted`
 * says no are left out. */
orma_status dump_linked(const dump *d, const store_links *links,
                        bool (*wanted)(const store_link *link),
                        const char *folder, orma_error **err);

/* "label-pk", fit for a file name; the caller frees it. */
char *dump_process_name(const node *process);

/* The name without what a path gives a meaning to; the caller frees it. NULL
 * without memory. */
char *dump_safe_name(const char *name);

#endif
