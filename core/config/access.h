/* Records of who has a profile open, in access/<profile>/, as AiiDA keeps
 * them: <pid>.pid for everybody, <pid>.lock for one who needs it alone.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_ACCESS_H
#define CORE_CONFIG_ACCESS_H

#include <base/json.h>

typedef struct profile_access profile_access;

/* Leaves this process's record, unless it may not write there: then it can
 * only read. Records of dead processes are removed.
 * Errors: TRANSIENT (another process has locked the profile), those of the
 * file system. */
orma_status access_open(const char *config_folder, const char *profile,
                        profile_access **out, orma_error **err);

/* Removes the record; accepts NULL. */
void access_close(profile_access *access);

/* Locks the profile for this process alone: access_close() of *lock ends it.
 * Errors: REFUSED (others have it open: their ids), those of the file system.
 */
orma_status access_lock(const char *config_folder, const char *profile,
                        profile_access **lock, orma_error **err);

/* Process ids, this one's left out, that have the profile open: JSON array
 * that the caller puts. NULL without memory. */
json_object *access_others(const char *config_folder, const char *profile);

#endif
