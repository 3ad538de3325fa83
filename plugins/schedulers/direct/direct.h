/* core.direct: what its files share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PLUGINS_SCHEDULERS_DIRECT_DIRECT_H
#define PLUGINS_SCHEDULERS_DIRECT_DIRECT_H

#include <json-c/json_object.h>

#include <orma/scheduler.h>

extern const orma_host *host;

/* host->write() of a NUL-terminated text. */
orma_status direct_write(orma_writer *out, const char *text, orma_error **err);

/* An object or array from text that the host passed.
 * Errors: INVALID. The caller puts *out. */
orma_status direct_parse_json(orma_str text, enum json_type type,
                              const char *what, json_object **out,
                              orma_error **err);

/* ---- resources.c ------------------------------------------------- */
orma_status direct_resources(const orma_scheduler *self, orma_str resources,
                             int64_t default_mpiprocs, orma_writer *out,
                             orma_error **err);

/* ---- commands.c: commands and the reading of what they print ----- */
orma_status direct_submit_command(const orma_scheduler *self,
                                  const char *script, const char *token,
                                  orma_writer *out, orma_error **err);
orma_status direct_parse_submit(const orma_scheduler *self,
                                const orma_command_result *result,
                                orma_writer *id, orma_error **err);
orma_status direct_joblist_command(const orma_scheduler *self, orma_str ids,
                                   orma_writer *out, orma_error **err);
orma_status direct_parse_joblist(const orma_scheduler *self, orma_str ids,
                                 const orma_command_result *result,
                                 orma_writer *out, orma_error **err);
orma_status direct_kill_command(const orma_scheduler *self, const char *id,
                                orma_writer *out, orma_error **err);
orma_status direct_parse_kill(const orma_scheduler *self,
                              const orma_command_result *result,
                              orma_error **err);

#endif
