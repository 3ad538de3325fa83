/* The configuration as its files see it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_CONFIG_INTERNAL_H
#define CORE_CONFIG_CONFIG_INTERNAL_H

#include <config/config.h>

struct config {
    char *folder;             /* absolute */
    char *path;               /* of config.json */
    char *as_read;            /* its text as it was read, NULL: no file */
    json_object *root;        /* object */
    json_object *own_options; /* orma.yaml, NULL until asked for */
};

#endif
