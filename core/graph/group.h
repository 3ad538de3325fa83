/* Groups of nodes: their types.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_GRAPH_GROUP_H
#define CORE_GRAPH_GROUP_H

#include <orma/error.h>

/* Type strings are entry points of AiiDA's group `aiida.groups`. */
#define GROUP_PLAIN "core"
#define GROUP_AUTO "core.auto"
#define GROUP_IMPORT "core.import"
#define GROUP_UPF "core.upf"

/* May a group of this type be made? One of the above, or the name of another
 * package's entry point ("pseudo.family"). Groups of any type are read.
 * Errors: INVALID. */
orma_status group_check_type(const char *type_string, orma_error **err);

/* Labels: 1 to 255 characters of UTF-8. Errors: INVALID. */
orma_status group_check_label(const char *label, orma_error **err);

#endif
