/* What the files that import archives share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_IMPORT_INTERNAL_H
#define CORE_STORAGE_ARCHIVE_IMPORT_INTERNAL_H

#include <storage/archive/archive.h>
#include <storage/archive/id_map.h>
#include <storage/archive/table.h>
#include <storage/bulk.h>
#include <storage/store_internal.h>

/* Rows of one kind. */
typedef struct import_count {
    int64_t total; /* of the archive */
    int64_t added;
} import_count;

typedef struct import {
    store *to, *from;
    const archive_import_options *options;
    bulk *bulk;
    id_map users, computers, groups, nodes;
    import_count counts[TABLE_COUNT];
    import_count objects;
    bool has_existing_nodes; /* of the archive, in the profile */
    int64_t group_pk, group_added;
    char *group_label;
    int64_t now_ns;
} import;

orma_status import_tell(const import *m, const char *stage, int64_t done,
                        int64_t total, orma_error **err);

/* Looks at every row of the archive: values, references, files; fills `from`
 * of the maps, and totals. Changes nothing. */
orma_status import_check(import *m, orma_error **err);

/* Limits of size, and room on the disk. */
orma_status import_check_sizes(import *m, orma_error **err);

/* Objects that the profile lacks; durable, or staged on a host that is not the
 * container's home, within the transaction then. */
orma_status import_objects(import *m, orma_error **err);

/* Rows of a kind, within the transaction. */
orma_status import_users(import *m, orma_error **err);
orma_status import_computers(import *m, orma_error **err);
orma_status import_authinfos(import *m, orma_error **err);
orma_status import_nodes(import *m, orma_error **err);
orma_status import_extras(import *m, orma_error **err);
orma_status import_comments(import *m, orma_error **err);
orma_status import_logs(import *m, orma_error **err);
orma_status import_links(import *m, orma_error **err);
/* The group that the caller named, before those of the archive can take its
 * label. */
orma_status import_named_group(import *m, orma_error **err);
orma_status import_groups(import *m, orma_error **err);
orma_status import_group(import *m, orma_error **err); /* of the import */

/* "<label>", or the first of "<label> (Imported #0)" to 99 that `taken` (a
 * template that counts rows with the label ?1) finds free; the caller frees
 * it. Errors: REFUSED. */
orma_status import_free_label(import *m, const char *taken, orma_str label,
                              char **out, orma_error **err);

/* JSON text of a column, "{}" for none. */
orma_str import_object(query *q, int32_t i);

/* The number that a template without parameters selects in the profile. */
orma_status import_number(import *m, const char *template, int64_t *out,
                          orma_error **err);

#endif
