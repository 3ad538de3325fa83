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
typedef struct orma_copy orma_copy;           /* [handle] rows on their way */

enum {
    ORMA_SQL_NULL = 0,
    ORMA_SQL_INTEGER = 1,
    ORMA_SQL_REAL = 2,
    ORMA_SQL_TEXT = 3,
    ORMA_SQL_BLOB = 4
};

/* One parameter or column. text is [in] when bound, and valid until the next
 * step or reset when read. Booleans are integers 0 and 1; UUIDs are text of 36
 * characters; times are UTC text "2026-01-31 12:00:00.000000"; JSON is text.
 * Never grows. */
typedef struct orma_sql_value {
    int32_t type; /* ORMA_SQL_* */
    int32_t reserved;
    int64_t integer;
    double real;
    orma_str text;
} orma_sql_value;

/* Codes (orma_error_code) of errors. */
enum {
    /* Of INVALID: another row has a value that must be unique, perhaps one that
     * came since this transaction looked; looking again is worth while. Large,
     * since drivers give INVALID the database's own codes, too. */
    ORMA_SQL_TAKEN = 1 << 30,
    /* Of TRANSIENT: the transaction had no effect and can be run again as it
     * was: connection lost and the server says it did not commit, deadlock,
     * serialization. */
    ORMA_SQL_AGAIN = 1
};

/* Words in which the backends' SQL differs. '?' stands for a parameter with its
 * number, '@' for a column or another expression, '#' for a key. They mean the
 * same on every backend: where databases disagree, PostgreSQL's meaning counts.
 * [static] */
typedef struct orma_dialect {
    uint32_t size;
    uint32_t reserved;
    const char *name;   /* "sqlite", "postgresql" */
    const char *serial; /* column type of an integer primary key */
    const char *uuid;   /* column types of the schema … */
    const char *json;
    const char *timestamp;
    const char *boolean;
    const char *uuid_param; /* parameter forms, "?" or "?::uuid" … */
    const char *json_param;
    const char *timestamp_param;
    /* The bare value of a JSON object's top-level member, fit for an index:
     * '@' stands for the column, '#' for the key (letters and '_'). */
    const char *json_scalar;
    /* Operator class of AiiDA's pattern indexes, "varchar_pattern_ops"; NULL:
     * the backend has none. */
    const char *pattern_ops;
    /* Rows of ids from a parameter that is a JSON array of integers, fit
     * behind IN: "(SELECT value FROM json_each(?))". */
    const char *id_list;
    const char *blob;    /* column type of bytes */
    const char *explain; /* what precedes a statement to show its plan */
    const char *vacuum;  /* statement that gives back room, outside a
                            transaction */
    const char *analyze; /* statement that renews the planner's statistics */
    /* What ends a SELECT that holds its rows against other writers until the
     * transaction's end, " FOR NO KEY UPDATE"; "" where writers queue. */
    const char *row_lock;

    /* ---- values inside JSON: the queries of users --------------------- */

    /* A path of keys as a literal: open, key ('#': letters, digits, '_', '-',
     * blanks, not digits alone), comma between keys, close. Open and close
     * alone are the path of the whole value. */
    const char *json_path_open, *json_path_key, *json_path_comma,
        *json_path_close;
    /* Of the JSON value '@' at the path '#', fit for an index: the bare value
     * as json_scalar has it; a number, NULL of others; the type, one of
     * "object", "array", "string", "number", "boolean", "null", NULL when
     * nothing is there; an array's length, NULL of others. */
    const char *json_path_scalar, *json_path_number, *json_path_type,
        *json_path_length;
    /* The JSON value in '@' at the keys of '?', a JSON array of texts, NULL
     * when nothing is there. Digits are an array's index, too, and negative
     * ones count from its end. */
    const char *json_at;
    /* Of the JSON values '@' and '?': equality, where neither the order of keys
     * nor the spelling of numbers counts; containment, jsonb's @>; and whether
     * '@' has the key or array item '?', a text. NULL without '@'. */
    const char *json_equal, *json_contains, *json_has_key;
    /* A JSON array made of the values '@' and '#', and '@' with '#' added. */
    const char *json_pair, *json_append;
    /* A parameter that is a number's text, exactly; a number as a column of
     * the result: number, or its text. */
    const char *number_param, *number_result;
    /* The rows (column "value") of the JSON array '?', behind FROM; items are
     * numbers or texts. */
    const char *list_rows;
    /* A UUID and a time ("2026-01-31 12:00:00.000000") as text. */
    const char *uuid_text, *timestamp_text;
    /* '@' is like '?' but for case, with a backslash for escapes. */
    const char *ilike;
    /* What an index of texts of any length is made with, behind the table's
     * name: equality is all that it has to find. */
    const char *long_text_index;
    /* A statement that has the planner count the values of the expression '?'
     * of table '@', under the name '#'; without effect where the server is too
     * old for it. NULL: the planner needs no such help. */
    const char *expression_statistics;
    /* A statement within a transaction that waits for all who are changing
     * nodes, and keeps others from it until the transaction's end. NULL where
     * begin() does so. */
    const char *exclude_writers;
    /* A statement, outside a transaction, that tells the planner of many new
     * nodes and links at once, instead of when the server gets to it. NULL: the
     * planner needs no such help. */
    const char *after_bulk;
} orma_dialect;
ORMA_NO_TAIL_PADDING(orma_dialect, after_bulk);

/* Flags of open(). */
enum {
    ORMA_STORE_CREATE = 1u << 0, /* make a new, empty store */
    ORMA_STORE_READ_ONLY = 1u << 1
};

/* Flags of prepare(). */
enum {
    /* Many rows: they are fetched in portions from a cursor of the server, in
     * the open transaction or in one of its own, which reset() ends. Other
     * statements may run in between. */
    ORMA_SQL_MANY_ROWS = 1u << 0,
    ORMA_SQL_ONCE = 1u << 1 /* will not be run again */
};

/* Flags of begin(). */
enum {
    ORMA_BEGIN_READ = 1u << 0 /* one unchanging view, no writing, no waiting */
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

    /* Absolute path of the object container: its folder, or the archive that
     * holds the objects. [worker-thread] */
    orma_status (*container)(orma_store *store, orma_writer *out,
                             orma_error **err);

    /* Statements without parameters and rows, ';'-separated.
     * Errors: TRANSIENT (busy, connection, disk full), INVALID (constraint),
     * PERMANENT (damaged), BUG (SQL, no such table). [worker-thread] */
    orma_status (*execute)(orma_store *store, const char *sql,
                           orma_error **err);

    /* A statement with ?1, ?2, … parameters; flags: ORMA_SQL_*.
     * [worker-thread] */
    orma_status (*prepare)(orma_store *store, const char *sql, uint32_t flags,
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

    /* flags 0: waits in the writers' queue, then begins. A connection that
     * was lost is made again here, and by any call outside a transaction.
     * [worker-thread] */
    orma_status (*begin)(orma_store *store, uint32_t flags, orma_error **err);

    /* Durable when it returns. TRANSIENT with ORMA_SQL_AGAIN: nothing was
     * stored. [worker-thread] */
    orma_status (*commit)(orma_store *store, orma_error **err);

    /* Safe when no transaction is open. [worker-thread] */
    void (*rollback)(orma_store *store);

    /* Runs a statement whose rows nobody wants, now or later, in the order of
     * the calls; resets it. Within a transaction only. Its failure is told by
     * this or a later call of the transaction, commit() at the latest.
     * [worker-thread] */
    orma_status (*post)(orma_statement *statement, orma_error **err);

    /* `count` ids that nobody else gets, ascending, for new rows of `table`;
     * those that stay unused are lost. Within a transaction. [worker-thread] */
    orma_status (*reserve_ids)(orma_store *store, const char *table,
                               size_t count, int64_t *ids, orma_error **err);

    /* New rows in bulk within a transaction; no other statement until the
     * end. columns: [in] names, ended by NULL. [worker-thread] */
    orma_status (*copy_begin)(orma_store *store, const char *table,
                              const char *const *columns, orma_copy **copy,
                              orma_error **err);

    /* values: one for each column. [worker-thread] */
    orma_status (*copy_row)(orma_copy *copy, const orma_sql_value *values,
                            orma_error **err);

    /* Frees copy. After a failure the transaction is to be rolled back.
     * [worker-thread] */
    orma_status (*copy_end)(orma_copy *copy, orma_error **err);

    /* Rows that the statement's last run changed. [worker-thread] */
    int64_t (*changes)(orma_statement *statement);

    /* Size of the database in bytes. [worker-thread] */
    orma_status (*size_bytes)(orma_store *store, int64_t *bytes,
                              orma_error **err);

    /* A consistent copy of the database into the folder, under the backend's
     * own name ("database.sqlite", "db.psql"), while others go on writing.
     * [worker-thread] */
    orma_status (*backup)(orma_store *store, const char *folder,
                          orma_error **err);

    /* The backend's own check of its files: a line for each fault.
     * [worker-thread] */
    orma_status (*check)(orma_store *store, orma_writer *faults,
                         orma_error **err);

    /* Makes what a new store needs on this machine's server, role and
     * database, and writes a config that open(CREATE) takes. wishes: [in] JSON
     * object, keys of the config that the user gave. NULL: nothing to make.
     * Errors: UNSUPPORTED (no server), REFUSED (may not). [worker-thread] */
    orma_status (*provision)(const struct orma_storage *self, orma_str wishes,
                             orma_writer *config, orma_error **err);

    /* Deletes all that open(CREATE) and provision() made, container included.
     * Errors: as open(). [worker-thread] */
    orma_status (*destroy)(const struct orma_storage *self, orma_str config,
                           orma_error **err);
} orma_storage;
ORMA_NO_TAIL_PADDING(orma_storage, destroy);

#ifdef __cplusplus
}
#endif
#endif
