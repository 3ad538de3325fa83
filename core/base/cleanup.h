/* Cleanup of locals that die with the function (GCC and Clang).
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_CLEANUP_H
#define CORE_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <json-c/json_object.h>

#include <orma/error.h>

static inline void cleanup_free(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static inline void cleanup_json(struct json_object **value)
{
    json_object_put(*value);
}

static inline void cleanup_error(orma_error **error)
{
    orma_error_free(*error);
}

#define AUTO_FREE __attribute__((cleanup(cleanup_free)))
#define AUTO_CLOSE __attribute__((cleanup(cleanup_close)))
#define AUTO_FCLOSE __attribute__((cleanup(cleanup_fclose)))
#define AUTO_JSON __attribute__((cleanup(cleanup_json)))
#define AUTO_ERROR __attribute__((cleanup(cleanup_error)))

#endif
