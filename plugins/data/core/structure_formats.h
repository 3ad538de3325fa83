/* File formats of structures: one reader and one writer each.
 *
 * A reader gets the whole file and an initialised crystal that its caller
 * finishes; `name` is the file's, for messages. Errors: INVALID, with
 * "file:line: ", and what cannot be written.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_STRUCTURE_FORMATS_H
#define DATA_CORE_STRUCTURE_FORMATS_H

#include "crystal.h"
#include "scan.h"

orma_status cif_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status cif_write(const crystal *c, text *out, orma_error **err);

orma_status xyz_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status xyz_write(const crystal *c, text *out, orma_error **err);

orma_status poscar_read(const char *name, orma_str content, crystal *c,
                        orma_error **err);
orma_status poscar_write(const crystal *c, text *out, orma_error **err);

orma_status xsf_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status xsf_write(const crystal *c, text *out, orma_error **err);

orma_status pwi_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status pwi_write(const crystal *c, text *out, orma_error **err);

#endif
