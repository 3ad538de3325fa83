/* What a module exports and what it may ask of the host: start reading here.
 *
 * A module (one .so beside its orma-plugin.yaml) exports exactly one symbol,
 * the constant `orma_plugin_entry`, and imports none of orma's. Everything it
 * may ask for arrives as tables of function pointers. The entry is data: magic,
 * size, ABI, package, version and names are checked against the manifest before
 * any of the module's code runs.
 *
 * Modules never call setlocale, chdir, umask, setenv or signal, and write
 * nothing to standard output; LC_NUMERIC is "C".
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_PLUGIN_H
#define ORMA_PLUGIN_H

#include <orma/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ORMA_PLUGIN_MAGIC 0x4f524d41u /* "ORMA" */

/* Services of the host, the same for all kinds. Filled by orma, valid until
 * unload(); a module keeps the pointer that load() gives it. */
typedef struct orma_host {
    uint32_t size;
    uint16_t abi_major, abi_minor;
    void *impl;

    /* Makes the error *err (a set *err becomes its cause; err may be NULL) and
     * returns `status`, so that `return host->fail(...)` is the whole refusal.
     * domain: short name of who speaks, "acme"; code: its own number, or 0.
     * The message is one sentence: no capital, no full stop, no newline.
     * [thread-safe] */
    orma_status (*fail)(const struct orma_host *host, orma_error **err,
                        orma_status status, const char *domain, int32_t code,
                        const char *fmt, ...) ORMA_PRINTF(6, 7);

    /* Appends bytes to a sink that a call was given.
     * Errors: NO_MEMORY, INVALID (the sink's limit). [thread-safe] */
    orma_status (*write)(orma_writer *out, orma_str bytes);

    /* A line for the program's log, level one of ORMA_LOG_*. [thread-safe] */
    void (*log)(const struct orma_host *host, int32_t level, orma_str message);

    /* A stored or written number as AiiDA stores it: 14 significant digits,
     * with a fractional part or exponent, so that 1.0 stays a float.
     * out: at least 32 bytes. Returns out, or NULL for NaN and infinities,
     * which are not JSON. [thread-safe] */
    const char *(*number)(double value, char *out);

    /* A table [static] offered under an id, or NULL. [thread-safe] */
    const void *(*get_extension)(const struct orma_host *host, const char *id);
} orma_host;
ORMA_NO_TAIL_PADDING(orma_host, get_extension);

/* Interface ids: one for each kind of entry point and revision. */
#define ORMA_CALCULATION "orma.calculation/1"
#define ORMA_PARSER "orma.parser/1"
#define ORMA_DATA "orma.data/1"
#define ORMA_SCHEDULER "orma.scheduler/1"
#define ORMA_TRANSPORT "orma.transport/1"
#define ORMA_WORKFLOW "orma.workflow/1"
#define ORMA_STORAGE "orma.storage/1"

/* One entry point. Never grows: arrays of it have a fixed stride. */
typedef struct orma_entry {
    const char *interface_id; /* [static] ORMA_PARSER, … */
    const char *name;         /* [static] as in the manifest */
    const void *vtable;       /* [static] const orma_parser *, … */
} orma_entry;

typedef struct orma_plugin {
    uint32_t magic; /* ORMA_PLUGIN_MAGIC */
    uint32_t size;
    uint16_t abi_major, abi_minor; /* least minor that the module can run on */
    uint32_t entry_count;
    const char *package; /* [static] equal to the manifest's */
    const char *version; /* [static] equal to the manifest's */
    const orma_entry *entries;

    /* Called once after the checks, before any entry; may be NULL. host is
     * [static]. A failure disables this package's entries. [loader] */
    orma_status (*load)(const orma_host *host, orma_error **err);

    /* Only the conformance program calls it; may be NULL. [loader] */
    void (*unload)(void);
} orma_plugin;
ORMA_NO_TAIL_PADDING(orma_plugin, unload);

/* The first members of a module's orma_plugin. */
#define ORMA_PLUGIN_HEADER                                                     \
    .magic = ORMA_PLUGIN_MAGIC, .size = sizeof(orma_plugin),                   \
    .abi_major = ORMA_ABI_MAJOR, .abi_minor = ORMA_ABI_MIN_MINOR

ORMA_EXPORT extern const orma_plugin orma_plugin_entry;

#ifdef __cplusplus
}
#endif
#endif
