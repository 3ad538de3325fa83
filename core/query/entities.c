/* What can be queried.
 *
 * SPDX-License-Identifier: MIT */
#include <query/entities.h>

#include <base/text.h>

static const entity_column node_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"uuid", COLUMN_UUID, false, "uuid"},
    {"node_type", COLUMN_TEXT, false, "node_type"},
    {"process_type", COLUMN_TEXT, true, "process_type"},
    {"label", COLUMN_TEXT, false, "label"},
    {"description", COLUMN_TEXT, false, "description"},
    {"ctime", COLUMN_TIME, false, "ctime"},
    {"mtime", COLUMN_TIME, false, "mtime"},
    {"attributes", COLUMN_JSON, true, NULL},
    {"extras", COLUMN_JSON, true, NULL},
    {"repository_metadata", COLUMN_JSON, false, NULL},
    {"dbcomputer_id", COLUMN_INT, true, "computer"},
    {"user_id", COLUMN_INT, false, "user"},
    {0},
};

static const entity_column group_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"uuid", COLUMN_UUID, false, "uuid"},
    {"label", COLUMN_TEXT, false, "label"},
    {"type_string", COLUMN_TEXT, false, "type_string"},
    {"time", COLUMN_TIME, false, "time"},
    {"description", COLUMN_TEXT, false, "description"},
    {"extras", COLUMN_JSON, false, NULL},
    {"user_id", COLUMN_INT, false, "user"},
    {0},
};

static const entity_column computer_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"uuid", COLUMN_UUID, false, "uuid"},
    {"label", COLUMN_TEXT, false, "label"},
    {"hostname", COLUMN_TEXT, false, "hostname"},
    {"description", COLUMN_TEXT, false, "description"},
    {"scheduler_type", COLUMN_TEXT, false, "scheduler_type"},
    {"transport_type", COLUMN_TEXT, false, "transport_type"},
    {"metadata", COLUMN_JSON, false, NULL},
    {0},
};

static const entity_column user_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"email", COLUMN_TEXT, false, "email"},
    {"first_name", COLUMN_TEXT, false, "first_name"},
    {"last_name", COLUMN_TEXT, false, "last_name"},
    {"institution", COLUMN_TEXT, false, "institution"},
    {0},
};

static const entity_column authinfo_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"aiidauser_id", COLUMN_INT, false, "user"},
    {"dbcomputer_id", COLUMN_INT, false, "computer"},
    {"metadata", COLUMN_JSON, false, NULL},
    {"auth_params", COLUMN_JSON, false, NULL},
    {"enabled", COLUMN_BOOL, false, "enabled"},
    {0},
};

static const entity_column comment_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"uuid", COLUMN_UUID, false, "uuid"},
    {"dbnode_id", COLUMN_INT, false, "node"},
    {"ctime", COLUMN_TIME, false, "ctime"},
    {"mtime", COLUMN_TIME, false, "mtime"},
    {"user_id", COLUMN_INT, false, "user"},
    {"content", COLUMN_TEXT, false, "content"},
    {0},
};

static const entity_column log_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"uuid", COLUMN_UUID, false, "uuid"},
    {"time", COLUMN_TIME, false, "time"},
    {"loggername", COLUMN_TEXT, false, "loggername"},
    {"levelname", COLUMN_TEXT, false, "levelname"},
    {"dbnode_id", COLUMN_INT, false, "node"},
    {"message", COLUMN_TEXT, false, "message"},
    {"metadata", COLUMN_JSON, false, NULL},
    {0},
};

static const entity_column link_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"input_id", COLUMN_INT, false, "input_id"},
    {"output_id", COLUMN_INT, false, "output_id"},
    {"label", COLUMN_TEXT, false, "label"},
    {"type", COLUMN_TEXT, false, "type"},
    {0},
};

static const entity_column walk_columns[] = {
    {"ancestor_id", COLUMN_INT, false, "ancestor_id"},
    {"descendant_id", COLUMN_INT, false, "descendant_id"},
    {"depth", COLUMN_INT, false, "depth"},
    {"path", COLUMN_JSON, false, NULL},
    {0},
};

static const entity_column member_columns[] = {
    {"id", COLUMN_INT, false, "pk"},
    {"dbnode_id", COLUMN_INT, false, "node"},
    {"dbgroup_id", COLUMN_INT, false, "group"},
    {0},
};

static const entity_table entities[ENTITY_COUNT] = {
    [ENTITY_NODE] = {"node", "db_dbnode", node_columns},
    [ENTITY_GROUP] = {"group", "db_dbgroup", group_columns},
    [ENTITY_COMPUTER] = {"computer", "db_dbcomputer", computer_columns},
    [ENTITY_USER] = {"user", "db_dbuser", user_columns},
    [ENTITY_AUTHINFO] = {"authinfo", "db_dbauthinfo", authinfo_columns},
    [ENTITY_COMMENT] = {"comment", "db_dbcomment", comment_columns},
    [ENTITY_LOG] = {"log", "db_dblog", log_columns},
    [ENTITY_LINK] = {"link", "db_dblink", link_columns},
    [ENTITY_WALK] = {NULL, NULL, walk_columns},
    [ENTITY_MEMBER] = {NULL, "db_dbgroup_dbnodes", member_columns},
};

/* AiiDA's other names, tried in order. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"pk", "id"},
    {"computer", "dbcomputer_id"},
    {"computer_id", "dbcomputer_id"},
    {"user", "user_id"},
    {"user", "aiidauser_id"},
    {"user_id", "aiidauser_id"},
    {"node", "dbnode_id"},
    {"node_id", "dbnode_id"},
    {"_metadata", "metadata"},
};

/* AiiDA's joins, and user and computer of an authinfo. */
static const entity_join joins[] = {
    {ENTITY_NODE, "with_incoming", ENTITY_NODE, ENTITY_LINK, "output_id",
     "input_id"},
    {ENTITY_NODE, "with_outgoing", ENTITY_NODE, ENTITY_LINK, "input_id",
     "output_id"},
    {ENTITY_NODE, "with_ancestors", ENTITY_NODE, ENTITY_WALK, "descendant_id",
     "ancestor_id"},
    {ENTITY_NODE, "with_descendants", ENTITY_NODE, ENTITY_WALK, "ancestor_id",
     "descendant_id"},
    {ENTITY_NODE, "with_group", ENTITY_GROUP, ENTITY_MEMBER, "dbnode_id",
     "dbgroup_id"},
    {ENTITY_NODE, "with_computer", ENTITY_COMPUTER, ENTITY_NONE,
     "dbcomputer_id", "id"},
    {ENTITY_NODE, "with_user", ENTITY_USER, ENTITY_NONE, "user_id", "id"},
    {ENTITY_NODE, "with_comment", ENTITY_COMMENT, ENTITY_NONE, "id",
     "dbnode_id"},
    {ENTITY_NODE, "with_log", ENTITY_LOG, ENTITY_NONE, "id", "dbnode_id"},
    {ENTITY_GROUP, "with_node", ENTITY_NODE, ENTITY_MEMBER, "dbgroup_id",
     "dbnode_id"},
    {ENTITY_GROUP, "with_user", ENTITY_USER, ENTITY_NONE, "user_id", "id"},
    {ENTITY_COMPUTER, "with_node", ENTITY_NODE, ENTITY_NONE, "id",
     "dbcomputer_id"},
    {ENTITY_COMPUTER, "with_authinfo", ENTITY_AUTHINFO, ENTITY_NONE, "id",
     "dbcomputer_id"},
    {ENTITY_USER, "with_node", ENTITY_NODE, ENTITY_NONE, "id", "user_id"},
    {ENTITY_USER, "with_group", ENTITY_GROUP, ENTITY_NONE, "id", "user_id"},
    {ENTITY_USER, "with_comment", ENTITY_COMMENT, ENTITY_NONE, "id", "user_id"},
    {ENTITY_USER, "with_authinfo", ENTITY_AUTHINFO, ENTITY_NONE, "id",
     "aiidauser_id"},
    {ENTITY_AUTHINFO, "with_computer", ENTITY_COMPUTER, ENTITY_NONE,
     "dbcomputer_id", "id"},
    {ENTITY_AUTHINFO, "with_user", ENTITY_USER, ENTITY_NONE, "aiidauser_id",
     "id"},
    {ENTITY_COMMENT, "with_node", ENTITY_NODE, ENTITY_NONE, "dbnode_id", "id"},
    {ENTITY_COMMENT, "with_user", ENTITY_USER, ENTITY_NONE, "user_id", "id"},
    {ENTITY_LOG, "with_node", ENTITY_NODE, ENTITY_NONE, "dbnode_id", "id"},
};
enum { JOIN_COUNT = sizeof joins / sizeof *joins };

const entity_table *entity_table_of(enum entity entity)
{
    return &entities[entity];
}

enum entity entity_parse(const char *word)
{
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (entities[i].word != NULL && text_equal(entities[i].word, word))
            return (enum entity)i;
    return ENTITY_NONE;
}

static const entity_column *by_name(enum entity entity, const char *name)
{
    for (const entity_column *c = entities[entity].columns; c->name != NULL;
         c++)
        if (text_equal(c->name, name))
            return c;
    return NULL;
}

const entity_column *entity_column_find(enum entity entity, const char *name)
{
    const entity_column *found = by_name(entity, name);
    for (size_t i = 0; found == NULL && i < sizeof aliases / sizeof *aliases;
         i++)
        if (text_equal(aliases[i].alias, name))
            found = by_name(entity, aliases[i].name);
    return found;
}

void entity_column_names(enum entity entity, buf *out)
{
    for (const entity_column *c = entities[entity].columns; c->name != NULL;
         c++) {
        if (c != entities[entity].columns)
            buf_text(out, ", ");
        buf_text(out, c->name);
        if (c->type == COLUMN_JSON)
            buf_printf(out, ", %s.KEY", c->name);
    }
}

const entity_join *entity_join_find(enum entity entity, const char *keyword)
{
    for (size_t i = 0; i < JOIN_COUNT; i++)
        if (joins[i].entity == entity && text_equal(joins[i].keyword, keyword))
            return &joins[i];
    return NULL;
}

bool entity_join_keyword_is_known(const char *keyword)
{
    for (size_t i = 0; i < JOIN_COUNT; i++)
        if (text_equal(joins[i].keyword, keyword))
            return true;
    return false;
}

void entity_join_keywords(enum entity entity, buf *out)
{
    for (size_t i = 0; i < JOIN_COUNT; i++)
        if (joins[i].entity == entity)
            buf_printf(out, "%s%s", out->len > 0 ? ", " : "", joins[i].keyword);
}
