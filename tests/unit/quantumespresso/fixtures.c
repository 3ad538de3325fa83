/* SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

fake_run *silicon(void)
{
    fake_run *run = fake_run_new();
    fake_node *pseudo = fake_node_new(
        "core.upf", "{\"filename\": \"Si.pz-vbc.UPF\"}", true);

    fake_node_add(pseudo, "Si.pz-vbc.UPF", "<UPF/>", 6);
    fake_input(run, "structure", fake_node_new("core.structure", SILICON, true));
    fake_input(run, "pseudos.Si", pseudo);
    fake_input(run, "kpoints",
               fake_node_new("core.array.kpoints",
                             "{\"mesh\": [2, 2, 2], \"offset\": [0.0, 0.0, "
                             "0.0]}",
                             true));
    fake_input(run, "parameters",
               fake_node_new("core.dict",
                             "{\"CONTROL\": {\"calculation\": \"scf\"}, "
                             "\"SYSTEM\": {\"ecutwfc\": 12.0}}",
                             true));
    return run;
}

const char *written(fake_run *run, const char *path)
{
    const fake_file *file = fake_node_file(run->folder, path);

    return file != NULL ? file->bytes : "";
}

const char *input_file(fake_run *run)
{
    const orma_status st = fake_prepare(run);

    CU_ASSERT_EQUAL(st, ORMA_OK);
    if (st != ORMA_OK)
        printf("# %s\n", run->error);
    return written(run, "aiida.in");
}

json_object *calcinfo(fake_run *run)
{
    static json_object *parsed;

    json_object_put(parsed);
    parsed = run != NULL && run->calcinfo != NULL
                 ? json_tokener_parse(run->calcinfo)
                 : NULL;
    return parsed;
}

fake_run *recorded(const char *name, const char *parameters)
{
    fake_run *run = fake_run_new();

    run->retrieved = fake_node_recorded(name);
    if (parameters != NULL)
        fake_input(run, "parameters",
                   fake_node_new("core.dict", parameters, true));
    return run;
}

const char *exit_label(fake_run *run)
{
    const orma_status st = fake_parse(run);

    CU_ASSERT_EQUAL(st, ORMA_OK);
    if (st != ORMA_OK)
        printf("# %s\n", run->error);
    return run->has_exit_code ? run->exit_label : "none";
}

json_object *parameter_json(fake_run *run, const char *key)
{
    fake_node *node = fake_output(run, "output_parameters");

    return node != NULL
               ? json_object_object_get(fake_node_attributes(node), key)
               : NULL;
}

double parameter(fake_run *run, const char *key)
{
    json_object *value = parameter_json(run, key);

    return value != NULL ? json_object_get_double(value) : NAN;
}

double element(fake_run *run, const char *output, const char *array,
               size_t index)
{
    const fake_array *a = fake_node_array(fake_output(run, output), array);

    return a != NULL && index < a->count ? a->reals[index] : NAN;
}

int text_has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}
