/* A calcjob that another runner began, from what is stored.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/calcjob.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* "a__b" of a link is the port "a.b". */
static char *port_path_of(const char *label)
{
    buf path = {0};

    while (*label != '\0') {
        if (label[0] == '_' && label[1] == '_') {
            buf_char(&path, '.');
            label += 2;
        } else {
            buf_char(&path, *label++);
        }
    }
    return buf_take(&path);
}

static orma_status add_input(store *s, const store_link *link,
                             process_inputs *inputs, orma_error **err)
{
    process_input *grown =
        reallocarray(inputs->items, inputs->count + 1, sizeof *grown);

    if (grown == NULL)
        return error_no_memory(err);
    inputs->items = grown;
    process_input *input = &inputs->items[inputs->count];
    *input = (process_input){
        .path = port_path_of(link->label),
        .link_label = text_copy(link->label),
    };
    inputs->count++;
    if (input->path == NULL || input->link_label == NULL)
        return error_no_memory(err);
    return store_node(s, link->pk, &input->value, err);
}

static orma_status load_links(store *s, const node *process,
                              process_inputs *inputs, orma_error **err)
{
    store_links links = {0};
    orma_status st = store_node_links(s, process->pk, true, &links, err);

    for (size_t i = 0; i < links.count && st == ORMA_OK; i++)
        if (links.items[i].type == LINK_INPUT_CALC)
            st = add_input(s, &links.items[i], inputs, err);
    store_links_finish(&links);
    return st;
}

/* Options are attributes of the node, each under its own name. */
static orma_status load_metadata(const node *process, const process_spec *spec,
                                 process_inputs *inputs, orma_error **err)
{
    const port *declared = port_find(&spec->inputs, "metadata.options");
    json_object *options = json_object_new_object();
    const json_object *given = json_get(process->attributes, "metadata_inputs");

    inputs->metadata = json_object_new_object();
    inputs->plain = json_object_new_object();
    if (options == NULL || inputs->metadata == NULL || inputs->plain == NULL ||
        !json_set(inputs->metadata, "options", options) ||
        !json_set_text(inputs->metadata, "label", process->label) ||
        !json_set_text(inputs->metadata, "description", process->description))
        return error_no_memory(err);
    for (size_t i = 0; declared != NULL && i < declared->child_count; i++) {
        const char *name = declared->children[i].name;
        const json_object *value = json_get(process->attributes, name);
        if (value != NULL && !json_set(options, name, json_copy(value)))
            return error_no_memory(err);
    }
    if (given == NULL)
        return ORMA_OK;
    inputs->given_metadata = json_copy(given);
    return inputs->given_metadata != NULL ? ORMA_OK : error_no_memory(err);
}

static orma_status fill_inputs(store *s, const node *process,
                               const process_spec *spec, process_inputs *inputs,
                               orma_error **err)
{
    orma_status st = load_links(s, process, inputs, err);

    if (st == ORMA_OK)
        st = load_metadata(process, spec, inputs, err);
    if (st == ORMA_OK && process->computer_pk > 0)
        st = store_computer_by_pk(s, process->computer_pk, &inputs->computer,
                                  err);
    inputs->code = process_inputs_get(inputs, "code");
    return st;
}

orma_status calcjob_load_inputs(registry *r, store *s, node *process,
                                process_spec **spec, process_inputs **inputs,
                                orma_error **err)
{
    const char *colon = process->process_type != NULL
                            ? strchr(process->process_type, ':')
                            : NULL;
    process_spec *loaded = NULL;

    if (!text_equal(process->node_type, NODE_TYPE_CALCJOB) || colon == NULL)
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "node %lld is no calcjob of an entry point",
                         (long long)process->pk);
    orma_status st =
        process_spec_get(r, KIND_CALCULATION, colon + 1, &loaded, err);
    if (st != ORMA_OK)
        return st;
    process_inputs *filled = calloc(1, sizeof *filled);
    st = filled != NULL ? fill_inputs(s, process, loaded, filled, err)
                        : error_no_memory(err);
    if (st != ORMA_OK) {
        process_inputs_free(filled);
        process_spec_free(loaded);
        return st;
    }
    *spec = loaded;
    *inputs = filled;
    return ORMA_OK;
}

orma_status calcjob_load_progress(calcjob *job, orma_error **err)
{
    const char *workdir =
        json_get_text(job->process->attributes, "remote_workdir", NULL);
    store_links links = {0};

    if (workdir != NULL) {
        job->workdir = text_copy(workdir);
        if (job->workdir == NULL)
            return error_no_memory(err);
    }
    orma_status st =
        store_node_links(job->store, job->process->pk, false, &links, err);
    for (size_t i = 0; i < links.count && st == ORMA_OK; i++)
        if (links.items[i].type == LINK_CREATE &&
            text_equal(links.items[i].label, "retrieved"))
            st =
                store_node(job->store, links.items[i].pk, &job->retrieved, err);
    store_links_finish(&links);
    return st;
}
