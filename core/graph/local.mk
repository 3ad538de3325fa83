libcore_la_SOURCES += \
	core/graph/group.c core/graph/group.h \
	core/graph/link.c core/graph/link.h \
	core/graph/node.c core/graph/node.h \
	core/graph/node_files.c \
	core/graph/traversal.c core/graph/traversal.h
