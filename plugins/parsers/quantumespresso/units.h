/* Constants of the units that Quantum ESPRESSO's numbers are converted with.
 *
 * They are those of aiida-quantumespresso (qe-tools), so that both give the
 * same numbers from the same files; CODATA 2006 mostly.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_UNITS_H
#define QEP_UNITS_H

#define BOHR_ANGSTROM 0.52917720859
#define RYDBERG_EV 13.6056917253
#define HARTREE_EV 27.2113834506
#define PI 3.14159265358979323846

/* eV/angstrom in Ha/bohr (XML) and Ry/bohr (standard output). */
#define HARTREE_PER_BOHR_EV_ANGSTROM 51.422062418570725
#define RYDBERG_PER_BOHR_EV_ANGSTROM 25.711031209285363

/* GPa in Ha/bohr^3 (XML) and, with an older Hartree, Ry/bohr^3 (output). */
#define HARTREE_PER_BOHR3_GPA 29421.0160823143
#define RYDBERG_PER_BOHR3_GPA 14710.5054018595

#define E_PER_BOHR2_C_PER_M2 57.214766
#define KBAR_GPA 0.1

#endif
