/* Resources counted in machines and processes: AiiDA's NodeNumberJobResource.
 *
 * SPDX-License-Identifier: MIT */
#include "direct.h"

#include <json-c/json_object_iterator.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* In AiiDA's order, which is that of job_tmpl.json. */
enum {
    MACHINES,
    PER_MACHINE,
    CORES_PER_MACHINE,
    CORES_PER_MPIPROC,
    TOTAL,
    RESOURCE_COUNT
};

static const char *const names[RESOURCE_COUNT] = {
    [MACHINES] = "num_machines",
    [PER_MACHINE] = "num_mpiprocs_per_machine",
    [CORES_PER_MACHINE] = "num_cores_per_machine",
    [CORES_PER_MPIPROC] = "num_cores_per_mpiproc",
    [TOTAL] = "tot_num_mpiprocs",
};

/* Values so far; 0 is not given, since all must be at least 1. */
typedef struct counts {
    int64_t of[RESOURCE_COUNT];
} counts;

static orma_status invalid(orma_error **err, const char *what, const char *why)
{
    return host->fail(host, err, ORMA_E_INVALID, "direct", 0,
                      "resources: '%s' %s", what, why);
}

static orma_status read_one(counts *c, const char *key, json_object *value,
                            orma_error **err)
{
    for (int i = 0; i < RESOURCE_COUNT; i++) {
        if (strcmp(key, names[i]) != 0)
            continue;
        if (value == NULL)
            return ORMA_OK;
        if (!json_object_is_type(value, json_type_int))
            return invalid(err, key, "is not an integer");
        c->of[i] = json_object_get_int64(value);
        if (c->of[i] < 1 || c->of[i] > INT32_MAX)
            return invalid(err, key, "must be at least 1");
        return ORMA_OK;
    }
    return invalid(err, key, "is not known to this scheduler");
}

static orma_status read_counts(json_object *resources, counts *c,
                               orma_error **err)
{
    struct json_object_iterator at = json_object_iter_begin(resources);
    const struct json_object_iterator last = json_object_iter_end(resources);
    orma_status st = ORMA_OK;

    for (; st == ORMA_OK && !json_object_iter_equal(&at, &last);
         json_object_iter_next(&at))
        st = read_one(c, json_object_iter_peek_name(&at),
                      json_object_iter_peek_value(&at), err);
    return st;
}

/* Two of machines, processes per machine and processes give the third. */
static orma_status complete(counts *c, int64_t default_mpiprocs,
                            orma_error **err)
{
    int64_t *machines = &c->of[MACHINES], *each = &c->of[PER_MACHINE],
            *total = &c->of[TOTAL];

    if (*each == 0 && (*machines == 0 || *total == 0))
        *each = default_mpiprocs > 0 ? default_mpiprocs : 0;
    if ((*machines != 0) + (*each != 0) + (*total != 0) < 2)
        return invalid(err, "num_machines",
                       "needs 'num_mpiprocs_per_machine' or "
                       "'tot_num_mpiprocs' beside it");
    if (*total == 0)
        *total = *machines * *each;
    else if (*each == 0)
        *each = *total / *machines;
    else if (*machines == 0)
        *machines = *total / *each;
    if (*machines < 1 || *each < 1 || *machines * *each != *total)
        return invalid(err, "tot_num_mpiprocs",
                       "is not num_machines times num_mpiprocs_per_machine");
    return ORMA_OK;
}

static orma_status write_counts(const counts *c, orma_writer *out,
                                orma_error **err)
{
    char text[64];
    orma_status st = ORMA_OK;

    for (int i = 0; i < RESOURCE_COUNT && st == ORMA_OK; i++) {
        if (c->of[i] > 0)
            snprintf(text, sizeof text, "%s\"%s\": %lld", i == 0 ? "{" : ", ",
                     names[i], (long long)c->of[i]);
        else
            snprintf(text, sizeof text, "%s\"%s\": null", i == 0 ? "{" : ", ",
                     names[i]);
        st = direct_write(out, text, err);
    }
    return st == ORMA_OK ? direct_write(out, "}", err) : st;
}

orma_status direct_resources(const orma_scheduler *self, orma_str resources,
                             int64_t default_mpiprocs, orma_writer *out,
                             orma_error **err)
{
    (void)self;
    json_object *given = NULL;
    counts c = {{0}};
    orma_status st = direct_parse_json(resources, json_type_object, "resources",
                                       &given, err);

    if (st != ORMA_OK)
        return st;
    st = read_counts(given, &c, err);
    json_object_put(given);
    if (st == ORMA_OK)
        st = complete(&c, default_mpiprocs, err);
    return st == ORMA_OK ? write_counts(&c, out, err) : st;
}
