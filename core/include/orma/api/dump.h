/* Dumps: processes, groups and whole profiles as folders of plain files, for
 * people who have no orma.
 *
 * A dump is incremental: a folder that is there is brought up to date, what did
 * not change is left alone, and each process appears whole or not at all. Files
 * ".aiida_dump_safeguard" mark folders that a dump may replace.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_DUMP_H
#define ORMA_API_DUMP_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* options of all dumps: [in] JSON object, all optional, booleans unless said:
 * "overwrite" (dump anew; files of others in the folder stay; false), "dry_run"
 * (false), "include_inputs" (true), "include_outputs" (true),
 * "include_attributes" (true), "include_extras" (false), "flat" (files of a
 * process in one folder; false), "dump_unsealed" (false), "symlink_calcs" (a
 * process that is in the dump already becomes a link; false),
 * "delete_missing" (folders of processes and groups that are
 * gone; false). progress, a step for each process, may be NULL.
 * *json [owned]: {"path","dumped","unchanged","skipped_unsealed","deleted",
 * "symlinks"}, the middle ones numbers.
 * Errors: NOT_FOUND, REFUSED (the folder holds something else; unsealed
 * process), TRANSIENT (disk full), CANCELLED. */

/* One process, with those that it called. folder: NULL: "<label>-<pk>".
 * [worker-thread] */
ORMA_EXPORT orma_status orma_process_dump(orma_profile *profile,
                                          const char *process,
                                          const char *folder, orma_str options,
                                          char **json, orma_error **err);

/* Further options of groups and profiles: "only_top_level_calcs",
 * "only_top_level_workflows" (true), "past_days" (number), "start_date",
 * "end_date" (ISO 8601, of creation), "user" (email), "computers", "codes"
 * (arrays of labels). */

/* The processes and data of a group. folder: NULL: the group's label.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_group_dump(orma_profile *profile,
                                        const char *group, const char *folder,
                                        orma_str options,
                                        orma_progress progress, void *user,
                                        char **json, orma_error **err);

/* Further options of profiles: "all" (false), "groups" (array of labels),
 * "also_ungrouped" (false), "organize_by_groups" (true). Without "all",
 * "groups" or a filter nothing is selected, which is INVALID. folder: NULL: the
 * profile's name. [worker-thread] */
ORMA_EXPORT orma_status orma_profile_dump(orma_profile *profile,
                                          const char *folder, orma_str options,
                                          orma_progress progress, void *user,
                                          char **json, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
