/* Calculations of Quantum ESPRESSO: the module's entry.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include "prepare.h"

const orma_host *host;

static orma_status load(const orma_host *given, orma_error **err)
{
    (void)err;
    host = given;
    return ORMA_OK;
}

static const orma_calculation pw = {
    .size = sizeof pw,
    .validate = pw_validate,
    .prepare = pw_prepare,
};

static const orma_entry entries[] = {
    {ORMA_CALCULATION, "quantumespresso.pw", &pw},
};

const orma_plugin orma_plugin_entry = {
    ORMA_PLUGIN_HEADER,
    .entry_count = sizeof entries / sizeof *entries,
    .package = "quantumespresso",
    .version = "1.0.0",
    .entries = entries,
    .load = load,
};
