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
orma_status cif_write_block(const crystal *c, const char *name, text *out,
                            orma_error **err);

/* A frame of a file that may hold several. The visitor may take the crystal and
 * leave a zeroed one. has_cell: the file gives one. */
typedef orma_status frame_visit(void *user, crystal *frame, bool has_cell,
                                orma_error **err);

/* Keeps the last frame; one without a cell gets a box when it ends. */
typedef struct last_frame {
    crystal *kept;
    bool has_cell;
} last_frame;
orma_status frame_keep(void *user, crystal *frame, bool has_cell,
                       orma_error **err);

/* Errors: also those of `visit`. A file without frames is refused. */
orma_status xyz_frames(const char *name, orma_str content, frame_visit *visit,
                       void *user, orma_error **err);
orma_status xsf_frames(const char *name, orma_str content, frame_visit *visit,
                       void *user, orma_error **err);

orma_status xyz_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status xyz_write(const crystal *c, text *out, orma_error **err);
orma_status xyz_write_frame(const crystal *c, bool has_cell, text *out,
                            orma_error **err);

orma_status poscar_read(const char *name, orma_str content, crystal *c,
                        orma_error **err);
orma_status poscar_write(const crystal *c, text *out, orma_error **err);

orma_status xsf_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status xsf_write(const crystal *c, text *out, orma_error **err);

/* One step of an animation, the i-th from 0; the first writes the kind of
 * periodicity, too. */
orma_status xsf_write_frame(const crystal *c, bool has_cell, size_t i,
                            text *out, orma_error **err);

orma_status pwi_read(const char *name, orma_str content, crystal *c,
                     orma_error **err);
orma_status pwi_write(const crystal *c, text *out, orma_error **err);

/* The attributes, which are a literal, too. */
orma_status json_write(const crystal *c, text *out, orma_error **err);

#endif
