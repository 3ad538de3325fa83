/* A store with a computer and a code, for tests that run calcjobs by the
 * plugins of ORMA_PLUGIN_PATH.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_ENGINE_FIXTURE_H
#define TESTS_UNIT_ENGINE_FIXTURE_H

#include <engine/run.h>

typedef struct fixture {
    registry *registry;
    store *store;
    char *folder;       /* temporary; the computer's work is in `work` */
    process_spec *spec; /* of core.arithmetic.add */
} fixture;

/* A new one in a temporary folder, with the codes `add@localhost`, a bash, and
 * `mpi@localhost`, one that is to run with MPI.
 * false: it could not be made, which was printed. */
bool fixture_open(fixture *f);
void fixture_close(fixture *f);

/* The same storage again, for a child process or after a crash. */
bool fixture_reopen(fixture *f);

/* A path in its folder, freed by the caller. */
char *fixture_path(const fixture *f, const char *name);

/* Inputs from a document in JSON; "code" is filled in. */
process_inputs *fixture_inputs(fixture *f, const char *document);

/* Options of a run that waits for nothing long. */
void fixture_options(run_options *options);

/* Runs inputs of that document to its end; the process node, to be freed. */
node *fixture_run(fixture *f, const char *document);

/* The node that a link of the process leads to, NULL: there is none. */
node *fixture_output(fixture *f, const node *process, const char *label);

/* Prints an error as a TAP comment and frees it. */
void fixture_complain(orma_error *error);

#endif
