/* Stores calculations one after the other in the default profile, and writes
 * down each that was acknowledged, until the file STOP exists:
 * acknowledged_writer NAME STOP LOG. For the tests that take the server away
 * meanwhile.
 *
 * A line of LOG is the label of a calculation, "NAME-7", after its commit. A
 * failure that reaches the caller is told on standard error, and ends it.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <config/config.h>
#include <storage/store.h>

/* An input, its calculation and an output with a file: all or nothing. */
static orma_status store_one(store *s, const char *label, orma_error **err)
{
    node *in = node_create("data.core.int.Int.");
    node *job = node_create(NODE_TYPE_CALCJOB);
    node *out = node_create("data.core.int.Int.");
    unit *u = NULL;

    json_set_int(in->attributes, "value", 1);
    json_set_int(out->attributes, "value", 2);
    free(job->label);
    job->label = text_copy(label);
    json_set_text(job->attributes, "process_state", "created");
    orma_status st =
        node_put_bytes(out, "file", (orma_str){label, strlen(label)}, err);
    if (st == ORMA_OK)
        st = unit_begin(s, &u, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, in, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, job, err);
    if (st == ORMA_OK)
        st = unit_add_node(u, out, err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_INPUT_CALC, in, job, "x", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CREATE, job, out, "sum", err);
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    node_free(in);
    node_free(job);
    node_free(out);
    return st;
}

static orma_status open_default(config **c, store **s, orma_error **err)
{
    const char *name = NULL;
    const json_object *profile = NULL;
    AUTO_JSON json_object *users = NULL;
    registry *r = NULL;

    orma_status st = registry_default(&r, err);
    if (st == ORMA_OK)
        st = config_open(c, err);
    if (st == ORMA_OK)
        st = config_profile(*c, NULL, &name, &profile, err);
    const json_object *storage = json_get(profile, "storage");
    if (st == ORMA_OK)
        st = store_open(r, json_get_text(storage, "backend", ""),
                        json_get(storage, "config"), false, s, err);
    if (st == ORMA_OK)
        st = store_list_users(*s, &users, err);
    if (st == ORMA_OK)
        store_set_default_user(
            *s, json_get_int(json_object_array_get_idx(users, 0), "pk", 0));
    return st;
}

static orma_status write_for(store *s, const char *name, const char *stop,
                             FILE *log, orma_error **err)
{
    orma_status st = ORMA_OK;

    for (int i = 0; st == ORMA_OK && access(stop, F_OK) != 0; i++) {
        AUTO_FREE char *label = text_printf("%s-%d", name, i);
        if (label == NULL)
            return error_no_memory(err);
        st = store_one(s, label, err);
        if (st == ORMA_OK)
            fprintf(log, "%s\n", label);
        fflush(log);
    }
    return st;
}

int main(int argc, char **argv)
{
    AUTO_ERROR orma_error *err = NULL;
    config *c = NULL;
    store *s = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: acknowledged_writer NAME STOP LOG\n");
        return 2;
    }
    FILE *log = fopen(argv[3], "a");
    orma_status st =
        log == NULL ? ORMA_E_PERMANENT : open_default(&c, &s, &err);
    if (st == ORMA_OK)
        st = write_for(s, argv[1], argv[2], log, &err);
    if (st != ORMA_OK) {
        AUTO_FREE char *why = err == NULL ? NULL : error_chain(err);
        fprintf(stderr, "acknowledged_writer %s: %s\n", argv[1],
                why != NULL ? why : "no log or no memory");
    }
    store_close(s);
    config_close(c);
    if (log != NULL)
        fclose(log);
    return st == ORMA_OK ? 0 : 1;
}
