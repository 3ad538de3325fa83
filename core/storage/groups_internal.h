/* What the files about groups share: their rows.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_GROUPS_INTERNAL_H
#define CORE_STORAGE_GROUPS_INTERNAL_H

#include <storage/groups.h>
#include <storage/store_internal.h>

#define GROUP_COLUMNS                                                          \
    "db_dbgroup.id, db_dbgroup.uuid, db_dbgroup.label, "                       \
    "db_dbgroup.type_string, db_dbgroup.time, db_dbgroup.description, "        \
    "db_dbgroup.extras, db_dbuser.email"
#define GROUP_TABLES                                                           \
    "db_dbgroup JOIN db_dbuser ON db_dbuser.id = db_dbgroup.user_id"

/* From a row of GROUP_COLUMNS. */
row_set group_set_row;

#endif
