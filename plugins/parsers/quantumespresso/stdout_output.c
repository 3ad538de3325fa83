/* pw.x's standard output: from lines to a dictionary and frames.
 *
 * SPDX-License-Identifier: MIT */
#include "stdout_output.h"

#include "line_reader.h"
#include "stdout_internal.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define CRASH_FILE "CRASH"

void stdout_output_init(stdout_output *o)
{
    *o = (stdout_output){.calculation = "scf"};
    dict_init(&o->parameters);
    dict_init(&o->occupations);
    crystal_init(&o->crystal);
}

void stdout_output_finish(stdout_output *o)
{
    dict_finish(&o->parameters);
    dict_finish(&o->occupations);
    trajectory_finish(&o->frames);
    crystal_finish(&o->crystal);
}

/* A block's lines may also be facts, so both see every line. */
static void take_line(void *self, const char *line)
{
    stdout_reading *r = self;

    messages_take(&r->o->messages, r->j, line);
    if (r->block != NULL) {
        r->block_line++;
        const block_taker taker = r->block;
        if (!taker(r, line) && r->block == taker)
            r->block = NULL;
    }
    if (strstr(line, "Self-consistent Calculation") != NULL) {
        scf_end_part(r);
        r->is_in_scf = true;
    }
    facts_take(r, line);
    if (r->is_in_scf)
        scf_take(r, line);
    else
        setup_take(r, line);
}

static void take_crash_line(void *self, const char *line)
{
    stdout_reading *r = self;

    messages_take(&r->o->messages, r->j, line);
}

static bool has_basics(const stdout_sizes *s)
{
    return s->alat_bohr > 0 && s->volume_bohr3 > 0 && s->atoms > 0 &&
           s->types > 0 && s->bands > 0;
}

static void write_sizes(stdout_reading *r)
{
    const stdout_sizes *s = &r->sizes;
    dict *d = &r->o->parameters;

    dict_set_real(d, "lattice_parameter_initial", s->alat_bohr * BOHR_ANGSTROM);
    dict_set_int(d, "number_of_bands", s->bands);
    /* With two spins pw.x counts every point twice. */
    if (s->points > 0)
        dict_set_int(d, "number_of_k_points",
                     r->in->nspin > 1 ? s->points / 2 : s->points);
    if (s->has_dense)
        dict_set(d, "fft_grid", json_ints(s->dense, 3));
    if (s->has_smooth)
        dict_set(d, "smooth_fft_grid", json_ints(s->smooth, 3));
    dict_set_int(d, "number_of_atoms", s->atoms);
    dict_set_int(d, "number_of_species", s->types);
    dict_set_real(d, "volume", s->volume_bohr3 * BOHR_ANGSTROM *
                                   BOHR_ANGSTROM * BOHR_ANGSTROM);
    if (r->bfgs_steps >= 0)
        dict_set_int(d, "number_ionic_steps", r->bfgs_steps);
    if (r->scf_iterations >= 0)
        dict_set_int(d, "total_number_of_scf_iterations", r->scf_iterations);
}

static void check_accuracies(stdout_reading *r)
{
    const series *accuracies = trajectory_find(&r->o->frames, "scf_accuracy");
    const series *counts = trajectory_find(&r->o->frames, "scf_iterations");
    double sum = 0;

    if (accuracies == NULL)
        return;
    for (size_t i = 0; counts != NULL && i < counts->frames; i++)
        sum += counts->data.values[i];
    if (fabs(sum - (double)accuracies->frames) > 0.5)
        job_log(r->j, ORMA_LOG_WARNING, "%zu scf accuracies were printed for "
                "%.0f iterations", accuracies->frames, sum);
}

static const char *guess_calculation(const stdout_reading *r)
{
    if (r->has_dynamics)
        return r->moves_cell ? "vc-md" : "md";
    if (r->moves_atoms || r->has_positions)
        return r->moves_cell ? "vc-relax" : "relax";
    return r->has_bands_only ? "nscf" : "scf";
}

static void note_labels(stdout_reading *r, bool has_crash)
{
    messages *m = &r->o->messages;

    if (!r->is_done && !has_crash)
        messages_note(m, r->j, LABEL_INCOMPLETE);
    if (r->has_positions && !r->has_bfgs_end)
        messages_note(m, r->j, LABEL_IONIC);
    if (r->max_steps >= 0 && r->max_steps == r->bfgs_steps)
        messages_note(m, r->j, LABEL_MAXIMUM_STEPS);
    if (r->has_bands_warning) {
        m->warnings++;
        job_log(r->j, ORMA_LOG_WARNING,
                "c_bands: at least one eigenvalue did not converge");
    }
}

static void judge(stdout_reading *r, bool has_crash)
{
    stdout_output *o = r->o;
    fault *f = &o->fault;
    const messages *m = &o->messages;

    if (has_basics(&r->sizes)) {
        write_sizes(r);
        check_accuracies(r);
    }
    if (!messages_has_any(m) && (has_crash || !has_basics(&r->sizes))) {
        fault_set(f, "ERROR_UNEXPECTED_PARSER_EXCEPTION", "%s%s",
                  m->complaint[0] != '\0'
                      ? "the run stopped with an unknown message: "
                      : "the standard output lacks the size of the system",
                  m->complaint);
        const fault kept = *f;
        stdout_output_finish(o);
        stdout_output_init(o);
        o->fault = kept;
        return;
    }
    if (m->has[LABEL_INCOMPLETE])
        fault_set(f, "ERROR_OUTPUT_STDOUT_INCOMPLETE",
                  "the standard output breaks off");
}

static void reading_finish(stdout_reading *r)
{
    reals_finish(&r->values);
    reals_finish(&r->part.moments);
    reals_finish(&r->part.charges);
}

static bool has_failed(const stdout_reading *r)
{
    return r->o->parameters.has_failed || r->o->occupations.has_failed ||
           r->values.has_failed || r->part.moments.has_failed ||
           r->part.charges.has_failed || crystal_has_failed(&r->o->crystal) ||
           trajectory_has_failed(&r->o->frames);
}

static orma_status read_files(stdout_reading *r, const stdout_files *files,
                              orma_error **err)
{
    const line_source out = {files->folder, files->path, take_line, r};
    const line_source crash = {files->folder, CRASH_FILE, take_crash_line, r};
    enum line_result result;
    const orma_status st = read_lines(r->j, &out, &result, err);

    if (st != ORMA_OK)
        return st;
    scf_end_part(r);
    if (result == LINES_UNREADABLE)
        fault_set(&r->o->fault, "ERROR_OUTPUT_STDOUT_READ",
                  "the standard output cannot be read");
    else if (result == LINES_NO_TEXT)
        fault_set(&r->o->fault, "ERROR_OUTPUT_STDOUT_PARSE",
                  "the standard output is no text");
    /* CRASH repeats what errore() wrote to the standard output. */
    r->o->messages.is_in_block = false;
    r->o->messages.has_logged_blocks = r->o->messages.block_lines > 0;
    return files->has_crash ? read_lines(r->j, &crash, &result, err) : ORMA_OK;
}

orma_status stdout_output_read(const job *j, const stdout_files *files,
                               const stdout_inputs *in, stdout_output *o,
                               orma_error **err)
{
    stdout_reading r = {.j = j,
                        .in = in,
                        .o = o,
                        .sizes = {.atoms = -1, .types = -1, .bands = -1,
                                  .points = -1},
                        .max_steps = -1,
                        .bfgs_steps = -1,
                        .scf_iterations = -1};

    if (in->structure != NULL && in->structure->has_cell) {
        memcpy(r.cell_angstrom, in->structure->cell_angstrom,
               sizeof r.cell_angstrom);
        r.has_cell = true;
    }
    orma_status st = read_files(&r, files, err);
    if (st == ORMA_OK && o->fault.label == NULL) {
        note_labels(&r, files->has_crash);
        o->calculation = guess_calculation(&r);
        judge(&r, files->has_crash);
    }
    if (st == ORMA_OK && has_failed(&r))
        st = no_memory(err);
    reading_finish(&r);
    return st;
}
