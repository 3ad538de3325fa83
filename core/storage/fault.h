/* Faults on demand, so that tests can prove that a unit is stored wholly or
 * not at all.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_FAULT_H
#define CORE_STORAGE_FAULT_H

#include <storage/store.h>

/* The step-th step (from 1) of the following unit_commit() fails; 0: none. A
 * commit with fewer steps succeeds and forgets the fault. */
void store_set_fault(store *s, int step);

#endif
