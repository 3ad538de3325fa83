/* The configuration folder: config.json in AiiDA's format, and orma.yaml beside
 * it for orma's own options.
 *
 * A file keeps the format that it has, 9 or 10, and every member that orma does
 * not know; older ones (7, 8) are written back in format 9.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_CONFIG_H
#define CORE_CONFIG_CONFIG_H

#include <base/json.h>

typedef struct config config;

/* Reads $ORMA_PATH (the folder itself or its parent; default ~/.orma). A
 * missing folder or file is an empty configuration; nothing is written.
 * Errors: INVALID (malformed, newer version) with the file's name. */
orma_status config_open(config **out, orma_error **err);
void config_close(config *c);

static inline void cleanup_config(config **c)
{
    config_close(*c);
}
#define AUTO_CONFIG __attribute__((cleanup(cleanup_config)))

const char *config_folder(const config *c);

/* CONFIG_VERSION's CURRENT. */
int config_format(const config *c);

/* Writes config.json atomically, the former beside it as a dated backup, and
 * makes the folder and its `.aiida` link, umask 077. */
orma_status config_save(config *c, orma_error **err);

/* Name of the default profile, NULL: none. */
const char *config_default_profile(const config *c);
bool config_set_default_profile(config *c, const char *name);

/* Names as a JSON array; the caller puts it. */
json_object *config_profile_names(const config *c);

/* The profile's object, borrowed. name NULL: $ORMA_PROFILE, else the default.
 * Errors: NOT_FOUND with the closest name and how to make one. */
orma_status config_profile(const config *c, const char *name,
                           const char **found_name, const json_object **profile,
                           orma_error **err);

/* Adds or replaces; takes over profile. */
bool config_set_profile(config *c, const char *name, json_object *profile);
bool config_remove_profile(config *c, const char *name);

/* Option of the profile, else global, else AiiDA's default (options.h); of
 * those that AiiDA does not know also orma.yaml's. NULL: unknown. The caller
 * puts it.
 */
json_object *config_option(const config *c, const char *profile,
                           const char *name);

#endif
