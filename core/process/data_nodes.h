/* Calls of data plugins: what inputs.h does not show.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_DATA_NODES_H
#define CORE_PROCESS_DATA_NODES_H

#include <process/inputs.h>

/* The type that stands for a literal where a port names none ("core.int"),
 * NULL for JSON null. */
const char *data_type_of_literal(const json_object *literal);

/* And the one that any file can be imported as. */
const char *data_type_of_file(void);

/* A plugin's answer checked: a failure without reason gets one, an unknown
 * status is a bug of the plugin. member: the function called. */
orma_status plugin_answer(orma_status st, const plugin_entry *entry,
                          const char *member, orma_error **err);

#endif
