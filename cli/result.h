/* Running processes here and now, and printing what came of them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include <json-c/json_object.h>

#include <orma/api/launch.h>

#include "command.h"
#include "progress.h"

/* Signals kill the process; a terminal sees what is being done. */
orma_run_options result_run_options(const invocation *inv);

/* Prints result documents, an array of JSON texts, one for each process.
 * status: of the runs so far; it stands when it is not EXIT_DONE, else the
 * answer is EXIT_NOT_ZERO when one of the processes was not successful. */
int results_finish(invocation *inv, json_object *texts, int status);

#endif
