/* orma data TYPE uploadfamily, listfamilies, exportfamily.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <orma/api/data.h>

#include "data.h"
#include "document.h"
#include "failure.h"
#include "output.h"
#include "scope.h"
#include "session.h"

int run_data_uploadfamily(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    const orma_status st = orma_family_upload(
        profile, inv->word, argument_text(inv, 0), argument_text(inv, 1),
        argument_text(inv, 2), option_flag(inv, "stop-if-existing", false),
        &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}

int run_data_listfamilies(invocation *inv)
{
    static const column columns[] = {
        {"pk", "PK", CELL_PLAIN},
        {"label", "Label", CELL_PLAIN},
        {"nodes", "Nodes", CELL_PLAIN},
        {"description", "Description", CELL_PLAIN},
        {0},
    };
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    SCOPE_JSON json_object *elements = json_object_new_array();
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    for (size_t i = 0; option_nth(inv, "elements", i) != NULL; i++)
        json_object_array_add(
            elements, json_object_new_string(option_nth(inv, "elements", i)));
    const orma_str wanted = json_object_array_length(elements) > 0
                                ? document_text(elements)
                                : (orma_str){NULL, 0};
    const orma_status st =
        orma_family_list(profile, inv->word, wanted, &json, &error);
    return st == ORMA_OK
               ? output_document(inv, json, columns, "There are no families.")
               : failure(inv, st, error);
}

int run_data_exportfamily(invocation *inv)
{
    SCOPE_PROFILE orma_profile *profile = NULL;
    SCOPE_TEXT char *json = NULL;
    orma_error *error = NULL;
    const int status = session_open(inv, &profile);

    if (status != EXIT_DONE)
        return status;
    const orma_status st =
        orma_family_export(profile, inv->word, argument_text(inv, 1),
                           argument_text(inv, 0), &json, &error);
    return st == ORMA_OK ? output_document(inv, json, NULL, NULL)
                         : failure(inv, st, error);
}
