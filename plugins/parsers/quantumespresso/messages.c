/* Text markers and their labels.
 *
 * SPDX-License-Identifier: MIT */
#include "messages.h"

#include <stdio.h>
#include <string.h>

#define MAX_WARNINGS 50
#define MAX_BLOCK_LINES 40

static const char *const label_names[LABEL_COUNT] = {
    [LABEL_OUT_OF_WALLTIME] = "ERROR_OUT_OF_WALLTIME",
    [LABEL_ELECTRONIC] = "ERROR_ELECTRONIC_CONVERGENCE_NOT_REACHED",
    [LABEL_BFGS_HISTORY] = "ERROR_IONIC_CYCLE_BFGS_HISTORY_FAILURE",
    [LABEL_CHARGE] = "ERROR_CHARGE_IS_WRONG",
    [LABEL_SYMMETRY] = "ERROR_SYMMETRY_NON_ORTHOGONAL_OPERATION",
    [LABEL_CHOLESKY] = "ERROR_COMPUTING_CHOLESKY",
    [LABEL_DEXX] = "ERROR_DEXX_IS_NEGATIVE",
    [LABEL_BANDS] = "ERROR_DIAGONALIZATION_TOO_MANY_BANDS_NOT_CONVERGED",
    [LABEL_S_MATRIX] = "ERROR_S_MATRIX_NOT_POSITIVE_DEFINITE",
    [LABEL_ZHEGVD] = "ERROR_ZHEGVD_FAILED",
    [LABEL_QR] = "ERROR_QR_FAILED",
    [LABEL_G_PAR] = "ERROR_G_PAR",
    [LABEL_EIGENVECTOR] = "ERROR_EIGENVECTOR_CONVERGENCE",
    [LABEL_BROYDEN] = "ERROR_BROYDEN_FACTORIZATION",
    [LABEL_RADIAL_FFT] = "ERROR_RADIAL_FFT_SIGNIFICANT_VOLUME_CONTRACTION",
    [LABEL_NPOOLS] = "ERROR_NPOOLS_TOO_HIGH",
    [LABEL_INCOMPLETE] = "ERROR_OUTPUT_STDOUT_INCOMPLETE",
    [LABEL_IONIC] = "ERROR_IONIC_CONVERGENCE_NOT_REACHED",
    [LABEL_MAXIMUM_STEPS] = "ERROR_MAXIMUM_IONIC_STEPS_REACHED",
};

/* A line that contains both texts. */
static const struct {
    const char *text;
    const char *also; /* or NULL */
    enum label label;
} markers[] = {
    {"Maximum CPU time exceeded", NULL, LABEL_OUT_OF_WALLTIME},
    {"convergence NOT achieved after", NULL, LABEL_ELECTRONIC},
    {"history already reset at previous step", NULL, LABEL_BFGS_HISTORY},
    {"charge is wrong", NULL, LABEL_CHARGE},
    {"not orthogonal operation", NULL, LABEL_SYMMETRY},
    {"problems computing cholesky", NULL, LABEL_CHOLESKY},
    {"dexx is negative", NULL, LABEL_DEXX},
    {"too many bands are not converged", NULL, LABEL_BANDS},
    {"S matrix not positive definite", NULL, LABEL_S_MATRIX},
    {"zhegvd failed", NULL, LABEL_ZHEGVD},
    {"[Q, R] = qr(X, 0) failed", NULL, LABEL_QR},
    {"G_par is NOT a reciprocal lattice vector", "probably because",
     LABEL_G_PAR},
    {"eigenvectors failed to converge", NULL, LABEL_EIGENVECTOR},
    {"Error in routine broyden", NULL, LABEL_BROYDEN},
    {"Not enough space allocated for radial FFT", "cell_factor",
     LABEL_RADIAL_FFT},
};

/* Warnings that say nothing about the run. */
static const char *const idle_warnings[] = {
    "DEPRECATED: symmetry with ibrav=0, use correct ibrav instead",
};

const char *label_name(enum label label)
{
    return label_names[label];
}

void messages_note(messages *m, const job *j, enum label label)
{
    if (!m->has[label])
        job_log(j, ORMA_LOG_ERROR, "%s", label_names[label]);
    m->has[label] = true;
}

/* "     some nodes have no k-points" ends a run; in the middle of a line it is
 * only advice on the number of processes. */
static bool is_too_many_pools(const char *line)
{
    static const char text[] = "some nodes have no k-points";
    const size_t blanks = strspn(line, " \t");

    return blanks > 0 && strncmp(line + blanks, text, sizeof text - 1) == 0;
}

static void take_warning(messages *m, const job *j, const char *line)
{
    if (strstr(line, "Warning:") == NULL && strstr(line, "DEPRECATED:") == NULL)
        return;
    for (size_t i = 0; i < sizeof idle_warnings / sizeof *idle_warnings; i++)
        if (strstr(line, idle_warnings[i]) != NULL)
            return;
    if (++m->warnings <= MAX_WARNINGS)
        job_log(j, ORMA_LOG_WARNING, "%s", line + strspn(line, " \t"));
    else if (m->warnings == MAX_WARNINGS + 1)
        job_log(j, ORMA_LOG_WARNING, "there are more warnings in the output");
}

/* errore() writes its message between two lines of percent signs. */
static void take_block(messages *m, const job *j, const char *line)
{
    const char *text = line + strspn(line, " \t");

    if (strncmp(text, "%%%%%%%%", 8) == 0) {
        m->is_in_block = !m->is_in_block;
        return;
    }
    if (!m->is_in_block || *text == '\0')
        return;
    if (m->block_lines++ < MAX_BLOCK_LINES && !m->has_logged_blocks)
        job_log(j, ORMA_LOG_ERROR, "%s", text);
    const size_t len = strlen(m->complaint);
    if (m->block_lines <= 2 && !m->has_logged_blocks)
        snprintf(m->complaint + len, sizeof m->complaint - len, "%s%s",
                 len > 0 ? " " : "", text);
}

void messages_take(messages *m, const job *j, const char *line)
{
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++)
        if (strstr(line, markers[i].text) != NULL &&
            (markers[i].also == NULL || strstr(line, markers[i].also) != NULL))
            messages_note(m, j, markers[i].label);
    if (is_too_many_pools(line))
        messages_note(m, j, LABEL_NPOOLS);
    take_warning(m, j, line);
    take_block(m, j, line);
}

bool messages_has_any(const messages *m)
{
    for (size_t i = 0; i < LABEL_COUNT; i++)
        if (m->has[i])
            return true;
    return m->warnings > 0;
}
