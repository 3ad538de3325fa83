/* The tables of an archive.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_TABLE_H
#define CORE_STORAGE_ARCHIVE_TABLE_H

/* In AiiDA's order of writing. */
enum archive_table {
    TABLE_USERS,
    TABLE_COMPUTERS,
    TABLE_AUTHINFOS,
    TABLE_GROUPS,
    TABLE_NODES,
    TABLE_COMMENTS,
    TABLE_LOGS,
    TABLE_LINKS,
    TABLE_MEMBERS,
    TABLE_COUNT
};

/* "nodes", as reports name them; "db_dbnode". */
const char *archive_table_word(enum archive_table table);
const char *archive_table_name(enum archive_table table);

#endif
