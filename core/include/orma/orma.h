/* All stable headers of the plugin ABI; plugin.h is where to start reading.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_H
#define ORMA_H

#include <orma/abi.h>
#include <orma/calculation.h>
#include <orma/data.h>
#include <orma/error.h>
#include <orma/node.h>
#include <orma/parser.h>
#include <orma/plugin.h>
#include <orma/scheduler.h>
#include <orma/transport.h>

#endif
