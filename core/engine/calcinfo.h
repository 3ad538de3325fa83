/* The calcinfo: what a calculation says about its job, checked and completed
 * to AiiDA's form, as it stands in `.aiida/calcinfo.json`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_CALCINFO_H
#define CORE_ENGINE_CALCINFO_H

#include <process/inputs.h>

/* Keys, types, paths that stay inside, codes that are among the inputs.
 * Errors: INVALID, naming the key. */
orma_status calcinfo_check(const json_object *info,
                           const process_inputs *inputs, orma_error **err);

/* Adds what the engine knows: the files that the scheduler writes and the
 * option asks for, UUIDs of codes and process, the order of copies. info is
 * changed and must have been checked. */
orma_status calcinfo_complete(json_object *info, const process_inputs *inputs,
                              const orma_uuid *process, orma_error **err);

/* The code node of an entry of codes_info, before and after completion. */
const node *calcinfo_code(const json_object *code_info,
                          const process_inputs *inputs);

/* Kinds of copying, AiiDA's FileCopyOperation. */
enum { COPY_LOCAL = 0, COPY_REMOTE = 1, COPY_SANDBOX = 2 };

#endif
