/* Size, copy and check of the database.
 *
 * SPDX-License-Identifier: MIT */
#include "connection.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Runs outside a transaction, on a connection that works. */
static orma_status ask(orma_store *store, const char *sql, PGresult **out,
                       orma_error **err)
{
    orma_status st = store->is_open ? host->fail(host, err, ORMA_E_BUG, DOMAIN,
                                                 0, "a transaction is open")
                                    : ensure_connected(store, err);
    return st == ORMA_OK ? run_text(store->pg, sql, NULL, out, err) : st;
}

orma_status size_bytes(orma_store *store, int64_t *bytes, orma_error **err)
{
    PGresult *res = NULL;
    const orma_status st =
        ask(store, "SELECT pg_database_size(current_database())", &res, err);
    if (st != ORMA_OK)
        return st;
    *bytes = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
    PQclear(res);
    return ORMA_OK;
}

/* ---- copy -------------------------------------------------------- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

static bool find_in_path(char *out, size_t size)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        const size_t n = strcspn(path, ":");
        const int written = snprintf(out, size, "%.*s/pg_dump", (int)n, path);
        if (n > 0 && written > 0 && (size_t)written < size && is_program(out))
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

/* pg_dump of the server's version, which it must not be below; else $PATH's,
 * else the newest installed. */
static bool find_pg_dump(int version, char *out, size_t size)
{
    static const char folder[] = "/usr/lib/postgresql";
    int newest = 0;
    snprintf(out, size, "%s/%d/bin/pg_dump", folder, version);
    if (is_program(out) || find_in_path(out, size))
        return true;
    DIR *dir = opendir(folder);
    for (const struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
        const int found = (int)strtol(d->d_name, NULL, 10);
        snprintf(out, size, "%s/%d/bin/pg_dump", folder, found);
        if (found > newest && is_program(out))
            newest = found;
    }
    if (dir != NULL)
        closedir(dir);
    snprintf(out, size, "%s/%d/bin/pg_dump", folder, newest);
    return newest > 0;
}

/* The environment with the password in it: an argument would be seen by every
 * user of the machine. */
static char **environment_with(const char *password)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **made = calloc(count + 2, sizeof *made);
    for (size_t i = 0; made != NULL && i < count; i++)
        if (password == NULL || strncmp(environ[i], "PGPASSWORD=", 11) != 0)
            made[kept++] = environ[i];
    if (made != NULL && password != NULL &&
        asprintf(&made[kept], "PGPASSWORD=%s", password) < 0) {
        free(made);
        return NULL;
    }
    return made;
}

static void forget_environment(char **made, const char *password)
{
    size_t last = 0;
    while (made[last] != NULL)
        last++;
    if (password != NULL) {
        explicit_bzero(made[last - 1], strlen(made[last - 1]));
        free(made[last - 1]);
    }
    free(made);
}

/* The first line of the program's complaints. */
static void read_complaint(int fd, char *out, size_t size)
{
    size_t used = 0;
    char more[256];
    ssize_t n = 0;
    while (used + 1 < size && (n = read(fd, out + used, size - 1 - used)) > 0)
        used += (size_t)n;
    while (read(fd, more, sizeof more) > 0)
        ; /* so that the program never waits for us */
    out[used] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

static orma_status run_pg_dump(const char *const *arguments, char **environment,
                               orma_error **err)
{
    int ends[2];
    pid_t pid = 0;
    int status = 0;
    char complaint[500] = "";
    posix_spawn_file_actions_t actions;

    if (pipe(ends) != 0)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, errno,
                          "cannot run pg_dump: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    const int rc = posix_spawn(&pid, arguments[0], &actions, NULL,
                               (char **)(uintptr_t)arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (rc == 0) {
        read_complaint(ends[0], complaint, sizeof complaint);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    if (rc != 0)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, rc,
                          "cannot run \"%s\": %s", arguments[0], strerror(rc));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, 0,
                          "pg_dump failed: %s", complaint);
    return ORMA_OK;
}

orma_status backup(orma_store *store, const char *folder, orma_error **err)
{
    const server_config *c = &store->config;
    char program[PATH_MAX], file[PATH_MAX];

    const orma_status st = ensure_connected(store, err);
    if (st != ORMA_OK)
        return st;
    if (!find_pg_dump(PQserverVersion(store->pg) / 10000, program,
                      sizeof program))
        return host->fail(host, err, ORMA_E_NOT_FOUND, DOMAIN, 0,
                          "pg_dump is not installed: install PostgreSQL's "
                          "client programs (Debian: postgresql-client)");
    const int n = snprintf(file, sizeof file, "--file=%s/db.psql", folder);
    if (n < 0 || (size_t)n >= sizeof file)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "path \"%s\" is too long", folder);
    char *port = NULL, *database = NULL;
    if (asprintf(&port, "--port=%s", PQport(store->pg)) < 0)
        return fail_memory(err);
    if (asprintf(&database, "--dbname=%s", c->database) < 0) {
        free(port);
        return fail_memory(err);
    }
    const char *const arguments[] = {program,
                                     "--format=plain",
                                     "--no-password",
                                     file,
                                     "--host",
                                     PQhost(store->pg),
                                     port,
                                     "--username",
                                     c->username,
                                     database,
                                     NULL};
    char **environment = environment_with(c->password);
    const orma_status done = environment == NULL
                                 ? fail_memory(err)
                                 : run_pg_dump(arguments, environment, err);
    if (environment != NULL)
        forget_environment(environment, c->password);
    free(port);
    free(database);
    return done;
}

/* ---- check ------------------------------------------------------- */

static orma_status write_fault(orma_writer *faults, const char *text,
                               orma_error **err)
{
    char line[600];
    const int n = snprintf(line, sizeof line, "%s\n", text);
    const orma_status st = host->write(
        faults,
        (orma_str){line, n < (int)sizeof line ? (size_t)n : sizeof line - 1});
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the list of faults");
}

/* Every row's first column is a fault. */
static orma_status report_rows(orma_store *store, const char *sql,
                               orma_writer *faults, orma_error **err)
{
    PGresult *res = NULL;
    orma_status st = ask(store, sql, &res, err);
    for (int i = 0; st == ORMA_OK && i < PQntuples(res); i++)
        st = write_fault(faults, PQgetvalue(res, i, 0), err);
    PQclear(res);
    return st;
}

/* Where the server offers amcheck and lets this role use it: the order of every
 * index of AiiDA's and orma's tables. */
static orma_status check_indexes(orma_store *store, orma_writer *faults,
                                 orma_error **err)
{
    PGresult *res = NULL;
    orma_status st = ask(
        store,
        "SELECT i.indexrelid, i.indexrelid::regclass FROM pg_index i JOIN "
        "pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
        "WHERE a.amname = 'btree' AND i.indisvalid AND c.relpersistence = 'p' "
        "AND c.relnamespace <> 'pg_catalog'::regnamespace AND "
        "pg_table_is_visible(c.oid) AND EXISTS (SELECT 1 "
        "FROM pg_proc p WHERE p.proname = 'bt_index_check' AND "
        "has_function_privilege(p.oid, 'EXECUTE'))",
        &res, err);
    for (int i = 0; st == ORMA_OK && i < PQntuples(res); i++) {
        const char *const values[] = {PQgetvalue(res, i, 0), NULL};
        PGresult *found =
            PQexecParams(store->pg, "SELECT bt_index_check($1::regclass)", 1,
                         NULL, values, NULL, NULL, 0);
        char line[500];
        const char *words = PQresultErrorField(found, PG_DIAG_MESSAGE_PRIMARY);
        if (is_lost(store->pg, found)) {
            st = fail_result(store->pg, found, err);
        } else if (words != NULL) {
            snprintf(line, sizeof line, "index %s: %s", PQgetvalue(res, i, 1),
                     words);
            st = write_fault(faults, line, err);
        }
        PQclear(found);
    }
    PQclear(res);
    return st;
}

orma_status check(orma_store *store, orma_writer *faults, orma_error **err)
{
    orma_status st = report_rows(
        store,
        "SELECT 'index ' || indexrelid::regclass || ' is not valid: REINDEX "
        "it' FROM pg_index WHERE NOT indisvalid",
        faults, err);
    if (st == ORMA_OK)
        st = report_rows(
            store,
            "SELECT 'the server found ' || checksum_failures || ' damaged "
            "pages in this database' FROM pg_stat_database WHERE datname = "
            "current_database() AND checksum_failures > 0",
            faults, err);
    return st == ORMA_OK ? check_indexes(store, faults, err) : st;
}
