/* Entry of the module: AiiDA's core data types.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

const orma_host *host;

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_entry entries[] = {
    {ORMA_DATA, "core.data", &plain_data},
    {ORMA_DATA, "core.base", &abstract_data},
    {ORMA_DATA, "core.numeric", &abstract_data},
    {ORMA_DATA, "core.int", &int_data},
    {ORMA_DATA, "core.float", &float_data},
    {ORMA_DATA, "core.str", &str_data},
    {ORMA_DATA, "core.bool", &bool_data},
    {ORMA_DATA, "core.list", &list_data},
    {ORMA_DATA, "core.dict", &dict_data},
    {ORMA_DATA, "core.enum", &enum_data},
    {ORMA_DATA, "core.jsonable", &jsonable_data},
    {ORMA_DATA, "core.array", &array_data},
    {ORMA_DATA, "core.array.kpoints", &kpoints_data},
    {ORMA_DATA, "core.array.bands", &bands_data},
    {ORMA_DATA, "core.array.trajectory", &trajectory_data},
    {ORMA_DATA, "core.array.xy", &xy_data},
    {ORMA_DATA, "core.array.projection", &projection_data},
    {ORMA_DATA, "core.structure", &structure_data},
    {ORMA_DATA, "core.cif", &cif_data},
    {ORMA_DATA, "core.orbital", &orbital_data},
    {ORMA_DATA, "core.singlefile", &singlefile_data},
    {ORMA_DATA, "core.upf", &upf_data},
    {ORMA_DATA, "core.folder", &folder_data},
    {ORMA_DATA, "core.remote", &remote_data},
    {ORMA_DATA, "core.remote.stash", &abstract_data},
    {ORMA_DATA, "core.remote.stash.folder", &stash_folder_data},
    {ORMA_DATA, "core.remote.stash.compress", &stash_compress_data},
    {ORMA_DATA, "core.remote.stash.custom", &stash_custom_data},
    {ORMA_DATA, "core.code", &legacy_code_data},
    {ORMA_DATA, "core.code.installed", &installed_code_data},
    {ORMA_DATA, "core.code.portable", &portable_code_data},
    {ORMA_DATA, "core.code.containerized", &containerized_code_data},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .package = "core",
    .version = "0.1.0",
    .entries = entries,
    .entry_count = sizeof entries / sizeof *entries,
    .load = load,
};
