/* Files that a job takes from its input nodes and from the run before it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_FILES_H
#define QE_FILES_H

#include "plan.h"

/* The lists of the calcinfo, arrays owned by this. */
typedef struct file_lists {
    json_object *local_copy;
    json_object *remote_copy;
    json_object *remote_symlink;
    json_object *provenance_exclude;
} file_lists;

orma_status file_lists_init(file_lists *lists, orma_error **err);
void file_lists_finish(file_lists *lists);

/* Names the pseudopotentials' files in p->pseudo_files and lists them: one
 * node that serves two kinds is copied once, equal names get a suffix.
 * Errors: INVALID (a kind without pseudopotential). */
orma_status files_pseudos(const job *j, plan *p, file_lists *lists,
                          orma_error **err);

/* The optional ports vdw_table and hubbard_file. */
orma_status files_tables(const job *j, file_lists *lists, orma_error **err);

/* parent_folder: copied or linked.
 * Errors: INVALID (a remote folder without computer or path). */
orma_status files_restart(const job *j, const plan *p, file_lists *lists,
                          orma_error **err);

#define MAX_REMOTE_PATH 4096

/* The folder that a parent_folder node points to. path: MAX_REMOTE_PATH bytes.
 * Errors: INVALID (no computer, no absolute path). */
orma_status parent_check(const job *j, const orma_node *parent, char *path,
                         orma_error **err);

/* Refuses pseudos without a kind and kinds without a pseudo. */
orma_status pseudos_check(const job *j, const structure *s, orma_error **err);

#endif
