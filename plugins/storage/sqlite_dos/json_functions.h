/* SQL functions on JSON that SQLite lacks.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SQLITE_DOS_JSON_FUNCTIONS_H
#define SQLITE_DOS_JSON_FUNCTIONS_H

#include <sqlite3.h>

/* Makes them known to a connection. Answers SQLite's result code. */
int json_functions_register(sqlite3 *db);

#endif
