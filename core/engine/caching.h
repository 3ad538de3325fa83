/* What of the cache depends on plugins: versions that a plugin declares, exit
 * codes that forbid to use a result again, and what a rerun would be.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_CACHING_H
#define CORE_ENGINE_CACHING_H

#include <process/spec.h>
#include <storage/cache.h>

/* AiiDA's attribute of a calcjob, part of its hash. */
#define CACHING_VERSIONS "cache_version"

/* {"calc_job": N, "parser": M} as the manifests declare them, NULL when neither
 * does. parser: its entry point, or NULL. The caller puts it. */
orma_status caching_versions(registry *r, const process_spec *spec,
                             const char *parser, json_object **out,
                             orma_error **err);

/* Adds a reason when the process's exit status forbids to use it again. */
orma_status caching_check_exit(const process_spec *spec, const node *process,
                               json_object *reasons, orma_error **err);

/* cache_check() and what the plugin of the process says: adds reasons. */
orma_status caching_check(registry *r, store *s, const node *process,
                          json_object *reasons, orma_error **err);

/* What a stored calcjob would be if it were launched again with its inputs, by
 * the plugins of today. hash: "" when it cannot be known. *differences: as
 * cache_compare(), "a" the process and "b" its rerun; the caller puts it.
 * Errors: INVALID (no calcjob of an entry point), NOT_FOUND (its plugin). */
orma_status caching_rerun(registry *r, store *s, const node *process,
                          char hash[65], json_object **differences,
                          orma_error **err);

#endif
