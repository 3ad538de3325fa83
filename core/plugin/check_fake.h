/* A world made up for the conformance test: nodes, folders and contexts that a
 * plugin is called with, whose files hold what we choose and whose n-th call
 * fails. Nothing of it is stored. Lives in a child process, which ends soon:
 * memory is not given back.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_CHECK_FAKE_H
#define CORE_PLUGIN_CHECK_FAKE_H

#include <orma/calculation.h>
#include <orma/parser.h>

#include <base/json.h>

typedef struct fake_world {
    const char *name;       /* "empty files" */
    bool has_files;         /* every path exists; else none */
    orma_str content;       /* of every file, NUL behind it */
    const char *attributes; /* of every node */
    bool is_cancelled;
    size_t sink_bytes;      /* limit of sinks, 0: none */

    /* Specs whose options, ports, outputs and exit codes hold here. */
    const json_object *const *specs;
    size_t spec_count;

    unsigned calls;       /* of functions that can fail */
    unsigned fail_at;     /* the call that fails, from 1; 0: none */
    bool lost_something;  /* what failed was to write a result */
    const char *fault;    /* first breach of the contract, or NULL */
} fake_world;

const orma_node_ops *fake_node_ops(void);
const orma_calc_ops *fake_calc_ops(void);
const orma_parse_ops *fake_parse_ops(void);

/* A node of this type in the world; never NULL. */
orma_node *fake_node(fake_world *world, const char *type);

orma_calc_ctx *fake_calc_ctx(fake_world *world);
orma_parse_ctx *fake_parse_ctx(fake_world *world);

#endif
