/* A connection of core.psql_dos, as its files share it.
 *
 * A transaction runs in libpq's pipeline mode: statements go out without
 * waiting for the answers of those before, and their failures are found when
 * an answer is needed, at commit() the latest.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PSQL_DOS_CONNECTION_H
#define PSQL_DOS_CONNECTION_H

#include <stdbool.h>

#include <libpq-fe.h>

#include <orma/storage.h>

#define DOMAIN "postgresql"

/* The host table that load() received. */
extern const orma_host *host;

/* A profile's storage.config. Members may be NULL: libpq's defaults. */
typedef struct server_config {
    char *hostname, *port, *username, *password, *database;
    char *repository; /* absolute path of the folder of container/ */
} server_config;

/* What an answer that is on its way belongs to. */
typedef struct expected {
    orma_statement *parsed; /* statement made ready by it, or NULL */
} expected;

/* Ids of a table that this connection got from its sequence. */
typedef struct id_stock {
    char table[64];
    int64_t *ids;
    size_t count, used;
    size_t next_size; /* of the next portion, beyond what is needed */
} id_stock;
#define STOCK_TABLES 16

/* The first failure of a transaction; told to every call until its end. */
typedef struct failure {
    orma_status status; /* ORMA_OK: none */
    int32_t code;
    bool is_lost; /* the connection ended with it */
    char *message;
} failure;

struct orma_store {
    server_config config;
    char session[37]; /* UUID of this connection, in its application_name */
    bool is_read_only;
    PGconn *pg;
    uint64_t generation; /* counts connections: prepared statements die with
                            theirs */
    unsigned statement_count; /* for names */

    bool is_open;  /* a transaction */
    bool is_read;  /* it only reads */
    bool is_fresh; /* nothing but BEGIN was asked for: it can begin again */
    uint64_t transactions; /* counts them: cursors die with theirs */
    failure failed;
    expected *expected; /* answers on their way, oldest first */
    size_t expected_first, expected_count, expected_capacity;

    int64_t serial;        /* of the transaction that writes */
    bool has_commit_table; /* orma_commit is there */
    /* Statements of the driver itself, made at their first use. */
    orma_statement *sign, *forget_signs, *next_ids;
    id_stock stocks[STOCK_TABLES];

    PGconn *reader;        /* for cursors outside a transaction, or NULL */
    unsigned reader_users; /* open cursors of its transaction */
};

/* ---- config.c ---------------------------------------------------- */

/* Errors: INVALID, with the member at fault. */
orma_status config_read(orma_str text, server_config *out, orma_error **err);
void config_finish(server_config *config); /* accepts zeroed */

/* ---- failure.c --------------------------------------------------- */

/* Says what the server (or, res NULL, the connection) answered. */
orma_status fail_result(PGconn *pg, const PGresult *res, orma_error **err);
orma_status fail_memory(orma_error **err);

/* Did the answer end with the connection? */
bool is_lost(PGconn *pg, const PGresult *res);

/* Keeps the first failure of the transaction. */
void failure_note(orma_store *store, PGconn *pg, const PGresult *res);
orma_status failure_tell(const orma_store *store, orma_error **err);
void failure_clear(orma_store *store);

/* ---- connection.c ------------------------------------------------ */

/* What connects to the server, beside the config. */
typedef struct connect_wishes {
    const char *database; /* instead of the config's, or NULL */
    const char *session;  /* for application_name, or NULL */
    int patience_s;       /* with a server that is starting; 0: half a minute */
    bool is_read_only;
} connect_wishes;

/* *out is a connection in working order. Errors: TRANSIENT (not reached),
 * NOT_FOUND (database), INVALID (refused by the server). */
orma_status connect_server(const server_config *config,
                           const connect_wishes *wishes, PGconn **out,
                           orma_error **err);

/* Outside a transaction: makes the connection again when it is lost, trying
 * for up to half a minute. Errors: TRANSIENT. */
orma_status ensure_connected(orma_store *store, orma_error **err);
orma_status reconnect(orma_store *store, orma_error **err);

/* For statements of ours: `sql` and its text parameters, ended by NULL; rows
 * in *out, which may be NULL. Outside pipeline mode. */
orma_status run_text(PGconn *pg, const char *sql, const char *const *values,
                     PGresult **out, orma_error **err);

/* ---- pipeline.c -------------------------------------------------- */

orma_status pipeline_enter(orma_store *store, orma_error **err);

/* Queues a statement of ours that has no parameters, or that of a caller. */
orma_status pipeline_text(orma_store *store, const char *sql, orma_error **err);
orma_status pipeline_run(orma_store *store, orma_statement *s,
                         orma_error **err);

/* Reads answers until at most `rest` are on their way; *last, which may be
 * NULL, is the newest that was read. Failures go to store->failed. */
void pipeline_read(orma_store *store, size_t rest, PGresult **last);

/* Marks the end of what can fail together, reads all, and leaves the mode. */
void pipeline_leave(orma_store *store);

/* The statement goes away: no answer belongs to it any more. */
void pipeline_forget(orma_store *store, const orma_statement *s);

/* ---- transaction.c ----------------------------------------------- */

orma_status begin(orma_store *store, uint32_t flags, orma_error **err);
orma_status commit(orma_store *store, orma_error **err);
void rollback(orma_store *store);
orma_status execute(orma_store *store, const char *sql, orma_error **err);

/* Begins the open transaction anew on a new connection, when nothing would be
 * repeated by that; false when it cannot be. */
bool begin_again(orma_store *store);

/* Out of pipeline mode, with BEGIN done: for COPY and plain statements. */
orma_status settle(orma_store *store, orma_error **err);

/* orma_commit, below. */
orma_status make_commit_table(orma_store *store, orma_error **err);

/* ---- other members of orma_storage ------------------------------- */

orma_status reserve_ids(orma_store *store, const char *table, size_t count,
                        int64_t *ids, orma_error **err);
void forget_ids(orma_store *store);

orma_status copy_begin(orma_store *store, const char *table,
                       const char *const *columns, orma_copy **copy,
                       orma_error **err);
orma_status copy_row(orma_copy *copy, const orma_sql_value *values,
                     orma_error **err);
orma_status copy_end(orma_copy *copy, orma_error **err);

orma_status size_bytes(orma_store *store, int64_t *bytes, orma_error **err);
orma_status backup(orma_store *store, const char *folder, orma_error **err);
orma_status check(orma_store *store, orma_writer *faults, orma_error **err);

orma_status provision(const orma_storage *self, orma_str wishes,
                      orma_writer *config, orma_error **err);
orma_status destroy(const orma_storage *self, orma_str config,
                    orma_error **err);

#endif
