/* Which plugins there are: the compiled knowledge of all manifests.
 *
 * Opening reads manifests (through the compiled cache) and never loads a
 * module; plugin_load() does, once for each module. A registry may be used
 * from several threads; what it hands out lives as long as it does.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_REGISTRY_H
#define CORE_PLUGIN_REGISTRY_H

#include <base/json.h>

enum plugin_kind {
    KIND_CALCULATION,
    KIND_PARSER,
    KIND_DATA,
    KIND_SCHEDULER,
    KIND_TRANSPORT,
    KIND_WORKFLOW,
    KIND_STORAGE,
    KIND_COUNT
};

/* Manifest word ("calculations"), AiiDA's group ("aiida.calculations"),
 * singular ("calculation"), interface id. */
const char *plugin_kind_word(enum plugin_kind kind);
const char *plugin_kind_group(enum plugin_kind kind);
const char *plugin_kind_singular(enum plugin_kind kind);
const char *plugin_kind_interface(enum plugin_kind kind);

/* Accepts word, singular or group. false: unknown. */
bool plugin_kind_parse(const char *text, enum plugin_kind *kind);

enum plugin_state {
    PLUGIN_OK,        /* can be used (not yet loaded, or loaded) */
    PLUGIN_BAD_MANIFEST,
    PLUGIN_UNTRUSTED,
    PLUGIN_ABI_MISMATCH,
    PLUGIN_LOAD_FAILED,
    PLUGIN_ENTRY_MISSING,
    PLUGIN_INIT_FAILED,
    PLUGIN_INCOMPLETE, /* exposes a process that is not installed */
    PLUGIN_SHADOWED,
    PLUGIN_AMBIGUOUS
};

const char *plugin_state_word(enum plugin_state state); /* "ok", "bad-manifest" */

/* One bundle: a folder with an orma-plugin.yaml. */
typedef struct plugin_package {
    const char *name;     /* "core"; folder's name when unreadable */
    const char *version;
    const char *summary;
    const char *folder;   /* absolute */
    enum plugin_state state;
    const char *reason;   /* one sentence when state is not PLUGIN_OK */
} plugin_package;

/* One entry point. */
typedef struct plugin_entry {
    enum plugin_kind kind;
    const char *name;        /* "core.arithmetic.add" */
    const char *summary;     /* one line, "" when absent */
    const char *module;      /* base name */
    const char *interface_id;
    const plugin_package *package;
    enum plugin_state state;
    const char *reason;
} plugin_entry;

typedef struct registry registry;

/* Reads every manifest on the search path (ORMA_PLUGIN_PATH, the user's, the
 * system's). Broken packages are listed, not errors.
 * Errors: NO_MEMORY. */
orma_status registry_open(registry **out, orma_error **err);
void registry_close(registry *r);

/* The registry of this process, opened at the first call, for the factories. */
orma_status registry_default(registry **out, orma_error **err);

size_t registry_package_count(const registry *r);
const plugin_package *registry_package(const registry *r, size_t i);

/* Entries sorted by kind and name, shadowed ones after the one that is used. */
size_t registry_entry_count(const registry *r);
const plugin_entry *registry_entry(const registry *r, size_t i);

/* Looks at the files of all modules, running none of their code, so that states
 * tell of missing libraries and symbols; for listings. What is found wanting
 * can still be asked for: loading is the proof. */
void registry_probe(registry *r);

/* State and reason at this moment: loading in another thread can change them. */
enum plugin_state registry_entry_state(registry *r, const plugin_entry *entry,
                                       const char **reason);
enum plugin_state registry_package_state(registry *r,
                                         const plugin_package *package,
                                         const char **reason);

/* By name, alias, or "package/name". Errors: NOT_FOUND (with the closest
 * name), INVALID (ambiguous), and the package's reason when it is broken. */
orma_status registry_find(registry *r, enum plugin_kind kind, const char *name,
                          const plugin_entry **entry, orma_error **err);

/* The entry's mapping of the manifest in normal form (doc/manifest.md,
 * "Normal form"), parsed at first use. Borrowed. */
orma_status registry_spec(registry *r, const plugin_entry *entry,
                          const json_object **spec, orma_error **err);

/* A data entry by node type string; exact, else the longest entry-point prefix
 * ("data.core.array.foo.X." → core.array), else core.data's base. NULL: none. */
const plugin_entry *registry_data_by_node_type(registry *r,
                                               const char *node_type);

/* Is `name` the data type `base` or derived from it by the manifests' `base`? */
bool registry_data_is_a(registry *r, const char *name, const char *base);

/* Loads the entry's module at first use and answers its vtable, checked to be
 * of the entry's interface: const orma_parser *, ….
 * Errors: those of the package's state, ABI, PERMANENT (load failed). */
orma_status plugin_load(registry *r, const plugin_entry *entry,
                        const void **vtable, orma_error **err);

/* The module's file, NULL when it was not found or not looked for. */
const char *plugin_module_path(const plugin_entry *entry);

/* SHA-256 of the module's file, hex, for the process node's record. */
orma_status plugin_module_digest(registry *r, const plugin_entry *entry,
                                 char out[65], orma_error **err);

/* The table that modules get; its impl is not used. */
const struct orma_host *plugin_host(void);

#endif
