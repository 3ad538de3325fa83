/* What the loader knows of each kind beyond its names (plugin/registry.h).
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_KIND_H
#define CORE_PLUGIN_KIND_H

#include <plugin/registry.h>

/* Bytes that a vtable of this kind has at least: its size in ABI 0.1. */
uint32_t plugin_kind_least_size(enum plugin_kind kind);

#endif
