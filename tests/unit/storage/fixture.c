/* Stores, nodes and real AiiDA data for the tests of core/storage.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/fixture.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <base/error.h>
#include <base/text.h>

extern char **environ;

registry *fixture_registry(void)
{
    static registry *opened;
    if (opened == NULL && registry_default(&opened, NULL) != ORMA_OK)
        abort();
    return opened;
}

json_object *fixture_config(const char *folder)
{
    json_object *config = json_object_new_object();
    if (!json_set_text(config, "filepath", folder))
        abort();
    return config;
}

static store *open_store(const char *folder, bool create)
{
    json_object *config = fixture_config(folder);
    store *s = NULL;
    orma_error *err = NULL;

    if (store_open(fixture_registry(), "core.sqlite_dos", config, create, &s,
                   &err) != ORMA_OK) {
        char *text = error_chain(err);
        printf("# %s\n", text);
        free(text);
        orma_error_free(err);
    }
    json_object_put(config);
    return s;
}

store *fixture_create(char **folder)
{
    char *path = text_printf("%s/store", unit_temp_dir());
    store *s = open_store(path, true);
    json_object *user = json_object_new_object();
    int64_t pk = 0;

    if (s == NULL)
        abort();
    json_set_text(user, "email", "ada@example.org");
    if (store_user_save(s, user, &pk, NULL) != ORMA_OK)
        abort();
    store_set_default_user(s, pk);
    json_object_put(user);
    if (folder != NULL)
        *folder = path;
    else
        free(path);
    return s;
}

store *fixture_open(const char *folder)
{
    store *s = open_store(folder, false);
    if (s != NULL)
        store_set_default_user(s, 1);
    return s;
}

int fixture_run(const char *const *argv)
{
    pid_t pid = 0;
    int status = 0;
    char **args = (char **)(uintptr_t)argv;

    if (posix_spawnp(&pid, argv[0], NULL, NULL, args, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

char *fixture_unpack(void)
{
    const char *folder = unit_temp_dir();
    const char *const argv[] = {
        "tar", "-xzf", TEST_DATA "/aiida/sqlite_dos_profile_types.tar.gz",
        "-C",  folder, NULL};
    if (fixture_run(argv) != 0)
        abort();
    return text_printf("%s/repo_types", folder);
}

node *fixture_int(int64_t value)
{
    node *n = node_create("data.core.int.Int.");
    if (n == NULL)
        abort();
    n->python_class = text_copy("aiida.orm.nodes.data.int.Int");
    json_set_int(n->attributes, "value", value);
    return n;
}

node *fixture_calcjob(void)
{
    node *n = node_create(NODE_TYPE_CALCJOB);
    if (n == NULL)
        abort();
    n->process_type = text_copy("aiida.calculations:core.arithmetic.add");
    json_set_text(n->attributes, "process_label", "ArithmeticAddCalculation");
    json_set_text(n->attributes, "process_state", "created");
    return n;
}

node *fixture_workchain(void)
{
    node *n = node_create(NODE_TYPE_WORKCHAIN);
    if (n == NULL)
        abort();
    n->process_type = text_copy("aiida.workflows:core.arithmetic.multiply_add");
    json_set_text(n->attributes, "process_label", "MultiplyAddWorkChain");
    json_set_text(n->attributes, "process_state", "created");
    return n;
}

orma_status fixture_store_nodes(store *s, node **nodes, size_t count,
                                orma_error **err)
{
    unit *u = NULL;
    orma_status st = unit_begin(s, &u, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++)
        st = unit_add_node(u, nodes[i], err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}

sqlite3 *fixture_database(const char *folder)
{
    char *path = text_printf("%s/database.sqlite", folder);
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        abort();
    sqlite3_busy_timeout(db, 10000);
    free(path);
    return db;
}

const char *fixture_sql(sqlite3 *db, const char *sql)
{
    static char text[65536];
    sqlite3_stmt *stmt = NULL;

    text[0] = '\0';
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        printf("# %s: %s\n", sql, sqlite3_errmsg(db));
    else if (sqlite3_step(stmt) == SQLITE_ROW &&
             sqlite3_column_text(stmt, 0) != NULL)
        snprintf(text, sizeof text, "%s",
                 (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

bool fixture_says(orma_error **err, const char *text)
{
    char *chain = *err == NULL ? text_copy("no error") : error_chain(*err);
    const bool found = strstr(chain, text) != NULL;
    if (!found)
        printf("# \"%s\" does not say \"%s\"\n", chain, text);
    free(chain);
    error_clear(err);
    return found;
}
