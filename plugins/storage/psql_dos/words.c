/* PostgreSQL's words.
 *
 * SPDX-License-Identifier: MIT */
#include "words.h"

const orma_dialect postgresql_dialect = {
    .size = sizeof(orma_dialect),
    .name = "postgresql",
    .serial = "SERIAL",
    .uuid = "UUID",
    .json = "JSONB",
    .timestamp = "TIMESTAMP WITH TIME ZONE",
    .boolean = "BOOLEAN",
    .uuid_param = "?::uuid",
    .json_param = "?::jsonb",
    .timestamp_param = "?::timestamptz",
    .json_scalar = "(@ ->> '#')",
    .pattern_ops = "varchar_pattern_ops",
    /* "[1, 2]" is "{1, 2}" in the words of its arrays. */
    .id_list = "(SELECT unnest(translate(?, '[]', '{}')::bigint[]))",
    .blob = "BYTEA",
    .explain = "EXPLAIN ",
    .vacuum = "VACUUM",
    .analyze = "ANALYZE",
    .row_lock = " FOR NO KEY UPDATE",
    .json_path_open = "'{",
    .json_path_key = "\"#\"",
    .json_path_comma = ",",
    .json_path_close = "}'::text[]",
    .json_path_scalar = "jsonb_extract_path_text(@, VARIADIC #)",
    .json_path_number =
        "CASE WHEN jsonb_typeof(jsonb_extract_path(@, VARIADIC #)) = 'number' "
        "THEN CAST(jsonb_extract_path_text(@, VARIADIC #) AS numeric) END",
    .json_path_type = "jsonb_typeof(jsonb_extract_path(@, VARIADIC #))",
    .json_path_length =
        "CASE WHEN jsonb_typeof(jsonb_extract_path(@, VARIADIC #)) = 'array' "
        "THEN jsonb_array_length(jsonb_extract_path(@, VARIADIC #)) END",
    .json_at = "jsonb_extract_path(@, VARIADIC ARRAY(SELECT "
               "jsonb_array_elements_text(?::jsonb)))",
    .json_equal = "(@ = ?::jsonb)",
    .json_contains = "jsonb_contains(@, ?::jsonb)",
    .json_has_key = "jsonb_exists(@, ?)",
    .json_pair = "jsonb_build_array(@, #)",
    .json_append = "(@ || to_jsonb(#))",
    .number_param = "?::numeric",
    .number_result = "to_jsonb(@)",
    .list_rows = "jsonb_array_elements_text(?::jsonb) AS list(value)",
    .uuid_text = "CAST(@ AS text)",
    .timestamp_text =
        "to_char(@ AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    /* An entry of its usual index has 2,700 bytes at most. */
    .long_text_index = " USING hash",
    .ilike = "@ ILIKE ? ESCAPE '\\'",
    /* Of servers since 14. Without it a condition of a partial index is taken
     * for a rare one, and the wrong index is chosen. */
    .expression_statistics =
        "DO $$ BEGIN CREATE STATISTICS IF NOT EXISTS # ON (?) FROM @; "
        "EXCEPTION WHEN others THEN NULL; END $$",
    /* Who waits longer would keep all others waiting behind him. */
    .exclude_writers = "SET LOCAL lock_timeout = '10s'; "
                       "LOCK TABLE db_dbnode IN SHARE MODE",
    .after_bulk = "VACUUM (ANALYZE) db_dbnode, db_dblink, db_dbgroup_dbnodes",
};
