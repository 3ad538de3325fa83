/* Looking entry points up, for programs that use liborma.
 *
 * Listing and describing load no module; a factory loads the one module that
 * it needs, once. Texts marked [owned] are freed with orma_free().
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_PLUGINS_H
#define ORMA_API_PLUGINS_H

#include <orma/orma.h>

#ifdef __cplusplus
extern "C" {
#endif

struct orma_workflow;
struct orma_storage;

/* Frees a text that liborma handed out; accepts NULL. [thread-safe] */
ORMA_EXPORT void orma_free(char *text);

/* "0.1.0". [static] [thread-safe] */
ORMA_EXPORT const char *orma_version(void);

/* Factories: the table of an entry point, [static] until the program ends.
 * name: entry point, alias, or "package/name".
 * Errors: NOT_FOUND (with the closest name), ABI, PERMANENT (the module does
 * not load, with the reason). [thread-safe] */
ORMA_EXPORT orma_status orma_calculation_factory(
    const char *name, const orma_calculation **plugin, orma_error **err);
ORMA_EXPORT orma_status orma_parser_factory(const char *name,
                                            const orma_parser **plugin,
                                            orma_error **err);
ORMA_EXPORT orma_status orma_data_factory(const char *name,
                                          const orma_data **plugin,
                                          orma_error **err);
ORMA_EXPORT orma_status orma_scheduler_factory(const char *name,
                                               const orma_scheduler **plugin,
                                               orma_error **err);
ORMA_EXPORT orma_status orma_transport_factory(const char *name,
                                               const orma_transport **plugin,
                                               orma_error **err);
ORMA_EXPORT orma_status orma_workflow_factory(const char *name,
                                              const struct orma_workflow **plugin,
                                              orma_error **err);
ORMA_EXPORT orma_status orma_storage_factory(const char *name,
                                             const struct orma_storage **plugin,
                                             orma_error **err);

/* JSON array [owned] of all entry points, or those of one kind
 * ("calculations", "aiida.calculations", …; NULL: all):
 * {"kind","group","name","package","version","summary","state","reason",
 * "path"}. [thread-safe] */
ORMA_EXPORT orma_status orma_plugin_list(const char *kind, char **json,
                                         orma_error **err);

/* JSON array [owned] of packages with "name","version","folder","state",
 * "reason","summary". [thread-safe] */
ORMA_EXPORT orma_status orma_plugin_packages(char **json, orma_error **err);

/* One entry with its whole spec, as JSON object [owned]. [thread-safe] */
ORMA_EXPORT orma_status orma_plugin_describe(const char *kind, const char *name,
                                             char **json, orma_error **err);

/* Conformance test of a bundle's folder, one entry, or all that is installed
 * (both NULL): TAP text [owned]; *failed counts "not ok". [thread-safe] */
ORMA_EXPORT orma_status orma_plugin_check(const char *folder, const char *entry,
                                          char **tap, int32_t *failed,
                                          orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
