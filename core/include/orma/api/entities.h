/* Changing and deleting what a profile holds: nodes' labels and extras,
 * comments, logs, users, computers, codes; for programs that use liborma.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_ENTITIES_H
#define ORMA_API_ENTITIES_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- nodes ------------------------------------------------------- */

/* changes: [in] JSON object: "label", "description". Any stored node may
 * change so, sealed or not. [worker-thread] */
ORMA_EXPORT orma_status orma_node_edit(orma_profile *profile, const char *node,
                                       orma_str changes, orma_error **err);

/* value: [in] JSON text; ptr NULL deletes the extra. Errors: INVALID (the key
 * is empty or has a dot). [worker-thread] */
ORMA_EXPORT orma_status orma_node_set_extra(orma_profile *profile,
                                            const char *node, const char *key,
                                            orma_str value, orma_error **err);

/* Deletes nodes with all that AiiDA's rules let go with them. options: [in]
 * JSON object: "nodes" (array of pks, UUIDs, labels), "rules"
 * ({"create_forward","call_calc_forward","call_work_forward": bool}, all true
 * by default), "dry_run", "expected" (the number of nodes that somebody agreed
 * to). *json [owned]: {"pks": […], "nodes", "types", "links", "groups"
 * (memberships), "comments", "logs", "running" (pks), "deleted": bool}.
 * Errors: NOT_FOUND, REFUSED (a process runs; more nodes than expected).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_node_delete(orma_profile *profile,
                                         orma_str options, char **json,
                                         orma_error **err);

/* ---- comments and logs ------------------------------------------- */

/* *pk: the new comment, of the profile's user. [worker-thread] */
ORMA_EXPORT orma_status orma_comment_add(orma_profile *profile,
                                         const char *node, const char *content,
                                         int64_t *pk, orma_error **err);
/* Errors: NOT_FOUND. [worker-thread] */
ORMA_EXPORT orma_status orma_comment_update(orma_profile *profile, int64_t pk,
                                            const char *content,
                                            orma_error **err);
ORMA_EXPORT orma_status orma_comment_remove(orma_profile *profile, int64_t pk,
                                            orma_error **err);

/* One comment as JSON object [owned], and those of a node as array, oldest
 * first: "pk","uuid","node","user","ctime","mtime","content". user: an e-mail
 * address, NULL: anybody's. [worker-thread] */
ORMA_EXPORT orma_status orma_comment_show(orma_profile *profile, int64_t pk,
                                          char **json, orma_error **err);
ORMA_EXPORT orma_status orma_comment_list(orma_profile *profile,
                                          const char *node, const char *user,
                                          char **json, orma_error **err);

/* Deletes one log row (log_pk) of a process, or all of them (0).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_log_delete(orma_profile *profile,
                                        const char *process, int64_t log_pk,
                                        int64_t *deleted, orma_error **err);

/* ---- users and authinfos ----------------------------------------- */

/* JSON array [owned] of {"pk","email","first_name","last_name","institution",
 * "is_default"}. [worker-thread] */
ORMA_EXPORT orma_status orma_user_list(orma_profile *profile, char **json,
                                       orma_error **err);

/* user: [in] JSON object: "email", and what is to be set of "first_name",
 * "last_name", "institution". Makes the user when the e-mail address is new;
 * *is_new (or NULL) tells. [worker-thread] */
ORMA_EXPORT orma_status orma_user_configure(orma_profile *profile,
                                            orma_str user, int32_t *is_new,
                                            orma_error **err);

/* Whose new nodes are: a value of the profile's configuration.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_user_set_default(orma_profile *profile,
                                              const char *email,
                                              orma_error **err);

/* Errors: REFUSED (the default user; it owns something). [worker-thread] */
ORMA_EXPORT orma_status orma_user_delete(orma_profile *profile,
                                         const char *email, orma_error **err);

/* Who may use which computer: JSON array [owned] of {"pk","user","computer",
 * "enabled","auth_params","metadata"}; computer NULL: all. [worker-thread] */
ORMA_EXPORT orma_status orma_authinfo_list(orma_profile *profile,
                                           const char *computer, char **json,
                                           orma_error **err);

/* Forgets how a user (NULL: the profile's) reaches a computer.
 * Errors: NOT_FOUND (not configured). [worker-thread] */
ORMA_EXPORT orma_status orma_authinfo_delete(orma_profile *profile,
                                             const char *computer,
                                             const char *user,
                                             orma_error **err);

/* ---- computers --------------------------------------------------- */

/* Errors: INVALID, REFUSED (taken). [worker-thread] */
ORMA_EXPORT orma_status orma_computer_relabel(orma_profile *profile,
                                              const char *computer,
                                              const char *label,
                                              orma_error **err);

/* What orma_computer_setup() takes to make the computer again: JSON object
 * [owned]. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_export_setup(orma_profile *profile,
                                                   const char *computer,
                                                   char **json,
                                                   orma_error **err);

/* What orma_computer_configure() takes: JSON object [owned]. user: an e-mail
 * address, NULL: the profile's. Errors: NOT_FOUND (not configured).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_computer_export_config(orma_profile *profile,
                                                    const char *computer,
                                                    const char *user,
                                                    char **json,
                                                    orma_error **err);

/* A computer like another, but for what setup has, "label" at least; it is not
 * configured. [worker-thread] */
ORMA_EXPORT orma_status orma_computer_duplicate(orma_profile *profile,
                                                const char *computer,
                                                orma_str setup, int64_t *pk,
                                                orma_error **err);

/* Deletes a computer with the nodes on it and all that depends on them.
 * options and *json: as of orma_node_delete(), without "nodes".
 * [worker-thread] */
ORMA_EXPORT orma_status orma_computer_delete_all(orma_profile *profile,
                                                 const char *computer,
                                                 orma_str options, char **json,
                                                 orma_error **err);

/* ---- codes ------------------------------------------------------- */

/* label: without the computer. Errors: INVALID, REFUSED (taken).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_code_relabel(orma_profile *profile,
                                          const char *code, const char *label,
                                          orma_error **err);

/* What orma_code_create() takes to make the code again: JSON object [owned],
 * with "type", its entry point. The files of a portable code are written to the
 * folder, which "filepath_files" then names and which must not exist; NULL:
 * they are left out. Errors: UNSUPPORTED (a code of AiiDA 1). [worker-thread]
 */
ORMA_EXPORT orma_status orma_code_export(orma_profile *profile,
                                         const char *code, const char *folder,
                                         char **json, orma_error **err);

/* A code like another, files included, but for what options has, "label" or
 * "computer" at least. [worker-thread] */
ORMA_EXPORT orma_status orma_code_duplicate(orma_profile *profile,
                                            const char *code, orma_str options,
                                            int64_t *pk, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
