/* What the files of this module share: the host and the table of data types.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_MODULE_H
#define DATA_CORE_MODULE_H

#include <orma/data.h>

extern const orma_host *host; /* set once by load() */

/* Refusal of an input: `return refuse(err, "…", …)`. */
#define refuse(err, ...)                                                       \
    host->fail(host, (err), ORMA_E_INVALID, "data", 0, __VA_ARGS__)
#define refuse_memory(err)                                                     \
    host->fail(host, (err), ORMA_E_NO_MEMORY, "data", 0, "out of memory")

/* One table per data type, in the file of its subject. */
extern const orma_data int_data, float_data, str_data, bool_data;
extern const orma_data list_data, dict_data, enum_data, jsonable_data;
extern const orma_data array_data, kpoints_data, bands_data, trajectory_data,
    xy_data, projection_data;
extern const orma_data structure_data, cif_data, upf_data, orbital_data;
extern const orma_data plain_data, abstract_data, singlefile_data, folder_data;
extern const orma_data remote_data, stash_folder_data, stash_compress_data,
    stash_custom_data;
extern const orma_data legacy_code_data, installed_code_data,
    portable_code_data, containerized_code_data;

#endif
