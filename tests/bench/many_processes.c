/* Fills a core.sqlite_dos storage folder with finished calcjobs:
 * many_processes FOLDER COUNT. For the listing benchmark.
 *
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/store.h>

#define UNIT_SIZE 1000

static node *finished_calcjob(int64_t number)
{
    node *n = node_create(NODE_TYPE_CALCJOB);
    if (n == NULL)
        return NULL;
    n->process_type = text_copy("aiida.calculations:core.arithmetic.add");
    json_object *a = n->attributes;
    if (n->process_type == NULL ||
        !json_set_text(a, "process_state", "finished") ||
        !json_set_text(a, "process_label", "ArithmeticAddCalculation") ||
        !json_set_int(a, "exit_status", number % 10 == 0 ? 410 : 0) ||
        !json_set_text(a, "job_id", "12345") ||
        !json_set_bool(a, "sealed", true)) {
        node_free(n);
        return NULL;
    }
    return n;
}

static orma_status fill_unit(store *s, int64_t first, size_t count,
                             orma_error **err)
{
    node *nodes[UNIT_SIZE] = {NULL};
    unit *u = NULL;
    orma_status st = unit_begin(s, &u, err);

    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        nodes[i] = finished_calcjob(first + (int64_t)i);
        st = nodes[i] == NULL ? ORMA_E_NO_MEMORY
                              : unit_add_node(u, nodes[i], err);
    }
    if (st == ORMA_OK)
        st = unit_commit(u, err);
    else
        unit_abort(u);
    for (size_t i = 0; i < count; i++)
        node_free(nodes[i]);
    return st;
}

static orma_status fill(const char *folder, int64_t count, orma_error **err)
{
    AUTO_JSON json_object *config = json_object_new_object();
    AUTO_JSON json_object *users = NULL;
    registry *r = NULL;
    store *s = NULL;

    if (config == NULL || !json_set_text(config, "filepath", folder))
        return ORMA_E_NO_MEMORY;
    orma_status st = registry_open(&r, err);
    if (st == ORMA_OK)
        st = store_open(r, "core.sqlite_dos", config, false, &s, err);
    if (st == ORMA_OK)
        st = store_list_users(s, &users, err);
    if (st == ORMA_OK)
        store_set_default_user(
            s, json_get_int(json_object_array_get_idx(users, 0), "pk", 0));
    for (int64_t done = 0; st == ORMA_OK && done < count; done += UNIT_SIZE) {
        const int64_t left = count - done;
        st = fill_unit(s, done, left < UNIT_SIZE ? (size_t)left : UNIT_SIZE,
                       err);
    }
    store_close(s);
    registry_close(r);
    return st;
}

int main(int argc, char **argv)
{
    AUTO_ERROR orma_error *err = NULL;

    if (argc != 3) {
        fprintf(stderr, "usage: many_processes FOLDER COUNT\n");
        return 2;
    }
    if (fill(argv[1], strtoll(argv[2], NULL, 10), &err) != ORMA_OK) {
        AUTO_FREE char *why = error_chain(err);
        fprintf(stderr, "many_processes: %s\n", why != NULL ? why : "no memory");
        return 1;
    }
    return 0;
}
