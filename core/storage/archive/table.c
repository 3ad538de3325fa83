/* The tables of an archive.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/table.h>

static const struct {
    const char *word, *name;
} tables[TABLE_COUNT] = {
    [TABLE_USERS] = {"users", "db_dbuser"},
    [TABLE_COMPUTERS] = {"computers", "db_dbcomputer"},
    [TABLE_AUTHINFOS] = {"authinfos", "db_dbauthinfo"},
    [TABLE_GROUPS] = {"groups", "db_dbgroup"},
    [TABLE_NODES] = {"nodes", "db_dbnode"},
    [TABLE_COMMENTS] = {"comments", "db_dbcomment"},
    [TABLE_LOGS] = {"logs", "db_dblog"},
    [TABLE_LINKS] = {"links", "db_dblink"},
    [TABLE_MEMBERS] = {"group_nodes", "db_dbgroup_dbnodes"},
};

const char *archive_table_word(enum archive_table table)
{
    return tables[table].word;
}

const char *archive_table_name(enum archive_table table)
{
    return tables[table].name;
}
