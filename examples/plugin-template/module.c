/* The module's one exported symbol: which entry points it has.
 *
 * SPDX-License-Identifier: MIT */
#include "acme.h"

#include <stdio.h>

#include <json-c/json.h>

const orma_host *acme_host;

void acme_text(orma_str json, const char *fallback, char *out, size_t size)
{
    struct json_object *value =
        json.ptr != NULL ? json_tokener_parse(json.ptr) : NULL;
    const char *text = json_object_is_type(value, json_type_string)
                           ? json_object_get_string(value)
                           : fallback;

    snprintf(out, size, "%s", text);
    json_object_put(value);
}

static orma_status load(const orma_host *host, orma_error **err)
{
    (void)err;
    acme_host = host;
    return ORMA_OK;
}

static const orma_entry entries[] = {
    {ORMA_CALCULATION, "acme.sum", &acme_sum_calculation},
    {ORMA_PARSER, "acme.sum", &acme_sum_parser},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "acme",
    .version = ACME_VERSION,
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
