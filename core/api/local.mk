# The library for programs: what include/orma/api/ declares.
libcore_la_SOURCES += core/api/archive.c core/api/bulk.c \
	core/api/caching.c core/api/code.c core/api/code_life.c core/api/codes.h \
	core/api/computer.c core/api/computer_keys.h \
	core/api/computer_life.c core/api/computer_test.c \
	core/api/config.c \
	core/api/connection.c core/api/connection.h core/api/data.c core/api/families.c core/api/remote.c \
	core/api/defaults.h core/api/describe.c core/api/describe_node.c \
	core/api/documents.c core/api/dump.c core/api/dump.h \
	core/api/dump_groups.c core/api/dump_node.c core/api/dump_process.c core/api/files.c core/api/graph.c \
	core/api/group_paths.c core/api/groups.c \
	core/api/handout.c core/api/handout.h core/api/launch.c \
	core/api/node_edit.c core/api/node_names.c core/api/node_names.h \
	core/api/nodes.c core/api/nodes_internal.h core/api/plugins.c \
	core/api/process_list.c core/api/processes.c core/api/profile.c \
	core/api/profile_internal.h core/api/query.c core/api/setup.c core/api/status.c \
	core/api/tree.c core/api/upkeep.c core/api/users.c
