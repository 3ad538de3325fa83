/* Facts of the standard output that stand in one line.
 *
 * SPDX-License-Identifier: MIT */
#include "stdout_internal.h"

#include <stdio.h>
#include <string.h>

static void take_alat(stdout_reading *r, const char *line)
{
    const char *at = strchr(line, '=');

    if (at != NULL && read_real(&(const char *){at + 1}, &r->sizes.alat_bohr))
        return;
    job_log(r->j, ORMA_LOG_WARNING, "the lattice parameter cannot be read");
}

static void take_celldm(stdout_reading *r, const char *line)
{
    real_after(line, "celldm(1)", &r->sizes.celldm1_bohr);
}

static void take_atoms(stdout_reading *r, const char *line)
{
    int_after(line, "number of atoms/cell", &r->sizes.atoms);
}

static void take_types(stdout_reading *r, const char *line)
{
    int_after(line, "number of atomic types", &r->sizes.types);
}

static void take_volume(stdout_reading *r, const char *line)
{
    real_after(line, "unit-cell volume", &r->sizes.volume_bohr3);
}

static void take_bands(stdout_reading *r, const char *line)
{
    int_after(line, "number of Kohn-Sham states", &r->sizes.bands);
}

static void take_points(stdout_reading *r, const char *line)
{
    int_after(line, "number of k points", &r->sizes.points);
}

/* "Dense  grid:  1471 G-vectors  FFT dimensions: (  20,  20,  20)" */
static bool read_grid(const char *line, int64_t *out)
{
    const char *at = strchr(line, '(');

    for (size_t i = 0; i < 3; i++) {
        if (at == NULL)
            return false;
        at++;
        if (!read_int(&at, &out[i]))
            return false;
        at = strchr(at, ',');
    }
    return true;
}

static void take_dense(stdout_reading *r, const char *line)
{
    if (!r->sizes.has_dense)
        r->sizes.has_dense = read_grid(line, r->sizes.dense);
}

static void take_smooth(stdout_reading *r, const char *line)
{
    if (!r->sizes.has_smooth)
        r->sizes.has_smooth = read_grid(line, r->sizes.smooth);
}

static void take_init_time(stdout_reading *r, const char *line)
{
    double seconds;

    if (r->has_init_time ||
        !real_after(line, "total cpu time spent up to now is", &seconds))
        return;
    r->has_init_time = true;
    dict_set_real(&r->o->parameters, "init_wall_time_seconds", seconds);
}

/* "Estimated max dynamical RAM per process >       1.33 MB" */
static void take_memory(stdout_reading *r, const char *line, const char *key)
{
    const char *at = strrchr(line, '>');
    char units[3] = "";
    double value;

    if (at == NULL || !read_real(&(const char *){at + 1}, &value))
        return;
    at = strpbrk(at, "MG");
    if (at == NULL)
        return;
    snprintf(units, sizeof units, "%s", at);
    dict_set_real(&r->o->parameters, key, value);
    dict_set_units(&r->o->parameters, key, units);
}

static void take_process_memory(stdout_reading *r, const char *line)
{
    take_memory(r, line, "estimated_ram_per_process");
}

static void take_total_memory(stdout_reading *r, const char *line)
{
    take_memory(r, line, "estimated_ram_total");
}

/* "     PWSCF        :   1m 2.34s CPU   1m 3.45s WALL" */
static void take_wall_time(stdout_reading *r, const char *line)
{
    const char *from = strstr(line, "CPU"), *to = strstr(line, "WALL");
    char text[64];
    double seconds;

    if (from == NULL || to == NULL || to < from)
        return;
    from += 3;
    from += strspn(from, " ");
    size_t len = to > from ? (size_t)(to - from) : 0;
    while (len > 0 && from[len - 1] == ' ')
        len--;
    if (len >= sizeof text)
        return;
    memcpy(text, from, len);
    text[len] = '\0';
    if (!read_duration(text, &seconds)) {
        job_log(r->j, ORMA_LOG_WARNING, "the wall time cannot be read");
        return;
    }
    dict_set_text(&r->o->parameters, "wall_time", text);
    dict_set_real(&r->o->parameters, "wall_time_seconds", seconds);
}

static void take_max_steps(stdout_reading *r, const char *line)
{
    int_after(line, "nstep", &r->max_steps);
}

static void take_bfgs_end(stdout_reading *r, const char *line)
{
    (void)line;
    r->has_bfgs_end = true;
}

static void take_bfgs_step(stdout_reading *r, const char *line)
{
    (void)line;
    r->bfgs_steps = r->bfgs_steps < 0 ? 1 : r->bfgs_steps + 1;
}

static void take_final_scf(stdout_reading *r, const char *line)
{
    (void)line;
    dict_set_flag(&r->o->parameters, "final_scf", true);
}

/* "     point group D_6h(6/mmm)" */
static void take_point_group(stdout_reading *r, const char *line)
{
    char schoenflies[16], international[16];

    if (strstr(line, "k-point group") == NULL &&
        sscanf(strstr(line, "point group"),
               "point group %15[^ (] (%15[^) ])", schoenflies,
               international) == 2) {
        dict_set_text(&r->o->parameters, "pointgroup_schoenflies",
                      schoenflies);
        dict_set_text(&r->o->parameters, "pointgroup_international",
                      international);
    }
}

/* Only counts when no further iteration mends it. */
static void take_bands_warning(stdout_reading *r, const char *line)
{
    (void)line;
    r->has_bands_warning = true;
}

static void take_iteration(stdout_reading *r, const char *line)
{
    r->has_bands_warning = false;
    if (strstr(line, "Calculation restarted") == NULL &&
        strstr(line, "Calculation stopped") == NULL)
        r->scf_iterations =
            r->scf_iterations < 0 ? 1 : r->scf_iterations + 1;
}

static void take_done(stdout_reading *r, const char *line)
{
    (void)line;
    r->is_done = true;
}

static void take_geometry(stdout_reading *r, const char *line)
{
    (void)line;
    r->moves_atoms = true;
}

static void take_dynamics(stdout_reading *r, const char *line)
{
    (void)line;
    r->has_dynamics = true;
}

static void take_bands_only(stdout_reading *r, const char *line)
{
    (void)line;
    r->has_bands_only = true;
}

static void reset_occupations(stdout_reading *r, const char *line)
{
    (void)line;
    dict_finish(&r->o->occupations);
    dict_init(&r->o->occupations);
}

/* "atom    1   Tr[ns(na)] (up, down, total) =   4.9 1.9 6.8", or one number. */
static void take_occupations(stdout_reading *r, const char *line)
{
    const char *at = strstr(line, "atom"), *values = strchr(line, '=');
    double numbers[3];
    size_t count = 0;
    char key[24];
    int64_t index;
    dict d;

    if (at == NULL || values == NULL || !read_int(&(const char *){at + 4}, &index))
        return;
    values++;
    while (count < 3 && read_real(&values, &numbers[count]))
        count++;
    if (count != 1 && count != 3)
        return;
    dict_init(&d);
    if (count == 3) {
        dict_set_real(&d, "up", numbers[0]);
        dict_set_real(&d, "down", numbers[1]);
    }
    dict_set_real(&d, "total", numbers[count - 1]);
    snprintf(key, sizeof key, "%lld", (long long)index);
    dict_set(&r->o->occupations, key, d.object);
}

/* The first row whose texts are both in the line takes it. */
static const struct {
    const char *text;
    const char *also; /* or NULL */
    void (*take)(stdout_reading *r, const char *line);
} facts[] = {
    {"lattice parameter (a", NULL, take_alat},
    {"celldm(1)=", NULL, take_celldm},
    {"number of atoms/cell", NULL, take_atoms},
    {"number of atomic types", NULL, take_types},
    {"unit-cell volume", NULL, take_volume},
    {"number of Kohn-Sham states", NULL, take_bands},
    {"number of k points", NULL, take_points},
    {"Dense  grid", NULL, take_dense},
    {"Smooth grid", NULL, take_smooth},
    {"total cpu time spent up to now is", NULL, take_init_time},
    {"Estimated max dynamical RAM per process", NULL, take_process_memory},
    {"Estimated total dynamical RAM", NULL, take_total_memory},
    {"PWSCF", "WALL", take_wall_time},
    {"nstep", "=", take_max_steps},
    {"bfgs converged in", NULL, take_bfgs_end},
    {"number of bfgs steps", NULL, take_bfgs_step},
    /* "Final …" in 6.7, "A final …" before */
    {"inal scf calculation at the relaxed structure", NULL, take_final_scf},
    {"point group", NULL, take_point_group},
    {"c_bands", "eigenvalues not converged", take_bands_warning},
    {"iteration #", NULL, take_iteration},
    {"JOB DONE", NULL, take_done},
    {"BFGS Geometry Optimization", NULL, take_geometry},
    {"Damped Dynamics", NULL, take_geometry},
    {"Entering Dynamics", NULL, take_dynamics},
    {"Band Structure Calculation", NULL, take_bands_only},
    {"LDA+U parameters", NULL, reset_occupations},
    {"Tr[ns(na)]", NULL, take_occupations},
};

void facts_take(stdout_reading *r, const char *line)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (strstr(line, facts[i].text) == NULL ||
            (facts[i].also != NULL && strstr(line, facts[i].also) == NULL))
            continue;
        facts[i].take(r, line);
        return;
    }
}
