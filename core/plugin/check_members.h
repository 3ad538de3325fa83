/* Parts of the contract that are asked of tables as such.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_CHECK_MEMBERS_H
#define CORE_PLUGIN_CHECK_MEMBERS_H

#include <orma/scheduler.h>

#include <plugin/check_internal.h>

/* Members that a table of this kind must have are not NULL. */
bool check_members(check_report *report, const entry_record *entry,
                   const void *table);

/* All calls of a scheduler, with all kinds of text. */
void check_scheduler(check_report *report, const char *name,
                     const orma_scheduler *table);

#endif
