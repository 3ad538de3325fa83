/* The layout of every public struct in ABI 0.1: size, and of each member offset
 * and type. Never edited once 0.1 is released; a later minor adds a file.
 *
 * A struct may have grown since: its size is at least that of 0.1, save where
 * the header says that it never grows.
 *
 * SPDX-License-Identifier: MIT */
#define ORMA_ENABLE_DRAFT
#include <orma/orma.h>

#include <orma/storage.h>
#include <orma/workflow.h>

#include <orma/api/bulk.h>
#include <orma/api/caching.h>
#include <orma/api/launch.h>
#include <orma/api/upkeep.h>

#define SIZE(T, bytes)                                                         \
    _Static_assert(sizeof(T) >= (bytes), #T " shrank")
#define FIXED(T, bytes)                                                        \
    _Static_assert(sizeof(T) == (bytes), #T " must not grow")
#define MEMBER(T, member, offset, ...)                                         \
    _Static_assert(offsetof(T, member) == (offset), #T "." #member " moved");  \
    _Static_assert(_Generic(((T *)0)->member, __VA_ARGS__: 1, default: 0),     \
                   #T "." #member " has another type")

/* Offsets are those of 64-bit machines. */
_Static_assert(sizeof(void *) == 8, "written for 64-bit machines");

/* ---- abi.h ------------------------------------------------------- */

FIXED(orma_str, 16);
MEMBER(orma_str, ptr, 0, const char *);
MEMBER(orma_str, len, 8, size_t);

FIXED(orma_uuid, 16);
MEMBER(orma_uuid, bytes, 0, uint8_t *);

SIZE(orma_array_view, 48);
MEMBER(orma_array_view, size, 0, uint32_t);
MEMBER(orma_array_view, dtype, 4, int32_t);
MEMBER(orma_array_view, ndim, 8, int32_t);
MEMBER(orma_array_view, reserved, 12, int32_t);
MEMBER(orma_array_view, shape, 16, const int64_t *);
MEMBER(orma_array_view, strides, 24, const int64_t *);
MEMBER(orma_array_view, data, 32, const void *);
MEMBER(orma_array_view, unit, 40, const char *);

/* ---- node.h ------------------------------------------------------ */

SIZE(orma_node_ops, 160);
MEMBER(orma_node_ops, size, 0, uint32_t);
MEMBER(orma_node_ops, reserved, 4, uint32_t);
MEMBER(orma_node_ops, type, 8, orma_str (*)(const orma_node *node));
MEMBER(orma_node_ops, uuid, 16, orma_uuid (*)(const orma_node *node));
MEMBER(orma_node_ops, label, 24, orma_str (*)(const orma_node *node));
MEMBER(orma_node_ops, computer, 32, orma_uuid (*)(const orma_node *node));
MEMBER(orma_node_ops, attributes, 40, orma_status (*)(const orma_node *node,
       orma_str *json, orma_error **err));
MEMBER(orma_node_ops, set_attributes, 48, orma_status (*)(orma_node *node,
       orma_str json, orma_error **err));
MEMBER(orma_node_ops, files, 56, orma_status (*)(const orma_node *node, orma_str
       *json, orma_error **err));
MEMBER(orma_node_ops, read, 64, orma_status (*)(const orma_node *node, const
       char *path, orma_str *bytes, orma_error **err));
MEMBER(orma_node_ops, open, 72, orma_status (*)(const orma_node *node, const
       char *path, orma_stream **stream, orma_error **err));
MEMBER(orma_node_ops, next, 80, orma_status (*)(orma_stream *stream, void
       *buffer, size_t capacity, size_t *n, orma_error **err));
MEMBER(orma_node_ops, close, 88, void (*)(orma_stream *stream));
MEMBER(orma_node_ops, write, 96, orma_status (*)(orma_node *node, const char
       *path, orma_str bytes, orma_error **err));
MEMBER(orma_node_ops, write_from, 104, orma_status (*)(orma_node *node, const
       char *path, const char *local_path, orma_error **err));
MEMBER(orma_node_ops, load, 112, orma_status (*)(orma_node *node, const char
       *local_path, uint64_t max_bytes, orma_str *bytes, orma_error **err));
MEMBER(orma_node_ops, array, 120, orma_status (*)(const orma_node *node, const
       char *name, orma_array_view *view, orma_error **err));
MEMBER(orma_node_ops, set_array, 128, orma_status (*)(orma_node *node, const
       char *name, const orma_array_view *view, orma_error **err));
MEMBER(orma_node_ops, array_names, 136, orma_status (*)(const orma_node *node,
       orma_str *json, orma_error **err));
MEMBER(orma_node_ops, set_label, 144, orma_status (*)(orma_node *node, orma_str
       label, orma_error **err));
MEMBER(orma_node_ops, set_computer, 152, orma_status (*)(orma_node *node,
       orma_str label, orma_error **err));

/* ---- plugin.h ---------------------------------------------------- */

SIZE(orma_host, 56);
MEMBER(orma_host, size, 0, uint32_t);
MEMBER(orma_host, abi_major, 4, uint16_t);
MEMBER(orma_host, abi_minor, 6, uint16_t);
MEMBER(orma_host, impl, 8, void *);
MEMBER(orma_host, fail, 16, orma_status (*)(const struct orma_host *host,
       orma_error **err, orma_status status, const char *domain, int32_t code,
       const char *fmt, ...));
MEMBER(orma_host, write, 24, orma_status (*)(orma_writer *out, orma_str bytes));
MEMBER(orma_host, log, 32, void (*)(const struct orma_host *host, int32_t level,
       orma_str message));
MEMBER(orma_host, number, 40, const char *(*)(double value, char *out));
MEMBER(orma_host, get_extension, 48, const void *(*)(const struct orma_host
       *host, const char *id));

FIXED(orma_entry, 24);
MEMBER(orma_entry, interface_id, 0, const char *);
MEMBER(orma_entry, name, 8, const char *);
MEMBER(orma_entry, vtable, 16, const void *);

SIZE(orma_plugin, 56);
MEMBER(orma_plugin, magic, 0, uint32_t);
MEMBER(orma_plugin, size, 4, uint32_t);
MEMBER(orma_plugin, abi_major, 8, uint16_t);
MEMBER(orma_plugin, abi_minor, 10, uint16_t);
MEMBER(orma_plugin, entry_count, 12, uint32_t);
MEMBER(orma_plugin, package, 16, const char *);
MEMBER(orma_plugin, version, 24, const char *);
MEMBER(orma_plugin, entries, 32, const orma_entry *);
MEMBER(orma_plugin, load, 40, orma_status (*)(const orma_host *host, orma_error
       **err));
MEMBER(orma_plugin, unload, 48, void (*)(void));

/* ---- calculation.h ----------------------------------------------- */

SIZE(orma_calc_ops, 80);
MEMBER(orma_calc_ops, size, 0, uint32_t);
MEMBER(orma_calc_ops, reserved, 4, uint32_t);
MEMBER(orma_calc_ops, node, 8, const orma_node_ops *);
MEMBER(orma_calc_ops, input, 16, const orma_node *(*)(orma_calc_ctx *ctx, const
       char *port));
MEMBER(orma_calc_ops, input_names, 24, orma_status (*)(orma_calc_ctx *ctx, const
       char *port, orma_str *json, orma_error **err));
MEMBER(orma_calc_ops, metadata, 32, orma_str (*)(orma_calc_ctx *ctx, const char
       *path));
MEMBER(orma_calc_ops, write, 40, orma_status (*)(orma_calc_ctx *ctx, const char
       *path, orma_str bytes, orma_error **err));
MEMBER(orma_calc_ops, copy, 48, orma_status (*)(orma_calc_ctx *ctx, const
       orma_node *node, const char *from, const char *to, orma_error **err));
MEMBER(orma_calc_ops, calcinfo, 56, orma_status (*)(orma_calc_ctx *ctx, orma_str
       json, orma_error **err));
MEMBER(orma_calc_ops, log, 64, void (*)(orma_calc_ctx *ctx, int32_t level,
       orma_str message));
MEMBER(orma_calc_ops, cancelled, 72, int32_t (*)(orma_calc_ctx *ctx));

SIZE(orma_calculation, 24);
MEMBER(orma_calculation, size, 0, uint32_t);
MEMBER(orma_calculation, reserved, 4, uint32_t);
MEMBER(orma_calculation, validate, 8, orma_status (*)(const struct
       orma_calculation *self, const orma_calc_ops *ops, orma_calc_ctx *ctx,
       const char *label, const char *port, orma_error **err));
MEMBER(orma_calculation, prepare, 16, orma_status (*)(const struct
       orma_calculation *self, const orma_calc_ops *ops, orma_calc_ctx *ctx,
       orma_error **err));

/* ---- parser.h ---------------------------------------------------- */

SIZE(orma_parse_ops, 104);
MEMBER(orma_parse_ops, size, 0, uint32_t);
MEMBER(orma_parse_ops, reserved, 4, uint32_t);
MEMBER(orma_parse_ops, node, 8, const orma_node_ops *);
MEMBER(orma_parse_ops, input, 16, const orma_node *(*)(orma_parse_ctx *ctx,
       const char *port));
MEMBER(orma_parse_ops, metadata, 24, orma_str (*)(orma_parse_ctx *ctx, const
       char *path));
MEMBER(orma_parse_ops, retrieved, 32, const orma_node *(*)(orma_parse_ctx
       *ctx));
MEMBER(orma_parse_ops, temporary, 40, const orma_node *(*)(orma_parse_ctx
       *ctx));
MEMBER(orma_parse_ops, scheduler_status, 48, int32_t (*)(orma_parse_ctx *ctx));
MEMBER(orma_parse_ops, output, 56, orma_status (*)(orma_parse_ctx *ctx, const
       char *label, const char *type, orma_str json, orma_error **err));
MEMBER(orma_parse_ops, output_node, 64, orma_status (*)(orma_parse_ctx *ctx,
       const char *label, const char *type, orma_node **node, orma_error
       **err));
MEMBER(orma_parse_ops, output_clone, 72, orma_status (*)(orma_parse_ctx *ctx,
       const char *label, const orma_node *source, orma_node **node, orma_error
       **err));
MEMBER(orma_parse_ops, exit_code, 80, orma_status (*)(orma_parse_ctx *ctx, const
       char *label, orma_str values, orma_error **err));
MEMBER(orma_parse_ops, log, 88, void (*)(orma_parse_ctx *ctx, int32_t level,
       orma_str message));
MEMBER(orma_parse_ops, cancelled, 96, int32_t (*)(orma_parse_ctx *ctx));

SIZE(orma_parser, 16);
MEMBER(orma_parser, size, 0, uint32_t);
MEMBER(orma_parser, reserved, 4, uint32_t);
MEMBER(orma_parser, parse, 8, orma_status (*)(const struct orma_parser *self,
       const orma_parse_ops *ops, orma_parse_ctx *ctx, orma_error **err));

/* ---- data.h ------------------------------------------------------ */

SIZE(orma_data, 56);
MEMBER(orma_data, size, 0, uint32_t);
MEMBER(orma_data, reserved, 4, uint32_t);
MEMBER(orma_data, validate, 8, orma_status (*)(const struct orma_data *self,
       const orma_node_ops *ops, const orma_node *node, orma_error **err));
MEMBER(orma_data, from_literal, 16, orma_status (*)(const struct orma_data
       *self, const orma_node_ops *ops, orma_node *node, orma_str json,
       orma_error **err));
MEMBER(orma_data, import_file, 24, orma_status (*)(const struct orma_data *self,
       const orma_node_ops *ops, orma_node *node, const char *format, const char
       *path, orma_error **err));
MEMBER(orma_data, export_file, 32, orma_status (*)(const struct orma_data *self,
       const orma_node_ops *ops, const orma_node *node, const char *format,
       orma_writer *out, orma_error **err));
MEMBER(orma_data, value, 40, orma_status (*)(const struct orma_data *self, const
       orma_node_ops *ops, const orma_node *node, orma_writer *out, orma_error
       **err));
MEMBER(orma_data, summary, 48, orma_status (*)(const struct orma_data *self,
       const orma_node_ops *ops, const orma_node *node, orma_writer *out,
       orma_error **err));

/* ---- scheduler.h ------------------------------------------------- */

SIZE(orma_command_result, 40);
MEMBER(orma_command_result, size, 0, uint32_t);
MEMBER(orma_command_result, exit_status, 4, int32_t);
MEMBER(orma_command_result, standard_output, 8, orma_str);
MEMBER(orma_command_result, standard_error, 24, orma_str);

SIZE(orma_scheduler, 112);
MEMBER(orma_scheduler, size, 0, uint32_t);
MEMBER(orma_scheduler, features, 4, uint32_t);
MEMBER(orma_scheduler, resources, 8, orma_status (*)(const struct orma_scheduler
       *self, orma_str resources, int64_t default_mpiprocs, orma_writer *out,
       orma_error **err));
MEMBER(orma_scheduler, script_header, 16, orma_status (*)(const struct
       orma_scheduler *self, orma_str job, orma_writer *out, orma_error **err));
MEMBER(orma_scheduler, script_footer, 24, orma_status (*)(const struct
       orma_scheduler *self, orma_str job, orma_writer *out, orma_error **err));
MEMBER(orma_scheduler, submit_command, 32, orma_status (*)(const struct
       orma_scheduler *self, const char *script, const char *token, orma_writer
       *out, orma_error **err));
MEMBER(orma_scheduler, parse_submit, 40, orma_status (*)(const struct
       orma_scheduler *self, const orma_command_result *result, orma_writer *id,
       orma_error **err));
MEMBER(orma_scheduler, find_command, 48, orma_status (*)(const struct
       orma_scheduler *self, const char *token, orma_writer *out, orma_error
       **err));
MEMBER(orma_scheduler, parse_find, 56, orma_status (*)(const struct
       orma_scheduler *self, const char *token, const orma_command_result
       *result, orma_writer *id, orma_error **err));
MEMBER(orma_scheduler, joblist_command, 64, orma_status (*)(const struct
       orma_scheduler *self, orma_str ids, orma_writer *out, orma_error **err));
MEMBER(orma_scheduler, parse_joblist, 72, orma_status (*)(const struct
       orma_scheduler *self, orma_str ids, const orma_command_result *result,
       orma_writer *out, orma_error **err));
MEMBER(orma_scheduler, detail_command, 80, orma_status (*)(const struct
       orma_scheduler *self, const char *id, orma_writer *out, orma_error
       **err));
MEMBER(orma_scheduler, kill_command, 88, orma_status (*)(const struct
       orma_scheduler *self, const char *id, orma_writer *out, orma_error
       **err));
MEMBER(orma_scheduler, parse_kill, 96, orma_status (*)(const struct
       orma_scheduler *self, const orma_command_result *result, orma_error
       **err));
MEMBER(orma_scheduler, parse_output, 104, orma_status (*)(const struct
       orma_scheduler *self, const orma_command_result *detail, orma_str
       job_stdout, orma_str job_stderr, int32_t *exit_status, orma_error
       **err));

/* ---- transport.h ------------------------------------------------- */

SIZE(orma_file_info, 32);
MEMBER(orma_file_info, size, 0, uint32_t);
MEMBER(orma_file_info, type, 4, int32_t);
MEMBER(orma_file_info, size_bytes, 8, uint64_t);
MEMBER(orma_file_info, mtime_ns, 16, int64_t);
MEMBER(orma_file_info, mode, 24, uint32_t);
MEMBER(orma_file_info, reserved, 28, uint32_t);

SIZE(orma_transport, 144);
MEMBER(orma_transport, size, 0, uint32_t);
MEMBER(orma_transport, features, 4, uint32_t);
MEMBER(orma_transport, open, 8, orma_status (*)(const struct orma_transport
       *self, const char *hostname, orma_str parameters, orma_session **session,
       orma_error **err));
MEMBER(orma_transport, close, 16, void (*)(orma_session *session));
MEMBER(orma_transport, exec, 24, orma_status (*)(orma_session *session, const
       char *command, const char *workdir, orma_str input, int64_t timeout_s,
       orma_writer *out, orma_writer *error, int32_t *exit_status, orma_error
       **err));
MEMBER(orma_transport, put, 32, orma_status (*)(orma_session *session, const
       char *local, const char *remote, uint64_t offset, uint64_t length,
       orma_error **err));
MEMBER(orma_transport, get, 40, orma_status (*)(orma_session *session, const
       char *remote, const char *local, uint64_t offset, uint64_t length,
       orma_error **err));
MEMBER(orma_transport, put_tree, 48, orma_status (*)(orma_session *session,
       const char *local, const char *remote, orma_error **err));
MEMBER(orma_transport, get_tree, 56, orma_status (*)(orma_session *session,
       const char *remote, const char *local, orma_error **err));
MEMBER(orma_transport, copy, 64, orma_status (*)(orma_session *session, const
       char *from, const char *to, orma_error **err));
MEMBER(orma_transport, stat, 72, orma_status (*)(orma_session *session, const
       char *path, orma_file_info *info, orma_error **err));
MEMBER(orma_transport, list, 80, orma_status (*)(orma_session *session, const
       char *path, orma_writer *out, orma_error **err));
MEMBER(orma_transport, glob, 88, orma_status (*)(orma_session *session, const
       char *pattern, orma_writer *out, orma_error **err));
MEMBER(orma_transport, mkdir, 96, orma_status (*)(orma_session *session, const
       char *path, orma_error **err));
MEMBER(orma_transport, remove, 104, orma_status (*)(orma_session *session, const
       char *path, orma_error **err));
MEMBER(orma_transport, rename, 112, orma_status (*)(orma_session *session, const
       char *from, const char *to, orma_error **err));
MEMBER(orma_transport, symlink, 120, orma_status (*)(orma_session *session,
       const char *target, const char *path, orma_error **err));
MEMBER(orma_transport, chmod, 128, orma_status (*)(orma_session *session, const
       char *path, uint32_t mode, orma_error **err));
MEMBER(orma_transport, whoami, 136, orma_status (*)(orma_session *session,
       orma_writer *out, orma_error **err));

/* ---- workflow.h -------------------------------------------------- */

SIZE(orma_workflow, 24);
MEMBER(orma_workflow, size, 0, uint32_t);
MEMBER(orma_workflow, reserved, 4, uint32_t);
MEMBER(orma_workflow, step, 8, orma_status (*)(const struct orma_workflow *self,
       const char *name, orma_str context, orma_writer *out, int32_t
       *exit_status, orma_error **err));
MEMBER(orma_workflow, predicate, 16, orma_status (*)(const struct orma_workflow
       *self, const char *name, orma_str context, int32_t *holds, orma_error
       **err));

/* ---- storage.h --------------------------------------------------- */

FIXED(orma_sql_value, 40);
MEMBER(orma_sql_value, type, 0, int32_t);
MEMBER(orma_sql_value, reserved, 4, int32_t);
MEMBER(orma_sql_value, integer, 8, int64_t);
MEMBER(orma_sql_value, real, 16, double);
MEMBER(orma_sql_value, text, 24, orma_str);

SIZE(orma_dialect, 336);
MEMBER(orma_dialect, size, 0, uint32_t);
MEMBER(orma_dialect, reserved, 4, uint32_t);
MEMBER(orma_dialect, name, 8, const char *);
MEMBER(orma_dialect, serial, 16, const char *);
MEMBER(orma_dialect, uuid, 24, const char *);
MEMBER(orma_dialect, json, 32, const char *);
MEMBER(orma_dialect, timestamp, 40, const char *);
MEMBER(orma_dialect, boolean, 48, const char *);
MEMBER(orma_dialect, uuid_param, 56, const char *);
MEMBER(orma_dialect, json_param, 64, const char *);
MEMBER(orma_dialect, timestamp_param, 72, const char *);
MEMBER(orma_dialect, json_scalar, 80, const char *);
MEMBER(orma_dialect, pattern_ops, 88, const char *);
MEMBER(orma_dialect, id_list, 96, const char *);
MEMBER(orma_dialect, blob, 104, const char *);
MEMBER(orma_dialect, explain, 112, const char *);
MEMBER(orma_dialect, vacuum, 120, const char *);
MEMBER(orma_dialect, analyze, 128, const char *);
MEMBER(orma_dialect, row_lock, 136, const char *);
MEMBER(orma_dialect, json_path_open, 144, const char *);
MEMBER(orma_dialect, json_path_key, 152, const char *);
MEMBER(orma_dialect, json_path_comma, 160, const char *);
MEMBER(orma_dialect, json_path_close, 168, const char *);
MEMBER(orma_dialect, json_path_scalar, 176, const char *);
MEMBER(orma_dialect, json_path_number, 184, const char *);
MEMBER(orma_dialect, json_path_type, 192, const char *);
MEMBER(orma_dialect, json_path_length, 200, const char *);
MEMBER(orma_dialect, json_at, 208, const char *);
MEMBER(orma_dialect, json_equal, 216, const char *);
MEMBER(orma_dialect, json_contains, 224, const char *);
MEMBER(orma_dialect, json_has_key, 232, const char *);
MEMBER(orma_dialect, json_pair, 240, const char *);
MEMBER(orma_dialect, json_append, 248, const char *);
MEMBER(orma_dialect, number_param, 256, const char *);
MEMBER(orma_dialect, number_result, 264, const char *);
MEMBER(orma_dialect, list_rows, 272, const char *);
MEMBER(orma_dialect, uuid_text, 280, const char *);
MEMBER(orma_dialect, timestamp_text, 288, const char *);
MEMBER(orma_dialect, ilike, 296, const char *);
MEMBER(orma_dialect, long_text_index, 304, const char *);
MEMBER(orma_dialect, expression_statistics, 312, const char *);
MEMBER(orma_dialect, exclude_writers, 320, const char *);
MEMBER(orma_dialect, after_bulk, 328, const char *);

SIZE(orma_storage, 208);
MEMBER(orma_storage, size, 0, uint32_t);
MEMBER(orma_storage, reserved, 4, uint32_t);
MEMBER(orma_storage, open, 8, orma_status (*)(const struct orma_storage *self,
       orma_str config, uint32_t flags, orma_store **store, orma_error **err));
MEMBER(orma_storage, close, 16, void (*)(orma_store *store));
MEMBER(orma_storage, dialect, 24, const orma_dialect * (*)(const struct
       orma_storage *self));
MEMBER(orma_storage, container, 32, orma_status (*)(orma_store *store,
       orma_writer *out, orma_error **err));
MEMBER(orma_storage, execute, 40, orma_status (*)(orma_store *store, const char
       *sql, orma_error **err));
MEMBER(orma_storage, prepare, 48, orma_status (*)(orma_store *store, const char
       *sql, uint32_t flags, orma_statement **statement, orma_error **err));
MEMBER(orma_storage, finalize, 56, void (*)(orma_statement *statement));
MEMBER(orma_storage, bind, 64, orma_status (*)(orma_statement *statement,
       int32_t index, const orma_sql_value *value, orma_error **err));
MEMBER(orma_storage, step, 72, orma_status (*)(orma_statement *statement,
       int32_t *has_row, orma_error **err));
MEMBER(orma_storage, column, 80, void (*)(orma_statement *statement, int32_t
       index, orma_sql_value *value));
MEMBER(orma_storage, reset, 88, void (*)(orma_statement *statement));
MEMBER(orma_storage, begin, 96, orma_status (*)(orma_store *store, uint32_t
       flags, orma_error **err));
MEMBER(orma_storage, commit, 104, orma_status (*)(orma_store *store, orma_error
       **err));
MEMBER(orma_storage, rollback, 112, void (*)(orma_store *store));
MEMBER(orma_storage, post, 120, orma_status (*)(orma_statement *statement,
       orma_error **err));
MEMBER(orma_storage, reserve_ids, 128, orma_status (*)(orma_store *store, const
       char *table, size_t count, int64_t *ids, orma_error **err));
MEMBER(orma_storage, copy_begin, 136, orma_status (*)(orma_store *store, const
       char *table, const char *const *columns, orma_copy **copy, orma_error
       **err));
MEMBER(orma_storage, copy_row, 144, orma_status (*)(orma_copy *copy, const
       orma_sql_value *values, orma_error **err));
MEMBER(orma_storage, copy_end, 152, orma_status (*)(orma_copy *copy, orma_error
       **err));
MEMBER(orma_storage, changes, 160, int64_t (*)(orma_statement *statement));
MEMBER(orma_storage, size_bytes, 168, orma_status (*)(orma_store *store, int64_t
       *bytes, orma_error **err));
MEMBER(orma_storage, backup, 176, orma_status (*)(orma_store *store, const char
       *folder, orma_error **err));
MEMBER(orma_storage, check, 184, orma_status (*)(orma_store *store, orma_writer
       *faults, orma_error **err));
MEMBER(orma_storage, provision, 192, orma_status (*)(const struct orma_storage
       *self, orma_str wishes, orma_writer *config, orma_error **err));
MEMBER(orma_storage, destroy, 200, orma_status (*)(const struct orma_storage
       *self, orma_str config, orma_error **err));

/* ---- api/bulk.h, api/caching.h ------------------------------------ */

SIZE(orma_bulk_node, 152);
MEMBER(orma_bulk_node, size, 0, uint32_t);
MEMBER(orma_bulk_node, flags, 4, uint32_t);
MEMBER(orma_bulk_node, type, 8, orma_str);
MEMBER(orma_bulk_node, process_type, 24, orma_str);
MEMBER(orma_bulk_node, label, 40, orma_str);
MEMBER(orma_bulk_node, description, 56, orma_str);
MEMBER(orma_bulk_node, attributes, 72, orma_str);
MEMBER(orma_bulk_node, extras, 88, orma_str);
MEMBER(orma_bulk_node, uuid, 104, orma_uuid);
MEMBER(orma_bulk_node, ctime_ns, 120, int64_t);
MEMBER(orma_bulk_node, mtime_ns, 128, int64_t);
MEMBER(orma_bulk_node, computer_pk, 136, int64_t);
MEMBER(orma_bulk_node, user_pk, 144, int64_t);

SIZE(orma_rehash_options, 24);
MEMBER(orma_rehash_options, size, 0, uint32_t);
MEMBER(orma_rehash_options, reserved, 4, uint32_t);
MEMBER(orma_rehash_options, progress, 8, orma_progress);
MEMBER(orma_rehash_options, user, 16, void *);

/* ---- api/launch.h ------------------------------------------------ */

SIZE(orma_run_options, 40);
MEMBER(orma_run_options, size, 0, uint32_t);
MEMBER(orma_run_options, handle_signals, 4, uint32_t);
MEMBER(orma_run_options, folder, 8, const char *);
MEMBER(orma_run_options, progress, 16, void (*)(void *user, const char *line));
MEMBER(orma_run_options, user, 24, void *);
MEMBER(orma_run_options, cache, 32, const char *);

/* ---- api/upkeep.h ------------------------------------------------ */

SIZE(orma_upkeep_reports, 32);
MEMBER(orma_upkeep_reports, size, 0, uint32_t);
MEMBER(orma_upkeep_reports, reserved, 4, uint32_t);
MEMBER(orma_upkeep_reports, progress, 8, orma_progress);
MEMBER(orma_upkeep_reports, fault, 16, void (*)(void *user, orma_str json));
MEMBER(orma_upkeep_reports, user, 24, void *);
