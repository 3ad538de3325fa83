/* A host for the Quantum ESPRESSO modules: nodes in memory, one preparation or
 * one parse at a time, everything that the module says recorded.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_QE_HARNESS_H
#define TESTS_QE_HARNESS_H

#include <orma/calculation.h>
#include <orma/parser.h>

#include <json-c/json.h>
#include <stdbool.h>

#define FAKE_MAX 128

/* The entry point of a staged module, loaded once; ends the program when it
 * cannot be loaded. kind: "calculations" or "parsers". */
const void *fake_load(const char *kind, const char *module, const char *entry);

typedef struct fake_file {
    char *path;
    char *bytes; /* NUL-terminated */
    size_t len;
} fake_file;

typedef struct fake_array {
    char name[64];
    char unit[32];
    int32_t dtype;
    int32_t ndim;
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    double *reals; /* C order; whatever dtype was given */
    int64_t *ints;
    size_t count;
} fake_array;

/* What orma_node is here. */
typedef struct fake_node {
    char type[64];
    orma_uuid uuid;
    orma_uuid computer;
    char *attributes;
    fake_file files[FAKE_MAX];
    size_t file_count;
    fake_array arrays[FAKE_MAX];
    size_t array_count;
    orma_status open_status; /* what open() answers for files below */
    const char *open_path;   /* which file, NULL for none */
    orma_status files_status; /* what files() answers */
} fake_node;

/* is_stored: whether it has a UUID. */
fake_node *fake_node_new(const char *type, const char *attributes,
                         bool is_stored);
void fake_node_add(fake_node *node, const char *path, const char *bytes,
                   size_t len);
void fake_node_add_array(fake_node *node, const char *name, int32_t ndim,
                         const int64_t *shape, const double *values);

/* All files of a recorded run's folder below tests/plugins/quantumespresso;
 * "x.gz" becomes "x". */
fake_node *fake_node_recorded(const char *run);

fake_file *fake_node_file(fake_node *node, const char *path);
void fake_node_remove(fake_node *node, const char *path);

/* Replaces the first, or every, occurrence in a file; ends the program when
 * there is none, since the test would then test nothing. */
void fake_node_edit(fake_node *node, const char *path, const char *from,
                    const char *to);
void fake_node_edit_all(fake_node *node, const char *path, const char *from,
                        const char *to);
/* Cuts the file before the first occurrence. */
void fake_node_cut(fake_node *node, const char *path, const char *before);

fake_array *fake_node_array(fake_node *node, const char *name);
/* An attribute; valid until the next call for this node. */
json_object *fake_node_attributes(fake_node *node);

/* One process: its inputs, and what the module made of them. */
typedef struct fake_run {
    struct {
        char port[128];
        fake_node *node;
    } inputs[FAKE_MAX];
    size_t input_count;
    struct {
        char path[128];
        char *json;
    } metadata[FAKE_MAX];
    size_t metadata_count;
    fake_node *retrieved, *temporary;
    int32_t scheduler_status;
    /* results */
    fake_node *folder; /* files that prepare() wrote or copied */
    char *calcinfo;
    struct {
        char label[128];
        fake_node *node;
    } outputs[FAKE_MAX];
    size_t output_count;
    bool has_exit_code;
    char exit_label[128];
    char exit_values[1024];
    char log[65536];
    char error[2048]; /* of the last call that failed */
    char *scratch;
} fake_run;

fake_run *fake_run_new(void);
void fake_input(fake_run *run, const char *port, fake_node *node);
void fake_metadata(fake_run *run, const char *path, const char *json);

orma_status fake_prepare(fake_run *run);
orma_status fake_validate(fake_run *run, const char *label, const char *port);
orma_status fake_parse(fake_run *run);

fake_node *fake_output(fake_run *run, const char *label);

/* Frees all nodes and runs made since the last call. */
void fake_clear(void);

extern const orma_host fake_host;

#endif
