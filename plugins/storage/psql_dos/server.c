/* Role and database of a new storage, and their end.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "connection.h"
#include "folder.h"

/* The comment that tells roles of ours from others. */
#define MARK "made by orma"
/* Where it is connected to for what concerns the whole server. */
#define MAINTENANCE "postgres"
#define DEFAULT_SOCKETS "/var/run/postgresql"

/* What the user asked for; texts of the document. */
typedef struct wishes {
    struct json_object *document;
    const char *hostname, *port, *superuser, *superuser_password;
    const char *profile, *repository_uri;
} wishes;

static const char *wish(struct json_object *document, const char *key)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(document, key, &value);
    const char *text = value == NULL ? "" : json_object_get_string(value);
    return *text == '\0' ? NULL : text;
}

static orma_status read_wishes(orma_str text, wishes *out, orma_error **err)
{
    struct json_tokener *tok = json_tokener_new();
    struct json_object *document =
        tok == NULL || text.len > INT_MAX
            ? NULL
            : json_tokener_parse_ex(tok, text.ptr, (int)text.len);
    if (tok != NULL)
        json_tokener_free(tok);
    if (!json_object_is_type(document, json_type_object)) {
        json_object_put(document);
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "the wishes for a new storage are no JSON object");
    }
    *out = (wishes){
        .document = document,
        .hostname = wish(document, "database_hostname"),
        .port = wish(document, "database_port"),
        .superuser = wish(document, "superuser"),
        .superuser_password = wish(document, "superuser_password"),
        .profile = wish(document, "profile"),
        .repository_uri = wish(document, "repository_uri"),
    };
    if (out->repository_uri != NULL)
        return ORMA_OK;
    json_object_put(document);
    return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                      "a new storage needs \"repository_uri\"");
}

/* ---- who may ----------------------------------------------------- */

static bool may_make(PGconn *pg)
{
    PGresult *res = NULL;
    if (run_text(pg,
                 "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM "
                 "pg_roles WHERE rolname = current_user",
                 NULL, &res, NULL) != ORMA_OK)
        return false;
    const bool may = PQntuples(res) == 1 && *PQgetvalue(res, 0, 0) == 't';
    PQclear(res);
    return may;
}

/* A session that may make roles and databases, NULL: none. *is_reached: some
 * server answered. Without wishes: this user and `postgres` through the Unix
 * socket, where the system vouches for them, then by password file. */
static PGconn *connect_superuser(const char *hostname, const char *port,
                                 const char *user, const char *password,
                                 bool *is_reached)
{
    const struct {
        const char *hostname, *user;
    } ways[] = {
        {hostname, user},
        {hostname, "postgres"},
        {hostname != NULL ? hostname : "localhost", "postgres"},
    };
    const size_t count = user != NULL       ? 1
                         : hostname != NULL ? 2
                                            : sizeof ways / sizeof *ways;

    for (size_t i = 0; i < count; i++) {
        const server_config config = {
            .hostname = (char *)(uintptr_t)ways[i].hostname,
            .port = (char *)(uintptr_t)port,
            .username = (char *)(uintptr_t)ways[i].user,
            .password = (char *)(uintptr_t)password,
            .database = (char *)(uintptr_t)MAINTENANCE,
        };
        const connect_wishes plain = {.database = NULL};
        PGconn *pg = NULL;
        const orma_status st = connect_server(&config, &plain, &pg, NULL);
        if (st != ORMA_E_TRANSIENT)
            *is_reached = true;
        if (st == ORMA_OK && may_make(pg))
            return pg;
        PQfinish(pg);
    }
    return NULL;
}

/* ---- making ------------------------------------------------------ */

static bool is_taken(PGconn *pg, const char *name)
{
    const char *const values[] = {name, NULL};
    PGresult *res = NULL;
    bool taken = true;
    if (run_text(pg,
                 "SELECT 1 FROM pg_roles WHERE rolname = $1 UNION ALL SELECT 1 "
                 "FROM pg_database WHERE datname = $1",
                 values, &res, NULL) == ORMA_OK)
        taken = PQntuples(res) > 0;
    PQclear(res);
    return taken;
}

/* "aiida_thesis", "aiida_thesis_1", …: of the role and of the database. */
static void choose_name(PGconn *pg, const char *profile, char out[64])
{
    char base[48];
    size_t n = (size_t)snprintf(base, sizeof base, "aiida_%s",
                                profile != NULL ? profile : "orma");
    if (n >= sizeof base)
        n = sizeof base - 1;
    for (size_t i = 0; i < n; i++)
        base[i] = isalnum((unsigned char)base[i])
                      ? (char)tolower((unsigned char)base[i])
                      : '_';
    snprintf(out, 64, "%s", base);
    for (int i = 1; i < 1000 && is_taken(pg, out); i++)
        snprintf(out, 64, "%s_%d", base, i);
}

static orma_status random_password(char out[31], orma_error **err)
{
    unsigned char bytes[15];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, 0,
                          "the system gives no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof bytes);
    return ORMA_OK;
}

static orma_status run_command(PGconn *pg, orma_error **err, const char *format,
                               ...) __attribute__((format(printf, 3, 4)));

static orma_status run_command(PGconn *pg, orma_error **err, const char *format,
                               ...)
{
    char sql[1000];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof sql)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                          "a name for the server is too long");
    return run_text(pg, sql, NULL, NULL, err);
}

/* name: letters, digits and '_' only. */
static orma_status make_role(PGconn *pg, const char *name, const char *password,
                             orma_error **err)
{
    /* What is kept in the server's log must not be the password. */
    char *verifier = PQencryptPasswordConn(pg, password, name, NULL);
    if (verifier == NULL)
        return fail_result(pg, NULL, err);
    orma_status st = run_command(
        pg, err, "CREATE ROLE \"%s\" LOGIN PASSWORD '%s'", name, verifier);
    PQfreemem(verifier);
    if (st != ORMA_OK)
        return st;
    run_command(pg, NULL, "COMMENT ON ROLE \"%s\" IS '" MARK "'", name);
    /* One who is no superuser gives only what is his own. */
    run_command(pg, NULL, "GRANT \"%s\" TO CURRENT_USER", name);
    st = run_command(pg, err,
                     "CREATE DATABASE \"%s\" OWNER \"%s\" ENCODING 'UTF8' "
                     "TEMPLATE template0",
                     name, name);
    if (st != ORMA_OK)
        run_command(pg, NULL, "DROP ROLE \"%s\"", name);
    return st;
}

/* The address at which the new role is let in; NULL: at none. AiiDA's own
 * "localhost" is tried first. */
static const char *find_address(PGconn *pg, const char *name,
                                const char *password)
{
    const char *const addresses[] = {"localhost", PQhost(pg)};
    const bool is_socket =
        PQhost(pg) == NULL || *PQhost(pg) == '/' || *PQhost(pg) == '\0';
    for (size_t i = is_socket ? 0 : 1; i < 2; i++) {
        const server_config config = {
            .hostname = (char *)(uintptr_t)addresses[i],
            .port = PQport(pg),
            .username = (char *)(uintptr_t)name,
            .password = (char *)(uintptr_t)password,
            .database = (char *)(uintptr_t)name,
        };
        const connect_wishes plain = {.database = NULL};
        PGconn *tried = NULL;
        const orma_status st = connect_server(&config, &plain, &tried, NULL);
        PQfinish(tried);
        if (st == ORMA_OK)
            return addresses[i];
    }
    return NULL;
}

static orma_status write_config(PGconn *pg, const wishes *w, const char *name,
                                const char *password, orma_writer *out,
                                orma_error **err)
{
    const char *address = find_address(pg, name, password);
    if (address == NULL) {
        run_command(pg, NULL, "DROP DATABASE \"%s\"", name);
        run_command(pg, NULL, "DROP ROLE \"%s\"", name);
        return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                          "the server made a role for the profile, but its "
                          "pg_hba.conf lets roles in neither at localhost nor "
                          "at \"%s\" by password: add \"host all all "
                          "127.0.0.1/32 scram-sha-256\" to it",
                          PQhost(pg));
    }
    struct json_object *config = json_object_new_object();
    if (config == NULL)
        return fail_memory(err);
    const struct {
        const char *key, *value;
    } members[] = {
        {"database_engine", "postgresql_psycopg"},
        /* AiiDA's word for libpq's own socket. */
        {"database_hostname",
         strcmp(address, DEFAULT_SOCKETS) == 0 ? NULL : address},
        {"database_username", name},
        {"database_password", password},
        {"database_name", name},
        {"repository_uri", w->repository_uri},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_object_add(config, members[i].key,
                               members[i].value == NULL
                                   ? NULL
                                   : json_object_new_string(members[i].value));
    json_object_object_add(
        config, "database_port",
        json_object_new_int64(strtoll(PQport(pg), NULL, 10)));
    const char *text =
        json_object_to_json_string_ext(config, JSON_C_TO_STRING_NOSLASHESCAPE);
    const orma_status st = host->write(out, (orma_str){text, strlen(text)});
    json_object_put(config);
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the storage's config");
}

static orma_status refuse_to_make(const wishes *w, bool is_reached,
                                  orma_error **err)
{
    if (!is_reached)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, DOMAIN, 0,
                          "no PostgreSQL server answers at \"%s\": start one, "
                          "or name it with --postgres-hostname and "
                          "--postgres-port",
                          w->hostname != NULL ? w->hostname
                                              : "the local socket");
    return host->fail(
        host, err, ORMA_E_REFUSED, DOMAIN, 0,
        "the PostgreSQL server lets nobody known here make a role and a "
        "database: give a superuser with --postgres-username and "
        "--postgres-password, or run `sudo -u postgres createuser --pwprompt "
        "aiida`, `sudo -u postgres createdb --owner aiida --template "
        "template0 --encoding UTF8 aiida` and `orma profile setup "
        "core.psql_dos --database-username aiida --database-name aiida`");
}

orma_status provision(const orma_storage *self, orma_str text,
                      orma_writer *config, orma_error **err)
{
    wishes w = {.document = NULL};
    char name[64], password[31];
    bool is_reached = false;

    (void)self;
    orma_status st = read_wishes(text, &w, err);
    if (st != ORMA_OK)
        return st;
    PGconn *pg = connect_superuser(w.hostname, w.port, w.superuser,
                                   w.superuser_password, &is_reached);
    if (pg == NULL) {
        st = refuse_to_make(&w, is_reached, err);
    } else {
        choose_name(pg, w.profile, name);
        st = random_password(password, err);
        if (st == ORMA_OK)
            st = make_role(pg, name, password, err);
        if (st == ORMA_OK)
            st = write_config(pg, &w, name, password, config, err);
        explicit_bzero(password, sizeof password);
    }
    PQfinish(pg);
    json_object_put(w.document);
    return st;
}

/* ---- the end ----------------------------------------------------- */

static bool is_ours(PGconn *pg, const char *role)
{
    const char *const values[] = {role, NULL};
    PGresult *res = NULL;
    bool ours = false;
    if (run_text(pg,
                 "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles "
                 "WHERE rolname = $1",
                 values, &res, NULL) == ORMA_OK)
        ours = PQntuples(res) == 1 && strcmp(PQgetvalue(res, 0, 0), MARK) == 0;
    PQclear(res);
    return ours;
}

static orma_status drop(PGconn *pg, const char *kind, const char *name,
                        const char *how, orma_error **err)
{
    char *quoted = PQescapeIdentifier(pg, name, strlen(name));
    if (quoted == NULL)
        return fail_result(pg, NULL, err);
    const orma_status st =
        run_command(pg, err, "DROP %s IF EXISTS %s%s", kind, quoted, how);
    PQfreemem(quoted);
    return st;
}

/* A role cannot drop itself. When nobody else is let in it stays, without a
 * database. */
static void drop_role(const server_config *c)
{
    bool is_reached = false;
    PGconn *pg =
        connect_superuser(c->hostname, c->port, NULL, NULL, &is_reached);
    if (pg == NULL && c->hostname != NULL && *c->hostname != '/')
        pg = connect_superuser(NULL, c->port, NULL, NULL, &is_reached);
    if (pg != NULL && is_ours(pg, c->username))
        drop(pg, "ROLE", c->username, "", NULL);
    PQfinish(pg);
}

static orma_status drop_database(const server_config *c, orma_error **err)
{
    const connect_wishes elsewhere = {.database = MAINTENANCE};
    PGconn *pg = NULL;
    orma_status st = connect_server(c, &elsewhere, &pg, err);
    if (st != ORMA_OK)
        return st;
    st = drop(pg, "DATABASE", c->database, " WITH (FORCE)", err);
    const bool takes_role = st == ORMA_OK && is_ours(pg, c->username);
    PQfinish(pg);
    if (takes_role)
        drop_role(c);
    return st;
}

/* The id of the database's container; "" when it does not say: of a database
 * that is gone already, or cannot be reached, which dropping it tells. */
static void read_container_id(const server_config *c, char *id, size_t size)
{
    static const char *const none[] = {NULL};
    const connect_wishes plain = {.database = NULL};
    PGconn *pg = NULL;
    PGresult *res = NULL;

    *id = '\0';
    if (connect_server(c, &plain, &pg, NULL) == ORMA_OK &&
        run_text(pg,
                 "SELECT val #>> '{}' FROM db_dbsetting WHERE key = "
                 "'repository|uuid'",
                 none, &res, NULL) == ORMA_OK &&
        PQntuples(res) == 1)
        snprintf(id, size, "%s", PQgetvalue(res, 0, 0));
    PQclear(res);
    PQfinish(pg);
}

/* Nothing is dropped when the container belongs to another database. */
static orma_status check_container(const server_config *c, orma_error **err)
{
    char id[64];
    read_container_id(c, id, sizeof id);
    if (*id == '\0' || folder_has_container(c->repository, id))
        return ORMA_OK;
    return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                      "the container in \"%s\" does not belong to database "
                      "\"%s\": nothing was removed",
                      c->repository, c->database);
}

orma_status destroy(const orma_storage *self, orma_str text, orma_error **err)
{
    server_config config;
    (void)self;
    orma_status st = config_read(text, &config, err);
    if (st != ORMA_OK)
        return st;
    st = check_container(&config, err);
    if (st == ORMA_OK)
        st = drop_database(&config, err);
    if (st == ORMA_OK)
        st = folder_remove(config.repository, err);
    config_finish(&config);
    return st;
}
