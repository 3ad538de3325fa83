/* Cleanup of locals that die with the function (GCC and Clang).
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_SCOPE_H
#define CLI_SCOPE_H

#include <stdlib.h>

#include <json-c/json_object.h>

#include <orma/api/profile.h>

static inline void scope_text(char **text)
{
    orma_free(*text);
}

static inline void scope_malloc(char **text)
{
    free(*text);
}

static inline void scope_json(struct json_object **value)
{
    json_object_put(*value);
}

static inline void scope_profile(orma_profile **profile)
{
    orma_profile_close(*profile);
}

/* Texts of the library, texts of malloc(), JSON values, profiles. */
#define SCOPE_TEXT __attribute__((cleanup(scope_text)))
#define SCOPE_MALLOC __attribute__((cleanup(scope_malloc)))
#define SCOPE_JSON __attribute__((cleanup(scope_json)))
#define SCOPE_PROFILE __attribute__((cleanup(scope_profile)))

#endif
