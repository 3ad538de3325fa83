/* Profiles: making, opening and describing them, for programs that use
 * liborma. Documents cross as JSON texts; [owned] ones are freed with
 * orma_free(). A profile belongs to one thread at a time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_PROFILE_H
#define ORMA_API_PROFILE_H

#include <orma/api/plugins.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_profile orma_profile; /* [handle] */

/* Called now and then during long work. what: [static] "importing nodes"; total
 * 0: not known. An answer other than ORMA_OK stops the work, which a later call
 * can take up again; ORMA_E_CANCELLED says that a person wants it.
 * [worker-thread] */
typedef orma_status (*orma_progress)(void *user, const char *what, int64_t done,
                                     int64_t total);

/* Least level (ORMA_LOG_*) of the lines that the library writes to standard
 * error; ORMA_LOG_WARNING at start. [thread-safe] */
ORMA_EXPORT void orma_log_level(int32_t level);

/* Makes a profile with everything to start: core.sqlite_dos storage, the user
 * and a configured localhost. options: [in] JSON object, all optional:
 * "profile_name" ("presto"), "email", "first_name", "last_name",
 * "institution", "workdir"; "use_postgres" (a core.psql_dos storage on a server
 * that "postgres_hostname", "postgres_port", "postgres_username",
 * "postgres_password" lead to). *json [owned]: what was made.
 * Errors: REFUSED (name taken), TRANSIENT (disk). [worker-thread] */
ORMA_EXPORT orma_status orma_presto(orma_str options, char **json,
                                    orma_error **err);

/* Makes a profile on a storage backend. options: [in] JSON object:
 * "profile_name", "backend", "config" {…}, "email", "first_name",
 * "last_name", "institution", "set_as_default". [worker-thread] */
ORMA_EXPORT orma_status orma_profile_setup(orma_str options, char **json,
                                           orma_error **err);

/* JSON array [owned] of {"name","default","backend","user"}.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_profile_list(char **json, orma_error **err);

/* The profile's configuration, JSON object [owned], passwords left out; name
 * NULL: the default one. [worker-thread] */
ORMA_EXPORT orma_status orma_profile_show(const char *name, char **json,
                                          orma_error **err);

/* [worker-thread] */
ORMA_EXPORT orma_status orma_profile_set_default(const char *name,
                                                 orma_error **err);

/* Forgets the profile; with delete_data its storage too. [worker-thread] */
ORMA_EXPORT orma_status orma_profile_delete(const char *name,
                                            int32_t delete_data,
                                            orma_error **err);

/* Opens the named profile, $ORMA_PROFILE's, or the default one (name NULL).
 * Errors: NOT_FOUND, INVALID, TRANSIENT. [worker-thread] */
ORMA_EXPORT orma_status orma_profile_open(const char *name,
                                          orma_profile **profile,
                                          orma_error **err);

/* Accepts NULL. [worker-thread] */
ORMA_EXPORT void orma_profile_close(orma_profile *profile);

/* What `orma status` prints: JSON array [owned] of {"what","ok","message"};
 * a broken profile is a row, not an error. [worker-thread] */
ORMA_EXPORT orma_status orma_profile_status(const char *name, char **json,
                                            orma_error **err);

/* ---- computers --------------------------------------------------- */

/* setup: [in] JSON object: "label", "hostname", "description", "transport",
 * "scheduler", "work_dir", "shebang", "mpirun_command" (array or text),
 * "mpiprocs_per_machine", "default_memory_per_machine", "prepend_text",
 * "append_text", "use_double_quotes", "minimum_scheduler_poll_interval".
 * *pk: the new computer. Errors: INVALID with the option, NOT_FOUND (transport
 * or scheduler). [worker-thread] */
ORMA_EXPORT orma_status orma_computer_setup(orma_profile *profile,
                                            orma_str setup, int64_t *pk,
                                            orma_error **err);

/* Stores the transport's parameters for the profile's user. parameters: [in]
 * JSON object, checked against the transport's declared fields.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_computer_configure(orma_profile *profile,
                                                const char *computer,
                                                orma_str parameters,
                                                orma_error **err);

/* JSON array [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_list(orma_profile *profile, char **json,
                                           orma_error **err);

/* JSON object [owned], with "configured" and "enabled". [worker-thread] */
ORMA_EXPORT orma_status orma_computer_show(orma_profile *profile,
                                           const char *computer, char **json,
                                           orma_error **err);

/* Each step of a test: JSON array [owned] of {"step","ok","seconds",
 * "message"}. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_test(orma_profile *profile,
                                           const char *computer, char **json,
                                           orma_error **err);

/* enabled 0 or 1, for the profile's user. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_enable(orma_profile *profile,
                                             const char *computer,
                                             int32_t enabled, orma_error **err);

/* Errors: REFUSED when nodes use it. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_delete(orma_profile *profile,
                                             const char *computer,
                                             orma_error **err);

/* ---- codes ------------------------------------------------------- */

/* entry: "core.code.installed" or "core.code.portable"; options: [in] JSON
 * object: "label", "description", "computer", "filepath_executable",
 * "filepath_files", "default_calc_job_plugin", "prepend_text", "append_text",
 * "use_double_quotes", "with_mpi". *pk: the new code. [worker-thread] */
ORMA_EXPORT orma_status orma_code_create(orma_profile *profile,
                                         const char *entry, orma_str options,
                                         int64_t *pk, orma_error **err);

/* JSON array [owned]; all: hidden ones too. [worker-thread] */
ORMA_EXPORT orma_status orma_code_list(orma_profile *profile, int32_t all,
                                       char **json, orma_error **err);

/* JSON object [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_code_show(orma_profile *profile, const char *code,
                                       char **json, orma_error **err);

/* Is the executable there and executable? INVALID says why not.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_code_test(orma_profile *profile, const char *code,
                                       orma_error **err);

/* hidden 0 or 1. [worker-thread] */
ORMA_EXPORT orma_status orma_code_hide(orma_profile *profile, const char *code,
                                       int32_t hidden, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
