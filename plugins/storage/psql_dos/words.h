/* PostgreSQL's words.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PSQL_DOS_WORDS_H
#define PSQL_DOS_WORDS_H

#include <orma/storage.h>

extern const orma_dialect postgresql_dialect;

#endif
