/* Quantities by frame: arrays that grow while the output is read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_TRAJECTORY_H
#define QEP_TRAJECTORY_H

#include "numbers.h"

#include <orma/abi.h>

/* One quantity. Every frame has the shape of the first; a frame of another
 * shape makes the whole quantity unusable. */
typedef struct series {
    const char *name; /* static text */
    const char *unit;
    int ndim; /* of one frame: 0, 1 or 2 */
    int64_t shape[2];
    bool holds_ints;
    bool is_ragged;
    size_t frames;
    reals data;
} series;

#define MAX_SERIES 48

typedef struct trajectory {
    series items[MAX_SERIES];
    size_t count;
} trajectory;

void trajectory_finish(trajectory *t);

/* NULL when there is none, or when it is unusable. */
series *trajectory_find(trajectory *t, const char *name);

/* A quantity's last frame; NULL when it has none. */
const double *trajectory_last(trajectory *t, const char *name);

/* Frame `index`, counted from the end when negative; NULL beyond the ends. */
const double *trajectory_frame(trajectory *t, const char *name, int index);

/* Appends a frame of one number; name and unit are static texts. */
void trajectory_add(trajectory *t, const char *name, const char *unit,
                    double value);
void trajectory_add_int(trajectory *t, const char *name, int64_t value);

/* Appends a frame of `rows` (0 for a vector) times `columns` numbers. */
void trajectory_add_array(trajectory *t, const char *name, const char *unit,
                          const double *values, const int64_t shape[2]);

/* Moves a quantity from one to the other, replacing what is there. */
void trajectory_move(trajectory *to, trajectory *from, const char *name);

void trajectory_remove(trajectory *t, const char *name);

bool trajectory_has_failed(const trajectory *t);

#endif
