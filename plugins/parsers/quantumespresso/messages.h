/* Lines of the output by which Quantum ESPRESSO tells that something is wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_MESSAGES_H
#define QEP_MESSAGES_H

#include "module.h"

enum label {
    LABEL_OUT_OF_WALLTIME,
    LABEL_ELECTRONIC,
    LABEL_BFGS_HISTORY,
    LABEL_CHARGE,
    LABEL_SYMMETRY,
    LABEL_CHOLESKY,
    LABEL_DEXX,
    LABEL_BANDS,
    LABEL_S_MATRIX,
    LABEL_ZHEGVD,
    LABEL_QR,
    LABEL_G_PAR,
    LABEL_EIGENVECTOR,
    LABEL_BROYDEN,
    LABEL_RADIAL_FFT,
    LABEL_NPOOLS,
    LABEL_INCOMPLETE,
    LABEL_IONIC,
    LABEL_MAXIMUM_STEPS,
    LABEL_COUNT
};

/* "ERROR_OUT_OF_WALLTIME" and so on. */
const char *label_name(enum label label);

#define MAX_COMPLAINT 256

typedef struct messages {
    bool has[LABEL_COUNT];
    size_t warnings;    /* lines that warn */
    bool is_in_block;   /* between two lines of percent signs */
    size_t block_lines; /* so far, of all blocks */
    bool has_logged_blocks; /* further ones would repeat them */
    char complaint[MAX_COMPLAINT]; /* first line of the first such block */
} messages;

void messages_note(messages *m, const job *j, enum label label);

/* Looks at one line. Labels and warnings go to the process's log. */
void messages_take(messages *m, const job *j, const char *line);

bool messages_has_any(const messages *m);

#endif
