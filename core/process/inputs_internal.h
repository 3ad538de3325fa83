/* The builder of inputs, shared by inputs*.c.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_INPUTS_INTERNAL_H
#define CORE_PROCESS_INPUTS_INTERNAL_H

#include <base/arena.h>
#include <process/inputs.h>

/* Paths that the builder itself knows. */
#define PATH_CODE "code"
#define PATH_REMOTE_FOLDER "remote_folder"
#define PATH_METADATA "metadata"
#define PATH_COMPUTER "metadata.computer"
#define PATH_OPTIONS "metadata.options"
#define PATH_RESOURCES "metadata.options.resources"
#define PATH_PARSER "metadata.options.parser_name"
#define PATH_STASH "metadata.options.stash"

struct builder {
    registry *registry;
    store *store; /* NULL: orma parse, nothing is required */
    const process_spec *spec;
    const json_object *document;
    const char *folder;
    arena memory; /* paths */
    process_inputs *inputs;
    size_t capacity;     /* of inputs->items */
    json_object *values; /* plain values with defaults, nested as ports */
    json_object *given;  /* those that were given */
    input_problems *problems;
    size_t problem_capacity;
    orma_status failure; /* of the machinery: ends the build */
    orma_error *cause;
};

/* ---- inputs_problems.c ------------------------------------------- */

void problem_add(struct builder *b, const char *path, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* What a call answered: a problem of the port when the inputs are wrong, a
 * failure of the build when the machinery is. Takes over error. */
void problem_from(struct builder *b, const char *path, orma_status st,
                  orma_error *error);
void build_failed(struct builder *b, orma_status st);

/* Is anything wrong with the port, or below it? */
bool has_problem(const struct builder *b, const char *path);

/* One INVALID error with a line for each. */
orma_status problems_error(const struct builder *b, orma_error **err);

/* ---- inputs_walk.c ----------------------------------------------- */

/* Fills b->inputs->items, b->values and b->given from the document. */
void walk_inputs(struct builder *b);

/* Is there a value, or one below? */
bool has_value(const struct builder *b, const char *path);

/* "a.b" kept with the builder; "" after running out of memory. */
const char *path_join(struct builder *b, const char *a, const char *name);

/* Sets a dotted path in a tree of objects, taking over value. */
bool tree_set(json_object *tree, const char *path, json_object *value);

/* ---- inputs_node.c ----------------------------------------------- */

/* The node that a value stands for; NULL after adding a problem, or where a
 * code is named without a store. */
node *node_from_value(struct builder *b, const port *p, const char *path,
                      const json_object *value);

/* ---- inputs_checks.c --------------------------------------------- */

/* Is the value of one of the port's plain types? Adds a problem if not. */
bool check_plain_type(struct builder *b, const port *p, const char *path,
                      const json_object *value);

/* choices, minimum, maximum, pattern, length. */
bool port_has_checks(const port *p);
void check_value(struct builder *b, const port *p, const char *path,
                 const json_object *value);

/* The rules of single options: paths, lists of texts, …. */
void check_option(struct builder *b, const char *path,
                  const json_object *value);

/* "an int", "a mapping": what a JSON value is, for messages. */
const char *json_kind(const json_object *value);

/* ---- inputs_job.c ------------------------------------------------ */

/* Code, computer, resources, parser and stash of a calcjob. */
void check_job(struct builder *b);

/* ---- inputs_callbacks.c ------------------------------------------ */

/* Calls the plugins' checks that ports name. */
void run_callbacks(struct builder *b);

#endif
