/* Data nodes by type: searching them, families of them, and the folders on
 * computers that they point to. nodes.h has import and export.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_DATA_H
#define ORMA_API_DATA_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nodes of a data type and those derived from it, oldest first: JSON array
 * [owned] with "pk","uuid","label","ctime","summary". query: [in] JSON object,
 * all optional: "limit" (the newest so many), "past_days", "mine" (of the
 * profile's user), "elements" (array of symbols, all of which the summary's
 * formula must have), "groups" (array; in any of them). Errors: NOT_FOUND
 * (type, group). [worker-thread] */
ORMA_EXPORT orma_status orma_data_find(orma_profile *profile, const char *type,
                                       orma_str query, char **json,
                                       orma_error **err);

/* What orma_data_import() would store, without storing it: JSON object [owned]
 * with "type","summary","attributes","files". [worker-thread] */
ORMA_EXPORT orma_status orma_data_preview(orma_profile *profile,
                                          const char *type, const char *format,
                                          const char *path, char **json,
                                          orma_error **err);

/* A family is a group whose type is the data type's name, of nodes of that
 * type. This makes one of all files of a local folder. A file that the profile
 * has already (same "md5") is taken as it is, unless refuse_known is not 0.
 * Errors: INVALID (two of one element, a file that is none of the type),
 * REFUSED (the label is taken; a file is known), NOT_FOUND. JSON object
 * [owned]: "pk","label","nodes","new" (counts). [worker-thread] */
ORMA_EXPORT orma_status orma_family_upload(orma_profile *profile,
                                           const char *type, const char *folder,
                                           const char *label,
                                           const char *description,
                                           int32_t refuse_known, char **json,
                                           orma_error **err);

/* JSON array [owned] of {"pk","label","description","nodes"}. elements: [in]
 * JSON array of symbols, one of which a family must have; ptr NULL: any.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_family_list(orma_profile *profile,
                                         const char *type, orma_str elements,
                                         char **json, orma_error **err);

/* Writes the files of a family's nodes into a local folder, which is there.
 * Files that are there already are kept: JSON object [owned] {"written",
 * "kept": arrays of names}. Errors: INVALID (an empty family), NOT_FOUND.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_family_export(orma_profile *profile,
                                           const char *type, const char *label,
                                           const char *folder, char **json,
                                           orma_error **err);

/* Members of a folder that a node points to on its computer: JSON array
 * [owned] of {"path","type" ("file","folder" or "link"),"size"}. path:
 * relative, "" the folder itself. [worker-thread] */
ORMA_EXPORT orma_status orma_remote_list(orma_profile *profile,
                                         const char *node, const char *path,
                                         char **json, orma_error **err);

/* Calls write(user, bytes) with the content of a file there.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_remote_read(orma_profile *profile,
                                         const char *node, const char *path,
                                         orma_status (*write)(void *user,
                                                              orma_str bytes),
                                         void *user, orma_error **err);

/* Bytes that the folder takes there. [worker-thread] */
ORMA_EXPORT orma_status orma_remote_size(orma_profile *profile,
                                         const char *node, const char *path,
                                         int64_t *bytes, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
