/* The reading half of the calculation table, over validated inputs: shared by
 * the checks of the builder and the preparation of a job.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_CALC_INPUTS_H
#define CORE_PROCESS_CALC_INPUTS_H

#include <pthread.h>

#include <base/arena.h>
#include <process/inputs.h>

/* One call's view of a process's inputs. */
typedef struct calc_inputs {
    const process_inputs *inputs;
    const char *root; /* namespace that the process's inputs lie in; "": top */
    pthread_mutex_t lock;
    arena texts;      /* handed out; until the call ends */
} calc_inputs;

/* inputs and root must outlive it. */
orma_status calc_inputs_init(calc_inputs *c, const process_inputs *inputs,
                             const char *root, orma_error **err);

/* orma_calc_ops.input(), input_names() and metadata(). [thread-safe] */
const orma_node *calc_inputs_get(calc_inputs *c, const char *port);
orma_status calc_inputs_names(calc_inputs *c, const char *port, orma_str *json,
                              orma_error **err);
orma_str calc_inputs_metadata(calc_inputs *c, const char *path);

/* Ends the call: frees the texts, and what was read through the inputs. */
void calc_inputs_finish(calc_inputs *c);

#endif
