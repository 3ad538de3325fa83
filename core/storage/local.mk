libcore_la_SOURCES += \
	core/storage/container.c core/storage/container.h \
	core/storage/container_index.c \
	core/storage/container_internal.h \
	core/storage/container_loose.c \
	core/storage/container_pack.c \
	core/storage/container_read.c \
	core/storage/container_source.c \
	core/storage/fault.h \
	core/storage/members.c core/storage/members.h \
	core/storage/node_hash.c core/storage/node_hash.h \
	core/storage/own_tables.c core/storage/own_tables.h \
	core/storage/repository.c core/storage/repository.h \
	core/storage/rows.c \
	core/storage/schema.c core/storage/schema.h \
	core/storage/sql.c core/storage/sql.h \
	core/storage/store.c core/storage/store.h \
	core/storage/store_internal.h \
	core/storage/store_links.c \
	core/storage/store_list.c \
	core/storage/store_live.c \
	core/storage/store_nodes.c \
	core/storage/store_people.c \
	core/storage/store_types.c \
	core/storage/unit.c \
	core/storage/unit_commit.c \
	core/storage/unit_internal.h \
	core/storage/unit_links.c \
	core/storage/unit_prepare.c
