/* Quantities by frame.
 *
 * SPDX-License-Identifier: MIT */
#include "trajectory.h"

#include <string.h>

static series *find_any(trajectory *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->items[i].name, name) == 0)
            return &t->items[i];
    return NULL;
}

series *trajectory_find(trajectory *t, const char *name)
{
    series *s = find_any(t, name);

    return s != NULL && !s->is_ragged && s->frames > 0 ? s : NULL;
}

void trajectory_finish(trajectory *t)
{
    for (size_t i = 0; i < t->count; i++)
        reals_finish(&t->items[i].data);
    t->count = 0;
}

static size_t frame_size(const series *s)
{
    size_t size = 1;

    for (int i = 0; i < s->ndim; i++)
        size *= (size_t)s->shape[i];
    return size;
}

const double *trajectory_frame(trajectory *t, const char *name, int index)
{
    const series *s = trajectory_find(t, name);

    if (s == NULL)
        return NULL;
    const int64_t frame = index < 0 ? (int64_t)s->frames + index : index;
    if (frame < 0 || frame >= (int64_t)s->frames)
        return NULL;
    return s->data.values + (size_t)frame * frame_size(s);
}

const double *trajectory_last(trajectory *t, const char *name)
{
    return trajectory_frame(t, name, -1);
}

static bool has_shape(const series *s, const series *wanted)
{
    return s->ndim == wanted->ndim && s->shape[0] == wanted->shape[0] &&
           s->shape[1] == wanted->shape[1] &&
           s->holds_ints == wanted->holds_ints;
}

static void append(trajectory *t, const series *wanted, const double *values)
{
    series *s = find_any(t, wanted->name);

    if (s == NULL) {
        if (t->count == MAX_SERIES)
            return;
        s = &t->items[t->count++];
        *s = *wanted;
    }
    if (!has_shape(s, wanted)) {
        s->is_ragged = true;
        return;
    }
    const size_t size = frame_size(s);
    for (size_t i = 0; i < size; i++)
        reals_add(&s->data, values[i]);
    s->frames++;
}

void trajectory_add(trajectory *t, const char *name, const char *unit,
                    double value)
{
    const series wanted = {.name = name, .unit = unit};

    append(t, &wanted, &value);
}

/* Counts are small: a double holds them exactly until they are written. */
void trajectory_add_int(trajectory *t, const char *name, int64_t value)
{
    const series wanted = {.name = name, .unit = "1", .holds_ints = true};
    const double number = (double)value;

    append(t, &wanted, &number);
}

void trajectory_add_array(trajectory *t, const char *name, const char *unit,
                          const double *values, const int64_t shape[2])
{
    const series wanted = {.name = name,
                           .unit = unit,
                           .ndim = shape[0] == 0 ? 1 : 2,
                           .shape = {shape[0] == 0 ? shape[1] : shape[0],
                                     shape[0] == 0 ? 0 : shape[1]}};

    append(t, &wanted, values);
}

void trajectory_remove(trajectory *t, const char *name)
{
    series *s = find_any(t, name);

    if (s == NULL)
        return;
    reals_finish(&s->data);
    *s = t->items[--t->count];
}

void trajectory_move(trajectory *to, trajectory *from, const char *name)
{
    series *s = find_any(from, name);

    if (s == NULL)
        return;
    trajectory_remove(to, name);
    if (to->count == MAX_SERIES)
        return;
    to->items[to->count++] = *s;
    s->data = (reals){0};
    trajectory_remove(from, name);
}

bool trajectory_has_failed(const trajectory *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].data.has_failed)
            return true;
    return false;
}
