# The library for programs: what include/orma/api/ declares.
libcore_la_SOURCES += \
	core/api/code.c core/api/computer.c core/api/computer_test.c \
	core/api/connection.c core/api/connection.h core/api/data.c \
	core/api/defaults.h core/api/describe.c core/api/describe_node.c \
	core/api/documents.c core/api/files.c core/api/graph.c \
	core/api/handout.c core/api/handout.h core/api/launch.c \
	core/api/nodes.c core/api/nodes_internal.h core/api/plugins.c \
	core/api/process_list.c core/api/processes.c core/api/profile.c \
	core/api/profile_internal.h core/api/setup.c core/api/status.c \
	core/api/tree.c
