/* Specs of processes: ports, outputs, exit codes, as data.
 *
 * Built from the registry's normal form of an entry, with what every process
 * and every calcjob has added, and `expose` resolved. Nothing is loaded.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_SPEC_H
#define CORE_PROCESS_SPEC_H

#include <plugin/registry.h>

enum port_class {
    PORT_NODE,      /* takes a data node of one of `types` */
    PORT_PLAIN,     /* metadata: a plain value of one of `types` */
    PORT_NAMESPACE  /* children, and undeclared names when dynamic */
};

typedef struct port {
    const char *name;
    enum port_class port_class;
    const char *const *types; /* entry points or "code", or plain type words;
                                 of a namespace: dynamic types. none: any */
    size_t type_count;
    bool required;
    bool is_metadata;         /* not linked, kept on the process node */
    bool non_db;              /* not linked, not kept */
    bool pass_to_parser;
    bool dynamic;
    bool nested;              /* dynamic names may nest */
    bool populate_defaults;
    const json_object *fallback; /* the default literal, NULL: none */
    bool has_default;
    const char *default_from; /* callback label or NULL */
    const char *validate;     /* callback label or NULL */
    const plugin_entry *validate_owner; /* whose callback that is */
    const char *validate_path; /* its path there; NULL: as it is here */
    const json_object *choices;  /* array or NULL */
    const json_object *minimum, *maximum; /* numbers or NULL */
    const json_object *length;   /* n or [min, max], or NULL */
    const char *pattern;      /* POSIX extended, or NULL */
    const char *unit, *help;  /* "" when absent */
    struct port *children;
    size_t child_count;
} port;

typedef struct exit_code {
    int32_t status;
    const char *label;
    const char *message;      /* may hold {placeholders} */
    bool invalidates_cache;
} exit_code;

typedef struct process_spec {
    const plugin_entry *entry;
    const char *process_label;  /* "PwCalculation" */
    const char *process_type;   /* "aiida.calculations:core.arithmetic.add" */
    const char *python_class;   /* or NULL */
    const char *default_parser; /* or NULL */
    const char *default_output; /* or NULL */
    port inputs;                /* namespace: the entry's and the common ones */
    port outputs;               /* namespace */
    const exit_code *exit_codes; /* sorted by status, common ones included */
    size_t exit_code_count;
    const json_object *normal_form; /* the entry's own */
} process_spec;

/* *out is freed by process_spec_free(). kind: calculation or workflow.
 * Errors: NOT_FOUND, INVALID (incomplete: exposes what is not installed). */
orma_status process_spec_get(registry *r, enum plugin_kind kind,
                             const char *name, process_spec **out,
                             orma_error **err);
void process_spec_free(process_spec *spec); /* accepts NULL */

/* The port of a dotted path, NULL when undeclared. */
const port *port_find(const port *from, const char *path);

const exit_code *spec_exit_code(const process_spec *spec, const char *label);
const exit_code *spec_exit_status(const process_spec *spec, int32_t status);

/* The whole spec as JSON for `orma plugin list KIND ENTRY` and for scripts:
 * {"name","kind","package","version","summary","process_label",
 *  "inputs":{port: …},"outputs":{…},"exit_codes":[…]} (doc/manifest.md). */
orma_status process_spec_describe(const process_spec *spec, json_object **out,
                                  orma_error **err);

#endif
