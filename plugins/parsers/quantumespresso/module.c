/* Parsers of Quantum ESPRESSO: the module's entry.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_MESSAGE 2048

const orma_host *host;

orma_status no_memory(orma_error **err)
{
    return host->fail(host, err, ORMA_E_NO_MEMORY, "quantumespresso", 0,
                      "out of memory");
}

bool is_machinery_failure(orma_status status)
{
    return status == ORMA_E_TRANSIENT || status == ORMA_E_NO_MEMORY ||
           status == ORMA_E_CANCELLED;
}

orma_status machinery_failure(orma_status status, orma_error **err)
{
    return host->fail(host, err, status, "quantumespresso", 0, "%s",
                      status == ORMA_E_CANCELLED
                          ? "parsing was cancelled"
                          : "the retrieved files cannot be read now");
}

void job_log(const job *j, int32_t level, const char *fmt, ...)
{
    char text[MAX_MESSAGE];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    j->ops->log(j->ctx, level, (orma_str){text, strlen(text)});
}

void fault_set(fault *f, const char *label, const char *fmt, ...)
{
    va_list args;

    f->label = label;
    va_start(args, fmt);
    vsnprintf(f->text, sizeof f->text, fmt, args);
    va_end(args);
}

orma_status node_attributes(const job *j, const orma_node *node,
                            json_object **out, orma_error **err)
{
    orma_str json;

    *out = NULL;
    if (node == NULL)
        return ORMA_OK;
    const orma_status st = j->ops->node->attributes(node, &json, err);
    if (st != ORMA_OK)
        return st;
    *out = json_tokener_parse(json.ptr);
    if (!json_object_is_type(*out, json_type_object)) {
        json_object_put(*out);
        *out = NULL;
        return host->fail(host, err, ORMA_E_INVALID, "quantumespresso", 0,
                          "an input node's attributes are not a JSON object");
    }
    return ORMA_OK;
}

/* libxml2 may be used from several threads once it was initialised in one. */
static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    xmlInitParser();
    return ORMA_OK;
}

static const orma_entry entries[] = {
    {ORMA_PARSER, "quantumespresso.pw", &pw_parser},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .entry_count = sizeof entries / sizeof *entries,
    .package = "quantumespresso",
    .version = "1.0.0",
    .entries = entries,
    .load = load,
};
