/* The root of the command table.
 *
 * SPDX-License-Identifier: MIT */
#include "command.h"
#include "defaults.h"

static const command *const groups[] = {
    &presto_command,  &status_command,  &profile_command,    &computer_command,
    &code_command,    &run_command,     &parse_command,      &process_command,
    &calcjob_command, &node_command,    &group_command,      &user_command,
    &query_command,   &data_command,    &plugin_command,     &config_command,
    &storage_command, &archive_command, &completion_command, NULL,
};

const command root_command = {
    .name = "orma",
    .summary = "computational workflows with complete provenance",
    .details = "orma runs calculations on this and other computers, and keeps "
               "the provenance of every result: what it was made from, by "
               "what, and how. Profiles, databases and archives are AiiDA's, "
               "and so are the names of commands.",
    .example = "orma presto\n"
               "orma code create " DEFAULT_CODE " -n -L add -Y localhost \\\n"
               "    -X /bin/bash\n"
               "orma run " EXAMPLE_CALCULATION " -I code=add@localhost -I x=1 "
               "-I y=2",
    .groups = groups,
};
