/* Manifests made for these tests, without modules, in front of the plugins
 * that the environment's ORMA_PLUGIN_PATH has.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PROCESS_FIXTURE_H
#define TESTS_UNIT_PROCESS_FIXTURE_H

#include <orma/error.h>
#include <plugin/registry.h>
#include <process/inputs.h>

/* A registry that also has package "fake" with this manifest text below its
 * `entry_points:`; NULL when there is none. */
registry *fixture_registry(const char *entry_points);

/* The spec of a calculation or workflow, or a failed assertion. */
process_spec *fixture_spec(registry *r, enum plugin_kind kind,
                           const char *name);

/* A new SQLite store with the computers "here" (configured, one process for
 * each machine), "off" (disabled) and "bare" (not configured), the codes
 * "bash" on here, "bash-off" on off, "bash-bare" on bare and portable "run",
 * and stored nodes labelled "forty-two" (core.int) and "settings" (core.dict).
 * NULL when anything went wrong, which is printed. */
store *fixture_store(registry *r);

/* JSON text as a value, which it must be; the caller puts it. */
json_object *fixture_json(const char *text);

#endif
