/* Private parts of spec building, shared by spec*.c and their tests.
 *
 * Everything of a spec lies in one arena, texts of the normal form excepted:
 * those are the registry's and live as long as it does.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_SPEC_INTERNAL_H
#define CORE_PROCESS_SPEC_INTERNAL_H

#include <base/arena.h>
#include <process/spec.h>

/* A process whose spec is being built, and for whom: to find cycles. */
struct spec_chain {
    const plugin_entry *entry;
    const struct spec_chain *outer;
};

struct spec_build {
    registry *registry;
    arena *memory;
    json_object *owned; /* array: values parsed from the common tables */
    const struct spec_chain *chain;
};

/* Plain values of metadata ports; PLAIN_NONE is a data entry point. */
enum plain_type {
    PLAIN_NONE,
    PLAIN_STR,
    PLAIN_INT,
    PLAIN_FLOAT,
    PLAIN_BOOL,
    PLAIN_LIST,
    PLAIN_DICT,
    PLAIN_COMPUTER
};
enum plain_type plain_type_of(const char *word);

/* The spec of an entry from its normal form, which must outlive it: the seam
 * between process_spec_get() and tests without a manifest. */
orma_status process_spec_from_normal_form(registry *r,
                                          const plugin_entry *entry,
                                          const json_object *form,
                                          process_spec **out,
                                          orma_error **err);

/* Fills *out, which is zeroed, in the build's memory. */
orma_status spec_fill(struct spec_build *build, const plugin_entry *entry,
                      const json_object *form, process_spec *out,
                      orma_error **err);

/* ---- spec_port.c ------------------------------------------------- */

/* An empty port below ns, required, that inherits metadata and non_db. NULL
 * without memory. Earlier children may move. */
port *port_add(struct spec_build *build, port *ns, const char *name);

/* Direct child, NULL when there is none. */
port *port_child(const port *ns, const char *name, size_t len);

/* The namespace of a dotted path below ns, made on the way; "" is ns. */
port *port_namespace(struct spec_build *build, port *ns, const char *path);

/* Sets what the normal form of a port says; what it does not say stays. */
orma_status port_read(struct spec_build *build, port *p,
                      const json_object *form, orma_error **err);

/* Reads {NAME: PORT, …} below ns, over ports of the same name. */
orma_status ports_read(struct spec_build *build, port *ns,
                       const json_object *forms, orma_error **err);

/* Settles whether the port takes nodes or plain values, once types are set. */
void port_classify(port *p);

/* ---- spec_common.c ----------------------------------------------- */

/* What every process, and every calcjob, has. */
orma_status spec_add_common_ports(struct spec_build *build,
                                  enum plugin_kind kind, process_spec *spec,
                                  orma_error **err);

/* What every restart workchain has besides. */
orma_status spec_add_restart_ports(struct spec_build *build,
                                   process_spec *spec, orma_error **err);

/* Common exit codes of the kind, one after the other: NULL ends. */
const exit_code *spec_common_exit_code(enum plugin_kind kind, bool restart,
                                       size_t i);

/* ---- spec_expose.c ----------------------------------------------- */

/* Resolves the rows of `expose` into ns. inputs: else outputs. */
orma_status spec_expose(struct spec_build *build, port *ns,
                        const json_object *rows, bool inputs,
                        orma_error **err);

#endif
