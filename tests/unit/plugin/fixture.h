/* Bundles for the tests: written, copied and compiled into temporary folders.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PLUGIN_FIXTURE_H
#define TESTS_UNIT_PLUGIN_FIXTURE_H

#include <plugin/registry_internal.h>

/* Copies a bundle of tests/plugins/fixtures to <into>/<as> and compiles its
 * module.c, if it has one. Returns the new folder; ends the test program when
 * there is no compiler. */
const char *fixture_build(const char *bundle, const char *into, const char *as);

/* Writes <into>/<bundle>/orma-plugin.yaml and an empty module.so. */
const char *fixture_write(const char *into, const char *bundle,
                          const char *manifest);

/* Only these folders are searched; the cache is in a folder of the tests. */
void fixture_path(const char *path);

/* An opened registry; ends the test program when it cannot be had. */
registry *fixture_registry(void);

/* The entry of any state, or NULL. */
const plugin_entry *fixture_entry(registry *r, enum plugin_kind kind,
                                  const char *name);

/* The package, or NULL. */
const plugin_package *fixture_package(registry *r, const char *name);

/* CUnit shows the expression only: these show both texts. */
void same_text(const char *got, const char *expected);
void has_text(const char *got, const char *part);

#endif
