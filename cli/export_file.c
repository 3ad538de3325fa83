/* Values of the library as YAML files.
 *
 * SPDX-License-Identifier: MIT */
#include "export_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <orma/api/launch.h>

#include "document.h"
#include "failure.h"
#include "scope.h"

#define MAX_KEYS 64

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_object *sorted(json_object *mapping)
{
    const char *keys[MAX_KEYS];
    json_object *made = json_object_new_object();
    size_t n = 0;

    json_object_object_foreach(mapping, key, unused)
    {
        (void)unused;
        if (n < MAX_KEYS)
            keys[n++] = key;
    }
    qsort(keys, n, sizeof *keys, by_text);
    for (size_t i = 0; i < n; i++) {
        json_object *value = NULL;
        json_object_object_get_ex(mapping, keys[i], &value);
        json_object_object_add(made, keys[i], json_object_get(value));
    }
    return made;
}

int export_file_check(const invocation *inv, const char *path)
{
    if (strcmp(path, "-") == 0 || option_flag(inv, "overwrite", false) ||
        access(path, F_OK) != 0)
        return EXIT_DONE;
    failure_text(inv, EXIT_REFUSED, "\"%s\" is there already", path);
    failure_hint("name another file, or replace it with --overwrite");
    return EXIT_REFUSED;
}

int export_file_write(const invocation *inv, json_object *mapping,
                      const char *path)
{
    SCOPE_JSON json_object *ordered = option_flag(inv, "sort", true)
                                          ? sorted(mapping)
                                          : json_object_get(mapping);
    SCOPE_TEXT char *yaml = NULL;
    orma_error *error = NULL;

    const int status = export_file_check(inv, path);
    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_yaml(document_text(ordered), &yaml, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (strcmp(path, "-") == 0) {
        fputs(yaml, stdout);
        return EXIT_DONE;
    }
    FILE *file = fopen(path, "w");
    const bool is_written = file != NULL && fputs(yaml, file) >= 0;
    const int reason = errno;
    if (file != NULL && fclose(file) != 0)
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            strerror(errno));
    if (!is_written)
        return failure_text(inv, EXIT_FAILED, "\"%s\": %s", path,
                            strerror(reason));
    printf("%s\n", path);
    return EXIT_DONE;
}
