/* Inputs that several suites begin with, and comparisons.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_QE_FIXTURES_H
#define TESTS_QE_FIXTURES_H

#include "harness.h"

#include <unit/runner.h>

#define SILICON                                                                \
    "{\"cell\": [[0.0, 2.715, 2.715], [2.715, 0.0, 2.715], [2.715, 2.715, "    \
    "0.0]], \"pbc1\": true, \"pbc2\": true, \"pbc3\": true, \"kinds\": "       \
    "[{\"name\": \"Si\", \"symbols\": [\"Si\"], \"weights\": [1.0], "          \
    "\"mass\": 28.0855}], \"sites\": [{\"kind_name\": \"Si\", \"position\": "  \
    "[0.0, 0.0, 0.0]}, {\"kind_name\": \"Si\", \"position\": [1.3575, "        \
    "1.3575, 1.3575]}]}"

/* A silicon run with everything that is required; nodes are stored. */
fake_run *silicon(void);

/* The text of a file that prepare() wrote; "" when there is none. */
const char *written(fake_run *run, const char *path);

/* Prepares; the input file's text. */
const char *input_file(fake_run *run);

/* The calcinfo, [in] until fake_clear(). */
json_object *calcinfo(fake_run *run);

/* A parse of a recorded run with the `parameters` that it had, in short. */
fake_run *recorded(const char *name, const char *parameters);

/* Parses; the label of the exit code, "" for success, "none" when the module
 * named none. */
const char *exit_label(fake_run *run);

/* A number of output_parameters; NAN when it is missing. */
double parameter(fake_run *run, const char *key);
json_object *parameter_json(fake_run *run, const char *key);

/* An element of an array of an output, counted in C order; NAN beyond. */
double element(fake_run *run, const char *output, const char *array,
               size_t index);

int text_has(const char *text, const char *part);

#endif
