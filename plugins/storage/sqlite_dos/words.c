/* SQLite's words.
 *
 * SPDX-License-Identifier: MIT */
#include "words.h"

const orma_dialect sqlite_dialect = {
    .size = sizeof(orma_dialect),
    .name = "sqlite",
    .serial = "INTEGER",
    .uuid = "VARCHAR(32)", /* AiiDA's word; 36 characters are stored */
    .json = "JSON",
    .timestamp = "DATETIME",
    .boolean = "BOOLEAN",
    .uuid_param = "?",
    .json_param = "?",
    .timestamp_param = "?",
    /* Not the -> operators: an index with them would make the database
     * unreadable to a Python whose SQLite is older than 3.38. And guarded: an
     * old NaN in one row must not fail the index, and so every write. */
    .json_scalar = "CASE WHEN json_valid(@) THEN json_extract(@, '$.#') END",
    .id_list = "(SELECT value FROM json_each(?))",
    .blob = "BLOB",
    .explain = "EXPLAIN QUERY PLAN ",
    .vacuum = "VACUUM",
    .analyze = "ANALYZE",
    .row_lock = "",
    .json_path_open = "'$",
    .json_path_key = ".\"#\"",
    .json_path_comma = "",
    .json_path_close = "'",
    .json_path_scalar = "CASE WHEN json_valid(@) THEN json_extract(@, #) END",
    .json_path_number =
        "CASE WHEN json_valid(@) THEN CASE WHEN json_type(@, #) IN "
        "('integer', 'real') THEN json_extract(@, #) END END",
    .json_path_type =
        "CASE WHEN json_valid(@) THEN CASE json_type(@, #) WHEN 'text' THEN "
        "'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' WHEN "
        "'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE "
        "json_type(@, #) END END",
    .json_path_length =
        "CASE WHEN json_valid(@) THEN CASE WHEN json_type(@, #) = 'array' "
        "THEN json_array_length(@, #) END END",
    /* json_functions.c's: in queries only, never in an index. */
    .json_at = "json_at(@, ?)",
    .json_equal = "json_equal(@, ?)",
    .json_contains = "json_contains(@, ?)",
    .json_has_key = "json_has_key(@, ?)",
    .json_pair = "json_array(@, #)",
    .json_append = "json_insert(@, '$[' || json_array_length(@) || ']', #)",
    /* The plus takes the affinity away, with which no index would be used. */
    .number_param = "+CAST(? AS NUMERIC)",
    .number_result = "@",
    .list_rows = "json_each(?)",
    .uuid_text = "@",
    .timestamp_text = "@",
    .long_text_index = "",
    .ilike = "lower(@) LIKE lower(?) ESCAPE '\\'",
};
