/* Options of the configuration, for programs that use liborma: AiiDA's names,
 * in the config.json that both read. A profile NULL is $ORMA_PROFILE's or the
 * default one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_CONFIG_H
#define ORMA_API_CONFIG_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Options whose names begin with prefix (NULL: all), in the order of their
 * names: JSON array [owned] of {"name","source" ("profile","global","default"),
 * "value","type" ("int","bool","str","level","list"),"default","help",
 * "global_only"}. Without a profile, values are the global ones.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_config_list(const char *profile,
                                         const char *prefix, char **json,
                                         orma_error **err);

/* One of them: JSON object [owned], with "choices" of levels and what the
 * "profile" and the "global" options say, where they do.
 * Errors: NOT_FOUND. [worker-thread] */
ORMA_EXPORT orma_status orma_config_show(const char *profile,
                                         const char *option, char **json,
                                         orma_error **err);

/* The value that holds: JSON [owned], null too. Errors: NOT_FOUND.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_config_get(const char *profile, const char *option,
                                        char **json, orma_error **err);

enum {
    ORMA_CONFIG_GLOBAL = 1, /* for all profiles, not for one */
    ORMA_CONFIG_APPEND = 2, /* one item to a list */
    ORMA_CONFIG_REMOVE = 4  /* one item from a list */
};

/* Sets an option from text and saves. value: "true", "12", "DEBUG", words or a
 * JSON array for a list. *json [owned]: {"name","value","profile" (null: all),
 * "daemon" (pid of AiiDA's daemon that must be restarted to see it, null:
 * none)}.
 * Errors: NOT_FOUND (option, profile, item; or the entry point that a pattern
 * names), INVALID (value), REFUSED (global only). [worker-thread] */
ORMA_EXPORT orma_status orma_config_set(const char *profile, const char *option,
                                        const char *value, uint32_t flags,
                                        char **json, orma_error **err);

/* Takes the option's value away and saves. flags: 0 or ORMA_CONFIG_GLOBAL.
 * *json as above, with "was_set". [worker-thread] */
ORMA_EXPORT orma_status orma_config_unset(const char *profile,
                                          const char *option, uint32_t flags,
                                          char **json, orma_error **err);

/* Process types of installed plugins for which caching is on, or off with
 * disabled 1: JSON array [owned] of texts. Errors: INVALID (patterns that
 * contradict each other). [worker-thread] */
ORMA_EXPORT orma_status orma_config_caching(const char *profile,
                                            int32_t disabled, char **json,
                                            orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
