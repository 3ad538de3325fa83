/* The order in which faults are told.
 *
 * SPDX-License-Identifier: MIT */
#include "exit_codes.h"

#include "thresholds.h"

#include <string.h>

/* Statuses that a scheduler's output leads to after which a relaxation can go
 * on from its last structure: out of time, a node that failed. */
enum { SCHEDULER_OUT_OF_WALLTIME = 120, SCHEDULER_NODE_FAILURE = 140 };

/* Messages by which pw.x stops, the first present being told. */
static const enum label premature[] = {
    LABEL_OUT_OF_WALLTIME, LABEL_CHARGE,  LABEL_SYMMETRY, LABEL_DEXX,
    LABEL_CHOLESKY,        LABEL_NPOOLS,  LABEL_BANDS,    LABEL_S_MATRIX,
    LABEL_ZHEGVD,          LABEL_QR,      LABEL_G_PAR,    LABEL_EIGENVECTOR,
    LABEL_BROYDEN,         LABEL_RADIAL_FFT,
};

static decision told(const char *label)
{
    return (decision){.label = label};
}

static const decision undecided = {.label = NULL};

static decision of_fault(const fault *f)
{
    return (decision){.label = f->label, .exception = f->text};
}

static decision decide_scheduler(const evidence *e)
{
    const bool can_go_on = e->scheduler_status == SCHEDULER_OUT_OF_WALLTIME ||
                           e->scheduler_status == SCHEDULER_NODE_FAILURE;

    if (run_is_relaxation(e->run) && can_go_on)
        return told("ERROR_IONIC_INTERRUPTED_PARTIAL_TRAJECTORY");
    return (decision){.keeps_scheduler_status = true};
}

static decision decide_premature(const messages *m)
{
    if (m->has[LABEL_OUT_OF_WALLTIME] && m->has[LABEL_INCOMPLETE])
        return told("ERROR_OUT_OF_WALLTIME_INTERRUPTED");
    for (size_t i = 0; i < sizeof premature / sizeof *premature; i++)
        if (m->has[premature[i]])
            return told(label_name(premature[i]));
    return undecided;
}

static decision decide_files(const run *r)
{
    if (r->out_fault.label != NULL && r->xml_fault.label != NULL)
        return told("ERROR_OUTPUT_FILES");
    if (r->out_fault.label != NULL)
        return of_fault(&r->out_fault);
    if (r->xml_fault.label != NULL)
        return of_fault(&r->xml_fault);
    if (r->temporary_fault.label != NULL)
        return of_fault(&r->temporary_fault);
    return undecided;
}

static bool accepts_unconverged(const run *r)
{
    json_object *steps = run_keyword(r, "ELECTRONS", "electron_maxstep");
    json_object *must = run_keyword(r, "ELECTRONS", "scf_must_converge");

    if (r->parameters == NULL && r->has_xml)
        return r->xml.inputs.accepts_unconverged;
    return (json_object_is_type(steps, json_type_int) &&
            json_object_get_int(steps) == 0) ||
           (json_object_is_type(must, json_type_boolean) &&
            !json_object_get_boolean(must));
}

static decision decide_electronic(const evidence *e)
{
    if (!e->run->out.messages.has[LABEL_ELECTRONIC])
        return told("");
    return told(accepts_unconverged(e->run)
                    ? "WARNING_ELECTRONIC_CONVERGENCE_NOT_REACHED"
                    : "ERROR_ELECTRONIC_CONVERGENCE_NOT_REACHED");
}

static decision decide_ionic(const evidence *e)
{
    const messages *m = &e->run->out.messages;
    const bool has_electrons = !m->has[LABEL_ELECTRONIC];
    const bool has_ions = !m->has[LABEL_IONIC];

    if (!has_ions && !has_electrons)
        return told("ERROR_IONIC_CYCLE_ELECTRONIC_CONVERGENCE_NOT_REACHED");
    if (!has_ions && m->has[LABEL_MAXIMUM_STEPS])
        return told("ERROR_IONIC_CYCLE_EXCEEDED_NSTEP");
    if (m->has[LABEL_BFGS_HISTORY]) {
        if (!has_electrons)
            return told("ERROR_IONIC_CYCLE_BFGS_HISTORY_AND_FINAL_SCF_FAILURE");
        /* pw.x says so too when it cannot do better than it has done. */
        return told(run_meets_thresholds(e->run, e->frames, false)
                        ? ""
                        : "ERROR_IONIC_CYCLE_BFGS_HISTORY_FAILURE");
    }
    if (!has_electrons)
        return told(e->has_final_scf
                        ? "ERROR_IONIC_CONVERGENCE_REACHED_FINAL_SCF_FAILED"
                        : "ERROR_IONIC_CYCLE_ELECTRONIC_CONVERGENCE_NOT_"
                          "REACHED");
    if (run_meets_thresholds(e->run, e->frames, false))
        return told("");
    return told(strcmp(e->run->calculation, "vc-relax") == 0 &&
                        run_meets_thresholds(e->run, e->frames, true)
                    ? "ERROR_IONIC_CONVERGENCE_REACHED_EXCEPT_IN_FINAL_SCF"
                    : "ERROR_IONIC_CONVERGENCE_NOT_REACHED");
}

decision decide(const evidence *e)
{
    const run *r = e->run;
    const bool has_bad_file =
        r->out_fault.label != NULL || r->xml_fault.label != NULL;

    if (has_bad_file && e->scheduler_status != 0)
        return decide_scheduler(e);
    decision d = decide_premature(&r->out.messages);
    if (d.label == NULL)
        d = decide_files(r);
    if (d.label != NULL)
        return d;
    if (run_is_relaxation(r))
        return decide_ionic(e);
    if (strcmp(r->calculation, "scf") == 0 ||
        strcmp(r->calculation, "nscf") == 0 ||
        strcmp(r->calculation, "bands") == 0)
        return decide_electronic(e);
    return told("");
}
