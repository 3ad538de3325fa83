/* Parameters of a query's statement.
 *
 * SPDX-License-Identifier: MIT */
#include <query/compile.h>

#include <stdio.h>
#include <stdlib.h>

#include <base/error.h>

#define PARAMETERS_MAX 30000 /* both backends number them by 15 bits */

static orma_status add(compiler *c, query_parameter parameter, marker *out,
                       orma_error **err)
{
    query_plan *p = c->plan;
    if (p->parameter_count == PARAMETERS_MAX)
        return error_set(err, ORMA_E_INVALID, "query", 0,
                         "a query has at most %d values; a list of more than "
                         "%d is one",
                         PARAMETERS_MAX, QUERY_SHORT_LIST);
    if (p->parameter_count == p->parameter_room) {
        const size_t room = p->parameter_room > 0 ? 2 * p->parameter_room : 16;
        query_parameter *grown =
            reallocarray(p->parameters, room, sizeof *grown);
        if (grown == NULL)
            return error_no_memory(err);
        p->parameters = grown;
        p->parameter_room = room;
    }
    p->parameters[p->parameter_count++] = parameter;
    snprintf(out->text, sizeof out->text, "?%zu", p->parameter_count);
    return ORMA_OK;
}

orma_status add_int(compiler *c, int64_t value, marker *out, orma_error **err)
{
    return add(c, (query_parameter){PARAMETER_INT, NULL, value}, out, err);
}

orma_status add_text(compiler *c, const char *text, marker *out,
                     orma_error **err)
{
    const char *copy = arena_strdup(&c->plan->memory, text);
    return copy == NULL
               ? error_no_memory(err)
               : add(c, (query_parameter){PARAMETER_TEXT, copy, 0}, out, err);
}

orma_status add_time(compiler *c, int64_t ns, marker *out, orma_error **err)
{
    return add(c, (query_parameter){PARAMETER_TIME, NULL, ns}, out, err);
}

orma_status add_json(compiler *c, const json_object *value, marker *out,
                     orma_error **err)
{
    AUTO_BUF buf text = {0};
    json_write(&text, value, JSON_COMPACT);
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK ? add_text(c, buf_c_str(&text), out, err) : st;
}
