/* JSON text as YAML.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_YAML_H
#define DATA_CORE_YAML_H

#include "text.h"

/* json: valid, as the host hands it out. Numbers keep their digits; they are
 * written so that readers of YAML 1.1 take them for numbers, too. */
void yaml_write(orma_str json, text *out);

#endif
