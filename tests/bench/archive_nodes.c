/* For the benchmark of archives.
 *
 *     archive_nodes fill COUNT      fills the default profile with
 * calculations: of four nodes two have a file each archive_nodes run COMMAND…
 * runs it, and prints seconds and peak memory
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <api/profile_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk.h>
#include <storage/store_internal.h>

#define QUADS_AT_ONCE 1000 /* whose files are put together */
#define FILE_BYTES 1000

/* Text that compresses as outputs of codes do. */
static void fill_file(char *bytes, int64_t seed)
{
    size_t at = 0;
    srandom((unsigned)seed);
    while (at + 64 < FILE_BYTES)
        at += (size_t)snprintf(
            bytes + at, 64, "iteration %ld   energy %ld.%06ld Ry\n",
            random() % 100, -(random() % 1000), random() % 1000000);
    memset(bytes + at, '\n', FILE_BYTES - at);
}

/* A folder with one file; the caller frees it. */
static char *repository(const char *name, const char *key)
{
    return text_printf("{\"o\": {\"%s\": {\"k\": \"%s\"}}}", name, key);
}

static orma_status add(bulk *b, const char *type, const char *process_type,
                       const char *attributes, const char *files, int64_t *pk,
                       orma_error **err)
{
    const int64_t now = time_now_ns();
    bulk_node n = {
        .node_type = {type, strlen(type)},
        .process_type = {process_type,
                         process_type == NULL ? 0 : strlen(process_type)},
        .label = ORMA_LITERAL(""),
        .description = ORMA_LITERAL(""),
        .ctime_ns = now,
        .mtime_ns = now,
        .attributes = {attributes, strlen(attributes)},
        .extras = ORMA_LITERAL("{}"),
        .repository = {files, strlen(files)},
    };
    uuid_generate(&n.uuid);
    return bulk_add_node(b, &n, pk, err);
}

static orma_status add_quad(bulk *b, int64_t i, const container_object *objects,
                            int64_t pks[4], orma_error **err)
{
    AUTO_FREE char *input = text_printf("{\"value\": %lld}", (long long)i);
    AUTO_FREE char *output =
        text_printf("{\"energy\": -%lld.5, \"units\": \"eV\", \"steps\": [1, "
                    "2, 3, %lld]}",
                    (long long)i, (long long)i);
    AUTO_FREE char *sent = repository("aiida.in", objects[0].key);
    AUTO_FREE char *got = repository("aiida.out", objects[1].key);
    if (input == NULL || output == NULL || sent == NULL || got == NULL)
        return error_no_memory(err);
    orma_status st =
        add(b, "data.core.int.Int.", NULL, input, "{}", &pks[0], err);
    if (st == ORMA_OK)
        st = add(b, NODE_TYPE_CALCJOB, "aiida.calculations:core.arithmetic.add",
                 "{\"process_label\": \"ArithmeticAddCalculation\", "
                 "\"process_state\": \"finished\", \"exit_status\": 0, "
                 "\"sealed\": true, \"resources\": {\"num_machines\": 1}}",
                 sent, &pks[1], err);
    if (st == ORMA_OK)
        st = add(b, "data.core.folder.FolderData.", NULL, "{}", got, &pks[2],
                 err);
    if (st == ORMA_OK)
        st = add(b, "data.core.dict.Dict.", NULL, output, "{}", &pks[3], err);
    return st;
}

static orma_status add_links(bulk *b, const int64_t (*pks)[4], size_t count,
                             orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        st = bulk_add_link(b, LINK_INPUT_CALC, pks[i][0], pks[i][1],
                           ORMA_LITERAL("x"), err);
        if (st == ORMA_OK)
            st = bulk_add_link(b, LINK_CREATE, pks[i][1], pks[i][2],
                               ORMA_LITERAL("retrieved"), err);
        if (st == ORMA_OK)
            st = bulk_add_link(b, LINK_CREATE, pks[i][1], pks[i][3],
                               ORMA_LITERAL("output_parameters"), err);
    }
    return st;
}

/* Files first, then rows, as every writer does. */
static orma_status fill(store *s, int64_t quads, orma_error **err)
{
    static char contents[2 * QUADS_AT_ONCE][FILE_BYTES];
    static container_object objects[2 * QUADS_AT_ONCE];
    static int64_t pks[QUADS_AT_ONCE][4];
    bulk *b = NULL;
    orma_status st = ORMA_OK;

    for (int64_t done = 0; st == ORMA_OK && done < quads;
         done += QUADS_AT_ONCE) {
        for (int64_t i = 0; i < 2 * QUADS_AT_ONCE; i++) {
            fill_file(contents[i], 2 * done + i);
            objects[i] = (container_object){.bytes = {contents[i], FILE_BYTES}};
        }
        st = container_put(s->container, objects, 2 * QUADS_AT_ONCE, err);
        if (st == ORMA_OK)
            st = bulk_begin(s, BULK_IN_ORDER, &b, err);
        for (int64_t i = 0; st == ORMA_OK && i < QUADS_AT_ONCE; i++)
            st = add_quad(b, done + i, &objects[2 * i], pks[i], err);
        if (st == ORMA_OK)
            st = add_links(b, (const int64_t(*)[4])pks, QUADS_AT_ONCE, err);
        if (st == ORMA_OK)
            st = bulk_commit(b, err);
    }
    return st;
}

static int run(char **argv)
{
    struct rusage used;
    int status = 0;
    const int64_t begin = time_now_ns();
    const pid_t pid = fork();

    if (pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return 1;
    printf("%7.2f s %6.0f MB", (double)(time_now_ns() - begin) / 1e9,
           (double)used.ru_maxrss / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    orma_profile *profile = NULL;
    orma_error *err = NULL;

    if (argc > 2 && strcmp(argv[1], "run") == 0)
        return run(argv + 2);
    const long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    orma_status st = orma_profile_open(NULL, &profile, &err);
    if (st == ORMA_OK)
        st = fill(profile->store, count / 4, &err);
    if (st != ORMA_OK) {
        AUTO_FREE char *text = error_chain(err);
        fprintf(stderr, "archive_nodes: %s\n", text);
    }
    orma_error_free(err);
    orma_profile_close(profile);
    return st == ORMA_OK ? 0 : 1;
}
