/* SQLite's words.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_WORDS_H
#define SQLITE_DOS_WORDS_H

#include <orma/storage.h>

extern const orma_dialect sqlite_dialect;

#endif
