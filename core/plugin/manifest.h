/* One manifest, read and checked by the grammar of doc/manifest.md.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_MANIFEST_H
#define CORE_PLUGIN_MANIFEST_H

#include <base/arena.h>

#include <plugin/registry.h>

#define MANIFEST_FILE "orma-plugin.yaml"
#define MANIFEST_FORMAT 1

enum { MANIFEST_MAX_BYTES = 1 << 20 };

typedef struct manifest_entry {
    enum plugin_kind kind;
    const char *name;
    const char *summary;      /* "" when absent */
    const char *module;
    const char *interface_id;
    const char *node_type;    /* data only, or NULL */
    const char *base;         /* data only, or NULL */
    const char **exposes;     /* processes whose ports it takes over */
    size_t expose_count;
    const char *spec;         /* the normal form as JSON text */
    size_t spec_len;
} manifest_entry;

typedef struct manifest_alias {
    enum plugin_kind kind;
    const char *alias;
    const char *name;
} manifest_alias;

/* Which file a module was; all zero for none. */
typedef struct module_key {
    int64_t device, inode, size_bytes, mtime_ns, ctime_ns;
} module_key;

/* What became of a module when it was last looked at or loaded. */
typedef struct module_memory {
    module_key key;
    enum plugin_state state;
    const char *reason; /* NULL: nothing was wanting */
} module_memory;

typedef struct manifest {
    const char *package;  /* NULL when it could not be read */
    const char *version;  /* "" likewise */
    const char *summary;
    int64_t abi_major, abi_minor;
    const char **modules;
    module_memory *memories; /* of each module */
    size_t module_count;
    manifest_entry *entries; /* none when there are errors */
    size_t entry_count;
    manifest_alias *aliases;
    size_t alias_count;
    const char *problem;  /* the first error, NULL for none */
    const char *warning;  /* the first warning, NULL for none */
} manifest;

/* One remark on a manifest: "file:line:column: what". */
typedef struct manifest_note {
    bool is_error;
    const char *text;
} manifest_note;

/* All remarks, at most 50. */
typedef struct manifest_notes {
    manifest_note items[50];
    size_t count;
} manifest_notes;

/* Reads a manifest; all of it, and the notes' texts, live in `memory`. What is
 * wrong with it is in out->problem and, when notes is not NULL, all in there:
 * the status tells only of the machinery. Errors: NO_MEMORY. */
orma_status manifest_parse(arena *memory, const char *name, orma_str text,
                           manifest_notes *notes, manifest *out,
                           orma_error **err);

#endif
