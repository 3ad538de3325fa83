/* One run of pw.x as the parser knows it: inputs, files, what went wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_RUN_H
#define QEP_RUN_H

#include "stdout_output.h"
#include "xml_output.h"

typedef struct run {
    job j;
    /* input nodes as far as given */
    json_object *parameters; /* attributes, or NULL */
    json_object *settings;
    json_object *structure;
    const orma_node *structure_node;
    const orma_node *kpoints_node;
    crystal input; /* of the structure, empty without */
    bool has_input;
    bool without_xml;
    bool wants_all_symmetries;
    bool wants_occupations;
    char *stdout_name;
    /* files */
    xml_output xml;
    stdout_output out;
    fault xml_fault; /* of the XML file, or of its being missing */
    fault out_fault;
    fault temporary_fault;
    bool has_xml; /* read without fault */
    /* results */
    const char *calculation; /* "scf", "vc-relax", … */
} run;

/* A keyword of the input parameters, or NULL; any case is found. */
json_object *run_keyword(const run *r, const char *namelist,
                         const char *keyword);

/* A setting by its name in upper case, any case is found; or NULL. */
json_object *run_setting(const run *r, const char *name);

bool run_is_relaxation(const run *r);

/* The structure that the run began with: the input's, or what the files show.
 * Empty when neither tells. */
const crystal *run_initial(const run *r);

#endif
