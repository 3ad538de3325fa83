/* Storing whole graphs, for programs that use liborma: nodes and links by the
 * hundred thousand per second in one transaction, in constant memory.
 *
 *     orma_bulk_begin(profile, &bulk, &err);
 *     orma_bulk_add_node(bulk, &node, &pk, &err);            … in order:
 *     orma_bulk_add_link(bulk, "input_calc", data, process, "x", &err);
 *     orma_bulk_commit(bulk, &err);
 *
 * Either all of it is stored or nothing. While a bulk is open other writers of
 * a core.sqlite_dos profile wait, and nothing else may be done with this
 * profile handle; readers go on. Nodes have no files here.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_BULK_H
#define ORMA_API_BULK_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_bulk orma_bulk; /* [handle] */

/* Flags of a node. */
enum {
    /* Compute AiiDA's node hash, by which calculations are cached. Of data of
     * an installed type; others are stored without one. */
    ORMA_BULK_HASH = 1u << 0,
    /* Do not ask the data plugin whether the attributes are valid: they come
     * from nodes that were. */
    ORMA_BULK_UNCHECKED = 1u << 1
};

/* A node to store. Zero what is not needed; texts are [in], and those whose ptr
 * is NULL are empty. */
typedef struct orma_bulk_node {
    uint32_t size;         /* sizeof(orma_bulk_node) */
    uint32_t flags;        /* ORMA_BULK_* */
    orma_str type;         /* data entry point "core.int", or a node type as
                              "process.calculation.calcjob.CalcJobNode." */
    orma_str process_type; /* of processes: "aiida.calculations:core.…" */
    orma_str label;
    orma_str description;
    orma_str attributes; /* JSON object; of processes with process_label,
                            process_state, …, "sealed": true for ended ones */
    orma_str extras;     /* JSON object */
    orma_uuid uuid;      /* all zero: a random one */
    int64_t ctime_ns;    /* 0: now */
    int64_t mtime_ns;    /* 0: ctime_ns */
    int64_t computer_pk; /* 0: none */
    int64_t user_pk;     /* 0: the profile's user */
} orma_bulk_node;
ORMA_NO_TAIL_PADDING(orma_bulk_node, user_pk);

/* Waits for its turn to write. Errors: TRANSIENT (busy, connection).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_bulk_begin(orma_profile *profile, orma_bulk **bulk,
                                        orma_error **err);

/* *pk: the new node's, greater than those before it. Numbers are cleaned as
 * AiiDA does. Errors: INVALID (JSON, attributes that the type does not allow,
 * names), NOT_FOUND (type): the bulk can go on; TRANSIENT, PERMANENT: it is to
 * be aborted. [worker-thread] */
ORMA_EXPORT orma_status orma_bulk_add_node(orma_bulk *bulk,
                                           const orma_bulk_node *node,
                                           int64_t *pk, orma_error **err);

/* A link between nodes of this bulk, or from stored ones to them; type:
 * "create", "return", "input_calc", "input_work", "call_calc", "call_work".
 * The source is stored, or was added before its target, but for "return".
 * Links with stored ends are looked up some thousands at a time, so that
 * their errors may be told by a later call, orma_bulk_commit() at the latest.
 * Errors: INVALID (type, label), REFUSED (AiiDA's rules for links; processes
 * stored before that are sealed). [worker-thread] */
ORMA_EXPORT orma_status orma_bulk_add_link(orma_bulk *bulk, const char *type,
                                           int64_t source_pk, int64_t target_pk,
                                           const char *label, orma_error **err);

/* Durable when it returns. Frees bulk, also when it fails and nothing is
 * stored. Errors: REFUSED (a rule for links, with the link), TRANSIENT (run it
 * all again), PERMANENT. [worker-thread] */
ORMA_EXPORT orma_status orma_bulk_commit(orma_bulk *bulk, orma_error **err);

/* Stores nothing of it; accepts NULL. [worker-thread] */
ORMA_EXPORT void orma_bulk_abort(orma_bulk *bulk);

#ifdef __cplusplus
}
#endif
#endif
