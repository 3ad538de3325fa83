/* orma data TYPE ls, cat, size: folders on computers.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <orma/api/data.h>

#include "data.h"
#include "failure.h"
#include "node.h"
#include "output.h"
#include "scope.h"
#include "session.h"

static int open_node(invocation *inv, orma_profile **profile)
{
    const int status = session_open(inv, profile);

    return status == EXIT_DONE
               ? data_expect_type(inv, *profile, argument_text(inv, 0))
               : status;
}

static const char *path_of(const invocation *inv)
{
    const char *path = option_text(inv, "path");
    return path != NULL ? path : "";
}

int run_data_ls(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = open_node(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_remote_list(profile, argument_text(inv, 0),
                                            path_of(inv), &json, &error);
    return st == ORMA_OK ? node_print_files(inv, json)
                         : failure(inv, st, error);
}

int run_data_cat(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    orma_error *error = NULL;
    const int status = open_node(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_remote_read(profile, argument_text(inv, 0), argument_text(inv, 1),
                         node_write_stdout, NULL, &error);
    return st == ORMA_OK ? EXIT_DONE : failure(inv, st, error);
}

int run_data_size(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_JSON json_object *answer = json_object_new_object();
    orma_error *error = NULL;
    int64_t bytes = 0;
    const int status = open_node(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_remote_size(profile, argument_text(inv, 0),
                                            path_of(inv), &bytes, &error);
    if (st != ORMA_OK)
        return failure(inv, st, error);
    if (inv->format == FORMAT_TABLE) {
        printf("%lld\n", (long long)bytes);
        return EXIT_DONE;
    }
    json_object_object_add(answer, "bytes", json_object_new_int64(bytes));
    return output_value(inv, answer, NULL, NULL);
}
