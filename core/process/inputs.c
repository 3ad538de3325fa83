/* Building inputs: the order of the steps, and the result.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <process/inputs_internal.h>

#include <base/cleanup.h>
#include <base/error.h>

node *process_inputs_get(const process_inputs *inputs, const char *path)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->items[i].path, path) == 0)
            return inputs->items[i].value;
    return NULL;
}

void process_inputs_free(process_inputs *inputs)
{
    if (inputs == NULL)
        return;
    for (size_t i = 0; i < inputs->count; i++) {
        free(inputs->items[i].path);
        free(inputs->items[i].link_label);
        node_free(inputs->items[i].value);
    }
    free(inputs->items);
    json_object_put(inputs->metadata);
    json_object_put(inputs->given_metadata);
    json_object_put(inputs->plain);
    json_object_put(inputs->computer);
    free(inputs);
}

/* Lets checks read plain values as a plugin does. */
static orma_status lend_values(struct builder *b, orma_error **err)
{
    process_inputs *inputs = b->inputs;
    json_object *metadata = json_get(b->values, PATH_METADATA);

    inputs->plain = json_object_get(b->values);
    inputs->metadata =
        metadata != NULL ? json_object_get(metadata) : json_object_new_object();
    return inputs->metadata != NULL ? ORMA_OK : error_no_memory(err);
}

/* What the caller gets: `metadata` apart from the other plain values. The
 * computer is the node's own column, and AiiDA records no metadata input that
 * is an entity. */
static void settle_values(struct builder *b)
{
    json_object *given = json_get(b->given, PATH_METADATA);

    json_object_object_del(b->inputs->plain, PATH_METADATA);
    if (given != NULL) {
        json_object_object_del(given, "computer");
        if (json_object_object_length(given) == 0)
            json_object_object_del(b->given, PATH_METADATA);
    }
    if (json_object_object_length(b->given) > 0)
        b->inputs->given_metadata = json_object_get(b->given);
}

static orma_status run_build(struct builder *b, orma_error **err)
{
    if (b->document != NULL &&
        !json_object_is_type(b->document, json_type_object)) {
        problem_add(b, "", "inputs are a mapping from port to value, not %s",
                    json_kind(b->document));
    } else {
        walk_inputs(b);
        if (b->failure == ORMA_OK)
            check_job(b);
    }
    if (b->failure == ORMA_OK) {
        const orma_status st = lend_values(b, err);
        if (st != ORMA_OK)
            return st;
        run_callbacks(b);
        settle_values(b);
    }
    if (b->failure != ORMA_OK) {
        if (b->cause == NULL)
            return error_set(err, b->failure, "inputs", 0,
                             "the inputs of \"%s\" could not be built",
                             b->spec->entry->name);
        error_move(&b->cause, err);
        return b->failure;
    }
    return b->problems->count > 0 ? problems_error(b, err) : ORMA_OK;
}

orma_status process_inputs_build(registry *r, store *s,
                                 const process_spec *spec,
                                 const json_object *document,
                                 const char *folder, process_inputs **out,
                                 input_problems *problems, orma_error **err)
{
    struct builder b = {
        .registry = r,
        .store = s,
        .spec = spec,
        .document = document,
        .folder = folder != NULL ? folder : ".",
        .inputs = calloc(1, sizeof *b.inputs),
        .values = json_object_new_object(),
        .given = json_object_new_object(),
        .problems = problems,
    };
    orma_status st;

    *problems = (input_problems){0};
    if (b.inputs == NULL || b.values == NULL || b.given == NULL)
        st = error_no_memory(err);
    else
        st = run_build(&b, err);
    if (st == ORMA_OK) {
        *out = b.inputs;
        b.inputs = NULL;
    }
    process_inputs_free(b.inputs);
    json_object_put(b.values);
    json_object_put(b.given);
    orma_error_free(b.cause);
    arena_free(&b.memory);
    return st;
}
