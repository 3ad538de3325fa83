/* What the registry's own files share: packages, modules and entries with
 * their private parts.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_REGISTRY_INTERNAL_H
#define CORE_PLUGIN_REGISTRY_INTERNAL_H

#include <pthread.h>

#include <orma/plugin.h>

#include <plugin/cache.h>
#include <plugin/kind.h>

/* A bundle's module; its state changes under registry.lock. */
typedef struct module_record {
    const char *name;
    const char *path; /* of the .so, set when it was found */
    bool is_tried;
    module_key key; /* of the file at path */
    /* Found wanting by its file, or when it was loaded in an earlier run;
     * loading it now is the proof. */
    bool is_suspect;
    enum plugin_state suspected; /* the state that this gave its entries */
    const orma_plugin *plugin; /* NULL while not loaded */
    char digest[65];           /* "" while not asked for */
} module_record;

typedef struct package_record {
    plugin_package pub; /* first: plugin_package * is package_record * */
    bundle_place place;
    manifest manifest;
    module_record *modules; /* as many as the manifest's */
    bool is_new;            /* the cache did not know it */
} package_record;

typedef struct entry_record {
    plugin_entry pub; /* first: plugin_entry * is entry_record * */
    const manifest_entry *from;
    package_record *package;
    module_record *module;
    json_object *spec;  /* parsed at first use, under registry.lock */
    const void *vtable; /* set when loaded, under registry.lock */
} entry_record;

typedef struct alias_record {
    enum plugin_kind kind;
    const char *alias;
    const char *name;
    size_t rank;
} alias_record;

struct registry {
    arena memory;
    cache *cache; /* texts of packages point into it */
    const char **folders;
    size_t folder_count;
    package_record *packages;
    size_t package_count;
    entry_record *entries; /* sorted by kind, name, used before shadowed */
    size_t entry_count;
    size_t first_of_kind[KIND_COUNT + 1];
    alias_record *aliases; /* sorted by kind and alias */
    size_t alias_count;
    size_t manifests_read; /* not answered by the cache */
    pthread_mutex_t lock;
};

/* Why an entry cannot be used, as an error. */
orma_status registry_entry_refusal(const plugin_entry *entry, orma_error **err);

/* Sets states: shadowed, ambiguous, incomplete (clash.c). */
orma_status registry_resolve(registry *r, orma_error **err);

/* The entry used for a name without aliases, or NULL. */
entry_record *registry_exact(const registry *r, enum plugin_kind kind,
                             const char *name);

/* The same with aliases and AiiDA's names without "core.". */
entry_record *registry_by_name(const registry *r, enum plugin_kind kind,
                               const char *name);

/* Gives a module's entries the state that it is suspected of. */
void registry_suspect(registry *r, package_record *p, module_record *m,
                      enum plugin_state state, const char *reason);

/* Is that all that speaks against the entry? */
bool registry_is_suspect(const entry_record *e);

/* Takes that back: it looked worse than it is. */
void registry_acquit(registry *r, package_record *p, module_record *m);

/* What the module's file is remembered for now. */
module_memory *registry_memory(package_record *p, const module_record *m);

/* Looks at modules (probe.c). true: there is something to remember. */
bool registry_look(registry *r, bool only_new);

/* Writes what is known now into the cache. */
void registry_save(const registry *r);

/* A text kept as long as the registry; never NULL. */
const char *registry_text(registry *r, const char *fmt, ...)
    ORMA_PRINTF(2, 3);

/* The module's file, "<folder>/<name>.so"; NULL when there is none. */
const char *registry_module_path(registry *r, const package_record *package,
                                 const char *module);

/* A registry whose first package is the bundle in this folder, before those of
 * the search path, for the conformance test. Errors: NOT_FOUND, NO_MEMORY. */
orma_status registry_open_with(const char *folder, registry **out,
                                 orma_error **err);

#endif
