libcore_la_SOURCES += \
	core/graph/link.c core/graph/link.h \
	core/graph/node.c core/graph/node.h \
	core/graph/node_files.c
