/* The configuration as its files see it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_CONFIG_INTERNAL_H
#define CORE_CONFIG_CONFIG_INTERNAL_H

#include <config/config.h>

/* The oldest format that orma writes, of AiiDA 2.1 to 2.8; that which AiiDA 2.9
 * writes; and the oldest that is brought up to the first one. */
#define CONFIG_OLDEST 9
#define CONFIG_NEWEST 10
#define CONFIG_UPGRADED 7

struct config {
    char *folder;             /* absolute */
    char *path;               /* of config.json */
    char *as_read;            /* its text as it was read, NULL: no file */
    json_object *root;        /* object */
    json_object *own_options; /* orma.yaml, NULL until asked for */
};

/* Changes what was read in format `from` to format CONFIG_OLDEST. */
orma_status config_upgrade(json_object *root, int from, orma_error **err);

#endif
