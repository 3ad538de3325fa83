/* Storage drivers: a thin SQL connection, without rules of the graph.
 *
 * Draft: define ORMA_ENABLE_DRAFT to use it. It becomes stable when two
 * backends have lived with it. One implementation of AiiDA's schema and of all
 * queries in liborma drives every backend through this table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_STORAGE_H
#define ORMA_STORAGE_H

#ifndef ORMA_ENABLE_DRAFT
#error "orma/storage.h is a draft: define ORMA_ENABLE_DRAFT to use it"
#endif

#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_store orma_store;         /* [handle] one connection */
typedef struct orma_statement orma_statement; /* [handle] prepared */

enum {
    ORMA_SQL_NULL = 0,
    ORMA_SQL_INTEGER = 1,
    ORMA_SQL_REAL = 2,
    ORMA_SQL_TEXT = 3,
    ORMA_SQL_BLOB = 4
};

/* One parameter or column. text is [in] when bound, and valid until the next
 * step or reset when read. Never grows. */
typedef struct orma_sql_value {
    int32_t type; /* ORMA_SQL_* */
    int32_t reserved;
    int64_t integer;
    double real;
    orma_str text;
} orma_sql_value;

/* Words in which the backends' SQL differs. [static] */
typedef struct orma_dialect {
    uint32_t size;
    uint32_t reserved;
    const char *name;       /* "sqlite", "postgresql" */
    const char *serial;     /* column type of an integer primary key */
    const char *uuid;       /* column types of the schema … */
    const char *json;
    const char *timestamp;
    const char *boolean;
    const char *uuid_param; /* parameter forms, "?" or "?::uuid" … */
    const char *json_param;
    const char *timestamp_param;
    /* The bare value of a JSON object's top-level member, fit for an index:
     * '@' stands for the column, '#' for the key (letters and '_'). */
    const char *json_scalar;
} orma_dialect;
ORMA_NO_TAIL_PADDING(orma_dialect, json_scalar);

enum {
    ORMA_STORE_CREATE = 1u << 0,   /* make a new, empty store */
    ORMA_STORE_READ_ONLY = 1u << 1
};

typedef struct orma_storage {
    uint32_t size;
    uint32_t reserved;

    /* config: [in] JSON object, the profile's storage.config.
     * Errors: NOT_FOUND, INVALID (config), REFUSED (exists, network file
     * system), TRANSIENT. [worker-thread] */
    orma_status (*open)(const struct orma_storage *self, orma_str config,
                        uint32_t flags, orma_store **store, orma_error **err);

    /* Accepts NULL. [worker-thread] */
    void (*close)(orma_store *store);

    /* [thread-safe] */
    const orma_dialect *(*dialect)(const struct orma_storage *self);

    /* Absolute path of the object container. [worker-thread] */
    orma_status (*container)(orma_store *store, orma_writer *out,
                             orma_error **err);

    /* Statements without parameters and rows, ';'-separated.
     * Errors: TRANSIENT (busy, connection, disk full), INVALID (constraint),
     * PERMANENT (damaged), BUG (SQL). [worker-thread] */
    orma_status (*execute)(orma_store *store, const char *sql,
                           orma_error **err);

    /* A statement with ?1, ?2, … parameters. [worker-thread] */
    orma_status (*prepare)(orma_store *store, const char *sql,
                           orma_statement **statement, orma_error **err);

    /* Accepts NULL. [worker-thread] */
    void (*finalize)(orma_statement *statement);

    /* index from 1. [worker-thread] */
    orma_status (*bind)(orma_statement *statement, int32_t index,
                        const orma_sql_value *value, orma_error **err);

    /* Next row; *has_row is 0 at the end. [worker-thread] */
    orma_status (*step)(orma_statement *statement, int32_t *has_row,
                        orma_error **err);

    /* index from 0. [worker-thread] */
    void (*column)(orma_statement *statement, int32_t index,
                   orma_sql_value *value);

    /* Makes the statement ready to run again; bindings are forgotten.
     * [worker-thread] */
    void (*reset)(orma_statement *statement);

    /* Waits in the writers' queue, then begins. [worker-thread] */
    orma_status (*begin)(orma_store *store, orma_error **err);

    /* Durable when it returns. [worker-thread] */
    orma_status (*commit)(orma_store *store, orma_error **err);

    /* Safe when no transaction is open. [worker-thread] */
    void (*rollback)(orma_store *store);
} orma_storage;
ORMA_NO_TAIL_PADDING(orma_storage, rollback);

#ifdef __cplusplus
}
#endif
#endif
