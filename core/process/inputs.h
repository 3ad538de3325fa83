/* From an inputs document to validated input nodes: the builder.
 *
 * All that is wrong is found in one pass and reported together, each with its
 * port's dotted path; nothing is stored.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_INPUTS_H
#define CORE_PROCESS_INPUTS_H

#include <process/spec.h>
#include <storage/store.h>

typedef struct process_input {
    char *path;       /* "pseudos.Si" */
    char *link_label; /* "pseudos__Si" */
    node *value;      /* stored, or new (pk 0); owned */
    bool non_db;      /* given to the plugin, not linked in the graph */
} process_input;

typedef struct process_inputs {
    process_input *items; /* in port order */
    size_t count;
    json_object *metadata; /* {"options":{…},"label":…} with defaults filled */
    json_object *given_metadata; /* the attribute `metadata_inputs`: only what
                              was given, {"metadata":{"options":{…}}}; NULL:
                              nothing was */
    json_object *plain;    /* plain values of ports outside `metadata`, nested
                              as their ports, defaults filled */
    node *code;            /* the `code` input, NULL: none; borrowed */
    json_object *computer; /* of code or metadata.computer, NULL: none */
} process_inputs;

/* One thing that is wrong with the inputs. */
typedef struct input_problem {
    char *port;    /* dotted path, "" for the whole */
    char *message;
} input_problem;

typedef struct input_problems {
    input_problem *items;
    size_t count;
} input_problems;
void input_problems_finish(input_problems *problems);

/* Builds and validates. document: the nested inputs (cli.md "Launching from a
 * script"; {$new: TYPE, $value: X} gives a literal that is no mapping), files
 * relative to `folder`. null leaves a port empty, its default too. store may
 * be NULL (orma parse): then no stored node can be named, codes and computers
 * are left out, and nothing is required.
 * Returns INVALID with problems->count > 0 when inputs are wrong (the error
 * then lists them all, a line each), other errors when the machinery failed.
 * On ORMA_OK *out is the caller's. */
orma_status process_inputs_build(registry *r, store *s,
                                 const process_spec *spec,
                                 const json_object *document,
                                 const char *folder, process_inputs **out,
                                 input_problems *problems, orma_error **err);
void process_inputs_free(process_inputs *inputs); /* accepts NULL */

/* The input of a dotted path, NULL when not given. */
node *process_inputs_get(const process_inputs *inputs, const char *path);

/* A new node of a data type: from a literal and from a file, validated by the
 * type's plugin, and empty. Types that import no files read YAML and JSON
 * files as literals. Errors: INVALID, NOT_FOUND. */
orma_status data_from_literal(registry *r, const char *type,
                              const json_object *literal, node **out,
                              orma_error **err);
orma_status data_import(registry *r, const char *type, const char *format,
                        const char *path, node **out, orma_error **err);
orma_status data_create(registry *r, const char *type, node **out,
                        orma_error **err);

/* The first two with a store (or NULL) in which the node may look up computers. */
orma_status data_from_literal_in(registry *r, store *s, const char *type,
                                 const json_object *literal, node **out,
                                 orma_error **err);
orma_status data_import_in(registry *r, store *s, const char *type,
                           const char *format, const char *path, node **out,
                           orma_error **err);

/* Calls the validate() of the node's data plugin. */
orma_status data_validate(registry *r, const node *n, orma_error **err);

/* `value` (JSON), `summary` (text), export (format NULL: the first that the
 * manifest names); UNSUPPORTED when the plugin has none. */
orma_status data_value(registry *r, const node *n, json_object **out,
                       orma_error **err);
orma_status data_summary(registry *r, const node *n, buf *out,
                         orma_error **err);
orma_status data_export(registry *r, const node *n, const char *format,
                        buf *out, orma_error **err);

/* The node table handed to plugins. */
const struct orma_node_ops *node_ops(void);

/* Frees what the plugin read through the node during a call: texts, arrays,
 * open streams. Called by whoever made the call, for every node handed out. */
void node_ops_end_call(const node *n);

/* Makes the store known to a node in the making, so that set_computer() can
 * look computers up. */
void node_ops_set_store(node *n, store *s);

#endif
