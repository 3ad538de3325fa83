/* Access to a job's inputs, and the wording of refusals.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGE 1024
#define MAX_PORT 512

orma_status refuse(orma_error **err, const char *fmt, ...)
{
    char text[MAX_MESSAGE];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return host->fail(host, err, ORMA_E_INVALID, "quantumespresso", 0, "%s",
                      text);
}

orma_status no_memory(orma_error **err)
{
    return host->fail(host, err, ORMA_E_NO_MEMORY, "quantumespresso", 0,
                      "out of memory");
}

const orma_node *job_input(const job *j, const char *port)
{
    char path[MAX_PORT];
    const int n = snprintf(path, sizeof path, "%s%s", j->prefix, port);

    if (n < 0 || (size_t)n >= sizeof path)
        return NULL;
    return j->ops->input(j->ctx, path);
}

orma_status node_attributes(const orma_node_ops *ops, const orma_node *node,
                            json_object **out, orma_error **err)
{
    orma_str json;
    const orma_status st = ops->attributes(node, &json, err);
    if (st != ORMA_OK)
        return st;

    json_tokener *tokener = json_tokener_new_ex(64);
    if (tokener == NULL)
        return no_memory(err);
    json_object *object =
        json_tokener_parse_ex(tokener, json.ptr, (int)json.len + 1);
    json_tokener_free(tokener);
    if (!json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        return refuse(err, "the node's attributes are not a JSON object");
    }
    *out = object;
    return ORMA_OK;
}

orma_status job_attributes(const job *j, const char *port, json_object **out,
                           orma_error **err)
{
    const orma_node *node = job_input(j, port);

    if (node == NULL) {
        *out = NULL;
        return ORMA_OK;
    }
    return node_attributes(j->ops->node, node, out, err);
}

char *job_option(const job *j, const char *path, const char *otherwise)
{
    const orma_str value = j->ops->metadata(j->ctx, path);
    char *text = NULL;

    if (value.ptr != NULL) {
        json_object *json = json_tokener_parse(value.ptr);
        if (json_object_is_type(json, json_type_string))
            text = strdup(json_object_get_string(json));
        json_object_put(json);
    }
    return text != NULL ? text : strdup(otherwise);
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

bool node_is_stored(const orma_node_ops *ops, const orma_node *node)
{
    const orma_uuid uuid = ops->uuid(node);

    for (size_t i = 0; i < sizeof uuid.bytes; i++)
        if (uuid.bytes[i] != 0)
            return true;
    return false;
}

void uuid_text(orma_uuid uuid, char *out)
{
    for (size_t i = 0; i < sizeof uuid.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        snprintf(out, 3, "%02x", uuid.bytes[i]);
        out += 2;
    }
}
